// The computation of a model, layer by layer: layers/execute.ts. This module replaces tfjs-layers's engine/executor
// (modules.js).
export * from '@tensorflow/tfjs-layers/dist/engine/executor';
export { execute } from '../layers/execute.ts';
