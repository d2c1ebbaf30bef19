// Recurrent layers whose steps are one op on the device: GRU against PyTorch (recurrent/make.py), all of its options
// against TensorFlow.js's step by step, and second derivatives, which are composed.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { tf, type Tensor } from './device.ts';

type Any = any; // eslint-disable-line @typescript-eslint/no-explicit-any
const L = tf.layers as Any;

interface Stored {
  shape: number[];
  values: number[];
}
const stored = JSON.parse(readFileSync(join(import.meta.dirname, 'recurrent/gru.json'), 'utf8')) as Record<
  string,
  Stored
>[];

const normal = (shape: number[], seed: number, deviation = 1) =>
  tf.randomNormal(shape, 0, deviation, 'float32', seed) as Tensor;

async function near(got: Tensor, wanted: Tensor | Stored, name: string, tolerance = 2e-5): Promise<void> {
  expect(got.shape, name).toEqual(wanted.shape);
  const [a, b] = [await got.data(), 'values' in wanted ? wanted.values : await wanted.data()];
  const scale = Math.max(1, ...Array.from(b, Math.abs));
  for (const [i, v] of a.entries()) expect(Math.abs(v - b[i]!) / scale, `${name}[${i}]`).toBeLessThan(tolerance);
}

/** The variables of a layer's weights. */
const variables = (layer: Any) => layer.trainableWeights.map((w: Any) => w.val);

describe('GRU against PyTorch', () => {
  it.each(stored.map((c) => [c.kernel!.shape[1]! / 3, c] as const))('%i units', async (units, c) => {
    const of = (name: string) => tf.tensor(c[name]!.values, c[name]!.shape);
    const layer = L.gru({ units, resetAfter: true, recurrentActivation: 'sigmoid', returnSequences: true });
    const call = (x: Tensor, h: Tensor): Tensor => layer.call(x, { initialState: [h] });
    const [x, h, weight] = [of('x'), of('h'), of('weight')];
    layer.apply(x);
    layer.setWeights(['kernel', 'recurrent', 'bias'].map(of));
    await near(call(x, h), c['y']!, 'y');
    const loss = (x: Tensor, h: Tensor) => call(x, h).mul(weight).sum();
    const [dx, dh] = tf.grads(loss as Any)([x, h]) as [Tensor, Tensor];
    await near(dx, c['dx']!, 'dx');
    await near(dh, c['dh']!, 'dh');
    const { grads } = tf.variableGrads((() => loss(x, h)) as Any, variables(layer));
    for (const [i, name] of ['dkernel', 'drecurrent', 'dbias'].entries())
      await near(Object.values(grads)[i]!, c[name]!, name);
  });
});

const forms = [
  {},
  { returnSequences: true },
  { returnSequences: true, returnState: true },
  { goBackwards: true, returnSequences: true },
  { useBias: false, recurrentActivation: 'sigmoid' },
  { stateful: true },
];

describe.each([true, false])('GRU step by step, resetAfter %s', (resetAfter) => {
  it.each(forms.flatMap((form) => [false, true].map((masked) => ({ ...form, masked }))))('%o', async (options) => {
    const { masked, ...form } = options;
    for (const [units, batch, steps, inputs] of [
      [5, 2, 4, 3],
      [20, 7, 3, 4],
      [1, 1, 1, 1],
    ] as const) {
      const layer = L.gru({ units, resetAfter, ...form, batchInputShape: [batch, steps, inputs] });
      const x = normal([batch, steps, inputs], 1);
      layer.apply(x);
      layer.setWeights(layer.getWeights().map((w: Tensor, i: number) => normal(w.shape, 2 + i, 0.7)));
      const kwargs = {
        ...(masked ? { mask: tf.randomUniform([batch, steps], 0, 1, 'float32', 3).greater(0.4) } : {}),
        ...('stateful' in form ? {} : { initialState: [normal([batch, units], 4)] }),
      };
      const stepByStep = Object.getPrototypeOf(Object.getPrototypeOf(layer)).call;
      const results = (call: (x: Tensor) => Tensor | Tensor[]) => {
        const loss = (x: Tensor) => [call(x)].flat().reduce((sum, y) => sum.add(y.square().sum()), tf.scalar(0));
        const fresh = <T>(f: () => T): T => {
          if (layer.stateful) layer.resetStates();
          return f();
        };
        const dx = fresh(() => tf.grad(loss as Any)(x));
        const { grads } = fresh(() => tf.variableGrads((() => loss(x)) as Any, variables(layer)));
        // Twice: the second run of a stateful layer begins where the first ended
        const values = fresh(() => [call(x), call(x)].flat());
        return [...values, dx, ...Object.values(grads)];
      };
      const [fused, plain] = [results((x) => layer.call(x, kwargs)), results((x) => stepByStep.call(layer, x, kwargs))];
      for (const [i, value] of fused.entries()) await near(value, plain[i]!, `${units} units, result ${i}`);
    }
  });
});

describe('second derivatives', () => {
  it.each(['gru', 'lstm', 'simpleRNN'])('%s', async (name) => {
    const layer = L[name]({ units: 4, ...(name === 'simpleRNN' ? {} : { recurrentActivation: 'sigmoid' }) });
    const x = normal([2, 3, 3], 5);
    layer.apply(x);
    layer.setWeights(layer.getWeights().map((w: Tensor, i: number) => normal(w.shape, 6 + i, 0.5)));
    const slope = tf.grad(((x: Tensor) => (layer.apply(x) as Tensor).square().sum()) as Any) as (x: Tensor) => Tensor;
    const along = normal(x.shape, 9);
    const second = tf.grad(((x: Tensor) => slope(x).mul(along).sum()) as Any)(x) as Tensor;
    const h = 1e-2;
    const difference = slope(x.add(along.mul(h)))
      .sub(slope(x.sub(along.mul(h))))
      .div(2 * h);
    await near(second, difference, 'product with the Hessian', 2e-3);
  });
});

it('a masked step keeps the state, whatever stands there', async () => {
  const layer = L.gru({ units: 4, resetAfter: true, returnSequences: true });
  const mask = tf.tensor2d([[1, 0, 0]]).toBool();
  const x = tf.tensor3d([[[1], [100], [-100]]]);
  layer.apply(x);
  const y = layer.call(x, { mask }) as Tensor;
  const rows = (await y.array()) as number[][][];
  expect(rows[0]![1]).toEqual(rows[0]![0]);
  expect(rows[0]![2]).toEqual(rows[0]![0]);
});
