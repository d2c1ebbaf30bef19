// The numbers of a stage: weights of filters, values of maps, norms, and dead filters.
import type { FeatureMaps, FilterKernel, FilterStage } from '../../kernel/wire/filters.ts';
import type { FiltersPayload } from './payload.ts';

/** Filters with a norm below this share of the layer's median norm, or below 1e-8, count as dead. */
const DEAD_SHARE = 1e-3;
const DEAD_NORM = 1e-8;
/** Activations whose negative values count as activity. */
const SIGNED = new Set(['linear', 'tanh', 'softsign']);

/** Weights of one filter: [height, width, channels]. */
export function weightsOf(
  { numbers }: FiltersPayload,
  kernel: FilterKernel,
  snapshot: number,
  filter: number,
): Float32Array {
  const each = kernel.shape[0] * kernel.shape[1] * kernel.shape[2];
  const at = kernel.at + (snapshot * kernel.held + filter) * each;
  return numbers.subarray(at, at + each);
}

export const biasOf = ({ numbers }: FiltersPayload, kernel: FilterKernel, snapshot: number, filter: number): number =>
  kernel.bias === undefined ? 0 : numbers[kernel.bias + snapshot * kernel.held + filter]!;

/** How many filters can be drawn: those that are held or have an overview. */
export const filtersShown = ({ held, overview }: FilterKernel): number => Math.max(held, overview?.filters ?? 0);

/** L2 norm over all weights of a filter. */
export function normOf(payload: FiltersPayload, kernel: FilterKernel, snapshot: number, filter: number): number {
  const { overview, shape } = kernel;
  if (overview && filter < overview.filters)
    return payload.numbers[overview.at + (snapshot * overview.filters + filter) * (1 + 2 * shape[0] * shape[1])]!;
  return Math.hypot(...[...blocks(weightsOf(payload, kernel, snapshot, filter))]);
}

/** In pieces, because a call takes a limited number of arguments. */
function* blocks(values: Float32Array): Iterable<number> {
  for (let i = 0; i < values.length; i += 1000) yield Math.hypot(...values.subarray(i, i + 1000));
}

/** Mean or root mean square over the channels of a filter at each place: [height × width]. */
export function summaryOf(
  payload: FiltersPayload,
  kernel: FilterKernel,
  snapshot: number,
  filter: number,
  what: 'mean' | 'norm',
): Float32Array {
  const { overview, shape } = kernel;
  const [height, width, channels] = shape;
  const places = height * width;
  if (overview && filter < overview.filters) {
    const from = overview.at + (snapshot * overview.filters + filter) * (1 + 2 * places) + 1;
    const at = what === 'mean' ? from : from + places;
    return payload.numbers.subarray(at, at + places);
  }
  const weights = weightsOf(payload, kernel, snapshot, filter);
  return Float32Array.from({ length: places }, (_, p) => {
    let sum = 0;
    for (let c = 0; c < channels; c++) {
      const w = weights[p * channels + c]!;
      sum += what === 'mean' ? w : w * w;
    }
    return what === 'mean' ? sum / channels : Math.sqrt(sum / channels);
  });
}

export interface Held {
  rows: number;
  columns: number;
  channels: number;
}

/** Rows and columns that are held of maps. */
export const heldOf = ({ shape, step, held }: FeatureMaps): Held => ({
  rows: Math.ceil(shape[0] / step),
  columns: Math.ceil(shape[1] / step),
  channels: held,
});

/** Whether all values of the maps are held. */
export const isWhole = ({ shape, step, held }: FeatureMaps): boolean => step === 1 && held === shape[2];

/** The held values of one example: [rows, columns, channels]. */
export function mapsOf(payload: FiltersPayload, maps: FeatureMaps, snapshot: number, example: number): Float32Array {
  const { rows, columns, channels } = heldOf(maps);
  const size = rows * columns * channels;
  const at = maps.at + (snapshot * (payload.examples?.held ?? 0) + example) * size;
  return payload.numbers.subarray(at, at + size);
}

/** Values of one channel: [rows, columns]. */
export function channelOf(values: Float32Array, channels: number, channel: number): Float32Array {
  return Float32Array.from({ length: values.length / channels }, (_, i) => values[i * channels + channel]!);
}

/** The largest value of a channel over all given examples. */
export const peakOf = ({ numbers }: FiltersPayload, maps: FeatureMaps, snapshot: number, channel: number): number =>
  numbers[maps.peaks + snapshot * maps.shape[2] + channel]!;

/** Whether a map is silent, by its largest value: not above 0, or equal to 0 if negative values count as activity. */
const isSilent = ({ type, kernel }: FilterStage, peak: number): boolean =>
  type !== 'input' && (kernel ? !SIGNED.has(kernel.activation) && peak <= 0 : peak === 0);

/** Filters with a norm at or below this count as dead. */
export function deadNorm(norms: readonly number[]): number {
  const sorted = norms.filter(Number.isFinite).sort((a, b) => a - b);
  return Math.max(DEAD_NORM, DEAD_SHARE * (sorted[sorted.length >> 1] ?? 0));
}

/**
 * Why a filter or map is dead, or undefined.
 * @param norm of the filter, to compare with `limit`; undefined without one
 */
export function deathOf(
  payload: FiltersPayload,
  stage: FilterStage,
  snapshot: number,
  index: number,
  norm: number | undefined,
  limit: number,
): string | undefined {
  if (norm !== undefined && norm <= limit) return 'its norm is about 0';
  const { maps } = stage;
  if (!maps || index >= maps.shape[2] || !isSilent(stage, peakOf(payload, maps, snapshot, index))) return undefined;
  const given = payload.examples!.given;
  return `no activation above 0 on ${given === 1 ? 'this input' : `these ${given} inputs`}`;
}

/** Indices by falling norm; NaN first. */
export const byNorm = (norms: readonly number[]): number[] =>
  [...norms.keys()].sort((a, b) => {
    const [x, y] = [norms[a]!, norms[b]!];
    return Number.isNaN(x) || Number.isNaN(y)
      ? Number(Number.isNaN(y)) - Number(Number.isNaN(x)) || a - b
      : y - x || a - b;
  });
