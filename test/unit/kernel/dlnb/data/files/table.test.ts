// Tables: columns, rows, missing values, and the data sets that are made of them.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Table } from '../../../../../../kernel/dlnb/data/files/table.ts';
import { DISPLAY } from '../../../../../../kernel/wire/displayable.ts';
import { dataIn } from './host.ts';

let folder = '';
let table: Table;
beforeAll(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'dlnb-table-'));
  writeFileSync(
    path.join(folder, 'pets.csv'),
    'age,weight,kind,tame,color\n1,2,cat,true,red\n3,,dog,false,blue\n5,6,cat,,red\n7,10,bee,true,\n',
  );
  table = await dataIn(folder).csv('pets.csv');
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('a table', () => {
  it('gives rows and columns', () => {
    expect([table.size, table.names]).toEqual([4, ['age', 'weight', 'kind', 'tame', 'color']]);
    expect(Array.from(table, ({ age }) => age as number)).toEqual([1, 3, 5, 7]);
    expect(table.numbers('tame')).toEqual(Float64Array.of(1, 0, NaN, 1));
    expect(table.values('weight')).toEqual([2, null, 6, 10]);
    expect(table.row(1)).toEqual({ age: 3, weight: NaN, kind: 'dog', tame: false, color: 'blue' });
  });

  it('is cut, filtered and filled without a change of itself', () => {
    expect(table.select(['kind', 'age']).names).toEqual(['kind', 'age']);
    expect(table.drop(['kind']).names).toEqual(['age', 'weight', 'tame', 'color']);
    expect(table.filter(({ age }) => age > 3).values('age')).toEqual([5, 7]);
    expect(table.take(2).values('kind')).toEqual(['cat', 'dog']);
    expect(table.dropMissing().values('age')).toEqual([1]);
    expect(table.dropMissing(['weight']).values('age')).toEqual([1, 5, 7]);
    expect(table.fillMissing('weight', 'mean').values('weight')).toEqual([2, 6, 6, 10]);
    expect(table.fillMissing('weight', 'median').values('weight')).toEqual([2, 6, 6, 10]);
    expect(table.fillMissing('weight', 0).values('weight')).toEqual([2, 0, 6, 10]);
    expect(table.fillMissing('color', 'none').values('color')).toEqual(['red', 'blue', 'red', 'none']);
    expect(table.oneHot('color').select(['color=blue', 'color=red']).rows()).toEqual([
      { 'color=blue': 0, 'color=red': 1 },
      { 'color=blue': 1, 'color=red': 0 },
      { 'color=blue': 0, 'color=red': 1 },
      { 'color=blue': 0, 'color=red': 0 },
    ]);
    expect(table.values('weight')).toEqual([2, null, 6, 10]);
  });

  it('shows itself as a table', () => {
    const shown = table[DISPLAY]();
    expect(shown['text/plain']).toBe('Table of 4 rows: age (number), weight (number), kind (text), tame (boolean), color (text)'); // prettier-ignore
    expect(Object.values(shown)[0]).toMatchObject({ view: 'table' });
  });

  it('says what is wrong with a name or a value', () => {
    expect(() => table.numbers('agee')).toThrow(/has no column "agee"; there are "age", .*; did you mean "age"\?/);
    expect(() => table.numbers('kind')).toThrow(/"kind" of .* holds texts, such as "cat"; oneHot\('kind'\)/);
    expect(() => table.select('kind' as never)).not.toThrow();
    expect(() => table.select([] as never)).toThrow(/must be a list of names/);
    expect(() => table.fillMissing('weight', 'x')).toThrow(
      /holds numbers, and x is none; give a number, 'mean' or 'median'/,
    );
    expect(() => table.fillMissing('weight', NaN)).toThrow(/NaN is none/);
    expect(() => table.row(4)).toThrow(/there are 4 rows, from 0; there is no row 4/);
    expect(() => table.filter('x' as never)).toThrow(/must be a function of a row/);
  });
});

describe('the data set of a table', () => {
  it('has classes of texts in the order of the alphabet', () => {
    const set = table.dropMissing(['weight']).dataset({ x: ['age', 'weight'], y: 'kind' });
    expect([set.size, set.shape, set.classNames]).toEqual([3, [2], ['bee', 'cat']]);
    expect(Array.from(set, ({ x, y }) => [...x, ...y])).toEqual([[1, 2, 1], [5, 6, 1], [7, 10, 0]]); // prettier-ignore
    expect(set.oneHot().targetShape).toEqual([2]);
  });

  it('has classes of true and false, of numbers when asked, and in a given order', () => {
    const whole = table.filter(({ tame }) => tame !== null);
    expect(whole.dataset({ x: 'age', y: 'tame' }).classNames).toEqual(['false', 'true']);
    expect([...whole.dataset({ x: 'age', y: 'tame' }).labels]).toEqual([1, 0, 1]);
    const ordered = table.dataset({ x: 'age', y: 'kind', classes: ['dog', 'cat', 'bee'] });
    expect([...ordered.labels]).toEqual([1, 0, 1, 2]);
    const numbers = whole.dataset({ x: 'tame', y: 'age', classes: true });
    expect([numbers.classNames, [...numbers.labels]]).toEqual([['1', '3', '7'], [0, 1, 2]]); // prettier-ignore
  });

  it('has numbers as targets, of one column or several', () => {
    const three = table.dropMissing(['weight']).dataset({ x: ['age'], y: ['weight', 'weight'] });
    expect([three.targetShape, Array.from(three, ({ y }) => [...y])]).toEqual([[2], [[2, 2], [6, 6], [10, 10]]]); // prettier-ignore
    const two = table.dropMissing(['weight']).dataset({ x: 'weight', y: ['age'] });
    expect(Array.from(two, ({ x, y }) => [...x, ...y])).toEqual([[2, 1], [6, 5], [10, 7]]); // prettier-ignore
    expect(() => two.labels).toThrow(/not classes/);
  });

  it.each([
    [
      { y: 'kind' },
      /column "weight" of .*pets\.csv, 1 of 4 values are missing, the first in row 1\. .*dropMissing\(\).*fillMissing\('weight'/,
    ],
    [
      { x: ['age', 'color'], y: 'kind' },
      /column "color" of x holds texts, such as "red"\. Leave it out .*oneHot\('color'\)/,
    ],
    [{ x: 'age', y: 'color' }, /column "color" of .* 1 of 4 values are missing/],
    [{ x: 'age', y: ['kind', 'color'] }, /column "kind" of y holds texts/],
    [{ x: 'age', y: 'kind', classes: ['cat', 'dog'] }, /holds bee in row 3, which is none of the classes "cat", "dog"/],
    [{ x: 'age', y: 'age' }, /column "age" is in x and in y/],
    [{ x: 'age', y: 'knid' }, /did you mean "kind"/],
    [{ x: 'age' }, /y must name the target column/],
    [{ y: 'kind', z: 1 }, /there is no option "z"/],
    [undefined, /options must be an object/],
    [{ x: 5, y: 'kind' }, /x must be a list of names/],
    [{ x: 'age', y: ['kind', 'weight'], classes: true }, /classes are one column/],
  ])('says what is wrong: %j', (options, message) => {
    expect(() => table.dataset(options as never)).toThrow(message);
  });

  it('is refused of a table without rows', () => {
    expect(() => table.take(0).dataset({ y: 'kind' })).toThrow(/has no rows/);
  });
});

describe('JSON lines', () => {
  const read = (text: string, options?: object) => {
    writeFileSync(path.join(folder, 't.jsonl'), text);
    return dataIn(folder).jsonLines('./t.jsonl', options);
  };

  it('are a table of all keys, in which anything may be missing', async () => {
    const made = await read('{"a": 1, "b": "x"}\r\n\n{"b": null, "c": [1, 2]}\n{"a": null, "d": true}');
    expect(made.types).toEqual({ a: 'number', b: 'text', c: 'value', d: 'boolean' });
    expect(made.rows()).toEqual([
      { a: 1, b: 'x', c: null, d: null },
      { a: NaN, b: null, c: [1, 2], d: null },
      { a: NaN, b: null, c: null, d: true },
    ]);
    expect((await read('[{"a": 1}, {"a": 2}]')).values('a')).toEqual([1, 2]);
    expect((await read('{"a": 1}\n{"a": 2}\nnonsense', { rows: 2 })).size).toBe(2);
    expect((await read('{"a": 1}\n{"a": "x"}')).types).toEqual({ a: 'value' });
  });

  it('give lists of numbers as inputs', async () => {
    const made = await read('{"x": [1, 2], "y": 0}\n{"x": [3, 4], "y": 1}');
    const set = made.dataset({ y: 'y' });
    expect([set.shape, Array.from(set, ({ x }) => [...x])]).toEqual([[2], [[1, 2], [3, 4]]]); // prettier-ignore
    const ragged = await read('{"x": [1, 2], "y": 0}\n{"x": [3], "y": 1}');
    expect(() => ragged.dataset({ y: 'y' })).toThrow(
      /"x" of x must hold numbers, or lists of 2 numbers in every row; row 1/,
    );
  });

  it.each([
    ['{"a": 1}\n{"a": }', /line 2 of .*t\.jsonl is not JSON: /],
    ['{"a": 1}\n5', /line 2 of .* is 5; it must be an object/],
    ['[1, 2]', /element 0 of .* is 1; it must be an object/],
    ['{"a": 1}\n[1]', /line 2 of .* is an array/],
    ['\n', /has no rows/],
    ['', /is empty/],
    ['[{"a": 1},', /begins as an array, and is not JSON/],
  ])('say what is wrong: %j', async (text, message) => {
    await expect(read(text)).rejects.toThrow(message);
  });
});
