// Op kernels of the device `cpu` that give the same bits on one thread, on two and on three: tensors that are large enough
// to be shared out, at sizes that no vector and no chunk divides. Long sums and statistics of batches are not among them:
// each thread has a part, and the parts are added, so that the last bit depends on the number of threads.
import { createHash } from 'node:crypto';
import { createRequire } from 'node:module';
import path from 'node:path';
import type * as tfTypes from '@tensorflow/tfjs';
import { expect, it } from 'vitest';
import type { CpuDevice } from '../../../../../../kernel/tensors/backends/cpu/index.ts';
import { dist } from '../../../../../paths.ts';

interface Library {
  tf: typeof tfTypes;
  startCpu(options: object): Promise<CpuDevice>;
}
const { tf, startCpu } = createRequire(import.meta.url)(path.join(dist, 'tf.js')) as Library;
type Tensor = tfTypes.Tensor;

const floats = (...shape: number[]) => {
  const n = shape.reduce((p, d) => p * d, 1);
  return tf.tensor(
    Float32Array.from({ length: n }, (_, i) => Math.sin(i * 0.37) * (1 + (i % 7))),
    shape,
  );
};
const ints = (most: number, ...shape: number[]) => {
  const n = shape.reduce((p, d) => p * d, 1);
  return tf.tensor(
    Int32Array.from({ length: n }, (_, i) => (i * 7919) % most),
    shape,
    'int32',
  );
};
/** The result and its gradients with respect to all inputs, for weights that are not equal. */
const withGradients = (f: (...xs: Tensor[]) => Tensor, ...xs: Tensor[]): Tensor[] => {
  const y = f(...xs);
  return [y, ...tf.grads(f)(xs, tf.cos(tf.reshape(tf.range(0, y.size), y.shape)))];
};
const complex = (...shape: number[]) => tf.complex(floats(...shape), tf.cos(floats(...shape)));
const parts = (x: Tensor): Tensor[] => (x.dtype === 'complex64' ? [tf.real(x), tf.imag(x)] : [x]);

const five = (x: Tensor) => x as tfTypes.Tensor5D;
const four = (x: Tensor) => x as tfTypes.Tensor4D;
const works: [name: string, work: () => Tensor[]][] = [
  ['conv3d', () => withGradients((x, w) => tf.conv3d(five(x), five(w), [1, 2, 1], 'same'), floats(2, 9, 11, 13, 5), floats(3, 3, 3, 5, 7))],
  ['conv3d, dilated', () => [tf.conv3d(five(floats(2, 9, 11, 13, 5)), five(floats(3, 2, 2, 5, 7)), 1, 'valid', 'NDHWC', [2, 1, 2])]],
  ['conv3dTranspose', () => withGradients((x, w) => tf.conv3dTranspose(five(x), five(w), [2, 10, 12, 14, 4], 2, 'same'), floats(2, 5, 6, 7, 3), floats(3, 3, 3, 4, 3))],
  ['maxPool3d', () => withGradients((x) => tf.maxPool3d(five(x), 3, 2, 'same'), floats(2, 17, 19, 23, 5))],
  ['avgPool3d', () => withGradients((x) => tf.avgPool3d(five(x), 3, 2, 'same'), floats(2, 17, 19, 23, 5))],
  ['topk', () => Object.values(tf.topk(floats(37, 5003), 50))],
  ['fft', () => [7, 1024, 1009].flatMap((n) => parts(tf.fft(complex(61, n))))],
  ['ifft', () => parts(tf.ifft(complex(61, 1000)))],
  ['rfft', () => parts(tf.spectral.rfft(floats(61, 1500)))],
  ['irfft', () => [tf.spectral.irfft(complex(61, 751))]],
  ['stft', () => parts(tf.signal.stft(floats(20_011) as tfTypes.Tensor1D, 400, 160))],
  ['int32 products', () => [tf.matMul(ints(1000, 203, 301), ints(999, 301, 207)), tf.matMul(ints(9, 3, 65, 33), ints(9, 3, 33, 67))]],
  ['cumsum and cumprod', () => [tf.cumsum(floats(31, 3001), 1), tf.cumsum(floats(3001, 31), 0, true, true), tf.cumprod(floats(301, 67), 0), tf.cumsum(ints(99, 50_021))]],
  ['bincount', () => [tf.bincount(ints(97, 100_003) as tfTypes.Tensor1D, floats(100_003) as tfTypes.Tensor1D, 97), tf.denseBincount(ints(97, 31, 3001) as tfTypes.Tensor2D, floats(31, 3001) as tfTypes.Tensor2D, 97)]],
  ['searching', () => [tf.searchSorted(tf.linspace(0, 1, 9001).expandDims(0), tf.abs(tf.sin(floats(1, 50_021)))), ...Object.values(tf.unique(ints(997, 50_021)))]],
  ['localResponseNormalization', () => withGradients((x) => tf.localResponseNormalization(four(x), 3), floats(3, 17, 19, 37))],
  ['dilation2d', () => withGradients((x, w) => tf.dilation2d(four(x), w as tfTypes.Tensor3D, 1, 'same'), floats(2, 31, 37, 5), floats(3, 3, 5))],
  ['channels first', () => withGradients((x) => tf.maxPool(tf.transpose(four(x), [0, 2, 3, 1]), 3, 2, 'same'), floats(2, 16, 41, 43))],
  ['channels first conv2d', () => [tf.conv2d(four(floats(2, 5, 41, 43)), four(floats(3, 3, 5, 7)), 1, 'same', 'NCHW')]],
  ['dilated pool', () => withGradients((x) => tf.pool(four(x), 3, 'avg', 2, 2), floats(2, 41, 43, 5))],
  ['unsortedSegmentSum', () => withGradients((x) => tf.unsortedSegmentSum(x, ints(53, 20_011) as tfTypes.Tensor1D, 53), floats(20_011, 7))],
  ['gather and scatter', () => [...withGradients((x) => tf.gather(x, ints(5003, 20_011)), floats(5003, 9)), tf.scatterND(ints(5003, 20_011, 1), floats(20_011, 3), [5003, 3])]],
  ['extrema', () => [tf.argMax(floats(2003, 501), 0), tf.argMin(floats(501, 2003), 1), ...withGradients((x) => tf.max(x, 1), floats(501, 2003))]],
  ['softmax', () => [...withGradients((x) => tf.softmax(x), floats(101, 2003)), ...withGradients((x) => tf.logSoftmax(x as tfTypes.Tensor2D), floats(101, 2003))]],
  ['resizing', () => withGradients((x) => tf.image.resizeBilinear(four(x), [67, 71]), floats(2, 31, 37, 5))],
  ['cropAndResize', () => [tf.image.cropAndResize(four(floats(2, 61, 67, 5)), tf.tile(tf.tensor2d([[0.1, 0.2, 0.8, 0.9]]), [37, 1]), tf.zeros([37], 'int32'), [23, 29])]],
]; // prettier-ignore

it('gives the same bits on one thread, on two and on three', async () => {
  const results = new Map<string, string[]>();
  for (const threads of [1, 2, 3]) {
    const device = await startCpu({ dist, threads });
    for (const [name, work] of works) {
      const hash = createHash('sha256');
      tf.tidy(() => {
        for (const x of work()) hash.update(`${x.dtype} ${x.shape.join()} `).update(x.dataSync());
      });
      results.set(name, [...(results.get(name) ?? []), hash.digest('hex').slice(0, 16)]);
    }
    device.backend.program.stop();
  }
  expect([...results].filter(([, hashes]) => new Set(hashes).size > 1)).toEqual([]);
  expect(results.size).toBe(works.length);
}, 120_000);
