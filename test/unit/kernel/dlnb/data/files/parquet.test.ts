// Parquet files against what pyarrow wrote: types, missing values, row groups, each way to compress; and what is wrong.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { dataIn, fixtures } from './host.ts';

let folder = '';
beforeAll(() => void (folder = mkdtempSync(path.join(tmpdir(), 'dlnb-parquet-'))));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const { parquet } = dataIn(path.join(fixtures, 'parquet'));

describe('a Parquet file', () => {
  it.each(['none', 'snappy', 'gzip', 'brotli', 'zstd', 'pages-v2'])('is a table: %s', async (name) => {
    const table = await parquet(`./${name}.parquet`);
    expect(table.types).toEqual({ whole: 'number', small: 'number', real: 'number', single: 'number', truth: 'boolean', text: 'text', list: 'value', big: 'value', day: 'value', kind: 'text' }); // prettier-ignore
    expect(table.values('whole')).toEqual([1, 2, null, 4]);
    expect(table.values('small')).toEqual([-1, 0, 1, 2]);
    expect(table.values('real')).toEqual([0.5, null, -1.25, 1e300]);
    expect(table.values('single')).toEqual([0.5, 1.5, 2.5, 3.5]);
    expect(table.values('truth')).toEqual([true, false, null, true]);
    expect(table.values('text')).toEqual(['a', null, 'äöü', '']);
    expect(table.values('list')).toEqual([[1, 2], [3, 4], [5, 6], [7, 8]]); // prettier-ignore
    expect(table.values('big')).toEqual([2n ** 60n, 1, 2, 3]);
    expect(table.values('day')[3]).toEqual(new Date('2020-01-01'));
    const set = table.dataset({ x: ['list', 'small'], y: 'kind' });
    expect([set.shape, set.classNames, Array.from(set, ({ x }) => [...x])[2]]).toEqual([[3], ['x', 'y'], [5, 6, 1]]);
  });

  it('is read in part', async () => {
    const table = await parquet('snappy.parquet', { columns: ['text', 'small'], rows: 2 });
    expect(table.rows()).toEqual([{ text: 'a', small: -1 }, { text: null, small: 0 }]); // prettier-ignore
    expect((await parquet('empty.parquet')).size).toBe(0);
  });

  it('says what is wrong', async () => {
    await expect(parquet('lz4.parquet')).rejects.toThrow(
      /is compressed as LZ4.*, which is not read\. Write it as snappy, gzip/,
    );
    await expect(parquet('none.parquet', { columns: ['txt'] })).rejects.toThrow(
      /has no column "txt"; there are whole, .*did you mean "text"\?/,
    );
    await expect(parquet('none.parquet', { columns: 'text' } as never)).rejects.toThrow(
      /columns must be a list of names/,
    );
    await expect(parquet('none.parquet', { rows: 0 })).rejects.toThrow(/rows must be an integer/);
    await expect(parquet('nome.parquet')).rejects.toThrow(/there is no file .*Did you mean "none\.parquet"\?/);
    const read = (bytes: Uint8Array) => {
      writeFileSync(path.join(folder, 'x.parquet'), bytes);
      return dataIn(folder).parquet('x.parquet');
    };
    const whole = readFileSync(path.join(fixtures, 'parquet/snappy.parquet'));
    await expect(read(whole.subarray(0, 500))).rejects.toThrow(/is cut off: its end is missing/);
    await expect(read(Buffer.from('a,b\n1,2\n3,4\n5,6\n'))).rejects.toThrow(/is not a Parquet file\./);
    await expect(read(new Uint8Array(0))).rejects.toThrow(/is empty/);
    const damaged = Buffer.from(whole);
    damaged.fill(0xff, whole.length - 200, whole.length - 8);
    await expect(read(damaged)).rejects.toThrow(/is damaged|cannot be read/);
  });
});
