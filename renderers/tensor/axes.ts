// The role of each axis of a tensor in the picture, and the first look of a tensor.
import type { AxisRange, TensorDtype, TensorStatistics } from '../../kernel/wire/tensor.ts';

/** `grid`: each index is a picture of its own. `channels`: gray, or red, green, blue and opacity of an image. */
export type Role = 'rows' | 'columns' | 'grid' | 'slider' | 'channels';
export type Mode = 'bars' | 'heat' | 'image' | 'table';

export interface Look {
  mode: Mode;
  roles: Role[];
}

/** Most pictures that the first look shows side by side, and most values of them. */
const MAX_FACETS = 40;
const MAX_SHOWN = 200_000;
/** Least height and width, in values, of what the first look shows as an image. */
const LEAST_IMAGE = 8;

/** The first look: by rank, and as images if the tensor looks like images. */
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

/** Images have channels, and hold bytes or 0…1; a matrix without channels may be anything. */
function looksLikeImages(dtype: TensorDtype, shape: readonly number[], statistics?: TensorStatistics): boolean {
  const [height = 0, width = 0, channels] = shape.slice(-3);
  const sized = height >= LEAST_IMAGE && width >= LEAST_IMAGE && (channels === 1 || channels === 3 || channels === 4);
  const { min = 0, max = 0 } = statistics ?? {};
  return shape.length >= 3 && sized && dtype !== 'complex64' && dtype !== 'bool' && min >= 0 && max <= 255;
}

/** Whether the image mode can draw this tensor. */
export const canBeImages = (dtype: TensorDtype, shape: readonly number[]): boolean =>
  shape.length >= 2 && dtype !== 'complex64' && dtype !== 'string';

/** `[…, h, w]` or `[…, h, w, 1|3|4]`: the axis before is a grid, and axes before that have sliders. */
export function imageRoles(shape: readonly number[]): Role[] {
  const rank = shape.length;
  const last = shape[rank - 1]!;
  const inColor = rank >= 3 && (last === 1 || last === 3 || last === 4);
  const tail: Role[] = inColor ? ['rows', 'columns', 'channels'] : ['rows', 'columns'];
  const leading = rank - tail.length;
  return [...Array.from({ length: leading }, (_, i): Role => (i === leading - 1 ? 'grid' : 'slider')), ...tail];
}

/**
 * The last two axes are a matrix; those before are facets of it if they are few, else sliders. Axes of one index do not
 * count.
 */
export function matrixRoles(axes: readonly AxisRange[]): Role[] {
  const roles = axes.map((): Role => 'slider');
  const last = axes.length - 1;
  const long = axes.flatMap(({ count }, axis) => (count === 1 ? [] : axis));
  const [column = last, row, ...around] = long.toReversed();
  if (row === undefined) {
    // At most one axis has more than one index: it stays a row or a column
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

/** Adapts the chosen roles to another mode: an image needs its channels, and bars a single axis. */
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

/** The axes with a role, outermost first. */
export const axesOf = (roles: readonly Role[], ...wanted: Role[]): number[] =>
  roles.flatMap((role, axis) => (wanted.includes(role) ? axis : []));
