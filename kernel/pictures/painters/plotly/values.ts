// Values of a plotly figure as plain arrays: packed arrays, numbers, names, and colors with their scales.
import { rgb } from 'd3-color';
import { interpolateRgb, piecewise } from 'd3-interpolate';
import * as chromatic from 'd3-scale-chromatic';
import { isRecord } from '../../../wire/fields.ts';
import { listOf } from '../../../../renderers/plotly/packed.ts';
import { LIGHT } from '../../svg.ts';

export { listOf };
export type Trace = Record<string, unknown>;

/** A number, or NaN. Texts of numbers count as numbers, as in plotly. */
export function numberOf(value: unknown): number {
  if (typeof value === 'number') return value;
  return typeof value === 'string' && value.trim() !== '' ? Number(value) : NaN;
}

/** Rows of numbers. */
export const matrixOf = (value: unknown): number[][] =>
  (listOf(value) ?? []).map((row) => (listOf(row) ?? []).map(numberOf));

/** Text without the few tags and entities that plotly reads; lines of it. */
export const linesOf = (text: unknown): string[] =>
  String(text ?? '')
    .split(/<br\s*\/?>/i)
    .map((line) =>
      line
        .replace(/<[^<>]*>/g, '')
        .replace(/&lt;/g, '<')
        .replace(/&gt;/g, '>')
        .replace(/&nbsp;/g, ' ')
        .replace(/&amp;/g, '&'),
    );

/** One line of such text. */
export const lineOf = (text: unknown): string => linesOf(text).join(' ');

/** The text of a title: plotly takes a text or an object. */
export const titleOf = (title: unknown): string => lineOf(isRecord(title) ? title['text'] : title);

/** A color for each `t` from 0 to 1 as red, green and blue from 0 to 255. */
export type Ramp = (t: number) => [number, number, number];

/** Names of plotly's scales and the same of d3. Others are drawn as Viridis. */
const NAMED: Record<string, (t: number) => string> = {
  viridis: chromatic.interpolateViridis,
  cividis: chromatic.interpolateCividis,
  inferno: chromatic.interpolateInferno,
  magma: chromatic.interpolateMagma,
  plasma: chromatic.interpolatePlasma,
  turbo: chromatic.interpolateTurbo,
  greys: (t) => chromatic.interpolateGreys(1 - t),
  blues: (t) => chromatic.interpolateBlues(1 - t),
  reds: chromatic.interpolateReds,
  greens: (t) => chromatic.interpolateGreens(1 - t),
  ylgnbu: (t) => chromatic.interpolateYlGnBu(1 - t),
  ylorrd: (t) => chromatic.interpolateYlOrRd(1 - t),
  // Plotly's goes from blue to red
  rdbu: (t) => chromatic.interpolateRdBu(1 - t),
  hot: piecewise(interpolateRgb, ['#000', '#e60000', '#ffd200', '#fff']),
  jet: piecewise(interpolateRgb, ['#000083', '#003caa', '#05ffff', '#ffff00', '#fa0000', '#800000']),
  bluered: piecewise(interpolateRgb, ['#0000ff', '#ff0000']),
  portland: piecewise(interpolateRgb, ['#0c3383', '#0a88ba', '#f2d338', '#f28f38', '#d91e1e']),
};

/** A scale of a trace by name or as pairs of a place and a color. */
export function rampOf(scale: unknown, reversed: unknown): Ramp {
  const color = colorsOf(scale);
  return (t) => {
    const at = Math.max(0, Math.min(1, reversed === true ? 1 - t : t));
    const { r, g, b, opacity } = rgb(color(at));
    // Upon the white page
    return [r, g, b].map((v) => Math.round(v * opacity + 255 * (1 - opacity))) as [number, number, number];
  };
}

function colorsOf(scale: unknown): (t: number) => string {
  if (typeof scale === 'string') {
    const [, name = '', back] = /^(\w+?)(_r)?$/.exec(scale.toLowerCase()) ?? [];
    const named = NAMED[name] ?? chromatic.interpolateViridis;
    return back ? (t) => named(1 - t) : named;
  }
  const stops = (Array.isArray(scale) ? scale : []).flatMap((stop): [number, string][] =>
    Array.isArray(stop) && Number.isFinite(stop[0]) && typeof stop[1] === 'string'
      ? [[stop[0] as number, stop[1]]]
      : [],
  );
  if (stops.length < 2) return chromatic.interpolateViridis;
  return (t) => {
    const i = stops.findIndex(([at]) => at >= t);
    if (i < 0) return stops.at(-1)![1];
    if (i === 0) return stops[0]![1];
    const [[from, a], [to, b]] = [stops[i - 1]!, stops[i]!];
    return interpolateRgb(a, b)((t - from) / (to - from || 1));
  };
}

/** Range of colors: that of the trace, else of its finite values; symmetric about `mid` if there is one. */
export function colorRange(values: Iterable<number>, low: unknown, high: unknown, mid?: unknown): [number, number] {
  let [min, max] = [Infinity, -Infinity];
  for (const v of values) {
    if (!Number.isFinite(v)) continue;
    if (v < min) min = v;
    if (v > max) max = v;
  }
  if (min > max) [min, max] = [0, 1];
  if (typeof low === 'number') min = low;
  if (typeof high === 'number') max = high;
  if (typeof mid === 'number' && typeof low !== 'number' && typeof high !== 'number') {
    const reach = Math.max(max - mid, mid - min) || 1;
    [min, max] = [mid - reach, mid + reach];
  }
  return min === max ? [min - 0.5, max + 0.5] : [min, max];
}

/** The color of a trace in the figure's order. */
export const seriesColor = (index: number): string => LIGHT.series[index % LIGHT.series.length]!;

/** A field of an object inside a trace: `field(trace, 'marker', 'color')`. */
export function field(from: unknown, ...path: string[]): unknown {
  let value = from;
  for (const key of path) value = isRecord(value) ? value[key] : undefined;
  return value;
}
