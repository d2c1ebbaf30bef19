// The types of a notebook as in a `.dlnb` file.

/** Any JSON value. */
export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

/** Keys that this version does not know. They are kept, and printed after the known ones. */
export interface Unknown {
  /** In file order; absent if there are none. */
  extra?: { [key: string]: Json };
}

/** One representation of an output: exactly one of `text`, `json` or `base64`. */
export type OutputItem = { mime: string } & Unknown & ({ text: string } | { json: Json } | { base64: string });

/** One output of a cell, in one or more representations. */
export interface Output extends Unknown {
  items: OutputItem[];
}

/** What an author says of a cell. A key of another type in the file is an unknown key. */
export interface CellNotes {
  /** Whether the cell's input is collapsed when the notebook opens, and in exported pages. */
  folded?: boolean;
  /** Rows of a course's table that the cell covers: `0.3`. */
  covers?: string[];
}

export interface MarkdownCell extends CellNotes, Unknown {
  /** Unique in the notebook; made with {@link newCellId}. */
  id: string;
  kind: 'markdown';
  /** The text, with lines joined by `\n`. */
  source: string;
}

export interface CodeCell extends CellNotes, Unknown {
  id: string;
  kind: 'code';
  /** A VS Code language id; the kernel runs `typescript` and `javascript`. */
  language: string;
  source: string;
  outputs: Output[];
}

export type Cell = MarkdownCell | CodeCell;

export interface Notebook extends Unknown {
  /** The version of the format. */
  dlnb: 1;
  /** The version of a newer file, of which this is the understood part: to be shown, never to be printed. */
  newer?: number;
  metadata: { [key: string]: Json };
  cells: Cell[];
}
