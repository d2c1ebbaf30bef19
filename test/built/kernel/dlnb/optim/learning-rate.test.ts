// The search for a learning rate: on a parabola, whose steps are known, and on a model; what it leaves as it was.
import { afterEach, expect, it } from 'vitest';
import { makeOptim } from '../../../../../kernel/dlnb/optim/index.ts';
import { dist } from '../../../../paths.ts';
import { libraryOf, numbers } from '../../tensors/layers/library.ts';

const tf = libraryOf(dist);
const optim = makeOptim(() => tf);
afterEach(() => tf.disposeVariables());

it('finds where a loss falls fastest, and ends when it grows', async () => {
  const w = tf.variable(tf.tensor1d([1, -2]));
  const optimizer = optim.sgd({ momentum: 0.5 });
  optimizer.minimize(() => tf.sum(tf.square(w)).asScalar(), false, [w]);
  const before = [...w.dataSync()];
  const found = await optim.findLearningRate({
    optimizer,
    loss: () => tf.sum(tf.square(w)).asScalar(),
    variables: [w],
    from: 1e-4,
    to: 100,
    steps: 60,
    smoothing: 0,
  });
  expect([...w.dataSync()]).toEqual(before);
  expect(optimizer.iterations).toBe(1);
  expect(found.rates[0]).toBe(1e-4);
  expect(found.rates[1]! / found.rates[0]!).toBeCloseTo(found.rates[7]! / found.rates[6]!, 8);
  // Gradient descent with momentum 0.5 on w² diverges from a rate of 1.5
  expect(found.suggested).toBeGreaterThan(0.005);
  expect(found.suggested).toBeLessThan(1.5);
  expect(found.largest).toBeLessThan(1.5);
  expect(found.rates.length).toBeLessThan(60);
  expect(found.losses).toEqual(found.smoothed);
});

it('takes one easy batch at the start for no fall', async () => {
  const w = tf.variable(tf.tensor1d([1, -2]));
  for (const easy of [0.5, 0.001]) {
    const found = await optim.findLearningRate({
      optimizer: optim.sgd(),
      loss: (step) => tf.mul(tf.sum(tf.square(w)), step === 0 ? easy : 1).asScalar(),
      variables: [w],
      from: 1e-6,
      to: 10,
    });
    // It diverges from a rate of 1
    expect(found.suggested).toBeGreaterThan(0.005);
    expect(found.suggested).toBeLessThan(1);
    expect(found.largest).toBeGreaterThan(0.01);
  }
});

it('leaves model and optimizer as they were', async () => {
  const model = tf.sequential({
    layers: [
      tf.layers.dense({ units: 4, inputShape: [3], activation: 'tanh' }),
      tf.layers.batchNormalization(),
      tf.layers.dense({ units: 1 }),
    ],
  });
  const optimizer = optim.adam({ learningRate: optim.cosineDecay({ rate: 0.1, steps: 9 }) });
  model.compile({ optimizer, loss: 'meanSquaredError', metrics: ['mae'] });
  const [x, y] = [numbers([40, 3]), numbers([40, 1], 2)];
  await model.fit(x, y, { epochs: 1, verbose: 0 });
  const all = async () =>
    [...model.getWeights(), ...(await optimizer.getWeights()).map(({ tensor }) => tensor)].map((t) => [
      ...t.dataSync(),
    ]);
  const before = await all();
  const found = await optim.findLearningRate({ model, x, y, batchSize: 16, steps: 30 });
  expect(await all()).toEqual(before);
  expect(model.optimizer).toBe(optimizer);
  expect(found.suggested).toBeGreaterThan(1e-7);
  expect(found.losses.every(Number.isFinite)).toBe(true);
  for (const stock of [tf.train.sgd(0.1), tf.train.adam(0.1)]) {
    model.compile({ optimizer: stock, loss: 'meanSquaredError' });
    expect((await optim.findLearningRate({ model, x, y, steps: 8 })).rates.length).toBeGreaterThan(4);
  }
});

it('names what is wrong', async () => {
  const find = (options: object) => optim.findLearningRate(options);
  await expect(find({})).rejects.toThrow(/give it a compiled model with its data, { model, x, y }, or an optimizer/);
  const model = tf.sequential({ layers: [tf.layers.dense({ units: 1, inputShape: [1] })] });
  await expect(find({ model })).rejects.toThrow(/must be compiled first/);
  model.compile({ optimizer: 'sgd', loss: 'meanSquaredError' });
  await expect(find({ model, x: [1], y: tf.ones([1, 1]) })).rejects.toThrow(
    /x must be a tensor of the model's data, got/,
  );
  await expect(find({ model, from: 1, to: 1 })).rejects.toThrow(/to must be larger than from/);
  const w = tf.variable(tf.scalar(1));
  await expect(find({ optimizer: optim.sgd(), loss: () => tf.mul(w, NaN), variables: [w] })).rejects.toThrow(
    /the loss is not finite after 0 steps/,
  );
  expect(w.dataSync()[0]).toBe(1);
});
