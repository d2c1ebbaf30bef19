// Disposes of the tensors that a function of a panel has made, when what it returned has been read.
import type { Tensor } from '@tensorflow/tfjs-core';
import type { LoadedLibrary } from '../library.ts';

const AsyncFunction = (async () => {}).constructor;

/**
 * Calls a function in a scope of tensors.
 * @param f the function that is called: an asynchronous one has no scope, since others run while it waits
 * @returns its result, and a function that disposes of the tensors that it made and did not keep
 */
export function tidied<T>(
  loaded: LoadedLibrary,
  f: (...args: never[]) => unknown,
  call: () => T,
): { result: T; dispose(): void } {
  const engine = loaded()?.engine();
  if (!engine || f instanceof AsyncFunction) return { result: call(), dispose: () => {} };
  engine.startScope();
  let made: Tensor[] = [];
  try {
    const result = call();
    made = [...engine.state.activeScope.track];
    return { result, dispose: () => made.forEach((t) => t.kept || t.isDisposed || t.dispose()) };
  } finally {
    // After an error, nothing is kept
    engine.endScope(made);
  }
}
