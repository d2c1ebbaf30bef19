// `data.csv`: tables in files of comma-separated values (RFC 4180), read by the library csv-parse.
import { parse, type CsvError } from 'csv-parse/sync';
import { checkCount, checkOptions, shown, type OptionNames } from '../../options.ts';
import type { Dataset, DatasetSource } from '../dataset.ts';
import { locate, readText, type FileHost, type FilePath } from './locate.ts';
import { Table, type Column, type ColumnType, type Row } from './table.ts';

/** Options of `data.csv`. */
export interface CsvOptions {
  /** What separates fields. By default the one of `,` `;` tab and `|` that the first line has most of. */
  separator?: string;
  /**
   * Whether the first row has the names of the columns, or the names themselves for a file without. True by default; a
   * first row of numbers alone is an error that asks.
   */
  header?: boolean | readonly string[];
  /** Types of columns that are not to be guessed: `{ zip: 'text' }`. */
  types?: Readonly<Record<string, 'number' | 'boolean' | 'text'>>;
  /** Texts that mean a missing value; by default nothing at all, NA, N/A, n/a, #N/A, NaN, nan, NULL, null, None. */
  missing?: readonly string[];
  /** What stands before decimals: '.' by default, or ','. */
  decimal?: '.' | ',';
  /** Lines that begin with this are left out, as '#'. None by default. */
  comment?: string;
  /** Lines at the beginning that are left out; 0 by default. */
  skip?: number;
  /** Number of rows to read, from the first; all by default. */
  rows?: number;
  /** Encoding of the file, as 'windows-1252'; UTF-8 by default. */
  encoding?: string;
}

const OPTIONS: OptionNames<CsvOptions> = {
  separator: 'text',
  header: true,
  types: true,
  missing: true,
  decimal: ['.', ','],
  comment: 'text',
  skip: 'number',
  rows: 'number',
  encoding: 'text',
};

const SEPARATORS = [',', ';', '\t', '|'];
const MISSING = ['', 'NA', 'N/A', 'n/a', '#N/A', 'NaN', 'nan', 'NULL', 'null', 'None'];
const NUMBER = /^[+-]?(?:(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?|inf(?:inity)?)$/i;
const WHOLE = /^[+-]?\d+$/;
const BOOLEAN = /^(?:true|false)$/i;

/** Reads a CSV file. See `data.csv`. */
export async function readCsv<R extends object = Row>(
  host: FileHost,
  make: (source: DatasetSource) => Dataset,
  file: FilePath,
  options: CsvOptions = {},
): Promise<Table<R>> {
  checkOptions('data.csv', options, OPTIONS);
  checkOwn(options);
  const at = locate('data.csv', file, host);
  const text = await readText('data.csv', file, host, options.encoding);
  const { columns, size } = csvColumns(text, options, at);
  return new Table<R>(columns, size, at, make);
}

function checkOwn({ separator, header, types, missing, comment, skip, rows }: CsvOptions): void {
  if (separator !== undefined && separator.length !== 1)
    throw new RangeError(`data.csv: separator must be one character, as ';' or '\\t', got ${shown(separator)}`);
  if (comment === '') throw new RangeError("data.csv: comment must be a text that comments begin with, as '#'");
  if (skip !== undefined) checkCount('data.csv', 'skip', skip, 0);
  if (rows !== undefined) checkCount('data.csv', 'rows', rows);
  if (header !== undefined && typeof header !== 'boolean' && !isTexts(header))
    throw new TypeError(`data.csv: header must be true, false or a list of names, got ${shown(header)}`);
  if (missing !== undefined && !(isTexts(missing) || (Array.isArray(missing) && missing.length === 0)))
    throw new TypeError(`data.csv: missing must be a list of texts, as ['', '?'], got ${shown(missing)}`);
  if (types === undefined) return;
  const known = ['number', 'boolean', 'text'];
  const wrong =
    typeof types !== 'object' || types === null || Array.isArray(types)
      ? types
      : Object.values(types).find((type) => !known.includes(type));
  if (wrong !== undefined)
    throw new TypeError(
      `data.csv: types must give columns one of ${known.map((t) => `'${t}'`).join(', ')}, as { zip: 'text' }, got ${shown(wrong)}`,
    );
}

const isTexts = (list: unknown) =>
  Array.isArray(list) && list.length > 0 && list.every((text) => typeof text === 'string');

/** The columns of a CSV text. @param at the file, for errors */
export function csvColumns(text: string, options: CsvOptions, at: string): { columns: Column[]; size: number } {
  const { header, missing = MISSING, decimal = '.', skip = 0 } = options;
  const separator = options.separator ?? guessSeparator(text, skip, options.comment);
  const records = recordsOf(text, separator, options, at);
  const [first] = records;
  if (!first)
    throw new Error(`data.csv: ${at} has no rows${skip > 0 ? ` behind the ${skip} lines that are skipped` : ''}.`);
  if (header === undefined && first.every((field) => NUMBER.test(field.trim())))
    throw new Error(
      `data.csv: the first row of ${at} is ${first.slice(0, 4).join(separator)}${first.length > 4 ? '…' : ''}: are these names of columns? Pass header: true if so, else header: false, or a list of names.`,
    );
  const named = header === undefined || header === true;
  const names = named ? unique(first) : Array.isArray(header) ? [...(header as string[])] : first.map((_, k) => `column ${k}`); // prettier-ignore
  if (names.length !== first.length)
    throw new RangeError(
      `data.csv: header has ${names.length} names, and the rows of ${at} have ${first.length} fields. If the fields are not separated by ${separatorText(separator)}, pass separator.`,
    );
  const begin = named ? 1 : 0;
  const size = Math.min(records.length - begin, options.rows ?? Infinity);
  const unknown = Object.keys(options.types ?? {}).find((name) => !names.includes(name));
  if (unknown !== undefined)
    throw new RangeError(
      `data.csv: types names a column "${unknown}", which ${at} does not have; it has ${names.slice(0, 12).join(', ')}`,
    );
  const isGone = new Set(missing);
  const columns = names.map((name, k): Column => {
    const fields = Array.from({ length: size }, (_, i) => {
      const field = records[begin + i]![k]!;
      return isGone.has(field) || isGone.has(field.trim()) ? null : field;
    });
    const type = options.types?.[name] ?? typeOf(fields, decimal);
    return { name, type, values: converted(fields, type, { decimal, where: `column "${name}" of ${at}` }) };
  });
  return { columns, size };
}

const separatorText = (separator: string) => (separator === '\t' ? 'tabs' : `"${separator}"`);

/** The records of the text, with errors of the library in our words. */
function recordsOf(text: string, separator: string, options: CsvOptions, at: string): string[][] {
  try {
    return parse(text, {
      bom: true,
      delimiter: separator,
      skip_empty_lines: true,
      ...(options.comment !== undefined && { comment: options.comment, comment_no_infix: true }),
      ...(options.skip && { from_line: options.skip + 1 }),
      ...(options.rows !== undefined && {
        to: options.rows + (Array.isArray(options.header) || options.header === false ? 0 : 1),
      }),
    }) as unknown as string[][];
  } catch (e) {
    throw new Error(`data.csv: ${at}, ${reason(e as CsvError, separator, text)}`, { cause: e });
  }
}

/** Why a text is not CSV, and what to do. */
function reason(error: CsvError, separator: string, text: string): string {
  const context = error as unknown as { lines?: number; record?: string[]; column?: number };
  const line = `line ${context.lines ?? '?'}`;
  switch (error.code) {
    case 'CSV_RECORD_INCONSISTENT_FIELDS_LENGTH': {
      const wanted = /expect (\d+)/.exec(error.message)?.[1] ?? '?';
      const got = context.record?.length ?? '?';
      return `${line}: this row has ${got} fields, and the first one ${wanted}. Put fields that contain ${separatorText(separator)} into quotes, or pass another separator${got === 1 ? ', or leave out lines at the beginning with skip' : ''}.`;
    }
    case 'CSV_QUOTE_NOT_CLOSED':
      return `line ${lastQuoteLine(text)}: a quote that begins there is not closed. Is the file cut off? Quotes in a field are written twice: "say ""hi""".`;
    case 'CSV_INVALID_CLOSING_QUOTE':
    case 'CSV_NON_TRIMABLE_CHAR_AFTER_CLOSING_QUOTE':
      return `${line}: text follows the closing quote of a field. Quotes in a field are written twice: "say ""hi""".`;
    case 'INVALID_OPENING_QUOTE':
      return `${line}: there is a quote inside a field that does not begin with one. Put the field into quotes, and write quotes in it twice: "5"" screen".`;
    default:
      return `${line}: ${error.message}`;
  }
}

/** The line in which the last quote begins that is not closed. */
function lastQuoteLine(text: string): number {
  let [line, began, quoted] = [1, 1, false];
  for (const c of text) {
    if (c === '\n') line++;
    if (c !== '"') continue;
    quoted = !quoted;
    if (quoted) began = line;
  }
  return began;
}

/** The separator that the first line has most of, outside of quotes. */
function guessSeparator(text: string, skip: number, comment: string | undefined): string {
  let at = 0;
  const lineEnd = () => {
    const end = text.slice(at).search(/\r\n|\n|\r/);
    return end < 0 ? text.length : at + end;
  };
  const next = () => {
    at = lineEnd();
    if (text[at] === '\r' && text[at + 1] === '\n') at++;
    at++;
  };
  for (let k = 0; k < skip; k++) next();
  while (at < text.length && (lineEnd() === at || (comment !== undefined && text.startsWith(comment, at)))) next();
  const counts = new Map(SEPARATORS.map((s) => [s, 0]));
  let quoted = false;
  for (; at < text.length; at++) {
    const c = text[at]!;
    if (c === '"') quoted = !quoted;
    else if (quoted) continue;
    else if (c === '\n' || c === '\r') break;
    else if (counts.has(c)) counts.set(c, counts.get(c)! + 1);
  }
  return [...counts].reduce((best, entry) => (entry[1] > best[1] ? entry : best))[0];
}

/** Names of columns: trimmed, `column 3` where one is empty, `a.1` for the second `a`. */
function unique(fields: readonly string[]): string[] {
  const names: string[] = [];
  for (const [k, field] of fields.entries()) {
    const name = field.trim() || `column ${k}`;
    let own = name;
    for (let i = 1; names.includes(own); i++) own = `${name}.${i}`;
    names.push(own);
  }
  return names;
}

const withPoint = (text: string, decimal: string) => (decimal === ',' ? text.replace(',', '.') : text);

/** Digits that a number does not keep: `007`, and more than it holds exactly. */
const losesDigits = (text: string) =>
  /^[+-]?0\d/.test(text) || (WHOLE.test(text) && !Number.isSafeInteger(Number(text)));

/** What all fields of a column are. */
function typeOf(fields: readonly (string | null)[], decimal: string): ColumnType {
  const all = (holds: (text: string) => boolean) => fields.every((field) => field === null || holds(field.trim()));
  if (all((text) => NUMBER.test(withPoint(text, decimal)) && !losesDigits(text))) return 'number';
  return all((text) => BOOLEAN.test(text)) ? 'boolean' : 'text';
}

function converted(
  fields: readonly (string | null)[],
  type: ColumnType,
  { decimal, where }: { decimal: string; where: string },
): Column['values'] {
  if (type === 'text') return fields;
  const wrong = (i: number) =>
    new TypeError(
      `data.csv: the ${where} should be of type '${type}', and its row ${i} holds ${JSON.stringify(fields[i]!.slice(0, 40))}. Correct the file, list the text in missing, or take type 'text'.`,
    );
  if (type === 'boolean')
    return fields.map((field, i) => {
      if (field === null) return null;
      const text = field.trim();
      if (!BOOLEAN.test(text) && text !== '0' && text !== '1') throw wrong(i);
      return text === '1' || text.toLowerCase() === 'true';
    });
  return Float64Array.from(fields, (field, i) => {
    if (field === null) return NaN;
    const text = withPoint(field.trim(), decimal);
    if (!NUMBER.test(text)) throw wrong(i);
    return /inf/i.test(text) ? (text.startsWith('-') ? -Infinity : Infinity) : Number(text);
  });
}
