// Where nodes, edges and the boxes of groups are: the layered layout of dagre over the items that are seen.
import { Graph, layout } from '@dagrejs/dagre';
import type { GraphPayload } from './payload.ts';
import type { Link, View } from './fold.ts';

export type Direction = 'right' | 'down';

export interface Point {
  x: number;
  y: number;
}
/** By its middle. */
export interface Box extends Point {
  width: number;
  height: number;
}

/** What is drawn of a node: a rectangle, or a circle. */
export interface Shape {
  width: number;
  height: number;
  round?: boolean;
}

/** The size of an item: its box, and the texts above and below it. */
export interface Size {
  box: Shape;
  width: number;
  /** Of all: the box is in the middle. */
  height: number;
}

export interface Placed {
  width: number;
  height: number;
  items: Map<string, Point>;
  links: { link: Link; points: Point[] }[];
  groups: Map<number, Box>;
}

const MARGIN = 14;
/** Room for the name of a group, at its top. */
export const GROUP_HEAD = 20;

export function place(payload: GraphPayload, view: View, sizes: Map<string, Size>, direction: Direction): Placed {
  const nested = view.open.length > 0;
  const graph = new Graph({ compound: nested });
  graph.setGraph({
    rankdir: direction === 'right' ? 'LR' : 'TB',
    ranksep: direction === 'right' ? 38 : 30,
    nodesep: direction === 'right' ? 14 : 22,
    edgesep: 10,
    marginx: MARGIN,
    marginy: nested ? MARGIN + GROUP_HEAD : MARGIN,
    // The best ranks take too long for a large graph
    ranker: view.items.length > 400 ? 'longest-path' : 'network-simplex',
  });
  graph.setDefaultEdgeLabel(() => ({}));
  for (const { id } of view.items) {
    const { width, height } = sizes.get(id)!;
    graph.setNode(id, { width, height });
  }
  for (const g of view.open) graph.setNode(`b${g}`, {});
  const inBox = (id: string, parent: number | undefined) => {
    if (parent !== undefined) graph.setParent(id, `b${parent}`);
  };
  for (const { id, parent } of view.items) inBox(id, parent);
  for (const g of view.open) inBox(`b${g}`, payload.groups[g]!.parent);
  for (const { from, to } of view.links) graph.setEdge(from, to, {});
  layout(graph);
  return read(graph, view, sizes);
}

function read(graph: Graph, view: View, sizes: Map<string, Size>): Placed {
  const items = new Map<string, Point>();
  for (const { id } of view.items) {
    const { x, y } = graph.node(id) as Point;
    items.set(id, { x, y });
  }
  const groups = new Map<number, Box>();
  for (const g of view.open) {
    const { x, y, width, height } = graph.node(`b${g}`) as Box;
    groups.set(g, { x, y: y - GROUP_HEAD / 2, width, height: height + GROUP_HEAD });
  }
  const links = view.links.map((link) => {
    const inner = (graph.edge(link.from, link.to) as { points: Point[] }).points.slice(1, -1);
    const [from, to] = [items.get(link.from)!, items.get(link.to)!];
    return {
      link,
      points: [
        atBorder(from, sizes.get(link.from)!.box, inner[0] ?? to),
        ...inner,
        atBorder(to, sizes.get(link.to)!.box, inner.at(-1) ?? from),
      ],
    };
  });
  const { width = 0, height = 0 } = graph.graph() as { width?: number; height?: number };
  const finite = (n: number) => (Number.isFinite(n) ? n : 0);
  return { width: finite(width), height: finite(height), items, links, groups };
}

/** Where the line from the middle of a box towards a point leaves the box. */
function atBorder(middle: Point, { width, height, round }: Shape, towards: Point): Point {
  const dx = towards.x - middle.x;
  const dy = towards.y - middle.y;
  const share = round ? width / 2 / Math.hypot(dx, dy) : Math.min(width / 2 / Math.abs(dx), height / 2 / Math.abs(dy));
  return Number.isFinite(share) && share < 1 ? { x: middle.x + share * dx, y: middle.y + share * dy } : { ...middle };
}
