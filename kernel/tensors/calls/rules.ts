// What the declarations of ops do not say, and TensorFlow.js does not check.
import { getBackend } from '@tensorflow/tfjs-core';
import { isTensor } from '../engine/is-tensor.ts';
import { indexRules } from './index-rules.ts';

/**
 * Says what is wrong with arguments of the right types; undefined if nothing is. Every call of the op comes by, so
 * nothing is made for a right one.
 */
export type Rule = (this: unknown, a: unknown, b: unknown, c?: unknown, d?: unknown) => string | undefined;

const rankOf = (x: unknown): number | undefined => (isTensor(x) ? x.rank : undefined);

const isComplex: Rule = (input) =>
  isTensor(input) && input.dtype !== 'complex64'
    ? `input must be a complex64 tensor, and is ${input.dtype}; make one with tf.complex(real, imag)`
    : undefined;

const isNoPair = (pair: unknown) => !Array.isArray(pair) || pair.length !== 2;

/** As many pairs as axes. */
const pairEach: Rule = (x, paddings) => {
  const rank = rankOf(x);
  if (rank === undefined || !Array.isArray(paddings)) return undefined;
  const odd = (paddings as unknown[]).find(isNoPair);
  if (odd !== undefined) return `paddings must hold pairs [before, after], and one is [${String(odd)}]`;
  if (paddings.length === rank) return undefined;
  return `paddings must hold a pair [before, after] for each of the ${rank} axes of x, and holds ${paddings.length}`;
};

/** Axes are whole numbers, each of which stands there once. */
const axesOnce =
  (place: 1 | 2): Rule =>
  (x, b, c) => {
    const axes = place === 1 ? b : c;
    if (!Array.isArray(axes) || (axes.length === 1 && typeof axes[0] === 'number')) return undefined;
    const rank = rankOf(x);
    const seen = new Set<number>();
    for (const axis of axes as unknown[]) {
      if (typeof axis !== 'number')
        return `axis must be a whole number or an array of whole numbers, and holds ${String(axis)}`;
      const at = axis < 0 && rank !== undefined ? axis + rank : axis;
      if (seen.has(at)) return `axis [${axes.join(', ')}] holds an axis twice`;
      seen.add(at);
    }
    return undefined;
  };

/** Transforms along the last axis need one. */
const hasAxis: Rule = (input) =>
  rankOf(input) === 0 ? 'input must have rank 1 or more, and is a single number' : undefined;

/** Steps and lengths that must be 1 or more. */
const positive =
  (...names: (string | undefined)[]): Rule =>
  (...args: unknown[]) => {
    const place = names.findIndex((name, i) => name !== undefined && typeof args[i] === 'number' && !(args[i] >= 1));
    return place < 0 ? undefined : `${names[place]!} must be 1 or more, and is ${String(args[place])}`;
  };

const notComplex =
  (name: string, place: 0 | 1): Rule =>
  (a, b) => {
    const x = place === 0 ? a : b;
    const isNumbers = !isTensor(x) || (x.dtype !== 'complex64' && x.dtype !== 'string');
    return isNumbers ? undefined : `${name} must be a tensor of real numbers, and is ${x.dtype}`;
  };

const both =
  (first: Rule, second: Rule): Rule =>
  (a, b, c, d) =>
    first(a, b, c, d) ?? second(a, b, c, d);

/** The most of anything that is counted: devices count in 32 bits. */
const MOST = 2 ** 31 - 1;

/** A window is made at once: as long as a device can count, and no memory is asked for before it is known. */
const windowLength: Rule = (n) =>
  typeof n === 'number' && !(n >= 0 && n <= MOST)
    ? `windowLength must be a whole number from 0 to ${MOST}, and is ${n}`
    : undefined;

/** Frames are cut from one signal. */
const isVector: Rule = (signal) => {
  const rank = rankOf(signal) ?? (Array.isArray(signal) && Array.isArray(signal[0]) ? 2 : 1);
  const shape = isTensor(signal) ? `is of shape [${signal.shape.join(', ')}]` : 'is an array of arrays';
  return rank === 1 ? undefined : `signal must be of rank 1, and ${shape}; x.unstack() gives the signals of a batch`;
};

/** Rows of the result of sparseFillEmptyRows: a place of at least 8 bytes for each. */
const rowsFit: Rule = (_indices, _values, denseShape) => {
  const known = isTensor(denseShape) && getBackend() === 'cpu' ? denseShape.dataSync() : denseShape;
  const rows: unknown = Array.isArray(known) || ArrayBuffer.isView(known) ? (known as number[])[0] : undefined;
  if (typeof rows !== 'number' || rows * 8 < 2 ** 32) return undefined;
  return `denseShape asks for ${rows} rows, which no device has memory for`;
};

/** Begin and size of slices. */
const noGaps: Rule = (_x, begin, size) => {
  const gap = [begin, size].findIndex((list) => Array.isArray(list) && list.some((v) => v === null || v === undefined));
  return gap < 0 ? undefined : `${gap === 0 ? 'begin' : 'size'} must hold whole numbers, and has a gap`;
};

/** An extremum of no numbers: there is none. */
const notOfNone: Rule = (x, axis) => {
  if (!isTensor(x) || x.size > 0) return undefined;
  const all = axis === undefined || axis === null ? x.shape.map((_, i) => i) : ([axis].flat() as number[]);
  const axes = all.map((i) => (i < 0 ? i + x.rank : i));
  const isEmpty = axes.some((i) => x.shape[i] === 0) && x.shape.every((n, i) => n > 0 || axes.includes(i));
  return isEmpty
    ? `x has the shape [${x.shape.join(', ')}], and of no numbers none is the largest or smallest`
    : undefined;
};

/** Both arguments of a loss. */
const ofReals = both(notComplex('the first argument', 0), notComplex('the second argument', 1));

const losses =
  'absoluteDifference computeWeightedLoss cosineDistance hingeLoss huberLoss logLoss meanSquaredError ' +
  'sigmoidCrossEntropy softmaxCrossEntropy';
const onAxes = 'all any euclideanNorm logSumExp max mean min prod reverse reverse2d reverse3d reverse4d sum';

/** Further rules, by the name of the op. */
export const rules: Readonly<Record<string, Rule>> = {
  ...Object.fromEntries(onAxes.split(' ').map((name) => [name, axesOnce(1)])),
  max: both(axesOnce(1), notOfNone),
  min: both(axesOnce(1), notOfNone),
  argMax: (x, axis) => notOfNone(x, axis ?? 0),
  argMin: (x, axis) => notOfNone(x, axis ?? 0),
  norm: axesOnce(2),
  moments: both(axesOnce(1), notComplex('x', 0)),
  ...Object.fromEntries(losses.split(' ').map((name) => [`losses.${name}`, ofReals])),
  ...Object.fromEntries(
    ['fft', 'ifft', 'rfft', 'irfft'].flatMap((name) => [
      [name, both(hasAxis, positive(undefined, 'fftLength'))],
      [`spectral.${name}`, both(hasAxis, positive(undefined, 'fftLength'))],
    ]),
  ),
  irfft: both(both(hasAxis, isComplex), positive(undefined, 'fftLength')),
  'spectral.irfft': both(both(hasAxis, isComplex), positive(undefined, 'fftLength')),
  slice: noGaps,
  'sparse.sparseFillEmptyRows': rowsFit,
  'signal.hannWindow': windowLength,
  'signal.hammingWindow': windowLength,
  'signal.frame': both(isVector, positive(undefined, 'frameLength', 'frameStep')),
  'signal.stft': both(isVector, positive(undefined, 'frameLength', 'frameStep', 'fftLength')),
  complex: both(notComplex('real', 0), notComplex('imag', 1)),
  bincount: notComplex('weights', 1),
  denseBincount: notComplex('weights', 1),
  ...indexRules,
  unsortedSegmentSum: (x, segmentIds, numSegments) =>
    (numSegments as number) > MOST
      ? `numSegments must be ${MOST} at most, and is ${String(numSegments)}`
      : indexRules['unsortedSegmentSum']!(x, segmentIds, numSegments),
  pad: pairEach,
  pad2d: pairEach,
  pad3d: pairEach,
  pad4d: pairEach,
  mirrorPad: pairEach,
  real: isComplex,
  imag: isComplex,
  matMul: (a, b) => {
    const rankA = rankOf(a);
    const rankB = rankOf(b);
    if ((rankA ?? 2) >= 2 && (rankB ?? 2) >= 2) return undefined;
    const few = (rankA ?? 2) < 2 ? `a is of rank ${rankA}` : `b is of rank ${rankB}`;
    return `both factors must have rank 2 or more, and ${few}; tf.dot multiplies vectors, x.reshape([1, -1]) makes a row`;
  },
  transpose: (x, perm) => {
    const rank = rankOf(x);
    if (rank === undefined || !Array.isArray(perm)) return undefined;
    const isAxis = (axis: unknown) => typeof axis === 'number' && axis >= 0 && axis < rank;
    let fits = perm.length === rank;
    for (let i = 0; fits && i < rank; i++) fits = isAxis(perm[i]) && perm.indexOf(perm[i]) === i;
    return fits ? undefined : `perm must hold each axis from 0 to ${rank - 1} once, and is [${perm.join(', ')}]`;
  },
};
