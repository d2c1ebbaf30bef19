// Slices, strided slices and padding: the programs of tfjs-backend-webgpu are not valid WGSL for five axes and more.
import * as tf from '@tensorflow/tfjs-core';
import type { WebGpuBackend } from '../backend.ts';
import { sizeOf, typeOf, type Shader } from '../shader.ts';
import type { OpKernel } from '../op-kernel.ts';

/** Axes that the programs know. */
const RANK = 6;
const AXES = [...Array(RANK).keys()];
/** Workgroup size, one element for each invocation. */
const GROUP = 256;

/** What y has where its place is outside of x: there is none, a constant, or the mirrored element. */
type Beyond = 'none' | 'constant' | 'mirror';

/**
 * y[c] = x[begin + c · step] for places c of y. Axes are numbered from the last, since there may be fewer than six.
 * `mirror` reads x backwards beyond its ends; it leaves out the outermost element if `skip` is 1.
 */
const pickShader = (type: string, beyond: Beyond): Shader => ({
  name: `pick ${type} ${beyond}`,
  outputs: { y: type },
  inputs: { x: type },
  uniforms: {
    n: 'u32',
    fill: type as 'f32',
    skip: 'i32',
    ...Object.fromEntries(AXES.flatMap((d) => [`size${d}`, `begin${d}`, `step${d}`, `of${d}`].map((k) => [k, 'i32']))),
  },
  workgroup: [GROUP],
  main: `
  if (index >= u.n) { return; }
  var rest = i32(index);
  var place = 0;
  var stride = 1;
  var inside = true;
  ${AXES.map(
    (d) => `{
    var c = u.begin${d} + (rest % u.size${d}) * u.step${d};
    rest /= u.size${d};
    ${beyond === 'mirror' ? `if (c < 0) { c = -c - 1 + u.skip; } else if (c >= u.of${d}) { c = 2 * u.of${d} - c - 1 - u.skip; }` : ''}
    ${beyond === 'constant' ? `inside = inside && c >= 0 && c < u.of${d};` : ''}
    place += c * stride;
    stride *= u.of${d};
  }`,
  ).join('\n')}
  ${beyond === 'constant' ? 'if (!inside) { y[index] = u.fill; return; }' : ''}
  y[index] = x[place];`,
});

const pickShaders = Object.fromEntries(
  ['f32', 'i32'].flatMap((type) =>
    (['none', 'constant', 'mirror'] as const).map((beyond) => [`${type} ${beyond}`, pickShader(type, beyond)]),
  ),
);

interface Pick {
  /** Number of places along each axis of x. */
  size: number[];
  /** The first place in x, for each axis. */
  begin: number[];
  /** The distance between places, for each axis; 1 by default. */
  steps?: number[];
  beyond?: Beyond;
  /** The constant. */
  fill?: number;
  skip?: number;
}

function pick(
  backend: WebGpuBackend,
  x: tf.TensorInfo,
  { size, begin, steps, beyond = 'none', fill = 0, skip = 0 }: Pick,
  shape = size,
): tf.TensorInfo | undefined {
  const type = typeOf(x.dtype);
  if (!type || size.length > RANK) return undefined;
  const y = backend.makeTensorInfo(shape, x.dtype);
  const n = sizeOf({ shape });
  const values: Record<string, number> = { n, fill, skip };
  const last = size.length - 1;
  for (const d of AXES) {
    values[`size${d}`] = size[last - d] ?? 1;
    values[`begin${d}`] = begin[last - d] ?? 0;
    values[`step${d}`] = steps?.[last - d] ?? 1;
    values[`of${d}`] = x.shape[last - d] ?? 1;
  }
  backend.runShader(pickShaders[`${type} ${beyond}`]!, [y], [x], values, Math.ceil(n / GROUP));
  return y;
}

/** Another tensor with the same data. */
function share(backend: WebGpuBackend, { dataId, dtype }: tf.TensorInfo, shape: number[]): tf.TensorInfo {
  backend.incRef(dataId);
  return { dataId, dtype, shape };
}

const onHost = (backend: WebGpuBackend, x: tf.TensorInfo) => backend.shouldExecuteOnCPU([x]);

const slice: OpKernel = ({ inputs, attrs, backend }) => {
  const x = inputs['x']!;
  if (onHost(backend, x)) return undefined;
  const { begin: from, size: length } = attrs as unknown as tf.SliceAttrs;
  const [begin, size] = tf.slice_util.parseSliceParams(x as tf.Tensor, from, length) as [number[], number[]];
  tf.slice_util.assertParamsValid(x as tf.Tensor, begin, size);
  return pick(backend, x, { size, begin });
};

const stridedSlice: OpKernel = ({ inputs, attrs, backend }) => {
  const x = inputs['x']!;
  const a = attrs as unknown as tf.StridedSliceAttrs;
  const masks = [a.beginMask, a.endMask, a.ellipsisMask, a.newAxisMask, a.shrinkAxisMask] as const;
  const info = tf.slice_util.sliceInfo(x.shape, a.begin, a.end, a.strides, ...masks);
  if (info.isIdentity) return share(backend, x, info.finalShape);
  const size = tf.slice_util.computeOutShape(info.begin, info.end, info.strides).map((n) => Math.max(0, n));
  if (sizeOf({ shape: size }) !== sizeOf({ shape: info.finalShape })) return undefined;
  return pick(backend, x, { size, begin: info.begin, steps: info.strides }, info.finalShape);
};

const padded = (x: tf.TensorInfo, paddings: [number, number][]) => ({
  size: x.shape.map((n, d) => n + paddings[d]![0] + paddings[d]![1]),
  begin: paddings.map(([before]) => -before),
});

const pad: OpKernel = ({ inputs, attrs, backend }) => {
  const x = inputs['x']!;
  const { paddings, constantValue } = attrs as unknown as tf.PadV2Attrs;
  if (sizeOf(x) === 0) return undefined;
  return pick(backend, x, { ...padded(x, paddings as [number, number][]), beyond: 'constant', fill: constantValue });
};

const mirrorPad: OpKernel = ({ inputs, attrs, backend }) => {
  const x = inputs['x']!;
  const { paddings, mode } = attrs as unknown as tf.MirrorPadAttrs;
  const skip = mode === 'reflect' ? 1 : 0;
  return pick(backend, x, { ...padded(x, paddings as [number, number][]), beyond: 'mirror', skip });
};

export const movement: Record<string, OpKernel> = {
  Slice: slice,
  StridedSlice: stridedSlice,
  PadV2: pad,
  MirrorPad: mirrorPad,
};
