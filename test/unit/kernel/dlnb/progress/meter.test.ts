// The rate of a loop, and a bar as a line of text.
import { describe, expect, it } from 'vitest';
import { barText, Meter } from '../../../../../kernel/dlnb/progress/meter.ts';
import type { ProgressBar } from '../../../../../kernel/wire/progress.ts';

describe('the rate', () => {
  it('forgets a slow beginning', () => {
    let now = 0;
    const meter = new Meter(undefined, undefined, () => now);
    for (let i = 0; i < 10; i++, meter.advance(), meter.report()) now += 1000;
    for (let i = 0; i < 2000; i++, meter.advance(), meter.report()) now += 10;
    expect(meter.report().rate).toBeGreaterThan(95);
  });
});

describe('a bar as text', () => {
  const bar: ProgressBar = {
    label: 'epochs',
    depth: 0,
    done: 4,
    total: 10,
    seconds: 3,
    rate: 1.2,
    left: 5,
    state: 'running',
  };
  it('holds percent, count, rate and time left', () => {
    expect(barText(bar)).toBe('epochs  40 % ▕█████████▋              ▏ 4/10 · 1.20/s · 0:05 left');
  });
  it('says how it ended, and how long slow items take', () => {
    const ended: ProgressBar = {
      label: 'epochs',
      depth: 1,
      done: 2,
      total: 10,
      seconds: 82,
      rate: 0.25,
      state: 'stopped',
    };
    expect(barText(ended)).toBe('  epochs  20 % ▕████▊                   ▏ 2/10 · 4.00 s each · 1:22 · stopped');
    expect(barText({ depth: 0, done: 7, seconds: 2, state: 'done', rate: 3.5 })).toBe('7 · 3.50/s · 2.0 s');
  });
});
