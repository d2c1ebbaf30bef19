// The picture of a training chart.
import { describe, expect, it } from 'vitest';
import { trainingPicture } from '../../../../../kernel/pictures/painters/training.ts';
import type { TrainingChart, TrainingRun } from '../../../../../kernel/wire/training.ts';
import { elements, expectSound, textsOf } from '../drawn.ts';

const base64 = (values: number[]) => Buffer.from(Float32Array.from(values).buffer).toString('base64');
const series = (name: string, y: number[], per: 'step' | 'epoch' = 'step') => ({
  name,
  per,
  every: 1,
  from: 0,
  x: base64(y.map((_, i) => i + 1)),
  y: base64(y),
});
const run = (more: Partial<TrainingRun> = {}): TrainingRun => ({
  name: 'run 1',
  state: 'done',
  steps: 30,
  epochs: 3,
  seconds: 12,
  series: [
    series(
      'loss',
      Array.from({ length: 30 }, (_, i) => 1 / (i + 1)),
    ),
    series('val_loss', [0.5, 0.4, 0.3], 'epoch'),
  ],
  notFinite: [],
  notFiniteCount: 0,
  ...more,
});
const chart = (...runs: TrainingRun[]): TrainingChart => ({ version: 1, chart: 7, title: 'Net', runs });

describe('a training', () => {
  const drawing = trainingPicture(chart(run()));

  it('shows its title, state, last values, axes and the names of its curves', () => {
    expectSound(drawing);
    const texts = textsOf(drawing);
    expect(texts[0]).toBe('Net');
    expect(texts[1]).toBe('done · 3 epochs · 30 steps · 0:12 · loss 0.03333 · validation loss 0.3');
    expect(texts).toEqual(expect.arrayContaining(['train', 'validation', 'loss', 'step']));
  });

  it('has a curve for the values, a smoothed one, and one for the validation', () => {
    const lines = elements(drawing, 'path').filter((p) => p['fill'] === 'none' && p['stroke-linejoin']);
    expect(lines).toHaveLength(3);
    expect(lines.map((p) => p['stroke'])).toEqual(['#1668b8', '#1668b8', '#c4560c']);
  });

  it.each(['interrupted', 'failed', 'stopped'] as const)('says that it was %s', (state) =>
    expect(textsOf(trainingPicture(chart(run({ state }))))[1]).toMatch(new RegExp(`^${state} ·`)),
  );

  it('counts and marks values that are not finite', () => {
    const bad = run({
      notFinite: [{ series: 'loss', step: 5, value: 'NaN' }],
      notFiniteCount: 12,
      series: [series('loss', [1, NaN, NaN])],
    });
    const texts = textsOf(trainingPicture(chart(bad)));
    expect(texts[1]).toContain('12 not finite');
    expect(texts).toContain('NaN');
  });

  it('names each of several runs with its color', () => {
    const both = trainingPicture(chart(run(), run({ name: 'run 2', state: 'stopped' })));
    expectSound(both);
    expect(textsOf(both).filter((t) => /^run \d: /.test(t))).toHaveLength(2);
  });

  it('without values is an empty plot', () =>
    expectSound(trainingPicture(chart(run({ series: [], steps: 0, epochs: 0 })))));
});
