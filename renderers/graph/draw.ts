// Draws a laid-out graph as SVG. Texts of the payload are never parsed.
import { svgElement as svg } from '../shared/dom.ts';
import type { View } from './fold.ts';
import type { Placed, Point } from './layout.ts';
import { LINE, type Look } from './look.ts';
import type { GraphPayload } from './payload.ts';

/** Offset of the second sheet of a folded group. */
export const STACK = 4;

export interface Drawing {
  /** Nodes by the id of their item. */
  nodes: Map<string, SVGGElement>;
  /** Names of unfolded groups by index of the group; a press folds the group. */
  heads: Map<number, SVGGElement>;
  /** Edges by the ids of both ends. */
  edges: { from: string; to: string; path: SVGPathElement }[];
}

/** Draws into an empty group. */
export function draw(
  into: SVGGElement,
  payload: GraphPayload,
  view: View,
  placed: Placed,
  looks: Map<string, Look>,
  labels: Map<string, string>,
): Drawing {
  const drawing: Drawing = { nodes: new Map(), heads: new Map(), edges: [] };
  for (const g of view.open) {
    const { box, head } = groupBox(payload, g, placed);
    drawing.heads.set(g, head);
    into.append(box);
  }
  for (const { link, points } of placed.links) {
    const path = svg('path', { class: 'edge', d: curve(points), 'marker-end': 'url(#arrow)' });
    drawing.edges.push({ from: link.from, to: link.to, path });
    into.append(path);
  }
  // Above the edges, so that a press reaches them
  for (const head of drawing.heads.values()) into.append(head);
  for (const { id, group } of view.items) {
    const node = drawNode(looks.get(id)!, placed.items.get(id)!);
    node.dataset['id'] = id;
    node.setAttribute('aria-label', labels.get(id)!);
    node.setAttribute('role', group === undefined ? 'img' : 'button');
    if (group !== undefined) node.setAttribute('aria-expanded', 'false');
    node.setAttribute('tabindex', '-1');
    drawing.nodes.set(id, node);
    into.append(node);
  }
  return drawing;
}

function groupBox({ groups }: GraphPayload, g: number, { groups: boxes }: Placed) {
  const { x, y, width, height } = boxes.get(g)!;
  const [left, top] = [x - width / 2, y - height / 2];
  const { label, type } = groups[g]!;
  const box = svg('rect', { class: 'group', x: left, y: top, width, height, rx: 8 });
  const head = svg('g', {
    class: 'head',
    role: 'button',
    tabindex: -1,
    'aria-expanded': 'true',
    'aria-label': `Fold ${label}`,
    'data-group': g,
  });
  const name = `▾ ${label}${type ? ` (${type})` : ''}`;
  const most = Math.max(4, Math.floor((width - 12) / 7));
  head.append(
    svg('rect', { x: left + 2, y: top + 2, width: Math.max(0, width - 4), height: 18, rx: 6 }),
    svg('text', { x: left + 8, y: top + 15 }, name.length > most ? `${name.slice(0, most - 1)}…` : name),
  );
  return { box, head };
}

function drawNode(look: Look, { x, y }: Point): SVGGElement {
  const { box, title, subtitle, above, below, shape } = look;
  const node = svg('g', { class: `node ${look.className}`, transform: `translate(${round(x)} ${round(y)})` });
  const [w, h] = [round(box.width), round(box.height)];
  const rect = (grow: number, className: string) =>
    svg('rect', {
      class: className,
      x: -w / 2 - grow,
      y: -h / 2 - grow,
      width: w + 2 * grow,
      height: h + 2 * grow,
      rx: cornerOf(look) + grow,
    });
  // The area that the pointer hits is larger than the drawing
  node.append(
    svg('rect', { class: 'hit', x: -look.width / 2, y: -look.height / 2, width: look.width, height: look.height }),
  );
  const isFolded = look.className.includes('folded');
  if (isFolded)
    node.append(svg('rect', { class: 'stack', x: -w / 2 + STACK, y: -h / 2 + STACK, width: w, height: h, rx: 6 }));
  node.append(rect(0, 'box'), rect(3, 'ring'));
  if (look.badValue || look.badGradient) node.classList.add('bad');
  node.append(svg('text', { class: 'title', y: subtitle ? -4 : 0 }, title));
  if (subtitle) node.append(svg('text', { class: 'subtitle', y: 11 }, subtitle));
  const bottom = h / 2 + 12 + (isFolded ? STACK : 0);
  if (above) node.append(svg('text', { class: look.badGradient ? 'gradient bad' : 'gradient', y: -h / 2 - 6 }, above));
  if (below) node.append(svg('text', { class: look.badValue ? 'value bad' : 'value', y: bottom }, below));
  if (shape) node.append(svg('text', { class: 'shape', y: bottom + (below ? LINE - 1 : 0) }, shape));
  return node;
}

/** Radius of the corners of an item. */
export function cornerOf({ box, className }: Look): number {
  if (box.round || /input|variable|constant/.test(className)) return box.height / 2;
  return 6;
}

/** A smooth line through the middles of the segments, bent towards the corners. */
export function curve(points: Point[]): string {
  const at = ({ x, y }: Point) => `${round(x)} ${round(y)}`;
  const [first, ...rest] = points;
  if (rest.length < 2) return `M${at(first!)}L${at(rest[0]!)}`;
  let d = `M${at(first!)}`;
  for (let i = 0; i < rest.length - 1; i++) {
    const [a, b] = [rest[i]!, rest[i + 1]!];
    const end = i === rest.length - 2 ? b : { x: (a.x + b.x) / 2, y: (a.y + b.y) / 2 };
    d += `Q${at(a)} ${at(end)}`;
  }
  return d;
}

const round = (n: number) => Math.round(n * 10) / 10;
