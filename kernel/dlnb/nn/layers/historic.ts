// Layers of older networks: LeNet-5's pooling with trained factors, its convolution by a table of connections, its
// activation and its fixed codes of the digits (LeCun et al. 1998); AlexNet's local response normalization (Krizhevsky
// et al. 2012).
import type { Tensor, Tensor2D, Tensor4D } from '@tensorflow/tfjs-core';
import type { TensorLibrary } from '../../library.ts';
import { checkRank, layerBase, onlyShape, onlyTensor, type Config, type Inputs, type Shape } from './base.ts';
import type { LayerClass } from './options.ts';

interface Weight {
  read(): Tensor;
}

/** Which of the six maps each of the sixteen maps of C3 sees: table I of the paper. */
const TABLE = [
  ...[[0, 1, 2], [1, 2, 3], [2, 3, 4], [3, 4, 5], [0, 4, 5], [0, 1, 5]], // prettier-ignore
  ...[[0, 1, 2, 3], [1, 2, 3, 4], [2, 3, 4, 5], [0, 3, 4, 5], [0, 1, 4, 5], [0, 1, 2, 5]], // prettier-ignore
  ...[[0, 1, 3, 4], [1, 2, 4, 5], [0, 2, 3, 5], [0, 1, 2, 3, 4, 5]], // prettier-ignore
];
/** Weights of C3: 60 kernels of 5 × 5. */
const CONNECTIONS = TABLE.flat().length;

/** Stylized digits of 7 × 12, a hexadecimal row each: what F6 is to show. */
const DIGITS = [
  '1c22414141414141221c0000',
  '081828080808080808081c00',
  '1c224101020408102040407f',
  '3e410101021c020101413e00',
  '02060a12224242427f020200',
  '7f4040407c020101413e0000',
  '1e2040405c624141221c0000',
  '7f0101020204040808101000',
  '1c2241221c2241412241221c',
  '1c2241412321190101023c00',
];

/** The codes as 84 numbers of ±1 each: rows from above, seven bits each. */
export const digitCodes = (): number[][] =>
  DIGITS.map((hex) =>
    Array.from({ length: 84 }, (_, i) => {
      const row = Number.parseInt(hex.slice(2 * Math.floor(i / 7), 2 * Math.floor(i / 7) + 2), 16);
      return (row >> (6 - (i % 7))) & 1 ? 1 : -1;
    }),
  );

/** Makes the classes, for a copy of TensorFlow.js. */
export function historicClasses(
  tf: TensorLibrary,
): Record<'TrainedPooling' | 'TableConvolution' | 'ScaledTanh' | 'DigitCodes' | 'LocalResponse', LayerClass> {
  const OwnLayer = layerBase(tf);
  const IMAGES = 'batch, height, width, channels';

  /** The mean of 2 × 2 pixels, times a factor and plus a bias for each map. */
  class TrainedPooling extends OwnLayer {
    static readonly className = 'TrainedPooling';
    gain!: Weight;
    bias!: Weight;

    constructor(config: Config) {
      super('TrainedPooling', config, { gain: 'ones', bias: 'zeros' });
    }

    override build(inputShape: Shape | Shape[]): void {
      const shape = onlyShape(inputShape);
      checkRank(this.where, shape, IMAGES);
      this.gain = this.weight('gain', [this.knownSize(shape, 3)]);
      this.bias = this.weight('bias', [this.knownSize(shape, 3)]);
      super.build(inputShape);
    }

    override call(inputs: Inputs): Tensor {
      return tf.tidy(() => {
        const mean = tf.avgPool(onlyTensor(this.where, inputs) as Tensor4D, 2, 2, 'valid');
        return tf.add(tf.mul(mean, this.gain.read()), this.bias.read());
      });
    }

    override computeOutputShape(inputShape: Shape | Shape[]): Shape {
      const half = (n: number | null | undefined) => (n == null ? null : Math.floor(n / 2));
      const [batch, height, width, channels] = onlyShape(inputShape);
      return [batch!, half(height), half(width), channels!];
    }
  }

  /** A convolution 5 × 5 in which each map sees only the maps that the table lists. */
  class TableConvolution extends OwnLayer {
    static readonly className = 'TableConvolution';
    kernel!: Weight;
    bias!: Weight;

    constructor(config: Config) {
      super('TableConvolution', config, { kernel: 'glorotUniform', bias: 'zeros' });
    }

    override build(inputShape: Shape | Shape[]): void {
      const shape = onlyShape(inputShape);
      checkRank(this.where, shape, IMAGES);
      if (shape[3] !== 6) throw new RangeError(`${this.where}: the table is of 6 maps, and the input has ${shape[3]}`);
      this.kernel = this.weight('kernel', [5, 5, CONNECTIONS]);
      this.bias = this.weight('bias', [TABLE.length]);
      super.build(inputShape);
    }

    override call(inputs: Inputs): Tensor {
      return tf.tidy(() => {
        // Each of the 60 kernels at its place among 6 × 16, the others 0
        const places = TABLE.flatMap((maps, to) => maps.map((from) => from * TABLE.length + to));
        const spread = tf.oneHot(tf.tensor1d(places, 'int32'), 6 * TABLE.length);
        const flat = tf.matMul(tf.reshape(this.kernel.read(), [25, CONNECTIONS]) as Tensor2D, tf.cast(spread, 'float32') as Tensor2D); // prettier-ignore
        const kernel = tf.reshape(flat, [5, 5, 6, TABLE.length]) as Tensor4D;
        const y = tf.conv2d(onlyTensor(this.where, inputs) as Tensor4D, kernel, 1, 'valid');
        return tf.add(y, this.bias.read());
      });
    }

    override computeOutputShape(inputShape: Shape | Shape[]): Shape {
      const [batch, height, width] = onlyShape(inputShape);
      const less = (n: number | null | undefined) => (n == null ? null : n - 4);
      return [batch!, less(height), less(width), TABLE.length];
    }
  }

  /** 1.7159 tanh(⅔ x): its values at ±1 are ±1. */
  class ScaledTanh extends OwnLayer {
    static readonly className = 'ScaledTanh';
    override supportsMasking = true;

    constructor(config: Config) {
      super('ScaledTanh', config);
    }

    override call(inputs: Inputs): Tensor {
      return tf.tidy(() => tf.mul(tf.tanh(tf.mul(onlyTensor(this.where, inputs), 2 / 3)), 1.7159));
    }
  }

  /** Softmax of the negative squared distances to the codes of the ten digits. */
  class DigitCodes extends OwnLayer {
    static readonly className = 'DigitCodes';

    constructor(config: Config) {
      super('DigitCodes', config);
    }

    override call(inputs: Inputs): Tensor {
      return tf.tidy(() => {
        const x = onlyTensor(this.where, inputs) as Tensor2D;
        const apart = tf.sub(tf.expandDims(x, 1), tf.tensor2d(digitCodes()));
        return tf.softmax(tf.neg(tf.sum(tf.square(apart), -1)));
      });
    }

    override computeOutputShape(inputShape: Shape | Shape[]): Shape {
      return [onlyShape(inputShape)[0]!, DIGITS.length];
    }
  }

  /** x / (2 + 10⁻⁴ · the sum of squares over five neighboring channels)^¾. */
  class LocalResponse extends OwnLayer {
    static readonly className = 'LocalResponse';

    constructor(config: Config) {
      super('LocalResponse', config);
    }

    override call(inputs: Inputs): Tensor {
      return tf.tidy(() => tf.localResponseNormalization(onlyTensor(this.where, inputs) as Tensor4D, 2, 2, 1e-4, 0.75));
    }
  }

  return { TrainedPooling, TableConvolution, ScaledTanh, DigitCodes, LocalResponse };
}
