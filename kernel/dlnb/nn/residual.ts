// Residual blocks and residual networks for small images, made of tf.layers (He, Zhang, Ren & Sun 2015,
// https://arxiv.org/abs/1512.03385).
import type { LayersModel, SymbolicTensor } from '@tensorflow/tfjs-layers';
import type { TensorLibrary } from '../library.ts';
import { checkCount, checkNumber, checkOptions, shown, type OptionNames } from '../options.ts';
import { shapeText } from '../shape.ts';

/** Options of {@link residualBlock}. */
export interface ResidualBlockOptions {
  /** Number of channels of the result. */
  filters: number;
  /** Stride of the first convolution, 1 by default; 2 halves height and width. */
  stride?: number;
  /**
   * The shortcut around the convolutions. `identity`: the input itself, which must have the shape of the result;
   * `projection`: a 1 × 1 convolution with batch normalization; `none`: no shortcut, a plain block. By default identity
   * if the shapes agree, else projection.
   */
  shortcut?: 'identity' | 'projection' | 'none';
  /** Prefix of the names of the layers; by default TensorFlow.js names them. */
  name?: string;
  /** Seed of the weights. */
  seed?: number;
  /** Momentum of the running mean and variance in batch normalization; 0.9 by default. */
  momentum?: number;
  /**
   * Initialize γ of the last normalization with 0, so that the block initially computes only its shortcut and a deep
   * network begins like a shallow one (Goyal et al. 2017, https://arxiv.org/abs/1706.02677, section 5.1). Not for plain
   * blocks, whose result would be 0. False by default.
   */
  zeroGamma?: boolean;
}

const RESIDUAL_BLOCK_OPTIONS: OptionNames<ResidualBlockOptions> = {
  filters: 'number',
  stride: 'number',
  shortcut: ['none', 'identity', 'projection'],
  name: 'text',
  seed: 'number',
  momentum: 'number',
  zeroGamma: 'boolean',
};

type Convolution = { filters: number; kernelSize: number; strides: number };
type Layer = { apply(inputs: unknown): unknown };

/**
 * A residual block: relu(F(x) + S(x)). F is convolution 3 × 3, batch normalization, ReLU, convolution 3 × 3, batch
 * normalization; S is the shortcut.
 * @param x `[batch, height, width, channels]`
 * @returns `[batch, ⌈height/stride⌉, ⌈width/stride⌉, filters]`
 * @throws RangeError if the input of an identity shortcut does not have the shape of the result
 */
export function residualBlock(tf: TensorLibrary, x: SymbolicTensor, options: ResidualBlockOptions): SymbolicTensor {
  const where = 'nn.residualBlock';
  checkOptions(where, options, RESIDUAL_BLOCK_OPTIONS);
  const { filters, stride = 1, name, seed, momentum = 0.9, zeroGamma = false } = options;
  checkCount(where, 'filters', filters);
  checkCount(where, 'stride', stride);
  checkNumber(where, 'momentum', momentum, 0, 1);
  if (!Array.isArray((x as Partial<SymbolicTensor> | null | undefined)?.shape))
    throw new TypeError(`${where}: the input must be what tf.input or a layer's apply returns, got ${shown(x)}`);
  const channels = x.shape.at(-1);
  if (x.shape.length !== 4 || typeof channels !== 'number')
    throw new RangeError(
      `${where}: the input must be of shape [batch, height, width, channels], got ${shapeText(x.shape)}`,
    );
  const fits = channels === filters && stride === 1;
  const shortcut = options.shortcut ?? (fits ? 'identity' : 'projection');
  if (shortcut === 'identity' && !fits)
    throw new RangeError(
      `${where}: an identity shortcut needs stride 1 and as many input channels as filters, got stride ${stride} and ${channels} channels for ${filters} filters; use shortcut: 'projection'`,
    );
  if (zeroGamma && shortcut === 'none')
    throw new RangeError(`${where}: a block without a shortcut needs γ > 0; leave zeroGamma out`);
  const layers = namedLayers(tf, name, seed, momentum);
  let y = layers.normalized(x, 'conv1', { filters, kernelSize: 3, strides: stride });
  y = layers.relu(y, 'relu1');
  y = layers.normalized(y, 'conv2', { filters, kernelSize: 3, strides: 1 }, zeroGamma ? 'zeros' : 'ones');
  if (shortcut !== 'none') {
    const around =
      shortcut === 'identity' ? x : layers.normalized(x, 'shortcut', { filters, kernelSize: 1, strides: stride });
    y = apply(tf.layers.add(layers.named('add')), [y, around]);
  }
  return layers.relu(y, 'relu2');
}

/** Options of {@link resnet}. */
export interface ResNetOptions {
  /** Number of layers with weights, 6n + 2: 8, 14, 20, 32, 44, 56, 110 …; 20 by default. */
  depth?: number;
  /** Shape of one image, `[height, width, channels]`; [32, 32, 3] by default. */
  inputShape?: readonly [number, number, number];
  /** Number of classes; 10 by default. */
  classes?: number;
  /** Channels of the first third of the blocks, doubled in the second and again in the last third; 16 by default. */
  filters?: number;
  /** False for the plain network, without shortcuts; true by default. */
  shortcuts?: boolean;
  /** Seed of the weights; 0 by default. */
  seed?: number;
  /** See {@link ResidualBlockOptions.momentum}. */
  momentum?: number;
  /** See {@link ResidualBlockOptions.zeroGamma}. */
  zeroGamma?: boolean;
}

const RESNET_OPTIONS: OptionNames<ResNetOptions> = {
  depth: 'number',
  inputShape: true,
  classes: 'number',
  filters: 'number',
  shortcuts: 'boolean',
  seed: 'number',
  momentum: 'number',
  zeroGamma: 'boolean',
};

/**
 * The residual network for small images (section 4.2 of the paper): a convolution 3 × 3; n blocks each with 16, 32 and
 * 64 channels, with stride 2 in the first block of 32 and of 64 channels; global average pooling; and a dense layer
 * with softmax. Shortcuts are projections where the shape changes (option B of the paper) and identities elsewhere.
 * Depth 20 on `[32, 32, 3]` has 272,474 trainable parameters. Weights are initialized as He et al. propose for ReLU.
 * @returns a model that is not compiled yet
 */
export function resnet(tf: TensorLibrary, options: ResNetOptions = {}): LayersModel {
  const where = 'nn.resnet';
  checkOptions(where, options, RESNET_OPTIONS);
  const {
    depth = 20,
    inputShape = [32, 32, 3],
    classes = 10,
    filters = 16,
    shortcuts = true,
    seed = 0,
    momentum = 0.9,
  } = options;
  if (!Number.isInteger(depth) || depth < 8 || (depth - 2) % 6 !== 0)
    throw new RangeError(`${where}: depth must be 6n + 2, for example 8, 14, 20, 32, 44 or 56; got ${String(depth)}`);
  checkNumber(where, 'momentum', momentum, 0, 1);
  checkCount(where, 'classes', classes, 2);
  checkCount(where, 'filters', filters);
  const blocks = (depth - 2) / 6;
  const input = tf.input({ shape: [...inputShape] });
  const stem = namedLayers(tf, 'stem', seed * 1000, momentum);
  let x = stem.relu(stem.normalized(input, 'conv', { filters, kernelSize: 3, strides: 1 }), 'relu');
  for (let third = 0; third < 3; third++) {
    for (let b = 0; b < blocks; b++) {
      x = residualBlock(tf, x, {
        filters: filters * 2 ** third,
        stride: third > 0 && b === 0 ? 2 : 1,
        name: `block${third + 1}_${b + 1}`,
        seed: seed * 1000 + 3 * (1 + third * blocks + b),
        momentum,
        zeroGamma: options.zeroGamma ?? false,
        ...(!shortcuts && { shortcut: 'none' }),
      });
    }
  }
  x = apply(tf.layers.globalAveragePooling2d({ name: 'mean' }), x);
  const kernelInitializer = tf.initializers.glorotUniform({ seed: seed * 1000 + 999 });
  const output = apply(
    tf.layers.dense({ units: classes, activation: 'softmax', kernelInitializer, name: 'classes' }),
    x,
  );
  return tf.model({ inputs: input, outputs: output, name: `${shortcuts ? 'resnet' : 'plain'}${depth}` });
}

/**
 * The number of parameters of a model: trainable ones, and others, such as the running means of batch normalization.
 */
export function countParameters(model: LayersModel): { trainable: number; other: number; total: number } {
  if (!Array.isArray((model as Partial<LayersModel> | null | undefined)?.trainableWeights))
    throw new TypeError(`nn.countParameters: the argument must be a model of tf.layers, got ${shown(model)}`);
  const count = (weights: LayersModel['weights']) =>
    weights.reduce((sum, { shape }) => sum + shape.reduce<number>((a, b) => a * (b ?? 1), 1), 0);
  const [trainable, other] = [count(model.trainableWeights), count(model.nonTrainableWeights)];
  return { trainable, other, total: trainable + other };
}

const apply = (layer: Layer, inputs: unknown) => layer.apply(inputs) as SymbolicTensor;

/** Makes the layers of a block, with names that share a prefix and with consecutive seeds. */
function namedLayers(tf: TensorLibrary, name: string | undefined, seed: number | undefined, momentum: number) {
  let next = seed;
  const named = (part: string) => (name === undefined ? {} : { name: `${name}_${part}` });
  return {
    named,
    /** A convolution and a batch normalization. The convolution has no bias: the normalization would cancel it. */
    normalized(x: SymbolicTensor, part: string, shape: Convolution, gammaInitializer: 'ones' | 'zeros' = 'ones') {
      const kernelInitializer = tf.initializers.heNormal(next === undefined ? {} : { seed: next++ });
      const convolution = { ...shape, padding: 'same' as const, useBias: false, kernelInitializer };
      const y = apply(tf.layers.conv2d({ ...convolution, ...named(part) }), x);
      return apply(tf.layers.batchNormalization({ momentum, gammaInitializer, ...named(`${part}_bn`) }), y);
    },
    relu: (x: SymbolicTensor, part: string) => apply(tf.layers.reLU(named(part)), x),
  };
}
