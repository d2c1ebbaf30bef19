// Payloads of values come from files that anyone may have written: each field is checked before it is drawn.
import { describe, expect, it } from 'vitest';
import { valueItem } from '../../../../kernel/outputs/value/index.ts';
import { readValue } from '../../../../renderers/value/payload.ts';

const tree = { version: 1, view: 'tree', root: { text: '{ a: 1 }', kind: 'object' } };
const table = {
  version: 1,
  view: 'table',
  columns: ['a'],
  moreColumns: 0,
  rows: [[{ text: '1', kind: 'number' }], [null]],
  total: 2,
};

describe('the payload of a value', () => {
  it.for([[{ a: 1, b: [1, { c: 'x'.repeat(500) }] }], [[{ a: 1 }, { a: 2 }]], [new Map([[{}, new Set([1])]])]])(
    'is read as the kernel writes it: %o',
    ([value]) => {
      const { json } = valueItem(value) as { json: unknown };
      const sent: unknown = JSON.parse(JSON.stringify(json));
      expect(readValue(sent)).toEqual(sent);
    },
  );

  it.for<[why: string, payload: unknown, message: string]>([
    ['no object', null, 'a value is not an object'],
    ['a newer version', { ...tree, version: 2 }, 'version 2'],
    ['another view', { ...tree, view: 'globe' }, 'is not one of tree, table'],
    ['no root', { ...tree, root: 5 }, 'the root is not an object'],
    ['a text that is none', { ...tree, root: { text: {}, kind: 'object' } }, 'the text of the root is not a text'],
    ['an unknown kind', { ...tree, root: { text: '', kind: 'evil' } }, 'the kind of the root is not one of'],
    ['children that are no list', { ...tree, root: { ...tree.root, children: {} } }, 'must be a list'],
    [
      'a child without a value',
      { ...tree, root: { ...tree.root, children: [{ key: 'a', join: ':' }] } },
      'the child 1 of the root is not an object',
    ],
    ['rows of another width', { ...table, rows: [[]] }, 'row 1 does not have an entry for each column'],
    ['too few in total', { ...table, total: 1 }, 'there are more rows than its total says'],
    ['too many columns', { ...table, columns: Array(300).fill('a') }, 'at most 200'],
  ])('is refused with %s', ([, payload, message]) => {
    expect(() => readValue(payload)).toThrow(message);
  });

  it('that is nested without an end is refused', () => {
    let root: object = { text: '', kind: 'object' };
    for (let i = 0; i < 50; i++) root = { text: '', kind: 'object', children: [{ key: 'a', join: ':', value: root }] };
    expect(() => readValue({ ...tree, root })).toThrow('it holds too many values');
  });
});
