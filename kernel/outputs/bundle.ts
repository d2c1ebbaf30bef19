// From a value to its MIME bundle: what the value's own `Jupyter.display` method returns, else a drawing (tensors,
// models) and a plain text.
import { inspect, types } from 'node:util';
import { DISPLAY, type Displayable } from '../wire/displayable.ts';
import { SUMMARY } from '../wire/mime.ts';
import { sizeOf } from '../wire/tensor.ts';
import type { MimeBundle, MimeItem } from '../wire/protocol.ts';
import type { DisplayedTensors } from './tensor/index.ts';
import { goOn, onHost, read, withValues, type TensorReads } from './tensor/read.ts';
import { edgesOf } from './tensor/sample.ts';
import { isTensor, type NumberArray, type TensorLike } from './tensor/values.ts';
import { summary, summaryText, type ModelLike } from './model-summary.ts';

/** Longest plain text of one value, in characters. */
export const MAX_TEXT = 100_000;

/**
 * All representations of a value, best first. A promise only if the value's own method returns one, or tensors must be
 * read first.
 * @param tensors makes the outputs of tensors and typed arrays
 * @throws whatever the value's own method throws, and a TypeError if that returns no object of MIME types
 */
export function toBundle(value: unknown, tensors: DisplayedTensors): MimeBundle | Promise<MimeBundle> {
  const method = isObject(value) && !types.isProxy(value) ? (value as Partial<Displayable>)[DISPLAY] : undefined;
  if (typeof method !== 'function') {
    if (isModel(value)) return modelBundle(value);
    if (isTensor(value)) return goOn(onHost(value), (here) => tensorBundle(value, here, tensors));
    const drawn = tensors.item(value);
    return goOn(readText(value), (text): MimeBundle => {
      const plain: MimeItem = { mime: 'text/plain', text };
      return drawn ? [drawn, plain] : [plain];
    });
  }
  const fromRecord = (record: unknown): MimeBundle => {
    if (!isObject(record))
      throw new TypeError(
        `[Symbol.for("Jupyter.display")]() must return an object of MIME types, not ${inspect(record)}`,
      );
    const items = Object.entries(record).map(([mime, data]) => toItem(mime, data));
    return items.length > 0 ? items : [{ mime: 'text/plain', text: toText(value) }];
  };
  const record: unknown = method.call(value as Displayable);
  return types.isPromise(record) ? record.then(fromRecord) : fromRecord(record);
}

/** @param here the same tensor with its values */
function tensorBundle(tensor: TensorLike, here: TensorLike, tensors: DisplayedTensors): MimeBundle {
  const drawn = tensors.item(tensor, here);
  const text: MimeItem = { mime: 'text/plain', text: tensorText(here) };
  return drawn ? [drawn, text] : [text];
}

function toItem(mime: string, data: unknown): MimeItem {
  if (!/^[\w.+-]+\/[\w.+-]+$/.test(mime))
    throw new TypeError(`"${mime}" is not a MIME type; return for example { 'text/html': '…' }`);
  if (data instanceof Uint8Array) return { mime, bytes: data };
  if (data instanceof ArrayBuffer) return { mime, bytes: new Uint8Array(data) };
  if (mime === 'application/json' || mime.endsWith('+json'))
    return { mime, json: plainJson(typeof data === 'string' ? parseOr(data) : data) };
  if (typeof data === 'string') {
    // Deno's protocol carries binary images as base64
    if (/^image\/(?!svg)/.test(mime)) return { mime, bytes: new Uint8Array(Buffer.from(data, 'base64')) };
    return { mime, text: data };
  }
  return { mime, json: plainJson(data) };
}

/** A value as plain JSON: typed arrays become arrays, NaN and infinities null, as plotly expects. */
export function plainJson(value: unknown): unknown {
  const json = JSON.stringify(value, (_, v: unknown) => {
    if (ArrayBuffer.isView(v) && !(v instanceof DataView)) return Array.from(v as unknown as ArrayLike<number>);
    return typeof v === 'bigint' ? String(v) : v;
  });
  return json === undefined ? null : (JSON.parse(json) as unknown);
}

function parseOr(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** {@link toText} with the values of all tensors in it. If these must be awaited, the value is shown as it is then. */
function readText(value: unknown): string | Promise<string> {
  const tensors: TensorReads = { values: new Map(), missing: new Set() };
  const text = toText(value, tensors);
  if (tensors.missing.size === 0) return text;
  const reads = [...tensors.missing].map(async (t) => void tensors.values.set(t, await read(t)));
  return Promise.all(reads).then(() => toText(value, tensors));
}

/** One value as text, as `console.log` would show it, cut to {@link MAX_TEXT} characters. */
export function toText(value: unknown, tensors?: TensorReads): string {
  if (isHistory(value)) return historyText(value);
  // A timer as the value of a cell: its fields are Node's, and differ in each run
  if (isObject(value) && /^(Timeout|Immediate)$/.test(value.constructor?.name) && Symbol.dispose in value)
    return value.constructor.name;
  const options = { depth: 4, maxArrayLength: 100, maxStringLength: 10_000, breakLength: 100, compact: 3 };
  // Node passes unknown options to the values' own methods; that of tensors is in tensors/index.ts
  const text = inspect(value, tensors ? Object.assign(options, { tensors }) : options);
  return text.length <= MAX_TEXT ? text : `${text.slice(0, MAX_TEXT)}\n… ${text.length - MAX_TEXT} more characters`;
}

/** TensorFlow.js prints the first and last `edge` indices of axes longer than `most`. */
const LONG_AXIS = { edge: 3, most: 20 };
/** Larger tensors are cut before printing, because TensorFlow.js formats all values to find the widest. */
const LARGE = 10_000;

/** `Tensor float32 [2, 3]` and the values, without the middle of long axes. */
function tensorText(t: TensorLike): string {
  const head = `Tensor ${t.dtype} [${t.shape.join(', ')}]`;
  if (t.isDisposed) return `${head} (disposed)`;
  return `${head}\n${printed(t)
    .toString()
    .replace(/^Tensor\n/, '')}`;
}

function printed(t: TensorLike): TensorLike {
  if (sizeOf(t.shape) <= LARGE) return t;
  const { shape, data } = edgesOf(t.dataSync(), t.shape, { ...LONG_AXIS, width: t.dtype === 'complex64' ? 2 : 1 });
  return Object.create(withValues(t, data as unknown as NumberArray), { shape: { value: shape } }) as TensorLike;
}

function isModel(value: unknown): value is ModelLike {
  const m = value as ModelLike & { summary?: unknown };
  return (
    isObject(value) &&
    !types.isProxy(value) &&
    Array.isArray(m.layers) &&
    typeof m.summary === 'function' &&
    'built' in m
  );
}

/** The table of a model; if it is not built yet, its class and the reason. */
function modelBundle(model: ModelLike): MimeBundle {
  try {
    const { table } = summary(model);
    return [
      { mime: SUMMARY, json: table },
      { mime: 'text/plain', text: summaryText(table) },
    ];
  } catch (e) {
    return [
      { mime: 'text/plain', text: `${(model as object).constructor.name}, not built yet (${(e as Error).message})` },
    ];
  }
}

/** What `fit` returns. */
interface HistoryLike {
  epoch: number[];
  history: Record<string, number[]>;
}

function isHistory(value: unknown): value is HistoryLike {
  const h = value as Partial<HistoryLike> & { params?: unknown };
  return isObject(value) && !types.isProxy(value) && Array.isArray(h.epoch) && isObject(h.history) && 'params' in h;
}

/** The first and last value of each metric; all values are long, and in the chart. */
function historyText({ epoch, history }: HistoryLike): string {
  const digits = (v: unknown) => (typeof v === 'number' ? String(Number(v.toPrecision(4))) : 'a tensor');
  const metrics = Object.entries(history).map(([name, v]) => `${name} ${digits(v[0])} → ${digits(v.at(-1))}`);
  return `History of ${epoch.length} ${epoch.length === 1 ? 'epoch' : 'epochs'}: ${metrics.join(', ')}`;
}

const isObject = (v: unknown): v is object => (typeof v === 'object' && v !== null) || typeof v === 'function';
