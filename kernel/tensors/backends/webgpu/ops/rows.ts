// Softmax, its logarithm, cross-entropy and layer normalisation, with their gradients: a workgroup for each row.
import type { TensorInfo } from '@tensorflow/tfjs-core';
import { ops } from '../../../ops.ts';
import { sizeOf, type Shader } from '../shader.ts';
import { columnSums } from './columns.ts';
import type { OpCall, OpKernel } from '../op-kernel.ts';

const GROUP = 64;

/** A reduction over the workgroup, for code in which all its invocations take part. */
const reductions = `
var<workgroup> part: array<f32, ${GROUP}>;
fn total(at: u32, value: f32) -> f32 {
  part[at] = value;
  workgroupBarrier();
  for (var half = ${GROUP / 2}u; half > 0u; half /= 2u) {
    if (at < half) { part[at] += part[at + half]; }
    workgroupBarrier();
  }
  let sum = part[0];
  workgroupBarrier();
  return sum;
}
fn largest(at: u32, value: f32) -> f32 {
  part[at] = value;
  workgroupBarrier();
  for (var half = ${GROUP / 2}u; half > 0u; half /= 2u) {
    if (at < half) { part[at] = max(part[at], part[at + half]); }
    workgroupBarrier();
  }
  let most = part[0];
  workgroupBarrier();
  return most;
}`;

const NAN_BITS = 0x7fc00000;

type Names = Record<string, string>;

/** A shader whose workgroups are rows; `main` sees `row`, `first` (the row's first element), `u.rows` and `u.columns`. */
function rowShader(
  name: string,
  outputs: Names,
  inputs: Names,
  main: string,
  uniforms: Shader['uniforms'] = {},
): Shader {
  return {
    name,
    outputs,
    inputs,
    uniforms: { rows: 'u32', columns: 'u32', nan: 'u32', ...uniforms },
    workgroup: [GROUP],
    declarations: reductions,
    main: `
  let row = group.x + groups.x * group.y;
  if (row >= u.rows) { return; }
  let first = row * u.columns;
  ${main}`,
  };
}

/** Goes along the row. */
const each = (body: string) => `for (var i = at; i < u.columns; i += ${GROUP}u) { ${body} }`;

/** Largest number of the row `x`, the logarithm of the sum of exponentials beyond it, and whether there is a NaN. */
const logSumExp = `
  var most = -3.402823466e38;
  var bad = 0.0;
  ${each('let v = x[first + i]; if (isNan(v)) { bad = 1.0; } else { most = max(most, v); }')}
  bad = largest(at, bad);
  most = largest(at, most);
  var sum = 0.0;
  ${each('sum += exp(x[first + i] - most);')}
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
  ${each('sum += dy[first + i] * y[first + i];')}
  sum = total(at, sum);
  ${each('dx[first + i] = (dy[first + i] - sum) * y[first + i];')}`,
);
const logSoftmaxGradShader = rowShader(
  'logSoftmaxGrad',
  { dx: 'f32' },
  { dy: 'f32', y: 'f32' },
  `var sum = 0.0;
  ${each('sum += dy[first + i];')}
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
  ${each('sumOfLosses -= (u.keep * labels[first + i] + u.add) * (x[first + i] - most - logarithm);')}
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
  ${each('sum += u.keep * labels[first + i] + u.add;')}
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
  ${each('sum += p[first + i];')}
  sum = total(at, sum);
  var sumOfLosses = 0.0;
  ${each('sumOfLosses -= labels[first + i] * log(clamp(p[first + i] / sum, u.epsilon, 1.0 - u.epsilon));')}
  sumOfLosses = total(at, sumOfLosses);
  if (at == 0u) { loss[row] = sumOfLosses; }`,
  { epsilon: 'f32' },
);
const categoricalGradShader = rowShader(
  'categoricalCrossEntropyGrad',
  { dp: 'f32' },
  { dy: 'f32', p: 'f32', labels: 'f32' },
  `var sum = 0.0;
  ${each('sum += p[first + i];')}
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

const layerNormShader = rowShader(
  'layerNorm',
  { y: 'f32', means: 'f32', rstds: 'f32' },
  { x: 'f32', gamma: 'f32', beta: 'f32' },
  `var sum = 0.0;
  ${each('sum += x[first + i];')}
  let mean = total(at, sum) / f32(u.columns);
  var squares = 0.0;
  ${each('let d = x[first + i] - mean; squares += d * d;')}
  let rstd = inverseSqrt(total(at, squares) / f32(u.columns) + u.epsilon);
  ${each('y[first + i] = (x[first + i] - mean) * rstd * gamma[i] + beta[i];')}
  if (at == 0u) { means[row] = mean; rstds[row] = rstd; }`,
  { epsilon: 'f32' },
);
const layerNormGradShader = rowShader(
  'layerNormGrad',
  { dx: 'f32' },
  { dy: 'f32', x: 'f32', gamma: 'f32', means: 'f32', rstds: 'f32' },
  `let mean = means[row];
  let rstd = rstds[row];
  var sum = 0.0;
  var along = 0.0;
  ${each('let g = dy[first + i] * gamma[i]; sum += g; along += g * (x[first + i] - mean) * rstd;')}
  sum = total(at, sum) / f32(u.columns);
  along = total(at, along) / f32(u.columns);
  ${each('dx[first + i] = rstd * (dy[first + i] * gamma[i] - sum - (x[first + i] - mean) * rstd * along);')}`,
);

const areFloat = (...tensors: TensorInfo[]) => tensors.every(({ dtype }) => dtype === 'float32');

interface Rows {
  rows: number;
  columns: number;
}

const rowsOf = ({ shape }: TensorInfo): Rows => {
  const columns = shape.at(-1)!;
  return { rows: sizeOf({ shape }) / columns, columns };
};

function run(
  { backend, attrs }: OpCall,
  shader: Shader,
  outputs: TensorInfo[],
  inputs: TensorInfo[],
  { rows, columns }: Rows,
): TensorInfo[] {
  const smoothing = (attrs['labelSmoothing'] as number | undefined) ?? 0;
  const values = {
    ...{ rows, columns, nan: NAN_BITS },
    ...{ keep: 1 - smoothing, add: smoothing / columns, epsilon: attrs['epsilon'] as number },
  };
  backend.runShader(shader, outputs, inputs, values, rows);
  return outputs;
}

/** Along the last axis. */
function rowwise(input: string, axis: string, shader: Shader): OpKernel {
  return (call) => {
    const x = call.inputs[input]!;
    const at = call.attrs[axis] as number;
    const rank = x.shape.length;
    if (!areFloat(x) || rank === 0 || sizeOf(x) === 0 || (at !== -1 && at !== rank - 1)) return undefined;
    return run(call, shader, [call.backend.makeTensorInfo(x.shape, 'float32')], [x], rowsOf(x))[0];
  };
}

/** {dy, y} → dx */
function rowwiseGrad(shader: Shader): OpKernel {
  return (call) => {
    const [dy, y] = [call.inputs['dy']!, call.inputs['y']!];
    if (!areFloat(dy, y) || sizeOf(y) === 0 || y.shape.length === 0 || sizeOf(dy) !== sizeOf(y)) return undefined;
    return run(call, shader, [call.backend.makeTensorInfo(y.shape, 'float32')], [dy, y], rowsOf(y))[0];
  };
}

/** {logits [rows, classes], labels} → loss [rows], normalizer [rows, 2] */
function crossEntropy(shader: Shader, labelType: string): OpKernel {
  return (call) => {
    const [logits, labels] = [call.inputs['logits']!, call.inputs['labels']!];
    const { rows, columns } = rowsOf(logits);
    if (!areFloat(logits) || logits.shape.length !== 2 || labels.dtype !== labelType || rows * columns === 0)
      return undefined;
    const outputs = [[rows], [rows, 2]].map((shape) => call.backend.makeTensorInfo(shape, 'float32'));
    return run(call, shader, outputs, [logits, labels], { rows, columns });
  };
}

/** {dy [rows], logits, labels, normalizer} → dlogits [rows, classes] */
function crossEntropyGrad(shader: Shader): OpKernel {
  return (call) => {
    const inputs = ['dy', 'logits', 'labels', 'normalizer'].map((name) => call.inputs[name]!);
    const logits = inputs[1]!;
    if (!areFloat(inputs[0]!, logits)) return undefined;
    return run(call, shader, [call.backend.makeTensorInfo(logits.shape, 'float32')], inputs, rowsOf(logits))[0];
  };
}

/** {probabilities, labels [rows, classes]} → loss [rows] */
const categorical: OpKernel = (call) => {
  const [p, labels] = [call.inputs['probabilities']!, call.inputs['labels']!];
  if (!areFloat(p, labels) || p.shape.length !== 2 || sizeOf(p) === 0) return undefined;
  const size = rowsOf(p);
  return run(call, categoricalShader, [call.backend.makeTensorInfo([size.rows], 'float32')], [p, labels], size)[0];
};

/** {dy [rows], probabilities, labels} → dprobabilities */
const categoricalGrad: OpKernel = (call) => {
  const inputs = ['dy', 'probabilities', 'labels'].map((name) => call.inputs[name]!);
  const p = inputs[1]!;
  if (!areFloat(...inputs)) return undefined;
  return run(call, categoricalGradShader, [call.backend.makeTensorInfo(p.shape, 'float32')], inputs, rowsOf(p))[0];
};

/** {x [..., columns], gamma, beta [columns]} → y, mean [rows], 1 / standard deviation [rows] */
const layerNorm: OpKernel = (call) => {
  const inputs = ['x', 'gamma', 'beta'].map((name) => call.inputs[name]!);
  const x = inputs[0]!;
  if (!areFloat(...inputs) || sizeOf(x) === 0) return undefined;
  const size = rowsOf(x);
  const outputs = [x.shape, [size.rows], [size.rows]].map((shape) => call.backend.makeTensorInfo(shape, 'float32'));
  return run(call, layerNormShader, outputs, inputs, size);
};

/** {dy, x, gamma, mean, rstd} → dx, dgamma, dbeta */
const layerNormGrad: OpKernel = (call) => {
  const [dy, x, gamma, mean, rstd] = ['dy', 'x', 'gamma', 'mean', 'rstd'].map((name) => call.inputs[name]!) as [
    ...[TensorInfo, TensorInfo, TensorInfo, TensorInfo, TensorInfo],
  ];
  if (!areFloat(dy, x, gamma)) return undefined;
  const size = rowsOf(x);
  const [dx] = run(
    call,
    layerNormGradShader,
    [call.backend.makeTensorInfo(x.shape, 'float32')],
    [dy, x, gamma, mean, rstd],
    size,
  );
  const value = 'vec2f(dy[i] * (x[i] - means[row]) * rstds[row], dy[i])';
  const inputs = { dy, x, means: mean, rstds: rstd };
  const [dgamma, dbeta] = columnSums(call.backend, 'layerNorm', value, inputs, size);
  return [dx!, dgamma!, dbeta!];
};

export const rows: Record<string, OpKernel> = {
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
  [ops.LayerNorm.name]: layerNorm,
  [ops.LayerNormGrad.name]: layerNormGrad,
};
