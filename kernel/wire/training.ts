// The payload of training charts, and the messages between a chart and its kernel.

/**
 * The state of a training run. `stopped`: by the Stop button, or by the user's own `break`. `interrupted`: the cell was
 * interrupted, or the kernel is gone. `failed`: the cell threw an error.
 */
export type TrainingState = 'running' | 'done' | 'stopped' | 'interrupted' | 'failed';

/**
 * Payload of `TRAINING`, version 1: everything that a chart shows. It is JSON, so the notebook file stays readable.
 * Its curves are float32 values in base64: half as long as digits, exact, and able to hold NaN.
 */
export interface TrainingChart {
  version: 1;
  /** A random whole number below 2³¹. Deltas and the Stop button name the chart by it. */
  chart: number;
  title?: string;
  /** Whether an axis is logarithmic at first. */
  logX?: boolean;
  logY?: boolean;
  /** False for a chart that only shows how far its run is, with the Stop button; nothing is left of it at the end. */
  curves?: false;
  runs: TrainingRun[];
}

export interface TrainingRun {
  name: string;
  state: TrainingState;
  /** Steps that are done. */
  steps: number;
  /** Epochs that are done. */
  epochs: number;
  totalSteps?: number;
  totalEpochs?: number;
  /** Seconds since it began. */
  seconds: number;
  stepsPerSecond?: number;
  /** Estimated seconds that are left. */
  left?: number;
  best?: TrainingBest;
  series: TrainingSeries[];
  /** The first NaN and infinite values. */
  notFinite: { series: string; step: number; value: string }[];
  /** How many values were NaN or infinite in all. */
  notFiniteCount: number;
  /** Steps at which something was changed, such as the learning rate by a knob. */
  marks?: TrainingMark[];
}

export interface TrainingMark {
  step: number;
  /** For example `rate 0.01`. */
  text: string;
}

/** The best epoch so far, by one of the series. */
export interface TrainingBest {
  series: string;
  epoch: number;
  step: number;
  value: number;
}

/** A curve over steps. */
export interface TrainingSeries {
  /** `loss`, `val_loss`, `acc` …; a name with `val_` belongs to the validation data and is drawn beside its twin. */
  name: string;
  /** Whether points stand for steps (one or several) or for epochs. */
  per: 'step' | 'epoch';
  /** How many values each point is the mean of. */
  every: number;
  /** Index of the first point of {@link x} and {@link y} in the curve; above 0 only in a {@link TrainingDelta}. */
  from: number;
  /** Steps, float32 little-endian in base64: the mean of the steps that a point stands for. */
  x: string;
  /** Values, float32 little-endian in base64. */
  y: string;
}

/** News of a chart since the last message: its runs, with the points of each series from `from` on. */
export interface TrainingDelta {
  type: 'delta';
  chart: number;
  runs: TrainingRun[];
}

/** The Stop button of a chart was pressed. */
export interface TrainingStop {
  type: 'stop';
  chart: number;
}
