// Gradients of convolutions as products of matrices that are read as if they were there (implicit GEMM), tile by tile in the memory of a
// workgroup. tfjs-backend-webgpu has an invocation for each element of the gradient, which reads all that it needs from the card's memory.
import type { TensorInfo } from '@tensorflow/tfjs-core';
import { geometryOf, type ConvAttrs, type Geometry } from '../../geometry.ts';
import type { WebGpuBackend } from '../backend.ts';
import { sizeOf, type Shader } from '../shader.ts';
import type { OpKernel } from './index.ts';

/** Columns of the left matrix, and rows of the right one, that are read at a time. */
const DEEP = 16;
/** Each invocation makes so many rows and columns of the product. */
const OWN = 4;

/** A product c[m, n] = Σ a[m, k] · b[k, n]. */
interface Product {
  name: string;
  /** Its arrays beside `c`. */
  inputs: Record<string, string>;
  /** Constants and the functions `a(m, k)` and `b(k, n)`, all of i32, which are called within the bounds only. */
  declarations: string;
  m: number;
  n: number;
  k: number;
  /** Whether neighbours of `a` in memory are its rows or its columns. */
  along: 'm' | 'k';
}

/** @param tile rows and columns of a workgroup: 32 or 64 */
function productShader({ name, inputs, declarations, along }: Product, tile: number): Shader {
  const side = tile / OWN;
  const threads = side * side;
  const perThread = (tile * DEEP) / threads;
  const [row, column] = along === 'm' ? [`at_ % ${tile}`, `at_ / ${tile}`] : [`at_ / ${DEEP}`, `at_ % ${DEEP}`];
  const each = (f: (i: number) => string) => [...Array(OWN).keys()].map(f).join('\n');
  return {
    name: `${name} ${tile}`,
    outputs: { c: 'f32' },
    inputs,
    uniforms: { m: 'i32', n: 'i32', k: 'i32', parts: 'i32' },
    workgroup: [side, side],
    declarations: `${declarations}
var<workgroup> left: array<f32, ${tile * DEEP}>;
var<workgroup> right: array<f32, ${tile * DEEP}>;`,
    main: `
  let firstRow = i32(group.x) * ${tile};
  let firstColumn = i32(group.y) * ${tile};
  let part = i32(group.z);
  // The sum over k is cut into parts, each a matrix of its own
  let blocks = (u.k + ${DEEP - 1}) / ${DEEP};
  let first = blocks * part / u.parts * ${DEEP};
  var end = blocks * (part + 1) / u.parts * ${DEEP};
  if (part + 1 == u.parts) { end = u.k; }
  ${each((i) => `var sum${i} = vec4f(0.0);`)}
  for (var k0 = first; k0 < end; k0 += ${DEEP}) {
    for (var i = 0; i < ${perThread}; i++) {
      let at_ = i32(at) + i * ${threads};
      let r = ${row};
      let q = ${column};
      var value = 0.0;
      if (firstRow + r < u.m && k0 + q < end) { value = a(firstRow + r, k0 + q); }
      left[q * ${tile} + r] = value;
      let d = at_ / ${tile};
      let e = at_ % ${tile};
      value = 0.0;
      if (firstColumn + e < u.n && k0 + d < end) { value = b(k0 + d, firstColumn + e); }
      right[at_] = value;
    }
    workgroupBarrier();
    for (var q = 0; q < ${DEEP}; q++) {
      let x = q * ${tile} + i32(local.x) * ${OWN};
      let y = q * ${tile} + i32(local.y) * ${OWN};
      let columns = vec4f(right[x], right[x + 1], right[x + 2], right[x + 3]);
      ${each((i) => `sum${i} += left[y + ${i}] * columns;`)}
    }
    workgroupBarrier();
  }
  let column = firstColumn + i32(local.x) * ${OWN};
  ${each(
    (i) => `{
    let r = firstRow + i32(local.y) * ${OWN} + ${i};
    for (var e = 0; e < ${OWN}; e++) {
      if (r < u.m && column + e < u.n) { c[(part * u.m + r) * u.n + column + e] = sum${i}[e]; }
    }
  }`,
  )}`,
  };
}

const addParts: Shader = {
  name: 'product addParts',
  outputs: { y: 'f32' },
  inputs: { partial: 'f32' },
  uniforms: { n: 'u32', parts: 'u32' },
  workgroup: [64],
  main: `
  if (index >= u.n) { return; }
  var sum = 0.0;
  for (var p = 0u; p < u.parts; p++) { sum += partial[p * u.n + index]; }
  y[index] = sum;`,
};

/** Workgroups that keep a large card busy, and the columns of the left matrix that one is worth having for. */
const ENOUGH = 256;
const LEAST_DEEP = 128;

const shaders = new Map<string, Shader>();

/** @param shape of the product, as a tensor */
function run(backend: WebGpuBackend, product: Product, inputs: TensorInfo[], shape: number[]): TensorInfo | undefined {
  const { m, n, k } = product;
  const tile = m >= 64 && n >= 48 ? 64 : 32;
  const [rows, columns] = [Math.ceil(m / tile), Math.ceil(n / tile)];
  if (Math.max(rows, columns) > backend.device.limits.maxComputeWorkgroupsPerDimension) return undefined;
  const parts = Math.max(1, Math.min(64, Math.floor(ENOUGH / (rows * columns)), Math.floor(k / LEAST_DEEP)));
  const key = `${product.name} ${tile}`;
  let shader = shaders.get(key);
  if (!shader) shaders.set(key, (shader = productShader(product, tile)));
  const y = backend.makeTensorInfo(shape, 'float32');
  const sums = parts > 1 ? backend.makeTensorInfo([parts, m, n], 'float32') : y;
  backend.runShader(shader, [sums], inputs, { m, n, k, parts }, [rows, columns, parts]);
  if (parts === 1) return y;
  backend.runShader(addParts, [y], [sums], { n: m * n, parts }, Math.ceil((m * n) / 64));
  backend.disposeData(sums.dataId);
  return y;
}

/** The geometry as constants: divisions by them are multiplications. The batch is not among them, as its size changes at the end of an epoch. */
function constants(g: Geometry): { text: string; key: string } {
  const values = {
    inHeight: g.inHeight, inWidth: g.inWidth, inDepth: g.inChannels,
    outHeight: g.outHeight, outWidth: g.outWidth, outDepth: g.outChannels,
    filterHeight: g.filterHeight, filterWidth: g.filterWidth,
    strideY: g.strideHeight, strideX: g.strideWidth, dilationY: g.dilationHeight, dilationX: g.dilationWidth,
    padTop: g.padInfo.top, padLeft: g.padInfo.left,
  }; // prettier-ignore
  return {
    text: Object.entries(values)
      .map(([name, value]) => `const ${name} = ${value};`)
      .join('\n'),
    key: Object.values(values).join(' '),
  };
}

const areFloat = (...tensors: TensorInfo[]) => tensors.every((t) => t.dtype === 'float32' && sizeOf(t) > 0);

const isResult = ({ shape }: TensorInfo, g: Geometry) => shape[1] === g.outHeight && shape[2] === g.outWidth;

/** {x [batch, height, width, inDepth], dy [batch, height, width, outDepth]}, `filterShape` → dfilter; rows are the filter's, columns its results */
const backpropFilter: OpKernel = ({ inputs, attrs, backend }) => {
  const [x, dy] = [inputs['x']!, inputs['dy']!];
  const filterShape = attrs['filterShape'] as number[];
  const g = geometryOf(x.shape, filterShape, attrs as unknown as ConvAttrs, false);
  if (!g || !areFloat(x, dy)) return undefined;
  const { text, key } = constants(g);
  const product: Product = {
    name: `conv2d filter gradient ${key}`,
    inputs: { x: 'f32', dy: 'f32' },
    declarations: `${text}
fn a(m: i32, k: i32) -> f32 {
  let depth = m % inDepth;
  let filterX = m / inDepth % filterWidth;
  let filterY = m / inDepth / filterWidth;
  let px = k % outWidth * strideX + filterX * dilationX - padLeft;
  let py = k / outWidth % outHeight * strideY + filterY * dilationY - padTop;
  if (px < 0 || px >= inWidth || py < 0 || py >= inHeight) { return 0.0; }
  return x[((k / outWidth / outHeight * inHeight + py) * inWidth + px) * inDepth + depth];
}
fn b(k: i32, n: i32) -> f32 { return dy[k * outDepth + n]; }`,
    m: g.filterHeight * g.filterWidth * g.inChannels,
    n: g.outChannels,
    k: g.batchSize * g.outHeight * g.outWidth,
    along: 'm',
  };
  return run(backend, product, [x, dy], filterShape);
};

/** {dy, filter [height, width, inDepth, outDepth]}, `inputShape` → dx; rows are places of the image, columns its depth */
const backpropInput: OpKernel = ({ inputs, attrs, backend }) => {
  const [dy, filter] = [inputs['dy']!, inputs['filter']!];
  const inputShape = attrs['inputShape'] as number[];
  const g = geometryOf(inputShape, filter.shape, attrs as unknown as ConvAttrs, false);
  // tf.conv2dTranspose lets an image pass that is larger than the convolution's result
  if (!g || !areFloat(dy, filter) || !isResult(dy, g)) return undefined;
  const { text, key } = constants(g);
  const product: Product = {
    name: `conv2d image gradient ${key}`,
    inputs: { dy: 'f32', w: 'f32' },
    declarations: `${text}
fn a(m: i32, k: i32) -> f32 {
  let depth = k % outDepth;
  let sy = m / inWidth % inHeight + padTop - k / outDepth / filterWidth * dilationY;
  let sx = m % inWidth + padLeft - k / outDepth % filterWidth * dilationX;
  if (sy < 0 || sx < 0 || sy % strideY != 0 || sx % strideX != 0) { return 0.0; }
  let py = sy / strideY;
  let px = sx / strideX;
  if (py >= outHeight || px >= outWidth) { return 0.0; }
  return dy[((m / inWidth / inHeight * outHeight + py) * outWidth + px) * outDepth + depth];
}
fn b(k: i32, n: i32) -> f32 { return w[(k / outDepth * inDepth + n) * outDepth + k % outDepth]; }`,
    m: g.batchSize * g.inHeight * g.inWidth,
    n: g.inChannels,
    k: g.filterHeight * g.filterWidth * g.outChannels,
    along: 'k',
  };
  return run(backend, product, [dy, filter], inputShape);
};

export const convolution: Record<string, OpKernel> = {
  Conv2DBackpropFilter: backpropFilter,
  Conv2DBackpropInput: backpropInput,
};
