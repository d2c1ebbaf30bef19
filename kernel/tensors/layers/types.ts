// The fields and methods of tfjs-layers' classes that this folder uses and that its types keep private.
import type * as tf from '@tensorflow/tfjs-core';
import type * as tfl from '@tensorflow/tfjs-layers';

export type Kwargs = Record<string, unknown>;
/** A loss or a metric: targets and predictions → one value per example, or one for all. */
export type LossOrMetric = (target: tf.Tensor, output: tf.Tensor) => tf.Tensor;
/** A tensor, a list of tensors, or tensors by the names of inputs or outputs. */
export type Data = tf.Tensor | tf.Tensor[] | Record<string, tf.Tensor>;

export interface AnyLayer {
  name: string;
  trainable: boolean;
  stateful: boolean;
  supportsMasking: boolean;
  /** Whether `call` gets the masks of all inputs, not of the first alone. */
  takesMasks?: boolean;
  activityRegularizer?: { apply(x: tf.Tensor): tf.Tensor } | null;
  inboundNodes: { outputTensors: Symbolic[] }[];
  output: Symbolic | Symbolic[];
  getOutputAt(node: number): Symbolic | Symbolic[];
  getClassName(): string;
  apply(inputs: tf.Tensor[], kwargs?: Kwargs): tf.Tensor | tf.Tensor[];
  call(inputs: tf.Tensor | tf.Tensor[], kwargs: Kwargs): tf.Tensor | tf.Tensor[];
  computeMask(inputs: tf.Tensor[], masks: Mask[]): Mask | Mask[];
}

export type Mask = tf.Tensor | null | undefined;

export interface Symbolic {
  id: number;
  name: string;
  sourceLayer: AnyLayer;
  inputs: Symbolic[];
  callArgs?: Kwargs | null;
}

/** The values, and the masks, of symbolic tensors. */
export interface Feed {
  id2Mask: Record<number, tf.Tensor>;
  names(): string[];
  add(key: Symbolic, value: tf.Tensor, mask?: Mask): Feed;
  hasKey(key: Symbolic): boolean;
  getValue(key: Symbolic | string): tf.Tensor;
  getMask(key: Symbolic): Mask;
}

/** What `fit` hands to its callbacks. */
export interface CallbackList {
  setModel(model: unknown): void;
  onTrainBegin(): Promise<void>;
  onTrainEnd(): Promise<void>;
  onEpochBegin(epoch: number): Promise<void>;
  onEpochEnd(epoch: number, logs: Logs): Promise<void>;
  onBatchBegin(batch: number, logs: Logs): Promise<void>;
  onBatchEnd(batch: number, logs: Logs): Promise<void>;
}
export type Logs = Record<string, number | tf.Scalar>;

/** A compiled model. */
export interface Model extends AnyLayer {
  inputs: Symbolic[];
  outputs: Symbolic[];
  inputNames: string[];
  outputNames: string[];
  feedInputNames: string[];
  feedInputShapes: (number | null)[][];
  feedOutputNames: string[];
  feedOutputShapes: (number | null)[][];
  internalOutputShapes: (number | null)[][];
  loss: unknown;
  metrics: unknown;
  lossFunctions: (LossOrMetric | null | undefined)[];
  metricsNames: string[];
  /** Each with the number of its output; with several outputs, their losses come first. */
  metricsTensors: [LossOrMetric, number][];
  collectedTrainableWeights: { read(): tf.Variable }[];
  optimizer_: tf.Optimizer;
  isOptimizerOwned: boolean;
  isTraining: boolean;
  stopTraining_: boolean;
  history: tfl.History;
  testFunction: (data: (tf.Tensor | null)[]) => tf.Tensor[];
  calculateLosses(): tf.Scalar[];
  checkTrainableWeightsConsistency(): void;
  getDedupedMetricsNames(): string[];
  makeTrainFunction(): (data: (tf.Tensor | null)[]) => tf.Scalar[];
  makeTestFunction(): void;
  standardizeUserDataXY(x: Data, y: Data, checkBatchAxis?: boolean, batchSize?: number): [tf.Tensor[], tf.Tensor[]];
  fitLoop(...args: unknown[]): Promise<tfl.History>;
  testLoop(f: unknown, ins: (tf.Tensor | null)[], batchSize: number, verbose?: number, steps?: number): tf.Scalar[];
  getTrainingConfig(): Kwargs;
  loadTrainingConfig(config: Kwargs): void;
}

export const toList = <T>(x: T | T[] | null | undefined): T[] => (x == null ? [] : Array.isArray(x) ? x : [x]);
export const singleOrList = <T>(list: T[]): T | T[] => (list.length === 1 ? list[0]! : list);
