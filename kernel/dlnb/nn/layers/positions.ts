// Positions in sequences, added to what stands there: as sine waves, or as vectors that are learned.
import type { Tensor, Tensor2D } from '@tensorflow/tfjs-core';
import type { TensorLibrary } from '../../library.ts';
import { checkCount, checkNumber, type OptionNames } from '../../options.ts';
import { checkRank, given, layerBase, onlyShape, onlyTensor, type Config, type Inputs, type Shape } from './base.ts';
import {
  LAYER_OPTIONS,
  type ConstraintOption,
  type InitializerOption,
  type LayerClass,
  type LayerOptions,
  type RegularizerOption,
} from './options.ts';

/** Options of `nn.sinePositions`. */
export interface SinePositionsOptions extends LayerOptions {
  /** The largest wavelength is 2π times this; 10,000 by default. */
  maxWavelength?: number;
}
export const SINE_POSITIONS_OPTIONS: OptionNames<SinePositionsOptions> = { ...LAYER_OPTIONS, maxWavelength: 'number' };

/** Options of `nn.learnedPositions`. */
export interface LearnedPositionsOptions extends LayerOptions {
  /** The largest number of places of a sequence. */
  sequenceLength: number;
  /** 'glorotUniform' by default. */
  embeddingsInitializer?: InitializerOption;
  embeddingsRegularizer?: RegularizerOption;
  embeddingsConstraint?: ConstraintOption;
}
export const LEARNED_POSITIONS_OPTIONS: OptionNames<LearnedPositionsOptions> = {
  ...LAYER_OPTIONS,
  sequenceLength: 'number',
  embeddingsInitializer: true,
  embeddingsRegularizer: true,
  embeddingsConstraint: true,
};

/** The waves of each place: sin(p / w^(2i/size)) at 2i, cos of the same at 2i + 1. */
export function waves(length: number, size: number, maxWavelength: number): Float32Array {
  const values = new Float32Array(length * size);
  for (let p = 0; p < length; p++)
    for (let i = 0; i < size; i++) {
      const angle = p / maxWavelength ** ((i - (i % 2)) / size);
      values[p * size + i] = i % 2 === 0 ? Math.sin(angle) : Math.cos(angle);
    }
  return values;
}

/**
 * The sine encodings of positions: `[length, size]`, at place p sin(p / 10000^(2i / size)) in column 2i and the cosine
 * of the same in column 2i + 1 (Vaswani et al. 2017, https://arxiv.org/abs/1706.03762, section 3.5).
 * @param length number of places
 * @param size number of features
 * @param maxWavelength 10,000 by default
 * @example
 * ```ts
 * const waves = nn.positionWaves(40, 32);
 * viz.heatmap(waves, { xLabel: 'feature', yLabel: 'position', colors: 'diverging' });
 * ```
 */
export function positionWaves(tf: TensorLibrary, length: number, size: number, maxWavelength = 10_000): Tensor2D {
  const where = 'nn.positionWaves';
  checkCount(where, 'length', length);
  checkCount(where, 'size', size);
  checkNumber(where, 'maxWavelength', maxWavelength, 1);
  return tf.tensor2d(waves(length, size, maxWavelength), [length, size]);
}

const AXES = 'batch, places, features';

/** Makes the classes, for a copy of TensorFlow.js. */
export function positionClasses(tf: TensorLibrary): Record<'SinePositionEncoding' | 'PositionEmbedding', LayerClass> {
  const OwnLayer = layerBase(tf);

  class SinePositionEncoding extends OwnLayer {
    static readonly className = 'SinePositionEncoding';
    override supportsMasking = true;
    readonly maxWavelength: number;

    constructor(config: Config) {
      super('nn.sinePositions', config);
      this.maxWavelength = given(config['maxWavelength'] as number, 10_000);
      checkNumber(this.where, 'maxWavelength', this.maxWavelength, 1);
    }

    override build(inputShape: Shape | Shape[]): void {
      checkRank(this.where, onlyShape(inputShape), AXES);
      super.build(inputShape);
    }

    override call(inputs: Inputs): Tensor {
      return tf.tidy(() => {
        const x = onlyTensor(this.where, inputs);
        const [, length, size] = x.shape as [number, number, number];
        return tf.add(x, tf.tensor2d(waves(length, size, this.maxWavelength), [length, size]));
      });
    }

    override ownConfig(): Config {
      return { maxWavelength: this.maxWavelength };
    }
  }

  class PositionEmbedding extends OwnLayer {
    static readonly className = 'PositionEmbedding';
    override supportsMasking = true;
    readonly sequenceLength: number;
    embeddings!: { read(): Tensor };

    constructor(config: Config) {
      super('nn.learnedPositions', config, { embeddings: 'glorotUniform' });
      this.sequenceLength = checkCount(this.where, 'sequenceLength', config['sequenceLength'] as number);
    }

    override build(inputShape: Shape | Shape[]): void {
      const shape = onlyShape(inputShape);
      checkRank(this.where, shape, AXES);
      this.checkLength(shape[1]!);
      this.embeddings = this.weight('embeddings', [this.sequenceLength, this.knownSize(shape, 2)]);
      super.build(inputShape);
    }

    /** @throws RangeError for more places than there are vectors */
    checkLength(length: number | null): void {
      if (length !== null && length > this.sequenceLength)
        throw new RangeError(
          `${this.where}: sequenceLength is ${this.sequenceLength}, and the input has ${length} places`,
        );
    }

    override call(inputs: Inputs): Tensor {
      return tf.tidy(() => {
        const x = onlyTensor(this.where, inputs);
        const [, length, size] = x.shape as [number, number, number];
        this.checkLength(length);
        return tf.add(x, tf.slice(this.embeddings.read(), [0, 0], [length, size]));
      });
    }

    override ownConfig(): Config {
      return { sequenceLength: this.sequenceLength };
    }
  }

  return { SinePositionEncoding, PositionEmbedding };
}
