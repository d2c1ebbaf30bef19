// Random last expressions of every kind, with what stands before and after them in their cell.
import { Generator } from './program.ts';

export interface LastExpression {
  seed: number;
  /** Cells that run before: declarations whose names the expression may use. */
  before: string[];
  /** Statements of the same cell, before the expression. */
  prelude: string;
  /** The expression, or '' if the cell ends with a statement that has no value. */
  expression: string;
  /** What ends the cell: a semicolon, comments. */
  end: string;
}

/** Makes a cell with a last expression. `tag`: the end of all top-level names. */
export function makeLast(seed: number, tag: string): LastExpression {
  const g = new Generator(seed, tag);
  const r = g.random;
  const before = g.declarations();
  const name = (kind: Parameters<Generator['known']>[0]) => g.known(kind)!;
  const d = 2;
  const o = name('obj');
  const n = name('num');
  const f = name('fn');
  const cls = name('class');
  const kinds: (() => string)[] = [
    () => g.num(d),
    () => g.bool(d),
    () => g.str(d),
    () => g.arr(d),
    () =>
      r.pick([
        '-1',
        '-0.5',
        '+5',
        '!0',
        '!true',
        'NaN',
        'Infinity',
        '-Infinity',
        '~5',
        '-0',
        '- -1',
        '!!""',
        '1n',
        '-1n',
        '0x10',
        '1_0',
        'null',
        'true',
      ]),
    () =>
      r.pick([
        "'a' + 'b'",
        "'epoch ' + 1",
        '1 + "x"',
        '[] + ({} as any)',
        "'use strict'",
        '"x"',
        '`t`',
        '``',
        "''",
        "'it' as const",
      ]),
    () =>
      r.pick([
        'typeof null',
        'typeof 5',
        'typeof undeclared',
        `typeof ${n}`,
        `typeof ${f}`,
        'typeof typeof 1',
        'void 0',
        `void ${f}(1)`,
        'undefined',
        '(undefined)',
      ]),
    () =>
      r.pick([
        'null == undefined',
        'NaN === NaN',
        '0 === -0',
        "'a' === 'b'",
        "null ?? 'd'",
        'true && false',
        "0 || 'zero'",
        '1 < 2',
        "'a' in { a: 1 }",
        '[] instanceof Array',
        '1, 2',
        '(1, 2)',
      ]),
    () => `${r.pick(['-', '+', '~', '!', 'typeof ', 'void ', '!!', '- -'])}${g.num(1)}`,
    () => `${g.num(1)} ${r.pick(['+', '-', '*', '/', '%', '===', '<', '&', ','])} ${g.num(1)}`.replace(/^(?=[{])/, ''),
    () => `x => x`.replaceAll('x', r.pick(['x', 'value'])),
    () => g.arrow(d),
    () => g.curry(d),
    () => `async ${r.pick(['(x: any)', 'x', '()'])} => ${r.pick(['1', '{ return 2 }', '({ a: 1 })', 'await null'])}`,
    () => `(${g.arrow(1)})`,
    () => `true && (${g.arrow(0)})`,
    () => `(function ${r.pick(['', 'named'])}() { return 1 })`,
    () => `(class ${r.pick(['', 'Named', `extends ${cls}`])} { static a = 1 })`,
    () => `(${g.obj(d)})`,
    () => `({ ${r.pick(['x', "'y-z'", '[1 + 1]'])}: ${g.num(1)}, m() {}, get g() { return 1 } })`,
    () => `[${g.num(1)}, ${g.str(1)}, , ${g.obj(0)}]`,
    () => `/a+[/)]=>/${r.pick(['', 'gi', 'u'])}`,
    () => `new Map([['k', ${g.num(1)}]])`,
    () => `new Set([1, ${g.num(1)}])`,
    () => `new ${cls}(${g.num(1)})`,
    () => `new ${cls}(1).get()`,
    () => `${n} ${r.pick(['=', '+=', '-=', '??=', '||=', '&&='])} ${g.num(1)}`,
    () => r.pick([`${n}++`, `++${n}`, `${n}--`]),
    () => `${f} = ${g.arrow(1)}`,
    () => `${f} = ${g.curry(1)}`,
    () => `${o}.m = ${g.curry(1)}`,
    () =>
      `${o}.h = ${r.pick(['() => 5', 'async () => 5', '(x: any) => (y: any) => (z: any) => x', 'function () {}', 'class {}', 'x => y => ({ x, y })'])}`,
    () => `(globalThis as any).dlnbDifferential = ${g.curry(1)}`,
    () => `${o}.list ??= ${g.arr(1)}`,
    () => `[${n}] = [${g.num(1)}]`,
    () => `({ a: ${n} } = ${g.obj(1)})`,
    () => `await ${r.pick([g.num(1), `Promise.resolve(${g.any1()})`, `(async () => ${g.num(1)})()`])}`,
    () => `(await Promise.resolve(${g.str(1)})).length`,
    () => `${g.bool(1)} ? ${g.num(1)} : ${g.str(1)}`,
    () => `${o}?.b?.c`,
    () => `${o}?.missing?.[0].x()`,
    () => `${o}.missing ?? ${g.num(1)}`,
    () => `String.raw\`a\\n\${${g.num(1)}}\``,
    () => `\`\${${g.num(1)}} \${\`\${${g.str(1)}}\`}\``,
    () => `${f} as any`,
    () => `${g.num(1)} as number`,
    () => `${g.num(1)} satisfies number`,
    () => `${n}!`,
    () => `<any>${n}`,
    () => `delete ${o}.nothing`,
    () => `${g.arr(1)}.map(${g.arrow(1)})`,
    () => `[1, 2, 3].push(4)`,
    () => `((c: any) => c)(${o} || {})`,
    () => `((c) => c + 1)(${n} || 1)`,
    () => `(function () { return this })()`.replace('return this', 'return 1'),
    () => `import.meta.${r.pick(['missing', 'nothing'])}`,
    () => `(await import('node:path')).posix.join('a', '..', 'b')`,
    () => `import('node:path').then(() => ${g.num(1)}) instanceof Promise`,
    () => `Symbol('s')`,
    () => `new Error(${g.str(1)}).message`,
    () => `${cls}`,
    () => `yielded`.replace('yielded', `[...(function* () { yield ${g.num(1)} })()]`),
    () => `new (class Foo { x = 1; #p = 2 })()`,
    () => `Object.create(null)`,
    () => `JSON.stringify({ a: [1] }, null, 2)`,
    () => `${n} ?? (() => 1)`,
    () => `new.target`.replace('new.target', `((x, ...y) => [x, y])(1, 2, 3)`),
    // No value: the cell ends with a statement
    () => '',
  ];
  const expression = r.pick(kinds)();
  const preludes = [
    '',
    '',
    '',
    `3 + 4; `,
    `${g.num(1)};\n`,
    `${f}(1);\n`,
    `await null;\n`,
    `interface Shape { a: number }\n`,
    `let local${tag} = 1;\n`,
    `function top${tag}() { return 1 }\n`,
    `[1, 2].push(3); `,
    `"use strict";\n`,
    `// last\n`,
    `/* (x) => { */ `,
    `type T = number;\n`,
  ];
  const ends = [
    '',
    '',
    ';',
    ';',
    ' ;',
    '\n',
    '; // => end',
    ' // => )',
    '\n// end {\n',
    ' /* => */',
    '; /* ) */',
    ';\n\n',
    ';;',
  ];
  const prelude = r.pick(preludes);
  const statements = [
    `let z${tag} = 5`,
    `if (true) { 5 }`,
    `for (const q of [1]) q`,
    `function fin${tag}() { return 1 }`,
    `class Fin${tag} { static a = 1 }`,
    `{ 5; }`,
    `type U = string`,
    `enum Fin${tag} { A }`,
    `interface V { a: 1 }`,
    `while (false) 1`,
    `try { 5 } finally { 6 }`,
    `const { length${tag} = 3 } = {} as any`,
    `switch (1) { case 1: 2 }`,
    `l: 5 > 4`.replace('5 > 4', 'for (;;) break l'),
    `import path${tag} from 'node:path'`,
    `declare const w: number`,
    `export const ex${tag} = 1`,
    `namespace Nn${tag} { export const a = 1 }`,
    `var vv${tag}`,
    `async function af${tag}() {}`,
  ];
  if (expression === '')
    return { seed, before, prelude: `${prelude}${r.pick(statements)}`, expression, end: r.pick(ends) };
  return { seed, before, prelude: g.comments(prelude), expression: g.comments(expression), end: r.pick(ends) };
}
