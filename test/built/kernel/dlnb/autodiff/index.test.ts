// `autodiff` on the device `cpu`: against torch.autograd (expected.json, made by make.py), against differences, and
// what it refuses.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { makeAutodiff } from '../../../../../kernel/dlnb/autodiff/index.ts';
import { dist } from '../../../../paths.ts';
import { libraryOf, type Tensor } from '../../tensors/layers/library.ts';

const tf = libraryOf(dist);
const autodiff = makeAutodiff(() => tf as never);

interface Numbers {
  shape: number[];
  values: number[];
}
const e = JSON.parse(readFileSync(path.join(import.meta.dirname, 'expected.json'), 'utf8')) as Record<
  'x' | 'y' | 'a2' | 'da2' | 'a3' | 'value' | 'field' | 'jvp' | 'narrow',
  Numbers
> &
  Record<'params' | 'dirs' | 'grads' | 'hvp' | 'perExample', [Numbers, Numbers, Numbers]> & { hessian: Numbers[][] };
const tensor = ({ values, shape }: Numbers) => tf.tensor(values, shape);

function expectNear(actual: Tensor, { shape, values }: Numbers): void {
  expect(actual.shape).toEqual(shape);
  const size = Math.max(1e-3, ...values.map(Math.abs));
  actual.dataSync().forEach((v, i) => expect(Math.abs(v - values[i]!) / size, `element ${i}`).toBeLessThan(1e-5));
}

type Params = { w: Tensor; more: [Tensor, Tensor] };
const params = (): Params => {
  const [w, b, v] = e.params.map(tensor) as [Tensor, Tensor, Tensor];
  return { w, more: [b, v] };
};
const loss = ({ w, more: [b, v] }: Params, x: Tensor = tensor(e.x), y: Tensor = tensor(e.y)): Tensor => {
  const h = tf.tanh(tf.add(tf.matMul(x as never, w as never), b));
  return tf.mean(tf.square(tf.sub(tf.squeeze(tf.matMul(h as never, tf.expandDims(v, 1) as never), [1]), y)));
};
const field = (a: Tensor) =>
  tf.add(
    tf.mul(
      tf.expandDims(tf.prod(tf.sin(tf.mul(tf.expandDims(a, 1), tf.range(1, 4))), 0), 0),
      tf.exp(a.slice([0], [1])),
    ),
    tf.mul(tf.square(tf.sum(a)), tf.eye(3)),
  );
const narrow = (a: Tensor) => {
  const [p, q, r] = tf.unstack(a) as [Tensor, Tensor, Tensor];
  return tf.stack([tf.mul(p, tf.sigmoid(tf.mul(q, r))), tf.sum(tf.pow(a, 3))]);
};

describe('against PyTorch', () => {
  it('value and gradient of a tree', () => {
    const { value, grads } = autodiff.valueAndGrad(loss)(params(), tensor(e.x), tensor(e.y));
    expectNear(value, e.value);
    [grads.w, ...grads.more].forEach((g, i) => expectNear(g, e.grads[i]!));
  });

  it('the Hessian of a tree, and its product with a direction', () => {
    const h = autodiff.hessian((p: Params) => loss(p), params());
    const rows = [h.w, ...h.more] as unknown as Params[];
    rows.forEach(({ w, more }, i) => [w, ...more].forEach((block, j) => expectNear(block, e.hessian[i]![j]!)));
    const [w, b, v] = e.dirs.map(tensor) as [Tensor, Tensor, Tensor];
    const product = autodiff.hvp((p: Params) => loss(p), params(), { w, more: [b, v] });
    [product.w, ...product.more].forEach((g, i) => expectNear(g, e.hvp[i]!));
  });

  it('the gradient of each example', () => {
    const one = (p: Params, x: Tensor, y: Tensor) => loss(p, tf.expandDims(x, 0), y);
    const grads = autodiff.perExample(one)(params(), tensor(e.x), tensor(e.y));
    [grads.w, ...grads.more].forEach((g, i) => expectNear(g, e.perExample[i]!));
  });

  it('Jacobians by columns and by rows, and their product with a direction', () => {
    expectNear(autodiff.jacobian(field, tensor(e.a2)), e.field);
    expectNear(autodiff.jacobian(narrow, tensor(e.a3)), e.narrow);
    expectNear(autodiff.jvp(field, tensor(e.a2), tensor(e.da2)), e.jvp);
  });
});

describe('derivatives', () => {
  const values = (x: Tensor) => Array.from(x.dataSync());

  it('of variables and of the weights of a model', () => {
    const w = tf.variable(tf.tensor1d([1, 2]));
    expect(values(autodiff.grad((p: { w: Tensor }) => p.w.square().sum())({ w }).w)).toEqual([2, 4]);
    const model = tf.sequential({ layers: [tf.layers.dense({ units: 1, inputShape: [2] })] });
    const f = (_: typeof model.trainableWeights) => tf.sum(model.apply(tf.tensor2d([[3, 5]])) as Tensor);
    const grads = autodiff.grad(f)(model.trainableWeights);
    expect(grads.map(values)).toEqual([[3, 5], [1]]);
  });

  it('of what the value does not depend on are zeros', () => {
    const x = tf.tensor1d([1, 2]);
    expect(values(autodiff.grad((_: Tensor) => tf.scalar(3))(x))).toEqual([0, 0]);
    expect(values(autodiff.hessian((t: Tensor) => t.sum(), x))).toEqual([0, 0, 0, 0]);
    expect(values(autodiff.hvp((t: Tensor) => t.sum(), x, x))).toEqual([0, 0]);
  });

  it('of a Jacobian, since it is made of ops', () => {
    const x = tf.tensor1d([2, 3]);
    const f = (t: Tensor) => autodiff.jacobian((u: Tensor) => u.square(), t).sum();
    expect(values(autodiff.grad(f)(x))).toEqual([2, 2]);
  });

  it('vmap calls a function of one example for each', () => {
    const f = autodiff.vmap((x: Tensor, y: Tensor) => tf.dot(x, y));
    const x = tf.tensor2d([[1, 2], [3, 4]]); // prettier-ignore
    expect(values(f(x, x))).toEqual([5, 25]);
    expect(
      values(
        autodiff.grad((t: Tensor) =>
          f(
            t,
            tf.tensor2d([
              [1, 2],
              [3, 4],
            ]),
          ).sum(),
        )(x),
      ),
    ).toEqual([1, 2, 3, 4]);
  });

  it('stop at stopGradient', () => {
    const x = tf.tensor1d([2, 3]);
    expect(values(autodiff.grad((t: Tensor) => tf.mul(t, autodiff.stopGradient(t)).sum())(x))).toEqual([2, 3]);
  });

  it('leave no tensors behind', async () => {
    const x = tf.tensor1d([1, 2]);
    const f = (t: Tensor) => t.square().sum();
    const before = tf.memory().numTensors;
    tf.dispose([
      autodiff.valueAndGrad(f)(x),
      autodiff.hessian(f, x),
      autodiff.hvp(f, x, x),
      autodiff.jacobian(f, x),
    ] as never);
    await autodiff.gradcheck(f, x);
    expect(tf.memory().numTensors).toBe(before);
  });
});

describe('customGrad', () => {
  const values = (x: Tensor) => Array.from(x.dataSync());
  const x = () => tf.tensor1d([0.5, -1.5]);

  it.each<[string, (t: Tensor) => Tensor, (t: Tensor) => Tensor]>([
    [
      'from its input',
      (t) =>
        autodiff.customGrad(
          (u) => u.sin(),
          ({ dy, inputs: [u] }) => dy.mul(u!.cos()),
        )(t),
      (t) => t.sin(),
    ],
    [
      'from its output',
      (t) =>
        autodiff.customGrad(
          (u) => u.exp(),
          ({ dy, output }) => dy.mul(output),
        )(t),
      (t) => t.exp(),
    ],
    [
      'of several arguments',
      (t) =>
        autodiff.customGrad(
          (a, b) => a.mul(b),
          ({ dy, inputs: [a, b] }) => [dy.mul(b!), dy.mul(a!)],
        )(t, t.square()),
      (t) => t.pow(3),
    ],
  ])('composes to third order: %s', (_, own, stock) => {
    const derivative = (f: (t: Tensor) => Tensor, times: number): ((t: Tensor) => Tensor) =>
      times === 0 ? f : (t) => tf.grad((u) => derivative(f, times - 1)(u).sum())(t);
    for (const times of [0, 1, 2, 3])
      values(derivative(own, times)(x())).forEach((v, i) =>
        expect(v).toBeCloseTo(values(derivative(stock, times)(x()))[i]!, 4),
      );
  });

  it('tf.customGrad composes, too, by what it saves', () => {
    const own = tf.customGrad(((u: Tensor, save: (t: Tensor[]) => void) => {
      const y = u.exp();
      save([u, y]);
      return {
        value: y.mul(u),
        gradFunc: (dy: Tensor, [a, b]: Tensor[]) => dy.mul(tf.add(b!, tf.mul(a!, tf.exp(a!)))),
      };
    }) as never) as (t: Tensor) => Tensor;
    const second = tf.grad((t) =>
      tf
        .grad((u) => own(u).sum())(t)
        .sum(),
    );
    // d/du of (exp(u) held + u exp(u)): what is neither input nor output is a constant
    values(second(x())).forEach((v, i) => {
      const u = [0.5, -1.5][i]!;
      expect(v).toBeCloseTo((1 + u) * Math.exp(u), 4);
    });
  });

  it('says what the gradient must be', () => {
    const f = autodiff.customGrad(
      (a, b) => a.add(b),
      ({ dy }) => [dy],
    );
    expect(() => tf.grad((t: Tensor) => f(t, t).sum())(x())).toThrow(
      /must return 2 tensors, one for each argument, got 1/,
    );
    const g = autodiff.customGrad(
      (a) => a.sum(),
      ({ dy }) => dy,
    );
    expect(() => tf.grad((t: Tensor) => g(t))(x())).toThrow(/argument 0 must be \[2\], got \[\]\. Sum over/);
  });
});

describe('gradcheck', () => {
  it('agrees where gradients are right', async () => {
    const found = await autodiff.gradcheck((p: Params) => loss(p), params());
    expect(found).toMatchObject({ ok: true, compared: 12, wrong: [] });
    expect(found.largestError).toBeLessThan(1e-3);
    expect((await autodiff.gradcheck(field, tensor(e.a2))).compared).toBe(18);
  });

  it('names the entry that is off, with both numbers', async () => {
    const f = autodiff.customGrad(
      (a) => a.square(),
      ({ dy, inputs: [a] }) => dy.mul(a!.mul(tf.tensor2d([[2, 2], [2, 3]]))), // prettier-ignore
    );
    const x = { w: tf.tensor2d([[1, 2], [3, 4]]) }; // prettier-ignore
    await expect(autodiff.gradcheck((p: { w: Tensor }) => f(p.w), x)).rejects.toThrow(
      /^autodiff\.gradcheck: 1 of 16 derivatives are wrong:\n {2}∂y\[1, 1\] \/ ∂x\.w\[1, 1\] is 12, differences give (8|7\.99)/,
    );
    const found = await autodiff.gradcheck((p: { w: Tensor }) => f(p.w), x, { throws: false });
    expect(found).toMatchObject({ ok: false, wrong: [{ entry: '∂y[1, 1] / ∂x.w[1, 1]', gradient: 12 }] });
  });
});

describe('what it refuses', () => {
  const x = () => tf.tensor1d([1, 2]);
  it.each<[string, () => unknown, RegExp]>([
    [
      'a result of several numbers',
      () => autodiff.grad((t: Tensor) => t)(x()),
      /must return one number, got \[2\]\. Take tf\.mean/,
    ],
    ['no tensor', () => autodiff.grad(() => 3 as never)(x()), /must return a tensor, got 3/],
    ['an async function', () => autodiff.grad((async () => x()) as never)(x()), /must not be async/],
    ['a tree with text', () => autodiff.grad((t: { a: Tensor }) => t.a)({ a: 'x' as never }), /"\.a" must be a tensor/],
    ['no parameters', () => autodiff.grad(() => x())([]), /there is no tensor/],
    [
      'whole numbers',
      () => autodiff.grad((t: Tensor) => t.sum())(tf.tensor1d([1], 'int32')),
      /of int32; only tensors of float32/,
    ],
    ['no function', () => autodiff.grad(x() as never), /autodiff\.valueAndGrad: the argument must be a function/],
    [
      'another direction',
      () => autodiff.hvp((t: Tensor) => t.sum(), x(), tf.ones([3])),
      /the direction must be \[2\], got \[3\]/,
    ],
    ['batches of other sizes', () => autodiff.vmap((a, b) => a!.add(b!))(x(), tf.ones([3])), /same number of examples/],
    ['an empty batch', () => autodiff.vmap((a) => a!)(tf.zeros([0, 2])), /has no example/],
  ])('%s', (_, call, message) => {
    expect(call).toThrow(message);
  });

  it('unknown options', async () => {
    await expect(autodiff.gradcheck((t: Tensor) => t, x(), { eps: 1 } as never)).rejects.toThrow(/no option "eps"/);
  });
});
