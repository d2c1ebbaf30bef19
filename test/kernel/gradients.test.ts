// The op kernels that the cpu device brings itself: forward values against the stock JavaScript backend's, gradients against finite differences.
import { afterAll, beforeAll, expect, it } from 'vitest';
import { TestKernel } from './kernel.ts';

let k: TestKernel;
beforeAll(async () => {
  k = new TestKernel();
  // Central differences of a scalar function at every element of x, in double precision on the host side
  const { error } = await k.run(`
    import * as tf from '@tensorflow/tfjs';
    function check(f: (x: tf.Tensor) => tf.Tensor, x: tf.Tensor, eps = 1e-2): number {
      const analytic = tf.grad((t) => f(t).sum())(x).dataSync();
      const values = Array.from(x.dataSync());
      let worst = 0;
      values.forEach((v, i) => {
        const at = (d: number) => tf.tidy(() => { const c = values.slice(); c[i] = v + d; return f(tf.tensor(c, x.shape)).sum().dataSync()[0]! });
        const numeric = (at(eps) - at(-eps)) / (2 * eps);
        worst = Math.max(worst, Math.abs(numeric - analytic[i]!) / Math.max(1, Math.abs(numeric)));
      });
      return worst;
    }
    // quadratic in the convolution, so that its gradient depends on the values
    const q = (t: tf.Tensor) => t.mul(t).mul(0.5);`);
  expect(error).toBeUndefined();
});
afterAll(() => k.stop());

const number = async (code: string) => {
  const { text, error } = await k.run(code);
  expect(error?.message).toBeUndefined();
  return Number(text);
};

const convs = [
  [[2, 6, 5, 3], [3, 3, 3, 4], 1, 'valid'],
  [[2, 6, 5, 3], [3, 3, 3, 4], 1, 'same'],
  [[1, 7, 7, 2], [3, 2, 2, 3], 2, 'valid'],
  [[2, 8, 7, 1], [3, 3, 1, 2], 2, 'same'],
  [[1, 5, 5, 2], [1, 1, 2, 3], 1, 'same'],
  [[1, 6, 6, 1], [2, 4, 1, 1], [1, 3], 'valid'],
  [[2, 5, 5, 2], [5, 5, 2, 2], 1, 2],
] as const;

it.each(convs)('conv2d of %j with %j, stride %j, padding %j', async (x, w, stride, pad) => {
  const args = `${JSON.stringify(stride)}, ${JSON.stringify(pad)}`;
  const setUp = `const X = tf.randomUniform(${JSON.stringify(x)}, -1, 1, 'float32', 1), W = tf.randomUniform(${JSON.stringify(w)}, -1, 1, 'float32', 2);`;
  expect(await number(`${setUp} check((t) => q(tf.conv2d(t as any, W as any, ${args})), X)`)).toBeLessThan(1e-2);
  expect(await number(`check((t) => q(tf.conv2d(X as any, t as any, ${args})), W)`)).toBeLessThan(1e-2);
});

it.each([
  [[1, 4, 4, 2], 2, 2, 'valid'],
  [[2, 5, 5, 1], 3, 2, 'same'],
  [[1, 6, 5, 2], 3, 1, 'valid'],
] as const)(
  'maxPool of %j, window %j, stride %j, padding %j, also where no value is positive',
  async (x, size, stride, pad) => {
    // distinct values, a good distance apart, all negative: no window has a tie within the step
    const n = (x as readonly number[]).reduce((a, b) => a * b, 1);
    const values = Array.from({ length: n }, (_, i) => -1 - ((i * 7919) % n) * 0.1);
    const f = `(t) => q(tf.maxPool(t as any, ${size}, ${stride}, ${JSON.stringify(pad)}))`;
    expect(await number(`check(${f}, tf.tensor(${JSON.stringify(values)}, ${JSON.stringify(x)}))`)).toBeLessThan(1e-2);
  },
);

// Each is a function of X (smooth where it is tested), of the shape given
const ops: [string, number[], string][] = [
  ['where(x > 0)', [3, 4], 'tf.where(X.greater(0.05), X.square(), X.mul(3))'],
  ['where(x == max)', [4], 'tf.where(X.equal(X.max()), X.square(), X)'],
  ['where(not (a and b))', [4], 'tf.where(tf.logicalNot(tf.logicalAnd(X.less(0.3), X.notEqual(9))), X.square(), X)'],
  ['cumsum, first axis', [4, 3], 'q(tf.cumsum(X, 0))'],
  ['cumsum, middle axis, exclusive, reverse', [2, 4, 3], 'q(tf.cumsum(X, 1, true, true))'],
  ['cumprod', [2, 4], 'q(tf.cumprod(X, 1))'],
  ['cumprod, exclusive, reverse, first axis', [4, 2], 'q(tf.cumprod(X, 0, true, true))'],
  ['cumprod with zeros', [4], 'q(tf.cumprod(X.mul(tf.tensor([1, 0, 1, 0])).add(tf.tensor([0, 0, 0, 0]))))'],
  ['gatherND', [3, 4], "q(tf.gatherND(X, tf.tensor2d([[0, 1], [2, 3], [0, 1]], [3, 2], 'int32')))"],
  ['scatterND', [3, 2], "q(tf.scatterND(tf.tensor2d([[1], [4], [0]], [3, 1], 'int32'), X, [5, 2]))"],
  ['stridedSlice', [5, 6], 'q(tf.stridedSlice(X, [1, 0], [5, 6], [2, 3]))'],
  [
    'stridedSlice, negative stride, shrunk axis',
    [5, 6],
    'q(tf.stridedSlice(X, [3, 5], [4, 0], [1, -2], 0, 0, 0, 0, 1))',
  ],
  ['topk', [3, 5], 'q(tf.topk(X, 2).values)'],
  ['diag', [4], 'q(tf.diag(X))'],
  ['depthToSpace', [2, 2, 3, 8], 'q(tf.depthToSpace(X, 2))'],
  ['mirrorPad, reflect', [3, 4], "q(tf.mirrorPad(X, [[2, 1], [1, 3]], 'reflect'))"],
  ['mirrorPad, symmetric', [3, 4], "q(tf.mirrorPad(X, [[3, 1], [0, 4]], 'symmetric'))"],
  [
    'conv2d, dilation 2, the input',
    [1, 7, 7, 2],
    "q(tf.conv2d(X, tf.randomUniform([3, 3, 2, 3], -1, 1, 'float32', 4), 1, 'same', 'NHWC', 2))",
  ],
  [
    'conv2d, dilation [2, 3], the filter',
    [3, 2, 2, 3],
    "q(tf.conv2d(tf.randomUniform([2, 8, 8, 2], -1, 1, 'float32', 5), X, 1, 'valid', 'NHWC', [2, 3]))",
  ],
  [
    'conv1d, dilation 2, the filter',
    [3, 2, 3],
    "q(tf.conv1d(tf.randomUniform([2, 9, 2], -1, 1, 'float32', 5), X, 1, 'same', 'NWC', 2))",
  ],
  [
    'depthwiseConv2d, the input',
    [1, 6, 6, 2],
    "q(tf.depthwiseConv2d(X, tf.randomUniform([3, 3, 2, 2], -1, 1, 'float32', 6), 1, 'same'))",
  ],
  [
    'depthwiseConv2d, dilation 2, the filter',
    [3, 3, 2, 2],
    "q(tf.depthwiseConv2d(tf.randomUniform([2, 8, 8, 2], -1, 1, 'float32', 7), X, 1, 'valid', 'NHWC', 2))",
  ],
  ['avgPool, same, partial windows', [2, 5, 5, 2], "q(tf.avgPool(X, 3, 2, 'same'))"],
  ['avgPool, padding by number', [1, 4, 4, 1], 'q(tf.avgPool(X, 3, 1, 1))'],
  ['avgPool, valid', [1, 4, 4, 1], "q(tf.avgPool(X, 2, 2, 'valid'))"],
  ['resizeNearestNeighbor, several images', [3, 2, 3, 2], 'q(tf.image.resizeNearestNeighbor(X, [4, 6]))'],
  ['resizeNearestNeighbor, smaller', [2, 5, 4, 1], 'q(tf.image.resizeNearestNeighbor(X, [3, 3]))'],
  ['resizeNearestNeighbor, align corners', [2, 3, 3, 1], 'q(tf.image.resizeNearestNeighbor(X, [5, 5], true))'],
  ['upSampling2d layer', [2, 2, 2, 3], 'q(tf.layers.upSampling2d({ size: [2, 2] }).apply(X))'],
  [
    'batchNorm without scale and offset',
    [4, 3],
    'q(tf.batchNorm(X, tf.tensor1d([0.1, 0.2, 0.3]), tf.tensor1d([1, 2, 3])))',
  ],
  [
    'batchNorm without scale, its mean',
    [3],
    "q(tf.batchNorm(tf.randomUniform([4, 3], -1, 1, 'float32', 8), X, tf.tensor1d([1, 2, 3]), tf.tensor1d([1, 1, 1])))",
  ],
  ['einsum, matrix product', [3, 4], "q(tf.einsum('ij,jk->ik', X, tf.randomUniform([4, 2], -1, 1, 'float32', 9)))"],
  ['einsum, second operand', [4, 2], "q(tf.einsum('ij,jk->ik', tf.randomUniform([3, 4], -1, 1, 'float32', 9), X))"],
  [
    'einsum, transposed batches',
    [2, 3, 4],
    "q(tf.einsum('bij,bkj->bik', X, tf.randomUniform([2, 5, 4], -1, 1, 'float32', 9)))",
  ],
  ['einsum, sums of one operand', [3, 4], "q(tf.einsum('ij->i', X))"],
  ['einsum, transposition', [3, 4], "q(tf.einsum('ij->ji', X))"],
];
it.each(ops)('%s: the gradient is that of finite differences', async (_, shape, f) => {
  expect(
    await number(`check((X: any) => ${f}, tf.randomUniform(${JSON.stringify(shape)}, -1, 1, 'float32', 3))`),
  ).toBeLessThan(1e-2);
});

it('gradients that hold on to a clone find its values: logSigmoid', async () => {
  expect(await number('check((x: any) => tf.logSigmoid(x.clone()).clone(), tf.tensor1d([-1, 0.5, 2]))')).toBeLessThan(
    1e-2,
  );
});

it('second derivatives go through maxPool', async () => {
  const code = `
    const inner = (x: any) => tf.maxPool(x.square().mul(x), 2, 2, 'valid').sum();
    check((x: any) => q(tf.grad(inner as any)(x)), tf.tensor([1, 2.5, -3, 4.2, 0.3, 6, 7.4, -8, 9.1, 1.7, 11, 0.2, 13, 1.4, -1, 16], [1, 4, 4, 1]).div(4))`;
  expect(await number(code)).toBeLessThan(1e-2);
});

it('op kernels give right results where the WASM backend does not', async () => {
  const right: [string, string][] = [
    ["tf.stridedSlice(tf.range(0, 12, 1, 'int32'), [1], [12], [3])", '1,4,7,10'],
    ['tf.clipByValue(tf.tensor1d([NaN, 5]), 0, 1)', 'NaN,1'],
    ["tf.tensor1d([0, 3.5]).cast('bool')", '0,1'],
    ["tf.matMul(tf.tensor2d([[2]], [1, 1], 'int32'), tf.tensor2d([[3]], [1, 1], 'int32'))", '6'],
    ["tf.equal(tf.tensor1d(['a', 'b']), tf.tensor1d(['a', 'c']))", '1,0'],
    ["tf.conv2d(tf.ones([1, 2, 2]), tf.ones([1, 1, 1, 1]), 1, 'valid', 'NCHW')", '1,1,1,1'],
  ];
  for (const [code, values] of right)
    expect((await k.run(`(${code}).dataSync().join()`)).text, code).toBe(`'${values}'`);
});

it('op kernels that the WASM backend lacks run through the JavaScript one', async () => {
  expect(
    (
      await k.run(
        "const seg = tf.unsortedSegmentSum(tf.tensor1d([1, 2, 3]), tf.tensor1d([0, 1, 0], 'int32'), 2); const u = tf.unique(tf.tensor1d([3, 1, 3])); [Array.from(seg.dataSync()), Array.from(u.values.dataSync())]",
      )
    ).text,
  ).toBe('[ [ 4, 2 ], [ 3, 1 ] ]');
  const before = await number('tf.memory().numTensors');
  expect(
    await number(
      "tf.tidy(() => { tf.unsortedSegmentSum(tf.tensor1d([1]), tf.tensor1d([0], 'int32'), 1) }); tf.memory().numTensors",
    ),
  ).toBe(before);
});
