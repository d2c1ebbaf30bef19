// What is shared by the files that turn layers into ONNX operators: the layer as seen from here, and its weights.
import type { layers } from '@tensorflow/tfjs-layers';
import type { GraphBuilder } from '../../../formats/onnx/graph.ts';

export type Layer = layers.Layer;
/** A layer with fields that its type does not have. */
export type LayerOf<Fields> = Layer & Fields;
export type Config = Record<string, unknown>;
/** null for an axis of any size. */
export type Shape = (number | null)[];

/** One call of a layer. */
export interface Call {
  inputShapes: Shape[];
  outputShape: Shape;
  /** Options of the call, such as `useCausalMask`. */
  options: Config;
}

/** Adds the operators of a layer. @param inputs names of its inputs @returns names of its outputs */
export type Emit = (g: GraphBuilder, layer: Layer, inputs: readonly string[], call: Call) => string[];

/** The numbers of a layer's weight by the end of its name: `kernel`. */
export function floatsIn(layer: Layer, name: string): { values: Float32Array; shape: number[] } | undefined {
  const found = layer.weights.find(({ originalName }) => originalName === name || originalName.endsWith(`/${name}`));
  if (!found) return undefined;
  return { values: Float32Array.from(found.read().dataSync()), shape: found.shape as number[] };
}

/** The same, of a weight that must be there. */
export function weightOf(layer: Layer, name: string): { values: Float32Array; shape: number[] } {
  const found = floatsIn(layer, name);
  if (!found) throw new Error(`it has no weight "${name}"`);
  return found;
}

/** A weight as a constant of the graph, in another shape. */
export function constantOf(g: GraphBuilder, layer: Layer, name: string, dims?: readonly number[]): string {
  const { values, shape } = weightOf(layer, name);
  return g.floats(name, values, dims ?? shape);
}

/** x + a weight along the last axis, if the layer has it. */
export const plusBias = (g: GraphBuilder, layer: Layer, x: string, name = 'bias'): string =>
  floatsIn(layer, name) ? g.node('Add', [x, constantOf(g, layer, name)]) : x;

/** An axis, counted from the front. */
export const axisFrom = (axis: number, rank: number): number => (axis < 0 ? axis + rank : axis);

/** One number, or as many as there are axes. */
export const each = (value: unknown, n: number): number[] =>
  Array.isArray(value) ? (value as number[]) : Array.from({ length: n }, () => value as number);

/** Orders of axes that bring the channels, which are last, before the places, and back. */
export const firstOrder = (rank: number): number[] => [
  0,
  rank - 1,
  ...Array.from({ length: rank - 2 }, (_, i) => i + 1),
];
export const lastOrder = (rank: number): number[] => [0, ...Array.from({ length: rank - 2 }, (_, i) => i + 2), 1];
