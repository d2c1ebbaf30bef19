// The errors of reading a notebook: each has a place in the text, a cause and a remedy.
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

/** The text is not a notebook of this version. The message begins with the place: `line 12, column 7: …`. */
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

/**
 * The file was written by a newer program. The part that this version understands can be shown, but must never be
 * saved.
 */
export class NewerVersionError extends FormatError {
  override name = 'NewerVersionError';

  /** The version stated in the file. */
  readonly version: number;
  /** A read-only view: its `newer` is set, and `printNotebook` refuses it. */
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

/** A text from a file, cut to at most 40 characters for an error message. */
export const shortened = (text: string): string => (text.length > 40 ? `${text.slice(0, 40)}…` : text);
