// Products over axes, and sums and products up to each element along an axis.
import * as tf from '@tensorflow/tfjs-core';
import { attr, register } from './register.ts';

export function reductionGradients(): void {
  products();
  scans();
}

/** The product over axes, which may count from the end. Without division, so that x can contain zeros. */
function products(): void {
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

/** Cumulative sum and product along an axis. */
function scans(): void {
  interface ScanAttrs {
    axis: number;
    exclusive: boolean;
    reverse: boolean;
  }
  register('Cumsum', {}, (dy, _, attrs) => {
    const { axis, exclusive, reverse } = attr<ScanAttrs>(attrs);
    return { x: () => tf.cumsum(dy, axis, exclusive, !reverse) };
  });
  // dL/dx_k = (Π_{j<k} x_j) · S_k with S_k = dy_k + x_{k+1} S_{k+1}. Without division, so that x can contain zeros
  register('Cumprod', { inputsToSave: ['x'] }, (dy, [x], attrs) => {
    const { axis, exclusive, reverse } = attr<ScanAttrs>(attrs);
    const grad = () => {
      const order = <T>(list: T[]) => (reverse ? list.reverse() : list);
      const xs = order(tf.unstack(x!, axis));
      const dys = order(tf.unstack(dy, axis));
      const suffix: tf.Tensor[] = [];
      let s: tf.Tensor = tf.zerosLike(dys[0]!);
      for (let k = xs.length - 1; k >= 0; k--) {
        const next = k + 1 < xs.length;
        // Inclusive: S_k as above. Exclusive: y_i lacks x_i, so the sum begins one later
        if (exclusive) s = next ? tf.add(dys[k + 1]!, tf.mul(xs[k + 1]!, s)) : s;
        else s = next ? tf.add(dys[k]!, tf.mul(xs[k + 1]!, s)) : dys[k]!;
        suffix[k] = s;
      }
      let before: tf.Tensor = tf.onesLike(xs[0]!);
      const grads = xs.map((v, k) => {
        const g = tf.mul(before, suffix[k]!);
        before = tf.mul(before, v);
        return g;
      });
      return tf.stack(order(grads), axis);
    };
    return { x: grad };
  });
}
