// The notebook as the `.dlnb` file holds it. Types only; the parser and the printer are beside this file.

/** Any JSON value. */
export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

/** Keys that this version does not know, kept and written back after the known ones. */
export interface Unknown {
  /** In file order. Absent where there are none. */
  extra?: { [key: string]: Json };
}

/** One representation of an output: exactly one of `text`, `json` or `base64`. */
export type OutputItem = { mime: string } & Unknown & ({ text: string } | { json: Json } | { base64: string });

/** One output of a cell: the same thing in several representations. */
export interface Output extends Unknown {
  items: OutputItem[];
}

export interface MarkdownCell extends Unknown {
  /** Unique in the notebook; made with {@link newCellId}. */
  id: string;
  kind: 'markdown';
  /** The text, lines joined by `\n`. */
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
  /** The format's version. */
  dlnb: 1;
  /** Set where the file states a newer version: this is what could be understood of it, to be shown and never printed. */
  newer?: number;
  metadata: { [key: string]: Json };
  cells: Cell[];
}
