// Expressions whose shapes are known, whose shapes are not, and which cannot be computed. Tests of the sources read what is
// said of them; tests of the build compute them.

/** Code that stands before the expressions. */
export const before = 'const n = 32; const rows = [1, 2]; declare const size: number[];';

/** The shape; `?` for a size that is not known. */
export const known: [expression: string, shape: string][] = [
  ['tf.tensor2d([[1, 2], [3, 4], [5, 6]])', '[3, 2]'],
  ['tf.tensor([1, 2, 3, 4], [2, 2])', '[2, 2]'],
  ['tf.tensor1d([-1, 2])', '[2]'],
  ['tf.scalar(3)', '[]'],
  ['tf.zeros([2, 3])', '[2, 3]'],
  ['tf.randomNormal([n, 3])', '[32, 3]'],
  ['tf.ones([rows.length, 3])', '[?, 3]'],
  ['tf.fill([2 * n, 1 + 1], 7)', '[64, 2]'],
  ['tf.eye(4)', '[4, 4]'],
  ['tf.variable(tf.zeros([5]))', '[5]'],
  ['tf.zeros([2, 3]).relu().add(1)', '[2, 3]'],
  ['tf.zeros([2, 1]).mul(tf.ones([4]))', '[2, 4]'],
  ['tf.matMul(tf.zeros([2, 3]), tf.ones([3, 5]))', '[2, 5]'],
  ['tf.matMul(tf.zeros([3, 2]), tf.ones([5, 3]), true, true)', '[2, 5]'],
  ['tf.zeros([7, 2, 3]).matMul(tf.ones([3, 4]))', '[7, 2, 4]'],
  ['tf.reshape(tf.zeros([4, 3]), [2, -1])', '[2, 6]'],
  ['tf.zeros([4, 3]).reshape([-1])', '[12]'],
  ['tf.zeros([2, 3, 4]).transpose()', '[4, 3, 2]'],
  ['tf.transpose(tf.zeros([2, 3, 4]), [1, 0, 2])', '[3, 2, 4]'],
  ['tf.concat([tf.zeros([2, 3]), tf.ones([4, 3])])', '[6, 3]'],
  ['tf.concat([tf.zeros([2, 3]), tf.ones([2, 1])], -1)', '[2, 4]'],
  ['tf.stack([tf.zeros([3]), tf.ones([3])], 1)', '[3, 2]'],
  ['tf.zeros([2, 3]).sum()', '[]'],
  ['tf.mean(tf.zeros([2, 3, 4]), [0, -1], true)', '[1, 3, 1]'],
  ['tf.zeros([2, 3]).argMax(-1)', '[2]'],
  ['tf.zeros([2, 3]).expandDims(-1)', '[2, 3, 1]'],
  ['tf.zeros([1, 3, 1]).squeeze()', '[3]'],
  ['tf.zeros([1, 3, 1]).squeeze([0])', '[3, 1]'],
  ["tf.oneHot(tf.tensor1d([1, 2], 'int32'), 10)", '[2, 10]'],
  ["tf.conv2d(tf.zeros([8, 28, 28, 1]), tf.ones([3, 3, 1, 16]), 2, 'same')", '[8, 14, 14, 16]'],
  ["tf.conv2d(tf.zeros([28, 28, 1]), tf.ones([5, 5, 1, 6]), [1, 1], 'valid')", '[24, 24, 6]'],
  ['tf.cast(tf.zeros([2]) as tf.Tensor1D, "int32")!', '[2]'],
];

/** Nothing is said of these. */
export const unknown: [expression: string][] = [
  ['load()'],
  ['tf.zeros(size)'],
  ['tf.zeros([2, ...size])'],
  ['tf.tensor(values)'],
  ['tf.zeros([2]).unknownOp()'],
  ['other.zeros([2])'],
];

/** Where the misfit begins, and a part of what is said. */
export const misfits: [expression: string, from: string, message: string][] = [
  ['tf.matMul(tf.zeros([2, 3]), tf.ones([2, 3]))', 'matMul(', '3 columns, and 2 rows'],
  ['tf.matMul(tf.zeros([2, 3]), tf.ones([4, 3]), false, false)', 'matMul(', 'do not fit'],
  ['tf.matMul(tf.zeros([2, 3]), tf.ones([3]))', 'matMul(', 'matrices'],
  ['tf.zeros([2, 3]).add(tf.ones([2]))', 'add(', '[2, 3] and [2]'],
  ['tf.zeros([4, 3]).sub(tf.zeros([4, 3]).mean(1))', 'sub(', '[4, 3] and [4]'],
  ['tf.zeros([2, 3]).reshape([4, 2])', 'reshape(', '6 elements'],
  ['tf.zeros([2, 3]).reshape([4, -1])', 'reshape(', '6 elements'],
  ['tf.reshape([1, 2, 3], [2, 2])', 'reshape(', '3 elements'],
  ['tf.tensor([1, 2, 3], [2, 2])', 'tensor(', '3 values'],
  ['tf.concat([tf.zeros([2, 3]), tf.ones([2, 4])])', 'concat(', 'axis 0'],
  ['tf.stack([tf.zeros([2]), tf.ones([3])])', 'stack(', '[2] and [3]'],
  ['tf.zeros([2, 3]).sum(2)', 'sum(', 'no axis 2'],
  ["tf.conv2d(tf.zeros([1, 8, 8, 3]), tf.ones([3, 3, 1, 4]), 1, 'same')", 'conv2d(', '3 channels'],
  ["tf.conv2d(tf.zeros([1, 2, 2, 1]), tf.ones([3, 3, 1, 4]), 1, 'valid')", 'conv2d(', 'larger than the image'],
];
