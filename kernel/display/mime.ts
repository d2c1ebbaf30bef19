// The MIME types of outputs and the shapes of their payloads. Types and names only, shared by kernel, extension and renderers.

/** VS Code's own types for what a program writes and for what it throws. */
export const STDOUT = 'application/vnd.code.notebook.stdout';
export const STDERR = 'application/vnd.code.notebook.stderr';
export const ERROR = 'application/vnd.code.notebook.error';

/** A plotly figure: {@link PlotlyFigure}. */
export const PLOTLY = 'application/vnd.plotly.v1+json';
/** A thrown error with a code frame and links into cells: {@link CellError}. Stands beside {@link ERROR} in one output. */
export const CELL_ERROR = 'application/vnd.dlnb.error+json';
/** Says that a cell printed more than is shown, and where the whole of it is: {@link OverflowNotice}. */
export const OVERFLOW = 'application/vnd.dlnb.overflow+json';

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
