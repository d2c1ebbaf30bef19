// A plotly figure with two axes, or several pairs of them: axes with ticks and titles, traces, legend, color bars,
// shapes and annotations.
import { isRecord } from '../../../wire/fields.ts';
import type { Figure } from '../../../../renderers/plotly/figure.ts';
import { el, fitted, label, LIGHT, MAX_HEIGHT, n, paintOf, WIDTH, widthOf, wrapped, type Drawing } from '../../svg.ts';
import {
  axisOf,
  coordinate,
  niceStep,
  numberText,
  placed,
  statedRange,
  ticksOf,
  type Axis,
  type Tick,
} from './axis.ts';
import { barSets, barSpan, clip, drawBars, drawGroups, groupsOf, kernelWidth, type BarSet } from './bars.ts';
import { counted } from './convert.ts';
import { drawContour, drawHeat, drawImageTrace, fieldLists, fieldRange, fieldSpan } from './fields.ts';
import { near, rectOf, type Plane } from './plane.ts';
import { dashOf, dot, drawScatter, markerRange, modeOf, pairsOf, scatterSpan, traceColor } from './scatter.ts';
import {
  field,
  lineOf,
  linesOf,
  listOf,
  numberOf,
  rampOf,
  seriesColor,
  titleOf,
  type Ramp,
  type Trace,
} from './values.ts';
import { ramp as colorStrip } from '../legend.ts';

const SIZE = 11;
const TITLE = 14;
/** Rows of the legend; the other names are counted. */
const LEGEND_ROWS = 4;

interface Placed {
  trace: Trace;
  index: number;
  plane: Plane;
}

interface Scene {
  layout: Trace;
  traces: Placed[];
  bars: BarSet[];
  axes: Map<string, Axis>;
}

/** @param note a line under the title */
export function flatPicture(figure: Figure, note: string | undefined): Drawing {
  const { layout } = figure;
  const scene = sceneOf(figure);
  const filled = setRanges(scene);
  const title = titleOf(layout['title']);
  let top = 10;
  let body = '';
  for (const line of title ? wrapped(title, WIDTH - 24, 2, TITLE) : []) {
    body += label(WIDTH / 2, top + 15, line, { size: TITLE, anchor: 'middle' });
    top += 19;
  }
  if (note) {
    body += label(WIDTH / 2, top + 13, note, { size: SIZE, anchor: 'middle', fill: LIGHT.muted, most: WIDTH - 24 });
    top += 18;
  }
  const names = legend(scene, top);
  body += names.body;
  top += names.height;
  const stated = numberOf(layout['height']);
  const height = Math.max(180, Math.min(MAX_HEIGHT, stated > 0 ? Math.min(stated, 900) : 380) + Math.max(0, top - 40));
  const bars = colorBarsOf(scene);
  const margins = marginsOf(scene, {
    top: top + (hasHeads(layout) ? 24 : 10),
    right: 16 + bars.reduce((sum, bar) => sum + bar.width, 0),
  });
  const inner = {
    left: margins.left,
    top: margins.top,
    width: Math.max(60, WIDTH - margins.left - margins.right),
    height: Math.max(60, height - margins.top - margins.bottom),
  };
  layOutAxes(scene, inner);
  // An axis that was shortened may need to tilt its names: the picture grows by their room
  const more = Math.max(0, marginsOf(scene, margins, true).bottom - margins.bottom);
  body += drawScene(scene, inner);
  if (!filled && scene.traces.length > 0) {
    const middle = [inner.left + inner.width / 2, inner.top + inner.height / 2] as const;
    body += label(...middle, 'no finite values', { anchor: 'middle', fill: LIGHT.muted });
  }
  let at = inner.left + inner.width + 14;
  for (const bar of bars) {
    body += colorBar(bar, at, inner.top, inner.height);
    at += bar.width;
  }
  return { width: WIDTH, height: height + more, body };
}

/** Whether a note stands above the uppermost plot, as the names of a training's metrics do. */
const hasHeads = (layout: Trace): boolean =>
  (listOf(layout['annotations']) ?? []).some(
    (note) => field(note, 'yref') === 'paper' && numberOf(field(note, 'y')) >= 1,
  );

// ---- traces and axes

const FIELDS = new Set(['heatmap', 'contour']);
const GROUPS = new Set(['box', 'violin']);
const typeOf = (trace: Trace): string => String(trace['type'] ?? 'scatter');

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

function sceneOf({ data, layout }: Figure): Scene {
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
function setRanges({ traces, bars, axes }: Scene): boolean {
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
      const rows = listOf(trace['z']) ?? [];
      include(plane.x, [-0.5, Math.max(0.5, (listOf(rows[0])?.length ?? 1) - 0.5)], false, true);
      include(plane.y, [-0.5, Math.max(0.5, rows.length - 0.5)], false, true);
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

// ---- places

interface Inner {
  left: number;
  top: number;
  width: number;
  height: number;
}

const TICK_HEIGHT = 16;
const shows = (axis: Axis) => axis.settings['visible'] !== false;
const labeled = (axis: Axis) => shows(axis) && axis.settings['showticklabels'] !== false;

/** @param placed whether the axes have their lengths already */
function marginsOf({ axes }: Scene, { top, right }: { top: number; right: number }, placed = false) {
  let [left, bottom] = [18, 18];
  for (const [id, axis] of axes) {
    if (!shows(axis)) continue;
    const title = axis.title ? 20 : 0;
    if (id.startsWith('y')) {
      if (axis.settings['side'] === 'right') continue;
      const widths = labeled(axis) ? ticksOf(axis, 7).map(({ text }) => Math.min(120, widthOf(text, SIZE))) : [];
      left = Math.max(left, 14 + Math.max(0, ...widths) + title);
    } else {
      const ticks = labeled(axis)
        ? tilted(axis, placed ? Math.abs(axis.ends[1] - axis.ends[0]) : WIDTH - left - right)
        : { tilt: false, deep: 0 };
      bottom = Math.max(bottom, 10 + (labeled(axis) ? (ticks.tilt ? ticks.deep + 6 : TICK_HEIGHT) : 0) + title);
    }
  }
  return { left, bottom, top, right };
}

/** Whether the names below an axis are too wide to stand side by side, and the height that they need then. */
function tilted(axis: Axis, width: number): { tilt: boolean; deep: number } {
  if (axis.type !== 'category') return { tilt: false, deep: 0 };
  const ticks = ticksOf(axis, 40);
  const room = width / Math.max(1, ticks.length);
  const widest = Math.max(0, ...ticks.map(({ text }) => widthOf(text, SIZE)));
  return widest <= room - 6 ? { tilt: false, deep: 0 } : { tilt: true, deep: Math.min(110, widest) * 0.72 + 8 };
}

function layOutAxes({ axes }: Scene, inner: Inner): void {
  for (const [id, axis] of axes) {
    const domain = listOf(axis.settings['domain'])?.map(numberOf);
    const [from, to] = domain?.length === 2 && domain.every(Number.isFinite) ? domain : [0, 1];
    axis.ends = id.startsWith('x')
      ? [inner.left + inner.width * from!, inner.left + inner.width * to!]
      : [inner.top + inner.height * (1 - from!), inner.top + inner.height * (1 - to!)];
  }
  for (const [id, axis] of axes) {
    const other = axes.get(String(axis.settings['scaleanchor'] ?? ''));
    if (other && id !== axis.settings['scaleanchor'])
      equalize(axis, other, numberOf(axis.settings['scaleratio'] ?? 1) || 1);
  }
}

/** Makes a unit of both axes equally long: an axis gets less room, or a wider range. */
function equalize(a: Axis, b: Axis, ratio: number): void {
  const unit = ({ range, ends }: Axis) => Math.abs(ends[1] - ends[0]) / Math.abs(range[1] - range[0] || 1);
  const [ua, ub] = [unit(a) / ratio, unit(b)];
  const [loose, share] = ua > ub ? [a, ub / ua] : [b, ua / ub];
  if (loose.settings['constrain'] === 'domain') {
    const [from, to] = loose.ends;
    const cut = ((to - from) * (1 - share)) / 2;
    loose.ends = [from + cut, to - cut];
  } else {
    const [low, high] = loose.range;
    const more = ((high - low) * (1 / share - 1)) / 2;
    loose.range = [low - more, high + more];
  }
}

// ---- drawing

function drawScene(scene: Scene, inner: Inner): string {
  const { axes, traces, bars, layout } = scene;
  const planes = planesOf(scene);
  let body = '';
  planes.forEach((plane, i) => (body += clip(`clip${i}`, plane)));
  for (const plane of planes) body += gridOf(plane, axes);
  const shapes = (listOf(layout['shapes']) ?? []).filter(isRecord).slice(0, 300);
  for (const shape of shapes.filter((s) => s['layer'] === 'below')) body += drawShape(shape, axes, inner);
  const sets = new Map(bars.map((set) => [set.trace, set]));
  const groups = traces.filter(({ trace }) => GROUPS.has(typeOf(trace)));
  const pieces: Piece[] = [];
  for (const { trace, plane, index } of traces) {
    const type = typeOf(trace);
    const side = sideOf(
      trace,
      groups.map((g) => g.trace),
      layout,
    );
    const drawn =
      type === 'bar'
        ? drawBars(sets.get(trace)!)
        : type === 'heatmap'
          ? drawHeat(trace, plane)
          : type === 'contour'
            ? drawContour(trace, plane)
            : type === 'image'
              ? drawImageTrace(trace, plane)
              : GROUPS.has(type)
                ? drawGroups(trace, plane, index, side)
                : drawScatter(trace, plane, index);
    pieces.push({ place: planes.findIndex((p) => p.x === plane.x && p.y === plane.y), drawn });
  }
  body += clipped(pieces, planes);
  for (const plane of planes) body += frameOf(plane, axes);
  for (const shape of shapes.filter((s) => s['layer'] !== 'below')) body += drawShape(shape, axes, inner);
  for (const [id, axis] of axes)
    if (shows(axis)) body += id.startsWith('x') ? axisBelow(axis, id, scene) : axisBeside(axis, id, scene);
  for (const note of (listOf(layout['annotations']) ?? []).filter(isRecord).slice(0, 200))
    body += annotation(note, axes, inner);
  return body;
}

/** What a trace draws, and the number of its plane. */
interface Piece {
  place: number;
  drawn: string;
}

/**
 * Keeps traces inside their planes where a range is stated; elsewhere all values are inside. Neighboring traces share
 * one clip, since each takes as long as a picture of its own.
 */
function clipped(pieces: readonly Piece[], planes: readonly Plane[]): string {
  const joined: Piece[] = [];
  for (const { place, drawn } of pieces) {
    const last = joined.at(-1);
    if (last?.place === place) last.drawn += drawn;
    else joined.push({ place, drawn });
  }
  const needs = ({ x, y }: Plane) =>
    [x, y].some((axis) => statedRange(axis) !== undefined || axis.settings['scaleanchor']);
  return joined
    .map(({ place, drawn }) =>
      drawn && needs(planes[place]!) ? el('g', { 'clip-path': `url(#clip${place})` }, drawn) : drawn,
    )
    .join('');
}

/** Each pair of axes that a trace has; that of the first axes if there is none. */
function planesOf({ traces, axes }: Scene): Plane[] {
  const found: Plane[] = [];
  for (const { plane } of traces) if (!found.some((p) => p.x === plane.x && p.y === plane.y)) found.push(plane);
  return found.length > 0 ? found : [{ x: axes.get('x')!, y: axes.get('y')! }];
}

/** Boxes of several traces at the same places stand side by side if the layout groups them. */
function sideOf(trace: Trace, groups: readonly Trace[], layout: Trace): { shift: number; share: number } {
  const grouped = layout['boxmode'] === 'group' || layout['violinmode'] === 'group';
  if (!grouped || groups.length < 2) return { shift: 0, share: 1 };
  const place = groups.indexOf(trace);
  return { shift: ((place - (groups.length - 1) / 2) / groups.length) * 0.9, share: 0.9 / groups.length };
}

const wantedBeside = (axis: Axis) => Math.max(2, Math.min(8, Math.abs(axis.ends[1] - axis.ends[0]) / 42));
const wantedBelow = (axis: Axis) =>
  axis.type === 'category' ? 40 : Math.max(2, Math.min(8, Math.abs(axis.ends[1] - axis.ends[0]) / 75));

function gridOf(plane: Plane, _: Map<string, Axis>): string {
  const { left, top, width, height } = rectOf(plane);
  let d = '';
  const line = (axis: Axis, tick: Tick, across: boolean) => {
    const at = placed(axis, tick.at);
    d += across ? `M${n(at)} ${n(top)}v${n(height)}` : `M${n(left)} ${n(at)}h${n(width)}`;
  };
  if (plane.x.settings['showgrid'] !== false && shows(plane.x) && plane.x.type !== 'category')
    ticksOf(plane.x, wantedBelow(plane.x)).forEach((tick) => line(plane.x, tick, true));
  if (plane.y.settings['showgrid'] !== false && shows(plane.y) && plane.y.type !== 'category')
    ticksOf(plane.y, wantedBeside(plane.y)).forEach((tick) => line(plane.y, tick, false));
  return d ? el('path', { d, stroke: LIGHT.grid, 'stroke-width': 1, fill: 'none' }) : '';
}

/** Lines at zero and along the axes. */
function frameOf(plane: Plane, _: Map<string, Axis>): string {
  const { left, top, width, height } = rectOf(plane);
  let d = '';
  if (shows(plane.x)) d += `M${n(left)} ${n(top + height)}h${n(width)}`;
  if (shows(plane.y)) d += `M${n(left)} ${n(top)}v${n(height)}`;
  const zero = (axis: Axis) =>
    axis.type === 'linear' &&
    axis.settings['zeroline'] !== false &&
    Math.min(...axis.range) < 0 &&
    Math.max(...axis.range) > 0;
  if (zero(plane.x)) d += `M${n(placed(plane.x, 0))} ${n(top)}v${n(height)}`;
  if (zero(plane.y)) d += `M${n(left)} ${n(placed(plane.y, 0))}h${n(width)}`;
  return d ? el('path', { d, stroke: LIGHT.border, 'stroke-width': 1, fill: 'none' }) : '';
}

/** The lowest place at which an axis is used: of panels below one another, only the last has its numbers. */
function bottomOf(axis: Axis, { traces, axes }: Scene): number {
  const own = traces.filter(({ plane }) => plane.x === axis).map(({ plane }) => plane.y.ends[0]);
  return Math.max(...(own.length > 0 ? own : [axes.get('y')!.ends[0]]));
}

function axisBelow(axis: Axis, _: string, scene: Scene): string {
  const bottom = bottomOf(axis, scene);
  const [from, to] = axis.ends;
  let body = '';
  let deep = 0;
  if (labeled(axis)) {
    const { tilt, deep: needed } = tilted(axis, Math.abs(to - from));
    deep = tilt ? needed + 6 : TICK_HEIGHT;
    for (const { at, text } of ticksOf(axis, wantedBelow(axis))) {
      const x = placed(axis, at);
      body += tilt
        ? label(x + 4, bottom + 14, fitted(text, 110, SIZE), {
            size: SIZE,
            anchor: 'end',
            rotate: -45,
            fill: LIGHT.muted,
          })
        : label(x, bottom + 15, text, { size: SIZE, anchor: 'middle', fill: LIGHT.muted, most: 140 });
    }
  }
  if (axis.title)
    body += label((from + to) / 2, bottom + deep + 17, axis.title, {
      anchor: 'middle',
      most: Math.abs(to - from) + 60,
    });
  return body;
}

function axisBeside(axis: Axis, _: string, { traces, axes }: Scene): string {
  const right = axis.settings['side'] === 'right';
  const own = traces.find(({ plane }) => plane.y === axis)?.plane.x ?? axes.get('x')!;
  const edge = right ? own.ends[1] : own.ends[0];
  let body = '';
  let widest = 0;
  if (labeled(axis)) {
    const height = Math.abs(axis.ends[1] - axis.ends[0]);
    const wanted = axis.type === 'category' ? Math.max(1, height / 14) : wantedBeside(axis);
    for (const { at, text } of ticksOf(axis, wanted)) {
      const shown = fitted(text, 120, SIZE);
      widest = Math.max(widest, widthOf(shown, SIZE));
      body += label(edge + (right ? 6 : -6), placed(axis, at) + 4, shown, {
        size: SIZE,
        anchor: right ? 'start' : 'end',
        fill: LIGHT.muted,
      });
    }
  }
  if (axis.title) {
    const x = right ? edge + widest + 20 : Math.max(14, edge - widest - 18);
    const middle = (axis.ends[0] + axis.ends[1]) / 2;
    body += label(x, middle, axis.title, {
      anchor: 'middle',
      rotate: -90,
      most: Math.abs(axis.ends[1] - axis.ends[0]) + 40,
    });
  }
  return body;
}

// ---- shapes and annotations

/** The place that a reference and a value name: of an axis, of its domain, or of the whole drawing. */
function referred(ref: unknown, value: unknown, which: 'x' | 'y', axes: Map<string, Axis>, inner: Inner): number {
  const name = typeof ref === 'string' ? ref : which;
  const [id, domain] = name.split(' ');
  const axis = axes.get(id!);
  const share = numberOf(value);
  if (name === 'paper' || !axis) {
    return which === 'x' ? inner.left + inner.width * share : inner.top + inner.height * (1 - share);
  }
  if (domain) return axis.ends[0] + (axis.ends[1] - axis.ends[0]) * share;
  // On a logarithmic axis, annotations and shapes differ in plotly: a shape has the value, a note its logarithm
  return near(placed(axis, axis.type === 'log' ? share : coordinate(axis, value)));
}

function drawShape(shape: Trace, axes: Map<string, Axis>, inner: Inner): string {
  const at = (which: 'x' | 'y', value: unknown) => {
    const ref = shape[`${which}ref`];
    const axis = axes.get(String(ref ?? which));
    const own = axis?.type === 'log' ? Math.log10(numberOf(value)) : value;
    return referred(ref, own, which, axes, inner);
  };
  const [x0, x1] = [at('x', shape['x0']), at('x', shape['x1'])];
  const [y0, y1] = [at('y', shape['y0']), at('y', shape['y1'])];
  if (![x0, x1, y0, y1].every(Number.isFinite)) return '';
  const line = paintOf(field(shape, 'line', 'color'), LIGHT.foreground);
  const fill = shape['fillcolor'] === undefined ? { color: 'none', opacity: 1 } : paintOf(shape['fillcolor'], 'none');
  const alpha = numberOf(shape['opacity'] ?? 1);
  const look = {
    fill: fill.color,
    'fill-opacity': fill.opacity * alpha,
    stroke: line.color,
    'stroke-opacity': line.opacity * alpha,
    'stroke-width': Math.max(0, numberOf(field(shape, 'line', 'width') ?? 2)),
    'stroke-dasharray': dashOf(field(shape, 'line', 'dash')),
  };
  const type = shape['type'];
  if (type === 'line') return el('path', { d: `M${n(x0)} ${n(y0)}L${n(x1)} ${n(y1)}`, ...look, fill: 'none' });
  const box = { x: Math.min(x0, x1), y: Math.min(y0, y1), width: Math.abs(x1 - x0), height: Math.abs(y1 - y0) };
  if (type === 'circle')
    return el('ellipse', { cx: (x0 + x1) / 2, cy: (y0 + y1) / 2, rx: box.width / 2, ry: box.height / 2, ...look });
  return type === 'rect' ? el('rect', { ...box, ...look }) : '';
}

function annotation(note: Trace, axes: Map<string, Axis>, inner: Inner): string {
  if (note['visible'] === false) return '';
  const px = referred(note['xref'], note['x'], 'x', axes, inner);
  const py = referred(note['yref'], note['y'], 'y', axes, inner);
  if (!Number.isFinite(px + py)) return '';
  const size = Math.max(8, Math.min(20, numberOf(field(note, 'font', 'size')) || SIZE));
  const { color, opacity } = paintOf(field(note, 'font', 'color'), LIGHT.foreground);
  const arrow = note['showarrow'] !== false;
  const shift = (key: string, otherwise: number) =>
    arrow ? (Number.isFinite(numberOf(note[key])) ? numberOf(note[key]) : otherwise) : 0;
  const ax = shift('ax', -10);
  const stated = shift('ay', -30);
  const lines = linesOf(note['text']);
  const block = lines.length * (size + 3);
  // Above the picture's edge there is no room: the text goes below its point
  const below = arrow && stated < 0 && py + stated - block < 4;
  const ay = below ? -stated : stated;
  const [x, y] = [px + (numberOf(note['xshift']) || 0) + ax, py - (numberOf(note['yshift']) || 0) + ay];
  const anchor = note['xanchor'] === 'left' ? 'start' : note['xanchor'] === 'right' ? 'end' : 'middle';
  const above = below || note['yanchor'] === 'top' ? 0 : arrow || note['yanchor'] === 'bottom' ? -block : -block / 2;
  let body =
    arrow && (ax !== 0 || ay !== 0)
      ? el('path', { d: `M${n(px)} ${n(py)}L${n(x)} ${n(y)}`, stroke: LIGHT.muted, 'stroke-width': 1, fill: 'none' })
      : '';
  const angle = numberOf(note['textangle']);
  lines.forEach((line, i) => {
    body += label(x, y + above + (i + 1) * (size + 3) - 4, line, {
      size,
      fill: color,
      anchor,
      opacity: opacity < 1 ? opacity : undefined,
      most: WIDTH,
      ...(angle ? { rotate: angle } : {}),
    });
  });
  return body;
}

// ---- legend and color bars

function legend({ traces, layout }: Scene, top: number): { body: string; height: number } {
  const stated = layout['showlegend'];
  const named = traces.filter(({ trace }) => {
    if (trace['showlegend'] === false || FIELDS.has(typeOf(trace)) || typeOf(trace) === 'image') return false;
    return trace['name'] !== undefined && trace['name'] !== '';
  });
  if (
    stated === false ||
    named.length === 0 ||
    (named.length < 2 && stated !== true && named[0]!.trace['showlegend'] !== true)
  )
    return { body: '', height: 0 };
  let body = '';
  let [x, row] = [16, 0];
  for (const [i, { trace, index }] of named.entries()) {
    const text = fitted(lineOf(trace['name']), 200, SIZE);
    const width = 26 + widthOf(text, SIZE) + 16;
    if (x > 16 && x + width > WIDTH - 10) [x, row] = [16, row + 1];
    if (row >= LEGEND_ROWS) {
      body += label(16, top + 15 + 18 * row, `… and ${named.length - i} more`, { size: SIZE, fill: LIGHT.muted });
      break;
    }
    const y = top + 11 + 18 * row;
    body += swatch(trace, index, x, y) + label(x + 26, y + 4, text, { size: SIZE });
    x += width;
  }
  return { body, height: 18 * (row + 1) + 2 };
}

/** A line, a dot or a patch in the color of a trace, 20 wide. */
export function swatch(trace: Trace, index: number, x: number, y: number): string {
  const { color, opacity } = paintOf(traceColor(trace, index), seriesColor(index));
  const type = typeOf(trace);
  if (type !== 'scatter' && type !== 'scatter3d')
    return el('rect', { x: x + 4, y: y - 5, width: 12, height: 10, rx: 2, fill: color, 'fill-opacity': opacity });
  const mode = modeOf(trace);
  let body = '';
  if (mode.includes('lines'))
    body += el('path', {
      d: `M${n(x)} ${n(y)}h20`,
      stroke: color,
      'stroke-width': 2,
      'stroke-dasharray': dashOf(field(trace, 'line', 'dash')),
      fill: 'none',
    });
  const symbol = field(trace, 'marker', 'symbol');
  const own = paintOf(field(trace, 'marker', 'color'), color);
  if (mode.includes('markers'))
    body += dot(typeof symbol === 'string' ? symbol : 'circle', x + 10, y, 4, {
      fill: own.color,
      opacity: own.opacity,
    });
  return body;
}

export interface ColorBar {
  ramp: Ramp;
  range: [number, number];
  title: string;
  ticks: Tick[];
  width: number;
}

function colorBarsOf({ traces }: Scene): ColorBar[] {
  const bars: ColorBar[] = [];
  for (const { trace } of traces) {
    if (FIELDS.has(typeOf(trace))) {
      const plain =
        field(trace, 'contours', 'type') !== 'constraint' && field(trace, 'contours', 'coloring') !== 'none';
      if (trace['showscale'] !== false && plain) bars.push(colorBarOf(trace, fieldRange(trace)));
    } else {
      const marker = trace['marker'];
      const colors = listOf(field(marker, 'color'));
      if (colors && field(marker, 'showscale') === true)
        bars.push(colorBarOf(marker, markerRange(marker, colors.map(numberOf))));
    }
  }
  return bars.slice(0, 2);
}

/** @param from a trace or a marker with a color scale */
export function colorBarOf(from: unknown, range: [number, number]): ColorBar {
  const axis: Axis = { type: 'linear', settings: {}, title: '', categories: [], range, ends: [1, 0] };
  const step = niceStep((range[1] - range[0]) / 6);
  const ticks = ticksOf(axis, 6).map((tick) => (step > 0 ? tick : { ...tick, text: numberText(tick.at) }));
  const title = titleOf(field(from, 'colorbar', 'title'));
  const widest = Math.max(0, ...ticks.map(({ text }) => widthOf(text, SIZE)));
  return {
    ramp: rampOf(field(from, 'colorscale'), field(from, 'reversescale')),
    range,
    title,
    ticks,
    width: 14 + 8 + widest + 14 + (title ? 18 : 0),
  };
}

/** A color bar with its upper left corner at a point. */
export function colorBar({ ramp, range, title, ticks, width }: ColorBar, x: number, y: number, height: number): string {
  let body = colorStrip(x, y, 14, height, (t) => `rgb(${ramp(t).join(',')})`);
  for (const { at, text } of ticks) {
    const place = y + height * (1 - (at - range[0]) / (range[1] - range[0]));
    body += label(x + 19, place + 4, text, { size: SIZE, fill: LIGHT.muted });
  }
  if (title)
    body += label(x + width - 16, y + height / 2, title, { size: SIZE, anchor: 'middle', rotate: -90, most: height });
  return body;
}
