// Batch and layer normalization with their gradients, and moving averages. Statistics of a batch are in two stages, as
// in shaders/column-sums.ts; those of a layer have a workgroup for each row.
import type * as tf from '@tensorflow/tfjs-core';
import { ops } from '../../../ops.ts';
import type { OpKernel } from '../op-kernel.ts';
import { areFloat, sizeOf, type Shader } from '../shader.ts';
import { columnSums, matrixSize, PER_COLUMN, splitRows, WIDE } from '../shaders/column-sums.ts';
import { each, rowShader, runRows } from '../shaders/row-shader.ts';

/** Workgroup size of a program with an invocation for each element. */
const GROUP = 256;

/**
 * Mean and sum of squared deviations of parts of the rows. They are combined by the formulas of Chan, Golub and LeVeque
 * (1979), which lose no digits where the mean is large.
 */
const statisticsShader = (high: number): Shader => ({
  name: `batchNorm statistics ${high}`,
  outputs: { partial: 'f32' },
  inputs: { x: 'f32' },
  uniforms: { rows: 'u32', columns: 'u32', splits: 'u32' },
  workgroup: [WIDE, high],
  declarations: `var<workgroup> part: array<f32, ${WIDE * high}>;
fn total(at: u32, y: u32, value: f32) -> f32 {
  part[at] = value;
  workgroupBarrier();
  for (var half = ${high >> 1}u; half > 0u; half /= 2u) {
    if (y < half) { part[at] += part[at + half * ${WIDE}u]; }
    workgroupBarrier();
  }
  let sum = part[at % ${WIDE}u];
  workgroupBarrier();
  return sum;
}`,
  main: `
  let column = group.x * ${WIDE}u + local.x;
  let isColumn = column < u.columns;
  let from_ = group.y * u.rows / u.splits;
  let to = (group.y + 1u) * u.rows / u.splits;
  var sum = 0.0;
  if (isColumn) { for (var row = from_ + local.y; row < to; row += ${high}u) { sum += x[row * u.columns + column]; } }
  let mean = total(at, local.y, sum) / f32(to - from_);
  var squares = 0.0;
  if (isColumn) {
    for (var row = from_ + local.y; row < to; row += ${high}u) {
      let d = x[row * u.columns + column] - mean;
      squares += d * d;
    }
  }
  squares = total(at, local.y, squares);
  if (local.y == 0u && isColumn) {
    partial[(2u * group.y) * u.columns + column] = mean;
    partial[(2u * group.y + 1u) * u.columns + column] = squares;
  }`,
});

const combineStatistics: Shader = {
  name: 'batchNorm combine',
  outputs: { means: 'f32', variances: 'f32' },
  inputs: { partial: 'f32' },
  uniforms: { rows: 'u32', columns: 'u32', splits: 'u32' },
  workgroup: [PER_COLUMN],
  main: `
  if (index >= u.columns) { return; }
  var mean = 0.0;
  var squares = 0.0;
  var count = 0.0;
  for (var s = 0u; s < u.splits; s++) {
    let n = f32((s + 1u) * u.rows / u.splits - s * u.rows / u.splits);
    let d = partial[2u * s * u.columns + index] - mean;
    mean += d * n / (count + n);
    squares += partial[(2u * s + 1u) * u.columns + index] + d * d * count * n / (count + n);
    count += n;
  }
  means[index] = mean;
  variances[index] = squares / count;`,
};

const normalize: Shader = {
  name: 'batchNorm normalize',
  outputs: { y: 'f32' },
  inputs: { x: 'f32', means: 'f32', variances: 'f32', scale: 'f32', offset: 'f32' },
  uniforms: { n: 'u32', columns: 'u32', epsilon: 'f32' },
  workgroup: [GROUP],
  main: `
  if (index >= u.n) { return; }
  let c = index % u.columns;
  y[index] = (x[index] - means[c]) * inverseSqrt(variances[c] + u.epsilon) * scale[c] + offset[c];`,
};

const normalizeGrad: Shader = {
  name: 'batchNorm gradient',
  outputs: { dx: 'f32' },
  inputs: {
    ...{ dy: 'f32', x: 'f32', means: 'f32', variances: 'f32', scale: 'f32' },
    ...{ statistics: 'f32', sums: 'f32' },
  },
  uniforms: { n: 'u32', columns: 'u32', rows: 'f32', epsilon: 'f32' },
  workgroup: [GROUP],
  main: `
  if (index >= u.n) { return; }
  let c = index % u.columns;
  let d = x[index] - means[c];
  let rstd = inverseSqrt(variances[c] + u.epsilon);
  let through = scale[c] * rstd * (dy[index] - (sums[c + u.columns] + d * rstd * sums[c]) / u.rows);
  dx[index] = through + (statistics[c] + 2.0 * d * statistics[c + u.columns]) / u.rows;`,
};

/** Concatenates two vectors, since WebGPU guarantees a program no more than eight arrays. */
const join: Shader = {
  name: 'join',
  outputs: { y: 'f32' },
  inputs: { a: 'f32', b: 'f32' },
  uniforms: { n: 'u32' },
  workgroup: [PER_COLUMN],
  main: 'if (index < u.n) { y[index] = a[index]; y[index + u.n] = b[index]; }',
};

/** {x [..., channels], scale, offset [channels]}, `epsilon` → y, mean, variance */
const batchNormTrain: OpKernel = ({ inputs, attrs, backend }) => {
  const [x, scale, offset] = [inputs['x']!, inputs['scale']!, inputs['offset']!];
  const n = sizeOf(x);
  if (!areFloat(x, scale, offset) || n === 0) return undefined;
  const { rows, columns } = matrixSize(x);
  const { splits, high } = splitRows(rows);
  const partial = backend.makeTensorInfo([splits, 2, columns], 'float32');
  const values = { rows, columns, splits };
  backend.runShader(statisticsShader(high), [partial], [x], values, [Math.ceil(columns / WIDE), splits, 1]);
  const [mean, variance] = [backend.makeTensorInfo([columns], 'float32'), backend.makeTensorInfo([columns], 'float32')];
  backend.runShader(combineStatistics, [mean, variance], [partial], values, Math.ceil(columns / PER_COLUMN));
  backend.disposeData(partial.dataId);
  const y = backend.makeTensorInfo(x.shape, 'float32');
  const epsilon = attrs['epsilon'] as number;
  backend.runShader(normalize, [y], [x, mean, variance, scale, offset], { n, columns, epsilon }, Math.ceil(n / GROUP));
  return [y, mean, variance];
};

/** {dy, x, mean, variance, scale, dmean, dvariance}, `epsilon` → dx, dscale, doffset */
const batchNormTrainGrad: OpKernel = ({ inputs, attrs, backend }) => {
  const names = ['dy', 'x', 'mean', 'variance', 'scale', 'dmean', 'dvariance'];
  const all = names.map((name) => inputs[name]!);
  if (!areFloat(...all)) return undefined;
  const [dy, x, mean, variance, scale, dmean, dvariance] = all as [
    ...[tf.TensorInfo, tf.TensorInfo, tf.TensorInfo, tf.TensorInfo, tf.TensorInfo, tf.TensorInfo, tf.TensorInfo],
  ];
  const size = matrixSize(x);
  const { rows, columns } = size;
  const epsilon = attrs['epsilon'] as number;
  const [dscale, doffset] = columnSums(backend, size, {
    name: 'batchNorm',
    value: 'vec2f(dy[i] * (x[i] - means[column]) * inverseSqrt(variances[column] + u.epsilon), dy[i])',
    inputs: { dy, x, means: mean, variances: variance },
    uniforms: { epsilon },
  });
  const joined = (a: tf.TensorInfo, b: tf.TensorInfo) => {
    const y = backend.makeTensorInfo([2, columns], 'float32');
    backend.runShader(join, [y], [a, b], { n: columns }, Math.ceil(columns / PER_COLUMN));
    return y;
  };
  const [statistics, sums] = [joined(dmean, dvariance), joined(dscale, doffset)];
  const dx = backend.makeTensorInfo(x.shape, 'float32');
  const n = sizeOf(x);
  backend.runShader(
    normalizeGrad,
    [dx],
    [dy, x, mean, variance, scale, statistics, sums],
    { n, columns, rows, epsilon },
    Math.ceil(n / GROUP),
  );
  for (const { dataId } of [statistics, sums]) backend.disposeData(dataId);
  return [dx, dscale, doffset];
};

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

/** {x [..., columns], gamma, beta [columns]} → y, mean [rows], 1 / standard deviation [rows] */
const layerNorm: OpKernel = (call) => {
  const inputs = ['x', 'gamma', 'beta'].map((name) => call.inputs[name]!);
  const x = inputs[0]!;
  if (!areFloat(...inputs) || sizeOf(x) === 0) return undefined;
  const size = matrixSize(x);
  const outputs = [x.shape, [size.rows], [size.rows]].map((shape) => call.backend.makeTensorInfo(shape, 'float32'));
  return runRows(call, layerNormShader, outputs, inputs, size);
};

/** {dy, x, gamma, mean, rstd} → dx, dgamma, dbeta */
const layerNormGrad: OpKernel = (call) => {
  const [dy, x, gamma, mean, rstd] = ['dy', 'x', 'gamma', 'mean', 'rstd'].map((name) => call.inputs[name]!) as [
    ...[tf.TensorInfo, tf.TensorInfo, tf.TensorInfo, tf.TensorInfo, tf.TensorInfo],
  ];
  if (!areFloat(dy, x, gamma)) return undefined;
  const size = matrixSize(x);
  const [dx] = runRows(
    call,
    layerNormGradShader,
    [call.backend.makeTensorInfo(x.shape, 'float32')],
    [dy, x, gamma, mean, rstd],
    size,
  );
  const [dgamma, dbeta] = columnSums(call.backend, size, {
    name: 'layerNorm',
    value: 'vec2f(dy[i] * (x[i] - means[row]) * rstds[row], dy[i])',
    inputs: { dy, x, means: mean, rstds: rstd },
  });
  return [dx!, dgamma!, dbeta!];
};

const average: Shader = {
  name: 'movingAverage',
  outputs: { y: 'f32' },
  inputs: { average: 'f32', value: 'f32' },
  uniforms: { n: 'u32', decay: 'f32' },
  workgroup: [PER_COLUMN],
  main: 'if (index < u.n) { y[index] = average[index] - (average[index] - value[index]) * u.decay; }',
};

/** {average, value}, `decay` → average − (average − value) · decay */
const movingAverage: OpKernel = ({ inputs, attrs, backend }) => {
  const [a, value] = [inputs['average']!, inputs['value']!];
  const n = sizeOf(a);
  if (!areFloat(a, value) || sizeOf(value) !== n || n === 0) return undefined;
  const y = backend.makeTensorInfo(a.shape, 'float32');
  backend.runShader(average, [y], [a, value], { n, decay: attrs['decay'] as number }, Math.ceil(n / PER_COLUMN));
  return y;
};

export const normalization: Record<string, OpKernel> = {
  [ops.BatchNormTrain.name]: batchNormTrain,
  [ops.BatchNormTrainGrad.name]: batchNormTrainGrad,
  [ops.MovingAverage.name]: movingAverage,
  [ops.LayerNorm.name]: layerNorm,
  [ops.LayerNormGrad.name]: layerNormGrad,
};
