// The names of a model's weights in files: `conv1/kernel`, of layers without a name of their own `dense/kernel`,
// `dense_1/kernel`, so that two models made by the same code have the same names.
import type { LayersModel, layers, LayerVariable } from '@tensorflow/tfjs-layers';
import { snakeCase } from '../../../formats/keras-layout.ts';
import { shown } from '../../options.ts';

type Layer = layers.Layer;

/** One weight of a model. */
export interface NamedWeight {
  /** `conv1/kernel` */
  name: string;
  /** The name that TensorFlow.js gave it, which saved models have. */
  original: string;
  layer: Layer;
  weight: LayerVariable;
}

/** A model inside a model, or any other layer. */
const innerLayers = (layer: Layer): Layer[] | undefined => {
  const { layers } = layer as unknown as { layers?: unknown };
  return Array.isArray(layers) ? (layers as Layer[]) : undefined;
};

/** The layers of a model by their names in files; models inside have their name before those of their layers. */
export function namedLayers(model: LayersModel | Layer, prefix = ''): { name: string; layer: Layer }[] {
  const used = new Map<string, number>();
  return (innerLayers(model as Layer) ?? []).flatMap((layer) => {
    const kind = layer.getClassName();
    const name = isAutomatic(layer.name, kind) ? numbered(snakeCase(kind), used) : layer.name;
    const path = `${prefix}${name}`;
    return innerLayers(layer) ? namedLayers(layer, `${path}/`) : [{ name: path, layer }];
  });
}

/** Whether TensorFlow.js made the name: `dense_Dense1`. */
const isAutomatic = (name: string, className: string) =>
  name.endsWith(className) ? false : new RegExp(`_${className}\\d+$`).test(name);

function numbered(name: string, used: Map<string, number>): string {
  const n = used.get(name) ?? 0;
  used.set(name, n + 1);
  return n === 0 ? name : `${name}_${n}`;
}

/**
 * All weights of a model, by layers.
 * @throws TypeError for what is no model; Error for a model that has no weights yet
 */
export function namedWeights(where: string, model: LayersModel): NamedWeight[] {
  if (!Array.isArray((model as Partial<LayersModel> | null | undefined)?.layers))
    throw new TypeError(`${where}: the model must be one of tf.layers, got ${shown(model)}`);
  const names = new Map<string, number>();
  const all = namedLayers(model).flatMap(({ name, layer }) => {
    if (!layer.built)
      throw new Error(
        `${where}: the layer "${layer.name}" has no weights yet. Give the first layer an inputShape, or call model.build.`,
      );
    return layer.weights.map((weight) => {
      const own = partName(layer, weight);
      return { name: numbered(`${name}/${own}`, names), original: weight.originalName, layer, weight };
    });
  });
  if (all.length === 0) throw new Error(`${where}: the model "${model.name}" has no weights.`);
  return all;
}

/** The name of a weight in its layer; those of layers inside have `forward` and `backward`, or nothing, before it. */
function partName(layer: Layer, { id, originalName }: LayerVariable): string {
  const { forwardLayer, backwardLayer } = layer as unknown as { forwardLayer?: Layer; backwardLayer?: Layer };
  const last = originalName.split('/').at(-1)!;
  const has = (inner: Layer | undefined) => inner?.weights.some((weight) => weight.id === id);
  if (has(forwardLayer)) return `forward/${last}`;
  if (has(backwardLayer)) return `backward/${last}`;
  return originalName.startsWith(`${layer.name}/`) ? originalName.slice(layer.name.length + 1) : last;
}
