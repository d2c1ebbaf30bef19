// Networks for sequences: a language model of characters, Transformer blocks, and a Transformer that continues texts.
import type { LayersModel, SymbolicTensor } from '@tensorflow/tfjs-layers';
import type { TensorLibrary } from '../../library.ts';
import { checkCount, checkNumber, checkOptions, type OptionNames } from '../../options.ts';
import { oneOf } from '../layers/base.ts';
import { layerClasses } from '../layers/index.ts';
import { apply, checkInput, graph } from './graph.ts';

/** Options of {@link charLM}. */
export interface CharLMOptions {
  /** Number of characters. */
  vocabulary: number;
  /** The recurrent layers; 'lstm' by default. */
  cell?: 'lstm' | 'gru' | 'simpleRNN';
  /** Units of each recurrent layer; 128 by default. */
  units?: number;
  /** Number of recurrent layers; 1 by default. */
  layers?: number;
  /** Size of the vectors of characters; 32 by default. */
  embedding?: number;
  /** Share that is dropped before each layer; 0 by default. */
  dropout?: number;
  /** Seed of the weights; others each time by default. */
  seed?: number;
}
const CHAR_LM_OPTIONS: OptionNames<CharLMOptions> = {
  vocabulary: 'number',
  cell: ['lstm', 'gru', 'simpleRNN'],
  units: 'number',
  layers: 'number',
  embedding: 'number',
  dropout: 'number',
  seed: 'number',
};

/**
 * A recurrent language model: an embedding, recurrent layers, and the probabilities of the next character at each
 * place.
 * `[batch, places]` numbers of characters → `[batch, places, vocabulary]`. Compile it with
 * 'sparseCategoricalCrossentropy'.
 * @returns a model that is not compiled yet
 * @example
 * ```ts
 * const { tokens, symbols } = data.text({ length: 33, lowerCase: true });
 * const model = nn.charLM({ vocabulary: symbols.length, cell: 'gru', units: 16, layers: 1, seed: 1 });
 * model.compile({ optimizer: optim.adam(), loss: 'sparseCategoricalCrossentropy' });
 * const x = tf.tensor2d(tokens.slice(0, 32), [1, 32]);
 * await model.fit(x, tf.tensor2d(tokens.slice(1), [1, 32]), { epochs: 1, verbose: 0 });
 * ```
 */
export function charLM(tf: TensorLibrary, options: CharLMOptions): LayersModel {
  const where = 'nn.charLM';
  checkOptions(where, options, CHAR_LM_OPTIONS);
  const { vocabulary, units = 128, layers = 1, embedding = 32, dropout = 0, seed } = options;
  checkCount(where, 'vocabulary', vocabulary, 2);
  checkCount(where, 'units', units);
  checkCount(where, 'layers', layers);
  checkCount(where, 'embedding', embedding);
  checkNumber(where, 'dropout', dropout, 0, 1 - 1e-7);
  const cell = oneOf(where, 'cell', options.cell, ['lstm', 'gru', 'simpleRNN']);
  const g = graph(tf, { name: 'lm', seed });
  const input = tf.input({ shape: [null], dtype: 'int32' });
  const embeddingsInitializer = tf.initializers.randomUniform({ minval: -0.05, maxval: 0.05, ...g.seeded() });
  const table = { inputDim: vocabulary, outputDim: embedding, embeddingsInitializer, ...g.named('embedding') };
  let x = apply(tf.layers.embedding(table), input);
  for (let i = 1; i <= layers; i++) {
    x = g.dropout(x, `dropout${i}`, dropout);
    const kernelInitializer = tf.initializers.glorotUniform(g.seeded());
    const recurrentInitializer = tf.initializers.orthogonal({ gain: 1, ...g.seeded() } as never);
    const common = { units, returnSequences: true, kernelInitializer, recurrentInitializer, ...g.named(`${cell}${i}`) };
    x = apply(tf.layers[cell](common as never), x);
  }
  return tf.model({ inputs: input, outputs: g.dense(x, 'characters', vocabulary, 'softmax'), name: 'charLM' });
}

/** Options of {@link transformerBlock}. */
export interface TransformerBlockOptions {
  /** Number of heads. */
  numHeads: number;
  /** Size of queries, keys and values in each head; features / numHeads by default. */
  keyDim?: number;
  /** Units of the hidden dense layer; 4 · features by default. */
  hidden?: number;
  /** Its activation; 'relu' by default. */
  activation?: 'relu' | 'gelu';
  /** Share that training drops of the attention weights and of both branches; 0 by default. */
  dropout?: number;
  /** Whether a place sees only places at and before it; false by default. */
  causal?: boolean;
  /** Where normalization stands: before each branch, `pre`, or after each sum, `post`; 'pre' by default. */
  norm?: 'pre' | 'post';
  /** The output of an encoder `[batch, sources, features]`, which the block then attends to, too: a decoder's block. */
  memory?: SymbolicTensor;
  /** Prefix of the names of the layers. */
  name?: string;
  /** Seed of the weights; others each time by default. */
  seed?: number;
}
const TRANSFORMER_BLOCK_OPTIONS: OptionNames<TransformerBlockOptions> = {
  numHeads: 'number',
  keyDim: 'number',
  hidden: 'number',
  activation: ['relu', 'gelu'],
  dropout: 'number',
  causal: 'boolean',
  norm: ['pre', 'post'],
  memory: true,
  name: 'text',
  seed: 'number',
};

const PLACES = 'batch, places, features';
/** PyTorch's ε of layer normalization. */
const EPSILON = 1e-5;

/**
 * A Transformer block: self-attention and two dense layers, each with a shortcut and a layer normalization, and between
 * them attention to `memory`, if given (Vaswani et al. 2017, https://arxiv.org/abs/1706.03762; `norm: 'pre'` by Xiong
 * et al. 2020, https://arxiv.org/abs/2002.04745). With 512 features and 2048 hidden units it has 3,152,384 parameters,
 * and 4,204,032 with memory, as PyTorch's TransformerEncoderLayer and TransformerDecoderLayer.
 * @param x `[batch, places, features]`
 * @returns the same shape
 * @example
 * ```ts
 * const x = tf.input({ shape: [20, 32] });
 * const y = nn.transformerBlock(x, { numHeads: 4, causal: true });
 * nn.countParameters(tf.model({ inputs: x, outputs: y })).total; // → 12704
 * ```
 */
export function transformerBlock(
  tf: TensorLibrary,
  x: SymbolicTensor,
  options: TransformerBlockOptions,
): SymbolicTensor {
  const where = 'nn.transformerBlock';
  checkOptions(where, options, TRANSFORMER_BLOCK_OPTIONS);
  checkInput(where, x, PLACES);
  const size = x.shape[2] as number;
  const { numHeads, hidden = 4 * size, dropout = 0, causal = false, memory, name, seed } = options;
  checkCount(where, 'numHeads', numHeads);
  checkCount(where, 'hidden', hidden);
  checkNumber(where, 'dropout', dropout, 0, 1 - 1e-7);
  const norm = oneOf(where, 'norm', options.norm, ['pre', 'post']);
  const activation = oneOf(where, 'activation', options.activation, ['relu', 'gelu']);
  if (options.keyDim === undefined && size % numHeads !== 0)
    throw new RangeError(`${where}: ${numHeads} heads do not divide the ${size} features of the input; give keyDim`);
  const keyDim = checkCount(where, 'keyDim', options.keyDim ?? size / numHeads);
  if (memory !== undefined) checkInput(`${where}: memory`, memory, PLACES);
  const g = graph(tf, { name, seed });
  const normalized = (y: SymbolicTensor, part: string) =>
    apply(tf.layers.layerNormalization({ epsilon: EPSILON, ...g.named(`${part}_norm`) }), y);
  const attend = (part: string, isCausal: boolean, from?: SymbolicTensor) => (y: SymbolicTensor) => {
    const kernelInitializer = tf.initializers.glorotUniform(g.seeded());
    const attention = {
      numHeads,
      keyDim,
      causal: isCausal,
      dropout,
      kernelInitializer,
      ...g.seeded(),
      ...g.named(part),
    };
    return apply(new (layerClasses(tf).MultiHeadAttention)(attention), from ? [y, from] : y);
  };
  /** Adds a branch to its input. */
  const branch = (y: SymbolicTensor, part: string, f: (y: SymbolicTensor) => SymbolicTensor) => {
    const result = g.dropout(f(norm === 'pre' ? normalized(y, part) : y), `${part}_dropout`, dropout);
    const sum = g.add([y, result], `${part}_add`);
    return norm === 'pre' ? sum : normalized(sum, part);
  };
  let y = branch(x, 'attention', attend('attention', causal));
  if (memory !== undefined) y = branch(y, 'memory', attend('memory', false, memory));
  return branch(y, 'dense', (z) => g.dense(g.dense(z, 'hidden', hidden, activation), 'output', size));
}

/** Options of {@link transformer}. */
export interface TransformerOptions {
  /** Number of tokens. */
  vocabulary: number;
  /** The largest number of places. */
  length: number;
  /** Number of blocks; 2 by default. */
  layers?: number;
  /** Number of heads; 4 by default. */
  numHeads?: number;
  /** Number of features at each place; 64 by default. */
  size?: number;
  /** Units of the hidden dense layers; 4 · size by default. */
  hidden?: number;
  /** Share that training drops; 0 by default. */
  dropout?: number;
  /** Learned vectors or sine waves for the positions; 'learned' by default. */
  positions?: 'learned' | 'sine';
  /** Whether a place sees only places at and before it, to predict the next one; true by default. */
  causal?: boolean;
  /** Whether the vectors of the tokens also read the output; true by default, as in GPT-2. */
  tied?: boolean;
  /** Seed of the weights; others each time by default. */
  seed?: number;
}
const TRANSFORMER_OPTIONS: OptionNames<TransformerOptions> = {
  vocabulary: 'number',
  length: 'number',
  layers: 'number',
  numHeads: 'number',
  size: 'number',
  hidden: 'number',
  dropout: 'number',
  positions: ['learned', 'sine'],
  causal: 'boolean',
  tied: 'boolean',
  seed: 'number',
};

/**
 * A Transformer that continues sequences, of GPT-2's form (Radford et al. 2019): embedding, positions, blocks with
 * normalization first and `gelu`, a last normalization, and the probabilities of the next token at each place.
 * `[batch, places]` numbers of tokens → `[batch, places, vocabulary]`. With
 * `{ vocabulary: 50257, length: 1024, layers: 12, numHeads: 12, size: 768 }` it has GPT-2's 124,439,808 parameters.
 * Compile it with 'sparseCategoricalCrossentropy'.
 * @returns a model that is not compiled yet
 * @example
 * ```ts
 * const model = nn.transformer({ vocabulary: 40, length: 16, layers: 1, numHeads: 2, size: 16, seed: 1 });
 * model.predict(tf.zeros([1, 16], 'int32')); // → Tensor float32 [1, 16, 40] …
 * ```
 */
export function transformer(tf: TensorLibrary, options: TransformerOptions): LayersModel {
  const where = 'nn.transformer';
  checkOptions(where, options, TRANSFORMER_OPTIONS);
  const { vocabulary, length, layers = 2, numHeads = 4, size = 64, hidden = 4 * size, dropout = 0, seed } = options;
  const { causal = true, tied = true } = options;
  checkCount(where, 'vocabulary', vocabulary, 2);
  checkCount(where, 'length', length);
  checkCount(where, 'layers', layers);
  checkCount(where, 'numHeads', numHeads);
  checkCount(where, 'size', size);
  checkNumber(where, 'dropout', dropout, 0, 1 - 1e-7);
  const positions = oneOf(where, 'positions', options.positions, ['learned', 'sine']);
  if (size % numHeads !== 0) throw new RangeError(`${where}: ${numHeads} heads do not divide the size ${size}`);
  const own = layerClasses(tf);
  const g = graph(tf, { name: 'transformer', seed });
  const normal = () => tf.initializers.randomNormal({ mean: 0, stddev: 0.02, ...g.seeded() });
  const input = tf.input({ shape: [null], dtype: 'int32' });
  const table = { inputDim: vocabulary, outputDim: size, embeddingsInitializer: normal(), ...g.named('tokens') };
  const tokens = tied ? new own.ReversibleEmbedding(table) : tf.layers.embedding(table);
  const places =
    positions === 'learned'
      ? new own.PositionEmbedding({ sequenceLength: length, embeddingsInitializer: normal(), ...g.named('positions') })
      : new own.SinePositionEncoding(g.named('positions'));
  let x = g.dropout(apply(places, apply(tokens, input)), 'dropout', dropout);
  for (let i = 1; i <= layers; i++) {
    const { name, seed: from } = g.inner(`block${i}`);
    const block = { numHeads, hidden, dropout, causal, activation: 'gelu' as const, name: name! };
    x = transformerBlock(tf, x, { ...block, ...(from !== undefined && { seed: from }) });
  }
  x = apply(tf.layers.layerNormalization({ epsilon: EPSILON, ...g.named('norm') }), x);
  const logits = tied ? apply(tokens, x) : g.dense(x, 'logits', vocabulary);
  return tf.model({
    inputs: input,
    outputs: apply(tf.layers.softmax(g.named('softmax')), logits),
    name: 'transformer',
  });
}
