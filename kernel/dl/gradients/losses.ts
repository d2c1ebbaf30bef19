// Cross-entropy of a softmax: TensorFlow.js takes the labels of each example to sum to 1, and the loss to be none of the labels' doing.
import * as tf from '@tensorflow/tfjs-core';

/**
 * −Σ labels · log softmax(logits) over the last axis. Its gradients: softmax(logits) · Σ labels − labels for the logits, so that an
 * example without labels has none, and −log softmax(logits) for the labels.
 * labels, logits: [..., classes]; result: [...]
 */
function crossEntropy(labels: tf.Tensor, logits: tf.Tensor): tf.Tensor {
  const op = tf.customGrad((labels, logits, save) => {
    const [y, x] = [labels as tf.Tensor, logits as tf.Tensor];
    const logProbabilities = x.sub(tf.logSumExp(x, -1, true));
    (save as unknown as (kept: tf.Tensor[]) => void)([y, logProbabilities]);
    return {
      value: logProbabilities.mul(y).sum(-1).neg(),
      gradFunc: (dy: tf.Tensor, saved: tf.Tensor[]) => {
        const [y, logProbabilities] = saved as [tf.Tensor, tf.Tensor];
        const each = tf.expandDims(dy, -1);
        return [each.mul(logProbabilities).neg(), each.mul(tf.exp(logProbabilities).mul(y.sum(-1, true)).sub(y))];
      },
    };
  });
  return op(labels, logits);
}

/** Puts it in the place of `tf.losses.softmaxCrossEntropy`. */
export function softmaxCrossEntropy(): void {
  tf.losses.softmaxCrossEntropy = ((
    onehotLabels: tf.Tensor | tf.TensorLike,
    logits: tf.Tensor | tf.TensorLike,
    weights?: tf.Tensor | tf.TensorLike,
    labelSmoothing = 0,
    reduction?: tf.Reduction,
  ) =>
    tf.tidy('softmaxCrossEntropy', () => {
      const x = tensor(logits);
      let labels = tensor(onehotLabels);
      tf.util.assertShapesMatch(labels.shape, x.shape, 'Error in softmaxCrossEntropy: ');
      if (labelSmoothing > 0) labels = labels.mul(1 - labelSmoothing).add(labelSmoothing / labels.shape[1]!);
      return tf.losses.computeWeightedLoss(crossEntropy(labels, x), weights, reduction);
    })) as typeof tf.losses.softmaxCrossEntropy;
}

/** In float32. */
const tensor = (t: tf.Tensor | tf.TensorLike) =>
  t instanceof tf.Tensor ? t.cast('float32') : tf.tensor(t, undefined, 'float32');
