// From a value to its MIME bundle: what the value's own `Jupyter.display` method returns, else a drawing (tensors,
// models) and a plain text.
import { inspect, types, type InspectOptions } from 'node:util';
import { DISPLAY, type Displayable } from '../wire/displayable.ts';
import { SUMMARY } from '../wire/mime.ts';
import { sizeOf } from '../wire/tensor.ts';
import type { MimeBundle, MimeItem } from '../wire/protocol.ts';
import type { DisplayedTensors } from './tensor/index.ts';
import { goOn, onHost, read, withValues, type TensorReads } from './tensor/read.ts';
import { drawableRecord, type MimeRecord } from './drawable.ts';
import { hideInternals } from './internals.ts';
import { valueItem } from './value/index.ts';
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
  const method = displayMethod(value);
  if (typeof method === 'function') {
    const record: unknown = method.call(value as Displayable);
    return goOn(record, (made) => ownBundle(value, made));
  }
  if (holds(() => isModel(value))) return modelBundle(value as ModelLike);
  if (holds(() => isTensor(value)))
    return goOn(onHost(value as TensorLike), (here) => tensorBundle(value as TensorLike, here, tensors));
  const drawable = drawableRecord(value);
  if (drawable) return goOn(drawable, recordBundle);
  if (types.isPromise(value)) return [{ mime: 'text/plain', text: `${toText(value)}\n${FORGOTTEN}` }];
  const bundleOf = (drawn: MimeItem | undefined) =>
    goOn(readText(value), (text): MimeBundle => {
      const plain: MimeItem = { mime: 'text/plain', text };
      return drawn ? [drawn, plain] : [plain];
    });
  const drawn = tensors.item(value) ?? valueItem(value);
  return drawn instanceof Promise ? drawn.then(bundleOf) : bundleOf(drawn);
}

/** The value's own display method. A proxy, also one that the value inherits from, may answer for any name: it has none. */
function displayMethod(value: unknown): unknown {
  if (!isObject(value)) return undefined;
  try {
    for (let from: object | null = value; from !== null; from = Object.getPrototypeOf(from) as object | null)
      if (types.isProxy(from)) return undefined;
      else if (Object.hasOwn(from, DISPLAY)) break;
    return (value as Partial<Displayable>)[DISPLAY];
  } catch {
    return undefined;
  }
}

/** Said of a promise that is shown. */
const FORGOTTEN = 'This is a promise and not its value. Did you forget await?';

/** The bundle of what a value's own display method has returned. */
function ownBundle(value: unknown, record: unknown): MimeBundle {
  if (!isObject(record))
    throw new TypeError(
      `[Symbol.for("Jupyter.display")]() must return an object of MIME types, not ${inspect(record)}`,
    );
  const items = recordBundle(record as MimeRecord);
  return items.length > 0 ? items : [{ mime: 'text/plain', text: toText(value) }];
}

/**
 * The bundle of `{ [mime]: data }`. Entries without data are left out.
 * @throws TypeError for a key that is no MIME type, and for an image that is neither bytes, base64 nor a data URL
 */
export function recordBundle(record: MimeRecord): MimeBundle {
  return Object.entries(record).flatMap(([mime, data]) =>
    data === undefined || data === null ? [] : [toItem(mime, data)],
  );
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
    if (/^(image\/(?!svg)|audio\/|video\/)/.test(mime)) return { mime, bytes: encodedBytes(data, mime) };
    return { mime, text: data };
  }
  return { mime, json: plainJson(data) };
}

/**
 * The bytes of an image in base64, alone or as a data URL.
 * @throws TypeError if it is neither
 */
export function encodedBytes(text: string, mime: string): Uint8Array {
  const base64 = text.replace(/^data:[^,]*;base64,/, '').replace(/\s/g, '');
  if (base64 === '' || base64.length % 4 === 1 || !/^[\w+/-]*={0,2}$/.test(base64))
    throw new TypeError(`${mime} must be a Uint8Array, a text in base64 or a data URL; this text is none of them`);
  return new Uint8Array(Buffer.from(base64, 'base64'));
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
  if (holds(() => isHistory(value))) return historyText(value as HistoryLike);
  // A timer as the value of a cell: its fields are Node's, and differ in each run
  if (isMadeBy(Timeout, value)) return 'Timeout';
  if (isMadeBy(Immediate, value)) return 'Immediate';
  holds(() => (hideInternals(value), true));
  const options = { depth: 4, maxArrayLength: 100, maxStringLength: 10_000, breakLength: 100, compact: 3 };
  // Node passes unknown options to the values' own methods; that of tensors is in tensors/index.ts
  const text = inspected(value, tensors ? Object.assign(options, { tensors }) : options);
  return text.length <= MAX_TEXT ? text : `${text.slice(0, MAX_TEXT)}\n… ${text.length - MAX_TEXT} more characters`;
}

/** Whether a value is of this class. A proxy is none, and its traps are not asked. */
const isMadeBy = (made: new () => object, value: unknown): boolean =>
  !types.isProxy(value) && holds(() => value instanceof made);

/** The text of a value, also if methods or getters of its own that make the text throw. */
function inspected(value: unknown, options: InspectOptions): string {
  for (const more of [{}, { customInspect: false }]) {
    try {
      return inspect(value, { ...options, ...more });
    } catch {
      // The next way asks the value for less
    }
  }
  const own = holds(() => (Object.keys(value as object), true)) ? Object.keys(value as object) : [];
  const kind = typeof value === 'function' ? '[Function]' : holds(() => Array.isArray(value)) ? '[Array]' : '[Object]';
  const names = own.slice(0, 100).map((key) => (/^[\w$]+$/.test(key) ? key : JSON.stringify(key)));
  return names.length > 0 ? `${kind} { ${names.join(', ')} }` : kind;
}

const [Timeout, Immediate] = timerClasses();

/** The classes of Node's timers, which have no public name. */
function timerClasses() {
  const timeout = setTimeout(() => {});
  const immediate = setImmediate(() => {});
  clearTimeout(timeout);
  clearImmediate(immediate);
  return [timeout.constructor, immediate.constructor] as (new () => object)[] as [new () => object, new () => object];
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
  const m = value as ModelLike & { summary?: unknown; getClassName?: unknown };
  return (
    isObject(value) &&
    !types.isProxy(value) &&
    Array.isArray(m.layers) &&
    typeof m.summary === 'function' &&
    typeof m.getClassName === 'function' &&
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
  return (
    isObject(value) &&
    !types.isProxy(value) &&
    // An instance of tfjs-layers' class, not an object that looks like it
    value.constructor?.name === 'History' &&
    Array.isArray(h.epoch) &&
    isObject(h.history) &&
    'params' in h
  );
}

/** The first and last value of each metric; all values are long, and in the chart. */
function historyText({ epoch, history }: HistoryLike): string {
  const digits = (v: unknown) => (typeof v === 'number' ? String(Number(v.toPrecision(4))) : 'a tensor');
  const metrics = Object.entries(history).map(([name, v]) => `${name} ${digits(v[0])} → ${digits(v.at(-1))}`);
  return `History of ${epoch.length} ${epoch.length === 1 ? 'epoch' : 'epochs'}: ${metrics.join(', ')}`;
}

/** Whether a test of a value holds; not if a getter of the value throws. */
function holds(test: () => boolean): boolean {
  try {
    return test();
  } catch {
    return false;
  }
}

const isObject = (v: unknown): v is object => (typeof v === 'object' && v !== null) || typeof v === 'function';
