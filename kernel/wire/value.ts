// The payload of a value: a tree of what it holds, or a table of records.
import type { TensorStatistics } from './tensor.ts';

/** Payload of `VALUE`, version 1. */
export type ValuePayload = ValueTree | ValueTable;

/** An object, array, map, set or instance with what it holds. */
export interface ValueTree {
  version: 1;
  view: 'tree';
  root: ValueNode;
}

/** Kinds of values, which decide about color and alignment. */
export const VALUE_KINDS = ['object', 'text', 'number', 'boolean', 'empty', 'function', 'other'] as const;
export type ValueKind = (typeof VALUE_KINDS)[number];

export interface ValueNode {
  /** The value on one line. */
  text: string;
  kind: ValueKind;
  /** The whole of a long text, which `text` has the beginning of. */
  whole?: string;
  /** Of a tensor or a typed array: what its values are. */
  tensor?: TensorStatistics;
  children?: ValueChild[];
  /** Number of children that are left out. */
  more?: number;
}

/** What a value holds under a key. */
export interface ValueChild {
  /** Name, index, or key of a map; empty for the values of a set. */
  key: string;
  /** What connects key and value: `a: 1` of objects, `'a' => 1` of maps. */
  join: ':' | '=>' | '';
  value: ValueNode;
}

/** An array of records. */
export interface ValueTable {
  version: 1;
  view: 'table';
  columns: string[];
  /** Number of columns that are left out. */
  moreColumns: number;
  /** One list a record, one entry a column; null where the record lacks the column. */
  rows: (ValueNode | null)[][];
  /** Number of records. */
  total: number;
}
