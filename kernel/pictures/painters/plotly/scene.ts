// The traces of a flat figure, its axes and their ranges.
import type { Figure } from '../../../../renderers/plotly/figure.ts';
import { type Axis, axisOf, coordinate, statedRange } from './axis.ts';
import { type BarSet, barSets, barSpan, groupsOf, kernelWidth } from './bars.ts';
import { counted } from './convert.ts';
import { fieldLists, fieldSpan, sizeOfFile } from './fields.ts';
import type { Plane } from './plane.ts';
import { modeOf, pairsOf, scatterSpan } from './scatter.ts';
import { listOf, type Trace } from './values.ts';

/** Size of letters. */
export const SIZE = 11;

interface Placed {
  trace: Trace;
  index: number;
  plane: Plane;
}

export interface Scene {
  layout: Trace;
  traces: Placed[];
  bars: BarSet[];
  axes: Map<string, Axis>;
}

export const FIELDS = new Set(['heatmap', 'contour']);
export const GROUPS = new Set(['box', 'violin']);
export const typeOf = (trace: Trace): string => String(trace['type'] ?? 'scatter');

/** The values of a trace on both axes. */
function listsOf(trace: Trace, index: number): { x: readonly unknown[]; y: readonly unknown[] } {
  const type = typeOf(trace);
  if (FIELDS.has(type)) return fieldLists(trace);
  if (type === 'image') return { x: [], y: [] };
  if (!GROUPS.has(type)) return pairsOf(trace);
  const { across, groups } = groupsOf(trace, index);
  const [places, values] = [groups.map(({ place }) => place), groups.flatMap((g) => g.values)];
  return across ? { x: values, y: places } : { x: places, y: values };
}

export function sceneOf({ data, layout }: Figure): Scene {
  const traces = data
    .map((trace, index) => ({ trace: counted(trace), index }))
    .filter(({ trace }) => trace['visible'] !== false && trace['visible'] !== 'legendonly');
  const idOf = (trace: Trace, axis: 'x' | 'y') =>
    typeof trace[`${axis}axis`] === 'string' ? (trace[`${axis}axis`] as string) : axis;
  const lists = new Map<string, (readonly unknown[])[]>([
    ['x', []],
    ['y', []],
  ]);
  for (const { trace, index } of traces) {
    const own = listsOf(trace, index);
    for (const axis of ['x', 'y'] as const)
      lists.set(idOf(trace, axis), [...(lists.get(idOf(trace, axis)) ?? []), own[axis]]);
  }
  const axes = new Map([...lists].map(([id, own]) => [id, axisOf(layout[`${id[0]}axis${id.slice(1)}`], own)] as const));
  const placedTraces = traces.map(({ trace, index }) => ({
    trace,
    index,
    plane: { x: axes.get(idOf(trace, 'x'))!, y: axes.get(idOf(trace, 'y'))! },
  }));
  const bars = barSets(
    placedTraces.filter(({ trace }) => typeOf(trace) === 'bar'),
    layout,
  );
  return { layout, traces: placedTraces, bars, axes };
}

/** Gives each axis its range: the stated one, else all values with a margin. @returns whether there are values */
export function setRanges({ traces, bars, axes }: Scene): boolean {
  const spans = new Map<Axis, { low: number; high: number; padLow: boolean; padHigh: boolean; exact: boolean }>();
  const include = (
    axis: Axis,
    span: [number, number] | undefined,
    pad: boolean | [boolean, boolean],
    exact = false,
  ) => {
    if (!span) return;
    const [padLow, padHigh] = Array.isArray(pad) ? pad : [pad, pad];
    const old = spans.get(axis);
    spans.set(axis, {
      low: Math.min(span[0], old?.low ?? Infinity),
      high: Math.max(span[1], old?.high ?? -Infinity),
      padLow: padLow || (old?.padLow ?? false),
      padHigh: padHigh || (old?.padHigh ?? false),
      exact: exact || (old?.exact ?? false),
    });
  };
  for (const { trace, plane, index } of traces) {
    const type = typeOf(trace);
    if (type === 'bar') continue;
    if (FIELDS.has(type)) {
      const { x, y } = fieldSpan(trace, plane);
      include(plane.x, x, false, true);
      include(plane.y, y, false, true);
    } else if (type === 'image') {
      const list = listOf(trace['z']) ?? [];
      const { columns, rows } = sizeOfFile(trace) ?? { columns: listOf(list[0])?.length ?? 1, rows: list.length };
      include(plane.x, [-0.5, Math.max(0.5, columns - 0.5)], false, true);
      include(plane.y, [-0.5, Math.max(0.5, rows - 0.5)], false, true);
    } else if (GROUPS.has(type)) {
      const { across, groups } = groupsOf(trace, index);
      const [own, other] = across ? [plane.y, plane.x] : [plane.x, plane.y];
      const at = groups.map(({ place }) => coordinate(own, place));
      include(own, at.length > 0 ? [Math.min(...at) - 0.5, Math.max(...at) + 0.5] : undefined, false);
      const values = groups.flatMap(({ values: all }) => [all[0]!, all.at(-1)!]).map((v) => coordinate(other, v));
      const extra = type === 'violin' ? Math.max(0, ...groups.map((g) => 2 * kernelWidth(g.values))) : 0;
      include(other, values.length > 0 ? [Math.min(...values) - extra, Math.max(...values) + extra] : undefined, true);
    } else {
      const { x, y } = scatterSpan(trace, plane);
      const isDots = modeOf(trace).includes('markers');
      include(plane.x, x, isDots);
      include(plane.y, y, true);
    }
  }
  for (const set of bars) {
    const { x, y } = barSpan(set);
    const pad: [boolean, boolean] = [false, true];
    const padOf = (span: [number, number] | undefined): [boolean, boolean] =>
      span && span[0] < 0 ? [true, span[1] > 0] : pad;
    include(set.plane.x, x, set.across ? padOf(x) : false);
    include(set.plane.y, y, set.across ? false : padOf(y));
  }
  for (const axis of axes.values()) axis.range = rangeFor(axis, spans.get(axis));
  return spans.size > 0;
}

function rangeFor(
  axis: Axis,
  span: { low: number; high: number; padLow: boolean; padHigh: boolean; exact: boolean } | undefined,
): [number, number] {
  const stated = statedRange(axis);
  if (stated) return stated;
  let [low, high] = span
    ? [span.low, span.high]
    : axis.type === 'category'
      ? [0, Math.max(0, axis.categories.length - 1)]
      : [0, 1];
  if (axis.type === 'category') [low, high] = [Math.min(low, -0.5), Math.max(high, axis.categories.length - 0.5)];
  if (axis.settings['rangemode'] === 'tozero' && axis.type === 'linear')
    [low, high] = [Math.min(0, low), Math.max(0, high)];
  if (low === high) {
    const room = axis.type === 'linear' ? Math.max(Math.abs(low) * 0.1, low === 0 ? 1 : 0) || 0.5 : 0.5;
    [low, high] = [low - room, high + room];
  } else if (axis.type !== 'category' && !span?.exact) {
    const room = (high - low) * 0.055;
    if (span?.padLow && !(axis.settings['rangemode'] === 'tozero' && low === 0)) low -= room;
    if (span?.padHigh) high += room;
  }
  return axis.settings['autorange'] === 'reversed' ? [high, low] : [low, high];
}
