// `train.vary`: which runs it makes, with which seeds, what it draws and ranks, and what is kept when it ends early.
import { describe, expect, it } from 'vitest';
import { makeTrain } from '../../../../../kernel/dlnb/train/index.ts';
import type { Varied } from '../../../../../kernel/dlnb/train/tools.ts';
import { DISPLAY, type Displayable } from '../../../../../kernel/wire/displayable.ts';
import { PLOTLY, TRAINING } from '../../../../../kernel/wire/mime.ts';
import { ChartState } from '../../../../../renderers/training/state.ts';
import type { TrainingChart } from '../../../../../kernel/wire/training.ts';

function session() {
  const shown = new Map<string, Record<string, unknown>>();
  const seeds: number[] = [];
  const cell = new AbortController();
  let pressed = false;
  const display = (value: Displayable, id: string) => void shown.set(id, value[DISPLAY]() as Record<string, unknown>);
  const { train } = makeTrain(
    { clock: () => performance.now(), run: () => cell, takeStop: () => pressed, send: () => {}, display },
    () => undefined,
    {
      signal: () => new AbortController().signal,
      folder: () => '.',
      dataset: () => {
        throw new Error('no data');
      },
    },
    {
      display,
      startSeed: (seed) => void seeds.push(seed),
      signal: () => cell.signal,
      folder: () => '.',
      notebook: () => undefined,
      cell: () => undefined,
      device: () => undefined,
      seed: () => undefined,
    },
  );
  const last = (end: string) => [...shown].filter(([id]) => id.endsWith(end)).at(-1)?.[1];
  return {
    vary: train.vary,
    seeds,
    cell,
    pressStop: () => (pressed = true),
    table: () => last(' table')!['text/plain'] as string,
    html: () => last(' table')!['text/html'] as string,
    figure: () => last(' chart')![PLOTLY] as { data: Record<string, unknown>[]; layout: Record<string, unknown> },
    whole: () => [...shown.values()].map((b) => b[TRAINING] as TrainingChart | undefined).findLast((c) => c)!,
    chart: () => [...shown.values()].map((b) => b[TRAINING] as TrainingChart | undefined).findLast((c) => c)!.runs[0]!,
  };
}
const valuesOf = (results: readonly Varied<never, unknown>[]) => results.map(({ values }) => values);

describe('the runs', () => {
  it('are all combinations, the last name varying fastest', async () => {
    const s = session();
    const results = await s.vary({ rate: [0.1, 0.01], units: [8, 32] }, ({ rate, units }) => rate * units);
    expect(valuesOf(results as never)).toEqual([
      { rate: 0.1, units: 8 },
      { rate: 0.1, units: 32 },
      { rate: 0.01, units: 8 },
      { rate: 0.01, units: 32 },
    ]);
    expect(results.map(({ result }) => result)).toEqual([0.8, 3.2, 0.08, 0.32]);
    expect(results.every(({ seconds }) => seconds >= 0)).toBe(true);
    expect(s.chart()).toMatchObject({ state: 'done', steps: 4, totalSteps: 4 });
  });

  it('show their progress without curves, and nothing of it once all are done', async () => {
    const s = session();
    const during: ChartState[] = [];
    await s.vary({ rate: [1, 2] }, ({ rate }) => {
      during.push(new ChartState(structuredClone(s.whole())));
      return rate;
    });
    expect(during.map(({ curves, over }) => [curves, over])).toEqual([[false, false], [false, false]]); // prettier-ignore
    expect(new ChartState(s.whole())).toMatchObject({ curves: false, over: true });
    const stopped = session();
    stopped.pressStop();
    await stopped.vary({ rate: [1, 2] }, ({ rate }) => rate);
    expect(new ChartState(stopped.whole()).over).toBe(false);
  });

  it('begin with their own seed, or all with the same', async () => {
    const s = session();
    await s.vary({ seed: [4, 5], a: [1, 2] }, () => 1);
    await s.vary({ a: [1, 2] }, () => 1);
    await s.vary({ a: [1, 2] }, () => 1, { seed: 9 });
    expect(s.seeds).toEqual([4, 4, 5, 5, 1, 1, 9, 9]);
  });

  it('may fail: the others go on, and the error is in the table', async () => {
    const s = session();
    const results = await s.vary({ a: [1, 2, 3] }, ({ a }) => {
      if (a === 2) throw new RangeError('too <large>');
      return a;
    });
    expect(results.map(({ result, error }) => [result, (error as Error | undefined)?.message])).toEqual([
      [1, undefined],
      [undefined, 'too <large>'],
      [3, undefined],
    ]);
    expect(s.table()).toMatch(/\n *2 +– +\S+ s +RangeError: too <large>$/);
    expect(s.html()).toContain('too &lt;large&gt;');
  });

  it('that are stopped keep what is there', async () => {
    const s = session();
    const results = await s.vary({ a: [1, 2, 3, 4] }, async ({ a }, { signal, index, count }) => {
      expect([index, count]).toEqual([a - 1, 4]);
      if (a === 3) {
        s.pressStop();
        await new Promise((_, reject) => signal.addEventListener('abort', () => reject(new Error('aborted'))));
      }
      return a;
    });
    expect(results.map(({ values }) => values.a)).toEqual([1, 2]);
    expect(s.chart()).toMatchObject({ state: 'stopped', steps: 2 });
    expect(s.table().split('\n')).toHaveLength(3);
  });

  it('that are interrupted keep what is there', async () => {
    const s = session();
    const results = await s.vary({ a: [1, 2, 3] }, ({ a }) => {
      if (a === 2) s.cell.abort();
      return a;
    });
    expect(results.map(({ result }) => result)).toEqual([1, 2]);
    expect(s.chart()).toMatchObject({ state: 'interrupted' });
  });
});

describe('the chart and the table', () => {
  it('of seeds: their mean and a band from the least to the largest, the best first', async () => {
    const s = session();
    await s.vary({ rate: [1, 2], seed: [0, 1, 2] }, ({ rate, seed }) => ({
      history: { loss: [9, 9, 9], val_loss: [3 / rate + seed, 2 / rate + seed, seed === 2 ? NaN : 2.5 / rate + seed] },
    }));
    const { data } = s.figure();
    expect(data.map(({ name, fill, showlegend }) => [name, fill, showlegend])).toEqual([
      ...[[undefined, undefined, false], [undefined, 'tonexty', false], ['rate 1', undefined, undefined]],
      ...[[undefined, undefined, false], [undefined, 'tonexty', false], ['rate 2', undefined, undefined]],
    ]); // prettier-ignore
    expect(data.slice(0, 3).map(({ y }) => y)).toEqual([[3, 2, 2.5], [5, 4, 3.5], [4, 3, 3]]); // prettier-ignore
    expect(s.table().split('\n').map((line) => line.split(/ {2,}/))).toEqual([
      ['rate', 'best val_loss, mean', 'least to largest', 'seeds', 'last', 'time'],
      ['', '2', '2', '1 to 3', '3', expect.any(String), expect.any(String)],
      ['', '1', '3', '2 to 4', '3', expect.any(String), expect.any(String)],
    ]); // prettier-ignore
  });

  it('of numbers by name: the chosen one, larger is better for an accuracy', async () => {
    const s = session();
    await s.vary({ act: ['relu', 'tanh'] }, ({ act }) => ({ loss: 1, acc: act === 'tanh' ? 0.9 : 0.5 }), {
      metric: 'acc',
      title: 'T',
    });
    expect(s.table()).toMatch(/^act +acc +time\ntanh +0\.9 .*\nrelu +0\.5 /);
    expect(s.figure().data[0]).toMatchObject({ mode: 'markers', x: ['act relu', 'act tanh'], y: [0.5, 0.9] });
    await s.vary({ a: [1, 2] }, ({ a }) => a, { maximize: true });
    expect(s.table()).toMatch(/\n2 .*\n1 |\n +2 .*\n +1 /);
  });

  it.each<[string, () => unknown, number[]]>([
    ['a list', () => [3, 2], [3, 2]],
    ['a typed array', () => new Float32Array([3, 2]), [3, 2]],
    ['lists by name', () => ({ loss: [3, 1], other: 'x' }), [3, 1]],
  ])('of %s', async (_, run, wanted) => {
    const s = session();
    await s.vary({ a: [1] }, run);
    expect(Array.from(s.figure().data[0]!['y'] as number[])).toEqual(wanted);
  });
});

it('says what is wrong with its arguments', async () => {
  const { vary } = session();
  const wrong = (values: unknown, run: unknown = () => 1, options: object = {}) =>
    vary(values as never, run as never, options);
  await expect(wrong({})).rejects.toThrow('there is nothing to vary');
  await expect(wrong([1])).rejects.toThrow('give lists by name');
  await expect(wrong({ rate: 0.1 })).rejects.toThrow('rate must be a list of at least one value, got 0.1');
  await expect(wrong({ rate: [] })).rejects.toThrow('at least one value');
  await expect(wrong({ seed: [0.5] })).rejects.toThrow('seed must be a list of integers');
  await expect(wrong({ a: Array(101).fill(1), b: Array(100).fill(1) })).rejects.toThrow(
    'more than 10,000 combinations',
  );
  await expect(wrong({ a: [1] }, 5)).rejects.toThrow('give a function of the values');
  await expect(wrong({ a: [1] }, () => 1, { metrics: 'a' })).rejects.toThrow('did you mean "metric"');
  await expect(wrong({ a: [1] }, () => 1, { seed: 0.5 })).rejects.toThrow('seed must be an integer');
  await expect(wrong({ a: [1] }, () => 'x')).rejects.toThrow('the run must return a number');
  await expect(wrong({ a: [1] }, () => undefined)).rejects.toThrow('got undefined');
});
