// The numbers in the marks of `check.close`: whole ones with all their digits.
import { describe, expect, it } from 'vitest';
import { makeCheck, type Check } from '../../../../kernel/dlnb/check.ts';
import { Claims } from '../../../../kernel/dlnb/claims.ts';

function came(actual: number | number[]): string | undefined {
  const claims = new Claims({ run: () => ({}), cell: () => 'cell 1', display: () => {} });
  const check: Check = makeCheck(claims);
  check.close(actual, actual, 'a');
  return claims.all.get('a')!.came;
}

describe('the numbers of a mark', () => {
  it.for<[number, string]>([
    [60_965_224, '60965224'],
    [-1_234_567_890_123, '-1234567890123'],
    [0, '0'],
    [1 / 3, '0.333333'],
    [12_345.678, '12345.7'],
    [60_965_224.5, '60965224.5'],
    [1.23456789e-9, '1.23457e-9'],
    [Infinity, 'Infinity'],
    [NaN, 'NaN'],
  ])('%s is shown as %s', ([value, text]) => {
    if (Number.isNaN(value)) return expect(() => came(value)).toThrow(/it is NaN/);
    expect(came(value)).toBe(text);
  });

  it('are whole in lists too', () => {
    expect(came([1_048_576.25, 16_777_216, 61_100_840, 4])).toBe('1048576.3, 16777216, 61100840, … (4 numbers)');
  });
});
