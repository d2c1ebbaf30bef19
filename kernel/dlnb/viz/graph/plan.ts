// A graph before it is written: nodes with the summaries of their tensors.
import type { GraphEdge, GraphGroup, GraphHeader, GraphNode, GraphOutput } from '../../../wire/graph.ts';
import type { Summary } from './numbers.ts';

export interface PlannedOutput extends Pick<GraphOutput, 'shape' | 'dtype'> {
  value?: Summary | undefined;
  gradient?: Summary | undefined;
}

export interface PlannedNode extends Omit<GraphNode, 'outputs'> {
  outputs: PlannedOutput[];
}

export interface Plan extends Pick<GraphHeader, 'kind' | 'title' | 'direction' | 'result' | 'summed'> {
  nodes: PlannedNode[];
  edges: GraphEdge[];
  groups: GraphGroup[];
}

/** Puts parents before their children. */
export function sortGroups(plan: Plan): void {
  const { groups, nodes } = plan;
  const depth = (g: number): number => (groups[g]!.parent === undefined ? 0 : 1 + depth(groups[g]!.parent!));
  const order = groups.map((_, i) => i).sort((a, b) => depth(a) - depth(b) || a - b);
  const place = new Map(order.map((old, now) => [old, now]));
  for (const n of nodes) if (n.group !== undefined) n.group = place.get(n.group)!;
  plan.groups = order.map((old) => {
    const group = groups[old]!;
    return group.parent === undefined ? group : { ...group, parent: place.get(group.parent)! };
  });
}
