// A value on one line.
import { inspect, types } from 'node:util';
import type { ValueKind } from '../../wire/value.ts';
import { isInternal } from '../internals.ts';
import { isTensor } from '../tensor/values.ts';

/** Longest line, in characters. */
export const MAX_LINE = 120;
/** A text longer than this is cut on a line. */
const MAX_QUOTED = 80;
/** How many entries of a value a line begins with. */
const ENTRIES = 8;

/** What decides about color and alignment of a value. */
export function kindOf(value: unknown): ValueKind {
  switch (typeof value) {
    case 'string':
      return 'text';
    case 'number':
    case 'bigint':
      return 'number';
    case 'boolean':
      return 'boolean';
    case 'undefined':
      return 'empty';
    case 'function':
      return 'function';
    case 'symbol':
      return 'other';
    default:
      return value === null ? 'empty' : isContainer(value as object) ? 'object' : 'other';
  }
}

/** Whether a value is shown with what it holds, not as one text. */
export function isContainer(value: object): boolean {
  if (types.isProxy(value)) return false;
  if (Array.isArray(value) || types.isMap(value) || types.isSet(value)) return true;
  return !(
    typeof value === 'function' ||
    value instanceof Error ||
    types.isNativeError(value) ||
    types.isDate(value) ||
    types.isRegExp(value) ||
    types.isPromise(value) ||
    types.isBoxedPrimitive(value) ||
    types.isAnyArrayBuffer(value) ||
    ArrayBuffer.isView(value) ||
    types.isWeakMap(value) ||
    types.isWeakSet(value) ||
    types.isMapIterator(value) ||
    types.isSetIterator(value) ||
    types.isGeneratorObject(value) ||
    types.isExternal(value) ||
    isTensor(value) ||
    hasOwnText(value)
  );
}

/** Whether the value says itself how it is printed. */
function hasOwnText(value: object): boolean {
  for (let o: object | null = value; o && !types.isProxy(o); o = Object.getPrototypeOf(o) as object | null) {
    const own = Object.getOwnPropertyDescriptor(o, inspect.custom);
    if (own) return typeof own.value === 'function';
  }
  return false;
}

/**
 * A value on one line of at most {@link MAX_LINE} characters: `{ a: 1, b: [Array(3)] }`.
 * @param own the {@link ownKeys} of the value, if they have been listed
 */
export function preview(value: unknown, own?: readonly PropertyKey[]): string {
  if (typeof value !== 'object' || value === null || !isContainer(value)) return leaf(value);
  const name = className(value);
  if (Array.isArray(value)) return `${name}${list('[', arrayEntries(value), value.length, ']')}`;
  if (types.isMap(value)) {
    const entries = first(mapEntries(value), ENTRIES).map(([k, v]) => `${brief(k)} => ${brief(v)}`);
    return `${name}${list('{', entries, sizeOf(value), '}')}`;
  }
  if (types.isSet(value)) return `${name}${list('{', first(setValues(value), ENTRIES).map(brief), sizeOf(value), '}')}`;
  const keys = own ?? ownKeys(value);
  const entries = keys.slice(0, ENTRIES).map((key) => `${keyText(key)}: ${propertyText(value, key)}`);
  return `${name}${list('{', entries, keys.length, '}')}`;
}

/** A value inside a line: containers by class and size only. */
export function brief(value: unknown): string {
  if (typeof value !== 'object' || value === null || !isContainer(value)) return cut(leaf(value), 40);
  const name = className(value).trim();
  if (Array.isArray(value)) return value.length === 0 ? '[]' : `[${name || `Array(${value.length})`}]`;
  if (types.isMap(value) || types.isSet(value)) return `[${name}]`;
  return !hasKeys(value) ? `${name ? `${name} ` : ''}{}` : `[${name || 'Object'}]`;
}

/** A value that is shown as one text, on one line. */
export function leaf(value: unknown): string {
  if (typeof value === 'string') return inspect(value.length > MAX_QUOTED ? `${value.slice(0, MAX_QUOTED)}…` : value);
  if (typeof value !== 'object' || value === null) return oneLine(inspect(value));
  // Values of their own making may throw; the line says so
  try {
    if (types.isProxy(value)) return 'Proxy';
    if (isTensor(value))
      return `Tensor ${value.dtype} [${value.shape.join(', ')}]${value.isDisposed ? ' (disposed)' : ''}`;
    if (ArrayBuffer.isView(value) && !types.isDataView(value)) {
      const { length } = value as Uint8Array;
      const some = Array.from((value as Uint8Array).subarray(0, ENTRIES), (n) => inspect(n));
      return `${className(value)}${list('[', some, length, ']')}`;
    }
    if (types.isNativeError(value)) return oneLine(`${value.name}: ${value.message}`);
    if (types.isPromise(value)) return 'Promise';
    return oneLine(inspect(value, { depth: 0, breakLength: Infinity, maxArrayLength: ENTRIES, maxStringLength: 100 }));
  } catch {
    return '(cannot be shown)';
  }
}

/** What the property holds, without calling a getter. */
export function propertyText(value: object, key: PropertyKey): string {
  const property = Object.getOwnPropertyDescriptor(value, key);
  return property && 'value' in property ? brief(property.value) : accessorText(property);
}

/** How a property with a getter or setter is shown. */
export const accessorText = (property: PropertyDescriptor | undefined): string =>
  property?.get ? (property.set ? '[Getter/Setter]' : '[Getter]') : '[Setter]';

/** The class and size before the contents: `Point `, `Map(2) `, `[Object: null prototype] `; empty for plain ones. */
export function className(value: object): string {
  const name = constructorName(value);
  const size = Array.isArray(value)
    ? value.length
    : types.isMap(value) || types.isSet(value)
      ? sizeOf(value)
      : ArrayBuffer.isView(value) && 'length' in value
        ? (value.length as number)
        : undefined;
  if (name === undefined) return '[Object: null prototype] ';
  if (size !== undefined) return Array.isArray(value) && name === 'Array' ? '' : `${name}(${size}) `;
  const tag = tagOf(value);
  return name === 'Object' && !tag ? '' : `${name}${tag && tag !== name ? ` [${tag}]` : ''} `;
}

/** The name of the nearest class, read without calling code of the value. */
function constructorName(value: object): string | undefined {
  for (let o: object | null = value; o && !types.isProxy(o); o = Object.getPrototypeOf(o) as object | null) {
    const own: unknown = Object.getOwnPropertyDescriptor(o, 'constructor')?.value;
    if (typeof own === 'function' && !types.isProxy(own)) {
      const name: unknown = Object.getOwnPropertyDescriptor(own, 'name')?.value;
      if (typeof name === 'string' && name) return name;
    }
  }
  return undefined;
}

function tagOf(value: object): string | undefined {
  for (let o: object | null = value; o && !types.isProxy(o); o = Object.getPrototypeOf(o) as object | null) {
    const own: unknown = Object.getOwnPropertyDescriptor(o, Symbol.toStringTag)?.value;
    if (typeof own === 'string' && own) return own;
  }
  return undefined;
}

/** Whether there are {@link ownKeys}, without a list of them. */
export function hasKeys(value: object): boolean {
  // Also inherited names come, after the own ones
  for (const key in value) return Object.hasOwn(value, key) || ownKeys(value).length > 0;
  return ownKeys(value).length > 0;
}

/** Enumerable own keys, names before symbols. Symbols of Node's async hooks are left out. */
export function ownKeys(value: object): PropertyKey[] {
  const symbols = Object.getOwnPropertySymbols(value).filter(
    (s) => Object.prototype.propertyIsEnumerable.call(value, s) && !isInternal(s),
  );
  return [...Object.keys(value), ...symbols];
}

/** A key as it is typed in an object literal. */
export const keyText = (key: PropertyKey): string =>
  typeof key === 'symbol'
    ? `[${String(key)}]`
    : typeof key === 'string' && !/^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u.test(key)
      ? inspect(key)
      : String(key);

// Methods of Map and Set themselves: a subclass may have its own
const sizeGetters = { map: getter(Map.prototype), set: getter(Set.prototype) };
function getter(prototype: object) {
  return Object.getOwnPropertyDescriptor(prototype, 'size')!.get!;
}
/** Number of entries of a map or set. */
export const sizeOf = (value: object): number =>
  (types.isMap(value) ? sizeGetters.map : sizeGetters.set).call(value) as number;
export const mapEntries = (value: object): Iterable<[unknown, unknown]> =>
  Map.prototype.entries.call(value as Map<unknown, unknown>);
export const setValues = (value: object): Iterable<unknown> => Set.prototype.values.call(value as Set<unknown>);

/** The first entries of something iterable. */
export function first<T>(values: Iterable<T>, most: number): T[] {
  const found: T[] = [];
  for (const value of values) {
    if (found.length === most) break;
    found.push(value);
  }
  return found;
}

function arrayEntries(value: readonly unknown[]): string[] {
  const entries: string[] = [];
  for (let i = 0; i < Math.min(ENTRIES, value.length); i++)
    entries.push(Object.hasOwn(value, i) ? propertyText(value, i) : '<empty>');
  return entries;
}

function list(open: string, entries: string[], total: number, close: string): string {
  if (total === 0) return open + close;
  let line = `${open} `;
  let shown = 0;
  for (const entry of entries) {
    if (shown > 0 && line.length + entry.length > MAX_LINE - 20) break;
    line += `${shown ? ', ' : ''}${entry}`;
    shown++;
  }
  return cut(`${line}${shown < total ? `, … ${(total - shown).toLocaleString('en-US')} more` : ''} ${close}`, MAX_LINE);
}

const oneLine = (text: string): string => cut(text.replace(/\s*\n\s*/g, ' '), MAX_LINE);
const cut = (text: string, most: number): string => (text.length > most ? `${text.slice(0, most - 1)}…` : text);
