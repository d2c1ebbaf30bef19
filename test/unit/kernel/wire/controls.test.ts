// Values, places and payloads of controls: what a slider can be, and what no message and no file can make of it.
import { describe, expect, it } from 'vitest';
import {
  combinationAt,
  indicesOf,
  lastPlace,
  nearestFrame,
  nearestSamples,
  niceStep,
  placeOf,
  readControls,
  readGridFrames,
  readRequest,
  takenValue,
  valueAt,
  valueText,
  type RangeControl,
} from '../../../../kernel/wire/controls.ts';

const range = (from: number, to: number, more: Partial<RangeControl> = {}): RangeControl => ({
  ...{ kind: 'range', name: 'w', from, to, value: from },
  ...more,
});

describe('the places of a slider', () => {
  it('are 50 to 125 round steps where none is said', () => {
    expect([niceStep(-2, 2), niceStep(0, 1), niceStep(0, 100), niceStep(0, 0.007), niceStep(3, 1003)]).toEqual([
      0.05, 0.01, 1, 0.0001, 10,
    ]);
    for (const to of [0.3, 1, 1.24, 1.26, 2, 3, 7, 99, 12345]) {
      const stops = to / niceStep(0, to);
      expect(stops >= 50 && stops <= 126).toBe(true);
    }
  });

  it('give values without the last digits of sums, and both ends', () => {
    const w = range(-2, 2);
    expect(lastPlace(w)).toBe(80);
    expect([0, 1, 3, 40, 43, 80].map((place) => valueAt(w, place))).toEqual([-2, -1.95, -1.85, 0, 0.15, 2]);
    const uneven = range(0, 1, { step: 0.3 });
    expect([0, 1, 2, 3].map((place) => valueAt(uneven, place))).toEqual([0, 0.3, 0.6, 1]);
  });

  it('are even in powers on a logarithmic one, with three digits or its step', () => {
    const rate = range(1e-4, 1, { log: true });
    expect([0, 25, 50, 75, 100].map((place) => valueAt(rate, place))).toEqual([1e-4, 0.001, 0.01, 0.1, 1]);
    const n = range(1, 100, { log: true, step: 1 });
    expect([0, 50, 51, 100].map((place) => valueAt(n, place))).toEqual([1, 10, 10, 100]);
  });

  it('are found again from their values', () => {
    for (const control of [range(-2, 2), range(1e-4, 1, { log: true }), range(0, 1, { step: 0.3 })])
      for (let place = 0; place <= lastPlace(control); place++)
        expect(placeOf(control, valueAt(control, place))).toBe(place);
  });
});

describe('a value from outside', () => {
  it('is taken only if the control can have it', () => {
    const w = range(-2, 2);
    expect([1.02, -2, 2, 2.001, NaN, Infinity, '1', null, true].map((v) => takenValue(w, v))).toEqual([
      1,
      -2,
      2,
      undefined,
      undefined,
      undefined,
      undefined,
      undefined,
      undefined,
    ]);
    const kind = { kind: 'choice', name: 'k', options: ['a', 'b'], value: 0 } as const;
    expect([0, 1, 2, -1, 0.5, 'a'].map((v) => takenValue({ ...kind, options: ['a', 'b'] }, v))).toEqual([
      0,
      1,
      undefined,
      undefined,
      undefined,
      undefined,
    ]);
    expect([true, 1, 'on'].map((v) => takenValue({ kind: 'check', name: 'c', value: false }, v))).toEqual([
      true,
      undefined,
      undefined,
    ]);
  });

  it('is no request unless it has the fields of one', () => {
    const good = { type: 'set', panel: 3, view: 4, seq: 5, values: { w: 1, on: true } };
    expect(readRequest(good)).toEqual(good);
    expect(readRequest({ type: 'hello', panel: 3, view: 4, more: 1 })).toEqual({ type: 'hello', panel: 3, view: 4 });
    const wrong = [
      null, 5, 'set', [], {}, { ...good, panel: '3' }, { ...good, panel: -1 }, { ...good, type: 'run' }, { ...good, seq: NaN },
      { ...good, values: { w: 'process.exit()' } }, { ...good, values: { w: {} } }, { ...good, values: [1] },
      { ...good, values: { w: Infinity } }, { ...good, values: { ['x'.repeat(101)]: 1 } },
      { ...good, values: Object.fromEntries(Array.from({ length: 17 }, (_, i) => [`w${i}`, 1])) },
    ]; // prettier-ignore
    expect(wrong.map(readRequest).filter((request) => request !== undefined)).toEqual([]);
  });
});

describe('the payload', () => {
  const payload = {
    version: 1,
    of: 'explore',
    panel: 5,
    controls: [{ kind: 'range', name: 'w', from: 0, to: 1, value: 0.5 }],
    shown: [{ items: [{ mime: 'text/plain', text: '5' }] }],
  };

  it('is read field by field', () => {
    expect(readControls(payload)).toEqual(payload);
    const [w] = payload.controls;
    const wrong: [object, RegExp][] = [
      [{ ...payload, version: 2 }, /version 2/],
      [{ ...payload, of: 'shell' }, /of of the panel of controls is not one of/],
      [{ ...payload, controls: [w, w] }, /the same name/],
      [{ ...payload, controls: [{ ...w, to: 0 }] }, /the range of control 1 is empty/],
      [{ ...payload, controls: [{ ...w, log: true }] }, /the range of control 1 is empty/],
      [{ ...payload, controls: [{ ...w, value: 7 }] }, /the value of control 1 is not one of its values/],
      [{ ...payload, controls: [{ ...w, step: -1 }] }, /the step of control 1 does not fit/],
      [{ ...payload, controls: Array.from({ length: 17 }, (_, i) => ({ ...w, name: `w${i}` })) }, /17 entries/],
      [{ ...payload, shown: [{ items: [{ mime: 'text/plain' }] }] }, /has no data/],
      [{ ...payload, grid: { samples: [[0], [1]], frames: '' } }, /samples of all controls/],
      [{ ...payload, grid: { samples: [Array.from({ length: 201 }, () => 1)], frames: '' } }, /are no numbers/],
      [{ ...payload, grid: { samples: [[0, 1]], frames: 5 } }, /no text/],
    ];
    for (const [value, message] of wrong) expect(() => readControls(value)).toThrow(message);
  });

  it('has a frame for each combination', () => {
    const part = payload.shown[0]!;
    const samples = [[0, 1], null, [0, 1, 2]];
    expect(() => readGridFrames({ parts: [part], frames: [[0]] }, samples)).toThrow('each combination');
    const frames = [[0], null, [0], [0], [0], [0]];
    const grid = readGridFrames({ parts: [part], frames }, samples);
    expect(() => readGridFrames({ parts: [part], frames: frames.map(() => [1]) }, samples)).toThrow('leads nowhere');
    expect([combinationAt(samples, [1, 0, 2]), indicesOf(samples, 5)]).toEqual([5, [1, 0, 2]]);
    // The one that was not computed has a neighbor
    expect(nearestFrame(grid, samples, [0, 0, 1])).toBe(0);
  });

  it('finds the nearest samples, by ratio on a logarithmic slider', () => {
    const rate = range(0.001, 1, { log: true, name: 'rate' });
    const kind = { kind: 'choice' as const, name: 'kind', options: ['a', 'b'], value: 0 };
    expect(nearestSamples([rate, kind], [[0.001, 0.1, 1], [0, 1]], { rate: 0.02, kind: 1 })).toEqual([1, 1]); // prettier-ignore
  });
});

it('says values in few characters', () => {
  const of = (value: number) => valueText(range(-1e9, 1e9), value);
  expect([of(0), of(-1.85), of(1e-4), of(0.0001234), of(2e6), of(1 / 3)]).toEqual([
    '0', '-1.85', '1e-4', '1.23e-4', '2e6', '0.333333',
  ]); // prettier-ignore
});
