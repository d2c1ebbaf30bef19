// The payloads of thrown errors.

/** Payload of `ERROR`, as VS Code defines it. */
export interface PlainError {
  name: string;
  message: string;
  stack: string;
}

/** One line of a stack trace. A frame inside a cell has `cell`; a frame in a file of the user has `file`. */
export interface ErrorFrame {
  /** Function name, or '' at the top level of a cell or module. */
  fn: string;
  /** Id of the cell. */
  cell?: string;
  /** The cell's number when the error was thrown: all cells counted, from 1. */
  cellNumber?: number;
  /** Path relative to the notebook's folder if the file lies below it, else its file name or package path. */
  file?: string;
  /** Line as typed, from 1. */
  line: number;
  /** Column as typed, from 1. */
  column: number;
  /** The typed line, without its indent, of a frame in another cell or file than the code frame. */
  code?: string;
}

/** Payload of `CELL_ERROR`, version 1. Holds no absolute paths. */
export interface CellError {
  version: 1;
  name: string;
  message: string;
  /** How it belongs to the error that holds it, if it is not its cause: `Error 1 of 3`. */
  label?: string;
  /** Its own properties as Node prints them: `{ status: 404 }`. */
  properties?: string;
  /** What to do about it, if the kernel knows. */
  hint?: string;
  /** The npm package that must be installed. */
  missingPackage?: string;
  /** Source around the innermost frame of the user's code, with a marker; plain text without colors. */
  codeFrame?: string;
  /** Where {@link codeFrame} is. */
  at?: ErrorFrame;
  /** Innermost first, without the kernel's own frames. */
  frames: ErrorFrame[];
  /** `error.cause`, the members of an AggregateError, and both errors of a SuppressedError. */
  causes?: CellError[];
}
