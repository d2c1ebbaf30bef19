// A layer that brings data to mean 0 and variance 1 by statistics that are learned from the data before the training.
import type { Tensor } from '@tensorflow/tfjs-core';
import type { TensorLibrary } from '../../library.ts';
import { shown, type OptionNames } from '../../options.ts';
import { given, layerBase, onlyShape, onlyTensor, shapeText, type Config, type Inputs, type Shape } from './base.ts';
import { LAYER_OPTIONS, type Layer, type LayerClass, type LayerOptions } from './options.ts';

/** Options of `nn.normalization`. */
export interface NormalizationOptions extends LayerOptions {
  /**
   * The axis, or the axes, that keep statistics of their own; −1, the last, by default. null: one mean for everything.
   */
  axis?: number | number[] | null;
  /** The mean, instead of `adapt`: a number, or one for each place along `axis`. */
  mean?: number | number[];
  /** The variance, with `mean`. */
  variance?: number | number[];
  /** Whether the layer goes back: x · √variance + mean; false by default. */
  invert?: boolean;
}
export const NORMALIZATION_OPTIONS: OptionNames<NormalizationOptions> = {
  ...LAYER_OPTIONS,
  axis: true,
  mean: true,
  variance: true,
  invert: 'boolean',
};

/**
 * What `adapt` reads: a tensor `[examples, …]`, or a data set of tensors with a batch axis, or of `{ xs }` with them.
 */
export type AdaptData = Tensor | { forEachAsync(f: (batch: unknown) => void): Promise<void> } | AsyncIterable<unknown>;

/** What `nn.normalization` returns. */
export interface NormalizationLayer extends Layer {
  /**
   * Learns mean and variance from data: `await layer.adapt(x)`, before the training.
   * @param data a tensor `[examples, …]`, or a data set of batches: of tensors, or of `{ xs, ys }`, whose `xs` counts
   * @example
   * ```ts
   * const layer = nn.normalization();
   * await layer.adapt(data.dataset(data.blobs({ n: 50 })).tensors().xs);
   * layer.apply(tf.zeros([1, 2])); // → Tensor float32 [1, 2] …
   * ```
   */
  adapt(data: AdaptData): Promise<void>;
}

interface Weight {
  read(): Tensor;
  write(value: Tensor): unknown;
}

/** Sums over all data so far, in double precision. */
interface Statistics {
  count: number;
  mean: Float64Array;
  /** Sum of the squares of deviations from the mean. */
  squares: Float64Array;
}

/** Keras's smallest standard deviation. */
const EPSILON = 1e-7;

/** Makes the class, for a copy of TensorFlow.js. */
export function standardizeClasses(tf: TensorLibrary): Record<'Normalization', LayerClass> {
  const OwnLayer = layerBase(tf);

  class Normalization extends OwnLayer {
    static readonly className = 'Normalization';
    readonly axis: number[];
    readonly invert: boolean;
    readonly givenMean: number | number[] | undefined;
    readonly givenVariance: number | number[] | undefined;
    mean?: Weight;
    variance?: Weight;
    count?: Weight;

    constructor(config: Config) {
      super('nn.normalization', config);
      const { axis } = config;
      this.axis = axis === null ? [] : [given(axis as number | number[], -1)].flat();
      if (!this.axis.every((n) => Number.isInteger(n) && n !== 0))
        throw new TypeError(`${this.where}: axis must be an axis but the first, or a list of them, got ${shown(axis)}`);
      this.invert = given(config['invert'] as boolean, false);
      const read = (option: string) => {
        const value = config[option];
        if (value === undefined || value === null) return undefined;
        if (![value].flat().every((n) => Number.isFinite(n)))
          throw new TypeError(`${this.where}: ${option} must be a number, or a list of numbers, got ${shown(value)}`);
        return value as number | number[];
      };
      this.givenMean = read('mean');
      this.givenVariance = read('variance');
      if ((this.givenMean === undefined) !== (this.givenVariance === undefined))
        throw new TypeError(`${this.where}: mean and variance must be given together`);
    }

    /** The axes that keep their statistics, from 0. */
    axesOf(rank: number): number[] {
      return this.axis.map((axis) => {
        const at = axis < 0 ? rank + axis : axis;
        if (at >= 1 && at < rank) return at;
        throw new RangeError(`${this.where}: there is no axis ${axis} beside the batch's in an input of ${rank} axes`);
      });
    }

    override build(inputShape: Shape | Shape[]): void {
      const shape = onlyShape(inputShape);
      const sizes = this.axesOf(shape.length).map((axis) => this.knownSize(shape, axis));
      if (this.givenMean === undefined) {
        const weight = (name: string, fill: 'zeros' | 'ones', size: number[]) =>
          this.addWeight(name, size, 'float32', tf.initializers[fill](), undefined, false);
        this.mean = weight('mean', 'zeros', sizes);
        this.variance = weight('variance', 'ones', sizes);
        this.count = weight('count', 'zeros', []);
      }
      super.build(inputShape);
    }

    /** Statistics with length 1 along the other axes. */
    broadcast(statistics: Tensor, shape: number[]): Tensor {
      const axes = this.axesOf(shape.length);
      return tf.reshape(
        statistics,
        shape.map((size, axis) => (axes.includes(axis) ? size : 1)),
      );
    }

    override call(inputs: Inputs): Tensor {
      return tf.tidy(() => {
        const input = onlyTensor(this.where, inputs);
        const x = input.dtype === 'float32' ? input : tf.cast(input, 'float32');
        const given = (value: number | number[]) =>
          typeof value === 'number' ? tf.scalar(value) : this.broadcast(tf.tensor1d(value), x.shape);
        const mean = this.mean ? this.broadcast(this.mean.read(), x.shape) : given(this.givenMean!);
        const variance = this.variance ? this.broadcast(this.variance.read(), x.shape) : given(this.givenVariance!);
        const deviation = tf.maximum(tf.sqrt(variance), EPSILON);
        return this.invert ? tf.add(mean, tf.mul(x, deviation)) : tf.div(tf.sub(x, mean), deviation);
      });
    }

    async adapt(data: AdaptData): Promise<void> {
      if (this.givenMean !== undefined)
        throw new Error(
          `${this.where}: adapt: the layer was made with mean and variance; leave them out to learn them`,
        );
      let sums: Statistics | undefined;
      const tensorOf = (batch: unknown): Tensor => {
        const x = ((batch as { xs?: unknown } | null)?.xs ?? batch) as Tensor;
        if (x instanceof tf.Tensor && x.rank >= 1) return x;
        throw new TypeError(
          `${this.where}: adapt takes a tensor, or a data set of tensors or { xs }, got ${shown(batch)}`,
        );
      };
      const add = async (x: Tensor) => {
        if (x.size === 0) return;
        this.checkData(x);
        sums = this.merged(sums, x.shape, await x.data());
      };
      const isIterable = typeof (data as Partial<AsyncIterable<unknown>> | null)?.[Symbol.asyncIterator] === 'function';
      if (isIterable) for await (const batch of data as AsyncIterable<unknown>) await add(tensorOf(batch));
      else if (typeof (data as Partial<{ forEachAsync: unknown }> | null)?.forEachAsync === 'function') {
        // The data set frees its tensors after the call
        let done = Promise.resolve();
        await (data as { forEachAsync(f: (batch: unknown) => void): Promise<void> }).forEachAsync((batch) => {
          const copy = tf.keep(tf.clone(tensorOf(batch)));
          done = done.then(() => add(copy)).finally(() => copy.dispose());
          done.catch(() => {}); // awaited below
        });
        await done;
      } else await add(tensorOf(data));
      if (!sums) throw new RangeError(`${this.where}: adapt: there is no data`);
      const { count, mean, squares } = sums as Statistics;
      const write = (weight: Weight, values: ArrayLike<number>) =>
        tf.tidy(() => void weight.write(tf.tensor(Float32Array.from(values), weight.read().shape)));
      write(this.mean!, mean);
      write(this.variance!, squares.map((s) => s / count)); // prettier-ignore
      write(this.count!, [count]);
    }

    /** Builds the layer for the first data. @throws RangeError for data of another size */
    checkData(x: Tensor): void {
      // By `apply`, which gives the weights the names that a model has for them
      if (!this.built) tf.tidy(() => void this.apply(x));
      const size = this.axesOf(x.rank).reduce((n, axis) => n * x.shape[axis]!, 1);
      const wanted = this.mean!.read().size;
      if (size !== wanted)
        throw new RangeError(
          `${this.where}: adapt: the data ${shapeText(x.shape)} has ${size} numbers along the axes that are kept, ` +
            `and the layer ${wanted}`,
        );
    }

    /** Statistics of all data so far and a batch more (Chan, Golub & LeVeque 1983). */
    merged(before: Statistics | undefined, shape: number[], values: ArrayLike<number>): Statistics {
      const axes = this.axesOf(shape.length);
      const size = axes.reduce((n, axis) => n * shape[axis]!, 1);
      const strides = shape.map((_, axis) => shape.slice(axis + 1).reduce((a, b) => a * b, 1));
      /** Which of the statistics an element belongs to. */
      const at = (i: number) =>
        axes.reduce((n, axis) => n * shape[axis]! + (Math.floor(i / strides[axis]!) % shape[axis]!), 0);
      const count = values.length / size;
      const [mean, squares] = [new Float64Array(size), new Float64Array(size)];
      for (let i = 0; i < values.length; i++) mean[at(i)]! += values[i]! / count;
      for (let i = 0; i < values.length; i++) squares[at(i)]! += (values[i]! - mean[at(i)]!) ** 2;
      if (!before) return { count, mean, squares };
      const total = before.count + count;
      const apart = mean.map((m, i) => m - before.mean[i]!);
      return {
        count: total,
        mean: mean.map((_, i) => before.mean[i]! + (apart[i]! * count) / total),
        squares: squares.map((s, i) => s + before.squares[i]! + (apart[i]! ** 2 * before.count * count) / total),
      };
    }

    override ownConfig(): Config {
      const { axis, invert, givenMean, givenVariance } = this;
      return {
        axis: axis.length === 0 ? null : axis,
        invert,
        ...(givenMean !== undefined && { mean: givenMean, variance: givenVariance }),
      };
    }
  }

  return { Normalization };
}
