// How layers of TensorFlow.js get options that they lack: the option is read after the layer is made, by `tf.layers` or
// from a saved model, and written with the layer's configuration. Methods are replaced on the classes' prototypes.
import * as tf from '@tensorflow/tfjs-core';

export type Config = Record<string, unknown>;

/** A layer as seen from here: its fields are private in TensorFlow.js. */
export interface AnyLayer {
  name: string;
  getClassName(): string;
  getConfig(): Config;
}

export interface Extension<Layer> {
  /** Options that the class's own constructor must not see: it refuses them, or takes them for something else. */
  hide?: readonly string[];
  /**
   * Reads the options into the layer, before it is built.
   * @throws Error if an option's value is not one that the layer can have
   */
  read: (layer: Layer, config: Config) => void;
  /** What is added to the layer's saved configuration. */
  write?: (layer: Layer) => Config;
}

type Class = { prototype: object };
type FromConfig = (cls: Class, config: Config, ...more: unknown[]) => AnyLayer;

const extensions = new Map<string, Extension<AnyLayer>[]>();
const classes = () =>
  tf.serialization.SerializationMap.getMap().classNameMap as Record<string, unknown> as Record<
    string,
    [Class, FromConfig]
  >;

/** Makes a layer by its own constructor, and gives it the options that are ours. */
export function construct(className: string, config: Config, make: (config: Config) => AnyLayer): AnyLayer {
  const list = extensions.get(className);
  if (!list) return make(config);
  const hidden = list.flatMap(({ hide = [] }) => hide);
  const layer = make(Object.fromEntries(Object.entries(config).filter(([name]) => !hidden.includes(name))));
  for (const { read } of list) read(layer, config);
  return layer;
}

/** Gives a class of layers, named as in saved models, more options. */
export function extendLayer<Layer>(className: string, extension: Extension<Layer>): void {
  const entry = classes()[className];
  if (!entry) throw new Error(`there is no layer "${className}"`);
  const [cls, fromConfig] = entry;
  const list = extensions.get(className) ?? [];
  extensions.set(className, [...list, extension as unknown as Extension<AnyLayer>]);
  if (!list.length)
    classes()[className] = [
      cls,
      (of, config, ...more) => construct(className, config, (own) => fromConfig(of, own, ...more)),
    ];
  const { write } = extension;
  if (write)
    replaceMethod<AnyLayer, 'getConfig'>(
      cls,
      'getConfig',
      (stock) =>
        function (this: AnyLayer) {
          return { ...stock.call(this), ...write(this as unknown as Layer) };
        },
    );
}

/** The class of layers, optimizers or activations that saved models have under a name. */
export const classNamed = (className: string): Class => classes()[className]![0];

/** Replaces a method of a class by one made from it. */
export function replaceMethod<Layer, Name extends keyof Layer>(
  cls: Class,
  name: Name,
  make: (stock: Layer[Name]) => Layer[Name],
): void {
  const prototype = cls.prototype as Layer;
  prototype[name] = make(prototype[name]);
}

/** The same layer with some fields changed, for one call of a method. */
export const withFields = <Layer extends object>(layer: Layer, fields: Partial<Record<keyof Layer, unknown>>): Layer =>
  Object.create(
    layer,
    Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, { value, writable: true }])),
  ) as Layer;

/** The one tensor that a layer is called with. */
export function onlyTensor(layer: { name: string }, inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
  const [x, ...more] = [inputs].flat();
  if (!x || more.length > 0)
    throw new Error(`the layer "${layer.name}" takes one tensor, and got ${more.length + (x ? 1 : 0)}`);
  return x;
}

/** The one shape that a layer is built or asked with. */
export const onlyShape = (shape: Shape | Shape[]): Shape => [
  ...((Array.isArray(shape[0]) ? shape[0] : shape) as Shape),
];

/** null stands for a size that is not known yet. */
export type Shape = (number | null)[];

/** A shape in messages; null for a size that is not known. */
export const shapeText = (shape: readonly (number | null)[]): string =>
  `[${shape.map((n) => (n === null || n < 0 ? 'null' : n)).join(', ')}]`;
