// CSV by RFC 4180: quotes in quotes, line breaks in quotes, CRLF. `tf.data.csv` of TensorFlow.js cuts the text at every
// line break and leaves doubled quotes as they are.
import type { ColumnConfig } from '@tensorflow/tfjs-data';
import { CSVDataset } from '@tensorflow/tfjs-data';
import type { StringIterator } from '@tensorflow/tfjs-data/dist/iterators/string_iterator';
import { iteratorFromFunction } from '@tensorflow/tfjs-data/dist/iterators/lazy_iterator';
import { replaceMethod } from './extend.ts';

const QUOTE = '"';

/** How a text is cut into fields. */
export interface CsvFormat {
  /** One character. */
  delimiter: string;
  /** Whether several spaces are one delimiter. */
  delimWhitespace: boolean;
}

/** A field, and whether it was in quotes: a number in quotes is still a number, but quoted blanks are no number. */
type Row = string[];

/**
 * Reads rows from a text that comes in pieces, cut anywhere. A line break ends a row unless it is in quotes; "" in
 * quotes is one quote; quotes inside of a field that does not begin with one are letters.
 */
export class CsvReader {
  private row: Row = [];
  private field = '';
  private state: 'start' | 'plain' | 'quoted' | 'quoteInQuoted' = 'start';
  /** Whether the last piece ended with a carriage return, which may be half of a line break. */
  private pendingReturn = false;
  private isFirst = true;
  private line = 1;
  private quoteLine = 1;

  constructor(private readonly format: CsvFormat) {}

  /** The rows that a piece of text completes. */
  read(text: string): Row[] {
    const rows: Row[] = [];
    let piece = this.pendingReturn ? `\r${text}` : text;
    this.pendingReturn = false;
    // The mark of the byte order, which programs of Windows write
    if (this.isFirst && piece.startsWith('\ufeff')) piece = piece.slice(1);
    if (piece.length > 0) this.isFirst = false;
    const { delimiter } = this.format;
    let at = 0;
    while (at < piece.length) {
      if (this.state === 'quoted') {
        const end = piece.indexOf(QUOTE, at);
        const part = piece.slice(at, end < 0 ? undefined : end);
        this.field += part;
        this.line += part.split('\n').length - 1;
        if (end < 0) break;
        this.state = 'quoteInQuoted';
        at = end + 1;
        continue;
      }
      const letter = piece[at]!;
      if (this.state === 'quoteInQuoted' && letter === QUOTE) {
        this.field += QUOTE;
        this.state = 'quoted';
      } else if (this.state === 'start' && letter === QUOTE) {
        this.state = 'quoted';
        this.quoteLine = this.line;
      } else if (letter === delimiter) {
        if (!(this.format.delimWhitespace && this.state === 'start')) this.endField();
      } else if (letter === '\n') {
        this.endRow(rows);
      } else if (letter === '\r' && at + 1 === piece.length) {
        this.pendingReturn = true;
      } else if (letter === '\r' && piece[at + 1] === '\n') {
        this.endRow(rows);
        at++;
      } else {
        // All letters up to what may end the field
        let end = at + 1;
        while (end < piece.length && piece[end] !== delimiter && piece[end] !== '\n' && piece[end] !== '\r') end++;
        this.field += piece.slice(at, end);
        this.state = 'plain';
        at = end - 1;
      }
      at++;
    }
    return rows;
  }

  /**
   * The row that the end of the text completes, if any.
   * @throws Error if a quote is still open
   */
  end(): Row[] {
    const rows: Row[] = [];
    if (this.state === 'quoted')
      throw new Error(`CSV: the quote that is opened in line ${this.quoteLine} is not closed.`);
    if (this.pendingReturn) {
      this.pendingReturn = false;
      this.endRow(rows);
    } else if (this.row.length > 0 || this.state !== 'start') this.endRow(rows);
    return rows;
  }

  private endField(): void {
    this.row.push(this.field);
    this.field = '';
    this.state = 'start';
  }

  private endRow(rows: Row[]): void {
    this.line++;
    // Spaces before the line break are no field of their own
    if (!(this.format.delimWhitespace && this.state === 'start' && this.row.length > 0)) {
      // A blank line has one empty field, which was not in quotes
      const isBlank = this.row.length === 0 && this.state === 'start';
      this.endField();
      if (!isBlank) rows.push(this.row);
    } else rows.push(this.row);
    this.row = [];
  }
}

/** The fields of TensorFlow.js's class, private there. */
interface Csv extends CsvFormat {
  input: { iterator(): Promise<{ decodeUTF8(): StringIterator }> };
  hasHeader: boolean;
  fullColumnNames: string[] | null;
  columnNamesValidated: boolean;
  columnConfigs: Record<string, ColumnConfig | undefined> | null;
  configuredColumnsOnly: boolean;
  setColumnNames(): Promise<void>;
  maybeReadHeaderLine(): Promise<string[] | null>;
  iterator(): Promise<unknown>;
  parseRow(line: string, validate?: boolean): string[];
  makeDataElement(row: string | Row): unknown;
}

/** The rows of a CSV file, read piece by piece. Rows are given in their order, also if several are asked for at once. */
async function rowsOf(csv: Csv): Promise<() => Promise<IteratorResult<Row>>> {
  const texts = (await csv.input.iterator()).decodeUTF8();
  const reader = new CsvReader(csv);
  let rows: Row[] = [];
  let next = 0;
  let ended = false;
  const read = async (): Promise<IteratorResult<Row>> => {
    while (next === rows.length) {
      if (ended) return { value: null, done: true };
      const text = await texts.next();
      ended = text.done === true;
      rows = ended ? reader.end() : reader.read(text.value as string);
      next = 0;
    }
    return { value: rows[next++]!, done: false };
  };
  let last: Promise<unknown> = Promise.resolve();
  return () => {
    const result = last.then(read);
    last = result.catch(() => undefined);
    return result;
  };
}

/** @throws Error if a row has too many or too few fields */
function checkLength(csv: Csv, row: Row): Row {
  const names = csv.fullColumnNames!;
  if (row.length !== names.length)
    throw new Error(
      `Invalid row in csv file. Should have ${names.length} elements in a row, but got ${row.length}: ` +
        JSON.stringify(row),
    );
  return row;
}

/**
 * The value of a field. Without a type, a text that is a number becomes one, as in pandas and Danfo.js: 007 is 7. With
 * `dtype: 'string'` it stays a text.
 * @throws Error if a column that must be there is empty, or one of numbers has a text that is no number
 */
function valueOf(text: string, name: string, config: ColumnConfig | undefined, row: Row): unknown {
  const dtype = config?.dtype;
  if (text === '') {
    if (config?.default !== undefined) return config.default;
    if (config?.required || config?.isLabel)
      throw new Error(`Required column ${name} is empty in this line: ${row.join(',')}`);
    return undefined;
  }
  if (dtype === 'string') return text;
  if (dtype === 'bool') return text === '1' || text.toLowerCase() === 'true' ? 1 : 0;
  // Blanks are not the number 0
  const number = text.trim() === '' ? NaN : Number(text);
  if (Number.isNaN(number)) {
    const isNumeric = dtype === 'float32' || dtype === 'int32';
    if (isNumeric && text.trim().toLowerCase() === 'nan') return NaN;
    if (isNumeric)
      throw new Error(
        `The column ${name} is of dtype ${dtype}, and has ${JSON.stringify(text)} in this line: ${row.join(',')}`,
      );
    return text;
  }
  return dtype === 'int32' ? Math.floor(number) : number;
}

/** A row as an object, or as `{ xs, ys }` if a column is a label. */
function elementOf(csv: Csv, row: Row): unknown {
  const features: Record<string, unknown> = {};
  const labels: Record<string, unknown> = {};
  let hasLabel = false;
  csv.fullColumnNames!.forEach((name, i) => {
    const config = csv.columnConfigs?.[name];
    if (csv.configuredColumnsOnly && !config) return;
    const value = valueOf(row[i]!, name, config, row);
    if (config?.isLabel) {
      labels[name] = value;
      hasLabel = true;
    } else features[name] = value;
  });
  return hasLabel ? { xs: features, ys: labels } : features;
}

/** Makes `tf.data.csv` and `CSVDataset` read CSV as RFC 4180 has it. */
export function correctCsv(): void {
  const row = (csv: Csv, text: string) => {
    const reader = new CsvReader(csv);
    return [...reader.read(text), ...reader.end()][0] ?? [''];
  };
  replaceMethod<Csv, 'maybeReadHeaderLine'>(
    CSVDataset,
    'maybeReadHeaderLine',
    () =>
      async function (this: Csv) {
        if (!this.hasHeader) return null;
        const first = await (await rowsOf(this))();
        if (first.done) throw new Error('No data was found for CSV parsing.');
        return first.value;
      },
  );
  replaceMethod<Csv, 'parseRow'>(
    CSVDataset,
    'parseRow',
    () =>
      function (this: Csv, line, validate = true) {
        const fields = row(this, line);
        return validate ? checkLength(this, fields) : fields;
      },
  );
  replaceMethod<Csv, 'makeDataElement'>(
    CSVDataset,
    'makeDataElement',
    () =>
      function (this: Csv, line) {
        return elementOf(this, checkLength(this, typeof line === 'string' ? row(this, line) : line));
      },
  );
  replaceMethod<Csv, 'iterator'>(
    CSVDataset,
    'iterator',
    () =>
      async function (this: Csv) {
        if (!this.columnNamesValidated) await this.setColumnNames();
        const next = await rowsOf(this);
        if (this.hasHeader) await next();
        const rows = iteratorFromFunction(next as never) as unknown as { map(f: (row: Row) => unknown): unknown };
        return rows.map((row) => this.makeDataElement(row));
      },
  );
}
