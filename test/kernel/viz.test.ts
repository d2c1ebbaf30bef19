// `viz`, `progress` and `train` of the module `dlnb`, in cells of a real kernel process.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PLOTLY, PROGRESS, SUMMARY, TRAINING } from '../../kernel/wire/mime.ts';
import type { ProgressReport } from '../../kernel/wire/progress.ts';
import type { SummaryTable } from '../../kernel/wire/summary.ts';
import type { TrainingChart } from '../../kernel/wire/training.ts';
import type { OutputEvent, TrainingMessage } from '../../kernel/wire/protocol.ts';
import { TestKernel, type Ran } from './kernel.ts';

/** The payloads of a type among the outputs, oldest first. */
function payloads<T>(events: OutputEvent[], mime: string): T[] {
  return events.flatMap((e) =>
    e.kind === 'display' || e.kind === 'update'
      ? e.bundle.flatMap((i) => (i.mime === mime && 'json' in i ? [i.json as T] : []))
      : [],
  );
}
const charts = ({ events }: Ran) => payloads<TrainingChart>(events, TRAINING);
const kinds = ({ events }: Ran) => events.map((e) => e.kind);

describe('what cells import from dlnb', () => {
  let k: TestKernel;
  const deltas = () => k.messages.filter((m): m is TrainingMessage => m.type === 'training');
  beforeAll(async () => {
    k = new TestKernel();
    await k.run("import { viz, progress, train } from 'dlnb';");
  });
  afterAll(() => k.stop());

  it('says what to import where a function needs tensors and nothing has loaded them', async () => {
    const without = new TestKernel();
    try {
      const { error } = await without.run("import { viz } from 'dlnb'; viz.decisionBoundary((p) => p, [[0, 0]], [0])");
      expect(error?.message).toContain("Import it first: import { tf } from 'dlnb'");
      expect((await without.run('viz.line([1, 2])')).text).toBe('Line plot: 2 points, 1 → 2');
    } finally {
      await without.stop();
    }
  });

  it('draws a figure that is the value of a cell, and updates one by its id', async () => {
    await k.run("import * as tf from '@tensorflow/tfjs';");
    const ran = await k.run(
      "display(viz.line(tf.range(0, 3)), { id: 'p' }); display(viz.line([9]), { id: 'p' }); viz.heatmap([[1, 2]])",
    );
    expect(kinds(ran)).toEqual(['display', 'update', 'display']);
    expect(payloads(ran.events, PLOTLY)).toMatchObject([{ data: [{ y: [0, 1, 2] }] }, { data: [{ y: [9] }] }, { data: [{ z: [[1, 2]] }] }]); // prettier-ignore
  });

  it('shows an error of a plot at the line of the cell', async () => {
    const { error } = await k.run('1;\nviz.heatmap([[1, 2], [3]]);');
    expect(error?.message).toContain('row 1 has 1 numbers, and row 0 has 2');
    expect(error?.at).toMatchObject({ line: 2 });
  });

  it('shows a model that is the value of a cell as a table, also before it is compiled', async () => {
    const ran = await k.run(
      "const model = tf.sequential({ layers: [tf.layers.dense({ units: 3, inputShape: [2], name: 'first' }), tf.layers.dense({ units: 1, activation: 'sigmoid', name: 'last' })] }); model",
    );
    expect(payloads<SummaryTable>(ran.events, SUMMARY)[0]).toMatchObject({
      total: 13,
      layers: [{ name: 'first', shape: '[batch, 3]', parameters: 9 }, { name: 'last', parameters: 4 }],
    }); // prettier-ignore
    expect(ran.text).toContain('Total params: 13 (52 B)');
  });

  it('asks a model for its boundary', async () => {
    const { text, error } = await k.run(
      'viz.decisionBoundary((p) => model.predict(p), [[0, 0], [1, 1]], [0, 1], { resolution: 20 })',
    );
    expect(error).toBeUndefined();
    expect(text).toMatch(/^Decision boundary: 2 points, \d in the region of their class; .* on a grid of 20 × 20$/);
  });

  it('leaves a loss landscape’s weights as they were, also when it is interrupted', async () => {
    await k.run(
      "model.compile({ optimizer: tf.train.adam(0.01), loss: 'binaryCrossentropy', metrics: ['accuracy'] });" +
        'const xs = tf.randomNormal([64, 2], 0, 1, "float32", 1), ys = tf.cast(tf.greater(tf.sum(xs, 1, true), 0), "float32");' +
        'const bits = () => JSON.stringify(model.getWeights().map((w) => [...new Uint32Array(w.dataSync().slice().buffer)])); const before = bits();',
    );
    const whole = await k.run('await viz.lossLandscape(model, () => model.evaluate(xs, ys), { resolution: 5 })');
    expect(whole.text).toMatch(/^Loss landscape: 5 × 5 points/);
    expect(payloads<ProgressReport>(whole.events, PROGRESS).at(-1)!.bars).toMatchObject([
      { done: 25, total: 25, state: 'done' },
    ]);
    const cut = await k.run('await viz.lossLandscape(model, () => model.evaluate(xs, ys), { resolution: 201 })', {
      interruptAfter: 400,
    });
    expect(cut.status).toBe('interrupted');
    expect(payloads<ProgressReport>(cut.events, PROGRESS).at(-1)!.bars).toMatchObject([{ state: 'interrupted' }]);
    await new Promise((r) => setTimeout(r, 300));
    expect((await k.run('bits() === before')).text).toBe('true');
  });

  it('shows one bar for loops inside one another, updated in place, and where an interrupt left it', async () => {
    const ran = await k.run(
      'for (const i of progress(3, { label: "o" })) for await (const j of progress(2)) await new Promise((r) => setTimeout(r, 20));',
    );
    expect(kinds(ran).filter((kind) => kind === 'display')).toHaveLength(1);
    expect(payloads<ProgressReport>(ran.events, PROGRESS).at(-1)!.bars).toMatchObject([
      { label: 'o', done: 3, state: 'done' },
    ]);
    const cut = await k.run('for (const i of progress(1e9)) ;', { interruptAfter: 300 });
    expect(cut.status).toBe('interrupted');
    expect(payloads<ProgressReport>(cut.events, PROGRESS).at(-1)!.bars).toMatchObject([
      { total: 1e9, state: 'interrupted' },
    ]);
    expect((await k.run('1 + 1')).text).toBe('2');
  });

  it('gives a fit of some length a bar, and a short or silent one none', async () => {
    const fit = (epochs: number, more = '') =>
      k.run(`void (await model.fit(xs, ys, { epochs: ${epochs}, batchSize: 4 ${more} }));`);
    const long = await fit(150);
    const bars = payloads<ProgressReport>(long.events, PROGRESS);
    expect(bars.at(-1)!.bars).toMatchObject([{ label: 'fit', done: 2400, total: 2400, state: 'done', note: expect.stringMatching(/^epoch 150\/150 · loss/) }]); // prettier-ignore
    expect(kinds(long).filter((kind) => kind === 'display')).toHaveLength(1);
    expect((await fit(1)).events).toEqual([]);
    expect((await fit(150, ', verbose: 0')).events).toEqual([]);
  });

  it('records a fit: steps, epochs, validation, gradient norm, learning rate', async () => {
    const ran = await k.run(
      "void (await model.fit(xs, ys, { epochs: 3, batchSize: 16, validationSplit: 0.25, callbacks: train.callback('adam', { gradientNorm: true }) }));",
    );
    const [run] = charts(ran).at(-1)!.runs;
    expect(run).toMatchObject({
      name: 'adam',
      state: 'done',
      steps: 9,
      epochs: 3,
      totalSteps: 9,
      totalEpochs: 3,
      best: { series: 'val_loss' },
    });
    expect(run!.series.map((s) => `${s.per} ${s.name}`).sort()).toEqual([
      'epoch acc', 'epoch loss', 'epoch val_acc', 'epoch val_loss', 'step acc', 'step gradientNorm', 'step learningRate', 'step loss',
    ]); // prettier-ignore
    expect(payloads(ran.events, PROGRESS)).toEqual([]);
    expect((await k.run("Object.hasOwn(model.optimizer, 'applyGradients')")).text).toBe('false');
  });

  it('hears the Stop button in the middle of a loop that never awaits, and the cell goes on', async () => {
    const running = k.run(
      'const run = train.record("busy"); let w = 1; for (const i of run.steps(1e9)) { w *= 0.999999; run.step({ loss: w }); } "went on after " + (run.stop ? "stop" : "end")',
    );
    const from = deltas().length;
    while (deltas().length < from + 5) await new Promise((r) => setTimeout(r, 10));
    k.process.stopTraining(deltas().at(-1)!.delta.chart);
    const ran = await running;
    expect(ran).toMatchObject({ status: 'ok', text: "'went on after stop'" });
    expect(charts(ran).at(-1)!.runs[0]).toMatchObject({ name: 'busy', state: 'stopped' });
    expect((await k.run('w < 1 && run.stop')).text).toBe('true');
  });

  it('ends fit by the Stop button, with the model as it is then', async () => {
    const running = k.run(
      "const history = await model.fit(xs, ys, { epochs: 100_000, callbacks: train.callback('long') }); history.epoch.length",
    );
    const from = deltas().length;
    while (deltas().length < from + 3) await new Promise((r) => setTimeout(r, 10));
    k.process.stopTraining(deltas().at(-1)!.delta.chart);
    const ran = await running;
    expect(ran.status).toBe('ok');
    expect(Number(ran.text)).toBeLessThan(100_000);
    expect(charts(ran).at(-1)!.runs[0]!.state).toBe('stopped');
  });

  it('keeps the curves of a training that fails or is interrupted', async () => {
    const failed = await k.run(
      'const r = train.record(); for (let i = 0; i < 5; i++) { r.step({ loss: i }); if (i === 3) throw new Error("x"); }',
    );
    expect(charts(failed).at(-1)!.runs[0]).toMatchObject({ state: 'failed', steps: 4 });
    const cut = await k.run('const s = train.record(); while (true) s.step({ loss: 1 });', { interruptAfter: 300 });
    expect(charts(cut).at(-1)!.runs[0]).toMatchObject({ state: 'interrupted' });
  });
});
