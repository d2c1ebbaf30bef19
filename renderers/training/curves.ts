// From the state of a training chart to a plotly figure: a panel for each metric, with train and validation, raw and
// smoothed. No DOM, no plotly.
import type { Figure, PlainObject } from '../plotly/figure.ts';
import type { Curve, Run } from './state.ts';

export interface CurveOptions {
  /** Weight of earlier values, 0 … 0.99; 0 draws the values without smoothing. */
  smoothing: number;
  logX: boolean;
  logY: boolean;
}

/** Most points of a drawn curve: about the widest plot in pixels. */
const POINTS = 700;
/** Most texts at marks. */
const MOST_TEXTS = 9;
/** Curves of fewer points are not smoothed. */
const SMOOTHED_FROM = 16;

const RATE = 'learningRate';
const NORM = 'gradientNorm';
const TITLES: Record<string, string> = { [RATE]: 'learning rate', [NORM]: 'gradient norm', acc: 'accuracy' };
/** Shares from 0 to 1 do not suit a logarithmic axis. */
const SHARE = /acc|auc|precision|recall|^f1/i;

/** Pixels. */
const HEIGHT = { first: 230, other: 150, small: 84, gap: 36, top: 42, bottom: 46 };

interface Panel {
  /** Name of the metric, without `val_`. */
  name: string;
  height: number;
}

/** The figure of a chart. Its height depends only on its panels. */
export function curvesFigure(runs: readonly Run[], options: CurveOptions): Figure {
  const panels = panelsOf(runs);
  const inner = panels.reduce((sum, p) => sum + p.height, 0) + HEIGHT.gap * (panels.length - 1);
  const layout: PlainObject = {
    height: inner + HEIGHT.top + HEIGHT.bottom,
    margin: { l: 58, r: 16, t: HEIGHT.top, b: HEIGHT.bottom },
    hovermode: 'x',
    // Relative to the container, so that its changes do not move the panels
    legend: {
      ...{ orientation: 'h', traceorder: 'normal', itemwidth: 30 },
      ...{ x: 1, xanchor: 'right', y: 1, yref: 'container', yanchor: 'top' },
    },
    xaxis: {
      title: { text: stepTitle(runs) },
      anchor: `y${panels.length > 1 ? panels.length : ''}`,
      ...(options.logX ? { type: 'log' } : { rangemode: 'tozero' }),
    },
    annotations: [] as PlainObject[],
    shapes: [] as PlainObject[],
    // The header names several runs
    showlegend: runs.length === 1,
  };
  let top = 1;
  panels.forEach((panel, i) => {
    const bottom = Math.max(0, top - panel.height / inner);
    layout[`yaxis${i === 0 ? '' : i + 1}`] = {
      domain: [bottom, top],
      ...(options.logY && !SHARE.test(panel.name) && { type: 'log' }),
      ...(panel.height === HEIGHT.small && { nticks: 3 }),
      exponentformat: 'power',
    };
    (layout['annotations'] as PlainObject[]).push(panelTitle(panel, top));
    top = bottom - HEIGHT.gap / inner;
  });
  const data = panels.flatMap((panel, i) => runs.flatMap((run, k) => tracesOf(run, k, runs.length, panel, i, options)));
  runs.forEach((run) => markRun(run, panels, runs.length, layout));
  return { data, layout, config: {}, frames: [], bundle: 'cartesian' };
}

/** Title of the step axis; says if points stand for several steps. */
function stepTitle(runs: readonly Run[]): string {
  if (!runs.some((r) => r.steps > 0)) return 'epoch';
  const every = Math.max(1, ...runs.flatMap((r) => [...r.curves.values()].map((c) => c.every)));
  return every > 1 ? `step (a point is the mean of ${every > 2 ? 'up to ' : ''}${every} steps)` : 'step';
}

/** The metrics of the chart: losses first, the optimizer's last and small. */
export function panelsOf(runs: readonly Run[]): Panel[] {
  const names = new Set(runs.flatMap((run) => [...run.curves.values()].map((c) => base(c.name))));
  if (names.size === 0) names.add('loss');
  const rank = (name: string) => (name === 'loss' ? 0 : name === RATE ? 3 : name === NORM ? 2 : 1);
  const shown = [...names].filter((name) => name !== RATE || variesIn(runs, name)).sort((a, b) => rank(a) - rank(b));
  return shown.map((name, i) => ({
    name,
    height: rank(name) > 1 ? HEIGHT.small : i === 0 ? HEIGHT.first : HEIGHT.other,
  }));
}

/** A constant learning rate needs no plot. */
function variesIn(runs: readonly Run[], name: string): boolean {
  return runs.some((run) => [...run.curves.values()].some((c) => c.name === name && c.y.some((v) => v !== c.y[0])));
}

const base = (name: string) => name.replace(/^val_/, '');

/** `val_acc` as `validation accuracy`. */
export function metricTitle(name: string): string {
  const title = TITLES[base(name)] ?? base(name).replaceAll('_', ' ');
  return name.startsWith('val_') ? `validation ${title}` : title;
}

function panelTitle({ name }: Panel, top: number): PlainObject {
  return {
    text: `<b>${metricTitle(name).replace(/&/g, '&amp;').replace(/</g, '&lt;')}</b>`,
    xref: 'paper',
    yref: 'paper',
    x: 0,
    y: top,
    xanchor: 'left',
    yanchor: 'bottom',
    showarrow: false,
  };
}

function tracesOf(
  run: Run,
  index: number,
  runs: number,
  panel: Panel,
  place: number,
  { smoothing }: CurveOptions,
): PlainObject[] {
  const axis = { type: 'scatter', xaxis: 'x', yaxis: `y${place === 0 ? '' : place + 1}` };
  const train = run.curves.get(`step:${panel.name}`) ?? run.curves.get(`epoch:${panel.name}`);
  const validation = run.curves.get(`step:val_${panel.name}`) ?? run.curves.get(`epoch:val_${panel.name}`);
  const color = `theme(series-${index % 8})`;
  const label = runs > 1 ? run.name : 'train';
  const traces: PlainObject[] = [];
  if (train) {
    const smooth = smoothing > 0 && train.per === 'step' && train.x.length >= SMOOTHED_FROM;
    if (smooth)
      traces.push({
        ...axis,
        ...points(train),
        mode: 'lines',
        legendgroup: run.name,
        line: { color, width: 1 },
        opacity: 0.38,
        showlegend: false,
        hoverinfo: 'skip',
      });
    const curve = smooth ? { ...train, y: smoothed(train.y, smoothing) } : train;
    traces.push({
      ...axis,
      ...points(curve),
      mode: train.x.length < SMOOTHED_FROM ? 'lines+markers' : 'lines',
      line: { color, width: 1.8 },
      marker: { size: 5, color },
      name: label,
      legendgroup: run.name,
      showlegend: place === 0,
      hovertemplate: `${hoverName(label)} %{y:.4~g}<extra></extra>`,
    });
  }
  if (validation) {
    const own = runs > 1 ? color : 'theme(series-1)';
    const name = runs > 1 ? `${run.name}, validation` : 'validation';
    traces.push({
      ...axis,
      ...points(validation),
      mode: validation.x.length > 60 ? 'lines' : 'lines+markers',
      line: { color: own, width: 1.8, dash: 'dot' },
      marker: { size: 5, color: own },
      name,
      legendgroup: `${run.name}, validation`,
      showlegend: place === 0,
      hovertemplate: `${hoverName(name)} %{y:.4~g}<extra></extra>`,
    });
  }
  if (run.best && base(run.best.series) === panel.name && run.epochs > 1) {
    const own = runs === 1 && run.best.series.startsWith('val_') ? 'theme(series-1)' : color;
    traces.push({
      ...axis,
      x: [run.best.step],
      y: [run.best.value],
      mode: 'markers',
      marker: { symbol: 'star', size: 13, color: own, line: { color: 'theme(background)', width: 1 } },
      name: 'best epoch',
      showlegend: false,
      hovertemplate: `best epoch ${run.best.epoch}: %{y:.4~g}<extra></extra>`,
    });
  }
  return traces;
}

const hoverName = (name: string) => name.replace(/[%{}<>&]/g, ' ');

/**
 * Exponential moving average with bias correction (Kingma and Ba, Adam, 2015). A value that is not finite leaves a gap
 * and does not enter the average.
 */
export function smoothed(values: readonly number[], weight: number): number[] {
  let [mean, left] = [0, 1];
  return values.map((value) => {
    if (!Number.isFinite(value)) return value;
    mean = weight * mean + (1 - weight) * value;
    left *= weight;
    return mean / (1 - left);
  });
}

/** At most {@link POINTS} points: means of neighbors. Gaps remain. */
export function points({ x, y }: Curve): { x: Float64Array; y: Float64Array } {
  const every = Math.ceil(x.length / POINTS);
  const n = Math.ceil(x.length / every) || 0;
  const mean = (values: readonly number[], i: number) => {
    const from = i * every;
    const to = Math.min(values.length, from + every);
    let sum = 0;
    for (let k = from; k < to; k++) sum += values[k]!;
    return sum / (to - from);
  };
  return {
    x: Float64Array.from({ length: n }, (_, i) => mean(x, i)),
    y: Float64Array.from({ length: n }, (_, i) => mean(y, i)),
  };
}

/** Marks the best epoch, and values that were not finite. */
function markRun(run: Run, panels: readonly Panel[], runs: number, layout: PlainObject): void {
  const shapes = layout['shapes'] as PlainObject[];
  const annotations = layout['annotations'] as PlainObject[];
  const log = (axis: string, value: number) =>
    (layout[axis] as PlainObject)['type'] === 'log' ? Math.log10(value) : value;
  const axisOf = (name: string) => {
    const place = panels.findIndex((p) => p.name === base(name));
    return place < 0 ? undefined : place === 0 ? '' : String(place + 1);
  };
  const vertical = (step: number, axis: string, line: PlainObject) => ({
    type: 'line', xref: 'x', yref: `y${axis} domain`, x0: step, x1: step, y0: 0, y1: 1, line,
  }); // prettier-ignore
  const { best } = run;
  const axis = best && axisOf(best.series);
  if (best && axis !== undefined && run.epochs > 1 && runs === 1) {
    shapes.push(vertical(best.step, axis, { color: 'theme(foreground, 0.45)', width: 1, dash: 'dot' }));
    const late = best.step > 0.6 * (run.steps || run.epochs);
    annotations.push({
      text: `best ${short(best.value)}, epoch ${best.epoch}`,
      // Where such curves usually leave room
      y: SHARE.test(best.series) ? 0 : 1, yanchor: SHARE.test(best.series) ? 'bottom' : 'top', yref: `y${axis} domain`,
      x: log('xaxis', best.step), xref: 'x', xanchor: late ? 'right' : 'left', xshift: late ? -4 : 4,
      showarrow: false, font: { color: 'theme(muted)' },
    }); // prettier-ignore
  }
  markTurns(run, panels, layout, { vertical, log });
  // After the first one of a series, usually all are
  const marked = new Set<string>();
  for (const { series, step, value } of run.notFinite) {
    const place = axisOf(series);
    if (place === undefined || marked.has(series)) continue;
    marked.add(series);
    shapes.push(vertical(step, place, { color: 'theme(series-3)', width: 1.5 }));
    annotations.push({
      text: `<b>${value === 'NaN' ? 'NaN' : '∞'}</b>`, x: log('xaxis', step), y: 1, xref: 'x', yref: `y${place} domain`,
      showarrow: false, xanchor: 'left', yanchor: 'top', xshift: 3, font: { color: 'theme(series-3)' },
    }); // prettier-ignore
  }
}

/** Marks the steps at which a knob was turned, in every panel, and says to what in the first. */
function markTurns(
  { marks = [] }: Run,
  panels: readonly Panel[],
  layout: PlainObject,
  at: {
    vertical(step: number, axis: string, line: PlainObject): PlainObject;
    log(axis: string, value: number): number;
  },
): void {
  const line = { color: 'theme(foreground, 0.35)', width: 1, dash: 'dash' };
  for (const { step } of marks)
    panels.forEach((_, i) =>
      (layout['shapes'] as PlainObject[]).push(at.vertical(step, i === 0 ? '' : String(i + 1), line)),
    );
  // More texts would cover each other
  for (const [i, { step, text }] of marks.slice(-MOST_TEXTS).entries())
    (layout['annotations'] as PlainObject[]).push({
      text: text.replace(/&/g, '&amp;').replace(/</g, '&lt;'),
      ...{ x: at.log('xaxis', step), xref: 'x', xanchor: 'left', xshift: 3 },
      ...{ y: 1, yref: 'y domain', yanchor: 'top', yshift: -14 * (i % 3) },
      ...{ showarrow: false, font: { color: 'theme(muted)', size: 11 }, bgcolor: 'theme(background, 0.7)' },
    });
}

/** Four digits. */
export function short(value: number): string {
  if (!Number.isFinite(value)) return String(value);
  const size = Math.abs(value);
  return size !== 0 && (size < 1e-3 || size >= 1e5) ? value.toExponential(2) : String(Number(value.toPrecision(4)));
}
