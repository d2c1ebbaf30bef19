// TensorFlow.js as the rest of the module `dlnb` sees it: by its types only. The kernel loads it when a cell first imports it.
import type { tf } from '../tensors/index.ts';

export type TensorLibrary = typeof tf;

/** Gives the library, or undefined while no cell has imported it. */
export type LoadedLibrary = () => TensorLibrary | undefined;

/** @throws Error that says what to import, while no cell has */
export function needLibrary(loaded: LoadedLibrary, where: string): TensorLibrary {
  const tf = loaded();
  if (!tf) throw new Error(`${where} needs TensorFlow.js. Import it first: import * as tf from '@tensorflow/tfjs'`);
  return tf;
}
