// Reads the payload of a graph: checks every count, index and length before use, and cuts texts that are too long.
import {
  GRAPH_FORMAT,
  type GraphEdge,
  type GraphGroup,
  type GraphHeader,
  type GraphNode,
  type GraphNumbers,
  type GraphOutput,
} from '../../kernel/wire/graph.ts';
import {
  check,
  count,
  fieldsOf,
  index,
  isCount,
  list,
  nameOf,
  object,
  objects,
  oneOf,
  optional,
  text,
  type Fields,
} from '../../kernel/wire/fields.ts';
import { readPayload } from '../../kernel/wire/payload.ts';
import { sizeOf } from '../../kernel/wire/tensor.ts';

export const LIMITS = { nodes: 5000, edges: 50_000, groups: 5000, depth: 40, list: 64 };

export interface GraphPayload extends GraphHeader {
  numbers: Float64Array;
}

/** @throws PayloadError that says what is wrong */
export function readGraph(bytes: Uint8Array): GraphPayload {
  const { head, body } = readPayload(bytes, GRAPH_FORMAT);
  check(body.length % 8 === 0, 'its length is not what its head says');
  const view = new DataView(body.buffer, body.byteOffset, body.byteLength);
  const numbers = Float64Array.from({ length: body.length / 8 }, (_, i) => view.getFloat64(8 * i, true));
  return readHeader(head, numbers);
}

function readHeader(head: Fields, numbers: Float64Array): GraphPayload {
  const groups = objects(head, 'groups', 'group', LIMITS.groups).map(readGroup);
  checkDepth(groups);
  const nodes = objects(head, 'nodes', 'node', LIMITS.nodes).map((n) => readNode(n, groups.length, numbers.length));
  const { direction, summed } = head.values;
  return {
    kind: oneOf(head, 'kind', ['autodiff', 'layers']),
    title: text(head, 'title'),
    nodes,
    edges: objects(head, 'edges', 'edge', LIMITS.edges).map((e) => readEdge(e, nodes)),
    groups,
    numbers,
    ...(direction === 'right' || direction === 'down' ? { direction } : {}),
    ...(summed === true ? { summed } : {}),
    ...optional(head, { result: (f, key) => index(f, key, nodes.length), omitted: count, cut: count }),
  };
}

const NODE_KINDS: readonly GraphNode['kind'][] = ['input', 'variable', 'constant', 'op', 'layer'];
const GROUP_KINDS: readonly GraphGroup['kind'][] = ['layer', 'block', 'op', 'scope', 'run'];

/**
 * @param groups how many there are
 * @param numbers how many there are
 */
function readNode(node: Fields, groups: number, numbers: number): GraphNode {
  const outputs = objects(node, 'outputs', `${node.name}'s output`, LIMITS.list * 4);
  return {
    kind: oneOf(node, 'kind', NODE_KINDS),
    label: text(node, 'label'),
    outputs: outputs.map((output) => readOutput(output, numbers)),
    ...optional(node, { group: (f, key) => index(f, key, groups), note: text, details: readDetails }),
  };
}

/** Pairs of a name and a value. */
function readDetails(node: Fields, key: string): [name: string, value: string][] {
  return list(node, key, LIMITS.list).map((pair, i) => {
    const name = `detail ${i + 1} of ${node.name}`;
    check(Array.isArray(pair), `${name} must be a list`);
    const [label, value] = pair as unknown[];
    const detail = fieldsOf({ label, value }, name);
    return [text(detail, 'label'), text(detail, 'value')];
  });
}

function readOutput(output: Fields, numbers: number): GraphOutput {
  const shape = list(output, 'shape', LIMITS.list).map((n) => {
    check(n === null || isCount(n), `${nameOf(output, 'shape')} must be a list of counts`);
    return n;
  });
  const held = (f: Fields, key: string) => readNumbers(object(f, key), sizeOf(shape), numbers);
  return { shape, dtype: text(output, 'dtype'), ...optional(output, { value: held, gradient: held }) };
}

/**
 * @param size of the tensor
 * @param numbers how many the payload holds
 */
function readNumbers(fields: Fields, size: number, numbers: number): GraphNumbers {
  const at = count(fields, 'at');
  const held = count(fields, 'count');
  check(at + 3 + held <= numbers && held <= size, `${fields.name} lies outside of its numbers`);
  return { at, count: held, ...optional(fields, { nan: count, infinite: count }) };
}

function readEdge(edge: Fields, nodes: GraphNode[]): GraphEdge {
  const from = index(edge, 'from', nodes.length);
  const to = index(edge, 'to', nodes.length);
  check(from < to, `${edge.name} closes a cycle`);
  const output = (f: Fields, key: string) => index(f, key, nodes[from]!.outputs.length);
  return { from, to, ...optional(edge, { output, input: text }) };
}

/** @param i its index */
function readGroup(group: Fields, i: number): GraphGroup {
  return {
    label: text(group, 'label'),
    kind: oneOf(group, 'kind', GROUP_KINDS),
    folded: group.values['folded'] === true,
    // A parent that comes before its children cannot be one of them
    ...optional(group, { parent: (f, key) => index(f, key, i), type: text }),
  };
}

function checkDepth(groups: GraphGroup[]): void {
  const depths: number[] = [];
  for (const { parent } of groups) {
    depths.push(parent === undefined ? 1 : depths[parent]! + 1);
    check(depths.at(-1)! <= LIMITS.depth, 'its groups are nested too deeply');
  }
}
