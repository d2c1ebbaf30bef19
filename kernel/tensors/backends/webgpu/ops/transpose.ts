// Transposition of whole numbers and truth values: TensorFlow.js's program for three axes or more writes floating-point
// numbers alone, and does not compile for others.
import * as tf from '@tensorflow/tfjs-core';
import type { Correction } from '../op-kernel.ts';
import { sizeOf, typeOf, type Shader } from '../shader.ts';

const GROUP = 256;
/** As many axes as tensors have. */
const RANK = 6;
const axes = Array.from({ length: RANK }, (_, i) => i);

/** Reads each element of the result from its place: `o` are the strides of the result, `s` those in the input. */
const shader: Shader = {
  name: 'transpose i32',
  outputs: { y: 'i32' },
  inputs: { x: 'i32' },
  uniforms: { n: 'u32', ...Object.fromEntries(axes.flatMap((i) => [[`o${i}`, 'u32'], [`s${i}`, 'u32']])) }, // prettier-ignore
  workgroup: [GROUP],
  main: `
  if (index >= u.n) { return; }
  var rest = index;
  var from_ = 0u;
  ${axes.map((i) => `from_ += rest / u.o${i} * u.s${i}; rest %= u.o${i};`).join('\n  ')}
  y[index] = x[from_];`,
};

const transpose: Correction = (call, stock) => {
  const x = call.inputs['x']!;
  const perm = call.attrs['perm'] as number[];
  const { backend } = call;
  if (typeOf(x.dtype) !== 'i32' || x.shape.length < 3 || backend.shouldExecuteOnCPU([x])) return stock(call);
  const n = sizeOf(x);
  const shape = perm.map((axis) => x.shape[axis]!);
  const strides = tf.util.computeStrides(x.shape).concat(1);
  const outStrides = tf.util.computeStrides(shape).concat(1);
  const y = backend.makeTensorInfo(shape, x.dtype);
  const uniforms: Record<string, number> = { n };
  for (const i of axes) {
    const axis = i - (RANK - perm.length);
    uniforms[`o${i}`] = axis < 0 ? n : outStrides[axis]!;
    uniforms[`s${i}`] = axis < 0 ? 0 : strides[perm[axis]!]!;
  }
  backend.runShader(shader, [y], [x], uniforms, Math.ceil(n / GROUP));
  return y;
};

export const correctedTranspose: Record<string, Correction> = { Transpose: transpose };
