// Residual blocks and residual networks, made of tf.layers (He, Zhang, Ren & Sun 2015,
// https://arxiv.org/abs/1512.03385).
import type { LayersModel, SymbolicTensor } from '@tensorflow/tfjs-layers';
import type { TensorLibrary } from '../library.ts';
import { checkCount, checkNumber, checkOptions, shown, type OptionNames } from '../options.ts';
import { shapeText } from '../shape.ts';
import { layerClasses } from './layers/index.ts';

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
  /**
   * What the branch is. `basic`: two convolutions 3 × 3; `bottleneck`: 1 × 1 to a quarter of the filters, 3 × 3, and 1
   * × 1 back; `preActivation`: normalization and ReLU before each of two convolutions 3 × 3, and none after the sum (He
   * et al. 2016, https://arxiv.org/abs/1603.05027). 'basic' by default.
   */
  kind?: 'basic' | 'bottleneck' | 'preActivation';
  /** Probability that training drops the branch of an example: `nn.stochasticDepth`; 0 by default. */
  stochasticDepth?: number;
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
  kind: ['basic', 'bottleneck', 'preActivation'],
  stochasticDepth: 'number',
  name: 'text',
  seed: 'number',
  momentum: 'number',
  zeroGamma: 'boolean',
};

type Convolution = { filters: number; kernelSize: number; strides: number };
type Layer = { apply(inputs: unknown): unknown };

/**
 * A residual block: relu(F(x) + S(x)). F is convolution 3 × 3, batch normalization, ReLU, convolution 3 × 3, batch
 * normalization, or another branch by `kind`; S is the shortcut.
 * @param x `[batch, height, width, channels]`
 * @returns `[batch, ⌈height/stride⌉, ⌈width/stride⌉, filters]`
 * @throws RangeError if the input of an identity shortcut does not have the shape of the result
 * @example
 * ```ts
 * const x = tf.input({ shape: [32, 32, 16] });
 * const y = nn.residualBlock(x, { filters: 32, stride: 2, shortcut: 'projection' });
 * y.shape; // → [null, 16, 16, 32]
 * ```
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
  const kind = options.kind ?? 'basic';
  const rate = checkNumber(where, 'stochasticDepth', options.stochasticDepth ?? 0, 0, 1);
  if (rate > 0 && shortcut === 'none')
    throw new RangeError(`${where}: nothing would be left of a block without a shortcut; leave stochasticDepth out`);
  if (kind === 'bottleneck' && filters % 4 !== 0)
    throw new RangeError(`${where}: the filters of a bottleneck must be divisible by 4, got ${filters}`);
  if (zeroGamma && kind === 'preActivation')
    throw new RangeError(`${where}: a pre-activation block does not end with a normalization; leave zeroGamma out`);
  const layers = namedLayers(tf, name, seed, momentum);
  const { branch, before } = branchOf(layers, x, { kind, filters, stride, zeroGamma });
  if (shortcut === 'none') return kind === 'preActivation' ? branch : layers.relu(branch, 'relu2');
  const projection = { filters, kernelSize: 1, strides: stride };
  const around =
    shortcut === 'identity'
      ? x
      : kind === 'preActivation'
        ? layers.convolution(before, 'shortcut', projection)
        : layers.normalized(x, 'shortcut', projection);
  const dropping = { rate, ...(seed !== undefined && { seed: seed + 50 }), ...layers.named('depth') };
  const kept = rate > 0 ? apply(new (layerClasses(tf).StochasticDepth)(dropping), branch) : branch;
  const sum = apply(tf.layers.add(layers.named('add')), [kept, around]);
  return kind === 'preActivation' ? sum : layers.relu(sum, kind === 'bottleneck' ? 'relu3' : 'relu2');
}

interface Branch {
  kind: 'basic' | 'bottleneck' | 'preActivation';
  filters: number;
  stride: number;
  zeroGamma: boolean;
}

/** The branch of a block, and what a pre-activation block's projection takes: the normalized input. */
function branchOf(
  layers: ReturnType<typeof namedLayers>,
  x: SymbolicTensor,
  { kind, filters, stride, zeroGamma }: Branch,
): { branch: SymbolicTensor; before: SymbolicTensor } {
  const gamma = zeroGamma ? 'zeros' : 'ones';
  if (kind === 'preActivation') {
    const before = layers.relu(layers.normalization(x, 'bn1'), 'relu1');
    const y = layers.normalized(before, 'conv1', { filters, kernelSize: 3, strides: stride });
    return {
      before,
      branch: layers.convolution(layers.relu(y, 'relu2'), 'conv2', { filters, kernelSize: 3, strides: 1 }),
    };
  }
  if (kind === 'bottleneck') {
    const inner = filters / 4;
    let y = layers.relu(layers.normalized(x, 'conv1', { filters: inner, kernelSize: 1, strides: 1 }), 'relu1');
    y = layers.relu(layers.normalized(y, 'conv2', { filters: inner, kernelSize: 3, strides: stride }), 'relu2');
    return { before: x, branch: layers.normalized(y, 'conv3', { filters, kernelSize: 1, strides: 1 }, gamma) };
  }
  const y = layers.relu(layers.normalized(x, 'conv1', { filters, kernelSize: 3, strides: stride }), 'relu1');
  return { before: x, branch: layers.normalized(y, 'conv2', { filters, kernelSize: 3, strides: 1 }, gamma) };
}

/** Options of {@link resnet}. */
export interface ResNetOptions {
  /** Number of layers with weights, 6n + 2: 8, 14, 20, 32, 44, 56, 110 …; of `imagenet` 18, 34, 50, 101 or 152. */
  depth?: number;
  /** For small images, with three groups of blocks, or for those of ImageNet, with four; 'small' by default. */
  variant?: 'small' | 'imagenet';
  /** Shape of one image, `[height, width, channels]`; [32, 32, 3] by default, and [224, 224, 3] for `imagenet`. */
  inputShape?: readonly [number, number, number];
  /** Number of classes; 10 by default, and 1000 for `imagenet`. */
  classes?: number;
  /** Channels of the first group of blocks, doubled in each further one; 16 by default, and 64 for `imagenet`. */
  filters?: number;
  /** What the blocks of the small form are; 'basic' by default. Those of `imagenet` follow from the depth. */
  kind?: 'basic' | 'preActivation';
  /**
   * Probability that training drops the last block; that of block l of L is l / L of it (Huang et al. 2016,
   * https://arxiv.org/abs/1603.09382). 0 by default.
   */
  stochasticDepth?: number;
  /** False for the plain network, without shortcuts; true by default. */
  shortcuts?: boolean;
  /** Seed of the weights; 0 by default, and others each time for `imagenet`. */
  seed?: number;
  /** See {@link ResidualBlockOptions.momentum}. */
  momentum?: number;
  /** See {@link ResidualBlockOptions.zeroGamma}. */
  zeroGamma?: boolean;
}

const RESNET_OPTIONS: OptionNames<ResNetOptions> = {
  depth: 'number',
  variant: ['small', 'imagenet'],
  kind: ['basic', 'preActivation'],
  stochasticDepth: 'number',
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
 *
 * With `variant: 'imagenet'` the networks of table 1 of the paper: depth 18, 34, 50, 101 and 152, with 11,689,512,
 * 21,797,672, 25,557,032, 44,549,160 and 60,192,808 trainable parameters.
 * @returns a model that is not compiled yet
 * @example
 * ```ts
 * const model = nn.resnet({ depth: 20, classes: 10, seed: 1 });
 * nn.countParameters(model).trainable; // → 272474
 * ```
 */
export function resnet(tf: TensorLibrary, options: ResNetOptions = {}): LayersModel {
  const where = 'nn.resnet';
  checkOptions(where, options, RESNET_OPTIONS);
  const isLarge = options.variant === 'imagenet';
  const { depth = isLarge ? 18 : 20, shortcuts = true, momentum = 0.9, kind = 'basic' } = options;
  const { inputShape = isLarge ? [224, 224, 3] : [32, 32, 3], classes = isLarge ? 1000 : 10 } = options;
  const { filters = isLarge ? 64 : 16, stochasticDepth = 0 } = options;
  const large = LARGE_RESNETS[depth];
  if (isLarge && !large)
    throw new RangeError(`${where}: depth of variant 'imagenet' must be 18, 34, 50, 101 or 152; got ${String(depth)}`);
  if (!isLarge && (!Number.isInteger(depth) || depth < 8 || (depth - 2) % 6 !== 0))
    throw new RangeError(
      `${where}: depth must be 6n + 2, for example 8, 14, 20, 32, 44 or 56; got ${String(depth)}` +
        (large ? "; variant: 'imagenet' has that depth" : ''),
    );
  if (isLarge && options.kind !== undefined)
    throw new RangeError(`${where}: the blocks of variant 'imagenet' follow from the depth; leave kind out`);
  checkNumber(where, 'momentum', momentum, 0, 1);
  checkNumber(where, 'stochasticDepth', stochasticDepth, 0, 1);
  checkCount(where, 'classes', classes, 2);
  checkCount(where, 'filters', filters);
  // Millions of seeded numbers take seconds
  const seed = options.seed ?? (isLarge ? undefined : 0);
  const seedFrom = (at: number) => (seed === undefined ? {} : { seed: seed * 1000 + at });
  const isDeep = isLarge && depth >= 50;
  const groups = isLarge ? large! : Array.from({ length: 3 }, () => (depth - 2) / 6);
  const all = groups.reduce((a, b) => a + b, 0);
  const input = tf.input({ shape: [...inputShape] });
  const stem = namedLayers(tf, 'stem', seedFrom(0).seed, momentum);
  let x: SymbolicTensor;
  if (isLarge) {
    x = stem.relu(stem.normalized(input, 'conv', { filters, kernelSize: 7, strides: 2 }), 'relu');
    x = apply(tf.layers.maxPooling2d({ poolSize: 3, strides: 2, padding: 'same', name: 'stem_pool' }), x);
  } else {
    const shape = { filters, kernelSize: 3, strides: 1 };
    x =
      kind === 'basic'
        ? stem.relu(stem.normalized(input, 'conv', shape), 'relu')
        : stem.convolution(input, 'conv', shape);
  }
  let block = 0;
  groups.forEach((blocks, group) => {
    for (let b = 0; b < blocks; b++) {
      x = residualBlock(tf, x, {
        filters: filters * 2 ** group * (isDeep ? 4 : 1),
        stride: group > 0 && b === 0 ? 2 : 1,
        kind: isDeep ? 'bottleneck' : kind,
        name: `block${group + 1}_${b + 1}`,
        ...seedFrom((isDeep ? 4 : 3) * (1 + block++)),
        momentum,
        zeroGamma: options.zeroGamma ?? false,
        stochasticDepth: (stochasticDepth * block) / all,
        ...(!shortcuts && { shortcut: 'none' }),
      });
    }
  });
  if (kind === 'preActivation') x = stem.relu(stem.normalization(x, 'last_bn'), 'last_relu');
  x = apply(tf.layers.globalAveragePooling2d({ name: 'mean' }), x);
  const kernelInitializer = tf.initializers.glorotUniform(seedFrom(999));
  const output = apply(
    tf.layers.dense({ units: classes, activation: 'softmax', kernelInitializer, name: 'classes' }),
    x,
  );
  return tf.model({ inputs: input, outputs: output, name: `${shortcuts ? 'resnet' : 'plain'}${depth}` });
}

/** Blocks of the four groups, by depth. */
const LARGE_RESNETS: Record<number, number[] | undefined> = {
  18: [2, 2, 2, 2],
  34: [3, 4, 6, 3],
  50: [3, 4, 6, 3],
  101: [3, 4, 23, 3],
  152: [3, 8, 36, 3],
};

/**
 * The number of parameters of a model: trainable ones, and others, such as the running means of batch normalization.
 * @example
 * ```ts
 * nn.countParameters(nn.lenet5()); // → { trainable: 61706, other: 0, total: 61706 }
 * ```
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
    /** A convolution without a bias. */
    convolution(x: SymbolicTensor, part: string, shape: Convolution) {
      const kernelInitializer = tf.initializers.heNormal(next === undefined ? {} : { seed: next++ });
      const convolution = { ...shape, padding: 'same' as const, useBias: false, kernelInitializer };
      return apply(tf.layers.conv2d({ ...convolution, ...named(part) }), x);
    },
    normalization: (x: SymbolicTensor, part: string, gammaInitializer: 'ones' | 'zeros' = 'ones') =>
      apply(tf.layers.batchNormalization({ momentum, gammaInitializer, ...named(part) }), x),
    /** A convolution and a batch normalization. The convolution has no bias: the normalization would cancel it. */
    normalized(x: SymbolicTensor, part: string, shape: Convolution, gammaInitializer: 'ones' | 'zeros' = 'ones') {
      return this.normalization(this.convolution(x, part, shape), `${part}_bn`, gammaInitializer);
    },
    relu: (x: SymbolicTensor, part: string) => apply(tf.layers.reLU(named(part)), x),
  };
}
