// Reads the payload of a value: checks each field, and cuts long lists and texts.
import {
  check,
  count,
  fieldsOf,
  list,
  nameOf,
  oneOf,
  text,
  texts,
  versioned,
  type Fields,
} from '../../kernel/wire/fields.ts';
import { readStatistics } from '../shared/statistics.ts';
import { VALUE_KINDS, type ValueChild, type ValueNode, type ValuePayload } from '../../kernel/wire/value.ts';

const MAX_DEPTH = 20;
const MAX_CHILDREN = 1000;
const MAX_NODES = 20_000;
const MAX_ROWS = 10_000;
const MAX_COLUMNS = 200;
const MAX_WHOLE = 20_000;
const JOINS: readonly ValueChild['join'][] = [':', '=>', ''];

/** @throws PayloadError that says which field is wrong */
export function readValue(value: unknown): ValuePayload {
  const fields = versioned(value, 'a value', 1);
  if (oneOf(fields, 'view', ['tree', 'table']) === 'tree')
    return { version: 1, view: 'tree', root: readNode(fields.values['root'], 'the root', { nodes: 0 }, 0) };
  const columns = texts(fields, 'columns', MAX_COLUMNS);
  const rows = list(fields, 'rows', MAX_ROWS).map((row, r) => {
    check(Array.isArray(row) && row.length === columns.length, `row ${r + 1} does not have an entry for each column`);
    return row.map((cell, c) => (cell === null ? null : readLeaf(cell, `row ${r + 1}, column ${c + 1}`)));
  });
  const total = count(fields, 'total');
  check(total >= rows.length, 'there are more rows than its total says');
  return { version: 1, view: 'table', columns, rows, total, moreColumns: count(fields, 'moreColumns') };
}

function readLeaf(value: unknown, name: string): ValueNode {
  const fields = fieldsOf(value, name);
  return { text: text(fields, 'text'), kind: oneOf(fields, 'kind', VALUE_KINDS) };
}

function readNode(value: unknown, name: string, seen: { nodes: number }, depth: number): ValueNode {
  check(depth <= MAX_DEPTH && ++seen.nodes <= MAX_NODES, 'it holds too many values');
  const fields = fieldsOf(value, name);
  const node = readLeaf(value, name);
  if (fields.values['whole'] !== undefined) node.whole = text(fields, 'whole', MAX_WHOLE);
  if (fields.values['tensor'] !== undefined) node.tensor = readStatistics(fields, 'tensor');
  if (fields.values['more'] !== undefined) node.more = count(fields, 'more');
  if (fields.values['children'] !== undefined)
    node.children = list(fields, 'children', MAX_CHILDREN).map((child, i) => readChild(fields, child, i, seen, depth));
  return node;
}

function readChild(parent: Fields, value: unknown, i: number, seen: { nodes: number }, depth: number): ValueChild {
  const name = `${nameOf(parent, `child ${i + 1}`)}`;
  const fields = fieldsOf(value, name);
  return {
    key: text(fields, 'key'),
    join: oneOf(fields, 'join', JOINS),
    value: readNode(fields.values['value'], name, seen, depth + 1),
  };
}
