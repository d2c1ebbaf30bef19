// Traces that plotly counts first, as the traces that show the result: histograms as bars and heat maps.
import { isRecord } from '../../../wire/fields.ts';
import { niceStep } from './axis.ts';
import { field, listOf, numberOf, type Trace } from './values.ts';

/** The trace, or the one that shows its counts. */
export function counted(trace: Trace): Trace {
  if (trace['type'] === 'histogram') return histogram(trace);
  if (trace['type'] === 'histogram2d') return { ...plane(trace), type: 'heatmap' };
  if (trace['type'] === 'histogram2dcontour') return { ...plane(trace), type: 'contour' };
  return trace;
}

function histogram(trace: Trace): Trace {
  const across = trace['orientation'] === 'h' || (listOf(trace['x']) === undefined && listOf(trace['y']) !== undefined);
  const values = listOf(trace[across ? 'y' : 'x']) ?? [];
  const { places, counts, width } = countsOf(values, trace, across ? 'y' : 'x');
  const all = counts.reduce((a, b) => a + b, 0) || 1;
  const scale = {
    percent: 100 / all,
    probability: 1 / all,
    density: 1 / (width ?? 1),
    'probability density': 1 / (all * (width ?? 1)),
  };
  const factor = scale[String(trace['histnorm']) as keyof typeof scale] ?? 1;
  let sum = 0;
  const cumulative = field(trace, 'cumulative', 'enabled') === true;
  const heights = counts.map((n) => (cumulative ? (sum += n) : n) * factor);
  const { x: _x, y: _y, text: _text, ...rest } = trace;
  return {
    ...rest,
    type: 'bar',
    ...(across ? { y: places, x: heights, orientation: 'h' } : { x: places, y: heights }),
    ...(width !== undefined && { width }),
    counted: true,
  };
}

/** Numbers in bins; other values by name. */
function countsOf(
  values: readonly unknown[],
  trace: Trace,
  axis: 'x' | 'y',
): { places: unknown[]; counts: number[]; width?: number } {
  const numbers = values.map(numberOf).filter(Number.isFinite);
  if (numbers.length === 0) {
    const counts = new Map<string, number>();
    for (const v of values) if (v !== null && v !== undefined) counts.set(String(v), (counts.get(String(v)) ?? 0) + 1);
    return { places: [...counts.keys()], counts: [...counts.values()] };
  }
  const { start, size, count } = bins(numbers, trace, axis);
  const counts = new Array<number>(count).fill(0);
  for (const v of numbers) {
    const bin = Math.floor((v - start) / size + 1e-9);
    if (bin >= 0 && bin < count) counts[bin]!++;
    else if (bin === count && Math.abs(v - start - size * count) < size * 1e-9) counts[count - 1]!++;
  }
  return { places: counts.map((_, i) => start + (i + 0.5) * size), counts, width: size };
}

function bins(numbers: readonly number[], trace: Trace, axis: 'x' | 'y') {
  let [low, high] = [Infinity, -Infinity];
  for (const v of numbers) [low, high] = [Math.min(low, v), Math.max(high, v)];
  const stated = trace[`${axis}bins`];
  const own = isRecord(stated) ? stated : {};
  const wanted =
    typeof trace[`nbins${axis}`] === 'number' && (trace[`nbins${axis}`] as number) > 0
      ? (trace[`nbins${axis}`] as number)
      : Math.max(4, Math.min(60, Math.ceil(Math.sqrt(numbers.length))));
  let size = numberOf(own['size']);
  if (!(size > 0)) size = low === high ? 1 : niceStep((high - low) / wanted);
  const start = typeof own['start'] === 'number' ? own['start'] : Math.floor(low / size) * size;
  const end = typeof own['end'] === 'number' ? own['end'] : high;
  return {
    start,
    size,
    count: Math.max(1, Math.min(1000, Math.ceil((end - start) / size + (own['end'] === undefined ? 1e-9 : 0)) || 1)),
  };
}

function plane(trace: Trace): Trace {
  const [xs, ys] = [(listOf(trace['x']) ?? []).map(numberOf), (listOf(trace['y']) ?? []).map(numberOf)];
  const pairs = xs
    .map((x, i) => [x, ys[i] ?? NaN] as const)
    .filter(([x, y]) => Number.isFinite(x) && Number.isFinite(y));
  if (pairs.length === 0) return { ...trace, x: [], y: [], z: [] };
  const across = bins(
    pairs.map(([x]) => x),
    trace,
    'x',
  );
  const up = bins(
    pairs.map(([, y]) => y),
    trace,
    'y',
  );
  const z = Array.from({ length: up.count }, () => new Array<number>(across.count).fill(0));
  const at = (v: number, { start, size, count }: typeof up) =>
    Math.max(0, Math.min(count - 1, Math.floor((v - start) / size)));
  for (const [x, y] of pairs) z[at(y, up)]![at(x, across)]!++;
  const middles = ({ start, size, count }: typeof up) =>
    Array.from({ length: count }, (_, i) => start + (i + 0.5) * size);
  return { ...trace, x: middles(across), y: middles(up), z };
}
