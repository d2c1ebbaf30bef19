// Legend and color bars of a plotly figure.
import { el, fitted, label, LIGHT, n, paintOf, WIDTH, widthOf } from '../../svg.ts';
import { type Axis, niceStep, numberText, type Tick, ticksOf } from './axis.ts';
import { fieldRange } from './fields.ts';
import { dashOf, dot, markerRange, modeOf, traceColor } from './scatter.ts';
import { field, lineOf, listOf, numberOf, type Ramp, rampOf, seriesColor, titleOf, type Trace } from './values.ts';
import { ramp as colorStrip } from '../legend.ts';
import type { Plane } from './plane.ts';
import { FIELDS, type Scene, SIZE, typeOf } from './scene.ts';

/** Rows of the legend; the other names are counted. */
const LEGEND_ROWS = 4;

export function legend({ traces, layout }: Scene, top: number): { body: string; height: number } {
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

interface ColorBar {
  ramp: Ramp;
  range: [number, number];
  title: string;
  ticks: Tick[];
  width: number;
}

/** Color bars at the right of the whole figure. */
export const colorBarsOf = (scene: Scene): ColorBar[] =>
  allBars(scene)
    .filter(({ inside }) => !inside)
    .map(({ bar }) => bar)
    .slice(0, 2);

/** Color bars that stand beside a panel inside the figure. */
export const barsInside = (scene: Scene): { bar: ColorBar; plane: Plane }[] =>
  allBars(scene).filter(({ inside }) => inside);

function allBars({ traces }: Scene): { bar: ColorBar; plane: Plane; inside: boolean }[] {
  const bars: { bar: ColorBar; plane: Plane; inside: boolean }[] = [];
  const add = (from: unknown, range: [number, number], plane: Plane) =>
    bars.push({
      bar: colorBarOf(from, range),
      plane,
      // Panels say where their bars stand, and the last one's is beyond the others
      inside: numberOf(field(from, 'colorbar', 'x')) <= 1.01,
    });
  for (const { trace, plane } of traces) {
    if (FIELDS.has(typeOf(trace))) {
      const plain =
        field(trace, 'contours', 'type') !== 'constraint' && field(trace, 'contours', 'coloring') !== 'none';
      if (trace['showscale'] !== false && plain) add(trace, fieldRange(trace), plane);
    } else {
      const marker = trace['marker'];
      const colors = listOf(field(marker, 'color'));
      if (colors && field(marker, 'showscale') === true) add(marker, markerRange(marker, colors.map(numberOf)), plane);
    }
  }
  return bars;
}

/** @param from a trace or a marker with a color scale */
export function colorBarOf(from: unknown, range: [number, number]): ColorBar {
  const axis: Axis = { type: 'linear', settings: {}, title: '', categories: [], range, ends: [1, 0] };
  const step = niceStep((range[1] - range[0]) / 6);
  const places = listOf(field(from, 'colorbar', 'tickvals'));
  const texts = listOf(field(from, 'colorbar', 'ticktext'));
  const ticks = places
    ? places.map((at, i) => ({ at: numberOf(at), text: lineOf(texts?.[i] ?? numberText(numberOf(at))) }))
    : ticksOf(axis, 6).map((tick) => (step > 0 ? tick : { ...tick, text: numberText(tick.at) }));
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
