// Convolutions along one axis that TensorFlow.js lacks: depthwise, separable and transposed. As in Keras, with its
// weights in its order.
import type { Tensor, Tensor4D } from '@tensorflow/tfjs-core';
import type { TensorLibrary } from '../../library.ts';
import { checkCount, type OptionNames } from '../../options.ts';
import {
  DATA_FORMATS,
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
import {
  LAYER_OPTIONS,
  type ActivationOption,
  type ConstraintOption,
  type InitializerOption,
  type LayerClass,
  type LayerOptions,
  type RegularizerOption,
} from './options.ts';
import { activationOf, type Activation } from './resolve.ts';

/** Options of all convolutions along one axis. */
interface AnyConvolutionOptions extends LayerOptions {
  /** Length of the kernel. */
  kernelSize: number | [number];
  /** Distance from one place of the kernel to the next; 1 by default. */
  strides?: number | [number];
  /** Distance between the elements of the kernel; 1 by default. Not with strides. */
  dilationRate?: number | [number];
  /** Whether the channels are the last axis, the default, or the first after the batch. */
  dataFormat?: 'channelsLast' | 'channelsFirst';
  /** Name of the activation; none by default. */
  activation?: ActivationOption;
  /** Whether to add a bias, one number for each channel; true by default. */
  useBias?: boolean;
  /** 'zeros' by default. */
  biasInitializer?: InitializerOption;
  biasRegularizer?: RegularizerOption;
  biasConstraint?: ConstraintOption;
}

const ANY_CONVOLUTION_OPTIONS: OptionNames<AnyConvolutionOptions> = {
  ...LAYER_OPTIONS,
  kernelSize: true,
  strides: true,
  dilationRate: true,
  dataFormat: ['channelsLast', 'channelsFirst'],
  activation: true as never,
  useBias: 'boolean',
  biasInitializer: true,
  biasRegularizer: true,
  biasConstraint: true,
};

/** Options of `nn.depthwiseConv1d`. */
export interface DepthwiseConv1dOptions extends AnyConvolutionOptions {
  /**
   * `valid`: none; `same`: as many places as the input at stride 1; `causal`: the same, all before. 'valid' by default.
   */
  padding?: 'valid' | 'same' | 'causal';
  /** Number of outputs for each channel of the input; 1 by default. */
  depthMultiplier?: number;
  /** 'glorotUniform' by default. */
  depthwiseInitializer?: InitializerOption;
  depthwiseRegularizer?: RegularizerOption;
  depthwiseConstraint?: ConstraintOption;
}
export const DEPTHWISE_CONV1D_OPTIONS: OptionNames<DepthwiseConv1dOptions> = {
  ...ANY_CONVOLUTION_OPTIONS,
  padding: ['valid', 'same', 'causal'],
  depthMultiplier: 'number',
  depthwiseInitializer: true,
  depthwiseRegularizer: true,
  depthwiseConstraint: true,
};

/** Options of `nn.separableConv1d`. */
export interface SeparableConv1dOptions extends DepthwiseConv1dOptions {
  /** Number of channels of the output. */
  filters: number;
  /** 'glorotUniform' by default. */
  pointwiseInitializer?: InitializerOption;
  pointwiseRegularizer?: RegularizerOption;
  pointwiseConstraint?: ConstraintOption;
}
export const SEPARABLE_CONV1D_OPTIONS: OptionNames<SeparableConv1dOptions> = {
  ...DEPTHWISE_CONV1D_OPTIONS,
  filters: 'number',
  pointwiseInitializer: true,
  pointwiseRegularizer: true,
  pointwiseConstraint: true,
};

/** Options of `nn.conv1dTranspose`. */
export interface Conv1dTransposeOptions extends AnyConvolutionOptions {
  /** Number of channels of the output. */
  filters: number;
  /** `valid`: every place that the kernel reaches; `same`: as many places as the input, times the stride. */
  padding?: 'valid' | 'same';
  /**
   * Places added behind the output of padding 'valid', or the length beyond the least one of 'same'; 0 or automatic.
   */
  outputPadding?: number | [number];
  /** 'glorotUniform' by default. */
  kernelInitializer?: InitializerOption;
  kernelRegularizer?: RegularizerOption;
  kernelConstraint?: ConstraintOption;
}
export const CONV1D_TRANSPOSE_OPTIONS: OptionNames<Conv1dTransposeOptions> = {
  ...ANY_CONVOLUTION_OPTIONS,
  filters: 'number',
  padding: ['valid', 'same'],
  outputPadding: true,
  kernelInitializer: true,
  kernelRegularizer: true,
  kernelConstraint: true,
};

interface Weight {
  read(): Tensor;
}

/** Makes the classes, for a copy of TensorFlow.js. */
export function convolutionClasses(
  tf: TensorLibrary,
): Record<'DepthwiseConv1D' | 'SeparableConv1D' | 'Conv1DTranspose', LayerClass> {
  const OwnLayer = layerBase(tf);

  abstract class Convolution1D extends OwnLayer {
    readonly kernelSize: number;
    readonly strides: number;
    readonly dilationRate: number;
    readonly padding: 'valid' | 'same' | 'causal';
    readonly dataFormat: 'channelsLast' | 'channelsFirst';
    readonly useBias: boolean;
    readonly activation: Activation;
    bias?: Weight;

    constructor(
      where: string,
      readonly config: Config,
      kinds: Record<string, string>,
      paddings: readonly ('valid' | 'same' | 'causal')[],
    ) {
      super(where, config, { ...kinds, bias: 'zeros' });
      const size = (option: string, fallback?: number) =>
        sizesOf(where, option, given(config[option] as number, fallback!), 1)[0]!;
      this.kernelSize = size('kernelSize');
      this.strides = size('strides', 1);
      this.dilationRate = size('dilationRate', 1);
      if (this.strides > 1 && this.dilationRate > 1)
        throw new RangeError(`${where}: strides and dilationRate cannot both be above 1`);
      this.padding = oneOf(where, 'padding', config['padding'], paddings);
      this.dataFormat = oneOf(where, 'dataFormat', config['dataFormat'], DATA_FORMATS);
      this.useBias = given(config['useBias'] as boolean, true);
      this.activation = activationOf(tf, where, config['activation']);
    }

    get isFirst(): boolean {
      return this.dataFormat === 'channelsFirst';
    }

    /** Number of channels of the input. */
    channels(inputShape: Shape | Shape[]): number {
      const shape = onlyShape(inputShape);
      checkRank(this.where, shape, this.isFirst ? 'batch, channels, places' : 'batch, places, channels');
      return this.knownSize(shape, this.isFirst ? 1 : 2);
    }

    /** The layer as a function of [batch, places, channels]. */
    abstract convolve(x: Tensor): Tensor;
    /** Number of places of the output. */
    abstract placesAfter(places: number): number;
    abstract filtersAfter(channels: number): number;

    /** Places that the kernel reaches over. */
    get reach(): number {
      return (this.kernelSize - 1) * this.dilationRate + 1;
    }

    /** A depthwise convolution: x [batch, places, channels], kernel [kernelSize, channels, multiplier]. */
    depthwise(x: Tensor, kernel: Tensor): Tensor {
      const { padding, strides, dilationRate } = this;
      const before = padding === 'causal' ? this.reach - 1 : 0;
      const padded = before > 0 ? tf.pad(x, [[0, 0], [before, 0], [0, 0]]) : x; // prettier-ignore
      const plane = tf.expandDims(padded, 1) as Tensor4D;
      const filter = tf.expandDims(kernel, 0) as Tensor4D;
      const pad = padding === 'same' ? 'same' : 'valid';
      return tf.squeeze(tf.depthwiseConv2d(plane, filter, strides, pad, 'NHWC', dilationRate), [1]);
    }

    override call(inputs: Inputs): Tensor {
      return tf.tidy(() => {
        const input = onlyTensor(this.where, inputs);
        const x = this.isFirst ? tf.transpose(input, [0, 2, 1]) : input;
        this.after(x.shape[1]!);
        let y = this.convolve(x);
        if (this.bias) y = tf.add(y, this.bias.read());
        y = this.activation(y);
        return this.isFirst ? tf.transpose(y, [0, 2, 1]) : y;
      });
    }

    /** `placesAfter`. @throws RangeError if nothing is left */
    after(places: number): number {
      const left = this.placesAfter(places);
      if (left >= 1) return left;
      throw new RangeError(
        `${this.where}: the kernel reaches over ${this.reach} places, and the input has ${places}; ` +
          "use a smaller kernel, or padding 'same'",
      );
    }

    override computeOutputShape(inputShape: Shape | Shape[]): Shape {
      const shape = onlyShape(inputShape);
      const [batch, a, b] = shape as [number | null, number | null, number | null];
      const [places, channels] = this.isFirst ? [b, a] : [a, b];
      if (channels === null)
        throw new RangeError(`${this.where}: the number of channels is not known: ${shapeText(shape)}`);
      const after = places === null ? null : this.after(places);
      const filters = this.filtersAfter(channels);
      return this.isFirst ? [batch, filters, after] : [batch, after, filters];
    }

    override ownConfig(): Config {
      const { kernelSize, strides, dilationRate, padding, dataFormat, useBias } = this;
      const activation = given(this.config['activation'] as string, 'linear');
      return {
        ...{ kernelSize: [kernelSize], strides: [strides], dilationRate: [dilationRate] },
        ...{ padding, dataFormat, useBias, activation },
      };
    }
  }

  class DepthwiseConv1D extends Convolution1D {
    static readonly className: string = 'DepthwiseConv1D';
    readonly depthMultiplier: number;
    depthwiseKernel!: Weight;

    constructor(config: Config, where = 'nn.depthwiseConv1d', kinds: Record<string, string> = {}) {
      super(where, config, { depthwise: 'glorotUniform', ...kinds }, ['valid', 'same', 'causal']);
      this.depthMultiplier = checkCount(where, 'depthMultiplier', given(config['depthMultiplier'] as number, 1));
    }

    override build(inputShape: Shape | Shape[]): void {
      const channels = this.channels(inputShape);
      this.depthwiseKernel = this.weight(
        'depthwise_kernel',
        [this.kernelSize, channels, this.depthMultiplier],
        'depthwise',
      );
      this.buildRest(channels);
      super.build(inputShape);
    }

    buildRest(channels: number): void {
      if (this.useBias) this.bias = this.weight('bias', [this.filtersAfter(channels)]);
    }

    override convolve(x: Tensor): Tensor {
      return this.depthwise(x, this.depthwiseKernel.read());
    }

    override placesAfter(places: number): number {
      return Math.ceil((this.padding === 'valid' ? places - this.reach + 1 : places) / this.strides);
    }

    override filtersAfter(channels: number): number {
      return channels * this.depthMultiplier;
    }

    override ownConfig(): Config {
      return { ...super.ownConfig(), depthMultiplier: this.depthMultiplier };
    }
  }

  class SeparableConv1D extends DepthwiseConv1D {
    static override readonly className: string = 'SeparableConv1D';
    readonly filters: number;
    pointwiseKernel!: Weight;

    constructor(config: Config) {
      super(config, 'nn.separableConv1d', { pointwise: 'glorotUniform' });
      this.filters = checkCount(this.where, 'filters', config['filters'] as number);
    }

    override buildRest(channels: number): void {
      const kernel = [1, channels * this.depthMultiplier, this.filters];
      this.pointwiseKernel = this.weight('pointwise_kernel', kernel, 'pointwise');
      super.buildRest(channels);
    }

    override convolve(x: Tensor): Tensor {
      const y = super.convolve(x);
      const flat = tf.reshape(y, [-1, y.shape[2]!]);
      const mixed = tf.matMul(flat, tf.squeeze(this.pointwiseKernel.read(), [0]));
      return tf.reshape(mixed, [y.shape[0]!, y.shape[1]!, this.filters]);
    }

    override filtersAfter(): number {
      return this.filters;
    }

    override ownConfig(): Config {
      return { ...super.ownConfig(), filters: this.filters };
    }
  }

  class Conv1DTranspose extends Convolution1D {
    static readonly className = 'Conv1DTranspose';
    readonly filters: number;
    readonly outputPadding: number | undefined;
    kernel!: Weight;

    constructor(config: Config) {
      super('nn.conv1dTranspose', config, { kernel: 'glorotUniform' }, ['valid', 'same']);
      const { where } = this;
      this.filters = checkCount(where, 'filters', config['filters'] as number);
      const more = config['outputPadding'];
      if (more !== undefined && more !== null) {
        this.outputPadding = sizesOf(where, 'outputPadding', more, 1, 0)[0]!;
        if (this.outputPadding >= this.strides)
          throw new RangeError(
            `${where}: outputPadding must be below the stride ${this.strides}, got ${this.outputPadding}`,
          );
      }
    }

    override build(inputShape: Shape | Shape[]): void {
      const channels = this.channels(inputShape);
      this.kernel = this.weight('kernel', [this.kernelSize, this.filters, channels]);
      if (this.useBias) this.bias = this.weight('bias', [this.filters]);
      super.build(inputShape);
    }

    /** The kernel with zeros between its elements: [reach, filters, channels]. */
    dilated(): Tensor {
      const kernel = this.kernel.read();
      const { dilationRate: rate, kernelSize, reach, filters } = this;
      if (rate === 1) return kernel;
      const gaps = tf.pad(tf.expandDims(kernel, 1), [[0, 0], [0, rate - 1], [0, 0], [0, 0]]); // prettier-ignore
      const long = tf.reshape(gaps, [kernelSize * rate, filters, kernel.shape[2]!]);
      return tf.slice(long, 0, reach);
    }

    /** Places of the output without padding. */
    full(places: number): number {
      return (places - 1) * this.strides + this.reach;
    }

    override convolve(x: Tensor): Tensor {
      const [batch, places] = x.shape as [number, number];
      const full = this.full(places);
      const filter = tf.expandDims(this.dilated(), 0) as Tensor4D;
      const plane = tf.expandDims(x, 1) as Tensor4D;
      const all = tf.squeeze(
        tf.conv2dTranspose(plane, filter, [batch, 1, full, this.filters], [1, this.strides], 'valid'),
        [1],
      );
      const wanted = this.placesAfter(places);
      // Of the places that the kernel reaches, those that padding leaves; or zeros where it does not reach
      const before = this.padding === 'valid' ? 0 : this.cutBefore();
      const kept = Math.min(wanted, full - before);
      const cut = tf.slice(all, [0, before, 0], [batch, kept, this.filters]);
      return kept === wanted ? cut : tf.pad(cut, [[0, 0], [0, wanted - kept], [0, 0]]); // prettier-ignore
    }

    /** Places that padding 'same' takes away before the first. */
    cutBefore(): number {
      const { reach, strides, outputPadding } = this;
      // With outputPadding, Keras pads the convolution by half of the kernel; without, as TensorFlow's 'same'
      return outputPadding === undefined ? Math.floor(Math.max(reach - strides, 0) / 2) : Math.floor(reach / 2);
    }

    override placesAfter(places: number): number {
      const { reach, strides, outputPadding, padding } = this;
      if (outputPadding === undefined)
        return padding === 'same' ? places * strides : places * strides + Math.max(reach - strides, 0);
      const cut = padding === 'same' ? 2 * Math.floor(reach / 2) : 0;
      return (places - 1) * strides + reach - cut + outputPadding;
    }

    override filtersAfter(): number {
      return this.filters;
    }

    override ownConfig(): Config {
      const { filters, outputPadding } = this;
      return { ...super.ownConfig(), filters, ...(outputPadding !== undefined && { outputPadding: [outputPadding] }) };
    }
  }

  return { DepthwiseConv1D, SeparableConv1D, Conv1DTranspose };
}
