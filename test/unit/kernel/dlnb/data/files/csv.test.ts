// CSV files on disk: RFC 4180, separators, types of columns, missing values, encodings; and what is wrong, by line.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CsvOptions } from '../../../../../../kernel/dlnb/data/files/csv.ts';
import { dataIn } from './host.ts';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'dlnb-csv-'));
  mkdirSync(path.join(folder, 'data'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const read = async (content: string | Uint8Array, options?: CsvOptions) => {
  writeFileSync(path.join(folder, 'data/t.csv'), content);
  return dataIn(folder).csv('./data/t.csv', options);
};
const fails = async (content: string | Uint8Array, options?: CsvOptions) => {
  const error = await read(content, options).then(
    () => undefined,
    (e: Error) => e,
  );
  expect(error).toBeInstanceOf(Error);
  return error!.message;
};

describe('a CSV file', () => {
  it('follows RFC 4180: quotes, separators and new lines in fields, CRLF, no end of the last line', async () => {
    const table = await read('name,say,n\r\n"Ada, L.","say ""hi""",1\r\n"two\r\nlines",,2\r\n" x ","",3');
    expect(table.names).toEqual(['name', 'say', 'n']);
    expect(table.rows()).toEqual([
      { name: 'Ada, L.', say: 'say "hi"', n: 1 },
      { name: 'two\r\nlines', say: null, n: 2 },
      { name: ' x ', say: null, n: 3 },
    ]);
  });

  it('may begin with a byte order mark, be UTF-16 or of an older encoding, or gzipped', async () => {
    const rows = [{ ä: 'ü', n: 1 }];
    const text = 'ä,n\nü,1\n';
    expect((await read(`\ufeff${text}`)).rows()).toEqual(rows);
    expect((await read(Buffer.from(`\ufeff${text}`, 'utf16le'))).rows()).toEqual(rows);
    expect((await read(Buffer.from(`\ufeff${text}`, 'utf16le').swap16())).rows()).toEqual(rows);
    expect((await read(Buffer.from(text, 'latin1'), { encoding: 'windows-1252' })).rows()).toEqual(rows);
    expect((await read(gzipSync(text))).rows()).toEqual(rows);
  });

  it.each([
    ['a;b\n1;2,5\n', { decimal: ',' } as CsvOptions],
    ['a\tb\n1\t2.5\n', {}],
    ['a|b\n1|2.5\n', {}],
    ['"a";"b"\n"1";"2.5"\n', {}],
    ['a:b\n1:2.5\n', { separator: ':' }],
    ['a,b\n\n1,2.5\n\n', {}],
    ['# made by hand\na,b\n# more, of it\n1,2.5\n', { comment: '#' }],
    ['Report\n2020;;;;\na,b\n1,2.5\n', { skip: 2 }],
    ['1,2.5\n', { header: ['a', 'b'] }],
    [' a , b \n 1 , 2.5 \n', {}],
    ['a,b\r1,2.5\r', {}],
  ])('finds separators and headers: %j', async (text, options) => {
    expect((await read(text, options)).rows()).toEqual([{ a: 1, b: 2.5 }]);
  });

  it('numbers columns without a name, and names that come twice', async () => {
    expect((await read(',a,a,a\n0,1,2,3\n')).names).toEqual(['column 0', 'a', 'a.1', 'a.2']);
    expect((await read('1,2\n3,4\n', { header: false })).rows()).toEqual([
      { 'column 0': 1, 'column 1': 2 },
      { 'column 0': 3, 'column 1': 4 },
    ]);
    expect((await read('2019,2020\n3,4\n', { header: true })).names).toEqual(['2019', '2020']);
    expect(Object.keys((await read('__proto__,b\nx,4\n')).row(0))).toEqual(['__proto__', 'b']);
  });

  it('guesses types, and loses no digit', async () => {
    const table = await read(
      'n,e,zip,id,truth,gone,mixed,inf\n1,1e-3,007,12345678901234567890,true,NA,1,inf\n-2.5,+.5E2,10,1,FALSE,,x,-Infinity\n',
    );
    expect(table.types).toEqual({ n: 'number', e: 'number', zip: 'text', id: 'text', truth: 'boolean', gone: 'number', mixed: 'text', inf: 'number' }); // prettier-ignore
    expect(table.rows()).toEqual([
      { n: 1, e: 1e-3, zip: '007', id: '12345678901234567890', truth: true, gone: NaN, mixed: '1', inf: Infinity },
      { n: -2.5, e: 50, zip: '10', id: '1', truth: false, gone: NaN, mixed: 'x', inf: -Infinity },
    ]);
    const given = await read('a,b,c\n1,0,007\n', { types: { a: 'text', b: 'boolean', c: 'number' } });
    expect(given.rows()).toEqual([{ a: '1', b: false, c: 7 }]);
  });

  it('has missing values, and others than the usual ones if asked', async () => {
    const table = await read('a,b\n1,x\n,NA\nnan,null\n');
    expect(table.numbers('a')).toEqual(Float64Array.of(1, NaN, NaN));
    expect(table.values('b')).toEqual(['x', null, null]);
    expect((await read('a,b\n?,NA\n2,\n', { missing: ['?'] })).rows()).toEqual([{ a: NaN, b: 'NA' }, { a: 2, b: '' }]); // prettier-ignore
  });

  it('is read to a number of rows', async () => {
    expect((await read('a\n1\n2\n3\n', { rows: 2 })).size).toBe(2);
    expect((await read('1\n2\n3\n', { rows: 2, header: false })).size).toBe(2);
    expect((await read('a,b\n1,2\n3\n', { rows: 1 })).size).toBe(1);
  });
});

describe('a wrong CSV file', () => {
  it.each([
    [
      'a,b\n1,2\n3\n',
      /t\.csv, line 3: this row has 1 fields, and the first one 2\. Put fields that contain "," into quotes/,
    ],
    ['a,b\n1,2,3\n', /line 2: this row has 3 fields, and the first one 2/],
    ['a,b\n"1,2\n3,4\n', /line 2: a quote that begins there is not closed\. Is the file cut off\?/],
    ['a,b\n"1"x,2\n', /line 2: text follows the closing quote/],
    ['a,b\n5" screen,2\n', /line 2: there is a quote inside a field that does not begin with one/],
    ['', /t\.csv is empty \(0 bytes\)/],
    ['\n\n', /t\.csv has no rows/],
    ['1,2\n3,4\n', /the first row of .*t\.csv is 1,2: are these names of columns\? Pass header: true/],
    ['a\0b,c\n', /is not a text: it holds zero bytes/],
  ])('is told by line: %j', async (text, message) => {
    expect(await fails(text)).toMatch(message);
  });

  it.each([
    [{ types: { a: 'number' } }, /the column "a" of .* should be of type 'number', and its row 0 holds "x"/],
    [{ types: { b: 'text' } }, /types names a column "b", which .* does not have; it has a/],
    [{ types: { a: 'int' } }, /types must give columns one of 'number', 'boolean', 'text'/],
    [{ header: ['a', 'b'] }, /header has 2 names, and the rows of .* have 1 fields/],
    [{ header: 5 }, /header must be true, false or a list of names, got 5/],
    [{ separator: ';;' }, /separator must be one character/],
    [{ missing: 'NA' }, /missing must be a list of texts/],
    [{ decimal: ':' }, /decimal must be "." or ","/],
    [{ rows: 0 }, /rows must be an integer of at least 1/],
    [{ skip: -1 }, /skip must be an integer of at least 0/],
    [{ encoding: 'klingon' }, /there is no encoding klingon/],
    [{ sep: ';' }, /there is no option "sep"; there are "separator"/],
    [{ comment: '' }, /comment must be a text that comments begin with/],
  ])('or option: %j', async (options, message) => {
    expect(await fails('a\nx\n', options as CsvOptions)).toMatch(message);
  });

  it('of another encoding or kind says which, and what reads it', async () => {
    expect(await fails(Buffer.from('ä\n1\n', 'latin1'))).toMatch(/is not a text in utf-8\. .*windows-1252/);
    expect(await fails(Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'))).toMatch(
      /is not a text but a PNG image\. data\.images/,
    );
    expect(await fails(Buffer.from('PAR1xxxxPAR1'))).toMatch(/a Parquet file\. data\.parquet reads it/);
    expect(await fails(gzipSync('a\n1\n').subarray(0, 12))).toMatch(/is gzipped and cannot be unpacked/);
  });

  it('that is not there says what is', async () => {
    await read('a\n1\n');
    const { csv } = dataIn(folder);
    await expect(csv('./data/T.csv')).rejects.toThrow(/there is no file .*T\.csv\. Did you mean "t\.csv"\?/);
    await expect(csv('./data/other.csv')).rejects.toThrow(/Its folder holds t\.csv\./);
    await expect(csv('./no/other.csv')).rejects.toThrow(
      /There is no folder .* Paths count from the folder of the notebook/,
    );
    await expect(csv('./data')).rejects.toThrow(/data is a folder\. Name a file in it; data\.images reads folders/);
    await expect(csv('https://a.org/t.csv')).rejects.toThrow(
      /data\.csv reads files, not addresses\. Download it first/,
    );
    for (const path of [undefined, null, 5, {}, ''])
      await expect(csv(path as never)).rejects.toThrow(/^data\.csv: the path must be a text/);
  });
});
