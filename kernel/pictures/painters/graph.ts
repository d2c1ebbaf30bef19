// The picture of a graph: the same folding, layout and texts as its renderer, in the first state that it shows.
import { betterDirection } from '../../../renderers/graph/camera.ts';
import { cornerOf, curve, STACK } from '../../../renderers/graph/draw.ts';
import { visible } from '../../../renderers/graph/fold.ts';
import { place, type Placed, type Point } from '../../../renderers/graph/layout.ts';
import { LINE, lookOf, type Look, type TextRuler } from '../../../renderers/graph/look.ts';
import { readGraph, type GraphPayload } from '../../../renderers/graph/payload.ts';
import { plural } from '../../../renderers/shared/numbers.ts';
import { card, el, fitted, label, LIGHT, n, WIDTH, widthOf, type Drawing } from '../svg.ts';

const MARGIN = 12;
const COLORS = {
  edge: '#8a8a8a',
  input: LIGHT.series[0]!,
  variable: LIGHT.series[1]!,
  gradient: LIGHT.series[4]!,
  bad: LIGHT.series[3]!,
  folded: LIGHT.series[2]!,
};
/** Larger graphs are not laid out: it would take seconds, and nobody could read the picture. */
const MOST_ITEMS = 600;
/** Wider pictures are shrunk; below this scale their texts cannot be read. */
const MOST_WIDTH = 1600;
const MOST_HEIGHT = 2400;
const TRY_BOTH = 120;

const ruler: TextRuler = { width: (text, size) => widthOf(text, size) };

/** @throws PayloadError if the bytes are no graph */
export function graphPicture(bytes: Uint8Array): Drawing {
  const payload = readGraph(bytes);
  const folded = new Set(payload.groups.flatMap((group, g) => (group.folded ? [g] : [])));
  const view = visible(payload, folded);
  const title = payload.title || (payload.kind === 'layers' ? 'Model' : 'Graph');
  if (view.items.length === 0) return card(title, 'The graph is empty.');
  if (view.items.length > MOST_ITEMS)
    return card(title, `A graph of ${plural(view.items.length, 'node')}, too large for a picture. DLNB draws it.`);
  const looks = new Map(view.items.map((item) => [item.id, lookOf(payload, item, ruler)]));
  const right = place(payload, view, looks, payload.direction ?? 'right');
  let placed = right;
  if (payload.direction === undefined && view.items.length <= TRY_BOTH) {
    const down = place(payload, view, looks, 'down');
    if (betterDirection(right, down, WIDTH) === 'down') placed = down;
  }
  return framed(payload, title, { placed, looks, shown: view.items.length, open: view.open });
}

interface Scene {
  placed: Placed;
  looks: Map<string, Look>;
  shown: number;
  open: readonly number[];
}

function framed(payload: GraphPayload, title: string, scene: Scene): Drawing {
  const { placed, looks, open } = scene;
  const scale = Math.min(1, MOST_WIDTH / placed.width, MOST_HEIGHT / placed.height);
  const width = Math.max(WIDTH, Math.ceil(placed.width * scale) + 2 * MARGIN);
  const notes = notesOf(payload, scene.shown);
  const top = 34 + 16 * (notes.length > 0 ? 1 : 0);
  let inside = el(
    'marker',
    { id: 'arrow', viewBox: '0 0 10 10', refX: 9, refY: 5, markerWidth: 7, markerHeight: 7, orient: 'auto' },
    el('path', { d: 'M0 1L9 5L0 9Z', fill: COLORS.edge }),
  );
  for (const g of open) inside += groupBox(g, placed);
  for (const { points } of placed.links)
    inside += el('path', {
      d: curve(points),
      fill: 'none',
      stroke: COLORS.edge,
      'stroke-width': 1.2,
      'marker-end': 'url(#arrow)',
    });
  for (const g of open) inside += groupName(payload, g, placed);
  for (const [id, look] of looks) inside += node(look, placed.items.get(id)!);
  const left = Math.max(MARGIN, (width - placed.width * scale) / 2);
  let body = label(MARGIN, 24, title, { size: 14, most: width - 2 * MARGIN });
  if (notes.length > 0)
    body += label(MARGIN, 42, notes.join(' · '), { size: 11, fill: LIGHT.muted, most: width - 2 * MARGIN });
  body += el(
    'g',
    { transform: `translate(${n(left)} ${n(top)}) scale(${String(Math.round(scale * 1e4) / 1e4)})` },
    inside,
  );
  return { width, height: top + placed.height * scale + MARGIN, body };
}

function notesOf(payload: GraphPayload, shown: number): string[] {
  const notes: string[] = [];
  if (payload.kind === 'autodiff') notes.push('values below, gradients above the nodes');
  if (shown < payload.nodes.length) notes.push(`${plural(payload.nodes.length, 'node')}, some of them folded`);
  if (payload.omitted) notes.push(`${plural(payload.omitted, 'node')} left out`);
  return notes;
}

function groupBox(g: number, { groups }: Placed): string {
  const { x, y, width, height } = groups.get(g)!;
  const place = { x: x - width / 2, y: y - height / 2, width, height, rx: 8 };
  return el('rect', {
    ...place,
    fill: '#f4f4f4',
    'fill-opacity': 0.7,
    stroke: LIGHT.border,
    'stroke-dasharray': '4 3',
  });
}

function groupName({ groups }: GraphPayload, g: number, { groups: boxes }: Placed): string {
  const { x, y, width, height } = boxes.get(g)!;
  const { label: name, type } = groups[g]!;
  const text = `▾ ${name}${type ? ` (${type})` : ''}`;
  return label(x - width / 2 + 8, y - height / 2 + 15, text, {
    size: 11,
    fill: LIGHT.muted,
    most: Math.max(30, width - 14),
  });
}

function node(look: Look, { x, y }: Point): string {
  const { box, title, subtitle, above, below, shape, className } = look;
  const [w, h] = [box.width, box.height];
  const is = (name: string) => className.split(' ').includes(name);
  const color =
    look.badValue || look.badGradient
      ? COLORS.bad
      : is('input')
        ? COLORS.input
        : is('variable')
          ? COLORS.variable
          : is('folded')
            ? COLORS.folded
            : COLORS.edge;
  const outline = {
    width: w,
    height: h,
    rx: cornerOf(look),
    fill: is('input') || is('variable') || is('folded') ? tint(color) : is('layer') ? '#f5f5f5' : '#ffffff',
    stroke: is('result') ? LIGHT.foreground : color,
    'stroke-width': is('result') ? 2.2 : 1.2,
    'stroke-dasharray': is('constant') ? '3 2' : undefined,
  };
  let body = '';
  if (is('folded')) body += el('rect', { ...outline, x: x - w / 2 + STACK, y: y - h / 2 + STACK });
  body += el('rect', { ...outline, x: x - w / 2, y: y - h / 2 });
  const text = (at: number, content: string, size: number, fill?: string) =>
    (body += label(x, at, content, { size, anchor: 'middle', ...(fill && { fill }) }));
  text(y + (subtitle ? -3 : 4.5), fitted(title, w - 6, 13), 13);
  if (subtitle) text(y + 13, subtitle, 10.5, LIGHT.muted);
  const bottom = y + h / 2 + 13 + (is('folded') ? STACK : 0);
  if (above) text(y - h / 2 - 5, above, 11.5, look.badGradient ? COLORS.bad : COLORS.gradient);
  if (below) text(bottom, below, 11.5, look.badValue ? COLORS.bad : LIGHT.foreground);
  if (shape) text(bottom + (below ? LINE - 1 : 0), shape, 10.5, LIGHT.muted);
  return body;
}

/** A color of `#rrggbb` mixed with six times as much white. */
function tint(color: string): string {
  const rgb = parseInt(color.slice(1), 16);
  const mixed = [16, 8, 0].map((shift) => Math.round(255 - (255 - ((rgb >> shift) & 255)) * 0.14));
  return `rgb(${mixed.join(',')})`;
}
