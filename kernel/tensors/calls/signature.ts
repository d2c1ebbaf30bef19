// The form of signatures.json.

/**
 * What a value may be. `tensor`: a tensor, or numbers that become one. `numbers`: an array, also a typed one. `pairs`:
 * an array of arrays of numbers.
 */
export type Kind =
  | 'any'
  | 'array'
  | 'boolean'
  | 'function'
  | 'number'
  | 'numbers'
  | 'object'
  | 'pairs'
  | 'string'
  | 'tensor'
  | 'tensors';

/** A parameter, or a property of an options object. */
export interface Parameter {
  /** With three dots before it if it stands for all further arguments. */
  name: string;
  optional?: boolean;
  kinds: Kind[];
  /** Texts that may be given. */
  choices?: string[];
  /** Properties, if it is an object. */
  fields?: Parameter[];
}

/** The parameters of each function by its name in `tf`, for example `image.resizeBilinear`. */
export type Signatures = Record<string, Parameter[]>;
