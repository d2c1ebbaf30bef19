// Reads the payload of a graph. It comes from a file that anyone may have written: every count, index and length is checked before it
// is used, and texts that are too long are cut.
import {
  GRAPH_MAGIC,
  GRAPH_VERSION,
  type GraphEdge,
  type GraphGroup,
  type GraphHeader,
  type GraphNode,
  type GraphNumbers,
  type GraphOutput,
} from '../../kernel/wire/mime.ts';
import { check, count, index, list, object, openPayload, PayloadError, text } from '../shared/payload.ts';

export const LIMITS = { bytes: 8_000_000, nodes: 5000, edges: 50_000, groups: 5000, depth: 40, list: 64 };

export interface GraphPayload extends GraphHeader {
  numbers: Float64Array;
}

/** @throws PayloadError that says what is wrong */
export function readGraph(bytes: Uint8Array): GraphPayload {
  const format = { what: 'a graph', magic: GRAPH_MAGIC, version: GRAPH_VERSION, most: LIMITS.bytes };
  const { head, body } = openPayload(bytes, format);
  check(body.length % 8 === 0, 'its length is not what its head says');
  const view = new DataView(body.buffer, body.byteOffset, body.byteLength);
  const numbers = Float64Array.from({ length: body.length / 8 }, (_, i) => view.getFloat64(8 * i, true));
  return readHeader(head, numbers);
}

function readHeader(head: Record<string, unknown>, numbers: Float64Array): GraphPayload {
  const { kind } = head;
  if (kind !== 'autodiff' && kind !== 'layers') throw new PayloadError('its kind is unknown');
  const groups = list(head['groups'], 'groups', LIMITS.groups).map((g, i) => readGroup(g, i));
  checkDepth(groups);
  const nodes = list(head['nodes'], 'nodes', LIMITS.nodes).map((n, i) => readNode(n, i, groups.length, numbers.length));
  const edges = list(head['edges'], 'edges', LIMITS.edges).map((e, i) => readEdge(e, i, nodes));
  const payload: GraphPayload = { kind, title: text(head['title'], 'title'), nodes, edges, groups, numbers };
  const { direction } = head;
  if (direction === 'right' || direction === 'down') payload.direction = direction;
  if (head['result'] !== undefined) payload.result = index(head['result'], nodes.length, 'result');
  if (head['summed'] === true) payload.summed = true;
  if (head['omitted'] !== undefined) payload.omitted = count(head['omitted'], 'omitted');
  if (head['cut'] !== undefined) payload.cut = count(head['cut'], 'cut');
  return payload;
}

const NODE_KINDS = new Set<unknown>(['input', 'variable', 'constant', 'op', 'layer'] satisfies GraphNode['kind'][]);
const GROUP_KINDS = new Set<unknown>(['layer', 'op', 'scope', 'run'] satisfies GraphGroup['kind'][]);

function readNode(value: unknown, i: number, groups: number, numbers: number): GraphNode {
  const name = `node ${i + 1}`;
  const fields = object(value, name);
  check(NODE_KINDS.has(fields['kind']), `the kind of ${name} is unknown`);
  const node: GraphNode = {
    kind: fields['kind'] as GraphNode['kind'],
    label: text(fields['label'], `label of ${name}`),
    outputs: list(fields['outputs'], `outputs of ${name}`, LIMITS.list * 4).map((o) => readOutput(o, name, numbers)),
  };
  if (fields['group'] !== undefined) node.group = index(fields['group'], groups, `group of ${name}`);
  if (fields['note'] !== undefined) node.note = text(fields['note'], `note of ${name}`);
  if (fields['details'] !== undefined)
    node.details = list(fields['details'], `details of ${name}`, LIMITS.list).map((pair) => {
      const [key, detail] = list(pair, `details of ${name}`, 2);
      return [text(key, `details of ${name}`), text(detail, `details of ${name}`)];
    });
  return node;
}

function readOutput(value: unknown, name: string, numbers: number): GraphOutput {
  const fields = object(value, `an output of ${name}`);
  const shape = list(fields['shape'], `shape of ${name}`, LIMITS.list).map((n) =>
    n === null ? null : count(n, `shape of ${name}`),
  );
  const output: GraphOutput = { shape, dtype: text(fields['dtype'], `dtype of ${name}`) };
  if (fields['value'] !== undefined) output.value = readNumbers(fields['value'], shape, `value of ${name}`, numbers);
  if (fields['gradient'] !== undefined)
    output.gradient = readNumbers(fields['gradient'], shape, `gradient of ${name}`, numbers);
  return output;
}

function readNumbers(value: unknown, shape: (number | null)[], what: string, numbers: number): GraphNumbers {
  const fields = object(value, what);
  const at = count(fields['at'], what);
  const held = count(fields['count'], what);
  const size = shape.reduce<number>((a, n) => a * (n ?? 1), 1);
  check(at + 3 + held <= numbers && held <= size, `the ${what} lies outside of its numbers`);
  const found: GraphNumbers = { at, count: held };
  if (fields['nan'] !== undefined) found.nan = count(fields['nan'], what);
  if (fields['infinite'] !== undefined) found.infinite = count(fields['infinite'], what);
  return found;
}

function readEdge(value: unknown, i: number, nodes: GraphNode[]): GraphEdge {
  const name = `edge ${i + 1}`;
  const fields = object(value, name);
  const from = index(fields['from'], nodes.length, name);
  const to = index(fields['to'], nodes.length, name);
  check(from < to, `${name} closes a cycle`);
  const edge: GraphEdge = { from, to };
  if (fields['output'] !== undefined) edge.output = index(fields['output'], nodes[from]!.outputs.length, name);
  if (fields['input'] !== undefined) edge.input = text(fields['input'], name);
  return edge;
}

function readGroup(value: unknown, i: number): GraphGroup {
  const name = `group ${i + 1}`;
  const fields = object(value, name);
  check(GROUP_KINDS.has(fields['kind']), `the kind of ${name} is unknown`);
  const group: GraphGroup = {
    label: text(fields['label'], `label of ${name}`),
    kind: fields['kind'] as GraphGroup['kind'],
    folded: fields['folded'] === true,
  };
  // A parent that comes before its children cannot be one of them
  if (fields['parent'] !== undefined) group.parent = index(fields['parent'], i, `parent of ${name}`);
  if (fields['type'] !== undefined) group.type = text(fields['type'], `type of ${name}`);
  return group;
}

function checkDepth(groups: GraphGroup[]): void {
  const depths: number[] = [];
  for (const { parent } of groups) {
    depths.push(parent === undefined ? 1 : depths[parent]! + 1);
    check(depths.at(-1)! <= LIMITS.depth, 'its groups are nested too deeply');
  }
}
