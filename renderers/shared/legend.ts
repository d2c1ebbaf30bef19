// The legend of a picture: the meaning of its colors and marks.
import { cssColor, type ColorScale } from './color-scale.ts';
import { element } from './dom.ts';
import { drawMark } from './marks.ts';
import { shortNumber } from './numbers.ts';
import type { ValueRange } from './range.ts';

const BAR = { width: 256, height: 9 };
const KEY = 26;

export interface LegendOptions {
  scale: ColorScale;
  range: ValueRange;
  /** Those of the picture. */
  values: ArrayLike<number>;
  /** Whether colors stand for values; in a bar chart the height does. */
  bar: boolean;
  /** Whether values beyond the range have their own colors. */
  outliers: boolean;
}

/** The scale with its ends, and a key for each kind of value in the picture that is not on the scale. */
export function legend({ scale, range, values, bar, outliers }: LegendOptions): HTMLElement {
  const line = element('div', 'legend');
  const ends = element('span', 'bar');
  ends.append(element('span', '', shortNumber(range.low)));
  ends.append(bar ? colorBar(scale) : element('span', '', '…'));
  ends.append(element('span', '', shortNumber(range.high)));
  line.append(ends);
  const seen = specialsIn(values, range);
  const key = (is: boolean, value: number, pixel: number, text: string) => is && line.append(keyOf(value, pixel, text));
  if (outliers) {
    key(seen.under, -1, scale.under, `below ${shortNumber(range.low)}`);
    key(seen.over, 1, scale.over, `above ${shortNumber(range.high)}`);
    key(seen.positiveInfinity, Infinity, scale.positiveInfinity, '+∞');
    key(seen.negativeInfinity, -Infinity, scale.negativeInfinity, '\u2212∞');
  }
  key(seen.nan, NaN, scale.nan, 'NaN');
  return line;
}

/** Which kinds of values beyond the range there are. */
export function specialsIn(values: ArrayLike<number>, { low, high }: ValueRange) {
  const seen = { under: false, over: false, nan: false, positiveInfinity: false, negativeInfinity: false };
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    if (value >= low && value <= high) continue;
    if (value > high) seen[value === Infinity ? 'positiveInfinity' : 'over'] = true;
    else if (value < low) seen[value === -Infinity ? 'negativeInfinity' : 'under'] = true;
    else seen.nan = true;
  }
  return seen;
}

function colorBar({ steps }: ColorScale): HTMLCanvasElement {
  const canvas = element('canvas', '');
  canvas.width = BAR.width;
  canvas.height = 1;
  const context = canvas.getContext('2d')!;
  const image = context.createImageData(BAR.width, 1);
  new Uint32Array(image.data.buffer).set(steps);
  context.putImageData(image, 0, 0);
  return canvas;
}

function keyOf(value: number, pixel: number, text: string): HTMLElement {
  const canvas = element('canvas', '');
  canvas.width = canvas.height = KEY;
  const context = canvas.getContext('2d')!;
  context.fillStyle = cssColor(pixel);
  context.fillRect(0, 0, KEY, KEY);
  context.fillStyle = context.strokeStyle = '#fff';
  context.lineWidth = 3;
  drawMark(context, value, KEY / 2, KEY / 2, KEY * 0.28);
  const key = element('span', 'key');
  key.append(canvas, element('span', '', text));
  return key;
}
