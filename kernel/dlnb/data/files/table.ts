// Tables with named columns, as CSV, JSON lines and Parquet files hold them, and the data sets that are made of them.
import { DISPLAY } from '../../../wire/displayable.ts';
import { closest } from '../../../wire/closest.ts';
import { valueItem } from '../../../outputs/value/index.ts';
import { checkCount, checkOptions, shown, type OptionNames } from '../../options.ts';
import type { Dataset, DatasetSource } from '../dataset.ts';

/**
 * What a column holds: numbers (missing ones are NaN), true and false, texts, or values of any kind; what is missing of
 * the latter three is null.
 */
export type ColumnType = 'number' | 'boolean' | 'text' | 'value';

/** A row as an object by the names of the columns. */
// Cells compare and add fields of rows without casts
// eslint-disable-next-line @typescript-eslint/no-explicit-any
export type Row = Record<string, any>;

/** Options of {@link Table.dataset}. */
export interface TableDatasetOptions {
  /** Name or names of the target columns. One column of texts, or of true and false, becomes classes. */
  y: string | readonly string[];
  /** Names of the input columns, in their order; all others by default. */
  x?: string | readonly string[];
  /**
   * Whether the target is classes: true for a column of numbers whose different values are classes; or the names of the
   * classes in their order. By default texts are classes in the order of the alphabet, and numbers are not.
   */
  classes?: boolean | readonly string[];
}

const DATASET_OPTIONS: OptionNames<TableDatasetOptions> = { y: true, x: true, classes: true };

/** One column. */
export interface Column {
  name: string;
  type: ColumnType;
  /** Float64Array for numbers. */
  values: Float64Array | readonly unknown[];
}

/** Rows of a table that are shown as its value. */
const SHOWN_ROWS = 1000;

/**
 * A table. A loop over it yields its rows as objects: `for (const { age } of table)`. Every method returns a new table
 * and leaves this one unchanged.
 * @example
 * ```ts
 * import { writeFileSync } from 'node:fs';
 * writeFileSync('./cars.csv', 'hp,fuel,price\n90,petrol,9000\n,diesel,11000\n150,petrol,21000\n');
 * const table = (await data.csv('./cars.csv')).fillMissing('hp', 120).oneHot('fuel');
 * const set = table.dataset({ y: 'price' });
 * [table.names, set.shape]; // → [['hp', 'fuel=diesel', 'fuel=petrol', 'price'], [3]]
 * ```
 */
export class Table<R extends object = Row> implements Iterable<R> {
  /** @internal */
  constructor(
    private readonly columns: readonly Column[],
    /** Number of rows. */
    readonly size: number,
    /** What made the table, for errors. */
    private readonly source: string,
    private readonly make: (source: DatasetSource) => Dataset,
  ) {}

  /** Names of the columns. */
  get names(): string[] {
    return this.columns.map(({ name }) => name);
  }

  /** Type of each column, by its name. */
  get types(): Record<string, ColumnType> {
    return Object.fromEntries(this.columns.map(({ name, type }) => [name, type]));
  }

  /**
   * Row `i` as an object, from 0.
   * @throws RangeError if there is no such row
   * @example
   * ```ts
   * import { writeFileSync } from 'node:fs';
   * writeFileSync('./cars.csv', 'hp,fuel\n90,petrol\n110,diesel\n');
   * (await data.csv('./cars.csv')).row(0); // → { hp: 90, fuel: 'petrol' }
   * ```
   */
  row(i: number): R {
    checkCount('row', 'the number of the row', i, 0);
    if (i >= this.size) throw new RangeError(`row: there are ${this.size} rows, from 0; there is no row ${i}`);
    return this.rowAt(i);
  }

  /**
   * All rows as objects.
   * @example
   * ```ts
   * import { writeFileSync } from 'node:fs';
   * writeFileSync('./cars.csv', 'hp,fuel\n90,petrol\n110,diesel\n');
   * (await data.csv('./cars.csv')).rows(); // → [{ hp: 90, fuel: 'petrol' }, { hp: 110, fuel: 'diesel' }]
   * ```
   */
  rows(): R[] {
    return Array.from({ length: this.size }, (_, i) => this.rowAt(i));
  }

  *[Symbol.iterator](): Iterator<R> {
    for (let i = 0; i < this.size; i++) yield this.rowAt(i);
  }

  /**
   * The numbers of a column, `[size]`: NaN where one is missing; 1 for true and 0 for false.
   * @throws TypeError if the column holds texts or other values; RangeError if there is no such column
   * @example
   * ```ts
   * import { writeFileSync } from 'node:fs';
   * writeFileSync('./cars.csv', 'hp,fuel\n90,petrol\n110,diesel\n');
   * (await data.csv('./cars.csv')).numbers('hp'); // → [90, 110]
   * ```
   */
  numbers(name: string): Float64Array {
    const { type, values } = this.column('numbers', name);
    if (type === 'number') return Float64Array.from(values as Float64Array);
    if (type === 'boolean')
      return Float64Array.from(values as (boolean | null)[], (v) => (v === null ? NaN : Number(v)));
    throw new TypeError(
      `numbers: the column "${name}" of ${this.source} holds ${type === 'text' ? 'texts' : 'values of several kinds'}, such as ${example(values)}${type === 'text' ? `; oneHot('${name}') makes columns of numbers of it` : ''}`,
    );
  }

  /**
   * The values of a column, `[size]`; null where one is missing.
   * @throws RangeError if there is no such column
   * @example
   * ```ts
   * import { writeFileSync } from 'node:fs';
   * writeFileSync('./cars.csv', 'hp,fuel\n90,petrol\n110,diesel\n');
   * (await data.csv('./cars.csv')).values('fuel'); // → ['petrol', 'diesel']
   * ```
   */
  values(name: string): unknown[] {
    const { type, values } = this.column('values', name);
    return Array.from(values as ArrayLike<unknown>, (v) => (type === 'number' && Number.isNaN(v) ? null : v));
  }

  /**
   * The columns with these names, in this order.
   * @throws RangeError if there is no such column
   * @example
   * ```ts
   * import { writeFileSync } from 'node:fs';
   * writeFileSync('./cars.csv', 'id,hp,fuel\n1,90,petrol\n2,110,diesel\n');
   * (await data.csv('./cars.csv')).select(['hp', 'fuel']).names; // → ['hp', 'fuel']
   * ```
   */
  select(names: readonly string[]): Table {
    return this.with(namesOf('select', 'the argument', names).map((name) => this.column('select', name)));
  }

  /**
   * All columns but those with these names.
   * @throws RangeError if there is no such column
   * @example
   * ```ts
   * import { writeFileSync } from 'node:fs';
   * writeFileSync('./cars.csv', 'id,hp,fuel\n1,90,petrol\n2,110,diesel\n');
   * (await data.csv('./cars.csv')).drop(['id']).names; // → ['hp', 'fuel']
   * ```
   */
  drop(names: readonly string[]): Table {
    const left = new Set(namesOf('drop', 'the argument', names).map((name) => this.column('drop', name).name));
    return this.with(this.columns.filter(({ name }) => !left.has(name)));
  }

  /**
   * The rows for which the function returns true.
   * @example
   * ```ts
   * import { writeFileSync } from 'node:fs';
   * writeFileSync('./cars.csv', 'hp,fuel\n90,petrol\n110,diesel\n');
   * const table = await data.csv<{ hp: number; fuel: string }>('./cars.csv');
   * table.filter((row) => row.hp > 100).size; // → 1
   * ```
   */
  filter(fn: (row: R, i: number) => unknown): Table<R> {
    if (typeof fn !== 'function') throw new TypeError('filter: the argument must be a function of a row');
    return this.pick(Array.from({ length: this.size }, (_, i) => i).filter((i) => fn(this.rowAt(i), i)));
  }

  /**
   * The first `n` rows, or all if there are fewer.
   * @example
   * ```ts
   * import { writeFileSync } from 'node:fs';
   * writeFileSync('./cars.csv', 'hp,fuel\n90,petrol\n110,diesel\n');
   * (await data.csv('./cars.csv')).take(1).size; // → 1
   * ```
   */
  take(n: number): Table<R> {
    checkCount('take', 'n', n, 0);
    return this.pick(Array.from({ length: Math.min(n, this.size) }, (_, i) => i));
  }

  /**
   * The rows in which nothing is missing, or nothing in the columns with these names.
   * @example
   * ```ts
   * import { writeFileSync } from 'node:fs';
   * writeFileSync('./cars.csv', 'hp,fuel\n90,petrol\n,diesel\n');
   * (await data.csv('./cars.csv')).dropMissing().size; // → 1
   * ```
   */
  dropMissing(names?: readonly string[]): Table<R> {
    const columns =
      names === undefined
        ? this.columns
        : namesOf('dropMissing', 'the argument', names).map((name) => this.column('dropMissing', name));
    const whole = Array.from({ length: this.size }, (_, i) => i).filter((i) =>
      columns.every(({ values }) => !isMissing(values[i])),
    );
    return this.pick(whole);
  }

  /**
   * Puts a value where one is missing in a column.
   * @param value the value, or 'mean' or 'median' of the column's numbers
   * @throws TypeError if the value does not fit the column; RangeError if the column has no number to take the mean of
   * @example
   * ```ts
   * import { writeFileSync } from 'node:fs';
   * writeFileSync('./cars.csv', 'hp,fuel\n90,petrol\n,diesel\n');
   * (await data.csv('./cars.csv')).fillMissing('hp', 120).numbers('hp'); // → [90, 120]
   * ```
   */
  fillMissing(name: string, value: number | string | boolean): Table<R> {
    const column = this.column('fillMissing', name);
    const { type, values } = column;
    let by = value;
    if (type === 'number' && (value === 'mean' || value === 'median')) {
      const there = (values as Float64Array).filter((v) => !Number.isNaN(v)).sort();
      if (there.length === 0)
        throw new RangeError(`fillMissing: the column "${name}" has no number of which to take the ${value}`);
      const half = there.length >> 1;
      by =
        value === 'mean'
          ? there.reduce((a, b) => a + b, 0) / there.length
          : there.length % 2 === 1
            ? there[half]!
            : (there[half - 1]! + there[half]!) / 2;
    }
    const fits = type === 'value' || typeof by === (type === 'text' ? 'string' : type);
    if (!fits || Number.isNaN(by))
      throw new TypeError(
        `fillMissing: the column "${name}" holds ${words[type]}, and ${shown(by)} is none; give ${type === 'number' ? "a number, 'mean' or 'median'" : type === 'text' ? 'a text' : 'true or false'}`,
      );
    const filled =
      type === 'number'
        ? (values as Float64Array).map((v) => (Number.isNaN(v) ? (by as number) : v))
        : (values as readonly unknown[]).map((v) => v ?? by);
    return this.with(this.columns.map((c) => (c === column ? { ...c, values: filled } : c)));
  }

  /**
   * A column of numbers for each value of a column, in its place, 1 where a row has the value and else 0: `color` with
   * red and blue becomes `color=blue` and `color=red`. Where the value is missing, all are 0.
   * @throws TypeError if the column holds values that are neither texts, numbers nor true and false
   * @example
   * ```ts
   * import { writeFileSync } from 'node:fs';
   * writeFileSync('./cars.csv', 'hp,fuel\n90,petrol\n110,diesel\n');
   * (await data.csv('./cars.csv')).oneHot('fuel').names; // → ['hp', 'fuel=diesel', 'fuel=petrol']
   * ```
   */
  oneHot(name: string): Table {
    const column = this.column('oneHot', name);
    if (column.type === 'value')
      throw new TypeError(`oneHot: the column "${name}" holds ${words.value}, such as ${example(column.values)}`);
    const kinds = distinct(column);
    const made = kinds.map((kind) => ({
      name: `${name}=${String(kind)}`,
      type: 'number' as const,
      values: Float64Array.from({ length: this.size }, (_, i) => (column.values[i] === kind ? 1 : 0)),
    }));
    return this.with(this.columns.flatMap((c) => (c === column ? made : [c])));
  }

  /**
   * Makes a data set: `table.dataset({ y: 'species' })`. Inputs are the numbers of the columns `x`, `[columns]`; a
   * single column of lists of numbers gives `[length]`. The target is classes, or `[columns]` numbers.
   * @throws TypeError for a column that is no number and names the remedy; Error for missing values, with the first row
   * @example
   * ```ts
   * import { writeFileSync } from 'node:fs';
   * writeFileSync('./cars.csv', 'hp,fuel\n90,petrol\n110,diesel\n');
   * const set = (await data.csv('./cars.csv')).dataset({ y: 'fuel' });
   * [set.shape, set.classNames]; // → [[1], ['diesel', 'petrol']]
   * ```
   */
  dataset(options: TableDatasetOptions): Dataset {
    checkOptions('dataset', options ?? undefined, DATASET_OPTIONS);
    const { y, classes } = options;
    if (y === undefined)
      throw new TypeError(
        `dataset: y must name the target column, as table.dataset({ y: '${this.names.at(-1) ?? 'label'}' }); the columns are ${listed(this.names)}`,
      );
    if (this.size === 0) throw new RangeError(`dataset: the table of ${this.source} has no rows`);
    const targets = namesOf('dataset', 'y', y).map((name) => this.column('dataset', name));
    const isTarget = new Set(targets.map(({ name }) => name));
    const inputs =
      options.x === undefined
        ? this.columns.filter(({ name }) => !isTarget.has(name))
        : namesOf('dataset', 'x', options.x).map((name) => this.column('dataset', name));
    if (inputs.length === 0) throw new RangeError('dataset: no column is left for x');
    const twice = inputs.find(({ name }) => isTarget.has(name));
    if (twice) throw new RangeError(`dataset: the column "${twice.name}" is in x and in y`);
    const [x, width] = this.features(inputs, 'x');
    const shape = [this.size, width];
    const [target] = targets;
    const isClass = classes !== undefined ? classes !== false : target!.type === 'text' || target!.type === 'boolean';
    if (isClass && targets.length === 1) return this.make({ points: x, shape, ...this.classesOf(target!, classes) });
    if (isClass && classes !== undefined) throw new RangeError('dataset: classes are one column, and y names several');
    const [values, targetWidth] = this.features(targets, 'y');
    return this.make({ x, shape, y: values, yShape: [this.size, targetWidth] });
  }

  /** The first rows as a table under the cell. */
  [DISPLAY](): Record<string, unknown> {
    const item = this.columns.length > 0 ? valueItem(this.take(SHOWN_ROWS).rows()) : undefined;
    const columns = this.columns.map(({ name, type }) => `${name} (${type})`);
    return {
      ...(item && 'json' in item && { [item.mime]: item.json }),
      'text/plain': `Table of ${this.size} rows: ${columns.join(', ')}`,
    };
  }

  private with(columns: readonly Column[]): Table<never> {
    return new Table(columns, this.size, this.source, this.make);
  }

  private pick(index: readonly number[]): Table<R> {
    const columns = this.columns.map(({ name, type, values }) => ({
      name,
      type,
      values:
        values instanceof Float64Array ? Float64Array.from(index, (i) => values[i]!) : index.map((i) => values[i]),
    }));
    return new Table(columns, index.length, this.source, this.make);
  }

  private rowAt(i: number): R {
    return Object.fromEntries(this.columns.map(({ name, values }) => [name, values[i]])) as R;
  }

  private column(where: string, name: string): Column {
    const found = this.columns.find((column) => column.name === name);
    if (found) return found;
    if (typeof name !== 'string')
      throw new TypeError(`${where}: the name of a column must be a text, got ${shown(name)}`);
    const near = closest(name, this.names);
    throw new RangeError(
      `${where}: ${this.source} has no column "${name}"; there are ${listed(this.names)}${near === undefined ? '' : `; did you mean "${near}"?`}`,
    );
  }

  /** Columns as numbers side by side, row after row. */
  private features(columns: readonly Column[], which: 'x' | 'y'): [values: Float32Array, width: number] {
    const parts = columns.map((column) => this.numeric(column, which));
    const width = parts.reduce((sum, part) => sum + part.width, 0);
    const values = new Float32Array(this.size * width);
    let at = 0;
    for (const { width: own, at: number } of parts) {
      for (let i = 0; i < this.size; i++) for (let k = 0; k < own; k++) values[i * width + at + k] = number(i, k);
      at += own;
    }
    return [values, width];
  }

  /** How a column is read as numbers, and how many each row has. */
  private numeric(column: Column, which: 'x' | 'y'): { width: number; at: (i: number, k: number) => number } {
    const { name, type, values } = column;
    if (type === 'text')
      throw new TypeError(
        `dataset: the column "${name}" of ${which} holds texts, such as ${example(values)}. Leave it out (table.drop(['${name}'])) or make numbers of it (table.oneHot('${name}')).`,
      );
    this.needWhole(column);
    if (type !== 'value') return { width: 1, at: (i) => Number(values[i]) };
    const lists = values as readonly ArrayLike<unknown>[];
    const width = lists[0]?.length ?? 0;
    const odd = lists.findIndex(
      (list) => !isList(list) || list.length !== width || !Array.from(list).every((v) => Number.isFinite(Number(v)) && typeof v !== 'string'), // prettier-ignore
    );
    if (odd >= 0 || width === 0)
      throw new TypeError(
        `dataset: the column "${name}" of ${which} must hold numbers, or lists of ${width || 'some'} numbers in every row; row ${Math.max(0, odd)} holds ${shown(lists[Math.max(0, odd)])}`,
      );
    return { width, at: (i, k) => Number(lists[i]![k]) };
  }

  private needWhole({ name, values }: Column): void {
    let count = 0;
    let first = -1;
    for (let i = 0; i < this.size; i++) {
      if (!isMissing(values[i])) continue;
      count++;
      if (first < 0) first = i;
    }
    if (count > 0)
      throw new Error(
        `dataset: in the column "${name}" of ${this.source}, ${count} of ${this.size} values are missing, the first in row ${first}. Leave those rows out (table.dropMissing()) or fill them (table.fillMissing('${name}', …)).`,
      );
  }

  private classesOf(column: Column, classes: boolean | readonly string[] | undefined) {
    const { name, type, values } = column;
    if (type === 'value')
      throw new TypeError(
        `dataset: the column "${name}" of y holds ${words.value}, such as ${example(values)}, and no classes`,
      );
    this.needWhole(column);
    const own = type === 'boolean' ? [false, true] : distinct(column);
    const classNames = Array.isArray(classes) ? namesOf('dataset', 'classes', classes) : own.map(String);
    const number = new Map(classNames.map((kind, k) => [kind, k]));
    const labels = Int32Array.from({ length: this.size }, (_, i) => {
      const k = number.get(String(values[i]));
      if (k === undefined)
        throw new RangeError(
          `dataset: the column "${name}" holds ${shown(values[i])} in row ${i}, which is none of the classes ${listed(classNames)}`,
        );
      return k;
    });
    return { labels, classNames };
  }
}

const words: Record<ColumnType, string> = {
  number: 'numbers',
  boolean: 'true and false',
  text: 'texts',
  value: 'values of several kinds',
};

const isMissing = (value: unknown) => value === null || value === undefined || Number.isNaN(value);
const isList = (value: unknown): value is ArrayLike<unknown> =>
  Array.isArray(value) || (ArrayBuffer.isView(value) && 'length' in value);

/** The first value that is there, as it is written. */
function example(values: ArrayLike<unknown>): string {
  const value = Array.prototype.find.call(values, (v) => !isMissing(v)) as unknown;
  return typeof value === 'string' ? JSON.stringify(value.slice(0, 30)) : shown(value);
}

/** The different values of a column in order: numbers by size, texts by their characters. */
function distinct({ values }: Column): unknown[] {
  const kinds = [...new Set(Array.from(values as ArrayLike<unknown>).filter((v) => !isMissing(v)))];
  return kinds.every((v) => typeof v === 'number') ? kinds.sort((a, b) => a - b) : kinds.sort();
}

const listed = (names: readonly string[]) =>
  names.slice(0, 12).map((name) => JSON.stringify(name)).join(', ') + (names.length > 12 ? ` and ${names.length - 12} more` : ''); // prettier-ignore

function namesOf(where: string, option: string, names: string | readonly string[]): string[] {
  const list = typeof names === 'string' ? [names] : names;
  if (!Array.isArray(list) || list.length === 0 || !list.every((name) => typeof name === 'string'))
    throw new TypeError(
      `${where}: ${option} must be a list of names of columns, as ['age', 'height'], got ${shown(names)}`,
    );
  return [...(list as readonly string[])];
}

/**
 * Makes a column of values of any kind, by what they all are: numbers, true and false, texts, or else.
 * Big integers that a number holds exactly become numbers.
 */
export function columnOf(name: string, values: readonly unknown[]): Column {
  const plain = values.map((v) =>
    v === undefined ? null : typeof v === 'bigint' && Number.isSafeInteger(Number(v)) ? Number(v) : v,
  );
  const there = plain.filter((v) => v !== null);
  const all = (type: string) => there.every((v) => typeof v === type);
  if (all('number')) return { name, type: 'number', values: Float64Array.from(plain, (v) => (v === null ? NaN : Number(v))) }; // prettier-ignore
  return { name, type: all('boolean') ? 'boolean' : all('string') ? 'text' : 'value', values: plain };
}
