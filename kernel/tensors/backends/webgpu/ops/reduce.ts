// Reductions along axes: the gradient of sums and means, and corrections of stock op kernels.
import * as tf from '@tensorflow/tfjs-core';
import { ops } from '../../../ops.ts';
import type { Correction, OpKernel } from '../op-kernel.ts';
import type { Shader } from '../shader.ts';

/** Groups of axes that the program knows: neighboring axes that are all reduced, or all not, count as one. */
const AXIS_GROUPS = 6;
/** Workgroup size, one element for each invocation. */
const GROUP = 256;

const repeat: Shader = {
  name: 'sum gradient',
  outputs: { dx: 'f32' },
  inputs: { dy: 'f32' },
  uniforms: {
    n: 'u32',
    factor: 'f32',
    ...Object.fromEntries(
      [...Array(AXIS_GROUPS).keys()].flatMap((d) => [`size${d}`, `step${d}`].map((k) => [k, 'u32'])),
    ),
  },
  workgroup: [GROUP],
  main: `
  if (index >= u.n) { return; }
  var rest = index;
  var place = 0u;
  ${[...Array(AXIS_GROUPS).keys()].map((d) => `place += rest % u.size${d} * u.step${d}; rest /= u.size${d};`).join('\n')}
  dx[index] = dy[place] * u.factor;`,
};

/** Repeats dy over the reduced axes and multiplies it by `factor`. */
const sumGrad: OpKernel = ({ inputs, attrs, backend }) => {
  const dy = inputs['dy']!;
  const shape = attrs['inputShape'] as number[];
  const axes = tf.util.parseAxisParam(attrs['axis'] as number[], shape);
  const n = tf.util.sizeFromShape(shape);
  // Beginning with the last: the size of each group, and the distance of its places in dy
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
  if (groups.length > AXIS_GROUPS && n > 0)
    throw new Error(
      'The device "webgpu" cannot compute the gradient of a sum over every other one of more than six axes.',
    );
  const values: Record<string, number> = { n, factor: attrs['factor'] as number };
  for (let d = 0; d < AXIS_GROUPS; d++) {
    values[`size${d}`] = groups[d]?.size ?? 1;
    values[`step${d}`] = groups[d]?.step ?? 0;
  }
  backend.runShader(repeat, [dx], [dy], values, Math.ceil(n / GROUP));
  return dx;
};

const withShape = ({ dataId, dtype }: tf.TensorInfo, shape: number[]): tf.TensorInfo => ({ dataId, dtype, shape });

/** The stock op kernel ignores `keepDims`. */
const prod: Correction = (call, stock) => {
  const { x } = call.inputs as { x: tf.TensorInfo };
  const axes = tf.util.parseAxisParam(call.attrs['axis'] as number[], x.shape);
  const kept = x.shape.map((n, i) => (axes.includes(i) ? 1 : n));
  const y = stock({ ...call, attrs: { ...call.attrs, keepDims: false } }) as tf.TensorInfo;
  return call.attrs['keepDims'] ? withShape(y, kept) : y;
};

/** The stock op kernel returns [1] for a vector, not a scalar. */
const argExtremum: Correction = (call, stock) => {
  const { x } = call.inputs as { x: tf.TensorInfo };
  const [axis] = tf.util.parseAxisParam(call.attrs['axis'] as number[], x.shape);
  return withShape(
    stock(call) as tf.TensorInfo,
    x.shape.filter((_, d) => d !== axis),
  );
};

export const reduction: Record<string, OpKernel> = {
  [ops.SumGrad.name]: sumGrad,
};

export const correctedReduction: Record<string, Correction> = {
  ArgMax: argExtremum,
  ArgMin: argExtremum,
  Prod: prod,
};
