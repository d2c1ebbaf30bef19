// The forms of signatures.json and library.json.

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
  /** What holds instead of the types, where the declarations do not say enough. Not in the files. */
  demand?: Demand;
}

/** What a value must be: in words, after "must be", and as a test. */
export interface Demand {
  words: string;
  holds: (value: unknown) => boolean;
  /** Texts among which a misspelt one is looked for. */
  names?: () => readonly string[];
}

/** Parameters that are made when they are first needed: most functions are never called. */
export interface LateParameters {
  count: number;
  make: () => readonly Parameter[];
}

/** The parameters of each function by its name in `tf`, for example `image.resizeBilinear`. */
export type Signatures = Record<string, Parameter[]>;

/** The form of the files: parameters and options by keys, functions and fields as lists of keys. */
export interface Packed {
  options: Record<string, Omit<Parameter, 'fields' | 'demand'> & { fields?: string[] }>;
  functions: Record<string, string[]>;
}

/** The parameters of a function of a file; undefined if it is not listed. */
export const unpacked = ({ options, functions }: Packed, name: string): Parameter[] | undefined => {
  const unpack = (key: string): Parameter => {
    const { fields, ...rest } = options[key]!;
    return { ...rest, ...(fields && { fields: fields.map(unpack) }) };
  };
  return functions[name]?.map(unpack);
};
