// Reductions over the rows of a matrix, column by column, and batch normalisation, which consists of them: in two stages, since there are
// often few columns and very many rows, and a graphics card wants many workgroups.
import * as tf from '@tensorflow/tfjs-core';
import { ops } from '../../../ops.ts';
import type { WebGpuBackend } from '../backend.ts';
import { sizeOf, type Shader } from '../shader.ts';
import type { OpKernel } from '../op-kernel.ts';

/** A workgroup takes so many columns, */
const WIDE = 16;
/** and so many rows at a time: of few rows the sums are not worth putting together. */
const highOf = (rows: number) => (rows <= 64 ? 1 : 16);
/** Rows that a workgroup is worth having for, and the most of them for one column. */
const LEAST_ROWS = 256;
const MOST_SPLITS = 64;

interface Size {
  rows: number;
  columns: number;
}

const splitsOf = (rows: number) => Math.max(1, Math.min(MOST_SPLITS, Math.ceil(rows / LEAST_ROWS)));

/**
 * Two sums over the rows of each column.
 * @param name of what is summed, for the shader's key
 * @param value WGSL of type vec2f, from the inputs' names, the element `i`, and its `row` and `column`
 * @returns [columns] each
 */
export function columnSums(
  backend: WebGpuBackend,
  name: string,
  value: string,
  inputs: Record<string, tf.TensorInfo>,
  { rows, columns }: Size,
  more: { uniforms: Shader['uniforms']; values: Record<string, number> } = { uniforms: {}, values: {} },
): [tf.TensorInfo, tf.TensorInfo] {
  const splits = splitsOf(rows);
  const high = highOf(rows);
  const partial = backend.makeTensorInfo([splits, 2, columns], 'float32');
  const shader: Shader = {
    name: `columnSums ${name} ${high}`,
    outputs: { partial: 'f32' },
    inputs: Object.fromEntries(Object.keys(inputs).map((key) => [key, 'f32'])),
    uniforms: { rows: 'u32', columns: 'u32', splits: 'u32', ...more.uniforms },
    workgroup: [WIDE, high],
    declarations: `var<workgroup> part: array<vec2f, ${WIDE * high}>;`,
    main: `
  let column = group.x * ${WIDE}u + local.x;
  let from_ = group.y * u.rows / u.splits;
  let to = (group.y + 1u) * u.rows / u.splits;
  var sum = vec2f(0.0);
  if (column < u.columns) {
    for (var row = from_ + local.y; row < to; row += ${high}u) {
      let i = row * u.columns + column;
      sum += ${value};
    }
  }
  part[at] = sum;
  workgroupBarrier();
  for (var half = ${high >> 1}u; half > 0u; half /= 2u) {
    if (local.y < half) { part[at] += part[at + half * ${WIDE}u]; }
    workgroupBarrier();
  }
  if (local.y == 0u && column < u.columns) {
    partial[(2u * group.y) * u.columns + column] = part[at].x;
    partial[(2u * group.y + 1u) * u.columns + column] = part[at].y;
  }`,
  };
  const values = { rows, columns, splits, ...more.values };
  backend.runShader(shader, [partial], Object.values(inputs), values, [Math.ceil(columns / WIDE), splits, 1]);
  const sums = [backend.makeTensorInfo([columns], 'float32'), backend.makeTensorInfo([columns], 'float32')] as [
    tf.TensorInfo,
    tf.TensorInfo,
  ];
  backend.runShader(addSplits, sums, [partial], { columns, splits }, Math.ceil(columns / 64));
  backend.disposeData(partial.dataId);
  return sums;
}

const addSplits: Shader = {
  name: 'columnSums addSplits',
  outputs: { a: 'f32', b: 'f32' },
  inputs: { partial: 'f32' },
  uniforms: { columns: 'u32', splits: 'u32' },
  workgroup: [64],
  main: `
  if (index >= u.columns) { return; }
  var sum = vec2f(0.0);
  for (var s = 0u; s < u.splits; s++) {
    sum += vec2f(partial[2u * s * u.columns + index], partial[(2u * s + 1u) * u.columns + index]);
  }
  a[index] = sum.x;
  b[index] = sum.y;`,
};

/** Mean and sum of squared deviations of parts, put together as by Chan, Golub and LeVeque (1979): nothing is lost where the mean is large. */
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
  workgroup: [64],
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
  workgroup: [256],
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
  workgroup: [256],
  main: `
  if (index >= u.n) { return; }
  let c = index % u.columns;
  let d = x[index] - means[c];
  let rstd = inverseSqrt(variances[c] + u.epsilon);
  let through = scale[c] * rstd * (dy[index] - (sums[c + u.columns] + d * rstd * sums[c]) / u.rows);
  dx[index] = through + (statistics[c] + 2.0 * d * statistics[c + u.columns]) / u.rows;`,
};

/** Two lists of numbers one behind the other: a shader binds eight arrays at least, and not always more. */
const join: Shader = {
  name: 'join',
  outputs: { y: 'f32' },
  inputs: { a: 'f32', b: 'f32' },
  uniforms: { n: 'u32' },
  workgroup: [64],
  main: 'if (index < u.n) { y[index] = a[index]; y[index + u.n] = b[index]; }',
};

const areFloat = (...tensors: tf.TensorInfo[]) => tensors.every(({ dtype }) => dtype === 'float32');
const sizesOf = (x: tf.TensorInfo): Size => {
  const columns = x.shape.at(-1)!;
  return { rows: sizeOf(x) / columns, columns };
};

/** {x [..., channels], scale, offset [channels]}, `epsilon` → y, mean, variance */
const batchNormTrain: OpKernel = ({ inputs, attrs, backend }) => {
  const [x, scale, offset] = [inputs['x']!, inputs['scale']!, inputs['offset']!];
  const n = sizeOf(x);
  if (!areFloat(x, scale, offset) || n === 0) return undefined;
  const { rows, columns } = sizesOf(x);
  const splits = splitsOf(rows);
  const partial = backend.makeTensorInfo([splits, 2, columns], 'float32');
  const values = { rows, columns, splits };
  backend.runShader(statisticsShader(highOf(rows)), [partial], [x], values, [Math.ceil(columns / WIDE), splits, 1]);
  const [mean, variance] = [backend.makeTensorInfo([columns], 'float32'), backend.makeTensorInfo([columns], 'float32')];
  backend.runShader(combineStatistics, [mean, variance], [partial], values, Math.ceil(columns / 64));
  backend.disposeData(partial.dataId);
  const y = backend.makeTensorInfo(x.shape, 'float32');
  const epsilon = attrs['epsilon'] as number;
  backend.runShader(normalize, [y], [x, mean, variance, scale, offset], { n, columns, epsilon }, Math.ceil(n / 256));
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
  const size = sizesOf(x);
  const { rows, columns } = size;
  const epsilon = attrs['epsilon'] as number;
  const value = 'vec2f(dy[i] * (x[i] - means[column]) * inverseSqrt(variances[column] + u.epsilon), dy[i])';
  const [dscale, doffset] = columnSums(backend, 'batchNorm', value, { dy, x, means: mean, variances: variance }, size, {
    uniforms: { epsilon: 'f32' },
    values: { epsilon },
  });
  const joined = (a: tf.TensorInfo, b: tf.TensorInfo) => {
    const y = backend.makeTensorInfo([2, columns], 'float32');
    backend.runShader(join, [y], [a, b], { n: columns }, Math.ceil(columns / 64));
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
    Math.ceil(n / 256),
  );
  for (const { dataId } of [statistics, sums]) backend.disposeData(dataId);
  return [dx, dscale, doffset];
};

const average: Shader = {
  name: 'movingAverage',
  outputs: { y: 'f32' },
  inputs: { average: 'f32', value: 'f32' },
  uniforms: { n: 'u32', decay: 'f32' },
  workgroup: [64],
  main: 'if (index < u.n) { y[index] = average[index] - (average[index] - value[index]) * u.decay; }',
};

/** {average, value}, `decay` → average − (average − value) · decay */
const movingAverage: OpKernel = ({ inputs, attrs, backend }) => {
  const [a, value] = [inputs['average']!, inputs['value']!];
  const n = sizeOf(a);
  if (!areFloat(a, value) || sizeOf(value) !== n || n === 0) return undefined;
  const y = backend.makeTensorInfo(a.shape, 'float32');
  backend.runShader(average, [y], [a, value], { n, decay: attrs['decay'] as number }, Math.ceil(n / 64));
  return y;
};

/** Axes of a repetition; those that are repeated, or are not, one after the other count as one. */
const REPEATED = 6;

const repeat: Shader = {
  name: 'sum gradient',
  outputs: { dx: 'f32' },
  inputs: { dy: 'f32' },
  uniforms: {
    n: 'u32',
    factor: 'f32',
    ...Object.fromEntries([...Array(REPEATED).keys()].flatMap((d) => [`size${d}`, `step${d}`].map((k) => [k, 'u32']))),
  },
  workgroup: [256],
  main: `
  if (index >= u.n) { return; }
  var rest = index;
  var place = 0u;
  ${[...Array(REPEATED).keys()].map((d) => `place += rest % u.size${d} * u.step${d}; rest /= u.size${d};`).join('\n')}
  dx[index] = dy[place] * u.factor;`,
};

/** {dy}, `axis`, `inputShape`, `factor` → dy repeated over the axes, times the factor */
const sumGrad: OpKernel = ({ inputs, attrs, backend }) => {
  const dy = inputs['dy']!;
  const shape = attrs['inputShape'] as number[];
  const axes = tf.util.parseAxisParam(attrs['axis'] as number[], shape);
  const n = tf.util.sizeFromShape(shape);
  // From the last axis: how many places, and how far they are in dy
  const groups: { size: number; step: number }[] = [];
  let stride = 1;
  for (let d = shape.length - 1; d >= 0; d--) {
    const step = axes.includes(d) ? 0 : stride;
    const last = groups.at(-1);
    if (last && (last.step === 0) === (step === 0)) last.size *= shape[d]!;
    else groups.push({ size: shape[d]!, step });
    if (step > 0) stride *= shape[d]!;
  }
  const dx = backend.makeTensorInfo(shape, 'float32');
  if (n === 0) backend.dataOf(dx.dataId).values = new Float32Array(0);
  if (n === 0) return dx;
  if (groups.length > REPEATED)
    throw new Error('The gradient of a sum over every other one of more than six axes is not there.');
  const values: Record<string, number> = { n, factor: attrs['factor'] as number };
  for (let d = 0; d < REPEATED; d++) {
    values[`size${d}`] = groups[d]?.size ?? 1;
    values[`step${d}`] = groups[d]?.step ?? 0;
  }
  backend.runShader(repeat, [dx], [dy], values, Math.ceil(n / 256));
  return dx;
};

export const columns: Record<string, OpKernel> = {
  [ops.SumGrad.name]: sumGrad,
  [ops.BatchNormTrain.name]: batchNormTrain,
  [ops.BatchNormTrainGrad.name]: batchNormTrainGrad,
  [ops.MovingAverage.name]: movingAverage,
};
