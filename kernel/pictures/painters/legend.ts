// The legend below a picture of values: the color scale with its ends, and a key for each kind of value beyond it.
import { cssColor, type ColorScale } from '../../../renderers/shared/color-scale.ts';
import { specialsIn } from '../../../renderers/shared/legend.ts';
import { shortNumber } from '../../../renderers/shared/numbers.ts';
import type { ValueRange } from '../../../renderers/shared/range.ts';
import { el, label, LIGHT, n, widthOf } from '../svg.ts';

/** Height of a legend. */
export const LEGEND_HEIGHT = 22;
const BAR = { width: 180, height: 9 };
const SIZE = 11;

export interface PictureLegend {
  scale: ColorScale;
  range: ValueRange;
  values: ArrayLike<number>;
  /** Whether colors stand for values. */
  bar: boolean;
  /** Whether values beyond the range have their own colors. */
  outliers: boolean;
}

/** Draws the legend with its upper left corner at a point. @returns elements */
export function legendAt(x: number, y: number, { scale, range, values, bar, outliers }: PictureLegend): string {
  const baseline = y + 14;
  let at = x;
  let body = '';
  const write = (text: string) => {
    body += label(at, baseline, text, { size: SIZE, fill: LIGHT.muted });
    at += widthOf(text, SIZE) + 6;
  };
  write(shortNumber(range.low));
  if (bar) {
    body += ramp(at, y + 6, BAR.width, BAR.height, (t) => cssColor(scale.steps[Math.round(t * 255)]!));
    at += BAR.width + 6;
  } else write('…');
  write(shortNumber(range.high));
  at += 10;
  const seen = specialsIn(values, range);
  const key = (is: boolean, pixel: number, text: string) => {
    if (!is) return;
    body += el('rect', { x: at, y: y + 5, width: 11, height: 11, rx: 2, fill: cssColor(pixel) });
    at += 16;
    write(text);
    at += 8;
  };
  if (outliers) {
    key(seen.under, scale.under, `below ${shortNumber(range.low)}`);
    key(seen.over, scale.over, `above ${shortNumber(range.high)}`);
    key(seen.positiveInfinity, scale.positiveInfinity, '+∞');
    key(seen.negativeInfinity, scale.negativeInfinity, '−∞');
  }
  key(seen.nan, scale.nan, 'NaN');
  return body;
}

let ramps = 0;

/** A strip of 32 colors from `t` = 0 to 1, to the right or, if it is higher than wide, upward. */
export function ramp(x: number, y: number, width: number, height: number, color: (t: number) => string): string {
  const stops = Array.from({ length: 33 }, (_, i) =>
    el('stop', { offset: n(i / 32), 'stop-color': color(i / 32) }),
  ).join('');
  const id = `ramp${ramps++}`;
  const up = height > width;
  const ends = { x1: 0, y1: up ? 1 : 0, x2: up ? 0 : 1, y2: 0 };
  return el('linearGradient', { id, ...ends }, stops) + el('rect', { x, y, width, height, fill: `url(#${id})` });
}

/** Begins a new document: names in it depend on nothing drawn before. */
export const resetRamps = (): void => void (ramps = 0);
