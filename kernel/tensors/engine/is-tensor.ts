// Whether a value is a tensor. TensorFlow.js's class decides `instanceof` by a function of its own, which reads three
// methods; every op asks this several times.
import type * as tf from '@tensorflow/tfjs-core';
import { getGlobalTensorClass } from '@tensorflow/tfjs-core/dist/tensor';

const Tensor = getGlobalTensorClass() as unknown as typeof tf.Tensor;

/** With the prototype of tensors, and the language's own `instanceof`. */
const Own = function (this: void) {} as unknown as typeof tf.Tensor;
Own.prototype = Tensor.prototype;

/** Whether it is a tensor of this copy of TensorFlow.js. */
export const isOwnTensor = (x: object): x is tf.Tensor => x instanceof Own;

/** Whether it is a tensor, also of another copy of TensorFlow.js. */
export const isTensor = (x: unknown): x is tf.Tensor =>
  typeof x === 'object' && x !== null && (x instanceof Own || x instanceof Tensor);
