// What operators of ONNX are computed with: tensors of TensorFlow.js, the attributes of a node, numbers of constants.
import type { Tensor } from '@tensorflow/tfjs-core';
import type { OnnxNode } from '../../../formats/onnx/messages.ts';
import type { TensorLibrary } from '../../library.ts';

/** One node that is computed. */
export class NodeCall {
  /** The tensor in its attribute `value`. */
  constant?: Tensor | undefined;

  constructor(
    readonly tf: TensorLibrary,
    readonly node: OnnxNode,
    readonly inputs: readonly (Tensor | undefined)[],
    readonly opset: number,
  ) {}

  /** An input that must be there. */
  input(i: number): Tensor {
    const found = this.inputs[i];
    if (!found) throw new Error(`its input ${i} is left out, which is not computed`);
    return found;
  }

  private attribute(name: string): unknown {
    const value = this.node.attributes.get(name);
    return value && Object.values(value)[0];
  }
  int(name: string, fallback: number): number {
    return (this.attribute(name) as number | undefined) ?? fallback;
  }
  float(name: string, fallback: number): number {
    return (this.attribute(name) as number | undefined) ?? fallback;
  }
  text(name: string, fallback: string): string {
    return (this.attribute(name) as string | undefined) ?? fallback;
  }
  list<T = number>(name: string): T[] | undefined {
    return this.attribute(name) as T[] | undefined;
  }

  /** Whole numbers from an input, or from an attribute where older versions have it. */
  ints(i: number, name?: string): number[] | undefined {
    const found = this.inputs[i];
    if (found) return Array.from(found.dataSync(), Number);
    return name === undefined ? undefined : this.list(name);
  }
}

/** Computes an operator. */
export type Compute = (call: NodeCall) => Tensor | Tensor[];

export const axisOf = (axis: number, rank: number): number => (axis < 0 ? axis + rank : axis);

/** Orders of axes from channels first to channels last, and back. */
export const toLast = (rank: number): number[] => [0, ...Array.from({ length: rank - 2 }, (_, i) => i + 2), 1];
export const toFirst = (rank: number): number[] => [0, rank - 1, ...Array.from({ length: rank - 2 }, (_, i) => i + 1)];
