// Ops on each element: constant ones, and those whose stock gradient knows of no broadcasting.
import * as tf from '@tensorflow/tfjs-core';
import { attr, register, sumTo, zeros } from './register.ts';

/** Functions that are constant almost everywhere: their gradient is zero, so that `tf.where(x.greater(0), …)` has one. */
export function constants(): void {
  for (const name of [
    'Greater',
    'GreaterEqual',
    'Less',
    'LessEqual',
    'Equal',
    'NotEqual',
    'LogicalAnd',
    'LogicalOr',
    // the stock gradient is that of a division
    'FloorDiv',
  ]) {
    register(name, { inputsToSave: ['a', 'b'] }, (_, [a, b]) => ({ a: () => zeros(a!), b: () => zeros(b!) }));
  }
  for (const name of ['LogicalNot', 'Any', 'All'])
    register(name, { inputsToSave: ['x'] }, (_, [x]) => ({ x: () => zeros(x!) }));
  // To whole numbers or truth; the stock gradient is as if nothing were cut off
  register('Cast', {}, (dy, _, attrs) => ({
    x: () => (attr<tf.CastAttrs>(attrs).dtype === 'float32' ? dy.clone() : zeros(dy)),
  }));
}

/** Where a and b are equal, a is taken for the greater, and for the smaller. */
export function broadcasts(): void {
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

/** The product over axes, which may count from the end; no division, so that zeros in x are no exception. */
export function products(): void {
  register('Prod', { inputsToSave: ['x'] }, (dy, [x], attrs) => {
    const { axis } = attr<tf.ProdAttrs>(attrs);
    const axes = tf.util.parseAxisParam(axis, x!.shape);
    const kept = x!.shape.map((_, i) => i).filter((i) => !axes.includes(i));
    const order = [...kept, ...axes];
    return {
      x: () => {
        const moved = tf.transpose(x!, order);
        const rows = moved.reshape([dy.size, x!.size / dy.size]);
        const others = tf.cumprod(rows, 1, true, false).mul(tf.cumprod(rows, 1, true, true));
        return tf.transpose(
          others.mul(dy.reshape([dy.size, 1])).reshape(moved.shape),
          order.map((_, i) => order.indexOf(i)),
        );
      },
    };
  });
}
