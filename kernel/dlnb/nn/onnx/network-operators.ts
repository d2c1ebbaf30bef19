// Operators of ONNX with weights or windows: convolutions, pooling, products, normalizations, resizing, recurrence.
import type { Tensor, Tensor2D, Tensor4D, Tensor5D } from '@tensorflow/tfjs-core';
import type { TensorLibrary } from '../../library.ts';
import { axisOf, toFirst, toLast, type Compute, type NodeCall } from './execution.ts';

/** How many numbers are added before and after each axis of places. */
function pads(c: NodeCall, sizes: readonly number[], kernel: number[], strides: number[], dilations: number[]) {
  const auto = c.text('auto_pad', 'NOTSET');
  const given = c.list('pads');
  return sizes.map((size, i): [number, number] => {
    if (auto === 'VALID') return [0, 0];
    if (auto === 'NOTSET') return [given?.[i] ?? 0, given?.[i + sizes.length] ?? 0];
    const span = (kernel[i]! - 1) * dilations[i]! + 1;
    const all = Math.max(0, (Math.ceil(size / strides[i]!) - 1) * strides[i]! + span - size);
    const less = Math.floor(all / 2);
    return auto === 'SAME_LOWER' ? [all - less, less] : [less, all - less];
  });
}

const ones = (n: number) => Array.from({ length: n }, () => 1);

/** Pads the places of a tensor with channels last. */
const padded = (tf: TensorLibrary, x: Tensor, around: [number, number][], value = 0) =>
  around.every(([a, b]) => a === 0 && b === 0) ? x : tf.pad(x, [[0, 0], ...around, [0, 0]], value);

/** Windows of sequences are those of images of one row. */
const asImage = (tf: TensorLibrary, x: Tensor) => tf.expandDims(x, 1);

const convolution: Compute = (c) => {
  const { tf } = c;
  const [x, w] = [c.input(0), c.input(1)];
  const n = x.rank - 2;
  const kernel = w.shape.slice(2);
  const [strides, dilations] = [c.list('strides') ?? ones(n), c.list('dilations') ?? ones(n)];
  const around = pads(c, x.shape.slice(2), kernel, strides, dilations);
  const group = c.int('group', 1);
  const input = padded(tf, tf.transpose(x, toLast(x.rank)), around);
  // [out, in, ...kernel] → [...kernel, in, out]
  const filter = tf.transpose(w, [...kernel.map((_, i) => i + 2), 1, 0]);
  // TensorFlow.js has no strides together with dilations: computed with stride 1 and thinned out
  const isThinned = strides.some((n) => n !== 1) && dilations.some((n) => n !== 1);
  const step = isThinned ? ones(n) : strides;
  const thinned = (y: Tensor) =>
    isThinned
      ? tf.stridedSlice(
          y,
          y.shape.map(() => 0),
          y.shape,
          [1, ...strides, 1],
        )
      : y;
  const one = (part: Tensor, of: Tensor): Tensor => thinned(dense(part, of));
  const dense = (part: Tensor, of: Tensor): Tensor => {
    if (n === 1)
      return tf.squeeze(tf.conv2d(asImage(tf, part) as Tensor4D, tf.expandDims(of, 0) as Tensor4D, [1, step[0]!], 'valid', 'NHWC', [1, dilations[0]!]), [1]); // prettier-ignore
    if (n === 2) return tf.conv2d(part as Tensor4D, of as Tensor4D, step as [number, number], 'valid', 'NHWC', dilations as [number, number]); // prettier-ignore
    if (n === 3) return tf.conv3d(part as Tensor5D, of as Tensor5D, step as [number, number, number], 'valid', 'NDHWC', dilations as [number, number, number]); // prettier-ignore
    throw new Error(`its input has ${n} axes of places; 1 to 3 are computed`);
  };
  let y: Tensor;
  if (group === 1) y = one(input, filter);
  else if (w.shape[1] === 1 && group === x.shape[1] && n === 2) {
    const multiplier = w.shape[0]! / group;
    // [out, 1, ...kernel] → [...kernel, in, multiplier]
    const deep = tf.reshape(filter, [kernel[0]!, kernel[1]!, group, multiplier]) as Tensor4D;
    y = depthwise(tf, input as Tensor4D, deep, strides as [number, number], dilations as [number, number]);
  } else {
    const parts = tf.split(input, group, input.rank - 1);
    const filters = tf.split(filter, group, filter.rank - 1);
    y = tf.concat(parts.map((part, i) => one(part, filters[i]!)), input.rank - 1); // prettier-ignore
  }
  if (c.inputs[2]) y = tf.add(y, c.inputs[2]);
  return tf.transpose(y, toFirst(y.rank));
};

/** Strides that differ, or strides and dilations together, are computed with stride 1 and thinned out. */
function depthwise(
  tf: TensorLibrary,
  x: Tensor4D,
  w: Tensor4D,
  strides: [number, number],
  dilations: [number, number],
): Tensor {
  const isPlain = strides[0] === strides[1] && (dilations.every((d) => d === 1) || strides[0] === 1);
  if (isPlain) return tf.depthwiseConv2d(x, w, strides, 'valid', 'NHWC', dilations);
  const dense = tf.depthwiseConv2d(x, w, 1, 'valid', 'NHWC', dilations);
  return tf.stridedSlice(dense, [0, 0, 0, 0], dense.shape, [1, ...strides, 1]);
}

const transposedConvolution: Compute = (c) => {
  const { tf } = c;
  const [x, w] = [c.input(0), c.input(1)];
  const n = x.rank - 2;
  if (n > 2) throw new Error('of transposed convolutions, those of sequences and images are computed');
  const kernel = w.shape.slice(2);
  const strides = c.list('strides') ?? ones(n);
  if ((c.list('dilations') ?? []).some((d) => d !== 1)) throw new Error('its dilations must be 1');
  const extra = c.list('output_padding') ?? kernel.map(() => 0);
  const full = kernel.map((k, i) => (x.shape[i + 2]! - 1) * strides[i]! + k);
  const auto = c.text('auto_pad', 'NOTSET');
  const around = full.map((size, i): [number, number] => {
    const given = c.list('output_shape')?.[i] ?? (auto.startsWith('SAME') ? x.shape[i + 2]! * strides[i]! : undefined);
    if (given === undefined) return [c.list('pads')?.[i] ?? 0, c.list('pads')?.[i + n] ?? 0];
    const all = size + extra[i]! - given;
    return auto === 'SAME_LOWER'
      ? [all - Math.floor(all / 2), Math.floor(all / 2)]
      : [Math.floor(all / 2), all - Math.floor(all / 2)];
  });
  const image = n === 1;
  const last = tf.transpose(x, toLast(x.rank));
  const parts = tf.split(last, c.int('group', 1), last.rank - 1);
  const filters = tf.split(w, c.int('group', 1), 0);
  const made = parts.map((part, g) => {
    const turned = tf.transpose(filters[g]!, [...kernel.map((_, i) => i + 2), 1, 0]);
    const out = turned.shape[n]!;
    const of = (image ? tf.expandDims(turned, 0) : turned) as Tensor4D;
    const on = (image ? asImage(tf, part) : part) as Tensor4D;
    const size = image ? [1, full[0]!] : full;
    const step = (image ? [1, strides[0]!] : strides) as [number, number];
    const y = tf.conv2dTranspose(on, of, [x.shape[0]!, size[0]!, size[1]!, out], step, 'valid');
    return image ? tf.squeeze(y, [1]) : y;
  });
  let y: Tensor = made.length === 1 ? made[0]! : tf.concat(made, last.rank - 1);
  y = padded(tf, y, extra.map((e): [number, number] => [0, e])); // prettier-ignore
  const begin = [0, ...around.map(([a]) => a), 0];
  y = tf.slice(y, begin, y.shape.map((size, i) => size - begin[i]! - (i > 0 && i <= n ? around[i - 1]![1] : 0))); // prettier-ignore
  if (c.inputs[2]) y = tf.add(y, c.inputs[2]);
  return tf.transpose(y, toFirst(y.rank));
};

const pooling =
  (kind: 'max' | 'avg'): Compute =>
  (c) => {
    const { tf } = c;
    const x = c.input(0);
    const n = x.rank - 2;
    if (n > 3) throw new Error(`its input has ${n} axes of places; 1 to 3 are computed`);
    const kernel = c.list('kernel_shape')!;
    const strides = c.list('strides') ?? ones(n);
    const dilations = c.list('dilations') ?? ones(n);
    if (dilations.some((d) => d !== 1)) throw new Error('its dilations must be 1');
    if (c.node.outputs.length > 1) throw new Error('its second output, the places of the maxima, is not computed');
    const around = pads(c, x.shape.slice(2), kernel, strides, dilations);
    if (c.int('ceil_mode', 0) === 1)
      around.forEach((pair, i) => {
        const left = (x.shape[i + 2]! + pair[0] + pair[1] - kernel[i]!) % strides[i]!;
        if (left !== 0) pair[1] += strides[i]! - left;
      });
    const input = tf.transpose(x, toLast(x.rank));
    const pool = (y: Tensor): Tensor => {
      if (n === 3) return tf[kind === 'max' ? 'maxPool3d' : 'avgPool3d'](y as Tensor5D, kernel as [number, number, number], strides as [number, number, number], 'valid'); // prettier-ignore
      const [on, size, step] = n === 1 ? [asImage(tf, y), [1, kernel[0]!], [1, strides[0]!]] : [y, kernel, strides];
      const pooled = tf[kind === 'max' ? 'maxPool' : 'avgPool'](on as Tensor4D, size as [number, number], step as [number, number], 'valid'); // prettier-ignore
      return n === 1 ? tf.squeeze(pooled, [1]) : pooled;
    };
    const isPadded = around.some(([a, b]) => a > 0 || b > 0);
    let y = pool(padded(tf, input, around, kind === 'max' ? -3.4028234663852886e38 : 0));
    // The mean counts what is there alone, unless told otherwise
    if (kind === 'avg' && isPadded && c.int('count_include_pad', 0) === 0)
      y = tf.div(y, pool(padded(tf, tf.onesLike(input), around)));
    return tf.transpose(y, toFirst(y.rank));
  };

const globalPooling =
  (kind: 'max' | 'mean'): Compute =>
  (c) =>
    c.tf[kind](c.input(0), Array.from({ length: c.input(0).rank - 2 }, (_, i) => i + 2), true); // prettier-ignore

/** Vectors are matrices of one row or column, and other axes broadcast, as in NumPy. */
const matMul: Compute = (c) => {
  const { tf } = c;
  const [a, b] = [c.input(0), c.input(1)];
  const left = a.rank === 1 ? tf.expandDims(a, 0) : a;
  const right = b.rank === 1 ? tf.expandDims(b, 1) : b;
  let y: Tensor;
  if (right.rank === 2 && left.rank > 2) {
    const rows = left.size / left.shape.at(-1)!;
    y = tf.matMul(tf.reshape(left, [rows, left.shape.at(-1)!]) as Tensor2D, right as Tensor2D);
    y = tf.reshape(y, [...left.shape.slice(0, -1), right.shape[1]!]);
  } else y = tf.matMul(left, right);
  if (a.rank === 1) y = tf.squeeze(y, [y.rank - 2]);
  return b.rank === 1 ? tf.squeeze(y, [y.rank - 1]) : y;
};

const gemm: Compute = (c) => {
  const { tf } = c;
  const [alpha, beta] = [c.float('alpha', 1), c.float('beta', 1)];
  let y: Tensor = tf.matMul(c.input(0), c.input(1), c.int('transA', 0) === 1, c.int('transB', 0) === 1);
  if (alpha !== 1) y = tf.mul(y, alpha);
  if (!c.inputs[2]) return y;
  return tf.add(y, beta === 1 ? c.inputs[2] : tf.mul(c.inputs[2], beta));
};

/** One number for each channel, before the places. */
const ofChannels = (tf: TensorLibrary, v: Tensor, rank: number) => tf.reshape(v, [-1, ...ones(rank - 2)]);

const batchNormalization: Compute = (c) => {
  const { tf } = c;
  const x = c.input(0);
  const [scale, shift, mean, variance] = [1, 2, 3, 4].map((i) => ofChannels(tf, c.input(i), x.rank));
  const factor = tf.mul(scale!, tf.rsqrt(tf.add(variance!, c.float('epsilon', 1e-5))));
  return tf.add(tf.mul(tf.sub(x, mean!), factor), shift!);
};

function normalized(tf: TensorLibrary, x: Tensor, axes: number[], epsilon: number): Tensor {
  const { mean, variance } = tf.moments(x, axes, true);
  return tf.mul(tf.sub(x, mean), tf.rsqrt(tf.add(variance, epsilon)));
}

const layerNormalization: Compute = (c) => {
  if (c.node.outputs.length > 1) throw new Error('its mean and deviation are not computed as outputs');
  const x = c.input(0);
  const axis = axisOf(c.int('axis', -1), x.rank);
  const axes = Array.from({ length: x.rank - axis }, (_, i) => axis + i);
  const y = c.tf.mul(normalized(c.tf, x, axes, c.float('epsilon', 1e-5)), c.input(1));
  return c.inputs[2] ? c.tf.add(y, c.inputs[2]) : y;
};

const instanceNormalization: Compute = (c) => {
  const { tf } = c;
  const x = c.input(0);
  const y = normalized(tf, x, Array.from({ length: x.rank - 2 }, (_, i) => i + 2), c.float('epsilon', 1e-5)); // prettier-ignore
  return tf.add(tf.mul(y, ofChannels(tf, c.input(1), x.rank)), ofChannels(tf, c.input(2), x.rank));
};

const resize: Compute = (c) => {
  const { tf } = c;
  const x = c.input(0);
  const isOld = c.node.op === 'Upsample' || c.opset < 11;
  const given = c.inputs[isOld ? 1 : 2];
  const scales = given ? Array.from(given.dataSync()) : c.list('scales');
  const sizes = (isOld ? undefined : c.ints(3)) ?? x.shape.map((n, i) => Math.floor(n * scales![i]!));
  const mode = c.text('mode', 'nearest');
  const where = c.text('coordinate_transformation_mode', isOld ? 'asymmetric' : 'half_pixel');
  if (mode === 'nearest') return nearest(c, x, sizes, where, isOld);
  if (x.rank !== 4 || sizes[0] !== x.shape[0] || sizes[1] !== x.shape[1])
    throw new Error('of linear resizing, that of height and width of images is computed');
  if (mode !== 'linear' || !['half_pixel', 'align_corners', 'asymmetric', 'pytorch_half_pixel'].includes(where))
    throw new Error(`its mode ${mode} with ${where} is not computed`);
  const image = tf.transpose(x, toLast(4)) as Tensor4D;
  const size = [sizes[2]!, sizes[3]!] as [number, number];
  const y = tf.image.resizeBilinear(image, size, where === 'align_corners', where.endsWith('half_pixel'));
  return tf.transpose(y, toFirst(4));
};

/** Takes what is nearest along each axis. */
function nearest(c: NodeCall, image: Tensor, sizes: readonly number[], where: string, isOld: boolean): Tensor {
  const rounding = c.text('nearest_mode', isOld ? 'floor' : 'round_prefer_floor');
  const round = { floor: Math.floor, ceil: Math.ceil, round_prefer_ceil: (v: number) => Math.floor(v + 0.5), round_prefer_floor: (v: number) => Math.ceil(v - 0.5) }[rounding]; // prettier-ignore
  const at = { asymmetric: (i: number, s: number) => i / s, half_pixel: (i: number, s: number) => (i + 0.5) / s - 0.5 }[where]; // prettier-ignore
  if (!round || !at) throw new Error(`its mode nearest with ${where} and ${rounding} is not computed`);
  return sizes.reduce<Tensor>((x, n, axis) => {
    const before = image.shape[axis]!;
    if (n === before) return x;
    const places = Int32Array.from({ length: n }, (_, i) =>
      Math.min(Math.max(round(at(i, n / before)), 0), before - 1),
    );
    return c.tf.gather(x, c.tf.tensor1d(places, 'int32'), axis);
  }, image);
}

/** The activations of recurrent operators, by name. */
function activation(tf: TensorLibrary, name: string, alpha: number, beta: number): (x: Tensor) => Tensor {
  const all: Record<string, (x: Tensor) => Tensor> = {
    Sigmoid: (x) => tf.sigmoid(x),
    Tanh: (x) => tf.tanh(x),
    Relu: (x) => tf.relu(x),
    Affine: (x) => tf.add(tf.mul(x, alpha), beta),
    HardSigmoid: (x) => tf.clipByValue(tf.add(tf.mul(x, alpha), beta), 0, 1),
    Softplus: (x) => tf.softplus(x),
    Softsign: (x) => tf.div(x, tf.add(tf.abs(x), 1)),
    Elu: (x) => tf.elu(x),
  };
  const found = all[name];
  if (!found) throw new Error(`its activation ${name} is not computed`);
  return found;
}

const USES_NUMBERS = new Set(['Affine', 'HardSigmoid', 'Elu']);
const GATES: Record<string, number> = { LSTM: 4, GRU: 3, RNN: 1 };
const DEFAULTS: Record<string, string[]> = {
  LSTM: ['Sigmoid', 'Tanh', 'Tanh'],
  GRU: ['Sigmoid', 'Tanh'],
  RNN: ['Tanh'],
};

const recurrent: Compute = (c) => {
  const { tf } = c;
  const kind = c.node.op;
  if (c.inputs[4]) throw new Error('sequences of several lengths are not computed');
  if (c.inputs[7]) throw new Error('peepholes are not computed');
  const layout = c.int('layout', 0);
  if (layout !== 0) throw new Error('its layout must be 0');
  const x = c.input(0);
  const [times, batch] = x.shape as [number, number];
  const units = c.input(2).shape[2]!;
  const direction = c.text('direction', 'forward');
  const directions = direction === 'bidirectional' ? 2 : 1;
  const names = c.list<string>('activations') ?? Array.from({ length: directions }, () => DEFAULTS[kind]!).flat();
  const [alphas, betas] = [[...(c.list('activation_alpha') ?? [])], [...(c.list('activation_beta') ?? [])]];
  const functions = names.map((name) => {
    const needs = USES_NUMBERS.has(name);
    const hard = name === 'HardSigmoid';
    return activation(tf, name, (needs ? alphas.shift() : undefined) ?? (hard ? 0.2 : 1), (needs ? betas.shift() : undefined) ?? (hard ? 0.5 : 0)); // prettier-ignore
  });
  const perDirection = functions.length / directions;
  const steps = tf.unstack(x);
  const results = Array.from({ length: directions }, (_, d) => {
    const part = (i: number): Tensor => tf.squeeze(tf.slice(c.input(i), [d], [1]), [0]);
    const [w, r] = [part(1), part(2)];
    const b: Tensor = c.inputs[3] ? part(3) : tf.zeros([2 * GATES[kind]! * units]);
    const half = GATES[kind]! * units;
    const [wb, rb] = [tf.slice(b, [0], [half]), tf.slice(b, [half], [half])];
    let h: Tensor = c.inputs[5] ? part(5) : tf.zeros([batch, units]);
    let cell: Tensor = kind === 'LSTM' && c.inputs[6] ? part(6) : tf.zeros([batch, units]);
    const own = functions.slice(d * perDirection, (d + 1) * perDirection);
    const backwards = direction === 'reverse' || d === 1;
    const all: Tensor[] = [];
    for (let i = 0; i < times; i++) {
      const at = backwards ? times - 1 - i : i;
      const input = tf.add(tf.matMul(steps[at]!, w, false, true), wb);
      [h, cell] = step({ tf, kind, units, resetAfter: c.int('linear_before_reset', 0) === 1 }, own, { input, h, cell, r, rb }); // prettier-ignore
      all[at] = h;
    }
    return { y: tf.stack(all), h, cell };
  });
  const y = tf.stack(results.map((one) => one.y), 1); // prettier-ignore
  const h = tf.stack(results.map((one) => one.h)); // prettier-ignore
  const outputs = [y, h, ...(kind === 'LSTM' ? [tf.stack(results.map((one) => one.cell))] : [])]; // prettier-ignore
  return outputs.slice(0, c.node.outputs.length);
};

interface Cell {
  tf: TensorLibrary;
  kind: string;
  units: number;
  resetAfter: boolean;
}
interface State {
  /** W x + its bias. */
  input: Tensor;
  h: Tensor;
  cell: Tensor;
  r: Tensor;
  rb: Tensor;
}

/** One step. @returns the next output and state of the cell */
function step({ tf, kind, units, resetAfter }: Cell, f: ((x: Tensor) => Tensor)[], state: State): [Tensor, Tensor] {
  const { input, h, cell, r, rb } = state;
  const gate = (x: Tensor, i: number) => tf.slice(x, [0, i * units], [x.shape[0]!, units]);
  if (kind !== 'GRU') {
    const all = tf.add(input, tf.add(tf.matMul(h, r, false, true), rb));
    if (kind === 'RNN') return [f[0]!(all), cell];
    const [i, o, forget, c] = [0, 1, 2, 3].map((k) => gate(all, k));
    const next = tf.add(tf.mul(f[0]!(forget!), cell), tf.mul(f[0]!(i!), f[1]!(c!)));
    return [tf.mul(f[0]!(o!), f[2]!(next)), next];
  }
  const inner = tf.add(tf.matMul(h, r, false, true), rb);
  const z = f[0]!(tf.add(gate(input, 0), gate(inner, 0)));
  const reset = f[0]!(tf.add(gate(input, 1), gate(inner, 1)));
  const own = resetAfter
    ? tf.mul(reset, gate(inner, 2))
    : tf.add(
        tf.matMul(tf.mul(reset, h), tf.slice(r, [2 * units, 0], [units, units]), false, true),
        tf.slice(rb, [2 * units], [units]),
      );
  const candidate = f[1]!(tf.add(gate(input, 2), own));
  return [tf.add(tf.mul(tf.sub(1, z), candidate), tf.mul(z, h)), cell];
}

/** The operators, by their names. */
export const NETWORK_OPERATORS: Record<string, Compute> = {
  Conv: convolution,
  ConvTranspose: transposedConvolution,
  MaxPool: pooling('max'),
  AveragePool: pooling('avg'),
  GlobalMaxPool: globalPooling('max'),
  GlobalAveragePool: globalPooling('mean'),
  MatMul: matMul,
  Gemm: gemm,
  BatchNormalization: batchNormalization,
  LayerNormalization: layerNormalization,
  InstanceNormalization: instanceNormalization,
  Resize: resize,
  Upsample: resize,
  LSTM: recurrent,
  GRU: recurrent,
  RNN: recurrent,
};
