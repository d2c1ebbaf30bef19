// The convolutions of tf.layers and raw kernels in one form: filters of [height, width, channels], with height 1
// in 1-D.
import type { FilterKernel } from '../../../wire/filters.ts';
import { Unread, valuesNow } from '../../../outputs/tensor/read.ts';
import type { Tensor } from '@tensorflow/tfjs-core';
import type { LayerLike } from '../graph/layers.ts';

/** The facts about a convolution in a payload, without the places of its numbers. */
export type KernelFacts = Omit<FilterKernel, 'held' | 'at' | 'bias' | 'overview' | 'pad'>;

export interface Convolution extends KernelFacts {
  weights: Tensor;
  biases?: Tensor;
}

interface Variable {
  read(): Tensor;
}

/** Fields that the types of tf.layers hide. */
interface ConvolutionLayer extends LayerLike {
  rank: number;
  kernel?: Variable | null;
  depthwiseKernel?: Variable | null;
  pointwiseKernel?: Variable | null;
  bias?: Variable | null;
  strides: number[];
  dilationRate: number | number[];
  padding: string;
  groups?: number;
  dataFormat: string;
  activation?: { getClassName(): string } | null;
}

const CLASSES = ['SeparableConv', 'DepthwiseConv2D', 'Conv2DTranspose', 'Conv1D', 'Conv2D'] as const;
type ConvolutionClass = (typeof CLASSES)[number];

/** The kind of a convolution layer or of a class derived from one; undefined for others, and in three dimensions. */
export function classOf(layer: LayerLike): ConvolutionClass | undefined {
  for (let c: unknown = layer.constructor; typeof c === 'function'; c = Object.getPrototypeOf(c)) {
    const found = CLASSES.find((name) => (c as { className?: unknown }).className === name);
    if (found) return found;
  }
  return undefined;
}

/**
 * The convolutions that a layer consists of: two for a separable layer (depthwise, then 1 × 1), one for others.
 * @param where the function that was called, for messages
 * @returns undefined if the layer is not a convolution, or one with groups, causal padding or a dilated transposed kernel
 * @throws Error if the layer has no weights yet, or uses channelsFirst
 */
export function convolutionsOf(layer: LayerLike, where: string): Convolution[] | undefined {
  const kind = classOf(layer);
  if (!kind) return undefined;
  const l = layer as ConvolutionLayer;
  if (!(l.kernel ?? l.depthwiseKernel))
    throw new Error(
      `${where}: the layer "${l.name}" has no weights yet; give it an inputShape in a model, or call it on an input first`,
    );
  if (l.dataFormat === 'channelsFirst')
    throw new Error(
      `${where}: the layer "${l.name}" has dataFormat 'channelsFirst', which is not drawn; use 'channelsLast', inputs of [height, width, channels]`,
    );
  // What these compute is not drawn as one window of the input
  const isTransposed = kind === 'Conv2DTranspose' && pair(l.dilationRate).some((rate) => rate !== 1);
  if ((l.groups ?? 1) > 1 || l.padding === 'causal' || isTransposed) return undefined;
  const activation = l.activation?.getClassName() ?? 'linear';
  const common = { stride: pair(l.strides), dilation: pair(l.dilationRate), padding: l.padding };
  const last = { activation, ...(l.bias ? { biases: l.bias.read() } : {}) };
  if (kind === 'SeparableConv')
    return [
      { ...common, ...factsOf('depthwise', l.depthwiseKernel!.read()), activation: 'linear' },
      {
        ...{ stride: [1, 1], dilation: [1, 1], padding: 'valid' },
        ...factsOf('conv', l.pointwiseKernel!.read()),
        ...last,
      },
    ];
  if (kind === 'DepthwiseConv2D') return [{ ...common, ...factsOf('depthwise', l.depthwiseKernel!.read()), ...last }];
  const op = kind === 'Conv2DTranspose' ? 'transpose' : 'conv';
  return [{ ...common, ...factsOf(op, l.kernel!.read()), ...last }];
}

/** A tensor as a kernel: [height, width, in, out], or [width, in, out]. */
export const kernelTensor = (weights: Tensor): Convolution => ({
  ...factsOf('conv', weights),
  stride: [1, 1],
  dilation: [1, 1],
  activation: 'linear',
});

type Shaped = Pick<Convolution, 'op' | 'shape' | 'filters' | 'weights'>;

function factsOf(op: FilterKernel['op'], weights: Tensor): Shaped {
  const [height, width, before, after] = (weights.rank === 3 ? [1, ...weights.shape] : weights.shape) as FourNumbers;
  if (op === 'depthwise') return { op, weights, shape: [height, width, 1], filters: before * after };
  const [channels, filters] = op === 'transpose' ? [after, before] : [before, after];
  return { op, weights, shape: [height, width, channels], filters };
}

type FourNumbers = [number, number, number, number];

const pair = (numbers: number | number[]): [number, number] => {
  const [a, b] = typeof numbers === 'number' ? [numbers, numbers] : numbers;
  return b === undefined ? [1, a!] : [a!, b];
};

/**
 * The weights of the first `held` filters: [held, height, width, channels].
 * @throws Unread if the values must be awaited
 */
export function weightsOf({ op, shape, filters, weights }: Convolution, held: number): Float32Array {
  const [height, width, channels] = shape;
  const data = numbersOf(weights);
  const places = height * width;
  const each = places * channels;
  const found = new Float32Array(held * each);
  // The filter is the last axis of [height, width, in, out]; for a transposed convolution the second to last
  const [byFilter, byChannel] = op === 'transpose' ? [channels, 1] : [1, filters];
  for (let f = 0; f < held; f++)
    for (let p = 0; p < places; p++)
      for (let c = 0; c < channels; c++)
        found[f * each + p * channels + c] = data[p * channels * filters + c * byChannel + f * byFilter]!;
  return found;
}

/** @throws Unread if the values must be awaited */
export function numbersOf(tensor: Tensor): Float32Array {
  const data = valuesNow(tensor);
  if (!data) throw new Unread('viz.filters');
  return data as Float32Array;
}

/**
 * For each filter: the L2 norm over all weights, then mean and root mean square over the channels at each place.
 * @param weights [filters, height, width, channels]
 */
export function overviewOf(weights: Float32Array, [height, width, channels]: FilterKernel['shape']): Float32Array {
  const places = height * width;
  const filters = weights.length / (places * channels);
  const each = 1 + 2 * places;
  const overview = new Float32Array(filters * each);
  for (let f = 0; f < filters; f++) {
    let all = 0;
    for (let p = 0; p < places; p++) {
      let [sum, squares] = [0, 0];
      for (let c = 0; c < channels; c++) {
        const w = weights[(f * places + p) * channels + c]!;
        sum += w;
        squares += w * w;
      }
      all += squares;
      overview[f * each + 1 + p] = sum / channels;
      overview[f * each + 1 + places + p] = Math.sqrt(squares / channels);
    }
    overview[f * each] = Math.sqrt(all);
  }
  return overview;
}

/**
 * Zero rows above and zero columns left of the input, as TensorFlow.js pads.
 * @param input [height, width] of the input
 * @param output [height, width] of the output
 */
export function padOf(
  { op, shape, stride, dilation, padding }: KernelFacts,
  input: readonly [number, number],
  output: readonly [number, number],
): [number, number] {
  const along = (axis: 0 | 1): number => {
    const reach = (shape[axis] - 1) * dilation[axis] + 1;
    if (padding !== 'same') return 0;
    // A transposed convolution is the gradient of a convolution from its output to its input
    const [from, to] = op === 'transpose' ? [output[axis], input[axis]] : [input[axis], output[axis]];
    return Math.floor(Math.max(0, (to - 1) * stride[axis] + reach - from) / 2);
  };
  return [along(0), along(1)];
}
