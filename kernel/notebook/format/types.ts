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

export interface MarkdownCell extends Unknown {
  /** Unique in the notebook; made with {@link newCellId}. */
  id: string;
  kind: 'markdown';
  /** The text, with lines joined by `\n`. */
  source: string;
}

export interface CodeCell extends Unknown {
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
