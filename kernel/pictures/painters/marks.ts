// Marks for values beyond a color scale, as shapes: a cross on NaN, triangles on infinities, a dot on outliers.
import { el, n } from '../svg.ts';

/** The mark of a value around a point; the same as renderers/shared/marks.ts draws. */
export function mark(value: number, x: number, y: number, radius: number, color: string): string {
  if (Number.isNaN(value)) {
    const d = `M${n(x - radius)} ${n(y - radius)}L${n(x + radius)} ${n(y + radius)}M${n(x + radius)} ${n(y - radius)}L${n(x - radius)} ${n(y + radius)}`;
    return el('path', { d, fill: 'none', stroke: color, 'stroke-width': Math.max(0.5, radius * 0.4) });
  }
  if (Number.isFinite(value)) return el('circle', { cx: x, cy: y, r: radius * 0.6, fill: color });
  const up = value > 0 ? -radius : radius;
  const d = `M${n(x - radius)} ${n(y - up)}L${n(x)} ${n(y + up)}L${n(x + radius)} ${n(y - up)}Z`;
  return el('path', { d, fill: color });
}
