// `train.evaluate` and `train.predict`: the values of a model on data, and its outputs.
import type * as tfTypes from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { Batches } from '../data/batches.ts';
import { Dataset } from '../data/dataset.ts';
import { needLibrary, type TensorLibrary } from '../library.ts';
import { checkCount, checkOptions, shown } from '../options.ts';
import { EVALUATE, PREDICT, type EvaluateOptions, type PredictOptions } from './fit-api.ts';
import { batchesSource, loopOf, loopSource } from './fit-data.ts';
import { checkFinite, listed, modelTensors } from './fit-numbers.ts';
import { sourcesOf } from './fit-sources.ts';
import { checkCompiled, fitParts, isModel, modelTrainee } from './fit-trainee.ts';
import type { FitHost } from './fit.ts';

type Tensor = tfTypes.Tensor;

function checkModel(tf: TensorLibrary, where: string, model: unknown): asserts model is LayersModel {
  if (!isModel(tf, model))
    throw new TypeError(`${where}: the first argument must be a model, such as tf.sequential(…), got ${shown(model)}`);
}

/** {@link FitFunctions.evaluate} */
export async function evaluate(
  host: FitHost,
  model: LayersModel,
  data: unknown,
  options: EvaluateOptions = {},
): Promise<Record<string, number>> {
  const where = 'train.evaluate';
  checkOptions(where, options, EVALUATE);
  const { batchSize = 32, sampleWeight } = options;
  checkCount(where, 'batchSize', batchSize);
  const tf = needLibrary(host.loaded, where);
  checkModel(tf, where, model);
  checkCompiled(tf, where, model);
  const { training: source } = await sourcesOf(
    {
      ...{ tf, where, parts: fitParts(tf, where), model, batchSize, sampleWeight },
      ...{ stepsPerEpoch: undefined, shuffle: false, seed: 0, classWeights: undefined },
      dataset: (from) => host.dataset(from),
    },
    data,
    undefined,
  );
  const signal = host.signal();
  const pass = await source.open(0, 0);
  try {
    const measuring = modelTrainee(tf, where, model).measure()!;
    const info = { step: 0, epoch: 0, training: false, signal };
    for (let batch = await pass.next(); batch; batch = await pass.next()) {
      signal.throwIfAborted();
      await measuring.add(batch, info);
      batch.dispose();
    }
    return await measuring.results();
  } finally {
    await pass.end();
    source.dispose();
  }
}

/** {@link FitFunctions.predict} */
export async function predict(
  host: FitHost,
  model: LayersModel,
  inputs: unknown,
  options: PredictOptions = {},
): Promise<Tensor> {
  const where = 'train.predict';
  checkOptions(where, options, PREDICT);
  const { batchSize = 32 } = options;
  checkCount(where, 'batchSize', batchSize);
  const tf = needLibrary(host.loaded, where);
  checkModel(tf, where, model);
  if (model.outputs.length > 1)
    throw new TypeError(
      `${where}: the model has ${model.outputs.length} outputs; take model.predict(x), a list of tensors`,
    );
  const outputs = async (x: unknown): Promise<Tensor> => {
    const { value, made } = modelTensors(tf, where, model, 'x', x);
    try {
      await checkFinite(tf, `${where}: x`, listed(tf, value));
      return model.predict(value as Tensor, { batchSize }) as Tensor;
    } finally {
      tf.dispose(made);
    }
  };
  const toBatch = (element: unknown, owned: boolean) => ({
    value: Array.isArray(element) ? (element as unknown[])[0] : ((element as { xs?: unknown })?.xs ?? element),
    ins: [],
    size: 0,
    dispose: () => void (owned && tf.dispose(element as never)),
  });
  const isData = inputs instanceof Dataset || inputs instanceof Batches;
  const isArray = Array.isArray(inputs) || ArrayBuffer.isView(inputs) || inputs instanceof tf.Tensor;
  const loop = isData || isArray ? undefined : loopOf(inputs);
  if (!isData && !loop) return outputs(inputs);
  const source = isData
    ? batchesSource(inputs instanceof Batches ? inputs : inputs.batch(batchSize), toBatch)
    : loopSource(loop!, undefined, toBatch);
  const signal = host.signal();
  const pass = await source.open(0, 0);
  const parts: Tensor[] = [];
  try {
    for (let batch = await pass.next(); batch; batch = await pass.next()) {
      signal.throwIfAborted();
      parts.push(await outputs(batch.value));
      batch.dispose();
    }
    if (parts.length === 0) throw new RangeError(`${where}: the data are empty, so there are 0 examples`);
    return tf.concat(parts);
  } finally {
    await pass.end();
    tf.dispose(parts);
  }
}
