// `train.film` and `train.knobs` in a real kernel process: moments of own loops and of fit, thinned and bounded; knobs
// that change a running training, with a mark in its curves.
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readControls, readGridFrames, type ControlsPayload } from '../../kernel/wire/controls.ts';
import { CONTROLS, PLOTLY, TRAINING } from '../../kernel/wire/mime.ts';
import type { OutputEvent } from '../../kernel/wire/protocol.ts';
import type { TrainingChart } from '../../kernel/wire/training.ts';
import { TestKernel } from './kernel.ts';

let k: TestKernel;
beforeAll(async () => {
  k = new TestKernel();
  const ran = await k.run(`import { tf, train, viz, seed } from 'dlnb';
    seed(1);
    const model = tf.sequential({ layers: [tf.layers.dense({ units: 8, inputShape: [2], activation: 'tanh' }), tf.layers.dropout({ rate: 0.1 }), tf.layers.dense({ units: 1 })] });
    model.compile({ optimizer: tf.train.sgd(0.01), loss: 'meanSquaredError' });
    const xs = tf.randomNormal([64, 2], 0, 1, 'float32', 1), ys = xs.sum(1, true);`);
  expect(ran.status).toBe('ok');
}, 60_000);
afterAll(() => k.stop());

const itemsOf = (events: readonly OutputEvent[], mime: string): unknown[] =>
  events.flatMap((event) =>
    event.kind === 'display' || event.kind === 'update'
      ? event.bundle.flatMap((item) => (item.mime === mime && 'json' in item ? [item.json] : []))
      : [],
  );
const panels = (events: readonly OutputEvent[]): ControlsPayload[] => itemsOf(events, CONTROLS).map(readControls);
const framesOf = ({ grid }: ControlsPayload) =>
  readGridFrames(JSON.parse(gunzipSync(Buffer.from(grid!.frames, 'base64')).toString()), grid!.samples);
const stepsOf = ({ controls: [control] }: ControlsPayload) => (control?.kind === 'steps' ? control.at : []);

describe('train.film', () => {
  it('records moments of a loop, begins at its end, and has a cursor in the loss', async () => {
    const ran = await k.run(`const w = [8];
      const film = train.film(w, { of: [(v) => viz.line([v[0], 0]), () => 'still'], every: 10, title: 'Descent' });
      for (let step = 1; step <= 45; step++) { w[0] *= 0.9; film.frame(step, { loss: w[0] ** 2 }); }`);
    expect(ran.status).toBe('ok');
    const [payload, ...others] = panels(ran.events);
    expect(others).toEqual([]);
    expect(payload).toMatchObject({ of: 'film', title: 'Descent', controls: [{ kind: 'steps', value: 5 }] });
    // Each tenth step from the first, and the last
    expect(stepsOf(payload!)).toEqual([1, 11, 21, 31, 41, 45]);
    const { parts, frames } = framesOf(payload!);
    expect(frames.map((f) => f!.length)).toEqual([3, 3, 3, 3, 3, 3]);
    // The texts and the curves are the same in all of them
    expect(parts.length).toBe(6 + 1 + 1);
    const loss = parts[frames[0]![2]!]!;
    expect([loss.cursor, loss.items[0]!.mime]).toEqual([true, PLOTLY]);
    const first = parts[frames[0]![0]!]!.items[0] as { json: { data: { y: number[] }[] } };
    expect(first.json.data[0]!.y[0]).toBeCloseTo(7.2, 6);
    expect(payload!.shown[0]).toEqual(parts[frames[5]![0]!]);
  });

  it('records a fit, whose length decides how often', async () => {
    const ran = await k.run(`const before = tf.memory().numTensors;
      const film2 = train.film(model, { of: [(m) => viz.histogram(m.layers[0]!.getWeights()[0]!)] });
      await model.fit(xs, ys, { epochs: 30, batchSize: 8, verbose: 0, callbacks: [train.callback('filmed'), film2.callback()] });
      tf.memory().numTensors - before`);
    expect(ran).toMatchObject({ status: 'ok' });
    const payload = panels(ran.events).at(-1)!;
    const steps = stepsOf(payload);
    // 240 steps: each fourth
    expect([steps[0], steps[1], steps.at(-1)]).toEqual([1, 5, 240]);
    expect(payload.shown.length).toBe(2);
    expect(Number(ran.text)).toBeLessThanOrEqual(1);
  });

  it('is bounded: moments are thinned evenly, and its bytes fit into a document', async () => {
    const ran =
      await k.run(`const long = train.film(0, { of: [() => viz.line(Float64Array.from({ length: 2000 }, () => Math.random()))] });
      for (let step = 1; step <= 700; step++) long.frame(step, { loss: 1 / step });`);
    const payload = panels(ran.events).at(-1)!;
    const steps = stepsOf(payload);
    expect(payload.grid!.frames.length).toBeLessThanOrEqual(1_000_000);
    expect([steps[0], steps.at(-1)]).toEqual([1, 700]);
    expect(steps.length).toBeGreaterThan(10);
    expect(steps.length).toBeLessThanOrEqual(121);
  });

  it('refuses what it cannot record', async () => {
    expect((await k.run('train.film(1, { of: [] })')).error!.message).toContain(
      'train.film: of must be a list of functions',
    );
    expect((await k.run('train.film(1, { of: [() => 1], evry: 2 } as never)')).error!.message).toContain(
      'did you mean "every"?',
    );
    const back = await k.run('const f = train.film(1, { of: [() => 1] }); f.frame(5); f.frame(3)');
    expect(back.error!.message).toBe('film.frame: steps must grow; 3 comes after 5');
    expect(
      (await k.run("train.film(1, { of: [() => { throw new Error('no figure'); }] }).frame(1)")).error!.message,
    ).toBe('no figure');
  });
});

describe('train.knobs', () => {
  const chart = (events: readonly OutputEvent[]) => itemsOf(events, TRAINING).at(-1) as TrainingChart;
  const panelNow = async () => {
    for (;;) {
      const last = panels(k.messages.flatMap((m) => (m.type === 'output' ? [m.event] : []))).findLast(
        (p) => p.of === 'knobs',
      );
      if (last) return last.panel;
      await new Promise((r) => setTimeout(r, 5));
    }
  };
  const deltas = () => k.messages.filter((m) => m.type === 'training').length;
  const set = (panel: number, values: Record<string, number>) =>
    k.process.controls({ type: 'set', panel, view: 1, seq: 1, values });

  it('changes a loop that never waits, and marks its curve', async () => {
    const from = deltas();
    const running = k.run(`const knobs = train.knobs({ rate: [1e-4, 1, { log: true, value: 0.01 }] });
      const looping = train.record('loop');
      for (const i of looping.steps(1e9)) { looping.step({ loss: knobs.values.rate }); if (knobs.values.rate === 0.5) break; }
      knobs.values`);
    while (deltas() < from + 3) await new Promise((r) => setTimeout(r, 5));
    const panel = await panelNow();
    set(panel, { rate: 7 });
    set(panel, { rate: 0.5 });
    const ran = await running;
    expect(ran.status).toBe('ok');
    expect((await k.run('knobs.values')).text).toBe('{ rate: 0.5 }');
    const [run] = chart(ran.events).runs;
    expect(run!.marks).toEqual([{ step: run!.steps - 1, text: 'rate 0.5' }]);
  });

  it('changes the learning rate and the dropout of a running fit', async () => {
    const from = deltas();
    const running =
      k.run(`const turned = train.knobs({ rate: [1e-4, 1, { log: true, value: 0.02 }], dropout: [0, 0.9] });
      const seen: unknown[] = [];
      await model.fit(xs, ys, { epochs: 1e8, verbose: 0, callbacks: [train.callback('fit'), turned.callback(), { onEpochEnd: async () => {
        const now = [(model.optimizer as never as { learningRate: number }).learningRate, (model.layers[1] as never as { rate: number }).rate];
        if (now.join() !== String(seen.at(-1))) seen.push(now.join());
        if (seen.length === 2) model.stopTraining = true;
      } }] });
      seen`);
    while (deltas() < from + 3) await new Promise((r) => setTimeout(r, 5));
    const all = panels(k.messages.flatMap((m) => (m.type === 'output' ? [m.event] : [])));
    set(all.findLast((p) => p.of === 'knobs')!.panel, { rate: 0.1, dropout: 0.6 });
    const ran = await running;
    expect(ran.status).toBe('ok');
    expect((await k.run('seen')).text).toBe("[ '0.02,0.45', '0.1,0.6' ]");
    expect(chart(ran.events).runs[0]!.marks!.map(({ text }) => text)).toEqual(['rate 0.1', 'dropout 0.6']);
  });

  it('says what it can turn', async () => {
    expect((await k.run('train.knobs({ rate: [0, 1] }).turn(5 as never)')).error!.message).toBe(
      'train.knobs: turn needs a model or an optimizer with a learningRate, got 5',
    );
    // A last update of the panels above may come with the first of these runs
    await k.run(
      'const sgd = tf.train.sgd(1); train.knobs({ rate: [0, 1] }).turn(sgd); await new Promise((r) => setTimeout(r, 300));',
    );
    expect((await k.run('(sgd as never as { learningRate: number }).learningRate')).text).toBe('0.5');
  });
});
