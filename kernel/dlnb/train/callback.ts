// The callbacks of tf.layers' fit: one that records a training, and the progress bar of a fit that nothing records.
import type * as tfTypes from '@tensorflow/tfjs-core';
import type { CustomCallback, LayersModel } from '@tensorflow/tfjs-layers';
import type { ProgressFunction, ProgressHandle } from '../progress/index.ts';
import type { TensorLibrary } from '../library.ts';
import type { RunRecorder } from './index.ts';

/** Options of {@link Recorder.callback}. */
export interface CallbackOptions {
  /** Record the norm of the gradients of all parameters at each step. It costs a pass over the gradients; off by default. */
  gradientNorm?: boolean;
}

/** What fit tells of itself. */
interface FitParams {
  epochs?: number;
  samples?: number | null;
  steps?: number | null;
  batchSize?: number | null;
}

/** Parts of a model that its types hide. */
interface ModelParts {
  optimizer: { learningRate?: unknown; applyGradients(gradients: Gradients): void };
}
type Gradients = Record<string, tfTypes.Tensor> | { name: string; tensor: tfTypes.Tensor }[];

/** Models that a recorder follows: their fits need no bar. */
const recorded = new WeakSet<object>();

const stepsPerEpoch = ({ samples, steps, batchSize }: FitParams) =>
  steps ?? (samples && batchSize ? Math.ceil(samples / batchSize) : undefined);

/** The numbers among a step's or an epoch's logs. */
function metricsOf(logs: object | undefined): Record<string, number> {
  const entries = Object.entries(logs ?? {}) as [string, unknown][];
  return Object.fromEntries(
    entries.filter((e): e is [string, number] => typeof e[1] === 'number' && e[0] !== 'batch' && e[0] !== 'size'),
  );
}

/** A callback that records into a run and ends fit when the run is asked to stop. */
export function makeCallback(
  tf: TensorLibrary,
  run: RunRecorder,
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
  /** The norm of the last step, a scalar that the caller disposes of. */
  take(): tfTypes.Tensor | undefined;
  end(): void;
}

/** Reads the gradients on their way to the optimiser: the square root of the sum of squares over all parameters. */
function watchGradients(tf: TensorLibrary, { optimizer }: ModelParts): GradientNorms {
  const apply = optimizer.applyGradients.bind(optimizer);
  let last: tfTypes.Tensor | undefined;
  optimizer.applyGradients = (gradients) => {
    const tensors = Array.isArray(gradients) ? gradients.map((g) => g.tensor) : Object.values(gradients);
    last?.dispose();
    // Fit computes a step in a tidy, which ends before the norm is read
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

/** A fit that is done sooner shows no bar. */
const SOON_MS = 300;

/**
 * Gives every `fit` and `fitDataset` whose `verbose` is not 0 a progress bar, unless a recorder draws it.
 * @param begin begins a bar
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
        // Fit yields by another callback of its own
        'never',
      );
      this.setModel = (m) => void (model = m as object);
      this.setParams = (p) => void (params = p as FitParams);
    }
  }
  tf.registerCallbackConstructor(1, FitProgress);
}
