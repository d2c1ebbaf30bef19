// The computation of one value of a feature map: the input values and the weights that they are multiplied with, their
// sum, bias and activation.
import type { FilterKernel, FilterStage } from '../../kernel/wire/filters.ts';
import type { FiltersPayload } from './payload.ts';
import { biasOf, heldOf, isWhole, mapsOf, weightsOf } from './stages.ts';

/**
 * The input's row and column that a weight is multiplied with; undefined outside of the input or between its spread
 * values.
 */
export type Tap = { row: number; column: number } | undefined;

type Geometry = Pick<FilterKernel, 'op' | 'shape' | 'stride' | 'dilation' | 'pad'>;

/**
 * The {@link Tap} of each weight of a filter for the value at `y`, `x` of the output, row by row.
 * @param input [height, width] of the input
 */
export function tapsOf(kernel: Geometry, input: readonly [number, number], y: number, x: number): Tap[] {
  const { op, shape, stride, dilation, pad } = kernel;
  const along = (axis: 0 | 1, out: number, k: number): number | undefined => {
    const reach = k * dilation[axis];
    // A transposed convolution spreads the input's values `stride` apart, with zeros between them
    const at = op === 'transpose' ? (out + pad[axis] - reach) / stride[axis] : out * stride[axis] + reach - pad[axis];
    return Number.isInteger(at) && at >= 0 && at < input[axis] ? at : undefined;
  };
  const taps: Tap[] = [];
  for (let i = 0; i < shape[0]; i++)
    for (let j = 0; j < shape[1]; j++) {
      const [row, column] = [along(0, y, i), along(1, x, j)];
      taps.push(row === undefined || column === undefined ? undefined : { row, column });
    }
  return taps;
}

/** Why the product of a stage cannot be shown, in one sentence; undefined if it can. */
export function whyNoProduct(
  { stages }: FiltersPayload,
  { kernel, maps, from }: FilterStage,
  filter: number,
): string | undefined {
  if (!kernel) return 'This layer has no filters: its values are not products of a patch and a kernel.';
  if (filter >= kernel.held)
    return `The output holds the weights of the first ${kernel.held} of ${kernel.filters} filters, not of this one.`;
  if (!maps) return 'There is no input: give viz.featureMaps a model and an input to see what the filter makes of it.';
  const source = from === undefined ? undefined : stages[from]!.maps;
  if (!source) return "The layer's input is not in this output, so the product cannot be shown.";
  const depthwise = kernel.op === 'depthwise';
  const seen = Math.floor(filter / Math.max(1, kernel.filters / source.shape[2]));
  if (depthwise ? source.step > 1 || seen >= source.held : !isWhole(source))
    return "The output holds the layer's input only in part, since all of it would be too large, so the product cannot be shown.";
  const channels = source.shape[2];
  const fits = depthwise ? kernel.filters % channels === 0 : kernel.shape[2] === channels;
  return fits && maps.shape[2] === kernel.filters
    ? undefined
    : 'The filter does not fit the input that is held, so the product cannot be shown.';
}

export interface ChannelProduct {
  /** Input channel. */
  channel: number;
  /** Input values row by row; undefined outside of the input, which counts as zero. */
  patch: (number | undefined)[];
  weights: Float32Array;
  /** Sum of the products over all places. */
  sum: number;
}

export interface Product {
  taps: Tap[];
  channels: ChannelProduct[];
  bias: number;
  /** Sum over all channels and the bias: the argument of the activation. */
  total: number;
}

/**
 * The product for one value of a stage. The stage must have one, see {@link whyNoProduct}.
 * @param y row of the whole map
 */
export function productOf(
  payload: FiltersPayload,
  stage: FilterStage,
  at: { snapshot: number; example: number; filter: number; y: number; x: number },
): Product {
  const { kernel, from } = stage as Required<FilterStage>;
  const source = payload.stages[from]!.maps!;
  const input = mapsOf(payload, source, at.snapshot, at.example);
  const { columns, channels } = heldOf(source);
  const taps = tapsOf(kernel, [source.shape[0], source.shape[1]], at.y, at.x);
  const weights = weightsOf(payload, kernel, at.snapshot, at.filter);
  const own = kernel.shape[2];
  // A filter of a depthwise convolution has one channel
  const first = kernel.op === 'depthwise' ? Math.floor(at.filter / (kernel.filters / source.shape[2])) : 0;
  const bias = biasOf(payload, kernel, at.snapshot, at.filter);
  const products = Array.from({ length: own }, (_, c): ChannelProduct => {
    const patch = taps.map((t) => t && input[(t.row * columns + t.column) * channels + first + c]!);
    const mine = Float32Array.from(taps, (_, i) => weights[i * own + c]!);
    const sum = patch.reduce<number>((s, v, i) => s + (v === undefined ? 0 : v * mine[i]!), 0);
    return { channel: first + c, patch, weights: mine, sum };
  });
  return { taps, channels: products, bias, total: products.reduce((s, c) => s + c.sum, bias) };
}

const SELU = { alpha: 1.6732632423543772, scale: 1.0507009873554805 };
const sigmoid = (x: number) => 1 / (1 + Math.exp(-x));
const softplus = (x: number) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));

/** The activations of tf.layers that depend on one value alone. */
const ACTIVATIONS: Record<string, (x: number) => number> = {
  linear: (x) => x,
  relu: (x) => Math.max(0, x),
  relu6: (x) => Math.min(6, Math.max(0, x)),
  elu: (x) => (x < 0 ? Math.expm1(x) : x),
  selu: (x) => SELU.scale * (x < 0 ? SELU.alpha * Math.expm1(x) : x),
  sigmoid,
  hardSigmoid: (x) => Math.min(1, Math.max(0, 0.2 * x + 0.5)),
  softplus,
  softsign: (x) => x / (1 + Math.abs(x)),
  tanh: Math.tanh,
  swish: (x) => x * sigmoid(x),
  mish: (x) => x * Math.tanh(softplus(x)),
  gelu_new: (x) => 0.5 * x * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3))),
};

/** The activation's value; undefined if it depends on other values too, or is unknown. */
export const activated = (name: string, x: number): number | undefined =>
  Object.hasOwn(ACTIVATIONS, name) ? ACTIVATIONS[name]!(x) : undefined;

/** Tolerance: the layer computes its sum in single precision and in another order. */
const TOLERANCE = 1e-4;

/** Whether the layer's value agrees with the product. */
export function agrees({ channels, bias }: Product, expected: number, value: number): boolean {
  if (Object.is(expected, value) || expected === value) return true;
  const scale = channels.reduce(
    (s, { patch, weights }) => patch.reduce<number>((t, v, i) => t + Math.abs((v ?? 0) * weights[i]!), s),
    Math.abs(bias),
  );
  return Math.abs(expected - value) <= TOLERANCE * Math.max(scale, 1e-6);
}
