// A graph of ONNX operators that is being made: nodes and constants, with names.
import { TYPES, type OnnxModel, type OnnxNode, type OnnxPort, type OnnxTensor, type OnnxValue } from './messages.ts';

/** The version of the operators that graphs are made of. */
export const OPSET = 17;

/** Attributes of a node, by the types that ONNX has; whole numbers are integers unless given as `{ float }`. */
export type Attributes = Record<
  string,
  number | string | readonly number[] | { float: number } | { texts: string[] } | { floats: number[] }
>;

export class GraphBuilder {
  readonly nodes: OnnxNode[] = [];
  readonly initializers: OnnxTensor[] = [];
  private readonly counts = new Map<string, number>();
  private readonly constants = new Map<string, string>();
  /** What the names of nodes begin with: the layer. */
  scope = '';

  /** A node with one output. @returns the output's name */
  node(op: string, inputs: readonly string[], attributes: Attributes = {}): string {
    return this.nodeOf(op, inputs, 1, attributes)[0]!;
  }

  /** A node with several outputs. */
  nodeOf(op: string, inputs: readonly string[], outputs: number, attributes: Attributes = {}): string[] {
    const name = this.unique(`${this.scope}/${op}`);
    const names = Array.from({ length: outputs }, (_, i) => (i === 0 ? name : `${name}:${i}`));
    const values = Object.entries(attributes).map(([key, value]) => [key, attribute(value)] as const);
    this.nodes.push({ op, domain: '', name, inputs: [...inputs], outputs: names, attributes: new Map(values) });
    return names;
  }

  /** Floats that the file holds. */
  floats(name: string, values: ArrayLike<number>, dims: readonly number[]): string {
    return this.add(name, TYPES.float, Float32Array.from(values), dims);
  }

  /** Whole numbers of 64 bits, as shapes and axes are; equal lists are one. */
  ints(values: readonly number[]): string {
    return this.shared('ints', values, () => this.add('ints', TYPES.int64, BigInt64Array.from(values, BigInt), [values.length])); // prettier-ignore
  }

  /** One float. */
  scalar(value: number): string {
    return this.shared('scalar', [value], () => this.floats('scalar', [value], []));
  }

  private shared(kind: string, values: readonly number[], make: () => string): string {
    const key = `${kind} ${values.join()}`;
    const name = this.constants.get(key) ?? make();
    this.constants.set(key, name);
    return name;
  }

  private add(name: string, type: number, values: ArrayBufferView, dims: readonly number[]): string {
    const own = this.unique(kindless(this.scope, name));
    this.initializers.push({ name: own, type, dims: [...dims], raw: new Uint8Array(values.buffer as ArrayBuffer) });
    return own;
  }

  private unique(name: string): string {
    const n = this.counts.get(name) ?? 0;
    this.counts.set(name, n + 1);
    return n === 0 ? name : `${name}_${n}`;
  }

  model(graph: string, producer: string, inputs: OnnxPort[], outputs: OnnxPort[]): OnnxModel {
    const { nodes, initializers } = this;
    return { opset: OPSET, producer, graph, nodes, initializers, inputs, outputs, metadata: new Map() };
  }
}

/** Constants that layers share have no layer in their names. */
const kindless = (scope: string, name: string) => (name === 'ints' || name === 'scalar' ? name : `${scope}/${name}`);

function attribute(value: Attributes[string]): OnnxValue {
  if (typeof value === 'number') return { int: value };
  if (typeof value === 'string') return { text: value };
  if (Array.isArray(value)) return { ints: value as number[] };
  return value as OnnxValue;
}
