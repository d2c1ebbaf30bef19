// The MIME types of outputs and the shapes of their payloads. Types and names only, shared by kernel, extension and renderers.

/** VS Code's own types for what a program writes and for what it throws. */
export const STDOUT = 'application/vnd.code.notebook.stdout';
export const STDERR = 'application/vnd.code.notebook.stderr';
export const ERROR = 'application/vnd.code.notebook.error';

/** A plotly figure: {@link PlotlyFigure}. */
export const PLOTLY = 'application/vnd.plotly.v1+json';
/** A thrown error with a code frame and links into cells: {@link CellError}. Stands beside {@link ERROR} in one output. */
export const CELL_ERROR = 'application/vnd.dlnb.error+json';
/** The graph of a computation or of the layers of a model, in bytes: see {@link GraphHeader}. */
export const GRAPH = 'application/vnd.dlnb.graph';
/** Says that a cell printed more than is shown, and where the whole of it is: {@link OverflowNotice}. */
export const OVERFLOW = 'application/vnd.dlnb.overflow+json';

/** Payload of {@link ERROR}, as VS Code defines it. */
export interface PlainError {
  name: string;
  message: string;
  stack: string;
}

/** One line of a stack trace. A frame inside a cell has `cell`; one in a file of the user's has `file`. */
export interface ErrorFrame {
  /** Function name, or '' at the top level of a cell or module. */
  fn: string;
  /** Id of the cell. */
  cell?: string;
  /** The cell's number when the error was thrown: all cells counted, from 1. */
  cellNumber?: number;
  /** Path relative to the notebook's folder where the file lies below it, else the file's name or package path. */
  file?: string;
  /** Line as typed, from 1. */
  line: number;
  /** Column as typed, from 1. */
  column: number;
}

/** Payload of {@link CELL_ERROR}, version 1. No absolute paths. */
export interface CellError {
  version: 1;
  name: string;
  message: string;
  /** What to do about it, where the kernel knows. */
  hint?: string;
  /** Source around the innermost frame that the user wrote, with a marker; plain text, no colours. */
  codeFrame?: string;
  /** Where {@link codeFrame} is. */
  at?: ErrorFrame;
  /** Innermost first; frames of the kernel itself are left out. */
  frames: ErrorFrame[];
  /** `error.cause`, and the members of an AggregateError. */
  causes?: CellError[];
}

/** Payload of {@link OVERFLOW}, version 1. */
export interface OverflowNotice {
  version: 1;
  /** File name in the notebook's log folder (not a path): `<cell id>.log`. It holds all that the cell printed. */
  log: string;
  /** Lines and bytes that the cell printed in all. */
  lines: number;
  bytes: number;
  /** Bytes that are shown above the notice. */
  shown: number;
}

/** The first four bytes of a {@link GRAPH} payload, as ASCII. */
export const GRAPH_MAGIC = 'DLNG';
/** The version of {@link GRAPH} payloads that this program writes and draws. */
export const GRAPH_VERSION = 1;

/**
 * Head of a {@link GRAPH} payload, version 1. The payload, little-endian:
 *
 * | bytes | |
 * |---|---|
 * | 4 | {@link GRAPH_MAGIC} |
 * | 2 | version |
 * | 2 | 0 |
 * | 4 | length of the head in bytes, n |
 * | n | the head: JSON, spaces at its end so that the numbers begin at a multiple of 8 |
 * | rest | numbers, float64, to which {@link GraphNumbers} point |
 */
export interface GraphHeader {
  kind: 'autodiff' | 'layers';
  /** Name of the function or the model; empty where it has none. */
  title: string;
  /** The way of the forward pass; absent: what fits best. */
  direction?: 'right' | 'down';
  /** Each after those that its edges come from. */
  nodes: GraphNode[];
  edges: GraphEdge[];
  /** Each after its parent. */
  groups: GraphGroup[];
  /** Index of the node whose gradient was taken. */
  result?: number;
  /** The result has more than one element: the gradients are those of the sum of its elements. */
  summed?: boolean;
  /** Nodes that are left out because the payload would be too large: those farthest from the result. */
  omitted?: number;
  /** Numbers of large tensors are left out because the payload would be too large: at most so many are held of each. */
  cut?: number;
}

/** An input, a variable, a constant, an op or a layer. */
export interface GraphNode {
  kind: 'input' | 'variable' | 'constant' | 'op' | 'layer';
  /** Its own name, or the op's. */
  label: string;
  /** Innermost group that it is in. */
  group?: number;
  /** Names and values of attributes worth showing; of a layer, its class and parameters. */
  details?: [name: string, value: string][];
  /** Most nodes have one. */
  outputs: GraphOutput[];
  /** Why there is no gradient, or what is special about it. */
  note?: string;
}

/** One tensor that a node gives. */
export interface GraphOutput {
  /** `null`: as many as there are, for example in the batch. */
  shape: (number | null)[];
  dtype: string;
  value?: GraphNumbers;
  /** Of the result with respect to this tensor. */
  gradient?: GraphNumbers;
}

/**
 * Where the numbers of a tensor are, counted in float64 from the first: smallest, largest and mean of the finite values (NaN where there
 * are none), then the first `count` values in row-major order.
 */
export interface GraphNumbers {
  at: number;
  count: number;
  /** How many of all values are NaN or infinite; absent: none. */
  nan?: number;
  infinite?: number;
}

/** An arrow of the forward pass. */
export interface GraphEdge {
  from: number;
  to: number;
  /** Which output of `from`; absent: the first. */
  output?: number;
  /** What `to` calls it, for example `filter`. */
  input?: string;
}

/** Nodes that can be folded into one. */
export interface GraphGroup {
  label: string;
  /** What made it: a layer or model of tf.layers, a composite op, a named `tf.tidy`, or a run of ops of a long graph. */
  kind: 'layer' | 'op' | 'scope' | 'run';
  /** Class of a layer. */
  type?: string;
  parent?: number;
  /** Folded when the graph is first shown. */
  folded: boolean;
}

/** Payload of {@link PLOTLY}. */
export interface PlotlyFigure {
  data: object[];
  layout?: object;
  config?: object;
  frames?: object[];
}
