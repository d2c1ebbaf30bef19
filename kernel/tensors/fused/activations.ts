// Gradients of activations and other functions of one tensor, as one op kernel each where the device has it, for first
// derivatives. Otherwise they are composed of two to six ops, as TensorFlow.js does it.
import * as tf from '@tensorflow/tfjs-core';
import { canFuse, has, run, runNamed } from '../engine/call.ts';
import { register, registerOwn } from '../gradients/register.ts';
import { ops, type AttrsOf, type InputsOf, type OwnOp } from '../ops.ts';

/** Runs an op kernel of ours, which is for float32 only, where the device has it; else the composed formula. */
function fuse<Op extends OwnOp>(
  op: Op,
  inputs: InputsOf<Op>,
  composed: () => tf.Tensor,
  attrs?: AttrsOf<Op>,
): tf.Tensor {
  if (!canFuse(op)) return composed();
  const tensors: Record<string, tf.Tensor> = inputs;
  for (const key in tensors) if (tensors[key]!.dtype !== 'float32') return composed();
  return runNamed(op.name, tensors, attrs);
}

/** 1 where a condition is true, else 0. */
const mask = (condition: tf.Tensor) => tf.cast(condition, 'float32');

/** dy where y > 0, else 0; y can be relu's output or its input. */
export const reluGrad = (dy: tf.Tensor, y: tf.Tensor): tf.Tensor =>
  fuse(ops.ReluGrad, { dy, y }, () => tf.mul(dy, mask(tf.step(y))));

/** dy · y (1 − y). */
export const sigmoidGrad = (dy: tf.Tensor, y: tf.Tensor): tf.Tensor =>
  fuse(ops.SigmoidGrad, { dy, y }, () => tf.mul(dy, tf.mul(y, tf.sub(1, y))));

/** dy · (1 − y²). */
const tanhGrad = (dy: tf.Tensor, y: tf.Tensor) =>
  fuse(ops.TanhGrad, { dy, y }, () => tf.mul(dy, tf.sub(1, tf.square(y))));

/** dy / (2 y). */
const sqrtGrad = (dy: tf.Tensor, y: tf.Tensor) => fuse(ops.SqrtGrad, { dy, y }, () => tf.div(dy, tf.mul(y, 2)));

/** dy where 0 < x ≤ 6, else 0. */
const relu6Grad = (dy: tf.Tensor, x: tf.Tensor) =>
  fuse(ops.Relu6Grad, { dy, x }, () => tf.mul(dy, mask(tf.logicalAnd(tf.greater(x, 0), tf.lessEqual(x, 6)))));

/** dy where x > 0, else alpha · dy. */
const leakyReluGrad = (dy: tf.Tensor, x: tf.Tensor, { alpha }: tf.LeakyReluAttrs) =>
  fuse(ops.LeakyReluGrad, { dy, x }, () => tf.where(tf.greater(x, 0), dy, tf.mul(dy, alpha)), { alpha });

// As in tf.backend_util, which does not exist yet when this module runs: tfjs-core imports it through fused-ops.ts
const SELU_SCALE = 1.0507009873554805;
const SELU_SCALEALPHA = 1.7580993408473768;

/** dy · scale where x > 0, else dy · scale · alpha · eˣ. */
const seluGrad = (dy: tf.Tensor, x: tf.Tensor) =>
  fuse(ops.SeluGrad, { dy, x }, () => {
    const below = tf.mul(tf.mul(dy, SELU_SCALEALPHA), tf.exp(tf.cast(x, 'float32')));
    return tf.where(tf.greater(x, 0), tf.mul(dy, SELU_SCALE), below);
  });

/** dy · sigmoid(x). */
const softplusGrad = (dy: tf.Tensor, x: tf.Tensor) =>
  fuse(ops.SoftplusGrad, { dy, x }, () => tf.mul(dy, tf.sigmoid(x)));

/** 2 · dy · x. */
const squareGrad = (dy: tf.Tensor, x: tf.Tensor) =>
  fuse(ops.SquareGrad, { dy, x }, () => tf.mul(dy, tf.mul(tf.cast(x, 'float32'), 2)));

/** dy where x > 0, 0 where x = 0, else −dy. */
const absGrad = (dy: tf.Tensor, x: tf.Tensor) =>
  fuse(ops.AbsGrad, { dy, x }, () => tf.mul(dy, tf.sign(tf.cast(x, 'float32'))));

/** dy where x lies between the bounds, else 0. */
const clipByValueGrad = (dy: tf.Tensor, x: tf.Tensor, { clipValueMin, clipValueMax }: tf.ClipByValueAttrs) =>
  fuse(
    ops.ClipByValueGrad,
    { dy, x },
    () => tf.mul(dy, mask(tf.logicalAnd(tf.greaterEqual(x, clipValueMin), tf.lessEqual(x, clipValueMax)))),
    { clipValueMin, clipValueMax },
  );

/** The distribution function of the standard normal distribution, Φ. */
const distribution = (x: tf.Tensor) => tf.mul(tf.add(tf.erf(tf.mul(x, Math.SQRT1_2)), 1), 0.5);
/** The density of the standard normal distribution, φ. */
const density = (x: tf.Tensor) => tf.mul(tf.exp(tf.mul(tf.square(x), -0.5)), 1 / Math.sqrt(2 * Math.PI));

/** dy · (Φ(x) + x φ(x)). */
const geluGrad = (dy: tf.Tensor, x: tf.Tensor) =>
  fuse(ops.GeluGrad, { dy, x }, () => tf.mul(dy, tf.add(distribution(x), tf.mul(x, density(x)))));

/** The Gaussian error linear unit x · Φ(x) (Hendrycks and Gimpel 2016), with the error function itself, not tanh. */
export function gelu<T extends tf.Tensor>(x: T): T {
  if (has(ops.Gelu) && x.dtype === 'float32') return run(ops.Gelu, { x }) as T;
  return tf.tidy(() => tf.mul(x, distribution(x)) as T);
}

/** Registers the gradients over TensorFlow.js's, and lets layers compute gelu in one op. */
export function fuseActivations(): void {
  const ofOutput = (name: string, grad: (dy: tf.Tensor, y: tf.Tensor) => tf.Tensor) =>
    register(name, { outputsToSave: [true] }, (dy, [y]) => ({ x: () => grad(dy, y!) }));
  const ofInput = <A>(name: string, grad: (dy: tf.Tensor, x: tf.Tensor, attrs: A) => tf.Tensor) =>
    register(name, { inputsToSave: ['x'] }, (dy, [x], attrs) => ({ x: () => grad(dy, x!, attrs as A) }));
  ofOutput('Relu', reluGrad);
  ofOutput('Sigmoid', sigmoidGrad);
  ofOutput('Tanh', tanhGrad);
  ofOutput('Sqrt', sqrtGrad);
  ofInput('Relu6', relu6Grad);
  ofInput('LeakyRelu', leakyReluGrad);
  ofInput('Selu', seluGrad);
  ofInput('Softplus', softplusGrad);
  ofInput('Square', squareGrad);
  ofInput('Abs', absGrad);
  ofInput('ClipByValue', clipByValueGrad);
  registerOwn(ops.Gelu, { inputsToSave: ['x'] }, (dy, [x]) => ({ x: () => geluGrad(dy, x!) }));
  // A layer with `activation: 'gelu'` would compose it of five ops
  const entry = tf.serialization.SerializationMap.getMap().classNameMap['gelu'] as
    [{ prototype: { apply(x: tf.Tensor): tf.Tensor } }, unknown] | undefined;
  if (entry) entry[0].prototype.apply = gelu;
}
