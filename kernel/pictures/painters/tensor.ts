// The picture of a tensor: the first look of its renderer (bars, heat map, image, table), with its facts and legend.
import { axesOf, firstLook } from '../../../renderers/tensor/axes.ts';
import {
  BAR_STEPS,
  eachCell,
  extremes,
  fillPixels,
  heatPixel,
  imagePixel,
  MARKED_CELL,
  NUMBER_CELL,
  type Picture,
} from '../../../renderers/tensor/draw.ts';
import { readTensor, type TensorPayload } from '../../../renderers/tensor/payload.ts';
import { layoutOf, planeOf, type Layout, type Plane } from '../../../renderers/tensor/plane.ts';
import { colorScale, cssColor, isBright, type ColorScale } from '../../../renderers/shared/color-scale.ts';
import { byteSize, count, plural, shortNumber } from '../../../renderers/shared/numbers.ts';
import { momentsOf, pixelOf, rangeOf, type ValueRange } from '../../../renderers/shared/range.ts';
import { sizeOf, sizeOfPart, type TensorHeader } from '../../wire/tensor.ts';
import { dataUrl } from '../png.ts';
import { el, label, LIGHT, widthOf, wrapped, WIDTH, type Drawing } from '../svg.ts';
import { legendAt, LEGEND_HEIGHT } from './legend.ts';
import { mark } from './marks.ts';

const MARGIN = 12;
const HEAD = 16;
/** Device pixels per pixel: cells are as sharp as the picture. */
const RATIO = 2;
/** Height of the values in pixels. */
const HEIGHT = 420;
/** Many tiles are cut at this height. */
const MOST_HEIGHT = 820;
const BARS_HEIGHT = 150;
const MAX_BAR = 24;
/** Marks beyond this number are left out: they would be noise. */
const MAX_MARKS = 3000;
const TABLE_ROWS = 20;

/** @throws PayloadError if the bytes are no tensor */
export function tensorPicture(bytes: Uint8Array): Drawing {
  const payload = readTensor(bytes);
  const { header, part } = payload;
  const facts = factsOf(header);
  const head = wrapped(facts, WIDTH - 2 * MARGIN, 2, 11);
  const lines = head.map((line, i) => label(MARGIN, 20 + HEAD * i, line, { size: 11, fill: LIGHT.muted })).join('');
  const top = 12 + HEAD * head.length;
  const below = (body: string, height: number): Drawing => ({ width: WIDTH, height: top + height, body: lines + body });
  if (part.size === 0) {
    const axis = header.shape.indexOf(0);
    return below(label(MARGIN, top + 18, `No values: axis ${axis} has length 0.`), 32);
  }
  if (header.shape.length === 0)
    return below(label(MARGIN, top + 24, part.text(0), { size: 18, most: WIDTH - 24 }), 40);
  const drawn = valuesPicture(payload, top + 4);
  const note = partText(header);
  if (!note) return below(drawn.body, drawn.height + 8);
  const at = top + drawn.height + 14;
  return below(drawn.body + label(MARGIN, at, note, { size: 11, fill: LIGHT.muted, most: WIDTH - 24 }), at - top + 10);
}

/** `float32 [2, 3] · 24 B · 0 … 1 · mean 0.5 ± 0.3 · 2 NaN`. */
function factsOf({ dtype, shape, bytes, statistics }: TensorHeader): string {
  const facts = [`${dtype} [${shape.join(', ')}]`, byteSize(bytes)];
  if (statistics && shape.length > 0) {
    const { min, max, mean, std, nan, positiveInfinity, negativeInfinity, zeros } = statistics;
    if (min !== undefined && max !== undefined)
      facts.push(`${dtype === 'complex64' ? 'magnitude ' : ''}${shortNumber(min)} … ${shortNumber(max)}`);
    if (mean !== undefined) facts.push(`mean ${shortNumber(mean)}${std === undefined ? '' : ` ± ${shortNumber(std)}`}`);
    for (const [number, name] of [
      [nan, 'NaN'],
      [positiveInfinity, '+∞'],
      [negativeInfinity, '−∞'],
    ] as const)
      if (number > 0) facts.push(`${count(number)} ${name}`);
    if (zeros > 0) facts.push(plural(zeros, 'zero'));
  }
  return facts.join(' · ');
}

/** Says that only a part is shown. */
function partText({ shape, axes, source }: TensorHeader): string {
  const [held, all] = [sizeOfPart(axes), sizeOf(shape)];
  return held < all || source !== undefined ? `Drawn from ${count(held)} of ${plural(all, 'value')}.` : '';
}

function valuesPicture({ header, part }: TensorPayload, top: number): { body: string; height: number } {
  const { mode, roles } = firstLook(header.dtype, header.shape, part.axes, header.statistics);
  const plane = planeOf(
    part,
    roles,
    part.axes.map(() => 0),
  );
  const values = part.numbers();
  if (mode === 'table') return textTable(header, (at) => part.text(at), part.size, top);
  const name = header.dtype === 'bool' ? 'gray' : header.dtype === 'complex64' ? 'sequential' : 'diverging';
  const scale = colorScale(mode === 'image' ? 'gray' : mode === 'bars' ? 'diverging' : name, LIGHT);
  const statistics = header.statistics ?? momentsOf(values);
  const range =
    mode === 'image' ? brightness(header) : mode === 'bars' ? barRange(statistics) : rangeOf(name, statistics);
  const legend = { scale, range, values, bar: mode !== 'bars', outliers: mode !== 'image' };
  const sliders = axesOf(roles, 'slider').filter((axis) => header.shape[axis]! > 1);
  const drawn =
    mode === 'bars'
      ? bars(plane, values, scale, range, top)
      : cells(
          { plane, values, scale, range, theme: LIGHT, layout: undefined! },
          mode,
          header.dtype !== 'complex64',
          top,
        );
  let body = drawn.body + legendAt(MARGIN, top + drawn.height + 4, legend);
  let height = drawn.height + 4 + LEGEND_HEIGHT;
  const notes = [
    sliders.length > 0 ? `At index 0 of ${sliders.map((axis) => `axis ${axis}`).join(', ')}.` : '',
    drawn.cut > 0 ? `${plural(drawn.cut, 'more picture')} below these.` : '',
  ].filter(Boolean);
  if (notes.length > 0) {
    body += label(MARGIN, top + height + 12, notes.join(' '), { size: 11, fill: LIGHT.muted });
    height += 16;
  }
  return { body, height };
}

function brightness({ statistics, dtype }: TensorHeader): ValueRange {
  const { min = 0, max = 1 } = statistics ?? {};
  if (min >= 0 && max <= 1 && !(dtype === 'uint8' && max === 1)) return { low: 0, high: 1, clipped: false };
  return min >= 0 && max <= 255 ? { low: 0, high: 255, clipped: false } : { low: min, high: max, clipped: false };
}

function barRange(statistics: { min?: number; max?: number }): ValueRange {
  const range = rangeOf('diverging', statistics);
  const { min = 0, max = 0 } = statistics;
  return { ...range, low: Math.max(range.low, Math.min(0, min)), high: Math.min(range.high, Math.max(0, max)) };
}

interface Drawn {
  body: string;
  height: number;
  /** How many tiles did not fit. */
  cut: number;
}

/** Heat maps and images: their pixels, and numbers or marks over them. */
function cells(whole: Picture, mode: 'heat' | 'image', numbers: boolean, top: number): Drawn {
  const room = { width: (WIDTH - 2 * MARGIN) * RATIO, height: HEIGHT * RATIO, ratio: RATIO };
  const writes = mode === 'heat' && numbers;
  const first = layoutOf(whole.plane, room, writes);
  const { plane, cut } = fewer(whole.plane, first);
  const layout = cut > 0 ? { ...first, height: heightOf(first, plane.tiles.length) } : first;
  const picture: Picture = { ...whole, plane, layout };
  const [width, height] = [Math.max(1, Math.round(layout.width)), Math.max(1, Math.round(layout.height))];
  const pixels = new Uint32Array(width * height).fill(0);
  fillPixels(pixels, width, picture, mode === 'image' ? imagePixel(picture) : heatPixel(picture));
  const image = el('image', {
    x: MARGIN,
    y: top,
    width: width / RATIO,
    height: height / RATIO,
    'image-rendering': 'optimizeSpeed',
    href: dataUrl(pixels, width, height),
  });
  const over = mode === 'image' ? '' : overCells(picture, writes && layout.columns.size >= NUMBER_CELL * RATIO, top);
  return { body: image + over, height: height / RATIO, cut };
}

/** The tiles that fit into the height. */
function fewer(plane: Plane, layout: Layout): { plane: Plane; cut: number } {
  const step = layout.tileHeight + layout.tileGap;
  const rows = Math.max(1, Math.floor((MOST_HEIGHT * RATIO + layout.tileGap) / step));
  const most = rows * layout.tilesAcross;
  return { plane: { ...plane, tiles: plane.tiles.subarray(0, most) }, cut: Math.max(0, plane.tiles.length - most) };
}

const heightOf = ({ tileHeight, tileGap, tilesAcross }: Layout, tiles: number) =>
  Math.ceil(tiles / tilesAcross) * (tileHeight + tileGap) - tileGap;

/** Values as numbers in their cells, or marks on those beyond the scale. */
function overCells(picture: Picture, numbers: boolean, top: number): string {
  const { values, scale, range, layout } = picture;
  const [w, h] = [layout.columns.size / RATIO, layout.rows.size / RATIO];
  if (!numbers && Math.min(w, h) < MARKED_CELL) return '';
  let body = '';
  let marks = 0;
  eachCell(picture, (left, above, place) => {
    const value = values[place]!;
    const inside = value >= range.low && value <= range.high;
    if (!numbers && (inside || marks++ > MAX_MARKS)) return;
    const ink = isBright(pixelOf(value, scale, range)) ? '#000' : '#fff';
    const [x, y] = [MARGIN + left / RATIO, top + above / RATIO];
    if (!numbers) body += mark(value, x + w / 2, y + h / 2, Math.min(w, h, 20) * 0.26, ink);
    else {
      const text = shortNumber(value, 3);
      const size = Math.min(11, (11 * (w - 4)) / Math.max(1, widthOf(text, 11)));
      body += label(x + w / 2, y + h / 2 + size * 0.36, text, { size, fill: ink, anchor: 'middle' });
      if (!inside && Number.isFinite(value)) body += mark(value, x + w - 6, y + 6, 4, ink);
    }
  });
  return body;
}

/** Bars from zero; a bar that stands for several values goes from the least to the greatest of them. */
function bars(plane: Plane, values: ArrayLike<number>, scale: ColorScale, range: ValueRange, top: number): Drawn {
  const room = WIDTH - 2 * MARGIN;
  const { offsets } = plane.columns;
  const all = Math.max(1, offsets.length);
  const shown = Math.min(all, room);
  const step = Math.min(MAX_BAR, room / shown);
  const [low, high] = [Math.min(0, range.low), Math.max(0, range.high)];
  const y = (value: number) => top + ((high - value) / (high - low || 1)) * (BARS_HEIGHT - 2) + 1;
  const zero = y(0);
  const gap = step >= 4 ? 1 : 0;
  let body = '';
  for (let i = 0; i < shown; i++) {
    const [from, to] = [
      Math.floor((i * all) / shown),
      Math.max(Math.floor((i * all) / shown) + 1, Math.floor(((i + 1) * all) / shown)),
    ];
    const seen = extremes(values, plane, from, to);
    const [x, width] = [MARGIN + i * step, Math.max(0.5, step - gap)];
    const rect = (at: number, height: number, pixel: number) =>
      (body += el('rect', { x, y: at, width, height, fill: cssColor(pixel) }));
    if (seen.special !== undefined) {
      rect(top, BARS_HEIGHT, pixelOf(seen.special, scale, range));
      if (width >= MARKED_CELL) body += mark(seen.special, x + width / 2, zero, Math.min(width, 16) * 0.26, '#fff');
      continue;
    }
    const [up, down] = [
      Math.min(zero, y(Math.min(high, Math.max(0, seen.max)))),
      Math.max(zero, y(Math.max(low, Math.min(0, seen.min)))),
    ];
    if (seen.max > 0) rect(up, Math.max(zero - up, 1), scale.steps[BAR_STEPS.up]!);
    if (seen.min < 0) rect(zero, Math.max(down - zero, 1), scale.steps[BAR_STEPS.down]!);
    if (seen.max > high) rect(top, 4, scale.over);
    if (seen.min < low) rect(top + BARS_HEIGHT - 4, 4, scale.under);
  }
  body += el('rect', { x: MARGIN, y: zero - 0.5, width: shown * step, height: 1, fill: LIGHT.border });
  return { body, height: BARS_HEIGHT, cut: 0 };
}

/** Texts, a line each. */
function textTable(header: TensorHeader, text: (at: number) => string, size: number, top: number) {
  const shown = Math.min(size, TABLE_ROWS);
  const strides = header.axes.map((_, i) =>
    header.axes.slice(i + 1).reduce((product, axis) => product * axis.count, 1),
  );
  const indexOf = (at: number) =>
    header.axes.map(({ start, step, count: held }, i) => start + (Math.floor(at / strides[i]!) % held) * step);
  let body = '';
  for (let i = 0; i < shown; i++) {
    const y = top + 15 + 18 * i;
    body += label(MARGIN, y, `[${indexOf(i).join(', ')}]`, { size: 11, fill: LIGHT.muted });
    body += label(MARGIN + 80, y, text(i), { most: WIDTH - MARGIN - 92 });
  }
  const left = size - shown;
  if (left > 0)
    body += label(MARGIN, top + 15 + 18 * shown, `… ${plural(left, 'more text')}`, { size: 11, fill: LIGHT.muted });
  return { body, height: 18 * (shown + (left > 0 ? 1 : 0)) + 6 };
}
