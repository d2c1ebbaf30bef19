// `tf.data.csv`: files by their paths, types of columns, labels.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { dist } from '../../../../paths.ts';
import { libraryOf } from './library.ts';

const tf = libraryOf(dist);
const folder = mkdtempSync(path.join(tmpdir(), 'dlnb-csv-'));
afterAll(() => rmSync(folder, { recursive: true }));

function file(text: string): string {
  const name = path.join(folder, 'data.csv');
  writeFileSync(name, text);
  return name;
}
const read = (text: string, config: object = {}) => tf.data.csv(file(text), config).toArray();

describe('csv', () => {
  it('reads quotes, line breaks in quotes and CRLF', async () => {
    expect(await read('name,text\r\nAnn,"say ""hi""\r\nagain"\r\n"Bo, C.",x\r\n')).toEqual([
      { name: 'Ann', text: 'say "hi"\r\nagain' },
      { name: 'Bo, C.', text: 'x' },
    ]);
  });

  it('makes numbers of texts that are, unless the column is one of strings', async () => {
    const text = 'id,x\n007,1e3\n08,-2.5\n';
    expect(await read(text)).toEqual([{ id: 7, x: 1000 }, { id: 8, x: -2.5 }]); // prettier-ignore
    expect(await read(text, { columnConfigs: { id: { dtype: 'string' } } })).toEqual([
      { id: '007', x: 1000 },
      { id: '08', x: -2.5 },
    ]);
  });

  it('does not take blanks for 0', async () => {
    expect(await read('a,b\n" ",1\n')).toEqual([{ a: ' ', b: 1 }]);
  });

  it('names a text in a column of numbers', async () => {
    const config = { columnConfigs: { a: { dtype: 'float32' } } };
    await expect(read('a,b\nx,1\n', config)).rejects.toThrow(
      'The column a is of dtype float32, and has "x" in this line: x,1',
    );
    expect(await read('a\nnan\n', config)).toEqual([{ a: NaN }]);
  });

  it('takes types, defaults and labels', async () => {
    const columnConfigs = { a: { dtype: 'int32' }, b: { default: 5 }, c: { dtype: 'bool' }, y: { isLabel: true } };
    expect(await read('a,b,c,y\n1.7,,true,2\n', { columnConfigs })).toEqual([
      { xs: { a: 1, b: 5, c: 1 }, ys: { y: 2 } },
    ]);
    await expect(read('a,b,c,y\n1,2,0,\n', { columnConfigs })).rejects.toThrow('Required column y is empty');
  });

  it('names a row that is too long, and a quote that is not closed', async () => {
    await expect(read('a,b\n1,2,3\n')).rejects.toThrow('Should have 2 elements in a row, but got 3: ["1","2","3"]');
    await expect(read('a,b\n1,"2\n')).rejects.toThrow('the quote that is opened in line 2 is not closed');
  });

  it('gives rows in their order, also if several are asked for at once', async () => {
    const iterator = await tf.data.csv(file('a\n1\n2\n3\n')).iterator();
    const rows = await Promise.all([iterator.next(), iterator.next(), iterator.next(), iterator.next()]);
    expect(rows.map(({ value }) => (value as { a: number } | null)?.a)).toEqual([1, 2, 3, undefined]);
  });

  it('reads a file in pieces', async () => {
    const name = file(`a,b\n${Array.from({ length: 1000 }, (_, i) => `${i},"x\n${i}"`).join('\n')}`);
    const source = new tf.data.FileDataSource(name, { chunkSize: 7 });
    const rows = await new tf.data.CSVDataset(source as never, {}).toArray();
    expect(rows.length).toBe(1000);
    expect(rows[999]).toEqual({ a: 999, b: 'x\n999' });
  });
});
