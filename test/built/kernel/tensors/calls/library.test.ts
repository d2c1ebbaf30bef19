// Every layer, optimizer, initializer, regularizer, constraint, metric, callback and dataset with wrong options, and the
// methods of models: each names the function, the option, what came and what is wanted.
import { describe, expect, it } from 'vitest';
import { optionsOf, plainName } from '../../../../../kernel/tensors/layers/option-names.ts';
import { dist } from '../../../../paths.ts';
import { libraryOf, options, type Tensor } from '../layers/library.ts';
import { errorOf, expectTold, INTERNAL } from './wrong.ts';

const tf = libraryOf(dist);
// After the built library, whose engine the sources are to have
const { shown } = await import('../../../../../kernel/tensors/calls/shown.ts');

const COUNT = ['3', 0, -1, 2.5, NaN, Infinity, [[1]], {}, true, () => 3];
const SIZES = ['3', 0, -1, 2.5, [3, 'a'], [3, 0], [1.5], {}, true];
const SHAPE = ['x', 3, [2.5], [-1], ['3'], {}, true];
const NUMBER = ['0.1', NaN, [1], {}, true, () => 1];
const AXES = ['1', 1.5, ['x'], {}, true];
const YES_OR_NO = ['no', 'true', 0, 1, 2, {}, [], () => true];
const ACTIVATION = [5, 'rleu', true, ['relu'], NaN];
const NAMED = [5, 'nonsense', true, ['ones'], NaN];
const TEXT = [5, {}, [], true, ''];
const CHOICE = ['nonsense', 5, {}, true];
const LAYER = [5, 'lstm', {}, [1], true];
const PART = [...NUMBER, -0.1, 1.1, 2];

/** By the name of an option, values of which none is one that it can have. */
const wrong: Record<string, readonly unknown[]> = {
  units: COUNT, filters: COUNT, n: COUNT, inputDim: COUNT, outputDim: COUNT, numTokens: COUNT, height: COUNT,
  width: COUNT, depthMultiplier: COUNT, groups: COUNT, batchSize: COUNT, kernelSize: SIZES, strides: SIZES,
  poolSize: SIZES, dilationRate: SIZES, size: SIZES, inputLength: SIZES, inputShape: SHAPE, batchInputShape: SHAPE,
  shape: SHAPE, batchShape: SHAPE, noiseShape: SHAPE, targetShape: ['x', 3, [2.5], [-2], ['3'], {}, true],
  dims: ['x', 3, [0], [1.5], {}], rate: PART, dropout: PART, recurrentDropout: PART, stddev: [...NUMBER, -1],
  epsilon: [...NUMBER, -1], momentum: NUMBER, theta: [...NUMBER, -1], alpha: NUMBER, maxValue: NUMBER,
  negativeSlope: NUMBER, threshold: NUMBER, maskValue: NUMBER, seed: NUMBER, axis: AXES, axes: AXES, sharedAxes: AXES,
  implementation: ['1', 1.5, {}], cropping: ['1', -1, 1.5, [[1, 'a']], {}], scale: ['no', {}, [['a']], () => 1],
  offset: ['1', {}, ['a'], true], factor: ['1', {}, ['a'], true, [1, 2, 3]], padding: ['sam', -1, {}, true],
  activation: ACTIVATION, recurrentActivation: ACTIVATION, name: TEXT, dtype: CHOICE, inputDType: CHOICE,
  weights: ['x', 3, {}, true], dataFormat: CHOICE, interpolation: CHOICE, mergeMode: CHOICE, outputMode: CHOICE,
  layer: LAYER, cell: LAYER, cells: LAYER, dropoutFunc: ['x', 1, {}],
}; // prettier-ignore
for (const name of (
  'useBias trainable returnSequences returnState goBackwards stateful unroll resetAfter keepDims ' +
  'unitForgetBias center sparse maskZero normalize cropToAspectRatio autoVectorize'
).split(' '))
  wrong[name] = YES_OR_NO;
const wrongFor = (option: string) =>
  wrong[option] ?? (/(Initializer|Regularizer|Constraint)$/.test(option) ? NAMED : undefined);

/** Options with which each layer can be made. */
function needed(name: string): Record<string, unknown> {
  const inner = () => tf.layers.lstm({ units: 1 });
  const all: Record<string, unknown> = {
    units: 2, filters: 2, kernelSize: 2, n: 2, targetShape: [2], dims: [1], inputDim: 3, outputDim: 2, rate: 0.5,
    stddev: 1, cropping: 1, axes: 1, activation: 'relu', cell: tf.layers.lstmCell({ units: 1 }),
    cells: [tf.layers.lstmCell({ units: 1 })], layer: inner(), height: 2, width: 2, numTokens: 3, factor: 0.5,
    shape: [2],
  }; // prettier-ignore
  const own = optionsOf(name)!;
  const config = Object.fromEntries(Object.entries(all).filter(([option]) => own.includes(option)));
  if (plainName(name) === 'rescaling') config['scale'] = 1;
  if (name === 'inputLayer') config['inputShape'] = [2];
  return config;
}

type Make = (config?: unknown) => unknown;
const layer = (name: string) => (tf.layers as unknown as Record<string, Make>)[name]!;
const names = Object.keys(tf.layers).filter((name) => optionsOf(name));

describe.each(names)('tf.layers.%s', (name) => {
  it('can be made with what the table has', () => {
    expect(() => layer(name)(needed(name))).not.toThrow();
  });

  it.each(optionsOf(name)!)('says what is wrong with %s', async (option) => {
    const values = wrongFor(option);
    expect(values, `there are no wrong values for ${option}`).toBeDefined();
    for (const value of values!)
      await expectTold(
        () => layer(name)({ ...needed(name), [option]: value }),
        `tf.layers.${name}: `,
        option,
        `and is ${shown(value)}`,
        'must be',
      );
  });

  it('refuses what is no object of options, and options that there are not', async () => {
    for (const config of [8, 'relu', [8], true, () => 1, tf.scalar(1)])
      await expectTold(() => layer(name)(config), `tf.layers.${name}`, 'an object of options', shown(config));
    await expectTold(() => layer(name)({ ...needed(name), nonsense: 1 }), `tf.layers.${name}: `, '"nonsense"');
  });

  it('asks for what it needs', async () => {
    for (const option of Object.keys(needed(name)))
      for (const value of [undefined, null]) {
        const error = await errorOf(() => layer(name)({ ...needed(name), [option]: value }));
        if (!error) continue;
        expect(error.message).toContain(`tf.layers.${name}`);
        expect(error.message).not.toMatch(INTERNAL);
      }
    const error = await errorOf(() => layer(name)());
    if (error)
      expect(error.message).toMatch(/^tf\.layers\.\w+: (\w+ is undefined; it must be |Please provide|An InputLayer)/);
  });

  it('takes null for what is left out', () => {
    const left = optionsOf(name)!.filter((option) => !(option in needed(name)));
    expect(() =>
      layer(name)({ ...needed(name), ...Object.fromEntries(left.map((option) => [option, null])) }),
    ).not.toThrow();
  });
});

const model = () => {
  const made = tf.sequential({ layers: [tf.layers.dense({ units: 1, inputShape: [2] })] });
  made.compile({ optimizer: 'sgd', loss: 'meanSquaredError' });
  return made;
};
const x = () => tf.ones([4, 2]);
const y = () => tf.ones([4, 1]);
const dataset = () => tf.data.zip<{ xs: Tensor; ys: Tensor }>({ xs: tf.data.array([x()]), ys: tf.data.array([y()]) });

const VERBOSE = ['loud', {}, [1]];
const forFit: Record<string, readonly unknown[]> = {
  batchSize: COUNT, epochs: ['3', -1, 2.5, NaN, {}, true], initialEpoch: ['3', -1, 2.5, NaN, {}],
  verbose: VERBOSE, validationSplit: ['0.1', 2, -1, NaN, {}, true], shuffle: ['maybe', 1, {}], callbacks: [7, 'x', [5]],
  validationData: [7, 'x', true], classWeight: [7, 'x', true], sampleWeight: ['x', true, () => 1],
  yieldEvery: ['sometimes', {}, true],
}; // prettier-ignore
const forDataset: Record<string, readonly unknown[]> = {
  batchesPerEpoch: COUNT, epochs: ['3', -1, 2.5, NaN, {}, true], validationBatches: COUNT, validationBatchSize: COUNT,
  verbose: VERBOSE, callbacks: [7, 'x', [5]], initialEpoch: ['3', -1, 2.5], yieldEvery: ['sometimes', {}],
}; // prettier-ignore
type Call = (options: object) => unknown;
const trainings: [name: string, call: Call, wrong: Record<string, readonly unknown[]>][] = [
  ['fit', (o) => model().fit(x(), y(), o), forFit],
  ['fitDataset', (o) => model().fitDataset(dataset(), { epochs: 1, ...o }), forDataset],
  ['evaluate', (o) => model().evaluate(x(), y(), o), { batchSize: COUNT, verbose: VERBOSE, sampleWeight: ['x', true] }],
  ['evaluateDataset', (o) => model().evaluateDataset(dataset(), options(o)), { batches: COUNT, verbose: VERBOSE }],
  ['predict', (o) => model().predict(x(), o), { batchSize: COUNT, verbose: VERBOSE }],
  [
    'trainOnBatch',
    (o) => (model().trainOnBatch as (...args: unknown[]) => unknown)(x(), y(), o),
    { sampleWeight: ['x', true], classWeight: [7, 'x', true] },
  ],
  [
    'compile',
    (o) => model().compile({ optimizer: 'sgd', loss: 'meanSquaredError', ...o }),
    { optimizer: [7, true, [1], ''], loss: [7, true, [7]], metrics: [7, true, [7]], lossWeights: ['x', true] },
  ],
  [
    'earlyStopping',
    (o: object) => tf.callbacks.earlyStopping(o),
    {
      monitor: [7, {}, true], minDelta: NUMBER, patience: ['3', -1, 2.5], verbose: VERBOSE, mode: CHOICE,
      baseline: NUMBER, restoreBestWeights: YES_OR_NO, startFromEpoch: ['3', -1, 2.5],
    }, // prettier-ignore
  ],
  [
    'reduceLROnPlateau',
    (o: object) => tf.callbacks.reduceLROnPlateau(o),
    {
      monitor: [7, {}, true], minDelta: NUMBER, patience: ['3', -1, 2.5], verbose: VERBOSE, mode: CHOICE,
      factor: [...NUMBER, 0, 2], cooldown: ['3', -1, 2.5], minLr: [...NUMBER, -1],
    }, // prettier-ignore
  ],
  [
    'modelCheckpoint',
    (o: object) => tf.callbacks.modelCheckpoint(options({ filepath: 'file://x', ...o })),
    {
      filepath: [7, {}, true], monitor: [7, {}, true], verbose: VERBOSE, mode: CHOICE, saveBestOnly: YES_OR_NO,
      includeOptimizer: YES_OR_NO, saveFreq: ['x', 0, 1.5], initialValueThreshold: NUMBER,
    }, // prettier-ignore
  ],
];

describe.each(trainings)('%s', (name, call, table) => {
  it.each(Object.entries(table))('says what is wrong with %s', async (option, values) => {
    for (const value of values) await expectTold(() => call({ [option]: value }), name, option, 'must be');
  });

  it('refuses what is no object of options, and options that there are not', async () => {
    await expectTold(() => call({ nonsense: 1 }), `${name}: `, '"nonsense"');
  });
});

describe('what is trained with, evaluated and predicted from', () => {
  const things = [undefined, null, 5, 'x', {}, [1, 2], [[1, 2]], true, () => 1];
  it.each<[string, (thing: never) => unknown]>([
    ['fit: x', (t) => model().fit(t, y())],
    ['fit: y', (t) => model().fit(x(), t)],
    ['fitDataset', (t) => model().fitDataset(t, { epochs: 1 })],
    ['evaluate: x', (t) => model().evaluate(t, y())],
    ['evaluate: y', (t) => model().evaluate(x(), t)],
    ['evaluateDataset', (t) => model().evaluateDataset(t, {})],
    ['predict: x', (t) => model().predict(t)],
    ['predictOnBatch: x', (t) => model().predictOnBatch(t)],
    ['trainOnBatch: x', (t) => model().trainOnBatch(t, y())],
    ['trainOnBatch: y', (t) => model().trainOnBatch(x(), t)],
  ])('%s', async (where, call) => {
    for (const thing of things) await expectTold(() => call(thing as never), where, /must be|must give/);
  });

  it.each<[string, (thing: never) => unknown]>([
    ['fit', (t) => model().fit(t, y())],
    ['evaluate', (t) => model().evaluate(t, y())],
    ['predict', (t) => model().predict(t)],
    ['trainOnBatch', (t) => model().trainOnBatch(t, y())],
  ])('%s names itself for tensors of a wrong shape', async (where, call) => {
    for (const shape of [[], [4], [4, 3], [4, 2, 1]])
      await expectTold(() => call(tf.ones(shape) as never), where, shape.length ? new RegExp(shape.join(', ?')) : '0D');
  });
});

it.each<[string, (thing: never) => unknown, unknown[]]>([
  ['tf.sequential', (t) => tf.sequential(t), [5, 'x', [1], true, { layers: 5 }, { layers: [5] }, { name: 5 }]],
  [
    'tf.model',
    (t) => tf.model(t),
    [undefined, 5, 'x', [1], {}, { inputs: 5, outputs: 5 }, { inputs: [], outputs: [] }],
  ],
  ['tf.layers.input', (t) => tf.input(t), [5, 'x', [1], { shape: 5 }]],
  ['tf.loadLayersModel', (t) => tf.loadLayersModel(t), [undefined, 5, true, () => 1]],
  ['model.summary', (t) => model().summary(t), ['x', {}, true]],
  ['model.save', (t) => model().save(t), [undefined, 5, true]],
  ['model.add', (t) => tf.sequential().add(t), [undefined, 5, 'x', {}, [1]]],
  ['tf.data.array', (t) => tf.data.array(t), [undefined, 5, 'x', {}]],
  ['tf.data.csv', (t) => tf.data.csv(t), [undefined, 5, true]],
  ['tf.data.generator', (t) => tf.data.generator(t), [undefined, 5, 'x', {}]],
  ['tf.data.func', (t) => tf.data.func(t), [undefined, 5, 'x', {}]],
  ['tf.data.zip', (t) => tf.data.zip(t), [undefined, 5, 'x']],
  ['dataset.batch', (t) => dataset().batch(t), [undefined, ...COUNT]],
  ['dataset.shuffle', (t) => dataset().shuffle(t), [undefined, ...COUNT]],
  ['dataset.prefetch', (t) => dataset().prefetch(t), [undefined, ...COUNT]],
  ['dataset.take', (t) => dataset().take(t), [undefined, 'x', 1.5, NaN, {}]],
  ['dataset.skip', (t) => dataset().skip(t), [undefined, 'x', 1.5, NaN, {}]],
  ['dataset.repeat', (t) => dataset().repeat(t), ['x', 1.5, NaN, {}]],
  ['dataset.map', (t) => dataset().map(t), [undefined, 5, 'x', {}]],
  ['dataset.mapAsync', (t) => dataset().mapAsync(t), [undefined, 5, 'x', {}]],
  ['dataset.filter', (t) => dataset().filter(t), [undefined, 5, 'x', {}]],
  ['dataset.forEachAsync', (t) => dataset().forEachAsync(t), [undefined, 5, 'x', {}]],
  ['dataset.concatenate', (t) => dataset().concatenate(t), [undefined, 5, 'x', {}]],
])('%s', async (name, call, values) => {
  for (const value of values) await expectTold(() => call(value as never), name);
});
