// Outputs that say "running" when nothing runs any more.
import { describe, expect, it } from 'vitest';
import { isRunning, withoutKernel } from '../../../../kernel/wire/ended.ts';
import { PROGRESS, TRAINING } from '../../../../kernel/wire/mime.ts';

const chart = (state: string) => [
  { mime: TRAINING, json: { version: 1, chart: 1, runs: [{ name: 'a: b', state, left: 4, steps: 80 }, { name: 'c', state: 'done' }] } },
  { mime: 'text/plain', text: 'Training\na: b: epoch 3/60 · step 80 · 0:05 left · best loss 1 at epoch 2\nc: step 5 · 0.1 s' },
]; // prettier-ignore

describe('an output without its kernel', () => {
  it('says that a training was interrupted, and where', () => {
    const items = chart('running');
    expect(isRunning(items)).toBe(true);
    const ended = withoutKernel(items);
    expect(ended).toEqual([
      { mime: TRAINING, json: { version: 1, chart: 1, runs: [{ name: 'a: b', state: 'interrupted', steps: 80 }, { name: 'c', state: 'done' }] } },
      { mime: 'text/plain', text: 'Training\na: b: interrupted at epoch 3/60 · step 80 · best loss 1 at epoch 2\nc: step 5 · 0.1 s' },
    ]); // prettier-ignore
    expect(isRunning(ended)).toBe(false);
  });

  it('says the same of a progress bar', () => {
    const bars = [{ depth: 0, done: 4, total: 10, seconds: 1, left: 5, state: 'running' }];
    const ended = withoutKernel([
      { mime: PROGRESS, json: { version: 1, bars } },
      { mime: 'text/plain', text: ' 40 % ▕███▏ 4/10 · 1.20/s · 0:05 left · loss 0.3\n  100 % ▕█▏ 2/2 · 0.1 s' },
    ]);
    expect(ended).toMatchObject([
      { json: { bars: [{ done: 4, state: 'interrupted' }] } },
      { text: ' 40 % ▕███▏ 4/10 · 1.20/s · interrupted · loss 0.3\n  100 % ▕█▏ 2/2 · 0.1 s' },
    ]);
  });

  it('is the same output if nothing was running, or if it is no payload at all', () => {
    for (const items of [
      chart('failed'),
      [{ mime: TRAINING, json: null }],
      [{ mime: TRAINING, json: { runs: [null, 3, 'running'] } }],
      [{ mime: PROGRESS, json: { bars: 'running' } }],
      [{ mime: 'text/plain', text: 'running' }],
      [],
    ] as { mime: string }[][])
      expect(withoutKernel(items)).toBe(items);
  });
});
