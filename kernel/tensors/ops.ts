// The op kernels of our own: what TensorFlow.js has no name for. Each with its inputs, outputs and attributes, the
// devices that have it, and how it is differentiated. The devices register them under these names, fused/ and replaced/
// run them, and tests hold this table against both. All tensors are float32 unless it says otherwise.
import type * as tf from '@tensorflow/tfjs-core';
import * as elementwise from './backends/elementwise.ts';
import type { Hyperparameters, OptimizerRule } from './backends/optimizer-rules.ts';
import type { LinearSolveAttrs, NamedAttrs, SortAttrs } from './linalg/attrs.ts';

/** The devices whose op kernels are ours; `cuda` has those of TensorFlow. */
export type OpDevice = 'cpu' | 'webgpu';

interface Description {
  /** Names of the inputs. */
  readonly inputs: readonly string[];
  /** Names of the outputs, in their order. */
  readonly outputs: readonly string[];
  /** The type of the attributes; there is no value. */
  readonly attrs?: object | undefined;
  readonly devices: readonly OpDevice[];
  /**
   * `registered`: by a gradient under the op's name. `custom`: by the function that runs it. `none`: it is never
   * differentiated; a gradient that is itself differentiated is composed of TensorFlow.js's ops instead.
   */
  readonly gradient: 'registered' | 'custom' | 'none';
}

/** An op kernel of our own. */
export interface OwnOp extends Description {
  readonly name: string;
}

/** The tensors that an op takes, by name. */
export type InputsOf<Op extends OwnOp> = { [Name in Op['inputs'][number]]: tf.Tensor };
export type AttrsOf<Op extends OwnOp> = Op['attrs'] extends object ? Op['attrs'] : Record<string, never>;
/** What an op returns: one tensor, or a list where it has several outputs. */
export type OutputsOf<Op extends OwnOp> = Op['outputs'] extends readonly [string] ? tf.Tensor : List<Op['outputs']>;
type List<Names extends readonly string[]> = { -readonly [I in keyof Names]: tf.Tensor };

/** Of `SumGrad`. */
export interface SumGradAttrs {
  /** The axes that were reduced; all if null or undefined. */
  axis: number | number[] | null | undefined;
  inputShape: number[];
  /** Each element is multiplied by it: 1 for a sum, 1 / (elements of each mean) for a mean. */
  factor: number;
}

/** Of `SoftmaxCrossEntropy` and its gradient. */
export interface SoftmaxCrossEntropyAttrs {
  /** The part of each label that is spread evenly over the classes, 0 to 1. */
  labelSmoothing: number;
}

/**
 * Of normalizations, where it is added to the variance, and of `CategoricalCrossEntropy`, where it bounds
 * probabilities.
 */
export interface EpsilonAttrs {
  epsilon: number;
}

/** Of `MovingAverage`. */
export interface MovingAverageAttrs {
  /** The part of the distance to `value` that the average moves. */
  decay: number;
}

/** Of `LSTM` and its gradient. */
export interface LstmAttrs {
  /** Whether the gates' activation is the hard sigmoid, clip(0.2 x + 0.5, 0, 1), instead of the sigmoid. */
  hard: boolean;
}

/** Of `GRU` and its gradient. */
export interface GruAttrs {
  /** Whether the gates' activation is the hard sigmoid, clip(0.2 x + 0.5, 0, 1), instead of the sigmoid. */
  hard: boolean;
  /** Whether the reset gate comes after the product with the recurrent kernel (`resetAfter`). */
  after: boolean;
}

/** Of `Random`. */
export interface RandomAttrs {
  shape: number[];
  /**
   * `uniform` in [a, b); `normal` with mean a and standard deviation b, `truncatedNormal` within two of those; `mask`:
   * b with probability a, else 0.
   */
  kind: 'uniform' | 'normal' | 'truncatedNormal' | 'mask';
  a: number;
  b: number;
  /** Two integers of 32 bits, from which all numbers follow. */
  seed: [number, number];
}

/** Of `UpdateParameters`. None of the tensors shares its data with a tensor that must not change. */
export interface UpdateParametersAttrs {
  rule: OptimizerRule;
  hyper: Hyperparameters;
  /** For each parameter: itself, its gradient, and the slots that the rule names; all of one size. */
  tensors: tf.Tensor[];
  /** How many slots a parameter has. */
  slots: number;
  /** Scalars that hold β₁ᵗ and β₂ᵗ, as far as the rule has them, for this step t, and afterwards for the next. */
  powers: tf.Tensor[];
}

/** Stands for the type of an op's attributes. */
const typed = <Attrs extends object>() => undefined as unknown as Attrs;

/** Gives each description the name that it has in the table. */
function named<const Table extends Record<string, Description>>(table: Table) {
  const list = Object.entries(table).map(([name, op]) => [name, { name, ...op }]);
  return Object.fromEntries(list) as { readonly [Name in keyof Table & string]: Table[Name] & { readonly name: Name } };
}

const BOTH = ['cpu', 'webgpu'] as const;

type ElementwiseTable = Readonly<Record<string, elementwise.Op>>;

/** The ops of a part of the table of elementwise ops; their attributes are numbers. */
function elementwiseOps<
  Table extends ElementwiseTable,
  Output extends string,
  Gradient extends Description['gradient'],
>(table: Table, output: Output, gradient: Gradient) {
  const list = Object.entries(table).map(([name, { inputs = ['x'], wgsl }]) => {
    return [name, { inputs, outputs: [output], devices: wgsl === undefined ? ['cpu'] : BOTH, gradient }];
  });
  return Object.fromEntries(list) as {
    readonly [Name in keyof Table]: {
      inputs: Table[Name] extends { inputs: infer Inputs extends readonly string[] } ? Inputs : readonly ['x'];
      outputs: readonly [Output];
      attrs: Table[Name] extends { attrs: readonly (infer Attr extends string)[] } ? Record<Attr, number> : undefined;
      devices: readonly OpDevice[];
      gradient: Gradient;
    };
  };
}

export const ops = named({
  // x → y, and gradients: dy, and the op's own output y or input x → dx
  ...elementwiseOps(elementwise.own, 'y', 'registered'),
  ...elementwiseOps(elementwise.gradients, 'dx', 'none'),

  /**
   * The gradient of a sum or mean: dy, with or without the reduced axes, repeated over them and scaled → dx
   * [inputShape].
   */
  SumGrad: { inputs: ['dy'], outputs: ['dx'], attrs: typed<SumGradAttrs>(), devices: BOTH, gradient: 'registered' },

  /** The gradient of softmax along the last axis: dy, y [..., classes] → dx. */
  SoftmaxGrad: { inputs: ['dy', 'y'], outputs: ['dx'], devices: BOTH, gradient: 'none' },
  /** The gradient of log softmax along the last axis: dy, y [..., classes] → dx. */
  LogSoftmaxGrad: { inputs: ['dy', 'y'], outputs: ['dx'], devices: BOTH, gradient: 'none' },
  /**
   * −Σ labels · log softmax(logits): logits, labels [rows, classes] → loss [rows], and a normalizer [rows, 2] from
   * which the gradient computes the softmax again.
   */
  SoftmaxCrossEntropy: {
    inputs: ['logits', 'labels'],
    outputs: ['loss', 'normalizer'],
    attrs: typed<SoftmaxCrossEntropyAttrs>(),
    devices: BOTH,
    gradient: 'registered',
  },
  /** Its gradient: dy [rows], and what `SoftmaxCrossEntropy` took and returned → dlogits [rows, classes]. */
  SoftmaxCrossEntropyGrad: {
    inputs: ['dy', 'logits', 'labels', 'normalizer'],
    outputs: ['dlogits'],
    attrs: typed<SoftmaxCrossEntropyAttrs>(),
    devices: BOTH,
    gradient: 'none',
  },
  /**
   * As `SoftmaxCrossEntropy`, with labels [rows] int32: the number of each row's class. NaN where a label is no class.
   */
  SparseSoftmaxCrossEntropy: {
    inputs: ['logits', 'labels'],
    outputs: ['loss', 'normalizer'],
    devices: BOTH,
    gradient: 'registered',
  },
  /** Its gradient: dy [rows], and what `SparseSoftmaxCrossEntropy` took and returned → dlogits [rows, classes]. */
  SparseSoftmaxCrossEntropyGrad: {
    inputs: ['dy', 'logits', 'labels', 'normalizer'],
    outputs: ['dlogits'],
    devices: BOTH,
    gradient: 'none',
  },
  /**
   * −Σ labels · log q, with q the probabilities over their sum, kept between epsilon and 1 − epsilon: probabilities,
   * labels [rows, classes] → loss [rows].
   */
  CategoricalCrossEntropy: {
    inputs: ['probabilities', 'labels'],
    outputs: ['loss'],
    attrs: typed<EpsilonAttrs>(),
    devices: BOTH,
    gradient: 'registered',
  },
  /** Its gradient: dy [rows], probabilities, labels [rows, classes] → dprobabilities [rows, classes]. */
  CategoricalCrossEntropyGrad: {
    inputs: ['dy', 'probabilities', 'labels'],
    outputs: ['dprobabilities'],
    attrs: typed<EpsilonAttrs>(),
    devices: BOTH,
    gradient: 'none',
  },

  /**
   * Batch normalization with the batch's own statistics: x [..., channels], scale, offset [channels] → y [...,
   * channels], mean and biased variance [channels].
   */
  BatchNormTrain: {
    inputs: ['x', 'scale', 'offset'],
    outputs: ['y', 'mean', 'variance'],
    attrs: typed<EpsilonAttrs>(),
    devices: BOTH,
    gradient: 'registered',
  },
  /**
   * Its gradient: dy, x [..., channels], mean, variance, scale, and dmean and dvariance, the gradients of the
   * statistics, [channels] → dx [..., channels], dscale, doffset [channels].
   */
  BatchNormTrainGrad: {
    inputs: ['dy', 'x', 'mean', 'variance', 'scale', 'dmean', 'dvariance'],
    outputs: ['dx', 'dscale', 'doffset'],
    attrs: typed<EpsilonAttrs>(),
    devices: BOTH,
    gradient: 'none',
  },
  /** average − (average − value) · decay, as a new tensor: average, value [n] → next [n]. */
  MovingAverage: {
    inputs: ['average', 'value'],
    outputs: ['next'],
    attrs: typed<MovingAverageAttrs>(),
    devices: BOTH,
    gradient: 'none',
  },
  /**
   * Normalizes each row along the last axis: x [..., columns], gamma, beta [columns] → y [..., columns], mean and
   * reciprocal of the standard deviation [rows].
   */
  LayerNorm: {
    inputs: ['x', 'gamma', 'beta'],
    outputs: ['y', 'mean', 'rstd'],
    attrs: typed<EpsilonAttrs>(),
    devices: BOTH,
    gradient: 'registered',
  },
  /**
   * Its gradient: dy, x [..., columns], gamma [columns], mean, rstd [rows] → dx [..., columns], dgamma, dbeta
   * [columns].
   */
  LayerNormGrad: {
    inputs: ['dy', 'x', 'gamma', 'mean', 'rstd'],
    outputs: ['dx', 'dgamma', 'dbeta'],
    devices: BOTH,
    gradient: 'none',
  },

  /**
   * All time steps of an LSTM, units a multiple of 4: x [steps, batch, inputs], kernel [inputs, 4 · units], recurrent
   * [units, 4 · units], bias [4 · units], h, c [batch, units] → states [steps + 2, batch, units] (h before the first
   * step, h after each, the last c), cells [steps + 1, batch, units], gates [steps, batch, 4 · units].
   */
  LSTM: {
    inputs: ['x', 'kernel', 'recurrent', 'bias', 'h', 'c'],
    outputs: ['states', 'cells', 'gates'],
    attrs: typed<LstmAttrs>(),
    devices: ['cpu'],
    gradient: 'custom',
  },
  /**
   * Its gradient: dy, the gradient of the states, and what `LSTM` took and returned → one gradient for each of its
   * inputs.
   */
  LSTMGrad: {
    inputs: ['dy', 'x', 'kernel', 'recurrent', 'states', 'cells', 'gates'],
    outputs: ['dx', 'dkernel', 'drecurrent', 'dbias', 'dh', 'dc'],
    attrs: typed<LstmAttrs>(),
    devices: ['cpu'],
    gradient: 'none',
  },

  /**
   * All time steps of a GRU, units a multiple of 4: x [steps, batch, inputs], kernel [inputs, 3 · units], recurrent
   * [units, 3 · units], bias and recurrentBias [3 · units] (the second counts only if `after`), h [batch, units], mask
   * [steps, batch], 0 where a step leaves h as it is → states [steps + 1, batch, units] (h before the first step, and
   * after each), gates [steps, batch, 3 · units], inner [steps, batch, units] (see `GruArgs` of the device).
   */
  GRU: {
    inputs: ['x', 'kernel', 'recurrent', 'bias', 'recurrentBias', 'h', 'mask'],
    outputs: ['states', 'gates', 'inner'],
    attrs: typed<GruAttrs>(),
    devices: ['cpu'],
    gradient: 'custom',
  },
  /**
   * Its gradient: dy, the gradient of the states, and what `GRU` took and returned → one gradient for each of its
   * inputs but the mask.
   */
  GRUGrad: {
    inputs: ['dy', 'x', 'kernel', 'recurrent', 'mask', 'states', 'gates', 'inner'],
    outputs: ['dx', 'dkernel', 'drecurrent', 'dbias', 'drecurrentBias', 'dh'],
    attrs: typed<GruAttrs>(),
    devices: ['cpu'],
    gradient: 'none',
  },

  /** Random numbers from a seed: → y [shape]. */
  Random: { inputs: [], outputs: ['y'], attrs: typed<RandomAttrs>(), devices: BOTH, gradient: 'none' },

  /**
   * A step of an optimizer for all parameters: changes the tensors among its attributes in place, and returns nothing.
   */
  UpdateParameters: {
    inputs: [],
    outputs: [],
    attrs: typed<UpdateParametersAttrs>(),
    devices: BOTH,
    gradient: 'none',
  },

  // Linear algebra of the last two axes, which are a matrix; those before them are a batch (linalg/)
  /** A⁻¹ b, or A⁻ᵀ b: a [..., n, n], b [..., n, k] → x [..., n, k]. */
  LinearSolve: {
    inputs: ['a', 'b'],
    outputs: ['x'],
    attrs: typed<LinearSolveAttrs>(),
    devices: BOTH,
    gradient: 'registered',
  },
  /** a [..., n, n] → the determinant [...]. */
  Determinant: { inputs: ['a'], outputs: ['y'], devices: BOTH, gradient: 'registered' },
  /** a [..., n, n] → sign of the determinant, and logarithm of its size [...]. */
  LogDeterminant: { inputs: ['a'], outputs: ['sign', 'log'], devices: BOTH, gradient: 'registered' },
  /** The derivative of the determinant, also of a singular matrix: a [..., n, n] → y [..., n, n]. */
  Cofactor: { inputs: ['a'], outputs: ['y'], devices: ['cpu'], gradient: 'none' },
  /** A = L Lᵀ: a [..., n, n], symmetric and positive definite → l [..., n, n], lower triangular. */
  Cholesky: { inputs: ['a'], outputs: ['l'], attrs: typed<NamedAttrs>(), devices: BOTH, gradient: 'registered' },
  /**
   * A = Q R, k = min(m, n): a [..., m, n] → q [..., m, k], r [..., k, n]. The gradient is that of m ≥ n.
   */
  QR: { inputs: ['a'], outputs: ['q', 'r'], devices: BOTH, gradient: 'registered' },
  /** A = V diag(w) Vᵀ: a [..., n, n], symmetric → w [..., n], ascending, v [..., n, n]. */
  SymmetricEigen: {
    inputs: ['a'],
    outputs: ['w', 'v'],
    attrs: typed<NamedAttrs>(),
    devices: BOTH,
    gradient: 'registered',
  },
  /** A = U diag(s) Vᵀ, k = min(m, n): a [..., m, n] → u [..., m, k], s [..., k], descending, v [..., n, k]. */
  SVD: { inputs: ['a'], outputs: ['u', 's', 'v'], devices: BOTH, gradient: 'registered' },
  /**
   * Sorts along the last axis; NaN is the largest, equal numbers stay in their order: x [..., n], float32 or int32 →
   * values [..., n], and their places in x [..., n] int32.
   */
  Sort: {
    inputs: ['x'],
    outputs: ['values', 'places'],
    attrs: typed<SortAttrs>(),
    devices: BOTH,
    gradient: 'registered',
  },
});
