// Callbacks for `fit` of tf.layers: one that records a training, and one that shows a progress bar for a fit without a
// recorder.
import type * as tfTypes from '@tensorflow/tfjs-core';
import type { CustomCallback, LayersModel } from '@tensorflow/tfjs-layers';
import type { ProgressFunction, ProgressHandle } from '../progress/index.ts';
import type { TensorLibrary } from '../library.ts';
import type { CallbackOptions, Metric } from './api.ts';
import type { RunTotals } from './run.ts';

/** The run that a callback records into. */
export interface RecordedRun {
  /** Whether the run is asked to stop. */
  readonly stop: boolean;
  begin(): void;
  /** Adds to the totals: this many steps and epochs follow. */
  expect(totals: RunTotals): void;
  /** Notes options of the training, for a kept run. */
  note?(options: Record<string, number | string | boolean | null>): void;
  step(values: Record<string, Metric>): void;
  epoch(values: Record<string, Metric>): void;
  end(): void;
}

/** The parameters that `fit` passes to its callbacks. */
interface FitParams {
  epochs?: number;
  samples?: number | null;
  steps?: number | null;
  batchSize?: number | null;
}

/** Parts of a model that its type does not declare. */
interface ModelParts {
  name?: string;
  optimizer: { learningRate?: unknown; getClassName(): string; applyGradients(gradients: Gradients): void };
}
type Gradients = Record<string, tfTypes.Tensor> | { name: string; tensor: tfTypes.Tensor }[];

/** Models whose current fit is recorded, and needs no progress bar. */
const recorded = new WeakSet<object>();

const stepsPerEpoch = ({ samples, steps, batchSize }: FitParams) =>
  steps ?? (samples && batchSize ? Math.ceil(samples / batchSize) : undefined);

/** The metrics in the logs of a step or an epoch. */
function metricsOf(logs: object | undefined): Record<string, number> {
  const entries = Object.entries(logs ?? {}) as [string, unknown][];
  return Object.fromEntries(
    entries.filter((e): e is [string, number] => typeof e[1] === 'number' && e[0] !== 'batch' && e[0] !== 'size'),
  );
}

/** The options of a fit that a kept run is known by. */
function optionsOf({ name, optimizer }: ModelParts, { epochs, batchSize }: FitParams) {
  const { learningRate } = optimizer;
  return {
    ...(name !== undefined && { model: name }),
    optimizer: optimizer.getClassName(),
    ...(typeof learningRate === 'number' && { learningRate }),
    ...(epochs !== undefined && { epochs }),
    ...(typeof batchSize === 'number' && { batchSize }),
  };
}

/** Makes a callback that records into a run and ends `fit` when the run is asked to stop. */
export function makeCallback(
  tf: TensorLibrary,
  run: RecordedRun,
  { gradientNorm = false }: CallbackOptions,
): CustomCallback {
  let model: LayersModel | undefined;
  let params: FitParams = {};
  let norms: GradientNorms | undefined;

  class RecordingCallback extends tf.CustomCallback {
    override setModel(m: unknown): void {
      model = m as LayersModel;
    }
    override setParams(p: object): void {
      params = p;
      super.setParams(p as Parameters<CustomCallback['setParams']>[0]);
    }
  }
  return new RecordingCallback({
    onTrainBegin: async () => {
      recorded.add(model!);
      const perEpoch = stepsPerEpoch(params);
      run.begin();
      run.note?.(optionsOf(model as unknown as ModelParts, params));
      run.expect({
        ...(params.epochs !== undefined && { epochs: params.epochs }),
        ...(perEpoch && params.epochs !== undefined && { steps: perEpoch * params.epochs }),
      });
      if (gradientNorm) norms = watchGradients(tf, model as unknown as ModelParts);
    },
    onBatchEnd: async (_, logs) => {
      const { learningRate } = (model as unknown as ModelParts).optimizer;
      const norm = norms?.take();
      run.step({
        ...metricsOf(logs),
        ...(typeof learningRate === 'number' && { learningRate }),
        ...(norm && { gradientNorm: norm }),
      });
      norm?.dispose();
      if (run.stop) model!.stopTraining = true;
    },
    onEpochEnd: async (_, logs) => run.epoch(metricsOf(logs)),
    onTrainEnd: async () => {
      recorded.delete(model!);
      norms?.end();
      run.end();
    },
  });
}

interface GradientNorms {
  /** The norm of the last step: a scalar that the caller must dispose of. */
  take(): tfTypes.Tensor | undefined;
  end(): void;
}

/** Computes the global norm of the gradients that a model's optimizer applies: √(Σ g²) over all parameters. */
function watchGradients(tf: TensorLibrary, { optimizer }: ModelParts): GradientNorms {
  const apply = optimizer.applyGradients.bind(optimizer);
  let last: tfTypes.Tensor | undefined;
  optimizer.applyGradients = (gradients) => {
    const tensors = Array.isArray(gradients) ? gradients.map((g) => g.tensor) : Object.values(gradients);
    last?.dispose();
    // `fit` computes a step inside `tidy`, which would dispose of the norm before it is read
    last = tf.tidy(() => tf.keep(tf.sqrt(tf.addN(tensors.map((t) => tf.sum(tf.square(t)))))));
    apply(gradients);
  };
  return {
    take() {
      const taken = last;
      last = undefined;
      return taken;
    },
    end() {
      last?.dispose();
      // The method is the class's own again
      Reflect.deleteProperty(optimizer, 'applyGradients');
    },
  };
}

/** A fit that takes less time shows no bar. */
const SOON_MS = 300;

/**
 * Shows a progress bar for every `fit` and `fitDataset` whose `verbose` is not 0, unless a recorder draws it.
 */
export function installFitProgress(tf: TensorLibrary, progress: ProgressFunction): void {
  class FitProgress extends tf.CustomCallback {
    constructor() {
      let model: object | undefined;
      let params: FitParams = {};
      let bar: ProgressHandle | undefined;
      let began = 0;
      let early = 0;
      let epoch = 0;
      super(
        {
          onTrainBegin: async () => void (began = performance.now()),
          onEpochBegin: async (e) => void (epoch = e),
          onBatchEnd: async (_, logs) => {
            if (recorded.has(model!)) return;
            early++;
            if (!bar && performance.now() - began < SOON_MS) return;
            const perEpoch = stepsPerEpoch(params);
            const total = perEpoch && params.epochs ? perEpoch * params.epochs : undefined;
            bar ??= progress.begin({ label: 'fit', ...(total && { total }) });
            const values = Object.entries(metricsOf(logs)).map(([name, v]) => `${name} ${Number(v.toPrecision(4))}`);
            bar.note(`epoch ${epoch + 1}/${params.epochs ?? '?'} · ${values.join(' · ')}`);
            const steps = early;
            early = 0;
            await bar.step(steps);
          },
          onTrainEnd: async () => bar?.end(),
        },
        // `fit` already yields to other tasks in its own callback
        'never',
      );
      this.setModel = (m) => void (model = m as object);
      this.setParams = (p) => void (params = p as FitParams);
    }
  }
  tf.registerCallbackConstructor(1, FitProgress);
}
