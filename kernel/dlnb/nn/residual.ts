// Residual blocks and the residual networks for small images, of tf.layers (He, Zhang, Ren & Sun 2015, https://arxiv.org/abs/1512.03385).
import type { LayersModel, SymbolicTensor } from '@tensorflow/tfjs-layers';
import type { TensorLibrary } from '../library.ts';
import { amount, count } from '../data/checks.ts';

/** Options of {@link residualBlock}. */
export interface ResidualBlockOptions {
  /** Channels of the result. */
  filters: number;
  /** Of the first convolution, 1 by default; 2 halves height and width. */
  stride?: number;
  /**
   * What the input goes through on its way around the convolutions. `identity`: nothing, which needs an input of the result's shape;
   * `projection`: a 1 × 1 convolution with batch normalisation; `none`: there is no way around, the block is plain. By default identity
   * where the shapes agree and projection where they do not.
   */
  shortcut?: 'identity' | 'projection' | 'none';
  /** Beginning of the names of the layers; without it TensorFlow.js names them. */
  name?: string;
  /** Seed of the weights. */
  seed?: number;
  /** How much of the running mean and variance a batch leaves, in batch normalisation; 0.9 by default. */
  momentum?: number;
  /**
   * Begin with γ = 0 in the last normalisation of the block, so that it is its shortcut and nothing else, and deep networks begin as shallow
   * ones (Goyal et al. 2017, https://arxiv.org/abs/1706.02677, section 5.1). Not for plain blocks, which would give zeros. Off by default.
   */
  zeroGamma?: boolean;
}

type Convolution = { filters: number; kernelSize: number; strides: number };
type Layer = { apply(inputs: unknown): unknown };

/**
 * relu(F(x) + S(x)), F: convolution 3 × 3, batch normalisation, ReLU, convolution 3 × 3, batch normalisation; S: the shortcut.
 * @param x `[batch, height, width, channels]`
 * @returns `[batch, ⌈height/stride⌉, ⌈width/stride⌉, filters]`
 * @throws RangeError where an identity shortcut does not have the shape of the result
 */
export function residualBlock(tf: TensorLibrary, x: SymbolicTensor, options: ResidualBlockOptions): SymbolicTensor {
  const where = 'nn.residualBlock';
  const { filters, stride = 1, name, seed, momentum = 0.9, zeroGamma = false } = options;
  count(where, 'filters', filters);
  count(where, 'stride', stride);
  amount(where, 'momentum', momentum, 0, 1);
  const channels = x.shape.at(-1);
  if (x.shape.length !== 4 || typeof channels !== 'number')
    throw new RangeError(
      `${where}: the input must be of shape [batch, height, width, channels], got [${x.shape.join(', ')}]`,
    );
  const fits = channels === filters && stride === 1;
  const shortcut = options.shortcut ?? (fits ? 'identity' : 'projection');
  if (shortcut === 'identity' && !fits)
    throw new RangeError(
      `${where}: an identity shortcut needs stride 1 and as many channels in as out, got stride ${stride} and ${channels} channels for ${filters} filters; use shortcut: 'projection'`,
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
  /** 6n + 2 layers with weights: 8, 14, 20, 32, 44, 56, 110 …; 20 by default. */
  depth?: number;
  /** `[height, width, channels]`; [32, 32, 3] by default. */
  inputShape?: readonly [number, number, number];
  /** 10 by default. */
  classes?: number;
  /** Channels of the first third, doubled in the second and again in the last; 16 by default. */
  filters?: number;
  /** `false`: the plain network, the same without shortcuts. */
  shortcuts?: boolean;
  /** Seed of the weights; 0 by default. */
  seed?: number;
  /** As of {@link residualBlock}. */
  momentum?: number;
  /** As of {@link residualBlock}. */
  zeroGamma?: boolean;
}

/**
 * The residual network for small images (section 4.2 of the paper): a convolution 3 × 3, three times n blocks with 16, 32 and 64
 * channels, the first of the second and of the last third with stride 2, the mean over all places, and a dense layer with softmax.
 * Shortcuts are projections where the shape changes (option B of the paper) and identities elsewhere. Depth 20 on `[32, 32, 3]` has
 * 272,474 parameters to train. Weights are drawn as He et al. propose for ReLU.
 * @returns a model that is not compiled
 */
export function resnet(tf: TensorLibrary, options: ResNetOptions = {}): LayersModel {
  const where = 'nn.resnet';
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
    throw new RangeError(`${where}: depth must be 6n + 2, as 8, 14, 20, 32, 44 or 56; got ${String(depth)}`);
  count(where, 'classes', classes, 2);
  count(where, 'filters', filters);
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

/** Numbers in the weights of a model: those that are trained, and the others, as the running means of batch normalisation. */
export function countParameters(model: LayersModel): { trainable: number; other: number; total: number } {
  const count = (weights: LayersModel['weights']) =>
    weights.reduce((sum, { shape }) => sum + shape.reduce<number>((a, b) => a * (b ?? 1), 1), 0);
  const [trainable, other] = [count(model.trainableWeights), count(model.nonTrainableWeights)];
  return { trainable, other, total: trainable + other };
}

const apply = (layer: Layer, inputs: unknown) => layer.apply(inputs) as SymbolicTensor;

/** The layers that blocks consist of, with names that begin alike and seeds in a row. */
function namedLayers(tf: TensorLibrary, name: string | undefined, seed: number | undefined, momentum: number) {
  let next = seed;
  const named = (part: string) => (name === undefined ? {} : { name: `${name}_${part}` });
  return {
    named,
    /** A convolution without bias, which the normalisation after it would take away, and that. */
    normalized(x: SymbolicTensor, part: string, shape: Convolution, gammaInitializer: 'ones' | 'zeros' = 'ones') {
      const kernelInitializer = tf.initializers.heNormal(next === undefined ? {} : { seed: next++ });
      const convolution = { ...shape, padding: 'same' as const, useBias: false, kernelInitializer };
      const y = apply(tf.layers.conv2d({ ...convolution, ...named(part) }), x);
      return apply(tf.layers.batchNormalization({ momentum, gammaInitializer, ...named(`${part}_bn`) }), y);
    },
    relu: (x: SymbolicTensor, part: string) => apply(tf.layers.reLU(named(part)), x),
  };
}
