// `data.jsonLines`: tables in files with one JSON object on each line, or with one array of objects.
import { checkCount, checkOptions, shown, type OptionNames } from '../../options.ts';
import type { Dataset, DatasetSource } from '../dataset.ts';
import { locate, readText, type FileHost, type FilePath } from './locate.ts';
import { columnOf, Table, type Row } from './table.ts';

/** Options of `data.jsonLines`. */
export interface JsonLinesOptions {
  /** Number of rows to read, from the first; all by default. */
  rows?: number;
  /** Encoding of the file; UTF-8 by default. */
  encoding?: string;
}

const OPTIONS: OptionNames<JsonLinesOptions> = { rows: 'number', encoding: 'text' };

/** Reads a file of JSON lines. See `data.jsonLines`. */
export async function readJsonLines<R extends object = Row>(
  host: FileHost,
  make: (source: DatasetSource) => Dataset,
  file: FilePath,
  options: JsonLinesOptions = {},
): Promise<Table<R>> {
  checkOptions('data.jsonLines', options, OPTIONS);
  const { rows = Infinity, encoding } = options;
  if (rows !== Infinity) checkCount('data.jsonLines', 'rows', rows);
  const at = locate('data.jsonLines', file, host);
  const text = await readText('data.jsonLines', file, host, encoding);
  const records = recordsOf(text, rows, at);
  return tableOf<R>(records, at, make);
}

/** A table of objects: a column for each key that one of them has, in the order in which they appear. */
export function tableOf<R extends object = Row>(
  records: readonly Readonly<Record<string, unknown>>[],
  at: string,
  make: (source: DatasetSource) => Dataset,
): Table<R> {
  const names = new Set<string>();
  for (const record of records) for (const name of Object.keys(record)) names.add(name);
  const columns = [...names].map(
    (name) =>
    columnOf(name, records.map((record) => (Object.hasOwn(record, name) ? record[name] : null))), // prettier-ignore
  );
  return new Table<R>(columns, records.length, at, make);
}

function recordsOf(text: string, rows: number, at: string): Record<string, unknown>[] {
  if (text.trimStart().startsWith('[')) {
    const list = parsed(text, () => `data.jsonLines: ${at} begins as an array, and`);
    if (Array.isArray(list))
      return list.slice(0, rows).map((value, i) => record(value, `data.jsonLines: element ${i} of ${at}`));
  }
  const records: Record<string, unknown>[] = [];
  let number = 0;
  for (const line of text.split('\n')) {
    number++;
    if (records.length >= rows) break;
    if (line.trim() === '') continue;
    const value = parsed(line, () => `data.jsonLines: line ${number} of ${at}`);
    records.push(record(value, `data.jsonLines: line ${number} of ${at}`));
  }
  if (records.length === 0) throw new Error(`data.jsonLines: ${at} has no rows.`);
  return records;
}

function parsed(text: string, where: () => string): unknown {
  try {
    return JSON.parse(text);
  } catch (e) {
    throw new Error(
      `${where()} is not JSON: ${(e as Error).message}. Each line must be one whole object: {"x": 1, "label": "cat"}.`,
      { cause: e },
    );
  }
}

function record(value: unknown, where: string): Record<string, unknown> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  throw new TypeError(
    `${where} is ${Array.isArray(value) ? 'an array' : shown(value)}; it must be an object, as {"x": 1, "label": "cat"}.`,
  );
}
