// The public ops of `tf` that are called at random, each with how right arguments for it are drawn.
import { type Arg, type Gen, sizeOf } from './values.mts';

type Draw = (g: Gen) => Arg[];

const table: Record<string, Draw> = {};
const each = (names: string, draw: Draw): void => {
  for (const name of names.split(' ')) table[name] = draw;
};
const pads = ['same', 'valid', 'same', 0, 1, 2] as const;

// Element by element
each(
  'abs acos acosh asin asinh atan atanh ceil clone cos cosh elu erf exp expm1 floor isFinite isInf isNaN log log1p ' +
    'logSigmoid neg onesLike reciprocal relu relu6 round rsqrt selu sigmoid sign sin sinh softplus sqrt square tan ' +
    'tanh zerosLike',
  (g) => [g.numbers()],
);
each(
  'add sub mul div divNoNan floorDiv maximum minimum mod pow squaredDifference atan2 equal notEqual greater ' +
    'greaterEqual less lessEqual prelu',
  (g) => {
    const shape = g.shape();
    const pair = [g.numbers(shape), g.numbers(g.broadcastable(shape))];
    return g.chance(0.2) ? pair.reverse() : pair;
  },
);
each('logicalAnd logicalOr logicalXor', (g) => {
  const shape = g.shape();
  return [g.bools(shape), g.bools(g.broadcastable(shape))];
});
each('bitwiseAnd', (g) => {
  const shape = g.shape();
  return [g.ints(shape, -(2 ** 31), 2 ** 31 - 1), g.ints(shape)];
});
each('logicalNot', (g) => [g.bools()]);
each('step leakyRelu', (g) => [g.numbers(), g.maybe(g.next())]);
each('clipByValue', (g) => [g.numbers(), -g.next(), g.next()]);
each('cast', (g) => [g.numbers(), g.pick(['float32', 'int32', 'bool', 'complex64'])]);
each('real imag', (g) => [g.complex()]);
each('complex', (g) => {
  const shape = g.shape();
  return [g.floats(shape), g.floats(shape)];
});
each('addN', (g) => {
  const shape = g.shape();
  return [Array.from({ length: g.int(1, 4) }, () => g.floats(shape))];
});
each('where', (g) => {
  const shape = g.shape();
  return [g.bools(shape), g.numbers(g.broadcastable(shape)), g.floats(shape)];
});
each('movingAverage', (g) => {
  const shape = g.shape();
  return [g.floats(shape), g.floats(shape), g.next(), g.maybe(g.int(1, 5))];
});

// Reductions and scans
each('sum mean prod max min logSumExp', (g) => {
  const x = g.numbers();
  return [x, g.axes(x.shape.length), g.maybe(g.chance(0.5))];
});
each('any all', (g) => {
  const x = g.bools();
  return [x, g.axes(x.shape.length), g.maybe(g.chance(0.5))];
});
each('argMax argMin', (g) => {
  const x = g.numbers();
  return [x, g.axis(x.shape.length)];
});
each('euclideanNorm moments', (g) => {
  const x = g.floats();
  return [x, g.axes(x.shape.length), g.maybe(g.chance(0.5))];
});
each('norm', (g) => {
  const x = g.floats(g.shape(g.int(1, 3)));
  return [x, g.pick(['euclidean', 1, 2, Infinity, -Infinity, 'fro']), g.axes(x.shape.length), g.maybe(true)];
});
each('cumsum cumprod', (g) => {
  const x = g.floats(g.shape(g.int(1, 4)), g.pick(['small', 'ties']));
  return [x, g.axis(x.shape.length), g.maybe(g.chance(0.5)), g.maybe(g.chance(0.5))];
});
each('softmax logSoftmax', (g) => {
  const x = g.floats(g.shape(g.int(1, 4)));
  return [x, g.maybe(-1)];
});
each('topk', (g) => {
  const x = g.floats(g.shape(g.int(1, 3)));
  return [x, g.int(1, Math.max(1, x.shape.at(-1)!)), g.maybe(true)];
});
each('unique', (g) => {
  const x = g.ints(g.shape(g.int(1, 3)), 0, 3);
  return [x, g.chance(0.6) ? 0 : g.axis(x.shape.length)];
});
each('bincount', (g) => {
  const n = g.int(1, 40);
  return [g.ints([n], 0, 9), g.chance(0.5) ? g.floats([n]) : g.floats([0]), g.int(1, 12)];
});
each('denseBincount', (g) => {
  const shape = g.shape(g.int(1, 2));
  return [g.ints(shape, 0, 9), g.chance(0.5) ? g.floats(shape) : g.floats([0]), g.int(1, 12), g.maybe(true)];
});

// Shapes, parts and places
each('reshape', (g) => {
  const x = g.numbers();
  const target = g.chance(0.5) ? [...x.shape].reverse() : [g.pick([-1, sizeOf(x.shape)])];
  return [x, target];
});
each('ensureShape', (g) => {
  const x = g.numbers();
  return [x, x.shape.map((d) => (g.chance(0.2) ? null : d))];
});
each('transpose', (g) => {
  const x = g.numbers(g.shape(g.int(0, 5)));
  return [x, g.maybe(g.shuffled(x.shape.length)), g.maybe(false)];
});
each('expandDims', (g) => {
  const x = g.numbers();
  return [x, g.int(-1, x.shape.length)];
});
each('squeeze', (g) => {
  const shape = g.shape().map((d) => (g.chance(0.5) ? 1 : d));
  const ones = shape.flatMap((d, i) => (d === 1 ? [i] : []));
  return [g.numbers(shape), g.maybe(ones)];
});
each('tile', (g) => {
  const x = g.numbers(g.shape(g.int(1, 3)));
  return [x, x.shape.map(() => g.int(0, 3))];
});
each('pad', (g) => {
  const x = g.numbers(g.shape(g.int(0, 4)));
  return [x, x.shape.map(() => [g.int(0, 2), g.int(0, 2)]), g.maybe(g.int(-2, 2))];
});
each('pad1d', (g) => [g.numbers(g.shape(1)), [g.int(0, 2), g.int(0, 3)], g.maybe(1)]);
for (const rank of [2, 3, 4])
  each(`pad${rank}d`, (g) => [
    g.numbers(g.shape(rank)),
    Array.from({ length: rank }, () => [g.int(0, 2), g.int(0, 2)]),
    g.maybe(1),
  ]);
each('mirrorPad', (g) => {
  const x = g.numbers(g.shape(g.int(1, 4)));
  const widths = x.shape.map((d) => [g.int(0, Math.max(0, d - 1)), g.int(0, Math.max(0, d - 1))]);
  return [x, widths, g.pick(['reflect', 'symmetric'])];
});
const slice = (rank: number): Draw => {
  return (g) => {
    const x = g.numbers(g.shape(rank < 0 ? g.int(1, 5) : rank));
    const begin = x.shape.map((d) => g.int(0, Math.max(0, d - 1)));
    return [x, begin, g.maybe(x.shape.map((d, i) => (g.chance(0.2) ? -1 : g.int(0, d - begin[i]!))))];
  };
};
each('slice', slice(-1));
each('slice1d', (g) => [g.numbers([g.int(4, 9)]), g.int(0, 3), g.int(0, 1)]);
for (const rank of [2, 3, 4]) each(`slice${rank}d`, slice(rank));
each('stridedSlice', (g) => {
  const x = g.numbers(g.shape(g.int(1, 4)));
  const part = (low: number) => x.shape.map((d) => g.int(low, d));
  const mask = () => g.pick([0, 0, 0, 1, 2, 3, 5]);
  const strides = x.shape.map(() => g.pick([1, 1, 2, 3, -1, -2]));
  return [x, part(-2), part(-3), strides, mask(), mask(), g.pick([0, 0, 1]), g.pick([0, 0, 0, 1]), g.pick([0, 0, 1])];
});
each('concat', (g) => {
  const shape = g.shape(g.int(1, 4));
  const axis = g.axis(shape.length);
  const at = axis < 0 ? axis + shape.length : axis;
  const like = () => shape.map((d, i) => (i === at ? g.dim() : d));
  return [Array.from({ length: g.int(1, 4) }, () => g.floats(like())), axis];
});
each('concat1d', (g) => [[g.floats(g.shape(1)), g.floats(g.shape(1))]]);
for (const rank of [2, 3, 4])
  each(`concat${rank}d`, (g) => {
    const shape = g.shape(rank);
    return [[g.floats(shape), g.floats(shape)], g.int(0, rank - 1)];
  });
each('stack', (g) => {
  const shape = g.shape();
  return [Array.from({ length: g.int(1, 4) }, () => g.floats(shape)), g.int(0, shape.length)];
});
each('unstack', (g) => {
  const x = g.numbers(g.shape(g.int(1, 4)));
  return [x, g.axis(x.shape.length)];
});
each('split', (g) => {
  const x = g.numbers(g.shape(g.int(1, 4)));
  const axis = g.axis(x.shape.length);
  const d = x.shape.at(axis)!;
  const cut = g.int(0, d);
  const even = [1, 2, 3, 4].filter((n) => d % n === 0);
  return [x, g.chance(0.5) ? g.pick(even) : [cut, g.chance(0.5) ? -1 : d - cut], axis];
});
each('gather', (g) => {
  const x = g.numbers(g.shape(g.int(1, 4)));
  const axis = g.axis(x.shape.length);
  return [x, g.ints(g.shape(g.int(0, 2)), 0, x.shape.at(axis)! - 1), axis, g.maybe(0)];
});
each('gatherND', (g) => {
  const x = g.numbers(g.shape(g.int(1, 4)));
  const depth = g.int(1, x.shape.length);
  return [x, g.ints([...g.shape(g.int(0, 2)), depth], 0, Math.min(...x.shape) - 1)];
});
each('scatterND', (g) => {
  const [n, depth] = [g.int(1, 6), g.int(1, 2)];
  const shape = g.shape(g.int(depth, 3)).map((d) => Math.max(1, d));
  return [g.ints([n, depth], 0, Math.min(...shape) - 1), g.floats([n, ...shape.slice(depth)]), shape];
});
each('tensorScatterUpdate', (g) => {
  const [n, depth] = [g.int(1, 6), g.int(1, 2)];
  const shape = g.shape(g.int(depth, 3)).map((d) => Math.max(1, d));
  const indices = g.ints([n, depth], 0, Math.min(...shape) - 1);
  return [g.floats(shape), indices, g.floats([n, ...shape.slice(depth)])];
});
each('sparseToDense', (g) => {
  const [n, size] = [g.int(1, 5), g.int(5, 9)];
  const indices = { ...g.ints([n]), values: g.shuffled(size).slice(0, n) };
  return [indices, g.floats([n]), [size], g.maybe(0)];
});
each('reverse', (g) => {
  const x = g.numbers();
  return [x, g.axes(x.shape.length)];
});
each('reverse1d', (g) => [g.numbers(g.shape(1))]);
for (const rank of [2, 3, 4])
  each(`reverse${rank}d`, (g) => {
    const x = g.numbers(g.shape(rank));
    return [x, g.axes(rank)];
  });
each('broadcastTo', (g) => {
  const shape = g.shape();
  return [g.numbers(g.broadcastable(shape)), shape];
});
each('broadcastArgs', (g) => {
  const shape = g.shape();
  return [
    { ...g.ints([shape.length]), values: shape },
    { ...g.ints([shape.length]), values: shape.map(() => 1) },
  ];
});
each('batchToSpaceND', (g) => {
  const block = [g.int(1, 3), g.int(1, 2)];
  const x = g.floats([sizeOf(block) * g.int(1, 3), g.int(2, 5), g.int(2, 5), g.int(1, 3)]);
  return [x, block, block.map(() => [g.int(0, 1), g.int(0, 1)])];
});
each('spaceToBatchND', (g) => {
  const block = [g.int(1, 3), g.int(1, 2)];
  const rest = block.map((b) => [0, g.int(0, b - 1)]);
  const sides = block.map((b, i) => b * g.int(1, 4) - rest[i]![1]!);
  return [g.floats([g.int(1, 3), ...sides, g.int(1, 3)]), block, rest];
});
each('depthToSpace', (g) => {
  const b = g.int(2, 3);
  return [g.floats([g.int(1, 2), g.int(1, 4), g.int(1, 4), b * b * g.int(1, 3)]), b, g.maybe('NHWC')];
});
each('diag', (g) => [g.numbers(g.shape(g.int(1, 2)).map((d) => Math.min(d, 8)))]);
each('eye', (g) => [g.dim(), g.maybe(g.dim()), g.maybe([2]), g.maybe('float32')]);
each('linspace', (g) => [g.int(-5, 5), g.int(-5, 5), g.int(1, 20)]);
each('range', (g) => {
  const [start, stop] = [g.int(-9, 9), g.int(-9, 9)];
  return [start, stop, (stop < start ? -1 : 1) * g.pick([1, 2, 0.5]), g.pick(['float32', 'int32'])];
});
each('fill', (g) => [g.shape(), g.int(-3, 3), g.maybe('float32')]);
each('zeros ones', (g) => [g.shape(), g.maybe(g.pick(['float32', 'int32', 'bool', 'complex64']))]);
each('oneHot', (g) => [g.ints(g.shape(g.int(0, 3)), -1, 6), g.int(1, 7), g.maybe(2), g.maybe(-1), g.maybe('float32')]);
each('meshgrid', (g) => [g.floats(g.shape(1)), g.floats(g.shape(1)), { indexing: g.pick(['xy', 'ij']) }]);
each('whereAsync', (g) => [g.bools(g.shape(g.int(1, 4)))]);
each('booleanMaskAsync', (g) => {
  const shape = g.shape(g.int(1, 3));
  return [g.floats(shape), g.bools(shape.slice(0, g.int(1, shape.length)))];
});
each('setdiff1dAsync', (g) => [g.ints(g.shape(1), 0, 5), g.ints(g.shape(1), 0, 5)]);
each('inTopKAsync', (g) => {
  const [n, classes] = [g.int(1, 5), g.int(2, 6)];
  return [g.floats([n, classes]), g.ints([n], 0, classes - 1), g.int(1, classes)];
});
each('searchSorted', (g) => [sorted(g), g.floats([2, g.int(1, 6)], 'ties'), g.pick(['left', 'right'])]);
each('lowerBound upperBound', (g) => [sorted(g), g.floats([2, g.int(1, 6)], 'ties')]);
each('unsortedSegmentSum', (g) => {
  const x = g.floats(g.shape(g.int(1, 3)));
  return [x, g.ints([x.shape[0]!], 0, 4), g.int(5, 7)];
});
each('raggedGather', (g) => [
  [{ ...g.ints([4]), values: [0, 2, 3, 6] }],
  g.floats([6]),
  g.ints([g.int(1, 4)], 0, 2),
  1,
]);
each('raggedRange', (g) => {
  const n = g.int(1, 4);
  return [g.floats([n], 'ties'), g.floats([n], 'ties'), { ...g.ints([n]), values: Array(n).fill(g.pick([1, 2])) }];
});
each('raggedTensorToTensor', (g) => [
  { ...g.ints([2]), values: [3, 4] },
  g.floats([6]),
  g.floats([], 'ties'),
  [{ ...g.ints([4]), values: [0, 2, 3, 6] }],
  ['ROW_SPLITS'],
]);
each('sparse.sparseFillEmptyRows', (g) => [
  { ...g.ints([3, 2]), values: [0, 0, 1, g.int(0, 3), 3, 1] },
  g.floats([3]),
  { ...g.ints([2]), values: [5, 4] },
  g.floats([]),
]);
each('sparse.sparseReshape', (g) => [
  { ...g.ints([3, 2]), values: [0, 0, 1, g.int(0, 3), 3, 1] },
  { ...g.ints([2]), values: [5, 4] },
  {
    ...g.ints([2]),
    values: g.pick([
      [4, 5],
      [2, 10],
      [-1, 4],
      [20, 1],
    ]),
  },
]);
each('sparse.sparseSegmentSum sparse.sparseSegmentMean', (g) => {
  const [rows, n] = [g.int(1, 5), g.int(1, 6)];
  const ids = Array.from({ length: n }, () => g.int(0, 4)).sort((a, b) => a - b);
  return [g.floats([rows, g.int(1, 4)]), g.ints([n], 0, rows - 1), { ...g.ints([n]), values: ids }];
});
each('string.stringSplit', (g) => [g.strings(g.shape(1)), g.pick([' ', ',', '']), g.maybe(true)]);
each('string.stringToHashBucketFast', (g) => [g.strings(), g.int(1, 20)]);
each('string.staticRegexReplace', (g) => [g.strings(), '[a-c]', 'z', g.maybe(false)]);
each('string.stringNGrams', (g) => [
  g.strings([6]),
  { ...g.ints([4]), values: [0, 2, 3, 6] },
  g.pick(['|', '']),
  [g.int(1, 3)],
  'L',
  'R',
  g.pick([-1, 0, 1]),
  g.chance(0.5),
]);

// Products
each('matMul', (g) => {
  const [a, b] = [g.chance(0.5), g.chance(0.5)];
  const batch = g.shape(g.pick([0, 0, 1, 2])).map((d) => Math.min(d, 5));
  const [m, k, n] = g.chance(0.1) ? [g.int(20, 70), g.int(20, 70), g.int(20, 70)] : [g.dim(), g.dim(), g.dim()];
  const draw = g.pick(['any', 'small', 'ties'] as const);
  const left = g.floats([...batch, ...(a ? [k, m] : [m, k])], draw);
  return [left, g.floats([...g.broadcastable(batch), ...(b ? [n, k] : [k, n])], draw), a, b];
});
each('dot', (g) => {
  const [m, k, n] = [g.dim(), g.dim(), g.dim()];
  return [g.floats(g.chance(0.5) ? [k] : [m, k]), g.floats(g.chance(0.5) ? [k] : [k, n])];
});
each('outerProduct', (g) => [g.floats(g.shape(1)), g.floats(g.shape(1))]);
each('einsum', (g) => {
  const [i, j, k] = [g.int(1, 5), g.int(1, 5), g.int(1, 5)];
  return g.pick([
    ['ij,jk->ik', g.floats([i, j], 'small'), g.floats([j, k], 'small')],
    ['ijk,jk->i', g.floats([i, j, k], 'small'), g.floats([j, k], 'small')],
    ['ij->ji', g.floats([i, j])],
    ['ij->', g.floats([i, j], 'small')],
    ['i,j->ij', g.floats([i]), g.floats([j])],
    ['bij,bjk->bik', g.floats([2, i, j], 'small'), g.floats([2, j, k], 'small')],
  ]);
});
each('linalg.bandPart', (g) => [g.floats(g.shape(g.int(2, 3))), g.int(-1, 1), g.int(-1, 1)]);
each('linalg.gramSchmidt', (g) => {
  const n = g.int(1, 4);
  return [g.floats([n, n + g.int(0, 2)], 'small')];
});
each('linalg.qr', (g) => [g.floats([g.int(1, 5), g.int(1, 5)], 'small'), g.maybe(g.chance(0.5))]);
each('fused.matMul', (g) => {
  const [m, k, n] = [g.dim(), g.dim(), g.dim()];
  const bias = g.maybe(g.floats(g.chance(0.5) ? [n] : [m, n], 'small'));
  const activation = g.maybe(g.pick(['linear', 'relu', 'relu6', 'elu', 'sigmoid', 'leakyrelu']));
  return [{ a: g.floats([m, k], 'small'), b: g.floats([k, n], 'small'), bias, activation }];
});

// Convolutions and pooling
const image = (g: Gen, channels: number) =>
  g.floats([g.int(1, 2), g.int(1, 11), g.int(1, 11), channels], g.pick(['small', 'small', 'any']));
const side = (g: Gen) => g.pick([1, 2, 3, 3, 4, 5]);
const stride = (g: Gen): number | number[] => (g.chance(0.6) ? g.int(1, 3) : [g.int(1, 3), g.int(1, 3)]);
const channels = (g: Gen) => g.pick([1, 2, 3, 4, 5, 8, 16]);
each('conv1d', (g) => {
  const c = channels(g);
  const [filter, dilation] = [g.floats([side(g), c, channels(g)], 'small'), g.pick([1, 1, 2])];
  return [
    g.floats([2, g.int(1, 20), c], 'small'),
    filter,
    dilation > 1 ? 1 : g.int(1, 2),
    g.pick(pads),
    'NWC',
    dilation,
  ];
});
each('conv2d', (g) => {
  const c = channels(g);
  const filter = g.floats([side(g), side(g), c, channels(g)], 'small');
  const dilation = g.pick([1, 1, 1, 2, 3]);
  return [image(g, c), filter, dilation > 1 ? 1 : stride(g), g.pick(pads), g.maybe('NHWC'), dilation];
});
each('fused.conv2d', (g) => {
  const [c, out] = [channels(g), channels(g)];
  const filter = g.floats([side(g), side(g), c, out], 'small');
  const activation = g.maybe(g.pick(['linear', 'relu', 'relu6', 'elu', 'sigmoid']));
  const bias = g.maybe(g.floats([out], 'small'));
  return [{ x: image(g, c), filter, strides: g.int(1, 2), pad: g.pick(['same', 'valid', 1]), bias, activation }];
});
each('depthwiseConv2d', (g) => {
  const c = channels(g);
  const filter = g.floats([side(g), side(g), c, g.int(1, 3)], 'small');
  const dilation = g.pick([1, 1, 1, 2]);
  return [image(g, c), filter, dilation > 1 ? 1 : stride(g), g.pick(pads), g.maybe('NHWC'), dilation];
});
each('fused.depthwiseConv2d', (g) => {
  const c = channels(g);
  const filter = g.floats([side(g), side(g), c, 1], 'small');
  const activation = g.maybe(g.pick(['linear', 'relu', 'elu']));
  return [{ x: image(g, c), filter, strides: g.int(1, 2), pad: g.pick(['same', 'valid']), activation }];
});
each('separableConv2d', (g) => {
  const [c, m] = [channels(g), g.int(1, 2)];
  const depthwise = g.floats([side(g), side(g), c, m], 'small');
  return [
    image(g, c),
    depthwise,
    g.floats([1, 1, c * m, channels(g)], 'small'),
    g.int(1, 2),
    g.pick(['same', 'valid']),
  ];
});
each('conv2dTranspose', (g) => {
  const [c, out, s, k] = [channels(g), channels(g), g.int(1, 3), side(g)];
  const x = image(g, c);
  const filter = g.floats([k, k, out, c], 'small');
  const pad = g.pick(['same', 'valid'] as const);
  const grown = x.shape.slice(1, 3).map((d) => (pad === 'same' ? d * s : (d - 1) * s + k));
  return [x, filter, [x.shape[0]!, ...grown, out], s, pad];
});
const volume = (g: Gen, c: number) => g.floats([1, g.int(1, 6), g.int(1, 6), g.int(1, 6), c], 'small');
each('conv3d', (g) => {
  const c = g.int(1, 3);
  const filter = g.floats([g.int(1, 3), g.int(1, 3), g.int(1, 3), c, g.int(1, 4)], 'small');
  return [volume(g, c), filter, g.int(1, 3), g.pick(['same', 'valid'])];
});
each('conv3dTranspose', (g) => {
  const [c, out, s] = [g.int(1, 3), g.int(1, 3), g.int(1, 2)];
  const x = volume(g, c);
  const grown = x.shape.slice(1, 4).map((d) => d * s);
  return [x, g.floats([2, 2, 2, out, c], 'small'), [1, ...grown, out], s, 'same'];
});
each('dilation2d', (g) => {
  const c = g.int(1, 4);
  return [image(g, c), g.floats([side(g), side(g), c], 'small'), g.int(1, 2), g.pick(['same', 'valid']), g.int(1, 2)];
});
each('maxPool avgPool', (g) => [image(g, channels(g)), stride(g), stride(g), g.pick(pads), g.maybe('floor')]);
each('pool', (g) => [
  image(g, g.int(1, 4)),
  g.int(1, 3),
  g.pick(['max', 'avg']),
  g.pick(['same', 'valid']),
  g.int(1, 2),
  g.maybe(1),
]);
each('maxPoolWithArgmax', (g) => [
  image(g, channels(g)),
  g.int(1, 3),
  g.int(1, 3),
  g.pick(['same', 'valid']),
  g.maybe(true),
]);
each('maxPool3d avgPool3d', (g) => [volume(g, g.int(1, 3)), g.int(1, 3), g.int(1, 3), g.pick(['same', 'valid'])]);

// Normalization and images
each('math.confusionMatrix', (g) => {
  const [n, classes] = [g.int(0, 9), g.int(1, 5)];
  return [g.ints([n], 0, classes - 1), g.ints([n], 0, classes - 1), classes];
});
each('browser.fromPixels', (g) => {
  const [width, height] = [g.int(1, 6), g.int(1, 6)];
  const data = Array.from({ length: 4 * width * height }, () => g.int(0, 255));
  return [{ width, height, data: { $bytes: data } }, g.maybe(g.int(1, 4))];
});
const batchNorm = (rank: number): Draw => {
  return (g) => {
    const x = g.floats(g.shape(rank), 'small');
    const c = [x.shape.at(-1)!];
    const part = (draw: 'small' | 'positive') => g.floats(c, draw);
    return [x, part('small'), part('positive'), g.maybe(part('small')), g.maybe(part('small')), g.maybe(0.01)];
  };
};
each('batchNorm', batchNorm(4));
for (const rank of [2, 3, 4]) each(`batchNorm${rank}d`, batchNorm(rank));
each('localResponseNormalization', (g) => [
  image(g, channels(g)),
  g.maybe(g.int(1, 5)),
  g.maybe(1),
  g.maybe(1),
  g.maybe(0.5),
]);
each('image.resizeBilinear image.resizeNearestNeighbor', (g) => [
  image(g, g.int(1, 5)),
  [g.int(1, 12), g.int(1, 12)],
  ...g.pick([[], [true], [false, true]]),
]);
each('image.cropAndResize', (g) => {
  const [x, n] = [image(g, g.int(1, 3)), g.int(1, 4)];
  const ids = g.ints([n], 0, x.shape[0]! - 1);
  return [x, g.floats([n, 4], 'unit'), ids, [g.int(1, 6), g.int(1, 6)], g.maybe('nearest'), g.maybe(0.5)];
});
each('image.flipLeftRight', (g) => [image(g, g.int(1, 4))]);
each('image.grayscaleToRGB', (g) => [image(g, 1)]);
each('image.rgbToGrayscale', (g) => [image(g, 3)]);
each('image.rotateWithOffset', (g) => [image(g, 3), g.next() * 6, g.maybe(0), g.maybe([0.5, 0.25])]);
each('image.threshold', (g) => [
  g.floats([g.int(1, 8), g.int(1, 8), g.pick([1, 3])], 'positive'),
  g.pick(['binary', 'otsu']),
  g.maybe(false),
  g.next(),
]);
each('image.transform', (g) => {
  const x = image(g, g.int(1, 3));
  const matrix = [1, 0.1, 0.5, 0, 0.9, -0.5, 0, 0].map((v) => v + g.pick([0, 0, 0.25]));
  const transforms = { ...g.floats([1, 8]), values: matrix };
  return [
    x,
    transforms,
    g.pick(['nearest', 'bilinear']),
    g.pick(['constant', 'reflect', 'wrap', 'nearest']),
    g.maybe(0.5),
  ];
});
const boxes = (g: Gen, ...more: Arg[]): Arg[] => {
  const n = g.int(1, 12);
  const values = Array.from({ length: n }, () => {
    const [y, x] = [g.int(0, 8) / 8, g.int(0, 8) / 8];
    return [y, x, y + g.int(1, 4) / 8, x + g.int(1, 4) / 8];
  }).flat();
  const scores = { ...g.floats([n]), values: g.shuffled(n).map((i) => (i + 1) / 16) };
  return [{ ...g.floats([n, 4]), values }, scores, g.int(1, 8), 0.5, 0.1, ...more];
};
each('image.nonMaxSuppression image.nonMaxSuppressionAsync', (g) => boxes(g));
each('image.nonMaxSuppressionWithScore image.nonMaxSuppressionWithScoreAsync', (g) => boxes(g, g.maybe(0.5)));
each('image.nonMaxSuppressionPadded image.nonMaxSuppressionPaddedAsync', (g) => boxes(g, true));

// Signals
each('fft ifft spectral.fft spectral.ifft', (g) => [g.complex(g.shape(g.int(1, 3)).map((d) => Math.min(d, 40)))]);
each('rfft spectral.rfft', (g) => {
  const x = g.floats(
    g.shape(g.int(1, 3)).map((d) => Math.min(d, 40)),
    'small',
  );
  return [x, g.maybe(Math.max(1, x.shape.at(-1)! + g.int(-2, 3)))];
});
each('irfft spectral.irfft', (g) => [g.complex(g.shape(g.int(1, 3)).map((d) => Math.min(d, 40)))]);
each('signal.hammingWindow signal.hannWindow', (g) => [g.int(1, 40)]);
each('signal.frame', (g) => [g.floats([g.int(1, 40)]), g.int(1, 8), g.int(1, 5), g.maybe(g.chance(0.5)), g.maybe(1)]);
each('signal.stft', (g) => [g.floats([g.int(8, 64)], 'small'), g.int(2, 8), g.int(1, 5), g.maybe(g.pick([8, 16]))]);

// Losses
each(
  'losses.absoluteDifference losses.hingeLoss losses.huberLoss losses.logLoss losses.meanSquaredError ' +
    'losses.sigmoidCrossEntropy losses.softmaxCrossEntropy',
  (g) => {
    const shape = g.shape(g.int(1, 3));
    return [g.floats(shape, 'unit'), g.floats(shape, 'unit'), g.maybe(g.floats(g.pick([shape, []]), 'positive'))];
  },
);
each('losses.computeWeightedLoss', (g) => {
  const shape = g.shape(g.int(1, 3));
  return [g.floats(shape), g.maybe(g.floats(g.pick([shape, []]), 'positive')), g.maybe(g.int(0, 3))];
});
each('losses.cosineDistance', (g) => {
  const shape = g.shape(g.int(1, 3));
  return [g.floats(shape, 'small'), g.floats(shape, 'small'), g.axis(shape.length), g.maybe(g.floats([], 'positive'))];
});

// Cells and random numbers
each('basicLSTMCell', (g) => {
  const [batch, n, u] = [g.int(1, 3), g.int(1, 4), g.int(1, 4)];
  const [c, h] = [g.floats([batch, u], 'small'), g.floats([batch, u], 'small')];
  return [
    g.floats([], 'unit'),
    g.floats([n + u, 4 * u], 'small'),
    g.floats([4 * u], 'small'),
    g.floats([batch, n], 'small'),
    c,
    h,
  ];
});
each('randomNormal truncatedNormal', (g) => [g.shape(), g.maybe(0), g.maybe(1), 'float32', 7]);
each('randomStandardNormal', (g) => [g.shape(), 'float32', 7]);
each('randomUniform', (g) => [g.shape(), -1, 1, g.pick(['float32', 'int32', 'bool']), 7]);
each('randomUniformInt', (g) => [g.shape(), -4, g.int(-3, 9), 7]);
each('randomGamma', (g) => [g.shape(g.int(1, 2)), g.int(1, 3), g.maybe(1), 'float32', 7]);
each('multinomial', (g) => [g.floats([g.int(1, 3), g.int(2, 6)], 'small'), g.int(1, 9), 7, g.maybe(false)]);
each('dropout', (g) => [g.floats(g.shape(g.int(1, 3)), 'small'), g.next() * 0.9, undefined, 7]);

// Makers
each('tensor', (g) => {
  const shape = g.shape(g.int(1, 3));
  return [
    Array.from({ length: sizeOf(shape) }, () => g.int(-3, 3)),
    shape,
    g.maybe(g.pick(['float32', 'int32', 'bool'])),
  ];
});
each('tensor1d', (g) => [Array.from({ length: g.int(0, 9) }, () => g.next()), g.maybe('float32')]);
each('tensor2d', (g) => [nested(g, 2), undefined, g.maybe('int32')]);
each('tensor3d', (g) => [nested(g, 3), undefined, g.maybe('int32')]);
each('tensor4d', (g) => [nested(g, 4)]);
each('scalar', (g) => [g.int(-9, 9), g.maybe(g.pick(['float32', 'int32', 'bool']))]);

function sorted(g: Gen): Arg {
  const n = g.int(1, 8);
  const row = () => Array.from({ length: n }, () => g.int(-3, 3)).sort((a, b) => a - b);
  return { ...g.floats([2, n]), values: [...row(), ...row()] };
}

function nested(g: Gen, rank: number): Arg {
  const dims = Array.from({ length: rank }, () => g.int(1, 4));
  const make = (at: number): Arg =>
    at === rank ? g.int(-3, 3) : Array.from({ length: dims[at]! }, () => make(at + 1));
  return make(0);
}

/** Ops whose numbers are drawn by chance, in ways that differ between libraries: only types and shapes are compared. */
export const byChance = new Set(
  'randomNormal truncatedNormal randomStandardNormal randomUniform randomUniformInt randomGamma multinomial dropout'.split(
    ' ',
  ),
);

/** Ops that are not called: they take functions, which no text describes. */
export const leftOut = new Set(['multiRNNCell', 'rand']);

export const ops: Readonly<Record<string, Draw>> = table;
export const opNames: readonly string[] = Object.keys(table).sort();
