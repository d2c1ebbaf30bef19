// What watches a `train.fit` from inside the library: statistics, films and knobs get each step, each epoch and the end.
// A cell uses `callbacks` instead.
import type * as tfTypes from '@tensorflow/tfjs-core';
import type { NamedTensor } from '@tensorflow/tfjs-core/dist/tensor_types';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import type { Metric, Recorder } from './api.ts';

/** A training that begins. */
export interface FitStart {
  /** Name in the chart. */
  readonly name: string;
  /** The model; undefined where a step function is trained. */
  readonly model: LayersModel | undefined;
  /** The optimizer; undefined where a step function has its own. */
  readonly optimizer: tfTypes.Optimizer | undefined;
  /** The variables that are trained, with the names of their weights; none if a step function does not name its own. */
  variables(): readonly { readonly name: string; readonly variable: tfTypes.Variable }[];
  readonly epochs: number;
  /** Steps of an epoch, if they are known. */
  readonly stepsPerEpoch: number | undefined;
  /** Steps and epochs that are done already: 0, or where a resumed training goes on. */
  readonly step: number;
  readonly epoch: number;
  /** The options of `fit` as they were given. */
  readonly options: Readonly<Record<string, unknown>>;
  /** The recorder; undefined with `chart: false`. */
  readonly recorder: Recorder | undefined;
  /** Ends the training after the present step, as the Stop button does. */
  stop(): void;
}

/** A step that was made. Tensors are valid during the call only: clone or `keep` what is to stay. */
export interface FitStep {
  /** Number of the step in the whole training, from 1. */
  readonly step: number;
  /** Number of the epoch, from 1, and of the step in it, from 1. */
  readonly epoch: number;
  readonly batchInEpoch: number;
  /** Number of examples. */
  readonly size: number;
  /** What the step got: `{ xs, ys }` of a model, or what the data gave to a step function. */
  readonly batch: unknown;
  /** The loss and metrics of the step, as tensors where they have not been read. */
  readonly values: Readonly<Record<string, Metric>>;
}

/** An epoch that has ended, after its validation. */
export interface FitEpoch {
  /** Number of the epoch, from 1. */
  readonly epoch: number;
  /** Steps so far. */
  readonly step: number;
  /** Means of the epoch, and values of the validation (`val_loss` …). */
  readonly values: Readonly<Record<string, number>>;
}

/** Why a training ended before its last epoch. */
export type FitStopped = 'early' | 'stop' | 'interrupt';

/** The end of a training. */
export interface FitEnd {
  readonly steps: number;
  readonly epochs: number;
  readonly seconds: number;
  readonly stopped: FitStopped | undefined;
  /** What ended it, if an error did. */
  readonly error: unknown;
}

/**
 * Watches one training. All functions are optional. `onStep` should be quick: it is called at each step. What a function
 * throws ends the training with that error; a promise is awaited.
 */
export interface FitObserver {
  /** Before the first step. */
  onStart?(start: FitStart): void | Promise<void>;
  /** Before the step of this number (from 1), with its batch: knobs are set here. */
  beforeStep?(step: number, batch: unknown): void | Promise<void>;
  /** The gradients of a step, before the optimizer applies them; only valid during the call, which is in a `tidy`. */
  onGradients?(gradients: readonly NamedTensor[]): void;
  onStep?(step: FitStep): void | Promise<void>;
  onEpoch?(epoch: FitEpoch): void | Promise<void>;
  /** Always called, also after an error, if `onStart` was reached. */
  onEnd?(end: FitEnd): void | Promise<void>;
}

/** Makes the observer of a training from what is known before it begins; undefined for none. */
export type FitObserverMaker = (start: FitStart) => FitObserver | undefined;

/** The observers of a session, to which parts of the library add theirs. */
export class FitObservers {
  private readonly makers = new Set<FitObserverMaker>();

  /** Adds a maker, which is asked at each `fit`. @returns a function that takes it away again */
  add(maker: FitObserverMaker): () => void {
    this.makers.add(maker);
    return () => void this.makers.delete(maker);
  }

  /** The observers of a training that begins. */
  of(start: FitStart): FitObserver[] {
    return [...this.makers].flatMap((make) => make(start) ?? []);
  }
}
