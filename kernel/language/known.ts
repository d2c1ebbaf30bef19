// What can be known of values before cells run: shapes of tensors, numbers, layers and models. Types, and how a shape
// is written.

/** Sizes of the axes; null where a size is not known. */
export type Shape = readonly (number | null)[];

/** `[2, 3]`, `[?, 10]`: a shape in a message. */
export const shapeText = (shape: Shape): string => `[${shape.map((n) => n ?? '?').join(', ')}]`;

/** What is known of an argument; an empty record if nothing is. */
export interface Argument {
  tensor?: Shape;
  number?: number;
  list?: Argument[];
  constant?: boolean | string | undefined;
  /** It is `undefined` or `null`. */
  isAbsent?: boolean;
  /** An object that is written out: what it does not have is absent. */
  options?: Options;
  layer?: Layer;
  model?: Model;
  /** The shape of a symbolic tensor: `tf.input`, and what layers make of it. */
  symbol?: Shape;
}
export type Options = Readonly<Record<string, Argument>>;

/** A layer: `tf.layers.dense({ units: 3 })`. */
export interface Layer {
  name: string;
  /** Undefined if they are not known. */
  options: Options | undefined;
  /** Whether it has a name: it may be in other models. */
  isShared: boolean;
  /** Where it is made. */
  at: { cell: string; start: number; end: number; nameEnd: number };
}

/** A model. Shapes with the axis of the batch first; undefined if they are not known. */
export interface Model {
  /** Whether it has any layer. */
  isEmpty: boolean;
  input: Shape | undefined;
  output: Shape | undefined;
}

/** The shape of a result, or why there is none; neither if that is not known. */
export interface Result {
  shape?: Shape;
  misfit?: string;
}

/** What is known of a value. */
export type Known =
  | { is: 'tensor'; shape: Shape }
  /** A symbolic tensor. */
  | { is: 'symbol'; shape: Shape }
  | { is: 'number'; value: number }
  /** The shape of a tensor, as a value. */
  | { is: 'sizes'; sizes: Shape }
  /** TensorFlow.js, or a part of it such as `layers`. */
  | { is: 'library'; part: string }
  /** A function of TensorFlow.js. */
  | { is: 'function'; part: string; name: string }
  /** The module `dlnb`, or a part of it. */
  | { is: 'dlnb' }
  | { is: 'layer'; layer: Layer }
  | { is: 'model'; model: Model }
  | undefined;

/** Whether the same is known. */
export const isSame = (a: Known, b: Known): boolean => a === b || JSON.stringify(a) === JSON.stringify(b);
