// The largest numbers of each row, in descending order: a heap of the best so far, whose smallest number most others
// do not pass.
import { args, bound, chunksOf, parallel, scratch } from './pool';

/** Elements that are worth a chunk of their own. */
const GRAIN: i32 = 16384;

/** The k largest numbers of each row and where they are; NaN is the largest, equal numbers follow their order in x. */
@unmanaged
export class TopKArgs {
  /** [rows, n] float32 or int32. */
  x: usize;
  /** [rows, k] of the same type, written. */
  values: usize;
  /** [rows, k] int32, written. */
  indices: usize;
  rows: i32;
  n: i32;
  /** At most n, and as many as the scratch memory of a thread has room for: eight bytes each. */
  k: i32;
  /** Whether the numbers are int32. */
  integers: bool;
}

/** The k largest numbers of each row. */
export function topK(args: TopKArgs): void {
  parallel(topKTask.index, chunksOf(args.rows, GRAIN / max(1, args.n)));
}

function topKTask(chunk: i32, chunks: i32): void {
  if (args<TopKArgs>().integers) topKRows(true, chunk, chunks);
  else topKRows(false, chunk, chunks);
}

/** A number and its place as one key: the larger number, or of equal ones the first, has the larger key. */
// @ts-ignore: decorator
@inline
function keyOf(integers: bool, x: usize, i: i32): u64 {
  const bits = load<u32>(x + (<usize>i << 2));
  let order: u32;
  if (integers) order = bits ^ 0x80000000;
  else if ((bits & 0x7fffffff) > 0x7f800000) order = 0xffffffff;
  else if (bits == 0x80000000) order = 0x80000000;
  else order = bits ^ (<u32>(<i32>bits >> 31) | 0x80000000);
  return (<u64>order << 32) | <u64>~(<u32>i);
}

// @ts-ignore: decorator
@inline
function placeOf(key: u64): usize {
  return <usize>~(<u32>key) << 2;
}

/** Puts a key at place i of a heap of k, whose smallest key is the first, or further down. */
function sink(heap: usize, k: i32, i: i32, key: u64): void {
  while (true) {
    let child = 2 * i + 1;
    if (child >= k) break;
    let least = load<u64>(heap + (<usize>child << 3));
    if (child + 1 < k) {
      const other = load<u64>(heap + (<usize>(child + 1) << 3));
      if (other < least) {
        least = other;
        child++;
      }
    }
    if (least >= key) break;
    store<u64>(heap + (<usize>i << 3), least);
    i = child;
  }
  store<u64>(heap + (<usize>i << 3), key);
}

// @ts-ignore: decorator
@inline
function topKRows(integers: bool, chunk: i32, chunks: i32): void {
  const a = args<TopKArgs>();
  const n = a.n;
  const k = a.k;
  const heap = scratch();
  const end = bound(a.rows, 1, chunk + 1, chunks);
  for (let r = bound(a.rows, 1, chunk, chunks); r < end; r++) {
    const x = a.x + ((<usize>r * <usize>n) << 2);
    for (let i = 0; i < k; i++) store<u64>(heap + (<usize>i << 3), keyOf(integers, x, i));
    for (let i = (k >> 1) - 1; i >= 0; i--) sink(heap, k, i, load<u64>(heap + (<usize>i << 3)));
    let i = k;
    while (i < n) {
      const least = load<u64>(heap);
      const limit = v128.load32_splat(x + placeOf(least));
      // Four at a time while none is larger; a NaN is looked at
      for (; i + 4 <= n; i += 4) {
        const v = v128.load(x + (<usize>i << 2));
        const larger = integers ? i32x4.gt_s(v, limit) : v128.or(f32x4.gt(v, limit), f32x4.ne(v, v));
        if (v128.any_true(larger)) break;
      }
      const last = min(n, i + 4);
      for (; i < last; i++) {
        const key = keyOf(integers, x, i);
        if (key > load<u64>(heap)) sink(heap, k, 0, key);
      }
    }
    // The smallest one goes behind the others until none is left
    for (let left = k - 1; left > 0; left--) {
      const key = load<u64>(heap + (<usize>left << 3));
      store<u64>(heap + (<usize>left << 3), load<u64>(heap));
      sink(heap, left, 0, key);
    }
    const out = (<usize>r * <usize>k) << 2;
    for (let j = 0; j < k; j++) {
      const place = placeOf(load<u64>(heap + (<usize>j << 3)));
      store<u32>(a.values + out + (<usize>j << 2), load<u32>(x + place));
      store<u32>(a.indices + out + (<usize>j << 2), <u32>(place >> 2));
    }
  }
}
