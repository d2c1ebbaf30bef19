// What each axis of a tensor is used for in the picture, and what a tensor looks like at first.
import type { AxisRange, TensorDtype, TensorStatistics } from '../../kernel/display/mime.ts';

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

/** Colour images of bytes or of 0…1; a matrix alone may be anything. */
function looksLikeImages(dtype: TensorDtype, shape: readonly number[], statistics?: TensorStatistics): boolean {
  const [height = 0, width = 0, channels] = shape.slice(-3);
  if (shape.length < 3 || (channels !== 3 && channels !== 4) || height < LEAST_IMAGE || width < LEAST_IMAGE)
    return false;
  const { min = 0, max = 0 } = statistics ?? {};
  return (
    dtype !== 'complex64' &&
    min >= 0 &&
    (max <= 1 || (max <= 255 && (dtype === 'uint8' || dtype === 'int32' || max > 1)))
  );
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

/** The last two axes are a matrix; those before them facets of it while they are few, else sliders. */
export function matrixRoles(axes: readonly AxisRange[]): Role[] {
  const rank = axes.length;
  if (rank === 1) return ['columns'];
  const roles = axes.map((_, i): Role => (i === rank - 1 ? 'columns' : i === rank - 2 ? 'rows' : 'slider'));
  if (rank === 3) {
    if (axes[0]!.count <= 4 * MAX_FACETS) roles[0] = 'grid';
    return roles;
  }
  let shown = rank >= 2 ? axes[rank - 1]!.count * axes[rank - 2]!.count : 1;
  let facets = 1;
  for (let i = rank - 3; i >= Math.max(0, rank - 4); i--) {
    shown *= axes[i]!.count;
    facets *= axes[i]!.count;
    if (facets > MAX_FACETS || shown > MAX_SHOWN) break;
    roles[i] = i === rank - 3 ? 'columns' : 'rows';
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
