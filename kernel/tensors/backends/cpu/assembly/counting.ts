// Ops that count and search: bincount, searchsorted and draws from distributions that are given by probabilities.
import { args, bound, chunksOf, parallel, scratch } from './pool';

/** Elements that are worth a chunk of their own. */
const GRAIN: i32 = 16384;

/** y[r, v] = how often v is in row r of x, or the sum of its weights there; values of `size` or more do not count. */
@unmanaged
export class BincountArgs {
  /** [rows, n] int32. */
  x: usize;
  /** [rows, n] float32 or int32; 0 for none. */
  weights: usize;
  /** [rows, size] of the type of the weights, written. */
  y: usize;
  rows: i32;
  n: i32;
  size: i32;
  /** Whether weights and results are int32. */
  integers: bool;
  /** Whether a value that occurs counts once. */
  once: bool;
}

/** Counts values. @returns false, with y unfinished, if one is negative */
export function bincount(args: BincountArgs): bool {
  const a = args;
  const end = a.x + ((<usize>a.rows * <usize>a.n) << 2);
  for (let x = a.x; x < end; x += 4) if (load<i32>(x) < 0) return false;
  parallel(bincountTask.index, chunksOf(a.rows, GRAIN / max(1, a.n + a.size)));
  return true;
}

function bincountTask(chunk: i32, chunks: i32): void {
  const a = args<BincountArgs>();
  const n = a.n;
  const size = a.size;
  const one: u32 = a.integers ? 1 : 0x3f800000;
  const end = bound(a.rows, 1, chunk + 1, chunks);
  for (let r = bound(a.rows, 1, chunk, chunks); r < end; r++) {
    const x = a.x + ((<usize>r * <usize>n) << 2);
    const y = a.y + ((<usize>r * <usize>size) << 2);
    const w = a.weights + ((<usize>r * <usize>n) << 2);
    memory.fill(y, 0, <usize>size << 2);
    for (let i: usize = 0; i < <usize>n << 2; i += 4) {
      const value = load<i32>(x + i);
      if (value >= size) continue;
      const at = y + (<usize>value << 2);
      if (a.once) store<u32>(at, one);
      else if (a.integers) store<i32>(at, load<i32>(at) + (a.weights ? load<i32>(w + i) : 1));
      else store<f32>(at, load<f32>(at) + (a.weights ? load<f32>(w + i) : 1));
    }
  }
}

/** y[r, i] = how many numbers of sorted row r are less than values[r, i], or not more than it. */
@unmanaged
export class SearchArgs {
  /** [rows, n], in ascending order. */
  sorted: usize;
  /** [rows, count] of the same type. */
  values: usize;
  /** [rows, count] int32, written. */
  y: usize;
  rows: i32;
  n: i32;
  count: i32;
  /** Whether equal numbers are counted. */
  right: bool;
  /** Whether the numbers are int32, or float32. */
  integers: bool;
}

/** Searches sorted rows. */
export function searchSorted(args: SearchArgs): void {
  const steps = 32 - clz<i32>(args.n);
  parallel(searchTask.index, chunksOf(args.rows * args.count, GRAIN / max(1, 2 * steps)));
}

function searchTask(chunk: i32, chunks: i32): void {
  const a = args<SearchArgs>();
  if (a.integers) searchRows<i32>(chunk, chunks);
  else searchRows<f32>(chunk, chunks);
}

// @ts-ignore: decorator
@inline
function searchRows<T>(chunk: i32, chunks: i32): void {
  const a = args<SearchArgs>();
  const total = a.rows * a.count;
  const right = a.right;
  const end = bound(total, 1, chunk + 1, chunks);
  for (let i = bound(total, 1, chunk, chunks); i < end; i++) {
    const row = a.sorted + ((<usize>(i / a.count) * <usize>a.n) << 2);
    const value = load<T>(a.values + (<usize>i << 2));
    let left = 0;
    let last = a.n;
    while (left < last) {
      const middle = (left + last) >> 1;
      const e = load<T>(row + (<usize>middle << 2));
      if (right ? e <= value : e < value) left = middle + 1;
      else last = middle;
    }
    store<i32>(a.y + (<usize>i << 2), last);
  }
}

/**
 * y[r, i] = the first event of row r whose running sum of probabilities exceeds draws[r, i]; the last one if none does.
 */
@unmanaged
export class MultinomialArgs {
  /** [rows, events] float32. */
  probabilities: usize;
  /** [rows, samples] float64 in [0, 1). */
  draws: usize;
  /** [rows, samples] int32, written. */
  y: usize;
  rows: i32;
  /** At most as many as the scratch memory of a thread has room for: four bytes each. */
  events: i32;
  samples: i32;
}

/** Draws events. */
export function multinomial(args: MultinomialArgs): void {
  parallel(multinomialTask.index, chunksOf(args.rows, GRAIN / max(1, args.events + 16 * args.samples)));
}

function multinomialTask(chunk: i32, chunks: i32): void {
  const a = args<MultinomialArgs>();
  const sums = scratch();
  const most = a.events - 1;
  const end = bound(a.rows, 1, chunk + 1, chunks);
  for (let r = bound(a.rows, 1, chunk, chunks); r < end; r++) {
    const p = a.probabilities + ((<usize>r * <usize>a.events) << 2);
    let sum: f32 = 0;
    for (let i: usize = 0; i < <usize>most << 2; i += 4) {
      sum = i == 0 ? load<f32>(p) : sum + load<f32>(p + i);
      store<f32>(sums + i, sum);
    }
    for (let s = 0; s < a.samples; s++) {
      const draw = load<f64>(a.draws + ((<usize>r * <usize>a.samples + <usize>s) << 3));
      let left = 0;
      let last = most;
      while (left < last) {
        const middle = (left + last) >> 1;
        if (draw < <f64>load<f32>(sums + (<usize>middle << 2))) last = middle;
        else left = middle + 1;
      }
      store<i32>(a.y + ((<usize>r * <usize>a.samples + <usize>s) << 2), last);
    }
  }
}
