// Every op kernel that has a gradient, on the device under test: each case of the tables; and no gradient without a
// case, no op kernel without a gradient or a reason.
import { beforeAll, describe, expect, it } from 'vitest';
import { check } from './check.ts';
import { convolution, convolutionMade } from './cases/convolution.ts';
import { elementwise } from './cases/elementwise.ts';
import { linear, linearMade } from './cases/linear.ts';
import { activations, losses } from './cases/losses.ts';
import { moving, movingMade } from './cases/moving.ts';
import { normalization, normalizationMade } from './cases/normalization.ts';
import { own } from './cases/own.ts';
import { pooling, poolingMade } from './cases/pooling.ts';
import { reductions, reductionsMade } from './cases/reductions.ts';
import { secondOrder, secondOrderMade } from './cases/second.ts';
import type { Table } from './cases/table.ts';
import { ops, type OwnOp } from '../../kernel/tensors/ops.ts';
import { device, tf } from './device.ts';
import { kernelsWithGradient, recordGradients, used } from './registry.ts';

/** Op kernels whose gradient is in the registry. */
const table: Table = {
  ...elementwise,
  ...reductions,
  ...moving,
  ...linear,
  ...convolution,
  ...pooling,
  ...normalization,
  ...secondOrder,
};
/** Ops made of others, or with a gradient of their own. */
const made: Table = {
  ...activations,
  ...reductionsMade,
  ...movingMade,
  ...linearMade,
  ...convolutionMade,
  ...poolingMade,
  ...normalizationMade,
  ...losses,
  ...secondOrderMade,
};

/** The ops of our own, by how they are differentiated. */
const ownOps = Object.values<OwnOp>(ops);
const ownNames = (gradient: OwnOp['gradient']) =>
  ownOps.filter((op) => op.gradient === gradient).map(({ name }) => name);

const isOnDevice = (kernelName: string) => tf.getKernel(kernelName, tf.getBackend()) !== undefined;
const ofDevice: Table = {
  ...table,
  ...Object.fromEntries(Object.entries(own).filter(([kernelName]) => isOnDevice(kernelName))),
};

beforeAll(recordGradients);

describe.each(Object.entries(ofDevice))('%s', (kernelName, cases) => {
  it.each(cases)('$name', async (c) => {
    used.kernels.clear();
    await check({ ...c, name: `${kernelName} ${c.name}` });
    expect(used.kernels, 'gradients that were computed').toContain(kernelName);
  });
});

describe.each(Object.entries(made))('%s', (op, cases) => {
  it.each(cases)('$name', (c) => check({ ...c, name: `${op} ${c.name}` }));
});

/** Gradients without a case. */
const excused: Record<string, string> = {
  // Of complex numbers or whole ones, which these cases do not draw: complex.test.ts has them
  Bincount: 'complex.test.ts',
  Complex: 'complex.test.ts',
  ComplexAbs: 'complex.test.ts',
  CropAndResize: 'complex.test.ts',
  DenseBincount: 'complex.test.ts',
  FFT: 'complex.test.ts',
  IFFT: 'complex.test.ts',
  Imag: 'complex.test.ts',
  Real: 'complex.test.ts',
  TensorScatterUpdate: 'complex.test.ts',
};
/** Gradients that only ops of `made` have: which. */
const within: Record<string, string> = {
  FusedConv2D: 'fused.conv2d',
  _FusedMatMul: 'fused.matMul',
};

it('the ops of our own that the device has are those that the table gives it', () => {
  const stock = new Set<unknown>(Object.values(tf).filter((value) => typeof value === 'string'));
  const registered = tf.getKernelsForBackend(tf.getBackend()).map(({ kernelName }) => kernelName);
  const expected = ownOps
    .filter(({ devices }) => (devices as readonly string[]).includes(device))
    .map(({ name }) => name);
  expect(registered.filter((name) => !stock.has(name)).sort()).toEqual(expected.sort());
});

it('there is a case for every op of our own with a gradient, and a gradient only where the table says so', () => {
  const registered = kernelsWithGradient();
  expect(ownOps.filter(({ name }) => registered.includes(name)).map(({ name }) => name)).toEqual(
    ownNames('registered'),
  );
  expect(ownNames('registered').filter((name) => !(name in own))).toEqual([]);
});

it('there is a case for every gradient of an op kernel of the device', () => {
  const ofKernels = kernelsWithGradient().filter(isOnDevice);
  expect(ofKernels.filter((name) => !(name in ofDevice) && !(name in within))).toEqual(Object.keys(excused));
  for (const name of ofKernels.filter((n) => n in within))
    expect(
      [...used.computed].filter((input) => input.startsWith(`${name}.`)),
      within[name],
    ).not.toEqual([]);
});

it('every input of every gradient has been differentiated', () => {
  const never = [...used.offered].filter((name) => !used.computed.has(name));
  // Numbers of elements, which are integers: the op takes none that could have a gradient
  expect(never.sort()).toEqual(
    ['GatherNd.indices', 'ScatterNd.indices', 'SparseSoftmaxCrossEntropy.labels'].filter((name) =>
      used.offered.has(name),
    ),
  );
});

/** Op kernels without a gradient, by the reason. */
const withoutGradient: Record<string, string[]> = {
  'their results are whole numbers, truth or text': [
    ...['BitwiseAnd', 'BroadcastArgs', 'LowerBound', 'Multinomial'],
    ...['NonMaxSuppressionV3', 'NonMaxSuppressionV4', 'NonMaxSuppressionV5', 'SearchSorted', 'UpperBound'],
    ...['StaticRegexReplace', 'StringNGrams', 'StringSplit', 'StringToHashBucketFast'],
  ],
  'nothing that goes in is a tensor of float32': ['Draw', 'Fill', 'FromPixels', 'LinSpace', 'Range'],
  'their gradients are computed where they are called, by a gradient of its own': [
    ...['FusedConv2D', 'FusedDepthwiseConv2D', '_FusedMatMul'],
    ...ownNames('custom'),
  ],
  'they are made of others (kernel/tensors/gradients/index)': ['Einsum'],
  'tfjs has none: differentiable, and seldom differentiated': [
    ...['RaggedGather', 'RaggedRange', 'RaggedTensorToTensor', 'SparseFillEmptyRows', 'SparseReshape'],
    ...['SparseSegmentMean', 'SparseSegmentSum', 'SparseToDense', 'Transform', 'Unique'],
  ],
  'never differentiated, as the table of our own ops says': ownNames('none'),
};

it('every op kernel of the device has a gradient, is one, or has a reason for neither', () => {
  const known = new Set([...kernelsWithGradient(), ...Object.values(withoutGradient).flat()]);
  const all = tf.getKernelsForBackend(tf.getBackend()).map(({ kernelName }) => kernelName);
  expect(all.filter((name) => !known.has(name) && !/Grad$|Backprop/.test(name))).toEqual([]);
});
