// Draws values as pixels: panels of a grid and large maps. Zero has the same color everywhere; NaN and infinities also
// have marks.
import { isBright, type ColorScale } from '../shared/color-scale.ts';
import { drawMark } from '../shared/marks.ts';
import { pixelOf, rangeOf, type ValueRange } from '../shared/range.ts';

export interface Picture {
  /** [rows, columns], or [rows, columns, 3] for colors. */
  values: Float32Array;
  rows: number;
  columns: number;
  colors: boolean;
  scale: ColorScale;
  range: ValueRange;
}

/** From this cell size on, in CSS pixels, NaN, infinities and outliers get a mark. */
const MARKED_CELL = 7;

/** The range from the least to the greatest value, without clipping; zero-centered if the scale is. */
export const rangeFor = (scale: ColorScale, extent: { min: number; max: number } | undefined): ValueRange =>
  rangeOf(scale.name, extent ?? {});

/** Most pixels along a side of a canvas. */
const MOST_SIDE = 8192;

/** Reduces a picture that is too long for a canvas: of each stretch, the value of the largest magnitude. */
export function shrunk(picture: Picture): Picture {
  const { rows, columns, values, colors } = picture;
  const step = Math.ceil(Math.max(rows, columns) / MOST_SIDE);
  if (step <= 1) return picture;
  const [down, across, each] = [Math.ceil(rows / step), Math.ceil(columns / step), colors ? 3 : 1];
  const found = new Float32Array(down * across * each);
  for (let y = 0; y < rows; y++)
    for (let x = 0; x < columns; x++)
      for (let c = 0; c < each; c++) {
        const value = values[(y * columns + x) * each + c]!;
        const at = (Math.floor(y / step) * across + Math.floor(x / step)) * each + c;
        if (!Number.isNaN(found[at]!) && !(Math.abs(value) <= Math.abs(found[at]!))) found[at] = value;
      }
  return { ...picture, values: found, rows: down, columns: across };
}

/** Draws a picture into a rectangle of a canvas. */
export function paint(
  context: CanvasRenderingContext2D,
  whole: Picture,
  { x, y, width, height }: { x: number; y: number; width: number; height: number },
  ratio: number,
): void {
  const picture = shrunk(whole);
  const { rows, columns } = picture;
  const source = new OffscreenCanvas(columns, rows);
  const image = new ImageData(columns, rows);
  new Uint32Array(image.data.buffer).set(pixelsOf(picture));
  source.getContext('2d')!.putImageData(image, 0, 0);
  // In a reduced picture each pixel stands for several values
  context.imageSmoothingEnabled = width < columns || height < rows;
  context.imageSmoothingQuality = 'high';
  context.drawImage(source, x, y, width, height);
  const [cellWidth, cellHeight] = [width / columns, height / rows];
  if (Math.min(cellWidth, cellHeight) >= MARKED_CELL * ratio)
    markSpecials(context, picture, x, y, cellWidth, cellHeight);
}

/** The pixels of a picture, one for each value. */
export function pixelsOf({ values, rows, columns, colors, scale, range }: Picture): Uint32Array {
  if (!colors) return Uint32Array.from(values, (v) => pixelOf(v, scale, range));
  const span = range.high - range.low;
  const level = (v: number) => Math.round(Math.max(0, Math.min(1, (v - range.low) / span)) * 255);
  return Uint32Array.from({ length: rows * columns }, (_, i) => {
    const [r, g, b] = [values[3 * i]!, values[3 * i + 1]!, values[3 * i + 2]!];
    const special = [r, g, b].find((v) => !Number.isFinite(v));
    if (special !== undefined) return pixelOf(special, scale, range);
    return ((255 << 24) | (level(b) << 16) | (level(g) << 8) | level(r)) >>> 0;
  });
}

function markSpecials(
  context: CanvasRenderingContext2D,
  { values, columns, colors, scale, range }: Picture,
  left: number,
  top: number,
  width: number,
  height: number,
): void {
  const radius = Math.min(width, height) * 0.26;
  const each = colors ? 3 : 1;
  context.lineWidth = Math.max(1, radius * 0.4);
  for (let i = 0; i < values.length / each; i++) {
    const special = values.subarray(i * each, (i + 1) * each).find((v) => !Number.isFinite(v));
    if (special === undefined) continue;
    context.strokeStyle = context.fillStyle = isBright(pixelOf(special, scale, range)) ? '#000' : '#fff';
    drawMark(
      context,
      special,
      left + ((i % columns) + 0.5) * width,
      top + (Math.floor(i / columns) + 0.5) * height,
      radius,
    );
  }
}
