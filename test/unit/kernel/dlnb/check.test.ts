// `check`: what counts as one claim, and what the error of a wrong claim says.
import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { makeCheck, type Check } from '../../../../kernel/dlnb/check.ts';

beforeAll(async () => {
  await tf.setBackend('cpu');
});

describe('check', () => {
  it('counts claims that hold, each once', () => {
    const check: Check = makeCheck();
    for (let i = 0; i < 3; i++) check(true, 'a');
    check.close([1, 2], tf.tensor1d([1, 2]) as never, 'b');
    expect(check.count).toBe(2);
    expect(check.summary()[Symbol.for('Jupyter.display') as never]).toBeTypeOf('function');
  });

  it('throws with the claim, and the first number that differs', () => {
    const check: Check = makeCheck();
    expect(() => check(false, 'water is dry')).toThrow('This should hold: water is dry');
    expect(() => check.close([1, [2, 3]] as never, [1, [2, 4]] as never, 'all agree')).toThrow(
      /all agree\. number 2 is 3, expected 4/,
    );
    expect(() => check.close(NaN, 1, 'it is one')).toThrow(/it is NaN/);
    expect(() => check.close([1], [1, 2], 'as many')).toThrow(/1 numbers, expected 2/);
    expect(() => check(1 as never, 'x')).toThrow(/must be true or false/);
    expect(check.count).toBe(0);
  });

  it('refuses unknown options', () => {
    const check: Check = makeCheck();
    expect(() => check.close(1, 1, 'a', { epsilon: 1 } as object)).toThrow(
      'check.close: there is no option "epsilon"; there are "tolerance"',
    );
  });
});
