// The output of values that hold others: what is in it, its bounds, and values that resist.
import { inspect } from 'node:util';
import { describe, expect, it, vi } from 'vitest';
import { valueItem } from '../../../../../kernel/outputs/value/index.ts';
import type { ValueNode, ValuePayload, ValueTable, ValueTree } from '../../../../../kernel/wire/value.ts';

const payload = (value: unknown): ValuePayload | undefined =>
  (valueItem(value) as { json: ValuePayload } | undefined)?.json;
const tree = (value: unknown): ValueNode => (payload(value) as ValueTree).root;
const table = (value: unknown): ValueTable => payload(value) as ValueTable;

/** The tree as lines: `a: 1`, indented. */
function lines(node: ValueNode, indent = ''): string[] {
  const of = (node.children ?? []).flatMap(({ key, join, value }) => {
    const [first, ...rest] = lines(value, `${indent}  `);
    return [`${indent}  ${key}${join === '=>' ? ' => ' : join ? ': ' : ''}${first!.trimStart()}`, ...rest];
  });
  return [`${indent}${node.text}`, ...of, ...(node.more ? [`${indent}  … ${node.more}`] : [])];
}

class Point {
  x = 1;
  #hidden = 2;
  get r(): number {
    throw new Error(`called ${this.#hidden}`);
  }
}

describe('the tree of a value', () => {
  it('has what the value holds, level by level', () => {
    expect(lines(tree({ a: 1, 'b c': [true, null, { d: 'x' }] }))).toEqual([
      "{ a: 1, 'b c': [Array(3)] }",
      '  a: 1',
      "  'b c': [ true, null, [Object] ]",
      '    0: true',
      '    1: null',
      "    2: { d: 'x' }",
      "      d: 'x'",
    ]);
  });

  it.for<[what: string, value: unknown, lines: string[]]>([
    ['a map', new Map<unknown, unknown>([['a', 1]]), ["Map(1) { 'a' => 1 }", "  'a' => 1"]],
    ['a set', new Set([1, 'b']), ["Set(2) { 1, 'b' }", '  1', "  'b'"]],
    ['an instance, without its getters and private fields', new Point(), ['Point { x: 1 }', '  x: 1']],

    ['holes', [, 1], ['[ <empty>, 1 ]', '  0: <empty>', '  1: 1']],
    ['-0 and BigInt', [-0, 1n], ['[ -0, 1n ]', '  0: -0', '  1: 1n']],
    ['a symbol as key', { [Symbol('s')]: 1 }, ['{ [Symbol(s)]: 1 }', '  [Symbol(s)]: 1']],
    [
      'getters, uncalled',
      Object.defineProperty({}, 'g', { get: () => 1, enumerable: true }),
      ['{ g: [Getter] }', '  g: [Getter]'],
    ],
    [
      'no prototype',
      Object.assign(Object.create(null) as object, { a: 1 }),
      ['[Object: null prototype] { a: 1 }', '  a: 1'],
    ],
    ['keys of an array beside its indices', Object.assign([1], { k: 2 }), ['[ 1 ]', '  0: 1', '  k: 2']],
    [
      'a date, an error and an expression',
      [new Date(0), new TypeError('no'), /x/g],
      [
        '[ 1970-01-01T00:00:00.000Z, TypeError: no, /x/g ]',
        '  0: 1970-01-01T00:00:00.000Z',
        '  1: TypeError: no',
        '  2: /x/g',
      ],
    ],
    [
      'typed arrays',
      { a: Float32Array.of(1, 2.5) },
      ['{ a: Float32Array(2) [ 1, 2.5 ] }', '  a: Float32Array(2) [ 1, 2.5 ]'],
    ],
  ])('shows %s', ([, value, expected]) => {
    expect(lines(tree(value))).toEqual(expected);
  });

  it('ends where a value holds itself, and shows a shared value twice', () => {
    const a: Record<string, unknown> = { n: 1 };
    a['self'] = a;
    expect(lines(tree(a))).toEqual([
      '{ n: 1, self: [Object] }',
      '  n: 1',
      '  self: [Circular] { n: 1, self: [Object] }',
    ]);
    const shared = { s: 1 };
    expect(lines(tree([shared, [shared]]))).toEqual([
      '[ [Object], [Array(1)] ]',
      '  0: { s: 1 }',
      '    s: 1',
      '  1: [ [Object] ]',
      '    0: { s: 1 }',
      '      s: 1',
    ]);
  });

  it('has the whole of a long text', () => {
    const text = 'ab'.repeat(200);
    const [child] = tree([text]).children!;
    expect(child!.value.whole).toBe(text);
    expect(child!.value.text.length).toBeLessThan(100);
  });

  it.for<[what: string, value: unknown]>([
    ['primitives', 5],
    ['texts', 'x'],
    ['functions', () => 1],
    ['empty objects', {}],
    ['empty arrays', []],
    ['errors', new Error('x')],
    ['dates', new Date()],
    ['promises', Promise.resolve(1)],
    ['typed arrays', new Float32Array(3)],
    ['values with a text of their own', { [inspect.custom]: () => 'me', a: 1 }],
    ['a proxy that answers everything', new Proxy({}, { get: () => () => 1 })],
    [
      'a proxy that throws',
      new Proxy([], {
        get: () => {
          throw new Error('no');
        },
        ownKeys: () => {
          throw new Error('no');
        },
      }),
    ],
  ])('is not made of %s', ([, value]) => {
    expect(valueItem(value)).toBeUndefined();
  });

  it('does not touch proxies inside a value', () => {
    const proxy: object = new Proxy({}, { get: () => expect.unreachable(), ownKeys: () => expect.unreachable() });
    expect(lines(tree({ proxy }))).toEqual(['{ proxy: Proxy }', '  proxy: Proxy']);
  });

  it.for<[what: string, value: unknown]>([
    ['a long array', Array.from({ length: 100_000 }, (_, i) => i)],
    ['many keys', Object.fromEntries(Array.from({ length: 5000 }, (_, i) => [`key ${i}`, 'x'.repeat(100)]))],
    ['long texts', Array.from({ length: 100 }, () => 'x'.repeat(100_000))],
    ['many records', Array.from({ length: 100_000 }, (_, i) => ({ i, text: 'x'.repeat(300) }))],
    ['a wide tree', Array.from({ length: 90 }, () => Array.from({ length: 90 }, () => [1, 2, 3]))],
  ])('is bounded for %s', ([, value]) => {
    expect(JSON.stringify(payload(value)).length).toBeLessThan(500_000);
  });

  it.for<[what: string, value: object, listed: (value: object) => object]>([
    ['an object', Object.fromEntries(Array.from({ length: 5000 }, (_, i) => [`k${i}`, i])), (value) => value],
    ['a map with keys', Object.assign(new Map([[1, 2]]), { a: 1, b: 2 }), (value) => value],
    ['an object in an array', [{ a: 1, b: 2 }, 7], (value) => (value as object[])[0]!],
    ['a record of a table', [{ a: 1 }, { a: 2 }], (value) => (value as object[])[0]!],
  ])('lists the keys once for %s', ([, value, listed]) => {
    const list = vi.spyOn(Object, 'keys');
    try {
      void valueItem(value);
      expect(list.mock.calls.filter(([of]) => of === listed(value))).toHaveLength(1);
    } finally {
      list.mockRestore();
    }
  });

  it('counts what it leaves out', () => {
    expect(tree(Array.from({ length: 250 }, () => 0)).more).toBe(150);
  });
});

describe('the table of records', () => {
  it('has a column for each key and an entry for each record', () => {
    expect(table([{ a: 1, b: 'x' }, { a: NaN }])).toEqual({
      version: 1,
      view: 'table',
      columns: ['a', 'b'],
      moreColumns: 0,
      rows: [
        [
          { text: '1', kind: 'number' },
          { text: 'x', kind: 'text' },
        ],
        [{ text: 'NaN', kind: 'number' }, null],
      ],
      total: 2,
    });
  });

  it.for<[what: string, value: unknown]>([
    ['a single empty record', [{}]],
    ['records and others', [{ a: 1 }, 2]],
    ['records that share nothing', [{ a: 1 }, { b: 1 }, { c: 1 }, { d: 1 }]],
    ['instances', [new Point(), new Point()]],
    ['empty records', [{}, {}]],
  ])('is not made of %s', ([, value]) => {
    expect(payload(value)?.view).toBe('tree');
  });
});
