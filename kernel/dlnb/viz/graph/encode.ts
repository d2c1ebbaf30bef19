// Writes graphs as payloads.
import { GRAPH_FORMAT, type GraphHeader, type GraphNode, type GraphNumbers } from '../../../wire/graph.ts';
import { bytesOf, encodeHead, MAX_PAYLOAD, PREFIX, shortened, writePayload } from '../../../wire/payload.ts';
import { MAX_VALUES, type Summary } from './numbers.ts';
import type { Plan, PlannedNode } from './plan.ts';

/** Most nodes that are drawn. */
export const MAX_NODES = 3000;

/** Largest head in bytes; the rest of the payload is for numbers. */
const MAX_HEAD = 600_000;

/**
 * A payload of at most {@link MAX_PAYLOAD} bytes: of a large graph, the nodes nearest to the result and fewer values of
 * each.
 */
export function encodeGraph(plan: Plan): Uint8Array {
  for (let most = MAX_NODES; ; most = Math.floor(most / 1.5)) {
    const part = nearest(plan, most);
    const bytes = encodePart(part, plan.nodes.length - part.nodes.length);
    if (bytes) return bytes;
  }
}

/** Undefined if the texts of the nodes are too long. */
function encodePart(plan: Plan, omitted: number): Uint8Array | undefined {
  let most = MAX_VALUES;
  for (;;) {
    const numbers: number[] = [];
    const { kind, title, direction, result, summed, edges, groups } = plan;
    const header: GraphHeader = {
      kind,
      title: shortened(title),
      ...(direction ? { direction } : {}),
      nodes: plan.nodes.map((node) => encodeNode(node, numbers, most)),
      edges,
      groups: groups.map((g) => ({ ...g, label: shortened(g.label) })),
      ...(result === undefined ? {} : { result }),
      ...(summed ? { summed } : {}),
      ...(omitted > 0 ? { omitted } : {}),
      ...(most < MAX_VALUES ? { cut: most } : {}),
    };
    const head = encodeHead(header);
    if (head.length > MAX_HEAD) return undefined;
    if (PREFIX + head.length + 8 + numbers.length * 8 <= MAX_PAYLOAD)
      return writePayload(GRAPH_FORMAT, head, bytesOf(Float64Array.from(numbers)));
    if (most === 1) return undefined;
    most = most >> 1;
  }
}

function encodeNode(
  { outputs, label, details, note, ...node }: PlannedNode,
  numbers: number[],
  most: number,
): GraphNode {
  return {
    ...node,
    label: shortened(label),
    ...(details
      ? { details: details.map(([name, value]): [string, string] => [shortened(name), shortened(value)]) }
      : {}),
    ...(note === undefined ? {} : { note: shortened(note, 300) }),
    outputs: outputs.map(({ shape, dtype, value, gradient }) => ({
      shape,
      dtype,
      ...(value ? { value: encodeNumbers(value, numbers, most) } : {}),
      ...(gradient ? { gradient: encodeNumbers(gradient, numbers, most) } : {}),
    })),
  };
}

function encodeNumbers(summary: Summary, numbers: number[], most: number): GraphNumbers {
  const at = numbers.length;
  const { min, max, mean, nan, infinite, size } = summary;
  const values = summary.values.slice(0, size <= most ? size : most);
  numbers.push(min, max, mean, ...values);
  return { at, count: values.length, ...(nan > 0 ? { nan } : {}), ...(infinite > 0 ? { infinite } : {}) };
}

/** The nodes nearest to the result, counted in edges; of a graph without a result, the first nodes. */
function nearest(plan: Plan, most: number): Plan {
  const { nodes, edges, result } = plan;
  if (nodes.length <= most) return plan;
  const into = new Map<number, number[]>();
  for (const { from, to } of edges) into.set(to, [...(into.get(to) ?? []), from]);
  const kept = new Set(result === undefined ? Array.from({ length: most }, (_, i) => i) : [result]);
  // A set is iterated in insertion order, also while it grows
  for (const node of kept) for (const from of into.get(node) ?? []) if (kept.size < most) kept.add(from);
  const place = new Map([...kept].sort((a, b) => a - b).map((old, now) => [old, now]));
  return {
    ...plan,
    nodes: nodes.filter((_, i) => kept.has(i)),
    edges: edges.flatMap((e) =>
      kept.has(e.from) && kept.has(e.to) ? [{ ...e, from: place.get(e.from)!, to: place.get(e.to)! }] : [],
    ),
    ...(result === undefined ? {} : { result: place.get(result)! }),
  };
}
