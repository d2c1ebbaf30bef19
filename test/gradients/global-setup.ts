// Bundles the reference (reference.ts) once for all gradient tests.
import { join } from 'node:path';
import { build } from 'esbuild';
import { root } from '../paths.ts';

export const referenceFile = join(root, 'out/gradients/reference.cjs');

export async function setup(): Promise<void> {
  await build({
    absWorkingDir: root,
    entryPoints: ['test/gradients/reference.ts'],
    outfile: referenceFile,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    target: 'node20',
    mainFields: ['module', 'main'],
    alias: { 'node-fetch': './kernel/tensors/replaced/node-fetch.ts' },
    external: ['util', 'string_decoder'],
    // tfjs keeps its engine and its registries at the global object, and would share those of the device under test
    banner: {
      js: 'var referenceGlobal = Object.create(globalThis, { _tfGlobals: { writable: true }, _tfengine: { writable: true } });',
    },
    define: { Float32Array: 'Float64Array', global: 'referenceGlobal', window: 'undefined' },
    logLevel: 'error',
  });
}
