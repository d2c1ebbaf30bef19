// viz.histogram: counts of values in bins of equal width.
import { checkOptions, type OptionNames } from '../options.ts';
import { extent, readNumbers, type Numbers } from './arrays.ts';
import {
  AXES_OPTIONS,
  counted,
  escaped,
  Figure,
  heading,
  layoutOf,
  short,
  type AxesOptions,
  type Trace,
} from './figure.ts';

/** Options of {@link histogram}. */
export interface HistogramOptions extends AxesOptions {
  /** Number of bins; by default the larger one of Sturges' rule and Freedman and Diaconis' rule, at most 200. */
  bins?: number;
  /** Range that is counted, `[low, high]`, both ends included; all values by default. Values outside are left out. */
  range?: readonly [number, number];
  /** Scale the heights so that the total area is 1, instead of counts. */
  density?: boolean;
}

const HISTOGRAM_OPTIONS: OptionNames<HistogramOptions> = {
  ...AXES_OPTIONS,
  bins: 'number',
  range: true,
  density: 'boolean',
};

/** Values counted in bins of equal width: `edges` [bins + 1], `counts` [bins]. */
export interface Bins {
  edges: Float64Array;
  counts: Float64Array;
  /** Number of values in no bin: NaN, infinite, or outside the range. */
  left: number;
}

/** The figure with its numbers, by the names of the groups. */
export class HistogramFigure extends Figure {
  constructor(
    readonly bins: Record<string, Bins>,
    ...figure: ConstructorParameters<typeof Figure>
  ) {
    super(...figure);
  }
}

/**
 * Draws how often values occur: `viz.histogram(weights)`, `viz.histogram({ before, after })`. All groups have the same
 * bins.
 * @param values numbers of shape [n] or [rows, columns], in one group or in several by name
 * @example
 * ```ts
 * seed(1);
 * viz.histogram({ before: tf.randomNormal([500]), after: tf.randomNormal([500], 1, 0.5) }, { density: true });
 * ```
 */
export function histogram(values: Numbers | Record<string, Numbers>, options: HistogramOptions = {}): HistogramFigure {
  const where = 'viz.histogram';
  checkOptions(where, options, HISTOGRAM_OPTIONS);
  const single =
    Array.isArray(values) ||
    ArrayBuffer.isView(values) ||
    typeof values !== 'object' ||
    values === null ||
    'dataSync' in values;
  const groups = Object.entries(single ? { values: values as Numbers } : (values as Record<string, Numbers>)).map(
    ([name, v]) => ({ name, data: readNumbers(v, single ? `${where}: values` : `${where}: "${name}"`).data }),
  );
  const edges = edgesFor(
    groups.map(({ data }) => data),
    options,
    where,
  );
  const bins = Object.fromEntries(groups.map(({ name, data }) => [name, countInBins(data, edges)]));
  const width = edges[1]! - edges[0]!;
  const middles = Float64Array.from(edges.subarray(1), (edge) => edge - width / 2);
  const traces = groups.map(({ name }): Trace => {
    const { counts } = bins[name]!;
    const all = counts.reduce((a, b) => a + b, 0) || 1;
    return {
      type: 'bar',
      ...(!single && { name: escaped(name) }),
      x: middles,
      y: options.density ? counts.map((c) => c / (all * width)) : counts,
      width,
      opacity: groups.length > 1 ? 0.6 : 0.9,
      marker: { line: { width: 0 } },
      hovertemplate: `%{x:.4~g} ± ${short(width / 2)}: %{y:.4~g}<extra></extra>`,
    };
  });
  const layout = {
    ...layoutOf({ yLabel: options.density ? 'density' : 'count', ...options }),
    bargap: 0,
    barmode: 'overlay',
  };
  return new HistogramFigure(bins, traces, layout, `${heading('Histogram', options)}: ${textOf(bins, edges)}`);
}

/** Edges of the bins that all groups share. */
function edgesFor(groups: readonly Float64Array[], { bins, range }: HistogramOptions, where: string): Float64Array {
  const spans = groups.flatMap((g) => extent(g) ?? []);
  if (spans.length === 0 && !range) throw new RangeError(`${where}: there is no finite number to count`);
  let [low, high] = range ?? [Math.min(...spans), Math.max(...spans)];
  if (!(low <= high) || !Number.isFinite(high - low))
    throw new RangeError(`${where}: range must be [low, high] with low < high, got [${low}, ${high}]`);
  // A single value: a bin around it
  if (low === high) [low, high] = [low - 0.5, high + 0.5];
  const n = bins ?? Math.min(200, Math.max(...groups.map((g) => binsFor(g, low, high))));
  if (!Number.isSafeInteger(n) || n < 1 || n > 10_000)
    throw new RangeError(`${where}: bins must be a whole number from 1 to 10000, got ${String(bins)}`);
  return Float64Array.from({ length: n + 1 }, (_, i) => (i === n ? high : low + ((high - low) * i) / n));
}

/** The larger number of bins: Sturges' ⌈log₂ n⌉ + 1, or by Freedman and Diaconis' width 2 · IQR · n^(−1/3). */
function binsFor(data: Float64Array, low: number, high: number): number {
  const sorted = data.filter((v) => v >= low && v <= high).sort();
  const n = sorted.length;
  if (n === 0) return 1;
  const quantile = (q: number) => sorted[Math.min(n - 1, Math.floor(q * n))]!;
  const width = (2 * (quantile(0.75) - quantile(0.25))) / Math.cbrt(n);
  const sturges = Math.ceil(Math.log2(n)) + 1;
  return Math.max(1, sturges, width > 0 ? Math.ceil((high - low) / width) : 0);
}

/** Counts the values between the edges; each bin holds its lower edge, and the last one its upper edge too. */
export function countInBins(data: Float64Array, edges: Float64Array): Bins {
  const n = edges.length - 1;
  const [low, high] = [edges[0]!, edges[n]!];
  const counts = new Float64Array(n);
  let left = 0;
  for (const v of data) {
    if (!(v >= low && v <= high)) {
      left++;
      continue;
    }
    let bin = Math.min(n - 1, Math.floor(((v - low) / (high - low)) * n));
    // The quotient is rounded: compare with the edges, which are shown
    if (v < edges[bin]!) bin--;
    else if (bin < n - 1 && v >= edges[bin + 1]!) bin++;
    counts[bin]!++;
  }
  return { edges, counts, left };
}

function textOf(bins: Record<string, Bins>, edges: Float64Array): string {
  const groups = Object.entries(bins).map(([name, { counts, left }]) => {
    const inside = counts.reduce((a, b) => a + b, 0);
    return `${name}: ${inside}${left > 0 ? ` (and ${left} not finite or outside)` : ''}`;
  });
  return `${groups.join(', ')}; ${counted(edges.length - 1, 'bin')} from ${short(edges[0]!)} to ${short(edges.at(-1)!)}`;
}
