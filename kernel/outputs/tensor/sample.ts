// Chooses the part of a large tensor that goes into an output, and gathers it. A part is a grid: a start, a step and a
// count for each axis.
import { sizeOfPart, type AxisRange } from '../../wire/tensor.ts';
import type { TypedArray } from './values.ts';

/** The part that is the whole tensor. */
export const wholeOf = (shape: readonly number[]): AxisRange[] => shape.map((count) => ({ start: 0, step: 1, count }));

/** Leading axes are thinned out this much sooner: some whole images of a batch are worth more than pieces of all. */
const LEADING = 8;
/** Up to this length, the last axis counts as an image's channels. */
const CHANNELS = 4;

/**
 * The same part, thinned out by whole steps until it has at most `budget` elements: always along the longest axis, and
 * along leading axes sooner than along those of an image.
 * @param part ranges, axis by axis
 * @param budget elements, 1 or more
 */
export function thinOut(part: readonly AxisRange[], budget: number): AxisRange[] {
  const strides = part.map(() => 1);
  const inner = part.length - (part.length > 2 && part.at(-1)!.count <= CHANNELS ? 3 : 2);
  const countOf = (i: number) => Math.ceil(part[i]!.count / strides[i]!);
  const size = () => part.reduce((product, _, i) => product * countOf(i), 1);
  for (let now = size(); now > budget; now = size()) {
    let longest = 0;
    let weight = 0;
    for (let i = 0; i < part.length; i++) {
      const leading = i < inner ? LEADING : 1;
      // A count of one cannot shrink
      const own = countOf(i) > 1 ? countOf(i) * leading : 0;
      if (own > weight) [longest, weight] = [i, own];
    }
    // Nearly the step that this axis alone would need; steps of one would take long for long axes
    const excess = now / budget;
    const step = strides[longest]!;
    strides[longest] = Math.min(part[longest]!.count, Math.max(step + 1, Math.floor(step * Math.min(excess, 1.25))));
  }
  return part.map(({ start, step }, i) => ({ start, step: step * strides[i]!, count: countOf(i) }));
}

/**
 * The elements of a part, in row-major order. `data` itself if the part is the whole.
 * @param data values of a tensor of this shape, `width` array elements for each of its elements
 */
export function gather<T extends TypedArray | string[]>(
  data: T,
  shape: readonly number[],
  axes: readonly AxisRange[],
  width = 1,
): T {
  const size = sizeOfPart(axes);
  if (axes.every(({ count }, i) => count === shape[i])) return data;
  const part = (
    Array.isArray(data) ? new Array<string>(size) : new (data.constructor as new (n: number) => T)(size * width)
  ) as T;
  const strides = stridesOf(shape);
  const inner = axes.at(-1)!;
  const index = axes.map(() => 0);
  for (let to = 0; to < size; to += inner.count) {
    let from = 0;
    for (let i = 0; i < axes.length; i++) from += (axes[i]!.start + index[i]! * axes[i]!.step) * strides[i]!;
    for (let j = 0; j < inner.count; j++)
      for (let w = 0; w < width; w++) part[(to + j) * width + w] = data[(from + j * inner.step) * width + w]!;
    // The next row: the second-to-last axis advances first
    for (let i = axes.length - 2; i >= 0; i--) {
      if (++index[i]! < axes[i]!.count) break;
      index[i] = 0;
    }
  }
  return part;
}

/**
 * Cuts the middle of each axis longer than `most` to `most + 1` indices, so that printing shows its first and last
 * `edge`.
 * @returns the remaining shape and its values
 */
export function edgesOf<T extends ArrayLike<number | string>>(
  data: T,
  shape: readonly number[],
  { edge, most, width = 1 }: { edge: number; most: number; width?: number },
): { shape: number[]; data: (number | string)[] } {
  const left = shape.map((n) => Math.min(n, most + 1));
  const strides = stridesOf(shape);
  const values: (number | string)[] = [];
  const visit = (axis: number, from: number): void => {
    if (axis === shape.length) {
      for (let w = 0; w < width; w++) values.push(data[from * width + w]!);
      return;
    }
    const cut = shape[axis]! - left[axis]!;
    for (let i = 0; i < left[axis]!; i++) visit(axis + 1, from + (i < edge ? i : i + cut) * strides[axis]!);
  };
  visit(0, 0);
  return { shape: left, data: values };
}

function stridesOf(shape: readonly number[]): number[] {
  const strides = shape.map(() => 1);
  for (let i = shape.length - 2; i >= 0; i--) strides[i] = strides[i + 1]! * shape[i + 1]!;
  return strides;
}

/**
 * Checks a requested part.
 * @throws RangeError if it is not a part of a tensor of this shape
 */
export function checkPart(axes: unknown, shape: readonly number[]): AxisRange[] {
  if (!Array.isArray(axes) || axes.length !== shape.length)
    throw new RangeError(`a part of a tensor of shape [${shape.join(', ')}] has ${shape.length} ranges`);
  return axes.map((range: Partial<AxisRange> | null, i) => {
    const { start, step, count } = range ?? {};
    const whole = (n: unknown, least: number): n is number => Number.isSafeInteger(n) && (n as number) >= least;
    if (!whole(start, 0) || !whole(step, 1) || !whole(count, 1) || start + (count - 1) * step >= shape[i]!)
      throw new RangeError(`${JSON.stringify(range)} is not a range of axis ${i}, which has ${shape[i]} indices`);
    return { start, step, count };
  });
}
