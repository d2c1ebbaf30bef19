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
