// The MIME types of outputs and the shapes of their payloads. Types and names only, shared by kernel, extension and renderers.

/** VS Code's own types for what a program writes and for what it throws. */
export const STDOUT = 'application/vnd.code.notebook.stdout';
export const STDERR = 'application/vnd.code.notebook.stderr';
export const ERROR = 'application/vnd.code.notebook.error';

/** A plotly figure: {@link PlotlyFigure}. */
export const PLOTLY = 'application/vnd.plotly.v1+json';
/** A thrown error with a code frame and links into cells: {@link CellError}. Stands beside {@link ERROR} in one output. */
export const CELL_ERROR = 'application/vnd.dlnb.error+json';
/** Filters of convolutions, and their feature maps on an input, in bytes: see {@link FiltersHeader}. */
export const FILTERS = 'application/vnd.dlnb.filters';
/** The graph of a computation or of the layers of a model, in bytes: see {@link GraphHeader}. */
export const GRAPH = 'application/vnd.dlnb.graph';
/** Says that a cell printed more than is shown, and where the whole of it is: {@link OverflowNotice}. */
export const OVERFLOW = 'application/vnd.dlnb.overflow+json';
/** Progress bars: {@link ProgressReport}. */
export const PROGRESS = 'application/vnd.dlnb.progress+json';
/** The layers of a model: {@link SummaryTable}. */
export const SUMMARY = 'application/vnd.dlnb.summary+json';
/** Curves of training runs: {@link TrainingChart}. */
export const TRAINING = 'application/vnd.dlnb.training+json';

/** A tensor or a typed array, in bytes: see {@link TensorHeader}. */
export const TENSOR = 'application/vnd.dlnb.tensor';

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

/** The first four bytes of a {@link FILTERS} payload, as ASCII. */
export const FILTERS_MAGIC = 'DLNF';
/** The version of {@link FILTERS} payloads that this program writes and draws. */
export const FILTERS_VERSION = 1;

/**
 * Head of a {@link FILTERS} payload, version 1. The payload, little-endian:
 *
 * | bytes | |
 * |---|---|
 * | 4 | {@link FILTERS_MAGIC} |
 * | 2 | version |
 * | 2 | 0 |
 * | 4 | length of the head in bytes, n |
 * | n | the head: JSON, spaces at its end so that the numbers begin at a multiple of 8 |
 * | rest | numbers, float32, in which every `at` counts from the first |
 */
export interface FiltersHeader {
  title: string;
  /** What is shown at first. */
  view: 'filters' | 'maps';
  /** The recorded states that are held, oldest first; one, without a label, where nothing was recorded. */
  snapshots: string[];
  /** How many states were recorded, where not all are held. */
  recorded?: number;
  /** How many examples are held of the `given` ones; absent where there is no input. */
  examples?: { held: number; given: number };
  /** Each after the one that its input is from. */
  stages: FilterStage[];
  /** Names of stages whose filters or maps did not fit at all. */
  omitted?: string[];
}

/** The model's input, or a step of its computation: a layer, or one of the two convolutions of a separable one. */
export interface FilterStage {
  name: string;
  /** Class of the layer; `input` for the model's input, `kernel` for a tensor. */
  type: string;
  /** The stage whose maps are its input, where there is one. */
  from?: number;
  kernel?: FilterKernel;
  maps?: FeatureMaps;
}

/** The filters of a convolution. One along a line has height 1. */
export interface FilterKernel {
  /** `transpose`: values of the input are spread, so that a value of the output gathers from those that reach it. */
  op: 'conv' | 'depthwise' | 'transpose';
  /** Of one filter: [height, width, channels]. A filter of a depthwise convolution has one channel. */
  shape: [height: number, width: number, channels: number];
  /** How many filters there are. */
  filters: number;
  /** How many are held, the first ones. */
  held: number;
  stride: [number, number];
  dilation: [number, number];
  /** Rows above and columns before the input that count as zero. */
  pad: [number, number];
  /** As the layer was told: `same` or `valid`; absent for a tensor. */
  padding?: string;
  activation: string;
  /** Weights: [snapshots, held, height, width, channels]. */
  at: number;
  /** Biases: [snapshots, held]; absent where the layer has none. */
  bias?: number;
  /**
   * Where not all are held, of the first `filters` the L2 norm over all weights, then mean and root mean square over the channels at each
   * place: [snapshots, filters, 1 + 2 × height × width].
   */
  overview?: { at: number; filters: number };
}

/** What a stage gives for the input. Maps of a convolution along a line have height 1. */
export interface FeatureMaps {
  /** [height, width, channels] of the whole. */
  shape: [height: number, width: number, channels: number];
  /** Every so many rows and columns are held, from the first. */
  step: number;
  /** How many channels are held, the first ones. */
  held: number;
  /** Values: [snapshots, examples, rows, columns, channels] of what is held. */
  at: number;
  /** The largest value of each channel over all places of all given examples: [snapshots, channels]; NaN where there is one. */
  peaks: number;
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

/** The first four bytes of a {@link TENSOR} payload, as ASCII. */
export const TENSOR_MAGIC = 'DLNT';
/** The version of {@link TENSOR} payloads that this program writes and draws. */
export const TENSOR_VERSION = 1;

/** Types of values. `complex64` is a pair of float32, `bool` a byte that is 0 or 1. */
export type TensorDtype =
  | 'bool'
  | 'int8'
  | 'uint8'
  | 'int16'
  | 'uint16'
  | 'int32'
  | 'uint32'
  | 'int64'
  | 'uint64'
  | 'float16'
  | 'float32'
  | 'float64'
  | 'complex64'
  | 'string';

/** Which indices of one axis are held: `start`, `start + step`, …, `count` of them. */
export interface AxisRange {
  start: number;
  step: number;
  count: number;
}

/**
 * What is known of all values, also of those that the payload leaves out. Of complex values these are the statistics of the magnitudes.
 * `min`, `max`, `mean`, `std` and `histogram` are over the finite values, and absent where there is none.
 */
export interface TensorStatistics {
  nan: number;
  positiveInfinity: number;
  negativeInfinity: number;
  zeros: number;
  min?: number;
  max?: number;
  mean?: number;
  /** Of the population: the root of the mean squared deviation. */
  std?: number;
  /** How many values lie in each of the equally wide bins from `min` to `max`; one bin where these are equal. */
  histogram?: number[];
}

/**
 * Head of a {@link TENSOR} payload, version 1. The payload, little-endian:
 *
 * | bytes | |
 * |---|---|
 * | 4 | {@link TENSOR_MAGIC} |
 * | 2 | version |
 * | 2 | 0 |
 * | 4 | length of the head in bytes, n |
 * | n | the head: JSON, spaces at its end so that the values begin at a multiple of 8 |
 * | rest | the values that `axes` name, in row-major order; float16 widened to float32; of strings first the length of each in bytes (4 bytes each), then their UTF-8 |
 */
export interface TensorHeader {
  /** A tensor of TensorFlow.js, or a typed array of JavaScript. */
  kind: 'tensor' | 'array';
  dtype: TensorDtype;
  /** Of the whole, also where not all of it is held. */
  shape: number[];
  /** Size of the whole in memory. */
  bytes: number;
  /** Where the tensor is, for example `cpu`. */
  device?: string;
  /** The part that is held, axis by axis. */
  axes: AxisRange[];
  /** Texts longer than the payload holds are cut. */
  textsCut?: boolean;
  /** Names the values to the kernel that has them, where the payload does not hold all: a checksum of all values, the same in every run. */
  source?: string;
  /** Absent for texts, and in a part that the kernel was asked for. */
  statistics?: TensorStatistics;
}

/** What the tensor renderer asks for: a part of a tensor that its output does not hold. */
export interface SliceRequest {
  type: 'slice';
  /** Counts the requests of one renderer. */
  request: number;
  source: string;
  axes: AxisRange[];
}
/** What the tensor renderer asks for where an output does not hold all values: the whole tensor as a `.npy` file, in a place that the reader chooses. */
export interface SaveRequest {
  type: 'save';
  source: string;
}
/** What it gets for a {@link SliceRequest}: a {@link TENSOR} payload of that part (thinned out where it is too large), or why there is none, in one sentence. */
export type SliceAnswer = { type: 'sliced'; request: number } & ({ base64: string } | { reason: string });

/** Payload of {@link PROGRESS}, version 1: a bar, and those that run inside its loop. */
export interface ProgressReport {
  version: 1;
  bars: ProgressBar[];
}

export interface ProgressBar {
  label?: string;
  /** 0 for a bar of its own, 1 for one inside its loop, and so on. */
  depth: number;
  done: number;
  /** Absent where it is not known. */
  total?: number;
  /** Since it began. */
  seconds: number;
  /** Items per second. */
  rate?: number;
  /** Seconds that are left, as far as one can tell. */
  left?: number;
  state: 'running' | 'done' | 'stopped' | 'failed';
  /** More to say, for example the loss. */
  note?: string;
}

/** Payload of {@link SUMMARY}, version 1. */
export interface SummaryTable {
  version: 1;
  name: string;
  layers: SummaryRow[];
  /** Numbers of parameters. */
  total: number;
  trainable: number;
  /** Bytes of all parameters. */
  bytes: number;
}

export interface SummaryRow {
  name: string;
  /** Class of the layer, for example `Dense`. */
  type: string;
  /** `[batch, 28, 28, 1]`; several where the layer has several outputs. */
  shape: string;
  parameters: number;
  /** How many of them are trained. */
  trainable: number;
}

/** How a training run stands. `stopped`: by the Stop button. `interrupted`, `failed`: the cell was, or threw. */
export type TrainingState = 'running' | 'done' | 'stopped' | 'interrupted' | 'failed';

/**
 * Payload of {@link TRAINING}, version 1: all that a chart shows. It is JSON, so that the file stays readable and the extension need not know it;
 * the numbers in it are bytes, which are half as long as digits, exact, and can be NaN.
 */
export interface TrainingChart {
  version: 1;
  /** A random whole number below 2³¹: deltas and the Stop button name the chart by it. */
  chart: number;
  title?: string;
  runs: TrainingRun[];
}

export interface TrainingRun {
  name: string;
  state: TrainingState;
  /** Steps and epochs that are done, and how many there will be. */
  steps: number;
  epochs: number;
  totalSteps?: number;
  totalEpochs?: number;
  /** Since it began. */
  seconds: number;
  stepsPerSecond?: number;
  /** Seconds that are left, as far as one can tell. */
  left?: number;
  best?: TrainingBest;
  series: TrainingSeries[];
  /** Where values were NaN or infinite; the first ones. */
  notFinite: { series: string; step: number; value: string }[];
  /** How many there were in all. */
  notFiniteCount: number;
}

/** The best epoch so far, by one of the series. */
export interface TrainingBest {
  series: string;
  epoch: number;
  step: number;
  value: number;
}

/** A curve over steps. */
export interface TrainingSeries {
  /** `loss`, `val_loss`, `acc` …; what begins with `val_` belongs to the validation data and stands beside its twin. */
  name: string;
  /** Whether there is a point for each step (or several steps), or for each epoch. */
  per: 'step' | 'epoch';
  /** Each point is the mean of so many values. */
  every: number;
  /** Where the first of {@link x} and {@link y} stands; above 0 in a {@link TrainingDelta} only. */
  from: number;
  /** Steps, float32 little-endian in base64: the mean of the steps that a point stands for. */
  x: string;
  /** Values, float32 little-endian in base64. */
  y: string;
}

/** What has come to a chart since the last message: runs as they stand, their series from `from` on. Replaces what was there from `from` on. */
export interface TrainingDelta {
  type: 'delta';
  chart: number;
  runs: TrainingRun[];
}

/** The Stop button of a chart was pressed. */
export interface TrainingStop {
  type: 'stop';
  chart: number;
}
