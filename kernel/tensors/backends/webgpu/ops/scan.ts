// Cumulative sums and products.
import * as tf from '@tensorflow/tfjs-core';
import type { OpKernel } from '../op-kernel.ts';
import { sizeOf, type Shader } from '../shader.ts';

/** Elements of a row that a workgroup scans at a time. */
const BLOCK = 64;

/**
 * Sums or products up to each element along an axis. A workgroup goes along a row block by block. The code of the stock
 * program depends on the length of the axis and its key does not, so it computes with the length of another tensor.
 */
function cumulative(name: 'sum' | 'product'): OpKernel {
  const [operator, neutral] = name === 'sum' ? ['+', '0'] : ['*', '1'];
  const shader = (type: 'f32' | 'i32'): Shader => ({
    name: `cumulative ${name} ${type}`,
    outputs: { y: type },
    inputs: { x: type },
    uniforms: { length: 'u32', inner: 'u32', rows: 'u32', exclusive: 'u32', reverse: 'u32' },
    workgroup: [BLOCK],
    declarations: `
var<workgroup> part: array<${type}, ${BLOCK}>;
fn place(row: u32, i: u32) -> u32 {
  let j = select(i, u.length - 1u - i, u.reverse == 1u);
  return (row / u.inner) * u.length * u.inner + j * u.inner + row % u.inner;
}`,
    main: `
  let row = group.x + groups.x * group.y;
  let isRow = row < u.rows;
  var before = ${type}(${neutral});
  for (var first = 0u; first < u.length; first += ${BLOCK}u) {
    let i = first + at;
    var value = ${type}(${neutral});
    if (isRow && i < u.length) { value = x[place(row, i)]; }
    part[at] = value;
    workgroupBarrier();
    for (var step = 1u; step < ${BLOCK}u; step *= 2u) {
      var left = ${type}(${neutral});
      if (at >= step) { left = part[at - step]; }
      workgroupBarrier();
      part[at] = part[at] ${operator} left;
      workgroupBarrier();
    }
    if (isRow && i < u.length) {
      var result = before ${operator} part[at];
      if (u.exclusive == 1u) {
        result = before;
        if (at > 0u) { result = before ${operator} part[at - 1u]; }
      }
      y[place(row, i)] = result;
    }
    before = before ${operator} part[${BLOCK - 1}];
    workgroupBarrier();
  }`,
  });
  const shaders = { float32: shader('f32'), int32: shader('i32'), bool: shader('i32') };
  return ({ inputs, attrs, backend }) => {
    const x = inputs['x']!;
    if (!(x.dtype in shaders)) return undefined;
    const { axis, exclusive, reverse } = attrs as unknown as tf.CumsumAttrs;
    const [at] = tf.util.parseAxisParam(axis, x.shape) as [number];
    const length = x.shape[at] ?? 1;
    const size = sizeOf(x);
    const y = backend.makeTensorInfo(x.shape, x.dtype);
    const inner = tf.util.sizeFromShape(x.shape.slice(at + 1));
    const rows = size === 0 ? 0 : size / length;
    const values = { length, inner, rows, exclusive: Number(exclusive), reverse: Number(reverse) };
    backend.runShader(shaders[x.dtype as 'float32'], [y], [x], values, rows);
    return y;
  };
}

export const scans: Record<string, OpKernel> = { Cumsum: cumulative('sum'), Cumprod: cumulative('product') };
