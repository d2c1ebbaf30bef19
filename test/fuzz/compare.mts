// Whether what our library gave for a call is right, beside what stock TensorFlow.js gave: the same numbers, or an
// error where stock has one too. Where they differ on purpose is in `differences`.
import type { Call } from './calls.mts';
import type { Given, Outcome } from './child.mts';
import { byChance } from './ops.mts';
import { isTensorSpec } from './values.mts';

export type Verdict =
  | { same: true }
  /** Differs on purpose: the reason. */
  | { same: true; reason: string }
  | { same: false; fault: string };

/** A class of calls for which the libraries differ on purpose. */
interface Difference {
  reason: string;
  holds: (call: Call, ours: Outcome, stock: Outcome) => boolean;
}

const numbersOf = (call: Call): number[] =>
  call.args.flatMap((arg) => (isTensorSpec(arg) && arg.dtype !== 'string' ? (arg.values as number[]) : []));

export const differences: readonly Difference[] = [
  {
    reason: 'stock permutes the shape of cumsum and cumprod twice where the axis is not the last one counted from 0',
    holds: ({ op, args }, ours, stock) =>
      /^cum(sum|prod)$/.test(op) &&
      String(ours.tensors?.[0]?.shape) === String(shapeOf(args[0])) &&
      String(stock.tensors?.[0]?.shape) !== String(shapeOf(args[0])),
  },
  {
    reason: 'int32 wraps exactly; stock rounds products of integers to double first',
    holds: ({ op, args }, ours) =>
      /^(square|mul|prod|pow|squaredDifference)$/.test(op) &&
      ours.tensors?.[0]?.dtype === 'int32' &&
      numbersOf({ op, args, spoilt: false }).some((v) => Math.abs(v) > 2 ** 15),
  },
  {
    reason: 'einsum refuses operands whose rank is not that of the equation; stock broadcasts them',
    holds: ({ op }, ours) => op === 'einsum' && /names \d+ axes of a tensor/.test(ours.error ?? ''),
  },
  {
    reason: 'einsum takes complex64 to transpose, which stock cannot, and gives float32 for float32 and bool',
    holds: ({ op }, ours, stock) =>
      op === 'einsum' && (/complex64/.test(stock.error ?? '') || ours.tensors?.[0]?.dtype === 'float32'),
  },
  {
    reason: 'unsortedSegmentSum leaves NaN and infinity in their segment; stock multiplies them by 0 for the others',
    holds: (call, ours, stock) =>
      call.op === 'unsortedSegmentSum' &&
      numbersOf(call).some((v) => !Number.isFinite(v)) &&
      ours.tensors !== undefined &&
      stock.tensors !== undefined,
  },
  {
    reason: 'sums and products of numbers near the largest go over it, depending on their order',
    holds: (call, ours, stock) =>
      numbersOf(call).some((v) => Math.abs(v) >= 1e30) && sameBut(ours, stock, (v) => !(Math.abs(v) < 1e30)),
  },
];

/** Whether results agree in all but elements that are `undecided` in one of them. */
function sameBut({ tensors: a }: Outcome, { tensors: b }: Outcome, undecided: (v: number) => boolean): boolean {
  if (a?.length !== b?.length || !a || !b) return false;
  return a.every(({ shape, dtype, values }, k) => {
    const other = b[k]!;
    if (dtype === 'string' || dtype !== other.dtype || String(shape) !== String(other.shape)) return false;
    return [...values].every((v, i) => {
      const pair = [v, other.values[i]!] as [number, number];
      return pair.some(undecided) || close(...pair, 0);
    });
  });
}

const shapeOf = (arg: unknown) => (isTensorSpec(arg) ? arg.shape : undefined);

export function compare(call: Call, ours: Outcome, stock: Outcome): Verdict {
  if (ours.overwritten) return { same: false, fault: `writes outside of its tensors: ${ours.overwritten.join('; ')}` };
  if (ours.ended) return { same: false, fault: ours.error! };
  if (ours.error?.startsWith('RuntimeError')) return { same: false, fault: `a trap in WebAssembly: ${ours.error}` };
  const fault = faultOf(call, ours, stock);
  if (fault === undefined) return { same: true };
  const known = differences.find((d) => d.holds(call, ours, stock));
  return known ? { same: true, reason: known.reason } : { same: false, fault };
}

function faultOf(call: Call, ours: Outcome, stock: Outcome): string | undefined {
  if (ours.error !== undefined && stock.error !== undefined) return undefined;
  if (ours.error !== undefined) return `throws "${ours.error}"; stock gives ${short(stock)}`;
  if (stock.error !== undefined) return `gives ${short(ours)}; stock throws "${stock.error}"`;
  if (ours.other !== stock.other) return `gives ${ours.other}, not ${stock.other}`;
  const [a, b] = [ours.tensors ?? [], stock.tensors ?? []];
  if (a.length !== b.length) return `gives ${a.length} tensors, not ${b.length}`;
  for (let i = 0; i < a.length; i++) {
    const which = a.length > 1 ? `tensor ${i}: ` : '';
    const fault = differs(a[i]!, b[i]!, byChance.has(call.op));
    if (fault !== undefined) return which + fault;
  }
  return undefined;
}

function differs(ours: Given, stock: Given, shapeOnly: boolean): string | undefined {
  if (ours.dtype !== stock.dtype) return `type ${ours.dtype}, not ${stock.dtype}`;
  if (String(ours.shape) !== String(stock.shape)) return `shape [${ours.shape}], not [${stock.shape}]`;
  if (ours.values.length !== stock.values.length)
    return `${ours.values.length} values in shape [${ours.shape}], not ${stock.values.length}`;
  if (shapeOnly) return undefined;
  let largest = 0;
  for (const v of stock.values) if (Number.isFinite(v)) largest = Math.max(largest, Math.abs(v as number));
  for (let i = 0; i < stock.values.length; i++) {
    const [a, b] = [ours.values[i]!, stock.values[i]!];
    if (!close(a, b, largest)) return `element ${i} of [${ours.shape}] is ${a}, not ${b}`;
  }
  return undefined;
}

/** @param largest the largest size of the tensor's finite numbers: sums of such cancel to within its precision */
function close(a: number | string, b: number | string, largest: number): boolean {
  if (typeof a === 'string' || typeof b === 'string') return a === b;
  if (Object.is(a, b) || a === b || (Number.isNaN(a) && Number.isNaN(b))) return true;
  return Math.abs(a - b) <= 2e-5 * Math.abs(b) + 1e-6 * largest + 1e-6;
}

function short({ tensors, other }: Outcome): string {
  if (!tensors) return String(other);
  return tensors
    .slice(0, 3)
    .map(({ dtype, shape, values }) => {
      const list = Array.from(values as ArrayLike<unknown>).slice(0, 12);
      return `${dtype} [${shape}] ${list.join(',')}${values.length > 12 ? ',…' : ''}`;
    })
    .join(' and ');
}
