// Made by bindings.mjs from the AssemblyScript sources in assembly/ when the op kernels are compiled. Not to be edited by hand.
import { ARGS } from './assembly/memory-map.ts';

/** y = f(x); x, y [n] of four bytes each. */
export interface UnaryArgs {
  /** Number of f in the table of elementwise ops. */
  op: number;
  x: number;
  /** Written. */
  y: number;
  n: number;
  /** The first attribute of f, if it has any. */
  p: number;
  /** The second attribute of f. */
  q: number;
  /** Fewer elements are not worth a second thread. */
  grain: number;
}

/** An outer axis of a broadcast; strides in elements. */
export interface Axis {
  length: number;
  aStride: number;
  bStride: number;
}

/**
 * y = f(a, b), with y [n] read as rows of `inner` elements. Along a row an operand has consecutive elements (`aInner`,
 * `bInner` 1) or is one element (0); from row to row, along the outer axes, it has any strides. Without broadcasting, y
 * is one row.
 */
export interface BinaryArgs {
  /** Number of f in the table of elementwise ops. */
  op: number;
  a: number;
  b: number;
  /** Written. */
  y: number;
  n: number;
  inner: number;
  aInner: number;
  bInner: number;
  /** The first attribute of f, if it has any. */
  p: number;
  /** The second attribute of f. */
  q: number;
  /** Bytes of an element of a and of b. */
  bytes: number;
  /** Number of outer axes. */
  outer: number;
  /** [outer], from the inside out. */
  axes: number;
  /** Fewer elements are not worth a second thread. */
  grain: number;
}

/** c = a · b (+ bias) (then ReLU). */
export interface MatMulArgs {
  /** [batch or 1, m, k] float32, or [.., k, m] if `transposeA`. */
  a: number;
  /** [batch or 1, k, n], or [.., n, k] if `transposeB`. */
  b: number;
  /** [batch, m, n], written. */
  c: number;
  /** [n], or 0 for none. */
  bias: number;
  batch: number;
  m: number;
  n: number;
  k: number;
  /** Whether `a` has a matrix for each of the batch, or one for all. */
  aBatch: boolean;
  /** The same of `b`. */
  bBatch: boolean;
  transposeA: boolean;
  transposeB: boolean;
  relu: boolean;
}

/**
 * x [batch, inHeight, inWidth, inDepth], y [batch, outHeight, outWidth, outDepth]; y's pixel (0, 0) looks at x from
 * (−top, −left) on.
 */
export interface ConvShape {
  batch: number;
  inHeight: number;
  inWidth: number;
  inDepth: number;
  outHeight: number;
  outWidth: number;
  outDepth: number;
  filterHeight: number;
  filterWidth: number;
  strideY: number;
  strideX: number;
  dilationY: number;
  dilationX: number;
  top: number;
  left: number;
}

/**
 * A convolution or one of its gradients. x, w and y are what the convolution's image, filter and result are, or the
 * gradients with respect to these: an op kernel reads two of them and writes the third.
 */
export interface ConvArgs {
  shape: ConvShape;
  /** [batch, inHeight, inWidth, inDepth] float32. */
  x: number;
  /**
   * [filterHeight, filterWidth, inDepth, outDepth] float32; of a depthwise convolution [filterHeight, filterWidth,
   * outDepth].
   */
  w: number;
  /** [batch, outHeight, outWidth, outDepth] float32. */
  y: number;
  /** [outDepth] float32, added to each pixel of the result; 0 for none. */
  bias: number;
  /** Working memory, as many bytes as the function for it says. */
  work: number;
  /**
   * Pixels of a row of the image that is read, with the padding that the filter reads, if it is to be copied so; else
   * 0.
   */
  padded: number;
  /** Whether negative results become 0. */
  relu: boolean;
}

/** y[i] = Σⱼ x[i, j]: brings back channels that were repeated. */
export interface SumGroupsArgs {
  /** [n, size]. */
  x: number;
  /** [n], written. */
  y: number;
  n: number;
  size: number;
}

/**
 * Max or average pooling, or the gradient with respect to its image. `filter…` in the shape is the size of the windows.
 */
export interface PoolArgs {
  shape: ConvShape;
  /** [batch, inHeight, inWidth, inDepth] float32. */
  x: number;
  /** [batch, outHeight, outWidth, inDepth]; the gradients do not use it. */
  y: number;
  /** The gradient with respect to y; pooling itself does not use it, nor dx. */
  dy: number;
  dx: number;
}

/** Batch normalization over all rows of x [rows, channels]. Vectors have `channels` numbers. */
export interface BatchNormArgs {
  /** [rows, channels]. */
  x: number;
  /** [rows, channels], written. */
  y: number;
  /** Given, or written by `batchNormTrain`. */
  mean: number;
  /** Given, or written by `batchNormTrain`: the biased one. */
  variance: number;
  /** 0 for all ones. */
  scale: number;
  /** 0 for all zeros. */
  offset: number;
  rows: number;
  channels: number;
  epsilon: number;
  /** Working memory, `batchNormBytes(rows, channels)` bytes. */
  work: number;
}

/** The gradients of `batchNormTrain` with respect to x, scale and offset. */
export interface BatchNormGradArgs extends BatchNormArgs {
  /** [rows, channels], the gradient with respect to y; that with respect to x is written to y. */
  dy: number;
  /** The gradients with respect to the mean and the variance that `batchNormTrain` wrote; 0 for none. */
  dmean: number;
  dvariance: number;
  /** Written. */
  dscale: number;
  /** Written. */
  doffset: number;
}

/** y = average − (average − value) · decay; all [n]. */
export interface MovingAverageArgs {
  average: number;
  value: number;
  /** Written. */
  y: number;
  n: number;
  decay: number;
}

/** Layer normalization of each row of x [rows, columns]. */
export interface LayerNormArgs {
  /** [rows, columns]. */
  x: number;
  /** [rows, columns], written. */
  y: number;
  /** [columns]. */
  gamma: number;
  /** [columns]; the gradient does not use it. */
  beta: number;
  /** [rows], written by `layerNorm`. */
  mean: number;
  /** [rows], written by `layerNorm`: 1 / √(variance + epsilon). */
  rstd: number;
  rows: number;
  columns: number;
  /** The gradient does not use it. */
  epsilon: number;
}

/** The gradients of `layerNorm` with respect to x, gamma and beta. */
export interface LayerNormGradArgs extends LayerNormArgs {
  /** [rows, columns], the gradient with respect to y; that with respect to x is written to y. */
  dy: number;
  /** [columns], written. */
  dgamma: number;
  /** [columns], written. */
  dbeta: number;
  /** Working memory, `layerNormBytes(rows, columns)` bytes: partial sums [chunks, 2, columns]. */
  work: number;
}

/** A function of each row of a matrix [rows, columns]. */
export interface RowsArgs {
  x: number;
  /** Written. */
  y: number;
  rows: number;
  columns: number;
}

/** The gradient of such a function, computed from its result; all [rows, columns]. */
export interface RowsGradArgs {
  dy: number;
  y: number;
  /** Written. */
  dx: number;
  rows: number;
  columns: number;
}

/** The cross-entropy of the softmax of logits with labels, or its gradient with respect to the logits. */
export interface CrossEntropyArgs {
  /** [rows, classes]. */
  logits: number;
  /**
   * [rows, classes], smoothed to keep · labels + add; or, of the sparse ones, [rows] int32: the number of the right
   * class.
   */
  labels: number;
  /** [rows], written by the cross-entropy. */
  loss: number;
  /** [rows, 2], written by the cross-entropy: the largest logit m, and log Σ exp(logits − m). */
  normalizer: number;
  /** [rows], the gradient with respect to the loss. */
  dy: number;
  /** [rows, classes], written by the gradient. */
  dlogits: number;
  rows: number;
  classes: number;
  /** Label smoothing: what labels are multiplied by. */
  keep: number;
  /** Label smoothing: what is then added to them. */
  add: number;
}

/**
 * The cross-entropy of probabilities with labels, as Keras defines it, or its gradient with respect to the
 * probabilities. With q the probabilities over their sum, kept between ε and 1 − ε.
 */
export interface ProbabilityArgs {
  /** [rows, classes]. */
  probabilities: number;
  /** [rows, classes]. */
  labels: number;
  /** [rows], written by the cross-entropy. */
  loss: number;
  /** [rows], the gradient with respect to the loss. */
  dy: number;
  /** [rows, classes], written by the gradient. */
  dx: number;
  rows: number;
  classes: number;
  epsilon: number;
}

/** A reduction along the middle axis. */
export interface ReduceArgs {
  /** An `Op`. */
  op: number;
  /** [outer, reduced, inner]. */
  x: number;
  /** [outer, inner], written. */
  y: number;
  outer: number;
  reduced: number;
  inner: number;
  /** What the results are divided by; 1 for integers. */
  divisor: number;
}

/** Whether all, or any, of x are true along the middle axis; bytes. */
export interface ReduceBoolsArgs {
  /** [outer, reduced, inner]. */
  x: number;
  /** [outer, inner], written. */
  y: number;
  outer: number;
  reduced: number;
  inner: number;
  /** Whether it asks for all, or for any. */
  all: boolean;
}

/** The gradient of a sum or mean. */
export interface RepeatArgs {
  /** [outer, inner]. */
  x: number;
  /** [outer, times, inner], written. */
  y: number;
  outer: number;
  times: number;
  inner: number;
  factor: number;
}

/** The place of an extremum along the middle axis. */
export interface ArgExtremumArgs {
  /** An `Op`: one of the extrema. */
  op: number;
  /** [outer, reduced, inner]. */
  x: number;
  /** [outer, inner] int32, written. */
  y: number;
  outer: number;
  reduced: number;
  inner: number;
}

/** Running sums or products along the middle axis. */
export interface ScanArgs {
  /** An `Op`: Sum, Prod or SumInt. */
  op: number;
  /** [outer, n, inner]. */
  x: number;
  /** [outer, n, inner], written. */
  y: number;
  outer: number;
  n: number;
  inner: number;
  /** Whether an element is left out of its own result. */
  exclusive: boolean;
  /** Whether it runs from the last to the first. */
  reverse: boolean;
}

/** y[b, p, c] = max over taps of x[b, pixel, c] + w[tap, c], or a gradient of it. */
export interface DilationArgs {
  shape: ConvShape;
  /** [batch, inHeight, inWidth, inDepth] float32. */
  x: number;
  /** [filterHeight, filterWidth, inDepth] float32. */
  w: number;
  /** [batch, outHeight, outWidth, inDepth] float32: written, or the gradient with respect to it. */
  y: number;
  /** The gradient with respect to x or w, written; not used forward. */
  gradient: number;
}

/** y = x / (bias + alpha · Σ x²)^beta, the sum over the channels within `radius`; or dx from dy. */
export interface LrnArgs {
  /** [pixels, channels] float32. */
  x: number;
  /** [pixels, channels] float32: written, or what it was for the gradient. */
  y: number;
  /** [pixels, channels] float32, for the gradient. */
  dy: number;
  /** [pixels, channels] float32, written. */
  dx: number;
  pixels: number;
  /** At most as many as the scratch memory of a thread has room for: sixteen bytes each. */
  channels: number;
  radius: number;
  bias: number;
  alpha: number;
  beta: number;
}

/** y[r, v] = how often v is in row r of x, or the sum of its weights there; values of `size` or more do not count. */
export interface BincountArgs {
  /** [rows, n] int32. */
  x: number;
  /** [rows, n] float32 or int32; 0 for none. */
  weights: number;
  /** [rows, size] of the type of the weights, written. */
  y: number;
  rows: number;
  n: number;
  size: number;
  /** Whether weights and results are int32. */
  integers: boolean;
  /** Whether a value that occurs counts once. */
  once: boolean;
}

/** y[r, i] = how many numbers of sorted row r are less than values[r, i], or not more than it. */
export interface SearchArgs {
  /** [rows, n], in ascending order. */
  sorted: number;
  /** [rows, count] of the same type. */
  values: number;
  /** [rows, count] int32, written. */
  y: number;
  rows: number;
  n: number;
  count: number;
  /** Whether equal numbers are counted. */
  right: boolean;
  /** Whether the numbers are int32, or float32. */
  integers: boolean;
}

/**
 * y[r, i] = the first event of row r whose running sum of probabilities exceeds draws[r, i]; the last one if none does.
 */
export interface MultinomialArgs {
  /** [rows, events] float32. */
  probabilities: number;
  /** [rows, samples] float64 in [0, 1). */
  draws: number;
  /** [rows, samples] int32, written. */
  y: number;
  rows: number;
  /** At most as many as the scratch memory of a thread has room for: four bytes each. */
  events: number;
  samples: number;
}

/** Rows y[r] = scale · Σⱼ x[r, j] · e^(−2πi·j·k / n). For the inverse the real and the imaginary parts change places. */
export interface FftArgs {
  /** [rows, n] float32, the real parts. */
  real: number;
  /** [rows, n] float32, the imaginary parts. */
  imag: number;
  /** [rows, n] float32, written. */
  outReal: number;
  /** [rows, n] float32, written. */
  outImag: number;
  /** e^(−2πi·k / size), k = 0 … size − 1: pairs of float64. */
  roots: number;
  /** e^(−πi·k² / n), k = 0 … n − 1: pairs of float64; 0 where size = n. */
  chirp: number;
  /** Working memory, as many bytes as `fftWorkBytes` says. */
  work: number;
  rows: number;
  n: number;
  /** What is transformed in stages: n, or with a chirp at least 2n − 1. It has no large prime factor. */
  size: number;
  /** 1, or 1 / n for the inverse. */
  scale: number;
}

/** The k largest numbers of each row and where they are; NaN is the largest, equal numbers follow their order in x. */
export interface TopKArgs {
  /** [rows, n] float32 or int32. */
  x: number;
  /** [rows, k] of the same type, written. */
  values: number;
  /** [rows, k] int32, written. */
  indices: number;
  rows: number;
  n: number;
  /** At most n, and as many as the scratch memory of a thread has room for: eight bytes each. */
  k: number;
  /** Whether the numbers are int32. */
  integers: boolean;
}

/** y = x turned about a center. */
export interface RotateArgs {
  /** [batch, height, width, channels] words of four bytes. */
  x: number;
  /** The same, written. */
  y: number;
  /** [channels]: what a pixel from outside is. */
  fill: number;
  batch: number;
  height: number;
  width: number;
  channels: number;
  centerX: number;
  centerY: number;
  sine: number;
  cosine: number;
}

/** y[i, j] = x at the place that a projective transform maps (j, i) to. */
export interface TransformArgs {
  /** [batch, height, width, channels] float32 or int32. */
  x: number;
  /** [batch, newHeight, newWidth, channels] of the same type, written. */
  y: number;
  /** [batch, 8] float32. */
  transforms: number;
  batch: number;
  height: number;
  width: number;
  channels: number;
  newHeight: number;
  newWidth: number;
  /** Numbers from one transform to the next: 8, or 0 for one of all images. */
  step: number;
  /** How places outside are mapped: 0 not at all, 1 by reflection, 2 around, 3 to the nearest. */
  mode: number;
  /** What is outside. */
  fill: number;
  bilinear: boolean;
  /** Whether the numbers are int32. */
  integers: boolean;
}

/** Crops of images, resized. */
export interface CropArgs {
  /** [batch, height, width, channels] float32 or int32. */
  x: number;
  /** [boxes, cropHeight, cropWidth, channels] float32, written. */
  y: number;
  /** [boxes, 4] float32: top, left, bottom and right edge, as parts of height − 1 and width − 1. */
  boxes: number;
  /** [boxes] int32, each the number of an image. */
  images: number;
  count: number;
  height: number;
  width: number;
  channels: number;
  cropHeight: number;
  cropWidth: number;
  /** What is outside of the image. */
  fill: number;
  bilinear: boolean;
  /** Whether the numbers of x are int32. */
  integers: boolean;
}

/** y[rows[i]] = updates[i], one after the other: of several updates of a row the last one stays. */
export interface ScatterArgs {
  /** Rows of `bytes` bytes. */
  updates: number;
  /** [count] int32, each the number of a row of y. */
  rows: number;
  /** Rows of `bytes` bytes. */
  y: number;
  count: number;
  /** Of a row: a multiple of four, or 1. */
  bytes: number;
  /** From an update to the next; 0 if all are the same. */
  step: number;
}

/** y[s] = the sum or mean of the x[indices[i]] with ids[i] = s, added in the order of i; 0 where there is none. */
export interface SegmentArgs {
  /** [rows, words] float32 or int32. */
  x: number;
  /** [count] int32. */
  indices: number;
  /** [count] int32, in ascending order. */
  ids: number;
  /** [segments, words], written. */
  y: number;
  rows: number;
  count: number;
  /** One more than the last id. */
  segments: number;
  words: number;
  mean: boolean;
  /** Whether the numbers are int32. */
  integers: boolean;
}

/** y = √(real² + imag²), each [n] float32. */
export interface ComplexAbsArgs {
  real: number;
  imag: number;
  /** Written. */
  y: number;
  n: number;
}

/** `filter…` in the shape is the size of the windows. */
export interface ArgmaxPoolArgs {
  shape: ConvShape;
  /** [batch, inHeight, inWidth, inDepth] float32 or int32. */
  x: number;
  /** [batch, outHeight, outWidth, inDepth] of the same type, written. */
  y: number;
  /** The same shape, int32, written: numbers of elements of x. */
  places: number;
  /** Whether elements are numbered through all images, or in each image from 0. */
  through: boolean;
  /** Whether the numbers are int32. */
  integers: boolean;
}

/** x [batch, inDepth, inHeight, inWidth, channels]; y's cell (0, 0, 0) looks at x from (−front, −top, −left) on. */
export interface VolumeShape {
  batch: number;
  inDepth: number;
  inHeight: number;
  inWidth: number;
  channels: number;
  outDepth: number;
  outHeight: number;
  outWidth: number;
  filterDepth: number;
  filterHeight: number;
  filterWidth: number;
  strideZ: number;
  strideY: number;
  strideX: number;
  dilationZ: number;
  dilationY: number;
  dilationX: number;
  front: number;
  top: number;
  left: number;
}

/**
 * Some rows of the matrix: of a convolution, row (b, z, y, x) of the result has the channels of the image at each tap
 * of the filter; of the gradient of the image, row (b, z, y, x) of the image has the channels of dy at each tap. Zeros
 * stand for what is outside.
 */
export interface ColumnsArgs {
  shape: VolumeShape;
  /** [batch, depth, height, width, channels] float32: the image, or dy. */
  from: number;
  /** [count, taps · channels] float32, written. */
  to: number;
  first: number;
  count: number;
  /** Whether it is dy that is read. */
  gradient: boolean;
}

/** y += x. */
export interface AccumulateArgs {
  /** [n] float32. */
  x: number;
  /** [n] float32. */
  y: number;
  n: number;
}

/** `filter…` in the shape is the size of the windows. */
export interface Pool3dArgs {
  shape: VolumeShape;
  /** [batch, inDepth, inHeight, inWidth, channels] float32. */
  x: number;
  /** [batch, outDepth, outHeight, outWidth, channels] float32: written, or the gradient with respect to it. */
  y: number;
  /** The gradient with respect to x, written; pooling itself does not use it. */
  dx: number;
}

/** c = a · b. */
export interface MatMulIntArgs {
  /** [batch or 1, m, k] int32. */
  a: number;
  /** [batch or 1, k, n] int32. */
  b: number;
  /** [batch, m, n], written. */
  c: number;
  batch: number;
  m: number;
  n: number;
  k: number;
  /** Whether `a` has a matrix for each of the batch, or one for all. */
  aBatch: boolean;
  /** The same of `b`. */
  bBatch: boolean;
}

/** y[b, o, i] = x[b, o, indices[b, i]]: picks rows by index. */
export interface GatherArgs {
  /** [batch, outer, dim] rows. */
  x: number;
  /** [batch, count] int32. */
  indices: number;
  /** [batch, outer, count] rows, written. */
  y: number;
  batch: number;
  outer: number;
  count: number;
  dim: number;
  /** Of a row. */
  bytes: number;
}

/** Coordinates [count, rank] as numbers of rows: flat[i] = Σⱼ indices[i, j] · strides[j]. */
export interface FlattenArgs {
  /** [count, rank] int32. */
  indices: number;
  /** [rank] int32. */
  strides: number;
  /** [count] int32, written. */
  flat: number;
  count: number;
  rank: number;
  /** How many rows there are. */
  limit: number;
}

/** y[s] = Σ of the x[i] with ids[i] = s, added in the order of i; ids that are no row of y are ignored. */
export interface SegmentSumArgs {
  /** [count, words] float32 or int32. */
  x: number;
  /** [count] int32. */
  ids: number;
  /** [segments, words], written. */
  y: number;
  count: number;
  segments: number;
  words: number;
  /** Whether the numbers are int32. */
  integers: boolean;
}

/** y[i, j] = `on` where j = indices[i], else `off`. */
export interface OneHotArgs {
  /** [n] int32. */
  indices: number;
  /** [n, depth], written. */
  y: number;
  n: number;
  depth: number;
  /** The bits of an element. */
  on: number;
  /** The bits of an element. */
  off: number;
  /** Bytes of an element: 1 or 4. */
  size: number;
}

/** Random numbers of a kind with the parameters a and b. */
export interface RandomArgs {
  /** [n] float32, written. */
  to: number;
  n: number;
  /** A `Distribution`. */
  kind: number;
  /** The lower half of the seed. */
  seed0: number;
  /** The upper half of the seed. */
  seed1: number;
  a: number;
  b: number;
}

/** The recurrent part of the layer: all time steps. */
export interface GruArgs {
  /** [steps, batch, 3 · units] in the order update, reset, candidate: x · kernel + bias; becomes the activated gates. */
  gates: number;
  /** [steps, batch, units], written: h · Rn + bn if `after`, else r · h. */
  inner: number;
  /** [units, 3 · units], the recurrent weights. */
  recurrent: number;
  /** [3 · units], the biases of the products with h; read only if `after`. */
  recurrentBias: number;
  /** [steps + 1, batch, units]: h before the first step, which is given, and after each step. */
  states: number;
  /** [steps, batch], 0 where a step is masked; address 0 if none is. */
  mask: number;
  /** Working memory, `gruWorkBytes(units)` bytes: the recurrent weights in panels. */
  work: number;
  steps: number;
  batch: number;
  units: number;
  /** Whether the gates' activation is clip(0.2 x + 0.5, 0, 1) instead of the sigmoid. */
  hard: boolean;
  /** Whether the reset gate comes after the product with the recurrent weights. */
  after: boolean;
}

/** The gradient of what goes into the activations of all steps; gates, inner and states as `gruForward` left them. */
export interface GruGradArgs extends GruArgs {
  /** [steps + 1, batch, units], the gradient of `states`. */
  dStates: number;
  /** [steps, batch, 3 · units], written: the gradient of x · kernel + bias. */
  dGates: number;
  /**
   * Written: the gradient of the products with the recurrent weights. If `after` [steps, batch, 3 · units], else
   * [steps, batch, 2 · units] of the gates, followed by [steps, batch, units] of the candidate.
   */
  dProducts: number;
  /** [batch, units], written: the gradient of the first h. */
  dState: number;
}

/** The recurrent part of the layer: all time steps. */
export interface LstmArgs {
  /**
   * [steps, batch, 4 · units] in the order input, forget, candidate, output: x · kernel + bias; becomes the activated
   * gates.
   */
  gates: number;
  /** [units, 4 · units], the recurrent weights. */
  recurrent: number;
  /** [steps + 2, batch, units]: h before the first step, which is given, after each step, and the last c. */
  states: number;
  /** [steps + 1, batch, units]: c before the first step, which is given, and after each step. */
  cells: number;
  /** Working memory, `lstmWorkBytes(units)` bytes: the recurrent weights in panels. */
  work: number;
  steps: number;
  batch: number;
  units: number;
  /** Whether the gates' activation is clip(0.2 x + 0.5, 0, 1) instead of the sigmoid. */
  hard: boolean;
}

/** The gradient of what goes into the activations of all steps; gates, states and cells as `lstmForward` left them. */
export interface LstmGradArgs extends LstmArgs {
  /** [steps + 2, batch, units], the gradient of `states`; that of the first is not read. */
  dStates: number;
  /** [steps, batch, 4 · units], written: the gradient before the activation. */
  dGates: number;
  /** [batch, units], written: the gradient of the first c. */
  dCell: number;
}

/** Resizing of images, none of whose dimensions is 0, or its gradient, which reads dy at y and writes dx at x. */
export interface ResizeArgs {
  /** [batch, height, width, channels]. */
  x: number;
  /** [batch, newHeight, newWidth, channels]. */
  y: number;
  /**
   * Per row of y: the row of x, or the one above, the one below and the weight of that. i32 [height], i32 [height], f32
   * [height].
   */
  rows: number;
  /** The same per column. */
  columns: number;
  batch: number;
  height: number;
  width: number;
  channels: number;
  newHeight: number;
  newWidth: number;
}

/** A parameter, its gradient and its slots, which are what the optimizer keeps for it: `n` float32 each. */
export interface Parameter {
  /** The place of its first element among the elements of all parameters: a multiple of 16. */
  start: number;
  n: number;
  value: number;
  gradient: number;
  /** 0 if the rule has no such slot; so are the next two. */
  slot0: number;
  slot1: number;
  slot2: number;
}

/** An update of parameters by an optimizer's rule. */
export interface UpdateArgs {
  /** Number of the rule, in the order of `ruleNames`. */
  rule: number;
  /** [count], in the order of their `start`. */
  parameters: number;
  count: number;
  /** Elements of all parameters, those of each rounded up to a multiple of 16. */
  total: number;
  /** Address of the numbers that the rule's loop reads: float32. */
  numbers: number;
}

/** What the program exports, for JavaScript: addresses are numbers, and a record of arguments is an object. */
export interface Exports {
  /**
   * Called once in each instance.
   * @param id 0 in the main thread, 1… in the workers
   * @param count threads in all
   * @param spin how often to look before sleeping
   */
  initThread(id: number, count: number, spin: number): void;
  /** The loop of a worker thread. It does not return. */
  work(): void;
  /** Looks `n` times, for the main thread to time how long a look takes. */
  look(n: number): number;
  /** y = f(x). */
  unary(args: UnaryArgs): void;
  /** y = f(a, b) with broadcasting. It overwrites a part of the arguments. */
  binary(args: BinaryArgs): void;
  /** y = condition is 1 : t, else e; condition [n] bool; t, e, y [n] of `bytes` bytes each, 4 or 1 */
  select(condition: number, t: number, e: number, y: number, n: number, bytes: number): void;
  /** y = x; x [n] bool, y [n] float32 or int32 */
  widen(x: number, y: number, n: number, toFloat: number): void;
  /** y = x₀ + x₁ + …; `list` holds the `count` addresses; x, y [n] float32 or int32 */
  addN(list: number, count: number, y: number, n: number, float: number): void;
  /** y = the float32 or int32 with these bits; y [n] */
  fill(y: number, n: number, bits: number): void;
  /** c = a · b (+ bias) (then ReLU). */
  matMul(args: MatMulArgs): void;
  /** y = conv2d(x, w) (+ bias) (then ReLU). */
  conv2d(args: ConvArgs): void;
  /** Bytes of working memory of `conv2d`. */
  convWorkBytes(args: ConvArgs): number;
  /**
   * x = the gradient of conv2d with respect to its image, from that with respect to its result, y: each pixel gathers
   * from the pixels of y that it contributed to. The pixels of x fall into strideY · strideX classes, each of which meets
   * its own taps of the filter.
   */
  conv2dBackpropInput(args: ConvArgs): void;
  /** Bytes of working memory of `conv2dBackpropInput`. */
  convInputWorkBytes(args: ConvArgs): number;
  /** As `conv2d`, for at most 6 results a pixel and filters that move along x by single pixels. */
  conv2dFew(args: ConvArgs): void;
  /** Bytes of working memory of `conv2dFew`. */
  convFewWorkBytes(args: ConvArgs): number;
  /**
   * w = the gradient of conv2d with respect to its filter, from that with respect to its result, y:
   * w[ky, kx, c, o] = Σ over pixels p of x[p · stride + (ky, kx) · dilation, c] · y[p, o].
   */
  conv2dBackpropFilter(args: ConvArgs): void;
  /** Bytes of working memory of `conv2dBackpropFilter`: as many filters as chunks, with outDepth rounded up to 8. */
  convFilterWorkBytes(args: ConvArgs): number;
  /** As `conv2dBackpropInput`, for filters whose columns are not dilated. */
  conv2dBackpropInputRows(args: ConvArgs): void;
  /** Bytes of working memory of `conv2dBackpropInputRows`. */
  convInputRowsWorkBytes(s: ConvArgs): number;
  /** y = conv2d(x, w) (+ bias) (then ReLU), filter 3 × 3, stride 1. */
  winogradConv2d(args: ConvArgs): void;
  /** Bytes of working memory of `winogradConv2d`. */
  winogradWorkBytes(args: ConvArgs): number;
  /**
   * x = the gradient of conv2d with respect to its image, from that with respect to its result, y; filter 3 × 3, stride
   * 1. It is a convolution of y with the filter turned by 180°; or computed by tiles of y where the image has more tiles,
   * which is then less work.
   */
  winogradBackpropInput(args: ConvArgs): void;
  /** Bytes of working memory of `winogradBackpropInput`. */
  winogradInputWorkBytes(args: ConvArgs): number;
  /** w = the gradient of conv2d with respect to its 3 × 3 filter, from that with respect to its result, y; stride 1. */
  winogradBackpropFilter(args: ConvArgs): void;
  /** Bytes of working memory of `winogradBackpropFilter`. */
  winogradFilterWorkBytes(args: ConvArgs): number;
  /** y = x ∗ w (+ bias) (then ReLU). */
  depthwiseConv2d(args: ConvArgs): void;
  /**
   * x = the gradient with respect to the image, from that with respect to the result, y. `work` has as many bytes as the
   * filter.
   */
  depthwiseConv2dBackpropInput(args: ConvArgs): void;
  /** y[i] = Σⱼ x[i, j]: brings back channels that were repeated. */
  sumGroups(args: SumGroupsArgs): void;
  /**
   * w = the gradient with respect to the filter, from that with respect to the result, y: each chunk of rows of y has a
   * sum of its own, and these are added in their order.
   */
  depthwiseConv2dBackpropFilter(args: ConvArgs): void;
  /** Bytes of working memory of `depthwiseConv2dBackpropFilter`. */
  depthwiseFilterWorkBytes(args: ConvArgs): number;
  /** y = the largest element of each window; NaN is ignored, and an empty window has −∞. */
  maxPool(args: PoolArgs): void;
  /** y = the mean of each window's elements inside of the image; NaN where there is none. */
  avgPool(args: PoolArgs): void;
  /** dL/dx of `maxPool`: dy goes to the first largest element of each window. */
  maxPoolGrad(args: PoolArgs): void;
  /**
   * dL/dx of the mean over all elements of a window, also those in the padding: each element of x gets the sum of the dy
   * of the windows that it is in, over the window's size.
   */
  avgPoolGrad(args: PoolArgs): void;
  /** Bytes of working memory of batch normalization and its gradient. */
  batchNormBytes(rows: number, channels: number): number;
  /** With given statistics: y = (x − mean) · scale / √(variance + epsilon) + offset. */
  batchNorm(args: BatchNormArgs): void;
  /** With the batch's own statistics (Ioffe and Szegedy 2015, algorithm 1), which are written. */
  batchNormTrain(args: BatchNormArgs): void;
  /** The gradient of `batchNormTrain` (Ioffe and Szegedy 2015, section 3), for gradients of all three of its results. */
  batchNormTrainGrad(args: BatchNormGradArgs): void;
  /** y = average − (average − value) · decay. There are few numbers: on one thread. */
  movingAverage(args: MovingAverageArgs): void;
  /**
   * y = (x − mean) · rstd · gamma + beta (Ba, Kiros and Hinton 2016), with the mean of each row and rstd = 1 / √(variance
   * + epsilon).
   */
  layerNorm(args: LayerNormArgs): void;
  /** Bytes of working memory of `layerNormGrad`. */
  layerNormBytes(rows: number, columns: number): number;
  /** The gradient of `layerNorm`. */
  layerNormGrad(args: LayerNormGradArgs): void;
  /** y = exp(x) / Σ exp(x) in each row; x, y [rows, columns] */
  softmax(args: RowsArgs): void;
  /** y = x − log Σ exp(x) in each row; x, y [rows, columns] */
  logSoftmax(args: RowsArgs): void;
  /** dx = (dy − Σ dy·y) · y in each row, y being the softmax; all [rows, columns] */
  softmaxGrad(args: RowsGradArgs): void;
  /** dx = dy − exp(y) · Σ dy in each row, y being the logarithm of the softmax; all [rows, columns] */
  logSoftmaxGrad(args: RowsGradArgs): void;
  /** loss = −Σ labels · log softmax(logits) in each row. */
  softmaxCrossEntropy(args: CrossEntropyArgs): void;
  /** dlogits = (softmax(logits) · Σ labels − labels) · dy, of `softmaxCrossEntropy`. */
  softmaxCrossEntropyGrad(args: CrossEntropyArgs): void;
  /** loss = −log softmax(logits) of the right class in each row; NaN where the label is no class. */
  sparseSoftmaxCrossEntropy(args: CrossEntropyArgs): void;
  /** dlogits = (softmax(logits) − one-hot labels) · dy, of `sparseSoftmaxCrossEntropy`. */
  sparseSoftmaxCrossEntropyGrad(args: CrossEntropyArgs): void;
  /** loss = −Σ labels · log q in each row. */
  categoricalCrossEntropy(args: ProbabilityArgs): void;
  /** The gradient of `categoricalCrossEntropy`. Where q was held at a bound, its gradient is 0. */
  categoricalCrossEntropyGrad(args: ProbabilityArgs): void;
  /** y [outer, inner] = x [outer, reduced, inner] reduced along the middle axis. */
  reduce(args: ReduceArgs): void;
  /** y [outer, inner] = whether all, or any, of x [outer, reduced, inner] are true. */
  reduceBools(args: ReduceBoolsArgs): void;
  /** y [outer, times, inner] = factor · x [outer, inner]: the gradient of a sum or mean. */
  repeat(args: RepeatArgs): void;
  /**
   * y [outer, inner] int32 = where along the middle axis of x [outer, reduced, inner] the first of the largest, or
   * smallest, elements is. The first NaN counts as beyond all numbers, as in NumPy: max and min are NaN there too.
   */
  argExtremum(args: ArgExtremumArgs): void;
  /** y [n] float32 = x [n] int32 */
  floatsOfInts(x: number, y: number, n: number): void;
  /** y [n] float32 = x [n] bool */
  floatsOfBools(x: number, y: number, n: number): void;
  /** Running sums or products along the middle axis. */
  scan(args: ScanArgs): void;
  /** Dilation. */
  dilation2d(args: DilationArgs): void;
  /** The gradient of the image: it goes to the first largest sum of each window. */
  dilation2dBackpropInput(args: DilationArgs): void;
  /** The gradient of the filter. */
  dilation2dBackpropFilter(args: DilationArgs): void;
  /** Normalizes. */
  lrn(args: LrnArgs): void;
  /** The gradient. */
  lrnGrad(args: LrnArgs): void;
  /** Counts values. @returns false, with y unfinished, if one is negative */
  bincount(args: BincountArgs): boolean;
  /** Searches sorted rows. */
  searchSorted(args: SearchArgs): void;
  /** Draws events. */
  multinomial(args: MultinomialArgs): void;
  /** Transforms all rows. */
  fft(args: FftArgs): void;
  /** Bytes of working memory. */
  fftWorkBytes(args: FftArgs): number;
  /** The k largest numbers of each row. */
  topK(args: TopKArgs): void;
  /** Rotates images. */
  rotate(args: RotateArgs): void;
  /** Transforms images. */
  projectiveTransform(args: TransformArgs): void;
  /** Crops and resizes. */
  crop(args: CropArgs): void;
  /** Writes rows. */
  scatterRows(args: ScatterArgs): void;
  /** Reduces segments. @returns false, with y unfinished, if the ids do not ascend or an index is outside */
  sparseSegments(args: SegmentArgs): boolean;
  /** Absolute values. */
  complexAbs(args: ComplexAbsArgs): void;
  /**
   * y = the largest element of each window and the number of the first one; NaN is ignored. Where no element is above −∞,
   * it is −∞ with the window's first element.
   */
  maxPoolWithArgmax(args: ArgmaxPoolArgs): void;
  /** Fills the matrix. */
  columns3d(args: ColumnsArgs): void;
  /** Adds numbers to others in place. */
  accumulate(args: AccumulateArgs): void;
  /** y = the largest element of each window; NaN is ignored, and an empty window has −∞. */
  maxPool3d(args: Pool3dArgs): void;
  /** y = the mean of each window's elements inside of the volume; 0 where there is none. */
  avgPool3d(args: Pool3dArgs): void;
  /** dx: dy goes to the first largest element of each window; to none where all are NaN or −∞. */
  maxPool3dGrad(args: Pool3dArgs): void;
  /** dx: dy is shared out evenly among the window, with what of it lies outside. */
  avgPool3dGrad(args: Pool3dArgs): void;
  /** Matrix products of int32. */
  matMulInt(args: MatMulIntArgs): void;
  /** Copies bytes that are too few for several threads. */
  copyBytes(to: number, from: number, bytes: number): void;
  /** Begins a walk: `moveDim` for each dimension from the outermost one, then `move` or `moveConstant`. */
  moveStart(): void;
  /** A dimension of `n` elements, with strides in elements. It is merged with the last one where they step alike. */
  moveDim(n: number, to: number, from: number): void;
  /** Copies elements of `size` bytes (1 or 4). There are no empty dimensions. */
  move(to: number, from: number, size: number): void;
  /** Sets the elements of the walk to a constant, given by its bits. */
  moveConstant(to: number, bits: number, size: number): void;
  /** Copies rows picked by index. @returns false, with y unfinished, if an index is not in 0 … dim − 1 */
  gatherRows(args: GatherArgs): boolean;
  /** Turns coordinates into numbers of rows. @returns false if one is not in 0 … limit − 1 */
  flattenIndices(args: FlattenArgs): boolean;
  /** Sums of rows by segment. */
  segmentSum(args: SegmentSumArgs): void;
  /** One-hot rows. */
  oneHot(args: OneHotArgs): void;
  /** Fills memory with random numbers. */
  random(args: RandomArgs): void;
  /** Bytes of working memory for the packed weights. */
  gruWorkBytes(units: number): number;
  /** Runs all steps. */
  gruForward(args: GruArgs): void;
  /** The gradient of what goes into the activations of all steps, and of the first state. */
  gruBackward(args: GruGradArgs): void;
  /** Bytes of working memory for the packed weights. */
  lstmWorkBytes(units: number): number;
  /** Runs all steps. */
  lstmForward(args: LstmArgs): void;
  /** The gradient of what goes into the activations of all steps. */
  lstmBackward(args: LstmGradArgs): void;
  /** y[b, i, j] = x[b, rows[i], columns[j]]; words of 4 bytes. */
  resizeNearest(args: ResizeArgs): void;
  /** dL/dx of `resizeNearest`, from dL/dy at y: the sum over all copies of each pixel. Rows and columns ascend. */
  resizeNearestGrad(args: ResizeArgs): void;
  /** Each element of y is the weighted mean of four of x. */
  resizeBilinear(args: ResizeArgs): void;
  /** dL/dx of `resizeBilinear`, from dL/dy at y. */
  resizeBilinearGrad(args: ResizeArgs): void;
  /**
   * Updates parameters and their slots in place. Behind the last element of each it writes up to the next multiple of 4
   * elements: they must belong to the same block of memory, which holds for whole blocks of the heap.
   */
  updateParameters(args: UpdateArgs): void;
}

/** What the program exports, as WebAssembly has it: a record is given by its address. */
export interface RawExports {
  initThread(id: number, count: number, spin: number): void;
  work(): void;
  look(n: number): number;
  unary(args: number): void;
  binary(args: number): void;
  select(condition: number, t: number, e: number, y: number, n: number, bytes: number): void;
  widen(x: number, y: number, n: number, toFloat: number): void;
  addN(list: number, count: number, y: number, n: number, float: number): void;
  fill(y: number, n: number, bits: number): void;
  matMul(args: number): void;
  conv2d(args: number): void;
  convWorkBytes(args: number): number;
  conv2dBackpropInput(args: number): void;
  convInputWorkBytes(args: number): number;
  conv2dFew(args: number): void;
  convFewWorkBytes(args: number): number;
  conv2dBackpropFilter(args: number): void;
  convFilterWorkBytes(args: number): number;
  conv2dBackpropInputRows(args: number): void;
  convInputRowsWorkBytes(s: number): number;
  winogradConv2d(args: number): void;
  winogradWorkBytes(args: number): number;
  winogradBackpropInput(args: number): void;
  winogradInputWorkBytes(args: number): number;
  winogradBackpropFilter(args: number): void;
  winogradFilterWorkBytes(args: number): number;
  depthwiseConv2d(args: number): void;
  depthwiseConv2dBackpropInput(args: number): void;
  sumGroups(args: number): void;
  depthwiseConv2dBackpropFilter(args: number): void;
  depthwiseFilterWorkBytes(args: number): number;
  maxPool(args: number): void;
  avgPool(args: number): void;
  maxPoolGrad(args: number): void;
  avgPoolGrad(args: number): void;
  batchNormBytes(rows: number, channels: number): number;
  batchNorm(args: number): void;
  batchNormTrain(args: number): void;
  batchNormTrainGrad(args: number): void;
  movingAverage(args: number): void;
  layerNorm(args: number): void;
  layerNormBytes(rows: number, columns: number): number;
  layerNormGrad(args: number): void;
  softmax(args: number): void;
  logSoftmax(args: number): void;
  softmaxGrad(args: number): void;
  logSoftmaxGrad(args: number): void;
  softmaxCrossEntropy(args: number): void;
  softmaxCrossEntropyGrad(args: number): void;
  sparseSoftmaxCrossEntropy(args: number): void;
  sparseSoftmaxCrossEntropyGrad(args: number): void;
  categoricalCrossEntropy(args: number): void;
  categoricalCrossEntropyGrad(args: number): void;
  reduce(args: number): void;
  reduceBools(args: number): void;
  repeat(args: number): void;
  argExtremum(args: number): void;
  floatsOfInts(x: number, y: number, n: number): void;
  floatsOfBools(x: number, y: number, n: number): void;
  scan(args: number): void;
  dilation2d(args: number): void;
  dilation2dBackpropInput(args: number): void;
  dilation2dBackpropFilter(args: number): void;
  lrn(args: number): void;
  lrnGrad(args: number): void;
  bincount(args: number): number;
  searchSorted(args: number): void;
  multinomial(args: number): void;
  fft(args: number): void;
  fftWorkBytes(args: number): number;
  topK(args: number): void;
  rotate(args: number): void;
  projectiveTransform(args: number): void;
  crop(args: number): void;
  scatterRows(args: number): void;
  sparseSegments(args: number): number;
  complexAbs(args: number): void;
  maxPoolWithArgmax(args: number): void;
  columns3d(args: number): void;
  accumulate(args: number): void;
  maxPool3d(args: number): void;
  avgPool3d(args: number): void;
  maxPool3dGrad(args: number): void;
  avgPool3dGrad(args: number): void;
  matMulInt(args: number): void;
  copyBytes(to: number, from: number, bytes: number): void;
  moveStart(): void;
  moveDim(n: number, to: number, from: number): void;
  move(to: number, from: number, size: number): void;
  moveConstant(to: number, bits: number, size: number): void;
  gatherRows(args: number): number;
  flattenIndices(args: number): number;
  segmentSum(args: number): void;
  oneHot(args: number): void;
  random(args: number): void;
  gruWorkBytes(units: number): number;
  gruForward(args: number): void;
  gruBackward(args: number): void;
  lstmWorkBytes(units: number): number;
  lstmForward(args: number): void;
  lstmBackward(args: number): void;
  resizeNearest(args: number): void;
  resizeNearestGrad(args: number): void;
  resizeBilinear(args: number): void;
  resizeBilinearGrad(args: number): void;
  updateParameters(args: number): void;
}

/** Bytes of an entry of a table of `Axis`. */
export const AXIS_BYTES = 12;

/** Writes an entry at an address; `ints` is the whole memory. */
export function writeAxis(ints: Int32Array, at: number, entry: Axis): void {
  const word = at >>> 2;
  ints[word + 0] = entry.length;
  ints[word + 1] = entry.aStride;
  ints[word + 2] = entry.bStride;
}

/** Bytes of an entry of a table of `Parameter`. */
export const PARAMETER_BYTES = 28;

/** Writes an entry at an address; `ints` is the whole memory. */
export function writeParameter(ints: Int32Array, at: number, entry: Parameter): void {
  const word = at >>> 2;
  ints[word + 0] = entry.start;
  ints[word + 1] = entry.n;
  ints[word + 2] = entry.value;
  ints[word + 3] = entry.gradient;
  ints[word + 4] = entry.slot0;
  ints[word + 5] = entry.slot1;
  ints[word + 6] = entry.slot2;
}

/** Bytes of the largest record of arguments. */
const RECORD_BYTES = 104;

/** The functions that write a record of arguments to its place in memory and run the op kernel on it. */
export function bind(raw: RawExports, { buffer }: WebAssembly.Memory): Exports {
  const ints = new Int32Array(buffer, ARGS, RECORD_BYTES / 4);
  const floats = new Float32Array(buffer, ARGS, RECORD_BYTES / 4);
  const bytes = new Uint8Array(buffer, ARGS, RECORD_BYTES);
  const doubles = new Float64Array(buffer, ARGS, RECORD_BYTES / 8);

  function writeUnaryArgs(args: UnaryArgs): void {
    ints[0] = args.op;
    ints[1] = args.x;
    ints[2] = args.y;
    ints[3] = args.n;
    floats[4] = args.p;
    floats[5] = args.q;
    ints[6] = args.grain;
  }

  function writeBinaryArgs(args: BinaryArgs): void {
    ints[0] = args.op;
    ints[1] = args.a;
    ints[2] = args.b;
    ints[3] = args.y;
    ints[4] = args.n;
    ints[5] = args.inner;
    ints[6] = args.aInner;
    ints[7] = args.bInner;
    floats[8] = args.p;
    floats[9] = args.q;
    ints[10] = args.bytes;
    ints[11] = args.outer;
    ints[12] = args.axes;
    ints[13] = args.grain;
  }

  function writeMatMulArgs(args: MatMulArgs): void {
    ints[0] = args.a;
    ints[1] = args.b;
    ints[2] = args.c;
    ints[3] = args.bias;
    ints[4] = args.batch;
    ints[5] = args.m;
    ints[6] = args.n;
    ints[7] = args.k;
    bytes[32] = args.aBatch ? 1 : 0;
    bytes[33] = args.bBatch ? 1 : 0;
    bytes[34] = args.transposeA ? 1 : 0;
    bytes[35] = args.transposeB ? 1 : 0;
    bytes[36] = args.relu ? 1 : 0;
  }

  function writeConvShape(args: ConvShape): void {
    ints[0] = args.batch;
    ints[1] = args.inHeight;
    ints[2] = args.inWidth;
    ints[3] = args.inDepth;
    ints[4] = args.outHeight;
    ints[5] = args.outWidth;
    ints[6] = args.outDepth;
    ints[7] = args.filterHeight;
    ints[8] = args.filterWidth;
    ints[9] = args.strideY;
    ints[10] = args.strideX;
    ints[11] = args.dilationY;
    ints[12] = args.dilationX;
    ints[13] = args.top;
    ints[14] = args.left;
  }

  function writeConvArgs(args: ConvArgs): void {
    writeConvShape(args.shape);
    ints[15] = args.x;
    ints[16] = args.w;
    ints[17] = args.y;
    ints[18] = args.bias;
    ints[19] = args.work;
    ints[20] = args.padded;
    bytes[84] = args.relu ? 1 : 0;
  }

  function writeSumGroupsArgs(args: SumGroupsArgs): void {
    ints[0] = args.x;
    ints[1] = args.y;
    ints[2] = args.n;
    ints[3] = args.size;
  }

  function writePoolArgs(args: PoolArgs): void {
    writeConvShape(args.shape);
    ints[15] = args.x;
    ints[16] = args.y;
    ints[17] = args.dy;
    ints[18] = args.dx;
  }

  function writeBatchNormArgs(args: BatchNormArgs): void {
    ints[0] = args.x;
    ints[1] = args.y;
    ints[2] = args.mean;
    ints[3] = args.variance;
    ints[4] = args.scale;
    ints[5] = args.offset;
    ints[6] = args.rows;
    ints[7] = args.channels;
    floats[8] = args.epsilon;
    ints[9] = args.work;
  }

  function writeBatchNormGradArgs(args: BatchNormGradArgs): void {
    writeBatchNormArgs(args);
    ints[10] = args.dy;
    ints[11] = args.dmean;
    ints[12] = args.dvariance;
    ints[13] = args.dscale;
    ints[14] = args.doffset;
  }

  function writeMovingAverageArgs(args: MovingAverageArgs): void {
    ints[0] = args.average;
    ints[1] = args.value;
    ints[2] = args.y;
    ints[3] = args.n;
    floats[4] = args.decay;
  }

  function writeLayerNormArgs(args: LayerNormArgs): void {
    ints[0] = args.x;
    ints[1] = args.y;
    ints[2] = args.gamma;
    ints[3] = args.beta;
    ints[4] = args.mean;
    ints[5] = args.rstd;
    ints[6] = args.rows;
    ints[7] = args.columns;
    floats[8] = args.epsilon;
  }

  function writeLayerNormGradArgs(args: LayerNormGradArgs): void {
    writeLayerNormArgs(args);
    ints[9] = args.dy;
    ints[10] = args.dgamma;
    ints[11] = args.dbeta;
    ints[12] = args.work;
  }

  function writeRowsArgs(args: RowsArgs): void {
    ints[0] = args.x;
    ints[1] = args.y;
    ints[2] = args.rows;
    ints[3] = args.columns;
  }

  function writeRowsGradArgs(args: RowsGradArgs): void {
    ints[0] = args.dy;
    ints[1] = args.y;
    ints[2] = args.dx;
    ints[3] = args.rows;
    ints[4] = args.columns;
  }

  function writeCrossEntropyArgs(args: CrossEntropyArgs): void {
    ints[0] = args.logits;
    ints[1] = args.labels;
    ints[2] = args.loss;
    ints[3] = args.normalizer;
    ints[4] = args.dy;
    ints[5] = args.dlogits;
    ints[6] = args.rows;
    ints[7] = args.classes;
    floats[8] = args.keep;
    floats[9] = args.add;
  }

  function writeProbabilityArgs(args: ProbabilityArgs): void {
    ints[0] = args.probabilities;
    ints[1] = args.labels;
    ints[2] = args.loss;
    ints[3] = args.dy;
    ints[4] = args.dx;
    ints[5] = args.rows;
    ints[6] = args.classes;
    floats[7] = args.epsilon;
  }

  function writeReduceArgs(args: ReduceArgs): void {
    ints[0] = args.op;
    ints[1] = args.x;
    ints[2] = args.y;
    ints[3] = args.outer;
    ints[4] = args.reduced;
    ints[5] = args.inner;
    floats[6] = args.divisor;
  }

  function writeReduceBoolsArgs(args: ReduceBoolsArgs): void {
    ints[0] = args.x;
    ints[1] = args.y;
    ints[2] = args.outer;
    ints[3] = args.reduced;
    ints[4] = args.inner;
    bytes[20] = args.all ? 1 : 0;
  }

  function writeRepeatArgs(args: RepeatArgs): void {
    ints[0] = args.x;
    ints[1] = args.y;
    ints[2] = args.outer;
    ints[3] = args.times;
    ints[4] = args.inner;
    floats[5] = args.factor;
  }

  function writeArgExtremumArgs(args: ArgExtremumArgs): void {
    ints[0] = args.op;
    ints[1] = args.x;
    ints[2] = args.y;
    ints[3] = args.outer;
    ints[4] = args.reduced;
    ints[5] = args.inner;
  }

  function writeScanArgs(args: ScanArgs): void {
    ints[0] = args.op;
    ints[1] = args.x;
    ints[2] = args.y;
    ints[3] = args.outer;
    ints[4] = args.n;
    ints[5] = args.inner;
    bytes[24] = args.exclusive ? 1 : 0;
    bytes[25] = args.reverse ? 1 : 0;
  }

  function writeDilationArgs(args: DilationArgs): void {
    writeConvShape(args.shape);
    ints[15] = args.x;
    ints[16] = args.w;
    ints[17] = args.y;
    ints[18] = args.gradient;
  }

  function writeLrnArgs(args: LrnArgs): void {
    ints[0] = args.x;
    ints[1] = args.y;
    ints[2] = args.dy;
    ints[3] = args.dx;
    ints[4] = args.pixels;
    ints[5] = args.channels;
    ints[6] = args.radius;
    doubles[4] = args.bias;
    doubles[5] = args.alpha;
    doubles[6] = args.beta;
  }

  function writeBincountArgs(args: BincountArgs): void {
    ints[0] = args.x;
    ints[1] = args.weights;
    ints[2] = args.y;
    ints[3] = args.rows;
    ints[4] = args.n;
    ints[5] = args.size;
    bytes[24] = args.integers ? 1 : 0;
    bytes[25] = args.once ? 1 : 0;
  }

  function writeSearchArgs(args: SearchArgs): void {
    ints[0] = args.sorted;
    ints[1] = args.values;
    ints[2] = args.y;
    ints[3] = args.rows;
    ints[4] = args.n;
    ints[5] = args.count;
    bytes[24] = args.right ? 1 : 0;
    bytes[25] = args.integers ? 1 : 0;
  }

  function writeMultinomialArgs(args: MultinomialArgs): void {
    ints[0] = args.probabilities;
    ints[1] = args.draws;
    ints[2] = args.y;
    ints[3] = args.rows;
    ints[4] = args.events;
    ints[5] = args.samples;
  }

  function writeFftArgs(args: FftArgs): void {
    ints[0] = args.real;
    ints[1] = args.imag;
    ints[2] = args.outReal;
    ints[3] = args.outImag;
    ints[4] = args.roots;
    ints[5] = args.chirp;
    ints[6] = args.work;
    ints[7] = args.rows;
    ints[8] = args.n;
    ints[9] = args.size;
    floats[10] = args.scale;
  }

  function writeTopKArgs(args: TopKArgs): void {
    ints[0] = args.x;
    ints[1] = args.values;
    ints[2] = args.indices;
    ints[3] = args.rows;
    ints[4] = args.n;
    ints[5] = args.k;
    bytes[24] = args.integers ? 1 : 0;
  }

  function writeRotateArgs(args: RotateArgs): void {
    ints[0] = args.x;
    ints[1] = args.y;
    ints[2] = args.fill;
    ints[3] = args.batch;
    ints[4] = args.height;
    ints[5] = args.width;
    ints[6] = args.channels;
    doubles[4] = args.centerX;
    doubles[5] = args.centerY;
    doubles[6] = args.sine;
    doubles[7] = args.cosine;
  }

  function writeTransformArgs(args: TransformArgs): void {
    ints[0] = args.x;
    ints[1] = args.y;
    ints[2] = args.transforms;
    ints[3] = args.batch;
    ints[4] = args.height;
    ints[5] = args.width;
    ints[6] = args.channels;
    ints[7] = args.newHeight;
    ints[8] = args.newWidth;
    ints[9] = args.step;
    ints[10] = args.mode;
    doubles[6] = args.fill;
    bytes[56] = args.bilinear ? 1 : 0;
    bytes[57] = args.integers ? 1 : 0;
  }

  function writeCropArgs(args: CropArgs): void {
    ints[0] = args.x;
    ints[1] = args.y;
    ints[2] = args.boxes;
    ints[3] = args.images;
    ints[4] = args.count;
    ints[5] = args.height;
    ints[6] = args.width;
    ints[7] = args.channels;
    ints[8] = args.cropHeight;
    ints[9] = args.cropWidth;
    floats[10] = args.fill;
    bytes[44] = args.bilinear ? 1 : 0;
    bytes[45] = args.integers ? 1 : 0;
  }

  function writeScatterArgs(args: ScatterArgs): void {
    ints[0] = args.updates;
    ints[1] = args.rows;
    ints[2] = args.y;
    ints[3] = args.count;
    ints[4] = args.bytes;
    ints[5] = args.step;
  }

  function writeSegmentArgs(args: SegmentArgs): void {
    ints[0] = args.x;
    ints[1] = args.indices;
    ints[2] = args.ids;
    ints[3] = args.y;
    ints[4] = args.rows;
    ints[5] = args.count;
    ints[6] = args.segments;
    ints[7] = args.words;
    bytes[32] = args.mean ? 1 : 0;
    bytes[33] = args.integers ? 1 : 0;
  }

  function writeComplexAbsArgs(args: ComplexAbsArgs): void {
    ints[0] = args.real;
    ints[1] = args.imag;
    ints[2] = args.y;
    ints[3] = args.n;
  }

  function writeArgmaxPoolArgs(args: ArgmaxPoolArgs): void {
    writeConvShape(args.shape);
    ints[15] = args.x;
    ints[16] = args.y;
    ints[17] = args.places;
    bytes[72] = args.through ? 1 : 0;
    bytes[73] = args.integers ? 1 : 0;
  }

  function writeVolumeShape(args: VolumeShape): void {
    ints[0] = args.batch;
    ints[1] = args.inDepth;
    ints[2] = args.inHeight;
    ints[3] = args.inWidth;
    ints[4] = args.channels;
    ints[5] = args.outDepth;
    ints[6] = args.outHeight;
    ints[7] = args.outWidth;
    ints[8] = args.filterDepth;
    ints[9] = args.filterHeight;
    ints[10] = args.filterWidth;
    ints[11] = args.strideZ;
    ints[12] = args.strideY;
    ints[13] = args.strideX;
    ints[14] = args.dilationZ;
    ints[15] = args.dilationY;
    ints[16] = args.dilationX;
    ints[17] = args.front;
    ints[18] = args.top;
    ints[19] = args.left;
  }

  function writeColumnsArgs(args: ColumnsArgs): void {
    writeVolumeShape(args.shape);
    ints[20] = args.from;
    ints[21] = args.to;
    ints[22] = args.first;
    ints[23] = args.count;
    bytes[96] = args.gradient ? 1 : 0;
  }

  function writeAccumulateArgs(args: AccumulateArgs): void {
    ints[0] = args.x;
    ints[1] = args.y;
    ints[2] = args.n;
  }

  function writePool3dArgs(args: Pool3dArgs): void {
    writeVolumeShape(args.shape);
    ints[20] = args.x;
    ints[21] = args.y;
    ints[22] = args.dx;
  }

  function writeMatMulIntArgs(args: MatMulIntArgs): void {
    ints[0] = args.a;
    ints[1] = args.b;
    ints[2] = args.c;
    ints[3] = args.batch;
    ints[4] = args.m;
    ints[5] = args.n;
    ints[6] = args.k;
    bytes[28] = args.aBatch ? 1 : 0;
    bytes[29] = args.bBatch ? 1 : 0;
  }

  function writeGatherArgs(args: GatherArgs): void {
    ints[0] = args.x;
    ints[1] = args.indices;
    ints[2] = args.y;
    ints[3] = args.batch;
    ints[4] = args.outer;
    ints[5] = args.count;
    ints[6] = args.dim;
    ints[7] = args.bytes;
  }

  function writeFlattenArgs(args: FlattenArgs): void {
    ints[0] = args.indices;
    ints[1] = args.strides;
    ints[2] = args.flat;
    ints[3] = args.count;
    ints[4] = args.rank;
    ints[5] = args.limit;
  }

  function writeSegmentSumArgs(args: SegmentSumArgs): void {
    ints[0] = args.x;
    ints[1] = args.ids;
    ints[2] = args.y;
    ints[3] = args.count;
    ints[4] = args.segments;
    ints[5] = args.words;
    bytes[24] = args.integers ? 1 : 0;
  }

  function writeOneHotArgs(args: OneHotArgs): void {
    ints[0] = args.indices;
    ints[1] = args.y;
    ints[2] = args.n;
    ints[3] = args.depth;
    ints[4] = args.on;
    ints[5] = args.off;
    ints[6] = args.size;
  }

  function writeRandomArgs(args: RandomArgs): void {
    ints[0] = args.to;
    ints[1] = args.n;
    ints[2] = args.kind;
    ints[3] = args.seed0;
    ints[4] = args.seed1;
    floats[5] = args.a;
    floats[6] = args.b;
  }

  function writeGruArgs(args: GruArgs): void {
    ints[0] = args.gates;
    ints[1] = args.inner;
    ints[2] = args.recurrent;
    ints[3] = args.recurrentBias;
    ints[4] = args.states;
    ints[5] = args.mask;
    ints[6] = args.work;
    ints[7] = args.steps;
    ints[8] = args.batch;
    ints[9] = args.units;
    bytes[40] = args.hard ? 1 : 0;
    bytes[41] = args.after ? 1 : 0;
  }

  function writeGruGradArgs(args: GruGradArgs): void {
    writeGruArgs(args);
    ints[11] = args.dStates;
    ints[12] = args.dGates;
    ints[13] = args.dProducts;
    ints[14] = args.dState;
  }

  function writeLstmArgs(args: LstmArgs): void {
    ints[0] = args.gates;
    ints[1] = args.recurrent;
    ints[2] = args.states;
    ints[3] = args.cells;
    ints[4] = args.work;
    ints[5] = args.steps;
    ints[6] = args.batch;
    ints[7] = args.units;
    bytes[32] = args.hard ? 1 : 0;
  }

  function writeLstmGradArgs(args: LstmGradArgs): void {
    writeLstmArgs(args);
    ints[9] = args.dStates;
    ints[10] = args.dGates;
    ints[11] = args.dCell;
  }

  function writeResizeArgs(args: ResizeArgs): void {
    ints[0] = args.x;
    ints[1] = args.y;
    ints[2] = args.rows;
    ints[3] = args.columns;
    ints[4] = args.batch;
    ints[5] = args.height;
    ints[6] = args.width;
    ints[7] = args.channels;
    ints[8] = args.newHeight;
    ints[9] = args.newWidth;
  }

  function writeUpdateArgs(args: UpdateArgs): void {
    ints[0] = args.rule;
    ints[1] = args.parameters;
    ints[2] = args.count;
    ints[3] = args.total;
    ints[4] = args.numbers;
  }

  return {
    initThread: raw.initThread,
    work: raw.work,
    look: raw.look,
    unary(args) {
      writeUnaryArgs(args);
      return raw.unary(ARGS);
    },
    binary(args) {
      writeBinaryArgs(args);
      return raw.binary(ARGS);
    },
    select: raw.select,
    widen: raw.widen,
    addN: raw.addN,
    fill: raw.fill,
    matMul(args) {
      writeMatMulArgs(args);
      return raw.matMul(ARGS);
    },
    conv2d(args) {
      writeConvArgs(args);
      return raw.conv2d(ARGS);
    },
    convWorkBytes(args) {
      writeConvArgs(args);
      return raw.convWorkBytes(ARGS);
    },
    conv2dBackpropInput(args) {
      writeConvArgs(args);
      return raw.conv2dBackpropInput(ARGS);
    },
    convInputWorkBytes(args) {
      writeConvArgs(args);
      return raw.convInputWorkBytes(ARGS);
    },
    conv2dFew(args) {
      writeConvArgs(args);
      return raw.conv2dFew(ARGS);
    },
    convFewWorkBytes(args) {
      writeConvArgs(args);
      return raw.convFewWorkBytes(ARGS) >>> 0;
    },
    conv2dBackpropFilter(args) {
      writeConvArgs(args);
      return raw.conv2dBackpropFilter(ARGS);
    },
    convFilterWorkBytes(args) {
      writeConvArgs(args);
      return raw.convFilterWorkBytes(ARGS);
    },
    conv2dBackpropInputRows(args) {
      writeConvArgs(args);
      return raw.conv2dBackpropInputRows(ARGS);
    },
    convInputRowsWorkBytes(args) {
      writeConvArgs(args);
      return raw.convInputRowsWorkBytes(ARGS);
    },
    winogradConv2d(args) {
      writeConvArgs(args);
      return raw.winogradConv2d(ARGS);
    },
    winogradWorkBytes(args) {
      writeConvArgs(args);
      return raw.winogradWorkBytes(ARGS);
    },
    winogradBackpropInput(args) {
      writeConvArgs(args);
      return raw.winogradBackpropInput(ARGS);
    },
    winogradInputWorkBytes(args) {
      writeConvArgs(args);
      return raw.winogradInputWorkBytes(ARGS);
    },
    winogradBackpropFilter(args) {
      writeConvArgs(args);
      return raw.winogradBackpropFilter(ARGS);
    },
    winogradFilterWorkBytes(args) {
      writeConvArgs(args);
      return raw.winogradFilterWorkBytes(ARGS);
    },
    depthwiseConv2d(args) {
      writeConvArgs(args);
      return raw.depthwiseConv2d(ARGS);
    },
    depthwiseConv2dBackpropInput(args) {
      writeConvArgs(args);
      return raw.depthwiseConv2dBackpropInput(ARGS);
    },
    sumGroups(args) {
      writeSumGroupsArgs(args);
      return raw.sumGroups(ARGS);
    },
    depthwiseConv2dBackpropFilter(args) {
      writeConvArgs(args);
      return raw.depthwiseConv2dBackpropFilter(ARGS);
    },
    depthwiseFilterWorkBytes(args) {
      writeConvArgs(args);
      return raw.depthwiseFilterWorkBytes(ARGS);
    },
    maxPool(args) {
      writePoolArgs(args);
      return raw.maxPool(ARGS);
    },
    avgPool(args) {
      writePoolArgs(args);
      return raw.avgPool(ARGS);
    },
    maxPoolGrad(args) {
      writePoolArgs(args);
      return raw.maxPoolGrad(ARGS);
    },
    avgPoolGrad(args) {
      writePoolArgs(args);
      return raw.avgPoolGrad(ARGS);
    },
    batchNormBytes: (rows, channels) => raw.batchNormBytes(rows, channels) >>> 0,
    batchNorm(args) {
      writeBatchNormArgs(args);
      return raw.batchNorm(ARGS);
    },
    batchNormTrain(args) {
      writeBatchNormArgs(args);
      return raw.batchNormTrain(ARGS);
    },
    batchNormTrainGrad(args) {
      writeBatchNormGradArgs(args);
      return raw.batchNormTrainGrad(ARGS);
    },
    movingAverage(args) {
      writeMovingAverageArgs(args);
      return raw.movingAverage(ARGS);
    },
    layerNorm(args) {
      writeLayerNormArgs(args);
      return raw.layerNorm(ARGS);
    },
    layerNormBytes: (rows, columns) => raw.layerNormBytes(rows, columns) >>> 0,
    layerNormGrad(args) {
      writeLayerNormGradArgs(args);
      return raw.layerNormGrad(ARGS);
    },
    softmax(args) {
      writeRowsArgs(args);
      return raw.softmax(ARGS);
    },
    logSoftmax(args) {
      writeRowsArgs(args);
      return raw.logSoftmax(ARGS);
    },
    softmaxGrad(args) {
      writeRowsGradArgs(args);
      return raw.softmaxGrad(ARGS);
    },
    logSoftmaxGrad(args) {
      writeRowsGradArgs(args);
      return raw.logSoftmaxGrad(ARGS);
    },
    softmaxCrossEntropy(args) {
      writeCrossEntropyArgs(args);
      return raw.softmaxCrossEntropy(ARGS);
    },
    softmaxCrossEntropyGrad(args) {
      writeCrossEntropyArgs(args);
      return raw.softmaxCrossEntropyGrad(ARGS);
    },
    sparseSoftmaxCrossEntropy(args) {
      writeCrossEntropyArgs(args);
      return raw.sparseSoftmaxCrossEntropy(ARGS);
    },
    sparseSoftmaxCrossEntropyGrad(args) {
      writeCrossEntropyArgs(args);
      return raw.sparseSoftmaxCrossEntropyGrad(ARGS);
    },
    categoricalCrossEntropy(args) {
      writeProbabilityArgs(args);
      return raw.categoricalCrossEntropy(ARGS);
    },
    categoricalCrossEntropyGrad(args) {
      writeProbabilityArgs(args);
      return raw.categoricalCrossEntropyGrad(ARGS);
    },
    reduce(args) {
      writeReduceArgs(args);
      return raw.reduce(ARGS);
    },
    reduceBools(args) {
      writeReduceBoolsArgs(args);
      return raw.reduceBools(ARGS);
    },
    repeat(args) {
      writeRepeatArgs(args);
      return raw.repeat(ARGS);
    },
    argExtremum(args) {
      writeArgExtremumArgs(args);
      return raw.argExtremum(ARGS);
    },
    floatsOfInts: raw.floatsOfInts,
    floatsOfBools: raw.floatsOfBools,
    scan(args) {
      writeScanArgs(args);
      return raw.scan(ARGS);
    },
    dilation2d(args) {
      writeDilationArgs(args);
      return raw.dilation2d(ARGS);
    },
    dilation2dBackpropInput(args) {
      writeDilationArgs(args);
      return raw.dilation2dBackpropInput(ARGS);
    },
    dilation2dBackpropFilter(args) {
      writeDilationArgs(args);
      return raw.dilation2dBackpropFilter(ARGS);
    },
    lrn(args) {
      writeLrnArgs(args);
      return raw.lrn(ARGS);
    },
    lrnGrad(args) {
      writeLrnArgs(args);
      return raw.lrnGrad(ARGS);
    },
    bincount(args) {
      writeBincountArgs(args);
      return raw.bincount(ARGS) !== 0;
    },
    searchSorted(args) {
      writeSearchArgs(args);
      return raw.searchSorted(ARGS);
    },
    multinomial(args) {
      writeMultinomialArgs(args);
      return raw.multinomial(ARGS);
    },
    fft(args) {
      writeFftArgs(args);
      return raw.fft(ARGS);
    },
    fftWorkBytes(args) {
      writeFftArgs(args);
      return raw.fftWorkBytes(ARGS) >>> 0;
    },
    topK(args) {
      writeTopKArgs(args);
      return raw.topK(ARGS);
    },
    rotate(args) {
      writeRotateArgs(args);
      return raw.rotate(ARGS);
    },
    projectiveTransform(args) {
      writeTransformArgs(args);
      return raw.projectiveTransform(ARGS);
    },
    crop(args) {
      writeCropArgs(args);
      return raw.crop(ARGS);
    },
    scatterRows(args) {
      writeScatterArgs(args);
      return raw.scatterRows(ARGS);
    },
    sparseSegments(args) {
      writeSegmentArgs(args);
      return raw.sparseSegments(ARGS) !== 0;
    },
    complexAbs(args) {
      writeComplexAbsArgs(args);
      return raw.complexAbs(ARGS);
    },
    maxPoolWithArgmax(args) {
      writeArgmaxPoolArgs(args);
      return raw.maxPoolWithArgmax(ARGS);
    },
    columns3d(args) {
      writeColumnsArgs(args);
      return raw.columns3d(ARGS);
    },
    accumulate(args) {
      writeAccumulateArgs(args);
      return raw.accumulate(ARGS);
    },
    maxPool3d(args) {
      writePool3dArgs(args);
      return raw.maxPool3d(ARGS);
    },
    avgPool3d(args) {
      writePool3dArgs(args);
      return raw.avgPool3d(ARGS);
    },
    maxPool3dGrad(args) {
      writePool3dArgs(args);
      return raw.maxPool3dGrad(ARGS);
    },
    avgPool3dGrad(args) {
      writePool3dArgs(args);
      return raw.avgPool3dGrad(ARGS);
    },
    matMulInt(args) {
      writeMatMulIntArgs(args);
      return raw.matMulInt(ARGS);
    },
    copyBytes: raw.copyBytes,
    moveStart: raw.moveStart,
    moveDim: raw.moveDim,
    move: raw.move,
    moveConstant: raw.moveConstant,
    gatherRows(args) {
      writeGatherArgs(args);
      return raw.gatherRows(ARGS) !== 0;
    },
    flattenIndices(args) {
      writeFlattenArgs(args);
      return raw.flattenIndices(ARGS) !== 0;
    },
    segmentSum(args) {
      writeSegmentSumArgs(args);
      return raw.segmentSum(ARGS);
    },
    oneHot(args) {
      writeOneHotArgs(args);
      return raw.oneHot(ARGS);
    },
    random(args) {
      writeRandomArgs(args);
      return raw.random(ARGS);
    },
    gruWorkBytes: raw.gruWorkBytes,
    gruForward(args) {
      writeGruArgs(args);
      return raw.gruForward(ARGS);
    },
    gruBackward(args) {
      writeGruGradArgs(args);
      return raw.gruBackward(ARGS);
    },
    lstmWorkBytes: raw.lstmWorkBytes,
    lstmForward(args) {
      writeLstmArgs(args);
      return raw.lstmForward(ARGS);
    },
    lstmBackward(args) {
      writeLstmGradArgs(args);
      return raw.lstmBackward(ARGS);
    },
    resizeNearest(args) {
      writeResizeArgs(args);
      return raw.resizeNearest(ARGS);
    },
    resizeNearestGrad(args) {
      writeResizeArgs(args);
      return raw.resizeNearestGrad(ARGS);
    },
    resizeBilinear(args) {
      writeResizeArgs(args);
      return raw.resizeBilinear(ARGS);
    },
    resizeBilinearGrad(args) {
      writeResizeArgs(args);
      return raw.resizeBilinearGrad(ARGS);
    },
    updateParameters(args) {
      writeUpdateArgs(args);
      return raw.updateParameters(ARGS);
    },
  };
}
