// viz.images: pictures side by side, with captions, boxes and masks.
import { Unread, valuesNow } from '../../outputs/tensor/read.ts';
import { isTensor } from '../../outputs/tensor/values.ts';
import { checkOptions, shown, type OptionNames } from '../options.ts';
import { isArrayLike, shapeText } from '../shape.ts';
import { classColor } from './colors.ts';
import { pngUrl } from './png.ts';
import { counted, escaped, Figure, heading, short, type Layout, type Trace } from './figure.ts';
import type { TensorValues } from './arrays.ts';

/** A box of a detection, in pixels of its picture: the corner at the upper left, and the corner opposite to it. */
export interface ImageBox {
  /** `[x1, y1, x2, y2]`. */
  box: readonly [number, number, number, number];
  /** What it shows. */
  label?: string;
  /** How sure the detector is, from 0 to 1. */
  score?: number;
  /** Whether it is right: its frame is then green or red; else it has the color of its label. */
  right?: boolean;
}

/** A caption: a text, or a text that is right or wrong. */
export type Caption = string | { text: string; right?: boolean };

/** Pictures: [h, w], [h, w, channels] or [n, h, w], [n, h, w, channels], or what generators of `data` return. */
export type Images =
  TensorValues | readonly unknown[] | { readonly images: ArrayLike<number>; readonly shape: readonly number[] };

/** Options of {@link images}. */
export interface ImageGridOptions {
  title?: string;
  /** A text below each picture; green or red if it says whether it is right. */
  captions?: readonly Caption[];
  /** Pictures in a row; by default as many as make the whole about twice as wide as high. */
  columns?: number;
  /** Pixels between the pictures, of the pictures; by default an eighth of their width, and room for the captions. */
  border?: number;
  /** Boxes on each picture, `[n]` lists. */
  boxes?: readonly (readonly ImageBox[])[];
  /** Class of each pixel, [n, h, w], 0 for what is no object; laid over the pictures. */
  masks?: Images;
  /** Names of the classes of masks, from 1 on; or of labels. */
  classNames?: readonly string[];
  /** The numbers that are black and white, `[low, high]`; by default 0 and 1, or 255 for larger numbers. */
  range?: readonly [number, number];
  /** Most pictures that are shown; 100 by default. The others are counted. */
  most?: number;
  /** Width of a picture in the output, in pixels; by default what fits. */
  size?: number;
}

const IMAGE_GRID_OPTIONS: OptionNames<ImageGridOptions> = {
  title: 'text',
  captions: true,
  columns: 'number',
  border: 'number',
  boxes: true,
  masks: true,
  classNames: true,
  range: true,
  most: 'number',
  size: 'number',
};

/** Pixels of pictures in one figure; larger pictures are drawn smaller. */
const MOST_PIXELS = 1_000_000;
/** Widest pictures that may stand beside another output of the same film. */
const BESIDE = 360;
/** Pixels that a caption needs below its picture. */
const CAPTION = 18;
const RIGHT = 'theme(series-2)';
const WRONG = 'theme(series-3)';

interface Batch {
  data: ArrayLike<number>;
  n: number;
  h: number;
  w: number;
  channels: number;
}

/**
 * Draws pictures side by side: examples of a data set, what a network took them for, detections, segmentations.
 *
 * ```ts
 * import { data, viz } from 'dlnb';
 * const { images, labels, shape } = data.digits({ n: 10 });
 * viz.images({ images, shape }, { captions: Array.from(labels, (label) => ({ text: `a ${label}`, right: label < 8 })) });
 * ```
 * @param x gray pictures [n, h, w] or [n, h, w, 1], in color [n, h, w, 3], or one of them
 * @throws TypeError or RangeError that names the argument: another shape, captions that are too few, a box that is none
 */
export function images(x: Images, options: ImageGridOptions = {}): Figure {
  const where = 'viz.images';
  checkOptions(where, options, IMAGE_GRID_OPTIONS);
  const batch = readImages(x, `${where}: x`);
  const { n, h, w } = batch;
  for (const [name, list] of [
    ['captions', options.captions],
    ['boxes', options.boxes],
  ] as const) {
    if (list === undefined || list === null) continue;
    if (!Array.isArray(list)) throw new TypeError(`${where}: ${name} must be an array, got ${shown(list)}`);
    if (list.length !== n)
      throw new RangeError(
        `${where}: ${name} must hold one entry for each of ${counted(n, 'picture')}, got ${list.length}`,
      );
  }
  const masks = options.masks === undefined || options.masks === null ? undefined : maskOf(options.masks, batch, where);
  const most = whole(options.most ?? 100, 'most', where);
  const count = Math.min(n, most);
  const columns = Math.min(count || 1, whole(options.columns ?? columnsFor(count, h / w), 'columns', where));
  const rows = Math.ceil(count / columns);
  const tile = tileOf(options, { h, w, columns, where });
  const mosaic = {
    ...tile,
    count,
    columns,
    rows,
    width: columns * tile.across - tile.border,
    height: rows * tile.down - tile.border,
  };
  const traces: Trace[] = count === 0 ? [] : [pixelsTrace(batch, mosaic, options, where)];
  if (masks) traces.push(...maskTraces(masks, batch, mosaic, options));
  const notes: Layout[] = [];
  const shapes: Layout[] = [];
  for (let i = 0; i < count; i++) {
    const [left, top] = placeOf(i, mosaic);
    const caption = options.captions?.[i];
    if (caption !== undefined) notes.push(captionNote(caption, left, top, mosaic));
    for (const box of options.boxes?.[i] ?? [])
      drawBox(box, { left, top, i, where, names: options.classNames }, mosaic, { shapes, notes });
  }
  const axis = (range: [number, number]) => ({
    range,
    visible: false,
    constrain: 'domain',
  });
  const drawn = mosaic.scale * mosaic.width;
  const width = Math.round(Math.max(120, drawn + 16 + (masks ? 150 : 0)));
  const layout: Layout = {
    ...(width > BESIDE && { meta: { wide: true } }),
    ...(options.title !== undefined && { title: { text: escaped(options.title) } }),
    width,
    height: Math.round(
      Math.max(60, mosaic.scale * mosaic.height + (options.title === undefined ? 16 : 52) + (options.captions ? 6 : 0)),
    ),
    margin: { l: 8, r: 8, t: options.title === undefined ? 8 : 44, b: 8 },
    xaxis: axis([-0.5, mosaic.width - 0.5]),
    yaxis: { ...axis([mosaic.height - 0.5 + (options.captions ? 6 / mosaic.scale : 0), -0.5]), scaleanchor: 'x' },
    ...(notes.length > 0 && { annotations: notes }),
    ...(shapes.length > 0 && { shapes }),
    hovermode: 'closest',
  };
  return new Figure(traces, layout, textOf(batch, count, options));
}

/** Pictures in a row, for a whole about twice as wide as high with few empty places. */
function columnsFor(n: number, ratio: number): number {
  if (n <= 5 && ratio > 0.5) return Math.max(1, n);
  const ideal = Math.max(1, Math.sqrt(2 * n * ratio));
  let best = Math.round(ideal);
  const empty = (columns: number) => Math.ceil(n / columns) * columns - n;
  const cost = (columns: number) => empty(columns) / columns + Math.abs(columns - ideal) / ideal;
  for (let c = Math.ceil(ideal * 0.7); c <= ideal * 1.5; c++) if (c >= 1 && cost(c) < cost(best)) best = c;
  return best;
}

const whole = (value: number, name: string, where: string): number => {
  if (!Number.isSafeInteger(value) || value < 1)
    throw new RangeError(`${where}: ${name} must be a whole number of at least 1, got ${shown(value)}`);
  return value;
};

/** Reads one picture or several; classes of pixels too. */
function readImages(x: unknown, where: string): Batch {
  // A list of none: there is nothing that could have another shape
  if (Array.isArray(x) && x.length === 0) return { data: [], n: 0, h: 1, w: 1, channels: 1 };
  let data: ArrayLike<number>;
  let shape: number[];
  if (isTensor(x)) {
    if (x.isDisposed)
      throw new TypeError(`${where} is a tensor that has been disposed of; make the plot before you dispose of it`);
    const now = valuesNow(x);
    if (!now) throw new Unread(where);
    if (x.dtype === 'string' || x.dtype === 'complex64')
      throw new TypeError(`${where} must be a tensor of real numbers, got one of type ${x.dtype}`);
    [data, shape] = [now as ArrayLike<number>, [...x.shape]];
  } else if (Array.isArray(x) && x.length > 0 && x.every(isTensor)) {
    const all = (x as unknown[]).map((one, i) => readImages(one, `${where}[${i}]`));
    const first = all[0]!;
    const other = all.find((b) => b.h !== first.h || b.w !== first.w || b.channels !== first.channels);
    if (other)
      throw new RangeError(
        `${where}: all pictures must have the same shape, got ${shapeText([first.h, first.w, first.channels])} and ${shapeText([other.h, other.w, other.channels])}`,
      );
    return { ...first, n: all.reduce((sum, b) => sum + b.n, 0), data: all.flatMap((b) => Array.from(b.data)) };
  } else if (Array.isArray(x)) {
    shape = [];
    for (let at: unknown = x; isArrayLike(at); at = at[0]) shape.push(at.length);
    data = flattened(x, shape, where);
  } else if (typeof x === 'object' && x !== null && 'images' in x && 'shape' in x) {
    [data, shape] = [x.images as ArrayLike<number>, [...(x.shape as readonly number[])]];
  } else
    throw new TypeError(
      `${where} must be a tensor [n, h, w] or [n, h, w, channels], nested arrays, or { images, shape }, got ${shown(x)}`,
    );
  const isColor = shape.length >= 3 && [1, 3, 4].includes(shape.at(-1)!) && (shape.length === 4 || shape[1]! > 4);
  const full =
    shape.length === 2 ? [1, ...shape, 1] : shape.length === 3 ? (isColor ? [1, ...shape] : [...shape, 1]) : shape;
  const size = full.reduce((a, b) => a * b, 1);
  if (full.length !== 4 || data.length !== size || ![1, 3, 4].includes(full[3]!) || (size === 0 && full[0] !== 0))
    throw new RangeError(
      `${where} must be of shape [h, w], [h, w, channels], [n, h, w] or [n, h, w, channels] with 1, 3 or 4 channels, got ${shapeText(shape)}`,
    );
  const [n, h, w, channels] = full as [number, number, number, number];
  return { data, n, h, w, channels };
}

function flattened(x: readonly unknown[], shape: readonly number[], where: string): Float64Array {
  const data = new Float64Array(shape.reduce((a, b) => a * b, 1));
  let at = 0;
  const read = (value: unknown, depth: number) => {
    if (depth === shape.length) {
      if (typeof value !== 'number' && typeof value !== 'boolean')
        throw new TypeError(`${where} must hold numbers, and one is ${shown(value)}`);
      data[at++] = Number(value);
    } else {
      if (!isArrayLike(value) || value.length !== shape[depth])
        throw new RangeError(`${where}: all pictures and rows must have the same length, as ${shapeText(shape)}`);
      for (let i = 0; i < value.length; i++) read(value[i], depth + 1);
    }
  };
  read(x, 0);
  return data;
}

function maskOf(masks: Images, { n, h, w }: Batch, where: string): ArrayLike<number> {
  const { data, ...mask } = readImages(masks, `${where}: masks`);
  if (mask.n !== n || mask.h !== h || mask.w !== w || mask.channels !== 1)
    throw new RangeError(
      `${where}: masks must be of shape ${shapeText([n, h, w])}, a class for each pixel, got ${shapeText([mask.n, mask.h, mask.w, mask.channels])}; use argMax(-1) for scores`,
    );
  for (let i = 0; i < data.length; i++)
    if (!Number.isInteger(data[i]!) || data[i]! < 0)
      throw new RangeError(`${where}: masks must hold class numbers 0, 1, 2 …, and one is ${data[i]}`);
  return data;
}

interface Tile {
  h: number;
  w: number;
  /** Every so many pixels of a picture are drawn. */
  step: number;
  /** Pixels from one picture to the next, across and down. */
  across: number;
  down: number;
  border: number;
  /** Pixels of the output for each pixel that is drawn. */
  scale: number;
}

interface Mosaic extends Tile {
  count: number;
  columns: number;
  rows: number;
  width: number;
  height: number;
}

function tileOf(
  options: ImageGridOptions,
  { h, w, columns, where }: { h: number; w: number; columns: number; where: string },
): Tile {
  const { border, size } = options;
  if (border !== undefined && border !== null && !(Number.isSafeInteger(border) && border >= 0))
    throw new RangeError(`${where}: border must be a whole number of pixels, got ${shown(border)}`);
  if (size !== undefined && size !== null && !(size >= 8 && size <= 2000))
    throw new RangeError(`${where}: size must be from 8 to 2000 pixels, got ${shown(size)}`);
  const step = Math.max(1, Math.ceil(Math.sqrt((h * w * columns * columns) / MOST_PIXELS)));
  const [dh, dw] = [Math.max(1, Math.ceil(h / step)), Math.max(1, Math.ceil(w / step))];
  const gap = border ?? Math.max(1, Math.round(dw / 8));
  const wanted = size ?? Math.max(24, Math.min(columns === 1 ? 380 : 180, 820 / columns - gap, Math.max(72, w)));
  const words = options.captions ? Math.max(0, ...options.captions.map((c) => captionText(c).length)) : 0;
  // A caption needs room below its picture, and not more than its width
  const shownAt = size ?? Math.min(820 / columns, Math.max(wanted, Math.min(160, 6.2 * words)));
  const scale = shownAt / dw;
  const caption = options.captions ? Math.ceil(CAPTION / scale) : 0;
  return { h: dh, w: dw, step, across: dw + gap, down: dh + gap + caption, border: gap, scale };
}

/** The left upper pixel of picture i. */
const placeOf = (i: number, { columns, across, down }: Mosaic): [number, number] => [
  (i % columns) * across,
  Math.floor(i / columns) * down,
];

/** All pictures as one trace: gray ones as numbers, those in color as pixels. */
function pixelsTrace(batch: Batch, mosaic: Mosaic, options: ImageGridOptions, where: string): Trace {
  const { data, h, w, channels } = batch;
  const { step, width, height } = mosaic;
  const [low, high] = blackAndWhite(batch, options, where);
  const gray = new Float64Array(width * height).fill(NaN);
  const rgba = channels > 1 ? new Uint8Array(4 * width * height) : undefined;
  const byte = (v: number) => Math.max(0, Math.min(255, Math.round((255 * (v - low)) / (high - low)))) || 0;
  for (let i = 0; i < mosaic.count; i++) {
    const [left, top] = placeOf(i, mosaic);
    for (let r = 0; r < mosaic.h; r++)
      for (let c = 0; c < mosaic.w; c++) {
        const at = ((i * h + r * step) * w + c * step) * channels;
        if (rgba) {
          const alpha = channels === 4 ? byte(data[at + 3]!) : 255;
          const color = [byte(data[at]!), byte(data[at + 1]!), byte(data[at + 2]!), alpha];
          rgba.set(color, 4 * ((top + r) * width + left + c));
        } else gray[(top + r) * width + left + c] = data[at]!;
      }
  }
  if (rgba) return { type: 'image', source: pngUrl(rgba, width, height), hoverinfo: 'skip' };
  return {
    type: 'heatmap',
    z: Array.from({ length: height }, (_, r) => gray.subarray(r * width, (r + 1) * width)),
    ...{ colorscale: [[0, '#000000'], [1, '#ffffff']], zmin: low, zmax: high, showscale: false, hoverongaps: false },
    hovertemplate: '%{z:.4~g}<extra></extra>',
  }; // prettier-ignore
}

function blackAndWhite({ data }: Batch, { range }: ImageGridOptions, where: string): readonly [number, number] {
  if (range !== undefined && range !== null) {
    if (!Array.isArray(range) || range.length !== 2 || !(range[0] < range[1]))
      throw new RangeError(`${where}: range must be [low, high] with low < high, got ${shown(range)}`);
    return range as readonly [number, number];
  }
  let [low, high] = [0, 0];
  for (let i = 0; i < data.length; i++) {
    const v = data[i]!;
    if (v < low && v > -Infinity) low = v;
    if (v > high && v < Infinity) high = v;
  }
  // Pictures are from 0 to 1 or to 255; what leaves both is a map of numbers, from its least to its greatest
  if (low < 0) return [low, high > low ? high : 0];
  return high <= 1 ? [0, high > 0 ? 1 : 1] : high <= 255 && high > 2 ? [0, 255] : [0, high];
}

/** The masks as a map of colors, and a name in the legend for each class. */
function maskTraces(masks: ArrayLike<number>, { h, w }: Batch, mosaic: Mosaic, options: ImageGridOptions): Trace[] {
  const { step, width, height } = mosaic;
  const cover = new Float64Array(width * height).fill(NaN);
  const present = new Set<number>();
  for (let i = 0; i < mosaic.count; i++) {
    const [left, top] = placeOf(i, mosaic);
    for (let r = 0; r < mosaic.h; r++)
      for (let c = 0; c < mosaic.w; c++) {
        const k = masks[(i * h + r * step) * w + c * step]!;
        if (k === 0) continue;
        present.add(k);
        cover[(top + r) * width + left + c] = k;
      }
  }
  const n = Math.max(1, ...present);
  const nameOf = (k: number) => options.classNames?.[k - 1] ?? `class ${k}`;
  const stops = Array.from({ length: n }, (_, k) => [
    [k / n, classColor(k, n)],
    [(k + 1) / n, classColor(k, n)],
  ]).flat();
  return [
    {
      type: 'heatmap',
      z: Array.from({ length: height }, (_, r) => cover.subarray(r * width, (r + 1) * width)),
      ...{ colorscale: stops, zmin: 0.5, zmax: n + 0.5, showscale: false, opacity: 0.5, hoverongaps: false },
      hovertemplate: 'class %{z}<extra></extra>',
    },
    ...[...present]
      .sort((a, b) => a - b)
      .map((k) => ({
        ...{ type: 'scatter', mode: 'markers', x: [null], y: [null], name: escaped(nameOf(k)), showlegend: true },
        marker: { symbol: 'square', size: 12, color: classColor(k - 1, n), opacity: 0.7 },
      })),
  ];
}

const captionText = (caption: Caption): string => (typeof caption === 'string' ? caption : String(caption?.text ?? ''));

function captionNote(caption: Caption, left: number, top: number, { w, h, scale, across }: Mosaic): Layout {
  const right = typeof caption === 'string' ? undefined : caption.right;
  const room = Math.max(4, Math.floor((across * scale) / 6.2));
  const text = captionText(caption);
  return {
    ...{ x: left + w / 2 - 0.5, y: top + h - 0.5, xanchor: 'center', yanchor: 'top', showarrow: false },
    text: escaped(text.length > room ? `${text.slice(0, room - 1)}…` : text),
    font: { size: 12, color: right === undefined ? 'theme(foreground)' : right ? RIGHT : WRONG },
    ...(text.length > room && { hovertext: escaped(text) }),
  };
}

interface BoxPlace {
  left: number;
  top: number;
  /** Number of the picture. */
  i: number;
  where: string;
  names: readonly string[] | undefined;
}

function drawBox(
  item: ImageBox,
  { left, top, i, where, names }: BoxPlace,
  { step, h, w }: Mosaic,
  into: { shapes: Layout[]; notes: Layout[] },
): void {
  const box = item?.box as readonly number[] | undefined;
  if (!Array.isArray(box) || box.length !== 4 || !box.every(Number.isFinite) || box[2]! < box[0]! || box[3]! < box[1]!)
    throw new RangeError(
      `${where}: a box must be { box: [x1, y1, x2, y2] } in pixels with x1 ≤ x2 and y1 ≤ y2, got ${shown(box ?? item)} on picture ${i}`,
    );
  const known = labels(names, item.label);
  const color = item.right === undefined ? `theme(series-${known % 8})` : item.right ? RIGHT : WRONG;
  const clip = (v: number, most: number) => Math.max(0, Math.min(most, v / step)) - 0.5;
  const [x0, y0, x1, y1] = [clip(box[0]!, w), clip(box[1]!, h), clip(box[2]!, w), clip(box[3]!, h)];
  into.shapes.push({
    type: 'rect',
    x0: left + x0,
    y0: top + y0,
    x1: left + x1,
    y1: top + y1,
    line: { color, width: 2 },
  });
  const score = item.score === undefined ? '' : short(Math.round(item.score * 100) / 100);
  const text = [item.label, score].filter((t) => t !== undefined && t !== '').join(' ');
  if (text === '') return;
  // Above the box, or inside if there is no room
  const above = y0 > 0.12 * h;
  into.notes.push({
    ...{ x: left + x0, y: top + y0, xanchor: 'left', yanchor: above ? 'bottom' : 'top', showarrow: false },
    text: escaped(text),
    ...{ font: { size: 10, color: 'theme(background)' }, bgcolor: color, borderpad: 1 },
  });
}

/** A number for each label, the same on all pictures: its place among the names, or one made of its letters. */
function labels(names: readonly string[] | undefined, label: string | undefined): number {
  if (label === undefined) return 0;
  const known = names?.indexOf(label) ?? -1;
  if (known >= 0) return known;
  let sum = 0;
  for (const c of label) sum = (sum * 31 + c.codePointAt(0)!) % 8191;
  return sum;
}

function textOf({ n, h, w, channels }: Batch, count: number, options: ImageGridOptions): string {
  const parts = [
    `${heading('Pictures', options)}: ${count < n ? `${count} of ` : ''}${counted(n, 'picture')} of ${h} × ${w}${channels > 1 ? ` × ${channels}` : ''}`,
  ];
  const { captions, boxes } = options;
  if (captions) {
    const judged = captions.filter(
      (c): c is { text: string; right: boolean } => typeof c !== 'string' && c.right !== undefined,
    );
    if (judged.length > 0) parts.push(`${judged.filter((c) => c.right).length} of ${judged.length} right`);
    parts.push(captions.slice(0, Math.min(count, 25)).map(captionText).join(' | '));
  }
  if (boxes) parts.push(counted(boxes.flat().length, 'box').replace(/boxs$/, 'boxes'));
  if (options.masks) parts.push('with masks');
  return parts.join('; ');
}
