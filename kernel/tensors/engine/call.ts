// How functions of the library run op kernels: ours, which only some devices have, and TensorFlow.js's. tfjs-core loads
// this module while it is still loading itself (replaced/fused-ops.ts), so nothing here uses it before it is called.
import * as tf from '@tensorflow/tfjs-core';
import type { AttrsOf, InputsOf, OutputsOf, OwnOp } from '../ops.ts';
import type { Engine } from './types.ts';

/** Whether the device has an op kernel of ours. */
export const has = ({ name }: OwnOp): boolean => hasNamed(name);

/** Whether the device has an op kernel of TensorFlow.js's. */
export const hasNamed = (kernelName: string): boolean => tf.getKernel(kernelName, tf.getBackend()) !== undefined;

const engineState = () => (tf.engine() as unknown as Engine).state;

/**
 * Whether ops are being recorded. In the function that computes a gradient this means that its own gradient is wanted.
 */
export function recording(): boolean {
  const { gradientDepth, kernelDepth } = engineState();
  return gradientDepth > 0 && kernelDepth === 0;
}

/** Calls `f` without recording its ops: its result is a constant for every gradient. */
export function unrecorded<T>(f: () => T): T {
  const state = engineState();
  state.kernelDepth++;
  try {
    return f();
  } finally {
    state.kernelDepth--;
  }
}

/** Whether ops are being recorded for a second derivative. */
export const recordingTwice = (): boolean => engineState().gradientDepth > 1 && recording();

/**
 * Whether a gradient can be computed by an op kernel that has no gradient itself: not while it is being recorded for a
 * second derivative, which is composed of TensorFlow.js's ops.
 */
export const canFuse = (op: OwnOp): boolean => has(op) && !recording();

/** Runs an op kernel of ours. */
export const run = ((op: OwnOp, inputs: Record<string, tf.Tensor>, attrs?: object) =>
  runNamed(op.name, inputs, attrs)) as unknown as <Op extends OwnOp>(
  op: Op,
  inputs: InputsOf<Op>,
  ...attrs: Op['attrs'] extends object ? [attrs: AttrsOf<Op>] : []
) => OutputsOf<Op>;

/** Runs an op kernel of TensorFlow.js's that has one output. */
export const runNamed = (kernelName: string, inputs: tf.NamedTensorMap, attrs: object = {}): tf.Tensor =>
  tf.engine().runKernel(kernelName, inputs as never, attrs as never) as tf.Tensor;
