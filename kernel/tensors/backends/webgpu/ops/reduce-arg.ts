// Where the extremum along an axis is: the first of the largest, or smallest, elements, and the first NaN before all of
// them, as in NumPy. TensorFlow.js's program passes NaN over.
import * as tf from '@tensorflow/tfjs-core';
import type { OpKernel } from '../op-kernel.ts';
import { sizeOf, type Shader } from '../shader.ts';

/** Workgroup size: invocations that share a result. */
const GROUP = 64;

const shader = (op: '<' | '>', type: 'f32' | 'i32'): Shader => ({
  name: `argExtremum ${op} ${type}`,
  outputs: { y: 'i32' },
  inputs: { x: type },
  uniforms: { results: 'u32', n: 'u32', inner: 'u32' },
  workgroup: [GROUP],
  declarations: `
var<workgroup> values: array<${type}, ${GROUP}>;
var<workgroup> places: array<u32, ${GROUP}>;
// Whether a, at place atA, comes before b
fn wins(a: ${type}, atA: u32, b: ${type}, atB: u32) -> bool {
  ${type === 'f32' ? 'if (isNan(a) || isNan(b)) { return isNan(a) && (!isNan(b) || atA < atB); }' : ''}
  return a ${op} b || (a == b && atA < atB);
}`,
  main: `
  let result = group.x + groups.x * group.y;
  if (result >= u.results) { return; }
  let first = result / u.inner * u.n * u.inner + result % u.inner;
  // Invocations beyond the end look at the first element, too
  var where_ = select(0u, at, at < u.n);
  var best = x[first + where_ * u.inner];
  for (var i = where_ + ${GROUP}u; i < u.n; i += ${GROUP}u) {
    let v = x[first + i * u.inner];
    if (wins(v, i, best, where_)) { best = v; where_ = i; }
  }
  values[at] = best;
  places[at] = where_;
  workgroupBarrier();
  for (var half = ${GROUP / 2}u; half > 0u; half /= 2u) {
    if (at < half && wins(values[at + half], places[at + half], values[at], places[at])) {
      values[at] = values[at + half];
      places[at] = places[at + half];
    }
    workgroupBarrier();
  }
  if (at == 0u) { y[result] = i32(places[0]); }`,
});

function argExtremum(op: '<' | '>'): OpKernel {
  const shaders = { float32: shader(op, 'f32'), int32: shader(op, 'i32') };
  return ({ inputs, attrs, backend }) => {
    const x = inputs['x']!;
    const axes = tf.util.parseAxisParam(attrs['axis'] as number, x.shape);
    const n = x.shape[axes[0]!];
    if (!(x.dtype in shaders) || axes.length !== 1 || n === undefined || sizeOf(x) === 0) return undefined;
    const axis = axes[0]!;
    const y = backend.makeTensorInfo(
      x.shape.filter((_, d) => d !== axis),
      'int32',
    );
    const results = sizeOf(y);
    const inner = tf.util.sizeFromShape(x.shape.slice(axis + 1));
    backend.runShader(shaders[x.dtype as 'float32'], [y], [x], { results, n, inner }, results);
    return y;
  };
}

export const argReduction: Record<string, OpKernel> = { ArgMax: argExtremum('>'), ArgMin: argExtremum('<') };
