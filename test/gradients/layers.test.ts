// The layers of tf.layers, in training: value and gradients with respect to input and weights, against the same layer
// of the reference.
import { describe, it } from 'vitest';
import { layerOptions } from './cases/layer-options.ts';
import { check, type Fn, type X } from './check.ts';
import { reference, tf, type Tensor, type TF } from './device.ts';
import { distinct, given, offZero, uniform, type Draw } from './random.ts';

type Layer = X;

interface LayerCase {
  name: string;
  /** One shape for each input of the layer; the first number is the batch. */
  inputs: number[][];
  layer: (tf: TF) => Layer;
  /** How an input is drawn; uniform in [−1, 1) by default. */
  draw?: (shape: number[]) => Draw;
  /** What is called with the inputs, if not the layer itself. */
  call?: (layer: Layer, inputs: X) => Tensor | Tensor[];
  /** The input is of integers, which have no gradient. */
  constantInput?: boolean;
  /** What the layer computes of inputs and weights, where the reference's own is wrong. */
  by?: Fn;
}

const of = (
  name: string,
  shape: number[] | number[][],
  layer: (tf: TF) => Layer,
  more: Omit<LayerCase, 'name' | 'inputs' | 'layer'> = {},
): LayerCase => ({ name, inputs: (Array.isArray(shape[0]) ? shape : [shape]) as number[][], layer, ...more });

/** Off the kinks of activations, and no two the same. */
const apart = (shape: number[]) => distinct(shape, 0.07);

const activations = [
  ...['elu', 'hardSigmoid', 'linear', 'relu', 'relu6', 'selu', 'sigmoid', 'softmax', 'softplus', 'softsign', 'tanh'],
  ...['logSoftmax', 'swish', 'mish', 'gelu', 'gelu_new'],
] as const;

const cases: Record<string, LayerCase[]> = {
  dense: [
    of('5 units', [3, 4], (tf) => tf.layers.dense({ units: 5 })),
    of('33 units, without bias', [2, 17], (tf) => tf.layers.dense({ units: 33, useBias: false })),
    of('on the last of three axes', [2, 3, 4], (tf) => tf.layers.dense({ units: 5, activation: 'tanh' })),
    ...activations.map((activation) =>
      of(`activation ${activation}`, [3, 4], (tf) => tf.layers.dense({ units: 6, activation: activation as never })),
    ),
  ],
  conv1d: [
    of('kernel 3, same', [2, 8, 3], (tf) =>
      tf.layers.conv1d({ filters: 4, kernelSize: 3, padding: 'same', activation: 'relu' }),
    ),
    of('kernel 2, stride 2', [1, 9, 2], (tf) => tf.layers.conv1d({ filters: 3, kernelSize: 2, strides: 2 })),
    of('dilation 2', [2, 9, 2], (tf) => tf.layers.conv1d({ filters: 3, kernelSize: 2, dilationRate: 2 })),
  ],
  conv2d: [
    of('3×3, valid', [2, 6, 5, 3], (tf) => tf.layers.conv2d({ filters: 4, kernelSize: 3 })),
    of('3×3, same, relu', [2, 6, 5, 3], (tf) =>
      tf.layers.conv2d({ filters: 8, kernelSize: 3, padding: 'same', activation: 'relu' }),
    ),
    of('5×5, stride 2, without bias', [1, 9, 8, 1], (tf) =>
      tf.layers.conv2d({ filters: 3, kernelSize: 5, strides: 2, useBias: false }),
    ),
    of('dilation 2', [1, 7, 7, 2], (tf) => tf.layers.conv2d({ filters: 2, kernelSize: 3, dilationRate: 2 })),
    of('1×1, sigmoid', [2, 4, 4, 9], (tf) => tf.layers.conv2d({ filters: 5, kernelSize: 1, activation: 'sigmoid' })),
  ],
  conv3d: [of('2×2×2', [1, 3, 4, 3, 2], (tf) => tf.layers.conv3d({ filters: 3, kernelSize: 2 }))],
  conv2dTranspose: [
    of('3×3, stride 2, same', [2, 3, 4, 3], (tf) =>
      tf.layers.conv2dTranspose({ filters: 2, kernelSize: 3, strides: 2, padding: 'same' }),
    ),
    of('2×2, valid', [1, 4, 4, 5], (tf) => tf.layers.conv2dTranspose({ filters: 4, kernelSize: 2, activation: 'elu' })),
  ],
  conv3dTranspose: [
    of('2×2×2', [1, 2, 3, 2, 2], (tf) => tf.layers.conv3dTranspose({ filters: 3, kernelSize: 2, strides: 2 })),
  ],
  separableConv2d: [
    of('3×3, same', [2, 5, 6, 3], (tf) =>
      tf.layers.separableConv2d({ filters: 4, kernelSize: 3, padding: 'same', depthMultiplier: 2 }),
    ),
  ],
  depthwiseConv2d: [
    of('3×3', [2, 6, 5, 5], (tf) => tf.layers.depthwiseConv2d({ kernelSize: 3 })),
    of('stride 2, two of each', [1, 7, 7, 3], (tf) =>
      tf.layers.depthwiseConv2d({ kernelSize: 3, strides: 2, padding: 'same', depthMultiplier: 2, activation: 'relu' }),
    ),
  ],
  batchNormalization: [
    of('of rows', [6, 5], (tf) => tf.layers.batchNormalization({})),
    of('of images', [3, 4, 4, 3], (tf) => tf.layers.batchNormalization({})),
    of('33 channels', [4, 3, 2, 33], (tf) => tf.layers.batchNormalization({ epsilon: 0.01 })),
    of('along another axis', [4, 3, 5], (tf) => tf.layers.batchNormalization({ axis: 1 })),
    // TensorFlow.js's own throws
    of('without scale', [6, 5], (tf) => tf.layers.batchNormalization({ scale: false }), {
      by: (tf, x, beta) => normalized(tf, x).add(beta),
    }),
    of('without center', [6, 5], (tf) => tf.layers.batchNormalization({ center: false }), {
      by: (tf, x, gamma) => normalized(tf, x).mul(gamma),
    }),
    of('not in training', [6, 5], (tf) => tf.layers.batchNormalization({}), {
      call: (layer, x) => layer.apply(x, { training: false }),
    }),
  ],
  layerNormalization: [
    of('of rows', [4, 7], (tf) => tf.layers.layerNormalization({})),
    of('of sequences', [2, 3, 33], (tf) => tf.layers.layerNormalization({ epsilon: 0.01 })),
    of('along two axes', [2, 3, 5], (tf) => tf.layers.layerNormalization({ axis: [1, 2] })),
    of('without scale', [4, 7], (tf) => tf.layers.layerNormalization({ scale: false })),
    of('without scale and center', [4, 7], (tf) => tf.layers.layerNormalization({ scale: false, center: false })),
  ],
  ...recurrent('simpleRNN', (tf, o) => tf.layers.simpleRNN(o)),
  ...recurrent('gru', (tf, o) => tf.layers.gru(o)),
  ...recurrent('lstm', (tf, o) => tf.layers.lstm(o)),
  'stacked recurrent cells': [
    of('two LSTM', [2, 3, 2], (tf) =>
      tf.layers.rnn({ cell: [tf.layers.lstmCell({ units: 3 }), tf.layers.lstmCell({ units: 2 })] as never }),
    ),
  ],
  convLstm2d: [
    of('3×3', [1, 2, 4, 4, 2], (tf) => tf.layers.convLstm2d({ filters: 2, kernelSize: 3, padding: 'same' })),
  ],
  bidirectional: [
    of('lstm, concatenated', [2, 3, 4], (tf) =>
      tf.layers.bidirectional({ layer: tf.layers.lstm({ units: 3 }) as X, mergeMode: 'concat' }),
    ),
    of('gru, summed, all steps', [2, 3, 4], (tf) =>
      tf.layers.bidirectional({ layer: tf.layers.gru({ units: 3, returnSequences: true }) as X, mergeMode: 'sum' }),
    ),
  ],
  timeDistributed: [
    of('dense', [2, 3, 4], (tf) => tf.layers.timeDistributed({ layer: tf.layers.dense({ units: 5 }) as X })),
  ],
  embedding: [
    of('words, some twice', [2, 4], (tf) => tf.layers.embedding({ inputDim: 7, outputDim: 5 }), {
      draw: (shape) => given(shape, [3, 0, 3, 6, 1, 3, 0, 5]),
      constantInput: true,
    }),
  ],
  upSampling2d: [of('by 2', [2, 2, 3, 3], (tf) => tf.layers.upSampling2d({ size: [2, 2] }))],
  zeroPadding2d: [
    of('by sides', [2, 3, 4, 2], (tf) =>
      tf.layers.zeroPadding2d({
        padding: [
          [1, 0],
          [2, 1],
        ],
      }),
    ),
  ],
  cropping2D: [
    of('by sides', [2, 5, 6, 2], (tf) =>
      tf.layers.cropping2D({
        cropping: [
          [1, 0],
          [2, 1],
        ],
      }),
    ),
  ],
  'activation layers': [
    of('elu', [3, 5], (tf) => tf.layers.elu({ alpha: 1 })),
    of('leakyReLU', [3, 5], (tf) => tf.layers.leakyReLU({ alpha: 0.2 })),
    of('prelu', [3, 5], (tf) => tf.layers.prelu({}), { draw: (shape) => offZero(shape) }),
    of('prelu of images, shared', [2, 3, 3, 4], (tf) => tf.layers.prelu({ sharedAxes: [1, 2] }), {
      draw: (shape) => offZero(shape),
    }),
    of('reLU, at most 2', [3, 5], (tf) => tf.layers.reLU({ maxValue: 2 }), { draw: (shape) => offZero(shape, 0.2, 3) }),
    of('softmax', [3, 5], (tf) => tf.layers.softmax({})),
    of('thresholdedReLU', [3, 5], (tf) => tf.layers.thresholdedReLU({ theta: 0.1 }), { draw: apart }),
    ...activations.map((activation) =>
      of(`activation ${activation}`, [3, 4], (tf) => tf.layers.activation({ activation: activation as never })),
    ),
  ],
  'merging layers': [
    of(
      'add',
      [
        [2, 3],
        [2, 3],
        [2, 3],
      ],
      (tf) => tf.layers.add(),
    ),
    of(
      'multiply',
      [
        [2, 3],
        [2, 3],
      ],
      (tf) => tf.layers.multiply(),
    ),
    of(
      'average',
      [
        [2, 3],
        [2, 3],
      ],
      (tf) => tf.layers.average(),
    ),
    of(
      'maximum',
      [
        [2, 3],
        [2, 3],
      ],
      (tf) => tf.layers.maximum(),
    ),
    of(
      'minimum',
      [
        [2, 3],
        [2, 3],
      ],
      (tf) => tf.layers.minimum(),
    ),
    of(
      'concatenate',
      [
        [2, 3],
        [2, 4],
      ],
      (tf) => tf.layers.concatenate(),
    ),
    of(
      'concatenate, axis 1',
      [
        [2, 3, 2],
        [2, 1, 2],
      ],
      (tf) => tf.layers.concatenate({ axis: 1 }),
    ),
    of(
      'dot',
      [
        [2, 4],
        [2, 4],
      ],
      (tf) => tf.layers.dot({ axes: 1 }),
    ),
    of(
      'dot of matrices',
      [
        [2, 3, 4],
        [2, 5, 4],
      ],
      (tf) => tf.layers.dot({ axes: 2 }),
    ),
    of(
      'dot, normalized',
      [
        [2, 4],
        [2, 4],
      ],
      (tf) => tf.layers.dot({ axes: 1, normalize: true }),
    ),
  ],
  'pooling layers': [
    of('maxPooling1d', [2, 6, 3], (tf) => tf.layers.maxPooling1d({ poolSize: 2 }), { draw: apart }),
    of('averagePooling1d', [2, 7, 3], (tf) => tf.layers.averagePooling1d({ poolSize: 3, strides: 2, padding: 'same' })),
    of('maxPooling2d', [2, 6, 6, 3], (tf) => tf.layers.maxPooling2d({ poolSize: 2 }), { draw: apart }),
    of(
      'maxPooling2d, same',
      [2, 5, 5, 2],
      (tf) => tf.layers.maxPooling2d({ poolSize: 3, strides: 2, padding: 'same' }),
      {
        draw: apart,
      },
    ),
    of('averagePooling2d', [2, 6, 6, 3], (tf) => tf.layers.averagePooling2d({ poolSize: 2 })),
    of('averagePooling2d, same', [2, 5, 5, 2], (tf) =>
      tf.layers.averagePooling2d({ poolSize: 3, strides: 2, padding: 'same' }),
    ),
    of('maxPooling3d', [1, 4, 4, 4, 2], (tf) => tf.layers.maxPooling3d({ poolSize: [2, 2, 2] } as never), {
      draw: apart,
    }),
    of('averagePooling3d', [1, 4, 4, 4, 2], (tf) => tf.layers.averagePooling3d({ poolSize: [2, 2, 2] } as never)),
    of('globalAveragePooling1d', [2, 5, 3], (tf) => tf.layers.globalAveragePooling1d({})),
    of('globalMaxPooling1d', [2, 5, 3], (tf) => tf.layers.globalMaxPooling1d({}), { draw: apart }),
    of('globalAveragePooling2d', [2, 4, 5, 3], (tf) => tf.layers.globalAveragePooling2d({})),
    of('globalMaxPooling2d', [2, 4, 5, 3], (tf) => tf.layers.globalMaxPooling2d({}), { draw: apart }),
  ],
  'layers that move': [
    of('flatten', [2, 3, 4], (tf) => tf.layers.flatten()),
    of('reshape', [2, 3, 4], (tf) => tf.layers.reshape({ targetShape: [2, 6] })),
    of('permute', [2, 3, 4], (tf) => tf.layers.permute({ dims: [2, 1] })),
    of('repeatVector', [2, 3], (tf) => tf.layers.repeatVector({ n: 4 })),
    of('rescaling', [2, 3], (tf) => tf.layers.rescaling({ scale: 0.5, offset: 1 } as never)),
    of('masking', [2, 3, 2], (tf) => tf.layers.masking({ maskValue: 0 })),
  ],
  'layers that drop': [
    of('dropout, not in training', [3, 4], (tf) => tf.layers.dropout({ rate: 0.5 }), {
      call: (layer, x) => layer.apply(x, { training: false }),
    }),
    of('dropout of nothing', [3, 4], (tf) => tf.layers.dropout({ rate: 0 })),
    of('gaussianNoise, not in training', [3, 4], (tf) => tf.layers.gaussianNoise({ stddev: 0.5 }), {
      call: (layer, x) => layer.apply(x, { training: false }),
    }),
  ],
};

/** Rows normalized by the statistics of the batch. */
function normalized(tf: TF, x: X): X {
  const { mean, variance } = tf.moments(x, 0);
  return x.sub(mean).mul(tf.rsqrt(variance.add(1e-3)));
}

function recurrent(name: string, make: (tf: TF, options: X) => Layer): Record<string, LayerCase[]> {
  return {
    [name]: [
      of('the last state', [2, 4, 3], (tf) => make(tf, { units: 5 })),
      of('all states', [2, 3, 4], (tf) => make(tf, { units: 3, returnSequences: true })),
      of('states too', [2, 3, 4], (tf) => make(tf, { units: 2, returnState: true })),
      of('one step, one unit', [1, 1, 1], (tf) => make(tf, { units: 1 })),
      of('17 units, batch 5', [5, 6, 9], (tf) => make(tf, { units: 17, returnSequences: true })),
      of('backwards', [2, 4, 3], (tf) => make(tf, { units: 3, goBackwards: true, returnSequences: true })),
      of('without bias', [2, 3, 3], (tf) => make(tf, { units: 3, useBias: false })),
      of('other activations', [2, 3, 3], (tf) =>
        make(tf, {
          units: 3,
          activation: 'softsign',
          ...(name === 'simpleRNN' ? {} : { recurrentActivation: 'sigmoid' }),
        }),
      ),
    ],
  };
}

/**
 * A layer as a function of its inputs and weights, that goes on to do as `apply` does, on the device and on the
 * reference.
 */
async function asFunction({ layer, call, inputs }: LayerCase) {
  const built = [tf, reference].map((on) => {
    const made = layer(on);
    const shapes = inputs.map((shape) => [null, ...shape.slice(1)]);
    made.build(shapes.length > 1 ? shapes : shapes[0]);
    made.built = true;
    return { on, made, weights: made.trainableWeights as { shape: number[]; val: X; read(): X }[] };
  });
  return {
    weights: built[0]!.weights.map(({ shape }) => shape),
    f: (on: TF, ...x: X[]) => {
      const { made, weights } = built.find((b) => b.on === on)!;
      const variables = weights.map((w) => w.val);
      // The very tensors that the gradient is taken with respect to take the place of the variables for the time of the
      // call
      weights.forEach((w, i) => (w.val = x[inputs.length + i]));
      try {
        const given = inputs.length > 1 ? x.slice(0, inputs.length) : x[0];
        return call ? call(made, given) : made.apply(given, { training: true });
      } finally {
        weights.forEach((w, i) => (w.val = variables[i]));
      }
    },
    dispose: () => {
      for (const { made } of built) for (const weight of made.weights) weight.dispose();
    },
  };
}

for (const { kind, name, input, layer, by, draw } of layerOptions)
  (cases[`${kind} with its options`] ??= []).push(of(name, input, layer, { by, ...(draw && { draw }) }));

describe.each(Object.entries(cases))('%s', (kind, list) => {
  it.each(list)('$name', async (c) => {
    const { f, weights, dispose } = await asFunction(c);
    const drawn = c.inputs.map((shape) => (c.draw ?? ((s: number[]) => uniform(s)))(shape));
    // Weights of a size that leaves activations where they bend
    const drawnWeights = weights.map((shape) => uniform(shape, -0.8, 0.8));
    const name = `${kind} ${c.name}`;
    const fixed = c.constantInput ? drawn : [];
    const inputs = c.constantInput ? drawnWeights : [...drawn, ...drawnWeights];
    await check({
      name,
      inputs,
      f: (on, ...x) => f(on, ...fixed.map((draw) => on.tensor(draw(Math.random).values, c.inputs[0])), ...x),
      ...(c.by ? { reference: c.by } : {}),
    });
    dispose();
  });
});
