// Conformance with TensorFlow.js: bundles tfjs-core's own specs with a device and runs them in a child process.
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { adapterEnv, defaultAdapter, type Adapter } from '../swiftshader.mts';
import { bundleSpecs, dist, root, runScript, type Conformance } from './runner.mts';
import type { Task } from './specs.ts';

/** Least number of specs: if fewer run, some have been left out by mistake. */
const LEAST = 4_130;

/** The names of the devices. */
export const devices = async (): Promise<string[]> =>
  (await readdir(join(root, 'test/conformance/devices'))).map((f) => f.replace(/\.ts$/, '')).sort();

export interface ConformanceOptions extends Omit<Task, 'dist' | 'shard' | 'hardware'> {
  /** Number of processes that share the specs. */
  shards?: number;
  /** For devices on graphics cards; a card by default, if the machine may have one. */
  adapter?: Adapter;
  /** The folder of the build, instead of dist/. */
  dist?: string;
  /** A script that `bundle` has made before. */
  script?: string;
}

/** Runs the specs on a device. Needs the build in dist/. */
export async function conformance(device: string, options: ConformanceOptions = {}): Promise<Conformance> {
  const { shards = 1, adapter = defaultAdapter(), script = await bundle(device), ...rest } = options;
  const isGpu = device.endsWith('webgpu');
  const task = { dist, ...rest, ...(isGpu && adapter === 'hardware' ? { hardware: true } : {}) };
  const env = isGpu ? adapterEnv(adapter) : {};
  return runScript(script, { label: device, least: LEAST, task, shards, env });
}

/** @returns the script that runs the specs on a device */
export const bundle = (device: string): Promise<string> =>
  bundleSpecs({
    name: device,
    // The specs define themselves when they are loaded
    main: `import { start } from './devices/${device}.ts';
      import { run } from './specs.ts';
      void run(start, () => require('@tensorflow/tfjs-core/dist/tests'));`,
    isStock: device.startsWith('stock'),
  });
