// Layers that repeat, pad and crop places along one and three axes, and pooling that remembers where its maxima stood,
// with the layer that puts them back (Zeiler et al. 2011; Badrinarayanan et al. 2015,
// https://arxiv.org/abs/1511.00561).
import type { Tensor, Tensor4D } from '@tensorflow/tfjs-core';
import type { TensorLibrary } from '../../library.ts';
import { shown, type OptionNames } from '../../options.ts';
import {
  DATA_FORMATS,
  allShapes,
  checkRank,
  given,
  layerBase,
  oneOf,
  onlyShape,
  onlyTensor,
  shapeText,
  sizesOf,
  type Config,
  type Inputs,
  type Shape,
} from './base.ts';
import { LAYER_OPTIONS, type LayerClass, type LayerOptions } from './options.ts';

/** Options of `nn.upSampling1d`. */
export interface UpSampling1dOptions extends LayerOptions {
  /** How often each place is repeated; 2 by default. */
  size?: number;
}
export const UP_SAMPLING_1D_OPTIONS: OptionNames<UpSampling1dOptions> = { ...LAYER_OPTIONS, size: 'number' };

/** Options of `nn.upSampling3d`. */
export interface UpSampling3dOptions extends LayerOptions {
  /** How often each place is repeated, along all axes or each; 2 by default. */
  size?: number | [number, number, number];
  /** Whether the channels are the last axis, the default, or the first after the batch. */
  dataFormat?: 'channelsLast' | 'channelsFirst';
}
export const UP_SAMPLING_3D_OPTIONS: OptionNames<UpSampling3dOptions> = {
  ...LAYER_OPTIONS,
  size: true,
  dataFormat: ['channelsLast', 'channelsFirst'],
};

/** Options of `nn.zeroPadding1d`. */
export interface ZeroPadding1dOptions extends LayerOptions {
  /** Number of zeros before and behind, or each; 1 by default. */
  padding?: number | [number, number];
}
export const ZERO_PADDING_1D_OPTIONS: OptionNames<ZeroPadding1dOptions> = { ...LAYER_OPTIONS, padding: true };

type Pair = [number, number];
/** One number for all sides, one for each axis, or one for each side. */
type Sides = number | [number, number, number] | [Pair, Pair, Pair];

/** Options of `nn.zeroPadding3d`. */
export interface ZeroPadding3dOptions extends LayerOptions {
  /** Number of zeros: at all sides, along each axis, or at each side as `[before, behind]`; 1 by default. */
  padding?: Sides;
  /** Whether the channels are the last axis, the default, or the first after the batch. */
  dataFormat?: 'channelsLast' | 'channelsFirst';
}
export const ZERO_PADDING_3D_OPTIONS: OptionNames<ZeroPadding3dOptions> = {
  ...LAYER_OPTIONS,
  padding: true,
  dataFormat: ['channelsLast', 'channelsFirst'],
};

/** Options of `nn.cropping1d`. */
export interface Cropping1dOptions extends LayerOptions {
  /** Number of places to take away before and behind, or each; 1 by default. */
  cropping?: number | [number, number];
}
export const CROPPING_1D_OPTIONS: OptionNames<Cropping1dOptions> = { ...LAYER_OPTIONS, cropping: true };

/** Options of `nn.cropping3d`. */
export interface Cropping3dOptions extends LayerOptions {
  /**
   * Number of places to take away: at all sides, along each axis, or at each side as `[before, behind]`; 1 by default.
   */
  cropping?: Sides;
  /** Whether the channels are the last axis, the default, or the first after the batch. */
  dataFormat?: 'channelsLast' | 'channelsFirst';
}
export const CROPPING_3D_OPTIONS: OptionNames<Cropping3dOptions> = {
  ...LAYER_OPTIONS,
  cropping: true,
  dataFormat: ['channelsLast', 'channelsFirst'],
};

/** Options of `nn.maxPoolingWithIndices`. */
export interface MaxPoolingWithIndicesOptions extends LayerOptions {
  /** Height and width of the windows; 2 by default. */
  poolSize?: number | [number, number];
}
export const MAX_POOLING_WITH_INDICES_OPTIONS: OptionNames<MaxPoolingWithIndicesOptions> = {
  ...LAYER_OPTIONS,
  poolSize: true,
};

/** Options of `nn.maxUnpooling`. */
export interface MaxUnpoolingOptions extends MaxPoolingWithIndicesOptions {
  /** Height and width of what was pooled; by default those of the input, times the windows'. */
  outputSize?: [number, number];
}
export const MAX_UNPOOLING_OPTIONS: OptionNames<MaxUnpoolingOptions> = {
  ...MAX_POOLING_WITH_INDICES_OPTIONS,
  outputSize: true,
};

const SPACE = { 1: 'places', 3: 'depth, height, width' };
/** Numbers up to here are exact in single precision. */
const EXACT = 2 ** 24;

/** What is added or taken away before and behind, along each axis of space. @throws RangeError that names the option */
function sidesOf(where: string, option: string, value: unknown, rank: 1 | 3): Pair[] {
  const isCount = (n: unknown) => Number.isSafeInteger(n) && (n as number) >= 0;
  const isPair = (pair: unknown) => Array.isArray(pair) && pair.length === 2 && pair.every(isCount);
  if (isCount(value)) return Array.from({ length: rank }, () => [value, value] as Pair);
  if (rank === 1 && isPair(value)) return [[...(value as Pair)]];
  if (Array.isArray(value) && value.length === rank) {
    if (rank > 1 && value.every(isCount)) return (value as number[]).map((n) => [n, n]);
    if (value.every(isPair)) return (value as Pair[]).map((pair) => [...pair]);
  }
  const wanted = rank === 1 ? 'or [before, behind]' : 'one for each axis, or [before, behind] for each';
  throw new RangeError(`${where}: ${option} must be an integer of at least 0, ${wanted}; got ${shown(value)}`);
}

/** Makes the classes, for a copy of TensorFlow.js. */
export function resamplingClasses(
  tf: TensorLibrary,
): Record<
  | 'UpSampling1D'
  | 'UpSampling3D'
  | 'ZeroPadding1D'
  | 'ZeroPadding3D'
  | 'Cropping1D'
  | 'Cropping3D'
  | 'MaxPoolingWithIndices'
  | 'MaxUnpooling',
  LayerClass
> {
  const OwnLayer = layerBase(tf);

  /** A layer whose sizes along space change, [batch, ...space, channels] or with the channels first. */
  abstract class Spatial extends OwnLayer {
    readonly dataFormat: 'channelsLast' | 'channelsFirst';

    constructor(
      where: string,
      config: Config,
      readonly spaceRank: 1 | 3,
    ) {
      super(where, config);
      this.dataFormat = oneOf(where, 'dataFormat', config['dataFormat'], DATA_FORMATS);
    }

    /** The first axis of space. */
    get from(): number {
      return this.dataFormat === 'channelsFirst' ? 2 : 1;
    }

    /** The size along an axis of space, counted from 0, of the output. */
    abstract sizeAfter(size: number, axis: number): number;
    abstract change(x: Tensor): Tensor;

    override build(inputShape: Shape | Shape[]): void {
      this.check(onlyShape(inputShape));
      super.build(inputShape);
    }

    check(shape: Shape): void {
      const space = SPACE[this.spaceRank];
      checkRank(this.where, shape, this.from === 2 ? `batch, channels, ${space}` : `batch, ${space}, channels`);
    }

    override call(inputs: Inputs): Tensor {
      return tf.tidy(() => {
        const x = onlyTensor(this.where, inputs);
        this.check(x.shape);
        this.shapeAfter(x.shape);
        return this.change(x);
      });
    }

    shapeAfter(shape: Shape): Shape {
      return shape.map((size, axis) => {
        const at = axis - this.from;
        if (size === null || at < 0 || at >= this.spaceRank) return size;
        const after = this.sizeAfter(size, at);
        if (after >= 1) return after;
        throw new RangeError(`${this.where}: nothing is left of axis ${axis} of the input ${shapeText(shape)}`);
      });
    }

    override computeOutputShape(inputShape: Shape | Shape[]): Shape {
      return this.shapeAfter(onlyShape(inputShape));
    }

    override ownConfig(): Config {
      return this.spaceRank === 1 ? {} : { dataFormat: this.dataFormat };
    }
  }

  abstract class UpSampling extends Spatial {
    readonly size: number[];

    constructor(where: string, config: Config, rank: 1 | 3) {
      super(where, config, rank);
      this.size = sizesOf(where, 'size', given(config['size'] as number, 2), rank);
    }

    override sizeAfter(size: number, axis: number): number {
      return size * this.size[axis]!;
    }

    override change(x: Tensor): Tensor {
      const shape = [...x.shape];
      let y = x;
      this.size.forEach((times, i) => {
        if (times === 1) return;
        const axis = this.from + i;
        const product = (sizes: number[]) => sizes.reduce((a, b) => a * b, 1);
        const rows = tf.reshape(y, [product(shape.slice(0, axis + 1)), 1, product(shape.slice(axis + 1))]);
        shape[axis]! *= times;
        y = tf.reshape(tf.tile(rows, [1, times, 1]), shape);
      });
      return y === x ? tf.clone(x) : y;
    }

    override ownConfig(): Config {
      const { size, spaceRank } = this;
      return { ...super.ownConfig(), size: spaceRank === 1 ? size[0] : size };
    }
  }

  class UpSampling1D extends UpSampling {
    static readonly className = 'UpSampling1D';
    constructor(config: Config) {
      super('nn.upSampling1d', config, 1);
    }
  }

  class UpSampling3D extends UpSampling {
    static readonly className = 'UpSampling3D';
    constructor(config: Config) {
      super('nn.upSampling3d', config, 3);
    }
  }

  abstract class ZeroPadding extends Spatial {
    readonly padding: Pair[];

    constructor(where: string, config: Config, rank: 1 | 3) {
      super(where, config, rank);
      this.padding = sidesOf(where, 'padding', given(config['padding'], 1), rank);
    }

    override sizeAfter(size: number, axis: number): number {
      const [before, behind] = this.padding[axis]!;
      return before + size + behind;
    }

    override change(x: Tensor): Tensor {
      return tf.pad(
        x,
        x.shape.map((_, axis) => this.padding[axis - this.from] ?? [0, 0]),
      );
    }

    override ownConfig(): Config {
      const { padding, spaceRank } = this;
      return { ...super.ownConfig(), padding: spaceRank === 1 ? padding[0] : padding };
    }
  }

  class ZeroPadding1D extends ZeroPadding {
    static readonly className = 'ZeroPadding1D';
    constructor(config: Config) {
      super('nn.zeroPadding1d', config, 1);
    }
  }

  class ZeroPadding3D extends ZeroPadding {
    static readonly className = 'ZeroPadding3D';
    constructor(config: Config) {
      super('nn.zeroPadding3d', config, 3);
    }
  }

  abstract class Cropping extends Spatial {
    readonly cropping: Pair[];

    constructor(where: string, config: Config, rank: 1 | 3) {
      super(where, config, rank);
      this.cropping = sidesOf(where, 'cropping', given(config['cropping'], 1), rank);
    }

    override sizeAfter(size: number, axis: number): number {
      const [before, behind] = this.cropping[axis]!;
      return size - before - behind;
    }

    override change(x: Tensor): Tensor {
      const begin = x.shape.map((_, axis) => this.cropping[axis - this.from]?.[0] ?? 0);
      return tf.slice(x, begin, this.shapeAfter(x.shape) as number[]);
    }

    override ownConfig(): Config {
      const { cropping, spaceRank } = this;
      return { ...super.ownConfig(), cropping: spaceRank === 1 ? cropping[0] : cropping };
    }
  }

  class Cropping1D extends Cropping {
    static readonly className = 'Cropping1D';
    constructor(config: Config) {
      super('nn.cropping1d', config, 1);
    }
  }

  class Cropping3D extends Cropping {
    static readonly className = 'Cropping3D';
    constructor(config: Config) {
      super('nn.cropping3d', config, 3);
    }
  }

  const IMAGES = 'batch, height, width, channels';

  class MaxPoolingWithIndices extends OwnLayer {
    static readonly className = 'MaxPoolingWithIndices';
    readonly poolSize: Pair;

    constructor(config: Config) {
      super('nn.maxPoolingWithIndices', config);
      this.poolSize = sizesOf(this.where, 'poolSize', given(config['poolSize'], 2), 2) as Pair;
    }

    override build(inputShape: Shape | Shape[]): void {
      checkRank(this.where, onlyShape(inputShape), IMAGES);
      super.build(inputShape);
    }

    override call(inputs: Inputs): Tensor[] {
      return tf.tidy(() => {
        const x = onlyTensor(this.where, inputs) as Tensor4D;
        const [, height, width, channels] = x.shape;
        if (height * width * channels > EXACT)
          throw new RangeError(`${this.where}: an image of ${shapeText(x.shape)} has more than ${EXACT} numbers`);
        const { result, indexes } = tf.maxPoolWithArgmax(x, this.poolSize, this.poolSize, 'valid');
        return [result!, tf.cast(indexes!, 'float32')];
      });
    }

    override computeOutputShape(inputShape: Shape | Shape[]): Shape[] {
      const [batch, height, width, channels] = onlyShape(inputShape) as [number, number, number, number];
      const after = (size: number | null, axis: 0 | 1) =>
        size === null ? null : Math.floor(size / this.poolSize[axis]);
      const shape = [batch, after(height, 0), after(width, 1), channels];
      return [shape, [...shape]];
    }

    override ownConfig(): Config {
      return { poolSize: this.poolSize };
    }
  }

  class MaxUnpooling extends OwnLayer {
    static readonly className = 'MaxUnpooling';
    readonly poolSize: Pair;
    readonly outputSize: Pair | undefined;

    constructor(config: Config) {
      super('nn.maxUnpooling', config);
      this.poolSize = sizesOf(this.where, 'poolSize', given(config['poolSize'], 2), 2) as Pair;
      const size = config['outputSize'];
      if (size !== undefined && size !== null) this.outputSize = sizesOf(this.where, 'outputSize', size, 2) as Pair;
    }

    override build(inputShape: Shape | Shape[]): void {
      this.check(allShapes(inputShape));
      super.build(inputShape);
    }

    check(shapes: Shape[]): void {
      const [values, indices] = shapes;
      if (shapes.length !== 2)
        throw new Error(
          `${this.where} takes two inputs, the maxima and their indices, as nn.maxPoolingWithIndices returns them, ` +
            `and got ${shapes.length}`,
        );
      checkRank(this.where, values!, IMAGES);
      if (shapeText(values!) !== shapeText(indices!))
        throw new RangeError(
          `${this.where}: there must be an index for each maximum, and the shapes are ${shapeText(values!)} and ` +
            shapeText(indices!),
        );
    }

    override call(inputs: Inputs): Tensor {
      return tf.tidy(() => {
        const [values, indices] = [inputs].flat() as [Tensor4D, Tensor4D];
        this.check([inputs].flat().map(({ shape }) => shape));
        const [, h, w, channels] = values.shape;
        const [height, width] = this.sizeAfter(h, w) as Pair;
        const [high, wide] = [h * this.poolSize[0], w * this.poolSize[1]];
        if (high > height || wide > width)
          throw new RangeError(
            `${this.where}: outputSize must be at least [${high}, ${wide}] for maxima ${shapeText(values.shape)}, ` +
              `got [${height}, ${width}]`,
          );
        // Every pixel sees the maximum of its window, and takes it if the index is its own
        const places = tf.slice(
          tf.reshape(tf.range(0, height * width * channels), [1, height, width, channels]),
          [0, 0, 0, 0],
          [1, high, wide, channels],
        );
        const repeated = (x: Tensor4D) => tf.image.resizeNearestNeighbor(x, [high, wide]);
        const isMaximum = tf.cast(tf.equal(repeated(tf.cast(indices, 'float32')), places), 'float32');
        const inWindows = tf.mul(repeated(values), isMaximum);
        return tf.pad(inWindows, [[0, 0], [0, height - high], [0, width - wide], [0, 0]]); // prettier-ignore
      });
    }

    sizeAfter(h: number | null, w: number | null): [number | null, number | null] {
      const [high, wide] = this.poolSize;
      return this.outputSize ?? [h === null ? null : h * high, w === null ? null : w * wide];
    }

    override computeOutputShape(inputShape: Shape | Shape[]): Shape {
      const [batch, h, w, channels] = allShapes(inputShape)[0] as [number, number, number, number];
      return [batch, ...this.sizeAfter(h, w), channels];
    }

    override ownConfig(): Config {
      const { poolSize, outputSize } = this;
      return { poolSize, ...(outputSize && { outputSize }) };
    }
  }

  return {
    UpSampling1D,
    UpSampling3D,
    ZeroPadding1D,
    ZeroPadding3D,
    Cropping1D,
    Cropping3D,
    MaxPoolingWithIndices,
    MaxUnpooling,
  };
}
