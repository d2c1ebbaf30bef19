// Finds the packages of the device `cuda`: beside the notebook, or where "DLNB: Install CUDA Runtime…" has put them.
import { readFileSync, realpathSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';

/** The package with TensorFlow for graphics cards. */
export const GPU_PACKAGE = '@tensorflow/tfjs-node-gpu';
/** The package with TensorFlow for the processor. A user can replace its library by one for graphics cards. */
export const PROCESSOR_PACKAGE = '@tensorflow/tfjs-node';

export interface FoundPackage {
  name: typeof GPU_PACKAGE | typeof PROCESSOR_PACKAGE;
  version: string;
  /** Its real path, without symbolic links. */
  dir: string;
}

/** The package for graphics cards in the first folder that has it, else the package for the processor. */
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
