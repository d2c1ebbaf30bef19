// Colour scales for values, from d3: 256 steps as pixels of a canvas, chosen for the theme behind them.
import { rgb } from 'd3-color';
import { interpolateLab, piecewise } from 'd3-interpolate';
import { interpolateGreys, interpolateRdBu, interpolateViridis } from 'd3-scale-chromatic';
import type { Theme } from './theme.ts';

export type ScaleName = 'diverging' | 'sequential' | 'grey';

/** What the scales are called where a reader chooses one. */
export const SCALES: Record<ScaleName, string> = {
  diverging: 'Zero-centred colours',
  sequential: 'Least to greatest',
  grey: 'Grey',
};

export interface ColorScale {
  name: ScaleName;
  /** 256 pixels, from the lowest value to the highest. */
  steps: Uint32Array;
  /** Pixels for values beyond the ends, and for those that are no numbers. Their hues are not on the scale. */
  over: number;
  under: number;
  nan: number;
  positiveInfinity: number;
  negativeInfinity: number;
}

/** Blue through the dark of the page to orange-red: the white middle of the light scale would glare. */
const DARK_DIVERGING = piecewise(interpolateLab, [
  '#c2e2ff',
  '#64aef2',
  '#2f6cb0',
  '#2b2b2e',
  '#a34c31',
  '#ee7f57',
  '#ffdcc4',
]);

const MARKS = {
  diverging: {
    over: '#e0218a',
    under: '#00b8c4',
    nan: '#2fa84f',
    positiveInfinity: '#f2b705',
    negativeInfinity: '#8e5bd0',
  },
  sequential: {
    over: '#ff5a36',
    under: '#e0218a',
    nan: '#9b9b9b',
    positiveInfinity: '#ff9d00',
    negativeInfinity: '#c05bff',
  },
  grey: { over: '#e0218a', under: '#00a0ac', nan: '#2fa84f', positiveInfinity: '#f2b705', negativeInfinity: '#8e5bd0' },
} as const;

/** The scale for values on a page of this theme. */
export function colorScale(name: ScaleName, { kind }: Pick<Theme, 'kind'>): ColorScale {
  const steps = Uint32Array.from({ length: 256 }, (_, i) => pixel(interpolator(name, kind)(i / 255)));
  const marks = MARKS[name];
  return {
    name,
    steps,
    over: pixel(marks.over),
    under: pixel(marks.under),
    nan: pixel(marks.nan),
    positiveInfinity: pixel(marks.positiveInfinity),
    negativeInfinity: pixel(marks.negativeInfinity),
  };
}

function interpolator(name: ScaleName, kind: Theme['kind']): (t: number) => string {
  if (name === 'sequential') return interpolateViridis;
  // Black to white in every theme, as in pictures
  if (name === 'grey') return (t) => interpolateGreys(1 - t);
  return kind === 'dark' ? DARK_DIVERGING : (t) => interpolateRdBu(1 - t);
}

/** A CSS colour as an opaque pixel of ImageData, read as a little-endian number. */
export function pixel(color: string): number {
  const { r, g, b } = rgb(color);
  return ((255 << 24) | (Math.round(b) << 16) | (Math.round(g) << 8) | Math.round(r)) >>> 0;
}

/** A pixel as a CSS colour. */
export const cssColor = (p: number): string => `rgb(${p & 255}, ${(p >> 8) & 255}, ${(p >> 16) & 255})`;

/** Whether black is easier to read than white on a pixel of this colour. */
export const isBright = (p: number): boolean =>
  0.299 * (p & 255) + 0.587 * ((p >> 8) & 255) + 0.114 * ((p >> 16) & 255) > 140;
