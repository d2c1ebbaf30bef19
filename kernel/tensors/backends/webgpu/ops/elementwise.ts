// Elementwise op kernels: those that TensorFlow.js's get wrong on graphics cards (NaN, large angles), and what the
// table of elementwise ops has WGSL for (kernel/tensors/backends/elementwise.ts), among it gradients of activations in
// one op kernel each.
import type { TensorInfo } from '@tensorflow/tfjs-core';
import * as table from '../../elementwise.ts';
import type { OpCall, OpKernel } from '../op-kernel.ts';
import { sizeOf, type Shader } from '../shader.ts';

/** Invocations of a workgroup, one number each. */
const GROUP = 256;

/**
 * sin and cos by the polynomials of Cephes (S. L. Moshier, sinf.c) on [−π/4, π/4]: WGSL's own promise an absolute error
 * of 2⁻¹¹ only. Angles are reduced by Cody and Waite's method, and beyond 8,192 by Payne and Hanek's (1983), with the
 * bits of 2/π that matter.
 */
const trigonometry = `
const TWO_OVER_PI = array<u32, 7>(0u, 0xa2f9836eu, 0x4e441529u, 0xfc2757d1u, 0xf534ddc0u, 0xdb629599u, 0x3c439041u);
/// The high and the low half of a product.
fn product(a: u32, b: u32) -> vec2u {
  let low = (a & 0xffffu) * (b & 0xffffu);
  let m1 = (a >> 16u) * (b & 0xffffu);
  let m2 = (a & 0xffffu) * (b >> 16u);
  let middle = (low >> 16u) + (m1 & 0xffffu) + (m2 & 0xffffu);
  return vec2u((a >> 16u) * (b >> 16u) + (m1 >> 16u) + (m2 >> 16u) + (middle >> 16u), (middle << 16u) | (low & 0xffffu));
}
struct Reduced { rest: f32, low: f32, quadrant: u32 }
fn reduceLarge(x: f32) -> Reduced {
  let bits = bitcast<u32>(x);
  let mantissa = ((bits & 0x7fffffu) | 0x800000u) << 8u;
  let e = ((bits >> 23u) & 255u) - 128u;
  // x · 2/π modulo 4: three words of 2/π, of which the first begins with the bits of weight 4 and below
  let word = e >> 5u;
  let shift = e & 31u;
  var w: array<u32, 3>;
  for (var i = 0u; i < 3u; i++) {
    let high = TWO_OVER_PI[word + i];
    let low = TWO_OVER_PI[word + i + 1u];
    w[i] = select((high << shift) | (low >> (32u - shift)), high, shift == 0u);
  }
  let p2 = product(mantissa, w[2]);
  let p1 = product(mantissa, w[1]);
  let p0 = mantissa * w[0];
  let middle = p2.x + p1.y;
  let carry = select(0u, 1u, middle < p2.x);
  var top = p0 + p1.x + carry;
  var next = middle;
  // Two bits before the point, then the fraction
  var quadrant = top >> 30u;
  top = (top << 2u) | (next >> 30u);
  next = next << 2u;
  var negative = false;
  if ((top & 0x80000000u) != 0u) {
    quadrant = quadrant + 1u;
    negative = true;
    next = ~next + 1u;
    top = ~top + select(0u, 1u, next == 0u);
  }
  let zeros = countLeadingZeros(top);
  if (zeros > 0u && zeros < 32u) { top = (top << zeros) | (next >> (32u - zeros)); }
  // Times π/2, of which the word has 31 bits behind the point
  let turned = product(top, 0xc90fdaa2u).x;
  let scale = select(exp2(-31.0 - f32(zeros)), 0.0, zeros >= 32u) * select(1.0, -1.0, negative != (x < 0.0));
  if (x < 0.0) { quadrant = 4u - (quadrant & 3u); }
  return Reduced(f32(turned & 0xffffff00u) * scale, f32(turned & 0xffu) * scale, quadrant & 3u);
}
fn reduceAngle(x: f32) -> Reduced {
  if (abs(x) > 8192.0) { return reduceLarge(x); }
  let q = round(x * 0.636619772);
  let rest = ((x - q * 1.5703125) - q * 4.837512969970703125e-4) - q * 7.54978995489188e-8;
  return Reduced(rest, 0.0, u32(i32(q)) & 3u);
}
fn sinOf(r: f32) -> f32 {
  let z = r * r;
  return ((-1.9515295891e-4 * z + 8.3321608736e-3) * z - 1.6666654611e-1) * z * r + r;
}
fn cosOf(r: f32) -> f32 {
  let z = r * r;
  return ((2.443315711809948e-5 * z - 1.388731625493765e-3) * z + 4.166664568298827e-2) * z * z - 0.5 * z + 1.0;
}
fn isFinite(x: f32) -> bool { return (bitcast<u32>(x) & 0x7f800000u) != 0x7f800000u; }
fn nan() -> f32 { return bitcast<f32>(u.nan); }
fn sine(x: f32) -> f32 {
  if (!isFinite(x)) { return nan(); }
  let a = reduceAngle(x);
  let y = select(sinOf(a.rest), cosOf(a.rest), (a.quadrant & 1u) == 1u);
  return select(y, -y, (a.quadrant & 2u) == 2u);
}
fn cosine(x: f32) -> f32 {
  if (!isFinite(x)) { return nan(); }
  let a = reduceAngle(x);
  let y = select(cosOf(a.rest), sinOf(a.rest), (a.quadrant & 1u) == 1u);
  return select(y, -y, a.quadrant == 1u || a.quadrant == 2u);
}
fn tangent(x: f32) -> f32 {
  if (!isFinite(x)) { return nan(); }
  let a = reduceAngle(x);
  let s = sinOf(a.rest);
  let c = cosOf(a.rest);
  let y = select(s / c, -c / s, (a.quadrant & 1u) == 1u);
  // The derivative of the tangent is 1 + tan²
  return y + (1.0 + y * y) * a.low;
}`;

/** By the polynomial of Cephes's asinf.c; WGSL's own are exact to 2⁻¹¹ or so. */
const inverse = `
fn tail(z: f32) -> f32 {
  return ((((4.2163199048e-2 * z + 2.4181311049e-2) * z + 4.5470025998e-2) * z + 7.4953002686e-2) * z + 1.6666752422e-1) * z;
}
fn arcSine(x: f32) -> f32 { return x + x * tail(x * x); }
fn arcCosine(x: f32) -> f32 {
  if (isNan(x) || abs(x) > 1.0) { return bitcast<f32>(u.nan); }
  if (abs(x) <= 0.5) { return 1.5707963267948966 - arcSine(x); }
  let y = 2.0 * arcSine(sqrt(0.5 * (1.0 - abs(x))));
  return select(y, 3.141592653589793 - y, x < 0.0);
}`;

/** NaN cannot be written in WGSL. */
const NAN_BITS = 0x7fc00000;

/** What an op kernel is made of */
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
  output: TensorInfo,
  inputs: TensorInfo[],
) {
  const n = sizeOf(output);
  const values: Record<string, number> = { n, nan: NAN_BITS };
  for (const name in shader.uniforms) if (!(name in values)) values[name] = attrs[name] as number;
  if (n > 0) backend.runShader(shader, [output], inputs, values, Math.ceil(n / GROUP));
  else backend.dataOf(output.dataId).values = new Float32Array(0);
  return output;
}

/**
 * The error function by Abramowitz and Stegun 7.1.26 is not exact enough for a gradient; this is by a rational function
 * (W. J. Cody 1969).
 */
const normal = `
fn erf(x: f32) -> f32 {
  let a = abs(x);
  if (a < 0.5) {
    let z = x * x;
    return x * (3.209377589138469472562e3 + z * (3.774852376853020208137e2 + z * (1.138641541510501556495e2 + z * (3.161123743870565596947 + z * 1.857777061846031526730e-1))))
             / (2.844236833439170622273e3 + z * (1.282616526077372275645e3 + z * (2.440246379344441733056e2 + z * (2.360129095234412093499e1 + z))));
  }
  let t = 1.0 / (1.0 + 0.5 * a);
  let r = t * exp(-a * a - 1.26551223 + t * (1.00002368 + t * (0.37409196 + t * (0.09678418 + t * (-0.18628806 + t * (0.27886807 +
          t * (-1.13520398 + t * (1.48851587 + t * (-0.82215223 + t * 0.17087277)))))))));
  return select(1.0 - r, r - 1.0, x < 0.0);
}
fn distribution(x: f32) -> f32 { return 0.5 * (1.0 + erf(x * 0.7071067811865476)); }
fn density(x: f32) -> f32 { return 0.3989422804014327 * exp(-0.5 * x * x); }
fn sigmoid(x: f32) -> f32 { return 1.0 / (1.0 + exp(-x)); }`;

/** The op kernels of those entries of a part of the table that have WGSL */
function tabled(ops: Record<string, table.Op>, operands: readonly string[] = []): Record<string, OpKernel> {
  const made = Object.entries(ops).flatMap(([name, { inputs = operands, attrs = [], wgsl }]) =>
    wgsl ? [[name, opKernel({ name, inputs, attrs, body: `return ${wgsl};`, declarations: normal })] as const] : [],
  );
  return Object.fromEntries(made);
}

const orNan = (expression: string) => `if (isNan(x)) { return x; } return ${expression};`;

export const elementwise: Record<string, OpKernel> = {
  Sin: unary('sin', 'return sine(x);', trigonometry),
  Cos: unary('cos', 'return cosine(x);', trigonometry),
  Tan: unary('tan', 'return tangent(x);', trigonometry),
  Sigmoid: unary('sigmoid', orNan('1.0 / (1.0 + exp(-x))')),
  Acosh: unary('acosh', `if (!(x >= 1.0)) { return bitcast<f32>(u.nan); } ${orNan('acosh(x)')}`),
  Asin: unary('asin', 'if (abs(x) <= 0.5) { return arcSine(x); } return 1.5707963267948966 - arcCosine(x);', inverse),
  Acos: unary('acos', 'return arcCosine(x);', inverse),
  // By the logarithm, without the loss of digits that its difference has for negative and for small x
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
};
