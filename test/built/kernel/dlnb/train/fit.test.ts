// `train.fit`, `evaluate` and `predict` on the device `cpu`: against loops written out, with all kinds of data, and what
// they say of wrong ones.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { dist } from '../../../../paths.ts';
import { libraryOf } from '../../tensors/layers/library.ts';
import type { FitObserver, FitStart } from '../../../../../kernel/dlnb/train/fit-observer.ts';

const tf = libraryOf(dist);
const { makeLibrary } = await import('../../../../../kernel/dlnb/index.ts');
const { makeTrain } = await import('../../../../../kernel/dlnb/train/index.ts');
const folder = mkdtempSync(path.join(tmpdir(), 'dlnb-fit-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
let run = {};
let interrupt = new AbortController();
let pressed = false;
const { library } = makeLibrary({
  display: async () => {},
  signal: () => interrupt.signal,
  run: () => run,
  loaded: () => tf as never,
  seed: () => {},
  cell: () => undefined,
  training: () => {},
  takeStop: () => pressed,
  panels: {} as never,
  folder,
});
const { data, metrics, optim, train } = library;
beforeEach(() => {
  run = {};
  interrupt = new AbortController();
  pressed = false;
});

/** y = 2 x₀ − x₁ + 0.5 of points that are the same in each run. */
const X = Array.from({ length: 24 }, (_, i) => [Math.sin(i), Math.cos(3 * i)]);
const Y = X.map(([a, b]) => [2 * a! - b! + 0.5]);
const CLASSES = X.map(([a, b]) => (a! > 0 ? 1 : 0) + (b! > 0.5 ? 1 : 0));

const kernel = (scale: number) => tf.initializers.constant({ value: scale });
function linear(optimizer = tf.train.sgd(0.1) as never, options: object = {}) {
  const model = tf.sequential({
    layers: [tf.layers.dense({ units: 1, inputShape: [2], kernelInitializer: kernel(0.1) })],
  });
  model.compile({ optimizer, loss: 'meanSquaredError', ...options });
  return model;
}
/** Two layers with dropout, three classes. */
function classifier(optimizer: never, options: object = {}) {
  const dense = (units: number, seed: number, rest = {}) =>
    tf.layers.dense({ units, kernelInitializer: tf.initializers.glorotUniform({ seed }), ...rest });
  const model = tf.sequential({
    layers: [
      dense(8, 1, { inputShape: [2], activation: 'tanh' }),
      tf.layers.dropout({ rate: 0.25, seed: 5 }),
      dense(3, 2, { activation: 'softmax' }),
    ],
  });
  model.compile({ optimizer, loss: 'sparseCategoricalCrossentropy', ...options });
  return model;
}
const weightsOf = (model: { getWeights(): { dataSync(): ArrayLike<number> }[] }) =>
  model.getWeights().map((w) => Array.from(w.dataSync()));

describe('train.fit of a model', () => {
  it('makes the steps of model.fit, in the order of the examples', async () => {
    const [own, theirs] = [linear(), linear()];
    const { history, steps, epochs, stopped } = await train.fit(own, [X, Y], {
      epochs: 3,
      batchSize: 10,
      shuffle: false,
    });
    const reference = await theirs.fit(tf.tensor2d(X), tf.tensor2d(Y), { epochs: 3, batchSize: 10, shuffle: false });
    expect(weightsOf(own)).toEqual(weightsOf(theirs));
    expect({ steps, epochs, stopped }).toEqual({ steps: 9, epochs: 3, stopped: undefined });
    history['loss']!.forEach((loss, e) => expect(loss).toBeCloseTo(reference.history['loss']![e] as number, 5));
  });

  it('counts metrics over the epoch, and measures the validation, as model.fit', async () => {
    const options = () => ({ metrics: ['accuracy', metrics.f1Score({ average: 'macro' })] });
    const [own, theirs] = [
      classifier(tf.train.adam(0.05) as never, options()),
      classifier(tf.train.adam(0.05) as never, options()),
    ];
    const settings = { epochs: 4, batchSize: 7, shuffle: false } as const;
    const { history } = await train.fit(own, { x: X, y: CLASSES }, { ...settings, validation: [X, CLASSES] });
    const [x, y] = [tf.tensor2d(X), tf.tensor1d(CLASSES)];
    const reference = await theirs.fit(x, y, { ...settings, validationData: [x, y] });
    expect(Object.keys(history).sort()).toEqual(Object.keys(reference.history).sort());
    for (const [name, values] of Object.entries(history))
      values.forEach((v, e) =>
        expect([name, v]).toEqual([name, expect.closeTo(reference.history[name]![e] as number, 4)]),
      );
  });

  it.each([
    ['tensors', () => [tf.tensor2d(X), tf.tensor2d(Y)]],
    ['typed arrays', () => ({ x: Float32Array.from(X.flat()), y: Float64Array.from(Y.flat()) })],
    ['a data set', () => data.dataset({ x: X.flat(), shape: [24, 2], y: Y.flat() })],
    ['batches', () => data.dataset({ x: X.flat(), shape: [24, 2], y: Y.flat() }).batch(8)],
    ['tf.data', () => tf.data.zip({ xs: tf.data.array(X), ys: tf.data.array(Y) } as never).batch(8)],
    ['a list of batches', () => [0, 8, 16].map((i) => ({ xs: X.slice(i, i + 8), ys: Y.slice(i, i + 8) }))],
    [
      'a function that makes batches',
      () =>
        async function* () {
          for (const i of [0, 8, 16]) yield [tf.tensor2d(X.slice(i, i + 8)), tf.tensor2d(Y.slice(i, i + 8))] as const;
        },
    ],
  ])('takes %s: the same steps', async (name, make) => {
    const given = make() as never;
    const isBatches = name.includes('batch') || name === 'tf.data';
    const [own, theirs] = [linear(), linear()];
    const before = tf.memory().numTensors;
    await train.fit(own, given, { epochs: 2, ...(!isBatches && { batchSize: 8, shuffle: false }) });
    expect(tf.memory().numTensors - before).toBeLessThanOrEqual(name.includes('function') ? 12 : 0);
    await theirs.fit(tf.tensor2d(X), tf.tensor2d(Y), { epochs: 2, batchSize: 8, shuffle: false });
    expect(weightsOf(own)).toEqual(weightsOf(theirs));
  });

  it('weighs classes and examples as model.fit', async () => {
    const [own, theirs] = [classifier('sgd' as never), classifier('sgd' as never)];
    const sampleWeight = X.map((_, i) => 1 + (i % 3));
    const settings = { epochs: 2, batchSize: 24, shuffle: false } as const;
    await train.fit(own, [X, CLASSES], { ...settings, classWeights: [1, 2, 5], sampleWeight });
    await theirs.fit(tf.tensor2d(X), tf.tensor1d(CLASSES), {
      ...settings,
      classWeight: { 0: 1, 1: 2, 2: 5 },
      sampleWeight: tf.tensor1d(sampleWeight),
    });
    expect(weightsOf(own)).toEqual(weightsOf(theirs));
  });

  it('shuffles by its seed: another order in each epoch, the same in each run', async () => {
    const orders = async (options: object) => {
      const seen: number[][] = [[], []];
      const step = ({ x }: { x: import('@tensorflow/tfjs-core').Tensor }, { epoch }: { epoch: number }) =>
        void seen[epoch]!.push(...(x.dataSync() as Float32Array)) as never;
      await train.fit(
        step,
        { x: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9] },
        { epochs: 2, batchSize: 4, chart: false, ...options },
      );
      return seen;
    };
    const first = await orders({ seed: 3 });
    expect(await orders({ seed: 3 })).toEqual(first);
    expect(await orders({ seed: 4 })).not.toEqual(first);
    expect(first[0]).not.toEqual(first[1]);
    expect([...first[0]!].sort()).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect((await orders({ shuffle: false }))[1]).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  });

  it('holds a part of the examples back for the validation', async () => {
    const seen = new Set<number>();
    const step = {
      train: ({ x }: { x: import('@tensorflow/tfjs-core').Tensor }) =>
        void x.dataSync().forEach((v) => seen.add(v)) as never,
    };
    const held = new Set<number>();
    const evaluate = ({ x }: { x: import('@tensorflow/tfjs-core').Tensor }) => {
      x.dataSync().forEach((v) => held.add(v));
      return x.mean();
    };
    const x = Array.from({ length: 10 }, (_, i) => i);
    await train.fit(
      step.train,
      { x },
      { epochs: 3, batchSize: 4, validation: 0.3, seed: 1, evaluate: evaluate as never },
    );
    expect([seen.size, held.size, new Set([...seen, ...held]).size]).toEqual([7, 3, 10]);
  });

  it('ends early, with the weights of the best epoch bit for bit', async () => {
    const model = linear(tf.train.sgd(0.1) as never);
    const best: number[][][] = [];
    const rates = [0.1, 0.1, 0.1, 1.5, 1.5, 1.5, 1.5];
    const {
      epochs,
      stopped,
      best: told,
      history,
    } = await train.fit(model, [X, Y], {
      epochs: 20,
      batchSize: 24,
      schedule: (step) => rates[step] ?? 1.5,
      validation: [X, Y],
      earlyStopping: { patience: 3 },
      callbacks: { onEpochEnd: () => void best.push(weightsOf(model)) },
    });
    const at = history['val_loss']!.indexOf(Math.min(...history['val_loss']!));
    expect(told).toEqual({ epoch: at + 1, monitor: 'val_loss', value: history['val_loss']![at] });
    expect([epochs, stopped]).toEqual([at + 1 + 3, 'early']);
    expect(weightsOf(model)).toEqual(best[at]);
    expect(best[at]).not.toEqual(best.at(-1));
  });

  it('follows schedules, plateaus and clips; the optimizer is as before afterwards', async () => {
    const optimizer = optim.sgd({ learningRate: 0.3 });
    const model = linear(optimizer as never);
    const rates: number[] = [];
    await train.fit(model, [X, Y], {
      epochs: 4,
      batchSize: 24,
      schedule: optim.stepDecay({ rate: 0.1, at: 2, factor: 0.5 }),
      callbacks: { onBatchEnd: () => void rates.push(optimizer.learningRate) },
    });
    expect(rates).toEqual([0.1, 0.1, 0.05, 0.05]);
    expect(optimizer.learningRate).toBe(0.3);
    const plateau = optim.plateau({ rate: 0.01, factor: 0.5, patience: 0, threshold: 10 });
    await train.fit(model, [X, Y], { epochs: 3, schedule: plateau });
    expect(plateau()).toBe(0.0025);
    const [before] = weightsOf(model);
    await train.fit(model, [X, Y], { batchSize: 24, schedule: 1, clip: 1e-3 });
    const [after] = weightsOf(model);
    expect(Math.hypot(...after!.map((w, i) => w - before![i]!))).toBeLessThanOrEqual(1.001e-3);
  });

  it('gathers gradients: as one step with all examples', async () => {
    const [few, all] = [
      linear(optim.adam({ learningRate: 0.1 }) as never),
      linear(optim.adam({ learningRate: 0.1 }) as never),
    ];
    await train.fit(few, [X, Y], { epochs: 5, batchSize: 8, shuffle: false, accumulate: 3 });
    await train.fit(all, [X, Y], { epochs: 5, batchSize: 24 });
    weightsOf(few)
      .flat()
      .forEach((w, i) => expect(w).toBeCloseTo(weightsOf(all).flat()[i]!, 5));
  });

  it('ends with averages of the weights, which the validation measures', async () => {
    const model = linear();
    const steps: number[][] = [];
    const { history } = await train.fit(model, [X, Y], {
      epochs: 3,
      batchSize: 24,
      validation: [X, Y],
      ema: { momentum: 0.5 },
      callbacks: { onStep: () => void steps.push(weightsOf(model)[0]!) },
    });
    let average = 0.1;
    for (const [w] of steps) average = 0.5 * average + 0.5 * w!;
    expect(weightsOf(model)[0]![0]).toBeCloseTo(average, 5);
    const measured = (await train.evaluate(model, [X, Y]))['loss'];
    expect(history['val_loss']!.at(-1)).toBeCloseTo(measured!, 6);
  });

  it('calls callbacks: functions, and those of TensorFlow.js', async () => {
    const calls: string[] = [];
    const note = (name: string) => (n?: number | object) =>
      void calls.push(typeof n === 'number' ? `${name} ${n}` : name);
    const names = ['onTrainBegin', 'onTrainEnd', 'onEpochBegin', 'onEpochEnd', 'onBatchBegin', 'onBatchEnd', 'onStep'];
    await train.fit(linear(), [X, Y], {
      epochs: 2,
      batchSize: 24,
      callbacks: [
        Object.fromEntries(names.map((name) => [name, note(name)])),
        tf.callbacks.earlyStopping({ monitor: 'loss' }),
      ],
    });
    const epoch = (e: number) => [
      `onEpochBegin ${e}`,
      'onBatchBegin 0',
      'onBatchEnd 0',
      `onStep ${e}`,
      `onEpochEnd ${e}`,
    ];
    expect(calls).toEqual(['onTrainBegin', ...epoch(0), ...epoch(1), 'onTrainEnd']);
    const { epochs } = await train.fit(linear(), [X, Y], {
      epochs: 9,
      callbacks: new tf.CustomCallback({ onEpochEnd: async () => {} }),
      schedule: 0,
      earlyStopping: { patience: 1, monitor: 'loss' },
    });
    expect(epochs).toBe(2);
    const stopping = await train.fit(linear(), [X, Y], {
      epochs: 9,
      schedule: 0,
      callbacks: tf.callbacks.earlyStopping({ monitor: 'loss', patience: 2 }),
    });
    expect([stopping.epochs, stopping.stopped]).toEqual([3, 'stop']);
  });

  it('tells observers of the library each step, gradient and epoch', async () => {
    const seen: unknown[] = [];
    const session = makeTrain(
      { clock: () => 0, run: () => run, takeStop: () => false, send() {}, display() {} },
      () => tf as never,
      { signal: () => interrupt.signal, folder: () => folder, dataset: () => undefined as never },
    );
    session.observers.add((start: FitStart): FitObserver => ({
      onStart: () => void seen.push(['start', start.epochs, start.stepsPerEpoch, start.variables().length]),
      beforeStep: (step) => void seen.push(['before', step]),
      onGradients: (g) => void seen.push(['gradients', g.map(({ tensor }) => tensor.shape)]),
      onStep: ({ step, epoch, batchInEpoch, size, values }) =>
        void seen.push(['step', step, epoch, batchInEpoch, size, typeof values['loss']]),
      onEpoch: ({ epoch, step, values }) => void seen.push(['epoch', epoch, step, Object.keys(values)]),
      onEnd: ({ steps, stopped, error }) => void seen.push(['end', steps, stopped, error]),
    }));
    await session.train.fit(linear(), [X, Y], { batchSize: 16 });
    const gradients = ['gradients', [[2, 1], [1]]]; // prettier-ignore
    expect(seen).toEqual([
      ['start', 1, 2, 2],
      ['before', 1],
      gradients,
      ['step', 1, 1, 1, 16, 'number'],
      ['before', 2],
      gradients,
      ['step', 2, 1, 2, 8, 'number'],
      ['epoch', 1, 2, ['loss']],
      ['end', 2, undefined, undefined],
    ]);
  });

  it('is ended by Stop and by an interrupt, with the state that there is', async () => {
    const model = linear();
    const stopAt = (step: number, how: () => void) => ({ onStep: (s: number) => void (s === step && how()) });
    const stop = await train.fit(model, [X, Y], {
      epochs: 50,
      batchSize: 12,
      callbacks: stopAt(4, () => (pressed = true)),
    });
    expect([stop.stopped, stop.steps, stop.epochs]).toEqual(['stop', 5, 2]);
    pressed = false;
    run = {};
    const cut = await train.fit(model, [X, Y], {
      epochs: 50,
      batchSize: 12,
      callbacks: stopAt(2, () => interrupt.abort()),
    });
    expect([cut.stopped, cut.steps, cut.history['loss']!.length]).toEqual(['interrupt', 3, 1]);
  });

  it('keeps the memory flat', async () => {
    const model = classifier(optim.adam() as never, { metrics: ['accuracy', metrics.f1Score({ average: 'macro' })] });
    const fit = () =>
      train.fit(model, [X, CLASSES], {
        epochs: 3,
        batchSize: 5,
        validation: 0.25,
        seed: 1,
        ema: true,
        earlyStopping: true,
        checkpoint: 'flat',
        clip: 1,
      });
    await fit();
    const before = tf.memory().numTensors;
    await fit();
    expect(tf.memory().numTensors).toBe(before);
  });

  it('says why a loss is NaN, once, and what to do', async () => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {});
    try {
      await train.fit(linear(), [X, Y], { epochs: 60, batchSize: 24, schedule: 1e8, checkpoint: 'nan' });
      const told = warn.mock.calls.flat().filter((text) => /the loss is/.test(String(text)));
      expect(told).toEqual([
        expect.stringMatching(
          /^train\.fit: the loss is (NaN|Infinity) at step \d+ .*a smaller learning rate than 100000000, such as 10000000, .*clip: 1\. No checkpoint is written/,
        ),
      ]);
      warn.mockClear();
      const log = ({ x }: { x: import('@tensorflow/tfjs-core').Tensor }) => x.mul(0).log().mean();
      await train.fit(log, { x: [1, 2] }, { chart: false });
      expect(warn.mock.calls.flat()).toEqual([
        expect.stringMatching(/-Infinity at step 1 .*the first one\. Look for a logarithm of 0/),
      ]);
    } finally {
      warn.mockRestore();
    }
  });
});

describe('train.fit of a step function', () => {
  it('minimizes the loss that it returns', async () => {
    const w = tf.variable(tf.scalar(0));
    const step = ({
      x,
      y,
    }: {
      x: import('@tensorflow/tfjs-core').Tensor;
      y: import('@tensorflow/tfjs-core').Tensor;
    }) => {
      const error = x.mul(w).sub(y);
      return { loss: error.square().mean() as never, off: error.abs().max() };
    };
    const { history } = await train.fit(
      step,
      { x: [1, 2, 3], y: [2, 4, 6] },
      {
        epochs: 40,
        optimizer: optim.sgd({ learningRate: 0.1 }),
        variables: { w },
        validation: { x: [4], y: [8] },
      },
    );
    expect(w.dataSync()[0]).toBeCloseTo(2, 4);
    expect(Object.keys(history)).toEqual(['loss', 'off', 'val_loss', 'val_off']);
    // (0 − 2)² · (1 + 4 + 9) / 3
    expect(history['loss']![0]).toBeCloseTo((4 * 14) / 3, 4);
    expect(history['off']![0]).toBeCloseTo(6, 5);
    w.dispose();
  });

  it('may do the step itself, and be async', async () => {
    const w = tf.variable(tf.scalar(0));
    const optimizer = tf.train.sgd(0.1);
    const step = async (batch: { x: import('@tensorflow/tfjs-core').Tensor }) => {
      await Promise.resolve();
      return { loss: optimizer.minimize(() => batch.x.mul(w).sub(1).square().mean(), true)! };
    };
    await train.fit(step as never, { x: [1] } as never, { epochs: 30 });
    expect(w.dataSync()[0]).toBeCloseTo(1, 2);
    const none: number[] = [];
    await train.fit(((_: null, { step }: { step: number }) => void none.push(step)) as never, null, {
      epochs: 2,
      stepsPerEpoch: 3,
    });
    expect(none).toEqual([0, 1, 2, 3, 4, 5]);
    w.dispose();
  });
});

describe('train.evaluate and train.predict', () => {
  it('are those of the model', async () => {
    const model = classifier('sgd' as never, { metrics: ['accuracy'] });
    const { loss, acc } = await train.evaluate(model, { x: X, y: CLASSES }, { batchSize: 5 });
    const [l, a] = model.evaluate(tf.tensor2d(X), tf.tensor1d(CLASSES)) as { dataSync(): Float32Array }[];
    expect(loss).toBeCloseTo(l!.dataSync()[0]!, 5);
    expect(acc).toBeCloseTo(a!.dataSync()[0]!, 6);
    const out = await train.predict(model, X);
    expect(out.shape).toEqual([24, 3]);
    const set = data.dataset({ x: X.flat(), shape: [24, 2], y: CLASSES });
    const [flat, bySet] = [out.dataSync(), (await train.predict(model, set, { batchSize: 7 })).dataSync()];
    bySet.forEach((v, i) => expect(v).toBeCloseTo(flat[i]!, 6));
    expect((await train.predict(model, Float32Array.from([0, 0]))).shape).toEqual([1, 3]);
  });
});

describe('wrong input', () => {
  const model = () => classifier('sgd' as never);
  const w = () => tf.variable(tf.scalar(1));
  it.each<[string, () => Promise<unknown>, RegExp]>([
    [
      'no model',
      () => train.fit(5 as never, [X, Y]),
      /^train\.fit: the first argument must be a compiled model or a step function, got 5/,
    ],
    [
      'not compiled',
      () => train.fit(tf.sequential({ layers: [tf.layers.dense({ units: 1, inputShape: [2] })] }), [X, Y]),
      /the model is not compiled: .*model\.compile/,
    ],
    [
      'unknown option',
      () => train.fit(model(), [X, CLASSES], { epoch: 3 } as never),
      /there is no option "epoch".*did you mean "epochs"/,
    ],
    [
      'epochs',
      () => train.fit(model(), [X, CLASSES], { epochs: 1.5 }),
      /epochs must be an integer of at least 0, got 1\.5/,
    ],
    ['wrong shape', () => train.fit(model(), [X.map((x) => [...x, 1]), CLASSES]), /train\.fit.*\[24, ?3\]/s],
    ['fewer targets', () => train.fit(model(), [X, CLASSES.slice(1)]), /24.*23|23.*24/s],
    [
      'label',
      () => train.fit(model(), [X, CLASSES.map((c) => c + 1)]),
      /label of example \d+ is 3.*Labels that begin at 1/,
    ],
    [
      'NaN',
      () => train.fit(model(), [[...X.slice(0, 5), [NaN, 1], ...X.slice(6)], CLASSES]),
      /^train\.fit: x holds NaN in example 5 \(number 0 of 2\)/,
    ],
    ['no examples', () => train.fit(model(), [[], []]), /x is an empty array, so there are 0 examples/],
    ['an empty tensor', () => train.fit(model(), [tf.zeros([0, 2]), tf.zeros([0])]), /0 examples/],
    ['an empty loop', () => train.fit(model(), []), /array of 0/],
    ['no data', () => train.fit(model(), undefined as never), /there are no data/],
    ['text', () => train.fit(model(), 'iris.csv' as never), /the data must be \[x, y\] or \{ x, y \}.*got iris\.csv/],
    [
      'a generator in two epochs',
      () =>
        train.fit(
          linear(),
          (function* () {
            yield { xs: X, ys: Y };
          })(),
          { epochs: 2 },
        ),
      /no batch in epoch 2.*give the function that makes it/,
    ],
    [
      'shuffled batches',
      () => train.fit(model(), [{ xs: X, ys: CLASSES }], { shuffle: true }),
      /batches come as they are/,
    ],
    [
      'a wrong batch',
      () => train.fit(model(), () => [5] as never),
      /a batch must be \{ xs, ys \} or \[xs, ys\], got 5/,
    ],
    ['validation', () => train.fit(model(), [X, CLASSES], { validation: 1.5 }), /between 0 and 1/],
    [
      'validation of nobody',
      () => train.fit(model(), [X, CLASSES], { validation: 0.001 }),
      /leaves none to measure with/,
    ],
    [
      'monitor',
      () => train.fit(model(), [X, CLASSES], { earlyStopping: { monitor: 'val_loss' } }),
      /there is no "val_loss" to watch; there are: loss\. Give fit `validation`/,
    ],
    [
      'earlyStopping',
      () => train.fit(model(), [X, CLASSES], { earlyStopping: { patients: 3 } as never }),
      /no option "patients".*did you mean "patience"/,
    ],
    [
      'callbacks',
      () => train.fit(model(), [X, CLASSES], { callbacks: { onEpochend() {} } as never }),
      /no option "onEpochend"/,
    ],
    ['accumulate', () => train.fit(model(), [X, CLASSES], { accumulate: 2 }), /accumulate needs an optimizer of optim/],
    ['clip', () => train.fit(model(), [X, CLASSES], { clip: 0 }), /clip must be above 0/],
    [
      'resume alone',
      () => train.fit(model(), [X, CLASSES], { resume: true }),
      /resume needs the folder of the checkpoints/,
    ],
    [
      'nothing to resume',
      () => train.fit(model(), [X, CLASSES], { resume: true, checkpoint: 'none' }),
      /there is no checkpoint to go on from: .*none has none/,
    ],
    [
      'every',
      () => train.fit(model(), [X, CLASSES], { checkpoint: { folder: 'a', every: { hours: 1 } as never } }),
      /every must be \{ steps \}, \{ epochs \} or \{ seconds \}/,
    ],
    [
      'optimizer of a model',
      () => train.fit(model(), [X, CLASSES], { optimizer: tf.train.sgd(1) }),
      /optimizer goes with a step function/,
    ],
    [
      'a number as loss',
      () => train.fit((() => 3) as never, { x: [1] }, { optimizer: tf.train.sgd(1), variables: [w()] }),
      /returned the number 3, and must return the loss as a tensor/,
    ],
    [
      'a vector as loss',
      () => train.fit(((b: { x: import('@tensorflow/tfjs-core').Tensor }) => b.x) as never, { x: [1, 2] }),
      /"loss" of the step function must be one number, and has shape \[2\].*mean/,
    ],
    [
      'an async step',
      () =>
        train.fit((async () => tf.scalar(1)) as never, { x: [1] }, { optimizer: tf.train.sgd(1), variables: [w()] }),
      /must not be async/,
    ],
    [
      'variables',
      () => train.fit((() => 1) as never, { x: [1] }, { checkpoint: 'v' }),
      /checkpoint needs to know what is trained: give variables/,
    ],
    [
      'validation of a step',
      () => train.fit((() => 1) as never, { x: [1] }, { validation: { x: [1] } as never }),
      /give evaluate/,
    ],
    ['predict', () => train.predict(model(), [[NaN, 1]]), /^train\.predict: x holds NaN/],
    ['evaluate', () => train.evaluate(model(), [X, CLASSES], { batchSize: 0 }), /^train\.evaluate: batchSize/],
  ])('%s', async (_, call, message) => {
    const error = await call().then(
      () => undefined,
      (e: Error) => e,
    );
    expect(error?.message).toMatch(message);
  });
});
