// Elementwise ops: constant ones, those whose stock gradient ignores broadcasting, and the second derivative of elu.
import * as tf from '@tensorflow/tfjs-core';
import { runNamed } from '../engine/call.ts';
import { attr, register, sumTo, zeros } from './register.ts';

export function elementwiseGradients(): void {
  constants();
  broadcasts();
  eluGrad();
}

/**
 * Functions that are constant almost everywhere have the gradient zero, so that `tf.where(x.greater(0), …)` has one.
 */
function constants(): void {
  for (const name of [
    'Greater',
    'GreaterEqual',
    'Less',
    'LessEqual',
    'Equal',
    'NotEqual',
    'LogicalAnd',
    'LogicalOr',
    // The stock gradient is that of a division
    'FloorDiv',
  ]) {
    register(name, { inputsToSave: ['a', 'b'] }, (_, [a, b]) => ({ a: () => zeros(a!), b: () => zeros(b!) }));
  }
  for (const name of ['LogicalNot', 'Any', 'All'])
    register(name, { inputsToSave: ['x'] }, (_, [x]) => ({ x: () => zeros(x!) }));
  // Zero for casts to int32 or bool; the stock gradient ignores the rounding
  register('Cast', {}, (dy, _, attrs) => ({
    x: () => (attr<tf.CastAttrs>(attrs).dtype === 'float32' ? dy.clone() : zeros(dy)),
  }));
}

/** Where a and b are equal, the gradient goes to a. */
function broadcasts(): void {
  for (const [name, first] of [
    ['Maximum', tf.greaterEqual],
    ['Minimum', tf.lessEqual],
  ] as const) {
    register(name, { inputsToSave: ['a', 'b'] }, (dy, [a, b]) => {
      const isA = first(a!, b!);
      return {
        a: () => sumTo(dy.mul(isA.cast('float32')), a!.shape),
        b: () => sumTo(dy.mul(tf.logicalNot(isA).cast('float32')), b!.shape),
      };
    });
  }
  register('SquaredDifference', { inputsToSave: ['a', 'b'] }, (dy, [a, b]) => {
    const d = dy.mul(tf.sub(a!, b!)).mul(2);
    return { a: () => sumTo(d, a!.shape), b: () => sumTo(d.neg(), b!.shape) };
  });
}

/** The second derivative of elu, whose slope is 1, or e^x = y + 1 below zero. */
function eluGrad(): void {
  register('EluGrad', { inputsToSave: ['dy', 'y'] }, (ddx, saved) => {
    const [dy, y] = saved as [tf.Tensor, tf.Tensor];
    return {
      dy: () => runNamed('EluGrad', { dy: ddx, y }),
      y: () => tf.where(y.greaterEqual(0), zeros(y), ddx.mul(dy)),
    };
  });
}
