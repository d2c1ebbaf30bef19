// What reading a notebook can fail with: always a place in the text, the cause and the remedy.
import type { Notebook } from './types.ts';

/** A place in a text. */
export interface Position {
  /** From 1. */
  line: number;
  /** In UTF-16 units, from 1. */
  column: number;
  /** In UTF-16 units from the start of the text, from 0. */
  offset: number;
}

/** The text is not a notebook of this version. The message opens with the place: `line 12, column 7: …`. */
export class FormatError extends Error implements Position {
  override name = 'FormatError';
  readonly line: number;
  readonly column: number;
  readonly offset: number;
  /** Cause and remedy, without the place. */
  readonly reason: string;

  constructor(position: Position, reason: string) {
    super(`line ${position.line}, column ${position.column}: ${reason}`);
    this.line = position.line;
    this.column = position.column;
    this.offset = position.offset;
    this.reason = reason;
  }
}

/** The file was written by a newer program. What this version understands of it can be shown, and must never be saved over it. */
export class NewerVersionError extends FormatError {
  override name = 'NewerVersionError';

  /** The version that the file states. */
  readonly version: number;
  /** A view for reading only: its `newer` is set, and `printNotebook` refuses it. */
  readonly notebook: Notebook;

  constructor(position: Position, version: number, notebook: Notebook) {
    super(
      position,
      `this notebook has format version ${version}, newer than the version 1 that this program writes. ` +
        'It can be read but not saved or run; update DLNB to work with it.',
    );
    this.version = version;
    this.notebook = notebook;
  }
}

/** Line and column of an offset. Lines end with \n, \r\n or \r. */
export function positionAt(text: string, offset: number): Position {
  let line = 1;
  let start = 0;
  for (const end of text.slice(0, offset).matchAll(/\r\n|\n|\r/g)) {
    line++;
    start = end.index + end[0].length;
  }
  return { line, column: offset - start + 1, offset };
}
