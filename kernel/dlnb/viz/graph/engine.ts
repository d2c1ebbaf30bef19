// The parts of TensorFlow.js's engine and of tf.layers that recording a graph needs, none of which are in its public types.
import type * as core from '@tensorflow/tfjs-core';
import type { TensorLibrary } from '../../library.ts';

export type Tensor = core.Tensor;
export type Tensors = Record<string, Tensor | null | undefined>;
export type GradientFunction = (dy: Tensor | Tensor[], saved: Tensor[], attrs: unknown) => Record<string, () => Tensor>;

/** One op on the engine's tape. */
export interface TapeNode {
  kernelName: string;
  inputs: Tensors;
  outputs: Tensor[];
  saved: Tensor[];
  gradient?: GradientFunction | undefined;
  attrs?: unknown;
}

export interface Scope {
  id: number;
  name?: string;
}

export interface Engine {
  state: {
    activeTape: TapeNode[] | null;
    gradientDepth: number;
    scopeStack: Scope[];
    tensorInfo: { get(dataId: object): { backend: core.KernelBackend } | undefined };
  };
  addTapeNode(name: string, inputs: Tensors, outputs: Tensor[], ...rest: unknown[]): void;
  keep<T extends Tensor>(x: T): T;
  makeTensorFromTensorInfo(info: core.TensorInfo, backend?: core.KernelBackend): Tensor;
  startScope(name?: string): void;
  endScope(): void;
}

export const engineOf = (tf: TensorLibrary) => tf.engine() as unknown as Engine;

/** Another tensor on the same data, which no scope disposes of and no tape records. */
export function hold(engine: Engine, x: Tensor): Tensor {
  const { backend } = engine.state.tensorInfo.get(x.dataId)!;
  backend.incRef(x.dataId);
  return engine.keep(engine.makeTensorFromTensorInfo({ dataId: x.dataId, shape: x.shape, dtype: x.dtype }, backend));
}
