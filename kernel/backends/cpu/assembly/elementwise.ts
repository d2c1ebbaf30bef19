// Op kernels that treat each element for itself.
import { args, bound, chunksOf, parallel } from './pool';

@unmanaged
class UnaryArgs {
  x: usize;
  y: usize;
  n: i32;
}

/** y = max(x, 0); x, y [n] float32 */
export function relu(x: usize, y: usize, n: i32): void {
  const a = args<UnaryArgs>();
  a.x = x;
  a.y = y;
  a.n = n;
  parallel(reluTask.index, chunksOf(n, 16384));
}

function reluTask(chunk: i32, chunks: i32): void {
  const a = args<UnaryArgs>();
  let i = (<usize>bound(a.n, 16, chunk, chunks)) << 2;
  const end = (<usize>bound(a.n, 16, chunk + 1, chunks)) << 2;
  const zero = f32x4.splat(0);
  for (; i + 16 <= end; i += 16) v128.store(a.y + i, f32x4.max(v128.load(a.x + i), zero));
  for (; i < end; i += 4) store<f32>(a.y + i, max<f32>(load<f32>(a.x + i), 0));
}
