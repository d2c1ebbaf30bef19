// Which part of a tensor is shown at full resolution around an index.
import type { AxisRange } from '../../kernel/wire/tensor.ts';
import { axesOf, type Role } from './axes.ts';

/** Largest side of a matrix (its cells stay distinguishable in a picture), and largest length of a vector. */
const ROWS = 128;
const COLUMNS = 256;
const LENGTH = 4096;
const CHANNELS = 4;
/** Most values of a window; less than fits into a message. */
const MOST = 100_000;
/** Most pictures or facets along one axis. */
const FACETS = 64;

/**
 * All indices around `index`: one index on axes with a slider, as many as can be seen at once on the innermost axes of
 * the matrix, and as many as there is room for on the axes around them.
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
  // From the inside out: neighbors along the innermost axis come first
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
