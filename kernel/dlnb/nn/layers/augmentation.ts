// Layers that change images at random in training, to make data sets larger: mirror, turn, shift, zoom, crop, brighten.
// As in Keras, with transforms of their own for each image.
import type { Tensor, Tensor2D, Tensor4D } from '@tensorflow/tfjs-core';
import type { TensorLibrary } from '../../library.ts';
import { checkCount, checkNumber, shown, type OptionNames } from '../../options.ts';
import {
  checkRank,
  given,
  layerBase,
  oneOf,
  onlyShape,
  onlyTensor,
  type Config,
  type Inputs,
  type Kwargs,
  type Shape,
} from './base.ts';
import { LAYER_OPTIONS, type LayerClass, type LayerOptions } from './options.ts';
import { nextSeed } from './random.ts';

interface RandomOptions extends LayerOptions {
  /** Seed of the changes. */
  seed?: number;
}
const RANDOM_OPTIONS: OptionNames<RandomOptions> = { ...LAYER_OPTIONS, seed: 'number' };

/** How a transform reads pixels, and what is beyond the image. */
interface TransformOptions extends RandomOptions {
  /**
   * What is beyond the image: its mirror image, its repetition, its last pixels, or `fillValue`; 'reflect' by default.
   */
  fillMode?: 'reflect' | 'wrap' | 'nearest' | 'constant';
  /** How values between pixels are found; 'bilinear' by default. */
  interpolation?: 'bilinear' | 'nearest';
  /** The value beyond the image, with the fill mode 'constant'; 0 by default. */
  fillValue?: number;
}
const TRANSFORM_OPTIONS: OptionNames<TransformOptions> = {
  ...RANDOM_OPTIONS,
  fillMode: ['reflect', 'wrap', 'nearest', 'constant'],
  interpolation: ['bilinear', 'nearest'],
  fillValue: 'number',
};

/** A number f for the range from −f to f, or both ends of the range. */
type Range = number | [number, number];

/** Options of `nn.randomFlip`. */
export interface RandomFlipOptions extends RandomOptions {
  /** Which way images are mirrored, each with probability ½; both by default. */
  mode?: 'horizontalAndVertical' | 'horizontal' | 'vertical';
}
export const RANDOM_FLIP_OPTIONS: OptionNames<RandomFlipOptions> = {
  ...RANDOM_OPTIONS,
  mode: ['horizontalAndVertical', 'horizontal', 'vertical'],
};

/** Options of `nn.randomRotation`. */
export interface RandomRotationOptions extends TransformOptions {
  /** Angles as parts of a full turn, counterclockwise: 0.1 for −36° to 36°, [0, 0.25] for 0° to 90°. */
  factor: Range;
}
export const RANDOM_ROTATION_OPTIONS: OptionNames<RandomRotationOptions> = { ...TRANSFORM_OPTIONS, factor: true };

/** Options of `nn.randomTranslation`. */
export interface RandomTranslationOptions extends TransformOptions {
  /** Shifts downwards as parts of the height: 0.1 for −10 % to 10 %. */
  heightFactor: Range;
  /** Shifts to the right as parts of the width. */
  widthFactor: Range;
}
export const RANDOM_TRANSLATION_OPTIONS: OptionNames<RandomTranslationOptions> = {
  ...TRANSFORM_OPTIONS,
  heightFactor: true,
  widthFactor: true,
};

/** Options of `nn.randomZoom`. */
export interface RandomZoomOptions extends TransformOptions {
  /** Part of the height by which more is seen: [0.2, 0.3] makes what is seen 20 to 30 % smaller, −0.2 larger. */
  heightFactor: Range;
  /** As `heightFactor`, of the width; by default the same zoom as the height, so that proportions stay. */
  widthFactor?: Range;
}
export const RANDOM_ZOOM_OPTIONS: OptionNames<RandomZoomOptions> = {
  ...TRANSFORM_OPTIONS,
  heightFactor: true,
  widthFactor: true,
};

/** Options of `nn.randomCrop`. */
export interface RandomCropOptions extends RandomOptions {
  /** Height of the part. */
  height: number;
  /** Width of the part. */
  width: number;
}
export const RANDOM_CROP_OPTIONS: OptionNames<RandomCropOptions> = {
  ...RANDOM_OPTIONS,
  height: 'number',
  width: 'number',
};

/** Options of `nn.randomBrightness` and `nn.randomContrast`. */
export interface RandomToneOptions extends RandomOptions {
  /** How much the images change: 0.2 for −20 % to 20 %. */
  factor: Range;
  /** The values of black and white, which results do not go beyond; [0, 1] by default (Keras: [0, 255]). */
  valueRange?: [number, number];
}
export const RANDOM_TONE_OPTIONS: OptionNames<RandomToneOptions> = {
  ...RANDOM_OPTIONS,
  factor: true,
  valueRange: true,
};

const IMAGES = 'batch, height, width, channels';

/** Both ends of a range. @throws RangeError that names the option */
function rangeOf(where: string, option: string, value: unknown, [least, most]: [number, number]): [number, number] {
  const [from, to] = (typeof value === 'number' ? [-value, value] : Array.isArray(value) ? value : []) as number[];
  const isRight = typeof value === 'number' ? value >= 0 : Array.isArray(value) && value.length === 2;
  if (isRight && from! <= to! && from! >= least && to! <= most) return [from!, to!];
  const ends = `from ${least} to ${most === Infinity ? 'any' : most}`;
  throw new RangeError(
    `${where}: ${option} must be a number of at least 0, or [from, to], ${ends}; got ${shown(value)}` +
      (Array.isArray(value) && value.length === 2 ? ` [${value.join(', ')}]` : ''),
  );
}

/** Makes the classes, for a copy of TensorFlow.js. */
export function augmentationClasses(
  tf: TensorLibrary,
): Record<
  | 'RandomFlip'
  | 'RandomRotation'
  | 'RandomTranslation'
  | 'RandomZoom'
  | 'RandomCrop'
  | 'RandomBrightness'
  | 'RandomContrast',
  LayerClass
> {
  const OwnLayer = layerBase(tf);

  /** A layer that changes images in training, or where it is called outside of a model. */
  abstract class Augmentation extends OwnLayer {
    readonly seed: number | undefined;

    constructor(where: string, config: Config) {
      super(where, config);
      this.seed = given(config['seed'] as number | undefined, undefined);
    }

    abstract change(images: Tensor4D): Tensor;
    /** What the layer does in prediction. */
    unchanged(images: Tensor4D): Tensor {
      return tf.clone(images);
    }

    override build(inputShape: Shape | Shape[]): void {
      checkRank(this.where, onlyShape(inputShape), IMAGES);
      super.build(inputShape);
    }

    override call(inputs: Inputs, kwargs: Kwargs): Tensor {
      return tf.tidy(() => {
        const x = onlyTensor(this.where, inputs);
        checkRank(this.where, x.shape, IMAGES);
        const images = (x.dtype === 'float32' ? x : tf.cast(x, 'float32')) as Tensor4D;
        const isTraining = kwargs.training ?? this.inboundNodes.length === 0;
        return isTraining ? this.change(images) : this.unchanged(images);
      });
    }

    /** Uniform numbers [batch], others in each call. */
    drawn([batch]: number[], from: number, to: number): Tensor {
      return tf.randomUniform([batch!], from, to, 'float32', nextSeed(this));
    }

    override ownConfig(): Config {
      return this.seed === undefined ? {} : { seed: this.seed };
    }
  }

  class RandomFlip extends Augmentation {
    static readonly className = 'RandomFlip';
    readonly mode: 'horizontalAndVertical' | 'horizontal' | 'vertical';

    constructor(config: Config) {
      super('nn.randomFlip', config);
      this.mode = oneOf(this.where, 'mode', config['mode'], ['horizontalAndVertical', 'horizontal', 'vertical']);
    }

    override change(images: Tensor4D): Tensor {
      let y: Tensor = images;
      for (const [mode, axis] of [
        ['horizontal', 2],
        ['vertical', 1],
      ] as const) {
        if (this.mode !== mode && this.mode !== 'horizontalAndVertical') continue;
        // 1 for those that are mirrored, of sums, so that gradients go through
        const flips = tf.reshape(tf.cast(tf.less(this.drawn(images.shape, 0, 1), 0.5), 'float32'), [-1, 1, 1, 1]);
        y = tf.add(tf.mul(tf.reverse(y, axis), flips), tf.mul(y, tf.sub(1, flips)));
      }
      return y;
    }

    override ownConfig(): Config {
      return { ...super.ownConfig(), mode: this.mode };
    }
  }

  /** A layer that reads every pixel from another place. */
  abstract class Transforming extends Augmentation {
    readonly fillMode: 'reflect' | 'wrap' | 'nearest' | 'constant';
    readonly interpolation: 'bilinear' | 'nearest';
    readonly fillValue: number;

    constructor(where: string, config: Config) {
      super(where, config);
      this.fillMode = oneOf(where, 'fillMode', config['fillMode'], ['reflect', 'wrap', 'nearest', 'constant']);
      this.interpolation = oneOf(where, 'interpolation', config['interpolation'], ['bilinear', 'nearest']);
      this.fillValue = given(config['fillValue'] as number, 0);
      checkNumber(where, 'fillValue', this.fillValue, -Number.MAX_VALUE);
    }

    /**
     * The rows a₀ a₁ a₂ b₀ b₁ b₂ of each image, [batch] or numbers: the pixel (x, y) of the result is that at
     * (a₀ x + a₁ y + a₂, b₀ x + b₁ y + b₂) of the image.
     */
    abstract rows(shape: number[]): (Tensor | number)[];

    override change(images: Tensor4D): Tensor {
      const [batch] = images.shape;
      const rows = [...this.rows(images.shape), 0, 0];
      const columns = rows.map((v) => (typeof v === 'number' ? tf.fill([batch], v) : v));
      const transforms = tf.stack(columns, 1) as Tensor2D;
      return tf.image.transform(images, transforms, this.interpolation, this.fillMode, this.fillValue);
    }

    override ownConfig(): Config {
      const { fillMode, interpolation, fillValue } = this;
      return { ...super.ownConfig(), fillMode, interpolation, fillValue };
    }
  }

  class RandomRotation extends Transforming {
    static readonly className = 'RandomRotation';
    readonly factor: [number, number];

    constructor(config: Config) {
      super('nn.randomRotation', config);
      this.factor = rangeOf(this.where, 'factor', config['factor'], [-Infinity, Infinity]);
    }

    override rows([batch, height, width]: number[]): (Tensor | number)[] {
      const [from, to] = this.factor;
      const angle = this.drawn([batch!], 2 * Math.PI * from, 2 * Math.PI * to);
      const [sin, cos] = [tf.sin(angle), tf.cos(angle)];
      const [right, bottom] = [width! - 1, height! - 1];
      // The middle stays where it is
      const dx = tf.div(tf.sub(right, tf.sub(tf.mul(cos, right), tf.mul(sin, bottom))), 2);
      const dy = tf.div(tf.sub(bottom, tf.add(tf.mul(sin, right), tf.mul(cos, bottom))), 2);
      return [cos, tf.neg(sin), dx, sin, cos, dy];
    }

    override ownConfig(): Config {
      return { ...super.ownConfig(), factor: this.factor };
    }
  }

  class RandomTranslation extends Transforming {
    static readonly className = 'RandomTranslation';
    readonly heightFactor: [number, number];
    readonly widthFactor: [number, number];

    constructor(config: Config) {
      super('nn.randomTranslation', config);
      this.heightFactor = rangeOf(this.where, 'heightFactor', config['heightFactor'], [-1, 1]);
      this.widthFactor = rangeOf(this.where, 'widthFactor', config['widthFactor'], [-1, 1]);
    }

    override rows([batch, height, width]: number[]): (Tensor | number)[] {
      const down = tf.mul(this.drawn([batch!], ...this.heightFactor), height!);
      const right = tf.mul(this.drawn([batch!], ...this.widthFactor), width!);
      return [1, 0, tf.neg(right), 0, 1, tf.neg(down)];
    }

    override ownConfig(): Config {
      const { heightFactor, widthFactor } = this;
      return { ...super.ownConfig(), heightFactor, widthFactor };
    }
  }

  class RandomZoom extends Transforming {
    static readonly className = 'RandomZoom';
    readonly heightFactor: [number, number];
    readonly widthFactor: [number, number] | undefined;

    constructor(config: Config) {
      super('nn.randomZoom', config);
      const range = (option: string) => rangeOf(this.where, option, config[option], [-1, Infinity]);
      this.heightFactor = range('heightFactor');
      const width = config['widthFactor'];
      if (width !== undefined && width !== null) this.widthFactor = range('widthFactor');
    }

    override rows([batch, height, width]: number[]): (Tensor | number)[] {
      const zoom = ([from, to]: [number, number]) => this.drawn([batch!], 1 + from, 1 + to);
      const high = zoom(this.heightFactor);
      const wide = this.widthFactor ? zoom(this.widthFactor) : high;
      const offset = (factor: Tensor, size: number) => tf.mul(tf.sub(1, factor), (size - 1) / 2);
      return [wide, 0, offset(wide, width!), 0, high, offset(high, height!)];
    }

    override ownConfig(): Config {
      const { heightFactor, widthFactor } = this;
      return { ...super.ownConfig(), heightFactor, ...(widthFactor && { widthFactor }) };
    }
  }

  class RandomCrop extends Augmentation {
    static readonly className = 'RandomCrop';
    readonly height: number;
    readonly width: number;

    constructor(config: Config) {
      super('nn.randomCrop', config);
      this.height = checkCount(this.where, 'height', config['height'] as number);
      this.width = checkCount(this.where, 'width', config['width'] as number);
    }

    /** Rows and columns beyond the part. @throws RangeError if the image is smaller */
    beyond([, height, width]: Shape): [number, number] {
      if ((height ?? this.height) >= this.height && (width ?? this.width) >= this.width)
        return [(height ?? this.height) - this.height, (width ?? this.width) - this.width];
      throw new RangeError(
        `${this.where}: a part of ${this.height} × ${this.width} does not fit into an image of ${height} × ${width}`,
      );
    }

    override change(images: Tensor4D): Tensor {
      const [down, right] = this.beyond(images.shape);
      /** Keeps `size` rows from a random one on, along an axis. */
      const part = (x: Tensor, axis: number, size: number, more: number) => {
        if (more === 0) return x;
        const start = tf.floor(this.drawn([1], 0, more + 1));
        // A seed's number may round up to the end itself
        const indices = tf.add(tf.range(0, size), tf.minimum(start, more));
        return tf.gather(x, tf.cast(indices, 'int32') as Tensor, axis);
      };
      return part(part(images, 1, this.height, down), 2, this.width, right);
    }

    override unchanged(images: Tensor4D): Tensor {
      const [down, right] = this.beyond(images.shape);
      const { height, width } = this;
      return tf.slice(images, [0, Math.floor(down / 2), Math.floor(right / 2), 0], [-1, height, width, -1]);
    }

    override computeOutputShape(inputShape: Shape | Shape[]): Shape {
      const shape = onlyShape(inputShape);
      this.beyond(shape);
      return [shape[0]!, this.height, this.width, shape[3]!];
    }

    override ownConfig(): Config {
      const { height, width } = this;
      return { ...super.ownConfig(), height, width };
    }
  }

  abstract class Toning extends Augmentation {
    readonly factor: [number, number];
    readonly valueRange: [number, number];

    constructor(where: string, config: Config) {
      super(where, config);
      this.factor = rangeOf(where, 'factor', config['factor'], [-1, 1]);
      const range = given(config['valueRange'] as number[], [0, 1]);
      if (!(Array.isArray(range) && range.length === 2 && range[0]! < range[1]!))
        throw new RangeError(`${where}: valueRange must be [black, white] with black < white, got ${shown(range)}`);
      this.valueRange = [range[0]!, range[1]!];
    }

    /** Numbers of the factor's range, [batch, 1, 1, 1]. */
    factors(images: Tensor4D): Tensor {
      return tf.reshape(this.drawn(images.shape, ...this.factor), [-1, 1, 1, 1]);
    }

    override ownConfig(): Config {
      const { factor, valueRange } = this;
      return { ...super.ownConfig(), factor, valueRange };
    }
  }

  class RandomBrightness extends Toning {
    static readonly className = 'RandomBrightness';
    constructor(config: Config) {
      super('nn.randomBrightness', config);
    }

    override change(images: Tensor4D): Tensor {
      const [black, white] = this.valueRange;
      return tf.clipByValue(tf.add(images, tf.mul(this.factors(images), white - black)), black, white);
    }
  }

  class RandomContrast extends Toning {
    static readonly className = 'RandomContrast';
    constructor(config: Config) {
      super('nn.randomContrast', config);
    }

    override change(images: Tensor4D): Tensor {
      const [black, white] = this.valueRange;
      const mean = tf.mean(images, [1, 2], true);
      const spread = tf.mul(tf.sub(images, mean), tf.add(1, this.factors(images)));
      return tf.clipByValue(tf.add(spread, mean), black, white);
    }
  }

  return { RandomFlip, RandomRotation, RandomTranslation, RandomZoom, RandomCrop, RandomBrightness, RandomContrast };
}
