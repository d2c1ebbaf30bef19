// How tensors and layers look in `console.log`, as text and by `print`.
import * as tf from '@tensorflow/tfjs-core';
import { valuesNow, withValues, type TensorReads } from '../outputs/tensor/read.ts';
import { MAX_PRINTED, type TensorLike } from '../outputs/tensor/values.ts';

/** Says where a tensor's values are if they are not in this process yet. */
const whereabouts = () => `values on ${tf.getBackend()}: await x.data()`;

/** A tensor in `console.log`, or inside another value: a few lines, without the engine's internals. */
function inspect(this: tf.Tensor, _depth: number, options?: { tensors?: TensorReads }): string {
  const head = `Tensor ${this.dtype} [${this.shape.join(', ')}]`;
  const read = options?.tensors?.values.get(this);
  if (!read && this.isDisposed) return `${head} (disposed)`;
  if (this.size > MAX_PRINTED) return head;
  const data = read ?? valuesNow(this as object as TensorLike);
  if (data)
    return `${head}\n${withValues(this, data)
      .toString()
      .replace(/^Tensor\n/, '')}`;
  options?.tensors?.missing.add(this as object as TensorLike);
  return `${head} (${whereabouts()})`;
}

/** `tf.print`. Where values have to be waited for, it prints as `console.log` does. */
export function print<T extends tf.Tensor>(x: T, verbose?: boolean): void {
  if (valuesNow(x as object as TensorLike)) tf.print(x, verbose);
  else console.log(x);
}

/** Lets tensors print themselves even while their values have to be waited for. */
export function installPrinting(): void {
  const { prototype } = tf.Tensor;
  Object.defineProperty(prototype, Symbol.for('nodejs.util.inspect.custom'), { configurable: true, value: inspect });
  const { toString } = prototype;
  prototype.toString = function (verbose) {
    const data = valuesNow(this as object as TensorLike);
    if (data) return toString.call(withValues(this, data), verbose);
    return `Tensor\n    ${this.dtype} [${this.shape.join(', ')}] (${whereabouts()})`;
  };
  prototype.print = function (verbose) {
    print(this, verbose);
  };
}
