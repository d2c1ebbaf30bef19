// What a cell means after it is compiled: its value, its classes and enums, the text of its functions, and where its
// syntax errors are. Most of these were once compiled wrong.
import { cell, stdout, value, type Expected, type SemanticsCase, type SemanticsCell } from './case.ts';

/** Cells of one expression each, with the text of its value. */
const shows = (...rows: [source: string, shown: string | RegExp][]): SemanticsCell[] =>
  rows.map(([source, shown]) => cell(source, value(shown)));
const syntaxError = (message: RegExp, at: [cell: number, line: number]): Expected => ({
  error: 'SyntaxError',
  message,
  at,
});

const sum = (operands: number) => Array<string>(operands).fill('1').join(' + ');
const chain = (branches: number) =>
  `const k = ${branches - 1};\nlet found = '';\n` +
  Array.from({ length: branches }, (_, i) => `if (k === ${i}) { found = 'branch ${i}'; }`).join(' else ') +
  '\nfound';

export const transformCases: SemanticsCase[] = [
  {
    name: 'the last expression shows its value, also one without an effect',
    cells: shows(
      ['-1', '-1'],
      ['-0.5;', '-0.5'],
      ['+5', '5'],
      ['!true', 'false'],
      ['NaN', 'NaN'],
      ['-Infinity', '-Infinity'],
      ["'a' + 'b'", "'ab'"],
      ["'epoch ' + 1", "'epoch 1'"],
      ['typeof 5', "'number'"],
      ['typeof null // why', "'object'"],
      ["!!''", 'false'],
      ['null == undefined', 'true'],
      ["0 || 'zero'", "'zero'"],
      ["null ?? 'd'", "'d'"],
      ['true && false', 'false'],
      ["'text'", "'text'"],
      ["'use strict'", "'use strict'"],
      ['(1, 2)', '2'],
      ['5;;', '5'],
      ['0 // zero\n;', '0'],
      ['/* a */ 1 /* b */ ; /* c */ // d', '1'],
      ['`t`', "'t'"],
      ['/re/g', '/re/g'],
      ['5 as number satisfies number', '5'],
      ['x => x * 2', '[Function (anonymous)]'],
      ['async () => 1', '[AsyncFunction (anonymous)]'],
      ['true && (() => 1)', '[Function (anonymous)]'],
      ["using r = null; 'ok'", "'ok'"],
      [
        'await using q = { n: 7, [Symbol.asyncDispose ?? Symbol.for("Symbol.asyncDispose")]: async () => {} }; q.n',
        '7',
      ],
      ['#!/usr/bin/env node\n5', '5'],
    ),
  },
  {
    name: 'a cell that ends with undefined or a statement shows nothing',
    cells: [
      cell('[1, 2, 3].push(4); undefined'),
      cell('3 + 4; void 0'),
      cell('await Promise.resolve(3); undefined'),
      cell('5; let x = 6;'),
      cell('if (true) 5;'),
    ],
  },
  {
    name: 'an object literal is a value, and a block is a block',
    cells: [
      ...shows(['{ a: 1, b: 2 }', '{ a: 1, b: 2 }'], ['// an object\n{ a: 1 }\n', '{ a: 1 }'], ['{}', '{}']),
      cell('const n = 3;'),
      ...shows(['{ n, m: [n as number] }', '{ n: 3, m: [ 3 ] }'], ['{ ...{ n } }', '{ n: 3 }']),
      cell('{ let inner = 1; console.log(inner); }', stdout('1\n')),
      cell('{ console.log(n); }', stdout('3\n')),
      cell('{ if (n) { console.log("if"); } }', stdout('if\n')),
    ],
  },
  {
    name: 'an arrow function that returns an arrow function does so when it is assigned last, too',
    cells: [
      cell(
        'let add: any, o: any = {};\nadd = (a: number) => (b: number) => (c: number) => a + b + c',
        value(/Function/),
      ),
      ...shows(
        ['add(1)(2)(3)', '6'],
        ['add = async (a: number) => async (b: number) => a + b', /Function/],
        ['await (await add(1))(2)', '3'],
        ['o.m ??= (a: number) => (b: number) => a * b', /Function/],
        ['o.m(2)(3)', '6'],
        ['o.k = a => b => ({ a, b })', /Function/],
        ['o.k(1)(2)', '{ a: 1, b: 2 }'],
      ),
    ],
  },
  {
    name: 'a call of an arrow function with || is no enum and no namespace',
    cells: [
      cell('const cfg = { lr: 0.1 };\n((c) => console.log(c))(cfg || { lr: 1 });', stdout('{ lr: 0.1 }\n')),
      cell("import { sep } from 'node:path';\n((v: string) => console.log(v === sep))(sep || '');", stdout('true\n')),
      cell('const { deep } = { deep: 5 };\n((v) => v)(deep || 99)', value('5')),
      cell(
        'function f() {}\nclass C {}\n[((v) => v)(f || 1), ((v) => v)(C || 2)]',
        value('[ [Function: f], [class C] ]'),
      ),
      cell('var n = ((n) => n + 1)(n || 0); n', value('1')),
      cell('var n = ((n) => n + 1)(n || 0); n', value('2')),
      cell('var space = ((space) => { space.c = (space.c ?? 0) + 1; return space; })(space || {});'),
      cell(
        'var space = ((space) => { space.c = (space.c ?? 0) + 1; return space; })(space || {}); space.c',
        value('2'),
      ),
      cell(
        'enum E { A, B } enum E { C = 5 } namespace E { export const d = 6; } [E.A, E[5], E.d]',
        value("[ 0, 'C', 6 ]"),
      ),
      cell('enum E { Z } E', value("{ '0': 'Z', Z: 0 }")),
      cell('function g() { return 1; } namespace g { export const x = 2; } [g(), g.x]', value('[ 1, 2 ]')),
      cell('class D { static y = 1 } namespace D { export const x = 2; } [D.y, D.x]', value('[ 1, 2 ]')),
    ],
  },
  {
    name: 'comments may hold what looks like code',
    files: { 'lib.ts': 'export const twice = (f: any) => // (x) => f(f(x))\n  (x: number) => f(f(x));\n' },
    cells: [
      cell(
        'const compose = (f, g) => // (x) => f(g(x))\n  (x) => f(g(x));\ncompose((x) => x + 1, (x) => x * 2)(5)',
        value('11'),
      ),
      cell('[1].map(/** @type {(a) => b} */ (a) => /* => */ (/* => ( */ a + 1 // =>\n))', value('[ 2 ]')),
      cell('((/* => */) => /* }) */ 3)()', value('3')),
      cell("import { twice } from './lib.ts';\ntwice((x: number) => x * 3)(2)", value('18')),
    ],
  },
  {
    name: 'import() and import.meta may stand anywhere',
    files: { 'd.json': '{ "n": 3 }' },
    cells: [
      cell("import('node:path')", value(/^Promise/)),
      cell("(await import('node:path')).posix.sep", value("'/'")),
      cell('import.meta.url.slice(0, 5)', value("'file:'")),
      cell('(import.meta as any).filename.length > 3', value('true')),
      cell('const { dirname, filename } = import.meta;\nfilename.startsWith(dirname)', value('true')),
      cell('let meta: any;\nmeta = import.meta', value(/url:/)),
      cell('export default import.meta.url'),
      cell("import data from './d.json' with { type: 'json' };\ndata.n", value('3')),
      cell(
        "(() => import('./d.json', { with: { type: 'json' } }))().then((m) => m.default.n) instanceof Promise",
        value('true'),
      ),
    ],
  },
  {
    name: 'a class knows itself in static fields, blocks and methods, and stays what it is after it is declared again',
    cells: [
      cell('class Temp { static readonly ZERO = 0; }'),
      cell(
        'class Temp {\n  static readonly ZERO = 273.15;\n  static readonly BOIL = Temp.ZERO + 100;\n  static readonly one = new Temp();\n' +
          '  static #all: number[] = [];\n  static { Temp.#all.push(1); }\n  static all() { return Temp.#all; }\n  same(o: unknown) { return o instanceof Temp; }\n' +
          '  fresh() { return new Temp(); }\n}\n[Temp.BOIL, Temp.one instanceof Temp, Temp.all()]',
        value('[ 373.15, true, [ 1 ] ]'),
      ),
      cell('const old = new Temp(), Old = Temp;\nclass Temp { version = 2 }'),
      cell(
        '[old.same(old), old.fresh() instanceof Old, Old.all(), Old === (Temp as unknown), new Temp()]',
        value('[ true, true, [ 1 ], false, Temp { version: 2 } ]'),
      ),
      cell('export default class Shape { static readonly unit = new Shape(1); constructor(public n: number) {} }'),
      cell('Shape.unit', value('Shape { n: 1 }')),
      cell(
        'const registered: unknown[] = [];\nclass L extends Temp { static { registered.push(L); } }\nregistered',
        value('[ [class L extends Temp] ]'),
      ),
      cell(
        'using r = null;\nclass Named { static self = Named; }\n[Named.name, Named.self === Named]',
        value("[ 'Named', true ]"),
      ),
      cell(
        'const outer = () => { class Temp {} function step() {} return [Temp.name, step.name]; };\nfunction step() {}\nouter()',
        value("[ 'Temp', 'step' ]"),
      ),
    ],
  },
  {
    name: 'functions and classes give their text as typed, without types',
    files: { 'text.ts': 'export const half = (x: number): number => x / 2; // half\n' },
    cells: [
      cell('const f = (x) => x /* => */ * 2;\nf.toString()', value("'(x) => x /* => */ * 2'")),
      cell(
        'const h = async (a: number, b?: string): Promise<number> => a + 1;\nString(h)',
        value("'async (a, b) => a + 1'"),
      ),
      cell(
        'function* g<T>(this: any, x: T, ...rest: T[]) { yield x as T; }\n`${g}`',
        value("'function* g(x, ...rest) { yield x; }'"),
      ),
      cell(
        'abstract class K<T> implements Iterable<T> { private readonly x: number = 1; y?: T; declare z: T; static of<U>(u: U): U { return u!; } abstract a(): void; [Symbol.iterator](): any {} }\n' +
          '[K + "", K.of + ""]',
        value(
          "[\n  'class K { x = 1; y; static of(u) { return u; } [Symbol.iterator]() {} }',\n  'of(u) { return u; }'\n]",
        ),
      ),
      cell(
        'class P { constructor(private x: number) { for (;;) break; } }\nString(P).includes("__dlnb")',
        value('false'),
      ),
      cell('new (eval(`(${P})`))(5).x', value('5')),
      cell('const en = () => { enum E { A = 4 } return E.A; };\neval(`(${en})`)()', value('4')),
      cell("import { half } from './text.ts';\nhalf.toString()", value("'(x) => x / 2'")),
      cell(
        "import { Worker } from 'node:worker_threads';\nconst task = (n: number) => { let s = 0; for (let i = 0; i < n; i++) s += i; return s; };\n" +
          "await new Promise((r) => new Worker(`require('node:worker_threads').parentPort.postMessage((${task})(10))`, { eval: true }).on('message', r))",
        value('45'),
      ),
      cell('structuredClone((x: number) => x + 1)', {
        error: 'DataCloneError',
        message: /^\(x\) => x \+ 1 could not be cloned/,
      }),
      cell(
        'const text = Function.prototype.toString;\n[text.toString(), text.name, text.length, "prototype" in text, Math.max + ""]',
        value(
          "[\n  'function toString() { [native code] }',\n  'toString',\n  0,\n  false,\n  'function max() { [native code] }'\n]",
        ),
      ),
    ],
  },
  {
    name: 'a syntax error is at its line as typed, whichever parser finds it',
    cells: [
      cell('interface A {\n  a: number;\n}\n\nreturn 5', syntaxError(/'return' outside of function/, [1, 5])),
      cell('interface A {\n  a: number;\n}\nconst re = /(/;', syntaxError(/Unterminated group/, [2, 4])),
      cell('enum E { A }\nlet q: E;\n\ndelete q;', syntaxError(/strict mode/, [3, 4])),
      cell('type T = number;\n\nwith ({}) {}', syntaxError(/with/, [4, 3])),
      cell('enum E { A }\n\nclass Q { m() { return this.#z; } }', syntaxError(/#z/, [5, 3])),
      cell('enum E { A }\nvar undefined = 5;', syntaxError(/cannot be declared/, [6, 2])),
      cell('let a = 1;\n{ a: 1,, }', syntaxError(/Unexpected/, [7, 2])),
      cell('1;\nconst c = 1; c = 2', syntaxError(/^Assignment to constant variable c$/, [8, 2])),
      cell('E', { error: 'ReferenceError', message: /^E is not defined$/, at: [9, 1] }),
    ],
  },
  {
    name: 'what a cell has no use for is said',
    cells: [
      cell('module.exports = 5', { error: 'ReferenceError', message: /module is not defined/ }),
      cell('\nexport = 5', syntaxError(/A cell exports nothing/, [2, 2])),
      cell("import defer * as path from 'node:path';", syntaxError(/does not run in Node.*await import/, [3, 1])),
      cell(
        "import { type Gone } from 'no-such-package-of-types';\nlet gone: Gone | undefined;\ngone === undefined",
        value('true'),
      ),
    ],
  },
  {
    name: 'an expression of thousands of parts runs',
    cells: [
      cell(sum(5000), value('5000')),
      cell(chain(2500), value("'branch 2499'")),
      cell(`let total: number = ${sum(12000)};\ntotal`, value('12000')),
    ],
  },
  {
    name: 'JSX is compiled, and React comes from the folder of the notebook',
    files: {
      'node_modules/react/package.json':
        '{ "name": "react", "version": "1.0.0", "exports": { ".": "./index.js", "./jsx-runtime": "./jsx.js" } }',
      'node_modules/react/index.js': 'exports.createElement = (type, props) => ({ type, props });\n',
      'node_modules/react/jsx.js':
        'exports.jsx = exports.jsxs = (type, props) => ({ type, props });\nexports.Fragment = "fragment";\n',
    },
    cells: [
      cell('const el: any = <p id="a">hi</p>;\nel', value("{ type: 'p', props: { id: 'a', children: 'hi' } }")),
      cell('<><b>1</b></>', value(/fragment/)),
      cell(
        '/** @jsx make */\nconst make = (type: string, props: object) => [type, props];\n<i n={1} />',
        value("[ 'i', { n: 1 } ]"),
      ),
      cell('const cast = <any>5;\ncast', value('5')),
    ],
  },
];
