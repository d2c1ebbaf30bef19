// Networks from images to images: U-Net, and the variational autoencoder.
import type { LayersModel, SymbolicTensor } from '@tensorflow/tfjs-layers';
import type { TensorLibrary } from '../../library.ts';
import { checkCount, checkNumber, checkOptions, shown, type OptionNames } from '../../options.ts';
import { oneOf } from '../layers/base.ts';
import { klDivergence, layerClasses } from '../layers/index.ts';
import { apply, checkInput, checkShape, graph, type Graph } from './graph.ts';

const IMAGE = 'height, width, channels';

/** Options of {@link unetBlock}. */
export interface UNetBlockOptions {
  /** Number of channels of the result. */
  filters: number;
  /** `same` keeps height and width, `valid` takes 4 off both; 'same' by default. */
  padding?: 'same' | 'valid';
  /** Whether batch normalization stands between convolution and ReLU; false by default, as in the paper. */
  batchNorm?: boolean;
  /** Prefix of the names of the layers. */
  name?: string;
  /** Seed of the weights; others each time by default. */
  seed?: number;
}
const UNET_BLOCK_OPTIONS: OptionNames<UNetBlockOptions> = {
  filters: 'number',
  padding: ['same', 'valid'],
  batchNorm: 'boolean',
  name: 'text',
  seed: 'number',
};

/**
 * The block of a U-Net: twice a convolution 3 × 3 and ReLU (Ronneberger, Fischer & Brox 2015,
 * https://arxiv.org/abs/1505.04597).
 * @param x `[batch, height, width, channels]`
 * @returns `[batch, height, width, filters]`, and 4 less of both with padding 'valid'
 * @example
 * ```ts
 * const x = tf.input({ shape: [64, 64, 1] });
 * nn.unetBlock(x, { filters: 16 }).shape; // → [null, 64, 64, 16]
 * ```
 */
export function unetBlock(tf: TensorLibrary, x: SymbolicTensor, options: UNetBlockOptions): SymbolicTensor {
  const where = 'nn.unetBlock';
  checkOptions(where, options, UNET_BLOCK_OPTIONS);
  checkInput(where, x, 'batch, height, width, channels');
  const { filters, padding = 'same', batchNorm = false, name, seed } = options;
  checkCount(where, 'filters', filters);
  return twice(graph(tf, { name, seed }), x, { filters, padding, batchNorm });
}

type Block = { filters: number; padding: 'same' | 'valid'; batchNorm: boolean };

function twice(g: Graph, x: SymbolicTensor, { filters, padding, batchNorm }: Block): SymbolicTensor {
  let y = x;
  for (const i of [1, 2]) {
    y = g.conv(y, `conv${i}`, { filters, kernelSize: 3, padding, useBias: !batchNorm });
    if (batchNorm) y = g.norm(y, `bn${i}`);
    y = g.relu(y, `relu${i}`);
  }
  return y;
}

/** Options of {@link unet}. */
export interface UNetOptions {
  /** Shape of one image; [64, 64, 1] by default. */
  inputShape?: readonly [number, number, number];
  /** Number of classes of pixels, with softmax; 1 by default: one probability, by a sigmoid. */
  classes?: number;
  /** Channels of the first level, doubled at each lower one; 64 by default. */
  filters?: number;
  /** How often height and width are halved; 4 by default. */
  depth?: number;
  /** `same`: the output is as large as the image; `valid`: smaller, as in the paper. 'same' by default. */
  padding?: 'same' | 'valid';
  /** Whether batch normalization stands between convolution and ReLU; false by default. */
  batchNorm?: boolean;
  /**
   * The way up: transposed convolutions 2 × 2, as in the paper; repeated or bilinear pixels and a convolution 2 × 2; or
   * maxima put back where they stood. 'transposed' by default.
   */
  up?: 'transposed' | 'nearest' | 'bilinear' | 'unpooling';
  /** Whether what was found on the way down is joined on the way up; true by default. */
  skip?: boolean;
  /** Share that training drops at the bottom; 0 by default. */
  dropout?: number;
  /** Seed of the weights; others each time by default. */
  seed?: number;
}
const UNET_OPTIONS: OptionNames<UNetOptions> = {
  inputShape: true,
  classes: 'number',
  filters: 'number',
  depth: 'number',
  padding: ['same', 'valid'],
  batchNorm: 'boolean',
  up: ['transposed', 'nearest', 'bilinear', 'unpooling'],
  skip: 'boolean',
  dropout: 'number',
  seed: 'number',
};

/**
 * U-Net for the classes of pixels (Ronneberger, Fischer & Brox 2015, https://arxiv.org/abs/1505.04597): blocks of two
 * convolutions on the way down, with max pooling, and on the way up, joined with the block of the same level. The form
 * of the paper, `{ inputShape: [572, 572, 1], classes: 2, padding: 'valid' }`, gives 388 × 388 pixels and has
 * 31,030,658 parameters.
 *
 * `[batch, height, width, channels]` → `[batch, height′, width′, classes]`.
 * @returns a model that is not compiled yet
 * @throws RangeError if height or width cannot be halved so often
 * @example
 * ```ts
 * const model = nn.unet({ inputShape: [64, 64, 3], classes: 3, filters: 4, depth: 2, seed: 1 });
 * model.outputShape; // → [null, 64, 64, 3]
 * ```
 */
export function unet(tf: TensorLibrary, options: UNetOptions = {}): LayersModel {
  const where = 'nn.unet';
  checkOptions(where, options, UNET_OPTIONS);
  const { inputShape = [64, 64, 1], classes = 1, filters = 64, depth = 4, batchNorm = false, skip = true } = options;
  const { dropout = 0, seed } = options;
  checkShape(where, inputShape, IMAGE);
  checkCount(where, 'classes', classes);
  checkCount(where, 'filters', filters);
  checkCount(where, 'depth', depth);
  checkNumber(where, 'dropout', dropout, 0, 1 - 1e-7);
  const padding = oneOf(where, 'padding', options.padding, ['same', 'valid']);
  const up = oneOf(where, 'up', options.up, ['transposed', 'nearest', 'bilinear', 'unpooling']);
  const own = layerClasses(tf);
  const g = graph(tf, { name: 'unet', seed });
  const level = (x: SymbolicTensor, part: string, n: number) => {
    if (padding === 'valid' && x.shape.slice(1, 3).some((size) => size! < 5))
      throw new RangeError(`${where}: images of ${inputShape[0]} × ${inputShape[1]} are too small for depth ${depth}`);
    return twice(graph(tf, g.inner(part)), x, { filters: n, padding, batchNorm });
  };
  const input = tf.input({ shape: [...inputShape] });
  let x: SymbolicTensor = input;
  const left: { x: SymbolicTensor; indices?: SymbolicTensor }[] = [];
  for (let i = 0; i < depth; i++) {
    x = level(x, `down${i + 1}`, filters * 2 ** i);
    if (x.shape.slice(1, 3).some((size) => size! % 2 !== 0))
      throw new RangeError(
        `${where}: ${x.shape[1]} × ${x.shape[2]} pixels at level ${i + 1} cannot be halved; with depth ${depth}, choose an ` +
          `inputShape whose height and width ${padding === 'same' ? `are multiples of ${2 ** depth}` : 'stay even at each level, as 572 does'}`,
      );
    if (up === 'unpooling') {
      const pooled = new own.MaxPoolingWithIndices(g.named(`pool${i + 1}`)).apply(x) as SymbolicTensor[];
      left.push({ x, indices: pooled[1]! });
      x = pooled[0]!;
    } else {
      left.push({ x });
      x = apply(tf.layers.maxPooling2d({ poolSize: 2, ...g.named(`pool${i + 1}`) }), x);
    }
  }
  x = g.dropout(level(x, 'bottom', filters * 2 ** depth), 'dropout', dropout);
  for (let i = depth - 1; i >= 0; i--) {
    const { x: across, indices } = left[i]!;
    x = larger(g, x, { part: `up${i + 1}`, filters: filters * 2 ** i, up, indices });
    if (skip) x = g.concat([cropped(g, across, x, `crop${i + 1}`), x], `concat${i + 1}`);
    x = level(x, `up${i + 1}`, filters * 2 ** i);
  }
  const activation = classes === 1 ? 'sigmoid' : 'softmax';
  const outputs = g.conv(x, 'classes', { filters: classes, kernelSize: 1, activation });
  return tf.model({ inputs: input, outputs, name: 'unet' });
}

type Larger = { part: string; filters: number; up: string; indices: SymbolicTensor | undefined };

/** An image of twice the height and width, with half of the channels. */
function larger(g: Graph, x: SymbolicTensor, { part, filters, up, indices }: Larger): SymbolicTensor {
  const { tf } = g;
  if (up === 'unpooling') {
    const reduced = g.conv(x, `${part}_reduce`, { filters, kernelSize: 1 });
    return apply(new (layerClasses(tf).MaxUnpooling)(g.named(`${part}_unpool`)), [reduced, indices]);
  }
  if (up === 'transposed') {
    const kernelInitializer = tf.initializers.heNormal(g.seeded());
    const options = { filters, kernelSize: 2, strides: 2, kernelInitializer, ...g.named(`${part}_transposed`) };
    return apply(tf.layers.conv2dTranspose(options), x);
  }
  const interpolation = up as 'nearest' | 'bilinear';
  const wide = apply(tf.layers.upSampling2d({ size: [2, 2], interpolation, ...g.named(`${part}_resize`) }), x);
  return g.conv(wide, `${part}_conv`, { filters, kernelSize: 2 });
}

/** The middle of an image, as large as another. */
function cropped(g: Graph, x: SymbolicTensor, like: SymbolicTensor, part: string): SymbolicTensor {
  const sides = [1, 2].map((axis) => {
    const beyond = x.shape[axis]! - like.shape[axis]!;
    return [Math.floor(beyond / 2), Math.ceil(beyond / 2)] as [number, number];
  }) as [[number, number], [number, number]];
  if (sides.flat().every((n) => n === 0)) return x;
  return apply(g.tf.layers.cropping2D({ cropping: sides, ...g.named(part) }), x);
}

/** Options of {@link vae}. */
export interface VaeOptions {
  /** Shape of one example: an image `[height, width, channels]`, or `[features]`; [28, 28, 1] by default. */
  inputShape?: readonly number[];
  /** Size of the latent code; 2 by default. */
  latent?: number;
  /** Units of the encoder's hidden layers, the decoder's in reverse; [512, 256] by default. */
  hidden?: readonly number[];
  /** Weight of the divergence from the prior; 1 by default. */
  beta?: number;
  /** Seed of the weights and of the samples; others each time by default. */
  seed?: number;
}
const VAE_OPTIONS: OptionNames<VaeOptions> = {
  inputShape: true,
  latent: 'number',
  hidden: true,
  beta: 'number',
  seed: 'number',
};

/** What {@link vae} returns. Its parts share their weights. */
export interface Vae {
  /** Example → reconstruction: `model.fit(x, x)`. */
  model: LayersModel;
  /** Example → code `[batch, latent]`: in prediction the mean, in training a sample. */
  encoder: LayersModel;
  /** Code `[batch, latent]` → example. */
  decoder: LayersModel;
}

/**
 * A variational autoencoder of dense layers (Kingma & Welling 2014, https://arxiv.org/abs/1312.6114). Examples are
 * numbers from 0 to 1. The divergence from the prior, Σ ½ (σ² + μ² − 1 − ln σ²), is added to the loss by the layer
 * `latent`, and divided by the number of features as the loss is: compiled with 'binaryCrossentropy', the loss is −ELBO
 * / features.
 * @example
 * ```ts
 * const { model, encoder, decoder } = nn.vae({ latent: 2, hidden: [32], seed: 1 });
 * model.compile({ optimizer: optim.adam(), loss: 'binaryCrossentropy' });
 * decoder.predict(tf.zeros([1, 2])); // → Tensor float32 [1, 28, 28, 1] …
 * ```
 */
export function vae(tf: TensorLibrary, options: VaeOptions = {}): Vae {
  const where = 'nn.vae';
  checkOptions(where, options, VAE_OPTIONS);
  const { inputShape = [28, 28, 1], latent = 2, hidden = [512, 256], beta = 1, seed } = options;
  if (!Array.isArray(inputShape) || inputShape.length === 0 || !inputShape.every((n) => Number.isInteger(n) && n >= 1))
    throw new RangeError(`${where}: inputShape must be a list of sizes, got ${shown(inputShape)}`);
  if (!Array.isArray(hidden) || !hidden.every((n) => Number.isInteger(n) && n >= 1))
    throw new RangeError(`${where}: hidden must be a list of numbers of units, got ${shown(hidden)}`);
  checkCount(where, 'latent', latent);
  checkNumber(where, 'beta', beta);
  const features = inputShape.reduce((a, b) => a * b, 1);
  const g = graph(tf, { name: 'vae', seed });
  const input = tf.input({ shape: [...inputShape] });
  let x = inputShape.length > 1 ? apply(tf.layers.flatten(g.named('flatten')), input) : input;
  hidden.forEach((units, i) => (x = g.dense(x, `encode${i + 1}`, units, 'relu')));
  const latentOptions = {
    units: 2 * latent,
    activityRegularizer: klDivergence(tf, beta / features) as never,
    kernelInitializer: tf.initializers.glorotUniform(g.seeded()),
    name: 'latent',
  };
  const parameters = apply(tf.layers.dense(latentOptions), x);
  const code = apply(new (layerClasses(tf).GaussianSampling)({ ...g.seeded(), name: 'code' }), parameters);
  const start = tf.input({ shape: [latent] });
  let y: SymbolicTensor = start;
  [...hidden].reverse().forEach((units, i) => (y = g.dense(y, `decode${i + 1}`, units, 'relu')));
  const kernelInitializer = tf.initializers.glorotUniform(g.seeded());
  const last = { units: features, activation: 'sigmoid' as const, kernelInitializer, ...g.named('features') };
  y = apply(tf.layers.dense(last), y);
  if (inputShape.length > 1) y = apply(tf.layers.reshape({ targetShape: [...inputShape], ...g.named('shape') }), y);
  const decoder = tf.model({ inputs: start, outputs: y, name: 'decoder' });
  return {
    model: tf.model({ inputs: input, outputs: apply(decoder, code), name: 'vae' }),
    encoder: tf.model({ inputs: input, outputs: code, name: 'encoder' }),
    decoder,
  };
}
