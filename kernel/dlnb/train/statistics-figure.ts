// The curves of `train.statistics`: four plots over the steps, one curve for each layer, in one color for all plots.
import { Figure, short, type Layout, type Trace } from '../viz/figure.ts';
import type { LayerStatistics } from './statistics.ts';

type Rows = readonly LayerStatistics[];

interface Plot {
  title: string;
  of: LayerStatistics['of'];
  log?: boolean;
  /** One value of the rows of a layer in a step. */
  value(rows: Rows): number;
  /** A share, from 0 to 1. */
  share?: boolean;
}

/** The norm of all weights of a layer together. */
const norm = (rows: Rows) => Math.sqrt(rows.reduce((sum, row) => sum + row.norm ** 2, 0));
/** The largest ratio of a layer's weights: a bias that began at 0 has none. */
const ratio = (rows: Rows) =>
  rows.reduce((most, row) => (Number.isNaN(most) || row.ratio! > most ? (row.ratio ?? NaN) : most), NaN);
const first = (of: (row: LayerStatistics) => number) => (rows: Rows) => of(rows[0]!);

const PLOTS: readonly Plot[] = [
  { title: 'gradient: norm', of: 'gradient', log: true, value: norm },
  { title: 'update / weight, log₁₀', of: 'update', value: ratio },
  { title: 'activation: std', of: 'activation', value: first(({ std }) => std) },
  {
    title: 'activation: zeros or saturated',
    of: 'activation',
    share: true,
    value: first(({ zeros, saturated }) => Math.max(zeros, saturated)),
  },
];

/** Colors of layers: those of the theme, and for many layers a scale from the first to the last. */
function colorOf(index: number, count: number): string {
  if (count <= 8) return `theme(series-${index})`;
  const at = index / (count - 1);
  return `hsl(${Math.round(260 - 230 * at)}, 65%, ${Math.round(50 + 5 * Math.sin(Math.PI * at))}%)`;
}

export function statisticsFigure(rows: Rows): Figure {
  const layers = [...new Set(rows.map(({ layer }) => layer))];
  const plots = PLOTS.filter(({ of }) => rows.some((row) => row.of === of));
  const traces: Trace[] = [];
  const named = new Set<string>();
  plots.forEach((plot, i) => {
    layers.forEach((layer, k) => {
      const steps = new Map<number, LayerStatistics[]>();
      for (const row of rows)
        if (row.of === plot.of && row.layer === layer) steps.set(row.step, [...(steps.get(row.step) ?? []), row]);
      if (steps.size === 0) return;
      const y = [...steps.values()].map(plot.value);
      traces.push({
        type: 'scatter',
        mode: steps.size === 1 ? 'lines+markers' : 'lines',
        name: layer,
        legendgroup: layer,
        legendrank: k,
        showlegend: !named.has(layer),
        line: { color: colorOf(k, layers.length), width: 1.5 },
        x: Float64Array.from(steps.keys()),
        // A logarithmic axis has no place for 0
        y: Float64Array.from(y, (v) => (plot.log && !(v > 0) ? NaN : v)),
        xaxis: axis('x', i),
        yaxis: axis('y', i),
      });
      named.add(layer);
    });
  });
  return new Figure(traces, layoutOf(plots), textOf(rows, layers, plots));
}

const axis = (letter: 'x' | 'y', i: number) => (i === 0 ? letter : `${letter}${i + 1}`);

/** Two plots beside each other. */
function layoutOf(plots: readonly Plot[]): Layout {
  const rows = Math.ceil(plots.length / 2);
  const layout: Layout = { height: 90 + 210 * Math.max(1, rows), margin: { t: 40 }, annotations: [] };
  plots.forEach((plot, i) => {
    const [column, row] = [i % 2, Math.floor(i / 2)];
    const left = column === 0 ? 0 : 0.56;
    const alone = i === plots.length - 1 && column === 0;
    const height = 1 / Math.max(1, rows);
    const [bottom, top] = [1 - (row + 1) * height + (row === rows - 1 ? 0 : 0.1), 1 - row * height - 0.06];
    const domain = [left, alone ? 1 : left + 0.44];
    layout[`xaxis${i === 0 ? '' : i + 1}`] = {
      domain,
      anchor: axis('y', i),
      ...(i > 0 && { matches: 'x' }),
      ...(row === rows - 1 && { title: { text: 'step' } }),
    };
    layout[`yaxis${i === 0 ? '' : i + 1}`] = {
      domain: [bottom, top],
      anchor: axis('x', i),
      ...(plot.log && { type: 'log', exponentformat: 'power' }),
      ...(plot.share && { range: [-0.02, 1.02], tickformat: '.0%' }),
    };
    (layout['annotations'] as object[]).push({
      ...{ text: plot.title, xref: 'paper', yref: 'paper', showarrow: false, xanchor: 'left', yanchor: 'bottom' },
      ...{ x: left, y: top, font: { size: 12 } },
    });
  });
  return layout;
}

function textOf(rows: Rows, layers: readonly string[], plots: readonly Plot[]): string {
  const last = rows.at(-1)?.step;
  if (last === undefined) return 'Statistics by layer: no step has been measured yet';
  const lines = layers.map((layer) => {
    const facts = plots.flatMap(({ of, title, value, share }) => {
      const some = rows.filter((row) => row.step === last && row.layer === layer && row.of === of);
      return some.length > 0 ? [`${title} ${short(value(some))}${share ? ' of 1' : ''}`] : [];
    });
    return `${layer}: ${facts.join(' · ')}`;
  });
  return [`Statistics by layer, step ${last}`, ...lines].join('\n');
}
