// Models of ONNX files give the numbers that ONNX Runtime gives: operators one by one with numbers from a seed, models
// that we wrote, weights in a second file, and what damaged files and unknown operators say.
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { makeNn } from '../../../../../../kernel/dlnb/nn/index.ts';
import { registerLayers } from '../../../../../../kernel/dlnb/nn/layers/index.ts';
import { GraphBuilder, type Attributes } from '../../../../../../kernel/formats/onnx/graph.ts';
import { readModel, TYPES, writeModel } from '../../../../../../kernel/formats/onnx/messages.ts';
import { onnxRuntime } from '../../../../../onnxruntime.ts';
import { dist } from '../../../../../paths.ts';
import { expectTensor, libraryOf, numbers, type Tensor } from '../../../tensors/layers/library.ts';
import { layerCases, modelOf, randomModel } from './models.ts';

const { InferenceSession, Tensor: OrtTensor } = onnxRuntime();
const tf = libraryOf(dist);
registerLayers(tf as never);
const folder = mkdtempSync(path.join(tmpdir(), 'dlnb-onnx-'));
afterAll(() => rmSync(folder, { recursive: true }));
const nn = makeNn(() => tf as never, { folder: () => folder });
const write = (name: string, bytes: Uint8Array) => writeFileSync(path.join(folder, name), bytes);

/** A part of a graph: it takes the input's name and returns that of the output. */
type Build = (g: GraphBuilder, x: string) => string;

/** The bytes of a model of one input. */
function bytesOf(shape: (number | string)[], build: Build): Uint8Array {
  const g = new GraphBuilder();
  const y = build(g, 'x');
  const output = g.node('Identity', [y]);
  return writeModel(
    g.model('g', 'test', [{ name: 'x', type: TYPES.float, dims: shape }], [{ name: output, type: TYPES.float, dims: undefined }]), // prettier-ignore
  );
}

const node =
  (op: string, attributes: Attributes = {}, ...more: ((g: GraphBuilder) => string)[]): Build =>
  (g, x) =>
    g.node(op, [x, ...more.map((make) => make(g))], attributes);
const ints =
  (...values: number[]) =>
  (g: GraphBuilder) =>
    g.ints(values);
const constant =
  (shape: number[], seed = 3) =>
  (g: GraphBuilder) =>
    g.floats('c', numbers(shape, seed).dataSync(), shape);
const positive = (shape: number[], seed = 3) => (g: GraphBuilder) => g.floats('c', numbers(shape, seed).abs().add(0.5).dataSync(), shape); // prettier-ignore
const scalar = (value: number) => (g: GraphBuilder) => g.scalar(value);
const none = () => '';
const float = (value: number) => ({ float: value });

const image = [2, 4, 7, 6];
const cases: Record<string, [shape: number[], build: Build]> = {
  ...Object.fromEntries(
    [
      'Relu',
      'Sigmoid',
      'Tanh',
      'Exp',
      'Neg',
      'Abs',
      'Sign',
      'Floor',
      'Ceil',
      'Round',
      'Sin',
      'Cos',
      'Erf',
      'Softplus',
      'Softsign',
      'HardSwish',
      'Elu',
      'Selu',
      'LeakyRelu',
      'HardSigmoid',
      'ThresholdedRelu',
    ].map((op): [string, [number[], Build]] => [op, [[2, 5], node(op)]]),
  ),
  'Sqrt, Log, Reciprocal': [
    [5],
    (g, x) => g.node('Sqrt', [g.node('Reciprocal', [g.node('Add', [g.node('Abs', [x]), g.scalar(1)])])]),
  ],
  'Elu with alpha': [[7], node('Elu', { alpha: float(0.3) })],
  PRelu: [[2, 3, 4], node('PRelu', {}, constant([3, 1]))],
  Clip: [[9], node('Clip', {}, scalar(-0.3), scalar(0.4))],
  'Add, broadcast': [[2, 1, 3], node('Add', {}, constant([4, 1]))],
  'Sub, Mul, Div, Pow': [
    [2, 3],
    (g, x) =>
      g.node('Pow', [
        g.node('Abs', [g.node('Div', [g.node('Mul', [g.node('Sub', [x, g.scalar(0.5)]), x]), g.scalar(3)])]),
        g.scalar(1.5),
      ]),
  ],
  'Max, Min, Mean, Sum of three': [
    [4],
    (g, x) =>
      g.node('Sum', [
        g.node('Max', [x, g.scalar(0), g.scalar(0.2)]),
        g.node('Min', [x, g.scalar(0.1)]),
        g.node('Mean', [x, x, g.scalar(1)]),
      ]),
  ],
  'Where, Greater, Not': [
    [2, 4],
    (g, x) => g.node('Where', [g.node('Not', [g.node('Greater', [x, g.scalar(0)])]), x, g.scalar(5)]),
  ],
  'Cast, Equal': [
    [6],
    (g, x) =>
      g.node(
        'Cast',
        [
          g.node('Equal', [
            g.node('Cast', [g.node('Mul', [x, g.scalar(3)])], { to: 6 }),
            g.node('Cast', [g.scalar(0)], { to: 6 }),
          ]),
        ],
        { to: 1 },
      ),
  ],
  ReduceMean: [[2, 3, 4], node('ReduceMean', { axes: [-1, 0], keepdims: 0 })],
  'ReduceSum of all': [[2, 3], node('ReduceSum')],
  'ReduceMax, ReduceL2': [
    [2, 3, 4],
    (g, x) => g.node('Add', [g.node('ReduceMax', [x], { axes: [1] }), g.node('ReduceL2', [x], { axes: [1] })]),
  ],
  Softmax: [[2, 3, 4], node('Softmax', { axis: 1 })],
  LogSoftmax: [[2, 3], node('LogSoftmax')],
  ArgMax: [[3, 5], (g, x) => g.node('Cast', [g.node('ArgMax', [x], { axis: 1 })], { to: 1 })],
  'Reshape with 0 and -1': [[2, 3, 4], node('Reshape', {}, ints(0, -1))],
  'Flatten at 2': [[2, 3, 4], node('Flatten', { axis: 2 })],
  'Squeeze, Unsqueeze': [
    [2, 1, 3],
    (g, x) => g.node('Unsqueeze', [g.node('Squeeze', [x, g.ints([1])]), g.ints([0, -1])]),
  ],
  Transpose: [[2, 3, 4], node('Transpose')],
  'Concat at -2': [[2, 3], (g, x) => g.node('Concat', [x, x], { axis: -2 })],
  'Slice backwards': [[5, 6], node('Slice', {}, ints(-1, 1), ints(-(2 ** 31), 2 ** 31 - 1), ints(0, 1), ints(-2, 2))],
  Split: [
    [2, 7],
    (g, x) => {
      const [a, b] = g.nodeOf('Split', [x, g.ints([3, 4])], 2, { axis: 1 });
      return g.node('Concat', [b!, a!], { axis: 1 });
    },
  ],
  'Gather at 1': [[2, 5, 3], node('Gather', { axis: 1 }, ints(4, -1, 0))],
  'Pad, constant': [[2, 3], node('Pad', {}, ints(1, 0, 0, 2), scalar(7))],
  'Pad, reflect': [[4, 5], node('Pad', { mode: 'reflect' }, ints(1, 2, 0, 1))],
  'Pad, negative': [[4, 5], node('Pad', {}, ints(-1, 2, 0, -2))],
  'Tile, Expand': [[2, 1], (g, x) => g.node('Tile', [g.node('Expand', [x, g.ints([3, 1, 4])]), g.ints([1, 2, 1])])],
  'Shape, Gather, Range': [
    [3, 4],
    (g, x) => g.node('Mul', [g.node('Cast', [g.node('Shape', [x])], { to: 1 }), g.scalar(2)]),
  ],
  Einsum: [[2, 3, 4], node('Einsum', { equation: 'bij,jk->bik' }, constant([4, 5]))],
  'MatMul of vectors': [[4], node('MatMul', {}, constant([2, 4, 3]))],
  'MatMul, batches broadcast': [[2, 1, 3, 4], node('MatMul', {}, constant([5, 4, 2]))],
  Gemm: [
    [4, 3],
    node('Gemm', { transA: 1, transB: 1, alpha: float(0.5), beta: float(2) }, constant([5, 4]), constant([5])),
  ],
  'Conv, pads and strides': [
    image,
    node('Conv', { pads: [1, 0, 2, 1], strides: [2, 1], dilations: [1, 2] }, constant([3, 4, 3, 2]), constant([3])),
  ],
  'Conv, groups': [image, node('Conv', { group: 2, auto_pad: 'SAME_LOWER', strides: [2, 2] }, constant([6, 2, 2, 3]))],
  'Conv, depthwise with strides that differ': [
    image,
    node('Conv', { group: 4, strides: [2, 1] }, constant([8, 1, 3, 2])),
  ],
  'Conv of sequences': [[2, 3, 9], node('Conv', { pads: [2, 1], dilations: [2] }, constant([4, 3, 3]))],
  'Conv of spaces': [[1, 2, 4, 5, 4], node('Conv', { auto_pad: 'SAME_UPPER' }, constant([3, 2, 2, 3, 2]))],
  ConvTranspose: [
    image,
    node(
      'ConvTranspose',
      { strides: [2, 3], pads: [1, 0, 1, 2], output_padding: [1, 0] },
      constant([4, 3, 3, 4]),
      constant([3]),
    ),
  ],
  'ConvTranspose of sequences in groups': [
    [2, 4, 5],
    node('ConvTranspose', { strides: [2], group: 2 }, constant([4, 3, 3])),
  ],
  'MaxPool, ceil': [
    image,
    node('MaxPool', { kernel_shape: [3, 2], strides: [2, 2], ceil_mode: 1, pads: [1, 0, 1, 0] }),
  ],
  'AveragePool, padded': [image, node('AveragePool', { kernel_shape: [3, 3], pads: [1, 1, 1, 1] })],
  'AveragePool, counting padding': [
    image,
    node('AveragePool', { kernel_shape: [3, 3], pads: [1, 1, 1, 1], count_include_pad: 1 }),
  ],
  'Pooling of sequences': [
    [2, 3, 9],
    (g, x) =>
      g.node('AveragePool', [g.node('MaxPool', [x], { kernel_shape: [2], strides: [2] })], {
        kernel_shape: [2],
        auto_pad: 'SAME_UPPER',
      }),
  ],
  'Global pooling': [
    image,
    (g, x) => g.node('Concat', [g.node('GlobalAveragePool', [x]), g.node('GlobalMaxPool', [x])], { axis: 1 }),
  ],
  BatchNormalization: [
    image,
    node(
      'BatchNormalization',
      { epsilon: float(1e-3) },
      constant([4]),
      constant([4], 4),
      constant([4], 5),
      positive([4]),
    ),
  ],
  InstanceNormalization: [image, node('InstanceNormalization', {}, constant([4]), constant([4], 5))],
  'LayerNormalization at 2': [
    [2, 3, 4, 5],
    node('LayerNormalization', { axis: 2 }, constant([4, 5]), constant([4, 5], 8)),
  ],
  'Resize, nearest': [
    image,
    node(
      'Resize',
      { mode: 'nearest', coordinate_transformation_mode: 'asymmetric', nearest_mode: 'floor' },
      none,
      (g) => g.floats('s', [1, 1, 2, 1.5], [4]),
    ),
  ],
  'Resize, nearest half_pixel': [image, node('Resize', {}, none, (g) => g.floats('s', [1, 1, 2, 0.5], [4]))],
  'Resize, linear': [image, node('Resize', { mode: 'linear' }, none, none, ints(2, 4, 14, 9))],
  'Resize, linear with corners': [
    image,
    node('Resize', { mode: 'linear', coordinate_transformation_mode: 'align_corners' }, none, none, ints(2, 4, 13, 11)),
  ],
  'LSTM in both directions': [
    [5, 2, 3],
    (g, x) =>
      g.node(
        'LSTM',
        [
          x,
          g.floats('w', numbers([2, 16, 3]).dataSync(), [2, 16, 3]),
          g.floats('r', numbers([2, 16, 4], 2).dataSync(), [2, 16, 4]),
          g.floats('b', numbers([2, 32], 3).dataSync(), [2, 32]),
        ],
        { hidden_size: 4, direction: 'bidirectional' },
      ),
  ],
  'GRU backwards': [
    [5, 2, 3],
    (g, x) =>
      g.node(
        'GRU',
        [
          x,
          g.floats('w', numbers([1, 12, 3]).dataSync(), [1, 12, 3]),
          g.floats('r', numbers([1, 12, 4], 2).dataSync(), [1, 12, 4]),
          g.floats('b', numbers([1, 24], 3).dataSync(), [1, 24]),
        ],
        { hidden_size: 4, direction: 'reverse' },
      ),
  ],
  'GRU, reset after': [
    [5, 2, 3],
    (g, x) =>
      g.node(
        'GRU',
        [
          x,
          g.floats('w', numbers([1, 12, 3]).dataSync(), [1, 12, 3]),
          g.floats('r', numbers([1, 12, 4], 2).dataSync(), [1, 12, 4]),
          g.floats('b', numbers([1, 24], 3).dataSync(), [1, 24]),
        ],
        { hidden_size: 4, linear_before_reset: 1 },
      ),
  ],
  RNN: [
    [5, 2, 3],
    (g, x) =>
      g.node(
        'RNN',
        [
          x,
          g.floats('w', numbers([1, 4, 3]).dataSync(), [1, 4, 3]),
          g.floats('r', numbers([1, 4, 4], 2).dataSync(), [1, 4, 4]),
        ],
        { hidden_size: 4, activations: { texts: ['Relu'] } },
      ),
  ],
};

describe('operators, as ONNX Runtime computes them', () => {
  it.each(Object.keys(cases))('%s', async (name) => {
    const [shape, build] = cases[name]!;
    const bytes = bytesOf(shape, build);
    write('op.onnx', bytes);
    const session = await InferenceSession.create(Buffer.from(bytes), { logSeverityLevel: 3 });
    const x = numbers(shape, 11);
    const feed = { x: new OrtTensor('float32', Float32Array.from(x.dataSync()), shape) };
    const theirs = Object.values(await session.run(feed))[0]!;
    const network = await nn.fromOnnx('op.onnx');
    expectTensor(network.predict(x) as Tensor, [...theirs.dims], theirs.data as Float32Array);
    network.dispose();
    await session.release();
  });
});

describe('models', () => {
  const ours = layerCases(tf, nn);
  it.each(Object.keys(ours).filter((name) => !/of spaces|conv3d/.test(name)))('that we wrote: %s', async (name) => {
    const model = modelOf(tf, ours[name]!);
    await nn.toOnnx(model, 'own.onnx');
    const network = await nn.fromOnnx('own.onnx');
    const x = numbers(model.inputs[0]!.shape.map((n) => n ?? 3), 5); // prettier-ignore
    const wanted = model.predict(x) as Tensor;
    const before = tf.memory().numTensors;
    const y = network.predict(x) as Tensor;
    expectTensor(y, wanted.shape, wanted.dataSync());
    expect(tf.memory().numTensors).toBe(before + 1);
    network.dispose();
    expect(() => network.predict(x)).toThrow('the model has been disposed of');
  });

  it.each([1, 2, 3, 4, 5])('that we wrote, random, from seed %i', async (seed) => {
    const model = randomModel(tf, nn, seed);
    await nn.toOnnx(model, 'own.onnx');
    const x = numbers(model.inputs[0]!.shape.map((n) => n ?? 2), 5); // prettier-ignore
    const wanted = model.predict(x) as Tensor;
    expectTensor((await nn.fromOnnx('own.onnx')).predict(x) as Tensor, wanted.shape, wanted.dataSync());
  });

  it('check what they are given', async () => {
    write('a.onnx', bytesOf(['batch', 3], node('Relu')));
    const network = await nn.fromOnnx('a.onnx');
    expect(network.inputs).toEqual([{ name: 'x', shape: [null, 3], dtype: 'float32' }]);
    expect(Object.keys(network.execute({ x: tf.ones([2, 3]) }))).toEqual(network.outputs.map(({ name }) => name));
    expect(() => network.execute({ y: tf.ones([2, 3]) })).toThrow(/there is no input "y"; there are x/);
    expect(() => network.execute({})).toThrow(/the input "x" is missing/);
    expect(() => network.predict(tf.ones([2, 4]))).toThrow('the input "x" must be of shape [any, 3], got [2, 4]');
  });
});

describe('files', () => {
  it('with unknown operators name all of them', async () => {
    write(
      'a.onnx',
      bytesOf([3], (g, x) => g.node('Whirl', [g.node('Relu', [g.node('Det', [x])])])),
    );
    await expect(nn.fromOnnx('a.onnx')).rejects.toThrow(
      /a\.onnx has operators that nn\.fromOnnx does not compute: Det, Whirl\./,
    );
  });

  it('that are damaged or of another kind are told', async () => {
    await expect(nn.fromOnnx('none.onnx')).rejects.toThrow(/there is no file/);
    write('b.onnx', Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'));
    await expect(nn.fromOnnx('b.onnx')).rejects.toThrow(/not an ONNX file but a PNG image/);
    write('c.onnx', Buffer.from('{"not": "a model"}'));
    await expect(nn.fromOnnx('c.onnx')).rejects.toThrow(/c\.onnx is not an ONNX file/);
    const whole = bytesOf(image, cases['Conv, groups']![1]);
    for (const end of [0, 1, 9, 100, whole.length - 30]) {
      write('d.onnx', whole.subarray(0, end));
      await expect(nn.fromOnnx('d.onnx'), `${end} bytes`).rejects.toThrow(/d\.onnx/);
    }
  });

  it('take weights from a file beside them, and from nowhere else', async () => {
    const model = readModel(bytesOf([2], node('Add', {}, constant([2]))));
    // The writer leaves the place of external numbers out: its fields 13 and 14 are put in by hand
    const external = (location: string) => {
      const entry = (key: string, value: string) => [0x6a, key.length + value.length + 4, 0x0a, key.length, ...Buffer.from(key), 0x12, value.length, ...Buffer.from(value)]; // prettier-ignore
      const tensor = [
        0x08,
        2,
        0x10,
        1,
        0x42,
        2,
        ...Buffer.from('/c'),
        ...entry('location', location),
        ...entry('offset', '4'),
        0x70,
        1,
      ];
      const bytes = Buffer.from(writeModel({ ...model, initializers: [] }));
      const initializer = [0x2a, tensor.length, ...tensor];
      // A second part of the graph is merged with the first
      return Buffer.concat([bytes, Buffer.from([0x3a, initializer.length, ...initializer])]);
    };
    mkdirSync(path.join(folder, 'in'));
    write('in/w.bin', new Uint8Array(Float32Array.of(9, 1, 2).buffer));
    write('secret.bin', new Uint8Array(12));
    write('in/m.onnx', external('w.bin'));
    const network = await nn.fromOnnx('in/m.onnx').catch((e: Error) => e);
    if (network instanceof Error) throw network;
    expect([...(network.predict(tf.tensor1d([10, 20])) as Tensor).dataSync()]).toEqual([11, 22]);
    symlinkSync('../secret.bin', path.join(folder, 'in/link.bin'));
    for (const location of ['../secret.bin', path.join(folder, 'secret.bin'), 'link.bin', '']) {
      write('in/m.onnx', external(location));
      await expect(nn.fromOnnx('in/m.onnx'), location).rejects.toThrow(/which is not beside the model/);
    }
    write('in/m.onnx', external('none.bin'));
    await expect(nn.fromOnnx('in/m.onnx')).rejects.toThrow(/none\.bin, which is not there\. Copy it beside the model/);
    expect(readFileSync(path.join(folder, 'secret.bin')).length).toBe(12);
  });
});
