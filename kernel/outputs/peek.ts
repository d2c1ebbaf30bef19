// A value as it is now, in a few words and with its keys, without running any code of it: no getters, no traps of
// proxies, no `toString`, no iterators. Only own data properties are read, and internal slots by Node's checks.
import { types } from 'node:util';
import type { Inspected, InspectedKey, InspectedKeys, InspectedModel, InspectedTensor } from '../wire/inspect.ts';
import type { TensorDtype } from '../wire/tensor.ts';
import { isInternal } from './internals.ts';
import { statisticsOf } from './tensor/statistics.ts';
import type { TypedArray } from './tensor/values.ts';

/** Values of a tensor; texts may be lists of bytes. */
type Values = TypedArray | string[] | Uint8Array[];

/** How values of tensors are read. */
export interface PeekHost {
  /**
   * The values where they are, at once; a promise if they must be awaited, which is only made if that is allowed;
   * undefined if they cannot be had.
   */
  values(tensor: object, size: number): Values | Promise<Values> | undefined;
  device(tensor: object): string | undefined;
}

/** Values of a tensor that the statistics are made of at most. */
const MAX_SAMPLE = 4_000_000;
const MAX_LAYERS = 100;
const MAX_KEYS = 500;
const MAX_LINE = 120;
const ENTRIES = 8;
/** Prototypes that are looked at. */
const MAX_DEPTH = 30;
/** Rows of a table whose columns are offered. */
const ROWS = 20;

// As they were before any cell ran
const { getOwnPropertyDescriptor, getPrototypeOf, apply } = Reflect;
const { keys, getOwnPropertyNames, getOwnPropertySymbols } = Object;
const sizeOfMap = getOwnPropertyDescriptor(Map.prototype, 'size')!.get!;
const sizeOfSet = getOwnPropertyDescriptor(Set.prototype, 'size')!.get!;
const typedArray = getPrototypeOf(Uint8Array.prototype)!;
const lengthOfTyped = getOwnPropertyDescriptor(typedArray, 'length')!.get!;
const tagOfTyped = getOwnPropertyDescriptor(typedArray, Symbol.toStringTag)!.get!;
const byteLength = getOwnPropertyDescriptor(ArrayBuffer.prototype, 'byteLength')!.get!;
const sharedByteLength = getOwnPropertyDescriptor(SharedArrayBuffer.prototype, 'byteLength')!.get!;
const timeOf = Date.prototype.getTime;
const isoOf = Date.prototype.toISOString;
const sourceOf = getOwnPropertyDescriptor(RegExp.prototype, 'source')!.get!;
const entriesOfMap = Map.prototype.entries;
const valuesOfSet = Set.prototype.values;
const hasInMap = Map.prototype.has;
const getOfMap = Map.prototype.get;
const nextOfMap = (getPrototypeOf(new Map().entries()) as { next: () => IteratorResult<[unknown, unknown]> }).next;
const nextOfSet = (getPrototypeOf(new Set().values()) as { next: () => IteratorResult<unknown> }).next;

type Objective = object | ((...args: never[]) => unknown);
const isObject = (value: unknown): value is Objective =>
  (typeof value === 'object' && value !== null) || typeof value === 'function';
/** Whether properties of a value can be read without running code. */
const isOpen = (value: unknown): value is Objective => isObject(value) && !types.isProxy(value);

/** An own data property; undefined for one with a getter. */
function field(value: unknown, key: PropertyKey): unknown {
  return isOpen(value) ? getOwnPropertyDescriptor(value, key)?.value : undefined;
}

/** The property that a value has or inherits, up to the first prototype that is a proxy. */
function property(value: Objective, key: PropertyKey): PropertyDescriptor | undefined {
  for (let o: object | null = value, i = 0; o && !types.isProxy(o) && i < MAX_DEPTH; o = getPrototypeOf(o), i++) {
    const own = getOwnPropertyDescriptor(o, key);
    if (own) return own;
  }
  return undefined;
}

/**
 * What stands at a path of keys in a value.
 * @returns undefined where the path meets a getter, a proxy or nothing
 */
export function follow(value: unknown, path: readonly string[]): { value: unknown } | undefined {
  let at = value;
  for (const key of path) {
    if (!isOpen(at)) return undefined;
    const found = property(at, key);
    if (found && 'value' in found) at = found.value as unknown;
    else if (!found && types.isMap(at) && apply(hasInMap, at, [key])) at = apply(getOfMap, at, [key]);
    else return undefined;
  }
  return { value: at };
}

/** A value in words. A promise if values of a tensor are awaited. */
export function peek(value: unknown, host: PeekHost, keys: boolean): Inspected | Promise<Inspected> {
  try {
    return said(value, host, keys);
  } catch {
    // A module whose names have no values yet
    return { kind: 'value', text: '(cannot be shown)' };
  }
}

function said(value: unknown, host: PeekHost, keys: boolean): Inspected | Promise<Inspected> {
  const withKeys = <T extends Inspected>(said: T): Inspected => {
    const list = keys && isOpen(value) ? keysOf(value) : undefined;
    return list ? { ...said, keys: list } : said;
  };
  const tensor = tensorOf(value) ?? arrayOf(value);
  if (tensor) {
    const said = statistics(tensor, value as object, host);
    return said instanceof Promise ? said.then(withKeys) : withKeys(said);
  }
  return withKeys(modelOf(value) ?? { kind: 'value', text: line(value) });
}

// ---- tensors

/** A list of numbers that is an ordinary array. */
function numbers(value: unknown): number[] | undefined {
  if (!isOpen(value) || !Array.isArray(value) || value.length > 64) return undefined;
  const list: number[] = [];
  for (let i = 0; i < value.length; i++) {
    const n = field(value, i);
    if (typeof n !== 'number') return undefined;
    list.push(n);
  }
  return list;
}

function tensorOf(value: unknown): InspectedTensor | undefined {
  if (!isObject(field(value, 'dataId'))) return undefined;
  const dtype = field(value, 'dtype');
  const shape = numbers(field(value, 'shape'));
  if (typeof dtype !== 'string' || !shape || typeof field(value, 'rankType') !== 'string') return undefined;
  const disposed = field(value, 'isDisposedInternal') === true && { disposed: true as const };
  return { kind: 'tensor', type: classOf(value as object) ?? 'Tensor', dtype, shape, ...disposed };
}

/** A typed array as a tensor of one axis. */
function arrayOf(value: unknown): InspectedTensor | undefined {
  if (!isOpen(value) || !types.isTypedArray(value)) return undefined;
  const dtype = apply(tagOfTyped, value, []) as string;
  const length = apply(lengthOfTyped, value, []) as number;
  return {
    kind: 'tensor',
    type: classOf(value) ?? dtype,
    dtype: dtype.replace(/Array$/, '').toLowerCase(),
    shape: [length],
  };
}

function statistics(said: InspectedTensor, value: object, host: PeekHost): InspectedTensor | Promise<InspectedTensor> {
  if (said.disposed) return said;
  const isArray = types.isTypedArray(value);
  const device = isArray ? undefined : host.device(value);
  const known = { ...said, ...(device !== undefined && { device }) };
  const size = said.shape.reduce((a, b) => a * b, 1);
  const values = isArray ? value : host.values(value, size);
  if (values === undefined) return known;
  const add = (data: Values) => ({ ...known, ...summary(data, said.dtype) });
  return values instanceof Promise ? values.then(add, () => known) : add(values as Values);
}

function summary(data: Values, dtype: string): Pick<InspectedTensor, 'statistics' | 'sample'> {
  if (Array.isArray(data)) return {};
  const length = apply(lengthOfTyped, data, []) as number;
  const width = dtype === 'complex64' ? 2 : 1;
  const some = length > MAX_SAMPLE ? spread(data, width) : data;
  const found = statisticsOf({
    kind: 'tensor',
    dtype: dtype as TensorDtype,
    shape: [length],
    // Of a subclass, the plain array: its methods are not called
    data: plainArray(some),
  });
  if (!found) return {};
  const { min, max, mean, nan, positiveInfinity, negativeInfinity } = found;
  return {
    statistics: {
      ...(min !== undefined && { min }),
      ...(max !== undefined && { max }),
      ...(mean !== undefined && { mean }),
      nan,
      infinite: positiveInfinity + negativeInfinity,
    },
    ...(some !== data && { sample: (apply(lengthOfTyped, some, []) as number) / width }),
  };
}

/** Blocks of values, evenly spread. */
function spread(data: TypedArray, width: number): TypedArray {
  const length = apply(lengthOfTyped, data, []) as number;
  const block = 4096;
  const blocks = Math.floor(MAX_SAMPLE / block);
  const apart = Math.floor(length / blocks / width) * width;
  const out = new Float64Array(blocks * block);
  const plain = plainArray(data);
  for (let b = 0; b < blocks; b++) for (let i = 0; i < block; i++) out[b * block + i] = Number(plain[b * apart + i]);
  return out;
}

const classes: Record<string, { prototype: object } | undefined> = {
  ...{ Int8Array, Uint8Array, Uint8ClampedArray, Int16Array, Uint16Array, Int32Array, Uint32Array },
  ...{ Float32Array, Float64Array, BigInt64Array, BigUint64Array },
  ...{ Float16Array: (globalThis as { Float16Array?: { prototype: object } }).Float16Array },
};
const bufferOf = getOwnPropertyDescriptor(typedArray, 'buffer')!.get!;
const offsetOf = getOwnPropertyDescriptor(typedArray, 'byteOffset')!.get!;

/** The same memory as an array of the built-in class, which has no methods of a subclass. */
function plainArray(data: TypedArray): TypedArray {
  const kind = classes[apply(tagOfTyped, data, []) as string];
  if (!kind || getPrototypeOf(data) === kind.prototype) return data;
  return Reflect.construct(kind as new (...args: unknown[]) => TypedArray, [
    apply(bufferOf, data, []),
    apply(offsetOf, data, []),
    apply(lengthOfTyped, data, []),
  ]) as TypedArray;
}

// ---- models

function modelOf(value: unknown): InspectedModel | undefined {
  const layers = field(value, 'layers');
  const name = field(value, 'name');
  if (!isOpen(layers) || !Array.isArray(layers) || typeof name !== 'string') return undefined;
  if (typeof field(value, '_built') !== 'boolean' || !isObject(field(value, 'inboundNodes'))) return undefined;
  const rows: (InspectedModel['layers'][number] & { trainable: number })[] = [];
  let [parameters, trainable] = [0, 0];
  for (let i = 0; i < layers.length; i++) {
    const row = layerOf(field(layers, i), 0);
    if (!row) return undefined;
    parameters += row.parameters;
    trainable += row.trainable;
    if (rows.length < MAX_LAYERS) rows.push(row);
  }
  return {
    kind: 'model',
    type: classOf(value as object) ?? 'LayersModel',
    name,
    layers: rows.map(({ name, type, shape, parameters }) => ({ name, type, ...(shape && { shape }), parameters })),
    ...(layers.length > rows.length && { more: layers.length - rows.length }),
    parameters,
    trainable: field(value, 'trainable_') === false ? 0 : trainable,
  };
}

function layerOf(layer: unknown, depth: number) {
  const name = field(layer, 'name');
  if (typeof name !== 'string' || depth > MAX_DEPTH) return undefined;
  const [own, frozen] = parametersOf(layer, depth);
  const node = field(field(layer, 'inboundNodes'), 0);
  const shapes = field(node, 'outputShapes');
  // Of one output the shape itself, or a list of one
  const shape = shapeOf(shapes) ?? shapeOf(field(shapes, 0));
  return {
    name,
    type: classOf(layer as object) ?? 'Layer',
    shape,
    parameters: own + frozen,
    trainable: field(layer, 'trainable_') === false ? 0 : own,
  };
}

/** Numbers in the weights of a layer, and in those of the layers that it wraps: trainable ones, and others. */
function parametersOf(layer: unknown, depth: number): [number, number] {
  if (depth > 10) return [0, 0];
  let [own, frozen] = [count(field(layer, '_trainableWeights')), count(field(layer, '_nonTrainableWeights'))];
  const inner = [
    field(layer, 'cell'),
    field(layer, 'layer'),
    field(layer, 'forwardLayer'),
    field(layer, 'backwardLayer'),
  ];
  const lists = [field(layer, 'layers'), field(layer, 'cells')];
  for (const list of lists)
    if (isOpen(list) && Array.isArray(list))
      for (let i = 0; i < list.length && i < 1000; i++) inner.push(field(list, i));
  for (const part of inner) {
    if (!isOpen(part) || field(part, '_trainableWeights') === undefined) continue;
    const [a, b] = parametersOf(part, depth + 1);
    own += a;
    frozen += b;
  }
  return [own, frozen];
}

function count(weights: unknown): number {
  let sum = 0;
  if (!isOpen(weights) || !Array.isArray(weights)) return 0;
  for (let i = 0; i < weights.length && i < 1000; i++) {
    const shape = numbers(field(field(field(weights, i), 'val'), 'shape'));
    if (shape) sum += shape.reduce((a, b) => a * b, 1);
  }
  return sum;
}

function shapeOf(value: unknown): (number | null)[] | undefined {
  if (!isOpen(value) || !Array.isArray(value) || value.length > 64) return undefined;
  const list: (number | null)[] = [];
  for (let i = 0; i < value.length; i++) {
    const n = field(value, i);
    if (typeof n !== 'number' && n !== null) return undefined;
    list.push(n);
  }
  return list;
}

// ---- other values

/** The name of the nearest class. */
function classOf(value: object): string | undefined {
  const found = property(value, 'constructor')?.value as unknown;
  const name = field(found, 'name');
  return typeof name === 'string' && name !== '' ? name : undefined;
}

const cut = (text: string, most = MAX_LINE) => (text.length > most ? `${text.slice(0, most - 1)}…` : text);
const quoted = (text: string, most: number) => JSON.stringify(cut(text, most));

/** Values that are no objects, and functions. */
function plain(value: unknown, most: number): string | undefined {
  switch (typeof value) {
    case 'string':
      return quoted(value, most);
    case 'bigint':
      // The digits of a large one take long
      return value > 10n ** 40n || value < -(10n ** 40n) ? 'a BigInt of many digits' : `${value}n`;
    case 'symbol':
      return cut(Symbol.prototype.toString.call(value), most);
    case 'number':
      return Object.is(value, -0) ? '-0' : String(value);
    case 'boolean':
    case 'undefined':
      return String(value);
    case 'object':
      return value === null ? 'null' : undefined;
    default:
      return undefined;
  }
}

/** A value within a line: containers by their class and size only. */
function brief(value: unknown): string {
  const text = plain(value, 40);
  if (text !== undefined) return text;
  if (types.isProxy(value)) return 'Proxy';
  const tensor = tensorOf(value) ?? arrayOf(value);
  if (tensor) return tensorText(tensor);
  const name = classOf(value as object);
  if (typeof value === 'function') return functionText(value);
  if (Array.isArray(value)) return value.length === 0 ? '[]' : `${name ?? 'Array'}(${value.length})`;
  if (types.isMap(value)) return `${name ?? 'Map'}(${apply(sizeOfMap, value, []) as number})`;
  if (types.isSet(value)) return `${name ?? 'Set'}(${apply(sizeOfSet, value, []) as number})`;
  return leaf(value as object) ?? (name === 'Object' ? '{…}' : (name ?? '{…}'));
}

const tensorText = ({ type, dtype, shape, disposed }: InspectedTensor) =>
  `${type} ${dtype} [${shape.join(', ')}]${disposed ? ' (disposed)' : ''}`;

function functionText(value: object): string {
  const name = field(value, 'name');
  const text = typeof name === 'string' && name !== '' ? ` ${cut(name, 60)}` : '';
  const prototype = getOwnPropertyDescriptor(value, 'prototype');
  return prototype?.writable === false ? `class${text}` : `function${text}`;
}

/** Objects that are one text. */
function leaf(value: object): string | undefined {
  if (types.isDate(value)) {
    const time = apply(timeOf, value, []) as number;
    return Number.isNaN(time) ? 'Invalid Date' : (apply(isoOf, value, []) as string);
  }
  if (types.isNativeError(value)) {
    const [name, message] = [classOf(value) ?? 'Error', property(value, 'message')?.value as unknown];
    return typeof message === 'string' && message !== '' ? cut(`${name}: ${message.replace(/\s+/g, ' ')}`) : name;
  }
  if (types.isRegExp(value)) {
    // The getter of the class itself; an own one of the value is not called
    return cut(`/${apply(sourceOf, value, []) as string}/`);
  }
  if (types.isPromise(value)) return 'Promise';
  if (types.isArrayBuffer(value)) return `ArrayBuffer of ${apply(byteLength, value, []) as number} bytes`;
  if (types.isSharedArrayBuffer(value))
    return `SharedArrayBuffer of ${apply(sharedByteLength, value, []) as number} bytes`;
  return undefined;
}

/** A value on one line. */
function line(value: unknown): string {
  const text = plain(value, MAX_LINE);
  if (text !== undefined) return text;
  if (types.isProxy(value)) return 'Proxy';
  const object = value as object;
  const one = typeof value === 'function' ? functionText(value) : leaf(object);
  if (one !== undefined) return one;
  const name = classOf(object);
  if (Array.isArray(object)) {
    const entries: string[] = [];
    for (let i = 0; i < ENTRIES && i < object.length; i++) entries.push(textAt(object, i));
    return listed(object.length > ENTRIES || name !== 'Array' ? brief(object) : '', '[', entries, object.length, ']');
  }
  if (types.isMap(object)) {
    const entries: string[] = [];
    const all = apply(entriesOfMap, object, []) as object;
    for (let i = 0; i < ENTRIES; i++) {
      const { value: entry, done } = apply(nextOfMap, all, []) as IteratorResult<[unknown, unknown], undefined>;
      if (done) break;
      entries.push(`${brief(field(entry, 0))} => ${brief(field(entry, 1))}`);
    }
    return listed(brief(object), '{', entries, apply(sizeOfMap, object, []) as number, '}');
  }
  if (types.isSet(object)) {
    const entries: string[] = [];
    const all = apply(valuesOfSet, object, []) as object;
    for (let i = 0; i < ENTRIES; i++) {
      const { value: entry, done } = apply(nextOfSet, all, []) as IteratorResult<unknown>;
      if (done) break;
      entries.push(brief(entry));
    }
    return listed(brief(object), '{', entries, apply(sizeOfSet, object, []) as number, '}');
  }
  const { names, total } = namesOf(object);
  const symbols = total < MANY ? symbolsOf(object) : [];
  const entries = [...names, ...symbols].slice(0, ENTRIES).map((key) => `${keyText(key)}: ${textAt(object, key)}`);
  return listed(name === 'Object' ? '' : (name ?? '[no prototype]'), '{', entries, total + symbols.length, '}');
}

/** To list the keys of an object takes time for each of them: of one with so many, it is done once in a while. */
const MANY = 10_000;
const MANY_MS = 60_000;
const known = new WeakMap<object, { names: string[]; total: number; at: number }>();

/** The first enumerable own names, and how many there are. */
function namesOf(object: object): { names: string[]; total: number } {
  const before = known.get(object);
  if (before && performance.now() - before.at < MANY_MS) return before;
  const all = keys(object);
  const found = { names: all.slice(0, MAX_KEYS), total: all.length };
  if (all.length >= MANY) known.set(object, { ...found, at: performance.now() });
  return found;
}

const symbolsOf = (object: object) =>
  getOwnPropertySymbols(object).filter((key) => getOwnPropertyDescriptor(object, key)!.enumerable && !isInternal(key));

const keyText = (key: PropertyKey) =>
  typeof key === 'symbol' ? `[${Symbol.prototype.toString.call(key)}]` : cut(String(key), 40);

/** What an own property holds; a getter is not called. */
function textAt(object: object, key: PropertyKey): string {
  const own = getOwnPropertyDescriptor(object, key);
  if (!own) return '<empty>';
  return 'value' in own ? brief(own.value) : own.get ? '[getter]' : '[setter]';
}

function listed(head: string, open: string, entries: string[], total: number, close: string): string {
  const before = head ? `${head} ` : '';
  if (total === 0) return `${before}${open}${close}`;
  let text = `${before}${open} `;
  let shown = 0;
  for (const entry of entries) {
    if (shown > 0 && text.length + entry.length > MAX_LINE - 16) break;
    text += `${shown ? ', ' : ''}${entry}`;
    shown++;
  }
  return cut(`${text}${shown < total ? `, … ${total - shown} more` : ''} ${close}`);
}

// ---- keys

/** The keys that can be typed behind a value: its own, then those of its classes, without those of every object. */
function keysOf(value: Objective): InspectedKeys {
  const list: InspectedKey[] = [];
  const seen = new Set<string>();
  let more = 0;
  const isList = Array.isArray(value) || types.isTypedArray(value);
  for (let o: object | null = value, i = 0; o && !types.isProxy(o) && i < MAX_DEPTH; o = getPrototypeOf(o), i++) {
    if (isBuiltin(o)) break;
    // The elements of a list are no keys to complete
    if (o === value && isList) continue;
    // Names of methods are not enumerable
    const own = namesOf(o);
    const names = own.total > MAX_KEYS ? own.names : getOwnPropertyNames(o);
    more += Math.max(0, own.total - names.length);
    for (const key of names) {
      if (key === 'constructor' || seen.has(key)) continue;
      if (list.length >= MAX_KEYS) {
        more++;
        continue;
      }
      seen.add(key);
      list.push(keyOf(o, key));
    }
  }
  return {
    list,
    ...(more > 0 && { more }),
    ...(types.isMap(value) && { entries: entriesOf(value) }),
    ...(Array.isArray(value) && { columns: columnsOf(value) }),
  };
}

/** The keys of a map that are texts. */
function entriesOf(map: Map<unknown, unknown>): InspectedKey[] {
  const list: InspectedKey[] = [];
  const all = apply(entriesOfMap, map, []) as object;
  for (let i = 0; i < MAX_KEYS; i++) {
    const { value: entry, done } = apply(nextOfMap, all, []) as IteratorResult<[unknown, unknown], undefined>;
    if (done) break;
    const [key, value] = [field(entry, 0), field(entry, 1)];
    if (typeof key === 'string') list.push({ key, kind: 'value', text: brief(value) });
  }
  return list;
}

/** The columns of a table: the keys of its first rows. */
function columnsOf(rows: readonly unknown[]): InspectedKey[] {
  const list: InspectedKey[] = [];
  const seen = new Set<string>();
  for (let i = 0; i < ROWS && i < rows.length; i++) {
    const row = field(rows, i);
    if (!isOpen(row) || typeof row === 'function' || Array.isArray(row) || types.isTypedArray(row)) continue;
    for (const key of namesOf(row).names) {
      if (list.length >= MAX_KEYS) return list;
      if (seen.has(key)) continue;
      seen.add(key);
      list.push(keyOf(row, key));
    }
  }
  return list;
}

function keyOf(object: object, key: string): InspectedKey {
  const own = getOwnPropertyDescriptor(object, key)!;
  if (!('value' in own)) return { key, kind: 'accessor', text: own.get ? '[getter]' : '[setter]' };
  return { key, kind: typeof own.value === 'function' ? 'function' : 'value', text: brief(own.value) };
}

const BUILTIN = new Set<object>(
  [Object, Function, Array, Map, Set, WeakMap, WeakSet, Promise, RegExp, Date, Error, String, Number].map(
    ({ prototype }) => prototype as object,
  ),
);
/** Prototypes whose names the editor knows. */
const isBuiltin = (o: object) => BUILTIN.has(o) || o === typedArray;
