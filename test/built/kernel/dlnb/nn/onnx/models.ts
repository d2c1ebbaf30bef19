// Models for the tests of ONNX: one for each kind of layer, with weights from a seed, and random stacks of them.
import type { LayersModel, SymbolicTensor } from '@tensorflow/tfjs-layers';
import type { makeNn } from '../../../../../../kernel/dlnb/nn/index.ts';
import type { tf as library } from '../../../../../../kernel/tensors/index.ts';
import { numbers, options } from '../../../tensors/layers/library.ts';

type Tf = typeof library;
type Nn = ReturnType<typeof makeNn>;
type Layer = { apply(x: unknown, kwargs?: object): unknown };

/** Weights from a seed, so that no model depends on chance; variances are positive. */
export function seeded<M extends LayersModel>(model: M, seed = 1, scale = 0.7): M {
  model.setWeights(
    model.weights.map((weight, i) => {
      const drawn = numbers(weight.shape as number[], seed + i);
      return weight.originalName.endsWith('variance') ? drawn.abs().add(0.5) : drawn.mul(scale);
    }),
  );
  return model;
}

/** Cases of layers by name: the shape of an example, and the layers that are applied one after another. */
export function layerCases(tf: Tf, nn: Nn): Record<string, [shape: number[], ...layers: (() => Layer)[]]> {
  const { layers } = tf;
  const rnn = { units: 3, returnSequences: true } as const;
  return {
    dense: [
      [4],
      () => layers.dense({ units: 3, activation: 'gelu' as never }),
      () => layers.dense({ units: 2, useBias: false, activation: 'softmax' }),
    ],
    'dense of sequences': [[5, 4], () => layers.dense({ units: 3, activation: 'swish' })],
    ...Object.fromEntries(
      [
        'relu',
        'relu6',
        'sigmoid',
        'tanh',
        'elu',
        'selu',
        'softplus',
        'softsign',
        'hardSigmoid',
        'mish',
        'gelu_new',
        'logSoftmax',
        'softmax',
        'linear',
      ].map((name): [string, [number[], () => Layer]] => [
        `activation ${name}`,
        [[3, 7], () => layers.activation({ activation: name as never })],
      ]),
    ),
    'layers of activations': [
      [4, 3],
      () => layers.leakyReLU({ alpha: 0.2 }),
      () => layers.prelu(),
      () => layers.elu({ alpha: 0.7 }),
      () => layers.thresholdedReLU({ theta: 0.1 }),
      () => layers.reLU({ maxValue: 0.6 }),
      () => layers.softmax({ axis: 1 }),
    ],
    'conv1d, causal': [
      [9, 2],
      () => layers.conv1d({ filters: 3, kernelSize: 3, padding: 'causal', dilationRate: 2, activation: 'relu' }),
    ],
    'conv1d, same and strides': [
      [9, 2],
      () => layers.conv1d({ filters: 3, kernelSize: 4, padding: 'same', strides: 2 }),
    ],
    conv2d: [
      [8, 9, 2],
      () => layers.conv2d({ filters: 3, kernelSize: [3, 2], padding: 'same', strides: 2, activation: 'relu' }),
      () => layers.conv2d({ filters: 2, kernelSize: 2, dilationRate: 2 }),
    ],
    'conv2d, channels first': [
      [2, 6, 5],
      () => layers.conv2d({ filters: 3, kernelSize: 3, dataFormat: 'channelsFirst' }),
    ],
    'conv2d, grouped': [[6, 5, 4], () => layers.conv2d(options({ filters: 6, kernelSize: 3, groups: 2 }))],
    conv3d: [[5, 4, 4, 2], () => layers.conv3d({ filters: 3, kernelSize: 2, strides: 2, padding: 'same' })],
    'depthwise and separable': [
      [7, 7, 2],
      () => layers.depthwiseConv2d({ kernelSize: 3, depthMultiplier: 2, padding: 'same', strides: 2 }),
      () => layers.separableConv2d({ filters: 3, kernelSize: 2, activation: 'tanh' }),
    ],
    'depthwise and separable of sequences': [
      [9, 2],
      () => nn.depthwiseConv1d({ kernelSize: 3, depthMultiplier: 2 }),
      () => nn.separableConv1d({ filters: 3, kernelSize: 2, padding: 'same' }),
    ],
    'conv2dTranspose, valid': [
      [4, 5, 2],
      () => layers.conv2dTranspose({ filters: 3, kernelSize: [3, 2], strides: [2, 3] }),
    ],
    'conv2dTranspose, same': [
      [4, 5, 2],
      () => layers.conv2dTranspose({ filters: 3, kernelSize: [3, 2], strides: [2, 3], padding: 'same' }),
    ],
    conv1dTranspose: [[5, 2], () => nn.conv1dTranspose({ filters: 3, kernelSize: 3, strides: 2, padding: 'same' })],
    'pooling of images': [
      [9, 8, 2],
      () => layers.maxPooling2d({ poolSize: 2, padding: 'same' }),
      () => layers.averagePooling2d({ poolSize: [2, 3], strides: 1, padding: 'same' }),
      () => layers.globalAveragePooling2d({}),
    ],
    'pooling of sequences': [
      [9, 2],
      () => layers.maxPooling1d({ poolSize: 3, strides: 2 }),
      () => layers.averagePooling1d({ poolSize: 2 }),
      () => layers.globalMaxPooling1d({} as never),
    ],
    'pooling of spaces': [
      [6, 6, 6, 2],
      () => layers.maxPooling3d({ poolSize: 2 }),
      () => layers.averagePooling3d({ poolSize: 3 }),
    ],
    normalizations: [
      [6, 4],
      () => layers.batchNormalization(),
      () => layers.layerNormalization(),
      () => nn.groupNorm({ groups: 2 }),
      () => nn.instanceNorm({}),
      () => nn.rmsNorm({}),
      () => nn.unitNormalization({}),
    ],
    'normalization of images': [
      [4, 5, 6],
      () => layers.batchNormalization({ scale: false, axis: 3 }),
      () => nn.groupNorm({ groups: 3, center: false }),
      () => layers.layerNormalization({ axis: [2, 3], center: false } as never),
    ],
    'batch normalization, channels first': [[3, 4, 5], () => layers.batchNormalization({ axis: 1 })],
    'given numbers': [
      [3],
      () => nn.normalization({ mean: [1, 2, 3], variance: [4, 1, 9] } as never),
      () => layers.rescaling({ scale: 3, offset: -1 }),
    ],
    'quiet layers': [
      [4, 3],
      () => layers.dropout({ rate: 0.5 }),
      () => layers.gaussianNoise({ stddev: 1 }),
      () => layers.spatialDropout1d({ rate: 0.3 } as never),
      () => nn.stochasticDepth({ rate: 0.3 } as never),
      () => layers.dense({ units: 2 }),
    ],
    shapes: [
      [4, 6],
      () => layers.permute({ dims: [2, 1] }),
      () => layers.reshape({ targetShape: [3, 8] }),
      () => layers.flatten(),
      () => layers.repeatVector({ n: 3 }),
      () => layers.timeDistributed({ layer: layers.dense({ units: 2 }) }),
    ],
    'padding, cropping, upsampling': [
      [4, 5, 2],
      () =>
        layers.zeroPadding2d({
          padding: [
            [1, 2],
            [0, 3],
          ],
        }),
      () =>
        layers.cropping2D({
          cropping: [
            [1, 0],
            [2, 1],
          ],
        }),
      () => layers.upSampling2d({ size: [2, 3] }),
      () => layers.upSampling2d({ size: [2, 2], interpolation: 'bilinear' }),
    ],
    'padding, cropping, upsampling of sequences': [
      [5, 2],
      () => nn.zeroPadding1d({ padding: [1, 2] }),
      () => nn.cropping1d({ cropping: [0, 1] }),
      () => nn.upSampling1d({ size: 2 }),
    ],
    'padding, cropping, upsampling of spaces': [
      [3, 3, 3, 2],
      () => nn.zeroPadding3d({ padding: 1 }),
      () => nn.cropping3d({ cropping: 1 }),
      () => nn.upSampling3d({ size: [1, 2, 3] }),
    ],
    lstm: [
      [5, 2],
      () => layers.lstm(rnn),
      () => layers.lstm({ units: 2, recurrentActivation: 'sigmoid', useBias: false }),
    ],
    gru: [
      [5, 2],
      () => layers.gru(rnn),
      () => layers.gru(options({ units: 2, resetAfter: true, recurrentActivation: 'sigmoid' })),
    ],
    'simple rnn': [[5, 2], () => layers.simpleRNN(rnn), () => layers.simpleRNN({ units: 2, activation: 'relu' })],
    'backward and both': [
      [5, 2],
      () => layers.lstm({ ...rnn, goBackwards: true }),
      () => layers.bidirectional({ layer: layers.gru(rnn) as never, mergeMode: 'concat' }),
      () => layers.bidirectional({ layer: layers.lstm({ units: 2 }) as never, mergeMode: 'sum' }),
    ],
    transformer: [
      [6, 4],
      () => nn.sinePositions({}),
      () => nn.multiHeadAttention({ numHeads: 2, keyDim: 3, valueDim: 2, causal: true }),
      () => nn.learnedPositions({ sequenceLength: 8 } as never),
      () => nn.attention({ useScale: true }),
    ],
  };
}

/** The model of a case. */
export function modelOf(tf: Tf, [shape, ...layers]: [number[], ...(() => Layer)[]]): LayersModel {
  const input = tf.input({ shape });
  return seeded(
    tf.model({ inputs: input, outputs: layers.reduce((x, make) => make().apply(x) as SymbolicTensor, input) }),
  );
}

/** A random convolutional classifier. */
export function randomModel(tf: Tf, nn: Nn, seed: number): LayersModel {
  const draw = numbers([40], seed).dataSync();
  let at = 0;
  const below = (n: number) => Math.floor(((draw[at++]! + 1) / 2) * n * 0.9999);
  const { layers } = tf;
  const activation = (['relu', 'tanh', 'sigmoid', 'swish'] as const)[below(4)]!;
  const input = tf.input({ shape: [8 + below(5), 8 + below(5), 1 + below(3)] });
  let x = input;
  const on = (layer: Layer, y: unknown = x) => (x = layer.apply(y) as SymbolicTensor);
  for (let i = 1 + below(3); i > 0; i--) {
    const before = x;
    const kind = below(4);
    const size = 1 + below(3);
    if (kind === 0) on(layers.separableConv2d({ filters: 4, kernelSize: size, padding: 'same', activation }));
    else if (kind === 1) on(layers.depthwiseConv2d({ kernelSize: size, padding: 'same', activation }));
    else
      on(
        layers.conv2d({
          filters: 4,
          kernelSize: size,
          padding: 'same',
          strides: kind === 3 && x.shape[1]! > 4 ? 2 : 1,
          activation,
        }),
      );
    if (below(2)) on(layers.batchNormalization());
    if (below(2)) on(nn.groupNorm({ groups: 1 }));
    if (before.shape.join() === x.shape.join() && below(2)) on(layers.add(), [before, x]);
    if (below(3) === 0 && x.shape[1]! > 2)
      on(layers.maxPooling2d({ poolSize: 2, strides: 1 + below(2), padding: 'same' }));
  }
  if (below(2)) on(layers.globalAveragePooling2d({}));
  else on(layers.flatten());
  on(layers.dense({ units: 3, activation: 'softmax' }));
  return seeded(tf.model({ inputs: input, outputs: x }), seed);
}
