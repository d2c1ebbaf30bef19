// What the API reference knows of the module `dlnb`, as the build reads it from the declarations: for `help` in cells, for
// the pages of docs/api/, and for the tests that run the examples.

/** A parameter of a function, or a property of a type. */
export interface Field {
  name: string;
  type: string;
  optional?: true;
  text?: string;
  /** Its value by default. */
  fallback?: string;
}

/** A function, a namespace or a value, by its path: `viz.line`. */
export interface Entry {
  path: string;
  kind: 'namespace' | 'function' | 'value';
  text: string;
  /** As the function is called, with the types. */
  signatures?: string[];
  parameters?: Field[];
  /** Names of the types of its options. */
  options?: string[];
  /** Names of other types that it takes or returns. */
  related?: string[];
  returns?: string;
  throws?: string[];
  examples?: string[];
  /** Paths of what it holds. */
  members?: string[];
}

/** A type that functions take or return. */
export interface TypeEntry {
  name: string;
  /** The part of the module that it belongs to. */
  home: string;
  text: string;
  /** What it stands for, or how it is called. */
  signature?: string;
  examples?: string[];
  fields?: Field[];
  methods?: Entry[];
  /** Types whose fields it has too. */
  bases?: string[];
}

/** A name of TensorFlow.js: number of the file, and the places of its comment and its declaration in that. */
export type TensorPlace = readonly [file: number, text: number, textEnd: number, code: number, codeEnd: number];

export interface Reference {
  entries: Entry[];
  types: TypeEntry[];
  /** TensorFlow.js: its texts stand in the declarations, which are beside this file. */
  tensors: { files: string[]; names: Record<string, TensorPlace> };
}
