// The form of a case of what cells mean, and how an output differs from the expected one.
import { CELL_ERROR, OVERFLOW, STDERR, STDOUT } from '../../kernel/wire/mime.ts';
import type { CellError } from '../../kernel/wire/errors.ts';
import type { OverflowNotice } from '../../kernel/wire/overflow.ts';

/** One output that a cell must have: equal to a string, or matching a pattern. */
export type Expected =
  | { stdout: string | RegExp }
  | { stderr: string | RegExp }
  /** The `text/plain` of a value. */
  | { value: string | RegExp }
  /** `at`: the cell (all cells count, from 1) and the line as typed of the code frame. */
  | { error: string; message: RegExp; at?: [cell: number, line: number]; frame?: RegExp }
  /** The notice of a cell that printed this many lines in total. */
  | { lines: number };

/** A cell, and its outputs. */
export interface SemanticsCell {
  source: string;
  /** All outputs, in order. */
  outputs: Expected[];
}

/** A notebook. */
export interface SemanticsCase {
  name: string;
  /** Files beside the notebook, by relative path. */
  files?: Record<string, string>;
  /** Code cells, which are run one after another in one session, also after an error. */
  cells: SemanticsCell[];
}

/** The items of an output, decoded as UTF-8. */
export type ReadItems = readonly { mime: string; text: string }[];

/** Says how an output differs from the expected one; undefined if it does not. */
export function difference(expected: Expected, items: ReadItems): string | undefined {
  const text = (mime: string) => {
    const found = items.filter((i) => i.mime === mime);
    return found.length ? found.map((i) => i.text).join('') : undefined;
  };
  const differs = (what: string, want: string | RegExp, got: string | undefined) =>
    got !== undefined && (typeof want === 'string' ? got === want : want.test(got))
      ? undefined
      : `${what} must be ${typeof want === 'string' ? JSON.stringify(want) : String(want)}, and is ${JSON.stringify(got)} (in ${JSON.stringify(items).slice(0, 600)})`;
  if ('stdout' in expected) return differs('stdout', expected.stdout, text(STDOUT));
  if ('stderr' in expected) return differs('stderr', expected.stderr, text(STDERR));
  if ('value' in expected) return differs('the value', expected.value, text('text/plain'));
  if ('lines' in expected) {
    const notice = JSON.parse(text(OVERFLOW) ?? 'null') as OverflowNotice | null;
    return differs('the number of lines', String(expected.lines), notice ? String(notice.lines) : undefined);
  }
  const error = JSON.parse(text(CELL_ERROR) ?? 'null') as CellError | null;
  return (
    differs('the name of the error', expected.error, error?.name) ??
    differs('its message', expected.message, error?.message) ??
    (expected.at &&
      differs('its place', expected.at.join(':'), error?.at && `${error.at.cellNumber}:${error.at.line}`)) ??
    (expected.frame && differs('its code frame', expected.frame, error?.codeFrame))
  );
}

/** A cell and the outputs that it must have. */
export const cell = (source: string, ...outputs: Expected[]): SemanticsCell => ({ source, outputs });
/** The plain text of a value. */
export const value = (v: string | RegExp): Expected => ({ value: v });
/** Printed text. */
export const stdout = (v: string | RegExp): Expected => ({ stdout: v });
