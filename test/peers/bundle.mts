// Bundles the specs of a peer of tfjs-core (tfjs-layers, tfjs-data, tfjs-converter) with version 4.22 of that package.
// Version 3.9 is the last one whose npm package still holds the specs: in the source maps of its compiled specs. It is
// installed only for them, as tfjs-*-specs; what they test is never taken from there.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Plugin } from 'esbuild';
import ts from 'typescript';
import { bundleSpecs, root } from '../conformance/runner.mts';

export const peers = ['layers', 'data', 'converter'] as const;
export type Peer = (typeof peers)[number];
/** What the specs run on: our library on the device `cpu`, or TensorFlow.js without it. */
export type PeerDevice = 'cpu' | 'stock-cpu';

/** @returns the script that runs the specs */
export function bundlePeer(peer: Peer, device: PeerDevice): Promise<string> {
  const specs = specsOf(peer);
  const loads = [...specs.keys()].map((file) => `require('${file}');`);
  return bundleSpecs({
    name: `${peer}-${device}`,
    main: `import { start } from '../peers/devices/${device}.ts';
      import { run } from './specs.ts';
      void run((options) => start(options, '${peer}'), () => { ${loads.join('\n')} });`,
    isStock: device === 'stock-cpu',
    plugins: [...(device === 'cpu' ? [asInCells(peer)] : []), besideTheirModules(specs), withSpies(peer)],
  });
}

/** What has another name in 4.22. */
const renamed = [/\bloadLayersModelInternal\b/g, 'loadLayersModel'] as const;

/** The specs of a package in TypeScript, by the file of version 4.22 that each would be. */
export function specsOf(peer: Peer): Map<string, string> {
  const folder = join(root, `node_modules/tfjs-${peer}-specs/dist`);
  const maps = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((f) => f.endsWith('_test.js.map'));
  return new Map(
    maps.sort().map((file) => {
      const { sourcesContent } = JSON.parse(readFileSync(join(folder, file), 'utf8')) as { sourcesContent: string[] };
      const [text] = sourcesContent;
      if (sourcesContent.length !== 1 || !text) throw new Error(`${file} is not the map of one spec`);
      const spec = `${file.replaceAll('\\', '/').slice(0, -'.js.map'.length)}.ts`;
      return [`node_modules/@tensorflow/tfjs-${peer}/dist/${spec}`, text.replaceAll(...renamed)];
    }),
  );
}

/** Has specs found where the modules of 4.22 are, so that they import those, or ours in their place. */
function besideTheirModules(specs: ReadonlyMap<string, string>): Plugin {
  return {
    name: 'beside-their-modules',
    setup({ onResolve, onLoad }) {
      const relative = (file: string) => file.replaceAll('\\', '/').slice(root.length + 1);
      onResolve({ filter: /_test(\.ts)?$/ }, ({ path, resolveDir }) => {
        const file = path.startsWith('.') ? `${relative(join(resolveDir, path))}.ts` : path;
        return specs.has(file) ? { path: join(root, file), namespace: 'specs' } : undefined;
      });
      onLoad({ filter: /./, namespace: 'specs' }, ({ path }) => ({
        contents: toCommonJs(specs.get(relative(path))!),
        loader: 'js',
        resolveDir: dirname(path),
      }));
    },
  };
}

/** Gives specs the functions that cells get where they import public ones of TensorFlow.js. Spies reach its modules. */
function asInCells(peer: Peer): Plugin {
  const ours = join(root, 'kernel/tensors/index.ts');
  return {
    name: 'as-in-cells',
    setup({ onResolve, onLoad }) {
      onResolve(
        { filter: /^(@tensorflow\/tfjs-core|(\.\.?\/)+(index|exports))$/ },
        ({ path, resolveDir, namespace }) => {
          if (namespace !== 'specs') return undefined;
          return { path: path.startsWith('.') ? join(resolveDir, path) : path, namespace: 'cells' };
        },
      );
      onLoad({ filter: /./, namespace: 'cells' }, ({ path }) => ({
        contents: `
          Object.defineProperty(exports, '__esModule', { value: true });
          const { tf } = require(${JSON.stringify(ours)});
          const stock = require(${JSON.stringify(path)});
          const cells = ${peer === 'data' && path.endsWith('index') ? 'tf.data' : 'tf'};
          for (const name of Object.keys(stock)) {
            // Spies are put into the namespace io, which the packages call by that of tfjs-core
            const isOurs = name in cells && name !== 'io';
            const [before, own] = [stock[name], isOurs ? cells[name] : stock[name]];
            Object.defineProperty(exports, name, {
              get: () => (stock[name] === before ? own : stock[name]),
              set: (value) => (stock[name] = value === own ? before : value),
              enumerable: true,
            });
          }`,
        resolveDir: root,
        loader: 'js',
      }));
    },
  };
}

/**
 * Gives modules exports that can be replaced, since specs put spies there: modules of the package as CommonJS, whose
 * code finds the spies, and setters for exports of all other modules.
 */
function withSpies(peer: Peer): Plugin {
  return {
    name: 'with-spies',
    setup({ initialOptions, onLoad, onEnd }) {
      // Models name metrics after functions
      initialOptions.keepNames = true;
      onLoad({ filter: new RegExp(`tfjs-${peer}[\\\\/]dist[\\\\/].*\\.js$`) }, ({ path }) => {
        const text = readFileSync(path, 'utf8');
        // Suites that its own runs leave to WebGL, since its JavaScript backend is slow
        const isConditions = path.endsWith('test_utils.js');
        return { contents: toCommonJs(isConditions ? text.replaceAll("'webgl'", "'cpu'") : text), loader: 'js' };
      });
      onEnd(() => {
        const file = initialOptions.outfile!;
        writeFileSync(file, withSetters(readFileSync(file, 'utf8')));
      });
    },
  };
}

/** The functions with which esbuild's bundles make the exports of a module, before and after. */
const exporters = [
  [
    /__defProp\(target, name, \{ get: (\w+)\[name\], enumerable: true \}\);/,
    `((name) => __defProp(target, name, {
      get: () => $1[name](), set: (value) => { $1[name] = () => value; }, enumerable: true, configurable: true }))(name);`,
  ],
  [
    /\{ get: \(\) => (from\d*)\[key\], enumerable/,
    '{ get: () => $1[key], set: (value) => { $1[key] = value; }, enumerable',
  ],
] as const;

function withSetters(bundle: string): string {
  return exporters.reduce((text, [before, after]) => {
    if (!before.test(text)) throw new Error(`esbuild makes exports in another way: there is no ${before}`);
    return text.replace(before, after);
  }, bundle);
}

function toCommonJs(text: string): string {
  const { CommonJS } = ts.ModuleKind;
  return ts.transpileModule(text, { compilerOptions: { module: CommonJS, target: ts.ScriptTarget.ES2020 } }).outputText;
}
