// `data` of the module `dlnb`: seeded data sets that need no network, loaders of public ones, and what puts them into batches.
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
     * Labelled examples that are shuffled, split, augmented and put into batches:
     * `data.dataset(data.digits()).oneHot().shuffle(1).batch(32)`.
     * @param source what a generator or a loader of `data` gives, or `{ x, shape, y }`
     */
    dataset: makeDataset(host),
    /**
     * MNIST: 60,000 training and 10,000 test images of digits, `[n, 28, 28, 1]` in [0, 1]. Downloads 12 MB at the first call, into the
     * cache folder (`DLNB_CACHE`), and never again.
     * @throws Error that says what to do, where it is not in the cache and cannot be downloaded
     */
    mnist: (options?: LoadOptions) => loadMnist(host, options),
    /**
     * CIFAR-10: 50,000 training and 10,000 test images of ten classes of things, `[n, 32, 32, 3]` in [0, 1]. Downloads 170 MB at the first
     * call, into the cache folder (`DLNB_CACHE`), and never again. All images take 737 MB of memory: `train` and `test` limit them.
     * @throws Error that says what to do, where it is not in the cache and cannot be downloaded
     */
    cifar10: (options?: LoadOptions) => loadCifar10(host, options),
  };
}
