// Payloads of errors and notices come from files that anyone may have written: each field is checked before it is
// drawn.
import { describe, expect, test } from 'vitest';
import { readError, readOverflow, readProgress, readSummary } from '../../../../renderers/output/payload.ts';

const error = {
  version: 1,
  name: 'TypeError',
  message: 'no',
  frames: [{ fn: 'f', cell: 'a', cellNumber: 3, line: 7, column: 1 }],
};

describe('an error', () => {
  test('is read with all its parts', () => {
    const whole = {
      ...error,
      hint: 'h',
      codeFrame: '> 1 | x',
      at: { fn: '', file: 'a.ts', line: 1, column: 2 },
      causes: [error],
    };
    expect(readError(whole)).toEqual(whole);
  });

  test('of a wrong shape says which field is wrong', () => {
    expect(() => readError(null)).toThrow('an error is not an object');
    expect(() => readError([])).toThrow('an error is not an object');
    expect(() => readError({ ...error, version: 2 })).toThrow('version 2');
    expect(() => readError({ ...error, message: { toString: 1 } })).toThrow('the message of an error is not a text');
    expect(() => readError({ ...error, frames: 'x' })).toThrow('the frames of an error must be a list');
    expect(() => readError({ ...error, frames: [{ line: '1', column: 1 }] })).toThrow(
      'the line of stack frame 1 is not a number',
    );
    expect(() => readError({ ...error, frames: [null] })).toThrow('stack frame 1 is not an object');
  });

  test('that is too much is cut', () => {
    const frames = Array.from({ length: 1000 }, () => error.frames[0]);
    expect(readError({ ...error, frames, message: 'x'.repeat(1e6) }).frames).toHaveLength(50);
    expect(readError({ ...error, message: 'x'.repeat(1e6) }).message.length).toBeLessThan(21_000);
  });

  test('that is its own cause is read to a limited depth', () => {
    const loop: Record<string, unknown> = { ...error };
    loop['causes'] = [loop];
    let depth = 0;
    for (let e = readError(loop); e.causes; e = e.causes[0]!) depth++;
    expect(depth).toBe(5);
  });
});

describe('a notice', () => {
  test('is read', () => {
    const notice = { version: 1, log: 'a.log', lines: 10, bytes: 100, shown: 50 } as const;
    expect(readOverflow(notice)).toEqual(notice);
  });

  test('of a wrong shape says which field is wrong', () => {
    expect(() => readOverflow({ version: 1, log: 1, lines: 1, bytes: 1, shown: 1 })).toThrow(
      'the log of a notice is not a text',
    );
    expect(() => readOverflow({ version: 1, log: 'a', lines: -1, bytes: 1, shown: 1 })).toThrow(
      'the lines of a notice is not a count',
    );
    expect(() => readOverflow('x')).toThrow('a notice is not an object');
  });
});

describe('progress bars', () => {
  const bar = { label: 'a', depth: 0, done: 3, total: 9, seconds: 1, rate: 3, left: 2, state: 'running', note: 'n' };

  test('are read with all their parts', () => {
    expect(readProgress({ version: 1, bars: [bar] })).toEqual({ version: 1, bars: [bar] });
  });

  test('of a wrong shape say which field is wrong, and too many are cut', () => {
    expect(() => readProgress({ version: 1, bars: [{ ...bar, done: -1 }] })).toThrow('the done of bar 1 is negative');
    expect(() => readProgress({ version: 1, bars: [{ ...bar, state: 'odd' }] })).toThrow(
      'the state of bar 1 is not one of',
    );
    expect(() => readProgress({ version: 1, bars: [{ ...bar, label: 3 }] })).toThrow(
      'the label of bar 1 is not a text',
    );
    expect(() => readProgress({ version: 2, bars: [] })).toThrow('version 2');
    expect(readProgress({ version: 1, bars: Array(99).fill(bar) }).bars).toHaveLength(20);
  });
});

describe('the table of a model', () => {
  const layer = { name: 'd', type: 'Dense', shape: '[batch, 3]', parameters: 9, trainable: 9 };
  const table = { version: 1, name: 'm', layers: [layer], total: 9, trainable: 9, bytes: 36 };

  test('is read, and of a wrong shape says which field is wrong', () => {
    expect(readSummary(table)).toEqual(table);
    expect(() => readSummary({ ...table, layers: [{ ...layer, shape: [3] }] })).toThrow(
      'the shape of layer 1 is not a text',
    );
    expect(() => readSummary({ ...table, total: '9' })).toThrow('the total of a table of a model is not a count');
  });
});
