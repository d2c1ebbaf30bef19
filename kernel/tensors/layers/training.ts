// Training steps and evaluation of models, as in Keras: losses weighted by outputs, examples and masks, regularizers in
// every loss, metrics that count over an epoch. They take the place of methods of tfjs-layers' LayersModel.
import * as tf from '@tensorflow/tfjs-core';
import * as layers from '@tensorflow/tfjs-layers';
import { FeedDict } from '@tensorflow/tfjs-layers/dist/engine/executor';
import { BaseLogger } from '@tensorflow/tfjs-layers/dist/base_callbacks';
import { makeBatches, sliceArrays } from '@tensorflow/tfjs-layers/dist/engine/training_tensors';
import { collectActivity } from './activity.ts';
import { executeWithMasks } from './execute.ts';
import { withLabels } from './labels.ts';
import { countingOf, meanOf, mergeSums, type Counting } from './metrics.ts';
import type { Feed, LossOrMetric, Logs, Mask, Model, Symbolic } from './types.ts';
import { alignTo } from './weights.ts';
import { isWeighed } from './weighted-metrics.ts';

/** The factors of the losses of a model's outputs; undefined where all are 1. */
export const lossWeights = new WeakMap<Model, number[]>();
/** Models whose labels have been checked before the training that is running. */
export const checkedLabels = new WeakSet<Model>();

/** Sums of metrics of a batch, by the tensor that is the value of the batch. */
interface Sums {
  how: Counting;
  sums: tf.Tensor[];
}
export const sumsOf = new WeakMap<tf.Tensor, Sums>();

/** Avoids a division by 0 where a mask leaves nothing, as Keras does. */
const EPSILON = 1e-7;
const warned = new WeakSet<LossOrMetric>();

/** The mean of losses [batch, ...], weighted, over what a mask leaves. */
function reduce(loss: tf.Tensor, weights: Mask, mask: Mask, f: LossOrMetric): tf.Tensor {
  if (!weights && !mask) return tf.mean(loss);
  if (loss.rank === 0) {
    if (weights)
      throw new Error(
        'The loss function returns one number for the batch, so sampleWeight and classWeight cannot weigh examples. ' +
          'Return one loss for each example, or give a loss of tf.losses the reduction tf.Reduction.NONE.',
      );
    if (!warned.has(f))
      console.warn('The loss function returns one number for the batch, so the mask cannot leave padding out of it.');
    warned.add(f);
    return loss;
  }
  const weighted = weights ? tf.mul(loss, alignTo(loss, weights, 'sampleWeight')) : loss;
  if (!mask) return tf.mean(weighted);
  const m = alignTo(weighted, mask, 'the mask');
  const left = tf.mul(tf.sum(m), weighted.size / m.size);
  return tf.div(tf.sum(tf.mul(weighted, m)), tf.add(left, EPSILON));
}

/** A mask and weights of examples as one, either of which may be missing. */
function both(mask: Mask, weights: Mask): tf.Tensor | undefined {
  if (!mask || !weights) return mask ?? weights ?? undefined;
  const [large, small] = mask.rank < weights.rank ? [weights, mask] : [mask, weights];
  return tf.mul(tf.cast(large, 'float32'), alignTo(large, small, 'sampleWeight'));
}

/** The outputs of a model for a batch, their masks, and the losses of activities. */
function forward(model: Model, data: (tf.Tensor | null)[], training: boolean) {
  const feeds = new FeedDict() as unknown as Feed;
  model.inputs.forEach((input: Symbolic, i) => feeds.add(input, data[i]!));
  return collectActivity(() => executeWithMasks(model.outputs, feeds, training ? { training } : undefined));
}

/** A batch: the loss, and the values of metrics with what they count. */
interface Outcome {
  total: tf.Scalar;
  values: tf.Tensor[];
  counted: (Sums | undefined)[];
}

/** @param data inputs, targets, and weights of examples or null */
function outcomeOf(model: Model, data: (tf.Tensor | null)[], training: boolean): Outcome {
  const first = model.inputs.length;
  const count = model.outputs.length;
  const targets = data.slice(first, first + count) as tf.Tensor[];
  const weights = data.slice(first + count, first + 2 * count);
  const { result, losses: activity } = forward(model, data, training);
  const { outputs, masks } = result;
  const factors = lossWeights.get(model);
  let total: tf.Tensor | undefined;
  const losses = model.lossFunctions.map((f, i) => {
    if (!f) return tf.scalar(0);
    const each = withLabels(checkedLabels.has(model), () => f(targets[i]!, outputs[i]!));
    const loss = reduce(each, weights[i], masks[i], f);
    const factor = factors?.[i] ?? 1;
    const part = factor === 1 ? loss : tf.mul(loss, factor);
    total = total ? tf.add(total, part) : part;
    return loss;
  });
  const counted: (Sums | undefined)[] = [];
  const values = model.metricsTensors.map((entry, i) => {
    const [metric, output] = entry;
    if (count > 1 && i < count) {
      counted.push(undefined);
      return losses[i]!;
    }
    const [target, prediction] = [targets[output]!, outputs[output]!];
    const mask = both(masks[output], isWeighed(entry) ? weights[output] : undefined);
    const how = countingOf(metric) ?? (mask ? meanOf(metric) : undefined);
    const sums = how?.count(target, prediction, mask);
    counted.push(how && { how, sums: sums! });
    return how ? how.result(sums!) : tf.mean(metric(target, prediction));
  });
  for (const loss of [...model.calculateLosses(), ...activity]) total = total ? tf.add(total, loss) : loss;
  return { total: (total ?? tf.scalar(0)) as tf.Scalar, values, counted };
}

/**
 * The function of a training step: inputs, targets and weights of examples → the loss and the values of metrics. It
 * looks up optimizer, losses and metrics in each call.
 */
export function trainFunction(model: Model): (data: (tf.Tensor | null)[]) => tf.Scalar[] {
  return (data) => {
    let values: tf.Tensor[] = [];
    const lossFunction = () => {
      const outcome = outcomeOf(model, data, true);
      values = outcome.values;
      values.forEach((value, i) => {
        tf.keep(value);
        const counted = outcome.counted[i];
        // Only `fit` adds them up
        if (counted && model.isTraining) {
          counted.sums.forEach((sum) => tf.keep(sum));
          sumsOf.set(value, counted);
        }
      });
      return outcome.total;
    };
    const variables = model.collectedTrainableWeights.map((weight) => weight.read());
    const loss = model.optimizer_.minimize(lossFunction, true, variables)!;
    return [loss, ...(values as tf.Scalar[])];
  };
}

/** Adds up losses and metrics of batches. */
export class Totals {
  private examples = 0;
  private sums: (tf.Tensor | Sums)[] = [];

  constructor(private readonly model: Model) {}

  /** Evaluates one batch; to be called in a `tidy` whose results are `tensors`. */
  add(data: (tf.Tensor | null)[], size: number): void {
    const { total, values, counted } = outcomeOf(this.model, data, false);
    const all = [total, ...values];
    this.sums = all.map((value, i) => {
      const before = this.sums[i];
      const how = i > 0 ? counted[i - 1] : undefined;
      if (how) return before ? { ...how, sums: mergeSums(how.how, (before as Sums).sums, how.sums) } : how;
      return tf.add((before as tf.Tensor | undefined) ?? tf.scalar(0), tf.mul(size, value));
    });
    this.examples += size;
  }

  get tensors(): tf.Tensor[] {
    return this.sums.flatMap((sum) => (sum instanceof tf.Tensor ? sum : sum.sums));
  }

  /** The loss and the metrics of all examples. */
  results(): tf.Scalar[] {
    const list = this.sums.map((sum) =>
      sum instanceof tf.Tensor ? tf.div(sum, this.examples) : sum.how.result(sum.sums),
    );
    return list as tf.Scalar[];
  }
}

type Logger = { totals: Record<string, unknown>; seen: number; sums?: Map<string, Sums> };

/** Installs the methods. `makeTrainFunction` is engine/compile-step.ts's. */
export function installTraining(): void {
  const model = layers.LayersModel.prototype as unknown as Model;
  model.makeTestFunction = function () {
    this.testFunction = (data) =>
      tf.tidy(() => {
        const { total, values } = outcomeOf(this, data, false);
        return [total, ...values];
      });
  };
  model.testLoop = function (_f, ins, batchSize, verbose = 0, steps) {
    if (verbose > 0) throw new Error('evaluate: `verbose` is not supported; the result has all values.');
    if (steps != null) throw new Error('evaluate: `steps` is not supported; use evaluateDataset with `batches`.');
    return tf.tidy(() => {
      const totals = new Totals(this);
      const list = ins.filter((x) => x !== null);
      for (const [start, end] of makeBatches(list[0]!.shape[0]!, batchSize) as [number, number][]) {
        tf.tidy(() => {
          const batch = sliceArrays(list, start, end) as tf.Tensor[];
          let next = 0;
          totals.add(
            ins.map((x) => (x === null ? null : batch[next++]!)),
            end - start,
          );
          return totals.tensors;
        });
      }
      return totals.results();
    });
  };

  // Adds up what metrics count; their values of batches are left out of the means
  const logger = BaseLogger.prototype as unknown as {
    onEpochBegin(this: Logger, epoch: number): Promise<void>;
    onBatchEnd(this: Logger, batch: number, logs?: Logs): Promise<void>;
    onEpochEnd(this: Logger, epoch: number, logs?: Logs): Promise<void>;
  };
  const { onEpochBegin, onBatchEnd, onEpochEnd } = logger;
  logger.onEpochBegin = async function (epoch) {
    dispose(this);
    await onEpochBegin.call(this, epoch);
  };
  logger.onBatchEnd = async function (batch, logs) {
    for (const [key, value] of Object.entries(logs ?? {})) {
      const added = value instanceof tf.Tensor ? sumsOf.get(value) : undefined;
      if (!added) continue;
      const before = (this.sums ??= new Map()).get(key);
      if (before) {
        const merged = tf.tidy(() => mergeSums(added.how, before.sums, added.sums));
        tf.dispose([before.sums, added.sums]);
        this.sums.set(key, { ...added, sums: merged });
      } else this.sums.set(key, added);
    }
    await onBatchEnd.call(this, batch, logs);
  };
  logger.onEpochEnd = async function (epoch, logs) {
    await onEpochEnd.call(this, epoch, logs);
    if (!logs) return;
    for (const [key, { how, sums }] of this.sums ?? []) {
      tf.dispose(logs[key] as tf.Tensor);
      logs[key] = tf.keep(tf.tidy(() => how.result(sums))) as tf.Scalar;
    }
    dispose(this);
  };
}

function dispose(logger: Logger): void {
  for (const { sums } of logger.sums?.values() ?? []) tf.dispose(sums);
  logger.sums?.clear();
}
