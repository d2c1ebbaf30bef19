// What figures of several figures share: reading the extents of traces, giving each series a color of its own, lines
// that can be seen on a map of colors, and frames of several animations together.
import { extent } from './arrays.ts';
import { Figure, type Layout, type Trace } from './figure.ts';

/** Traces that fill a plane with colors. */
const FIELDS = new Set(['heatmap', 'contour', 'image']);
const SPATIAL = new Set(['scatter3d', 'surface', 'mesh3d']);

export const typeOf = (trace: Trace): string => String(trace['type'] ?? 'scatter');
export const isField = (trace: Trace): boolean => FIELDS.has(typeOf(trace));
/** Whether a trace colors all of its plane, and not lines only. */
export const fills = (trace: Trace): boolean =>
  isField(trace) &&
  !['none', 'lines'].includes(String((trace['contours'] as Layout | undefined)?.['coloring'])) &&
  (trace['contours'] as Layout | undefined)?.['type'] !== 'constraint';
export const isSpatial = (figure: Figure): boolean => figure.data.some((trace) => SPATIAL.has(typeOf(trace)));

/** @throws TypeError unless all of these are figures with one pair of axes */
export function checkFigures(figures: readonly unknown[], where: string, example: string): asserts figures is Figure[] {
  const wrong = figures.findIndex((f) => !(f instanceof Figure));
  if (figures.length === 0 || wrong >= 0)
    throw new TypeError(
      `${where}: takes figures of viz${figures.length === 0 ? ', and got none' : `; number ${wrong} is not one`}; for example ${example}`,
    );
}

/** The numbers of a trace along an axis. */
export function numbersOf(trace: Trace, axis: 'x' | 'y' | 'z'): number[] {
  const flat = (values: unknown): number[] =>
    ArrayBuffer.isView(values)
      ? Array.from(values as unknown as ArrayLike<number>)
      : Array.isArray(values)
        ? values.flatMap((v): number[] => (typeof v === 'number' ? [v] : typeof v === 'object' ? flat(v) : []))
        : [];
  return flat(trace[axis]);
}

/** The extent of traces along an axis, on a logarithmic one of the logarithms; of a map of colors with its border. */
export function spanOfTraces(traces: readonly Trace[], axis: 'x' | 'y', log = false): [number, number] | undefined {
  const spans = traces.flatMap((trace): [number, number][] => {
    if (isField(trace)) return fieldSpan(trace, axis);
    const values = numbersOf(trace, axis);
    const base = typeOf(trace) === 'bar' && (trace['orientation'] === 'h') === (axis === 'x') ? [0, ...values] : values;
    const span = extent(log ? base.map((v) => (v > 0 ? Math.log10(v) : NaN)) : base);
    return span ? [span] : [];
  });
  return spans.length > 0
    ? [Math.min(...spans.map(([low]) => low)), Math.max(...spans.map(([, high]) => high))]
    : undefined;
}

function fieldSpan(trace: Trace, axis: 'x' | 'y'): [number, number][] {
  const rows = (trace['z'] ?? []) as readonly ArrayLike<unknown>[];
  const n = axis === 'y' ? rows.length : (rows[0]?.length ?? 0);
  if (n === 0) return [];
  const given = numbersOf(trace, axis);
  const [first, step] = [`${axis}0`, `d${axis}`].map((key) => trace[key]) as [number | undefined, number | undefined];
  const [low, high] = extent(given) ?? [first ?? 0, (first ?? 0) + (step ?? 1) * (n - 1)];
  const half = typeOf(trace) === 'contour' ? 0 : n > 1 ? (high - low) / (n - 1) / 2 : 0.5;
  return [[low - half, high + half]];
}

/**
 * Gives series without a color one by their number, so that series of several figures differ. Lines that have the color
 * of a series already, as those of bands and stems, count: what comes after them gets another one.
 */
export function colored(traces: readonly Trace[], from = 0): { traces: Trace[]; next: number } {
  let next = from;
  const result = traces.map((trace) => {
    if (isField(trace) || SPATIAL.has(typeOf(trace))) return trace;
    const [line, marker] = [trace['line'], trace['marker']] as (Layout | undefined)[];
    if (line?.['color'] !== undefined || marker?.['color'] !== undefined) {
      const series = /^theme\(series-(\d)\)$/.exec(String(line?.['color']))?.[1];
      if (series !== undefined) next = Math.max(next, Number(series) + 1);
      return trace;
    }
    const color = `theme(series-${next++ % 8})`;
    const isBar = typeOf(trace) === 'bar';
    return { ...trace, marker: { ...marker, color }, ...(!isBar && { line: { ...line, color } }) };
  });
  return { traces: result, next };
}

/** A wider line in the color of the page under a line, so that it can be seen on a map of colors; or undefined. */
export function casingOf(trace: Trace): Trace | undefined {
  if (typeOf(trace) !== 'scatter' || !String(trace['mode'] ?? 'lines').includes('lines')) return undefined;
  const line = (trace['line'] ?? {}) as Layout;
  const width = typeof line['width'] === 'number' ? line['width'] : 2;
  if (width === 0) return undefined;
  return {
    ...{ type: 'scatter', mode: 'lines', x: trace['x'], y: trace['y'] },
    line: { ...line, color: 'theme(background, 0.85)', width: width + 3 },
    ...{ hoverinfo: 'skip', showlegend: false },
  };
}

/** The traces with a {@link casingOf} before each line. With a rim plotly would list a line without a name: `trace 2`. */
export const cased = (traces: readonly Trace[]): Trace[] =>
  traces.flatMap((trace) => {
    const casing = casingOf(trace);
    const isNameless = trace['name'] === undefined && trace['showlegend'] === undefined;
    return casing ? [casing, isNameless ? { ...trace, showlegend: false } : trace] : [trace];
  });

/** A part of a composed figure: where its traces are in it, and its frames. */
export interface Part {
  /** Number of its first trace in the whole. */
  first: number;
  frames: readonly object[];
}

interface Frame {
  name?: unknown;
  data?: Trace[];
  traces?: number[];
}

/**
 * The frames of several animations as one: they run together, and the shorter ones rest at their end.
 * @param change what is done to each trace of part k
 */
export function joinedFrames(parts: readonly Part[], change: (trace: Trace, k: number) => Trace): object[] {
  const length = Math.max(0, ...parts.map(({ frames }) => frames.length));
  return Array.from({ length }, (_, i) => {
    const frame: Required<Frame> = { name: '', data: [], traces: [] };
    for (const [k, { first, frames }] of parts.entries()) {
      const own = frames[Math.min(i, frames.length - 1)] as Frame | undefined;
      if (!own) continue;
      if (frames.length === length) frame.name ||= own.name;
      frame.data.push(...(own.data ?? []).map((trace) => change(trace, k)));
      frame.traces.push(...(own.traces ?? (own.data ?? []).map((_, t) => t)).map((t) => first + t));
    }
    return { ...frame, name: String(frame.name) };
  });
}
