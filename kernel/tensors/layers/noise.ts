// Layers of noise that draw other numbers in each call, also with a seed, as those of Keras do: with a seed, the calls
// of a new layer give the same numbers again, in their order. And `alphaDropout` by its definition. This module
// replaces tfjs-layers's layers/noise (replaced/modules.js); dropout, which is elsewhere there, gets a new `call`.
import * as tf from '@tensorflow/tfjs-core';
import { Dropout } from '@tensorflow/tfjs-layers/dist/layers/core';
import * as stock from '@tensorflow/tfjs-layers/dist/layers/noise';
import { getExactlyOneTensor } from '@tensorflow/tfjs-layers/dist/utils/types_utils';

type Seed = number | string | null | undefined;
type Kwargs = Record<string, unknown>;

interface Seeded {
  /** Not in TensorFlow.js, but in Keras. */
  seed?: number | null;
}

/**
 * How often each layer with a seed has drawn. The layers of the module `dlnb`, a bundle of their own, count in a field
 * of the same name.
 */
const DRAWS = Symbol.for('dlnb.draws');
type Counts = { [DRAWS]?: number };

/** How often a layer has drawn with its seed. */
export const drawsOf = (layer: object): number => (layer as Counts)[DRAWS] ?? 0;

/** Lets a layer draw as after so many draws. */
export function setDraws(layer: object, count: number): void {
  if (drawsOf(layer) === count) return;
  Object.defineProperty(layer, DRAWS, { value: count, writable: true, configurable: true });
}

/**
 * The seed of a layer's next call; undefined without a seed. That of the first call is the layer's own.
 */
function nextSeed(layer: { seed?: Seed }): string | undefined {
  const { seed } = layer;
  if (seed === undefined || seed === null) return undefined;
  const drawn = drawsOf(layer);
  setDraws(layer, drawn + 1);
  return drawn === 0 ? `${seed}` : `${seed}:${drawn}`;
}

/** Normally distributed numbers. Their seed may be text, which the type does not tell. */
const normal = (shape: number[], mean: number, deviation: number, seed: string | undefined) =>
  tf.randomNormal(shape, mean, deviation, 'float32', seed as unknown as number);

const isTraining = (kwargs: Kwargs) => Boolean(kwargs['training']);

/** @throws RangeError for a rate with which the layer would have no variance, or an infinite one */
function checkRate(layer: string, rate: number): void {
  if (!(rate >= 0 && rate < 1))
    throw new RangeError(`tf.layers.${layer}: rate must be at least 0 and below 1, and is ${String(rate)}`);
}

/** `tf.layers.gaussianNoise`: in training, x plus noise of the standard deviation `stddev`. */
export class GaussianNoise extends stock.GaussianNoise {
  readonly seed: Seed;
  constructor(args: stock.GaussianNoiseArgs & Seeded) {
    super(args);
    this.seed = args.seed;
  }
  override call(inputs: tf.Tensor | tf.Tensor[], kwargs: Kwargs): tf.Tensor | tf.Tensor[] {
    return tf.tidy(() => {
      this.invokeCallHook(inputs, kwargs);
      const x = getExactlyOneTensor(inputs);
      return isTraining(kwargs) ? tf.add(normal(x.shape, 0, this.stddev, nextSeed(this)), x) : x;
    });
  }
  override getConfig() {
    return { ...super.getConfig(), ...seedConfig(this) };
  }
}

/** `tf.layers.gaussianDropout`: in training, x times noise of mean 1 and variance rate / (1 − rate). */
export class GaussianDropout extends stock.GaussianDropout {
  readonly seed: Seed;
  constructor(args: stock.GaussianDropoutArgs & Seeded) {
    super(args);
    checkRate('gaussianDropout', args.rate);
    this.seed = args.seed;
  }
  override call(inputs: tf.Tensor | tf.Tensor[], kwargs: Kwargs): tf.Tensor | tf.Tensor[] {
    return tf.tidy(() => {
      this.invokeCallHook(inputs, kwargs);
      const x = getExactlyOneTensor(inputs);
      const { rate } = this;
      if (!(rate > 0 && rate < 1) || !isTraining(kwargs)) return x;
      return tf.mul(x, normal(x.shape, 1, Math.sqrt(rate / (1 - rate)), nextSeed(this)));
    });
  }
  override getConfig() {
    return { ...super.getConfig(), ...seedConfig(this) };
  }
}

/** The value that a large negative number has after `selu`. */
const SATURATION = -1.6732632423543772 * 1.0507009873554805;

/**
 * `tf.layers.alphaDropout`: in training, units are set to selu's saturation value s with probability `rate`, and the
 * result is scaled and shifted so that mean 0 and variance 1 stay (Klambauer et al. 2017,
 * https://arxiv.org/abs/1706.02515). TensorFlow.js sets them to −s.
 */
export class AlphaDropout extends stock.AlphaDropout {
  readonly seed: Seed;
  constructor(args: stock.AlphaDropoutArgs & Seeded) {
    super(args);
    checkRate('alphaDropout', args.rate);
    this.seed = args.seed;
  }
  override call(inputs: tf.Tensor | tf.Tensor[], kwargs: Kwargs): tf.Tensor | tf.Tensor[] {
    return tf.tidy(() => {
      this.invokeCallHook(inputs, kwargs);
      const x = getExactlyOneTensor(inputs);
      const { rate } = this;
      if (!(rate > 0 && rate < 1) || !isTraining(kwargs)) return x;
      const shape = x.shape.map((n, i) => this.noiseShape?.[i] ?? n);
      const drawn = tf.randomUniform(shape, 0, 1, 'float32', nextSeed(this));
      const kept = tf.cast(tf.greaterEqual(drawn, rate), 'float32');
      const scale = ((1 - rate) * (1 + rate * SATURATION ** 2)) ** -0.5;
      const shift = -scale * SATURATION * rate;
      const dropped = tf.mul(tf.sub(1, kept), SATURATION);
      return tf.add(tf.mul(tf.add(tf.mul(x, kept), dropped), scale), shift);
    });
  }
  override getConfig() {
    const { noiseShape } = this;
    return { ...super.getConfig(), ...(noiseShape && { noiseShape }), ...seedConfig(this) };
  }
}

/** The seed as a part of a layer's configuration. */
function seedConfig({ seed }: { seed?: Seed }): Record<never, never> {
  return seed === undefined || seed === null ? {} : { seed };
}

/** What `Dropout` keeps to itself. */
interface DropoutFields {
  rate: number;
  seed: Seed;
  getNoiseShape(input: tf.Tensor): number[];
  invokeCallHook(inputs: tf.Tensor | tf.Tensor[], kwargs: Kwargs): void;
}

/** Lets dropout with a seed, and spatial dropout, drop other units in each call. */
export function seedDropout(): void {
  Dropout.prototype.call = function (inputs, kwargs: Kwargs) {
    const layer = this as unknown as DropoutFields;
    return tf.tidy(() => {
      layer.invokeCallHook(inputs, kwargs);
      const x = getExactlyOneTensor(inputs);
      const { rate } = layer;
      if (!(rate > 0) || !isTraining(kwargs)) return x;
      // Nothing is left, as in Keras; `tf.dropout` takes rates below 1
      if (rate >= 1) return tf.mul(x, 0);
      return tf.dropout(x, rate, layer.getNoiseShape(x), nextSeed(layer));
    });
  };
  for (const cls of [GaussianNoise, GaussianDropout, AlphaDropout]) tf.serialization.registerClass(cls);
}
