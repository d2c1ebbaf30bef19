// What each axis of a tensor is used for in the picture, and what a tensor looks like at first.
import type { AxisRange, TensorDtype, TensorStatistics } from '../../kernel/wire/tensor.ts';

/** `grid`: each index is a picture of its own, one after another. `channels`: grey, or red, green, blue and opacity, of an image. */
export type Role = 'rows' | 'columns' | 'grid' | 'slider' | 'channels';
export type Mode = 'bars' | 'heat' | 'image' | 'table';

export interface Look {
  mode: Mode;
  roles: Role[];
}

/** Most pictures that the first look shows side by side, and most values. */
const MAX_FACETS = 40;
const MAX_SHOWN = 200_000;
/** An image is at least this many pixels high and wide at the first look. */
const LEAST_IMAGE = 8;

/** How a tensor is shown at first: by its rank, and as images where it looks like images. */
export function firstLook(
  dtype: TensorDtype,
  shape: readonly number[],
  axes: readonly AxisRange[],
  statistics?: TensorStatistics,
): Look {
  const rank = shape.length;
  if (dtype === 'string') return { mode: 'table', roles: matrixRoles(axes) };
  if (rank <= 1) return { mode: 'bars', roles: shape.map(() => 'columns') };
  if (looksLikeImages(dtype, shape, statistics)) return { mode: 'image', roles: imageRoles(shape) };
  return { mode: 'heat', roles: matrixRoles(axes) };
}

/** Images say so by their channels, and hold bytes or 0…1; a matrix alone may be anything. */
function looksLikeImages(dtype: TensorDtype, shape: readonly number[], statistics?: TensorStatistics): boolean {
  const [height = 0, width = 0, channels] = shape.slice(-3);
  const sized = height >= LEAST_IMAGE && width >= LEAST_IMAGE && (channels === 1 || channels === 3 || channels === 4);
  const { min = 0, max = 0 } = statistics ?? {};
  return shape.length >= 3 && sized && dtype !== 'complex64' && dtype !== 'bool' && min >= 0 && max <= 255;
}

/** Whether the image mode can draw this at all. */
export const canBeImages = (dtype: TensorDtype, shape: readonly number[]): boolean =>
  shape.length >= 2 && dtype !== 'complex64' && dtype !== 'string';

/** `[…, h, w]` or `[…, h, w, 1|3|4]`: leading axes as a grid, the first beyond one of them by sliders. */
export function imageRoles(shape: readonly number[]): Role[] {
  const rank = shape.length;
  const last = shape[rank - 1]!;
  const inColour = rank >= 3 && (last === 1 || last === 3 || last === 4);
  const tail: Role[] = inColour ? ['rows', 'columns', 'channels'] : ['rows', 'columns'];
  const leading = rank - tail.length;
  return [...Array.from({ length: leading }, (_, i): Role => (i === leading - 1 ? 'grid' : 'slider')), ...tail];
}

/** The last two axes are a matrix; those before them facets of it while they are few, else sliders. Axes of one index do not count. */
export function matrixRoles(axes: readonly AxisRange[]): Role[] {
  const roles = axes.map((): Role => 'slider');
  const last = axes.length - 1;
  const long = axes.flatMap(({ count }, axis) => (count === 1 ? [] : axis));
  const [column = last, row, ...around] = long.toReversed();
  if (row === undefined) {
    // One axis, or none, has more than one index: it stays a row or a column as it was
    roles[last] = 'columns';
    if (last > 0) roles[column === last ? last - 1 : column] = 'rows';
    return roles;
  }
  roles[column] = 'columns';
  roles[row] = 'rows';
  if (around.length === 1) {
    if (axes[around[0]!]!.count <= 4 * MAX_FACETS) roles[around[0]!] = 'grid';
    return roles;
  }
  let facets = 1;
  let shown = axes[row]!.count * axes[column]!.count;
  for (const [i, axis] of around.slice(0, 2).entries()) {
    facets *= axes[axis]!.count;
    shown *= axes[axis]!.count;
    if (facets > MAX_FACETS || shown > MAX_SHOWN) break;
    roles[axis] = i === 0 ? 'columns' : 'rows';
  }
  return roles;
}

/** The roles for a mode that others were chosen for before: an image needs its channels, bars one axis alone. */
export function rolesFor(
  mode: Mode,
  roles: readonly Role[],
  shape: readonly number[],
  axes: readonly AxisRange[],
): Role[] {
  if (mode === 'image') return imageRoles(shape);
  if (mode === 'bars') return roles.map((_, i) => (i === roles.length - 1 ? 'columns' : 'slider'));
  const visible = roles.filter((role) => role === 'rows' || role === 'columns').length;
  return roles.includes('channels') || visible < 2 ? matrixRoles(axes) : [...roles];
}

/** Which axes have a role, outermost first. */
export const axesOf = (roles: readonly Role[], ...wanted: Role[]): number[] =>
  roles.flatMap((role, axis) => (wanted.includes(role) ? axis : []));
