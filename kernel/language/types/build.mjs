// Makes dist/types/: the declarations that cells are checked with, for people who have installed no package. `dlnb` from
// its sources, TensorFlow.js with what is different here, Node.js, and the globals of cells.
// `node kernel/language/types/build.mjs DIST` makes what has changed.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const here = 'kernel/language/types';
const modules = join(root, 'node_modules');

/** Files below a folder, by their paths from the root. */
const filesOf = (folder) =>
  readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(root, join(entry.parentPath, entry.name)).split(sep).join('/'))
    .sort();
const manifests = (packages) => packages.map((name) => `node_modules/${name}/package.json`);

/** TensorFlow.js as it is imported, and the packages that it is made of. */
const TENSORS = ['tfjs-core', 'tfjs-layers', 'tfjs-data', 'tfjs-converter'].map((name) => `@tensorflow/${name}`);
/** Node.js and what its types need, by the names of their folders. */
const NODE = { node: '@types/node', 'undici-types': 'undici-types' };

/** The files of ours that are copied as they are. */
const OF_CELLS = ['cells', 'jsx'];

/** The files of others that are copied, as the license notices list them. */
export const copied = manifests([...TENSORS, ...Object.values(NODE)]);

/** The parts of the folder: what each is made from, and its files by their paths. */
const parts = {
  dlnb: {
    from: () => [
      `${here}/library.mjs`,
      ...['kernel/dlnb', 'kernel/outputs', 'kernel/wire'].flatMap(filesOf),
      'kernel/tensors/engine/compile-step.ts',
      ...manifests([...TENSORS, 'typescript']),
    ],
    make: async () => (await import('./library.mjs')).declareLibrary(root),
  },
  tensorflow: {
    from: () => [
      ...['library', 'tensors', 'edits'].map((name) => `${here}/${name}.mjs`),
      ...filesOf(`${here}/tensors`),
      ...manifests(TENSORS),
    ],
    make: async () => (await import('./tensors.mjs')).declareTensors(modules, TENSORS),
  },
  ...Object.fromEntries(
    Object.entries(NODE).map(([folder, name]) => [
      folder,
      { from: () => [`${here}/build.mjs`, ...manifests([name])], make: () => Promise.resolve(copyOf(name)) },
    ]),
  ),
  cells: {
    from: () => OF_CELLS.map((name) => `${here}/${name}.d.ts`),
    make: () =>
      Promise.resolve(
        new Map(OF_CELLS.map((name) => [`${name}.d.ts`, readFileSync(join(root, here, `${name}.d.ts`), 'utf8')])),
      ),
  },
};

/** The declarations of a package, without those for old compilers. Node's types are given by a file, not by name. */
const copyOf = (name) =>
  new Map(
    filesOf(`node_modules/${name}`)
      .filter((file) => /\.d\.[cm]?ts$/.test(file) && !/\/ts\d[^/]*\//.test(file))
      .map((file) => [
        file.slice(`node_modules/${name}/`.length),
        readFileSync(join(root, file), 'utf8').replace(/^\/\/\/ <reference types="node" \/>\r?\n/m, ''),
      ]),
  );

/** What is made of the others: the reference that `help` reads, and the pages of docs/api/ are made from. */
parts.help = {
  from: () => [
    `${here}/reference.mjs`,
    ...new Set([...parts.dlnb.from(), ...parts.tensorflow.from(), ...parts.node.from()]),
  ],
  make: async (types) =>
    new Map([['reference.json', JSON.stringify((await import('./reference.mjs')).readReference(types))]]),
};

/** Writes the folder `types` into `dist`: the parts of it that are not there as they would be written. */
export async function buildTypes(dist) {
  for (const [name, { from, make }] of Object.entries(parts)) {
    const folder = join(dist, 'types', name);
    const stamp = join(dist, 'types', `${name}.hash`);
    const hash = createHash('sha256');
    for (const file of from()) hash.update(file).update(readFileSync(join(root, file)));
    const state = hash.digest('hex');
    if (existsSync(stamp) && readFileSync(stamp, 'utf8') === state) continue;
    const files = await make(join(dist, 'types'));
    // Beside the old one, which a language server may be reading
    const fresh = `${folder}.${process.pid}.new`;
    for (const [file, text] of files) {
      mkdirSync(dirname(join(fresh, file)), { recursive: true });
      writeFileSync(join(fresh, file), text);
    }
    rmSync(folder, { recursive: true, force: true });
    renameSync(fresh, folder);
    writeFileSync(stamp, state);
  }
}

if (process.argv[1] && resolve(process.argv[1]) === fileURLToPath(import.meta.url))
  await buildTypes(resolve(process.argv[2] ?? join(root, 'dist')));
