// Layers that drop at random: whole branches of residual networks, also while a model predicts, and whole maps.
import type { Tensor } from '@tensorflow/tfjs-core';
import type { TensorLibrary } from '../../library.ts';
import { checkNumber, shown, type OptionNames } from '../../options.ts';
import {
  DATA_FORMATS,
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

/** Options of `nn.stochasticDepth`. */
export interface StochasticDepthOptions extends LayerOptions {
  /** Probability that the branch is dropped, from 0 to 1. */
  rate: number;
  /** Whether each example of a batch is dropped by itself, `row`, or the whole `batch`; 'row' by default. */
  mode?: 'row' | 'batch';
  /** Seed of the choice. */
  seed?: number;
}
export const STOCHASTIC_DEPTH_OPTIONS: OptionNames<StochasticDepthOptions> = {
  ...LAYER_OPTIONS,
  rate: 'number',
  mode: ['row', 'batch'],
  seed: 'number',
};

/** Options of `nn.mcDropout`. */
export interface McDropoutOptions extends LayerOptions {
  /** Share of the units that are set to 0, from 0 to below 1. */
  rate: number;
  /** Shape of the draw, 1 along axes that are dropped together, null for the size of the input; by default all null. */
  noiseShape?: (number | null)[];
  /** Seed of the choice. */
  seed?: number;
}
export const MC_DROPOUT_OPTIONS: OptionNames<McDropoutOptions> = {
  ...LAYER_OPTIONS,
  rate: 'number',
  noiseShape: true,
  seed: 'number',
};

/** Options of `nn.spatialDropout2d` and `nn.spatialDropout3d`. */
export interface SpatialDropoutOptions extends LayerOptions {
  /** Share of the maps that are set to 0, from 0 to below 1. */
  rate: number;
  /** Whether the channels are the last axis, the default, or the first after the batch. */
  dataFormat?: 'channelsLast' | 'channelsFirst';
  /** Seed of the choice. */
  seed?: number;
}
export const SPATIAL_DROPOUT_OPTIONS: OptionNames<SpatialDropoutOptions> = {
  ...LAYER_OPTIONS,
  rate: 'number',
  dataFormat: ['channelsLast', 'channelsFirst'],
  seed: 'number',
};

/** The largest rate below 1. */
const BELOW_ONE = 1 - 1e-7;

/** Makes the classes, for a copy of TensorFlow.js. */
export function noiseClasses(
  tf: TensorLibrary,
): Record<'StochasticDepth' | 'MCDropout' | 'SpatialDropout2D' | 'SpatialDropout3D', LayerClass> {
  const OwnLayer = layerBase(tf);

  abstract class Dropping extends OwnLayer {
    override supportsMasking = true;
    readonly rate: number;
    readonly seed: number | undefined;

    constructor(where: string, config: Config, most: number) {
      super(where, config);
      this.rate = checkNumber(where, 'rate', config['rate'] as number, 0, most);
      this.seed = given(config['seed'] as number | undefined, undefined);
    }

    override ownConfig(): Config {
      const { rate, seed } = this;
      return { rate, ...(seed !== undefined && { seed }) };
    }

    /** x with shares of it dropped; the rest is multiplied by 1 / (1 − rate). */
    dropped(x: Tensor, noiseShape?: number[]): Tensor {
      return this.rate === 0 ? tf.clone(x) : tf.dropout(x, this.rate, noiseShape, nextSeed(this));
    }
  }

  class StochasticDepth extends Dropping {
    static readonly className = 'StochasticDepth';
    readonly mode: 'row' | 'batch';

    constructor(config: Config) {
      super('nn.stochasticDepth', config, 1);
      this.mode = oneOf(this.where, 'mode', config['mode'], ['row', 'batch']);
    }

    override call(inputs: Inputs, kwargs: Kwargs): Tensor {
      return tf.tidy(() => {
        const x = onlyTensor(this.where, inputs);
        if (!kwargs.training || this.rate === 0) return tf.clone(x);
        if (this.rate === 1) return tf.mul(x, 0);
        return this.dropped(
          x,
          x.shape.map((size, axis) => (axis === 0 && this.mode === 'row' ? size : 1)),
        );
      });
    }

    override ownConfig(): Config {
      return { ...super.ownConfig(), mode: this.mode };
    }
  }

  class MCDropout extends Dropping {
    static readonly className = 'MCDropout';
    readonly noiseShape: (number | null)[] | undefined;

    constructor(config: Config) {
      super('nn.mcDropout', config, BELOW_ONE);
      const shape = given(config['noiseShape'] as (number | null)[] | undefined, undefined);
      if (shape !== undefined && !(Array.isArray(shape) && shape.every((n) => n === null || (n > 0 && n % 1 === 0))))
        throw new TypeError(`${this.where}: noiseShape must be a list of sizes and nulls, got ${shown(shape)}`);
      this.noiseShape = shape;
    }

    override call(inputs: Inputs): Tensor {
      return tf.tidy(() => {
        const x = onlyTensor(this.where, inputs);
        return this.dropped(x, this.noiseShape && x.shape.map((size, axis) => this.noiseShape![axis] ?? size));
      });
    }

    override ownConfig(): Config {
      const { noiseShape } = this;
      return { ...super.ownConfig(), ...(noiseShape && { noiseShape }) };
    }
  }

  abstract class SpatialDropout extends Dropping {
    readonly dataFormat: 'channelsLast' | 'channelsFirst';

    constructor(
      where: string,
      config: Config,
      readonly axes: string,
    ) {
      super(where, config, BELOW_ONE);
      this.dataFormat = oneOf(where, 'dataFormat', config['dataFormat'], DATA_FORMATS);
    }

    override build(inputShape: Shape | Shape[]): void {
      checkRank(this.where, onlyShape(inputShape), this.axes);
      super.build(inputShape);
    }

    override call(inputs: Inputs, kwargs: Kwargs): Tensor {
      return tf.tidy(() => {
        const x = onlyTensor(this.where, inputs);
        if (!kwargs.training) return tf.clone(x);
        const channels = this.dataFormat === 'channelsFirst' ? 1 : x.rank - 1;
        return this.dropped(
          x,
          x.shape.map((size, axis) => (axis === 0 || axis === channels ? size : 1)),
        );
      });
    }

    override ownConfig(): Config {
      return { ...super.ownConfig(), dataFormat: this.dataFormat };
    }
  }

  class SpatialDropout2D extends SpatialDropout {
    static readonly className = 'SpatialDropout2D';
    constructor(config: Config) {
      super('nn.spatialDropout2d', config, 'batch, height, width, channels');
    }
  }

  class SpatialDropout3D extends SpatialDropout {
    static readonly className = 'SpatialDropout3D';
    constructor(config: Config) {
      super('nn.spatialDropout3d', config, 'batch, depth, height, width, channels');
    }
  }

  return { StochasticDepth, MCDropout, SpatialDropout2D, SpatialDropout3D };
}
