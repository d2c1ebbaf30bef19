// complex64: ops that are composed of ops on real and imaginary parts, on every device, and the gradients of the few
// that remain. The gradient with respect to a complex number is dL/d(real) + i dL/d(imaginary), as in PyTorch.
import * as tf from '@tensorflow/tfjs-core';
import { correctCallsBy, type Correction } from '../engine/op-kernels.ts';
import { runNamed } from '../engine/call.ts';
import { attr, register, zeros } from './register.ts';

/** Lets complex64 through the ops of `byParts`, and registers the gradients. */
export function complexNumbers(): void {
  correctCallsBy({ Cast: toComplex });
  correctCallsBy(byParts, true);
  register('Complex', {}, (dy) => ({ real: () => tf.real(dy), imag: () => tf.imag(dy) }));
  register('Real', {}, (dy) => ({ input: () => tf.complex(dy, zeros(dy)) }));
  register('Imag', {}, (dy) => ({ input: () => tf.complex(zeros(dy), dy) }));
  // x / |x|, and 0 at 0
  register('ComplexAbs', { inputsToSave: ['x'] }, (dy, [x]) => ({
    x: () => {
      const size = tf.abs(x!);
      const scale = tf.div(dy, tf.add(size, tf.cast(tf.equal(size, 0), 'float32')));
      return tf.complex(tf.mul(tf.real(x!), scale), tf.mul(tf.imag(x!), scale));
    },
  }));
  // The matrix of the transform is symmetric, and its conjugate is n times its inverse
  register('FFT', {}, (dy) => ({ input: () => scaled(runNamed('IFFT', { input: dy }), dy.shape.at(-1)!) }));
  register('IFFT', {}, (dy) => ({ input: () => scaled(runNamed('FFT', { input: dy }), 1 / dy.shape.at(-1)!) }));
  register('Identity', {}, (dy) => ({ x: () => dy.clone() }));
}

const isComplex = (x: tf.Tensor | undefined) => x?.dtype === 'complex64';
const scaled = (x: tf.Tensor, by: number) => tf.complex(tf.mul(tf.real(x), by), tf.mul(tf.imag(x), by));

interface Parts {
  re: tf.Tensor;
  im: tf.Tensor;
}
/** The parts of a tensor; a real one has no imaginary part. */
const partsOf = (x: tf.Tensor): Parts =>
  isComplex(x) ? { re: tf.real(x), im: tf.imag(x) } : { re: tf.cast(x, 'float32'), im: tf.zeros(x.shape) };

type Output = tf.Tensor | tf.Tensor[];

/** An op that is the same on both parts: it moves elements, or is linear with real coefficients. */
function eachPart(name: string, inputNames?: readonly string[]): Correction {
  return (inputs, attrs) => {
    let found = false;
    for (const key in inputs) if (isComplex(inputs[key])) found = true;
    if (!found) return undefined;
    const names = inputNames ?? Object.keys(inputs);
    return tf.tidy(() => {
      const run = (part: keyof Parts) => {
        // Some ops take a list
        const ofPart = (Array.isArray(inputs) ? [...(inputs as tf.Tensor[])] : { ...inputs }) as tf.NamedTensorMap;
        for (const key of names) ofPart[key] = partsOf(inputs[key]!)[part];
        return tf.engine().runKernel(name, ofPart, attrs) as Output;
      };
      const [re, im] = [run('re'), run('im')];
      if (!Array.isArray(re)) return tf.complex(re, im as tf.Tensor);
      return re.map((r, i) => tf.complex(r, (im as tf.Tensor[])[i]!)) as never;
    });
  };
}

/** An op that gives a tensor another shape: our devices do that for complex numbers too. */
function inShape(name: string): Correction {
  const byPart = eachPart(name);
  return (inputs, attrs) => {
    const x = inputs['x'] ?? inputs['input'];
    if (!isComplex(x) || tf.getBackend() === 'cpu' || tf.getBackend() === 'webgpu') return undefined;
    return byPart(inputs, attrs);
  };
}

/** An op of one or two complex numbers, by their parts. */
const byFormula =
  (f: (a: Parts, b: Parts, attrs: tf.NamedAttrMap) => [tf.Tensor, tf.Tensor], names = ['a', 'b']): Correction =>
  (inputs, attrs) => {
    const a = inputs[names[0]!];
    const b = inputs[names[1] ?? names[0]!];
    if (!isComplex(a) && !isComplex(b)) return undefined;
    return tf.tidy(() => tf.complex(...f(partsOf(a!), partsOf(b!), attrs)));
  };

const quotient = (a: Parts, b: Parts): [tf.Tensor, tf.Tensor] => {
  const size = tf.add(tf.square(b.re), tf.square(b.im));
  return [
    tf.div(tf.add(tf.mul(a.re, b.re), tf.mul(a.im, b.im)), size),
    tf.div(tf.sub(tf.mul(a.im, b.re), tf.mul(a.re, b.im)), size),
  ];
};

/** The transform of the rows of a matrix: the stock op kernels give parts of another shape for other ranks. */
const ofRows =
  (name: string): Correction =>
  ({ input }) => {
    const { rank, size, shape } = input!;
    const n = shape.at(-1);
    if (rank === 2 || !n) return undefined;
    return tf.tidy(() => tf.reshape(runNamed(name, { input: tf.reshape(input!, [size / n, n]) }), shape));
  };

/** Casts to complex64, of what is complex already, too. */
const toComplex: Correction = ({ x }, attrs) => {
  if (attr<tf.CastAttrs>(attrs).dtype !== 'complex64') return undefined;
  return tf.tidy(() => {
    const { re, im } = partsOf(x!);
    return tf.complex(re, im);
  });
};

const byParts: Record<string, Correction> = {
  FFT: ofRows('FFT'),
  IFFT: ofRows('IFFT'),
  ...Object.fromEntries(
    ['Neg', 'Sum', 'Mean', 'Slice', 'Reverse', 'Tile', 'StridedSlice', 'SplitV', 'Unpack'].map((name) => [
      name,
      eachPart(name),
    ]),
  ),
  Reshape: inShape('Reshape'),
  ExpandDims: inShape('ExpandDims'),
  Concat: eachPart('Concat'),
  Pack: eachPart('Pack'),
  Transpose: eachPart('Transpose', ['x']),
  GatherV2: eachPart('GatherV2', ['x']),
  Add: byFormula((a, b) => [tf.add(a.re, b.re), tf.add(a.im, b.im)]),
  Sub: byFormula((a, b) => [tf.sub(a.re, b.re), tf.sub(a.im, b.im)]),
  Multiply: byFormula((a, b) => [
    tf.sub(tf.mul(a.re, b.re), tf.mul(a.im, b.im)),
    tf.add(tf.mul(a.re, b.im), tf.mul(a.im, b.re)),
  ]),
  RealDiv: byFormula(quotient),
  Square: byFormula((x) => [tf.sub(tf.square(x.re), tf.square(x.im)), tf.mul(tf.mul(x.re, x.im), 2)], ['x']),
  Exp: byFormula(
    (x) => {
      const size = tf.exp(x.re);
      return [tf.mul(size, tf.cos(x.im)), tf.mul(size, tf.sin(x.im))];
    },
    ['x'],
  ),
  BatchMatMul: byFormula((a, b, attrs) => {
    const { transposeA, transposeB } = attr<tf.BatchMatMulAttrs>(attrs);
    const product = (x: tf.Tensor, y: tf.Tensor) => tf.matMul(x, y, transposeA, transposeB);
    return [tf.sub(product(a.re, b.re), product(a.im, b.im)), tf.add(product(a.re, b.im), product(a.im, b.re))];
  }),
  Cast: ({ x }, attrs) =>
    isComplex(x) && attr<tf.CastAttrs>(attrs).dtype !== 'complex64'
      ? tf.tidy(() => tf.cast(partsOf(x!).re, attr<tf.CastAttrs>(attrs).dtype))
      : undefined,
};
