// Places of nodes, edges and boxes of groups: dagre's layered layout of the visible items.
import { Graph, layout } from '@dagrejs/dagre';
import type { GraphPayload } from './payload.ts';
import type { Link, View } from './fold.ts';

export type Direction = 'right' | 'down';

export interface Point {
  x: number;
  y: number;
}
/** Center of the box. */
export interface Box extends Point {
  width: number;
  height: number;
}

/** Outline of a node: a rectangle or a circle. */
export interface Shape {
  width: number;
  height: number;
  round?: boolean;
}

/** The size of an item: its box, and the texts above and below it. */
export interface Size {
  box: Shape;
  width: number;
  /** Of box and texts, with the box in the middle. */
  height: number;
  /** From the center to the ends of the texts above and below. */
  up: number;
  down: number;
}

export interface Placed {
  width: number;
  height: number;
  items: Map<string, Point>;
  links: { link: Link; points: Point[] }[];
  groups: Map<number, Box>;
}

const MARGIN = 14;
/** Room for the name at the top of a group. */
export const GROUP_HEAD = 20;
/** Between a box and a box inside it. */
const PADDING = 6;

/** Larger graphs get a faster layout, in which boxes of groups may overlap. */
const LARGE = 300;
/** Up to this size, the best-looking alignment is tried first. */
const SMALL = 120;
type Alignment = 'UL' | 'UR' | 'DL' | 'DR' | undefined;
/** Aligned to one side, a long chain is a straight line; the better side depends on its branches. */
const SIDES: Alignment[] = ['UL', 'UR', 'DL', 'DR'];
/** More than this multiple of the room that the nodes need across the flow is too much. */
const LOOSE = 6;

export function place(payload: GraphPayload, view: View, sizes: Map<string, Size>, direction: Direction): Placed {
  const large = view.items.length > LARGE;
  const nested = view.open.length > 0 && !large;
  const across = direction === 'right' ? 'height' : 'width';
  let best: Placed | undefined;
  for (const align of view.items.length > SMALL ? SIDES : [undefined, ...SIDES]) {
    const graph = graphOf(payload, view, sizes, direction, nested);
    graph.setGraph({ ...graph.graph(), ...(align ? { align } : {}), ranker: large ? 'tight-tree' : 'network-simplex' });
    layout(graph, { disableOptimalOrderHeuristic: large });
    const placed = read(graph, payload, view, sizes, direction);
    if (!best || placed[across] < 0.75 * best[across]) best = placed;
    if (best[across] <= LOOSE * needed(view, sizes, placed, direction)) break;
  }
  return best!;
}

/** The room that the nodes need across the flow if each rank has the same number of them. */
function needed(view: View, sizes: Map<string, Size>, { items }: Placed, direction: Direction): number {
  const [along, across] = direction === 'right' ? (['x', 'height'] as const) : (['y', 'width'] as const);
  const ranks = new Set([...items.values()].map((at) => Math.round(at[along]))).size;
  const sum = view.items.reduce((total, { id }) => total + sizes.get(id)![across], 0);
  return 2 * MARGIN + sum / Math.max(1, ranks);
}

function graphOf(
  payload: GraphPayload,
  view: View,
  sizes: Map<string, Size>,
  direction: Direction,
  nested: boolean,
): Graph {
  const graph = new Graph({ compound: nested });
  const right = direction === 'right';
  // Names of groups are placed in the gaps between ranks, or beside the borders of groups
  const head = nested ? GROUP_HEAD * depthOf(payload, view) : 0;
  graph.setGraph({
    rankdir: right ? 'LR' : 'TB',
    // Above a layer is room for a gradient that it has not
    ranksep: right ? 38 : (payload.kind === 'layers' ? 16 : 30) + head,
    nodesep: right ? 14 : 22,
    edgesep: right ? 10 + head / 2 : 10,
  });
  graph.setDefaultEdgeLabel(() => ({}));
  for (const { id } of view.items) {
    const { width, height } = sizes.get(id)!;
    graph.setNode(id, { width, height });
  }
  if (nested) {
    for (const g of view.open) graph.setNode(`b${g}`, {});
    const inBox = (id: string, parent: number | undefined) => {
      if (parent !== undefined) graph.setParent(id, `b${parent}`);
    };
    for (const { id, parent } of view.items) inBox(id, parent);
    for (const g of view.open) inBox(`b${g}`, payload.groups[g]!.parent);
  }
  for (const { from, to } of view.links) graph.setEdge(from, to, {});
  return graph;
}

/** Deepest nesting of open groups. */
function depthOf({ groups }: GraphPayload, { open }: View): number {
  const depths = new Map<number, number>();
  for (const g of open) depths.set(g, 1 + (depths.get(groups[g]!.parent ?? -1) ?? 0));
  return Math.max(0, ...depths.values());
}

function read(graph: Graph, payload: GraphPayload, view: View, sizes: Map<string, Size>, direction: Direction): Placed {
  const items = new Map<string, Point>();
  for (const { id } of view.items) {
    const { x, y } = graph.node(id) as Point;
    items.set(id, { x, y });
  }
  const own = boxesOfMembers(view, items, sizes);
  const links = view.links.map((link) => {
    const inner = (graph.edge(link.from, link.to) as { points: Point[] }).points.slice(1, -1);
    const [from, to] = [items.get(link.from)!, items.get(link.to)!];
    const begin = endOf(from, sizes.get(link.from)!, 'down', direction, inner[0] ?? to);
    const end = endOf(to, sizes.get(link.to)!, 'up', direction, inner.at(-1) ?? from);
    return { link, points: [...begin, ...inner, ...end.reverse()] };
  });
  return framed({ items, links, groups: groupBoxes(payload, view, own) }, sizes);
}

/** The box around the nodes of each unfolded group that are in no inner group. */
function boxesOfMembers({ items }: View, at: Map<string, Point>, sizes: Map<string, Size>): Map<number, Box> {
  const boxes = new Map<number, Box>();
  for (const { id, parent } of items) {
    if (parent === undefined) continue;
    const { width, height } = sizes.get(id)!;
    const box = { ...at.get(id)!, width: width + 2 * PADDING, height: height + 2 * PADDING };
    const before = boxes.get(parent);
    boxes.set(parent, before ? around(before, box) : box);
  }
  return boxes;
}

/** The smallest box that holds both. */
function around(a: Box, b: Box): Box {
  const left = Math.min(a.x - a.width / 2, b.x - b.width / 2);
  const right = Math.max(a.x + a.width / 2, b.x + b.width / 2);
  const top = Math.min(a.y - a.height / 2, b.y - b.height / 2);
  const bottom = Math.max(a.y + a.height / 2, b.y + b.height / 2);
  return { x: (left + right) / 2, y: (top + bottom) / 2, width: right - left, height: bottom - top };
}

/** Moves the drawing to the margin, and measures it. */
function framed(placed: Omit<Placed, 'width' | 'height'>, sizes: Map<string, Size>): Placed {
  const { groups, items, links } = placed;
  const corners = links.flatMap((l) => l.points);
  let whole: Box | undefined;
  const include = (box: Box) => (whole = whole ? around(whole, box) : box);
  for (const [id, at] of items) include({ ...at, width: sizes.get(id)!.width, height: sizes.get(id)!.height });
  for (const box of groups.values()) include(box);
  for (const at of corners) include({ ...at, width: 0, height: 0 });
  const { x, y, width, height } = whole ?? { x: 0, y: 0, width: 0, height: 0 };
  for (const p of [...items.values(), ...groups.values(), ...corners]) {
    p.x += MARGIN - (x - width / 2);
    p.y += MARGIN - (y - height / 2);
  }
  return { ...placed, width: width + 2 * MARGIN, height: height + 2 * MARGIN };
}

/** The boxes of groups with room for their names, and for the boxes inside them. */
function groupBoxes({ groups }: GraphPayload, { open }: View, own: Map<number, Box>): Map<number, Box> {
  const boxes = new Map<number, Box>();
  const inside = new Map<number, Box>();
  // Each group comes after its parent
  for (const g of open.toReversed()) {
    const inner = inside.get(g);
    const held = own.get(g);
    const { x, y, width, height } = inner && held ? around(inner, held) : (inner ?? held)!;
    const box = { x, y: y - GROUP_HEAD / 2, width, height: height + GROUP_HEAD };
    boxes.set(g, box);
    const { parent } = groups[g]!;
    if (parent === undefined) continue;
    const padded = { ...box, width: box.width + 2 * PADDING, height: box.height + 2 * PADDING };
    const before = inside.get(parent);
    inside.set(parent, before ? around(before, padded) : padded);
  }
  return boxes;
}

/** Between the texts of a node and an edge that passes them. */
const CLEAR = 4;

/**
 * The end of an edge at a node, from the node outwards. Edges do not cross the texts above and below: from above and
 * below they end at these; from the side they pass texts that are wider than the box before they turn to it.
 */
function endOf(at: Point, size: Size, end: 'up' | 'down', direction: Direction, towards: Point): Point[] {
  const { box, width, up, down } = size;
  if (direction === 'down')
    return [atBorder(at, { width: Math.max(width, box.width), height: 2 * (end === 'up' ? up : down) }, towards)];
  const sign = end === 'up' ? -1 : 1;
  const outer = at.x + sign * (width / 2 + CLEAR);
  if (width <= box.width + 2 * CLEAR || sign * (towards.x - outer) <= 0) return [atBorder(at, box, towards)];
  const most = 0.22 * box.height;
  const dy = Math.max(-most, Math.min(most, 0.2 * (towards.y - at.y)));
  const dx = box.round ? Math.sqrt((box.width / 2) ** 2 - dy ** 2) : box.width / 2;
  return [
    { x: at.x + sign * dx, y: at.y + dy },
    { x: outer, y: at.y + dy },
  ];
}

/** The point where the line from the center of a box to a point leaves the box. */
function atBorder(middle: Point, { width, height, round }: Shape, towards: Point): Point {
  const dx = towards.x - middle.x;
  const dy = towards.y - middle.y;
  const share = round ? width / 2 / Math.hypot(dx, dy) : Math.min(width / 2 / Math.abs(dx), height / 2 / Math.abs(dy));
  return Number.isFinite(share) && share < 1 ? { x: middle.x + share * dx, y: middle.y + share * dy } : { ...middle };
}
