// A figure as it stands in an output of some width: panels at their places, and logarithmic axes with round numbers. No
// DOM, no plotly.
import { isRecord } from '../../kernel/wire/fields.ts';
import type { Figure, PlainObject } from './figure.ts';
import { listOf } from './packed.ts';
import { panelsOf, placePanels, placesOf } from './panels.ts';

/** Most labels along a logarithmic axis. */
const MOST_DECADES = 7;

/** The figure with its panels and ticks for this width. */
export function arranged(figure: Figure, width: number): Figure {
  const panels = panelsOf(figure.layout);
  const placed = panels
    ? { ...figure, ...placePanels(figure, panels, placesOf(panels, figure, width), width) }
    : figure;
  const ticks = logarithmicTicks(placed);
  return Object.keys(ticks).length > 0 ? { ...placed, layout: { ...placed.layout, ...ticks } } : placed;
}

/** The height that panels need in this width; undefined for a figure without panels. */
export function panelsHeight(figure: Figure, width: number): number | undefined {
  const panels = panelsOf(figure.layout);
  return panels && placesOf(panels, figure, width).height;
}

/** What stays empty above and below a plane of equal axes that is not as wide as it could be. */
export function spareHeight({ layout: { meta, yaxis } }: Pick<Figure, 'layout'>, width: number): number {
  const plane = isRecord(meta) ? meta['plane'] : undefined;
  if (!isRecord(plane) || !isRecord(yaxis) || yaxis['scaleanchor'] !== 'x') return 0;
  const [full, height, beside] = ['width', 'height', 'beside'].map((key) => Number(plane[key])) as [
    number,
    number,
    number,
  ];
  if (!(full > 0 && height > 0 && beside >= 0)) return 0;
  return height * (1 - Math.min(1, Math.max(0, width - beside) / full));
}

/** Whether an axis is logarithmic and leaves its ticks to the renderer. */
export const isOpenLog = (axis: unknown): axis is PlainObject =>
  isRecord(axis) &&
  axis['type'] === 'log' &&
  ['dtick', 'tickvals', 'tickmode', 'nticks'].every((key) => axis[key] === undefined);

/**
 * The distance of ticks on a logarithmic axis, as plotly takes it: whole decades; within a decade, round values.
 * Plotly's own also label 2 … 9 within each decade, in small digits that collide.
 * @param low decimal logarithm @param high decimal logarithm
 */
export function decadeTick(low: number, high: number): number | string {
  const decades = Math.abs(high - low);
  const inside = Math.floor(Math.max(low, high) + 1e-9) - Math.ceil(Math.min(low, high) - 1e-9) + 1;
  if (inside >= 2) return Math.max(1, Math.ceil(decades / MOST_DECADES));
  const [from, to] = [10 ** Math.min(low, high), 10 ** Math.max(low, high)];
  const least = (to - from) / 5;
  const power = 10 ** Math.floor(Math.log10(least));
  return `L${([1, 2, 5].find((f) => f * power >= least) ?? 10) * power}`;
}

/** Axes of the figure with ticks at decades, by their names in the layout. */
function logarithmicTicks({ data, layout }: Figure): PlainObject {
  const result: PlainObject = {};
  for (const [name, axis] of Object.entries(layout)) {
    if (!/^[xy]axis\d*$/.test(name) || !isOpenLog(axis)) continue;
    const span = statedRange(axis) ?? spanOf(data, name);
    if (span) result[name] = { ...axis, dtick: decadeTick(...span) };
  }
  return result;
}

/** Values of a list, which training charts have as typed arrays. */
const numbersOf = (value: unknown): Iterable<unknown> =>
  ArrayBuffer.isView(value) ? (value as Float64Array) : (listOf(value) ?? []);

function statedRange(axis: PlainObject): [number, number] | undefined {
  const range = listOf(axis['range']);
  return range?.length === 2 && range.every((v) => Number.isFinite(v)) ? (range as [number, number]) : undefined;
}

/** Extent of the values along an axis, in decimal logarithms. */
function spanOf(data: readonly PlainObject[], name: string): [number, number] | undefined {
  const id = name.replace('axis', '');
  let [low, high] = [Infinity, -Infinity];
  for (const trace of data) {
    if (String(trace[`${id[0]}axis`] ?? id[0]) !== id) continue;
    for (const value of numbersOf(trace[id[0]!])) {
      if (typeof value !== 'number' || !(value > 0) || value === Infinity) continue;
      if (value < low) low = value;
      if (value > high) high = value;
    }
  }
  return low <= high ? [Math.log10(low), Math.log10(high)] : undefined;
}
