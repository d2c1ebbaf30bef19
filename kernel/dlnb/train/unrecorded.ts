// Ops that look at a computation from aside: no gradient goes through them.
import type { TensorLibrary } from '../library.ts';
import { engineOf } from '../viz/graph/engine.ts';

/** Runs ops that no tape records. They must not take a gradient themselves. */
export function unrecorded<T>(tf: TensorLibrary, f: () => T): T {
  const { state } = engineOf(tf);
  state.kernelDepth++;
  try {
    return f();
  } finally {
    state.kernelDepth--;
  }
}
