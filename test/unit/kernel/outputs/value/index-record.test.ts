// A list of one record is a table, where a list of two would be one.
import { describe, expect, it } from 'vitest';
import { valueItem } from '../../../../../kernel/outputs/value/index.ts';
import type { ValuePayload } from '../../../../../kernel/wire/value.ts';

function payload(value: unknown): ValuePayload {
  const item = valueItem(value);
  if (!item || !('json' in item)) throw new Error('no output');
  return item.json as ValuePayload;
}

describe('a list of one record', () => {
  it('is a table with one row', () => {
    expect(payload([{ model: 'LeNet-5', error: 0.9 }])).toMatchObject({
      view: 'table',
      columns: ['model', 'error'],
      rows: [[{ text: 'LeNet-5' }, { text: '0.9' }]],
      total: 1,
    });
  });

  it('stays a tree if the one is no record', () => {
    for (const value of [[{}], [[1, 2]], [1], [new Map([[1, 2]])]]) expect(payload(value).view).toBe('tree');
  });
});
