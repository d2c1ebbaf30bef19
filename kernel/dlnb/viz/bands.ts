// viz.band, viz.stem and viz.step: curves with their spread, single values over their places, and values that hold.
import { checkOptions, type OptionNames } from '../options.ts';
import { shapeText } from '../shape.ts';
import { readNumbers, readVector, sameLength, type Matrix, type Vector } from './arrays.ts';
import { isNamed, readCurves, thinCurve, type Curve, type LineOptions } from './curves.ts';
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

/** Curves of several runs, [runs, n]; or a curve with its limits, each [n]. */
export type Band = Matrix | { low: Vector; high: Vector; middle?: Vector };

/** Options of {@link band}. */
export interface BandOptions extends AxesOptions {
  /** x values [n]; 0, 1, 2 … by default. */
  x?: Vector;
  /** The first x, for example 1 for epochs; 0 by default. */
  start?: number;
  /**
   * What the band shows of the runs: mean ± one standard deviation (`deviation`, of a sample, the default), mean ± one
   * standard error of the mean (`error`), all runs around their median (`range`), or the middle half around the median
   * (`quartiles`).
   */
  spread?: 'deviation' | 'error' | 'range' | 'quartiles';
}

const BAND_OPTIONS: OptionNames<BandOptions> = {
  ...AXES_OPTIONS,
  x: true,
  start: 'number',
  spread: ['deviation', 'error', 'quartiles', 'range'],
};

interface ReadBand {
  low: Float64Array;
  high: Float64Array;
  middle: Float64Array | undefined;
  runs?: number;
}

/**
 * Draws the curves of several runs as one line with a band: what another seed would have given. A run that is not finite
 * at a place does not count there.
 *
 * ```ts
 * import { viz } from 'dlnb';
 * viz.band({ adam: [[1, 0.5, 0.3], [1.1, 0.7, 0.2], [0.9, 0.6, 0.4]] }, { start: 1, xLabel: 'epoch', yLabel: 'loss' });
 * ```
 * @param runs [runs, n], or `{ low, middle, high }` of one's own, each [n]; or several of either by name
 * @throws TypeError or RangeError that names the band and says what is wrong with it
 */
export function band(runs: Band | Record<string, Band>, options: BandOptions = {}): Figure {
  const where = 'viz.band';
  checkOptions(where, options, BAND_OPTIONS);
  const several = isNamed(runs) && !('low' in runs && 'high' in runs);
  const entries = several ? Object.entries(runs as Record<string, Band>) : [[undefined, runs as Band] as const];
  if (entries.length === 0) throw new TypeError(`${where}: there is no band in {}; give for example { adam: runs }`);
  const stated = options.x === undefined || options.x === null ? undefined : readVector(options.x, `${where}: x`);
  if (stated && options.start !== undefined)
    throw new TypeError(`${where}: give x or start, not both: start is the first of x values 1 apart`);
  const read = entries.map(([name, own]) => {
    const whose = `${where}: ${name === undefined ? 'runs' : `"${name}"`}`;
    const found = readBand(own, options.spread ?? 'deviation', whose);
    if (stated) sameLength(stated, found.low, whose, 'x and the band');
    return { name, ...found, x: stated ?? Float64Array.from(found.low, (_, i) => (options.start ?? 0) + i) };
  });
  const traces = read.flatMap(({ name, x, low, high, middle }, k): Trace[] => {
    const color = `theme(series-${k % 8})`;
    const group = name === undefined ? {} : { name: escaped(name), legendgroup: escaped(name) };
    const areas = pieces(x, aboveZero(low, high, options.logY === true), high).map((area, i) => ({
      type: 'scatter',
      mode: 'lines',
      ...group,
      ...area,
      fill: 'toself',
      fillcolor: `theme(series-${k % 8}, 0.22)`,
      line: { width: 0, color },
      hoverinfo: 'skip',
      showlegend: !middle && name !== undefined && i === 0,
    }));
    const line = middle && {
      type: 'scatter',
      mode: x.length === 1 ? 'lines+markers' : 'lines',
      ...group,
      ...thinCurve(x, middle),
      line: { color, width: 2 },
      ...(x.length <= 20_000 && {
        customdata: Array.from(low, (v, i) => `${short(v)} … ${short(high[i]!)}`),
        hovertemplate: '%{y:.4~g} (%{customdata})<extra>' + (name === undefined ? '' : escaped(name)) + '</extra>',
      }),
    };
    return line ? [...areas, line] : areas;
  });
  const texts = read.map(({ name, middle, low, high, runs: count }) => {
    const at = (i: number) => `${middle ? `${short(middle[i]!)} ` : ''}[${short(low[i]!)}, ${short(high[i]!)}]`;
    const span = low.length === 0 ? 'no points' : `${counted(low.length, 'point')}, ${at(0)} → ${at(low.length - 1)}`;
    return `${name === undefined ? '' : `${name}: `}${count === undefined ? '' : `${counted(count, 'run')}, `}${span}`;
  });
  const layout = { ...layoutOf(options, where), ...(several && { showlegend: true }) };
  return new Figure(traces, layout, `${heading('Bands', options)}: ${texts.join('; ')}`);
}

function readBand(own: Band, spread: NonNullable<BandOptions['spread']>, where: string): ReadBand {
  if (isNamed(own)) {
    const limits = own as unknown as Record<string, Vector>;
    const unknown = Object.keys(limits).find((key) => !['low', 'high', 'middle'].includes(key));
    if (unknown !== undefined || !('low' in limits) || !('high' in limits))
      throw new TypeError(
        `${where} must be runs [runs, n] or { low, high, middle }${unknown === undefined ? '' : `; it has "${unknown}"`}`,
      );
    const [low, high] = [readVector(limits['low'], `${where}: low`), readVector(limits['high'], `${where}: high`)];
    sameLength(low, high, where, 'low and high');
    const middle = limits['middle'] === undefined ? undefined : readVector(limits['middle'], `${where}: middle`);
    if (middle) sameLength(middle, low, where, 'middle and low');
    return { low, high, middle };
  }
  const { data, shape } = readNumbers(own, where);
  if (shape.length !== 2)
    throw new RangeError(
      `${where} must be of shape [runs, n], a row for each run, got ${shapeText(shape)}; use viz.line for one curve`,
    );
  const [runs, n] = shape as [number, number];
  const [low, high, middle] = [new Float64Array(n), new Float64Array(n), new Float64Array(n)];
  for (let i = 0; i < n; i++) {
    const values = Float64Array.from({ length: runs }, (_, r) => data[r * n + i]!)
      .filter(Number.isFinite)
      .sort();
    [low[i], middle[i], high[i]] = limitsOf(values, spread) as [number, number, number];
  }
  return { low, high, middle, runs };
}

/** Low, middle and high of sorted values. */
function limitsOf(sorted: Float64Array, spread: NonNullable<BandOptions['spread']>): number[] {
  const n = sorted.length;
  if (n === 0) return [NaN, NaN, NaN];
  if (spread === 'range') return [sorted[0]!, quantile(sorted, 0.5), sorted[n - 1]!];
  if (spread === 'quartiles') return [0.25, 0.5, 0.75].map((q) => quantile(sorted, q));
  const mean = sorted.reduce((a, b) => a + b, 0) / n;
  // Of a sample: n - 1 in the denominator
  const deviation = n < 2 ? 0 : Math.sqrt(sorted.reduce((s, v) => s + (v - mean) ** 2, 0) / (n - 1));
  const reach = spread === 'error' ? deviation / Math.sqrt(n) : deviation;
  return [mean - reach, mean, mean + reach];
}

/** A quantile of sorted values, linear between neighbors. */
function quantile(sorted: Float64Array, q: number): number {
  const at = q * (sorted.length - 1);
  const [i, t] = [Math.floor(at), at % 1];
  return sorted[i]! + (t > 0 ? t * (sorted[i + 1]! - sorted[i]!) : 0);
}

/** On a logarithmic axis, limits that are not above zero end at a tenth of the least limit that is. */
function aboveZero(low: Float64Array, high: Float64Array, log: boolean): Float64Array {
  if (!log) return low;
  let least = Infinity;
  for (const list of [low, high]) for (const v of list) if (v > 0 && v < least) least = v;
  return low.map((v) => (v > 0 ? v : least / 10));
}

/** Most points along an edge of a band. */
const MOST_EDGE = 2000;

/** The outlines of a band: there and back, one for each stretch without a gap. */
function pieces(x: Float64Array, low: Float64Array, high: Float64Array): { x: Float64Array; y: Float64Array }[] {
  const found: { x: Float64Array; y: Float64Array }[] = [];
  const every = Math.ceil(x.length / MOST_EDGE) || 1;
  let stretch: number[] = [];
  const end = () => {
    if (stretch.length > 0 && found.length < 200) {
      const kept = stretch.filter((_, i) => i % every === 0 || i === stretch.length - 1);
      const back = [...kept].reverse();
      found.push({
        x: Float64Array.from([...kept, ...back], (i) => x[i]!),
        y: Float64Array.from([...kept.map((i) => high[i]!), ...back.map((i) => low[i]!)]),
      });
    }
    stretch = [];
  };
  for (let i = 0; i < x.length; i++) {
    if (Number.isFinite(low[i]! + high[i]! + x[i]!)) stretch.push(i);
    else end();
  }
  end();
  return found;
}

/** Options of {@link stem}. */
export interface StemOptions extends Omit<LineOptions, 'markers'> {
  /** Where the stems begin; 0 by default, on a logarithmic axis a tenth of the least value. */
  base?: number;
}

const STEM_OPTIONS: OptionNames<StemOptions> = {
  ...AXES_OPTIONS,
  x: true,
  start: 'number',
  base: 'number',
};

/** More stems would be one dark area. */
const MOST_STEMS = 5000;

/**
 * Draws each value as a dot on a stem: coefficients, an impulse response, a filter in one dimension.
 *
 * ```ts
 * import { viz } from 'dlnb';
 * viz.stem([1, 0.9, 0.81, 0.73, 0.66], { xLabel: 'step', yLabel: 'weight of a past gradient' });
 * ```
 * @param values [n], points [n, 2], or several by name
 * @throws TypeError or RangeError that names the values and says what is wrong with them
 */
export function stem(values: Curve | Record<string, Curve>, options: StemOptions = {}): Figure {
  const where = 'viz.stem';
  checkOptions(where, options, STEM_OPTIONS);
  const read = readCurves(values, options, where);
  const most = Math.max(...read.map(({ y }) => y.length));
  if (most > MOST_STEMS)
    throw new RangeError(`${where}: ${most} stems are more than the ${MOST_STEMS} that can be drawn; use viz.line`);
  const positive = read.flatMap(({ y }) => Array.from(y).filter((v) => v > 0));
  const base = options.base ?? (options.logY ? Math.min(...positive, 1) / 10 : 0);
  const traces = read.flatMap(({ name, x, y }, k): Trace[] => {
    const color = `theme(series-${k % 8})`;
    const group = name === undefined ? {} : { name: escaped(name), legendgroup: escaped(name) };
    const [sx, sy] = [new Float64Array(3 * x.length), new Float64Array(3 * x.length)];
    x.forEach((v, i) => {
      sx.set([v, v, NaN], 3 * i);
      sy.set(Number.isFinite(y[i]!) ? [base, y[i]!, NaN] : [NaN, NaN, NaN], 3 * i);
    });
    const trace = { type: 'scatter', ...group };
    return [
      { ...trace, mode: 'lines', x: sx, y: sy, line: { color, width: 1.5 }, hoverinfo: 'skip', showlegend: false },
      {
        ...trace,
        mode: 'markers',
        x,
        y,
        showlegend: name !== undefined,
        marker: { color, size: x.length > 60 ? 4 : 8 },
      },
    ];
  });
  const texts = read.map(({ name, y }) => `${name === undefined ? '' : `${name}: `}${counted(y.length, 'stem')}`);
  const layout = {
    ...layoutOf(options, where),
    ...(read.length > 1 && { showlegend: true }),
    ...(base !== 0 && !options.logY && { shapes: [baseLine(base)] }),
  };
  return new Figure(traces, layout, `${heading('Stems', options)}: ${texts.join('; ')}`);
}

const baseLine = (at: number) => ({
  type: 'line',
  xref: 'x domain',
  x0: 0,
  x1: 1,
  y0: at,
  y1: at,
  line: { color: 'theme(border)', width: 1 },
});

/** Options of {@link step}. */
export interface StepOptions extends Omit<LineOptions, 'markers'> {
  /** Where a value holds: from its x to the next (`after`, the default), before its x, or around it (`middle`). */
  hold?: 'after' | 'before' | 'middle';
}

const STEP_OPTIONS: OptionNames<StepOptions> = {
  ...AXES_OPTIONS,
  x: true,
  start: 'number',
  hold: ['after', 'before', 'middle'],
};

const SHAPES = { after: 'hv', before: 'vh', middle: 'hvh' };

/**
 * Draws values that hold until the next: learning rates by epoch, threshold functions, a sequence of states.
 *
 * ```ts
 * import { viz } from 'dlnb';
 * viz.step([0.1, 0.1, 0.01, 0.01, 0.001], { start: 1, logY: true, xLabel: 'epoch', yLabel: 'learning rate' });
 * ```
 * @param values [n], points [n, 2], or several by name
 * @throws TypeError or RangeError that names the values and says what is wrong with them
 */
export function step(values: Curve | Record<string, Curve>, options: StepOptions = {}): Figure {
  const where = 'viz.step';
  checkOptions(where, options, STEP_OPTIONS);
  const read = readCurves(values, options, where);
  const traces = read.map(({ name, x, y }): Trace => ({
    type: 'scatter',
    mode: y.length === 1 ? 'lines+markers' : 'lines',
    ...(name !== undefined && { name: escaped(name) }),
    ...thinCurve(x, y),
    line: { shape: SHAPES[options.hold ?? 'after'] },
  }));
  const texts = read.map(({ name, y }) => `${name === undefined ? '' : `${name}: `}${counted(y.length, 'value')}`);
  return new Figure(traces, layoutOf(options, where), `${heading('Steps', options)}: ${texts.join('; ')}`);
}
