// Networks for images before the residual ones, and their small successors: LeNet-5, AlexNet, the Inception block,
// DenseNet, MobileNet.
import type { LayersModel, SymbolicTensor } from '@tensorflow/tfjs-layers';
import type { TensorLibrary } from '../../library.ts';
import { checkCount, checkNumber, checkOptions, shown, type OptionNames } from '../../options.ts';
import { oneOf } from '../layers/base.ts';
import { layerClasses } from '../layers/index.ts';
import { apply, checkInput, checkShape, graph, type Graph } from './graph.ts';

const IMAGE = 'height, width, channels';
const IMAGES = 'batch, height, width, channels';

/** Options of {@link lenet5}. */
export interface LeNet5Options {
  /**
   * `modern`: full convolutions, max pooling or mean pooling, softmax; `original`: as in the paper, with a table of
   * connections, trained pooling and fixed codes of the digits. 'modern' by default.
   */
  variant?: 'modern' | 'original';
  /** Shape of one image, `[height, width, channels]`; [28, 28, 1] by default, which the original pads to 32 × 32. */
  inputShape?: readonly [number, number, number];
  /** Number of classes; 10 by default. The original has ten. */
  classes?: number;
  /** The activation of the modern variant; 'tanh' by default. */
  activation?: 'tanh' | 'relu';
  /** The pooling of the modern variant; 'average' by default. */
  pooling?: 'average' | 'max';
  /** Seed of the weights; others each time by default. */
  seed?: number;
}
const LENET5_OPTIONS: OptionNames<LeNet5Options> = {
  variant: ['modern', 'original'],
  inputShape: true,
  classes: 'number',
  activation: ['tanh', 'relu'],
  pooling: ['average', 'max'],
  seed: 'number',
};

/**
 * LeNet-5 (LeCun, Bottou, Bengio & Haffner 1998, "Gradient-based learning applied to document recognition"): two
 * convolutions 5 × 5 with pooling, and dense layers of 120 and 84 units. The modern form has 61,706 parameters for
 * images of 28 × 28 × 1 and ten classes, the original one 60,000: 156 + 12 + 1,516 + 32 + 48,120 + 10,164.
 *
 * Outputs of both are probabilities: of the original, softmax of the negative squared distances to the codes.
 * @returns a model that is not compiled yet
 * @example
 * ```ts
 * const model = nn.lenet5({ variant: 'modern', activation: 'relu', pooling: 'max', seed: 1 });
 * model.compile({ optimizer: optim.adam(), loss: losses.softmaxCrossEntropy(), metrics: [metrics.accuracy()] });
 * model;
 * ```
 */
export function lenet5(tf: TensorLibrary, options: LeNet5Options = {}): LayersModel {
  const where = 'nn.lenet5';
  checkOptions(where, options, LENET5_OPTIONS);
  const { inputShape = [28, 28, 1], classes = 10, pooling = 'average', activation = 'tanh', seed } = options;
  checkShape(where, inputShape, IMAGE);
  checkCount(where, 'classes', classes, 2);
  const variant = oneOf(where, 'variant', options.variant, ['modern', 'original']);
  if (inputShape[0] < 16 || inputShape[1] < 16)
    throw new RangeError(`${where}: images must be at least 16 × 16, got inputShape [${inputShape.join(', ')}]`);
  const g = graph(tf, { seed });
  const input = tf.input({ shape: [...inputShape] });
  if (variant === 'original') {
    if (classes !== 10 || options.activation !== undefined || options.pooling !== undefined)
      throw new RangeError(`${where}: the original has ten classes, and an activation and a pooling of its own`);
    return tf.model({ inputs: input, outputs: originalLeNet(g, input, where), name: 'lenet5' });
  }
  const convolution = (x: SymbolicTensor, name: string, filters: number, padding: 'same' | 'valid') => {
    const kernelInitializer = tf.initializers.glorotUniform(g.seeded());
    return apply(tf.layers.conv2d({ filters, kernelSize: 5, padding, activation, kernelInitializer, name }), x);
  };
  const pool = (x: SymbolicTensor, name: string) =>
    apply(tf.layers[pooling === 'max' ? 'maxPooling2d' : 'averagePooling2d']({ poolSize: 2, name }), x);
  let x = pool(convolution(input, 'C1', 6, 'same'), 'S2');
  x = apply(tf.layers.flatten({ name: 'flatten' }), pool(convolution(x, 'C3', 16, 'valid'), 'S4'));
  const named = graph(tf, { name: 'lenet5', seed: seed === undefined ? undefined : seed + 2 });
  x = named.dense(named.dense(x, 'C5', 120, activation), 'F6', 84, activation);
  return tf.model({ inputs: input, outputs: named.dense(x, 'output', classes, 'softmax'), name: 'lenet5' });
}

function originalLeNet(g: Graph, input: SymbolicTensor, where: string): SymbolicTensor {
  const { tf } = g;
  const own = layerClasses(tf);
  const [height, width, channels] = input.shape.slice(1) as [number, number, number];
  if (height !== 28 || width !== 28 || channels !== 1)
    throw new RangeError(`${where}: the original is for images of shape [28, 28, 1]`);
  const tanh = (x: SymbolicTensor, name: string) => apply(new own.ScaledTanh({ name }), x);
  // "Filter weights are initialized with uniform distribution between −2.4/F and 2.4/F", F the number of inputs
  const kernelInitializer = (inputs: number) =>
    tf.initializers.randomUniform({ minval: -2.4 / inputs, maxval: 2.4 / inputs, ...g.seeded() });
  const conv = (x: SymbolicTensor, name: string, filters: number, inputs: number) =>
    apply(tf.layers.conv2d({ filters, kernelSize: 5, kernelInitializer: kernelInitializer(inputs * 25), name }), x);
  const dense = (x: SymbolicTensor, name: string, units: number, inputs: number) =>
    apply(tf.layers.dense({ units, kernelInitializer: kernelInitializer(inputs), name }), x);
  let x = apply(tf.layers.zeroPadding2d({ padding: [2, 2], name: 'pad' }) as never, input);
  x = tanh(conv(x, 'C1', 6, 1), 'C1_tanh');
  x = tanh(apply(new own.TrainedPooling({ name: 'S2' }), x), 'S2_tanh');
  x = tanh(apply(new own.TableConvolution({ name: 'C3', kernelInitializer: kernelInitializer(100) }), x), 'C3_tanh');
  x = tanh(apply(new own.TrainedPooling({ name: 'S4' }), x), 'S4_tanh');
  x = tanh(conv(x, 'C5', 120, 16), 'C5_tanh');
  x = tanh(dense(apply(tf.layers.flatten({ name: 'flatten' }), x), 'F6', 84, 120), 'F6_tanh');
  return apply(new own.DigitCodes({ name: 'output' }), x);
}

/** Options of {@link alexnet}. */
export interface AlexNetOptions {
  /** Shape of one image, `[height, width, channels]`; [227, 227, 3] by default. */
  inputShape?: readonly [number, number, number];
  /** Number of classes; 1000 by default. */
  classes?: number;
  /** Groups of the second, fourth and fifth convolution: 2, as on the two cards of the paper, or 1; 2 by default. */
  groups?: 1 | 2;
  /** Whether the first two convolutions are followed by local response normalization; true by default. */
  localResponse?: boolean;
  /** Share that is dropped after the two large dense layers; 0.5 by default. */
  dropout?: number;
  /** Seed of the weights; others each time by default. */
  seed?: number;
}
const ALEXNET_OPTIONS: OptionNames<AlexNetOptions> = {
  inputShape: true,
  classes: 'number',
  groups: true as never,
  localResponse: 'boolean',
  dropout: 'number',
  seed: 'number',
};

/**
 * AlexNet (Krizhevsky, Sutskever & Hinton 2012, "ImageNet classification with deep convolutional neural networks"):
 * five convolutions and three dense layers. 60,965,224 parameters, and 62,378,344 without groups.
 * @returns a model that is not compiled yet
 * @example
 * ```ts
 * const model = nn.alexnet({ inputShape: [67, 67, 3], classes: 10, seed: 1 });
 * model.outputShape; // → [null, 10]
 * ```
 */
export function alexnet(tf: TensorLibrary, options: AlexNetOptions = {}): LayersModel {
  const where = 'nn.alexnet';
  checkOptions(where, options, ALEXNET_OPTIONS);
  const { inputShape = [227, 227, 3], classes = 1000, groups = 2, localResponse = true, dropout = 0.5, seed } = options;
  checkShape(where, inputShape, IMAGE);
  checkCount(where, 'classes', classes, 2);
  checkNumber(where, 'dropout', dropout, 0, 1 - 1e-7);
  if (groups !== 1 && groups !== 2) throw new RangeError(`${where}: groups must be 1 or 2, got ${shown(groups)}`);
  if (inputShape[0] < 67 || inputShape[1] < 67)
    throw new RangeError(`${where}: images must be at least 67 × 67, got inputShape [${inputShape.join(', ')}]`);
  const g = graph(tf, { name: 'alexnet', seed });
  const response = (x: SymbolicTensor, name: string) =>
    localResponse ? apply(new (layerClasses(tf).LocalResponse)(g.named(name)), x) : x;
  const pool = (x: SymbolicTensor, name: string) =>
    apply(tf.layers.maxPooling2d({ poolSize: 3, strides: 2, ...g.named(name) }), x);
  const input = tf.input({ shape: [...inputShape] });
  const relu = { activation: 'relu' } as const;
  let x = g.conv(input, 'conv1', { filters: 96, kernelSize: 11, strides: 4, padding: 'valid', ...relu });
  x = pool(response(x, 'norm1'), 'pool1');
  x = g.conv(x, 'conv2', { filters: 256, kernelSize: 5, groups, ...relu });
  x = pool(response(x, 'norm2'), 'pool2');
  x = g.conv(x, 'conv3', { filters: 384, kernelSize: 3, ...relu });
  x = g.conv(x, 'conv4', { filters: 384, kernelSize: 3, groups, ...relu });
  x = pool(g.conv(x, 'conv5', { filters: 256, kernelSize: 3, groups, ...relu }), 'pool5');
  x = apply(tf.layers.flatten(g.named('flatten')), x);
  x = g.dropout(g.dense(x, 'dense6', 4096, 'relu'), 'dropout6', dropout);
  x = g.dropout(g.dense(x, 'dense7', 4096, 'relu'), 'dropout7', dropout);
  return tf.model({ inputs: input, outputs: g.dense(x, 'classes', classes, 'softmax'), name: 'alexnet' });
}

/** Options of {@link inceptionBlock}. */
export interface InceptionBlockOptions {
  /**
   * Channels of the four branches: 1 × 1; before and of 3 × 3; before and of 5 × 5; after the pooling. Of GoogLeNet's
   * first block: [64, [96, 128], [16, 32], 32].
   */
  filters: readonly [number, readonly [number, number], readonly [number, number], number];
  /** Prefix of the names of the layers. */
  name?: string;
  /** Seed of the weights; others each time by default. */
  seed?: number;
}
const INCEPTION_BLOCK_OPTIONS: OptionNames<InceptionBlockOptions> = { filters: true, name: 'text', seed: 'number' };

/**
 * An Inception block: convolutions 1 × 1, 3 × 3 and 5 × 5 and max pooling side by side, with 1 × 1 convolutions that
 * reduce the channels before the large kernels (Szegedy et al. 2014, https://arxiv.org/abs/1409.4842). GoogLeNet's
 * block 3a, of 192 channels, has 163,328 weights and 368 biases.
 * @param x `[batch, height, width, channels]`
 * @returns `[batch, height, width, f1 + f3 + f5 + fp]`
 * @example
 * ```ts
 * const x = tf.input({ shape: [28, 28, 192] });
 * // GoogLeNet's block 3a: 64 + 128 + 32 + 32 channels
 * nn.inceptionBlock(x, { filters: [64, [96, 128], [16, 32], 32] }).shape; // → [null, 28, 28, 256]
 * ```
 */
export function inceptionBlock(tf: TensorLibrary, x: SymbolicTensor, options: InceptionBlockOptions): SymbolicTensor {
  const where = 'nn.inceptionBlock';
  checkOptions(where, options, INCEPTION_BLOCK_OPTIONS);
  checkInput(where, x, IMAGES);
  const { filters, name, seed } = options;
  const isRight =
    Array.isArray(filters) && filters.length === 4 && [filters[1], filters[2]].every((pair) => Array.isArray(pair));
  if (!isRight)
    throw new TypeError(`${where}: filters must be [f1, [r3, f3], [r5, f5], fp], as [64, [96, 128], [16, 32], 32], got ${shown(filters)}`); // prettier-ignore
  const [f1, [r3, f3], [r5, f5], fp] = filters;
  for (const n of [f1, r3, f3, r5, f5, fp]) checkCount(where, 'filters', n);
  const g = graph(tf, { name, seed });
  const conv = (from: SymbolicTensor, part: string, filters: number, kernelSize: number) =>
    g.conv(from, part, { filters, kernelSize, activation: 'relu' });
  const pooled = apply(tf.layers.maxPooling2d({ poolSize: 3, strides: 1, padding: 'same', ...g.named('pool') }), x);
  return g.concat(
    [
      conv(x, 'b1', f1, 1),
      conv(conv(x, 'b3_reduce', r3, 1), 'b3', f3, 3),
      conv(conv(x, 'b5_reduce', r5, 1), 'b5', f5, 5),
      conv(pooled, 'pool_project', fp, 1),
    ],
    'concat',
  );
}

/** Options of {@link denseBlock}. */
export interface DenseBlockOptions {
  /** Number of layers. */
  layers: number;
  /** Channels that each layer adds. */
  growth: number;
  /** Whether a convolution 1 × 1 to 4 · growth channels comes before each 3 × 3; true by default. */
  bottleneck?: boolean;
  /** Share that is dropped of what a layer adds; 0 by default. */
  dropout?: number;
  /** Prefix of the names of the layers. */
  name?: string;
  /** Seed of the weights; others each time by default. */
  seed?: number;
  /** Momentum of running means in batch normalization; 0.9 by default. */
  momentum?: number;
}
const DENSE_BLOCK_OPTIONS: OptionNames<DenseBlockOptions> = {
  layers: 'number',
  growth: 'number',
  bottleneck: 'boolean',
  dropout: 'number',
  name: 'text',
  seed: 'number',
  momentum: 'number',
};

/** PyTorch's ε of batch normalization. */
const EPSILON = 1e-5;

/**
 * A dense block: each layer sees the outputs of all before it (Huang et al. 2017, https://arxiv.org/abs/1608.06993). A
 * layer is batch normalization, ReLU and a convolution 3 × 3; with a bottleneck, the same with 1 × 1 before.
 * @param x `[batch, height, width, channels]`
 * @returns `[batch, height, width, channels + layers · growth]`
 * @example
 * ```ts
 * const x = tf.input({ shape: [8, 8, 24] });
 * nn.denseBlock(x, { layers: 4, growth: 12 }).shape; // → [null, 8, 8, 72]
 * ```
 */
export function denseBlock(tf: TensorLibrary, x: SymbolicTensor, options: DenseBlockOptions): SymbolicTensor {
  const where = 'nn.denseBlock';
  checkOptions(where, options, DENSE_BLOCK_OPTIONS);
  checkInput(where, x, IMAGES);
  const { layers, growth, bottleneck = true, dropout = 0, name, seed, momentum = 0.9 } = options;
  checkCount(where, 'layers', layers);
  checkCount(where, 'growth', growth);
  checkNumber(where, 'dropout', dropout, 0, 1 - 1e-7);
  checkNumber(where, 'momentum', momentum, 0, 1);
  const g = graph(tf, { name, seed, momentum });
  let all = x;
  for (let i = 1; i <= layers; i++) {
    const conv = (from: SymbolicTensor, part: string, filters: number, kernelSize: number) => {
      const active = g.relu(g.norm(from, `${i}_${part}_bn`, EPSILON), `${i}_${part}_relu`);
      return g.conv(active, `${i}_${part}`, { filters, kernelSize, useBias: false });
    };
    const reduced = bottleneck ? conv(all, 'reduce', 4 * growth, 1) : all;
    const added = g.dropout(conv(reduced, 'conv', growth, 3), `${i}_dropout`, dropout);
    all = g.concat([all, added], `${i}_concat`);
  }
  return all;
}

/** Options of {@link densenet}. */
export interface DenseNetOptions {
  /**
   * Number of layers with weights: 121, 161, 169 or 201 for large images; 3n + 4 for small ones, with bottlenecks 6n +
   * 4, such as 40 or 100. 121 by default.
   */
  depth?: number;
  /** Shape of one image; [224, 224, 3] by default, and [32, 32, 3] for the small form. */
  inputShape?: readonly [number, number, number];
  /** Number of classes; 1000 by default, and 10 for the small form. */
  classes?: number;
  /** Channels that each layer adds; 32 by default (161: 48), and 12 in the small form. */
  growth?: number;
  /** Whether convolutions 1 × 1 come before those of 3 × 3; true by default. */
  bottleneck?: boolean;
  /** Part of the channels that is kept between blocks; 0.5 by default. */
  compression?: number;
  /** Share that is dropped of what each layer adds; 0 by default. */
  dropout?: number;
  /** Seed of the weights; others each time by default. */
  seed?: number;
  /** Momentum of running means in batch normalization; 0.9 by default. */
  momentum?: number;
}
const DENSENET_OPTIONS: OptionNames<DenseNetOptions> = {
  depth: 'number',
  inputShape: true,
  classes: 'number',
  growth: 'number',
  bottleneck: 'boolean',
  compression: 'number',
  dropout: 'number',
  seed: 'number',
  momentum: 'number',
};

/** Layers of the four blocks of the large forms. */
const LARGE_DENSENETS: Record<number, number[] | undefined> = {
  121: [6, 12, 24, 16],
  161: [6, 12, 36, 24],
  169: [6, 12, 32, 32],
  201: [6, 12, 48, 32],
};

/**
 * DenseNet (Huang et al. 2017, https://arxiv.org/abs/1608.06993): dense blocks, with a convolution 1 × 1 and mean
 * pooling between them. Depth 121, 161, 169 and 201 are the forms for ImageNet, with 7,978,856, 28,681,000, 14,149,480
 * and 20,013,928 trainable parameters; other depths have three blocks for small images: depth 100, growth 12 has
 * 769,162.
 * @returns a model that is not compiled yet
 * @example
 * ```ts
 * const model = nn.densenet({ depth: 22, growth: 6, inputShape: [32, 32, 3], bottleneck: true, seed: 1 });
 * model.outputShape; // → [null, 10]
 * ```
 */
export function densenet(tf: TensorLibrary, options: DenseNetOptions = {}): LayersModel {
  const where = 'nn.densenet';
  checkOptions(where, options, DENSENET_OPTIONS);
  const { depth = 121, bottleneck = true, compression = 0.5, dropout = 0, seed, momentum = 0.9 } = options;
  const large = LARGE_DENSENETS[depth];
  const {
    inputShape = large ? [224, 224, 3] : [32, 32, 3],
    classes = large ? 1000 : 10,
    growth = large ? (depth === 161 ? 48 : 32) : 12,
  } = options;
  checkShape(where, inputShape, IMAGE);
  checkCount(where, 'classes', classes, 2);
  checkCount(where, 'growth', growth);
  checkNumber(where, 'compression', compression, 0, 1);
  checkNumber(where, 'dropout', dropout, 0, 1 - 1e-7);
  checkNumber(where, 'momentum', momentum, 0, 1);
  const each = (depth - 4) / (bottleneck ? 6 : 3);
  if (!large && !(Number.isInteger(each) && each >= 1))
    throw new RangeError(
      `${where}: depth must be 121, 161, 169 or 201, or ${bottleneck ? '6n + 4, for example 40 or 100' : '3n + 4, for example 40'}; got ${shown(depth)}`,
    );
  const blocks = large ?? [each, each, each];
  const g = graph(tf, { name: 'densenet', seed, momentum });
  const input = tf.input({ shape: [...inputShape] });
  const stem = large || (bottleneck && compression < 1) ? 2 * growth : 16;
  let x: SymbolicTensor;
  if (large) {
    x = apply(tf.layers.zeroPadding2d({ padding: [3, 3], ...g.named('pad') } as never), input);
    x = g.conv(x, 'stem', { filters: stem, kernelSize: 7, strides: 2, padding: 'valid', useBias: false });
    x = g.relu(g.norm(x, 'stem_bn', EPSILON), 'stem_relu');
    x = apply(tf.layers.maxPooling2d({ poolSize: 3, strides: 2, padding: 'same', ...g.named('stem_pool') }), x);
  } else x = g.conv(input, 'stem', { filters: stem, kernelSize: 3, useBias: false });
  blocks.forEach((layers, i) => {
    const inner = g.inner(`block${i + 1}`);
    x = denseBlock(tf, x, { layers, growth, bottleneck, dropout, momentum, ...defined(inner) });
    if (i === blocks.length - 1) return;
    const filters = Math.floor((x.shape.at(-1) as number) * compression);
    x = g.relu(g.norm(x, `transition${i + 1}_bn`, EPSILON), `transition${i + 1}_relu`);
    x = g.conv(x, `transition${i + 1}`, { filters: Math.max(1, filters), kernelSize: 1, useBias: false });
    x = apply(tf.layers.averagePooling2d({ poolSize: 2, ...g.named(`transition${i + 1}_pool`) }), x);
  });
  x = g.relu(g.norm(x, 'bn', EPSILON), 'relu');
  x = apply(tf.layers.globalAveragePooling2d(g.named('mean')), x);
  return tf.model({ inputs: input, outputs: g.dense(x, 'classes', classes, 'softmax'), name: `densenet${depth}` });
}

/** Options without those that are undefined. */
const defined = <T extends object>(options: T): T =>
  Object.fromEntries(Object.entries(options).filter(([, v]) => v !== undefined)) as T;

/** Options of {@link mobilenet}. */
export interface MobileNetOptions {
  /** Shape of one image; [224, 224, 3] by default. */
  inputShape?: readonly [number, number, number];
  /** Number of classes; 1000 by default. */
  classes?: number;
  /** Factor of all numbers of channels; 1 by default. */
  alpha?: number;
  /** Share that is dropped before the classes; 0.001 by default, as in Keras. */
  dropout?: number;
  /** Seed of the weights; others each time by default. */
  seed?: number;
  /** Momentum of running means in batch normalization; 0.9 by default. */
  momentum?: number;
}
const MOBILENET_OPTIONS: OptionNames<MobileNetOptions> = {
  inputShape: true,
  classes: 'number',
  alpha: 'number',
  dropout: 'number',
  seed: 'number',
  momentum: 'number',
};

/** Channels and stride of the thirteen blocks. */
const MOBILENET_BLOCKS = [
  ...[[64, 1], [128, 2], [128, 1], [256, 2], [256, 1], [512, 2]], // prettier-ignore
  ...Array.from({ length: 5 }, () => [512, 1]),
  ...[[1024, 2], [1024, 1]], // prettier-ignore
] as [number, number][];

/**
 * MobileNet (Howard et al. 2017, https://arxiv.org/abs/1704.04861): a convolution, and thirteen depthwise convolutions,
 * each followed by a convolution 1 × 1. 4,231,976 trainable parameters, with running means 4,253,864, as in Keras.
 * @returns a model that is not compiled yet
 * @example
 * ```ts
 * const model = nn.mobilenet({ inputShape: [32, 32, 3], classes: 10, alpha: 0.25, seed: 1 });
 * model.predict(tf.zeros([1, 32, 32, 3])); // → Tensor float32 [1, 10] …
 * ```
 */
export function mobilenet(tf: TensorLibrary, options: MobileNetOptions = {}): LayersModel {
  const where = 'nn.mobilenet';
  checkOptions(where, options, MOBILENET_OPTIONS);
  const { inputShape = [224, 224, 3], classes = 1000, alpha = 1, dropout = 1e-3, seed, momentum = 0.9 } = options;
  checkShape(where, inputShape, IMAGE);
  checkCount(where, 'classes', classes, 2);
  checkNumber(where, 'alpha', alpha, 1 / 32, 8);
  checkNumber(where, 'momentum', momentum, 0, 1);
  checkNumber(where, 'dropout', dropout, 0, 1 - 1e-7);
  const g = graph(tf, { name: 'mobilenet', seed, momentum });
  const relu6 = (x: SymbolicTensor, part: string) => apply(tf.layers.reLU({ maxValue: 6, ...g.named(part) }), x);
  const channels = (n: number) => Math.max(1, Math.floor(n * alpha));
  const input = tf.input({ shape: [...inputShape] });
  let x = g.conv(input, 'stem', { filters: channels(32), kernelSize: 3, strides: 2, useBias: false });
  x = relu6(g.norm(x, 'stem_bn'), 'stem_relu');
  MOBILENET_BLOCKS.forEach(([filters, strides], i) => {
    const part = `block${i + 1}`;
    const depthwiseInitializer = tf.initializers.heNormal(g.seeded());
    const depthwise = { kernelSize: 3, strides, padding: 'same', useBias: false, depthwiseInitializer } as const;
    x = apply(tf.layers.depthwiseConv2d({ ...depthwise, ...g.named(`${part}_depthwise`) }), x);
    x = relu6(g.norm(x, `${part}_depthwise_bn`), `${part}_depthwise_relu`);
    x = g.conv(x, `${part}_pointwise`, { filters: channels(filters), kernelSize: 1, useBias: false });
    x = relu6(g.norm(x, `${part}_pointwise_bn`), `${part}_pointwise_relu`);
  });
  x = g.dropout(apply(tf.layers.globalAveragePooling2d(g.named('mean')), x), 'dropout', dropout);
  return tf.model({ inputs: input, outputs: g.dense(x, 'classes', classes, 'softmax'), name: 'mobilenet' });
}
