// Sums and means over many elements. TensorFlow.js's program adds up to thousands of them one after the other, which
// loses digits; here blocks of eight are added, then blocks of blocks, and so on, so that rounding errors do not grow
// with the number of elements.
import * as tf from '@tensorflow/tfjs-core';
import type { WebGpuBackend } from '../backend.ts';
import type { Correction } from '../op-kernel.ts';
import { sizeOf, typeOf, type Shader } from '../shader.ts';

/** Up to this many elements the stock program adds at most 16 at a time. */
const FEW = 1024;
/** Elements that are added one after the other, and blocks of them. */
const BLOCK = 8;
const BLOCKS = 4;

/** How a workgroup is made: columns, and the rows of them that it reads at a time. */
interface Layout {
  wide: number;
  high: number;
}
const ofRows: Layout = { wide: 1, high: 256 };
/** For rows of up to 64 · 32 elements. */
const ofShortRows: Layout = { wide: 1, high: 64 };
const ofColumns: Layout = { wide: 16, high: 16 };

/** y [outer, splits, inner] = x [outer, reduced, inner] summed over parts of the middle axis, times `factor`. */
const shader = ({ wide, high }: Layout, type: 'f32' | 'i32'): Shader => ({
  name: `sum ${wide} ${high} ${type}`,
  outputs: { y: 'f32' },
  inputs: { x: type },
  uniforms: { outer: 'u32', reduced: 'u32', inner: 'u32', splits: 'u32', factor: 'f32' },
  workgroup: [wide, high],
  declarations: `var<workgroup> part: array<f32, ${wide * high}>;`,
  main: `
  let number = group.x + groups.x * group.y;
  let tiles = (u.inner + ${wide - 1}u) / ${wide}u;
  if (number >= u.outer * u.splits * tiles) { return; }
  let column = number % tiles * ${wide}u + local.x;
  let split = number / tiles % u.splits;
  let o = number / tiles / u.splits;
  let end = min(u.reduced, (split + 1u) * ${high * BLOCK * BLOCKS}u);
  let first = o * u.reduced * u.inner + column;
  var total = 0.0;
  if (column < u.inner) {
    for (var from_ = split * ${high * BLOCK * BLOCKS}u + local.y; from_ < end; from_ += ${high * BLOCK}u) {
      var sum = 0.0;
      for (var i = 0u; i < ${BLOCK}u; i++) {
        let row = from_ + i * ${high}u;
        if (row < end) { sum += f32(x[first + row * u.inner]); }
      }
      total += sum;
    }
  }
  part[at] = total;
  workgroupBarrier();
  for (var half = ${high / 2}u; half > 0u; half /= 2u) {
    if (local.y < half) { part[at] += part[at + half * ${wide}u]; }
    workgroupBarrier();
  }
  if (local.y == 0u && column < u.inner) { y[(o * u.splits + split) * u.inner + column] = part[at] * u.factor; }`,
});
const shaders = new Map(
  [ofRows, ofShortRows, ofColumns].map((layout) => [
    layout,
    { f32: shader(layout, 'f32'), i32: shader(layout, 'i32') },
  ]),
);

/** A tensor as [outer, reduced, inner]. */
interface View {
  outer: number;
  reduced: number;
  inner: number;
}

/** Sums the middle axis; the result has any shape of outer · inner elements. `x` itself is kept. */
function sumMiddle(backend: WebGpuBackend, x: tf.TensorInfo, view: View, factor: number): tf.TensorInfo {
  const { outer, inner } = view;
  let { reduced } = view;
  let from = x;
  for (;;) {
    const layout =
      inner >= ofColumns.wide ? ofColumns : reduced > ofShortRows.high * BLOCK * BLOCKS ? ofRows : ofShortRows;
    const { wide, high } = layout;
    const splits = Math.ceil(reduced / (high * BLOCK * BLOCKS));
    const y = backend.makeTensorInfo([outer, splits, inner], 'float32');
    const program = shaders.get(layout)![typeOf(from.dtype)!];
    const values = { outer, reduced, inner, splits, factor: splits === 1 ? factor : 1 };
    backend.runShader(program, [y], [from], values, outer * splits * Math.ceil(inner / wide));
    if (from !== x) backend.disposeData(from.dataId);
    if (splits === 1) return y;
    from = y;
    reduced = splits;
  }
}

/** @param isMean whether the sum is divided by the number of elements */
const sum =
  (isMean: boolean): Correction =>
  (call, stock) => {
    const { backend, attrs } = call;
    const x = call.inputs['x']!;
    const axes = tf.util.parseAxisParam(attrs['axis'] as number[], x.shape);
    const isReduced = x.shape.map((_, i) => axes.includes(i));
    const kept = x.shape.flatMap((n, i) => (isReduced[i] ? (attrs['keepDims'] ? [1] : []) : [n]));
    const size = sizeOf(x);
    const results = tf.util.sizeFromShape(kept);
    if (size === 0 && !isMean && typeOf(x.dtype)) {
      const dtype = x.dtype === 'bool' ? 'int32' : x.dtype;
      return backend.makeTensorInfo(kept, dtype, tf.util.makeZerosTypedArray(results, dtype as 'float32'));
    }
    const isOurs = x.dtype === 'float32' || (isMean && typeOf(x.dtype) !== undefined);
    if (!isOurs || size <= FEW * results) return stock(call);
    // Neighbors that are both reduced, or both kept, are one axis
    const groups: { n: number; reduced: boolean }[] = [];
    x.shape.forEach((n, i) => {
      const last = groups.at(-1);
      if (n === 1) return;
      if (last && last.reduced === isReduced[i]!) last.n *= n;
      else groups.push({ n, reduced: isReduced[i]! });
    });
    const product = (list: typeof groups) => list.reduce((p, { n }) => p * n, 1);
    let y: tf.TensorInfo = x;
    // The last ones first
    for (let i = groups.length - 1; i >= 0; i--) {
      if (!groups[i]!.reduced) continue;
      const isLast = groups.findIndex((g) => g.reduced) === i;
      const view = { outer: product(groups.slice(0, i)), reduced: groups[i]!.n, inner: product(groups.slice(i + 1)) };
      const next = sumMiddle(backend, y, view, isMean && isLast ? results / size : 1);
      if (y !== x) backend.disposeData(y.dataId);
      y = next;
      groups.splice(i, 1);
    }
    return { dataId: y.dataId, dtype: y.dtype, shape: kept };
  };

export const correctedSums: Record<string, Correction> = { Sum: sum(false), Mean: sum(true) };
