// Every function of the module `dlnb` with wrong arguments and options: an error names the function, what is wrong and
// what came, and says nothing of the engine's.
import { describe, expect, it } from 'vitest';
import { dist } from '../../../paths.ts';
import { libraryOf } from '../tensors/layers/library.ts';
import { errorOf, expectTold, INTERNAL } from '../tensors/calls/wrong.ts';

const tf = libraryOf(dist);
const { makeLibrary } = await import('../../../../kernel/dlnb/index.ts');
const run = {};
const { library } = makeLibrary({
  display: async () => {},
  signal: () => new AbortController().signal,
  run: () => run,
  loaded: () => tf as never,
  seed: () => {},
  cell: () => undefined,
  training: () => {},
  takeStop: () => false,
  panels: {} as never,
});
const { data, nn, viz, train, progress, check, display } = library;

type Wrong = Record<string, readonly unknown[]>;
type Call = (value: never) => unknown;
const NUMBER = ['5', NaN, {}, [1], true, () => 1];
const COUNT = [...NUMBER, 0, -1, 1.5];
const PART = [...NUMBER, -1];
const YES_OR_NO = ['no', 1, {}, []];
const TEXT = [5, {}, true, ['x']];
const CHOICE = ['nonsense', 5, {}, true];

const set = () => data.dataset(data.digits({ n: 20 }));
const model = () => tf.sequential({ layers: [tf.layers.dense({ units: 1, inputShape: [2] })] });
const points = [[0, 0], [1, 1], [0, 1]]; // prettier-ignore
const plot: Wrong = { title: TEXT, xLabel: TEXT, yLabel: TEXT, height: NUMBER };
const axes: Wrong = { ...plot, logX: YES_OR_NO, logY: YES_OR_NO };
const own = { n: COUNT, seed: NUMBER };

const withOptions: [name: string, call: Call, wrong: Wrong][] = [
  ['blobs', (o) => data.blobs(o), { ...own, spread: PART, cut: PART, centers: [5, 'x', [1], [[1, 'a']], {}] }],
  ['moons', (o) => data.moons(o), { ...own, noise: PART }],
  ['spirals', (o) => data.spirals(o), { ...own, noise: PART, arms: COUNT, turns: PART }],
  ['xor', (o) => data.xor(o), { ...own, noise: PART }],
  ['digits', (o) => data.digits(o), { ...own, shear: PART, rotate: PART, shift: PART, wobble: PART, noise: PART }],
  ['shapes', (o) => data.shapes(o), { ...own, rotate: PART, noise: PART }],
  ['data.mnist', (o) => data.mnist(o), { train: COUNT, test: COUNT, mirror: TEXT }],
  ['data.cifar10', (o) => data.cifar10(o), { train: COUNT, test: COUNT, mirror: TEXT }],
  ['split', (o) => set().split([0.5, 0.5], o), { seed: NUMBER, stratify: YES_OR_NO }],
  ['map', (o) => set().map((e) => e, o), { seed: NUMBER, shape: [5, 'x', [1.5], {}] }],
  ['batch', (o) => set().batch(2, o), { dropRemainder: YES_OR_NO }],
  [
    'augment',
    (o) => set().augment(o),
    { flipX: YES_OR_NO, flipY: YES_OR_NO, shift: PART, fill: NUMBER, noise: PART, seed: NUMBER },
  ],
  ['nn.stepDecay', (o) => nn.stepDecay({ rate: 1, at: 5, ...(o as object) }), { rate: PART, at: ['x', 0, {}], factor: PART }],
  ['nn.exponentialDecay', (o) => nn.exponentialDecay({ rate: 1, steps: 5, ...(o as object) }), { rate: PART, steps: COUNT, factor: PART }],
  ['nn.cosineDecay', (o) => nn.cosineDecay({ rate: 1, steps: 5, ...(o as object) }), { rate: PART, steps: COUNT, floor: PART, warmup: NUMBER }],
  ['nn.scheduleCallback', (o) => nn.scheduleCallback((t) => t, o), { per: CHOICE }],
  ['nn.clipping', (o) => nn.clipping(tf.train.sgd(1), o), { norm: PART, value: PART }],
  [
    'nn.residualBlock',
    (o) => nn.residualBlock(tf.input({ shape: [4, 4, 2] }), { filters: 2, ...(o as object) }),
    { filters: COUNT, stride: COUNT, shortcut: CHOICE, name: TEXT, seed: NUMBER, momentum: PART, zeroGamma: YES_OR_NO },
  ],
  ['nn.groupNorm', (o) => nn.groupNorm(o), { groups: COUNT.filter((v) => v !== -1), epsilon: PART, scale: YES_OR_NO, name: TEXT }],
  ['nn.rmsNorm', (o) => nn.rmsNorm(o), { epsilon: PART, scaleInitializer: [5, 'nonsense', {}], axis: ['x', {}] }],
  ['nn.unitNormalization', (o) => nn.unitNormalization(o), { axis: ['x', 1.5, [], {}], trainable: YES_OR_NO }],
  ['nn.attention', (o) => nn.attention(o), { dropout: [...PART, 1], causal: YES_OR_NO, scoreMode: CHOICE, seed: NUMBER }],
  ['nn.sinePositions', (o) => nn.sinePositions(o), { maxWavelength: [...NUMBER, 0] }],
  ['nn.learnedPositions', (o) => nn.learnedPositions({ sequenceLength: 3, ...(o as object) }), { sequenceLength: COUNT }],
  ['nn.stochasticDepth', (o) => nn.stochasticDepth({ rate: 0.5, ...(o as object) }), { rate: [...PART, 2], mode: CHOICE }],
  ['nn.mcDropout', (o) => nn.mcDropout({ rate: 0.5, ...(o as object) }), { rate: [...PART, 1], noiseShape: [5, 'x', [0]] }],
  ['nn.separableConv1d', (o) => nn.separableConv1d({ filters: 1, kernelSize: 1, ...(o as object) }), { filters: COUNT, kernelSize: COUNT.filter((v) => !Array.isArray(v)), strides: COUNT.filter((v) => !Array.isArray(v)), padding: CHOICE, dataFormat: CHOICE, activation: ['nonsense', 5], useBias: YES_OR_NO }],
  ['nn.upSampling3d', (o) => nn.upSampling3d(o), { size: COUNT, dataFormat: CHOICE }],
  ['nn.cropping1d', (o) => nn.cropping1d(o), { cropping: PART }],
  ['nn.maxUnpooling', (o) => nn.maxUnpooling(o), { poolSize: COUNT, outputSize: COUNT }],
  ['nn.randomFlip', (o) => nn.randomFlip(o), { mode: CHOICE, seed: NUMBER }],
  ['nn.randomZoom', (o) => nn.randomZoom({ heightFactor: 0.1, ...(o as object) }), { heightFactor: PART, widthFactor: PART, fillMode: CHOICE, fillValue: NUMBER }],
  ['nn.randomContrast', (o) => nn.randomContrast({ factor: 0.1, ...(o as object) }), { factor: [...PART, 2], valueRange: [5, 'x', [1], [1, 0], {}] }],
  ['nn.normalization', (o) => nn.normalization(o), { axis: ['x', 1.5, 0, {}], invert: YES_OR_NO }],
  ['nn.lenet5', (o) => nn.lenet5(o), { variant: CHOICE, classes: COUNT, activation: CHOICE, inputShape: [5, 'x', [1, 2], {}] }],
  ['nn.densenet', (o) => nn.densenet(o), { depth: COUNT, growth: COUNT, compression: [...PART, 2], dropout: [...PART, 1] }],
  ['nn.mobilenet', (o) => nn.mobilenet(o), { alpha: [...PART, 0], classes: COUNT }],
  ['nn.unet', (o) => nn.unet(o), { filters: COUNT, depth: COUNT, up: CHOICE, padding: CHOICE, skip: YES_OR_NO }],
  ['nn.vae', (o) => nn.vae(o), { latent: COUNT, hidden: [5, 'x', [0], {}], beta: PART }],
  ['nn.charLM', (o) => nn.charLM({ vocabulary: 5, ...(o as object) }), { vocabulary: COUNT, cell: CHOICE, units: COUNT, layers: COUNT }],
  ['nn.transformer', (o) => nn.transformer({ vocabulary: 5, length: 4, ...(o as object) }), { vocabulary: COUNT, length: COUNT, numHeads: COUNT, positions: CHOICE, tied: YES_OR_NO }],
  [
    'nn.resnet',
    (o) => nn.resnet(o),
    { variant: CHOICE, kind: CHOICE, stochasticDepth: PART, depth: COUNT, classes: COUNT, filters: COUNT, shortcuts: YES_OR_NO, seed: NUMBER, momentum: PART, zeroGamma: YES_OR_NO },
  ],
  ['viz.line', (o) => viz.line([1, 2], o), { ...axes, markers: YES_OR_NO, x: [5, 'x', {}] }],
  ['viz.scatter', (o) => viz.scatter(points, o), { ...axes, valueLabel: TEXT, zLabel: TEXT, size: NUMBER }],
  ['viz.heatmap', (o) => viz.heatmap([[1]], o), { ...plot, valueLabel: TEXT, colors: CHOICE, annotate: YES_OR_NO }],
  ['viz.surface', (o) => viz.surface([[1, 2], [3, 4]], o), { ...plot, valueLabel: TEXT, colors: CHOICE, zLabel: TEXT }], // prettier-ignore
  ['viz.histogram', (o) => viz.histogram([1, 2], o), { ...axes, bins: COUNT, density: YES_OR_NO }],
  ['viz.confusionMatrix', (o) => viz.confusionMatrix([0, 1], [0, 1], o), { ...plot, classNames: [5, 'x', {}] }],
  ['viz.animate', (o) => viz.animate([viz.line([1])], o), plot],
  ['viz.decisionBoundary', (o) => viz.decisionBoundary(() => tf.ones([1]), points, [0, 1, 0], o), { ...plot, margin: NUMBER, resolution: COUNT, threshold: NUMBER }],
  ['viz.lossLandscape', (o) => viz.lossLandscape(model(), () => 1, o), { ...plot, resolution: COUNT, seed: NUMBER }],
  ['viz.graph', (o) => viz.graph(model(), undefined, o), { title: TEXT, direction: CHOICE }],
  ['viz.filters', (o) => viz.filters(tf.ones([3, 3, 1, 2]), o), { title: TEXT }],
  [
    'train.record',
    (o) => train.record('a', o),
    { chart: TEXT, title: TEXT, monitor: TEXT, steps: NUMBER, epochs: NUMBER },
  ],
  [
    'train.callback',
    (o) => train.callback('a', o),
    { chart: TEXT, title: TEXT, monitor: TEXT, gradientNorm: YES_OR_NO },
  ],
  ['progress', (o) => progress(3, o), { total: NUMBER, label: TEXT }],
  ['progress.begin', (o) => progress.begin(o), { total: NUMBER, label: TEXT }],
  ['check.close', (o) => check.close(1, 1, 'one', o), { tolerance: PART }],
  ['display', (o) => display(1, o), { id: [...TEXT, ''], raw: YES_OR_NO }],
]; // prettier-ignore

describe.each(withOptions)('%s', (name, call, wrong) => {
  it.each(Object.entries(wrong))('says what is wrong with %s', async (option, values) => {
    for (const value of values) await expectTold(() => call({ [option]: value } as never), name, option);
  });

  it('refuses what is no object of options, and options that there are not', async () => {
    await expectTold(() => call({ nonsense: 1 } as never), `${name}: `, '"nonsense"');
    // `list.forEach(display)` passes an index
    if (
      name === 'display' ||
      /Decay|residual|learnedP|stochastic|mcDrop|separable|Zoom|Contrast|charLM|transformer/.test(name)
    )
      return;
    for (const value of [5, 'x', [1]])
      await expectTold(() => call(value as never), `${name}: `, 'options must be an object');
  });
});

const things = [undefined, null, 5, 'x', {}, true, () => 1];
const except = (...left: unknown[]) => things.filter((t) => !left.includes(t));
const of = (type: string) => things.filter((t) => typeof t !== type);
it.each<[string, Call, readonly unknown[]]>([
  ['random', (v) => data.random(v), [null, 'x', {}, true, NaN, 1.5]],
  ['dataset', (v) => data.dataset(v), things],
  ['split', (v) => set().split(v), [...things, [], [0], ['x'], [2]]],
  ['batch', (v) => set().batch(v), [...except(5), 0, -1, 1.5]],
  ['take', (v) => set().take(v), [...except(5), -1, 1.5]],
  ['shuffle', (v) => set().shuffle(v), [null, 'x', {}, true, 1.5]],
  ['map', (v) => set().map(v), of('function')],
  ['augment', (v) => set().augment(v), of('object')],
  ['nn.setLearningRate', (v) => nn.setLearningRate(v, 1), things],
  ['nn.setLearningRate', (v) => nn.setLearningRate(tf.train.sgd(1), v), [...except(5), NaN]],
  ['nn.countParameters', (v) => nn.countParameters(v), things],
  ['nn.scheduleCallback', (v) => nn.scheduleCallback(v), of('function')],
  ['nn.clipByNorm', (v) => nn.clipByNorm(v, 1), [undefined, null, 5, 'x', true, () => 1]],
  ['nn.clipByNorm', (v) => nn.clipByNorm([tf.ones([2])], v), [...except(5), NaN, -1]],
  ['nn.clipByValue', (v) => nn.clipByValue(v, 1), [undefined, null, 5, 'x', true, () => 1]],
  ['nn.clipByValue', (v) => nn.clipByValue([tf.ones([2])], v), [...except(5), NaN, -1]],
  ['nn.gradientNorm', (v) => nn.gradientNorm(v), [undefined, null, 5, 'x', true, () => 1]],
  ['nn.clipping', (v) => nn.clipping(v, { norm: 1 }), things],
  ['nn.clipping', (v) => nn.clipping(tf.train.sgd(1), v), things],
  ['nn.residualBlock', (v) => nn.residualBlock(v, { filters: 2 }), things],
  ['nn.residualBlock', (v) => nn.residualBlock(tf.input({ shape: [4, 4, 2] }), v), things],
  ['nn.lambda', (v) => nn.lambda(v), of('function')],
  ['nn.registerFunction', (v) => nn.registerFunction(v, (() => 1) as never), [...except('x'), '']],
  ['nn.registerFunction', (v) => nn.registerFunction('f', v), of('function')],
  ['nn.positionWaves', (v) => nn.positionWaves(v, 2), [...except(5), 0, -1, 1.5]],
  ['nn.chrono', (v) => nn.chrono(v, { steps: 5 }), things],
  ['nn.chrono', (v) => nn.chrono(tf.layers.gru({ units: 1 }), v), things],
  ['nn.denseBlock', (v) => nn.denseBlock(v, { layers: 1, growth: 1 }), things],
  ['nn.unetBlock', (v) => nn.unetBlock(v, { filters: 1 }), things],
  ['nn.inceptionBlock', (v) => nn.inceptionBlock(v, { filters: [1, [1, 1], [1, 1], 1] }), things],
  ['nn.transformerBlock', (v) => nn.transformerBlock(v, { numHeads: 1 }), things],
  ['viz.line', (v) => viz.line(v), except()],
  ['viz.scatter', (v) => viz.scatter(v), [...things, [1, 2, 3], [['a', 'b']]]],
  ['viz.heatmap', (v) => viz.heatmap(v), [...of('function'), () => 'x', () => {}, [1, 2], [['a', 'b']]]],
  ['viz.surface', (v) => viz.surface(v), [...of('function'), () => 'x', () => {}, [1, 2], [['a', 'b']]]],
  ['viz.contour', (v) => viz.contour(v), [...of('function'), () => 'x', () => {}, [1, 2], [['a', 'b']]]],
  ['viz.histogram', (v) => viz.histogram(v), [...except(5), ['a']]],
  ['viz.confusionMatrix', (v) => viz.confusionMatrix(v, [0]), [...except(5), ['a'], [0, 1]]],
  ['viz.confusionMatrix', (v) => viz.confusionMatrix([0], v), [...except(5), ['a'], [0, 1]]],
  ['viz.animate', (v) => viz.animate(v), [...things, [], [1]]],
  ['viz.decisionBoundary', (v) => viz.decisionBoundary(v, points, [0, 1, 0]), of('function')],
  ['viz.decisionBoundary', (v) => viz.decisionBoundary(() => tf.ones([1]), v, [0, 1, 0]), things],
  ['viz.decisionBoundary', (v) => viz.decisionBoundary(() => tf.ones([1]), points, v), [...things, [0]]],
  ['viz.lossLandscape', (v) => viz.lossLandscape(v, () => 1), things],
  ['viz.lossLandscape', (v) => viz.lossLandscape(model(), v), of('function')],
  ['viz.summary', (v) => viz.summary(v), things],
  ['viz.graph', (v) => viz.graph(v), of('function')],
  ['viz.filters', (v) => viz.filters(v), things],
  ['viz.featureMaps', (v) => viz.featureMaps(v, tf.ones([1, 2])), things],
  ['viz.recordFilters', (v) => viz.recordFilters(v), things],
  ['train.record', (v) => train.record(v), [null, 5, {}, true, '', () => 1]],
  ['train.callback', (v) => train.callback(v), [null, 5, {}, true, '', () => 1]],
  ['compileStep', (v) => train.compileStep(v), of('function')],
  ['step', (v) => train.record().step(v), [undefined, null, 5, true, { loss: 'x' }, { loss: {} }]],
  ['epoch', (v) => train.record().epoch(v), [null, 5, true, { loss: 'x' }, { loss: {} }]],
  ['progress', (v) => progress(v), [undefined, null, {}, true, () => 1, -1, 1.5]],
  ['check', (v) => (check as (holds: unknown, claim: string) => void)(v, 'it'), except(true)],
  ['check.close', (v) => check.close(v, 1, 'one'), [undefined, null, 'x', {}, true, () => 1]],
  ['check.close', (v) => check.closeAsync(1, v, 'one'), [undefined, null, 'x', {}, true, () => 1]],
  ['html', (v) => (library.html as unknown as Call)(v), except('x')],
  ['svg', (v) => (library.svg as unknown as Call)(v), except('x')],
  ['md', (v) => (library.md as unknown as Call)(v), except('x')],
  ['image', (v) => library.image(v), things],
  ['plot', (v) => library.plot(v), [...things, [1]]],
])('%s says what is wrong with %s', async (name, call, values) => {
  for (const value of values) await expectTold(() => call(value as never), name);
});

it('says nothing of the engine where data is missing', async () => {
  for (const [, call] of withOptions) {
    const error = await errorOf(() => call(undefined as never));
    if (error) expect(error.message).not.toMatch(INTERNAL);
  }
});
