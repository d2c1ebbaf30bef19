// From the payload of an output to a figure that is safe to draw: checks its shape and size, drops what would load
// something from outside, and chooses the plotly bundle. No DOM, no plotly.
import { isRecord, PayloadError } from '../../kernel/wire/fields.ts';
import type { PlotlyFigure } from '../../kernel/wire/plotly.ts';

export type PlainObject = { [key: string]: unknown };

/** A checked figure. */
export interface Figure {
  data: PlainObject[];
  layout: PlainObject;
  config: PlainObject;
  frames: PlainObject[];
  /** The plotly bundle that draws it. */
  bundle: 'cartesian' | 'gl3d';
}

/** Limits of what is drawn; beyond them the page would freeze. */
export const LIMITS = { bytes: 64 * 2 ** 20, traces: 1000, values: 4_000_000, depth: 16, pixels: 4000 };

const SPATIAL = new Set(['scatter3d', 'surface', 'mesh3d', 'cone', 'streamtube', 'isosurface', 'volume']);
// prettier-ignore
const FLAT = new Set([
  'scatter', 'bar', 'box', 'contour', 'heatmap', 'histogram', 'histogram2d', 'histogram2dcontour',
  'image', 'pie', 'scatterternary', 'violin',
]);
/** Types of plotly's larger bundles, and the plain types that draw the same picture more slowly. */
const TWINS: { [type: string]: string } = { scattergl: 'scatter', heatmapgl: 'heatmap' };
/** Options that a figure may set. The others reach outside, or are set by the renderer. */
// prettier-ignore
const CONFIG = new Set([
  'displayModeBar', 'doubleClick', 'editSelection', 'locale', 'modeBarButtonsToRemove',
  'scrollZoom', 'showAxisDragHandles', 'showAxisRangeEntryBoxes', 'showTips', 'staticPlot',
]);

/**
 * Checks an output's payload.
 * @throws PayloadError that says what is wrong
 */
export function checkFigure(payload: unknown): Figure {
  if (!isRecord(payload)) throw new PayloadError('a figure is an object with data and layout');
  const { data, layout = {}, config = {}, frames = [] } = payload as Partial<Record<keyof PlotlyFigure, unknown>>;
  if (!Array.isArray(data)) {
    throw new PayloadError(`data must be an array of traces, got ${describe(data)}`, 'Call plot([{ y: [1, 2, 3] }]).');
  }
  if (data.length > LIMITS.traces) {
    throw new PayloadError(
      `${data.length} traces are more than the ${LIMITS.traces} that can be drawn`,
      'Join traces, with null between the pieces of a line.',
    );
  }
  data.forEach((trace, i) => {
    if (!isRecord(trace)) throw new PayloadError(`data[${i}] must be an object (a trace), got ${describe(trace)}`);
  });
  if (!isRecord(layout)) throw new PayloadError(`layout must be an object, got ${describe(layout)}`);
  if (!isRecord(config)) throw new PayloadError(`config must be an object, got ${describe(config)}`);
  if (!Array.isArray(frames) || !frames.every(isRecord)) throw new PayloadError('frames must be an array of objects');
  const budget = { values: LIMITS.values };
  const clean = (value: unknown, path: string) => sanitize(value, path, 0, budget);
  const figure = {
    data: (clean(data, 'data') as PlainObject[]).map(withKnownType),
    layout: clean(layout, 'layout') as PlainObject,
    config: clean(pick(config, CONFIG), 'config') as PlainObject,
    frames: clean(frames, 'frames') as PlainObject[],
  };
  for (const side of ['width', 'height']) {
    const pixels = figure.layout[side];
    if (pixels === undefined) continue;
    if (typeof pixels !== 'number' || !(pixels >= 10 && pixels <= LIMITS.pixels)) {
      throw new PayloadError(
        `layout.${side} must be a number of pixels from 10 to ${LIMITS.pixels}, got ${describe(pixels)}`,
      );
    }
  }
  return { ...figure, bundle: bundleFor(figure.data) };
}

/** The bundle that draws all of these traces. */
function bundleFor(data: readonly PlainObject[]): Figure['bundle'] {
  const types = data.map((trace) => String(trace['type'] ?? 'scatter'));
  const unknown = types.find((type) => !SPATIAL.has(type) && !FLAT.has(type));
  if (unknown !== undefined) {
    throw new PayloadError(`there is no trace type "${unknown}" here`, `Known: ${[...FLAT, ...SPATIAL].join(', ')}.`);
  }
  if (!types.some((type) => SPATIAL.has(type))) return 'cartesian';
  const flat = types.find((type) => FLAT.has(type) && type !== 'scatter');
  if (flat !== undefined) {
    throw new PayloadError(`"${flat}" and 3-D traces cannot stand in one figure`, 'Draw them as two figures.');
  }
  return 'gl3d';
}

/** The trace with a type that the bundles have. */
function withKnownType(trace: PlainObject): PlainObject {
  const twin =
    typeof trace['type'] === 'string' && Object.hasOwn(TWINS, trace['type']) ? TWINS[trace['type']] : undefined;
  return twin === undefined ? trace : { ...trace, type: twin };
}

/**
 * A deep copy without anything that could reach outside the page or into prototypes. Values are counted against the
 * budget, and a title given as text becomes the object that plotly needs since version 3.
 */
function sanitize(value: unknown, path: string, depth: number, budget: { values: number }): unknown {
  if (depth > LIMITS.depth) throw new PayloadError(`${path} is nested more than ${LIMITS.depth} levels deep`);
  if (Array.isArray(value)) {
    budget.values -= value.length;
    if (budget.values < 0) throw tooMany();
    return value.map((v, i) =>
      typeof v === 'object' && v !== null ? sanitize(v, `${path}[${i}]`, depth + 1, budget) : v,
    );
  }
  if (!isRecord(value)) return value;
  if ('bdata' in value || 'dtype' in value) return packedArray(value, path, budget);
  const copy: PlainObject = {};
  for (const [key, v] of Object.entries(value)) {
    if (key === '__proto__' || key === 'constructor' || key === 'prototype') continue;
    if (reachesOutside(key, v)) continue;
    copy[key] =
      key === 'title' && typeof v === 'string' ? { text: v } : sanitize(v, `${path}.${key}`, depth + 1, budget);
  }
  return copy;
}

/** A typed array as plotly packs it: `{ dtype, bdata (base64), shape? }`. */
function packedArray(value: PlainObject, path: string, budget: { values: number }): PlainObject {
  const { dtype, bdata, shape } = value;
  const size = { i1: 1, u1: 1, u1c: 1, i2: 2, u2: 2, i4: 4, u4: 4, f4: 4, f8: 8 }[String(dtype)];
  if (size === undefined || typeof bdata !== 'string' || !/^[A-Za-z0-9+/]*={0,2}$/.test(bdata)) {
    throw new PayloadError(`${path} is not a packed array: dtype must be i1 … f8 and bdata base64 text`);
  }
  const bytes = Math.floor((bdata.length * 3) / 4) - (bdata.endsWith('==') ? 2 : bdata.endsWith('=') ? 1 : 0);
  const dimensions = shape === undefined ? [bytes / size] : String(shape).split(',').map(Number);
  const count = dimensions.reduce((a, b) => a * b, 1);
  if (!dimensions.every(Number.isInteger) || dimensions.length > 3 || count * size !== bytes) {
    throw new PayloadError(
      `${path}: shape ${String(shape)} of ${String(dtype)} does not fit the ${bytes} bytes of bdata`,
    );
  }
  budget.values -= count;
  if (budget.values < 0) throw tooMany();
  return shape === undefined ? { dtype, bdata } : { dtype, bdata, shape: dimensions.join(', ') };
}

/** Whether it would load an image or the like: a figure may hold images only as data. */
function reachesOutside(key: string, value: unknown): boolean {
  if (/(^|[.\]])(source|src|topojsonURL|plotlyServerURL)$/i.test(key)) {
    const inside = /^data:image\/(png|jpeg|gif|webp);base64,[A-Za-z0-9+/=\s]*$/i;
    const all = Array.isArray(value) ? value : [value];
    return all.some((v) => typeof v === 'string' && !inside.test(v));
  }
  return typeof value === 'string' && /\burl\s*\(/i.test(value);
}

const tooMany = () =>
  new PayloadError(
    `the figure holds more than ${LIMITS.values} values`,
    'Draw fewer points: every k-th one, or a histogram.',
  );

function pick(from: PlainObject, keys: ReadonlySet<string>): PlainObject {
  return Object.fromEntries(Object.entries(from).filter(([key]) => keys.has(key)));
}

function describe(value: unknown): string {
  if (value === null || value === undefined || typeof value === 'boolean' || typeof value === 'number')
    return String(value);
  if (typeof value === 'string') return JSON.stringify(value.slice(0, 40));
  return Array.isArray(value) ? 'an array' : 'an object';
}
