// The colors of the scales in 256 steps, from d3. The build runs this module and bundles its result, so that renderers
// hold the colors without the library.
import { rgb } from 'd3-color';
import { interpolateLab, piecewise } from 'd3-interpolate';
import { interpolateGreys, interpolateRdBu, interpolateViridis } from 'd3-scale-chromatic';

/** From blue through the dark of the page to orange-red; the white middle of the light scale would glare. */
const DARK_DIVERGING = piecewise(interpolateLab, [
  '#c2e2ff',
  '#64aef2',
  '#2f6cb0',
  '#2b2b2e',
  '#a34c31',
  '#ee7f57',
  '#ffdcc4',
]);

/** Red, green and blue of each step, a byte each, in base64. */
export const tables = {
  sequential: table(interpolateViridis),
  // Black to white in every theme, as in photographs
  gray: table((t) => interpolateGreys(1 - t)),
  divergingLight: table((t) => interpolateRdBu(1 - t)),
  divergingDark: table(DARK_DIVERGING),
};

function table(color: (t: number) => string): string {
  const bytes = Array.from({ length: 256 }, (_, i) => {
    const { r, g, b } = rgb(color(i / 255));
    return [r, g, b].map(Math.round);
  });
  return btoa(String.fromCharCode(...bytes.flat()));
}
