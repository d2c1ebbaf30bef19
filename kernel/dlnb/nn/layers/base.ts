// The class that the layers of `nn` are derived from: a layer of TensorFlow.js that reads the initializers,
// regularizers and constraints of its weights, and writes them into its configuration.
import type { Tensor, serialization } from '@tensorflow/tfjs-core';
import type { TensorLibrary } from '../../library.ts';
import { shown } from '../../options.ts';
import { partOf, savedPart, type Constraint, type Initializer, type Regularizer } from './resolve.ts';

/** The options of a layer: as given, or as a saved model has them. */
export type Config = Record<string, unknown>;
/** null stands for a size that is not known. */
export type Shape = (number | null)[];
export type Kwargs = { training?: boolean; mask?: Tensor | (Tensor | null | undefined)[] | null } & Record<
  string,
  unknown
>;
export type Inputs = Tensor | Tensor[];
export type Mask = Tensor | null | undefined;

/** The initializer, regularizer and constraint of a weight. */
interface WeightParts {
  initializer: Initializer;
  regularizer: Regularizer | null;
  constraint: Constraint | null;
}

/** Makes the class for a copy of TensorFlow.js. */
export function layerBase(tf: TensorLibrary) {
  abstract class OwnLayer extends tf.layers.Layer {
    /** By the prefix of their options: `kernel` for `kernelInitializer` and its like. */
    readonly weightParts: Record<string, WeightParts> = {};

    /**
     * @param where the function that makes the layer, for messages
     * @param kinds kinds of weights with their default initializers, read from `kernelInitializer` and its like
     */
    constructor(
      readonly where: string,
      config: Config,
      kinds: Record<string, string> = {},
    ) {
      super(config);
      for (const [kind, fallback] of Object.entries(kinds)) {
        const option = (what: string) => `${kind}${what}`;
        const read = <K extends 'initializers' | 'regularizers' | 'constraints'>(of: K, what: string, other?: string) =>
          partOf(tf, of, where, option(what), config[option(what)] ?? other);
        this.weightParts[kind] = {
          initializer: read('initializers', 'Initializer', fallback)!,
          regularizer: read('regularizers', 'Regularizer'),
          constraint: read('constraints', 'Constraint'),
        };
      }
    }

    /** Makes a weight of a kind. */
    weight(name: string, shape: number[], kind = name, trainable = true) {
      const { initializer, regularizer, constraint } = this.weightParts[kind]!;
      return this.addWeight(
        name,
        shape,
        'float32',
        initializer,
        regularizer ?? undefined,
        trainable,
        constraint ?? undefined,
      );
    }

    override getConfig(): serialization.ConfigDict {
      const parts = Object.entries(this.weightParts).flatMap(([kind, { initializer, regularizer, constraint }]) => [
        [`${kind}Initializer`, savedPart(initializer)],
        [`${kind}Regularizer`, savedPart(regularizer)],
        [`${kind}Constraint`, savedPart(constraint)],
      ]);
      return { ...super.getConfig(), ...Object.fromEntries(parts), ...this.ownConfig() } as serialization.ConfigDict;
    }

    /** What a class adds to its saved configuration. */
    ownConfig(): Config {
      return {};
    }

    /** The size of an axis of the input. @throws RangeError if it is not known */
    knownSize(shape: Shape, axis: number): number {
      const size = shape.at(axis);
      if (typeof size === 'number' && size >= 0) return size;
      throw new RangeError(
        `${this.where}: the size of axis ${axis} of the input must be known, and the input is of shape ` +
          `[${shape.map((n) => n ?? 'null').join(', ')}]`,
      );
    }
  }
  return OwnLayer;
}

/** The one tensor that a layer is called with. @throws Error if there are several */
export function onlyTensor(where: string, inputs: Inputs): Tensor {
  if (!Array.isArray(inputs)) return inputs;
  if (inputs.length === 1) return inputs[0]!;
  throw new Error(`${where} takes one tensor, and got ${inputs.length}`);
}

/** The one shape that a layer is built or asked with. */
export const onlyShape = (shape: Shape | Shape[]): Shape => [
  ...((Array.isArray(shape[0]) ? shape[0] : shape) as Shape),
];

/** The shapes of all inputs. */
export const allShapes = (shape: Shape | Shape[]): Shape[] => (Array.isArray(shape[0]) ? shape : [shape]) as Shape[];

/** A shape in messages. */
export const shapeText = (shape: readonly (number | null)[]): string => `[${shape.map((n) => n ?? 'null').join(', ')}]`;

/** @throws RangeError if the input has another number of axes */
export function checkRank(where: string, shape: Shape, axes: string): void {
  if (shape.length !== axes.split(', ').length)
    throw new RangeError(`${where}: the input must be of shape [${axes}], got ${shapeText(shape)}`);
}

/**
 * A size along each axis of space: one number for all, or one for each.
 * @throws RangeError that names the option
 */
export function sizesOf(where: string, option: string, value: unknown, rank: number, least = 1): number[] {
  const list = typeof value === 'number' ? Array.from({ length: rank }, () => value) : value;
  const isRight =
    Array.isArray(list) && list.length === rank && list.every((n) => Number.isSafeInteger(n) && n >= least);
  if (isRight) return [...(list as number[])];
  const wanted = rank === 1 ? 'an integer' : `an integer, or ${rank} of them`;
  throw new RangeError(`${where}: ${option} must be ${wanted} of at least ${least}, got ${shown(value)}`);
}

/** A value that may be null in saved configurations. */
export const given = <T>(value: T | null | undefined, fallback: T): T => value ?? fallback;

/** @returns the value, one of a list, or the first of the list @throws TypeError that names the option */
export function oneOf<const T extends string>(where: string, option: string, value: unknown, list: readonly T[]): T {
  if (value === undefined || value === null) return list[0]!;
  if ((list as readonly unknown[]).includes(value)) return value as T;
  throw new TypeError(`${where}: ${option} must be ${list.map((v) => `"${v}"`).join(' or ')}, got ${shown(value)}`);
}

/** Where the channels stand. */
export const DATA_FORMATS = ['channelsLast', 'channelsFirst'] as const;
