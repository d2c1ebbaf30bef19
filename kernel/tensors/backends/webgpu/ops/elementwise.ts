// Ops on each element by itself: those that stock op kernels get wrong on graphics cards (NaN, large angles,
// conversion), and those that the table of elementwise ops has WGSL for (backends/elementwise.ts), among them gradients
// of activations.
import type * as tf from '@tensorflow/tfjs-core';
import * as table from '../../elementwise.ts';
import type { Correction, OpCall, OpKernel } from '../op-kernel.ts';
import { NAN_BITS, sizeOf, typeOf, type Shader } from '../shader.ts';
import { inverseTrigonometry, normalDistribution, trigonometry } from '../shaders/functions.ts';

/** Workgroup size, one element for each invocation. */
const GROUP = 256;

interface Formula {
  name: string;
  /** The names of its inputs, which are those of `body`'s operands */
  inputs: readonly string[];
  /** Attributes, which are numbers and parameters of `body` too */
  attrs?: readonly string[];
  /** A function's body in WGSL */
  body: string;
  declarations?: string;
}

/** y = f(inputs), all of one size and float32 */
function opKernel({ name, inputs: operands, attrs: parameters = [], body, declarations = '' }: Formula): OpKernel {
  const values = operands.map((_, i) => `values${i}`);
  const shader: Shader = {
    name,
    outputs: { y: 'f32' },
    inputs: Object.fromEntries(values.map((key) => [key, 'f32'])),
    uniforms: {
      n: 'u32',
      nan: 'u32',
      ...Object.fromEntries(parameters.map((key) => [key, 'f32'])),
    } as Shader['uniforms'],
    workgroup: [GROUP],
    declarations: `${declarations}
fn f(${[...operands, ...parameters].map((key) => `${key}: f32`).join(', ')}) -> f32 { ${body} }`,
    main: `if (index < u.n) {
      y[index] = f(${[...values.map((key) => `${key}[index]`), ...parameters.map((key) => `u.${key}`)].join(', ')});
    }`,
  };
  return ({ inputs, attrs, backend }) => {
    const tensors = operands.map((key) => inputs[key]!);
    // A gradient has the shape of the input or output it belongs to, which is its last operand
    const { shape } = tensors.at(-1)!;
    const n = sizeOf(tensors.at(-1)!);
    if (tensors.some((t) => t.dtype !== 'float32' || sizeOf(t) !== n)) return undefined;
    return runElementwise({ shader, backend, attrs }, backend.makeTensorInfo(shape, 'float32'), tensors);
  };
}

/** y = f(x) */
const unary = (name: string, body: string, declarations = ''): OpKernel =>
  opKernel({ name: `unary ${name}`, inputs: ['x'], body, declarations });

function runElementwise(
  { shader, backend, attrs }: Pick<OpCall, 'backend' | 'attrs'> & { shader: Shader },
  output: tf.TensorInfo,
  inputs: tf.TensorInfo[],
) {
  const n = sizeOf(output);
  const values: Record<string, number> = { n, nan: NAN_BITS };
  for (const name in shader.uniforms) if (!(name in values)) values[name] = attrs[name] as number;
  if (n > 0) backend.runShader(shader, [output], inputs, values, Math.ceil(n / GROUP));
  else backend.dataOf(output.dataId).values = new Float32Array(0);
  return output;
}

/** The op kernels of those entries of a part of the table that have WGSL */
function tabled(ops: Record<string, table.Op>, operands: readonly string[] = []): Record<string, OpKernel> {
  const made = Object.entries(ops).flatMap(([name, { inputs = operands, attrs = [], wgsl }]) =>
    wgsl
      ? [[name, opKernel({ name, inputs, attrs, body: `return ${wgsl};`, declarations: normalDistribution })] as const]
      : [],
  );
  return Object.fromEntries(made);
}

const orNan = (expression: string) => `if (isNan(x)) { return x; } return ${expression};`;

const selectShader = (type: string): Shader => ({
  name: `select ${type}`,
  outputs: { y: type },
  inputs: { condition: 'i32', a: type, b: type },
  uniforms: { n: 'u32', inner: 'u32' },
  workgroup: [GROUP],
  main: 'if (index < u.n) { y[index] = select(b[index], a[index], condition[index / u.inner] != 0); }',
});
const selectShaders = { f32: selectShader('f32'), i32: selectShader('i32') };

/**
 * {condition, t, e} → y. The condition has an element for each of t or, if it has one axis, for each place of t's first
 * axis.
 */
const select: OpKernel = ({ inputs, backend }) => {
  const [condition, t, e] = [inputs['condition']!, inputs['t']!, inputs['e']!];
  const type = typeOf(t.dtype);
  const n = sizeOf(t);
  if (!type || t.dtype !== e.dtype || typeOf(condition.dtype) !== 'i32' || n === 0) return undefined;
  const y = backend.makeTensorInfo(t.shape, t.dtype);
  backend.runShader(
    selectShaders[type],
    [y],
    [condition, t, e],
    { n, inner: n / sizeOf(condition) },
    Math.ceil(n / GROUP),
  );
  return y;
};

const convertShader = (to: string): Shader => ({
  name: `convert ${to}`,
  outputs: { y: to },
  inputs: { x: 'i32' },
  uniforms: { n: 'u32' },
  workgroup: [GROUP],
  main: `if (index < u.n) { y[index] = ${to}(x[index]); }`,
});
const convertShaders = { f32: convertShader('f32'), i32: convertShader('i32') };

/** Converts to a wider type. The stock op kernel leaves integers in a tensor of type float32. */
const cast: OpKernel = ({ inputs, attrs, backend }) => {
  const x = inputs['x']!;
  const dtype = attrs['dtype'] as tf.DataType;
  const to = typeOf(dtype);
  if (!to || typeOf(x.dtype) !== 'i32' || x.dtype === dtype || dtype === 'bool') return undefined;
  const { values } = backend.dataOf(x.dataId);
  if (values && backend.shouldExecuteOnCPU([x])) {
    const View = to === 'f32' ? Float32Array : Int32Array;
    return backend.makeTensorInfo(x.shape, dtype, View.from(values as ArrayLike<number>));
  }
  const n = sizeOf(x);
  if (n === 0) return undefined;
  const y = backend.makeTensorInfo(x.shape, dtype);
  backend.runShader(convertShaders[to], [y], [x], { n }, Math.ceil(n / GROUP));
  return y;
};

/** The stock program binds all tensors at once, and may exceed the limit of the device. */
const addN: Correction = (call, stock) => {
  const { backend } = call;
  const most = backend.device.limits.maxStorageBuffersPerShaderStage - 1;
  let rest = Object.values(call.inputs);
  let sum: tf.TensorInfo | undefined;
  while (rest.length > 0) {
    const part = sum ? [sum, ...rest.slice(0, most - 1)] : rest.slice(0, most);
    rest = rest.slice(sum ? most - 1 : most);
    const next = stock({ ...call, inputs: part as unknown as tf.NamedTensorInfoMap }) as tf.TensorInfo;
    if (sum) backend.disposeData(sum.dataId);
    sum = next;
  }
  return sum!;
};

export const elementwise: Record<string, OpKernel> = {
  Sin: unary('sin', 'return sine(x);', trigonometry),
  Cos: unary('cos', 'return cosine(x);', trigonometry),
  Tan: unary('tan', 'return tangent(x);', trigonometry),
  Exp: unary('exp', orNan('exp(x)')),
  Log: unary('log', 'if (isNan(x) || x < 0.0) { return bitcast<f32>(u.nan); } return log(x);'),
  Sigmoid: unary('sigmoid', orNan('1.0 / (1.0 + exp(-x))')),
  Acosh: unary('acosh', `if (!(x >= 1.0)) { return bitcast<f32>(u.nan); } ${orNan('acosh(x)')}`),
  Asin: unary(
    'asin',
    'if (abs(x) <= 0.5) { return arcSine(x); } return 1.5707963267948966 - arcCosine(x);',
    inverseTrigonometry,
  ),
  Acos: unary('acos', 'return arcCosine(x);', inverseTrigonometry),
  // By the logarithm of |x|, and by a series for small x: ln(x + √(x² + 1)) loses digits for negative and for small x
  Asinh: unary(
    'asinh',
    `if (isNan(x)) { return x; }
     let a = abs(x);
     let y = select(log(a + sqrt(a * a + 1.0)), a - a * a * a / 6.0, a < 0.02);
     return select(y, -y, x < 0.0);`,
  ),
  Atanh: unary(
    'atanh',
    `if (isNan(x) || abs(x) > 1.0) { return bitcast<f32>(u.nan); }
     if (abs(x) < 0.02) { return x + x * x * x / 3.0; }
     return 0.5 * log((1.0 + x) / (1.0 - x));`,
  ),
  ...tabled(table.own, ['x']),
  ...tabled(table.gradients),
  Cast: cast,
  Select: select,
};

export const correctedElementwise: Record<string, Correction> = { AddN: addN };
