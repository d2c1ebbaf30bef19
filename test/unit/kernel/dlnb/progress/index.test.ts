// Progress bars with a clock that the test sets: when they draw, what they say, how they end.
import { describe, expect, it } from 'vitest';
import { toBundle } from '../../../../../kernel/outputs/bundle.ts';
import { DisplayedTensors } from '../../../../../kernel/outputs/tensor/index.ts';
import { PROGRESS } from '../../../../../kernel/wire/mime.ts';
import type { ProgressBar, ProgressReport } from '../../../../../kernel/wire/progress.ts';
import { makeProgress } from '../../../../../kernel/dlnb/progress/index.ts';

const tensors = new DisplayedTensors(() => 'none');

/** A host with a clock, and all that was shown. */
function bench() {
  let now = 0;
  const run = {};
  const shown: { id: string; bars: ProgressBar[] }[] = [];
  const { progress, runEnded } = makeProgress({
    clock: () => now,
    run: () => run,
    display(value, id) {
      const bundle = toBundle(value, tensors);
      if (!Array.isArray(bundle)) throw new Error('a bar is there at once');
      const item = bundle.find(({ mime }) => mime === PROGRESS) as { json: ProgressReport };
      shown.push({ id, bars: item.json.bars });
    },
  });
  return {
    progress,
    shown,
    pass: (ms: number) => void (now += ms),
    last: () => shown.at(-1)!.bars,
    end: (status: 'threw' | 'interrupted' = 'interrupted') => runEnded(run, status),
  };
}

describe('a bar', () => {
  it('shows itself at once, then at most 20 times a second, and full at the end', () => {
    const { progress, shown, pass, last } = bench();
    const seen = [];
    for (const i of progress(1000, { label: 'steps' })) {
      seen.push(i);
      pass(1);
    }
    expect(seen).toHaveLength(1000);
    expect(shown[0]!.bars).toMatchObject([{ label: 'steps', done: 0, total: 1000, state: 'running' }]);
    expect(last()).toMatchObject([{ done: 1000, state: 'done', seconds: 1 }]);
    expect(shown.length).toBeGreaterThanOrEqual(20);
    expect(shown.length).toBeLessThanOrEqual(22);
    expect(new Set(shown.map(({ id }) => id)).size).toBe(1);
  });

  it('tells rate and time left', () => {
    const { progress, pass, last } = bench();
    for (const i of progress(100)) {
      pass(100);
      if (i === 49) break;
    }
    expect(last()).toMatchObject([{ done: 49, state: 'stopped' }]);
    const { progress: again, pass: wait, shown } = bench();
    for (const _ of again(100)) wait(100);
    const middle = shown.find(({ bars }) => bars[0]!.done === 60)!.bars[0]!;
    expect(middle.rate).toBeCloseTo(10, 6);
    expect(middle.left).toBeCloseTo(4, 6);
  });

  it('says where it was left: by break, by an error in the loop, by an error of the source', () => {
    const { progress, last } = bench();
    for (const i of progress([1, 2, 3])) if (i === 2) break;
    expect(last()).toMatchObject([{ done: 1, total: 3, state: 'stopped' }]);
    expect(() => {
      for (const _ of progress('abc')) throw new Error('mine');
    }).toThrow('mine');
    expect(last()).toMatchObject([{ done: 0, total: 3, state: 'stopped' }]);
    const torn = function* () {
      yield 1;
      throw new Error('torn');
    };
    expect(() => [...progress(torn(), { total: 9 })]).toThrow('torn');
    expect(last()).toMatchObject([{ done: 1, total: 9, state: 'failed' }]);
  });

  it('inside another loop is below its bar, and the next one takes its place', () => {
    const { progress, shown, pass, last } = bench();
    for (const _ of progress(3, { label: 'outer' })) {
      for (const _ of progress(4, { label: 'inner' })) pass(60);
    }
    expect(new Set(shown.map(({ id }) => id)).size).toBe(1);
    expect(Math.max(...shown.map(({ bars }) => bars.length))).toBe(2);
    expect(shown.at(-3)!.bars).toMatchObject([{ label: 'outer', depth: 0 }, { label: 'inner', depth: 1 }]); // prettier-ignore
    expect(last()).toMatchObject([{ label: 'outer', done: 3, state: 'done' }]);
    for (const _ of progress(1)) pass(1);
    expect(new Set(shown.map(({ id }) => id)).size).toBe(2);
  });

  it('of the same loop again, for example in each epoch, takes the place of the last one', () => {
    const { progress, shown, pass } = bench();
    const batches = [1, 2, 3];
    for (let epoch = 0; epoch < 4; epoch++) for (const _ of progress(batches)) pass(60);
    expect(new Set(shown.map(({ id }) => id)).size).toBe(1);
    for (const _ of progress([1, 2, 3])) pass(60);
    for (const i of progress(9, { label: 'a' })) if (i === 3) break;
    for (const _ of progress(9, { label: 'a' })) pass(60); // a stopped bar stays visible
    expect(new Set(shown.map(({ id }) => id)).size).toBe(4);
  });

  it('loops over async iterables and data sets of tf.data', async () => {
    const { progress, last } = bench();
    const source = async function* () {
      yield 'a';
      yield 'b';
    };
    const seen: unknown[] = [];
    for await (const x of progress(source())) seen.push(x);
    expect(last()).toMatchObject([{ done: 2, state: 'done' }]);
    expect(last()[0]).not.toHaveProperty('total');
    let n = 0;
    const dataset = { size: 3, iterator: async () => ({ next: async () => (n < 3 ? { done: false, value: n++ } : { done: true, value: undefined }) as IteratorResult<number> }) }; // prettier-ignore
    for await (const x of progress(dataset)) seen.push(x);
    expect(seen).toEqual(['a', 'b', 0, 1, 2]);
    expect(last()).toMatchObject([{ done: 3, total: 3, state: 'done' }]);
  });

  it('ends with the run that is ended from outside', () => {
    const { progress, last, end } = bench();
    const loop = progress(10)[Symbol.iterator]();
    loop.next();
    loop.next();
    end();
    expect(last()).toMatchObject([{ done: 1, state: 'interrupted' }]);
  });

  it('refuses what cannot be looped over', () => {
    const { progress } = bench();
    expect(() => progress({} as never)).toThrow(/an object of another kind/);
    expect(() => progress(-1)).toThrow(/whole number, got -1/);
  });

  it('refuses unknown options, and names the known ones', () => {
    const { progress } = bench();
    const wrong = { name: 'epochs' } as object;
    expect(() => progress(3, wrong)).toThrow('progress: there is no option "name"; there are "total", "label"');
    expect(() => progress.begin(wrong)).toThrow(/^progress\.begin: there is no option "name"/);
  });
});
