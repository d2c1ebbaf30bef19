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
