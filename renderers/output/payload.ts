// Reads the payloads of errors, notices, progress bars, tables of models and text: checks each field, and cuts long lists and
// texts.
import type { CellError, ErrorFrame } from '../../kernel/wire/errors.ts';
import {
  amount,
  check,
  count,
  firstObjects,
  list,
  number,
  object,
  oneOf,
  optional,
  text,
  texts,
  versioned,
  type Fields,
} from '../../kernel/wire/fields.ts';
import type { OverflowNotice } from '../../kernel/wire/overflow.ts';
import type { ProgressBar, ProgressReport } from '../../kernel/wire/progress.ts';
import type { SummaryBlock, SummaryTable } from '../../kernel/wire/summary.ts';
import type { ColoredText } from '../../kernel/wire/text.ts';

const MAX_ERROR_TEXT = 20_000;
const MAX_FRAMES = 50;
const MAX_CAUSES = 8;
const MAX_DEPTH = 5;
const MAX_BARS = 20;
const MAX_LAYERS = 2000;

/**
 * @param depth how many errors it is the cause of
 * @throws PayloadError that says which field is wrong
 */
export function readError(value: unknown, depth = 0): CellError {
  const error = versioned(value, 'an error', 1);
  const causes = (f: Fields, key: string) =>
    firstObjects(f, key, 'cause', MAX_CAUSES).map((cause) => readError(cause.values, depth + 1));
  return {
    version: 1,
    name: text(error, 'name'),
    message: long(error, 'message'),
    frames: firstObjects(error, 'frames', 'stack frame', MAX_FRAMES).map(readFrame),
    ...optional(error, { hint: long, codeFrame: long, at: (f, key) => readFrame(object(f, key)) }),
    ...(depth < MAX_DEPTH ? optional(error, { causes }) : {}),
  };
}

/** @throws PayloadError that says which field is wrong */
export function readOverflow(value: unknown): OverflowNotice {
  const notice = versioned(value, 'a notice', 1);
  return {
    version: 1,
    log: text(notice, 'log'),
    lines: count(notice, 'lines'),
    bytes: count(notice, 'bytes'),
    shown: count(notice, 'shown'),
    ...optional(notice, { omitted: count, problem: text }),
  };
}

/** @throws PayloadError that says which field is wrong */
export function readProgress(value: unknown): ProgressReport {
  const report = versioned(value, 'a progress report', 1);
  return { version: 1, bars: firstObjects(report, 'bars', 'bar', MAX_BARS).map(readBar) };
}

const BAR_STATES: readonly ProgressBar['state'][] = ['running', 'done', 'stopped', 'interrupted', 'failed'];

function readBar(bar: Fields): ProgressBar {
  return {
    depth: count(bar, 'depth'),
    done: amount(bar, 'done'),
    seconds: amount(bar, 'seconds'),
    state: oneOf(bar, 'state', BAR_STATES),
    ...optional(bar, { total: amount, rate: amount, left: amount, label: text, note: text }),
  };
}

/** @throws PayloadError that says which field is wrong */
export function readSummary(value: unknown): SummaryTable {
  const table = versioned(value, 'a table of a model', 1);
  return {
    version: 1,
    name: text(table, 'name'),
    layers: firstObjects(table, 'layers', 'layer', MAX_LAYERS).map((layer) => ({
      name: text(layer, 'name'),
      type: text(layer, 'type'),
      shape: text(layer, 'shape'),
      parameters: count(layer, 'parameters'),
      trainable: count(layer, 'trainable'),
    })),
    ...optional(table, { blocks: readBlocks }),
    total: count(table, 'total'),
    trainable: count(table, 'trainable'),
    bytes: count(table, 'bytes'),
  };
}

const readBlocks = (table: Fields, key: string): SummaryBlock[] =>
  firstObjects(table, key, 'block', MAX_LAYERS).map((block) => ({
    label: text(block, 'label'),
    first: count(block, 'first'),
    count: count(block, 'count'),
    times: count(block, 'times'),
  }));

const MAX_TOKENS = 20_001;

/** @throws PayloadError that says which field is wrong */
export function readText(value: unknown): ColoredText {
  const colored = versioned(value, 'a colored text', 1);
  const tokens = texts(colored, 'tokens', MAX_TOKENS);
  const values = list(colored, 'values', MAX_TOKENS);
  check(
    values.length === tokens.length && values.every((v) => v === null || Number.isFinite(v)),
    'the values of a colored text must be a number or null for each token',
  );
  return {
    version: 1,
    tokens,
    values: values as (number | null)[],
    low: number(colored, 'low'),
    high: number(colored, 'high'),
    colors: oneOf(colored, 'colors', ['sequential', 'diverging'] as const),
    ...optional(colored, { title: text, valueLabel: text, notes: (f, key) => texts(f, key, MAX_TOKENS) }),
  };
}

function readFrame(frame: Fields): ErrorFrame {
  return {
    fn: '',
    line: amount(frame, 'line'),
    column: amount(frame, 'column'),
    ...optional(frame, { fn: text, cell: text, cellNumber: amount, file: text }),
  };
}

const long = (fields: Fields, key: string): string => text(fields, key, MAX_ERROR_TEXT);
