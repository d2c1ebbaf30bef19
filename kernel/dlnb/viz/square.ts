// Axes on which a unit is equally long, for plots in which both axes are space, and the size of such a plot.
import { extent } from './arrays.ts';
import type { AxesOptions, Layout } from './figure.ts';

/** A plane is drawn with equal axes by default if no extent is more than this many times the other. */
const MOST_RATIO = 3;
const HEIGHT = 380;
/** Pixels around the plane: axes and their titles, a title above, a color bar or a legend at the right. */
const AROUND = { left: 60, right: 20, top: 20, title: 44, bottom: 50, bar: 78, letter: 7, mark: 56 };

type Span = readonly [number, number] | undefined;

/** What stands at the right of the plane. */
export interface Beside {
  bar?: boolean;
  /** Names in the legend. */
  names?: readonly string[];
}

/** Whether axes over these extents are equal: as the option says, else if both are space and about equally long. */
export function isEqual({ equal, logX, logY }: AxesOptions, space: boolean, x: Span, y: Span): boolean {
  if (equal !== undefined && equal !== null) return equal;
  if (!space || logX || logY || !x || !y) return false;
  const [w, h] = [x[1] - x[0], y[1] - y[0]];
  return w > 0 && h > 0 && w <= MOST_RATIO * h && h <= MOST_RATIO * w;
}

/**
 * Makes the axes of a layout equal, and the figure as wide as the plane needs.
 * @param x extent along x @param y extent along y
 */
export function square(layout: Layout, x: Span, y: Span, beside: Beside = {}): void {
  Object.assign((layout['xaxis'] ??= {}) as object, { constrain: 'domain' });
  Object.assign((layout['yaxis'] ??= {}) as object, { scaleanchor: 'x', constrain: 'domain' });
  if (!x || !y || !(x[1] > x[0]) || !(y[1] > y[0])) return;
  const height = typeof layout['height'] === 'number' ? layout['height'] : HEIGHT;
  const plane = Math.max(80, height - AROUND.bottom - (layout['title'] ? AROUND.title : AROUND.top));
  const names = beside.names ?? [];
  const legend = names.length > 1 ? AROUND.mark + AROUND.letter * Math.max(...names.map((name) => name.length)) : 0;
  const width = (plane * (x[1] - x[0])) / (y[1] - y[0]);
  const around = AROUND.left + AROUND.right + (beside.bar ? AROUND.bar : 0) + legend;
  layout['width'] = Math.round(Math.min(1400, Math.max(width, 160) + around));
  // What a narrow output needs to know to draw it less high
  layout['meta'] = { ...(layout['meta'] as object | undefined), plane: { width, height: plane, beside: around } };
}

/** Takes back {@link square}. */
export function unsquare(layout: Layout): void {
  for (const axis of ['xaxis', 'yaxis'])
    for (const key of ['scaleanchor', 'constrain']) delete (layout[axis] as Layout | undefined)?.[key];
  const { plane: _, ...meta } = (layout['meta'] ?? {}) as Layout;
  if ('meta' in layout) layout['meta'] = meta;
  delete layout['width'];
}

/** The extent of several lists together. */
export function extentOf(lists: readonly ArrayLike<number>[]): [number, number] | undefined {
  const spans = lists.flatMap((list) => extent(list) ?? []);
  return spans.length > 0 ? [Math.min(...spans), Math.max(...spans)] : undefined;
}
