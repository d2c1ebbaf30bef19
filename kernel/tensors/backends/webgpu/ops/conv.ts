// Small convolutions, and the gradients of all convolutions, as products of implicit matrices (implicit GEMM), tile by
// tile in the memory of a workgroup. In tfjs-backend-webgpu, an invocation for each element of the gradient reads all
// that it needs from the card's memory.
import type { TensorInfo } from '@tensorflow/tfjs-core';
import { geometryOf, type ConvAttrs, type Geometry } from '../../geometry.ts';
import { sizeOf } from '../shader.ts';
import type { OpCall, OpKernel } from '../op-kernel.ts';
import { runProduct, type Product } from '../shaders/tiled-product.ts';
import { activations, finishOf } from './activation.ts';

/**
 * The geometry as constants of WGSL, which turns divisions by them into multiplications. The batch is not among them:
 * its size changes at the end of an epoch.
 */
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

/**
 * {x [batch, height, width, inDepth], dy [batch, height, width, outDepth]}, `filterShape` → dfilter. Rows of the
 * product are places of the filter and its input channels, columns its output channels.
 */
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
  return runProduct(backend, product, [x, dy], filterShape);
};

/**
 * {dy, filter [height, width, inDepth, outDepth]}, `inputShape` → dx. Rows of the product are places of x, columns its
 * channels.
 */
const backpropInput: OpKernel = ({ inputs, attrs, backend }) => {
  const [dy, filter] = [inputs['dy']!, inputs['filter']!];
  const inputShape = attrs['inputShape'] as number[];
  const g = geometryOf(inputShape, filter.shape, attrs as unknown as ConvAttrs, false);
  // tf.conv2dTranspose accepts an image that is larger than the convolution's result
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
  return runProduct(backend, product, [dy, filter], inputShape);
};

/** Elements of the result up to which a convolution runs here: TensorFlow.js's programs for larger ones are faster. */
const MOST = 256 * 256;

/**
 * {x, filter} → y, also with `bias` [outDepth] and an activation. Rows of the product are places of y, columns its
 * channels.
 */
function forward({ inputs, attrs, backend }: OpCall, activation: string): TensorInfo | undefined {
  const { x, filter, bias, preluActivationWeights } = inputs as Record<string, TensorInfo | undefined>;
  const g = geometryOf(x!.shape, filter!.shape, attrs as unknown as ConvAttrs, false);
  if (!g || !areFloat(x!, filter!) || !(activation in activations) || preluActivationWeights) return undefined;
  const m = g.batchSize * g.outHeight * g.outWidth;
  if (m * g.outChannels > MOST || (bias && (bias.dtype !== 'float32' || sizeOf(bias) !== g.outChannels)))
    return undefined;
  const { text, key } = constants(g);
  const product: Product = {
    name: `conv2d ${key}`,
    inputs: { x: 'f32', w: 'f32' },
    declarations: `${text}
fn a(m: i32, k: i32) -> f32 {
  let depth = k % inDepth;
  let px = m % outWidth * strideX + k / inDepth % filterWidth * dilationX - padLeft;
  let py = m / outWidth % outHeight * strideY + k / inDepth / filterWidth * dilationY - padTop;
  if (px < 0 || px >= inWidth || py < 0 || py >= inHeight) { return 0.0; }
  return x[((m / outWidth / outHeight * inHeight + py) * inWidth + px) * inDepth + depth];
}
fn b(k: i32, n: i32) -> f32 { return w[k * outDepth + n]; }`,
    m,
    n: g.outChannels,
    k: g.filterHeight * g.filterWidth * g.inChannels,
    along: 'k',
    finish: finishOf(activation, bias),
  };
  return runProduct(backend, product, [x!, filter!], g.outShape);
}

export const convolution: Record<string, OpKernel> = {
  Conv2D: (call) => forward(call, 'linear'),
  FusedConv2D: (call) => forward(call, call.attrs['activation'] as string),
  Conv2DBackpropFilter: backpropFilter,
  Conv2DBackpropInput: backpropInput,
};
