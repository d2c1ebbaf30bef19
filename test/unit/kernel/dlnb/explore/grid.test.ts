// Which values a grid samples, in which order, and how its frames are packed within bounds.
import { randomBytes } from 'node:crypto';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { Frames, samplesOf, spreadOrder, valuesAt } from '../../../../../kernel/dlnb/explore/grid.ts';
import { declare } from '../../../../../kernel/dlnb/explore/declare.ts';
import { combinations, readGridFrames, type Part } from '../../../../../kernel/wire/controls.ts';

const controlsOf = (specs: Parameters<typeof declare>[1]) => declare('explore', specs).map(({ control }) => control);
const text = (t: string): Part => ({ items: [{ mime: 'text/plain', text: t }] });

describe('samples', () => {
  it('are 21 of one slider, with its ends and its present value', () => {
    const [w] = samplesOf(controlsOf({ w: { from: 0, to: 1, value: 0.33 } }));
    expect([w!.length, w![0], w!.at(-1), w!.includes(0.33)]).toEqual([21, 0, 1, true]);
    expect([...w!].sort((a, b) => a - b)).toEqual(w);
  });

  it('are all of lists and boxes, and fewer of sliders where controls are many', () => {
    const samples = samplesOf(controlsOf({ a: [0, 1], b: [1e-4, 1, { log: true }], kind: ['x', 'y', 'z'], on: true }));
    expect(samples.slice(2)).toEqual([[0, 1, 2], [0, 1]]); // prettier-ignore
    expect(samples.slice(0, 2).map((s) => s!.length)).toEqual([5, 6]);
    expect(combinations(samples)).toBeLessThanOrEqual(200);
  });

  it('never have more combinations than 200, whatever the controls are', () => {
    const wide = Array.from({ length: 16 }, (_, i) => [`c${i}`, i % 2 ? [0, 1] : ['a', 'b', 'c', 'd']] as const);
    for (let n = 1; n <= 16; n++) {
      const samples = samplesOf(controlsOf(Object.fromEntries(wide.slice(0, n))));
      expect(combinations(samples)).toBeLessThanOrEqual(200);
      expect(samples.length).toBe(n);
    }
    const [long] = samplesOf(controlsOf({ k: Array.from({ length: 100 }, (_, i) => String(i)) }));
    expect(long!.length).toBe(100);
  });

  it('give values back, with what is not sampled as it is', () => {
    const controls = controlsOf({ w: [0, 1], on: true, k: ['a', 'b'] });
    const samples = [[0, 0.5, 1], [0, 1], null];
    expect(valuesAt(controls, samples, 3)).toEqual({ w: 0.5, on: true, k: 0 });
    expect(valuesAt(controls, samples, 4)).toEqual({ w: 1, on: false, k: 0 });
  });
});

it('visits all combinations once, and the first of them are spread', () => {
  for (const n of [1, 2, 3, 7, 84, 200]) expect([...spreadOrder(n)].sort((a, b) => a - b)).toEqual(Array.from({ length: n }, (_, i) => i)); // prettier-ignore
  const first = spreadOrder(200).slice(0, 20).sort((a, b) => a - b); // prettier-ignore
  const gaps = first.slice(1).map((v, i) => v - first[i]!);
  expect(Math.max(...gaps)).toBeLessThan(30);
});

describe('frames', () => {
  const read = (frames: Frames) => {
    const grid = frames.pack()!;
    return readGridFrames(JSON.parse(gunzipSync(Buffer.from(grid.frames, 'base64')).toString()), grid.samples);
  };

  it('keep equal outputs once', () => {
    const frames = new Frames([[0, 1, 2]]);
    [0, 1, 2].forEach((i) => frames.add(i, [text('same'), text(String(i))]));
    expect(read(frames)).toEqual({
      parts: [text('same'), text('0'), text('1'), text('2')],
      frames: [[0, 1], [0, 2], [0, 3]],
    }); // prettier-ignore
  });

  it('are left out, evenly, where they are too long for a document', () => {
    const frames = new Frames([Array.from({ length: 100 }, (_, i) => i)]);
    for (const i of spreadOrder(100)) frames.add(i, [text(randomBytes(20_000).toString('base64'))]);
    expect(frames.packAll()).toBeUndefined();
    const { frames: kept } = read(frames);
    const places = kept.flatMap((f, i) => (f ? [i] : []));
    expect(frames.pack()!.frames.length).toBeLessThanOrEqual(1_000_000);
    expect(places.length).toBeGreaterThan(20);
    expect(Math.max(...places.slice(1).map((v, i) => v - places[i]!))).toBeLessThan(12);
  });

  it('are none where a single one is too long', () => {
    const frames = new Frames([[0, 1]]);
    [0, 1].forEach((i) => frames.add(i, [text(randomBytes(900_000).toString('base64'))]));
    expect(frames.pack()).toBeUndefined();
  });
});
