// Labels of sparse losses: a label that is not the number of a class is an error, or NaN where its value is not at
// hand, since it would count as a row without a class: a loss that is too small.
import * as tf from '@tensorflow/tfjs-core';

/** @throws RangeError that names the first label that is not the number of a class */
function checkValues(labels: ArrayLike<number>, perExample: number, classes: number): void {
  for (let i = 0; i < labels.length; i++) {
    const label = labels[i]!;
    if (Number.isInteger(label) && label >= 0 && label < classes) continue;
    const example = Math.floor(i / perExample);
    const from1 = label === classes ? ' Labels that begin at 1 must be lowered by 1.' : '';
    throw new RangeError(
      `sparseCategoricalCrossentropy: the label of example ${example} is ${label}, and the model has ${classes} ` +
        `classes: labels must be integers from 0 to ${classes - 1}.${from1}`,
    );
  }
}

const perExample = (labels: tf.Tensor) => Math.max(1, labels.size / Math.max(1, labels.shape[0] ?? 1));

/** Whether the labels of the losses that are being computed are known to be right. */
let checked = false;

/** Checks all labels of a training once, before its first step: on every device, since their values are awaited. */
export async function checkLabels(labels: tf.Tensor, classes: number): Promise<void> {
  checkValues(await labels.data(), perExample(labels), classes);
}

/** Computes losses whose labels have been checked, if `areChecked`. */
export function withLabels<T>(areChecked: boolean, f: () => T): T {
  const before = checked;
  checked = areChecked;
  try {
    return f();
  } finally {
    checked = before;
  }
}

/**
 * Labels of classes as rows with a single 1, for a loss. On the device `cpu` their values are at hand and are checked;
 * reading them on others would wait for all that is being computed, so a row whose label is no class becomes NaN there.
 * @param labels [...] numbers of any type
 * @returns [all labels, classes]
 */
export function oneHotOfLabels(labels: tf.Tensor, classes: number): tf.Tensor {
  const flatLabels = tf.reshape(labels, [-1]);
  const whole = labels.dtype === 'float32' ? tf.floor(flatLabels) : flatLabels;
  const numbers = tf.cast(whole, 'int32') as tf.Tensor1D;
  const rows = tf.oneHot(numbers, classes);
  if (checked) return rows;
  if (tf.getBackend() === 'cpu') {
    checkValues(labels.dataSync(), perExample(labels), classes);
    return rows;
  }
  const flat = tf.cast(tf.reshape(labels, [-1, 1]), 'float32');
  const isInteger = tf.equal(flat, tf.floor(flat));
  const isClass = tf.logicalAnd(isInteger, tf.logicalAnd(tf.greaterEqual(flat, 0), tf.less(flat, classes)));
  return tf.add(tf.where(isClass, tf.zerosLike(flat), tf.fill(flat.shape, NaN)), tf.cast(rows, 'float32'));
}
