// Training on the device `webgpu`: numbers that change from step to step, labels that are no classes, masks, frozen
// layers, metrics that count.
import { beforeAll, expect, it } from 'vitest';
import { compileStep, start, tf } from './device.ts';

beforeAll(() => start());

// What the types of TensorFlow.js do not know
type Any = any; // eslint-disable-line @typescript-eslint/no-explicit-any
const valueOf = async (t: Any): Promise<number> => (await t.data())[0];

it('constants that change from step to step belong to their own step, also if nothing is awaited', async () => {
  const run = async (compiled: boolean) => {
    const [w, v] = [tf.ones([300]).variable(), tf.zeros([300]).variable()];
    let n = 0;
    const f = () =>
      tf.tidy(() => {
        n++;
        const next = tf.add(tf.mul(v, 0.999), tf.mul(tf.square(w), 0.001));
        w.assign(tf.sub(w, tf.mul(tf.sqrt(tf.mul(next, 1 / (1 - 0.999 ** n))), 0.05)));
        v.assign(next);
        return 0;
      });
    const step = compiled ? compileStep(f) : f;
    for (let i = 0; i < 10; i++) step();
    return valueOf(w);
  };
  expect(await run(true)).toBe(await run(false));
});

it('nadam in fit takes the steps of a loop', async () => {
  const make = () => (tf.train as Any).nadam(0.05) as Any;
  const [theta, optimizer] = [tf.scalar(1).variable(), make()];
  for (let i = 0; i < 20; i++) optimizer.minimize(() => tf.square(theta), false, [theta]);
  const model = tf.sequential({
    layers: [tf.layers.dense({ units: 1, inputShape: [1], useBias: false, kernelInitializer: 'ones' })],
  });
  model.compile({ optimizer: make(), loss: 'meanSquaredError' });
  await model.fit(tf.ones([20, 1]), tf.zeros([20, 1]), { batchSize: 1, verbose: 0 });
  expect(await valueOf(model.getWeights()[0])).toBeCloseTo(await valueOf(theta), 5);
});

it('labels that are no classes are an error in fit, and NaN where reading them would wait', async () => {
  const model = tf.sequential({ layers: [tf.layers.dense({ units: 3, inputShape: [2], activation: 'softmax' })] });
  model.compile({ optimizer: 'sgd', loss: 'sparseCategoricalCrossentropy' });
  const [x, bad] = [tf.ones([3, 2]), tf.tensor1d([0, 1, 5])];
  await expect(model.fit(x, bad, { verbose: 0 })).rejects.toThrow(/label of example 2 is 5/);
  expect(await valueOf(model.evaluate(x, bad))).toBeNaN();
  expect(await valueOf(model.evaluate(x, tf.tensor1d([0, 1, 2])))).toBeGreaterThan(0);
});

it('masks and weights of examples reach the loss, counts the metrics of the epoch', async () => {
  const model = tf.sequential({
    layers: [
      tf.layers.masking({ inputShape: [3, 1] }),
      tf.layers.dense({ units: 1, kernelInitializer: 'ones', useBias: false }),
    ],
  });
  model.compile({ optimizer: tf.train.sgd(0), loss: 'meanSquaredError', metrics: ['precision'] });
  const x = tf.tensor3d([[[1], [1], [0]], [[1], [1], [1]]]); // prettier-ignore
  const y = tf.tensor3d([[[1], [0], [9]], [[1], [1], [0]]]); // prettier-ignore
  const { history } = await model.fit(x, y, { verbose: 0, epochs: 5, batchSize: 1, sampleWeight: [2, 1] } as Any);
  // Squared errors 0, 1 weighted by 2, and 0, 0, 1; 3 right of 5
  history['loss']!.forEach((loss) => expect(loss).toBeCloseTo((2 / 2 + 1 / 3) / 2, 5));
  history['precision']!.forEach((value) => expect(value).toBeCloseTo(3 / 5, 5));
});

it('a frozen batch normalization keeps its statistics', async () => {
  const bn = tf.layers.batchNormalization({ inputShape: [2] });
  const model = tf.sequential({ layers: [bn, tf.layers.dense({ units: 1 })] });
  bn.trainable = false;
  model.compile({ optimizer: 'sgd', loss: 'meanSquaredError' });
  await model.fit(tf.tensor2d([[1, 10], [2, 20]]), tf.ones([2, 1]), { verbose: 0, epochs: 4 }); // prettier-ignore
  expect([...(await (bn as Any).movingMean.read().data())]).toEqual([0, 0]);
});
