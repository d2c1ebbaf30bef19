// Which function of the library runs: for the messages of errors that are found further inside.
import * as tf from '@tensorflow/tfjs-core';
import type { Engine } from './types.ts';

/** What tfjs-core's `op` appends to the name of a function for the name of its scope. */
const SUFFIX = '__op';

/**
 * The name of the running function of the library that was called from outside: `conv1d`, although that runs `conv2d`.
 * `otherwise` where none runs.
 */
export function runningOp(otherwise: string): string {
  const { scopeStack } = (tf.engine() as unknown as Engine).state;
  let name = otherwise;
  for (let i = scopeStack.length - 1; i >= 0 && scopeStack[i]!.name?.endsWith(SUFFIX); i--)
    name = scopeStack[i]!.name.slice(0, -SUFFIX.length);
  return name;
}
