// What a text asks of the rows of a table, and rows as comma-separated values.
import { describe, expect, it } from 'vitest';
import { csv, rowFilter } from '../../../../renderers/value/filter.ts';
import type { ValueNode } from '../../../../kernel/wire/value.ts';

const node = (value: string | number | null): ValueNode | null =>
  value === null ? null : { text: String(value), kind: typeof value === 'number' ? 'number' : 'text' };
const columns = ['run', 'loss', 'best epoch'];
const rows = (
  [
    ['Adam, fast', 0.25, 3],
    ['sgd slow', 1.5, 10],
    ['lion', NaN, null],
    ['SGD "fast"', Infinity, -2],
  ] as const
).map((row) => row.map(node));
const matching = (text: string) => rows.flatMap((cells, i) => (rowFilter(text, columns)(cells) ? [i] : []));

describe('rowFilter', () => {
  it.each<[text: string, rows: number[]]>([
    ['', [0, 1, 2, 3]],
    ['   ', [0, 1, 2, 3]],
    ['sgd', [1, 3]],
    ['SGD fast', [3]],
    ['fast sgd', [3]],
    ['"sgd slow"', [1]],
    ['"sgd fa', []],
    ['loss < 1', [0]],
    ['loss<=0.25', [0]],
    ['LOSS >= 1.5', [1, 3]],
    ['loss > 1 sgd', [1, 3]],
    ['loss > 0.1 loss < 1', [0]],
    ['loss = 1.5', [1]],
    ['loss = NaN', [2]],
    ['loss != 1.5', [0, 2, 3]],
    ['loss = Infinity', [3]],
    ['"best epoch" < 5', [0, 3]],
    ['"best epoch" != 3', [1, 2, 3]],
    ['run = lion', [2]],
    ['run = "sgd slow"', [1]],
    // Being typed, or no column
    ['loss <', [0, 1, 2, 3]],
    ['loss', []],
    ['other < 3', []],
    ['0.25', [0]],
    ['<', []],
    ['!', []],
  ])('%s', (text, wanted) => expect(matching(text)).toEqual(wanted));
});

it('makes CSV as RFC 4180', () => {
  expect(
    csv(
      ['a', 'b,c'],
      [
        [node('x "y"'), node(1)],
        [null, node('two\nlines')],
      ],
    ),
  ).toBe(
    // prettier-ignore
    'a,"b,c"\r\n"x ""y""",1\r\n,"two\nlines"\r\n',
  );
});
