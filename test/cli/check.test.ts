// `dlnb check`: no notebook of the repository has an error, and each of more than 40 mistakes is marked where it is,
// those of shapes of tensors among them.
import { chmodSync, existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { ARCHITECTURES, dataOf, OPTIMIZERS } from '../../kernel/notebook/scaffold/choices.ts';
import { root } from '../paths.ts';
import { cases } from '../semantics/cases.ts';
import { dlnb, Folder, notebook, start } from './cli.ts';

interface Message {
  cell: number;
  line: number;
  column: number;
  endLine: number;
  endColumn: number;
  severity: string;
  code: number | string;
  message: string;
}
interface Report {
  file: string;
  messages: Message[];
}

const check = async (folder: string, ...files: string[]): Promise<{ code: number | null; reports: Report[] }> => {
  const { code, stdout, stderr } = await dlnb(folder, 'check', '--json', ...files);
  expect(stderr).toBe('');
  return { code, reports: JSON.parse(stdout) as Report[] };
};
const errorsOf = ({ messages }: Report) => messages.filter(({ severity }) => severity === 'error');
const told = ({ file, messages }: Report) =>
  messages.map(({ cell, line, code, message }) => `${file}, cell ${cell}, line ${line}: ${message} (${code})`);

describe('notebooks without a mistake', () => {
  it('are the samples', async () => {
    const files = readdirSync(path.join(root, 'samples')).filter((name) => name.endsWith('.dlnb'));
    const { code, reports } = await check(path.join(root, 'samples'), ...files);
    expect(reports.flatMap(told)).toEqual([]);
    expect(code).toBe(0);
  });

  it('are the model notebooks', { timeout: 240_000 }, async () => {
    using folder = new Folder();
    const pairs = ARCHITECTURES.flatMap((a) => dataOf(a).map((data) => [a.id, data] as const));
    const files: string[] = [];
    for (const [i, [architecture, data]] of pairs.entries()) {
      const optimizer = OPTIMIZERS[i % OPTIMIZERS.length]!.id;
      const args = ['--model', architecture, '--data', data, '--optimizer', optimizer, `${i}`];
      const { stdout } = await dlnb(folder.path, 'new', ...args);
      files.push(stdout.trim());
    }
    const { code, reports } = await check(folder.path, ...files);
    expect(reports.flatMap(told)).toEqual([]);
    expect(code).toBe(0);
  });

  /** Cases of errors, and of what JavaScript allows and TypeScript does not. */
  const WITH_ERRORS = new Set([
    'an npm package is taken from the folder of the notebook',
    'a syntax error points at its line as typed',
    'a prepareStackTrace of the user gets the frames of the user, and uncaught errors still find their line',
    'a missing package is named without a path of this machine',
    'the kernel goes on after a cell has removed all listeners of the process',
    'a wrong name in an import is an error there, and a type is not',
    'bytes written to process.stdout are one text, however they are cut',
    'a syntax error is at its line as typed, whichever parser finds it',
    'what a cell has no use for is said',
    'sentences of TensorFlow.js begin with the op and have shapes in brackets',
    // Comparisons of a constant with thousands of others
    'an expression of thousands of parts runs',
    'html, md and svg take a text, display takes an object of MIME types',
  ]);

  it('are the notebooks that say what cells mean', { timeout: 240_000 }, async () => {
    using folder = new Folder();
    const files = cases.flatMap(({ name, files = {}, cells }, i) => {
      if (WITH_ERRORS.has(name)) return [];
      for (const [file, text] of Object.entries(files)) folder.write(`${i}/${file}`, text);
      folder.write(`${i}/a.dlnb`, notebook(...cells.map(({ source }) => source)));
      return [`${i}/a.dlnb`];
    });
    expect(files.length).toBeGreaterThan(40);
    const { reports } = await check(folder.path, ...files);
    expect(reports.flatMap((report) => told({ ...report, messages: errorsOf(report) }))).toEqual([]);
  });

  it('declare anything again, import it again, and use what blocks cannot have', async () => {
    using folder = new Folder({
      'helper.ts': 'export const help = 1; export default 5;',
      'd.json': '{"a":1}',
      'a.dlnb': notebook(
        "import * as tf from '@tensorflow/tfjs';\nlet x = 1;\nconst y = 'a';\nfunction f(a) { return a; }\nclass A { v = 1 }\nenum E { P }\ninterface I { a: number }\ntype T = string;",
        "import * as tf from '@tensorflow/tfjs';\nconst x = 'text';\nx.toUpperCase();\nconst t = tf.ones([2, 3]);",
        'const x2 = x + 1; class x { m = new A().v }\nnew x().m.toFixed();',
        "let y = y + 'b';\ny.length",
        'function A() { return 5 }\nA().toFixed()',
        'export const z = 1;\nexport default z;\nexport { z };',
        '{ a: 1, b: z }',
        "throw new Error('stop')",
        'const after = z + 1; after',
        'namespace N { export const q = z; export type T = number }\nconst nq: N.T = N.q;',
        'declare global { interface Array<T> { lastOne(): T } }\ndeclare const external: number;',
        '[1].lastOne().toFixed(); external.toFixed()',
        'var v = 1; var v = 2;\nfor (var i = 0; i < 3; i++) { var w = i; }\ni + w + v',
        "var i = 'text'; i.length",
        "const fs = await import('node:fs');\nimport.meta.dirname; require('fs'); process.cwd(); __dirname",
        'for await (const k of [1, 2]) { display(k) }',
        'const E = { R: 1 }; E.R',
        "type T = number; const tt: T = 1; interface I { b: string } const ii: I = { b: 'c' };",
        'tf.tidy(() => tf.add(t, 1)).print(); await t.data()',
        'const page = <div>{tt}</div>;\npage',
        'const g = <K,>(k: K) => k; const c = <number>g(1); c.toFixed();',
        "import def, { help } from './helper.ts'; import d from './d.json'; import * as tf from './helper';\nhelp + d.a + def + tf.help",
        'tf.help; const tf = 1; tf.toFixed()',
        'using res = { [Symbol.dispose]() {} };',
        'abstract class B { abstract m(): void } class C extends B { m() {} } new C().m();',
        "let u; u = 'a'; u.length",
        '#!/usr/bin/env node\nsetTimeout(() => {}); structuredClone({}); new URL("http://a"); Buffer.from("a")',
        "'use strict'",
      ),
    });
    const { code, reports } = await check(folder.path, 'a.dlnb');
    expect(told({ ...reports[0]!, messages: errorsOf(reports[0]!) })).toEqual([]);
    expect(code).toBe(0);
  });
});

const TF = "import * as tf from '@tensorflow/tfjs';";
const DLNB = "import { train, viz, data } from 'dlnb';";

/** Mistakes between « and », with TypeScript's number, or a word for what it does not know. */
const mistakes: [code: number | 'syntax' | 'shape', ...cells: string[]][] = [
  [2322, "const «n»: number = 'text';"],
  [2322, 'let n = 1;\nn;', "«n» = 'text';"],
  [2304, 'const a = 1;', 'a + «b»;'],
  [2551, "const s = 'a';", 's.«lenght»;'],
  [2345, 'function f(a: number) { return a; }', "f(«'1'»);"],
  [2554, 'const f = (a: number) => a;', '«f»();'],
  [2339, `${TF}\ntf.«onse»([2]);`],
  [2551, TF, 'tf.«seqential»();'],
  [2345, `${TF}\ntf.ones(«'2'»);`],
  [2322, TF, "tf.layers.dense({ «units»: '1' });"],
  [2561, TF, 'tf.layers.dense({ units: 1, «inputshape»: [3] });'],
  [2724, "import { «trian» } from 'dlnb';"],
  [2307, "import a from «'./missing.ts'»;"],
  [2551, `${DLNB}`, 'data.«digit»({ n: 1 });'],
  [2339, 'class A { b = 1 }', 'new A().«c»;'],
  [2304, '«undeclared»;', 'const declared = 1;'],
  [2741, 'interface I { a: number; b: string }', 'const «i»: I = { a: 1 };'],
  [2322, 'type T = "a" | "b";', 'const «t»: T = "c";'],
  [18048, 'const q = [1].find(Boolean);', '«q».toFixed();'],
  [18047, 'const m = /a/.exec("b");', '«m».index;'],
  [2588, 'const c = 1;\n«c» = 2;'],
  [2448, 'const a = «b»;\nconst b = 1;'],
  [2451, 'const «a» = 1;\nconst «a» = 2;'],
  [2300, 'class «A» {}\nclass «A» {}'],
  [2339, 'enum E { P }', 'E.«Q»;'],
  [2362, "«'a'» * 2;"],
  [2365, '«1 < {}»;'],
  [2349, 'const a = 1;', '«a»();'],
  [2355, 'function f(): «number» {}'],
  [1109, 'const a = «;»'],
  [1005, 'const a = { b: 1 «c»: 2 };'],
  ['syntax', 'const f = () => {\n  1;«»'],
  ['syntax', 'const a = 1;', 'a «)»;'],
  [2322, 'const xs: number[] = [1, «"2"»];'],
  [2345, 'await Promise.all([1].map(async (x: number) => x.toFixed(«"a"»)));'],
  [2739, 'type P = { a: 1; b: 2 };', 'let «p»: P = {};'],
  [2416, 'class A { m() { return 1 } }', "class B extends A { «m»() { return 'a' } }"],
  [2420, 'interface I { a: 1 }', 'class «C» implements I {}'],
  [2367, 'const k = 1 as number;', "«k === 'a'»;"],
  [2769, '[1, 2].reduce((a: string) => a, «1 as unknown as Date»);'],
  [2322, '// 😀 é\nconst s = "😀"; const «w»: number = s;'],
  [2503, 'let a: «Nowhere».T;'],
  ['shape', TF, 'const a = tf.zeros([2, 3]);', 'const b = a.«matMul(tf.ones([2, 3]))».relu();'],
  [
    'shape',
    `${TF}\nconst xs = tf.ones([64, 784]);`,
    'const w = tf.zeros([10, 784]);\ntf.«matMul(xs, w)»;\ntf.matMul(xs, w, false, true);',
  ],
  ['shape', TF, 'const y = tf.zeros([4, 3]);\nconst centered = y.«sub(y.mean(1))»;\ny.sub(y.mean(1, true));'],
  ['shape', TF, 'tf.range(0, 12);\ntf.zeros([3, 4]).«reshape([5, -1])»;'],
  [
    'shape',
    TF,
    "const image = tf.zeros<tf.Rank.R4>([8, 28, 28, 3]);\n\ttf.«conv2d(image, tf.ones<tf.Rank.R4>([3, 3, 1, 8]), 1, 'same')»;",
  ],
  [
    'shape',
    TF,
    'tf.«concat([tf.zeros([2, 3]), tf.zeros([2, 4])])»;\ntf.concat([tf.zeros([2, 3]), tf.zeros([2, 4])], 1);',
  ],
  ['shape', TF, 'tf.«stack([tf.zeros([2]), tf.zeros([3])])»;'],
  ['shape', TF, '// 😀 é\nconst s = "😀"; tf.«tensor([1, 2, 3], [2, 2])».print();'],
  ['shape', TF, 'const x = tf.zeros([2, 3]);\r\nfor (const k of [0, 1]) {\r\n  x.add(1).«sum(2)»;\r\n}'],
  ['shape', "import { zeros, matMul } from '@tensorflow/tfjs';", '«matMul(zeros([2, 3]), zeros([2, 3]))»;'],
  [
    'shape',
    TF,
    'const net = tf.sequential();\nnet.add(tf.layers.dense({ units: 8, inputShape: [4] }));\nnet.add(tf.layers.«conv2d({ filters: 2, kernelSize: 3 })»);',
  ],
  [
    'shape',
    `${TF}\nconst net = tf.sequential({ layers: [tf.layers.dense({ units: 8, inputShape: [4] })] });`,
    'net.summary();\nnet.«predict(tf.zeros([5, 3]))»;\nnet.predict(tf.zeros([5, 4]));',
  ],
  ['shape', TF, 'tf.sequential({ layers: [tf.layers.«dense({ units: 8 })»] });'],
];

describe('mistakes', () => {
  it('are marked at their places', { timeout: 240_000 }, async () => {
    using folder = new Folder();
    const files = mistakes.map(([, ...cells], i) => {
      folder.write(`${i}.dlnb`, notebook(...cells.map((text) => text.replaceAll(/[«»]/g, ''))));
      return `${i}.dlnb`;
    });
    const { code, reports } = await check(folder.path, ...files);
    expect(code).toBe(1);
    const place = ({ cell, line, column, endLine, endColumn, code }: Message) =>
      `${code} in cell ${cell}: ${line}:${column}-${endLine}:${endColumn}`;
    const found = reports.map((report) => errorsOf(report).map(place));
    const wanted = mistakes.map(([code, ...cells]) =>
      cells.flatMap((text, cell) =>
        [...text.matchAll(/«([^»]*)»/g)].map((mark) => {
          const at = (end: number) => {
            const lines = text.slice(0, end).replaceAll(/[«»]/g, '').split('\n');
            return `${lines.length}:${lines.at(-1)!.length + 1}`;
          };
          return `${code} in cell ${cell + 1}: ${at(mark.index)}-${at(mark.index + mark[0].length)}`;
        }),
      ),
    );
    expect(found).toEqual(wanted);
  });

  it('are more than 40', () => {
    expect(mistakes.length).toBeGreaterThan(50);
    expect(mistakes.filter(([code]) => code === 'shape').length).toBeGreaterThan(10);
  });

  it('of shapes are printed with both shapes', async () => {
    using folder = new Folder({ 'a.dlnb': notebook(TF, 'tf.zeros([2, 3]).matMul(tf.ones([2, 3]));') });
    const { code, stdout } = await dlnb(folder.path, 'check', 'a.dlnb');
    expect(stdout).toBe(`a.dlnb, cell 2, line 1: matMul: [2, 3] and [2, 3] do not fit: 3 columns, and 2 rows (shape)
    tf.zeros([2, 3]).matMul(tf.ones([2, 3]));
                     ^^^^^^^^^^^^^^^^^^^^^^^
`);
    expect(code).toBe(1);
  });

  it('are printed with their lines, and hints too', async () => {
    using folder = new Folder({
      'a.dlnb': notebook('later;\nconst a = 1;', "const n: number = 'a';", 'const later = 1;'),
    });
    const { code, stdout, stderr } = await dlnb(folder.path, 'check', 'a.dlnb');
    expect(stdout).toBe(`a.dlnb, cell 1, line 1: hint: "later" is declared in cell 3, below.
    later;
    ^^^^^
a.dlnb, cell 2, line 1: Type 'string' is not assignable to type 'number'. (TS2322)
    const n: number = 'a';
          ^
`);
    expect(stderr).toBe('dlnb: 1 error.\n');
    expect(code).toBe(1);
  });

  it('are no errors in JavaScript, but its grammar is', async () => {
    const javascript = (source: string) => ({ ...JSON.parse(notebook(source)).cells[0], language: 'javascript' });
    const cells = [javascript('function f(a, b) { return a.b.c; }\nf(1)'), javascript('let 1;')];
    using folder = new Folder({
      'a.dlnb': JSON.stringify({ dlnb: 1, metadata: {}, cells: cells.map((cell, i) => ({ ...cell, id: `c${i}` })) }),
    });
    const { reports } = await check(folder.path, 'a.dlnb');
    expect(errorsOf(reports[0]!).map(({ cell }) => cell)).toEqual([2, 2].slice(0, errorsOf(reports[0]!).length));
    expect(errorsOf(reports[0]!).length).toBeGreaterThan(0);
  });

  it('follow the tsconfig.json of the folder', async () => {
    using folder = new Folder({
      'strict/tsconfig.json': '{ "compilerOptions": { "noImplicitAny": true, "paths": { "@/*": ["./lib/*"] } } }',
      'strict/lib/a.ts': 'export const a = 1;',
      'strict/a.dlnb': notebook("import { a } from '@/a';\na.toFixed();", 'function f(b) { return b; }'),
      'loose/tsconfig.json': '{ "compilerOptions": { "strict": false } }',
      'loose/a.dlnb': notebook('const a: string = null;\nfunction f(b) { return b; }'),
    });
    const { reports } = await check(folder.path, 'strict/a.dlnb', 'loose/a.dlnb');
    expect(reports.map((r) => errorsOf(r).map(({ cell, code }) => [cell, code]))).toEqual([[[2, 7006]], []]);
  });

  it.skipIf(process.platform === 'win32')('download nothing: no npm is started, whatever they import', async () => {
    using folder = new Folder({
      'bin/npm': '#!/bin/sh\necho "$@" >> "$(dirname "$0")/calls"\nexit 1\n',
      'a.dlnb': notebook("import _ from 'lodash';\nimport $ from 'jquery';\n_.chunk([1], 1); $('a')"),
      'package.json': '{ "dependencies": { "lodash": "4.17.21" } }',
    });
    chmodSync(folder.file('bin/npm'), 0o755);
    const env = { PATH: `${folder.file('bin')}${path.delimiter}${process.env['PATH']}` };
    const { stdout } = await start(folder.path, ['check', 'a.dlnb'], env).result;
    expect(stdout).toContain("'lodash'");
    expect(existsSync(folder.file('bin/calls'))).toBe(false);
  });

  it('need a notebook', async () => {
    using folder = new Folder();
    expect(await dlnb(folder.path, 'check', 'a.dlnb')).toMatchObject({
      code: 2,
      stderr: 'dlnb: a.dlnb: no such file\n',
    });
  });
});
