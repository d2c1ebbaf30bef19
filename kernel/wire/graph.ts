// The payload of graphs of computations and of models.
import type { PayloadFormat } from './payload.ts';

/** Head: {@link GraphHeader}. Body: float64 numbers, to which {@link GraphNumbers} point. */
export const GRAPH_FORMAT: PayloadFormat = { what: 'a graph', magic: 'DLNG', version: 1 };

/** Head of a payload of `GRAPH`, version 1. */
export interface GraphHeader {
  kind: 'autodiff' | 'layers';
  /** Name of the function or the model; empty if it has none. */
  title: string;
  /** Direction of the forward pass; if absent, the renderer chooses. */
  direction?: 'right' | 'down';
  /** Each node comes after the nodes of its incoming edges. */
  nodes: GraphNode[];
  edges: GraphEdge[];
  /** Each group comes after its parent. */
  groups: GraphGroup[];
  /** Index of the node whose gradient was taken. */
  result?: number;
  /** The result has more than one element: the gradients are those of the sum of its elements. */
  summed?: boolean;
  /** How many nodes, those farthest from the result, are left out because the payload would be too large. */
  omitted?: number;
  /** How many values are held of each tensor at most, if some are left out because the payload would be too large. */
  cut?: number;
}

/** An input, a variable, a constant, an op or a layer. */
export interface GraphNode {
  kind: 'input' | 'variable' | 'constant' | 'op' | 'layer';
  /** Its own name, or the op's. */
  label: string;
  /** Index of the innermost group that holds it. */
  group?: number;
  /** Names and values of attributes worth showing; for a layer, its class and parameters. */
  details?: [name: string, value: string][];
  /** Most nodes have one. */
  outputs: GraphOutput[];
  /** Why there is no gradient, or what is special about it. */
  note?: string;
}

/** One tensor that a node returns. */
export interface GraphOutput {
  /** `null`: not fixed, for example the batch size. */
  shape: (number | null)[];
  dtype: string;
  value?: GraphNumbers;
  /** Gradient of the result with respect to this tensor. */
  gradient?: GraphNumbers;
}

/**
 * Where the numbers of a tensor are, in units of float64 from the start of the body: smallest, largest and mean of the
 * finite values (NaN if there are none), then the first `count` values in row-major order.
 */
export interface GraphNumbers {
  at: number;
  count: number;
  /** How many of all values are NaN; absent: none. */
  nan?: number;
  /** How many of all values are infinite; absent: none. */
  infinite?: number;
}

/** An arrow of the forward pass. */
export interface GraphEdge {
  from: number;
  to: number;
  /** Index of the output of `from`; absent: the first. */
  output?: number;
  /** The name of this input of `to`, for example `filter`. */
  input?: string;
}

/** Nodes that can be folded into one. */
export interface GraphGroup {
  label: string;
  /**
   * Its origin: a layer or model of tf.layers, repeated blocks of layers, a composite op, a named `tf.tidy`, or a run of ops
   * of a long graph.
   */
  kind: 'layer' | 'block' | 'op' | 'scope' | 'run';
  /** Class of a layer. */
  type?: string;
  parent?: number;
  /** Folded when the graph is first shown. */
  folded: boolean;
}
