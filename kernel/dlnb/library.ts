// TensorFlow.js for the module `dlnb`, which uses its types only: the kernel loads the library when a cell first
// imports it.
import type { tf } from '../tensors/index.ts';

export type TensorLibrary = typeof tf;

/** Returns the library, or undefined before a cell has imported it. */
export type LoadedLibrary = () => TensorLibrary | undefined;

/** @returns the library @throws Error that says what to import, if no cell has imported it yet */
export function needLibrary(loaded: LoadedLibrary, where: string): TensorLibrary {
  const tf = loaded();
  if (!tf) throw new Error(`${where} needs TensorFlow.js. Import it first: import { tf } from 'dlnb'`);
  return tf;
}
