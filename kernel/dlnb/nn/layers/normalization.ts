// Normalization layers that TensorFlow.js lacks: by groups of channels, by channel, by the root of the mean square, and
// to length 1.
import type { Tensor } from '@tensorflow/tfjs-core';
import type { TensorLibrary } from '../../library.ts';
import { checkCount, checkNumber, shown, type OptionNames } from '../../options.ts';
import { given, layerBase, onlyShape, onlyTensor, shapeText, type Config, type Inputs, type Shape } from './base.ts';
import {
  LAYER_OPTIONS,
  type ConstraintOption,
  type InitializerOption,
  type LayerClass,
  type LayerOptions,
  type RegularizerOption,
} from './options.ts';

/** Options of the weights γ and β. */
interface ScaleAndCenter extends LayerOptions {
  /** Whether to multiply by γ, one number for each channel; true by default. */
  scale?: boolean;
  /** Whether to add β, one number for each channel; true by default. */
  center?: boolean;
  /** Added to the variance; 0.001 by default, as in Keras (PyTorch: 0.00001). */
  epsilon?: number;
  /** 'ones' by default. */
  gammaInitializer?: InitializerOption;
  gammaRegularizer?: RegularizerOption;
  gammaConstraint?: ConstraintOption;
  /** 'zeros' by default. */
  betaInitializer?: InitializerOption;
  betaRegularizer?: RegularizerOption;
  betaConstraint?: ConstraintOption;
}

const SCALE_AND_CENTER: OptionNames<ScaleAndCenter> = {
  ...LAYER_OPTIONS,
  scale: 'boolean',
  center: 'boolean',
  epsilon: 'number',
  gammaInitializer: true,
  gammaRegularizer: true,
  gammaConstraint: true,
  betaInitializer: true,
  betaRegularizer: true,
  betaConstraint: true,
};

/** Options of `nn.groupNorm`. */
export interface GroupNormOptions extends ScaleAndCenter {
  /** Number of groups, a divisor of the number of channels; 32 by default, −1 for as many as channels. */
  groups?: number;
  /** The axis of the channels; −1, the last, by default. */
  axis?: number;
}
export const GROUP_NORM_OPTIONS: OptionNames<GroupNormOptions> = {
  ...SCALE_AND_CENTER,
  groups: 'number',
  axis: 'number',
};

/** Options of `nn.instanceNorm`. */
export interface InstanceNormOptions extends ScaleAndCenter {
  /** The axis of the channels; −1, the last, by default. */
  axis?: number;
}
export const INSTANCE_NORM_OPTIONS: OptionNames<InstanceNormOptions> = { ...SCALE_AND_CENTER, axis: 'number' };

/** Options of `nn.rmsNorm`. */
export interface RmsNormOptions extends LayerOptions {
  /** The axis whose mean square becomes 1; −1, the last, by default. */
  axis?: number;
  /** Added to the mean square; 0.000001 by default. */
  epsilon?: number;
  /** 'ones' by default. */
  scaleInitializer?: InitializerOption;
  scaleRegularizer?: RegularizerOption;
  scaleConstraint?: ConstraintOption;
}
export const RMS_NORM_OPTIONS: OptionNames<RmsNormOptions> = {
  ...LAYER_OPTIONS,
  axis: 'number',
  epsilon: 'number',
  scaleInitializer: true,
  scaleRegularizer: true,
  scaleConstraint: true,
};

/** Options of `nn.unitNormalization`. */
export interface UnitNormalizationOptions extends LayerOptions {
  /** The axis, or the axes, along which the length becomes 1; −1, the last, by default. */
  axis?: number | number[];
}
export const UNIT_NORMALIZATION_OPTIONS: OptionNames<UnitNormalizationOptions> = { ...LAYER_OPTIONS, axis: true };

interface Weight {
  read(): Tensor;
}

/** An axis counted from 0. @throws RangeError if the input does not have it, or if it is that of the batch */
function axisOf(where: string, axis: number, shape: readonly unknown[]): number {
  const at = axis < 0 ? shape.length + axis : axis;
  if (Number.isInteger(axis) && at >= 1 && at < shape.length) return at;
  throw new RangeError(
    `${where}: axis must be from 1 to ${shape.length - 1}, or from −${shape.length - 1} to −1, for an input of shape ` +
      `${shapeText(shape as Shape)}; got ${shown(axis)}`,
  );
}

/** The order of axes that puts one of them last, and the order that puts it back. */
function lastOrder(rank: number, axis: number): [to: number[], back: number[]] {
  const axes = Array.from({ length: rank }, (_, i) => i);
  const to = [...axes.filter((i) => i !== axis), axis];
  return [to, axes.map((i) => to.indexOf(i))];
}

/** Makes the classes, for a copy of TensorFlow.js. */
export function normalizationClasses(
  tf: TensorLibrary,
): Record<'GroupNormalization' | 'InstanceNormalization' | 'RMSNormalization' | 'UnitNormalization', LayerClass> {
  const OwnLayer = layerBase(tf);

  class GroupNormalization extends OwnLayer {
    static readonly className: string = 'GroupNormalization';
    override supportsMasking = true;
    readonly groups: number;
    readonly axis: number;
    readonly epsilon: number;
    readonly scale: boolean;
    readonly center: boolean;
    gamma?: Weight;
    beta?: Weight;

    constructor(config: Config, where = 'nn.groupNorm') {
      super(where, config, { gamma: 'ones', beta: 'zeros' });
      this.groups = given(config['groups'] as number, 32);
      if (this.groups !== -1) checkCount(where, 'groups', this.groups);
      this.axis = given(config['axis'] as number, -1);
      this.epsilon = checkNumber(where, 'epsilon', given(config['epsilon'] as number, 1e-3));
      this.scale = given(config['scale'] as boolean, true);
      this.center = given(config['center'] as boolean, true);
    }

    override build(inputShape: Shape | Shape[]): void {
      const shape = onlyShape(inputShape);
      const channels = this.knownSize(shape, axisOf(this.where, this.axis, shape));
      if (this.groups !== -1 && channels % this.groups !== 0)
        throw new RangeError(
          `${this.where}: ${this.groups} groups do not divide the ${channels} channels of the input ` +
            `${shapeText(shape)}; choose a divisor of ${channels}`,
        );
      if (this.scale) this.gamma = this.weight('gamma', [channels]);
      if (this.center) this.beta = this.weight('beta', [channels]);
      super.build(inputShape);
    }

    override call(inputs: Inputs): Tensor {
      return tf.tidy(() => {
        const input = onlyTensor(this.where, inputs);
        const axis = axisOf(this.where, this.axis, input.shape);
        const isLast = axis === input.rank - 1;
        const [to, back] = lastOrder(input.rank, axis);
        const x = isLast ? input : tf.transpose(input, to);
        const [batch, channels] = [x.shape[0]!, x.shape.at(-1)!];
        const groups = this.groups === -1 ? channels : this.groups;
        // [batch, places, groups, channels of a group]
        const grouped = tf.reshape(x, [batch, -1, groups, channels / groups]);
        const centered = tf.sub(grouped, tf.mean(grouped, [1, 3], true));
        const variance = tf.mean(tf.square(centered), [1, 3], true);
        let y = tf.reshape(tf.mul(centered, tf.rsqrt(tf.add(variance, this.epsilon))), x.shape);
        if (this.gamma) y = tf.mul(y, this.gamma.read());
        if (this.beta) y = tf.add(y, this.beta.read());
        return isLast ? y : tf.transpose(y, back);
      });
    }

    override ownConfig(): Config {
      const { groups, axis, epsilon, scale, center } = this;
      return { groups, axis, epsilon, scale, center };
    }
  }

  class InstanceNormalization extends GroupNormalization {
    static override readonly className: string = 'InstanceNormalization';
    constructor(config: Config) {
      super({ ...config, groups: -1 }, 'nn.instanceNorm');
    }
  }

  class RMSNormalization extends OwnLayer {
    static readonly className = 'RMSNormalization';
    override supportsMasking = true;
    readonly axis: number;
    readonly epsilon: number;
    scale!: Weight;

    constructor(config: Config) {
      super('nn.rmsNorm', config, { scale: 'ones' });
      this.axis = given(config['axis'] as number, -1);
      this.epsilon = checkNumber(this.where, 'epsilon', given(config['epsilon'] as number, 1e-6));
    }

    override build(inputShape: Shape | Shape[]): void {
      const shape = onlyShape(inputShape);
      this.scale = this.weight('scale', [this.knownSize(shape, axisOf(this.where, this.axis, shape))]);
      super.build(inputShape);
    }

    override call(inputs: Inputs): Tensor {
      return tf.tidy(() => {
        const x = onlyTensor(this.where, inputs);
        const axis = axisOf(this.where, this.axis, x.shape);
        const factor = tf.rsqrt(tf.add(tf.mean(tf.square(x), axis, true), this.epsilon));
        const scale = tf.reshape(this.scale.read(), [-1, ...Array.from({ length: x.rank - 1 - axis }, () => 1)]);
        return tf.mul(tf.mul(x, factor), scale);
      });
    }

    override ownConfig(): Config {
      const { axis, epsilon } = this;
      return { axis, epsilon };
    }
  }

  class UnitNormalization extends OwnLayer {
    static readonly className = 'UnitNormalization';
    override supportsMasking = true;
    readonly axis: number[];

    constructor(config: Config) {
      super('nn.unitNormalization', config);
      this.axis = [given(config['axis'] as number | number[], -1)].flat();
      if (this.axis.length === 0 || !this.axis.every((axis) => Number.isInteger(axis)))
        throw new TypeError(`${this.where}: axis must be an integer, or a list of them, got ${shown(config['axis'])}`);
    }

    override call(inputs: Inputs): Tensor {
      return tf.tidy(() => {
        const x = onlyTensor(this.where, inputs);
        const axes = this.axis.map((axis) => axisOf(this.where, axis, x.shape));
        const squares = tf.sum(tf.square(x), axes, true);
        return tf.mul(x, tf.rsqrt(tf.maximum(squares, 1e-12)));
      });
    }

    override ownConfig(): Config {
      return { axis: this.axis };
    }
  }

  return { GroupNormalization, InstanceNormalization, RMSNormalization, UnitNormalization };
}
