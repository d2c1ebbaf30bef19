// The AssemblyScript that is made from tables. The build runs this and puts the files into assembly/generated/, which
// git ignores.
import { cells, costs, type Cell } from '../elementwise.ts';
import { ruleNames } from '../optimizer-rules.ts';
import { optimizerLoop } from './optimizer-loops.ts';

const suffixes = { float32: '', int32: 'Int', bool: 'Bool' };
const className = ({ op, from }: Cell) => `${op}${suffixes[from]}`;

/** The code as a function's body */
const body = (code: string) => (code.includes('return ') ? code.trim() : `return ${code};`);

/** One element after the other, put together to a vector */
function laneByLane({ operands, code, from, to }: Cell): string {
  const vector = (dtype: string) => (dtype === 'float32' ? 'f32x4' : 'i32x4');
  const lane = (i: number) =>
    operands.reduce(
      (text, name) => text.replace(new RegExp(`\\b${name}\\b`, 'g'), `${vector(from)}.extract_lane(${name}, ${i})`),
      code,
    );
  const rest = [1, 2, 3].map((i) => `y = ${vector(to)}.replace_lane(y, ${i}, ${lane(i)});`);
  return `let y = ${vector(to)}.splat(${lane(0)}); ${rest.join(' ')} return y;`;
}

/** A class whose method is compiled into a loop. It has no instances. */
function classOf(cell: Cell): string {
  const { operands, attrs, cost, code } = cell;
  const single = costs[cost].atOnce === 1;
  const method =
    single && operands.length === 1
      ? `one(${operands[0]}: f64): f64 { ${body(code)} }`
      : `at(${[
          ...operands,
          ...(cell.to === 'bool' && operands.length === 1 ? ['same'] : []),
          attrs[0] ?? 'p',
          attrs[1] ?? 'q',
        ]
          .map((name) => `${name}: v128`)
          .join(', ')}): v128 { ${single ? laneByLane(cell) : body(code)} }`;
  return `@unmanaged class ${className(cell)} {\n  @inline ${method}\n}`;
}

function unaryLoop(cell: Cell): string {
  const loop = { 16: 'mapWide', 4: 'map', 1: 'mapEach' }[costs[cell.cost].atOnce];
  return `${loop}<${className(cell)}>`;
}

function binaryLoop(cell: Cell): string {
  const words = costs[cell.cost].atOnce === 16 ? 'Words' : 'Slow';
  const rows = cell.from === 'bool' ? 'Bools' : cell.to === 'bool' ? 'Flags' : words;
  return `combine<${className(cell)}, ${rows}>`;
}

/** The function that runs the loop of the cell with the number among the task's arguments */
function task(name: string, args: string, list: readonly Cell[], loop: (cell: Cell) => string): string {
  const cases = list.map((cell, i) => `    case ${i}:\n      return ${loop(cell)}(chunk, chunks);`);
  return `export function ${name}(chunk: i32, chunks: i32): void {
  switch (args<${args}>().op) {\n${cases.join('\n')}\n  }\n}`;
}

/** `import` of those functions of a module that the code calls */
function imports(module: string, source: string, code: string): string {
  const names = [...source.matchAll(/^export (?:function|const) (\w+)/gm)].map(([, name]) => name!);
  const used = names.filter((name) => new RegExp(`\\b${name}\\b`).test(code));
  return `import { ${used.join(', ')} } from '../${module}';`;
}

const optimizer = () => `// Made by the build from kernel/tensors/backends/optimizer-rules.ts: the loop of each rule.
import { Parameter, UpdateArgs } from '../optimizer-records';
import { args } from '../pool';
import { madd, nmadd } from '../simd';

// @ts-ignore: decorator
@inline
function numberAt(i: i32): v128 {
  return v128.load32_splat(args<UpdateArgs>().numbers + ((<usize>i) << 2));
}

// @ts-ignore: decorator
@inline
function descend(w: v128, rate: v128, direction: v128): v128 {
  const zero = f32x4.splat(0);
  const up = v128.and(f32x4.gt(direction, zero), rate);
  const down = v128.and(f32x4.lt(direction, zero), rate);
  return f32x4.add(f32x4.sub(w, up), down);
}

// @ts-ignore: decorator
@inline
function shrink(w: v128, by: v128): v128 {
  const signed = v128.or(v128.and(w, i32x4.splat(0x80000000)), by);
  return v128.andnot(f32x4.sub(w, signed), f32x4.le(f32x4.abs(w), by));
}

${ruleNames
  .map((rule) => `function ${rule}(p: Parameter, from: usize, end: usize): void {${optimizerLoop(rule).code}\n}`)
  .join('\n\n')}

export function update(p: Parameter, from: usize, end: usize): void {
  switch (args<UpdateArgs>().rule) {
${ruleNames.map((rule, i) => `    case ${i}:\n      return ${rule}(p, from, end);`).join('\n')}
  }
}
`;

/**
 * The files of assembly/generated/, by name.
 * @param source reads a file of assembly/
 */
export function generate(source: (file: string) => string): Record<string, string> {
  const classes = [...cells.unary, ...cells.binary].map(classOf).join('\n');
  const modules = ['math', 'simd', 'elementwise-functions'];
  return {
    'optimizer.ts': optimizer(),
    'elementwise.ts': [
      '// Made by the build from kernel/tensors/backends/elementwise.ts: the elementwise ops and the choice between them.',
      ...modules.map((module) => imports(module, source(`${module}.ts`), classes)),
      "import { BinaryArgs, Bools, combine, Flags, map, mapEach, mapWide } from '../elementwise-loops';",
      "import { Slow, UnaryArgs, Words } from '../elementwise-loops';",
      "import { args } from '../pool';",
      classes,
      task('unaryTask', 'UnaryArgs', cells.unary, unaryLoop),
      task('binaryTask', 'BinaryArgs', cells.binary, binaryLoop),
      '',
    ].join('\n'),
  };
}
