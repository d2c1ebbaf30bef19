// `check`: what counts as one claim, and what the error of a wrong claim says.
import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { makeCheck, type Check } from '../../../../kernel/dlnb/check.ts';
import { Claims } from '../../../../kernel/dlnb/claims.ts';
import { DISPLAY } from '../../../../kernel/wire/displayable.ts';

beforeAll(async () => {
  await tf.setBackend('cpu');
});

function claimsOf() {
  const shown: [string, string][] = [];
  const run = {};
  const claims = new Claims({
    run: () => run,
    cell: () => 'cell 3',
    display: (value, id) => shown.push([id, (value[DISPLAY]() as Record<string, string>)['text/plain']!]),
  });
  return { claims, shown };
}

describe('check', () => {
  it('counts claims that hold, each once', () => {
    const check: Check = makeCheck(claimsOf().claims);
    for (let i = 0; i < 3; i++) check(true, 'a');
    check.close([1, 2], tf.tensor1d([1, 2]) as never, 'b');
    expect(check.count).toBe(2);
    expect(check.summary()[Symbol.for('Jupyter.display') as never]).toBeTypeOf('function');
  });

  it('throws with the claim, and the first number that differs', () => {
    const check: Check = makeCheck(claimsOf().claims);
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
    const check: Check = makeCheck(claimsOf().claims);
    expect(() => check.close(1, 1, 'a', { epsilon: 1 } as object)).toThrow(
      'check.close: there is no option "epsilon"; there are "source", "tolerance", "relative"',
    );
  });
});

describe('relative tolerance', () => {
  const { claims } = claimsOf();
  const check: Check = makeCheck(claims);
  it('is of the expected number, however small it is', () => {
    check.close(1e-9, 5e-7, 'absolute below 1');
    expect(() => check.close(1e-9, 5e-7, 'far off', { relative: true })).toThrow(
      /far off\. it is 1e-9, expected 5e-7 \(relative/,
    );
    check.close(1.0000001e-9, 1e-9, 'near', { relative: true });
    expect(() => check.close([1e-9, 1e-12], [1e-9, 0], 'no zero', { relative: true })).toThrow(/number 1 is 1e-12/);
    check.close([1e-9, 1e-16], [1e-9, 0], 'zero beside others', { relative: true });
    check.close([Infinity, 0], [Infinity, 0], 'equal ones', { relative: true });
  });

  it('refuses lists of nothing', () => {
    expect(() => check.close([], [], 'nothing')).toThrow(/no numbers to compare/);
    expect(() => check.close([[]], tf.zeros([0]) as never, 'nothing')).toThrow(/no numbers to compare/);
  });
});

describe('marks', () => {
  it('say what is claimed, what came, and its source; those of a run share an output, a wrong one is marked too', async () => {
    const { claims, shown } = claimsOf();
    const check: Check = makeCheck(claims);
    check(true, 'water is wet', { source: 'notes 004, ch. 6' });
    check.close(-40 / 3, -13.3333333, '∂L/∂w = −40/3');
    check.close(tf.range(0, 5) as never, [0, 1, 2, 3, 4], 'counts');
    expect(() => check.close([1, 2], [1, 3], 'wrong')).toThrow();
    await Promise.resolve();
    const ids = new Set(shown.map(([id]) => id));
    expect(ids.size).toBe(1);
    expect(shown.at(-1)![1].split('\n')).toEqual([
      '✓ water is wet (notes 004, ch. 6)',
      '✓ ∂L/∂w = −40/3: -13.3333',
      '✓ counts: 0, 1, 2, … (5 numbers)',
      '✗ wrong: number 1 is 2, expected 3',
    ]);
    const bundle = claims.summary()[DISPLAY]() as Record<string, string>;
    expect(bundle['text/plain']).toBe('✓ 3 claims checked, ✗ 1 wrong');
    for (const text of ['<td', 'notes 004', 'cell 3', 'number 1 is 2']) expect(bundle['text/html']).toContain(text);
    expect(check.count).toBe(3);
    check.close([1, 3], [1, 3], 'wrong');
    expect(check.count).toBe(4);
  });

  it('escape what claims hold', async () => {
    const { claims } = claimsOf();
    makeCheck(claims).close(1, 1, '<script>a</script>');
    expect((claims.summary()[DISPLAY]() as Record<string, string>)['text/html']).toContain('&lt;script>'.slice(0, 10));
  });
});

describe('check.result', () => {
  it('shows how well a model did, and carries the numbers', () => {
    const items: Record<string, unknown>[] = [];
    const check: Check = makeCheck(
      new Claims({ run: () => ({}), cell: () => undefined, display: (v) => items.push(v[DISPLAY]() as never) }),
    );
    check.result('MNIST-1D', { model: 'dense 100-100', parameters: 15_210, error: 38.21, epochs: 20 });
    expect(items[0]!['text/plain']).toBe('MNIST-1D: dense 100-100, 38.2 % test error (15,210 parameters, 20 epochs)');
    expect(items[0]!['application/vnd.dlnb.result+json']).toEqual({
      dataset: 'MNIST-1D',
      model: 'dense 100-100',
      parameters: 15_210,
      error: 38.21,
      epochs: 20,
    });
    expect(() => check.result('', { model: 'a', parameters: 1, error: 2 })).toThrow(/the data set must be a text/);
    expect(() => check.result('a', { model: 'a', parameters: NaN, error: 2 })).toThrow(/parameters/);
    expect(() => check.result('a', { model: 'a', parameters: 1, error: 2, eror: 1 } as never)).toThrow(/no option/);
  });
});
