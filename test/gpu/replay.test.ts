// Replayed steps give the same bits as steps that are computed op by op. A step that differs from the recorded one is
// computed.
import { beforeAll, expect, it } from 'vitest';
import type * as tfTypes from '@tensorflow/tfjs';
import { compileStep, start, tf } from './device.ts';
import { networks, type Network } from './networks.ts';

beforeAll(() => start());

const bitsOf = async (t: tfTypes.Tensor) => [...new Int32Array(Float32Array.from(await t.data()).buffer)];

/** Seeds Math.random, which dropout and initial weights draw from. */
function seedRandom(seed: number): () => void {
  const { random } = Math;
  let state = seed;
  Math.random = () => (state = (state * 16807) % 2147483647) / 2147483647;
  return () => (Math.random = random);
}

type Step = (x: tfTypes.Tensor, y: tfTypes.Tensor) => tfTypes.Scalar;

/**
 * Trains with a falling learning rate and, in the middle, batches of another size. Returns the bits of all losses and
 * of the final weights.
 */
async function train({ make, shape, batch }: Network, steps: number, compile: (step: Step) => Step) {
  const restore = seedRandom(7);
  try {
    const model = make();
    const optimizer = tf.train.adam(0.01);
    const step = compile((x, y) =>
      optimizer.minimize(
        () => tf.losses.softmaxCrossEntropy(y, model.apply(x, { training: true }) as tfTypes.Tensor).asScalar(),
        true,
      )!,
    );
    const losses: number[] = [];
    for (let i = 0; i < steps; i++) {
      const n = i >= steps / 2 && i < steps / 2 + 4 ? batch - 1 : batch;
      const x = tf.randomUniform([n, ...shape], 0, 1, 'float32', i + 1);
      const y = tf.oneHot(tf.range(0, n, 1, 'int32').mod(tf.scalar(10, 'int32')), 10).toFloat();
      (optimizer as unknown as { learningRate: number }).learningRate = 0.01 * 0.99 ** i;
      const loss = step(x, y);
      losses.push(...(await bitsOf(loss)));
      tf.dispose([x, y, loss]);
    }
    const weights = (await Promise.all(model.getWeights().map(bitsOf))).flat();
    model.dispose();
    optimizer.dispose();
    return { losses, weights };
  } finally {
    restore();
  }
}

/** More with DLNB_LONG, as in CI: on SwiftShader a deep network takes minutes. */
const STEPS = process.env['DLNB_LONG'] ? 200 : 12;

it.each(Object.entries(networks))(`%s: ${STEPS} replayed steps give the bits of computed ones`, async (_, network) => {
  const computed = await train(network, STEPS, (step) => step);
  let state;
  const replayed = await train(network, STEPS, (step) => {
    const compiled = compileStep(step);
    ({ state } = compiled);
    return ((x, y) => {
      const loss = compiled(x, y);
      ({ state } = compiled);
      return loss;
    }) as Step;
  });
  expect(replayed.losses).toEqual(computed.losses);
  expect(replayed.weights).toEqual(computed.weights);
  // For each of the two sizes, the first step is computed and the second recorded
  expect(state).toEqual({ eager: 2, recorded: 2, replayed: STEPS - 4, why: undefined });
  expect(new Set(computed.losses).size).toBeGreaterThan(0.75 * STEPS);
});

/** Calls a function with 1, 2, 3 … both as it is and compiled. */
async function compareCalls(calls: number, make: () => (x: tfTypes.Tensor, i: number) => tfTypes.Tensor) {
  const plain = make();
  const f = make();
  const compiled = compileStep((x: tfTypes.Tensor, i: number) => f(x, i));
  for (let i = 0; i < calls; i++) {
    const x = tf.tensor([1, 2, 3, 4 + i]).add(0.5);
    expect(await bitsOf(compiled(x, i)), `call ${i}`).toEqual(await bitsOf(plain(x, i)));
  }
  return compiled.state;
}

it('follows numbers of the program that change', async () => {
  const state = await compareCalls(
    12,
    () => (x, i) =>
      x
        .mul(tf.scalar(i))
        .add(i / 3)
        .leakyRelu(0.1 * i),
  );
  expect(state.replayed).toBe(10);
});

it('computes a step whose control flow changes, and records it again if the change lasts', async () => {
  const state = await compareCalls(20, () => (x, i) => (i < 6 || i > 9 ? x.square() : x.exp().sum()));
  expect(state.replayed).toBeGreaterThan(4);
  expect(state.eager).toBeGreaterThan(2);
});

it('computes an op whose attributes give another shape, and replays the recorded one afterwards', async () => {
  const state = await compareCalls(10, () => (x, i) => {
    const rows = x.sigmoid().reshape([2, 2]);
    return tf.concat([rows, rows.add(1)], i === 5 ? 1 : 0).mul(2);
  });
  expect(state).toEqual({ eager: 2, recorded: 1, replayed: 7, why: undefined });
});

it('notices one op more and one op less', async () => {
  const state = await compareCalls(24, () => (x, i) => {
    let y: tfTypes.Tensor = x.square();
    for (let k = 0; k < (i % 8 === 7 ? 3 : i % 8 === 6 ? 1 : 2); k++) y = y.add(k);
    return y;
  });
  expect(state.replayed).toBeGreaterThan(8);
});

it('keeps the results of earlier steps', async () => {
  const compiled = compileStep((x: tfTypes.Tensor) => [x.square(), x.square().sum()]);
  const kept = [];
  for (let i = 0; i < 8; i++) kept.push(compiled(tf.tensor([i, 1]).add(1)));
  for (let i = 0; i < 8; i++) {
    const [squares, sum] = kept[i]!;
    expect([...(await squares!.data())]).toEqual([(i + 1) ** 2, 4]);
    expect((await sum!.data())[0]).toBe((i + 1) ** 2 + 4);
  }
});

it('computes a step in which a tensor lives longer than in the recorded one', async () => {
  const held: tfTypes.Tensor[] = [];
  await compareCalls(
    12,
    () => (x, i) =>
      tf.tidy(() => {
        const a = x.square();
        if (i === 7) held.push(tf.keep(a));
        const b = a.add(1);
        if (i !== 7) a.dispose();
        const c = b.exp();
        b.dispose();
        return c.mul(2).add(3).sqrt();
      }),
  );
  for (const t of held) expect([...(await t.data())]).toEqual([2.25, 6.25, 12.25, 132.25]);
});

it('goes on after an error in the middle of a step', async () => {
  const make = () => (x: tfTypes.Tensor, i: number) => {
    const y = x.square();
    if (i === 5) throw new Error('in the middle');
    return y.add(1);
  };
  const compiled = compileStep(make());
  for (let i = 0; i < 10; i++) {
    const x = tf.tensor([i]).add(0.5);
    if (i === 5) expect(() => compiled(x, i)).toThrow('in the middle');
    else expect((await compiled(x, i).data())[0]).toBe((i + 0.5) ** 2 + 1);
  }
  expect(compiled.state.replayed).toBeGreaterThan(5);
});

it('goes on after a fault of the graphics card that is reported at the end of a step', async () => {
  const compiled = compileStep((x: tfTypes.Tensor) => x.sigmoid().sum());
  for (let i = 0; i < 10; i++) {
    const x = tf.tensor([i, 1]);
    if (i === 5) {
      (tf.backend() as unknown as { fail(fault: Error): void }).fail(new Error('no memory'));
      expect(() => compiled(x)).toThrow('no memory');
    } else {
      const sum = 1 / (1 + Math.exp(-i)) + 1 / (1 + Math.exp(-1));
      expect((await compiled(x).data())[0]).toBeCloseTo(sum, 5);
    }
  }
  expect(compiled.state).toMatchObject({ eager: 1, recorded: 2, replayed: 6 });
});

it('sees variables that are assigned inside and outside the step', async () => {
  const v = tf.variable(tf.tensor([1, 2]));
  const compiled = compileStep(() => {
    v.assign(v.mul(2).add(1));
    return v.sum();
  });
  let expected = [1, 2];
  for (let i = 0; i < 12; i++) {
    if (i === 8) {
      v.assign(tf.tensor([5, 6]));
      expected = [5, 6];
    }
    expected = expected.map((n) => n * 2 + 1);
    expect((await compiled().data())[0]).toBe(expected[0]! + expected[1]!);
  }
  expect([...(await v.data())]).toEqual(expected);
});

it('keeps its numbers when much else is computed between its steps', async () => {
  const compiled = compileStep((x: tfTypes.Tensor) => x.add(1).sigmoid());
  const call = async (i: number) => {
    const x = [i, i / 2, -i, 1 / (i + 1)];
    const y = await compiled(tf.tensor(x).add(0)).data();
    x.forEach((v, k) => expect(y[k]).toBeCloseTo(1 / (1 + Math.exp(-v - 1)), 5));
  };
  for (let i = 0; i < 4; i++) await call(i);
  // Each draw has its own seed in its uniforms: three times as many uniforms as are kept
  for (let i = 0; i < 14_000; i++) tf.randomUniform([2]).dispose();
  for (let i = 0; i < 4; i++) await call(10 + i);
  expect(compiled.state.replayed).toBe(6);
});

it('gives up, and says why, on a step that never repeats itself', async () => {
  const compiled = compileStep((x: tfTypes.Tensor, i: number) => {
    let y = x;
    for (let k = 0; k <= (i * 7) % 5; k++) y = y.add(k);
    return y;
  });
  for (let i = 0; i < 60; i++) await compiled(tf.tensor([i]).add(1), i).data();
  const { replayed, recorded, eager } = compiled.state;
  expect(replayed + recorded + eager).toBe(60);
  expect(recorded).toBeLessThanOrEqual(11);
  expect(compiled.state.why).toMatch(/more ops|fewer ops|another|instead of|on \[/);
});

it('fit replays its steps', async () => {
  const model = tf.sequential({ layers: [tf.layers.dense({ units: 3, inputShape: [4] })] });
  model.compile({ optimizer: 'adam', loss: 'meanSquaredError' });
  const { commands } = tf.backend() as unknown as { commands: { dispatches: number } };
  const before = commands.dispatches;
  const history = await model.fit(tf.randomNormal([64, 4]), tf.randomNormal([64, 3]), {
    epochs: 4,
    batchSize: 16,
    verbose: 0,
  });
  expect(history.history['loss']).toHaveLength(4);
  expect(commands.dispatches).toBeGreaterThan(before);
  // A sequential model trains the model inside it
  const { model: inner } = model as unknown as { model: { makeTrainFunction(): { state: { replayed: number } } } };
  expect(inner.makeTrainFunction().state.replayed).toBeGreaterThan(10);
});
