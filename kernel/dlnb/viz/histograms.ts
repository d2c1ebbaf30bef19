// viz.histograms: distributions side by side and over time: weights, activations or gradients of layers.
import { checkOptions, shown, type OptionNames } from '../options.ts';
import { isArrayLike } from '../shape.ts';
import { isTensor } from '../../outputs/tensor/values.ts';
import { readAny, readVector, type Numbers, type Vector } from './arrays.ts';
import { extentOf } from './square.ts';
import {
  escaped,
  Figure,
  heading,
  layoutOf,
  PLOT_OPTIONS,
  rangeOption,
  rowsOf,
  short,
  type Layout,
  type PlotOptions,
  type Trace,
} from './figure.ts';
import { grid } from './grid.ts';
import { countInBins } from './histogram.ts';

/** The values of one layer: at one time, or at several, one after another. */
export type LayerValues = Numbers | readonly Numbers[];

/** Options of {@link histograms}. */
export interface HistogramsOptions extends PlotOptions {
  /**
   * `ridges`: a curve for each layer, or for each time, one above the other; `heat`: time to the right, values up, how
   * many as color. By default ridges at one time, and heat over time.
   */
  kind?: 'ridges' | 'heat';
  /** Step or epoch of each time, [times]; 0, 1, 2 … by default. */
  steps?: Vector;
  /** Number of bins; 60 by default. */
  bins?: number;
  /** The values that are counted, `[low, high]`; by default all. */
  range?: readonly [number, number];
  /** Color by the logarithm of the share: rare values become visible. On by default for heat. */
  logColors?: boolean;
}

const HISTOGRAMS_OPTIONS: OptionNames<HistogramsOptions> = {
  ...PLOT_OPTIONS,
  kind: ['heat', 'ridges'],
  steps: true,
  bins: 'number',
  range: true,
  logColors: 'boolean',
};

const MOST_RIDGES = 80;
/** How far a ridge reaches over the next ones. */
const OVERLAP = 2.2;

interface Layer {
  name: string;
  /** Values at each time. */
  times: Float64Array[];
}

/**
 * Draws how the numbers of layers are distributed: at one time, a ridge for each layer; over time, a panel for each
 * layer, which shows a network that saturates, dies or explodes.
 *
 * ```ts
 * import { tf, viz } from 'dlnb';
 * const spread = (s: number) => tf.randomNormal([500], 0, s);
 * viz.histograms({ 'dense 1': [1, 2, 3].map(spread), 'dense 2': [1, 0.5, 0.1].map(spread) }, { xLabel: 'epoch' });
 * ```
 * @param layers values by layer: numbers of any shape at one time, or a list of them, one for each time
 * @throws TypeError or RangeError that names the layer, for example if layers differ in their times
 */
export function histograms(layers: Record<string, LayerValues>, options: HistogramsOptions = {}): Figure {
  const where = 'viz.histograms';
  checkOptions(where, options, HISTOGRAMS_OPTIONS);
  const read = readLayers(layers, where);
  const count = read[0]!.times.length;
  const { bins = 60 } = options;
  if (!Number.isSafeInteger(bins) || bins < 2 || bins > 1000)
    throw new RangeError(`${where}: bins must be a whole number from 2 to 1000, got ${shown(bins)}`);
  const range = rangeOption(options.range, `${where}: range`);
  const steps =
    options.steps === undefined || options.steps === null
      ? Float64Array.from({ length: count }, (_, i) => i)
      : readVector(options.steps, `${where}: steps`);
  if (steps.length !== count)
    throw new RangeError(`${where}: steps must hold one number for each of the ${count} times, got ${steps.length}`);
  const kind = options.kind ?? (count > 1 ? 'heat' : 'ridges');
  const text = `${heading('Distributions', options)}: ${read.length} layers, ${count} times. ${read.map((layer) => `${layer.name}: ${spread(layer)}`).join('; ')}`;
  const panels =
    count === 1 && kind === 'ridges'
      ? [
          ridges(
            read.map(({ name, times }) => ({ name, values: times[0]! })),
            bins,
            range,
            options,
          ),
        ]
      : read.map((layer) =>
          kind === 'heat'
            ? heat(layer, { steps, bins, range }, options)
            : ridges(
                layer.times.map((values, i) => ({ name: short(steps[i]!), values })),
                bins,
                range,
                { ...options, title: layer.name },
              ),
        );
  if (panels.length === 1) {
    const [{ data, layout }] = panels as [Figure];
    const own = options.title === undefined ? layout : { ...layout, title: { text: escaped(options.title) } };
    return new Figure(data, own, text);
  }
  const across = Math.min(panels.length, 3);
  const rows = Array.from({ length: Math.ceil(panels.length / across) }, (_, r) =>
    panels.slice(r * across, (r + 1) * across),
  );
  const whole = grid(rows, {
    ...(options.title !== undefined && { title: options.title }),
    ...(options.height !== undefined && { panelHeight: Math.max(60, (options.height - 90) / rows.length - 30) }),
  });
  return new Figure(whole.data, whole.layout, text);
}

function readLayers(layers: unknown, where: string): Layer[] {
  const example = '{ dense1: weights } or { dense1: [weightsAtStart, weightsAtEnd] }';
  if (typeof layers !== 'object' || layers === null || isArrayLike(layers) || isTensor(layers))
    throw new TypeError(`${where}: layers must be values by name: ${example}, got ${shown(layers)}`);
  const entries = Object.entries(layers as Record<string, unknown>);
  if (entries.length === 0) throw new TypeError(`${where}: there is no layer in {}; give for example ${example}`);
  const read = entries.map(([name, values]): Layer => {
    const several =
      Array.isArray(values) && values.length > 0 && values.every((one) => isTensor(one) || isArrayLike(one));
    const times = several ? (values as unknown[]) : [values];
    return { name, times: times.map((one, i) => readAny(one, `${where}: "${name}"${several ? ` at time ${i}` : ''}`)) };
  });
  const other = read.find(({ times }) => times.length !== read[0]!.times.length);
  if (other)
    throw new RangeError(
      `${where}: all layers must have values at the same times; "${read[0]!.name}" has ${read[0]!.times.length}, "${other.name}" has ${other.times.length}`,
    );
  return read;
}

/** `mean 0.01, deviation 0.98` of the last time. */
function spread({ times }: Layer): string {
  const values = times.at(-1)!.filter(Number.isFinite);
  if (values.length === 0) return 'no finite values';
  const mean = values.reduce((a, b) => a + b, 0) / values.length;
  const deviation = Math.sqrt(values.reduce((s, v) => s + (v - mean) ** 2, 0) / values.length);
  const lost = times.at(-1)!.length - values.length;
  return `mean ${short(mean)}, deviation ${short(deviation)}${lost > 0 ? `, ${lost} not finite` : ''}`;
}

function edgesOf(
  lists: readonly Float64Array[],
  bins: number,
  range: readonly [number, number] | undefined,
): Float64Array {
  let [low, high] = range ?? extentOf(lists) ?? [0, 1];
  if (low === high) [low, high] = [low - 0.5, high + 0.5];
  return Float64Array.from({ length: bins + 1 }, (_, i) => (i === bins ? high : low + ((high - low) * i) / bins));
}

/** The share of the values in each bin. */
function shares(values: Float64Array, edges: Float64Array): Float64Array {
  const { counts, left } = countInBins(values, edges);
  const inside = values.length - left;
  return counts.map((c) => (inside > 0 ? c / inside : 0));
}

const middlesOf = (edges: Float64Array): Float64Array => edges.subarray(1).map((edge, i) => (edge + edges[i]!) / 2);

function heat(
  { name, times }: Layer,
  { steps, bins, range }: { steps: Float64Array; bins: number; range: readonly [number, number] | undefined },
  options: HistogramsOptions,
): Figure {
  const edges = edgesOf(times, bins, range);
  const counted = times.map((values) => shares(values, edges));
  const log = options.logColors ?? true;
  const z = new Float64Array(bins * times.length);
  counted.forEach((list, t) =>
    list.forEach((share, b) => (z[b * times.length + t] = share > 0 ? (log ? Math.log10(share) : share) : NaN)),
  );
  const trace: Trace = {
    type: 'heatmap',
    ...{ x: steps, y: middlesOf(edges), z: rowsOf(z, times.length) },
    ...{ colorscale: [[0, 'theme(series-0, 0.12)'], [1, 'theme(series-0)']], ...(log ? { zmin: -4, zmax: 0 } : { zmin: 0, zmax: Math.max(...counted.flatMap((c) => [...c])) || 1 }) },
    customdata: rowsOf(z.map((v) => (log ? 100 * 10 ** v : 100 * v)), times.length),
    hoverongaps: false,
    colorbar: {
      ...{ outlinewidth: 0, thickness: 14, title: { text: 'share', side: 'right' } },
      ...(log && { tickvals: [-4, -3, -2, -1, 0], ticktext: ['0.01 %', '0.1 %', '1 %', '10 %', '100 %'] }),
    },
    hovertemplate: '%{x}: %{y:.3~g}<br>%{customdata:.2~g} %<extra></extra>',
  }; // prettier-ignore
  const layout = layoutOf({ xLabel: 'time', yLabel: 'value', ...options, title: name });
  Object.assign(layout['xaxis'] as object, { showgrid: false, zeroline: false });
  Object.assign(layout['yaxis'] as object, { showgrid: false, zeroline: false });
  return new Figure([trace], layout);
}

/** Curves one above the other, the first at the top; each covers those behind it. */
function ridges(
  all: readonly { name: string; values: Float64Array }[],
  bins: number,
  range: readonly [number, number] | undefined,
  options: HistogramsOptions,
): Figure {
  const every = Math.ceil(all.length / MOST_RIDGES);
  const list = all.filter((_, i) => i % every === 0);
  const edges = edgesOf(
    list.map(({ values }) => values),
    bins,
    range,
  );
  const x = middlesOf(edges);
  const heights = list.map(({ values }) => shares(values, edges));
  const n = list.length;
  const traces = list.map(({ name, values }, i): Trace => {
    // Each ridge has its own scale: what is compared is where the values are and how they spread
    const most = heights[i]!.reduce((a, b) => Math.max(a, b), 0) || 1;
    const base = n - 1 - i;
    const y = heights[i]!.map((h) => base + (n > 1 ? OVERLAP : 1) * (h / most) * 0.8);
    const finite = values.filter(Number.isFinite).length;
    return {
      ...{ type: 'scatter', mode: 'lines', name: escaped(name), showlegend: false },
      x: Float64Array.from([x[0]!, ...x, x.at(-1)!]),
      y: Float64Array.from([base, ...y, base]),
      ...{ fill: 'toself', fillcolor: 'theme(series-0, 0.35)', line: { color: 'theme(series-0)', width: 1.4 } },
      hoverinfo: 'text',
      text: `${escaped(name)}: ${finite} values`,
    };
  });
  const layout = layoutOf({ xLabel: 'value', ...options });
  Object.assign(layout['yaxis'] as Layout, {
    tickvals: list.map((_, i) => n - 1 - i),
    ticktext: list.map(({ name }) => escaped(name)),
    ...{ range: [-0.3, n - 1 + (n > 1 ? OVERLAP : 1) * 0.85], zeroline: false },
  });
  layout['height'] ??= Math.max(200, Math.min(700, 110 + 34 * n));
  return new Figure(traces, layout);
}
