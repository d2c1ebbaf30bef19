// Schedules against PyTorch's (fixtures.json of the optimizers), and what is saved of them.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { makeOptim } from '../../../../../kernel/dlnb/optim/index.ts';
import { root } from '../../../../paths.ts';

const optim = makeOptim(() => undefined);
const { schedules, values } = JSON.parse(
  readFileSync(join(root, 'test/built/kernel/dlnb/optim/fixtures.json'), 'utf8'),
) as { schedules: Record<string, number[]>; values: number[] };
const from = (schedule: (step: number) => number, wanted: number[]) => {
  wanted.forEach((rate, step) => expect(schedule(step), `step ${step}`).toBeCloseTo(rate, 7));
};

describe('schedules', () => {
  it.each([
    ['step', optim.stepDecay({ rate: 1, at: 5, factor: 0.5 })],
    ['multi-step', optim.stepDecay({ rate: 1, at: [3, 7] })],
    ['exponential', optim.exponentialDecay({ rate: 1, steps: 1, factor: 0.9 })],
    ['cosine', optim.cosineDecay({ rate: 1, steps: 20, floor: 0.05 })],
    ['one cycle', optim.oneCycle({ rate: 1, steps: 30 })],
    [
      'one cycle, linear',
      optim.oneCycle({ rate: 1, steps: 30, pctStart: 0.4, divFactor: 10, finalDivFactor: 100, anneal: 'linear' }),
    ],
  ])('%s: the rates of PyTorch, also after saving and loading', (name, schedule) => {
    from(schedule, schedules[name]!);
    const loaded = optim.scheduleFromConfig(JSON.parse(JSON.stringify(schedule.getConfig())) as never);
    for (let step = 0; step < 60; step++) expect(loaded(step)).toBe(schedule(step));
    expect(loaded.getConfig()).toEqual(schedule.getConfig());
  });

  it('stay after the end of one cycle', () => {
    const cycle = optim.oneCycle({ rate: 1, steps: 30 });
    expect(cycle(29)).toBeCloseTo(1 / 25 / 1e4, 12);
    expect(cycle(500)).toBe(cycle(29));
    for (const pctStart of [0, 1, 0.01]) {
      const edge = optim.oneCycle({ rate: 1, steps: 10, pctStart });
      for (let step = 0; step < 12; step++) expect(edge(step)).toBeGreaterThanOrEqual(0);
    }
  });

  it('warm up along a line before a rate or any schedule', () => {
    const constant = optim.warmUp({ steps: 4, then: 0.8 });
    from(constant, [0.2, 0.4, 0.6, 0.8, 0.8]);
    from(optim.warmUp({ steps: 2, from: 0.5, then: 1 }), [0.75, 1, 1]);
    const before = optim.warmUp({ steps: 4, then: optim.stepDecay({ rate: 1, at: 2, factor: 0.5 }) });
    from(before, [0.25, 0.5, 0.75, 1, 1, 1, 0.5, 0.5, 0.25]);
    const loaded = optim.scheduleFromConfig(JSON.parse(JSON.stringify(before.getConfig())) as never);
    for (let step = 0; step < 20; step++) expect(loaded(step)).toBe(before(step));
    expect(() => optim.warmUp({ steps: 2, then: (t) => t }).getConfig()).toThrow(
      /function of your own cannot be saved/,
    );
  });
});

describe('plateau', () => {
  const options = { rate: 1, factor: 0.5, patience: 2, cooldown: 1, floor: 0.2, threshold: 0.01 };

  it('has the rates of PyTorch', () => {
    const rate = optim.plateau(options);
    const rates = values.map((value) => (rate.update(value), rate()));
    expect(rates).toEqual(schedules['plateau']);
  });

  it('goes on after saving and loading at any moment', () => {
    for (let at = 0; at < values.length; at++) {
      const first = optim.plateau(options);
      for (const value of values.slice(0, at)) first.update(value);
      const second = optim.scheduleFromConfig(JSON.parse(JSON.stringify(first.getConfig())) as never) as typeof first;
      for (const value of values.slice(at)) {
        first.update(value);
        second.update(value);
        expect(second()).toBe(first());
      }
    }
  });

  it('follows large values, and amounts', () => {
    const rate = optim.plateau({ rate: 1, mode: 'max', patience: 0, threshold: 0.1, thresholdMode: 'absolute' });
    for (const [value, wanted] of [
      [0.5, 1],
      [0.65, 1],
      [0.7, 0.1],
    ] as const) {
      rate.update(value);
      expect(rate()).toBeCloseTo(wanted);
    }
  });

  it('says what is missing', () => {
    const rate = optim.plateau({ rate: 1 });
    expect(() => rate.callback().onEpochEnd(0, { loss: 1 })).toThrow(
      /no "val_loss" to watch; there are: loss. Give fit/,
    );
    expect(() => rate.update(NaN)).toThrow(/update takes a number, such as a loss, and got NaN/);
  });
});

it.each([
  [() => optim.oneCycle({ rate: 1, steps: 1 }), /optim.oneCycle: steps must be an integer of at least 2/],
  [() => optim.oneCycle({ rate: 1, steps: 9, divFactor: 0.5 }), /divFactor must be a number of at least 1/],
  [() => optim.warmUp({ steps: 0, then: 1 }), /optim.warmUp: steps must be an integer of at least 1/],
  [() => optim.warmUp({ steps: 1, then: -1 }), /optim.warmUp: then must be a number of at least 0/],
  [() => optim.plateau({ rate: 1, factor: 1 }), /optim.plateau: factor must be below 1/],
  [() => optim.plateau({ rate: 1, mode: 'up' as never }), /mode must be "min" or "max"/],
  [() => optim.scheduleFromConfig({ kind: 'toString', options: {} }), /with a kind of stepDecay, exponentialDecay/],
  [() => optim.scheduleFromConfig(undefined as never), /optim.scheduleFromConfig: the configuration must be/],
])('wrong options: %s', (f, message) => {
  expect(f).toThrow(message);
});
