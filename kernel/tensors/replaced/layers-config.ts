// What a saved model's topology is before its layers are made. This module replaces tfjs-layers's where models.js
// imports it (modules.js): models of Keras 3 load too, and a graph model is told from a layers model.
import { convertPythonicToTs as stock } from '@tensorflow/tfjs-layers/dist/utils/serialization_utils';
import { asKeras2, type Json } from '../layers/keras3.ts';

export * from '@tensorflow/tfjs-layers/dist/utils/serialization_utils';

/** Converts a topology from the names of Python to those of TypeScript. */
export function convertPythonicToTs(topology: Json): ReturnType<typeof stock> {
  if (topology && Array.isArray((topology as { node?: unknown }).node))
    throw new Error('tf.loadLayersModel: this is a graph model; load it by tf.loadGraphModel.');
  return stock(asKeras2(topology) as never);
}
