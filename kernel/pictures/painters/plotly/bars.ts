// Bars beside and upon one another, boxes and violins.
import { el, label, LIGHT, n, paintOf } from '../../svg.ts';
import { coordinate, placed, type Axis } from './axis.ts';
import { near, rectOf, span, type Plane } from './plane.ts';
import { colorsOf, dot, pairsOf, traceColor } from './scatter.ts';
import { field, lineOf, listOf, numberOf, seriesColor, type Trace } from './values.ts';

/** A bar in coordinates of its axes. */
interface Bar {
  at: number;
  width: number;
  from: number;
  to: number;
  text: string;
  color: { color: string; opacity: number };
  /** Ends of its error bar, if it has one. */
  error: [number, number] | undefined;
}

export interface BarSet {
  trace: Trace;
  plane: Plane;
  across: boolean;
  bars: Bar[];
}

/**
 * All bars of a figure. They share the room at their place: beside one another, or stacked.
 * @param traces bar traces with their planes and their numbers in the figure
 */
export function barSets(traces: readonly { trace: Trace; plane: Plane; index: number }[], layout: Trace): BarSet[] {
  const mode = typeof layout['barmode'] === 'string' ? layout['barmode'] : 'group';
  const ready = traces.map(({ trace, plane, index }) => {
    const across = trace['orientation'] === 'h';
    const { x, y } = pairsOf(trace);
    const [places, heights] = across ? [y, x] : [x, y];
    const [own, other] = across ? [plane.y, plane.x] : [plane.x, plane.y];
    return {
      trace,
      plane,
      index,
      across,
      at: places.map((v) => coordinate(own, v)),
      heights: heights.map(numberOf),
      log: other.type === 'log',
    };
  });
  const all = [...new Set(ready.flatMap(({ at }) => at.filter(Number.isFinite)))].sort((a, b) => a - b);
  const distance = Math.min(...all.slice(1).map((v, i) => v - all[i]!));
  const unit = Number.isFinite(distance) && distance > 0 ? distance : 1;
  const gap = numberOf(layout['bargap'] ?? (traces.some(({ trace }) => trace['counted']) ? 0 : 0.2));
  const room = unit * (1 - Math.max(0, Math.min(0.95, gap)));
  const beside = mode === 'group' ? ready.length : 1;
  const sums = new Map<string, number>();
  return ready.map(({ trace, plane, index, across, at, heights, log }, place) => {
    const widths = listOf(trace['width']);
    const colors = listOf(field(trace, 'marker', 'color'));
    const colorAt = colors && colorsOf(trace['marker'], colors, index);
    const plain = paintOf(field(trace, 'marker', 'color') ?? traceColor(trace, index), seriesColor(index));
    const texts = listOf(trace['text']);
    const base = listOf(trace['base']);
    const lengths = listOf(field(trace, across ? 'error_x' : 'error_y', 'array'))?.map(numberOf);
    const scaled = (v: number) => (log ? (v > 0 ? Math.log10(v) : -Infinity) : v);
    const bars = at.flatMap((middle, i): Bar[] => {
      const height = heights[i]!;
      if (!Number.isFinite(middle) || !Number.isFinite(height)) return [];
      const stated = numberOf(widths ? widths[i] : trace['width']);
      const width = stated > 0 ? stated : room / beside;
      const shift = mode === 'group' && !(stated > 0) ? (place - (beside - 1) / 2) * (room / beside) : 0;
      let from = numberOf(base ? base[i] : (trace['base'] ?? 0)) || 0;
      if (mode === 'stack' || mode === 'relative') {
        const key = `${plane.x.ends.join()} ${plane.y.ends.join()} ${middle} ${height < 0 ? '-' : '+'}`;
        from = sums.get(key) ?? 0;
        sums.set(key, from + height);
      }
      const to = from + height;
      const ends = log ? [from > 0 ? Math.log10(from) : -Infinity, to > 0 ? Math.log10(to) : NaN] : [from, to];
      if (Number.isNaN(ends[1])) return [];
      const text = lineOf(texts ? texts[i] : (trace['text'] ?? ''));
      return [
        {
          at: middle + shift,
          width,
          from: ends[0]!,
          to: ends[1]!,
          text: trace['textposition'] === 'none' ? '' : text,
          color: colorAt ? colorAt(i) : plain,
          error: Number.isFinite(lengths?.[i]) ? [scaled(to - lengths![i]!), scaled(to + lengths![i]!)] : undefined,
        },
      ];
    });
    return { trace, plane, across, bars };
  });
}

/** What bars need on their axes. */
export function barSpan({ bars, across }: BarSet) {
  const along = span(bars.flatMap(({ at, width }) => [at - width / 2, at + width / 2]));
  const heights = span(bars.flatMap(({ from, to, error }) => [from, to, ...(error ?? [])]));
  return across ? { x: heights, y: along } : { x: along, y: heights };
}

export function drawBars({ bars, across, plane, trace }: BarSet): string {
  const [own, other] = across ? [plane.y, plane.x] : [plane.x, plane.y];
  const opacity = numberOf(trace['opacity'] ?? field(trace, 'marker', 'opacity') ?? 1);
  const edge = numberOf(field(trace, 'marker', 'line', 'width')) || 0;
  const stroke =
    edge > 0
      ? { stroke: paintOf(field(trace, 'marker', 'line', 'color'), LIGHT.foreground).color, 'stroke-width': edge }
      : {};
  let body = '';
  for (const { at, width, from, to, text, color, error } of bars.slice(0, 4000)) {
    const [a, b] = [near(placed(own, at - width / 2)), near(placed(own, at + width / 2))];
    const start = Number.isFinite(from) ? from : Math.min(...other.range);
    const [p, q] = [near(placed(other, start)), near(placed(other, to))];
    const [side, long] = [
      { at: Math.min(a, b), size: Math.max(0.5, Math.abs(b - a)) },
      { at: Math.min(p, q), size: Math.abs(q - p) },
    ];
    // Neighboring bars without a gap stay apart
    const thin = side.size > 4 ? 0.5 : 0;
    const box = across
      ? { x: long.at, y: side.at + thin / 2, width: long.size, height: side.size - thin }
      : { x: side.at + thin / 2, y: long.at, width: side.size - thin, height: long.size };
    body += el('rect', {
      ...box,
      fill: color.color,
      'fill-opacity': color.opacity < 1 ? color.opacity : undefined,
      ...stroke,
    });
    if (error) body += whisker(error, (a + b) / 2, other, across);
    if (text && side.size > 8) {
      const [x, y] = across ? [q + (q >= p ? 4 : -4), (a + b) / 2 + 4] : [(a + b) / 2, q + (q <= p ? -4 : 12)];
      body += label(x, y, text, {
        size: 10,
        anchor: across ? (q >= p ? 'start' : 'end') : 'middle',
        most: across ? 80 : Math.max(24, side.size),
      });
    }
  }
  return opacity < 1 ? el('g', { opacity }, body) : body;
}

/** The line of an error bar with its two ends. @param at its place across the values */
function whisker(error: readonly [number, number], at: number, axis: Axis, across: boolean): string {
  const least = Math.min(...axis.range);
  const [p, q] = error.map((v) => near(placed(axis, Number.isFinite(v) ? v : least))) as [number, number];
  const d = across
    ? `M${n(p)} ${n(at)}H${n(q)}M${n(p)} ${n(at - 4)}v8M${n(q)} ${n(at - 4)}v8`
    : `M${n(at)} ${n(p)}V${n(q)}M${n(at - 4)} ${n(p)}h8M${n(at - 4)} ${n(q)}h8`;
  return el('path', { d, fill: 'none', stroke: LIGHT.foreground, 'stroke-width': 1.3 });
}

/** Values of boxes and violins by their place. */
export interface Group {
  place: unknown;
  values: number[];
}

/** @param index gives a trace without a name its place */
export function groupsOf(trace: Trace, index: number): { across: boolean; groups: Group[] } {
  const [x, y] = [listOf(trace['x']), listOf(trace['y'])];
  const across = trace['orientation'] === 'h' || (x !== undefined && y === undefined);
  const [places, values] = across ? [y, x] : [x, y];
  const byPlace = new Map<unknown, number[]>();
  (values ?? []).forEach((v, i) => {
    const place = places ? places[i] : lineOf(trace['name'] ?? `trace ${index}`);
    const number = numberOf(v);
    if (!Number.isFinite(number)) return;
    const found = byPlace.get(place);
    if (found) found.push(number);
    else byPlace.set(place, [number]);
  });
  return { across, groups: [...byPlace].map(([place, all]) => ({ place, values: all.sort((a, b) => a - b) })) };
}

/** The value at a share of sorted values, between neighbors where it falls. */
function quantile(sorted: readonly number[], share: number): number {
  const at = (sorted.length - 1) * share;
  const [low, high] = [sorted[Math.floor(at)]!, sorted[Math.ceil(at)]!];
  return low + (high - low) * (at - Math.floor(at));
}

/** @param side where it stands beside others at the same place: from -0.5 to 0.5 of the room */
export function drawGroups(trace: Trace, plane: Plane, index: number, side: { shift: number; share: number }): string {
  const { across, groups } = groupsOf(trace, index);
  const [own, other] = across ? [plane.y, plane.x] : [plane.x, plane.y];
  const { color } = paintOf(traceColor(trace, index), seriesColor(index));
  const unit = Math.abs(placed(own, 1) - placed(own, 0));
  const half = Math.min(60, (unit * side.share * 0.7) / 2);
  let body = '';
  for (const { place, values } of groups.slice(0, 200)) {
    const middle = near(placed(own, coordinate(own, place)) + unit * side.shift * (across ? -1 : 1));
    const at = (v: number) => near(placed(other, other.type === 'log' ? Math.log10(v) : v));
    if (!Number.isFinite(middle)) continue;
    const xy = (along: number, value: number) =>
      across ? `${n(at(value))} ${n(along)}` : `${n(along)} ${n(at(value))}`;
    const [q1, median, q3] = [0.25, 0.5, 0.75].map((share) => quantile(values, share)) as [number, number, number];
    if (trace['type'] === 'violin') {
      const shape = densityOf(values);
      const most = Math.max(...shape.map(([, d]) => d)) || 1;
      const ends = [
        ...shape.map(([v, d]) => [middle + (half * d) / most, v]),
        ...shape.toReversed().map(([v, d]) => [middle - (half * d) / most, v]),
      ];
      body += el('path', {
        d: `M${ends.map(([a, v]) => xy(a!, v!)).join('L')}Z`,
        fill: color,
        'fill-opacity': 0.35,
        stroke: color,
        'stroke-width': 1.5,
      });
      body += el('path', {
        d: `M${xy(middle - half * 0.4, median)}L${xy(middle + half * 0.4, median)}`,
        stroke: color,
        'stroke-width': 2,
      });
      continue;
    }
    const reach = 1.5 * (q3 - q1);
    const [low, high] = [values.find((v) => v >= q1 - reach)!, values.findLast((v) => v <= q3 + reach)!];
    const box = `M${xy(middle - half, q1)}L${xy(middle + half, q1)}L${xy(middle + half, q3)}L${xy(middle - half, q3)}Z`;
    const rest = `M${xy(middle - half, median)}L${xy(middle + half, median)}M${xy(middle, q1)}L${xy(middle, low)}M${xy(middle, q3)}L${xy(middle, high)}M${xy(middle - half / 2, low)}L${xy(middle + half / 2, low)}M${xy(middle - half / 2, high)}L${xy(middle + half / 2, high)}`;
    body += el('path', { d: box, fill: color, 'fill-opacity': 0.35, stroke: color, 'stroke-width': 1.5 });
    body += el('path', { d: rest, fill: 'none', stroke: color, 'stroke-width': 1.5 });
    for (const v of values.filter((v) => v < low || v > high).slice(0, 200)) {
      const [x, y] = across ? [at(v), middle] : [middle, at(v)];
      body += dot('circle', x, y, 2.5, { fill: color, opacity: 0.8 });
    }
  }
  return body;
}

/** Standard deviation of the kernel of a violin, by Silverman's rule of thumb (1986). */
export function kernelWidth(values: readonly number[]): number {
  const mean = values.reduce((a, b) => a + b, 0) / values.length;
  const std = Math.sqrt(values.reduce((s, v) => s + (v - mean) ** 2, 0) / values.length);
  return 1.06 * (std || 1) * values.length ** -0.2;
}

/** Gaussian kernel density of sorted values at 60 places. */
function densityOf(values: readonly number[]): [number, number][] {
  const width = kernelWidth(values);
  const some = values.length > 2000 ? values.filter((_, i) => i % Math.ceil(values.length / 2000) === 0) : values;
  const [low, high] = [values[0]! - 2 * width, values.at(-1)! + 2 * width];
  return Array.from({ length: 60 }, (_, i) => {
    const v = low + ((high - low) * i) / 59;
    return [v, some.reduce((sum, w) => sum + Math.exp(-0.5 * ((v - w) / width) ** 2), 0)];
  });
}

/** The area that clips traces. */
export const clip = (id: string, plane: Plane, pad = 1): string => {
  const { left, top, width, height } = rectOf(plane);
  return el(
    'clipPath',
    { id },
    el('rect', { x: left - pad, y: top - pad, width: width + 2 * pad, height: height + 2 * pad }),
  );
};
