// The checkers of fields: what they let through, what they cut, and how they name what is wrong.
import { describe, expect, it } from 'vitest';
import * as fields from '../../../../kernel/wire/fields.ts';

const node = fields.fieldsOf(
  {
    text: 'abc',
    long: 'x'.repeat(500),
    count: 3,
    half: 0.5,
    negative: -1,
    nan: NaN,
    list: [1, 2],
    texts: ['a', 'b'],
    objects: [{ a: 1 }, { a: 2 }],
    object: { a: 1 },
  },
  'node 3',
);

describe('a checker', () => {
  it.each<[string, () => unknown, unknown]>([
    ['a text', () => fields.text(node, 'text'), 'abc'],
    ['a long text, cut', () => fields.text(node, 'long', 3), 'xxx…'],
    ['a short text', () => fields.shortText(node, 'text'), 'abc'],
    ['one of several', () => fields.oneOf(node, 'text', ['abc', 'd']), 'abc'],
    ['a number', () => fields.number(node, 'negative'), -1],
    ['an amount', () => fields.amount(node, 'half'), 0.5],
    ['a count', () => fields.count(node, 'count'), 3],
    ['a size', () => fields.size(node, 'count', 3), 3],
    ['an index', () => fields.index(node, 'count', 4), 3],
    ['a list', () => fields.list(node, 'list', 2), [1, 2]],
    ['counts', () => fields.counts(node, 'list', 2), [1, 2]],
    ['texts', () => fields.texts(node, 'texts', 2), ['a', 'b']],
    ['an object', () => fields.object(node, 'object').values, { a: 1 }],
    ['objects', () => fields.objects(node, 'objects', 'edge', 2).map((f) => f.name), ['edge 1', 'edge 2']],
    ['the first objects', () => fields.firstObjects(node, 'objects', 'edge', 1).map((f) => f.values), [{ a: 1 }]],
    ['what is there', () => fields.optional(node, { text: fields.text, absent: fields.text }), { text: 'abc' }],
  ])('lets through %s', (_, read, value) => expect(read()).toEqual(value));

  it.each<[string, () => unknown, string]>([
    ['no text', () => fields.text(node, 'count'), 'the count of node 3 is not a text'],
    ['a long text', () => fields.shortText(node, 'long'), 'the long of node 3 is not a short text'],
    ['another text', () => fields.oneOf(node, 'text', ['d', 'e']), 'the text of node 3 is not one of d, e'],
    ['NaN', () => fields.number(node, 'nan'), 'the nan of node 3 is not a number'],
    ['a negative amount', () => fields.amount(node, 'negative'), 'the negative of node 3 is negative'],
    ['a fraction', () => fields.count(node, 'half'), 'the half of node 3 is not a count'],
    ['a large size', () => fields.size(node, 'count', 2), 'the count of node 3 is 3, and must be between 1 and 2'],
    ['an index beyond the end', () => fields.index(node, 'count', 3), 'the count of node 3 leads nowhere'],
    ['no list', () => fields.list(node, 'object', 9), 'the object of node 3 must be a list'],
    ['a long list', () => fields.list(node, 'list', 1), 'the list of node 3: 2 entries, and at most 1 can be drawn'],
    ['a list of texts', () => fields.counts(node, 'texts', 9), 'the texts of node 3 must be a list of counts'],
    ['a list of numbers', () => fields.texts(node, 'list', 9), 'the entry 1 of the list of node 3 is not a text'],
    ['a list as an object', () => fields.object(node, 'list'), 'the list of node 3 is not an object'],
    ['a list of no objects', () => fields.objects(node, 'list', 'edge', 9), 'edge 1 is not an object'],
  ])('refuses %s', (_, read, message) => expect(read).toThrow(new fields.PayloadError(message)));

  it('says what to do about another version', () => {
    const refused = (version?: number) => () => fields.versioned({ version }, 'a chart', 1);
    const text = (version: string) => `it is of version ${version}, and this program draws version 1`;
    expect(refused()).toThrow(new fields.PayloadError(text('undefined'), 'Run the cell again.'));
    const remedy = 'Update the extension, or run the cell again.';
    expect(refused(2)).toThrow(new fields.PayloadError(text('2'), remedy));
    expect(refused(1)).not.toThrow();
  });
});
