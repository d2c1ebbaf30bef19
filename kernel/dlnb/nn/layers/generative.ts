// Layers of language models and autoencoders: an embedding that also reads out, and samples of normal distributions
// with the gradient of their parameters.
import type { Scalar, serialization, Tensor, Tensor2D } from '@tensorflow/tfjs-core';
import type { TensorLibrary } from '../../library.ts';
import { checkCount, type OptionNames } from '../../options.ts';
import {
  given,
  layerBase,
  onlyShape,
  onlyTensor,
  shapeText,
  type Config,
  type Inputs,
  type Kwargs,
  type Shape,
} from './base.ts';
import {
  LAYER_OPTIONS,
  type ConstraintOption,
  type InitializerOption,
  type LayerClass,
  type LayerOptions,
  type RegularizerOption,
} from './options.ts';
import { nextSeed } from './random.ts';
import type { Regularizer } from './resolve.ts';

/** Options of `nn.reversibleEmbedding`. */
export interface ReversibleEmbeddingOptions extends LayerOptions {
  /** Number of tokens. */
  inputDim: number;
  /** Size of each token's vector. */
  outputDim: number;
  /** 'randomUniform' by default. */
  embeddingsInitializer?: InitializerOption;
  embeddingsRegularizer?: RegularizerOption;
  embeddingsConstraint?: ConstraintOption;
}
export const REVERSIBLE_EMBEDDING_OPTIONS: OptionNames<ReversibleEmbeddingOptions> = {
  ...LAYER_OPTIONS,
  inputDim: 'number',
  outputDim: 'number',
  embeddingsInitializer: true,
  embeddingsRegularizer: true,
  embeddingsConstraint: true,
};

/** Options of `nn.gaussianSampling`. */
export interface GaussianSamplingOptions extends LayerOptions {
  /** Seed of the samples. */
  seed?: number;
}
export const GAUSSIAN_SAMPLING_OPTIONS: OptionNames<GaussianSamplingOptions> = { ...LAYER_OPTIONS, seed: 'number' };

/** Makes the classes, for a copy of TensorFlow.js. */
export function generativeClasses(tf: TensorLibrary): Record<'ReversibleEmbedding' | 'GaussianSampling', LayerClass> {
  const OwnLayer = layerBase(tf);

  class ReversibleEmbedding extends OwnLayer {
    static readonly className = 'ReversibleEmbedding';
    override supportsMasking = true;
    readonly inputDim: number;
    readonly outputDim: number;
    embeddings!: { read(): Tensor };

    constructor(config: Config) {
      super('nn.reversibleEmbedding', config, { embeddings: 'randomUniform' });
      this.inputDim = checkCount(this.where, 'inputDim', config['inputDim'] as number);
      this.outputDim = checkCount(this.where, 'outputDim', config['outputDim'] as number);
    }

    override build(inputShape: Shape | Shape[]): void {
      this.embeddings = this.weight('embeddings', [this.inputDim, this.outputDim]);
      super.build(inputShape);
    }

    override call(inputs: Inputs): Tensor {
      return tf.tidy(() => {
        const x = onlyTensor(this.where, inputs);
        const after = this.computeOutputShape(x.shape) as number[];
        const table = this.embeddings.read() as Tensor2D;
        if (x.rank === 3)
          return tf.reshape(tf.matMul(tf.reshape(x, [-1, this.outputDim]) as Tensor2D, table, false, true), after);
        return tf.reshape(tf.gather(table, tf.cast(tf.reshape(x, [-1]), 'int32')), after);
      });
    }

    override computeOutputShape(inputShape: Shape | Shape[]): Shape {
      const shape = onlyShape(inputShape);
      if (shape.length === 2) return [...shape, this.outputDim];
      if (shape.length === 3 && shape[2] === this.outputDim) return [shape[0]!, shape[1]!, this.inputDim];
      throw new RangeError(
        `${this.where}: the input must be tokens [batch, places], or vectors [batch, places, ${this.outputDim}] to read ` +
          `out, got ${shapeText(shape)}`,
      );
    }

    override ownConfig(): Config {
      const { inputDim, outputDim } = this;
      return { inputDim, outputDim };
    }
  }

  class GaussianSampling extends OwnLayer {
    static readonly className = 'GaussianSampling';
    readonly seed: number | undefined;

    constructor(config: Config) {
      super('nn.gaussianSampling', config);
      this.seed = given(config['seed'] as number | undefined, undefined);
    }

    override call(inputs: Inputs, kwargs: Kwargs): Tensor {
      return tf.tidy(() => {
        const x = onlyTensor(this.where, inputs);
        this.computeOutputShape(x.shape);
        const [mean, logVariance] = tf.split(x, 2, -1) as [Tensor, Tensor];
        if (!kwargs.training) return tf.clone(mean);
        const noise = tf.randomNormal(mean.shape, 0, 1, 'float32', nextSeed(this));
        return tf.add(mean, tf.mul(tf.exp(tf.div(logVariance, 2)), noise));
      });
    }

    override computeOutputShape(inputShape: Shape | Shape[]): Shape {
      const shape = onlyShape(inputShape);
      const size = this.knownSize(shape, -1);
      if (size % 2 === 0) return [...shape.slice(0, -1), size / 2];
      throw new RangeError(
        `${this.where}: the last axis must hold means, and then as many logarithms of variances, got ${shapeText(shape)}`,
      );
    }

    override ownConfig(): Config {
      return this.seed === undefined ? {} : { seed: this.seed };
    }
  }

  return { ReversibleEmbedding, GaussianSampling };
}

/** What makes the Kullback–Leibler divergence a loss: an activity regularizer of [means, logarithms of variances]. */
export function makeKlDivergence(tf: TensorLibrary): new (config: { weight: number }) => Regularizer {
  const Base = Object.getPrototypeOf(tf.regularizers.l1().constructor) as new () => Regularizer;
  class KlDivergence extends Base {
    static readonly className = 'KlDivergence';
    readonly weight: number;

    constructor({ weight }: { weight: number }) {
      super();
      this.weight = weight;
    }

    /** Σ ½ (σ² + μ² − 1 − ln σ²), times the weight (Kingma & Welling 2014, appendix B). */
    override apply(x: Tensor): Scalar {
      return tf.tidy(() => {
        const [mean, logVariance] = tf.split(x, 2, -1) as [Tensor, Tensor];
        const terms = tf.sub(tf.add(tf.exp(logVariance), tf.square(mean)), tf.add(1, logVariance));
        return tf.mul(tf.sum(terms), this.weight / 2).asScalar();
      });
    }

    override getConfig(): serialization.ConfigDict {
      return { weight: this.weight };
    }
  }
  return KlDivergence;
}
