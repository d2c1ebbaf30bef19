// `data.parquet`: tables in files of Apache Parquet, read by the library hyparquet, which is loaded at the first file.
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { decompress as unzstd } from 'fzstd';
import { parquetMetadata, parquetReadObjects, type FileMetaData } from 'hyparquet';
import { closest } from '../../../wire/closest.ts';
import { checkCount, checkOptions, shown, type OptionNames } from '../../options.ts';
import type { Dataset, DatasetSource } from '../dataset.ts';
import { tableOf } from './json-lines.ts';
import { locate, readBytes, wrongKind, type FileHost, type FilePath } from './locate.ts';
import type { Row, Table } from './table.ts';

/** Options of `data.parquet`. */
export interface ParquetOptions {
  /** Names of the columns to read; all by default. */
  columns?: readonly string[];
  /** Number of rows to read, from the first; all by default. */
  rows?: number;
}

const OPTIONS: OptionNames<ParquetOptions> = { columns: true, rows: 'number' };

/** Reads a Parquet file. See `data.parquet`. */
export async function readParquet<R extends object = Row>(
  host: FileHost,
  make: (source: DatasetSource) => Dataset,
  file: FilePath,
  options: ParquetOptions = {},
): Promise<Table<R>> {
  checkOptions('data.parquet', options, OPTIONS);
  const { columns, rows } = options;
  if (rows !== undefined) checkCount('data.parquet', 'rows', rows);
  const isNames = Array.isArray(columns) && columns.length > 0 && columns.every((name) => typeof name === 'string');
  if (columns !== undefined && !isNames)
    throw new TypeError(`data.parquet: columns must be a list of names of columns, got ${shown(columns)}`);
  const at = locate('data.parquet', file, host);
  const bytes = await readBytes('data.parquet', file, host);
  const ends = (word: string) => bytes.toString('latin1', bytes.length - 4) === word;
  if (bytes.length < 12 || bytes.toString('latin1', 0, 4) !== 'PAR1') throw wrongKind('data.parquet', at, bytes, 'a Parquet file'); // prettier-ignore
  if (ends('PARE'))
    throw new Error(`data.parquet: ${at} is encrypted, which is not read. Write it without encryption.`);
  if (!ends('PAR1')) throw new Error(`data.parquet: ${at} is cut off: its end is missing. Copy it again.`);
  const buffer = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) as ArrayBuffer;
  const metadata = described(buffer, at);
  const names = metadata.schema[0]?.num_children ? topNames(metadata) : [];
  const missing = columns?.find((name) => !names.includes(name));
  if (missing !== undefined) {
    const near = closest(missing, names);
    throw new RangeError(
      `data.parquet: ${at} has no column "${missing}"; there are ${names.slice(0, 12).join(', ')}${near === undefined ? '' : `; did you mean "${near}"?`}`,
    );
  }
  const total = Number(metadata.num_rows);
  try {
    const records = await parquetReadObjects({
      file: buffer,
      metadata,
      compressors: COMPRESSORS,
      ...(columns && { columns: [...columns] }),
      ...(rows !== undefined && { rowEnd: Math.min(rows, total) }),
    });
    const ordered = columns ?? names;
    return tableOf<R>(
      records.map((record) => Object.fromEntries(ordered.map((name) => [name, record[name]]))),
      at,
      make,
    );
  } catch (e) {
    const { message } = e as Error;
    const codec = /codec[^A-Z]*([A-Z_\d]+)/.exec(message)?.[1];
    throw new Error(
      codec
        ? `data.parquet: ${at} is compressed as ${codec}, which is not read. Write it as snappy, gzip, brotli or zstd: df.to_parquet(file, compression="zstd").`
        : `data.parquet: ${at} cannot be read: ${message}. Write or copy it again.`,
      { cause: e },
    );
  }
}

const COMPRESSORS = {
  GZIP: (input: Uint8Array) => new Uint8Array(gunzipSync(input)),
  BROTLI: (input: Uint8Array) => new Uint8Array(brotliDecompressSync(input)),
  ZSTD: (input: Uint8Array, length: number) => unzstd(input, new Uint8Array(length)),
};

function described(buffer: ArrayBuffer, at: string): FileMetaData {
  try {
    return parquetMetadata(buffer);
  } catch (e) {
    throw new Error(`data.parquet: ${at} is damaged: ${(e as Error).message}. Copy it again.`, { cause: e });
  }
}

/** Names of the columns, without the fields inside them. */
function topNames({ schema }: FileMetaData): string[] {
  const names: string[] = [];
  let at = 1;
  const pass = (): void => {
    let left = schema[at]?.num_children ?? 0;
    at++;
    for (; left > 0; left--) pass();
  };
  while (at < schema.length) {
    names.push(schema[at]!.name);
    pass();
  }
  return names;
}
