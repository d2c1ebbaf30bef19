// Updates of parameters: one task over the elements of all of them, whatever the optimizer. Each rule is one pass,
// which reads and writes once what it needs of an element (generated/optimizer.ts).
import { update } from './generated/optimizer';
import { Parameter, UpdateArgs } from './optimizer-records';
import { args, bound, chunksOf, parallel } from './pool';
import { entry } from './tables';

/** Elements that are worth a chunk of their own */
const GRAIN = 8192;

/**
 * Updates parameters and their slots in place. Behind the last element of each it writes up to the next multiple of 4
 * elements: they must belong to the same block of memory, which holds for whole blocks of the heap.
 */
export function updateParameters(args: UpdateArgs): void {
  parallel(updateTask.index, chunksOf(args.total, GRAIN));
}

function updateTask(chunk: i32, chunks: i32): void {
  const t = args<UpdateArgs>();
  const from = bound(t.total, 16, chunk, chunks);
  const to = bound(t.total, 16, chunk + 1, chunks);
  // The last parameter that begins at `from` or before
  let low = 0;
  let high = t.count - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (entry<Parameter>(t.parameters, middle).start <= from) low = middle;
    else high = middle - 1;
  }
  for (let i = low; i < t.count; i++) {
    const p = entry<Parameter>(t.parameters, i);
    if (p.start >= to) return;
    const first = max(from, p.start) - p.start;
    const last = min(to - p.start, p.n);
    if (first < last) update(p, (<usize>first) << 2, (<usize>((last + 3) & -4)) << 2);
  }
}
