// The visible items while some groups are folded: pure functions.
import type { GraphNode, GraphOutput } from '../../kernel/wire/graph.ts';
import type { GraphPayload } from './payload.ts';

/** A node, or a folded group that stands for its nodes. */
export interface Item {
  /** `n3` or `g3`: the index in the payload. */
  id: string;
  node?: GraphNode;
  /** Index of the folded group. */
  group?: number;
  /** Innermost unfolded group around it. */
  parent: number | undefined;
  /** Indices of the nodes that it stands for. */
  members: number[];
  /** Tensors that leave it. */
  outputs: GraphOutput[];
  isResult: boolean;
}

export interface Link {
  from: string;
  to: string;
  /** How many edges of the payload it stands for. */
  count: number;
  /** The op's name of the input, if the link stands for one edge. */
  input: string | undefined;
}

export interface View {
  items: Item[];
  links: Link[];
  /** The links that end at an item, and those that begin there. */
  into: Map<string, Link[]>;
  outOf: Map<string, Link[]>;
  /** Indices of the unfolded groups that are not empty, each after its parent. */
  open: number[];
}

/** @param folded indices of the folded groups */
export function visible(payload: GraphPayload, folded: ReadonlySet<number>): View {
  const { nodes, edges, groups, result } = payload;
  // For each group: the outermost folded group around it, itself included
  const shutBy = new Map<number, number>();
  groups.forEach(({ parent }, g) => {
    const outer = parent === undefined ? undefined : shutBy.get(parent);
    if (outer !== undefined) shutBy.set(g, outer);
    else if (folded.has(g)) shutBy.set(g, g);
  });
  const items = new Map<string, Item>();
  const idOf = nodes.map((node, i) => {
    const group = node.group === undefined ? undefined : shutBy.get(node.group);
    const id = group === undefined ? `n${i}` : `g${group}`;
    const item = items.get(id);
    if (item) item.members.push(i);
    else
      items.set(id, {
        id,
        ...(group === undefined ? { node } : { group }),
        parent: group === undefined ? node.group : groups[group]!.parent,
        members: [i],
        outputs: group === undefined ? node.outputs : [],
        isResult: false,
      });
    return id;
  });
  if (result !== undefined) items.get(idOf[result]!)!.isResult = true;
  const links = new Map<string, Link>();
  const leaving = new Map<string, Set<GraphOutput>>();
  const leave = (node: number, output: number) => {
    const tensor = nodes[node]!.outputs[output];
    const id = idOf[node]!;
    if (tensor && items.get(id)!.group !== undefined) leaving.set(id, (leaving.get(id) ?? new Set()).add(tensor));
  };
  for (const { from, to, output = 0, input } of edges) {
    const [a, b] = [idOf[from]!, idOf[to]!];
    if (a === b) continue;
    leave(from, output);
    const key = `${a} ${b}`;
    const link = links.get(key);
    if (link) Object.assign(link, { count: link.count + 1, input: undefined });
    else links.set(key, { from: a, to: b, count: 1, input });
  }
  if (result !== undefined) leave(result, 0);
  for (const [id, tensors] of leaving) items.get(id)!.outputs = [...tensors];
  const shown = { items: [...items.values()], links: [...links.values()] };
  return {
    ...shown,
    into: groupBy(shown.links, 'to'),
    outOf: groupBy(shown.links, 'from'),
    open: openGroups(payload, shown.items),
  };
}

function groupBy(links: Link[], end: 'from' | 'to'): Map<string, Link[]> {
  const groups = new Map<string, Link[]>();
  for (const link of links) {
    const group = groups.get(link[end]);
    if (group) group.push(link);
    else groups.set(link[end], [link]);
  }
  return groups;
}

function openGroups({ groups }: GraphPayload, items: Item[]): number[] {
  const open = new Set<number>();
  for (const { parent } of items)
    for (let g = parent; g !== undefined && !open.has(g); g = groups[g]!.parent) open.add(g);
  return [...open].sort((a, b) => a - b);
}
