// Softmax, log-softmax and cross-entropy with their gradients: a workgroup for each row.
import { ops } from '../../../ops.ts';
import type { OpKernel } from '../op-kernel.ts';
import { areFloat, sizeOf, type Shader } from '../shader.ts';
import { matrixSize } from '../shaders/column-sums.ts';
import { each, rowShader, runRows, sumEach } from '../shaders/row-shader.ts';

/** Of the row `x`: `most`, its largest number; `sum`, the sum of exp(x − most); `bad`, 1 if it has a NaN, else 0. */
const logSumExp = `
  var most = -3.402823466e38;
  var bad = 0.0;
  ${each('let v = x[first + i]; if (isNan(v)) { bad = 1.0; } else { most = max(most, v); }')}
  bad = largest(at, bad);
  most = largest(at, most);
  var sum = 0.0;
  ${sumEach('sum', 'exp(x[first + i] - most)')}
  sum = total(at, sum);`;

const softmaxShader = rowShader(
  'softmax',
  { y: 'f32' },
  { x: 'f32' },
  `${logSumExp}
  ${each('y[first + i] = select(exp(x[first + i] - most) / sum, bitcast<f32>(u.nan), bad > 0.0);')}`,
);
const logSoftmaxShader = rowShader(
  'logSoftmax',
  { y: 'f32' },
  { x: 'f32' },
  `${logSumExp}
  let logarithm = log(sum);
  ${each('y[first + i] = select(x[first + i] - most - logarithm, bitcast<f32>(u.nan), bad > 0.0);')}`,
);
const softmaxGradShader = rowShader(
  'softmaxGrad',
  { dx: 'f32' },
  { dy: 'f32', y: 'f32' },
  `var sum = 0.0;
  ${sumEach('sum', 'dy[first + i] * y[first + i]')}
  sum = total(at, sum);
  ${each('dx[first + i] = (dy[first + i] - sum) * y[first + i];')}`,
);
const logSoftmaxGradShader = rowShader(
  'logSoftmaxGrad',
  { dx: 'f32' },
  { dy: 'f32', y: 'f32' },
  `var sum = 0.0;
  ${sumEach('sum', 'dy[first + i]')}
  sum = total(at, sum);
  ${each('dx[first + i] = dy[first + i] - exp(y[first + i]) * sum;')}`,
);

const SMOOTHING = { keep: 'f32', add: 'f32' } as const;

const crossEntropyShader = rowShader(
  'softmaxCrossEntropy',
  { loss: 'f32', normalizer: 'f32' },
  { x: 'f32', labels: 'f32' },
  `${logSumExp}
  let logarithm = log(sum);
  var sumOfLosses = 0.0;
  ${sumEach('sumOfLosses', '-(u.keep * labels[first + i] + u.add) * (x[first + i] - most - logarithm)')}
  sumOfLosses = total(at, sumOfLosses);
  if (at == 0u) {
    loss[row] = select(sumOfLosses, bitcast<f32>(u.nan), bad > 0.0);
    normalizer[2u * row] = most;
    normalizer[2u * row + 1u] = logarithm;
  }`,
  SMOOTHING,
);
const crossEntropyGradShader = rowShader(
  'softmaxCrossEntropyGrad',
  { dx: 'f32' },
  { dy: 'f32', x: 'f32', labels: 'f32', normalizer: 'f32' },
  `var sum = 0.0;
  ${sumEach('sum', 'u.keep * labels[first + i] + u.add')}
  sum = total(at, sum);
  let most = normalizer[2u * row];
  let logarithm = normalizer[2u * row + 1u];
  ${each(`let p = exp(x[first + i] - most - logarithm);
    dx[first + i] = dy[row] * (p * sum - (u.keep * labels[first + i] + u.add));`)}`,
  SMOOTHING,
);
const sparseCrossEntropyShader = rowShader(
  'sparseSoftmaxCrossEntropy',
  { loss: 'f32', normalizer: 'f32' },
  { x: 'f32', labels: 'i32' },
  `${logSumExp}
  if (at == 0u) {
    let logarithm = log(sum);
    let label = labels[row];
    let known = label >= 0 && label < i32(u.columns) && bad == 0.0;
    loss[row] = select(bitcast<f32>(u.nan), most + logarithm - x[first + u32(clamp(label, 0, i32(u.columns) - 1))], known);
    normalizer[2u * row] = most;
    normalizer[2u * row + 1u] = logarithm;
  }`,
);
const sparseCrossEntropyGradShader = rowShader(
  'sparseSoftmaxCrossEntropyGrad',
  { dx: 'f32' },
  { dy: 'f32', x: 'f32', labels: 'i32', normalizer: 'f32' },
  `let most = normalizer[2u * row];
  let logarithm = normalizer[2u * row + 1u];
  ${each(`let p = exp(x[first + i] - most - logarithm);
    dx[first + i] = dy[row] * (p - select(0.0, 1.0, labels[row] == i32(i)));`)}`,
);

const categoricalShader = rowShader(
  'categoricalCrossEntropy',
  { loss: 'f32' },
  { p: 'f32', labels: 'f32' },
  `var sum = 0.0;
  ${sumEach('sum', 'p[first + i]')}
  sum = total(at, sum);
  var sumOfLosses = 0.0;
  ${sumEach('sumOfLosses', '-labels[first + i] * log(clamp(p[first + i] / sum, u.epsilon, 1.0 - u.epsilon))')}
  sumOfLosses = total(at, sumOfLosses);
  if (at == 0u) { loss[row] = sumOfLosses; }`,
  { epsilon: 'f32' },
);
const categoricalGradShader = rowShader(
  'categoricalCrossEntropyGrad',
  { dp: 'f32' },
  { dy: 'f32', p: 'f32', labels: 'f32' },
  `var sum = 0.0;
  ${sumEach('sum', 'p[first + i]')}
  sum = total(at, sum);
  var counted = 0.0;
  ${each(`let q = p[first + i] / sum;
    if (q >= u.epsilon && q <= 1.0 - u.epsilon) { counted += labels[first + i]; }`)}
  counted = total(at, counted);
  ${each(`let q = p[first + i] / sum;
    let free = q >= u.epsilon && q <= 1.0 - u.epsilon;
    dp[first + i] = dy[row] * (counted - select(0.0, labels[first + i] / q, free)) / sum;`)}`,
  { epsilon: 'f32' },
);

/**
 * An op along the last axis.
 * @param input name of the input
 * @param axis name of the attribute
 */
function rowwise(input: string, axis: string, shader: Shader): OpKernel {
  return (call) => {
    const x = call.inputs[input]!;
    const at = call.attrs[axis] as number;
    const rank = x.shape.length;
    if (!areFloat(x) || rank === 0 || sizeOf(x) === 0 || (at !== -1 && at !== rank - 1)) return undefined;
    return runRows(call, shader, [call.backend.makeTensorInfo(x.shape, 'float32')], [x], matrixSize(x))[0];
  };
}

/** {dy, y} → dx */
function rowwiseGrad(shader: Shader): OpKernel {
  return (call) => {
    const [dy, y] = [call.inputs['dy']!, call.inputs['y']!];
    if (!areFloat(dy, y) || sizeOf(y) === 0 || y.shape.length === 0 || sizeOf(dy) !== sizeOf(y)) return undefined;
    return runRows(call, shader, [call.backend.makeTensorInfo(y.shape, 'float32')], [dy, y], matrixSize(y))[0];
  };
}

/** {logits [rows, classes], labels} → loss [rows], normalizer [rows, 2] */
function crossEntropy(shader: Shader, labelType: string): OpKernel {
  return (call) => {
    const [logits, labels] = [call.inputs['logits']!, call.inputs['labels']!];
    const { rows, columns } = matrixSize(logits);
    if (!areFloat(logits) || logits.shape.length !== 2 || labels.dtype !== labelType || rows * columns === 0)
      return undefined;
    const outputs = [[rows], [rows, 2]].map((shape) => call.backend.makeTensorInfo(shape, 'float32'));
    return runRows(call, shader, outputs, [logits, labels], { rows, columns });
  };
}

/** {dy [rows], logits, labels, normalizer} → dlogits [rows, classes] */
function crossEntropyGrad(shader: Shader): OpKernel {
  return (call) => {
    const inputs = ['dy', 'logits', 'labels', 'normalizer'].map((name) => call.inputs[name]!);
    const logits = inputs[1]!;
    if (!areFloat(inputs[0]!, logits)) return undefined;
    return runRows(call, shader, [call.backend.makeTensorInfo(logits.shape, 'float32')], inputs, matrixSize(logits))[0];
  };
}

/** {probabilities, labels [rows, classes]} → loss [rows] */
const categorical: OpKernel = (call) => {
  const [p, labels] = [call.inputs['probabilities']!, call.inputs['labels']!];
  if (!areFloat(p, labels) || p.shape.length !== 2 || sizeOf(p) === 0) return undefined;
  const size = matrixSize(p);
  return runRows(call, categoricalShader, [call.backend.makeTensorInfo([size.rows], 'float32')], [p, labels], size)[0];
};

/** {dy [rows], probabilities, labels} → dprobabilities */
const categoricalGrad: OpKernel = (call) => {
  const inputs = ['dy', 'probabilities', 'labels'].map((name) => call.inputs[name]!);
  const p = inputs[1]!;
  if (!areFloat(...inputs)) return undefined;
  return runRows(
    call,
    categoricalGradShader,
    [call.backend.makeTensorInfo(p.shape, 'float32')],
    inputs,
    matrixSize(p),
  )[0];
};

export const softmax: Record<string, OpKernel> = {
  Softmax: rowwise('logits', 'dim', softmaxShader),
  [ops.SoftmaxGrad.name]: rowwiseGrad(softmaxGradShader),
  LogSoftmax: rowwise('logits', 'axis', logSoftmaxShader),
  [ops.LogSoftmaxGrad.name]: rowwiseGrad(logSoftmaxGradShader),
  [ops.SoftmaxCrossEntropy.name]: crossEntropy(crossEntropyShader, 'float32'),
  [ops.SoftmaxCrossEntropyGrad.name]: crossEntropyGrad(crossEntropyGradShader),
  [ops.SparseSoftmaxCrossEntropy.name]: crossEntropy(sparseCrossEntropyShader, 'int32'),
  [ops.SparseSoftmaxCrossEntropyGrad.name]: crossEntropyGrad(sparseCrossEntropyGradShader),
  [ops.CategoricalCrossEntropy.name]: categorical,
  [ops.CategoricalCrossEntropyGrad.name]: categoricalGrad,
};
