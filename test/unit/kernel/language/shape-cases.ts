// Expressions whose shapes are known, whose shapes are not, and which cannot be computed. Tests of the sources read what is
// said of them; tests of the build compute them.

/** Code that stands before the expressions. */
export const before =
  'const n = 32; const rows = [1, 2]; declare const size: number[]; const x = tf.zeros([6, 4]); const input = tf.input({ shape: [4] });';

const conv = 'tf.layers.conv2d({ filters: 8, kernelSize: 3, inputShape: [28, 28, 1] })';
const sequential = (...layers: string[]) => `tf.sequential({ layers: [${layers.join(', ')}] })`;

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
  ['tf.zeros([x.shape[0], x.rank])', '[6, 2]'],
  ['tf.ones(x.shape)', '[6, 4]'],
  ['tf.tidy(() => x.add(1).sum(0))', '[4]'],
  ['tf.tidy(() => { const t = x.transpose(); return t.matMul(x); })', '[4, 4]'],
  ['tf.keep(x)', '[6, 4]'],
  ['tf.zeros([28 * 28, n / 2])', '[784, 16]'],
  [`${sequential('tf.layers.dense({ units: 3, inputShape: [4] })')}.predict(x) as tf.Tensor`, '[6, 3]'],
  ['tf.layers.dense({ units: 3 }).apply(x) as tf.Tensor', '[6, 3]'],
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

/** Models, with the shape that they give. */
export const models: [expression: string, shape: string][] = [
  [sequential('tf.layers.dense({ units: 3, inputShape: [4] })'), '[?, 3]'],
  [sequential('tf.layers.dense({ units: n, inputShape: [4] })', 'tf.layers.dropout({ rate: 0.5 })'), '[?, 32]'],
  [sequential(conv), '[?, 26, 26, 8]'],
  [sequential(conv, 'tf.layers.maxPooling2d({ poolSize: 2 })'), '[?, 13, 13, 8]'],
  [sequential(conv, 'tf.layers.maxPooling2d({ poolSize: 3, strides: 2 })', 'tf.layers.flatten()'), '[?, 1152]'],
  [sequential(conv, 'tf.layers.globalAveragePooling2d({})', 'tf.layers.dense({ units: 10 })'), '[?, 10]'],
  [sequential(conv, 'tf.layers.dense({ units: 10 })'), '[?, 26, 26, 10]'],
  [
    sequential(conv, "tf.layers.conv2d({ filters: 4, kernelSize: [5, 3], strides: 2, padding: 'same' })"),
    '[?, 13, 13, 4]',
  ],
  [sequential(conv, 'tf.layers.conv2d({ filters: 4, kernelSize: 3, dilationRate: 2 })'), '[?, 22, 22, 4]'],
  [sequential(conv, 'tf.layers.depthwiseConv2d({ kernelSize: 3, depthMultiplier: 2 })'), '[?, 24, 24, 16]'],
  [sequential(conv, 'tf.layers.separableConv2d({ filters: 5, kernelSize: 3 })'), '[?, 24, 24, 5]'],
  [sequential(conv, 'tf.layers.upSampling2d({ size: [2, 3] })'), '[?, 52, 78, 8]'],
  [
    sequential('tf.layers.reshape({ targetShape: [7, -1], inputShape: [28] })', 'tf.layers.lstm({ units: 5 })'),
    '[?, 5]',
  ],
  [
    sequential(
      'tf.layers.embedding({ inputDim: 100, outputDim: 16, inputLength: 9 })',
      'tf.layers.gru({ units: 5, returnSequences: true })',
    ),
    '[?, 9, 5]',
  ],
  [
    sequential('tf.layers.conv1d({ filters: 4, kernelSize: 3, inputShape: [9, 2] })', 'tf.layers.maxPooling1d({})'),
    '[?, 3, 4]',
  ],
  [sequential('tf.layers.embedding({ inputDim: 10, outputDim: 4 })', 'tf.layers.globalAveragePooling1d()'), '[?, 4]'],
  [sequential(sequential('tf.layers.dense({ units: 3, inputShape: [4] })'), 'tf.layers.dense({ units: 2 })'), '[?, 2]'],
  ['tf.model({ inputs: input, outputs: tf.layers.dense({ units: 3 }).apply(input) as tf.SymbolicTensor })', '[?, 3]'],
  [
    'tf.model({ inputs: input, outputs: tf.layers.concatenate().apply([input, input]) as tf.SymbolicTensor })',
    '[?, 8]',
  ],
  ['tf.model({ inputs: input, outputs: tf.layers.add().apply([input, input]) as tf.SymbolicTensor })', '[?, 4]'],
];

/** Models and their uses that are errors. */
export const modelMisfits: [expression: string, from: string, message: string][] = [
  [sequential('tf.layers.dense({ units: 3 })'), 'dense({', 'inputShape'],
  [sequential('tf.layers.dense({ units: 3, inputShape: [] })'), 'dense({', '[batch, features]'],
  [sequential('tf.layers.dense({ units: 3, inputShape: [4] })', 'tf.layers.flatten()'), 'flatten()', '[?, 3]'],
  [
    sequential('tf.layers.dense({ units: 3, inputShape: [4] })', 'tf.layers.conv2d({ filters: 2, kernelSize: 3 })'),
    'conv2d({',
    '[batch, height, width, channels]',
  ],
  [sequential(conv, 'tf.layers.flatten()', 'tf.layers.maxPooling2d({})'), 'maxPooling2d({', '[?, 5408]'],
  [sequential(conv, 'tf.layers.lstm({ units: 3 })'), 'lstm({', '[batch, steps, features]'],
  [sequential(conv, 'tf.layers.conv2d({ filters: 2, kernelSize: 28 })'), 'conv2d({ filters: 2', '[28, 28] is larger'],
  [sequential('tf.layers.conv1d({ filters: 2, kernelSize: 9, inputShape: [3, 2] })'), 'conv1d({', '[9] is larger'],
  [sequential('tf.layers.reshape({ targetShape: [3, 3], inputShape: [8] })'), 'reshape({', '8 values'],
  [sequential('tf.layers.reshape({ targetShape: [3, -1], inputShape: [8] })'), 'reshape({', '8 values'],
  [`${sequential(conv)}.predict(tf.zeros([5, 28, 28]))`, 'predict(', '[?, 28, 28, 1]'],
  [`${sequential(conv)}.predict(tf.zeros([28, 28, 1]))`, 'predict(', 'expandDims(0)'],
  [`${sequential('tf.layers.dense({ units: 3, inputShape: [4] })')}.predict(tf.zeros([4]))`, 'predict(', 'expandDims'],
  [`${sequential('tf.layers.dense({ units: 3, inputShape: [4] })')}.predict(tf.zeros([2, 5]))`, 'predict(', '[2, 5]'],
];
