// Makes the output of a value that holds others: a tree, or a table if it is an array of records. The output is a
// bounded copy: no getter and no method of the value is called, except the printing of values inside it.
import { types } from 'node:util';
import { VALUE } from '../../wire/mime.ts';
import type { MimeItem } from '../../wire/protocol.ts';
import type { ValueChild, ValueNode, ValuePayload, ValueTable } from '../../wire/value.ts';
import { goOn } from '../tensor/read.ts';
import { TensorLooks } from './tensors.ts';
import {
  accessorText,
  first,
  hasKeys,
  isContainer,
  keyText,
  kindOf,
  leaf,
  mapEntries,
  ownKeys,
  preview,
  brief,
  setValues,
  sizeOf,
} from './preview.ts';

/** Bounds of an output. */
const MAX_DEPTH = 6;
const MAX_CHILDREN = 100;
const MAX_NODES = 2000;
const MAX_WHOLE = 10_000;
const MAX_CHARACTERS = 200_000;
const MAX_ROWS = 1000;
const MAX_COLUMNS = 40;
const MAX_CELLS = 10_000;

/**
 * The tree or table of a value; undefined for a value that is one text. A promise if tensors in it must be read. Never
 * throws, and never rejects.
 */
export function valueItem(value: unknown): MimeItem | Promise<MimeItem> | undefined {
  if (typeof value !== 'object' || value === null || !isContainer(value)) return undefined;
  try {
    const table = tableOf(value);
    if (table) return { mime: VALUE, json: table };
    const snapshot = new Snapshot();
    const root = snapshot.node(value, 0);
    if (!root.children) return undefined;
    const item: MimeItem = { mime: VALUE, json: { version: 1, view: 'tree', root } satisfies ValuePayload };
    return goOn(snapshot.tensors.rest(), () => item);
  } catch {
    // A value that resists: its text is shown
    return undefined;
  }
}

/** Copies a value within the bounds. */
class Snapshot {
  private nodes = 0;
  private characters = 0;
  readonly tensors = new TensorLooks();
  /** The values that hold the current one. */
  private readonly path = new Set<object>();

  node(value: unknown, depth: number): ValueNode {
    this.nodes++;
    const keys = typeof value === 'object' && value !== null && isContainer(value) ? keysOf(value) : [];
    const node: ValueNode = { text: preview(value, keys), kind: kindOf(value) };
    this.characters += node.text.length;
    if (typeof value === 'string' && value.length > 80 && this.characters < MAX_CHARACTERS) {
      node.whole = value.slice(0, MAX_WHOLE);
      this.characters += node.whole.length;
    }
    if (typeof value === 'object' && value !== null) this.tensors.look(value, node);
    if (typeof value !== 'object' || value === null || !isContainer(value)) return node;
    if (this.path.has(value)) return { text: `[Circular] ${node.text}`, kind: 'other' };
    const total = entriesOf(value) + keys.length;
    if (total === 0 || depth >= MAX_DEPTH) return node;
    this.path.add(value);
    const children: ValueChild[] = [];
    for (const [key, join, child] of childrenOf(value, keys)) {
      if (children.length >= MAX_CHILDREN || this.nodes >= MAX_NODES || this.characters >= MAX_CHARACTERS) break;
      this.characters += key.length;
      children.push({ key, join, value: child.accessor ?? this.node(child.value, depth + 1) });
    }
    this.path.delete(value);
    if (children.length === 0) return node;
    return { ...node, children, ...(total > children.length ? { more: total - children.length } : {}) };
  }
}

type Child = { value?: unknown; accessor?: ValueNode };

/** Keys of an array beside its indices are looked for up to this length. */
const LONG_ARRAY = 10_000;

/** Number of entries beside the keys. */
const entriesOf = (value: object): number =>
  Array.isArray(value) ? value.length : types.isMap(value) || types.isSet(value) ? sizeOf(value) : 0;

/** The keys that are shown: those of an array beside its indices. */
function keysOf(value: object): PropertyKey[] {
  if (!Array.isArray(value)) return ownKeys(value);
  if (value.length > LONG_ARRAY) return [];
  return ownKeys(value).filter((key) => typeof key === 'symbol' || !/^\d+$/.test(String(key)));
}

function* childrenOf(
  value: object,
  keys: readonly PropertyKey[],
): Generator<[key: string, join: ValueChild['join'], child: Child]> {
  if (types.isMap(value)) for (const [key, v] of mapEntries(value)) yield [brief(key), '=>', { value: v }];
  if (types.isSet(value)) for (const v of setValues(value)) yield ['', '', { value: v }];
  if (Array.isArray(value)) {
    for (let i = 0; i < value.length; i++) {
      const property = Object.getOwnPropertyDescriptor(value, i);
      yield [String(i), ':', property ? childOf(property) : { accessor: { text: '<empty>', kind: 'empty' } }];
    }
  }
  for (const key of keys) {
    const property = Object.getOwnPropertyDescriptor(value, key);
    if (property) yield [keyText(key), ':', childOf(property)];
  }
}

const childOf = (property: PropertyDescriptor): Child =>
  'value' in property
    ? { value: property.value as unknown }
    : { accessor: { text: accessorText(property), kind: 'other' } };

/** The table of an array of records: plain objects, most of which have most of the columns. */
function tableOf(value: object): ValueTable | undefined {
  if (!Array.isArray(value) || value.length === 0) return undefined;
  const records = first(value as unknown[], MAX_ROWS);
  if (!records.every(isRecord)) return undefined;
  const columns = new Set<string>();
  let filled = 0;
  for (const record of records) {
    const keys = Object.keys(record);
    filled += keys.length;
    for (const key of keys) columns.add(key);
    if (columns.size > 10 * MAX_COLUMNS) return undefined;
  }
  if (columns.size === 0 || filled < 0.5 * columns.size * records.length) return undefined;
  const shown = [...columns].slice(0, MAX_COLUMNS);
  const rows: (ValueNode | null)[][] = [];
  let characters = 0;
  for (const record of records) {
    if ((rows.length + 1) * shown.length > MAX_CELLS || characters > MAX_CHARACTERS) break;
    const row = shown.map((name) => cellOf(record, name));
    for (const cell of row) characters += 30 + (cell?.text.length ?? 0);
    rows.push(row);
  }
  return {
    version: 1,
    view: 'table',
    columns: shown,
    moreColumns: columns.size - shown.length,
    rows,
    total: value.length,
  };
}

function cellOf(record: object, name: string): ValueNode | null {
  const property = Object.getOwnPropertyDescriptor(record, name);
  if (!property?.enumerable) return null;
  if (!('value' in property)) return { text: accessorText(property), kind: 'other' };
  const { value } = property as { value: unknown };
  // Texts of a table stand without quotes, as in every table
  if (typeof value === 'string') return { text: value.length > 200 ? `${value.slice(0, 200)}…` : value, kind: 'text' };
  return { text: typeof value === 'object' && value !== null ? preview(value) : leaf(value), kind: kindOf(value) };
}

function isRecord(value: unknown): value is object {
  if (typeof value !== 'object' || value === null || types.isProxy(value) || Array.isArray(value)) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return (prototype === null || prototype === Object.prototype) && isContainer(value) && hasKeys(value);
}
