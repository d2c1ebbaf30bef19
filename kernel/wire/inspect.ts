// What the host may ask about names of the notebook while its kernel lives, for hovers and completion, and the answers.

/** A name of the notebook, or a place in its value: `history.history` is the path `['history']` of `history`. */
export interface InspectedName {
  name: string;
  /** Keys of own or inherited properties, of a `Map` its keys that are texts. At most {@link MAX_PATH}. */
  path?: string[];
}
export const MAX_PATH = 8;
/** Names in one question. */
export const MAX_NAMES = 100;

export interface InspectAsk {
  names: InspectedName[];
  /** Whether the keys of the values are wanted, for completion. */
  keys?: boolean;
}

export interface InspectAnswer {
  /** One for each name; null for what is no name of the notebook, or leads nowhere without running code. */
  values: (Inspected | null)[];
}

/** A value as it is now. */
export type Inspected = (InspectedTensor | InspectedModel | InspectedValue) & { keys?: InspectedKeys };

export interface InspectedTensor {
  kind: 'tensor';
  /** `Tensor` or `Variable`; of a typed array its class. */
  type: string;
  dtype: string;
  shape: number[];
  /** The device that has its values. */
  device?: string;
  disposed?: true;
  /** Of all values, or of `sample` of them. Absent for texts and where reading would take long. */
  statistics?: { min?: number; max?: number; mean?: number; nan: number; infinite: number };
  /** How many values, evenly spread, the statistics are of, if not of all. */
  sample?: number;
}

export interface InspectedModel {
  kind: 'model';
  /** Its class. */
  type: string;
  name: string;
  layers: { name: string; type: string; shape?: (number | null)[]; parameters: number }[];
  /** Layers that `layers` leaves out. */
  more?: number;
  parameters: number;
  trainable: number;
}

export interface InspectedValue {
  kind: 'value';
  /** On one line. */
  text: string;
}

export interface InspectedKeys {
  list: InspectedKey[];
  /** Keys that the list leaves out. */
  more?: number;
  /** Of an array of records: the keys of its first rows. */
  columns?: InspectedKey[];
  /** Of a `Map`: its keys that are texts. */
  entries?: InspectedKey[];
}
export interface InspectedKey {
  key: string;
  /** What the property is: `accessor` is not called. */
  kind: 'value' | 'function' | 'accessor';
  /** A short text of its value. */
  text: string;
}

const RESERVED = new Set(
  (
    'await break case catch class const continue debugger default delete do else enum export extends false finally for ' +
    'function if implements import in instanceof interface let new null package private protected public return static ' +
    'super switch this throw true try typeof var void while with yield arguments eval'
  ).split(' '),
);
/** Whether a text can be a variable's name. */
export const isName = (text: string): boolean =>
  /^[\p{ID_Start}$_][\p{ID_Continue}$\u200c\u200d]*$/u.test(text) && !RESERVED.has(text);
