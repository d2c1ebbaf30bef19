// The loops of optimizer rules for the program of the device `cpu`: the build makes AssemblyScript of the formulas
// (generate.ts), and ops/optimizer.ts gives each loop its numbers.
import type { Expression } from '../formula.ts';
import { assignmentsOf, isScalar, rules, type OptimizerRule } from '../optimizer-rules.ts';

export interface OptimizerLoop {
  /** The body of a function of `p: Parameter`, from byte `from` to byte `end` of each of its blocks */
  code: string;
  /** What the loop reads at `numberAt(0)`, `numberAt(1)` …: the same for all elements */
  numbers: Expression[];
}

export function optimizerLoop(rule: OptimizerRule): OptimizerLoop {
  const numbers: Expression[] = [];
  const texts: string[] = [];
  const numberOf = (e: Expression): string => {
    if (e.kind === 'number') return `f32x4.splat(${e.value})`;
    const text = JSON.stringify(e);
    if (!texts.includes(text)) {
      numbers.push(e);
      texts.push(text);
    }
    return `k${texts.indexOf(text)}`;
  };
  const isProduct = (e: Expression) => e.kind === 'binary' && e.operator === '*' && !isScalar(e);
  /** `name(a, b, rest)` for the product a · b */
  const fused = (name: string, product: Expression, rest: Expression): string => {
    const { left, right } = product as Extract<Expression, { kind: 'binary' }>;
    return `${name}(${emit(left)}, ${emit(right)}, ${emit(rest)})`;
  };
  const emit = (e: Expression): string => {
    if (e.kind === 'number' || isScalar(e)) return numberOf(e);
    if (e.kind === 'name') return e.name;
    if (e.kind === 'call')
      return `${['descend', 'shrink'].includes(e.name) ? '' : 'f32x4.'}${e.name}(${e.args.map(emit).join(', ')})`;
    const { operator, left, right } = e;
    if (operator === '+' && isProduct(left)) return fused('madd', left, right);
    if (operator === '+' && isProduct(right)) return fused('madd', right, left);
    if (operator === '-' && isProduct(right)) return fused('nmadd', right, left);
    if (operator === '/' && isScalar(right)) {
      const one: Expression = { kind: 'number', value: 1 };
      return `f32x4.mul(${emit(left)}, ${numberOf({ kind: 'binary', operator: '/', left: one, right })})`;
    }
    const name = { '+': 'add', '-': 'sub', '*': 'mul', '/': 'div' }[operator];
    return `f32x4.${name}(${emit(left)}, ${emit(right)})`;
  };
  const { slots } = rules[rule];
  const variables = ['w', ...slots];
  const assignments = assignmentsOf(rule).map(
    ({ name, value }) => `${(variables as string[]).includes(name) ? '' : 'const '}${name} = ${emit(value)};`,
  );
  const addresses = slots.map((slot, k) => `const ${slot}At = p.slot${k};`);
  const constants = numbers.map((_, k) => `const k${k} = numberAt(${k});`);
  const code = `
  const wAt = p.value;
  const gAt = p.gradient;
  ${[...addresses, ...constants].join('\n  ')}
  for (let i = from; i < end; i += 16) {
    const g = v128.load(gAt + i);
    ${variables.map((name) => `let ${name} = v128.load(${name}At + i);`).join('\n    ')}
    ${assignments.join('\n    ')}
    ${variables.map((name) => `v128.store(${name}At + i, ${name});`).join('\n    ')}
  }`;
  return { code, numbers };
}
