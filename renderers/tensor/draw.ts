// Draws heat maps, images and bars on a canvas. Positions come from plane.ts, colors from range.ts.
import { cssColor, isBright, type ColorScale } from '../shared/color-scale.ts';
import { pixelRatio, sizeCanvas } from '../shared/canvas.ts';
import { drawMark } from '../shared/marks.ts';
import { shortNumber } from '../shared/numbers.ts';
import { pixelOf, type ValueRange } from '../shared/range.ts';
import type { Theme } from '../shared/theme.ts';
import { placeOf, tileOrigin, type Layout, type Plane } from './plane.ts';

export interface Picture {
  plane: Plane;
  layout: Layout;
  /** Layout of the whole part. */
  values: ArrayLike<number>;
  scale: ColorScale;
  range: ValueRange;
  theme: Theme;
}

/** From this cell size on, in CSS pixels, NaN, infinities and outliers get a mark. */
export const MARKED_CELL = 7;
/** Steps of the diverging scale for bars above and below zero. */
export const BAR_STEPS = { up: 212, down: 43 };
/** From this cell width on, in CSS pixels, cells hold their value as text. */
export const NUMBER_CELL = 44;
/** More marks than this would take long and look like noise. */
export const MAX_MARKS = 20_000;

/** A heat map: a cell for each value. */
export function drawHeatMap(canvas: HTMLCanvasElement, picture: Picture, numbers: boolean): void {
  paint(canvas, picture, heatPixel(picture));
  if (numbers && picture.layout.columns.size >= NUMBER_CELL * pixelRatio()) writeNumbers(canvas, picture);
  else markSpecials(canvas, picture);
}

/** An image in gray or in the colors of its channels. Values are clamped to the range; NaN has the scale's color. */
export function drawImage(canvas: HTMLCanvasElement, picture: Picture): void {
  paint(canvas, picture, imagePixel(picture));
}

/** The pixel of the value at an offset. */
export type PixelAt = (place: number) => number;

/** Pixels of a heat map. */
export const heatPixel =
  ({ values, scale, range }: Picture): PixelAt =>
  (place) =>
    pixelOf(values[place]!, scale, range);

/** Pixels of an image; see {@link drawImage}. */
export function imagePixel({ plane, values, scale, range, theme }: Picture): PixelAt {
  const { stride, count } = plane.channels;
  const level = (place: number) => {
    const t = (values[place]! - range.low) / (range.high - range.low);
    return t <= 0 ? 0 : t >= 1 ? 255 : Math.round(t * 255);
  };
  // Shows through transparent pixels
  const page = theme.kind === 'dark' ? 30 : 255;
  return (place) => {
    for (let c = 0; c < count; c++) if (Number.isNaN(values[place + c * stride])) return scale.nan;
    const red = level(place);
    if (count < 3) return ((255 << 24) | (red << 16) | (red << 8) | red) >>> 0;
    const opacity = count === 4 ? level(place + 3 * stride) / 255 : 1;
    const over = (color: number) => Math.round(color * opacity + page * (1 - opacity));
    const [r, g, b] = [over(red), over(level(place + stride)), over(level(place + 2 * stride))];
    return ((255 << 24) | (b << 16) | (g << 8) | r) >>> 0;
  };
}

/** Fills every cell of every tile. */
function paint(canvas: HTMLCanvasElement, picture: Picture, pixelAt: PixelAt): void {
  const { context } = sizeCanvas(canvas, picture.layout.width, picture.layout.height);
  const image = context.createImageData(canvas.width, canvas.height);
  fillPixels(new Uint32Array(image.data.buffer), canvas.width, picture, pixelAt);
  context.putImageData(image, 0, 0);
}

/** Fills the pixels of every cell of every tile. @param stride pixels in a row */
export function fillPixels(
  pixels: Uint32Array,
  stride: number,
  { plane, layout }: Pick<Picture, 'plane' | 'layout'>,
  pixelAt: PixelAt,
): void {
  const { rows, columns } = layout;
  for (let tile = 0; tile < plane.tiles.length; tile++) {
    const [left, top] = tileOrigin(layout, tile);
    let before = -1;
    for (let y = 0; y < rows.cells.length; y++) {
      const row = rows.cells[y]!;
      if (row < 0) continue;
      const at = (top + y) * stride + left;
      if (row === before && y > 0 && rows.cells[y - 1] === row) {
        pixels.copyWithin(at, at - stride, at - stride + columns.cells.length);
        continue;
      }
      before = row;
      const base = plane.base + plane.tiles[tile]! + plane.rows.offsets[row]!;
      paintRow(pixels, at, columns.cells, plane.columns.offsets, base, pixelAt);
    }
  }
}

function paintRow(
  pixels: Uint32Array,
  at: number,
  cells: Int32Array,
  offsets: Int32Array,
  base: number,
  pixelAt: PixelAt,
): void {
  let before = -1;
  let pixel = 0;
  for (let x = 0; x < cells.length; x++) {
    const cell = cells[x]!;
    if (cell < 0) continue;
    if (cell !== before) pixel = pixelAt(base + offsets[cell]!);
    before = cell;
    pixels[at + x] = pixel;
  }
}

type EachPlace = (x: number, y: number, place: number) => void;

/** Calls back with the upper left corner of each cell. */
export function eachCell({ plane, layout }: Pick<Picture, 'plane' | 'layout'>, each: EachPlace): void {
  const { rows, columns } = layout;
  for (let tile = 0; tile < plane.tiles.length; tile++) {
    const [left, top] = tileOrigin(layout, tile);
    for (let row = 0; row < plane.rows.offsets.length; row++)
      for (let column = 0; column < plane.columns.offsets.length; column++)
        each(left + columns.starts[column]!, top + rows.starts[row]!, placeOf(plane, { tile, row, column }));
  }
}

/** Marks besides color: a cross on NaN, triangles on infinities, a dot on outliers. */
function markSpecials(canvas: HTMLCanvasElement, picture: Picture): void {
  const { values, scale, range, layout } = picture;
  const context = canvas.getContext('2d')!;
  const [w, h] = [layout.columns.size, layout.rows.size];
  const ratio = pixelRatio();
  if (Math.min(w, h) < MARKED_CELL * ratio) return;
  const radius = Math.min(w, h, 20 * ratio) * 0.26;
  let marks = 0;
  context.lineWidth = Math.max(1, radius * 0.4);
  eachCell(picture, (left, top, place) => {
    const value = values[place]!;
    if ((value >= range.low && value <= range.high) || marks++ > MAX_MARKS) return;
    const ink = isBright(pixelOf(value, scale, range)) ? '#000' : '#fff';
    context.strokeStyle = context.fillStyle = ink;
    drawMark(context, value, left + w / 2, top + h / 2, radius);
  });
}

function writeNumbers(canvas: HTMLCanvasElement, picture: Picture): void {
  const { values, scale, range, layout, theme } = picture;
  const context = canvas.getContext('2d')!;
  const ratio = pixelRatio();
  context.font = `${12 * ratio}px ${theme.fontFamily}`;
  context.textAlign = 'center';
  context.textBaseline = 'middle';
  const { size: width } = layout.columns;
  eachCell(picture, (left, top, place) => {
    const value = values[place]!;
    context.fillStyle = isBright(pixelOf(value, scale, range)) ? '#000' : '#fff';
    context.fillText(shortNumber(value, 3), left + width / 2, top + layout.rows.size / 2 + ratio, width - 6 * ratio);
    const outside = Number.isFinite(value) && (value < range.low || value > range.high);
    if (outside) drawMark(context, value, left + width - 6 * ratio, top + 6 * ratio, 4 * ratio);
  });
}

/** Layout of bars: one for each value, or one for each pixel if there are more values than pixels. */
export interface BarLayout {
  width: number;
  height: number;
  /** Device pixels per value; less than 1 if a pixel stands for several. */
  step: number;
}

/**
 * Bars from zero. If a pixel stands for several values, its bar goes from the least to the greatest of them, so that no
 * peak is lost.
 */
export function drawBars(canvas: HTMLCanvasElement, picture: Picture, bars: BarLayout): void {
  const { plane, values, scale, range, theme } = picture;
  const { context, ratio } = sizeCanvas(canvas, bars.width, bars.height);
  const { offsets } = plane.columns;
  const [low, high] = [Math.min(0, range.low), Math.max(0, range.high)];
  const yOf = (value: number) => ((high - value) / (high - low || 1)) * (bars.height - 2 * ratio) + ratio;
  const zero = yOf(0);
  // The same hues as in a heat map
  const colors = { up: cssColor(scale.steps[BAR_STEPS.up]!), down: cssColor(scale.steps[BAR_STEPS.down]!) };
  const barsShown = bars.step >= 1 ? offsets.length : bars.width;
  const gap = bars.step >= 4 * ratio ? ratio : 0;
  for (let i = 0; i < barsShown; i++) {
    const from = bars.step >= 1 ? i : Math.floor(i / bars.step);
    const to = bars.step >= 1 ? i + 1 : Math.max(from + 1, Math.floor((i + 1) / bars.step));
    const seen = extremes(values, plane, from, Math.min(to, offsets.length));
    const [x, w] = bars.step >= 1 ? [i * bars.step, Math.max(1, bars.step - gap)] : [i, 1];
    if (seen.special !== undefined) {
      context.fillStyle = cssColor(pixelOf(seen.special, scale, range));
      context.fillRect(x, 0, w, bars.height);
      if (w >= MARKED_CELL * ratio) {
        context.strokeStyle = context.fillStyle = '#fff';
        drawMark(context, seen.special, x + w / 2, zero, Math.min(w, 16 * ratio) * 0.26);
      }
      continue;
    }
    const [top, bottom] = [
      Math.min(zero, yOf(Math.min(high, Math.max(0, seen.max)))),
      Math.max(zero, yOf(Math.max(low, Math.min(0, seen.min)))),
    ];
    context.fillStyle = colors.up;
    context.fillRect(x, top, w, Math.max(zero - top, seen.max > 0 ? ratio : 0));
    context.fillStyle = colors.down;
    context.fillRect(x, zero, w, Math.max(bottom - zero, seen.min < 0 ? ratio : 0));
    // Bars that go on beyond the scale end in the color of outliers
    const end = Math.max(3 * ratio, Math.min(w, 5 * ratio));
    if (seen.max > high) fill(context, cssColor(scale.over), x, 0, w, end);
    if (seen.min < low) fill(context, cssColor(scale.under), x, bars.height - end, w, end);
  }
  fill(context, theme.solidGrid, 0, Math.round(zero - ratio / 2), bars.width, Math.max(1, Math.round(ratio)));
}

function fill(context: CanvasRenderingContext2D, style: string, x: number, y: number, w: number, h: number): void {
  context.fillStyle = style;
  context.fillRect(x, y, w, h);
}

/** Least and greatest value of a piece of the line, and its last value that is not finite. */
export function extremes(values: ArrayLike<number>, plane: Plane, from: number, to: number) {
  let [min, max] = [Infinity, -Infinity];
  let special: number | undefined;
  for (let i = from; i < to; i++) {
    const value = values[plane.base + plane.columns.offsets[i]!]!;
    if (!Number.isFinite(value)) {
      special = value;
      continue;
    }
    if (value < min) min = value;
    if (value > max) max = value;
  }
  return { min, max, special };
}
