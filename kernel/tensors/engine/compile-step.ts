// `train.compileStep`, and `fit` by it: on a device that can, the commands of a training step are recorded once and handed over again in every
// later step (backends/webgpu/replay/); on others the function is called as it is.
import * as tf from '@tensorflow/tfjs-core';
import * as layers from '@tensorflow/tfjs-layers';
import { WebGpuBackend } from '../backends/webgpu/backend.ts';
import { Replay, type ReplayState } from '../backends/webgpu/replay/replay.ts';
import { interceptOpKernels } from './engine.ts';

/** A function that does what the one does that it was made of, faster from the third call on. */
export interface CompiledStep<A extends unknown[], R> {
  (...args: A): R;
  /** How its calls have fared. */
  readonly state: Readonly<ReplayState>;
}

/** Recordings go with the function that they are of. */
const forgotten = new FinalizationRegistry<Replay>((replay) => replay.dispose());

const idle: ReplayState = { eager: 0, recorded: 0, replayed: 0, why: 'the device computes op by op' };

/**
 * Makes a faster function of one training step. It is called in every step and may do anything: its ops are compared with those of the recording,
 * and from the first that differs on they are computed as ever. It is worth its while where steps are alike.
 *
 * ```ts
 * const step = train.compileStep((x: tf.Tensor, y: tf.Tensor) => optimizer.minimize(() => loss(model.apply(x), y), true)!);
 * for (const [x, y] of batches) run.step({ loss: step(x, y) });
 * ```
 * @param f of tensors, or of lists and objects of tensors; it returns at once, not a promise
 * @throws TypeError where `f` is no function
 */
export function compileStep<A extends unknown[], R>(f: (...args: A) => R): CompiledStep<A, R> {
  if (typeof f !== 'function') throw new TypeError('compileStep takes the function of one training step.');
  let replay: Replay | undefined;
  let device: tf.KernelBackend | undefined;
  const compiled = (...args: A): R => {
    const backend = tf.backend();
    if (!(backend instanceof WebGpuBackend)) return f(...args);
    if (!replay || device !== backend) {
      replay = new Replay(backend, interceptOpKernels);
      forgotten.register(compiled, replay);
      device = backend;
    }
    return replay.call(shapesOf(args), () => f(...args));
  };
  return Object.defineProperty(compiled, 'state', { get: () => replay?.state ?? idle }) as CompiledStep<A, R>;
}

/** What tells apart calls that make different tensors. */
function shapesOf(x: unknown): string {
  if (x instanceof tf.Tensor) return `${x.dtype} ${x.shape.join(',')}`;
  if (Array.isArray(x)) return `[${x.map(shapesOf).join(';')}]`;
  if (typeof x === 'object' && x !== null && Object.getPrototypeOf(x) === Object.prototype)
    return `{${Object.entries(x)
      .map(([key, value]) => `${key}:${shapesOf(value)}`)
      .join(';')}}`;
  return typeof x;
}

type TrainFunction = (data: tf.Tensor[]) => tf.Scalar[];

/** Has `fit` and `trainOnBatch` replay their steps. Call it once. */
export function compileFit(): void {
  const prototype = layers.LayersModel.prototype as unknown as { makeTrainFunction(): TrainFunction };
  const stock = prototype.makeTrainFunction;
  const functions = new WeakMap<object, TrainFunction>();
  prototype.makeTrainFunction = function () {
    let f = functions.get(this);
    // It looks up optimiser, losses and metrics in every call
    if (!f) functions.set(this, (f = compileStep(stock.call(this))));
    return f;
  };
}
