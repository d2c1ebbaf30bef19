// A device that gives no values at once, as a GPU: what cells show is what they show on one that does, in the same
// order. The device is `cpu`, whose synchronous read throws here and whose other read takes its time.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { MAX_SHOWN_LINES } from '../../kernel/outputs/streams.ts';
import { TAIL_LINES } from '../../kernel/outputs/tail.ts';
import { TRAINING } from '../../kernel/wire/mime.ts';
import type { TrainingChart } from '../../kernel/wire/training.ts';
import type { OutputEvent } from '../../kernel/wire/protocol.ts';
import { readTensor } from '../../renderers/tensor/payload.ts';
import { TestKernel, type Ran } from './kernel.ts';

const IMPORTS = "import * as tf from '@tensorflow/tfjs'; import { check, data, nn, train, viz } from 'dlnb';";

/**
 * Reads take different times, so that they do not arrive in their order, and fail where the data has gone meanwhile.
 */
const ASYNC_READS = `
  const engine = tf.engine() as any;
  const stockRead = engine.read;
  const delays = [12, 3, 8, 1];
  let [reads, hanging, sync] = [0, false, false];
  const stockReadSync = engine.readSync;
  engine.readSync = function (id) {
    if (sync) return stockReadSync.call(this, id);
    throw Object.defineProperty(new Error('this device has no synchronous read'), Symbol.for('dlnb.valuesOnDevice'), { value: true });
  };
  engine.read = async function (id) {
    const values = stockRead.call(this, id);
    await new Promise((r) => hanging || setTimeout(r, delays[reads++ % delays.length]));
    if (!this.state.tensorInfo.has(id)) throw new Error('the tensor was disposed of while it was read');
    return values;
  };`;

/** The device that computes at once, and the one that does not. */
let [plain, async]: [TestKernel, TestKernel] = [] as never;
const both = async (code: string): Promise<[Ran, Ran]> => [await plain.run(code), await async.run(code)];

/**
 * What a reader sees, without progress bars and pictures, which have times of their own; texts that follow each other in one stream
 * are one.
 */
function shown({ events }: Pick<Ran, 'events'>): OutputEvent[] {
  const merged: OutputEvent[] = [];
  for (const e of events) {
    if ('id' in e && e.id?.startsWith('dlnb-progress:')) continue;
    if (e.kind === 'picture') continue;
    const last = merged.at(-1);
    if (e.kind === 'stream' && last?.kind === 'stream' && last.name === e.name) last.text += e.text;
    else if (e.kind === 'stream') merged.push({ ...e });
    else merged.push('picture' in e ? withoutPicture(e) : e);
  }
  return merged;
}

/** The event without the number of the picture that follows. */
function withoutPicture<E extends OutputEvent>(event: E): E {
  const { picture: _, ...rest } = event as E & { picture?: number };
  return rest as unknown as E;
}

beforeAll(async () => {
  [plain, async] = [new TestKernel(), new TestKernel()];
  await both(IMPORTS);
  await plain.run('0');
  expect(await async.run(ASYNC_READS)).toMatchObject({ status: 'ok' });
  await both(`
    const layer = (name: string) => tf.layers.conv2d({ name, filters: 3, kernelSize: 3, inputShape: [6, 6, 1], activation: 'relu', kernelInitializer: tf.initializers.randomNormal({ seed: 1 }) });
    const model = tf.sequential({ name: 'net', layers: [layer('conv'), tf.layers.flatten(), tf.layers.dense({ units: 2, name: 'out', kernelInitializer: tf.initializers.glorotUniform({ seed: 2 }) })] });
    const image = tf.range(0, 36).div(36).reshape([6, 6, 1]);
    const classifier = (p) => p.matMul(tf.tensor2d([[1], [-2]])).sigmoid();`);
});
afterAll(() => Promise.all([plain.stop(), async.stop()]));

const cases: [string, string][] = [
  ['a tensor as the value of a cell', 'tf.tensor([[1, 2.5], [3, NaN]])'],
  ['a tensor of each type', "for (const t of [tf.tensor([true, false]), tf.tensor([1, 2], [2], 'int32'), tf.complex([1, 2], [3, 4]), tf.tensor(['a', 'b']), tf.scalar(3)]) display(t)"], // prettier-ignore
  ['a large tensor', 'tf.range(0, 1_000_000).reshape([1000, 1000])'],
  ['a disposed tensor', 'const gone = tf.tensor([1]); gone.dispose(); gone'],
  ['a tensor that a tidy disposes of after display', "tf.tidy(() => { display(tf.ones([3]).mul(2)) }); 'next'"],
  ['a variable that is assigned after display', 'const v = tf.variable(tf.zeros([2])); display(v); v.assign(tf.ones([2])); v'],
  ['a variable that an optimizer updates after display', 'const w = tf.variable(tf.zeros([2])); display(w); tf.train.sgd(1).minimize(() => w.sum() as tf.Scalar); w'],
  ['values that hold tensors', "display({ loss: tf.scalar(2), list: [tf.ones([2, 2]), 'x'], big: tf.zeros([5000]) }); new Map([['w', tf.range(0, 3)]])"],
  ['outputs in the order of the calls', "console.log('a'); display(tf.scalar(1)); console.log('b'); display(2); display(tf.scalar(3), { id: 'n' }); console.error('c'); display(tf.scalar(4), { id: 'n' }); console.log('d')"], // prettier-ignore
  ['printed tensors', "console.log(tf.ones([2, 2])); console.log('loss', tf.scalar(0.5), { n: 1 }); console.log('%s of %d', 'tensor', 3, tf.tensor([1])); console.warn(tf.scalar(7)); tf.zeros([2000]); console.log('end')"], // prettier-ignore
  ['a printed tensor that is disposed of', "tf.tidy(() => console.log('sum:', tf.ones([4]).sum()))"],
  ['curves', "display(viz.line(tf.range(0, 5))); viz.line({ a: tf.linspace(0, 1, 80), b: [1, 2] }, { title: 't' })"],
  ['points', 'viz.scatter(tf.tensor([[0, 1], [2, 3]]), { labels: tf.tensor([0, 1]) })'],
  ['a heat map, and a surface', 'display(viz.heatmap(tf.tensor([[1, -2], [3, 4]]))); viz.surface(tf.tensor([[1, 2], [3, 4]]), { x: tf.tensor([0, 5]) })'],
  ['a histogram', 'display(viz.histogram(tf.linspace(0, 1, 50))); viz.histogram({ a: tf.linspace(0, 1, 50), b: tf.linspace(0, 2, 50) })'],
  ['a confusion matrix', 'viz.confusionMatrix(tf.tensor([0, 1, 1]), tf.tensor([[0.9, 0.1], [0.2, 0.8], [0.7, 0.3]]))'],
  ['the numbers of a figure that was awaited', '(await viz.confusionMatrix(tf.tensor([0, 1, 1]), [0, 1, 0])).accuracy'],
  ['a figure that is an update', "display(viz.line([1]), { id: 'f' }); display(viz.line(tf.range(0, 3)), { id: 'f' })"],
  ['an animation', 'viz.animate([1, 2].map((k) => viz.line(tf.range(0, 4).mul(k))), { background: viz.heatmap(tf.ones([2, 2])) })'],
  ['a decision boundary', 'viz.decisionBoundary(classifier, [[0, 1], [1, 0]], [0, 1], { resolution: 20 })'],
  ['a decision boundary of points that are tensors', 'viz.decisionBoundary((p) => classifier(p).greater(0.5), tf.tensor([[0, 1], [1, 0]]), tf.tensor([0, 1]), { resolution: 20 })'],
  ['a loss landscape', 'const u = tf.variable(tf.tensor([[1, 2], [3, 4]])); await viz.lossLandscape([u], () => u.square().sum(), { resolution: 5 })'],
  ['a model', 'model'],
  ['a graph of a function', 'viz.graph((a, b) => tf.tidy(() => a.mul(b).add(1).relu().sum()), [[1, 2, 3], [-1, 2, 0.5]])'],
  ['a graph of a model', 'display(viz.graph(model)); viz.graph(model, image.expandDims(0))'],
  ['filters', 'display(viz.filters(model)); display(viz.filters(model.layers[0])); viz.filters(tf.ones([3, 3, 1, 2]))'],
  ['filters on an input, and feature maps', 'display(viz.filters(model, { x: image })); viz.featureMaps(model, image)'],
  ['a recording of filters', "const rec = viz.recordFilters(model, { x: image }); rec.snapshot(); model.layers[0].setWeights([tf.ones([3, 3, 1, 3]), tf.zeros([3])]); rec.snapshot('ones'); display(rec); rec.length"], // prettier-ignore
  ['a recording of filters by fit', "const byFit = viz.recordFilters(model); model.compile({ optimizer: 'sgd', loss: 'meanSquaredError' }); await model.fit(tf.ones([4, 6, 6, 1]), tf.zeros([4, 2]), { epochs: 2, verbose: 0, callbacks: byFit.callback() }); byFit"], // prettier-ignore
  ['claims', "await check.closeAsync(tf.tensor([1, 2]), [1, 2], 'a'); await check.closeAsync([tf.scalar(1), 2], tf.tensor([1, 2]), 'b'); check.summary()"], // prettier-ignore
  ['a claim that does not hold', "await check.closeAsync(tf.tensor([1, 2]), [1, 3], 'c')"],
  ['a model that is saved and loaded', "await model.save('file://net'); const back = await tf.loadLayersModel('file://net/model.json'); display(back.getWeights()[0]); back.predict(image.expandDims(0))"], // prettier-ignore
  ['an error of a plot', 'viz.heatmap(tf.ones([2, 2, 2]))'],
  ['an error of a plot that shows when the values are there', 'viz.scatter([[0, 1]], { labels: tf.tensor([0.5]) })'],
]; // prettier-ignore

/** The payload of the last training chart, without what depends on the clock; and how it came. */
function chartOf({ events }: Ran) {
  const charts = events.flatMap((e) =>
    'bundle' in e ? e.bundle.flatMap((i) => (i.mime === TRAINING && 'json' in i ? [i.json as TrainingChart] : [])) : [],
  );
  return {
    kinds: [...new Set(events.map((e) => e.kind))].filter((kind) => kind !== 'picture'),
    runs: charts.at(-1)?.runs.map(({ seconds: _, stepsPerSecond: __, ...run }) => run),
  };
}

const trainings: [string, string][] = [
  [
    'a loop that never awaits',
    "const run = train.record('sgd'); for (const i of run.steps(30)) run.step({ loss: tf.scalar(i).square(), learningRate: 0.1 }); 'done'",
  ],
  [
    'a loop whose tensors are disposed of at once',
    'const r2 = train.record(); for (const e of r2.epochs(2)) { for (let i = 0; i < 3; i++) tf.tidy(() => r2.step({ loss: tf.scalar(i).add(e), n: i })); r2.epoch({ val_loss: tf.scalar(e) }) } r2.end()',
  ],
  [
    'numbers between tensors, and values that are no numbers',
    "const r3 = train.record('a'); r3.step({ loss: tf.scalar(3) }); r3.step({ loss: 2 }); r3.step({ loss: tf.scalar(NaN) }); r3.end(); r3.step({ loss: 1 })",
  ],
  [
    'runs of one chart with outputs between them',
    "const p = train.record('p'), q = train.record('q'); console.log(1); p.step({ loss: tf.scalar(1) }); console.log(2); q.step({ loss: 2 }); console.log(3)",
  ],
  [
    'fit with the norm of the gradients',
    "model.compile({ optimizer: tf.train.sgd(0.01), loss: 'meanSquaredError', metrics: ['mae'] }); model.layers[0].setWeights([tf.ones([3, 3, 1, 3]), tf.zeros([3])]); await model.fit(tf.ones([8, 6, 6, 1]), tf.zeros([8, 2]), { epochs: 2, batchSize: 4, shuffle: false, validationSplit: 0.5, callbacks: [train.callback('fit', { gradientNorm: true }), tf.callbacks.earlyStopping({ monitor: 'val_loss' })] }); tf.memory().numTensors > 0",
  ],
];

describe('on a device without synchronous reads', () => {
  it.each(cases)('%s', async (_, code) => {
    const tensors = () => both('tf.memory().numTensors');
    const [a, b] = await both(code);
    expect(b.status).toBe(a.status);
    expect(shown(b)).toEqual(shown(a));
    const [before, after] = await tensors();
    expect(after.text).toBe(before.text);
  });

  it.each(trainings)('a training: %s', async (_, code) => {
    const [a, b] = await both(code);
    expect([b.status, b.stdout]).toEqual(['ok', a.stdout]);
    expect(chartOf(b)).toEqual(chartOf(a));
    const [before, after] = await both('tf.memory().numTensors');
    expect(after.text).toBe(before.text);
  });

  it.each([
    [
      'fit with callbacks, class weights and validation',
      "const net = tf.sequential({ layers: [tf.layers.dense({ units: 8, inputShape: [4], activation: 'relu' }), tf.layers.batchNormalization(), tf.layers.dropout({ rate: 0.2 }), tf.layers.dense({ units: 3, activation: 'softmax' })] }); net.compile({ optimizer: 'adam', loss: 'categoricalCrossentropy', metrics: ['accuracy'] }); await net.fit(tf.randomNormal([32, 4]), tf.oneHot(tf.range(0, 32, 1, 'int32').mod(tf.scalar(3, 'int32')), 3), { epochs: 2, validationSplit: 0.25, classWeight: { 0: 1, 1: 2, 2: 1 }, callbacks: tf.callbacks.earlyStopping({ monitor: 'val_acc' }) }); (await (net.evaluate(tf.ones([2, 4]), tf.ones([2, 3])) as tf.Tensor[])[1].data()).length",
    ],
    [
      'fitDataset of batches, a residual network, a schedule and clipping',
      "const set = data.dataset(data.shapes({ n: 32 })).oneHot(); const res = nn.resnet({ depth: 8, inputShape: [32, 32, 3], filters: 2 }); res.compile({ optimizer: nn.clipping(tf.train.momentum(0.01, 0.9), { norm: 1 }), loss: 'categoricalCrossentropy' }); await res.fitDataset(set.shuffle(1).batch(16), { epochs: 1, callbacks: [nn.scheduleCallback(nn.cosineDecay({ rate: 0.1, steps: 2 }))] }); 1",
    ],
    [
      'recurrent layers, an embedding and every optimizer',
      "for (const optimizer of [tf.train.sgd(0.1), tf.train.momentum(0.1, 0.9), tf.train.adagrad(0.1), tf.train.adadelta(), tf.train.rmsprop(0.1, 0.9, 0.1, 1e-7, true), tf.train.adam(), tf.train.adamax(0.1, 0.9, 0.99, 1e-7, 0.1), tf.train.adamw(), tf.train.lion()]) { const seq = tf.sequential({ layers: [tf.layers.embedding({ inputDim: 9, outputDim: 4, inputLength: 5 }), tf.layers.lstm({ units: 3, returnSequences: true, recurrentInitializer: 'orthogonal' }), tf.layers.gru({ units: 2 }), tf.layers.dense({ units: 1 })] }); seq.compile({ optimizer, loss: 'meanSquaredError', metrics: ['mae'] }); await seq.fit(tf.zeros([6, 5]), tf.ones([6, 1]), { epochs: 2, batchSize: 3 }) } 1",
    ],
  ])('trains: %s', async (_, code) => {
    const { status, error } = await async.run(code);
    expect({ status, error }).toMatchObject({ status: 'ok', error: undefined });
  });

  it('parts of a tensor are read when they are asked for, and the whole as a file', async () => {
    const code = 'const big = tf.range(0, 600_000).reshape([600, 1000]); big';
    const answers = [];
    for (const k of [plain, async]) {
      const { events } = await k.run(code);
      const shownFirst = events.find((e) => e.kind === 'display')!.bundle[0]!;
      const { source } = readTensor((shownFirst as { bytes: Uint8Array }).bytes).header;
      const part = await k.process.ask('slice', {
        source: source!,
        axes: [
          { start: 500, step: 1, count: 2 },
          { start: 0, step: 1, count: 1000 },
        ],
      });
      answers.push({
        source,
        part,
        saved: await k.process.ask('save', { source: source!, file: path.join(k.dir, 'big.npy') }),
      });
    }
    expect(answers[1]).toEqual(answers[0]);
    expect(answers[1]).toMatchObject({
      part: { bytes: expect.any(Uint8Array) as unknown },
      saved: { size: 2_400_128 },
    });
    const [a, b] = [plain, async].map(({ dir }) => readFileSync(path.join(dir, 'big.npy')));
    expect(b!.equals(a!)).toBe(true);
  });

  it('what needs a value at once says what to write instead', async () => {
    const messages = async (code: string) => (await async.run(code)).error?.message;
    expect(await messages("check.close(tf.scalar(1), 1, 'one')")).toContain(
      'write await check.closeAsync(…) (claim: one)',
    );
    expect(await messages('viz.confusionMatrix(tf.tensor([0, 1]), [0, 1]).accuracy')).toBe(
      'viz.confusionMatrix: "accuracy" is not known yet, since the values are on the device and are being read; write await viz.confusionMatrix(…)',
    );
    expect(await messages('tf.scalar(1).dataSync()')).toBe('this device has no synchronous read');
  });

  it('texts of tensors say what is known without their values', async () => {
    const { stdout } = await async.run("console.log({ t: tf.ones([2]) }); console.log(`${tf.ones([2, 3])}`); console.log([viz.line(tf.ones([2]))]); tf.ones([2]).print(); tf.print(tf.scalar(4))"); // prettier-ignore
    expect(stdout).toBe(
      [
        '{ t: Tensor float32 [2] (values on cpu: await x.data()) }',
        'Tensor\n    float32 [2, 3] (values on cpu: await x.data())',
        '[ viz.line(…): its values are being read; await it ]',
        'Tensor float32 [2]\n    [1, 1]',
        'Tensor float32 []\n    4',
        '',
      ].join('\n'),
    );
  });

  it('a cell that prints much behind a read is neither held up nor out of order in what it prints', async () => {
    const { events, stdout } = await async.run(
      "display(tf.ones([2])); for (let i = 0; i < 300_000; i++) console.log(i); console.log('end')",
    );
    expect(events.filter((e) => e.kind === 'display' && e.id === undefined)).toHaveLength(1);
    expect(stdout.slice(0, 6)).toBe('0\n1\n2\n');
    // The end follows in an output of its own
    expect(stdout.split('\n').length).toBe(MAX_SHOWN_LINES - TAIL_LINES + 1);
  });

  it('a failed read is an error of its cell, or of its line', async () => {
    await async.run("engine.read = async () => { throw new Error('the device is lost') }");
    expect((await async.run('1;\ntf.scalar(1)')).error?.message).toBe('the device is lost');
    expect((await async.run('viz.line(tf.ones([2]))')).error?.message).toBe('the device is lost');
    expect((await async.run("console.log('a', tf.scalar(1))")).stdout).toBe(
      'a Tensor float32 [] (values on cpu: await x.data()): the device is lost\n',
    );
    expect((await async.run("train.record('x').step({ loss: tf.scalar(1) })")).text).toContain('loss NaN');
    await async.run(
      ASYNC_READS.replace('const engine = tf.engine() as any;', '').replace(
        /const stockRead.*/,
        'const stockRead = Object.getPrototypeOf(engine).read.bind(engine);',
      ),
    );
  });
});

describe('an interrupt', () => {
  /** Runs code that waits for a read which never comes; keeps a variable. */
  async function hang(code: string): Promise<Ran & { took: number }> {
    await async.run('hanging = true; let kept = 1;');
    const started = performance.now();
    const ran = await async.run(`kept++; ${code}`, { interruptAfter: 200 });
    const took = performance.now() - started - 200;
    await async.run('hanging = false');
    expect((await async.run('kept')).text).toBe('2');
    expect((await async.run('tf.ones([2]).sum()')).text).toBe('Tensor float32 []\n    2');
    return { ...ran, took };
  }
  it.each([
    ['an awaited read', 'await tf.ones([2]).data()'],
    ['a read inside a loop over epochs', 'for await (const i of train.record().epochs(5)) await tf.scalar(i).data()'],
    ['the value of a cell', 'tf.ones([2])'],
    ['a displayed tensor', "display(tf.ones([2])); 'value'"],
    ['a figure', 'viz.line(tf.ones([2]))'],
    ['values of a training', "const waits = train.record('w'); waits.step({ loss: tf.scalar(1) }); 'value'"],
    ['fit', 'await model.fit(tf.ones([4, 6, 6, 1]), tf.zeros([4, 2]), { epochs: 9, verbose: 0 })'],
  ])('ends the wait for %s', async (_, code) => {
    const { status, error, took } = await hang(code);
    expect({ status, name: error?.name }).toEqual({ status: 'interrupted', name: 'InterruptError' });
    expect(took).toBeLessThan(700);
  });
  it('lets out what can be shown', async () => {
    const { stdout, events } = await hang(
      "console.log('before'); display(tf.ones([2])); console.log('after'); display(3); await new Promise(() => {})",
    );
    expect(stdout).toBe('before\nafter\n');
    expect(shown({ events }).map((e) => e.kind)).toEqual(['stream', 'display', 'error']);
  });
});
