// Lines and points of a plane: dashes, fills, symbols, colors by value, texts.
import { el, label, LIGHT, n, paintOf } from '../../svg.ts';
import { coordinate } from './axis.ts';
import { near, pointOf, rectOf, span, type Plane } from './plane.ts';
import { colorRange, field, lineOf, listOf, numberOf, rampOf, seriesColor, type Trace } from './values.ts';

/** A line of more points is drawn as its least and greatest value at each place. */
const MOST_POINTS = 3000;
/** Of more dots, those on the same place are drawn once. */
const MOST_DOTS = 2500;

/** Coordinates of the points of a trace: y values alone stand at 0, 1, 2 … */
export function pairsOf(trace: Trace): { x: unknown[]; y: unknown[] } {
  const [x, y] = [listOf(trace['x']), listOf(trace['y'])];
  const first = (axis: 'x' | 'y', count: number) => {
    const [from, step] = [numberOf(trace[`${axis}0`] ?? 0), numberOf(trace[`d${axis}`] ?? 1)];
    return Array.from({ length: count }, (_, i) => from + i * step);
  };
  if (x && y) return { x: x.slice(0, y.length), y: y.slice(0, x.length) };
  if (y) return { x: first('x', y.length), y };
  return x ? { x, y: first('y', x.length) } : { x: [], y: [] };
}

export const modeOf = (trace: Trace): string => {
  const count = Math.max(listOf(trace['x'])?.length ?? 0, listOf(trace['y'])?.length ?? 0);
  return typeof trace['mode'] === 'string' ? trace['mode'] : count < 20 ? 'lines+markers' : 'lines';
};

/** The color of a trace: of its line, else of its dots, else by its number. */
export function traceColor(trace: Trace, index: number): string {
  const of = [field(trace, 'line', 'color'), field(trace, 'marker', 'color'), trace['fillcolor']];
  return (of.find((c) => typeof c === 'string') as string | undefined) ?? seriesColor(index);
}

const DASHES: Record<string, string> = {
  dot: '2 3',
  dash: '7 4',
  longdash: '12 5',
  dashdot: '7 4 2 4',
  longdashdot: '12 5 2 5',
};
export const dashOf = (dash: unknown): string | undefined => (typeof dash === 'string' ? DASHES[dash] : undefined);

/** @param index number of the trace, which gives its color */
export function drawScatter(trace: Trace, plane: Plane, index: number): string {
  const { x, y } = pairsOf(trace);
  const points = x.map((a, i) => pointOf(plane, a, y[i]));
  const mode = modeOf(trace);
  const opacity = typeof trace['opacity'] === 'number' ? trace['opacity'] : 1;
  let body = '';
  if (trace['fill'] && trace['fill'] !== 'none') body += fillOf(trace, plane, points, index);
  if (mode.includes('lines')) body += lineOfTrace(trace, points, index);
  body += errorBars(trace, plane, { x, y }, index);
  if (mode.includes('markers')) body += dots(trace, points, index);
  if (mode.includes('text')) {
    const texts = listOf(trace['text']);
    points.slice(0, 300).forEach(([px, py], i) => {
      const text = lineOf(texts ? texts[i] : trace['text']);
      if (Number.isFinite(px + py)) body += label(px, py - 7, text, { size: 10, anchor: 'middle', most: 160 });
    });
  }
  return opacity < 1 ? el('g', { opacity }, body) : body;
}

function lineOfTrace(trace: Trace, points: readonly [number, number][], index: number): string {
  const { color, opacity } = paintOf(field(trace, 'line', 'color') ?? traceColor(trace, index), seriesColor(index));
  const width = numberOf(field(trace, 'line', 'width'));
  const shape = String(field(trace, 'line', 'shape') ?? '');
  const d = pathOf(thinned(points), shape, trace['connectgaps'] === true);
  if (d === '') return '';
  return el('path', {
    d,
    fill: 'none',
    stroke: color,
    'stroke-opacity': opacity < 1 ? opacity : undefined,
    'stroke-width': width >= 0 ? Math.min(12, width) : 2,
    'stroke-dasharray': dashOf(field(trace, 'line', 'dash')),
    'stroke-linejoin': 'round',
  });
}

/** A path through points. A point without a place leaves a gap. */
export function pathOf(points: readonly (readonly [number, number])[], shape = '', joined = false): string {
  let d = '';
  let last: readonly [number, number] | undefined;
  for (const point of points) {
    const [x, y] = point;
    if (!Number.isFinite(x + y)) {
      if (!joined) last = undefined;
      continue;
    }
    if (!last) d += `M${n(x)} ${n(y)}`;
    else if (shape === 'hv') d += `H${n(x)}V${n(y)}`;
    else if (shape === 'vh') d += `V${n(y)}H${n(x)}`;
    else if (shape === 'hvh') d += `H${n((last[0] + x) / 2)}V${n(y)}H${n(x)}`;
    else d += `L${n(x)} ${n(y)}`;
    last = point;
  }
  return d;
}

/** Of many points that go to the right, the first, least, greatest and last in each half of a pixel. */
function thinned(points: readonly [number, number][]): readonly [number, number][] {
  if (points.length <= MOST_POINTS) return points;
  const sorted = points.every(([x], i) => i === 0 || !(x < points[i - 1]![0]));
  if (!sorted) {
    const every = Math.ceil(points.length / (2 * MOST_POINTS));
    return points.filter((_, i) => i % every === 0 || i === points.length - 1);
  }
  const kept: [number, number][] = [];
  let from = 0;
  while (from < points.length) {
    const place = Math.floor(points[from]![0] * 2);
    let to = from;
    let [low, high] = [from, from];
    while (to < points.length && (Number.isNaN(points[to]![0]) || Math.floor(points[to]![0] * 2) === place)) {
      if (points[to]![1] < points[low]![1]) low = to;
      if (points[to]![1] > points[high]![1]) high = to;
      to++;
    }
    if (to === from) to++;
    const chosen = [...new Set([from, low, high, to - 1])].sort((a, b) => a - b);
    for (const i of chosen) kept.push(points[i]!);
    from = to;
  }
  return kept;
}

function fillOf(trace: Trace, plane: Plane, points: readonly [number, number][], index: number): string {
  const fill = String(trace['fill']);
  const real = thinned(points.filter(([x, y]) => Number.isFinite(x + y)));
  if (real.length < 2) return '';
  const { left, top, height } = rectOf(plane);
  const zeroX = near(pointOf(plane, plane.x.type === 'log' ? 10 ** plane.x.range[0] : 0, 0)[0]);
  const zeroY = plane.y.type === 'log' ? top + height : near(pointOf(plane, 0, 0)[1]);
  const base = Number.isFinite(zeroY) ? zeroY : top + height;
  const side = Number.isFinite(zeroX) ? zeroX : left;
  const [first, last] = [real[0]!, real.at(-1)!];
  const d = pathOf(real);
  const closed =
    fill === 'toself'
      ? `${d}Z`
      : fill.endsWith('x')
        ? `${d}L${n(side)} ${n(last[1])}L${n(side)} ${n(first[1])}Z`
        : `${d}L${n(last[0])} ${n(base)}L${n(first[0])} ${n(base)}Z`;
  const stated = paintOf(trace['fillcolor'], '');
  const paint = stated.color
    ? stated
    : { color: paintOf(traceColor(trace, index), seriesColor(index)).color, opacity: 0.25 };
  return el('path', { d: closed, fill: paint.color, 'fill-opacity': paint.opacity });
}

function errorBars(trace: Trace, plane: Plane, { x, y }: { x: unknown[]; y: unknown[] }, index: number): string {
  const lengths = listOf(field(trace, 'error_y', 'array'));
  if (!lengths || field(trace, 'error_y', 'visible') === false) return '';
  const below = listOf(field(trace, 'error_y', 'arrayminus')) ?? lengths;
  let d = '';
  x.slice(0, 500).forEach((a, i) => {
    const value = numberOf(y[i]);
    const [px, low] = pointOf(plane, a, value - numberOf(below[i]));
    const [, high] = pointOf(plane, a, value + numberOf(lengths[i]));
    if (Number.isFinite(px + low + high))
      d += `M${n(px)} ${n(low)}V${n(high)}M${n(px - 3)} ${n(low)}h6M${n(px - 3)} ${n(high)}h6`;
  });
  return d
    ? el('path', {
        d,
        fill: 'none',
        stroke: paintOf(traceColor(trace, index), seriesColor(index)).color,
        'stroke-width': 1,
      })
    : '';
}

function dots(trace: Trace, points: readonly [number, number][], index: number): string {
  const marker = trace['marker'];
  const sizes = listOf(field(marker, 'size'));
  const colors = listOf(field(marker, 'color'));
  const symbols = listOf(field(marker, 'symbol'));
  const plain = paintOf(colors ? undefined : (field(marker, 'color') ?? traceColor(trace, index)), seriesColor(index));
  const colorAt = colors && colorsOf(marker, colors, index);
  const alpha = numberOf(field(marker, 'opacity'));
  const edge = paintOf(field(marker, 'line', 'color'), LIGHT.background);
  const edgeWidth = numberOf(field(marker, 'line', 'width')) || 0;
  const seen = new Set<string>();
  let body = '';
  let drawn = 0;
  for (const [i, [x, y]] of points.entries()) {
    if (!Number.isFinite(x + y) || x < -50 || y < -50 || x > 3000 || y > 3000) continue;
    const paint = colorAt ? colorAt(i) : plain;
    if (points.length > MOST_DOTS) {
      const key = `${Math.round(x / 2)} ${Math.round(y / 2)} ${paint.color}`;
      if (seen.has(key)) continue;
      seen.add(key);
      if (drawn++ > 4 * MOST_DOTS) break;
    }
    const size = Math.max(1, Math.min(60, numberOf(sizes ? sizes[i] : (field(marker, 'size') ?? 6)) || 1));
    const symbol = String((symbols ? symbols[i] : field(marker, 'symbol')) ?? 'circle');
    body += dot(symbol, x, y, size / 2, {
      fill: paint.color,
      opacity: paint.opacity,
      ...(edgeWidth > 0 && { edge: edge.color, edgeWidth }),
    });
  }
  return Number.isFinite(alpha) && alpha < 1 && body ? el('g', { 'fill-opacity': alpha }, body) : body;
}

/** Colors of dots by value or by name. */
export function colorsOf(marker: unknown, colors: readonly unknown[], index: number) {
  const numbers = colors.map((c) => (typeof c === 'number' ? c : NaN));
  const [low, high] = markerRange(marker, numbers);
  const ramp = rampOf(field(marker, 'colorscale'), field(marker, 'reversescale'));
  return (i: number): { color: string; opacity: number } => {
    const value = numbers[i]!;
    if (Number.isFinite(value)) return { color: `rgb(${ramp((value - low) / (high - low)).join(',')})`, opacity: 1 };
    return paintOf(colors[i], typeof colors[i] === 'number' ? '#9b9b9b' : seriesColor(index));
  };
}

export const markerRange = (marker: unknown, numbers: readonly number[]): [number, number] =>
  colorRange(numbers, field(marker, 'cmin'), field(marker, 'cmax'), field(marker, 'cmid'));

interface DotPaint {
  fill: string;
  opacity: number;
  edge?: string;
  edgeWidth?: number;
}

/** One dot. Unknown symbols are circles. */
export function dot(
  symbol: string,
  x: number,
  y: number,
  r: number,
  { fill, opacity, edge, edgeWidth }: DotPaint,
): string {
  const open = symbol.includes('open');
  const look = {
    fill: open ? 'none' : fill,
    'fill-opacity': opacity < 1 ? opacity : undefined,
    stroke: open ? fill : edge,
    'stroke-width': open ? 1.5 : edgeWidth,
  };
  const path = (d: string, style: object = look) => el('path', { d, ...style });
  const name = symbol.replace(/-(open|dot)/g, '');
  if (name === 'square') return el('rect', { x: x - r, y: y - r, width: 2 * r, height: 2 * r, ...look });
  if (name === 'diamond')
    return path(
      `M${n(x)} ${n(y - 1.3 * r)}L${n(x + 1.3 * r)} ${n(y)}L${n(x)} ${n(y + 1.3 * r)}L${n(x - 1.3 * r)} ${n(y)}Z`,
    );
  if (name === 'cross') {
    const a = r * 0.4;
    return path(
      `M${n(x - r)} ${n(y - a)}h${n(r - a)}v${n(a - r)}h${n(2 * a)}v${n(r - a)}h${n(r - a)}v${n(2 * a)}h${n(a - r)}v${n(r - a)}h${n(-2 * a)}v${n(a - r)}h${n(a - r)}Z`,
    );
  }
  if (name === 'x')
    return path(`M${n(x - r)} ${n(y - r)}L${n(x + r)} ${n(y + r)}M${n(x + r)} ${n(y - r)}L${n(x - r)} ${n(y + r)}`, {
      fill: 'none',
      stroke: fill,
      'stroke-width': Math.max(1, r * 0.5),
    });
  if (name === 'triangle-up') return path(`M${n(x)} ${n(y - r)}L${n(x + r)} ${n(y + r)}L${n(x - r)} ${n(y + r)}Z`);
  if (name === 'triangle-down') return path(`M${n(x)} ${n(y + r)}L${n(x + r)} ${n(y - r)}L${n(x - r)} ${n(y - r)}Z`);
  if (name === 'star') {
    const at = (i: number) => {
      const angle = (i * Math.PI) / 5 - Math.PI / 2;
      const reach = i % 2 === 0 ? 1.3 * r : 0.55 * r;
      return `${n(x + reach * Math.cos(angle))} ${n(y + reach * Math.sin(angle))}`;
    };
    return path(`M${Array.from({ length: 10 }, (_, i) => at(i)).join('L')}Z`);
  }
  return el('circle', { cx: x, cy: y, r, ...look });
}

/** Values that a trace needs on the axes, in their coordinates. */
export function scatterSpan(
  trace: Trace,
  plane: Plane,
): { x: [number, number] | undefined; y: [number, number] | undefined } {
  const { x, y } = pairsOf(trace);
  const across = x.map((v) => coordinate(plane.x, v));
  const up = y.map((v) => coordinate(plane.y, v));
  // A point without one coordinate is not drawn
  const both = (own: number[], other: number[]) => own.filter((_, i) => Number.isFinite(other[i]));
  const error = listOf(field(trace, 'error_y', 'array'));
  const errors = error
    ? y.flatMap((v, i) => [1, -1].map((s) => coordinate(plane.y, numberOf(v) + s * numberOf(error[i]))))
    : [];
  const fill = String(trace['fill'] ?? '');
  return {
    x: span(both(across, up)),
    y: span([...both(up, across), ...errors, ...(fill === 'tozeroy' && plane.y.type === 'linear' ? [0] : [])]),
  };
}
