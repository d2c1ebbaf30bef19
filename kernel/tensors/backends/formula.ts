// Formulas as text, from which code is made or which are evaluated: sums, differences, products and quotients of names
// and numbers, parentheses and calls of functions, with the precedence of JavaScript.

export type Expression =
  | { kind: 'number'; value: number }
  | { kind: 'name'; name: string }
  | { kind: 'call'; name: string; args: Expression[] }
  | { kind: 'binary'; operator: Operator; left: Expression; right: Expression };
export type Operator = '+' | '-' | '*' | '/';

/** @throws Error where the text is no formula */
export function parse(text: string): Expression {
  const tokens = text.match(/[A-Za-z]\w*|\d+(\.\d+)?|[^\s]/g) ?? [];
  let at = 0;
  const take = (expected?: string): string => {
    const token = tokens[at++];
    if (token === undefined || (expected !== undefined && token !== expected))
      throw new Error(
        `The formula "${text}" has ${token ?? 'its end'} where ${expected ?? 'a number or name'} belongs.`,
      );
    return token;
  };
  const operand = (): Expression => {
    const token = take();
    if (token === '(') {
      const inner = sum();
      take(')');
      return inner;
    }
    if (/^\d/.test(token)) return { kind: 'number', value: Number(token) };
    if (!/^\w/.test(token)) throw new Error(`The formula "${text}" has ${token} where a number or name belongs.`);
    if (tokens[at] !== '(') return { kind: 'name', name: token };
    const args: Expression[] = [];
    do {
      at++;
      args.push(sum());
    } while (tokens[at] === ',');
    take(')');
    return { kind: 'call', name: token, args };
  };
  const chain = (next: () => Expression, operators: string) => (): Expression => {
    let left = next();
    while (at < tokens.length && operators.includes(tokens[at]!))
      left = { kind: 'binary', operator: take() as Operator, left, right: next() };
    return left;
  };
  const product = chain(operand, '*/');
  const sum = chain(product, '+-');
  const whole = sum();
  if (at < tokens.length) throw new Error(`The formula "${text}" goes on after its end, with ${tokens[at]}.`);
  return whole;
}

/** Whether an expression has no name outside of `names` and no call of a function. */
export function hasOnly(e: Expression, names: ReadonlySet<string>): boolean {
  if (e.kind === 'binary') return hasOnly(e.left, names) && hasOnly(e.right, names);
  return e.kind === 'number' || (e.kind === 'name' && names.has(e.name));
}

/** The value of an expression without calls. */
export function valueOf(e: Expression, names: Readonly<Record<string, number>>): number {
  if (e.kind === 'number') return e.value;
  if (e.kind === 'name') return names[e.name]!;
  if (e.kind === 'call') throw new Error(`${e.name}() has no value here.`);
  const [left, right] = [valueOf(e.left, names), valueOf(e.right, names)];
  if (e.operator === '+') return left + right;
  if (e.operator === '-') return left - right;
  return e.operator === '*' ? left * right : left / right;
}
