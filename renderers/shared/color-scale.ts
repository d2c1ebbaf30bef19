// Color scales for values, from d3: 256 steps as pixels of a canvas, chosen for the theme.
import { tables } from './color-tables.ts';
import type { Theme } from './theme.ts';

export type ScaleName = 'diverging' | 'sequential' | 'gray';

/** Names of the scales in drop-down lists. */
export const SCALES: Record<ScaleName, string> = {
  diverging: 'Zero-centered colors',
  sequential: 'Least to greatest',
  gray: 'Gray',
};

export interface ColorScale {
  name: ScaleName;
  /** 256 pixels, from the lowest value to the highest. */
  steps: Uint32Array;
  /** Pixels for values beyond the ends, and for NaN and infinities. Their hues are not on the scale. */
  over: number;
  under: number;
  nan: number;
  positiveInfinity: number;
  negativeInfinity: number;
}

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
  gray: { over: '#e0218a', under: '#00a0ac', nan: '#2fa84f', positiveInfinity: '#f2b705', negativeInfinity: '#8e5bd0' },
} as const;

/** The scale for a page of this theme. */
export function colorScale(name: ScaleName, { kind }: Pick<Theme, 'kind'>): ColorScale {
  const table = name !== 'diverging' ? name : kind === 'dark' ? 'divergingDark' : 'divergingLight';
  const bytes = Uint8Array.from(atob(tables[table]), (c) => c.charCodeAt(0));
  const steps = Uint32Array.from({ length: 256 }, (_, i) =>
    opaque(bytes[3 * i]!, bytes[3 * i + 1]!, bytes[3 * i + 2]!),
  );
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

/** A color `#rrggbb` as an opaque pixel of ImageData, read as a little-endian number. */
function pixel(color: string): number {
  const rgb = parseInt(color.slice(1), 16);
  return opaque(rgb >> 16, (rgb >> 8) & 255, rgb & 255);
}

const opaque = (r: number, g: number, b: number): number => ((255 << 24) | (b << 16) | (g << 8) | r) >>> 0;

/** A pixel as a CSS color. */
export const cssColor = (p: number): string => `rgb(${p & 255}, ${(p >> 8) & 255}, ${(p >> 16) & 255})`;

/** Whether black is easier to read than white on this color. */
export const isBright = (p: number): boolean =>
  0.299 * (p & 255) + 0.587 * ((p >> 8) & 255) + 0.114 * ((p >> 16) & 255) > 140;
