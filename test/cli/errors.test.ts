// Errors as the command line writes them: the file is the same bytes in every run and in every folder.
import os from 'node:os';
import { expect, it } from 'vitest';
import { dlnb, Folder, notebook } from './cli.ts';
import { dist } from '../paths.ts';

const cells = [
  'function fail(x: number): never {\n  throw new RangeError(`bad ${x}`);\n}\ntry { fail(1); } catch (e) { console.error(e); }\nconsole.trace("here");',
  'new Error("value")',
  'display(new Error("outer", { cause: new Error("inner") }));\n[{ e: new AggregateError([new Error("one")], "all") }]',
  'await Promise.allSettled([Promise.reject(new Error("settled")), import("none"), import("./none.ts"), import("lib")])',
  'const kept = (() => { try { fail(2); } catch (e) { return (e as Error).stack; } })();\nkept',
  'Promise.reject(new Error("rejected"))',
  'import { make } from "./lib.ts";\nmake()',
  'import { make as made } from "lib";\nconsole.log(made());\nfail(3);',
  'require("none");',
  'import tf from "@tensorflow/tfjs";\nimport { train } from "dlnb";\ntrain.record(5 as never);',
  'import vm from "node:vm";\nvm.runInThisContext("(() => new Error(1))()")',
  'await import("node:fs/promises").then((fs) => fs.readFile("none.txt"));',
];

it('writes the same bytes in another folder and in a second run', async () => {
  const files = {
    'a.dlnb': notebook(...cells),
    'lib.ts': 'export const make = (): Error => new TypeError("in a file");\n',
    'node_modules/lib/package.json': '{ "name": "lib", "version": "1.0.0", "main": "index.js" }',
    'node_modules/lib/index.js': 'exports.make = () => new Error("in a package");\nrequire;\n',
  };
  using one = new Folder(files);
  using two = new Folder(Object.fromEntries(Object.entries(files).map(([name, text]) => [`deep/er/${name}`, text])));
  await dlnb(one.path, 'run', 'a.dlnb', '--out', 'b.dlnb', '--keep-going');
  await dlnb(one.path, 'run', 'b.dlnb', '--out', 'c.dlnb', '--keep-going');
  await dlnb(two.path, 'run', 'deep/er/a.dlnb', '--out', 'deep/er/b.dlnb', '--keep-going');
  const written = one.read('b.dlnb');
  expect(one.read('c.dlnb')).toBe(written);
  expect(two.read('deep/er/b.dlnb')).toBe(written);
  expect(written).not.toMatch(/dlnb-cell|node:internal|kernel\.js/);
  for (const folder of [one.path, dist, os.homedir()]) expect(written).not.toContain(folder);
}, 60_000);
