// `tf.meshgrid` of truth values. This module replaces tfjs-core's ops/meshgrid (modules.js), which multiplies matrices to
// repeat rows: the products of truth values are int32 (truth-values.ts).
import type { Tensor } from '@tensorflow/tfjs-core';
import { meshgrid as stock } from '@tensorflow/tfjs-core/dist/ops/meshgrid';
import { isTensor } from '../engine/is-tensor.ts';

/** `tf.meshgrid`: each grid has the type of its input. */
export const meshgrid = ((x: unknown, y: unknown, options?: Parameters<typeof stock>[2]): Tensor[] =>
  stock(x as Tensor, y as Tensor, options).map((grid, i) => {
    const input = i === 0 ? x : y;
    return isTensor(input) && input.dtype === 'bool' && grid.dtype !== 'bool' ? grid.cast('bool') : grid;
  })) as typeof stock;
