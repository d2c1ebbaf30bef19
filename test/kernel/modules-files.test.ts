// What imported files and cells get around their imports: attributes, require, import.meta, queries; TypeScript in
// linked packages; names of CommonJS packages; errors that name the place and the remedy.
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { TestKernel } from './kernel.ts';

let k: TestKernel;
const folders: string[] = [];
afterEach(async () => {
  await k.stop();
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

/** Runs cells in one session: what they show, or their error messages. */
async function shown(files: Record<string, string>, ...cells: string[]): Promise<(string | undefined)[]> {
  k = new TestKernel(files);
  const all: (string | undefined)[] = [];
  for (const code of cells) {
    const ran = await k.run(code);
    all.push(ran.error ? `${ran.error.name}: ${ran.error.message}` : ran.text);
  }
  return all;
}

describe('import attributes', () => {
  it('go with import() in cells and files, for files and packages', async () => {
    const files = {
      'a.json': '{ "x": 1 }',
      'b.ts':
        "export const x = (await import('./a.json', { with: { type: 'json' } })).default.x; import p from 'pkg/p.json' with { type: 'json' }; export const y = p.y;",
      'node_modules/pkg/package.json': '{ "name": "pkg" }',
      'node_modules/pkg/p.json': '{ "y": 2 }',
    };
    expect(
      await shown(
        files,
        "(await import('./a.json', { with: { type: 'json' } })).default.x",
        "import a from './a.json' with { type: 'json' };\nimport p from 'pkg/p.json' with { type: 'json' };\n[a.x, p.y]",
        "import { x, y } from './b.ts';\n[x, y, (await import('pkg/p.json', { with: { type: 'json' } })).default.y, (await import('pkg/p.json')).y]",
        "await import('./b.ts', { with: { type: 'json' } })",
        "await import('./a.json', { with: { type: 'text' } })",
        "await import('./a.json', 5)",
        "(await import('node:path', {})).sep",
      ),
    ).toEqual([
      '1',
      '[ 1, 2 ]',
      '[ 1, 2, 2, 2 ]',
      'TypeError: "b.ts" is not of type "json"',
      'TypeError: Import attribute "type" with value "text" is not supported',
      'TypeError: The second argument of import() must be an object',
      `'/'`,
    ]);
  });
});

describe('imported ES modules', () => {
  it('see their own __dirname, __filename and require, unless they declare them', async () => {
    const files = {
      'lib/names.ts':
        '#!/usr/bin/env tsx\nexport const names = () => [__dirname, __filename];\nexport const line = new Error("x").stack;',
      'lib/req.ts': "export const { z } = require('./y.cjs'); export const where = require.resolve('./y.cjs');",
      'lib/y.cjs': 'exports.z = 3;',
      'lib/own.ts':
        "import { createRequire } from 'node:module';\nconst require = createRequire(import.meta.url);\nconst __dirname = 'mine';\nexport const own = [__dirname, require('./y.cjs').z];",
      'lib/meta.ts':
        "const { url, dirname, filename, main, resolve } = import.meta;\nexport const meta = [url.endsWith('/lib/meta.ts'), dirname === __dirname, filename === __filename, main, resolve('./y.cjs').endsWith('/lib/y.cjs'), Object.keys(import.meta).join()];",
    };
    const results = await shown(
      files,
      "import { names, line } from './lib/names.ts';\nconst [d, f] = names();\n[d === __dirname + '/lib', f === __dirname + '/lib/names.ts', line!.includes('lib/names.ts:3:')]",
      "import { z, where } from './lib/req.ts';\n[z, where === __dirname + '/lib/y.cjs']",
      "import { own } from './lib/own.ts';\nown",
      "import { meta } from './lib/meta.ts';\nmeta.join()",
    );
    expect(results).toEqual([
      expect.stringMatching(/^\[ true, true, (true|false) \]$/),
      '[ 3, true ]',
      "[ 'mine', 3 ]",
      "'true,true,true,false,true,url,dirname,filename,main,resolve'",
    ]);
  });

  it('and cells resolve at once: files, TypeScript, paths, packages and the kernel’s modules', async () => {
    const files = {
      'tsconfig.json': '{ "compilerOptions": { "paths": { "@lib/*": ["./lib/*"] } } }',
      'lib/a.ts': 'export {}',
      'node_modules/pkg/package.json': '{ "name": "pkg", "exports": "./i.js" }',
      'node_modules/pkg/i.js': '',
    };
    expect(
      await shown(
        files,
        "['./lib/a', '@lib/a', 'pkg', 'fs', 'node:fs', 'dlnb', './not-there.txt'].map((s) => import.meta.resolve(s).split('/').slice(-2).join('/'))",
        "import.meta.resolve('none')",
        '[import.meta.main, import.meta.filename === __filename]',
      ),
    ).toEqual([
      expect.stringMatching(
        /'lib\/a.ts'[^]*'lib\/a.ts'[^]*'pkg\/i.js'[^]*'node:fs'[^]*'node:fs'[^]*'dlnb'[^]*\/not-there.txt'/,
      ),
      expect.stringContaining('Cannot find package "none"'),
      '[ true, true ]',
    ]);
  });
});

describe('a wrong name', () => {
  it('is an error at the import, used or not, in cells', async () => {
    expect(
      await shown(
        {},
        "import { trian } from 'dlnb';",
        "import { tensr1d } from '@tensorflow/tfjs'",
        "import { readFilesync } from 'fs'",
        "import fs2, { PathLike, readFile } from 'node:fs'; typeof readFile",
        "import { Tensor, Rank, TensorLike } from '@tensorflow/tfjs'; import { Displayable, html } from 'dlnb'; typeof html",
      ),
    ).toEqual([
      'SyntaxError: the module "dlnb" does not export "trian"; did you mean "train"?',
      `SyntaxError: the module "@tensorflow/tfjs" does not export "tensr1d"; did you mean "tensor1d"? Or import all: import * as tf from '@tensorflow/tfjs'`,
      'SyntaxError: the module "fs" does not export "readFilesync"; did you mean "readFileSync"?',
      "'function'",
      "'function'",
    ]);
    expect((await k.run("const before = 1;\nimport { trian } from 'dlnb';")).error).toMatchObject({
      at: { cellNumber: 6, line: 2 },
    });
  });

  it('is an error at the import in files', async () => {
    const files = {
      'a.ts': "import { nothing } from 'dlnb';\nimport {\n  helpr,\n} from './b';\nexport const x = helpr;",
      'b.ts': 'export const helper = 1; export interface Shape {}',
      'c.ts': "import { Shape, helper } from './b';\nexport const s: Shape = { helper };",
      'd.ts': "import { chnk } from './e.cjs';\nexport default chnk;",
      'e.cjs': 'module.exports = { chunk: 1 };',
    };
    k = new TestKernel(files);
    expect((await k.run("import './a.ts'")).error).toMatchObject({
      name: 'SyntaxError',
      message: 'the module "./b" does not export "helpr"; did you mean "helper"?',
      at: { file: 'a.ts', line: 4 },
      codeFrame: expect.stringContaining("} from './b';"),
    });
    expect((await k.run("import { s } from './c.ts'; s")).text).toBe('{ helper: 1 }');
    expect((await k.run("import d from './d.ts'; d")).error).toMatchObject({
      message: 'the module "./e.cjs" does not export "chnk"; did you mean "chunk"?',
      at: { file: 'd.ts', line: 1 },
    });
  });

  it('of a package gets a guess among those that are installed', async () => {
    const files = {
      'node_modules/lodash/package.json': '{ "name": "lodash" }',
      'node_modules/lodash/index.js': 'module.exports = {}',
      'node_modules/lodash/chunk.js': 'module.exports = () => 5',
      'node_modules/@scope/thing/package.json': '{ "exports": { ".": "./i.js", "./parts": "./p.js" } }',
      'helpers.ts': '',
    };
    const [lodash, scope, sub, part, own, file] = await shown(
      files,
      "import 'lodahs'",
      "import '@scope/thign'",
      "import 'lodash/chnk'",
      "import '@scope/thing/part'",
      "import 'dlbn'",
      "import './helper.ts'",
    );
    expect(lodash).toMatch(
      /Cannot find package "lodahs" from the notebook's folder; did you mean "lodash"\?.* npm install lodahs/,
    );
    expect(scope).toContain('did you mean "@scope/thing"?');
    expect(sub).toBe(
      'Error: Cannot find "lodash/chnk": the package "lodash" is installed and has no file "chnk"; did you mean "chunk"?',
    );
    expect(part).toContain('does not export "./part"; did you mean "parts"?');
    expect(own).toContain('did you mean "dlnb"?');
    expect(file).toContain('did you mean "helpers.ts"?');
    for (const message of [lodash, scope, sub, part, own, file]) expect(message).not.toContain('kernel.js');
  });

  it('loads nothing for types, of a package that has declarations alone', async () => {
    const files = {
      'node_modules/@types/geojson/package.json': '{ "name": "@types/geojson", "types": "index.d.ts" }',
      'node_modules/@types/geojson/index.d.ts': 'export interface FeatureCollection { type: string }',
    };
    expect(
      await shown(
        files,
        "import { FeatureCollection } from 'geojson'; 1",
        "import { type FeatureCollection as F } from 'geojson'; const f: F = { type: 'x' }; f.type",
        "import { Feature } from 'geojson'; 2",
      ),
    ).toEqual(['1', "'x'", expect.stringContaining('Cannot find package "geojson"')]);
  });
});

describe('CommonJS packages', () => {
  const files = {
    'node_modules/made/package.json': '{ "name": "made", "main": "m.js" }',
    'node_modules/made/m.js':
      ';(function () { function f() {} for (const n of ["chunk", "join"]) f[n] = () => n; module.exports = f; }).call(this);',
    'node_modules/made/chunk.js': 'module.exports = () => "sub";',
    'node_modules/lazy/package.json': '{ "name": "lazy" }',
    'node_modules/lazy/index.js':
      'const e = {}; Object.defineProperty(e, "late", { enumerable: true, get() { throw new Error("read") } }); e.now = 1; module.exports = e;',
    'uses.ts':
      "import * as all from 'made'; import { join } from 'made'; import * as lazy from 'lazy'; export const got = [all.chunk(), join(), lazy.now];",
  };

  it('give all names with import *, as with esModuleInterop, and parts without extension', async () => {
    expect(
      await shown(
        files,
        "import * as made from 'made'; import direct, { join } from 'made'; [made.chunk(), join(), made.default === direct, Object.keys(made)]",
        "import chunk from 'made/chunk'; chunk()",
        "import { got } from './uses.ts'; got",
        "import * as lazy from 'lazy'; lazy.now",
        "(await import('made')).chunk()",
      ),
    ).toEqual([
      "[ 'chunk', 'join', true, [ 'chunk', 'join', 'default' ] ]",
      "'sub'",
      "[ 'chunk', 'join', 1 ]",
      '1',
      "'chunk'",
    ]);
  });
});

describe('require', () => {
  it('gives the kernel’s modules, in cells and files', async () => {
    const files = {
      'old.cjs': "const tf = require('@tensorflow/tfjs'); exports.add = () => tf.scalar(1).add(2).dataSync()[0];",
      'new.ts': "const tf = require('@tensorflow/tfjs'); export const engine = tf.engine();",
    };
    expect(
      await shown(
        files,
        "const name0 = '@tensorflow/tfjs'; require(name0)",
        "const tf = require('@tensorflow/tfjs'); tf.scalar(3).dataSync()[0]",
        "import * as same from '@tensorflow/tfjs'; import whole from '@tensorflow/tfjs'; [same === tf, whole === same, require(name0) === tf, (await import('@tensorflow/tfjs')).default === tf]",
        "import { engine } from './new.ts'; [engine === tf.engine(), require('./old.cjs').add(), typeof require('dlnb').html]",
        "const { html } = require('dlnb'); import dlnb from 'dlnb'; dlnb.html === html",
      ),
    ).toEqual([
      expect.stringMatching(/"@tensorflow\/tfjs" is not loaded yet.*import \* as tf from '@tensorflow\/tfjs'/),
      '3',
      '[ true, true, true, true ]',
      "[ true, 3, 'function' ]",
      'true',
    ]);
  });

  it('gives TypeScript and JSON of the user, again after an edit', async () => {
    const files = {
      'x.ts': 'enum E { A = 7 } export const x: number = E.A;',
      'd.json': '{ "n": 1 }',
      'c.cts': "const x = require('./x'); module.exports = { x: x.x, d: require('./d.json') };",
      'cycle-a.cjs': "exports.a = 1; const b = require('./cycle-b.cjs'); exports.sum = exports.a + b.b;",
      'cycle-b.cjs': "const a = require('./cycle-a.cjs'); exports.b = a.a + 1;",
      'waits.ts': 'export const w = await 1;',
      'sloppy.cjs': 'var o = { p: 1 }; with (o) { exports.p = p; } return;',
    };
    const results = await shown(
      files,
      "[require('./x.ts').x, require('./x').x, require('./d.json').n, require('./c.cts').x, require('./cycle-a.cjs').sum]",
      "import * as x from './x.ts'; [require('./x.ts') === x, require('./d.json') === require('./d.json')]",
      "const late = './' + 'c.cts'; require(late).d.n",
      "const other = './wai' + 'ts.ts'; require(other)",
      "require('./waits.ts')",
      "require('./sloppy.cjs').p",
      "require('./none.cjs')",
      "require('none')",
      "let was; try { require('none') } catch { was = 'caught' } was",
      "require('node:path') === require('path')",
      "[typeof require.resolve, require.resolve('./x'), typeof require.cache].join()",
    );
    expect(results).toEqual([
      '[ 7, 7, 1, 7, 3 ]',
      '[ true, true ]',
      '1',
      expect.stringMatching(/waits.ts is an ES module that is not loaded yet.*await import\('.\/waits.ts'\)/),
      expect.stringMatching(/waits.ts, or a file that it imports, awaits at its top level.*await import/),
      '1',
      expect.stringContaining('Cannot find "./none.cjs"'),
      expect.stringContaining('Cannot find package "none"'),
      "'caught'",
      'true',
      expect.stringMatching(/^'function,.*x\.ts,object'$/),
    ]);
    k.write({ 'x.ts': 'export const x = 8;', 'd.json': '{ "n": 2 }' });
    expect((await k.run("const c = require('./c.cts'); [require('./x.ts').x, c.x, c.d.n]")).text).toBe('[ 8, 8, 2 ]');
  });
});

describe('linked packages', () => {
  it('in TypeScript are loaded like files beside the notebook, and again after an edit', async () => {
    const workspace = realpathSync(mkdtempSync(path.join(tmpdir(), 'dlnb-linked-')));
    folders.push(workspace);
    const write = (name: string, text: string) => {
      mkdirSync(path.dirname(path.join(workspace, name)), { recursive: true });
      writeFileSync(path.join(workspace, name), text);
    };
    write(
      'a/package.json',
      '{ "name": "@ws/a", "type": "module", "exports": { ".": "./src/index.ts", "./*": "./src/*.ts" } }',
    );
    write('a/src/index.ts', "export { Color } from './color.js';\nexport const version: number = 1;");
    write('a/src/color.ts', 'export enum Color { Red = 5 }');
    write('b/package.json', '{ "name": "b", "main": "src/main" }');
    write('b/src/main.ts', "import { Color } from '@ws/a'; export const red = Color.Red;");
    k = new TestKernel();
    mkdirSync(path.join(k.dir, 'node_modules/@ws'), { recursive: true });
    mkdirSync(path.join(workspace, 'node_modules/@ws'), { recursive: true });
    for (const folder of [k.dir, workspace])
      symlinkSync(path.join(workspace, 'a'), path.join(folder, 'node_modules/@ws/a'));
    symlinkSync(path.join(workspace, 'b'), path.join(k.dir, 'node_modules/b'));
    const cell =
      "import { Color, version } from '@ws/a'; import { red } from 'b'; import * as c from '@ws/a/color'; [Color.Red, version, red, c.Color === Color, require('b').red]";
    expect(await k.run(cell)).toMatchObject({ error: undefined, text: '[ 5, 1, 5, true, 5 ]' });
    write('a/src/color.ts', 'export enum Color { Red = 6 }');
    expect(await k.run(cell)).toMatchObject({ text: '[ 6, 1, 6, true, 6 ]' });
  });
});

describe('addresses', () => {
  it('with a query are instances of their own', async () => {
    const files = { 'q.ts': 'export const o = {}; export const search = new URL(import.meta.url).search;' };
    expect(
      await shown(
        files,
        "import { o as one } from './q.ts'; import { o as two, search } from './q.ts?v=2'; import { o as again } from './q.ts?v=2'; [one === two, two === again, search]",
        "(await import(import.meta.resolve('./q.ts') + '?v=2')).o === two",
      ),
    ).toEqual(["[ false, true, '?v=2' ]", 'true']);
  });

  it('that Node.js cannot import say what to install', async () => {
    expect(
      await shown(
        {},
        "import _ from 'npm:lodash@4/chunk'",
        "import x from 'jsr:@std/path@1'",
        "await import('https://esm.sh/lodash-es@4?bundle')",
        "import 'https://example.com/mod.ts'",
      ),
    ).toEqual([
      expect.stringMatching(/no "npm:" imports.*npm install lodash .*from 'lodash'/),
      expect.stringMatching(/no "jsr:" imports.*npx jsr add @std\/path /),
      expect.stringMatching(/not loaded from the network.*npm install lodash-es /),
      expect.stringMatching(/not loaded from the network.*save the file beside the notebook/),
    ]);
  });
});

describe('errors in files', () => {
  it('name file, line and column', async () => {
    const files = {
      'syntax.ts': 'interface A {\n  a: string;\n}\nexport const r = /(/;',
      'bad.json': '{\n  "a": 1,\n  "b": }\n',
      'missing.ts': "export const ok = 1;\nimport './nowhere';",
      'old.cjs': 'exports.a = 1;\nlet let = 2;',
    };
    k = new TestKernel(files);
    expect((await k.run("import './syntax.ts'")).error).toMatchObject({
      name: 'SyntaxError',
      at: { file: 'syntax.ts', line: 4 },
    });
    const json = (await k.run("import './bad.json'")).error!;
    expect(json).toMatchObject({ name: 'SyntaxError', at: { file: 'bad.json', line: 3, column: 8 } });
    expect(json.codeFrame).toContain('> 3 |   "b": }');
    k.write({ 'cut.json': '{ "a": [1,' });
    expect((await k.run("import './cut.json'")).error).toMatchObject({ at: { file: 'cut.json', line: 1, column: 11 } });
    expect((await k.run("import './missing.ts'")).error).toMatchObject({
      name: 'Error',
      message: expect.stringContaining('Cannot find "./nowhere"'),
      at: { file: 'missing.ts', line: 2 },
    });
    expect((await k.run("require('./old.cjs')")).error).toMatchObject({
      name: 'SyntaxError',
      at: { file: 'old.cjs', line: 2 },
    });
  });

  it('say once that emitDecoratorMetadata is not followed', async () => {
    k = new TestKernel({
      'tsconfig.json': '{ "compilerOptions": { "experimentalDecorators": true, "emitDecoratorMetadata": true } }',
    });
    expect((await k.run('1')).stderr).toBe('');
    const cell = 'const seen = (target: object, key: string) => {};\nclass Z {\n  @seen a = 1;\n}';
    expect((await k.run(cell)).stderr).toContain('"emitDecoratorMetadata" of tsconfig.json is not followed');
    expect((await k.run(cell)).stderr).toBe('');
  });
});
