// Where the packages of the device `cuda` are: beside the notebook, or where "DLNB: Install CUDA Runtime…" has put them.
import { readFileSync, realpathSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';

/** With TensorFlow for graphics cards; and for the processor, into which one for graphics cards can be put by hand. */
export const GPU_PACKAGE = '@tensorflow/tfjs-node-gpu';
export const PROCESSOR_PACKAGE = '@tensorflow/tfjs-node';

export interface FoundPackage {
  name: typeof GPU_PACKAGE | typeof PROCESSOR_PACKAGE;
  version: string;
  /** Its folder, without links. */
  dir: string;
}

/** The package for graphics cards in the first folder that has it, else the other one. */
export function findPackage(folders: readonly string[]): FoundPackage | undefined {
  for (const name of [GPU_PACKAGE, PROCESSOR_PACKAGE] as const)
    for (const folder of folders) {
      const found = packageFrom(folder, name);
      if (found) return found;
    }
  return undefined;
}

function packageFrom(folder: string, name: FoundPackage['name']): FoundPackage | undefined {
  try {
    const file = createRequire(path.join(folder, 'notebook.js')).resolve(`${name}/package.json`);
    const { version } = JSON.parse(readFileSync(file, 'utf8')) as { version: string };
    return { name, version, dir: realpathSync(path.dirname(file)) };
  } catch {
    return undefined; // not there, or no package
  }
}
