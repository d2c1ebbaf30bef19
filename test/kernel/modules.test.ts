// What imports load, and that they notice edits on disk.
import { afterEach, expect, it } from 'vitest';
import { TestKernel } from './kernel.ts';

let k: TestKernel;
afterEach(() => k.stop());

it('loads relative files of every kind, and again after an edit of them or of what they import', async () => {
  k = new TestKernel({
    'a.ts': "import { b } from './b.js'; export const a: number = b + 1; export type T = string; export interface U {}",
    'b.ts': 'export const b = 1 as number;',
    'c.json': '{ "x": 1, "not-a-name": 2 }',
    'd.js': 'export default class D { static y = 3 }',
    'e.cjs': 'exports.z = 4; exports.dir = __dirname;',
    'f/index.ts': 'export const deep = await Promise.resolve(5);',
    'g.js': 'module.exports = { old: require("./e.cjs").z };',
  });
  const all =
    "import { a, type T } from './a'; import c, { x } from './c.json'; import D from './d.js'; import { z } from './e.cjs'; import { deep } from './f'; import { old } from './g.js'; [a, c['not-a-name'], x, D.y, z, deep, old].join()";
  expect((await k.run(all)).text).toBe("'2,2,1,3,4,5,4'");
  k.write({ 'b.ts': 'export const b = 10;', 'c.json': '{ "x": 20 }', 'e.cjs': 'exports.z = 40;' });
  expect(
    (await k.run("import { a } from './a.ts'; import { x } from './c.json'; import { z } from './e.cjs'; [a, x, z]"))
      .text,
  ).toBe('[ 11, 20, 40 ]');
});

it('does not run a file again that has not changed', async () => {
  k = new TestKernel({ 'once.ts': "console.log('ran'); export const o = {};" });
  expect((await k.run("import { o } from './once.ts'; const first = o")).stdout).toBe('ran\n');
  expect(await k.run("import { o } from './once.ts'; first === o")).toMatchObject({ stdout: '', text: 'true' });
});

it('loads modules that import each other', async () => {
  k = new TestKernel({
    'x.ts': "import { y } from './y.ts'; export const x = 1; export const sum = () => x + y;",
    'y.ts': "import { x } from './x.ts'; export const y = 2; export const twice = () => 2 * x;",
  });
  expect((await k.run("import { sum } from './x.ts'; import { twice } from './y.ts'; [sum(), twice()]")).text).toBe(
    '[ 3, 2 ]',
  );
});

it('tries a failed file again, and shows where in the file it failed', async () => {
  k = new TestKernel({ 'bad.ts': 'const ok: number = 1;\n\nthrow new Error("from the file");\nexport {}' });
  const { error } = await k.run("import './bad.ts'");
  expect(error).toMatchObject({ message: 'from the file', at: { file: 'bad.ts', line: 3 } });
  expect(error!.codeFrame).toContain('> 3 | throw new Error("from the file")');
  expect(JSON.stringify(error)).not.toContain(k.dir);
  k.write({ 'bad.ts': 'export const good = 1' });
  expect((await k.run("import { good } from './bad.ts'; good")).text).toBe('1');
  k.write({ 'bad.ts': 'export const good = ;' });
  expect((await k.run("import './bad.ts'")).error).toMatchObject({
    name: 'SyntaxError',
    at: { file: 'bad.ts', line: 1, column: 21 },
  });
});

it('loads npm packages from the folder of the notebook: ES modules, CommonJS, sub-paths and conditions', async () => {
  k = new TestKernel({
    'node_modules/esm/package.json':
      '{ "name": "esm", "type": "module", "exports": { ".": { "import": "./i.js", "require": "./r.cjs" }, "./sub": "./sub.js" } }',
    'node_modules/esm/i.js': 'export const kind = "esm"; export default 7;',
    'node_modules/esm/sub.js': 'export const sub = import.meta.url.slice(-6);',
    'node_modules/cjs/package.json': '{ "name": "cjs", "main": "m.js" }',
    'node_modules/cjs/m.js': 'const api = { make: () => 9 }; module.exports = api;',
    'uses.ts': "import seven, { kind } from 'esm'; export const both = [seven, kind];",
  });
  expect(
    (
      await k.run(
        "import seven, { kind } from 'esm'; import { sub } from 'esm/sub'; import cjs, { make } from 'cjs'; import { both } from './uses.ts'; [seven, kind, sub, cjs.make(), make(), both]",
      )
    ).text,
  ).toBe("[ 7, 'esm', 'sub.js', 9, 9, [ 7, 'esm' ] ]");
  expect(
    (
      await k.run(
        "const { kind: k2 } = await import('esm'); [k2, (await import('./uses.ts')).both[0], require('cjs').make()]",
      )
    ).text,
  ).toBe("[ 'esm', 7, 9 ]");
});

it('says what is missing and how to get it', async () => {
  k = new TestKernel({ 'helper.ts': 'export const helper = 1; export interface OnlyAType {}' });
  expect((await k.run("import x from 'not-there/sub'")).error?.message).toMatch(
    /Cannot find package "not-there".*npm install not-there/,
  );
  expect((await k.run("import './nofile'")).error?.message).toContain('Cannot find "./nofile"');
  expect((await k.run("import { helpr } from './helper.ts'; helpr")).error?.message).toContain(
    'does not export "helpr"; did you mean "helper"?',
  );
  expect((await k.run("import h from './helper.ts'; h")).error?.message).toContain('no default export');
  expect((await k.run("import { nothing } from './helper.ts'")).error?.message).toContain('does not export "nothing"');
  expect((await k.run("import { OnlyAType } from './helper.ts'")).status).toBe('ok');
});

it('makes an import visible to later cells, and gives import.meta, __dirname and process.cwd()', async () => {
  k = new TestKernel();
  await k.run("import fs, { existsSync } from 'node:fs'; import * as path from 'path'");
  expect(
    (
      await k.run(
        '[existsSync(__dirname), typeof fs.readFileSync, path.basename(__filename), import.meta.dirname === __dirname, process.cwd() === __dirname]',
      )
    ).text,
  ).toBe("[ true, 'function', 'test.dlnb', true, true ]");
});

it('follows the tsconfig.json of the folder', async () => {
  k = new TestKernel({
    'tsconfig.json': '{ "compilerOptions": { "experimentalDecorators": true, "paths": { "@lib/*": ["./lib/*"] } } }',
    'lib/m.ts': 'export const m = 6;',
  });
  expect(
    (
      await k.run(
        "import { m } from '@lib/m'; function old(t: any, key: string) { t.seen = key } class C { @old f() {} } [m, (C.prototype as any).seen]",
      )
    ).text,
  ).toBe("[ 6, 'f' ]");
});

it('shares one tensor library among cells and files', async () => {
  k = new TestKernel({
    'model.ts':
      "import * as tf from '@tensorflow/tfjs'; export const engine = () => tf.engine(); export const t = () => tf.scalar(3);",
  });
  expect(
    (
      await k.run(
        "import * as tf from '@tensorflow/tfjs'; import { engine, t } from './model.ts'; [tf.engine() === engine(), t() instanceof tf.Tensor, tf.getBackend()]",
      )
    ).text,
  ).toBe("[ true, true, 'cpu' ]");
  expect(k.device).toMatchObject({ device: 'cpu', refused: [{ device: 'cuda' }, { device: 'webgpu' }] });
});
