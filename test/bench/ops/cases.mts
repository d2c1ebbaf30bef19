// The cases of `npm run bench -- ops`, as data: each op kernel of the device `cpu` with typical inputs.

type DType = 'float32' | 'int32' | 'bool' | 'complex64' | 'string';

/** An input: values are drawn evenly from [from, to), or are given. */
export interface Input {
  shape: number[];
  dtype: DType;
  from: number;
  to: number;
  values?: (number | string)[];
}

export interface Case {
  /** The op kernel's name. */
  kernel: string;
  /** What tells it from other cases of the op kernel. */
  about: string;
  /** An input may be a list of tensors. */
  inputs: Record<string, Input | Input[]> | Input[];
  attrs: Record<string, unknown>;
  /**
   * The name of an op kernel of one input x that reads the result, where making it is not all of the work:
   * TensorFlow.js's casts to float32 return the whole numbers as they are, and what reads them converts them.
   */
  readBy?: string;
}

const f = (shape: number[], from = -1, to = 1): Input => ({ shape, dtype: 'float32', from, to });
const i = (shape: number[], below: number): Input => ({ shape, dtype: 'int32', from: 0, to: below });
const b = (shape: number[]): Input => ({ shape, dtype: 'bool', from: 0, to: 2 });
const c = (shape: number[]): Input => ({ shape, dtype: 'complex64', from: -1, to: 1 });
const given = (dtype: DType, values: (number | string)[], shape = [values.length]): Input => ({
  ...{ shape, dtype, from: 0, to: 0 },
  values,
});

const shapeOf = (input: Input) => `${input.dtype === 'float32' ? '' : `${input.dtype} `}[${input.shape.join(', ')}]`;
function op(kernel: string, inputs: Case['inputs'], attrs: Case['attrs'] = {}, about?: string): Case {
  const first = Object.values(inputs).flat().slice(0, 2) as Input[];
  return { kernel, inputs, attrs, about: about ?? first.map(shapeOf).join(' ') };
}

/** Each with a few numbers, where the way to the op kernel counts, and with many. */
const sizes = [[8], [256, 1024]];
const unary = (names: string, from = -2, to = 2, input = 'x') =>
  names.split(' ').flatMap((name) => sizes.map((shape) => op(name, { [input]: f(shape, from, to) })));
const binary = (names: string, make: (shape: number[]) => Input = (shape) => f(shape)) =>
  names
    .split(' ')
    .flatMap((name) => [
      ...sizes.map((shape) => op(name, { a: make(shape), b: make(shape) })),
      op(name, { a: make([256, 1024]), b: make([1024]) }),
    ]);

const image = f([8, 64, 64, 16]);
const volume = f([2, 16, 32, 32, 8]);
const conv = { strides: [1, 1], pad: 'same', dataFormat: 'NHWC', dilations: [1, 1] };
const pool = { filterSize: [2, 2], strides: [2, 2], pad: 'valid' };
const pool3 = { filterSize: [2, 2, 2], strides: [2, 2, 2], pad: 'valid' };
const conv3 = { strides: [1, 1, 1], pad: 'same', dataFormat: 'NDHWC', dilations: [1, 1, 1] };
const axes = { axis: [1], keepDims: false };
const boxes = (n: number): Input => ({
  ...f([n, 4]),
  values: Array.from({ length: n }, (_, k) => {
    const [y, x] = [((k * 37) % 101) / 130, ((k * 53) % 97) / 125];
    return [y, x, y + 0.05 + (k % 7) / 60, x + 0.05 + (k % 5) / 50];
  }).flat(),
});
const words = Array.from({ length: 200 }, (_, k) => `the ${k} quick brown fox jumps`);
const nms = { maxOutputSize: 100, iouThreshold: 0.5, scoreThreshold: 0 };
const sorted = Array.from({ length: 1024 }, (_, k) => k / 512 - 1);

const rowsOfFour = given(
  'int32',
  Array.from({ length: 101 }, (_, k) => 4 * k),
);

/** The cases, in the order of their measurement. */
export const cases: Case[] = [
  ...unary('Abs Ceil Cos Cosh Elu Erf Exp Expm1 Floor IsFinite IsInf IsNan LeakyRelu Neg Reciprocal Relu Relu6'),
  ...unary('Round Selu Sigmoid Sign Sin Sinh Softplus Square Step Tan Tanh Asinh Atan'),
  ...unary('Log Log1p Rsqrt Sqrt Acosh', 1, 3),
  ...unary('Acos Asin Atanh', -0.9, 0.9),
  ...unary('OnesLike ZerosLike Identity'),
  op('ClipByValue', { x: f([256, 1024]) }, { clipValueMin: -0.5, clipValueMax: 0.5 }),
  op('LogicalNot', { x: b([256, 1024]) }),
  op('Abs', { x: i([256, 1024], 100) }),
  op('Neg', { x: i([256, 1024], 100) }),
  op('Sign', { x: i([256, 1024], 100) }),
  op('Square', { x: i([256, 1024], 100) }),
  op('Relu', { x: i([256, 1024], 100) }),
  ...binary('Add Sub Multiply RealDiv Maximum Minimum SquaredDifference Atan2 Mod FloorDiv'),
  ...binary('Equal NotEqual Greater GreaterEqual Less LessEqual'),
  ...binary('Pow', (shape) => f(shape, 0.1, 2)),
  ...binary('LogicalAnd LogicalOr', b),
  ...binary('Add Sub Multiply Maximum Equal Less BitwiseAnd Mod FloorDiv Pow', (shape) => ({
    ...i(shape, 9),
    from: 1,
  })),
  op('Prelu', { x: f([256, 1024]), alpha: f([1024]) }),
  op('EluGrad', { dy: f([256, 1024]), y: f([256, 1024]) }),
  op('AddN', [f([256, 1024]), f([256, 1024]), f([256, 1024])]),
  op('Select', { condition: b([256, 1024]), t: f([256, 1024]), e: f([256, 1024]) }),
  ...(['int32', 'bool'] as const).map((dtype) => op('Cast', { x: f([256, 1024]) }, { dtype }, `to ${dtype}`)),
  { ...op('Cast', { x: i([256, 1024], 9) }, { dtype: 'float32' }, 'to float32, and its square'), readBy: 'Square' },
  op('ComplexAbs', { x: c([256, 1024]) }),
  op('Complex', { real: f([256, 1024]), imag: f([256, 1024]) }),
  op('Real', { input: c([256, 1024]) }),
  op('Imag', { input: c([256, 1024]) }),
  ...['Add', 'Sub', 'Multiply'].map((name) => op(name, { a: c([64, 1024]), b: c([64, 1024]) })),
  op('Cast', { x: c([64, 1024]) }, { dtype: 'float32' }),
  op('Fill', {}, { shape: [256, 1024], value: 1, dtype: 'float32' }, '[256, 1024]'),
  op('Range', {}, { start: 0, stop: 100000, step: 1, dtype: 'float32' }, '100,000'),
  op('LinSpace', {}, { start: 0, stop: 1, num: 100000 }, '100,000'),
  op('BroadcastArgs', { s0: given('int32', [4, 1, 3]), s1: given('int32', [4, 5, 1]) }),
  // Reductions
  ...['Sum', 'Mean', 'Prod'].map((name) => op(name, { x: f([256, 1024], 0.9, 1.1) }, axes)),
  ...['Min'].map((name) => op(name, { x: f([256, 1024]) }, axes)),
  op('Max', { x: f([256, 1024]) }, { reductionIndices: [1], keepDims: false }),
  op('Sum', { x: f([8]) }, { axis: [0], keepDims: false }),
  op('Sum', { x: f([256, 1024]) }, { axis: [0], keepDims: false }, 'columns'),
  op('Sum', { x: i([256, 1024], 9) }, axes),
  op('Sum', { x: b([256, 1024]) }, axes),
  op('Mean', { x: i([256, 1024], 9) }, axes),
  op('Prod', { x: i([256, 1024], 2) }, axes),
  ...['All', 'Any'].map((name) => op(name, { x: b([256, 1024]) }, axes)),
  ...['ArgMax', 'ArgMin'].map((name) => op(name, { x: f([256, 1024]) }, { axis: 1 })),
  op('Cumsum', { x: f([256, 1024]) }, { axis: 1, exclusive: false, reverse: false }),
  op('Cumprod', { x: f([256, 1024], 0.9, 1.1) }, { axis: 1, exclusive: false, reverse: false }),
  op('Cumprod', { x: i([256, 1024], 2) }, { axis: 1, exclusive: false, reverse: false }),
  op('Softmax', { logits: f([256, 1024]) }, { dim: -1 }),
  op('Softmax', { logits: f([8, 10]) }, { dim: -1 }),
  op('TopK', { x: f([1024, 1024]) }, { k: 5, sorted: true }, '[1024, 1024], 5'),
  op('TopK', { x: f([8, 1024]) }, { k: 1024, sorted: true }, '[8, 1024], all'),
  op('TopK', { x: f([1, 10]) }, { k: 3, sorted: true }, '[1, 10], 3'),
  op('TopK', { x: i([256, 1024], 1000) }, { k: 5, sorted: true }, 'int32 [256, 1024], 5'),
  op('Bincount', { x: i([100000], 256), weights: f([0]) }, { size: 256 }),
  op('DenseBincount', { x: i([100000], 256), weights: f([100000]) }, { size: 256, binaryOutput: false }),
  op('DenseBincount', { x: i([256, 1024], 64), weights: f([0]) }, { size: 64, binaryOutput: false }),
  op('Unique', { x: i([20000], 500) }, { axis: 0 }),
  op('Unique', { x: f([2000], 0, 1) }, { axis: 0 }),
  op('Unique', { x: i([4000, 3], 5) }, { axis: 0 }),
  op('SearchSorted', { sortedSequence: given('float32', sorted, [1, 1024]), values: f([1, 20000]) }, { side: 'left' }),
  op('Multinomial', { logits: f([1024, 1024]) }, { numSamples: 8, seed: 1, normalized: false }),
  op('Multinomial', { logits: f([64, 10]) }, { numSamples: 1, seed: 1, normalized: false }),
  // Products
  op('BatchMatMul', { a: f([256, 256]), b: f([256, 256]) }, { transposeA: false, transposeB: false }),
  op('BatchMatMul', { a: f([2, 4]), b: f([4, 3]) }, { transposeA: false, transposeB: false }),
  op('BatchMatMul', { a: i([256, 256], 99), b: i([256, 256], 99) }, { transposeA: false, transposeB: true }),
  op('BatchMatMul', { a: f([16, 64, 64]), b: f([16, 64, 64]) }, { transposeA: true, transposeB: false }),
  op(
    '_FusedMatMul',
    { a: f([64, 256]), b: f([256, 128]), bias: f([128]) },
    { transposeA: false, transposeB: false, activation: 'relu' },
  ),
  op('Einsum', [f([64, 128]), f([128, 32])], { equation: 'ij,jk->ik' }),
  op('Conv2D', { x: image, filter: f([3, 3, 16, 16]) }, { ...conv }),
  op('Conv2D', { x: f([1, 8, 8, 3]), filter: f([3, 3, 3, 4]) }, { ...conv }),
  op('Conv2D', { x: f([8, 16, 64, 64]), filter: f([3, 3, 16, 16]) }, { ...conv, dataFormat: 'NCHW' }, 'NCHW'),
  op('Conv2D', { x: i([2, 32, 32, 4], 9), filter: i([3, 3, 4, 8], 9) }, { ...conv }),
  op('FusedConv2D', { x: image, filter: f([3, 3, 16, 16]), bias: f([16]) }, { ...conv, activation: 'relu' }),
  op('Conv2DBackpropInput', { dy: image, filter: f([3, 3, 16, 16]) }, { ...conv, inputShape: image.shape }),
  op('Conv2DBackpropFilter', { x: image, dy: image }, { ...conv, filterShape: [3, 3, 16, 16] }),
  op(
    'Conv2DBackpropInput',
    { dy: f([8, 16, 64, 64]), filter: f([3, 3, 16, 16]) },
    { ...conv, dataFormat: 'NCHW', inputShape: [8, 16, 64, 64] },
    'NCHW',
  ),
  op(
    'Conv2DBackpropFilter',
    { x: f([8, 16, 64, 64]), dy: f([8, 16, 64, 64]) },
    { ...conv, dataFormat: 'NCHW', filterShape: [3, 3, 16, 16] },
    'NCHW',
  ),
  op('DepthwiseConv2dNative', { x: image, filter: f([3, 3, 16, 1]) }, { ...conv }),
  op('FusedDepthwiseConv2D', { x: image, filter: f([3, 3, 16, 1]), bias: f([16]) }, { ...conv, activation: 'relu' }),
  op(
    'DepthwiseConv2dNativeBackpropInput',
    { dy: image, filter: f([3, 3, 16, 1]) },
    { ...conv, inputShape: image.shape },
  ),
  op('DepthwiseConv2dNativeBackpropFilter', { x: image, dy: image }, { ...conv, filterShape: [3, 3, 16, 1] }),
  op('Conv3D', { x: volume, filter: f([3, 3, 3, 8, 16]) }, { ...conv3 }),
  op(
    'Conv3DBackpropInputV2',
    { dy: f([2, 16, 32, 32, 16]), filter: f([3, 3, 3, 8, 16]) },
    { ...conv3, inputShape: volume.shape },
  ),
  op(
    'Conv3DBackpropInputV2',
    { dy: f([2, 8, 16, 16, 16]), filter: f([3, 3, 3, 8, 16]) },
    { ...conv3, strides: [2, 2, 2], inputShape: volume.shape },
    'stride 2',
  ),
  op('Conv3DBackpropFilterV2', { x: volume, dy: f([2, 16, 32, 32, 16]) }, { ...conv3, filterShape: [3, 3, 3, 8, 16] }),
  op('Dilation2D', { x: f([4, 32, 32, 8]), filter: f([3, 3, 8]) }, { strides: 1, pad: 'same', dilations: 1 }),
  ...['Dilation2DBackpropInput', 'Dilation2DBackpropFilter'].map((name) =>
    op(
      name,
      { x: f([4, 32, 32, 8]), filter: f([3, 3, 8]), dy: f([4, 32, 32, 8]) },
      { strides: 1, pad: 'same', dilations: 1 },
    ),
  ),
  // Pooling and normalization
  ...['MaxPool', 'AvgPool'].map((name) => op(name, { x: image }, pool)),
  op('MaxPoolGrad', { dy: f([8, 32, 32, 16]), input: image, output: f([8, 32, 32, 16]) }, pool),
  op('AvgPoolGrad', { dy: f([8, 32, 32, 16]), input: image }, pool),
  op('MaxPoolWithArgmax', { x: image }, { ...pool, includeBatchInIndex: false }),
  ...['MaxPool3D', 'AvgPool3D'].map((name) => op(name, { x: volume }, { ...pool3, dataFormat: 'NDHWC' })),
  op('MaxPool3DGrad', { dy: f([2, 8, 16, 16, 8]), input: volume, output: f([2, 8, 16, 16, 8]) }, pool3),
  op('AvgPool3DGrad', { dy: f([2, 8, 16, 16, 8]), input: volume }, pool3),
  op(
    'FusedBatchNorm',
    { x: image, mean: f([16]), variance: f([16], 1, 2), offset: f([16]), scale: f([16]) },
    { varianceEpsilon: 0.001 },
  ),
  op('LRN', { x: image }, { depthRadius: 5, bias: 1, alpha: 1, beta: 0.5 }),
  op('LRNGrad', { x: image, y: image, dy: image }, { depthRadius: 5, bias: 1, alpha: 1, beta: 0.5 }),
  // Images
  ...['ResizeBilinear', 'ResizeNearestNeighbor'].map((name) =>
    op(name, { images: image }, { size: [128, 128], alignCorners: false, halfPixelCenters: false }),
  ),
  ...['ResizeBilinearGrad', 'ResizeNearestNeighborGrad'].map((name) =>
    op(name, { images: image, dy: f([8, 128, 128, 16]) }, { alignCorners: false }),
  ),
  ...['bilinear', 'nearest'].map((method) =>
    op(
      'CropAndResize',
      { image: f([4, 64, 64, 3]), boxes: boxes(64), boxInd: i([64], 4) },
      { cropSize: [24, 24], method, extrapolationValue: 0 },
      method,
    ),
  ),
  op('RotateWithOffset', { image: f([4, 128, 128, 3]) }, { radians: 0.5, fillValue: 0, center: 0.5 }),
  op('FlipLeftRight', { image: f([4, 128, 128, 3]) }),
  ...['bilinear', 'nearest'].map((interpolation) =>
    op(
      'Transform',
      // One image: of several, TensorFlow.js transforms the first one alone
      { image: f([1, 128, 128, 3]), transforms: given('float32', [1, 0.1, -2, -0.1, 1, 3, 0, 0], [1, 8]) },
      { interpolation, fillMode: 'reflect', fillValue: 0, outputShape: [128, 128] },
      interpolation,
    ),
  ),
  op('NonMaxSuppressionV3', { boxes: boxes(1000), scores: f([1000], 0, 1) }, nms),
  op('NonMaxSuppressionV4', { boxes: boxes(1000), scores: f([1000], 0, 1) }, { ...nms, padToMaxOutputSize: true }),
  op('NonMaxSuppressionV5', { boxes: boxes(1000), scores: f([1000], 0, 1) }, { ...nms, softNmsSigma: 0.5 }),
  // Movement
  op('Reshape', { x: f([256, 1024]) }, { shape: [1024, 256] }),
  op('ExpandDims', { input: f([256, 1024]) }, { dim: 0 }),
  op('Transpose', { x: f([256, 1024]) }, { perm: [1, 0] }),
  op('Transpose', { x: f([2, 3]) }, { perm: [1, 0] }),
  op('Transpose', { x: f([8, 32, 32, 16]) }, { perm: [0, 3, 1, 2] }),
  op('Slice', { x: f([256, 1024]) }, { begin: [10, 20], size: [200, 900] }),
  op('Slice', { x: f([8]) }, { begin: [1], size: [4] }),
  op(
    'StridedSlice',
    { x: f([256, 1024]) },
    {
      ...{ begin: [0, 0], end: [256, 1024], strides: [2, 2] },
      ...{ beginMask: 0, endMask: 0, ellipsisMask: 0, newAxisMask: 0, shrinkAxisMask: 0 },
    },
  ),
  op('SplitV', { x: f([256, 1024]) }, { numOrSizeSplits: 4, axis: 1 }),
  op('Unpack', { value: f([64, 1024]) }, { axis: 0 }),
  op('Concat', [f([256, 512]), f([256, 512])], { axis: 1 }),
  op('Concat', [c([64, 512]), c([64, 512])], { axis: 1 }),
  op('Pack', [f([256, 512]), f([256, 512])], { axis: 0 }),
  op(
    'PadV2',
    { x: f([256, 1024]) },
    {
      paddings: [
        [1, 1],
        [2, 2],
      ],
      constantValue: 0,
    },
  ),
  op(
    'MirrorPad',
    { x: f([256, 1024]) },
    {
      paddings: [
        [1, 1],
        [2, 2],
      ],
      mode: 'reflect',
    },
  ),
  op('Tile', { x: f([256, 256]) }, { reps: [2, 2] }),
  op('Reverse', { x: f([256, 1024]) }, { dims: [1] }),
  op('GatherV2', { x: f([1000, 64]), indices: i([4096], 1000) }, { axis: 0, batchDims: 0 }),
  op('GatherNd', { params: f([64, 64, 16]), indices: i([4096, 2], 64) }),
  op('ScatterNd', { indices: i([4096, 1], 1000), updates: f([4096, 16]) }, { shape: [1000, 16] }),
  op('TensorScatterUpdate', { tensor: f([1000, 64]), indices: i([500, 1], 1000), updates: f([500, 64]) }),
  op(
    'SparseToDense',
    { sparseIndices: i([500, 2], 256), sparseValues: f([500]), defaultValue: f([]) },
    { outputShape: [256, 256] },
  ),
  op('UnsortedSegmentSum', { x: f([4096, 64]), segmentIds: i([4096], 100) }, { numSegments: 100 }),
  op('OneHot', { indices: i([4096], 100) }, { dtype: 'int32', depth: 100, onValue: 1, offValue: 0 }),
  op('Diag', { x: f([500]) }),
  op(
    'SpaceToBatchND',
    { x: image },
    {
      blockShape: [2, 2],
      paddings: [
        [0, 0],
        [0, 0],
      ],
    },
  ),
  op(
    'BatchToSpaceND',
    { x: image },
    {
      blockShape: [2, 2],
      crops: [
        [0, 0],
        [0, 0],
      ],
    },
  ),
  op('DepthToSpace', { x: image }, { blockSize: 2, dataFormat: 'NHWC' }),
  op('DepthToSpace', { x: f([8, 16, 64, 64]) }, { blockSize: 2, dataFormat: 'NCHW' }, 'NCHW'),
  op('Reshape', { x: c([64, 1024]) }, { shape: [1024, 64] }),
  op('Identity', { x: c([64, 1024]) }),
  // Spectra
  op('FFT', { input: c([16, 1024]) }),
  op('FFT', { input: c([1, 8]) }),
  op('FFT', { input: c([4, 1009]) }),
  op('IFFT', { input: c([16, 1000]) }),
  // Sparse, ragged and texts
  op('SparseFillEmptyRows', {
    indices: given('int32', Array.from({ length: 200 }, (_, k) => [k, k % 7]).flat(), [200, 2]),
    values: f([200]),
    denseShape: given('int32', [300, 7]),
    defaultValue: f([]),
  }),
  op('SparseReshape', {
    inputIndices: i([500, 2], 30),
    inputShape: given('int32', [30, 30]),
    newShape: given('int32', [10, 90]),
  }),
  ...['SparseSegmentMean', 'SparseSegmentSum'].map((name) =>
    op(name, {
      data: f([1000, 64]),
      indices: i([2000], 1000),
      segmentIds: given(
        'int32',
        Array.from({ length: 2000 }, (_, k) => k >> 3),
      ),
    }),
  ),
  op(
    'RaggedGather',
    { paramsNestedSplits: [rowsOfFour], paramsDenseValues: f([400]), indices: i([50], 100) },
    { outputRaggedRank: 1 },
  ),
  op('RaggedRange', { starts: i([500], 5), limits: { ...i([500], 30), from: 6 }, deltas: given('int32', [1], []) }),
  op(
    'RaggedTensorToTensor',
    {
      shape: given('int32', [100, 4]),
      values: f([400]),
      defaultValue: f([]),
      rowPartitionTensors: [rowsOfFour],
    },
    { rowPartitionTypes: ['ROW_SPLITS'] },
  ),
  op('StringToHashBucketFast', { input: given('string', words) }, { numBuckets: 100 }),
  op('StringSplit', { input: given('string', words), delimiter: given('string', [' '], []) }, { skipEmpty: true }),
  op('StaticRegexReplace', { x: given('string', words) }, { pattern: 'o', rewrite: '0', replaceGlobal: true }),
  op(
    'StringNGrams',
    { data: given('string', words), dataSplits: given('int32', [0, 100, 200]) },
    {
      ...{ separator: ' ', nGramWidths: [2], leftPad: '', rightPad: '', padWidth: 0 },
      preserveShortSequences: false,
    },
  ),
];

/** The case's name in tables. */
export const nameOf = ({ kernel, about }: Case) => `${kernel} ${about}`.trim();
