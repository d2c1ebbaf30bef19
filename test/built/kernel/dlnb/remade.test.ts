// Models compiled with losses, metrics and optimizers of `dlnb`, saved with their optimizer: they come back compiled and
// make the same next steps, bit for bit.
import { afterEach, describe, expect, it, vi } from 'vitest';
import type * as tfl from '@tensorflow/tfjs-layers';
import { dist } from '../../../paths.ts';
import { libraryOf, numbers } from '../tensors/layers/library.ts';

const tf = libraryOf(dist);
const { makeLibrary } = await import('../../../../kernel/dlnb/index.ts');
const session = makeLibrary({
  display: async () => {},
  signal: () => new AbortController().signal,
  run: () => session,
  loaded: () => tf as never,
  seed: () => {},
  cell: () => undefined,
  training: () => {},
  takeStop: () => false,
  panels: {} as never,
});
session.tensorsLoaded(tf as never);
const { losses, metrics, optim } = session.library;
afterEach(() => vi.restoreAllMocks());

type Compile = tfl.ModelCompileArgs;
/** A model of two outputs if there are losses for two. */
function model(outputs: number): tfl.LayersModel {
  const input = tf.input({ shape: [3] });
  const dense = (i: number) =>
    tf.layers
      .dense({
        units: 2,
        activation: 'sigmoid',
        name: `out${i}`,
        kernelInitializer: tf.initializers.glorotUniform({ seed: i }),
      })
      .apply(input) as tfl.SymbolicTensor;
  return tf.model({ inputs: input, outputs: Array.from({ length: outputs }, (_, i) => dense(i + 1)) }) as never;
}

async function throughFile(saved: tfl.LayersModel): Promise<tfl.LayersModel> {
  let kept: unknown;
  await saved.save(
    tf.io.withSaveHandler(async (artifacts) => {
      // As a file has it
      kept = { ...artifacts, trainingConfig: JSON.parse(JSON.stringify(artifacts.trainingConfig)) as never };
      return { modelArtifactsInfo: { dateSaved: new Date(0), modelTopologyType: 'JSON' } };
    }),
    { includeOptimizer: true },
  );
  return tf.loadLayersModel(tf.io.fromMemory(kept as never)) as never;
}
const step = async (m: tfl.LayersModel, outputs: number) => {
  const x = numbers([8, 3]);
  const y = tf.oneHot(tf.tensor1d([0, 1, 1, 0, 1, 0, 0, 1], 'int32'), 2).toFloat();
  const values = await m.trainOnBatch(x as never, (outputs === 1 ? y : [y, y]) as never);
  return [values, m.getWeights().map((w) => [...w.dataSync()])];
};

const cases: [what: string, compile: () => Compile, outputs?: number][] = [
  ['a loss', () => ({ optimizer: optim.adam({ learningRate: 0.1 }), loss: losses.huber({ delta: 0.3 }) as never })],
  ['every option', () => ({ optimizer: 'sgd', loss: losses.softmaxFocalCrossEntropy({ gamma: 1.5 }) as never })],
  ['metrics', () => ({ optimizer: 'adam', loss: 'meanSquaredError', metrics: [metrics.f1Score({ average: 'macro' }), 'accuracy', metrics.r2Score()] as never })], // prettier-ignore
  ['losses by output', () => ({ optimizer: optim.sgd({ momentum: 0.5 }), loss: { out1: losses.meanAbsoluteError(), out2: 'meanSquaredError' } as never }), 2], // prettier-ignore
  ['a list of losses', () => ({ optimizer: 'adam', loss: [losses.dice(), losses.sigmoidCrossEntropy({ labelSmoothing: 0.1 })] as never }), 2], // prettier-ignore
  ['a schedule', () => ({ optimizer: optim.adamw({ learningRate: optim.cosineDecay({ rate: 0.1, steps: 5 }) }), loss: losses.klDivergence() as never })], // prettier-ignore
  ['names of tfjs-layers', () => ({ optimizer: 'rmsprop', loss: 'categoricalCrossentropy', metrics: ['mae', 'acc'] })],
  ['functions of tfjs-layers', () => ({ optimizer: 'sgd', loss: tf.metrics.meanSquaredError as never, metrics: tf.metrics.meanAbsoluteError as never })], // prettier-ignore
];

describe('a model comes back compiled, and makes the same next steps', () => {
  it.each(cases)('with %s', async (_, compile, outputs = 1) => {
    const first = model(outputs);
    first.compile(compile());
    await step(first, outputs);
    const second = await throughFile(first);
    for (let i = 0; i < 2; i++) expect(await step(second, outputs)).toEqual(await step(first, outputs));
  });

  it('with weighted metrics and weights of losses', async () => {
    const first = model(2);
    const weightedMetrics = { out1: [metrics.accuracy()] };
    first.compile({
      optimizer: 'sgd',
      loss: losses.meanSquaredError(),
      lossWeights: [1, 0.2],
      weightedMetrics,
    } as never);
    const second = await throughFile(first);
    expect(await step(second, 2)).toEqual(await step(first, 2));
    expect(second.metricsNames).toEqual(first.metricsNames);
  });
});

describe('functions of the notebook', () => {
  const own = (a: unknown, b: unknown) => tf.losses.meanSquaredError(a as never, b as never);
  it('as a loss are refused, with what to do instead', async () => {
    const first = model(1);
    first.compile({ optimizer: 'sgd', loss: own as never });
    await expect(throughFile(first)).rejects.toThrow(/its loss "own" is a function of the notebook\. Save it without/);
  });

  it('as a metric are left out, with a warning', async () => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {});
    const first = model(1);
    first.compile({
      optimizer: 'sgd',
      loss: losses.huber() as never,
      metrics: [own as never, metrics.r2Score() as never],
    });
    const second = await throughFile(first);
    expect(warn).toHaveBeenCalledWith(expect.stringMatching(/^The metric "own" is a function of the notebook/));
    expect(second.metricsNames).toEqual(['loss', 'r2Score']);
  });

  it('of a library that is not there are named when the file is read', async () => {
    const first = model(1);
    first.compile({ optimizer: 'sgd', loss: losses.huber() as never });
    const loss = (first as unknown as { loss: { className: string } }).loss;
    loss.className = 'elsewhere.loss';
    await expect(throughFile(first)).rejects.toThrow(/was compiled with "elsewhere\.loss", which is not known here/);
  });
});
