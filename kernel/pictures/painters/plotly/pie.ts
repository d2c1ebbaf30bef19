// Pies and rings: slices with their shares, and a legend.
import type { Figure } from '../../../../renderers/plotly/figure.ts';
import { el, label, LIGHT, n, paintOf, WIDTH, type Drawing } from '../../svg.ts';
import { field, lineOf, listOf, numberOf, seriesColor, titleOf, type Trace } from './values.ts';

const RADIUS = 130;
const LEGEND = 14;

interface Slice {
  name: string;
  value: number;
  color: string;
}

export function piePicture({ data, layout }: Figure): Drawing {
  const pies = data.filter((t) => t['type'] === 'pie').slice(0, 1);
  const title = titleOf(layout['title']);
  const top = title ? 40 : 16;
  let body = title ? label(WIDTH / 2, 26, title, { size: 14, anchor: 'middle', most: WIDTH - 24 }) : '';
  for (const trace of pies) body += pie(trace, top + RADIUS + 6);
  return { width: WIDTH, height: top + 2 * RADIUS + 28, body };
}

function slicesOf(trace: Trace): Slice[] {
  const [names, values] = [listOf(trace['labels']), listOf(trace['values'])];
  const colors = listOf(field(trace, 'marker', 'colors'));
  const sums = new Map<string, number>();
  (values ?? names ?? []).forEach((v, i) => {
    const name = lineOf(names?.[i] ?? i);
    const value = values ? numberOf(v) : 1;
    if (value > 0 && Number.isFinite(value)) sums.set(name, (sums.get(name) ?? 0) + value);
  });
  const all = [...sums].map(([name, value], i) => ({ name, value, color: paintOf(colors?.[i], seriesColor(i)).color }));
  return trace['sort'] === false ? all : all.sort((a, b) => b.value - a.value);
}

function pie(trace: Trace, cy: number): string {
  const cx = 200;
  const slices = slicesOf(trace);
  const all = slices.reduce((sum, s) => sum + s.value, 0);
  if (all === 0) return label(cx, cy, 'No values', { anchor: 'middle', fill: LIGHT.muted });
  const hole = RADIUS * Math.max(0, Math.min(0.95, numberOf(trace['hole'] ?? 0) || 0));
  const at = (share: number, r: number) =>
    `${n(cx + r * Math.sin(2 * Math.PI * share))} ${n(cy - r * Math.cos(2 * Math.PI * share))}`;
  let body = '';
  let begun = 0;
  for (const [i, { name, value, color }] of slices.entries()) {
    const [a, b] = [begun, begun + value / all];
    begun = b;
    const large = b - a > 0.5 ? 1 : 0;
    // A whole circle is two halves
    const arcs =
      b - a > 0.999
        ? `A${RADIUS} ${RADIUS} 0 0 1 ${at(a + 0.5, RADIUS)}A${RADIUS} ${RADIUS} 0 0 1 ${at(b, RADIUS)}`
        : `A${RADIUS} ${RADIUS} 0 ${large} 1 ${at(b, RADIUS)}`;
    body += el('path', {
      d: `M${at(a, RADIUS)}${arcs}L${cx} ${n(cy)}Z`,
      fill: color,
      stroke: '#fff',
      'stroke-width': 1,
    });
    const middle = (a + b) / 2;
    if (b - a > 0.035) {
      const [x, y] = at(middle, (RADIUS + hole) / 2 + 8)
        .split(' ')
        .map(Number);
      body += label(x!, y! + 4, `${(100 * (b - a)).toFixed(1)} %`, { size: 11, anchor: 'middle', fill: '#fff' });
    }
    if (i < LEGEND) {
      const y = cy - RADIUS + 12 + 19 * i;
      body += el('rect', { x: 384, y: y - 9, width: 11, height: 11, rx: 2, fill: color });
      body += label(402, y + 1, name, { most: 220 });
    }
  }
  if (slices.length > LEGEND)
    body += label(402, cy - RADIUS + 13 + 19 * LEGEND, `… and ${slices.length - LEGEND} more`, { fill: LIGHT.muted });
  return hole > 0 ? body + el('circle', { cx, cy, r: hole, fill: '#fff' }) : body;
}
