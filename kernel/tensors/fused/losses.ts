// Softmax, log softmax and the cross-entropies: one op kernel each, forward and backward, where the device has it, else
// TensorFlow.js's ops. Their gradients are exact on every device, also for labels that do not add up to 1.
import * as tf from '@tensorflow/tfjs-core';
import { canFuse, has, hasNamed, recordingTwice, run, runNamed } from '../engine/call.ts';
import { register, registerOwn } from '../gradients/register.ts';
import { ops } from '../ops.ts';

type Two = [tf.Tensor, tf.Tensor];

const tensorOf = (x: tf.Tensor | tf.TensorLike, dtype?: tf.NumericDataType): tf.Tensor =>
  x instanceof tf.Tensor ? x : tf.tensor(x, undefined, dtype);

/** Cast to float32 if needed. */
const floats = (x: tf.Tensor) => (x.dtype === 'float32' ? x : tf.cast(x, 'float32'));

/**
 * [...] → [..., classes], also for one class, which `tf.oneHot` refuses. A label that is not a class gives a row of
 * zeros.
 */
const oneHot = (labels: tf.Tensor, classes: number) =>
  tf.cast(tf.equal(column(labels), tf.range(0, classes, 1, 'int32')), 'float32');

/** [...] → [..., 1]: one number per row, which broadcasts over the row. */
const column = (x: tf.Tensor) => tf.reshape(x, [...x.shape, 1]);

/** A tensor's value as a constant, with no gradient. */
const constant = tf.customGrad((x) => ({
  value: tf.clone(x as tf.Tensor),
  gradFunc: (dy: tf.Tensor) => tf.zerosLike(dy),
}));

function logSoftmax_(logits: tf.Tensor | tf.TensorLike, axis = -1): tf.Tensor {
  const x = tensorOf(logits);
  const last = x.rank - 1;
  if (x.dtype !== 'float32' || x.size === 0 || (axis !== -1 && axis !== last)) return tf.logSoftmax(x, axis);
  if (!hasNamed(tf.LogSoftmax)) {
    if (!recordingTwice()) return tf.logSoftmax(x, axis);
    // tf.logSoftmax saves a tensor that is not recorded, and so has no second derivative. The result does not depend on
    // the maximum.
    const shifted = tf.sub(x, constant(tf.max(x, -1, true)));
    return tf.sub(shifted, tf.log(tf.sum(tf.exp(shifted), -1, true)));
  }
  return runNamed(tf.LogSoftmax, { logits: x }, { axis: last });
}
/** `tf.logSoftmax`, by one op kernel where the device has it: TensorFlow.js has the name, but no op kernel. */
export const logSoftmax = tf.op({ logSoftmax_ }) as typeof tf.logSoftmax;

/**
 * −Σ labels · log softmax(logits) of each row.
 * @param labels [..., classes]
 * @param logits [..., classes]
 * @returns [...]
 */
function crossEntropyOfRows(labels: tf.Tensor, logits: tf.Tensor, labelSmoothing: number): tf.Tensor {
  const classes = logits.shape.at(-1)!;
  const rows = logits.shape.slice(0, -1);
  if (has(ops.SoftmaxCrossEntropy) && logits.size > 0) {
    const inputs = { logits: tf.reshape(logits, [-1, classes]), labels: tf.reshape(labels, [-1, classes]) };
    const [loss] = run(ops.SoftmaxCrossEntropy, inputs, { labelSmoothing });
    return tf.reshape(loss, rows);
  }
  return tf.neg(tf.sum(tf.mul(smooth(labels, classes, labelSmoothing), logSoftmax(logits)), -1));
}

const smooth = (labels: tf.Tensor, classes: number, by: number) =>
  by > 0 ? tf.add(tf.mul(labels, 1 - by), by / classes) : labels;

function softmaxCrossEntropy_(
  onehotLabels: tf.Tensor | tf.TensorLike,
  logits: tf.Tensor | tf.TensorLike,
  weights?: tf.Tensor | tf.TensorLike | null,
  labelSmoothing = 0,
  reduction = tf.Reduction.SUM_BY_NONZERO_WEIGHTS,
): tf.Tensor {
  const [labels, x] = [tensorOf(onehotLabels), tensorOf(logits)];
  tf.util.assertShapesMatch(labels.shape, x.shape, 'Error in softmaxCrossEntropy: ');
  if (x.rank === 0) throw new Error('softmaxCrossEntropy: logits must have at least one axis, and are a scalar');
  const losses = crossEntropyOfRows(floats(labels), floats(x), Math.max(0, labelSmoothing));
  return weighted(losses, weights, reduction);
}

/** As `tf.losses.computeWeightedLoss`; the default without weights, the mean, is one op. */
function weighted(losses: tf.Tensor, weights: tf.Tensor | tf.TensorLike | null | undefined, reduction: tf.Reduction) {
  const isMean = reduction === tf.Reduction.SUM_BY_NONZERO_WEIGHTS && (weights === undefined || weights === null);
  return isMean ? tf.mean(losses) : tf.losses.computeWeightedLoss(losses, weights ?? undefined, reduction);
}

/**
 * `tf.losses.softmaxCrossEntropy`, in one op kernel where the device has it. Two things differ from TensorFlow.js: the
 * gradient is right even if a row of labels does not add up to 1, and labels are smoothed by the number of classes for
 * logits of any rank.
 */
export const softmaxCrossEntropy = tf.op({ softmaxCrossEntropy_ }) as typeof tf.losses.softmaxCrossEntropy;

function sparseSoftmaxCrossEntropy_(
  labels: tf.Tensor | tf.TensorLike,
  logits: tf.Tensor | tf.TensorLike,
  weights?: tf.Tensor | tf.TensorLike | null,
  reduction = tf.Reduction.SUM_BY_NONZERO_WEIGHTS,
): tf.Tensor {
  const [given, x] = [tensorOf(labels, 'int32'), floats(tensorOf(logits))];
  const classes = x.shape.at(-1);
  const rows = x.shape.slice(0, -1);
  if (classes === undefined) throw new Error('sparseSoftmaxCrossEntropy: logits must have at least one axis');
  if (!tf.util.arraysEqual(given.shape, rows))
    throw new Error(`sparseSoftmaxCrossEntropy: labels are [${given.shape}], and must be [${rows}] for [${x.shape}]`);
  const numbers = given.dtype === 'int32' ? given : tf.cast(given, 'int32');
  if (has(ops.SparseSoftmaxCrossEntropy) && x.size > 0) {
    const inputs = { logits: tf.reshape(x, [-1, classes]), labels: tf.reshape(numbers, [-1]) };
    const [loss] = run(ops.SparseSoftmaxCrossEntropy, inputs);
    return weighted(tf.reshape(loss, rows), weights, reduction);
  }
  const known = tf.logicalAnd(tf.greaterEqual(numbers, 0), tf.less(numbers, classes));
  const losses = crossEntropyOfRows(oneHot(numbers, classes), x, 0);
  return weighted(tf.where(known, losses, tf.fill(rows, NaN)), weights, reduction);
}

/**
 * `tf.losses.sparseSoftmaxCrossEntropy`: the cross-entropy of softmax(logits) with labels given as numbers of classes.
 * @param labels [...] int32; the loss of a label that is not a class is NaN
 * @param logits [..., classes]
 * @param weights broadcast to [...]
 * @param reduction how the losses [...] become one; by default their mean over those whose weight is not 0
 */
export const sparseSoftmaxCrossEntropy = tf.op({ sparseSoftmaxCrossEntropy_ }) as <O extends tf.Tensor = tf.Scalar>(
  labels: tf.Tensor | tf.TensorLike,
  logits: tf.Tensor | tf.TensorLike,
  weights?: tf.Tensor | tf.TensorLike | null,
  reduction?: tf.Reduction,
) => O;

/**
 * Keras's categorical cross-entropy of each row: −Σ labels · log q, where q is the probabilities divided by their sum
 * and clipped to [ε, 1 − ε].
 * @param labels [..., classes]
 * @param probabilities [..., classes]
 * @returns [...]
 */
export function crossEntropyOfProbabilities(labels: tf.Tensor, probabilities: tf.Tensor, epsilon: number): tf.Tensor {
  if (probabilities.dtype === 'float32' && probabilities.size > 0 && has(ops.CategoricalCrossEntropy)) {
    const classes = probabilities.shape.at(-1)!;
    const [p, l] = [tf.reshape(probabilities, [-1, classes]), tf.reshape(floats(labels), [-1, classes])];
    const losses = run(ops.CategoricalCrossEntropy, { probabilities: p, labels: l }, { epsilon });
    return tf.reshape(losses, probabilities.shape.slice(0, -1));
  }
  return tf.neg(tf.sum(tf.mul(floats(labels), tf.log(bounded(probabilities, epsilon))), -1));
}

const bounded = (probabilities: tf.Tensor, epsilon: number) =>
  tf.clipByValue(tf.div(probabilities, tf.sum(probabilities, -1, true)), epsilon, 1 - epsilon);

function registerGradients(): void {
  registerOwn(
    ops.CategoricalCrossEntropy,
    { inputsToSave: ['probabilities', 'labels'] },
    (dy, [probabilities, labels], attrs) => {
      const epsilon = attrs.epsilon;
      const [p, l] = [probabilities!, labels!];
      return {
        probabilities: () => {
          if (canFuse(ops.CategoricalCrossEntropyGrad))
            return run(ops.CategoricalCrossEntropyGrad, { dy, probabilities: p, labels: l }, { epsilon });
          const total = tf.sum(p, -1, true);
          const q = tf.div(p, total);
          const free = tf.logicalAnd(tf.greaterEqual(q, epsilon), tf.lessEqual(q, 1 - epsilon));
          const counted = tf.where(free, l, tf.zerosLike(l));
          const ratio = tf.where(free, tf.div(counted, q), tf.zerosLike(q));
          return tf.mul(column(dy), tf.div(tf.sub(tf.sum(counted, -1, true), ratio), total));
        },
        labels: () => tf.mul(column(tf.neg(dy)), tf.log(bounded(p, epsilon))),
      };
    },
  );
  register(tf.Softmax, { outputsToSave: [true] }, (dy, [y]) => ({
    logits: () => {
      if (canFuse(ops.SoftmaxGrad)) return run(ops.SoftmaxGrad, { dy, y: y! });
      const dyTimesY = tf.mul(dy, y!);
      return tf.sub(dyTimesY, tf.mul(tf.sum(dyTimesY, -1, true), y!));
    },
  }));
  register(tf.LogSoftmax, { outputsToSave: [true] }, (dy, [y]) => ({
    logits: () => {
      if (canFuse(ops.LogSoftmaxGrad)) return run(ops.LogSoftmaxGrad, { dy, y: y! });
      return tf.sub(dy, tf.mul(tf.exp(y!), tf.sum(dy, -1, true)));
    },
  }));
  // The second output only serves to compute softmax(logits) again, and gets no gradient
  registerOwn(
    ops.SoftmaxCrossEntropy,
    { inputsToSave: ['logits', 'labels'], outputsToSave: [false, true] },
    ([dy], saved, attrs) => {
      const [logits, labels, normalizer] = saved as [...Two, tf.Tensor];
      const labelSmoothing = attrs.labelSmoothing;
      return {
        logits: () => {
          if (canFuse(ops.SoftmaxCrossEntropyGrad))
            return run(ops.SoftmaxCrossEntropyGrad, { dy, logits, labels, normalizer }, { labelSmoothing });
          const smoothed = smooth(labels, logits.shape[1]!, labelSmoothing);
          const ofSum = tf.mul(tf.softmax(logits), tf.sum(smoothed, -1, true));
          return tf.mul(column(dy), tf.sub(ofSum, smoothed));
        },
        labels: () => tf.mul(tf.mul(column(dy), labelSmoothing - 1), logSoftmax(logits)),
      };
    },
  );
  registerOwn(
    ops.SparseSoftmaxCrossEntropy,
    { inputsToSave: ['logits', 'labels'], outputsToSave: [false, true] },
    ([dy], saved) => {
      const [logits, labels, normalizer] = saved as [...Two, tf.Tensor];
      return {
        logits: () => {
          if (canFuse(ops.SparseSoftmaxCrossEntropyGrad))
            return run(ops.SparseSoftmaxCrossEntropyGrad, { dy, logits, labels, normalizer });
          return tf.mul(column(dy), tf.sub(tf.softmax(logits), oneHot(labels, logits.shape[1]!)));
        },
        labels: () => tf.zeros(labels.shape),
      };
    },
  );
}

/**
 * Registers the gradients, and lets the method `logSoftmax` of tensors and the activation of layers use the op kernel.
 */
export function fuseLosses(): void {
  registerGradients();
  const { prototype } = tf.Tensor as unknown as { prototype: { logSoftmax: unknown } };
  prototype.logSoftmax = function (this: tf.Tensor, axis?: number) {
    return logSoftmax(this, axis);
  };
  const activations = tf.serialization.SerializationMap.getMap().classNameMap;
  const activation = activations['logSoftmax']?.[0] as unknown as { prototype: { apply: typeof logSoftmax } };
  activation.prototype.apply = (x, axis) => logSoftmax(x, axis);
}
