// The engine of tfjs-core 4.22 as types: the parts of its class Engine that this project uses or replaces, none of
// which are public.
import type * as tf from '@tensorflow/tfjs-core';
import type { Remains } from './collect.ts';

export type Tensors = Record<string, tf.Tensor>;
export type Values = tf.backend_util.TypedArray | string[] | Uint8Array[];

/**
 * Computes gradients with respect to the inputs, by name, from those with respect to the outputs: a list if there are
 * several.
 */
export type GradientFunction = (
  dy: tf.Tensor | tf.Tensor[],
  saved: tf.Tensor[],
  attrs: unknown,
) => Record<string, () => tf.Tensor>;

export interface Scope {
  id: number;
  name: string;
  track: Tracked[];
}

/** A tensor as the engine sees it. */
export type Tracked = tf.Tensor & { kept: boolean; scopeId?: number };

/** One op that has been recorded for a gradient. */
export interface TapeNode {
  id: number;
  kernelName: string;
  /** An optional input may be missing. */
  inputs: Record<string, tf.Tensor | null | undefined>;
  outputs: tf.Tensor[];
  saved: tf.Tensor[];
  gradient: GradientFunction | undefined;
  attrs: unknown;
}

/** What the engine knows about the data of tensors. */
export interface DataInfo {
  backend: tf.KernelBackend;
  dtype: tf.DataType;
  shape: number[];
  bytes: number;
}

/** The part of a WeakMap that the engine uses, from the data of tensors to what it knows about them. */
export interface DataTable {
  get(dataId: object): DataInfo | undefined;
  has(dataId: object): boolean;
  set(dataId: object, info: DataInfo): void;
  delete(dataId: object): boolean;
}

export interface State {
  registeredVariables: Record<string, tf.Variable>;
  tensorInfo: DataTable;
  /** The ops recorded since the outermost gradient began; null outside of gradients. */
  activeTape: TapeNode[] | null;
  activeScope: Scope | null | undefined;
  scopeStack: Scope[];
  numDataMovesStack: number[];
  nextTapeNodeId: number;
  nextScopeId: number;
  numBytes: number;
  numTensors: number;
  numStringTensors: number;
  numDataBuffers: number;
  /** How many functions are being recorded for their gradients, one inside the other. */
  gradientDepth: number;
  /** How many op kernels are running, one inside the other. */
  kernelDepth: number;
  profiling: boolean;
}

export interface OpKernelCall {
  kernelName: string;
  inputs: Tensors;
  attrs: unknown;
}

/** The call of a function with a gradient of its own. */
export interface CustomCall {
  forwardFunc: (backend: tf.KernelBackend, save: (tensors: tf.Tensor[]) => void) => tf.Tensor | tf.Tensor[];
  backwardsFunc: GradientFunction;
  inputs: Tensors;
  attrs?: unknown;
}

/**
 * Functions of other code that are called while ops run. Each hook has at most one subscriber at a time. Subscribers do
 * not depend on each other, nor on the order in which they subscribe.
 */
export interface Hooks {
  /** Called before each op kernel; what it throws ends the op. */
  beforeOp: (() => void) | undefined;
  /** Called instead of each op kernel; `compute` runs the real one. */
  aroundOp: AroundOp | undefined;
  /** Called after an op has been recorded for a gradient. */
  onTape: ((node: TapeNode) => void) | undefined;
  /** Told of what ops and gradients have computed; what it throws ends them. */
  observer: OpObserver | undefined;
  /** Called with what a gradient with respect to `xs` has given: undefined for those that it does not reach. */
  onGradients: ((xs: readonly tf.Tensor[], grads: readonly (tf.Tensor | undefined)[]) => void) | undefined;
}

/** Sees the values that ops and gradients compute: those of ops that were called from outside, not inside another op. */
export interface OpObserver {
  /** An op kernel, or a function with a gradient of its own, has computed. */
  computed(name: string, inputs: Record<string, tf.Tensor | null | undefined>, outputs: readonly tf.Tensor[]): void;
  /** An op kernel has changed these tensors in place. */
  changed(name: string, tensors: Record<string, tf.Tensor[]>): void;
  /** An op was recorded for a gradient. */
  recorded(node: TapeNode): void;
  /** The gradient of an op begins; what is computed until {@link left} is a part of it. */
  entered(node: TapeNode): void;
  /** The gradient of the op with respect to one of its inputs, by name. */
  gradient(node: TapeNode, input: string, dx: tf.Tensor): void;
  left(node: TapeNode): void;
}

export type AroundOp = (
  name: string,
  inputs: Record<string, unknown>,
  attrs: unknown,
  compute: () => tf.TensorInfo | tf.TensorInfo[],
) => tf.TensorInfo | tf.TensorInfo[];

export interface Engine {
  state: State;
  ENV: tf.Environment;
  backend: tf.KernelBackend;
  backendName: string | null;
  /** Ours; there from `installEngine` on. */
  hooks: Hooks;
  nextTensorId(): number;
  reset(): void;
  read(dataId: object): Promise<tf.backend_util.TypedArray>;
  runKernel(name: string, inputs: Tensors, attrs?: unknown): tf.Tensor | tf.Tensor[];
  runKernelFunc(call: OpKernelCall | CustomCall): tf.Tensor | tf.Tensor[];
  checkKernelForMemLeak(name: string, before: number, outputs: tf.TensorInfo[]): void;
  getTensorsForGradient(name: string, inputs: Tensors, outputs: tf.Tensor[]): tf.Tensor[];
  saveTensorsForBackwardMode(tensors: tf.Tensor[]): tf.Tensor[];
  clone(x: tf.Tensor): tf.Tensor;
  keep<T extends tf.Tensor>(x: T): T;
  track<T extends tf.Tensor>(x: T): T;
  trackTensor(x: tf.Tensor, backend?: tf.KernelBackend | null): void;
  makeVariable(value: tf.Tensor, trainable?: boolean, name?: string, dtype?: tf.DataType): tf.Variable;
  incRef(x: tf.Variable, backend?: tf.KernelBackend | null): void;
  removeDataId(dataId: object, backend: tf.KernelBackend): void;
  disposeTensor(x: tf.Tensor | Remains): void;
  makeTensor(values: Values, shape: number[], dtype: tf.DataType, backend?: tf.KernelBackend): tf.Tensor;
  makeTensorFromTensorInfo(info: tf.TensorInfo, backend?: tf.KernelBackend): tf.Tensor;
  addTapeNode(
    name: string,
    inputs: Tensors,
    outputs: tf.Tensor[],
    gradient: GradientFunction | null,
    saved: tf.Tensor[],
    attrs: unknown,
  ): void;
  tidy<T>(name: string | (() => T), f?: () => T): T;
  startScope(name?: string): void;
  endScope(result?: unknown): void;
  gradients(
    f: () => tf.Tensor,
    xs: tf.Tensor[],
    dy?: tf.Tensor | null,
    allowNoGradients?: boolean,
  ): { value: tf.Tensor; grads: tf.Tensor[] };
}

/** Methods of the engine that replace its own. */
export type Methods = ThisType<Engine> & Partial<Engine>;
