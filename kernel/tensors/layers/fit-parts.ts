// What `train.fit` of the module `dlnb` needs of models beside their public methods: checked inputs, one step with the
// sums of its metrics, evaluation batch by batch, and the state of everything that draws random numbers. The module
// knows TensorFlow.js by `tf` alone, so it finds this as `tf.train.fitParts`.
import * as tf from '@tensorflow/tfjs-core';
import { disposeNewTensors } from '@tensorflow/tfjs-layers/dist/engine/training_tensors';
import { lossesMap } from '@tensorflow/tfjs-layers/dist/losses';
import { randomState, restoreRandom, seedRandom, type RandomState } from '../random-source.ts';
import { checkAllLabels, checkNotEmpty, checkTensors, sampleWeights, weightsOf, type SampleWeight } from './inputs.ts';
import { mergeSums, type Counting } from './metrics.ts';
import { namingIn } from './naming.ts';
import { drawsOf, setDraws } from './noise.ts';
import { checkedLabels, sumsOf, Totals } from './training.ts';
import type { Data, Model } from './types.ts';

type Ins = (tf.Tensor | null)[];

/** Inputs, targets and weights of examples, and how to free those that are new. */
export interface PreparedBatch {
  ins: Ins;
  size: number;
  dispose(): void;
}

/** What a batch or a data set of a model has. */
export interface ModelData {
  xs: Data;
  ys: Data;
  sampleWeight?: SampleWeight | null | undefined;
  classWeight?: unknown;
}

/** A model that is trained; a sequential one has it within. */
const inner = (model: Model & { model?: Model }): Model => model.model ?? model;

const sparse = () => (lossesMap as Record<string, never>)['sparseCategoricalCrossentropy']!;

/** @throws Error for wrong shapes and types, with the remedy; RangeError for a label that is not a class */
async function prepare(where: string, given: Model, data: ModelData): Promise<PreparedBatch> {
  const model = inner(given);
  check(where, model, data);
  const [xs, ys] = namingIn(where, () => model.standardizeUserDataXY(data.xs, data.ys, false));
  const weights = await weightsOf(ys, model.outputNames, data.sampleWeight, data.classWeight);
  const batch = batchOf(data, xs, ys, weights);
  try {
    checkNotEmpty(where, xs);
    await checkAllLabels(model, ys, sparse());
  } catch (e) {
    batch.dispose();
    throw e;
  }
  return batch;
}

function check(where: string, model: Model, { xs, ys }: ModelData): void {
  checkTensors(`${where}: x`, xs, model.inputNames, model.feedInputShapes);
  checkTensors(`${where}: y`, ys, model.outputNames);
}

/** As {@link prepare}, at once and without the values of labels; of one batch of many. */
function prepareNow(where: string, given: Model, data: ModelData): PreparedBatch {
  const model = inner(given);
  check(where, model, data);
  const [xs, ys] = namingIn(where, () => model.standardizeUserDataXY(data.xs, data.ys, true));
  const weights = data.sampleWeight == null ? null : sampleWeights(ys, model.outputNames, data.sampleWeight);
  return batchOf(data, xs, ys, weights);
}

function batchOf(data: ModelData, xs: tf.Tensor[], ys: tf.Tensor[], weights: Ins | null): PreparedBatch {
  return {
    ins: [...xs, ...ys, ...(weights ?? [])],
    size: xs[0]!.shape[0]!,
    dispose() {
      disposeNewTensors(xs, data.xs);
      disposeNewTensors(ys, data.ys);
      tf.dispose((weights ?? []).filter((w) => w !== null));
    },
  };
}

/** What a metric counted in a batch, or in all so far. */
export interface Counted {
  how: Counting;
  sums: tf.Tensor[];
}

/** Adds up what a metric counts, and frees both. */
function merge(before: Counted | undefined, added: Counted): Counted {
  if (!before) return added;
  const sums = tf.tidy(() => mergeSums(added.how, before.sums, added.sums));
  tf.dispose([before.sums, added.sums]);
  return { how: added.how, sums };
}

/** The state of random numbers: of the source, and how often each layer with a seed has drawn. */
export interface Randomness {
  source: RandomState | undefined;
  draws: number[];
}

/** Layers of a model, those of models and wrappers within too. */
function layersWithin(model: { layers?: readonly object[] }): object[] {
  return (model.layers ?? []).flatMap((layer) => {
    const { layer: wrapped, forwardLayer, backwardLayer } = layer as Record<string, object | undefined>;
    const more = [wrapped, forwardLayer, backwardLayer].filter((l) => l !== undefined);
    return [layer, ...more, ...layersWithin(layer)];
  });
}

const parts = {
  prepare,
  prepareNow,
  merge,
  /** The names of the values of a step: the loss, and metrics. */
  names: (model: Model): string[] => inner(model).getDedupedMetricsNames(),
  /** Whether the model was compiled. */
  isCompiled: (model: Model): boolean => inner(model).optimizer_ != null,
  optimizer: (model: Model): tf.Optimizer => inner(model).optimizer_,
  /** Where a callback asks a training to stop. */
  isStopped: (model: Model): boolean => inner(model).stopTraining_ === true,
  /** The variables that are trained. */
  trained: (model: Model): tf.Variable[] => inner(model).collectedTrainableWeights.map((weight) => weight.read()),
  /**
   * Begins a training. @param labelsChecked whether all labels are known to be classes
   * @returns the function of one step, and what ends the training
   * @throws Error if the model is already being trained
   */
  begin(given: Model, labelsChecked: boolean) {
    const model = inner(given);
    if (model.isTraining)
      throw new Error('train.fit: the model is being trained already. Wait for the other fit, with await.');
    model.checkTrainableWeightsConsistency();
    model.isTraining = true;
    model.stopTraining_ = false;
    if (labelsChecked) checkedLabels.add(model);
    return {
      step: model.makeTrainFunction(),
      end() {
        model.isTraining = false;
        checkedLabels.delete(model);
      },
    };
  },
  /** What the metric of a value of a step counted; undefined where the mean of the values is meant. */
  countedOf: (value: tf.Tensor): Counted | undefined => sumsOf.get(value),
  /** Adds up the losses and metrics of batches without training. */
  totals(given: Model) {
    const model = inner(given);
    const totals = new Totals(model);
    return {
      add(ins: Ins, size: number): void {
        const before = totals.tensors;
        const checked = checkedLabels.delete(model);
        try {
          tf.tidy(() => {
            totals.add(ins, size);
            return totals.tensors;
          });
        } finally {
          if (checked) checkedLabels.add(model);
        }
        tf.dispose(before);
      },
      /** The loss and metrics of all; frees what was kept. */
      results(): tf.Scalar[] {
        const results = tf.tidy(() => totals.results());
        tf.dispose(totals.tensors);
        return results;
      },
    };
  },
  randomness: (model: object | undefined): Randomness => ({
    source: randomState(),
    draws: layersWithin(model ?? {}).map((layer) => drawsOf(layer)),
  }),
  restoreRandomness(model: object | undefined, { source, draws }: Randomness): void {
    restoreRandom(source);
    layersWithin(model ?? {}).forEach((layer, i) => setDraws(layer, draws[i] ?? 0));
  },
  /** Gives the source of random numbers a seed of its own if it has none, so that its state can be kept. */
  seedIfUnseeded(): void {
    if (!randomState()) seedRandom(Math.floor(Math.random() * 2 ** 32));
  },
  /** A number of the source, in [0, 1). */
  random: (): number => Math.random(),
};

/** What `tf.train.fitParts` is. */
export type FitParts = typeof parts;

/** Gives the module `dlnb` these functions. */
export function installFitParts(): void {
  Object.defineProperty(tf.train, 'fitParts', { value: parts });
}
