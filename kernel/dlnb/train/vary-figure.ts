// The chart of `train.vary`: a curve for each combination of values, with seeds as a band; or, where runs give numbers, a
// point for each.
import { escaped, Figure, short, type Layout, type Trace } from '../viz/figure.ts';
import { bestOf, groupsOf, labelOf, type Finished, type Judge } from './vary-groups.ts';

/** More curves than this have colors of one scale instead of the theme's. */
const THEME_COLORS = 8;

const colorOf = (i: number, count: number, opacity = 1) =>
  count <= THEME_COLORS
    ? `theme(series-${i}${opacity < 1 ? `, ${opacity}` : ''})`
    : `hsla(${Math.round(260 - (230 * i) / (count - 1))}, 65%, 52%, ${opacity})`;

/** The runs so far; undefined if none has the value. */
export function varyFigure(finished: readonly Finished[], judge: Judge, title?: string): Figure | undefined {
  const { metric } = judge;
  const groups = groupsOf(finished)
    .map(({ values, runs }) => ({
      label: labelOf(values),
      curves: runs.flatMap(({ curves }) => (curves?.[metric] ? [curves[metric]] : [])),
    }))
    .filter(({ curves }) => curves.length > 0);
  if (groups.length === 0) return undefined;
  const isCurve = groups.some(({ curves }) => curves.some((curve) => curve.length > 1));
  const traces = isCurve
    ? groups.flatMap(({ label, curves }, i) => bandOf(label, curves, { i, count: groups.length }))
    : pointsOf(groups);
  const layout: Layout = {
    ...(title !== undefined && { title: { text: escaped(title) } }),
    xaxis: { title: { text: isCurve ? 'epoch' : '' }, ...(isCurve ? {} : { type: 'category', automargin: true }) },
    yaxis: { title: { text: escaped(metric) } },
    ...(isCurve ? {} : { showlegend: false }),
  };
  const texts = groups.map(({ label, curves }) => {
    const scores = curves.map((curve) => bestOf(curve, judge)).filter(Number.isFinite);
    const mean = scores.reduce((a, b) => a + b, 0) / scores.length;
    return `${label}: ${metric} ${short(mean)}${scores.length > 1 ? ` (${short(Math.min(...scores))} to ${short(Math.max(...scores))})` : ''}`;
  });
  return new Figure(traces, layout, [`Sweep${title === undefined ? '' : ` "${title}"`}`, ...texts].join('\n'));
}

/** The mean of some curves, and the band from the least to the largest. A curve may be shorter than others. */
function bandOf(
  label: string,
  curves: readonly (readonly number[])[],
  { i, count }: { i: number; count: number },
): Trace[] {
  const length = Math.max(...curves.map((curve) => curve.length));
  const x = Float64Array.from({ length }, (_, step) => step + 1);
  const at = (step: number) => curves.map((curve) => curve[step]).filter((v): v is number => Number.isFinite(v));
  const over = (f: (list: number[]) => number) => Float64Array.from(x, (_, k) => (at(k).length > 0 ? f(at(k)) : NaN));
  const base = { type: 'scatter', x, legendgroup: label };
  const line = {
    ...base,
    mode: length === 1 ? 'markers' : 'lines',
    name: escaped(label),
    y: over((list) => list.reduce((a, b) => a + b, 0) / list.length),
    line: { color: colorOf(i, count), width: 2 },
    marker: { color: colorOf(i, count) },
  };
  if (curves.length === 1) return [line];
  const edge = {
    ...base,
    mode: 'lines',
    line: { width: 0, color: colorOf(i, count) },
    hoverinfo: 'skip',
    showlegend: false,
  };
  return [
    { ...edge, y: over((list) => Math.min(...list)) },
    { ...edge, y: over((list) => Math.max(...list)), fill: 'tonexty', fillcolor: colorOf(i, count, 0.2) },
    line,
  ];
}

/** One point for each run, and for several seeds a dash for their mean. */
function pointsOf(groups: readonly { label: string; curves: readonly (readonly number[])[] }[]): Trace[] {
  const several = groups.some(({ curves }) => curves.length > 1);
  const points = groups.flatMap(({ label, curves }) => curves.map(([y]) => ({ label: escaped(label), y: y! })));
  const means = groups.map(({ label, curves }) => ({
    label: escaped(label),
    y: curves.reduce((sum, [y]) => sum + y!, 0) / curves.length,
  }));
  const trace = (list: typeof points, marker: object, name: string): Trace => ({
    type: 'scatter',
    mode: 'markers',
    name,
    x: list.map(({ label }) => label),
    y: list.map(({ y }) => y),
    marker,
  });
  return [
    trace(points, { color: 'theme(series-0)', size: 8, opacity: several ? 0.6 : 1 }, 'run'),
    ...(several
      ? [
          trace(
            means,
            { symbol: 'line-ew', size: 26, color: 'theme(foreground)', line: { width: 2, color: 'theme(foreground)' } },
            'mean',
          ),
        ]
      : []),
  ];
}
