// The semantics of cells, as notebooks with the outputs that they must have. Data only: the command line and the
// extension host run it.
import { cell, stdout, value, type SemanticsCase } from './case.ts';
import { errorsCases } from './errors-cases.ts';
import { modulesCases } from './modules-cases.ts';
import { transformCases } from './transform-cases.ts';
import { valuesCases } from './values-cases.ts';
import { streamsCases } from './streams-cases.ts';

export const cases: SemanticsCase[] = [
  {
    name: 'a constant may be declared again',
    cells: [
      cell('const a = 1;\na', value('1')),
      cell('const a = 1;\na', value('1')),
      cell('let a = "x";\na', value("'x'")),
      cell('function a() { return 3; }\na()', value('3')),
      cell('class a { n = 4 }\nnew a().n', value('4')),
      cell('var a = 5;\na', value('5')),
    ],
  },
  {
    name: 'a closure sees what a later cell assigns',
    cells: [
      cell('let b = 2;\nconst get = () => b;\nget()', value('2')),
      cell('b = 20;\nget()', value('20')),
      cell('let b = 200;\nget()', value('200')),
    ],
  },
  {
    name: 'a closure of one cell sees functions that later cells declare anew',
    cells: [
      cell(
        'function step(x: number) { return x + 1; }\nconst twice = (x: number) => step(step(x));\ntwice(1)',
        value('3'),
      ),
      cell('function step(x: number) { return x * 10; }\ntwice(1)', value('100')),
    ],
  },
  {
    name: 'a name whose initialization failed can be declared again',
    cells: [
      cell("const broken = (() => { throw new Error('no'); })();", { error: 'Error', message: /^no$/, at: [1, 1] }),
      cell('const broken = 1;\nbroken', value('1')),
    ],
  },
  {
    name: 'imports are known in later cells',
    cells: [
      cell("import fs from 'node:fs';\nimport * as path from 'node:path';\nimport { EOL as newline } from 'node:os';"),
      cell("typeof fs.readFileSync + path.join('a', 'b') + newline.length", value(/^'functiona[/\\]b[12]'$/)),
      cell("const { basename } = await import('node:path');\nbasename('/x/y.txt')", value("'y.txt'")),
    ],
  },
  {
    name: 'a TypeScript file beside the notebook is imported, and imported again after a change',
    files: {
      'helper.ts': 'export const x: number = 1;\nexport enum Color { Red = 7 }\n',
      'data.json': '{ "n": 3 }',
      'lib/inner.ts': "import data from '../data.json';\nexport const n = data.n;\n",
    },
    cells: [
      cell("import { x, Color } from './helper.ts';\nx + Color.Red", value('8')),
      cell(
        "import fs from 'node:fs';\nfs.writeFileSync('helper.ts', 'export const x: number = 100;\\nexport enum Color { Red = 7 }\\n');",
      ),
      cell("import { x } from './helper.ts';\nx", value('100')),
      cell("import { n } from './lib/inner.ts';\nimport data from './data.json';\n[n, data.n]", value('[ 3, 3 ]')),
      cell("fs.writeFileSync('data.json', '{ \"n\": 4 }');"),
      cell("import { n } from './lib/inner.ts';\nn", value('4')),
    ],
  },
  {
    name: 'an npm package is taken from the folder of the notebook',
    files: {
      'node_modules/greet/package.json':
        '{ "name": "greet", "version": "1.0.0", "type": "module", "exports": "./index.js" }',
      'node_modules/greet/index.js': 'export default (who) => `Hello, ${who}`;\nexport const version = 1;\n',
      'node_modules/old-greet/package.json': '{ "name": "old-greet", "version": "1.0.0", "main": "main.js" }',
      'node_modules/old-greet/main.js': "module.exports = { greet: (who) => 'Hi, ' + who };\n",
    },
    cells: [
      cell("import greet, { version } from 'greet';\ngreet('you') + version", value("'Hello, you1'")),
      cell("import { greet as old } from 'old-greet';\nold('you')", value("'Hi, you'")),
      cell("require('old-greet').greet('me')", value("'Hi, me'")),
      cell("import 'not-installed';", { error: 'Error', message: /not-installed/, at: [4, 1] }),
    ],
  },
  {
    name: 'a cell may await at its top level',
    cells: [
      cell('const late = await new Promise<number>((resolve) => setTimeout(() => resolve(5), 20));\nlate', value('5')),
      cell(
        'const all: number[] = [];\nfor await (const n of (async function* () { yield 1; yield 2; })()) all.push(n);\nall',
        value('[ 1, 2 ]'),
      ),
      cell('const wait = async () => late * 2;\nawait wait()', value('10')),
    ],
  },
  {
    name: 'TypeScript is stripped: types, enums, generics, decorators, parameter properties',
    cells: [
      cell(
        'interface Point { x: number; y: number }\ntype Pair<T> = [T, T];\nconst p: Point = { x: 1, y: 2 };\np',
        value('{ x: 1, y: 2 }'),
      ),
      cell(
        'class Box<T extends object> {\n  constructor(private readonly content: T, public name = "box") {}\n  get(): T { return this.content; }\n}\nnew Box<Point>(p).get().y',
        value('2'),
      ),
      cell(
        'enum Shape { Circle, Square = 4, Text = "t" }\n[Shape.Circle, Shape[4], Shape.Text]',
        value("[ 0, 'Square', 't' ]"),
      ),
      cell('Shape.Square', value('4')),
      cell(
        'function first<T>(list: readonly T[]): T | undefined { return list[0]; }\nfirst<string>(["a"])!.toUpperCase() as string',
        value("'A'"),
      ),
      cell(
        'function logged(f: any, context: ClassMethodDecoratorContext) {\n  return function (this: any, ...args: any[]) { console.log(`call ${String(context.name)}`); return f.call(this, ...args); };\n}\n' +
          'class Greeter { @logged hello(who: string) { return `hello ${who}`; } }\nnew Greeter().hello("you")',
        stdout('call hello\n'),
        value("'hello you'"),
      ),
      cell(
        'abstract class A { abstract area(): number; }\nclass B extends A { override area() { return 6; } }\nnew B().area() satisfies number',
        value('6'),
      ),
      cell('import type { Stats } from "node:fs";\nlet s: Stats | undefined;\ntypeof s', value("'undefined'")),
      cell('export const shared = 9;\nexport function half(n: number) { return n / 2; }\nhalf(shared)', value('4.5')),
      cell('namespace Units { export const km = 1000; }\nUnits.km', value('1000')),
    ],
  },
  {
    name: 'a syntax error points at its line as typed',
    cells: [
      cell('interface Long {\n  a: number;\n  b: string;\n}\nconst ok = 1;\nconst = 5;', {
        error: 'SyntaxError',
        message: /./,
        at: [1, 6],
        frame: />\s*6 \| const = 5;/,
      }),
      cell('ok', { error: 'ReferenceError', message: /^ok is not defined$/, at: [2, 1] }),
    ],
  },
  {
    name: 'a thrown error points at its line as typed, in any cell',
    cells: [
      cell(
        'interface Gone {\n  a: number;\n}\nenum E { A }\n\nfunction check(x: number): number {\n  if (x < 0) throw new RangeError(`negative: ${x}`);\n  return x;\n}',
      ),
      cell('type Also = "gone";\n\ncheck(-1)', {
        error: 'RangeError',
        message: /^negative: -1$/,
        at: [1, 7],
        frame: />\s*7 \|/,
      }),
      cell('const obj: any = null;\n\n\nobj.x', { error: 'TypeError', message: /null/, at: [3, 4] }),
      cell("throw new Error('outer', { cause: new TypeError('inner') });", {
        error: 'Error',
        message: /^outer$/,
        at: [4, 1],
      }),
      cell("await Promise.reject(new Error('awaited'));", { error: 'Error', message: /^awaited$/, at: [5, 1] }),
      cell("throw 'just a text';", { error: 'Thrown', message: /just a text/ }),
    ],
  },
  {
    name: 'an error in an imported file points into the file',
    files: {
      'thrower.ts':
        'type T = number;\n\nexport function fail(x: T): never {\n  throw new Error(`from file ${x}`);\n}\n',
    },
    cells: [
      cell("import { fail } from './thrower.ts';\nfail(3);", {
        error: 'Error',
        message: /^from file 3$/,
        frame: />\s*4 \|   throw new Error/,
      }),
    ],
  },
  {
    name: 'printed text comes in order, by stream, before the value',
    cells: [
      cell(
        "console.log('a', { b: [1, 2] });\nconsole.error('c');\nprocess.stdout.write('d');\nconsole.log('e');\n'f'",
        stdout('a { b: [ 1, 2 ] }\n'),
        { stderr: 'c\n' },
        stdout('de\n'),
        value("'f'"),
      ),
      cell("display('one');\nconsole.log('two');\ndisplay(3);\nundefined", value("'one'"), stdout('two\n'), value('3')),
    ],
  },
  {
    name: 'a display with an id is replaced in place, from other cells too',
    cells: [
      cell("display('start', { id: 'here' });\nconsole.log('below');", value("'after'"), stdout('below\n')),
      cell("display('middle', { id: 'here' });"),
      cell("display('after', { id: 'here' });"),
    ],
  },
  {
    name: 'a value with its own display method shows itself',
    cells: [
      cell(
        "({ [Symbol.for('Jupyter.display')]() { return { 'text/html': '<b>x</b>', 'text/plain': 'bold x' }; } })",
        value('bold x'),
      ),
    ],
  },
  {
    name: 'shadowing names that the kernel uses does not break it',
    cells: [
      cell('const console = 5;\nlet Math = null, Promise = 1, JSON = 2, Object = 3, Array = 4;\nconsole', value('5')),
      cell('[1, 2].map((x) => x + 1)', value('[ 2, 3 ]')),
      cell("throw new Error('still reported');", { error: 'Error', message: /^still reported$/, at: [3, 1] }),
    ],
  },
  {
    name: 'an uncaught error is shown in its cell, and the kernel continues',
    cells: [
      cell(
        'const kept = 1;\nvoid Promise.reject(new Error("nobody caught this"));\nawait new Promise((r) => setTimeout(r, 30));\nkept',
        { error: 'Error', message: /nobody caught this/ },
        value('1'),
      ),
      cell(
        'setTimeout(() => { throw new TypeError("in a timer"); }, 5);\nawait new Promise((r) => setTimeout(r, 50));\nkept + 1',
        { error: 'TypeError', message: /in a timer/ },
        value('2'),
      ),
      cell('kept + 2', value('3')),
    ],
  },
  {
    name: '200,000 lines are cut, and all of them are counted',
    cells: [
      cell(
        'for (let i = 0; i < 200_000; i++) console.log(`line ${i}`);',
        stdout(/^line 0\nline 1\n[^]*\nline 8999\n$/),
        { lines: 200_000 },
        stdout(/^line 199000\n[^]*\nline 199999\n$/),
      ),
      cell("'still here'", value("'still here'")),
    ],
  },
  {
    name: 'tensors stay available in later cells, and show themselves',
    cells: [
      cell("import * as tf from '@tensorflow/tfjs';\nconst t = tf.tensor2d([[1, 2], [3, 4]]);"),
      cell('t.matMul(t)', value(/^Tensor float32 \[2, 2\][^]*7[^]*10[^]*15[^]*22/)),
      cell('(await t.sum().data())[0]', value('10')),
    ],
  },
  ...errorsCases,
  ...modulesCases,
  ...streamsCases,
  ...transformCases,
  ...valuesCases,
];
