// Which part of a tensor is shown at full resolution around an index.
import type { AxisRange } from '../../kernel/wire/tensor.ts';
import { axesOf, type Role } from './axes.ts';

/** A matrix's sides: cells that can be told apart in the height of a picture. And a vector's length. */
const ROWS = 128;
const COLUMNS = 256;
const LENGTH = 4096;
const CHANNELS = 4;
/** Values of the whole window; less than what fits into a message. */
const MOST = 100_000;
/** Pictures or facets along one axis. */
const FACETS = 64;

/**
 * Every index around `index`: a slider's axis only there, the innermost axes of the matrix as far as can be seen at once, those around them as far as there is room.
 */
export function windowAround(index: readonly number[], shape: readonly number[], roles: readonly Role[]): AxisRange[] {
  const [row, column] = [axesOf(roles, 'rows').at(-1), axesOf(roles, 'columns').at(-1)];
  const visible = shape.filter((n, axis) => roles[axis] !== 'slider' && n > 1).length;
  let room = MOST;
  const sizes = shape.map((n, axis) => {
    if (roles[axis] === 'slider') return 1;
    if (roles[axis] === 'channels') return Math.min(n, CHANNELS);
    if (axis !== row && axis !== column) return 0;
    return Math.min(n, visible === 1 ? LENGTH : axis === row ? ROWS : COLUMNS);
  });
  for (const size of sizes) if (size > 0) room = Math.floor(room / size);
  // From the inside out: neighbours of the innermost first
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    if (sizes[axis] !== 0) continue;
    sizes[axis] = Math.max(1, Math.min(shape[axis]!, FACETS, room));
    room = Math.max(1, Math.floor(room / sizes[axis]!));
  }
  return shape.map((n, axis) => {
    const size = sizes[axis]!;
    const start = Math.max(0, Math.min(n - size, index[axis]! - Math.floor(size / 2)));
    return { start, step: 1, count: size };
  });
}
