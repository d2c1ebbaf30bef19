// The numbers of a training, from the recorder to the curves: with a clock that the test sets, without a kernel or a
// browser.
import { describe, expect, it } from 'vitest';
import { toBundle } from '../../../../../kernel/outputs/bundle.ts';
import { DisplayedTensors } from '../../../../../kernel/outputs/tensor/index.ts';
import { TRAINING } from '../../../../../kernel/wire/mime.ts';
import type { TrainingChart, TrainingDelta } from '../../../../../kernel/wire/training.ts';
import { makeTrain } from '../../../../../kernel/dlnb/train/index.ts';
import { CAPACITY } from '../../../../../kernel/dlnb/train/series.ts';
import { curvesFigure, panelsOf, points, smoothed } from '../../../../../renderers/training/curves.ts';
import { ChartState } from '../../../../../renderers/training/state.ts';

const tensors = new DisplayedTensors(() => 'none');

function bench() {
  let now = 0;
  let cell = {};
  let pressed = 0;
  const charts: TrainingChart[] = [];
  const deltas: TrainingDelta[] = [];
  const texts: string[] = [];
  const { train, runEnded } = makeTrain(
    {
      clock: () => now,
      run: () => cell,
      takeStop: (chart) => (pressed === chart ? ((pressed = 0), true) : false),
      send: (delta, text) => void (deltas.push(structuredClone(delta)), texts.push(text)),
      display(value) {
        const bundle = toBundle(value, tensors);
        if (!Array.isArray(bundle)) throw new Error('a chart is there at once');
        charts.push((bundle.find(({ mime }) => mime === TRAINING) as { json: TrainingChart }).json);
      },
    },
    () => undefined,
    {
      signal: () => new AbortController().signal,
      folder: () => '.',
      dataset: () => {
        throw new Error('no data');
      },
    },
  );
  return {
    train,
    charts,
    deltas,
    texts,
    pass: (ms: number) => void (now += ms),
    nextCell: () => (cell = {}),
    end: (status: 'ok' | 'threw' | 'interrupted') => void runEnded(cell, status),
    pressStop: () => (pressed = charts.at(-1)!.chart),
  };
}

const curveOf = (chart: TrainingChart, key = 'step:loss', run = 0) =>
  [...new ChartState(chart).runs.values()][run]!.curves.get(key)!;

describe('a recorder', () => {
  it('sends less often the longer a chart grows', () => {
    const { train, charts, deltas, pass, end } = bench();
    const run = train.record('a');
    const sent: number[] = [];
    for (let second = 0; second < 300; second++) {
      const before = deltas.length;
      for (let i = 0; i < 100; i++, pass(10)) run.step({ loss: i });
      sent.push(deltas.length - before);
    }
    end('ok');
    expect([sent[0], sent[5], sent[60], sent[200]]).toEqual([20, 4, 2, 1]);
    expect(charts.length).toBeLessThan(20);
  });

  it('sends at most 20 deltas a second, which together are the snapshot', () => {
    const { train, charts, deltas, pass, end } = bench();
    const run = train.record('a');
    for (let i = 0; i < 1000; i++, pass(2)) run.step({ loss: 1 / (i + 1) });
    end('ok');
    expect(deltas.length).toBeGreaterThan(30);
    expect(deltas.length).toBeLessThanOrEqual(41);
    expect(charts.length).toBeLessThanOrEqual(4); // at the first step, a second later, every five seconds, at the end
    const state = new ChartState({ ...charts[0]! });
    for (const { runs } of deltas) state.apply(runs);
    const { x, y } = state.runs.get('a')!.curves.get('step:loss')!;
    const whole = curveOf(charts.at(-1)!);
    expect(x).toEqual(whole.x.slice(0, x.length));
    expect(y).toEqual(whole.y.slice(0, y.length));
    expect(whole.y).toHaveLength(1000);
    expect(whole.y[3]).toBe(0.25);
  });

  it('keeps a long training small: means of neighbors, at the mean of their steps', () => {
    const { train, charts, deltas, pass, end } = bench();
    const run = train.record();
    for (let i = 1; i <= 10 * CAPACITY; i++, pass(1)) run.step({ loss: i });
    end('ok');
    const curve = curveOf(charts.at(-1)!);
    expect(curve.every).toBe(16);
    expect(curve.x.length).toBeLessThanOrEqual(CAPACITY);
    expect(curve.y).toEqual(curve.x);
    expect(curve.x[0]).toBe(8.5);
    const state = new ChartState(charts[0]!);
    for (const { runs } of deltas) state.apply(runs);
    expect(state.runs.get('run 1')!.curves.get('step:loss')!.y.slice(0, 1200)).toEqual(curve.y.slice(0, 1200));
  });

  it('keeps the output of many long runs below 1 MB', () => {
    const { train, charts, end } = bench();
    for (let r = 0; r < 12; r++) {
      const run = train.record();
      for (let i = 1; i < CAPACITY; i++) run.step({ a: i, b: i, c: i, d: i, e: i, f: i });
      run.epoch({ val_loss: 1 });
    }
    end('ok');
    const chart = charts.at(-1)!;
    expect(JSON.stringify(chart).length).toBeLessThan(2 ** 20);
    const { every, x, y } = curveOf(chart, 'step:a', 11);
    expect(every).toBe(3);
    expect(x.slice(0, 2)).toEqual([2, 5]);
    expect(y).toEqual(x);
    expect(curveOf(chart, 'epoch:val_loss', 11).every).toBe(1);
  });

  it('pins the best epoch: the lowest loss, or the highest accuracy', () => {
    const { train, charts, end } = bench();
    const [a, b] = [train.record('a'), train.record('b', { monitor: 'val_acc' })];
    for (const loss of [3, 1, NaN, 2]) {
      a.step({ loss });
      a.epoch({ val_loss: loss });
    }
    for (const acc of [0.2, 0.9, 0.8]) b.epoch({ val_acc: acc });
    end('ok');
    expect(charts.at(-1)!.runs.map((r) => r.best)).toEqual([
      { series: 'val_loss', epoch: 2, step: 2, value: 1 },
      { series: 'val_acc', epoch: 2, step: 2, value: 0.9 },
    ]);
  });

  it('marks NaN and infinity, and leaves gaps there', () => {
    const { train, charts, end } = bench();
    const run = train.record();
    for (const loss of [1, NaN, Infinity, 2]) run.step({ loss });
    end('threw');
    const chart = charts.at(-1)!;
    expect(chart.runs[0]).toMatchObject({
      state: 'failed',
      notFiniteCount: 2,
      notFinite: [{ series: 'loss', step: 2, value: 'NaN' }, { series: 'loss', step: 3, value: 'Infinity' }],
    }); // prettier-ignore
    expect(curveOf(chart).y).toEqual([1, NaN, NaN, 2]);
  });

  it('tells the time left by the steps of the epochs so far', () => {
    const { train, charts, pass, deltas } = bench();
    const run = train.record();
    const seen = [];
    for (const epoch of run.epochs(10)) {
      seen.push(epoch);
      for (let i = 0; i < 20; i++, pass(50)) run.step({ loss: 1 });
      pass(200); // after two seconds, deltas are sent four times a second
      run.epoch();
      if (epoch === 4) break;
    }
    expect(seen).toEqual([0, 1, 2, 3, 4]);
    const { runs } = deltas.at(-1)!;
    expect(runs[0]).toMatchObject({ steps: 100, epochs: 5, totalEpochs: 10, totalSteps: 200 });
    expect(runs[0]!.left).toBeCloseTo(6, 6);
    expect(Math.abs(runs[0]!.stepsPerSecond! - 100 / 6)).toBeLessThan(1);
    expect(charts[0]!.runs[0]!.state).toBe('running');
  });

  it('ends its loops when the Stop button is pressed, and its state says so', () => {
    const { train, charts, pass, pressStop, end } = bench();
    const run = train.record();
    let steps = 0;
    for (const _ of run.epochs(100))
      for (const _ of run.steps(100)) {
        run.step({ loss: 1 });
        pass(10);
        if (++steps === 30) pressStop();
      }
    expect(steps).toBe(30);
    end('ok');
    expect(charts.at(-1)!.runs[0]).toMatchObject({ state: 'stopped', steps: 30 });
    expect(charts.filter((c) => c.runs[0]!.state !== 'running')).toHaveLength(1);
    run.step({ loss: 1 });
    expect(run.stop).toBe(false);
  });

  it('that was interrupted in its loop trains on in another', () => {
    const { train, charts, nextCell, end } = bench();
    const run = train.record();
    const left = run.steps(10)[Symbol.iterator]();
    left.next();
    run.step({ loss: 1 });
    end('interrupted');
    nextCell();
    for (const _ of run.steps(5)) run.step({ loss: 1 });
    expect(charts.at(-1)!.runs[0]).toMatchObject({ state: 'done', steps: 6, totalSteps: 6 });
  });

  it('shares a chart with the others of its cell, or by name across cells, where it replaces its own', () => {
    const { train, charts, nextCell, end } = bench();
    for (const name of ['a', 'a', undefined]) train.record(name).step({ loss: 1 });
    end('ok');
    expect(charts.at(-1)!.runs.map((r) => r.name)).toEqual(['a', 'a (2)', 'run 3']);
    for (const name of ['x', 'y', 'x']) {
      nextCell();
      train.record(name, { chart: 'optimizers' }).step({ loss: name === 'x' ? 5 : 6 });
      end('ok');
    }
    expect(charts.at(-1)).toMatchObject({ title: 'optimizers', runs: [{ name: 'x', steps: 1 }, { name: 'y', steps: 1 }] }); // prettier-ignore
  });

  it('refuses what is no number, and a loop of half a step', () => {
    const { train } = bench();
    expect(() => train.record().step({ loss: '1' as never })).toThrow(
      /step: "loss" must be a number or a tensor with one element, got string/,
    );
    expect(() => train.record().steps(0.5)).toThrow(/whole number, got 0.5/);
    expect(() => train.callback()).toThrow(/Import it first: import { tf }/);
  });

  it('refuses unknown options, and names the known ones', () => {
    const { train } = bench();
    const wrong = { monitors: 'acc' } as object;
    expect(() => train.record('a', wrong)).toThrow(
      'train.record: there is no option "monitors"; there are "chart", "title", "logX", "logY", "monitor", "steps", "epochs"',
    );
    expect(() => train.callback('a', wrong)).toThrow(
      /^train\.callback: there is no option .*"hyperparameters", "gradientNorm"; did you mean "monitor"\?$/,
    );
    expect(() => train.record('a').callback(wrong)).toThrow(
      /^callback: there is no option .* there are "gradientNorm"$/,
    );
    expect(() => train.record('a', { gradientNorm: true } as object)).toThrow(/no option "gradientNorm"/);
    expect(() => train.record('')).toThrow('train.record: the name must be a non-empty string');
  });
});

describe('the curves', () => {
  const recorded = (record: (train: ReturnType<typeof bench>['train']) => void) => {
    const { train, charts, end } = bench();
    record(train);
    end('ok');
    return [...new ChartState(charts.at(-1)!).runs.values()];
  };
  const options = { smoothing: 0.8, logX: false, logY: false };

  it('have a panel for each metric, and one for a learning rate that changes', () => {
    const run = (rate: (i: number) => number) =>
      recorded((train) => {
        const r = train.record();
        for (let i = 0; i < 3; i++) {
          r.step({ learningRate: rate(i), loss: 1, acc: 0, gradientNorm: 2 });
          r.epoch({ val_loss: 1, val_acc: 0 });
        }
      });
    expect(panelsOf(run(() => 0.1)).map((p) => p.name)).toEqual(['loss', 'acc', 'gradientNorm']);
    expect(panelsOf(run((i) => 0.1 / (i + 1))).map((p) => p.name)).toEqual([
      'loss',
      'acc',
      'gradientNorm',
      'learningRate',
    ]);
  });

  it('pair training and validation, raw and smoothed, and draw losses on log axes', () => {
    const runs = recorded((train) => {
      const r = train.record();
      for (let i = 0; i < 40; i++) r.step({ loss: 40 - i, acc: i / 40 });
      r.epoch({ val_loss: 3, val_acc: 0.5 });
    });
    const { data, layout } = curvesFigure(runs, { ...options, logY: true });
    const named = data.map((t) => `${String(t['yaxis'])} ${String(t['name'] ?? 'raw')}`);
    expect(named).toEqual(['y raw', 'y train', 'y validation', 'y2 raw', 'y2 train', 'y2 validation']);
    expect([layout['yaxis'], layout['yaxis2']]).toMatchObject([{ type: 'log' }, { domain: [0, expect.any(Number)] }]);
    expect(layout['yaxis2']).not.toHaveProperty('type');
  });

  it('are smoothed without a bias at the beginning and past gaps', () => {
    expect(smoothed([2, 2, 2, 2], 0.9)).toEqual([2, 2, 2, 2].map((v) => expect.closeTo(v, 12)));
    const [a, gap, b] = smoothed([1, NaN, 0], 0.5);
    expect([a, gap]).toEqual([1, NaN]);
    expect(b).toBeCloseTo((0.5 * 0.5) / 0.75, 12);
  });

  it('are drawn with no more points than pixels', () => {
    const x = Array.from({ length: 2000 }, (_, i) => i);
    const drawn = points({ name: '', per: 'step', every: 1, x, y: x });
    expect(drawn.x).toHaveLength(667);
    expect(Array.from(drawn.y.slice(0, 2))).toEqual([1, 4]);
  });
});

describe('a payload that is not what it says', () => {
  const chart = { version: 1, chart: 1, runs: [] };
  const run = {
    name: 'a',
    state: 'done',
    steps: 0,
    epochs: 0,
    seconds: 0,
    series: [],
    notFinite: [],
    notFiniteCount: 0,
  };
  it.each([
    [null, /a training chart is not an object/],
    [{ ...chart, version: 2 }, /version 2/],
    [{ ...chart, runs: 'x' }, /runs of the training chart must be a list/],
    [{ ...chart, runs: [{ ...run, state: 'odd' }] }, /state of run 1 is not one of running/],
    [{ ...chart, runs: [{ ...run, series: [{ name: 'l', per: 'step', every: 1, from: 0, x: 'AAAAAA==', y: '' }] }] }, /1 steps and 0 values/], // prettier-ignore
    [{ ...chart, runs: [{ ...run, series: [{ name: 'l', per: 'step', every: 1, from: 0, x: '<>', y: '' }] }] }, /not base64/], // prettier-ignore
  ])('is refused: %#', (payload, message) => {
    expect(() => new ChartState(payload)).toThrow(message);
  });
});
