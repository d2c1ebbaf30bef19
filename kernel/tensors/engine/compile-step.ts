// `train.compileStep`, which `fit` uses too: the device `webgpu` records the commands of a training step once and
// submits them again in every later step (backends/webgpu/replay/). On other devices the function is called as it is.
import * as tf from '@tensorflow/tfjs-core';
import * as layers from '@tensorflow/tfjs-layers';
import { WebGpuBackend } from '../backends/webgpu/backend.ts';
import { Replay, type ReplayState } from '../backends/webgpu/replay/replay.ts';
import { trainFunction } from '../layers/training.ts';
import type { Model } from '../layers/types.ts';
import { hooks } from './state.ts';

/** Does the same as the function that it was made from, faster from the third call on. */
export interface CompiledStep<A extends unknown[], R> {
  (...args: A): R;
  /** How many of its calls were replayed, and why others were not. */
  readonly state: Readonly<ReplayState>;
}

/** Disposes of a recording when its function is gone. */
const forgotten = new FinalizationRegistry<Replay>((replay) => replay.dispose());

const idle: ReplayState = { eager: 0, recorded: 0, replayed: 0, why: 'the device computes op by op' };

/**
 * Makes a faster function of one training step. The function is still called in every step and can do anything: its ops
 * are compared with those of the recording, and are computed as usual from the first one that differs. Use it where
 * steps are alike.
 * @param f takes tensors, or lists and objects of tensors; it must not be async
 * @throws TypeError if `f` is not a function
 * @example
 * ```ts
 * const w = tf.variable(tf.zeros([2, 1]));
 * const optimizer = optim.sgd({ learningRate: 0.1 });
 * const step = train.compileStep(
 *   (x: tf.Tensor2D, y: tf.Tensor2D) => optimizer.minimize(() => x.matMul(w).sub(y).square().mean(), true)!,
 * );
 * for (let i = 0; i < 100; i++) step(tf.tensor2d([[1, 2], [3, 4]]), tf.tensor2d([[5], [11]]));
 * ```
 */
export function compileStep<A extends unknown[], R>(f: (...args: A) => R): CompiledStep<A, R> {
  if (typeof f !== 'function') throw new TypeError('compileStep takes the function of one training step.');
  let replay: Replay | undefined;
  let device: tf.KernelBackend | undefined;
  const compiled = (...args: A): R => {
    const backend = tf.backend();
    // An observer sees each op by itself
    if (!(backend instanceof WebGpuBackend) || hooks.observer) return f(...args);
    if (!replay || device !== backend) {
      replay = new Replay(backend, (f) => (hooks.aroundOp = f));
      forgotten.register(compiled, replay);
      device = backend;
    }
    return replay.call(shapesOf(args), () => f(...args));
  };
  return Object.defineProperty(compiled, 'state', { get: () => replay?.state ?? idle }) as CompiledStep<A, R>;
}

/** A key for the arguments of a call: calls with different keys have recordings of their own. */
function shapesOf(x: unknown): string {
  if (x instanceof tf.Tensor) return `${x.dtype} ${x.shape.join(',')}`;
  if (Array.isArray(x)) return `[${x.map(shapesOf).join(';')}]`;
  if (typeof x === 'object' && x !== null && Object.getPrototypeOf(x) === Object.prototype)
    return `{${Object.entries(x)
      .map(([key, value]) => `${key}:${shapesOf(value)}`)
      .join(';')}}`;
  return typeof x;
}

type TrainFunction = (data: (tf.Tensor | null)[]) => tf.Scalar[];

/** Adds `tf.train.compileStep`, and has `fit` and `trainOnBatch` replay their steps. */
export function compileSteps(): void {
  Object.assign(tf.train, { compileStep });
  const prototype = layers.LayersModel.prototype as unknown as { makeTrainFunction(): TrainFunction };
  const functions = new WeakMap<object, TrainFunction>();
  prototype.makeTrainFunction = function () {
    let f = functions.get(this);
    // One for all calls: it looks up optimizer, losses and metrics in each
    if (!f) functions.set(this, (f = compileStep(trainFunction(this as unknown as Model))));
    return f;
  };
}
