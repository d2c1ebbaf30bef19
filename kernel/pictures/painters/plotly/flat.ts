// A plotly figure with two axes, or several pairs of them: axes with ticks and titles, traces, legend, color bars,
// shapes and annotations.
import type { Figure } from '../../../../renderers/plotly/figure.ts';
import { isRecord } from '../../../wire/fields.ts';
import { type Drawing, el, label, LIGHT, MAX_HEIGHT, WIDTH, wrapped } from '../../svg.ts';
import { statedRange } from './axis.ts';
import { clip, drawBars, drawGroups } from './bars.ts';
import { drawContour, drawHeat, drawImageTrace } from './fields.ts';
import { rectOf, type Plane } from './plane.ts';
import { drawScatter } from './scatter.ts';
import { arranged, spareHeight } from '../../../../renderers/plotly/arrange.ts';
import { field, listOf, numberOf, titleOf, type Trace } from './values.ts';
import { GROUPS, type Scene, sceneOf, setRanges, SIZE, typeOf } from './scene.ts';
import { axisBelow, axisBeside, frameOf, gridOf, type Inner, layOutAxes, marginsOf, shows } from './axes.ts';
import { annotation, drawShape } from './notes.ts';
import { barsInside, colorBar, colorBarsOf, legend } from './legend.ts';

const TITLE = 14;

/** @param note a line under the title */
export function flatPicture(given: Figure, note: string | undefined): Drawing {
  const figure = arranged(given, WIDTH);
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
  const own = numberOf(layout['width']);
  const spare = spareHeight(figure, own > 0 ? Math.min(own, WIDTH) : WIDTH);
  const stated = numberOf(layout['height']);
  const wanted = (stated > 0 ? Math.min(stated, 900) : 380) - spare;
  const height = Math.max(180, Math.min(MAX_HEIGHT, wanted + Math.max(0, top - 40)));
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
  // A figure with a width of its own stands in the middle, with its color bars beside it
  if (own > 0 && own < WIDTH) {
    inner.left += (WIDTH - own) / 2;
    inner.width = Math.max(60, inner.width - (WIDTH - own));
  }
  layOutAxes(scene, inner);
  // An axis that was shortened may need to tilt its names: the picture grows by their room
  const more = Math.max(0, marginsOf(scene, margins, true).bottom - margins.bottom);
  body += drawScene(scene, inner);
  if (!filled && scene.traces.length > 0) {
    const middle = [inner.left + inner.width / 2, inner.top + inner.height / 2] as const;
    body += label(...middle, 'no finite values', { anchor: 'middle', fill: LIGHT.muted });
  }
  for (const { bar, plane } of barsInside(scene)) {
    const box = rectOf(plane);
    body += colorBar(bar, box.left + box.width + 5, box.top, box.height);
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

function drawScene(scene: Scene, inner: Inner): string {
  const { axes, traces, bars, layout } = scene;
  const planes = planesOf(scene);
  let body = '';
  planes.forEach((plane, i) => (body += clip(`clip${i}`, plane)));
  for (const plane of planes) body += gridOf(plane);
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
  for (const plane of planes) body += frameOf(plane);
  for (const shape of shapes.filter((s) => s['layer'] !== 'below')) body += drawShape(shape, axes, inner);
  for (const [id, axis] of axes)
    if (shows(axis)) body += id.startsWith('x') ? axisBelow(axis, scene) : axisBeside(axis, scene);
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
