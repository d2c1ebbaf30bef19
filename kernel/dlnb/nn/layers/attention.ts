// Attention: of given queries, keys and values, and with several heads that project them first (Vaswani et al. 2017,
// https://arxiv.org/abs/1706.03762).
import type { Tensor, Tensor2D, Tensor4D } from '@tensorflow/tfjs-core';
import type { TensorLibrary } from '../../library.ts';
import { checkCount, checkNumber, type OptionNames } from '../../options.ts';
import {
  allShapes,
  given,
  layerBase,
  oneOf,
  shapeText,
  type Config,
  type Inputs,
  type Kwargs,
  type Mask,
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

/** Options of both kinds of attention. */
interface AnyAttentionOptions extends LayerOptions {
  /** Share of the attention weights that training sets to 0; 0 by default. */
  dropout?: number;
  /** Whether a query sees only keys at its own place and before; false by default. */
  causal?: boolean;
  /** Whether the layer returns the attention weights, too, as its second output; false by default. */
  returnAttentionScores?: boolean;
  /** Seed of the dropout. */
  seed?: number;
}

const ANY_ATTENTION_OPTIONS: OptionNames<AnyAttentionOptions> = {
  ...LAYER_OPTIONS,
  dropout: 'number',
  causal: 'boolean',
  returnAttentionScores: 'boolean',
  seed: 'number',
};

/** Options of `nn.attention`. */
export interface AttentionOptions extends AnyAttentionOptions {
  /**
   * How a query and a key are compared. `dot`: by their product; `concat`: by the sum of tanh(query + key), as Bahdanau
   * et al. (2014). 'dot' by default.
   */
  scoreMode?: 'dot' | 'concat';
  /** Whether the scores are multiplied by a number that is learned and begins at 1; false by default. */
  useScale?: boolean;
}
export const ATTENTION_OPTIONS: OptionNames<AttentionOptions> = {
  ...ANY_ATTENTION_OPTIONS,
  scoreMode: ['dot', 'concat'],
  useScale: 'boolean',
};

/** Options of `nn.multiHeadAttention`. */
export interface MultiHeadAttentionOptions extends AnyAttentionOptions {
  /** Number of heads. */
  numHeads: number;
  /** Size of queries and keys in each head. */
  keyDim: number;
  /** Size of values in each head; `keyDim` by default. */
  valueDim?: number;
  /** Size of the output; that of the query by default. */
  outputDim?: number;
  /** Whether the four projections have biases; true by default. */
  useBias?: boolean;
  /** 'glorotUniform' by default. */
  kernelInitializer?: InitializerOption;
  kernelRegularizer?: RegularizerOption;
  kernelConstraint?: ConstraintOption;
  /** 'zeros' by default. */
  biasInitializer?: InitializerOption;
  biasRegularizer?: RegularizerOption;
  biasConstraint?: ConstraintOption;
}
export const MULTI_HEAD_ATTENTION_OPTIONS: OptionNames<MultiHeadAttentionOptions> = {
  ...ANY_ATTENTION_OPTIONS,
  numHeads: 'number',
  keyDim: 'number',
  valueDim: 'number',
  outputDim: 'number',
  useBias: 'boolean',
  kernelInitializer: true,
  kernelRegularizer: true,
  kernelConstraint: true,
  biasInitializer: true,
  biasRegularizer: true,
  biasConstraint: true,
};

interface Weight {
  read(): Tensor;
}
/** A projection: a kernel that is used as a matrix, and a bias. */
interface Projection {
  kernel: Weight;
  bias: Weight | undefined;
}

/** Added to the score of what must not be seen: its weight becomes 0. Of a row where all is hidden, all count alike. */
const HIDDEN = -1e9;

/** Makes the classes, for a copy of TensorFlow.js. */
export function attentionClasses(tf: TensorLibrary): Record<'Attention' | 'MultiHeadAttention', LayerClass> {
  const OwnLayer = layerBase(tf);

  /** A mask [...] of 1 and 0 → what is added to scores. */
  const penalty = (mask: Tensor) => tf.mul(tf.sub(1, tf.cast(mask, 'float32')), HIDDEN);
  /** [targets, sources]: 1 where a query may see a key. */
  const causalMask = (targets: number, sources: number) =>
    tf.lessEqual(tf.expandDims(tf.range(0, sources), 0), tf.expandDims(tf.range(0, targets), 1));

  abstract class AnyAttention extends OwnLayer {
    override supportsMasking = true;
    /** The model gives the masks of all inputs, not of the first alone. */
    readonly takesMasks = true;
    readonly dropout: number;
    readonly causal: boolean;
    readonly returnAttentionScores: boolean;
    readonly seed: number | undefined;

    constructor(where: string, config: Config, kinds: Record<string, string> = {}) {
      super(where, config, kinds);
      this.dropout = checkNumber(where, 'dropout', given(config['dropout'] as number, 0), 0, 1 - 1e-7);
      this.causal = given(config['causal'] as boolean, false);
      this.returnAttentionScores = given(config['returnAttentionScores'] as boolean, false);
      this.seed = given(config['seed'] as number | undefined, undefined);
    }

    /** Query, value and key of the inputs: one tensor is all three, and of two the second is value and key. */
    three<T>(inputs: T[]): [query: T, value: T, key: T] {
      if (inputs.length < 1 || inputs.length > 3)
        throw new Error(`${this.where} takes one to three inputs, query, value and key, and got ${inputs.length}`);
      const value = inputs.length > 1 ? 1 : 0;
      return [inputs[0]!, inputs[value]!, inputs[inputs.length > 2 ? 2 : value]!];
    }

    /** The shapes of query, value and key. @throws RangeError if they do not fit */
    checkShapes(shapes: Shape[]): [query: Shape, value: Shape, key: Shape] {
      const three = this.three(shapes);
      const names = ['query', 'value', 'key'];
      three.forEach((shape, i) => {
        if (shape.length !== 3)
          throw new RangeError(
            `${this.where}: the ${names[i]} must be of shape [batch, places, features], got ${shapeText(shape)}`,
          );
      });
      const [, value, key] = three;
      if (value[1] != null && key[1] != null && value[1] !== key[1])
        throw new RangeError(
          `${this.where}: there must be one value for each key, and there are ${value[1]} values and ${key[1]} keys`,
        );
      return three;
    }

    /** Softmax of scores [batch, ..., targets, sources], with what is hidden left out, and dropped out in training. */
    attend(scores: Tensor, kwargs: Kwargs, count: number): [kept: Tensor, all: Tensor] {
      const [targets, sources] = scores.shape.slice(-2) as [number, number];
      const middle = scores.rank - 3;
      /** [batch, targets, sources] → with the axes of heads. */
      const widened = (mask: Tensor) => (middle === 0 ? mask : tf.expandDims(mask, 1));
      const masks = Array.from({ length: count }, (_, i) => [kwargs.mask].flat()[i]);
      const [, ofValue, ofKey] = this.three(masks);
      let seen = scores;
      // Of one input, the mask of its places says which keys there are
      for (const mask of new Set([ofValue, ofKey]))
        if (mask) seen = tf.add(seen, penalty(widened(tf.expandDims(mask, 1))));
      const attentionMask = kwargs['attentionMask'] as Tensor | undefined;
      if (attentionMask) seen = tf.add(seen, penalty(widened(attentionMask)));
      if (this.causal || kwargs['useCausalMask'] === true) seen = tf.add(seen, penalty(causalMask(targets, sources)));
      const all = tf.softmax(seen, -1);
      if (!kwargs.training || this.dropout === 0) return [all, all];
      return [tf.dropout(all, this.dropout, undefined, nextSeed(this)), all];
    }

    override computeMask(inputs: Inputs, mask?: Tensor | Tensor[]): Tensor {
      const [ofQuery] = [mask as Mask | Mask[]].flat();
      const own = (ofQuery ?? null) as unknown as Tensor;
      return (this.returnAttentionScores ? [own, null] : own) as unknown as Tensor;
    }

    override ownConfig(): Config {
      const { dropout, causal, returnAttentionScores, seed } = this;
      return { dropout, causal, returnAttentionScores, ...(seed !== undefined && { seed }) };
    }
  }

  class Attention extends AnyAttention {
    static readonly className = 'Attention';
    readonly scoreMode: 'dot' | 'concat';
    readonly useScale: boolean;
    scale?: Weight;
    concatScoreWeight?: Weight;

    constructor(config: Config) {
      super('nn.attention', config, { scale: 'ones' });
      this.scoreMode = oneOf(this.where, 'scoreMode', config['scoreMode'], ['dot', 'concat']);
      this.useScale = given(config['useScale'] as boolean, false);
    }

    override build(inputShape: Shape | Shape[]): void {
      const [query, , key] = this.checkShapes(allShapes(inputShape));
      if (query[2] !== key[2])
        throw new RangeError(
          `${this.where}: queries and keys must have the same number of features, and have ${query[2]} and ${key[2]}; ` +
            'nn.multiHeadAttention projects them',
        );
      if (this.useScale) this.scale = this.weight('scale', []);
      if (this.scoreMode === 'concat') this.concatScoreWeight = this.weight('concat_score_weight', [], 'scale');
      super.build(inputShape);
    }

    override call(inputs: Inputs, kwargs: Kwargs): Tensor | Tensor[] {
      return tf.tidy(() => {
        const [query, value, key] = this.three([inputs].flat());
        let scores: Tensor;
        if (this.scoreMode === 'dot') {
          scores = tf.matMul(query, key, false, true);
          if (this.scale) scores = tf.mul(scores, this.scale.read());
        } else {
          const sums = tf.add(tf.expandDims(query, 2), tf.expandDims(key, 1));
          const scaled = this.scale ? tf.mul(sums, this.scale.read()) : sums;
          scores = tf.mul(tf.sum(tf.tanh(scaled), -1), this.concatScoreWeight!.read());
        }
        const [weights, all] = this.attend(scores, kwargs, [inputs].flat().length);
        let result = tf.matMul(weights, value);
        const [ofQuery] = [kwargs.mask].flat();
        if (ofQuery) result = tf.mul(result, tf.cast(tf.expandDims(ofQuery, -1), 'float32'));
        return this.returnAttentionScores ? [result, all] : result;
      });
    }

    override computeOutputShape(inputShape: Shape | Shape[]): Shape | Shape[] {
      const [query, value, key] = this.three(allShapes(inputShape));
      const own = [query[0]!, query[1]!, value[2]!];
      return this.returnAttentionScores ? [own, [query[0]!, query[1]!, key[1]!]] : own;
    }

    override ownConfig(): Config {
      const { scoreMode, useScale } = this;
      return { ...super.ownConfig(), scoreMode, useScale };
    }
  }

  class MultiHeadAttention extends AnyAttention {
    static readonly className = 'MultiHeadAttention';
    readonly numHeads: number;
    readonly keyDim: number;
    readonly valueDim: number;
    readonly outputDim: number | undefined;
    readonly useBias: boolean;
    query!: Projection;
    key!: Projection;
    value!: Projection;
    output_!: Projection;

    constructor(config: Config) {
      super('nn.multiHeadAttention', config, { kernel: 'glorotUniform', bias: 'zeros' });
      const { where } = this;
      const size = (option: string, fallback?: number) =>
        checkCount(where, option, given(config[option] as number, fallback!));
      this.numHeads = size('numHeads');
      this.keyDim = size('keyDim');
      this.valueDim = size('valueDim', this.keyDim);
      // Keras says `outputShape`
      const out = config['outputDim'] ?? config['outputShape'];
      if (out !== undefined && out !== null) this.outputDim = checkCount(where, 'outputDim', [out].flat()[0] as number);
      this.useBias = given(config['useBias'] as boolean, true);
    }

    override build(inputShape: Shape | Shape[]): void {
      const shapes = this.checkShapes(allShapes(inputShape));
      const [query, value, key] = shapes.map((shape) => this.knownSize(shape, 2)) as [number, number, number];
      const { numHeads, keyDim, valueDim, outputDim = query } = this;
      const project = (name: string, kernel: number[], bias: number[]): Projection => ({
        kernel: this.weight(`${name}/kernel`, kernel, 'kernel'),
        bias: this.useBias ? this.weight(`${name}/bias`, bias, 'bias') : undefined,
      });
      this.query = project('query', [query, numHeads, keyDim], [numHeads, keyDim]);
      this.key = project('key', [key, numHeads, keyDim], [numHeads, keyDim]);
      this.value = project('value', [value, numHeads, valueDim], [numHeads, valueDim]);
      this.output_ = project('attention_output', [numHeads, valueDim, outputDim], [outputDim]);
      super.build(inputShape);
    }

    /** x [batch, places, features] → [batch, heads, places, size] */
    heads(x: Tensor, { kernel, bias }: Projection): Tensor {
      const [batch, places, features] = x.shape as [number, number, number];
      const matrix = tf.reshape(kernel.read(), [features, -1]) as Tensor2D;
      let y: Tensor = tf.matMul(tf.reshape(x, [batch * places, features]) as Tensor2D, matrix);
      if (bias) y = tf.add(y, tf.reshape(bias.read(), [-1]));
      return tf.transpose(tf.reshape(y, [batch, places, this.numHeads, -1]), [0, 2, 1, 3]);
    }

    override call(inputs: Inputs, kwargs: Kwargs): Tensor | Tensor[] {
      return tf.tidy(() => {
        const [query, value, key] = this.three([inputs].flat());
        const scaled = tf.mul(this.heads(query, this.query), 1 / Math.sqrt(this.keyDim));
        const scores = tf.matMul(scaled as Tensor4D, this.heads(key, this.key) as Tensor4D, false, true);
        const [weights, all] = this.attend(scores, kwargs, [inputs].flat().length);
        const mixed = tf.transpose(tf.matMul(weights, this.heads(value, this.value)), [0, 2, 1, 3]);
        const [batch, targets] = query.shape as [number, number];
        const { kernel, bias } = this.output_;
        const matrix = tf.reshape(kernel.read(), [this.numHeads * this.valueDim, -1]) as Tensor2D;
        let y: Tensor = tf.matMul(tf.reshape(mixed, [batch * targets, -1]) as Tensor2D, matrix);
        if (bias) y = tf.add(y, bias.read());
        const result = tf.reshape(y, [batch, targets, -1]);
        return this.returnAttentionScores ? [result, all] : result;
      });
    }

    override computeOutputShape(inputShape: Shape | Shape[]): Shape | Shape[] {
      const [query, , key] = this.three(allShapes(inputShape));
      const own = [query[0]!, query[1]!, this.outputDim ?? query[2]!];
      return this.returnAttentionScores ? [own, [query[0]!, this.numHeads, query[1]!, key[1]!]] : own;
    }

    override ownConfig(): Config {
      const { numHeads, keyDim, valueDim, outputDim, useBias } = this;
      return {
        ...super.ownConfig(),
        ...{ numHeads, keyDim, valueDim, useBias },
        ...(outputDim !== undefined && { outputDim }),
      };
    }
  }

  return { Attention, MultiHeadAttention };
}
