// Fields of values over a plane, as pixels: heat maps, contours, images.
import { dataUrl } from '../../png.ts';
import { el, label, n, paintOf } from '../../svg.ts';
import { coordinate, placed, unplaced, type Axis } from './axis.ts';
import { near, rectOf, span, type Plane } from './plane.ts';
import { colorRange, field, lineOf, listOf, matrixOf, numberOf, rampOf, type Trace } from './values.ts';

/** Pixels of the field for each pixel of the drawing. */
const RATIO = 2;

/** A grid of values with the coordinates of its columns and rows. */
interface Grid {
  z: number[][];
  x: number[];
  y: number[];
}

/** The values that a field has on the axes, before these are known. */
export function fieldLists(trace: Trace): { x: unknown[]; y: unknown[] } {
  const z = matrixOf(trace['z']);
  const along = (axis: 'x' | 'y', count: number) => {
    const list = listOf(trace[axis]);
    if (list && list.length >= count && count > 0) return list;
    const [from, step] = [numberOf(trace[`${axis}0`] ?? 0), numberOf(trace[`d${axis}`] ?? 1)];
    return Array.from({ length: count }, (_, i) => from + i * step);
  };
  return { x: along('x', Math.max(0, ...z.map((row) => row.length))), y: along('y', z.length) };
}

function gridOf(trace: Trace, { x, y }: Plane): Grid {
  const lists = fieldLists(trace);
  return { z: matrixOf(trace['z']), x: lists.x.map((v) => coordinate(x, v)), y: lists.y.map((v) => coordinate(y, v)) };
}

/** Borders between cells: the middles between their coordinates, or the coordinates themselves if one more is given. */
function borders(places: readonly number[], cells: number): number[] {
  if (places.length === cells + 1) return [...places];
  if (cells === 1) return [places[0]! - 0.5, places[0]! + 0.5];
  const inner = places.slice(1, cells).map((v, i) => (v + places[i]!) / 2);
  return [2 * places[0]! - inner[0]!, ...inner, 2 * places[cells - 1]! - inner.at(-1)!];
}

/** The part of the axes that a field covers. */
export function fieldSpan(trace: Trace, plane: Plane) {
  const { z, x, y } = gridOf(trace, plane);
  const columns = Math.max(0, ...z.map((row) => row.length));
  if (z.length === 0 || columns === 0) return { x: undefined, y: undefined };
  if (trace['type'] === 'contour') return { x: span(x), y: span(y) };
  return { x: span(borders(x, columns)), y: span(borders(y, z.length)) };
}

/** Finite values of a field. */
export function* valuesOf(trace: Trace): Iterable<number> {
  for (const row of matrixOf(trace['z'])) yield* row;
}

export const fieldRange = (trace: Trace): [number, number] =>
  colorRange(valuesOf(trace), trace['zauto'] === true ? undefined : trace['zmin'], trace['zmax'], trace['zmid']);

/** For each pixel along an axis, where it is between the given places: an index with its fraction; NaN outside. */
function lookup(axis: Axis, pixels: number, places: readonly number[]): Float64Array {
  const [from, to] = axis.ends;
  const up = places.length < 2 || places.at(-1)! >= places[0]!;
  return Float64Array.from({ length: pixels }, (_, p) => {
    const at = unplaced(axis, from + ((p + 0.5) / pixels) * (to - from));
    // Places are few beside pixels: a search by halves
    let [low, high] = [0, places.length - 1];
    if (up ? at < places[low]! || at > places[high]! : at > places[low]! || at < places[high]!) return NaN;
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if (up ? places[middle]! <= at : places[middle]! >= at) low = middle;
      else high = middle;
    }
    const width = places[high]! - places[low]!;
    return low + (width === 0 ? 0 : (at - places[low]!) / width);
  });
}

type PixelOf = (value: number) => number;

/** Paints the area of a plane. `at` gives the value at a column and a row, each with a fraction. */
function raster(
  plane: Plane,
  columns: Float64Array,
  rows: Float64Array,
  at: (c: number, r: number) => number,
  pixel: PixelOf,
): string {
  const { left, top, width, height } = rectOf(plane);
  const [w, h] = [columns.length, rows.length];
  const pixels = new Uint32Array(w * h);
  for (let y = 0; y < h; y++) {
    // Rows go up, pixels go down
    const r = rows[h - 1 - y]!;
    if (Number.isNaN(r)) continue;
    for (let x = 0; x < w; x++) {
      const c = columns[x]!;
      if (!Number.isNaN(c)) pixels[y * w + x] = pixel(at(c, r));
    }
  }
  return el('image', {
    x: left,
    y: top,
    width,
    height,
    preserveAspectRatio: 'none',
    'image-rendering': 'optimizeSpeed',
    href: dataUrl(pixels, w, h),
  });
}

function smooth(z: readonly number[][]): (c: number, r: number) => number {
  return (c, r) => {
    const [i, j] = [Math.floor(c), Math.floor(r)];
    const [u, v] = [c - i, r - j];
    const value = (row: number, column: number) =>
      z[Math.min(row, z.length - 1)]![column] ?? z[Math.min(row, z.length - 1)]!.at(-1)!;
    const below = value(j, i) * (1 - u) + (u > 0 ? value(j, i + 1) * u : 0);
    return v > 0 ? below * (1 - v) + (value(j + 1, i) * (1 - u) + (u > 0 ? value(j + 1, i + 1) * u : 0)) * v : below;
  };
}

const opaque = ([r, g, b]: readonly [number, number, number], opacity = 1): number =>
  ((Math.round(opacity * 255) << 24) | (b << 16) | (g << 8) | r) >>> 0;

const pixelsAlong = (length: number) => Math.max(1, Math.min(2000, Math.round(Math.abs(length) * RATIO)));

/** A heat map. Values that are not finite are left out. */
export function drawHeat(trace: Trace, plane: Plane): string {
  const grid = gridOf(trace, plane);
  const columns = Math.max(0, ...grid.z.map((row) => row.length));
  if (columns === 0) return '';
  const [low, high] = fieldRange(trace);
  const ramp = rampOf(trace['colorscale'], trace['reversescale']);
  const colors = Array.from({ length: 256 }, (_, i) => opaque(ramp(i / 255)));
  const pixel = (v: number) =>
    Number.isFinite(v) ? colors[Math.round(Math.max(0, Math.min(1, (v - low) / (high - low))) * 255)]! : 0;
  const { width, height } = rectOf(plane);
  const [w, h] = [pixelsAlong(width), pixelsAlong(height)];
  const best = trace['zsmooth'] === 'best' && grid.z.length > 1 && columns > 1;
  const image = best
    ? raster(
        plane,
        lookup(plane.x, w, grid.x.slice(0, columns)),
        lookup(plane.y, h, grid.y.slice(0, grid.z.length)),
        smooth(grid.z),
        pixel,
      )
    : raster(
        plane,
        lookup(plane.x, w, borders(grid.x, columns)),
        lookup(plane.y, h, borders(grid.y, grid.z.length)),
        (c, r) => grid.z[Math.min(Math.floor(r), grid.z.length - 1)]![Math.min(Math.floor(c), columns - 1)] ?? NaN,
        pixel,
      );
  const opacity = numberOf(trace['opacity'] ?? 1);
  const body = opacity < 1 ? el('g', { opacity }, image) : image;
  return (
    body +
    gaps(trace, plane, grid, columns) +
    cellTexts(trace, plane, grid, columns, (v) => ramp((v - low) / (high - low)))
  );
}

/** White lines between cells. */
function gaps(trace: Trace, plane: Plane, grid: Grid, columns: number): string {
  const wide = numberOf(trace['xgap']) || numberOf(trace['ygap']);
  if (!(wide > 0) || columns > 100 || grid.z.length > 100) return '';
  const { left, top, width, height } = rectOf(plane);
  const across = borders(grid.x, columns)
    .slice(1, -1)
    .map((v) => `M${n(placed(plane.x, v))} ${n(top)}v${n(height)}`);
  const down = borders(grid.y, grid.z.length)
    .slice(1, -1)
    .map((v) => `M${n(left)} ${n(placed(plane.y, v))}h${n(width)}`);
  return el('path', { d: [...across, ...down].join(''), stroke: '#fff', 'stroke-width': wide, fill: 'none' });
}

function cellTexts(
  trace: Trace,
  plane: Plane,
  grid: Grid,
  columns: number,
  colorOf: (v: number) => [number, number, number],
): string {
  const template = trace['texttemplate'];
  if (typeof template !== 'string' || columns * grid.z.length > 1600) return '';
  const texts = listOf(trace['text'])?.map((row) => listOf(row) ?? []);
  const room = Math.abs(placed(plane.x, 1) - placed(plane.x, 0));
  let body = '';
  grid.z.forEach((row, r) =>
    row.forEach((value, c) => {
      const text = template
        .replace('%{text}', String(texts?.[r]?.[c] ?? ''))
        .replace(/%\{z(:[^}]*)?\}/, String(Number(value.toPrecision(4))));
      const lines = text.split(/<br\s*\/?>/i).map(lineOf);
      const [red, green, blue] = Number.isFinite(value) ? colorOf(value) : [255, 255, 255];
      const ink = 0.299 * red + 0.587 * green + 0.114 * blue > 140 ? '#222' : '#fff';
      const [x, y] = [placed(plane.x, grid.x[c]!), placed(plane.y, grid.y[r]!)];
      const size = Math.max(7, Math.min(11, (room / Math.max(1, ...lines.map((l) => l.length))) * 1.5));
      lines.forEach((line, i) => {
        const style = { size: i === 0 ? size : size * 0.85, fill: ink, anchor: 'middle' as const };
        body += label(x, y + 4 + (i - (lines.length - 1) / 2) * (size + 2), line, style);
      });
    }),
  );
  return body;
}

/** Contours: filled, as lines, or the region beyond a limit. */
export function drawContour(trace: Trace, plane: Plane): string {
  const grid = gridOf(trace, plane);
  const columns = Math.max(0, ...grid.z.map((row) => row.length));
  if (columns < 2 || grid.z.length < 2) return '';
  const contours = trace['contours'];
  const line = field(trace, 'line');
  const width = numberOf(field(line, 'width') ?? (field(contours, 'coloring') === 'heatmap' ? 0.5 : 0.5));
  const opacity = numberOf(trace['opacity'] ?? 1);
  const at = smooth(grid.z);
  const { width: w, height: h } = rectOf(plane);
  const [cs, rs] = [
    lookup(plane.x, pixelsAlong(w), grid.x.slice(0, columns)),
    lookup(plane.y, pixelsAlong(h), grid.y.slice(0, grid.z.length)),
  ];
  if (field(contours, 'type') === 'constraint') {
    const limit = numberOf(listOf(field(contours, 'value'))?.[0] ?? field(contours, 'value') ?? 0);
    const below = String(field(contours, 'operation') ?? '').startsWith('<');
    const fill = paintOf(trace['fillcolor'], '#1668b8');
    const { r, g, b } = rgbOf(fill.color);
    // Plotly fills the region that the constraint excludes
    const inside = (v: number) => (below ? v >= limit : v <= limit);
    const image = raster(plane, cs, rs, at, (v) => (inside(v) ? opaque([r, g, b], fill.opacity) : 0));
    return image + levelLine(grid, plane, limit, line, width || 1);
  }
  const [low, high] = fieldRange(trace);
  const ramp = rampOf(trace['colorscale'], trace['reversescale']);
  const levels = levelsOf(trace, low, high);
  const coloring = String(field(contours, 'coloring') ?? 'fill');
  let body = '';
  if (coloring === 'fill' || coloring === 'heatmap') {
    const banded = (v: number) => {
      const band = levels.findIndex((level) => v < level);
      const i = band < 0 ? levels.length : band;
      return levels.length < 2
        ? 0.5
        : Math.max(0, Math.min(1, (levels[0]! + (i - 0.5) * (levels[1]! - levels[0]!) - low) / (high - low)));
    };
    const share = coloring === 'fill' ? banded : (v: number) => Math.max(0, Math.min(1, (v - low) / (high - low)));
    body = raster(plane, cs, rs, at, (v) => (Number.isFinite(v) ? opaque(ramp(share(v))) : 0));
  }
  const showLines = coloring === 'lines' || coloring === 'none' || field(contours, 'showlines') !== false;
  if (showLines)
    for (const level of levels) {
      const own = coloring === 'lines' ? { color: `rgb(${ramp((level - low) / (high - low)).join(',')})` } : line;
      body += levelLine(grid, plane, level, own, coloring === 'lines' ? Math.max(1.5, width) : width);
    }
  return opacity < 1 ? el('g', { opacity }, body) : body;
}

export function levelsOf(trace: Trace, low: number, high: number): number[] {
  const contours = trace['contours'];
  const [start, end, size] = ['start', 'end', 'size'].map((key) => numberOf(field(contours, key)));
  if (Number.isFinite(start) && Number.isFinite(end) && size! > 0)
    return Array.from(
      { length: Math.min(100, Math.floor((end! - start!) / size! + 1e-9) + 1) },
      (_, i) => start! + i * size!,
    );
  const count = Math.max(2, Math.min(60, numberOf(trace['ncontours']) || 15));
  const least = (high - low) / count;
  const power = 10 ** Math.floor(Math.log10(least));
  const step = ([1, 2, 5].find((f) => f * power >= least) ?? 10) * power;
  const first = Math.ceil(low / step + 1e-9);
  return Array.from(
    { length: Math.max(0, Math.min(100, Math.floor(high / step - 1e-9) - first + 1)) },
    (_, i) => (first + i) * step,
  );
}

/** The line at which values cross a level: pieces of marching squares. */
function levelLine({ z, x, y }: Grid, plane: Plane, level: number, line: unknown, width: number): string {
  if (!(width > 0)) return '';
  const { color, opacity } = paintOf(field(line, 'color'), '#444444');
  let d = '';
  const [px, py] = [x.map((v) => near(placed(plane.x, v))), y.map((v) => near(placed(plane.y, v)))];
  for (let r = 0; r + 1 < z.length; r++)
    for (let c = 0; c + 1 < (z[r]?.length ?? 0); c++) {
      const corners = [z[r]![c]!, z[r]![c + 1]!, z[r + 1]![c + 1]!, z[r + 1]![c]!];
      if (!corners.every(Number.isFinite)) continue;
      const [xs, ys] = [
        [px[c]!, px[c + 1]!, px[c + 1]!, px[c]!],
        [py[r]!, py[r]!, py[r + 1]!, py[r + 1]!],
      ];
      const points: string[] = [];
      for (let k = 0; k < 4; k++) {
        const [a, b] = [corners[k]!, corners[(k + 1) % 4]!];
        if (a < level === b < level) continue;
        const t = (level - a) / (b - a);
        points.push(`${n(xs[k]! + t * (xs[(k + 1) % 4]! - xs[k]!))} ${n(ys[k]! + t * (ys[(k + 1) % 4]! - ys[k]!))}`);
      }
      for (let k = 0; k + 1 < points.length; k += 2) d += `M${points[k]}L${points[k + 1]}`;
    }
  return (
    d &&
    el('path', {
      d,
      fill: 'none',
      stroke: color,
      'stroke-opacity': opacity < 1 ? opacity : undefined,
      'stroke-width': Math.min(6, width),
      'stroke-linecap': 'round',
    })
  );
}

function rgbOf(color: string): { r: number; g: number; b: number } {
  const [r, g, b] = /^rgb/.test(color)
    ? color.match(/\d+/g)!.map(Number)
    : [16, 8, 0].map((s) => (parseInt(color.slice(1), 16) >> s) & 255);
  return { r: r || 0, g: g || 0, b: b || 0 };
}

/** Columns and rows of a picture that is a PNG file in a data URL; undefined for another. */
export function sizeOfFile(trace: Trace): { columns: number; rows: number } | undefined {
  const source = trace['source'];
  if (typeof source !== 'string' || !source.startsWith('data:image/png;base64,')) return undefined;
  // Width and height stand behind the signature, and the length and type of the first chunk
  const head = Buffer.from(source.slice(22, 22 + 44), 'base64');
  return head.length < 24 ? undefined : { columns: head.readUInt32BE(16), rows: head.readUInt32BE(20) };
}

/** A picture of red, green and blue from 0 to 255 for each place, or a file; its rows go down. */
export function drawImageTrace(trace: Trace, plane: Plane): string {
  const file = sizeOfFile(trace);
  if (file) return pictureAt(plane, file, String(trace['source']));
  const rows = (listOf(trace['z']) ?? []).map((row) => (listOf(row) ?? []).map((p) => (listOf(p) ?? []).map(numberOf)));
  const columns = Math.max(0, ...rows.map((row) => row.length));
  if (columns === 0) return '';
  const pixels = new Uint32Array(columns * rows.length);
  rows.forEach((row, r) =>
    row.forEach(
      ([red = 0, green = 0, blue = 0], c) => (pixels[r * columns + c] = opaque([red & 255, green & 255, blue & 255])),
    ),
  );
  return pictureAt(plane, { columns, rows: rows.length }, dataUrl(pixels, columns, rows.length));
}

/** A picture with a pixel at each whole number of both axes, from 0 on. */
function pictureAt(plane: Plane, { columns, rows }: { columns: number; rows: number }, href: string): string {
  const [x0, x1] = [placed(plane.x, -0.5), placed(plane.x, columns - 0.5)];
  const [y0, y1] = [placed(plane.y, -0.5), placed(plane.y, rows - 0.5)];
  const box = { x: Math.min(x0, x1), y: Math.min(y0, y1), width: Math.abs(x1 - x0), height: Math.abs(y1 - y0) };
  return el('image', { ...box, preserveAspectRatio: 'none', 'image-rendering': 'optimizeSpeed', href });
}
