// `data` of the module `dlnb`: seeded generators of data sets, loaders of public data sets, and data sets that make
// batches.
import { loadCifar10 } from './cifar10.ts';
import type { DownloadHost } from './cache.ts';
import type { DatasetHost } from './batches.ts';
import { makeDataset } from './dataset.ts';
import { digits } from './digits.ts';
import { loadMnist, type LoadOptions } from './mnist.ts';
import { blobs, moons, spirals, xor } from './points.ts';
import { random } from './random.ts';
import { shapes } from './shapes.ts';

export { random, type Random, type Shuffleable } from './random.ts';
export {
  blobs,
  moons,
  spirals,
  xor,
  type BlobsOptions,
  type MoonsOptions,
  type PointSet,
  type SpiralsOptions,
  type XorOptions,
} from './points.ts';
export { digits, type DigitSet, type DigitsOptions } from './digits.ts';
export { shapes, SHAPE_NAMES, type ImageSet, type ShapesOptions } from './shapes.ts';
export type { AugmentOptions } from './augment.ts';
export type { Batch, Batches, Example } from './batches.ts';
export type { BatchOptions, Dataset, DatasetSource, MapOptions, SplitOptions } from './dataset.ts';
export type { LoadOptions, TrainTest } from './mnist.ts';

/** Makes `data` for one session. */
export function makeData(host: DatasetHost & DownloadHost) {
  return {
    random,
    blobs,
    moons,
    spirals,
    xor,
    digits,
    shapes,
    /**
     * Makes a data set of labeled examples, which can be shuffled, split, augmented and put into batches:
     * `data.dataset(data.digits()).oneHot().shuffle(1).batch(32)`.
     * @param source the result of a generator or a loader of `data`, or `{ x, shape, y }`
     */
    dataset: makeDataset(host),
    /**
     * Loads MNIST: 60,000 training and 10,000 test images of digits, `[n, 28, 28, 1]` in [0, 1]. Only the first call
     * downloads it (12 MB) into the cache folder (`DLNB_CACHE`).
     * @throws Error that says what to do, if it is not in the cache and cannot be downloaded
     */
    mnist: (options?: LoadOptions) => loadMnist(host, options),
    /**
     * Loads CIFAR-10: 50,000 training and 10,000 test images of animals and vehicles in ten classes, `[n, 32, 32, 3]`
     * in [0, 1]. Only the first call downloads it (170 MB) into the cache folder (`DLNB_CACHE`). All images take 737 MB
     * of memory: limit their number with `train` and `test`.
     * @throws Error that says what to do, if it is not in the cache and cannot be downloaded
     */
    cifar10: (options?: LoadOptions) => loadCifar10(host, options),
  };
}
