// Shapes and annotations of a flat figure.
import { el, label, LIGHT, n, paintOf, WIDTH, widthOf } from '../../svg.ts';
import { type Axis, coordinate, placed } from './axis.ts';
import { near } from './plane.ts';
import { dashOf } from './scatter.ts';
import { field, linesOf, numberOf, type Trace } from './values.ts';
import type { Inner } from './axes.ts';
import { SIZE } from './scene.ts';

/** The place that a reference and a value name: of an axis, of its domain, or of the whole drawing. */
function referred(ref: unknown, value: unknown, which: 'x' | 'y', axes: Map<string, Axis>, inner: Inner): number {
  const name = typeof ref === 'string' ? ref : which;
  const [id, domain] = name.split(' ');
  const axis = axes.get(id!);
  const share = numberOf(value);
  if (name === 'paper' || !axis) {
    return which === 'x' ? inner.left + inner.width * share : inner.top + inner.height * (1 - share);
  }
  if (domain) return axis.ends[0] + (axis.ends[1] - axis.ends[0]) * share;
  // On a logarithmic axis, annotations and shapes differ in plotly: a shape has the value, a note its logarithm
  return near(placed(axis, axis.type === 'log' ? share : coordinate(axis, value)));
}

export function drawShape(shape: Trace, axes: Map<string, Axis>, inner: Inner): string {
  const at = (which: 'x' | 'y', value: unknown) => {
    const ref = shape[`${which}ref`];
    const axis = axes.get(String(ref ?? which));
    const own = axis?.type === 'log' ? Math.log10(numberOf(value)) : value;
    return referred(ref, own, which, axes, inner);
  };
  const [x0, x1] = [at('x', shape['x0']), at('x', shape['x1'])];
  const [y0, y1] = [at('y', shape['y0']), at('y', shape['y1'])];
  if (![x0, x1, y0, y1].every(Number.isFinite)) return '';
  const line = paintOf(field(shape, 'line', 'color'), LIGHT.foreground);
  const fill = shape['fillcolor'] === undefined ? { color: 'none', opacity: 1 } : paintOf(shape['fillcolor'], 'none');
  const alpha = numberOf(shape['opacity'] ?? 1);
  const look = {
    fill: fill.color,
    'fill-opacity': fill.opacity * alpha,
    stroke: line.color,
    'stroke-opacity': line.opacity * alpha,
    'stroke-width': Math.max(0, numberOf(field(shape, 'line', 'width') ?? 2)),
    'stroke-dasharray': dashOf(field(shape, 'line', 'dash')),
  };
  const type = shape['type'];
  if (type === 'line') return el('path', { d: `M${n(x0)} ${n(y0)}L${n(x1)} ${n(y1)}`, ...look, fill: 'none' });
  const box = { x: Math.min(x0, x1), y: Math.min(y0, y1), width: Math.abs(x1 - x0), height: Math.abs(y1 - y0) };
  if (type === 'circle')
    return el('ellipse', { cx: (x0 + x1) / 2, cy: (y0 + y1) / 2, rx: box.width / 2, ry: box.height / 2, ...look });
  return type === 'rect' ? el('rect', { ...box, ...look }) : '';
}

export function annotation(note: Trace, axes: Map<string, Axis>, inner: Inner): string {
  if (note['visible'] === false) return '';
  const px = referred(note['xref'], note['x'], 'x', axes, inner);
  const py = referred(note['yref'], note['y'], 'y', axes, inner);
  if (!Number.isFinite(px + py)) return '';
  const size = Math.max(8, Math.min(20, numberOf(field(note, 'font', 'size')) || SIZE));
  const { color, opacity } = paintOf(field(note, 'font', 'color'), LIGHT.foreground);
  const arrow = note['showarrow'] !== false;
  const shift = (key: string, otherwise: number) =>
    arrow ? (Number.isFinite(numberOf(note[key])) ? numberOf(note[key]) : otherwise) : 0;
  const ax = shift('ax', -10);
  const stated = shift('ay', -30);
  const lines = linesOf(note['text']);
  const block = lines.length * (size + 3);
  // Above the picture's edge there is no room: the text goes below its point
  const below = arrow && stated < 0 && py + stated - block < 4;
  const ay = below ? -stated : stated;
  const [x, y] = [px + (numberOf(note['xshift']) || 0) + ax, py - (numberOf(note['yshift']) || 0) + ay];
  const anchor = note['xanchor'] === 'left' ? 'start' : note['xanchor'] === 'right' ? 'end' : 'middle';
  const above = below || note['yanchor'] === 'top' ? 0 : arrow || note['yanchor'] === 'bottom' ? -block : -block / 2;
  let body =
    arrow && (ax !== 0 || ay !== 0)
      ? el('path', { d: `M${n(px)} ${n(py)}L${n(x)} ${n(y)}`, stroke: LIGHT.muted, 'stroke-width': 1, fill: 'none' })
      : '';
  const angle = numberOf(note['textangle']);
  const behind = paintOf(note['bgcolor'], 'none');
  if (behind.color !== 'none' && !angle) {
    const width = Math.max(...lines.map((line) => widthOf(line, size))) + 4;
    const left = anchor === 'start' ? x - 2 : anchor === 'end' ? x - width + 2 : x - width / 2;
    const box = { x: left, y: y + above - 1, width, height: block + 2 };
    body += el('rect', { ...box, fill: behind.color, 'fill-opacity': behind.opacity });
  }
  lines.forEach((line, i) => {
    body += label(x, y + above + (i + 1) * (size + 3) - 4, line, {
      size,
      fill: color,
      anchor,
      opacity: opacity < 1 ? opacity : undefined,
      most: WIDTH,
      ...(angle ? { rotate: angle } : {}),
    });
  });
  return body;
}
