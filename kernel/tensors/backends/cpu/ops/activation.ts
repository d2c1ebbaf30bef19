// The bias and the activation of fused ops, for op kernels that apply no activation themselves but ReLU.
import * as tf from '@tensorflow/tfjs-core';
import type { CpuBackend } from '../backend.ts';
import type { OpCall } from '../op-kernel.ts';

const opOf: Partial<Record<tf.backend_util.Activation, string>> = {
  relu: 'Relu',
  relu6: 'Relu6',
  elu: 'Elu',
  sigmoid: 'Sigmoid',
  leakyrelu: 'LeakyRelu',
  prelu: 'Prelu',
};

export interface ActivationAttrs {
  activation?: tf.backend_util.Activation | null;
  leakyreluAlpha?: number;
}

/** Whether `activate` applies an activation. */
const isActivation = ({ activation }: ActivationAttrs) => !activation || activation === 'linear' || activation in opOf;

/** Applies an activation to y, and disposes of y. */
function activate(
  backend: CpuBackend,
  y: tf.TensorInfo,
  { activation, leakyreluAlpha }: ActivationAttrs,
  preluAlpha: tf.TensorInfo | undefined,
): tf.TensorInfo {
  if (!activation || activation === 'linear') return y;
  const inputs = activation === 'prelu' ? { x: y, alpha: preluAlpha! } : { x: y };
  const { kernelFunc } = tf.getKernel(opOf[activation]!, 'cpu');
  const result = kernelFunc({ inputs, attrs: { alpha: leakyreluAlpha ?? 0.2 }, backend }) as tf.TensorInfo;
  backend.disposeIntermediateTensorInfo(y);
  return result;
}

/** A fused op: applies an activation to the result of `op`, which applies ReLU itself. */
export const fused =
  (op: (call: OpCall) => tf.TensorInfo | undefined) =>
  (call: OpCall): tf.TensorInfo | undefined => {
    const { inputs, attrs, backend } = call;
    if (!isActivation(attrs)) return undefined;
    const y = op(call);
    if (!y || attrs['activation'] === 'relu') return y;
    return activate(backend, y, attrs, inputs['preluActivationWeights']);
  };

/** Whether a bias is absent, or `n` numbers for the last axis. */
export const isBias = (bias: tf.TensorInfo | undefined, n: number) =>
  !bias || (bias.dtype === 'float32' && bias.shape.length === 1 && bias.shape[0] === n);
