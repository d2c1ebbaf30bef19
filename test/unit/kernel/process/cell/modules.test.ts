// Which names an import gives a cell, and what it says of names, packages and files that are missing.
// What modules are loaded and reloaded is tested in a real kernel: test/kernel/modules.test.ts.
import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ModuleLoader } from '../../../../../kernel/process/cell/modules.ts';

let dir: string;
let loader: ModuleLoader;
beforeAll(() => {
  dir = mkdtempSync(path.join(tmpdir(), 'dlnb-modules-'));
  const own = { Layer: 1, train: 2, default: { onDefault: 3 } };
  const builtins = { own: { load: async () => own, loaded: () => own } };
  loader = new ModuleLoader({ dir, builtins, onSource: () => {} });
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

describe('names', () => {
  it('come from the module, or from its default export, as those of CommonJS packages do', async () => {
    expect(await loader.load('own', ['Layer', 'onDefault'], ['Layer', 'onDefault'])).toEqual({
      Layer: 1,
      onDefault: 3,
    });
    expect(await loader.load('node:path', ['sep'], ['sep'])).toEqual({ sep: path.sep });
  });

  it('that are missing are errors, used or not, unless the cell uses them in types alone', async () => {
    await expect(loader.load('own', ['Options', 'train'], ['train'])).rejects.toThrow('does not export "Options"');
    expect(await loader.load('own', ['Options', 'train'], ['train'], ['Options'])).toEqual({ train: 2 });
  });

  it('of the kernel include a default export: the module itself', async () => {
    const namespace = { a: 1 };
    const module = { load: async () => namespace, loaded: () => namespace };
    const own = new ModuleLoader({ dir, builtins: { plain: module }, onSource: () => {} });
    expect((await own.load('plain', ['default'], ['default']))['default']).toBe(namespace);
    expect(Object.keys(await own.load('plain'))).toEqual(['a']);
  });

  const missing: [module: string, name: string, message: string][] = [
    ['own', 'layer', 'the module "own" does not export "layer"; did you mean "Layer"?'],
    ['own', 'trian', 'the module "own" does not export "trian"; did you mean "train"?'],
    ['own', 'trai', 'the module "own" does not export "trai"; did you mean "train"?'],
    ['own', 'nothing', 'the module "own" does not export "nothing"'],
  ];
  it.each(missing)('that the cell uses must exist: %s, %s', async (module, name, message) => {
    await expect(loader.load(module, [name], [name])).rejects.toEqual(new SyntaxError(message));
  });
});

describe('what cannot be found', () => {
  it('is named, with the remedy for a package', async () => {
    await expect(loader.load('@none/such/deep')).rejects.toThrow(
      `Cannot find package "@none/such" from the notebook's folder. Install it there: npm install @none/such`,
    );
    await expect(loader.load('./none')).rejects.toThrow(
      /^Cannot find "\.\/none": there is no file .*none \(also tried with \.ts, \.js, \.json/,
    );
    await expect(loader.load('./none.js')).rejects.toThrow(/none\.js$/);
  });
});

it('reads compiler options from the tsconfig.json of the folder, again when it has changed', async () => {
  const sub = path.join(dir, 'sub');
  mkdirSync(sub);
  const own = new ModuleLoader({ dir: sub, builtins: {}, onSource: () => {} });
  const config = path.join(sub, 'tsconfig.json');
  for (const [seconds, experimentalDecorators] of [true, false].entries()) {
    writeFileSync(config, JSON.stringify({ compilerOptions: { experimentalDecorators } }));
    utimesSync(config, seconds, seconds);
    expect(own.optionsFor('')).toMatchObject({ experimentalDecorators });
  }
});
