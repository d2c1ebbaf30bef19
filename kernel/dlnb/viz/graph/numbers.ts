// The numbers of tensors in an output: a summary of all values, the first values, and short texts of numbers.
import { Unread, valuesNow } from '../../../outputs/tensor/read.ts';
import type { Tensor } from '@tensorflow/tfjs-core';

/** Most values of one tensor that an output holds. */
export const MAX_VALUES = 64;

/** `min`, `max` and `mean` are over the finite values, and NaN if there are none. */
export interface Summary {
  min: number;
  max: number;
  mean: number;
  nan: number;
  infinite: number;
  /** The first {@link MAX_VALUES} in row-major order. */
  values: number[];
  /** Number of all values. */
  size: number;
}

/**
 * The summary of a tensor; undefined unless it holds real numbers.
 * @throws Unread if the values must be awaited
 */
export function summarize(x: Tensor): Summary | undefined {
  if (x.dtype === 'string' || x.dtype === 'complex64') return undefined;
  const data = valuesNow(x);
  if (!data || Array.isArray(data)) throw new Unread('viz.graph');
  let [min, max, sum, nan, infinite] = [Infinity, -Infinity, 0, 0, 0];
  for (let i = 0; i < data.length; i++) {
    const v = data[i]!;
    if (v !== v) nan++;
    else if (v === Infinity || v === -Infinity) infinite++;
    else {
      if (v < min) min = v;
      if (v > max) max = v;
      sum += v;
    }
  }
  const finite = data.length - nan - infinite;
  const none = finite === 0;
  return {
    min: none ? NaN : min,
    max: none ? NaN : max,
    mean: none ? NaN : sum / finite,
    nan,
    infinite,
    values: Array.from(data.subarray(0, MAX_VALUES)),
    size: data.length,
  };
}

/** At most four significant digits, without trailing zeros: `0.3333`, `1.5e-9`, `NaN`. */
export function numberText(value: number): string {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? 'NaN' : value > 0 ? '∞' : '−∞';
  if (Number.isInteger(value) && Math.abs(value) < 1e6) return String(value).replace('-', '−');
  return String(Number(value.toPrecision(4))).replace('-', '−');
}

const FEW = 4;

/** A tensor in a few words: its values if they are few, else smallest, largest and mean. */
export function summaryText({ values, size, min, max, mean, nan, infinite }: Summary): string {
  if (size === 1) return numberText(values[0]!);
  if (size <= FEW) return `[${values.map(numberText).join(', ')}]`;
  const bad = [nan && `${nan} NaN`, infinite && `${infinite} infinite`].filter(Boolean).join(', ');
  const rest = Number.isNaN(mean) ? '' : `${numberText(min)} … ${numberText(max)}, mean ${numberText(mean)}`;
  return [rest, bad].filter(Boolean).join('; ') || 'empty';
}
