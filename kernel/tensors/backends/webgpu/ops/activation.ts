// The end of fused ops: bias and activation.
import type { TensorInfo } from '@tensorflow/tfjs-core';
import type { Finish } from '../shaders/tiled-product.ts';

/** WGSL of the activations, as functions of `x`. */
export const activations: Record<string, string> = {
  linear: 'x',
  relu: 'select(0.0, x, x > 0.0 || isNan(x))',
  sigmoid: 'select(1.0 / (1.0 + exp(-x)), x, isNan(x))',
  elu: 'select(exp(x) - 1.0, x, x >= 0.0 || isNan(x))',
};

/** Adds a bias (one number for each column of the product) and applies an activation. */
export function finishOf(activation: string, bias: TensorInfo | undefined): Finish {
  return {
    name: `${activation} ${bias !== undefined}`,
    expression: `activate(sum${bias ? ' + bias[n]' : ''})`,
    declarations: `fn activate(x: f32) -> f32 { return ${activations[activation]}; }`,
    inputs: bias ? { bias: 'f32' } : {},
    tensors: bias ? [bias] : [],
  };
}
