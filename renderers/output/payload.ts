// Reads the payloads of errors, notices, progress bars and tables of models. They come from a file that anyone may have written: each field is checked,
// and what is too much is cut.
import type {
  CellError,
  ErrorFrame,
  OverflowNotice,
  ProgressBar,
  ProgressReport,
  SummaryTable,
} from '../../kernel/wire/mime.ts';

const MAX_TEXT = 20_000;
const MAX_FRAMES = 50;
const MAX_CAUSES = 8;
const MAX_DEPTH = 5;
const MAX_BARS = 20;
const MAX_LAYERS = 2000;

type Fields = Record<string, unknown>;

/** @throws Error that says which field is wrong. */
export function readError(value: unknown, depth = 0): CellError {
  const fields = versionOne(value, 'an error');
  const error: CellError = {
    version: 1,
    name: text(fields, 'name'),
    message: text(fields, 'message'),
    frames: list(fields['frames']).slice(0, MAX_FRAMES).map(readFrame),
  };
  if (fields['hint'] !== undefined) error.hint = text(fields, 'hint');
  if (fields['codeFrame'] !== undefined) error.codeFrame = text(fields, 'codeFrame');
  if (fields['at'] !== undefined) error.at = readFrame(fields['at']);
  const causes = list(fields['causes']);
  if (causes.length > 0 && depth < MAX_DEPTH)
    error.causes = causes.slice(0, MAX_CAUSES).map((c) => readError(c, depth + 1));
  return error;
}

/** @throws Error that says which field is wrong. */
export function readOverflow(value: unknown): OverflowNotice {
  const fields = versionOne(value, 'a notice');
  return {
    version: 1,
    log: text(fields, 'log'),
    lines: count(fields, 'lines'),
    bytes: count(fields, 'bytes'),
    shown: count(fields, 'shown'),
  };
}

/** @throws Error that says which field is wrong. */
export function readProgress(value: unknown): ProgressReport {
  const fields = versionOne(value, 'a progress bar');
  return { version: 1, bars: list(fields['bars']).slice(0, MAX_BARS).map(readBar) };
}

function readBar(value: unknown): ProgressBar {
  const fields = object(value, 'a bar');
  const state = text(fields, 'state');
  if (state !== 'running' && state !== 'done' && state !== 'stopped' && state !== 'failed')
    throw new Error('"state" is not one of running, done, stopped and failed.');
  const bar: ProgressBar = {
    depth: count(fields, 'depth'),
    done: count(fields, 'done'),
    seconds: count(fields, 'seconds'),
    state,
  };
  for (const key of ['total', 'rate', 'left'] as const) if (fields[key] !== undefined) bar[key] = count(fields, key);
  for (const key of ['label', 'note'] as const)
    if (fields[key] !== undefined) bar[key] = text(fields, key).slice(0, 500);
  return bar;
}

/** @throws Error that says which field is wrong. */
export function readSummary(value: unknown): SummaryTable {
  const fields = versionOne(value, 'a table of a model');
  const layers = list(fields['layers'])
    .slice(0, MAX_LAYERS)
    .map((v) => {
      const row = object(v, 'a layer');
      return {
        name: text(row, 'name'),
        type: text(row, 'type'),
        shape: text(row, 'shape'),
        parameters: count(row, 'parameters'),
        trainable: count(row, 'trainable'),
      };
    });
  return {
    version: 1,
    name: text(fields, 'name'),
    layers,
    total: count(fields, 'total'),
    trainable: count(fields, 'trainable'),
    bytes: count(fields, 'bytes'),
  };
}

function readFrame(value: unknown): ErrorFrame {
  const fields = object(value, 'a stack frame');
  const frame: ErrorFrame = {
    fn: fields['fn'] === undefined ? '' : text(fields, 'fn'),
    line: count(fields, 'line'),
    column: count(fields, 'column'),
  };
  if (fields['cell'] !== undefined) frame.cell = text(fields, 'cell');
  if (fields['cellNumber'] !== undefined) frame.cellNumber = count(fields, 'cellNumber');
  if (fields['file'] !== undefined) frame.file = text(fields, 'file');
  return frame;
}

function versionOne(value: unknown, what: string): Fields {
  const fields = object(value, what);
  if (fields['version'] !== 1)
    throw new Error(`it is ${what} of version ${String(fields['version'])}, and this program draws version 1.`);
  return fields;
}

function object(value: unknown, what: string): Fields {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new Error(`${what} is missing.`);
  return value as Fields;
}

function text(fields: Fields, key: string): string {
  const value = fields[key];
  if (typeof value !== 'string') throw new Error(`"${key}" is not a text.`);
  return value.length > MAX_TEXT ? `${value.slice(0, MAX_TEXT)}…` : value;
}

function count(fields: Fields, key: string): number {
  const value = fields[key];
  if (typeof value !== 'number' || !Number.isFinite(value) || value < 0) throw new Error(`"${key}" is not a number.`);
  return value;
}

function list(value: unknown): unknown[] {
  if (value === undefined) return [];
  if (!Array.isArray(value)) throw new Error('a list is missing.');
  return value;
}
