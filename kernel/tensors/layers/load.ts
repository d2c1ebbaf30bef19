// Loading of models: those of Keras 3, and clear words where a model is of the other kind.
import * as tf from '@tensorflow/tfjs-core';
import { GraphModel } from '@tensorflow/tfjs-converter';
import * as tfl from '@tensorflow/tfjs-layers';
import { Activation } from '@tensorflow/tfjs-layers/dist/activations';
import { isPlaced, placesOf, type KerasLayer } from '../../formats/keras-layout.ts';
import { replaceMethod } from './extend.ts';
import { withKnownNames } from './keras3.ts';

interface Model extends KerasLayer {
  loadWeights(weights: tf.NamedTensorMap, strict?: boolean): void;
}
interface Graph {
  loadSync(artifacts: tf.io.ModelArtifacts): boolean;
}

/** The hard sigmoid of Keras 3, relu6(x + 3) / 6; that of Keras 2 and TensorFlow.js is clip(0.2 x + 0.5, 0, 1). */
class HardSigmoid3 extends Activation {
  static readonly className = 'hardSigmoidKeras3';
  apply(x: tf.Tensor): tf.Tensor {
    return tf.tidy(() => tf.div(tf.relu6(tf.add(x, 3)), 6));
  }
}

/** The weights of a `.keras` file, which are kept by places, by the names that the model has for them. */
function byPlaces(model: Model, stored: tf.NamedTensorMap): tf.NamedTensorMap {
  const names = new Map(model.weights.map(({ id, originalName }) => [id, originalName]));
  const places = placesOf(model, (path) => Object.keys(stored).some((name) => name.startsWith(path)));
  const named: tf.NamedTensorMap = {};
  for (const [id, place] of places) {
    const value = stored[place];
    if (!value) throw new Error(`the file has no weights at ${place}, for "${names.get(id)}"`);
    named[names.get(id)!] = value;
  }
  return named;
}

/** Makes models of Keras 3 load, and `tf.loadGraphModel` know a layers model. */
export function extendLoading(): void {
  tf.serialization.registerClass(HardSigmoid3);
  replaceMethod<Model, 'loadWeights'>(
    tfl.LayersModel,
    'loadWeights',
    (stock) =>
      function (this: Model, weights, strict) {
        if (isPlaced(Object.keys(weights))) return stock.call(this, byPlaces(this, weights), strict);
        const names = new Set(this.weights.map(({ originalName }) => originalName));
        const isAsSaved = Object.keys(weights).every((name) => names.has(name));
        stock.call(this, isAsSaved ? weights : withKnownNames(weights, (name) => names.has(name)), strict);
      },
  );
  replaceMethod<Graph, 'loadSync'>(
    GraphModel,
    'loadSync',
    (stock) =>
      function (this: Graph, artifacts) {
        const topology = artifacts.modelTopology as { node?: unknown; model_config?: unknown; class_name?: unknown };
        if (!Array.isArray(topology?.node)) {
          const isLayers = topology?.model_config !== undefined || topology?.class_name !== undefined;
          throw new Error(
            isLayers
              ? 'tf.loadGraphModel: this is a layers model; load it by tf.loadLayersModel.'
              : 'tf.loadGraphModel: this is not a graph model: its topology has no nodes.',
          );
        }
        return stock.call(this, artifacts);
      },
  );
}
