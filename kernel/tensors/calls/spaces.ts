// The functions of `tf` that are no ops, as cells call them, with checked arguments: those of `tf.initializers`,
// `tf.regularizers`, `tf.constraints` and `tf.io`, of gradients and backends. Those of `tf.train` are replaced in place,
// since other parts add to them; those of `tf.layers`, `tf.data`, `tf.metrics` and `tf.callbacks` are checked where they
// are made.
import * as tf from '@tensorflow/tfjs-core';
import { lateParametersOf, libraryNames, parametersOf } from './library.ts';
import { checked } from './named.ts';
import type { Call } from './quick.ts';

const SPACES = new Set(['initializers', 'regularizers', 'constraints', 'io']);
/** Called for every step or tensor, or with anything. */
const LEFT = new Set(['tidy', 'keep', 'dispose', 'model', 'sequential', 'input']);

type Members = Record<string, unknown>;

/** The constructors read their options, also where all may be left out. */
function withOptions(path: string, make: Call): Call {
  const [first] = parametersOf(path);
  if (first?.name !== 'options' || !first.optional) return make;
  const call: Call = (options, ...more) => make(options ?? {}, ...more);
  return Object.defineProperty(call, 'name', { value: make.name });
}

/** A copy of the library in which these functions check their arguments. */
export function withCheckedSpaces<T extends object>(library: T): T {
  const copy = { ...library } as Members;
  for (const path of libraryNames) {
    const [name, member] = path.split('.') as [string, string?];
    if (member === undefined) {
      if (!LEFT.has(name)) copy[name] = checked(`tf.${name}`, copy[name] as Call, lateParametersOf(name));
    } else if (SPACES.has(name)) {
      const stock = (library as Members)[name] as Members;
      const own = copy[name] === stock ? { ...stock } : (copy[name] as Members);
      own[member] = checked(`tf.${path}`, withOptions(path, stock[member] as Call), lateParametersOf(path));
      copy[name] = own;
    }
  }
  return copy as T;
}

/** Checks the arguments of the optimizers' functions. To be called when all are there. */
export function checkOptimizers(): void {
  const train = tf.train as unknown as Members;
  for (const path of libraryNames) {
    const [space, member] = path.split('.') as [string, string?];
    if (space === 'train' && member !== undefined)
      train[member] = checked(`tf.${path}`, train[member] as Call, lateParametersOf(path));
  }
}
