// The metrics of tf.layers: layers/metrics.ts. This module replaces tfjs-layers's own (modules.js).
export * from '@tensorflow/tfjs-layers/dist/metrics';
export { get, precision, recall, sparseTopKCategoricalAccuracy, topKCategoricalAccuracy } from '../layers/metrics.ts';
