// A small histogram within a line of text.
import { svgElement } from './dom.ts';
import { shortNumber } from './numbers.ts';

/** Size in pixels. */
const SIZE = { width: 64, height: 14 };

/** With fewer values a histogram shows nothing that the range does not. */
const LEAST = 12;

/** Whether a histogram is worth its place. */
export const isWorthDrawing = (histogram: readonly number[] | undefined): histogram is readonly number[] =>
  histogram !== undefined && histogram.length > 1 && histogram.reduce((sum, n) => sum + n, 0) >= LEAST;

/** A histogram as high as the line; bins with few values stay visible. */
export function sparkline(histogram: readonly number[], min: number, max: number): SVGElement {
  const { width, height } = SIZE;
  const most = Math.max(...histogram, 1);
  const step = width / histogram.length;
  const path = histogram.map((n, i) => {
    const bar = n === 0 ? 0 : Math.max(0.7, (n / most) * height);
    return `M${(i * step).toFixed(2)} ${height}v${(-bar).toFixed(2)}h${(step * 0.86).toFixed(2)}v${bar.toFixed(2)}z`;
  });
  const label = `Histogram of the values from ${shortNumber(min)} to ${shortNumber(max)}`;
  const svg = svgElement('svg', {
    class: 'sparkline',
    width,
    height,
    viewBox: `0 0 ${width} ${height}`,
    role: 'img',
    'aria-label': label,
  });
  svg.append(svgElement('title', {}, label), svgElement('path', { d: path.join(''), fill: 'currentColor' }));
  return svg;
}
