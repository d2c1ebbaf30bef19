// How blocks and models of `nn` are put together: layers that are made and applied in one call, with names that share a
// prefix and with consecutive seeds.
import type { SymbolicTensor } from '@tensorflow/tfjs-layers';
import type { TensorLibrary } from '../../library.ts';
import { shown } from '../../options.ts';
import { shapeText } from '../../shape.ts';

/** A layer, or a model, as it is applied here. */
interface Applied {
  apply(inputs: unknown): unknown;
}

export interface GraphOptions {
  /** Prefix of the names; without it TensorFlow.js names the layers. */
  name?: string | undefined;
  /** Seed of the first weights; the next have the next ones. */
  seed?: number | undefined;
  /** Momentum of running means in batch normalization. */
  momentum?: number | undefined;
}

/** What a convolution is: `same` padding, stride 1 and a bias by default. */
interface Convolution {
  filters: number;
  kernelSize: number;
  strides?: number;
  padding?: 'same' | 'valid';
  groups?: number;
  useBias?: boolean;
  activation?: 'relu' | 'tanh' | 'softmax' | 'sigmoid';
}

/** Applies a layer to one tensor or several. */
export const apply = (layer: Applied, inputs: unknown): SymbolicTensor => layer.apply(inputs) as SymbolicTensor;

/** @throws TypeError or RangeError for what is no output of a layer of these axes, the last of a known size */
export function checkInput(where: string, x: unknown, axes: string): asserts x is SymbolicTensor {
  const shape = (x as Partial<SymbolicTensor> | null | undefined)?.shape;
  if (!Array.isArray(shape))
    throw new TypeError(`${where}: the input must be what tf.input or a layer's apply returns, got ${shown(x)}`);
  if (shape.length !== axes.split(', ').length || typeof shape.at(-1) !== 'number')
    throw new RangeError(`${where}: the input must be of shape [${axes}], got ${shapeText(shape)}`);
}

/** @throws RangeError if it is no list of positive sizes */
export function checkShape(where: string, shape: unknown, axes: string): void {
  const count = axes.split(', ').length;
  const isRight = Array.isArray(shape) && shape.length === count && shape.every((n) => Number.isInteger(n) && n >= 1);
  if (!isRight)
    throw new RangeError(
      `${where}: inputShape must be [${axes}], got ${Array.isArray(shape) ? shapeText(shape) : shown(shape)}`,
    );
}

export type Graph = ReturnType<typeof graph>;

/** Starts a block or a model. */
export function graph(tf: TensorLibrary, { name, seed, momentum = 0.9 }: GraphOptions) {
  let next = seed;
  const seeded = () => (next === undefined ? {} : { seed: next++ });
  const named = (part: string) => (name === undefined ? {} : { name: `${name}_${part}` });
  return {
    tf,
    named,
    seeded,
    /** The options of a graph within this one. */
    inner: (part: string): GraphOptions => {
      const from = next;
      // Far enough for the weights of any block
      if (next !== undefined) next += 100;
      return { name: name === undefined ? part : `${name}_${part}`, seed: from, momentum };
    },
    conv(x: SymbolicTensor, part: string, { padding = 'same', groups = 1, ...options }: Convolution): SymbolicTensor {
      const kernelInitializer = tf.initializers.heNormal(seeded());
      const all = { ...options, padding, kernelInitializer, ...(groups !== 1 && { groups }), ...named(part) };
      return apply(tf.layers.conv2d(all), x);
    },
    norm(x: SymbolicTensor, part: string, epsilon = 1e-3, gammaInitializer: 'ones' | 'zeros' = 'ones'): SymbolicTensor {
      return apply(tf.layers.batchNormalization({ momentum, epsilon, gammaInitializer, ...named(part) }), x);
    },
    relu: (x: SymbolicTensor, part: string): SymbolicTensor => apply(tf.layers.reLU(named(part)), x),
    dense(x: SymbolicTensor, part: string, units: number, activation?: 'relu' | 'tanh' | 'softmax' | 'gelu') {
      const he = activation === 'relu' || activation === 'gelu';
      const kernelInitializer = tf.initializers[he ? 'heNormal' : 'glorotUniform'](seeded());
      return apply(tf.layers.dense({ units, kernelInitializer, ...(activation && { activation }), ...named(part) }), x);
    },
    dropout: (x: SymbolicTensor, part: string, rate: number): SymbolicTensor =>
      rate === 0 ? x : apply(tf.layers.dropout({ rate, ...seeded(), ...named(part) }), x),
    add: (xs: SymbolicTensor[], part: string): SymbolicTensor => apply(tf.layers.add(named(part)), xs),
    concat: (xs: SymbolicTensor[], part: string): SymbolicTensor => apply(tf.layers.concatenate(named(part)), xs),
  };
}
