// Windows of signals. This module replaces tfjs-core's ops/signal_ops_util where windows import it (modules.js): that
// one divides by the length less 1, so that a window of one sample is NaN.
import type { Tensor1D } from '@tensorflow/tfjs-core';
import { cosineWindow as stockWindow } from '@tensorflow/tfjs-core/dist/ops/signal_ops_util';
import { tensor1d } from '@tensorflow/tfjs-core/dist/ops/tensor1d';

/** a − b · cos(2πi / n) for each sample i of a periodic window; one sample is 1, as in TensorFlow. */
export const cosineWindow = (length: number, a: number, b: number): Tensor1D =>
  length === 1 ? tensor1d([1]) : stockWindow(length, a, b);
