// Where Keras 3 keeps the variables of a model's layers in `model.weights.h5`: `layers/dense_1/vars/0`, by kinds of
// layers and their order, never by names. The same for a model of TensorFlow.js.

/** What is needed of a layer of TensorFlow.js. */
export interface KerasLayer {
  name: string;
  getClassName(): string;
  weights: readonly { id: number; originalName: string; shape: readonly (number | null)[] }[];
  layers?: readonly KerasLayer[];
  cell?: KerasLayer;
  cells?: readonly KerasLayer[];
  layer?: KerasLayer;
  forwardLayer?: KerasLayer;
  backwardLayer?: KerasLayer;
}

/** `Conv2DTranspose` → `conv2d_transpose`, `ReLU` → `re_lu`: the names that Keras makes of its classes. */
export const snakeCase = (className: string): string =>
  className
    .replace(/\W/g, '')
    .replace(/(.)([A-Z][a-z]+)/g, '$1_$2')
    .replace(/([a-z])([A-Z])/g, '$1_$2')
    .toLowerCase();

/** Names of things of a list by their kinds: `dense`, `dense_1`. */
export function keysOf(classNames: readonly string[]): string[] {
  const used = new Map<string, number>();
  return classNames.map((className) => {
    const name = snakeCase(className);
    const n = used.get(name) ?? 0;
    used.set(name, n + 1);
    return n === 0 ? name : `${name}_${n}`;
  });
}

/** Marks a part of a path that is the name of a layer, where it is known. */
export const NAMED = '=';

/** Classes that Keras 3 calls otherwise. */
const classOf = (layer: KerasLayer) => (layer.getClassName() === 'Model' ? 'Functional' : layer.getClassName());

/** Parts of a multi-head attention, in the order of their weights. */
const PROJECTIONS = ['query_dense', 'key_dense', 'value_dense', 'output_dense'];

/**
 * The places of all weights of a model.
 * @param has whether the file has a path
 * @returns paths by the ids of the weights
 */
export function placesOf(model: KerasLayer, has: (path: string) => boolean): Map<number, string> {
  const places = new Map<number, string>();
  const own = (layer: KerasLayer, path: string) =>
    layer.weights.forEach(({ id }, i) => places.set(id, `${path}vars/${i}`));
  const visit = (layer: KerasLayer, path: string): void => {
    const { layers, cell, cells, forwardLayer, backwardLayer, layer: wrapped } = layer;
    if (layers) list(layers, `${path}layers/`);
    else if (forwardLayer && backwardLayer) {
      visit(forwardLayer, `${path}forward_layer/`);
      visit(backwardLayer, `${path}backward_layer/`);
    } else if (cells) list(cells, `${path}cells/`);
    else if (cell && !has(`${path}vars/0`)) visit(cell, `${path}cell/`);
    else if (wrapped) visit(wrapped, `${path}layer/`);
    else if (classOf(layer) === 'MultiHeadAttention') projections(layer, path);
    else own(layer, path);
  };
  const list = (layers: readonly KerasLayer[], path: string) => {
    const keys = keysOf(layers.map(classOf));
    layers.forEach((layer, i) => {
      const named = `${path}${NAMED}${layer.name}/`;
      visit(layer, has(named) ? named : `${path}${keys[i]!}/`);
    });
  };
  const projections = (layer: KerasLayer, path: string) => {
    const { weights } = layer;
    const each = weights.length / PROJECTIONS.length;
    weights.forEach(({ id }, i) => places.set(id, `${path}${PROJECTIONS[Math.floor(i / each)]!}/vars/${i % each}`));
  };
  visit(model, '');
  return places;
}

/** Whether the names of weights are places in a file of Keras 3. */
export const isPlaced = (names: readonly string[]): boolean =>
  names.length > 0 && names.every((name) => /(^|\/)vars\/\d+$/.test(name));
