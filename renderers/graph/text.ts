// Numbers and shapes as short and as exact texts.
import type { GraphNumbers, GraphOutput } from '../../kernel/wire/graph.ts';

/** `0.3333`, `1.5e−9`, `NaN`, `∞`. @param digits significant ones */
export function numberText(value: number, digits = 4): string {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? 'NaN' : value > 0 ? '∞' : '−∞';
  const text =
    Number.isInteger(value) && Math.abs(value) < 1e6 ? String(value) : String(Number(value.toPrecision(digits)));
  return text.replaceAll('-', '−');
}

/** The numbers of one tensor. */
export interface Values {
  size: number;
  /** The first values, in row-major order. */
  held: Float64Array;
  min: number;
  max: number;
  mean: number;
  nan: number;
  infinite: number;
}

export function valuesOf(
  numbers: Float64Array,
  { at, count, nan = 0, infinite = 0 }: GraphNumbers,
  size: number,
): Values {
  const [min, max, mean] = [numbers[at]!, numbers[at + 1]!, numbers[at + 2]!];
  return { size, held: numbers.subarray(at + 3, at + 3 + count), min, max, mean, nan, infinite };
}

/** At most this many numbers are written out beside a node. */
const FEW = 3;

/** The text beside a node: the values if they are few, else the smallest and the largest. */
export function shortText(v: Values): string {
  if (v.size === 0) return 'empty';
  if (v.size === 1 && v.held.length === 1) return numberText(v.held[0]!);
  if (v.size <= FEW && v.held.length === v.size) return `[${Array.from(v.held, (x) => numberText(x, 3)).join(', ')}]`;
  const range =
    v.min === v.max
      ? `all ${numberText(v.min, 3)}`
      : Number.isNaN(v.mean)
        ? ''
        : `${numberText(v.min, 3)} … ${numberText(v.max, 3)}`;
  return [range, badText(v)].filter(Boolean).join(', ');
}

/** `2 NaN, 1 infinite`; empty if all values are finite. */
export const badText = ({ nan, infinite }: Values): string =>
  [nan > 0 ? `${nan} NaN` : '', infinite > 0 ? `${infinite} infinite` : ''].filter(Boolean).join(', ');

export const shapeText = (shape: GraphOutput['shape'], layers: boolean): string =>
  `[${shape.map((n, i) => n ?? (layers && i === 0 ? 'batch' : '?')).join(', ')}]`;
