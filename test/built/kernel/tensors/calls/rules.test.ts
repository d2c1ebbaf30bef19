// Arguments of the right types that make no sense: errors that say what is wanted, where an op wrote past its block,
// did not return, or gave numbers without meaning.
import { createRequire } from 'node:module';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CpuDevice } from '../../../../../kernel/tensors/backends/cpu/index.ts';
import { dist } from '../../../../paths.ts';

type Library = typeof import('../../../../../kernel/tensors/index.ts');
const library = createRequire(import.meta.url)(path.join(dist, 'tf.js')) as Library;
const { tf } = library;

let device: CpuDevice;
beforeAll(async () => {
  device = await library.startCpu({ dist, threads: 2 });
});
afterAll(() => device.backend.program.stop());

const complex = (shape: number[]) => tf.complex(tf.ones(shape), tf.ones(shape));
const x = () => tf.ones([2, 3, 4]);

describe('an error says what is wanted', () => {
  it.each<[string, () => unknown, RegExp]>([
    ['fft of a scalar', () => tf.fft(complex([])), /^tf\.fft: input must have rank 1 or more/],
    ['ifft of a scalar', () => tf.spectral.ifft(complex([])), /^tf\.spectral\.ifft: input must have rank 1 or more/],
    ['rfft of a scalar', () => tf.spectral.rfft(tf.scalar(1)), /rank 1 or more/],
    ['irfft of a scalar', () => tf.spectral.irfft(complex([])), /rank 1 or more/],
    [
      'frames that do not move',
      () => tf.signal.frame(tf.ones([9]) as never, 2, 0),
      /frameStep must be 1 or more, and is 0/,
    ],
    [
      'frames that go back',
      () => tf.signal.stft(tf.ones([9]) as never, 2, -1),
      /frameStep must be 1 or more, and is -1/,
    ],
    [
      'a window of negative length',
      () => tf.signal.hannWindow(-2),
      /^tf\.signal\.hannWindow: windowLength must be a whole number from 0 to 2147483647, and is -2/,
    ],
    [
      'a window of too great length',
      () => tf.signal.hammingWindow(2 ** 40),
      /windowLength must be .*, and is 1099511627776/,
    ],
    [
      'a window of broken length',
      () => tf.signal.hammingWindow(2.5),
      /windowLength must be a whole number, and is 2\.5/,
    ],
    [
      'frames of a batch',
      () => tf.signal.frame(tf.ones([2, 9]) as never, 2, 1),
      /^tf\.signal\.frame: signal must be of rank 1, and is of shape \[2, 9\]; x\.unstack\(\)/,
    ],
    [
      'a transform of a batch',
      () => tf.signal.stft([[1, 2, 3]] as never, 2, 1),
      /signal must be of rank 1, and is an array of arrays/,
    ],
    ['frames of negative length', () => tf.signal.frame(tf.ones([9]) as never, -1, 1), /frameLength must be 1 or more/],
    ['an axis twice', () => tf.sum(x(), [0, 0]), /^tf\.sum: axis \[0, 0\] holds an axis twice/],
    ['an axis twice, from behind', () => tf.reverse(x(), [1, -2]), /axis \[1, -2\] holds an axis twice/],
    ['an axis that is true', () => tf.max(x(), [true] as never), /axis must be .*, and holds true/],
    [
      'pads that are no pairs',
      () => tf.pad(tf.ones([3]), [[2]] as never),
      /must hold pairs \[before, after\], and one is \[2\]/,
    ],
    ['parts that are complex', () => tf.complex(complex([2]), tf.ones([2])), /real must be a tensor of real numbers/],
    [
      'complex weights',
      () => tf.bincount([1, 2] as never, complex([0]) as never, 5),
      /weights must be a tensor of real/,
    ],
    ['moments of complex numbers', () => tf.moments(complex([2])), /x must be a tensor of real numbers/],
    [
      'losses of complex numbers',
      () => tf.losses.logLoss(complex([2]), tf.ones([2])),
      /argument must be a tensor of real/,
    ],
    [
      'too many segments',
      () => tf.unsortedSegmentSum(tf.ones([2]), tf.tensor1d([0, 1], 'int32'), 2 ** 40),
      /numSegments must be 2147483647 at most/,
    ],
    ['a negative deviation', () => tf.truncatedNormal([3], 0, -2), /stdDev 0 or more; they are 0 and -2/],
    ['no mean, with a seed', () => tf.truncatedNormal([3], NaN, 1, 'float32', 7), /they are NaN and 1/],
    [
      'strides beyond 32 bits',
      () => tf.depthwiseConv2d(tf.ones([1, 4, 4, 1]) as never, tf.ones([2, 2, 1, 1]) as never, 2 ** 40, 'same'),
      /strides .* must be 2147483647 at most/,
    ],
    ['no data type', () => tf.oneHot(tf.tensor1d([1], 'int32'), 3, 1, 0, null as never), /Unknown dtype null/],
    [
      'row splits beyond the values',
      () =>
        tf.raggedTensorToTensor(
          tf.tensor1d([3, 4], 'int32'),
          tf.ones([6]),
          tf.scalar(0),
          [tf.tensor1d([0, 2, 2 ** 29], 'int32')],
          ['ROW_SPLITS'],
        ),
      /the row split 536870912 is outside of the 6 rows/,
    ],
  ])('%s', (_, call, message) => expect(call).toThrow(message));
});

describe('numbers at the ends', () => {
  it('truncatedNormal without a deviation is the mean', () =>
    expect([...tf.truncatedNormal([3], 5, 0, 'float32', 7).dataSync()]).toEqual([5, 5, 5]));

  it('localResponseNormalization beyond all channels takes all', () => {
    const images = tf.randomNormal([1, 3, 7, 5]) as import('@tensorflow/tfjs-core').Tensor4D;
    const all = tf.localResponseNormalization(images, 5, 1, 1).dataSync();
    expect(tf.localResponseNormalization(images, 2 ** 40, 1, 1).dataSync()).toEqual(all);
  });

  it('the mean of no losses is 0, as in TensorFlow', () =>
    expect(tf.losses.computeWeightedLoss(tf.zeros([0]), undefined, tf.Reduction.MEAN).dataSync()[0]).toBe(0));
});
