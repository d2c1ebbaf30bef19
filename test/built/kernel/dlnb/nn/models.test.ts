// Blocks and models of `nn`: published numbers of parameters, shapes, training, saving, and what wrong options say.
import type { LayersModel, SymbolicTensor } from '@tensorflow/tfjs-layers';
import { afterEach, describe, expect, it } from 'vitest';
import { makeNn } from '../../../../../kernel/dlnb/nn/index.ts';
import { digitCodes } from '../../../../../kernel/dlnb/nn/layers/historic.ts';
import { registerLayers } from '../../../../../kernel/dlnb/nn/layers/index.ts';
import { dist } from '../../../../paths.ts';
import { libraryOf, numbers, reloaded, type Tensor } from '../../tensors/layers/library.ts';

const tf = libraryOf(dist);
registerLayers(tf as never);
const nn = makeNn(() => tf as never);

const models: LayersModel[] = [];
afterEach(() => models.splice(0).forEach((model) => model.dispose()));
const kept = (model: LayersModel) => (models.push(model), model);
const trainable = (model: LayersModel) => nn.countParameters(kept(model)).trainable;
const input = (...shape: number[]) => tf.input({ shape });
/** Parameters of a block. */
const ofBlock = (x: SymbolicTensor, y: SymbolicTensor) => trainable(tf.model({ inputs: x, outputs: y }));

describe('published numbers of parameters', () => {
  it.each<[string, () => LayersModel, number]>([
    ['LeNet-5, modern', () => nn.lenet5(), 61_706],
    ['LeNet-5, original', () => nn.lenet5({ variant: 'original' }), 60_000],
    ['AlexNet, in two groups', () => nn.alexnet(), 60_965_224],
    ['AlexNet', () => nn.alexnet({ groups: 1 }), 62_378_344],
    ['ResNet-18', () => nn.resnet({ variant: 'imagenet' }), 11_689_512],
    ['ResNet-34', () => nn.resnet({ variant: 'imagenet', depth: 34 }), 21_797_672],
    ['ResNet-50', () => nn.resnet({ variant: 'imagenet', depth: 50 }), 25_557_032],
    ['ResNet-101', () => nn.resnet({ variant: 'imagenet', depth: 101 }), 44_549_160],
    ['ResNet-152', () => nn.resnet({ variant: 'imagenet', depth: 152 }), 60_192_808],
    ['DenseNet-121', () => nn.densenet(), 7_978_856],
    ['DenseNet-161', () => nn.densenet({ depth: 161 }), 28_681_000],
    ['DenseNet-169', () => nn.densenet({ depth: 169 }), 14_149_480],
    ['DenseNet-201', () => nn.densenet({ depth: 201 }), 20_013_928],
    ['DenseNet-BC-100 of growth 12', () => nn.densenet({ depth: 100 }), 769_162],
    ['MobileNet', () => nn.mobilenet(), 4_231_976],
    // Counted in PyTorch
    ['U-Net of the paper', () => nn.unet({ inputShape: [572, 572, 1], classes: 2, padding: 'valid' }), 31_030_658],
  ])('%s', { timeout: 120_000 }, (_, make, count) => {
    expect(trainable(make())).toBe(count);
  });

  it('MobileNet with its running means, as in Keras', () => {
    expect(nn.countParameters(kept(nn.mobilenet()))).toEqual({ trainable: 4_231_976, other: 21_888, total: 4_253_864 });
  });

  it('LeNet-5 by layers, as in the paper', () => {
    const { layers } = kept(nn.lenet5({ variant: 'original' }));
    const counts = layers.map((layer) => layer.countParams()).filter((n) => n > 0);
    expect(counts).toEqual([156, 12, 1516, 32, 48_120, 10_164]);
  });

  it('GPT-2: every block is as large as the next', { timeout: 60_000 }, () => {
    const small = (layers: number) =>
      trainable(nn.transformer({ vocabulary: 50_257, length: 1024, layers, numHeads: 12, size: 768 }));
    const [one, two] = [small(1), small(2)];
    expect(one + 11 * (two - one)).toBe(124_439_808);
  });

  it("Transformer blocks as PyTorch's layers", () => {
    const x = input(10, 512);
    const options = { numHeads: 8, hidden: 2048 };
    expect(ofBlock(x, nn.transformerBlock(x, options))).toBe(3_152_384);
    const memory = input(7, 512);
    const y = nn.transformerBlock(x, { ...options, memory });
    expect(trainable(tf.model({ inputs: [x, memory], outputs: y }))).toBe(4_204_032);
  });

  it("GoogLeNet's first block, 163,328 weights and 368 biases", () => {
    const x = input(28, 28, 192);
    const y = nn.inceptionBlock(x, { filters: [64, [96, 128], [16, 32], 32] });
    expect(y.shape).toEqual([null, 28, 28, 256]);
    expect(ofBlock(x, y)).toBe(163_328 + 368);
  });

  it('a bottleneck, 69,632 weights where two convolutions 3 × 3 have 1,179,648', () => {
    const x = input(4, 4, 256);
    const weights = (kind: 'basic' | 'bottleneck') => {
      const model = kept(tf.model({ inputs: x, outputs: nn.residualBlock(x, { filters: 256, kind }) }));
      return model.weights.filter(({ shape }) => shape.length === 4).reduce((sum, w) => sum + w.read().size, 0);
    };
    expect([weights('bottleneck'), weights('basic')]).toEqual([69_632, 1_179_648]);
  });

  it('recurrent layers of 32 units for 10 inputs in a language model', () => {
    const model = kept(nn.charLM({ vocabulary: 7, embedding: 10, units: 32 }));
    expect(model.layers.map((layer) => layer.countParams())).toEqual([0, 70, 5504, 231]);
    const rnn = kept(nn.charLM({ vocabulary: 7, embedding: 10, units: 32, cell: 'simpleRNN' }));
    expect(rnn.layers[2]!.countParams()).toBe(1376);
  });
});

describe('shapes', () => {
  it.each<[string, () => LayersModel, number[], number[]]>([
    ['LeNet-5', () => nn.lenet5({ variant: 'original', seed: 1 }), [1, 28, 28, 1], [1, 10]],
    [
      'LeNet-5 of other images',
      () => nn.lenet5({ inputShape: [32, 20, 3], classes: 4, pooling: 'max' }),
      [1, 32, 20, 3],
      [1, 4],
    ],
    ['AlexNet of small images', () => nn.alexnet({ inputShape: [67, 67, 1], classes: 3 }), [1, 67, 67, 1], [1, 3]],
    [
      'ResNet of blocks with pre-activation',
      () => nn.resnet({ depth: 8, kind: 'preActivation', inputShape: [8, 8, 1] }),
      [1, 8, 8, 1],
      [1, 10],
    ],
    ['DenseNet', () => nn.densenet({ depth: 10, growth: 4, inputShape: [8, 8, 1] }), [1, 8, 8, 1], [1, 10]],
    [
      'DenseNet without bottlenecks',
      () => nn.densenet({ depth: 7, bottleneck: false, compression: 1, inputShape: [8, 8, 1] }),
      [1, 8, 8, 1],
      [1, 10],
    ],
    ['MobileNet', () => nn.mobilenet({ inputShape: [32, 32, 1], alpha: 0.25, classes: 5 }), [1, 32, 32, 1], [1, 5]],
    [
      'U-Net',
      () => nn.unet({ inputShape: [16, 32, 2], filters: 2, depth: 3, classes: 3 }),
      [1, 16, 32, 2],
      [1, 16, 32, 3],
    ],
    [
      'U-Net with valid padding',
      () => nn.unet({ inputShape: [28, 28, 1], filters: 2, depth: 1, padding: 'valid' }),
      [1, 28, 28, 1],
      [1, 12, 12, 1],
    ],
    ['Transformer', () => nn.transformer({ vocabulary: 11, length: 6 }), [2, 5], [2, 5, 11]],
    ['charLM', () => nn.charLM({ vocabulary: 11, cell: 'gru', layers: 2 }), [2, 5], [2, 5, 11]],
  ])('%s', (_, make, from, to) => {
    // prettier-ignore
    const model = kept(make());
    const y = model.predict(from.length === 2 ? tf.ones(from, 'int32') : numbers(from)) as Tensor;
    expect(y.shape).toEqual(to);
    if (to.at(-1)! > 1) for (const sum of tf.sum(y, -1).dataSync()) expect(sum).toBeCloseTo(1, 5);
  });

  it('of the U-Net of the paper: 572 become 388', () => {
    const { outputs } = kept(nn.unet({ inputShape: [572, 572, 1], classes: 2, filters: 1, padding: 'valid' }));
    expect(outputs[0]!.shape).toEqual([null, 388, 388, 2]);
  });

  it('of a dense block: 3, 35, 67, 99 channels', () => {
    const x = input(4, 4, 3);
    const y = nn.denseBlock(x, { layers: 3, growth: 32, name: 'd' });
    expect(y.shape).toEqual([null, 4, 4, 99]);
    const { layers } = kept(tf.model({ inputs: x, outputs: y }));
    const joined = layers
      .filter(({ name }) => name.endsWith('concat'))
      .map((l) => (l.output as SymbolicTensor).shape[3]);
    expect(joined).toEqual([35, 67, 99]);
  });
});

/** Models with a step of their training. */
const small: [string, () => LayersModel, () => { x: Tensor; y: Tensor; loss: string }][] = [
  ...(['basic', 'bottleneck', 'preActivation'] as const).map(
    (kind) =>
      [
        `residual block, ${kind}`,
        () => {
          const x = input(4, 4, 4);
          let y = nn.residualBlock(x, { filters: 8, stride: 2, kind, seed: 1, name: 'b1', stochasticDepth: 0.3 });
          y = nn.residualBlock(y, { filters: 8, kind, seed: 200, name: 'b2' });
          return tf.model({ inputs: x, outputs: tf.layers.globalAveragePooling2d({}).apply(y) as SymbolicTensor });
        },
        () => ({ x: numbers([3, 4, 4, 4]), y: numbers([3, 8], 2), loss: 'meanSquaredError' }),
      ] as (typeof small)[0],
  ),
  ['LeNet-5, original', () => nn.lenet5({ variant: 'original', seed: 1 }), digits],
  ['LeNet-5, modern', () => nn.lenet5({ seed: 1 }), digits],
  [
    'DenseNet',
    () => nn.densenet({ depth: 10, growth: 4, inputShape: [8, 8, 1], dropout: 0.2, seed: 1 }),
    () => ({ ...digits(), x: numbers([3, 8, 8, 1]) }),
  ],
  [
    'MobileNet',
    () => nn.mobilenet({ inputShape: [32, 32, 1], alpha: 0.25, classes: 10, seed: 1 }),
    () => ({ ...digits(), x: numbers([3, 32, 32, 1]) }),
  ],
  ...(['transposed', 'nearest', 'bilinear', 'unpooling'] as const).map(
    (up) =>
      [
        `U-Net, ${up}`,
        () => nn.unet({ inputShape: [8, 8, 1], filters: 2, depth: 2, up, batchNorm: up === 'nearest', skip: up !== 'bilinear', seed: 1 }), // prettier-ignore
        () => ({ x: numbers([2, 8, 8, 1]), y: tf.ones([2, 8, 8, 1]), loss: 'binaryCrossentropy' }),
      ] as (typeof small)[0],
  ),
  ['variational autoencoder', () => nn.vae({ inputShape: [4, 4, 1], hidden: [8], seed: 1 }).model, images],
  ...(['learned', 'sine'] as const).map(
    (positions) =>
      [
        `Transformer, ${positions} positions`,
        () => nn.transformer({ vocabulary: 5, length: 6, size: 8, numHeads: 2, positions, tied: positions === 'learned', dropout: 0.1, seed: 1 }), // prettier-ignore
        tokens,
      ] as (typeof small)[0],
  ),
  ['charLM', () => nn.charLM({ vocabulary: 5, units: 6, embedding: 4, dropout: 0.1, seed: 1 }), tokens],
];

function digits() {
  return { x: numbers([3, 28, 28, 1]), y: tf.oneHot(tf.tensor1d([0, 3, 9], 'int32'), 10), loss: 'categoricalCrossentropy' }; // prettier-ignore
}
function images() {
  const x = tf.abs(numbers([3, 4, 4, 1]));
  return { x, y: x, loss: 'binaryCrossentropy' };
}
function tokens() {
  const x = tf.tensor2d([[1, 2, 3, 4], [0, 2, 1, 4]], undefined, 'int32'); // prettier-ignore
  return { x, y: tf.tensor3d([[[2], [3], [4], [0]], [[2], [1], [4], [3]]]), loss: 'sparseCategoricalCrossentropy' }; // prettier-ignore
}

describe('training', () => {
  const compiled = (make: () => LayersModel, loss: string) => {
    const model = kept(make());
    model.compile({ optimizer: tf.train.adam(0.01), loss });
    return model;
  };
  const bits = (model: LayersModel) => model.getWeights().map((w) => [...new Uint32Array(w.dataSync().slice().buffer)]);

  it.each(small)('%s: the same from the same seed and from a file, and all weights learn', async (_, make, data) => {
    const { x, y, loss } = data();
    const [model, twin] = [compiled(make, loss), compiled(make, loss)];
    expect(bits(twin)).toEqual(bits(model));
    const again = kept(await reloaded(model));
    const first = await model.trainOnBatch(x, y);
    expect(Number.isFinite(first)).toBe(true);
    expect(await again.trainOnBatch(x, y)).toEqual(first);
    expect(bits(again)).toEqual(bits(model));
    for (let i = 0; i < 12; i++) await model.trainOnBatch(x, y);
    expect(await model.trainOnBatch(x, y)).toBeLessThan(first as number);
    const still = model.trainableWeights.filter((w, i) => {
      const before = twin.trainableWeights[i]!.read().dataSync();
      return w.read().dataSync().every((v, k) => v === before[k]); // prettier-ignore
    });
    // A bias of keys adds the same to all scores of a query, and its gradient is 0 but for rounding
    expect(still.map((w) => w.originalName).filter((name) => !name.includes('key/bias'))).toEqual([]);
  });
});

describe('what models compute', () => {
  it('a causal Transformer does not see what comes; without `causal` it does', () => {
    const ids = (last: number) => tf.tensor2d([[1, 2, 3, last]], undefined, 'int32');
    for (const causal of [true, false]) {
      const model = kept(nn.transformer({ vocabulary: 6, length: 4, causal, seed: 1 }));
      const [a, b] = [4, 5].map((last) => [...(model.predict(ids(last)) as Tensor).dataSync()].slice(0, 6));
      if (causal) expect(b).toEqual(a);
      else expect(b).not.toEqual(a);
    }
  });

  it('attention without positions does not care about the order of places', () => {
    const x = input(3, 4);
    const model = kept(tf.model({ inputs: x, outputs: nn.transformerBlock(x, { numHeads: 2, seed: 1 }) }));
    const data = numbers([1, 3, 4]);
    const turned = tf.reverse(model.predict(tf.reverse(data, 1)) as Tensor, 1).dataSync();
    (model.predict(data) as Tensor).dataSync().forEach((v, i) => expect(turned[i]).toBeCloseTo(v, 5));
  });

  it('the divergence of a VAE is 0.56315 for μ = 0.7 and σ = 0.5, and its decoder and encoder share its weights', async () => {
    const { model, encoder, decoder } = nn.vae({ inputShape: [1], latent: 1, hidden: [], seed: 1 });
    model.getLayer('latent').setWeights([tf.zeros([1, 2]), tf.tensor1d([0.7, Math.log(0.25)])]);
    const x = tf.tensor2d([[0.5], [0.5]]);
    model.compile({ optimizer: 'sgd', loss: 'binaryCrossentropy' });
    const code = encoder.predict(x) as Tensor;
    expect([...code.dataSync()]).toEqual([expect.closeTo(0.7), expect.closeTo(0.7)]);
    const y = decoder.predict(code) as Tensor;
    expect([...(model.predict(x) as Tensor).dataSync()]).toEqual([...y.dataSync()]);
    const reconstruction = tf.mean(tf.metrics.binaryCrossentropy(x, y)).dataSync()[0]!;
    const loss = (model.evaluate(x, x) as Tensor).dataSync()[0]!;
    expect(loss - reconstruction).toBeCloseTo(0.56315, 4);
  });

  it('a residual block of depth that is always dropped is its shortcut in training', () => {
    const x = input(2, 2, 3);
    const y = nn.residualBlock(x, { filters: 3, kind: 'preActivation', stochasticDepth: 1 });
    const model = kept(tf.model({ inputs: x, outputs: y }));
    const data = numbers([2, 2, 2, 3]);
    expect([...(model.apply(data, { training: true }) as Tensor).dataSync()]).toEqual([...data.dataSync()]);
    expect([...(model.predict(data) as Tensor).dataSync()]).not.toEqual([...data.dataSync()]);
  });

  it('the original LeNet-5 reads its own codes', () => {
    const model = kept(nn.lenet5({ variant: 'original', seed: 1 }));
    const output = model.getLayer('output');
    const read = output.call(tf.tensor2d(digitCodes()), {}) as Tensor;
    expect([...tf.argMax(read, -1).dataSync()]).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    // The squared distance of 0 to each code is 84
    const middle = output.call(tf.zeros([1, 84]), {}) as Tensor;
    for (const p of middle.dataSync()) expect(p).toBeCloseTo(0.1, 6);
  });

  it('reversibleEmbedding reads out by the vectors of its tokens', () => {
    const layer = nn.reversibleEmbedding({ inputDim: 3, outputDim: 2 });
    layer.apply(tf.tensor2d([[0]], undefined, 'int32'));
    layer.setWeights([tf.tensor2d([[1, 0], [0, 2], [3, 4]])]); // prettier-ignore
    const vectors = layer.apply(tf.tensor2d([[2, 0]], undefined, 'int32')) as Tensor;
    expect(vectors.arraySync()).toEqual([[[3, 4], [1, 0]]]); // prettier-ignore
    expect((layer.apply(vectors) as Tensor).arraySync()).toEqual([[[3, 8, 25], [1, 0, 3]]]); // prettier-ignore
  });

  it('gaussianSampling draws with the given mean and spread in training', () => {
    const x = tf.tile(tf.tensor2d([[3, Math.log(4)]]), [2000, 1]);
    const layer = nn.gaussianSampling({ seed: 1 });
    const { mean, variance } = tf.moments(layer.apply(x, { training: true }) as Tensor);
    expect(mean.dataSync()[0]).toBeCloseTo(3, 0);
    expect(variance.dataSync()[0]! / 4).toBeCloseTo(1, 0);
    const g = tf.grad((x) => tf.sum(layer.apply(x, { training: true }) as Tensor))(x.slice(0, 1));
    expect(g.dataSync()[0]).toBe(1);
    expect([...new Set((layer.apply(x) as Tensor).dataSync())]).toEqual([3]);
  });
});

describe('wrong options', () => {
  it.each<[string, () => unknown, string]>([
    [
      'lenet5',
      () => nn.lenet5({ variant: 'old' as never }),
      'nn.lenet5: variant must be "modern" or "original", got old',
    ],
    ['lenet5', () => nn.lenet5({ inputShape: [8, 8, 1] }), 'nn.lenet5: images must be at least 16 × 16'],
    ['lenet5', () => nn.lenet5({ variant: 'original', classes: 5 }), 'nn.lenet5: the original has ten classes'],
    [
      'lenet5',
      () => nn.lenet5({ variant: 'original', inputShape: [32, 32, 1] }),
      'nn.lenet5: the original is for images of shape [28, 28, 1]',
    ],
    ['alexnet', () => nn.alexnet({ groups: 3 as never }), 'nn.alexnet: groups must be 1 or 2, got 3'],
    ['alexnet', () => nn.alexnet({ inputShape: [28, 28, 1] }), 'nn.alexnet: images must be at least 67 × 67'],
    [
      'resnet',
      () => nn.resnet({ depth: 18 }),
      "nn.resnet: depth must be 6n + 2, for example 8, 14, 20, 32, 44 or 56; got 18; variant: 'imagenet' has that depth",
    ],
    [
      'resnet',
      () => nn.resnet({ variant: 'imagenet', depth: 20 }),
      "nn.resnet: depth of variant 'imagenet' must be 18, 34, 50, 101 or 152; got 20",
    ],
    ['resnet', () => nn.resnet({ variant: 'imagenet', kind: 'basic' }), 'follow from the depth; leave kind out'],
    [
      'residualBlock',
      () => nn.residualBlock(input(4, 4, 6), { filters: 6, kind: 'bottleneck' }),
      'nn.residualBlock: the filters of a bottleneck must be divisible by 4, got 6',
    ],
    [
      'residualBlock',
      () => nn.residualBlock(input(4, 4, 6), { filters: 6, kind: 'preActivation', zeroGamma: true }),
      'does not end with a normalization; leave zeroGamma out',
    ],
    [
      'residualBlock',
      () => nn.residualBlock(input(4, 4, 6), { filters: 6, shortcut: 'none', stochasticDepth: 0.5 }),
      'nothing would be left of a block without a shortcut',
    ],
    [
      'densenet',
      () => nn.densenet({ depth: 50 }),
      'nn.densenet: depth must be 121, 161, 169 or 201, or 6n + 4, for example 40 or 100; got 50',
    ],
    ['densenet', () => nn.densenet({ compression: 2 }), 'nn.densenet: compression must be a number from 0 to 1, got 2'],
    [
      'denseBlock',
      () => nn.denseBlock(input(4, 4, 3), { layers: 0, growth: 2 }),
      'nn.denseBlock: layers must be an integer of at least 1, got 0',
    ],
    [
      'inceptionBlock',
      () => nn.inceptionBlock(input(4, 4, 3), { filters: [1, 2, 3, 4] as never }),
      'nn.inceptionBlock: filters must be [f1, [r3, f3], [r5, f5], fp]',
    ],
    [
      'inceptionBlock',
      () => nn.inceptionBlock(input(4, 3), { filters: [1, [1, 1], [1, 1], 1] }),
      'nn.inceptionBlock: the input must be of shape [batch, height, width, channels]',
    ],
    ['mobilenet', () => nn.mobilenet({ alpha: 0 }), 'nn.mobilenet: alpha must be a number from 0.03125 to 8, got 0'],
    [
      'unet',
      () => nn.unet({ inputShape: [20, 20, 1] }),
      'nn.unet: 5 × 5 pixels at level 3 cannot be halved; with depth 4, choose an inputShape whose height and width are multiples of 16',
    ],
    [
      'unet',
      () => nn.unet({ inputShape: [20, 20, 1], padding: 'valid' }),
      'nn.unet: images of 20 × 20 are too small for depth 4',
    ],
    [
      'unet',
      () => nn.unet({ inputShape: [64, 64] as never }),
      'nn.unet: inputShape must be [height, width, channels], got [64, 64]',
    ],
    [
      'unetBlock',
      () => nn.unetBlock(5 as never, { filters: 2 }),
      "nn.unetBlock: the input must be what tf.input or a layer's apply returns, got 5",
    ],
    ['vae', () => nn.vae({ hidden: [0] }), 'nn.vae: hidden must be a list of numbers of units'],
    ['charLM', () => nn.charLM({} as never), 'nn.charLM: vocabulary must be an integer of at least 2'],
    [
      'transformer',
      () => nn.transformer({ vocabulary: 5, length: 5, size: 6, numHeads: 4 }),
      'nn.transformer: 4 heads do not divide the size 6',
    ],
    [
      'transformerBlock',
      () => nn.transformerBlock(input(4, 6), { numHeads: 4 }),
      'nn.transformerBlock: 4 heads do not divide the 6 features of the input; give keyDim',
    ],
    [
      'transformerBlock',
      () => nn.transformerBlock(input(4, 4), { numHeads: 2, memory: 3 as never }),
      'nn.transformerBlock: memory: the input must be what tf.input',
    ],
    [
      'reversibleEmbedding',
      () => nn.reversibleEmbedding({ inputDim: 3, outputDim: 2 }).apply(tf.ones([1, 2, 3])),
      'nn.reversibleEmbedding: the input must be tokens [batch, places], or vectors [batch, places, 2] to read out, got [1, 2, 3]',
    ],
    [
      'gaussianSampling',
      () => nn.gaussianSampling().apply(tf.ones([1, 3])),
      'nn.gaussianSampling: the last axis must hold means',
    ],
  ])('%s', (_, call, message) => {
    // prettier-ignore
    expect(call).toThrow(message);
  });
});
