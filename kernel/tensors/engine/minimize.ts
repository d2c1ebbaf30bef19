// `computeGradients` and `minimize` of the optimizers.
import * as tf from '@tensorflow/tfjs-core';
import { collector, engine, none, own } from './state.ts';

const { assert } = tf.util;

type Gradients = { value: tf.Scalar; grads: tf.NamedTensorMap };

/** `tf.variableGrads`. */
export function variableGradients(f: () => tf.Scalar, given?: tf.Variable[]): Gradients {
  assert(tf.util.isFunction(f), () => 'The f passed in variableGrads(f) must be a function');
  assert(
    !given || (Array.isArray(given) && given.every((v) => v instanceof tf.Variable)),
    () => 'The varList passed in variableGrads(f, varList) must be an array of variables',
  );
  const all = given ?? own.variables.list();
  const list = all.filter(({ trainable }) => trainable);
  assert(
    list.length > 0,
    () =>
      'variableGrads() expects at least one of the input variables to be trainable, but none of the ' +
      `${all.length} variables is trainable.`,
  );
  const { value, grads } = engine.gradients(f, list, null, true);
  assert(
    grads.some((g) => g),
    () =>
      'Cannot find a connection between any variable and the result of the loss function y=f(x). Please make sure the ' +
      'operations that use variables are inside the function f passed to minimize().',
  );
  assert(
    value.rank === 0,
    () => `The f passed in variableGrads(f) must return a scalar, but it returned a rank-${value.rank} tensor`,
  );
  const named: tf.NamedTensorMap = {};
  list.forEach(({ name }, i) => {
    if (grads[i]) named[name] = grads[i];
  });
  // Given variables that are not trainable have the gradient null
  for (const { name, trainable } of given ?? none) if (!trainable) named[name] = null!;
  return { value: value as tf.Scalar, grads: named };
}

/** `minimize` of the optimizers. Gradients do not outlive the step, so the collector does not note them. */
export function minimize(
  this: tf.Optimizer,
  f: () => tf.Scalar,
  returnCost = false,
  list?: tf.Variable[],
): tf.Scalar | null {
  const leaving: tf.Tensor[] = [];
  own.leaving = leaving;
  let grads: tf.NamedTensorMap | undefined;
  try {
    const computed = this.computeGradients(f, list);
    ({ grads } = computed);
    own.leaving = undefined;
    if (list) this.applyGradients(list.map(({ name }) => ({ name, tensor: grads![name]! })));
    else this.applyGradients(grads as never);
    if (returnCost) return computed.value;
    computed.value.dispose();
    return null;
  } finally {
    own.leaving = undefined;
    if (grads) tf.dispose(grads);
    for (const x of leaving) if (!x.isDisposed) collector.add(x);
  }
}
