// Options that name parts of layers: initializers, regularizers, constraints and activations. By name, as objects, or
// as saved models have them.
import type { Tensor } from '@tensorflow/tfjs-core';
import type { constraints, initializers, regularizers } from '@tensorflow/tfjs-layers';
import { closest } from '../../../wire/closest.ts';
import type { TensorLibrary } from '../../library.ts';
import { shown } from '../../options.ts';

export type Initializer = ReturnType<typeof initializers.ones>;
export type Regularizer = ReturnType<typeof regularizers.l1>;
export type Constraint = ReturnType<typeof constraints.unitNorm>;
export type Activation = (x: Tensor) => Tensor;

interface Part {
  apply(...args: never[]): unknown;
  getClassName(): string;
  getConfig(): object;
}
interface Saved {
  className: string;
  config: object;
}
type Kinds = { initializers: Initializer; regularizers: Regularizer; constraints: Constraint };

/** A name in lower case, without underscores: Keras's spelling and TensorFlow.js's become the same. */
const plain = (name: string) => name.replaceAll('_', '').toLowerCase();
const isPart = (value: unknown): value is Part => typeof (value as Part | null)?.apply === 'function';
const isSaved = (value: unknown): value is Saved => typeof (value as Saved | null)?.className === 'string';

/**
 * An initializer, regularizer or constraint.
 * @param where the function that takes the option
 * @param value a name, an object, or an object as saved: `{ className, config }`
 * @returns null for null and undefined
 * @throws TypeError that names the option, and the names that there are
 */
export function partOf<K extends keyof Kinds>(
  tf: TensorLibrary,
  kind: K,
  where: string,
  option: string,
  value: unknown,
): Kinds[K] | null {
  if (value === undefined || value === null) return null;
  if (isPart(value)) return value as never;
  const known = tf[kind] as unknown as Record<string, (options: object) => Kinds[K]>;
  if (typeof value === 'string') {
    const name = Object.keys(known).find((name) => plain(name) === plain(value));
    if (name) return known[name]!(name === 'constant' ? { value: 0 } : {});
    const near = closest(value, Object.keys(known));
    throw new TypeError(
      `${where}: ${option}: there is no "${value}" in tf.${kind}; there are ${Object.keys(known).join(', ')}` +
        (near === undefined ? '' : `; did you mean "${near}"?`),
    );
  }
  if (isSaved(value)) {
    const entry = tf.serialization.SerializationMap.getMap().classNameMap[value.className];
    if (entry) return entry[1](entry[0], value.config as never) as never;
    throw new TypeError(`${where}: ${option}: there is no class "${value.className}"`);
  }
  throw new TypeError(
    `${where}: ${option} must be a name, or what a function of tf.${kind} makes, got ${shown(value)}`,
  );
}

/** A part as saved models have it. */
export const savedPart = (part: Initializer | Regularizer | Constraint | null | undefined): Saved | null =>
  part ? { className: part.getClassName(), config: (part as Part).getConfig() } : null;

/**
 * An activation by its name; of none, the identity.
 * @throws TypeError if it is no name of an activation
 */
export function activationOf(tf: TensorLibrary, where: string, value: unknown): Activation {
  if (value === undefined || value === null || value === 'linear') return (x) => x;
  if (typeof value !== 'string')
    throw new TypeError(`${where}: activation must be the name of an activation, such as 'relu', got ${shown(value)}`);
  try {
    const layer = tf.layers.activation({ activation: value as 'relu' });
    return (x) => layer.call(x, {}) as Tensor;
  } catch (e) {
    throw new TypeError(`${where}: ${(e as Error).message.replace(/^tf\.layers\.activation: /, '')}`, { cause: e });
  }
}
