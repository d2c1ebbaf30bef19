// `data.cifar10`: Krizhevsky's 32×32 color images in ten classes, from the archive of the binary version.
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import path from 'node:path';
import { checkCount, checkOptions } from '../options.ts';
import { cachedFile, cacheFolder, type DownloadHost, type RemoteFile } from './cache.ts';
import { LOAD_OPTIONS, mirrored, type LoadOptions, type TrainTest } from './mnist.ts';
import type { ImageSet } from './shapes.ts';
import { readTar } from './tar.ts';

export const CIFAR10: RemoteFile = {
  name: 'cifar-10-binary.tar.gz',
  urls: ['https://www.cs.toronto.edu/~kriz/cifar-10-binary.tar.gz'],
  bytes: 170_052_171,
  sha256: 'c4a38c50a1bc5f3a1c5537f2155ab9d68f9f25eb1ed8d9ddda3db29a59bca1dd',
};

const NAMES = ['airplane', 'automobile', 'bird', 'cat', 'deer', 'dog', 'frog', 'horse', 'ship', 'truck'];
const SIDE = 32;
const PIXELS = SIDE * SIDE;
/** Bytes of an image: the class, then all red, all green and all blue values. */
const RECORD = 1 + 3 * PIXELS;

/** Loads CIFAR-10, or another archive in its format. See `data.cifar10`. */
export async function loadCifar10(host: DownloadHost, options: LoadOptions = {}, file = CIFAR10): Promise<TrainTest> {
  checkOptions('data.cifar10', options, LOAD_OPTIONS);
  for (const part of ['train', 'test'] as const)
    if (options[part] !== undefined) checkCount('data.cifar10', `${part}, the number of images,`, options[part]);
  const packed = await cachedFile(mirrored(file, options.mirror), {
    ...host,
    caller: 'data.cifar10',
    folder: path.join(cacheFolder(), 'cifar10'),
    instead: 'data.shapes() generates 32×32 color images without a download.',
  });
  const archive = await promisify(gunzip)(packed, { maxOutputLength: 2 ** 28 });
  const files = new Map([...readTar(archive, file.name)].map(({ name, bytes }) => [path.posix.basename(name), bytes]));
  const batches = (names: string[]) =>
    names.map((name) => {
      const bytes = files.get(name);
      if (!bytes) throw new Error(`data.cifar10: ${file.name} has no file ${name}`);
      if (bytes.length % RECORD !== 0)
        throw new Error(`data.cifar10: ${name} should hold records of ${RECORD} bytes, and has ${bytes.length} bytes`);
      return bytes;
    });
  return {
    train: decode(batches([1, 2, 3, 4, 5].map((k) => `data_batch_${k}.bin`)), options.train),
    test: decode(batches(['test_batch.bin']), options.test),
  };
}

/** Converts images to values in [0, 1], with the channels of a pixel side by side. */
function decode(batches: readonly Uint8Array[], limit = Infinity): ImageSet {
  const records = batches.flatMap((bytes) =>
    Array.from({ length: bytes.length / RECORD }, (_, i) => bytes.subarray(i * RECORD, (i + 1) * RECORD)),
  );
  const n = Math.min(records.length, limit);
  const images = new Float32Array(n * PIXELS * 3);
  const labels = new Int32Array(n);
  for (let i = 0; i < n; i++) {
    const record = records[i]!;
    labels[i] = record[0]!;
    if (record[0]! >= NAMES.length)
      throw new Error(`data.cifar10: image ${i} is of class ${record[0]}, and there are 10`);
    for (let p = 0; p < PIXELS; p++) {
      for (let c = 0; c < 3; c++) images[(i * PIXELS + p) * 3 + c] = record[1 + c * PIXELS + p]! / 255;
    }
  }
  return { images, labels, shape: [n, SIDE, SIDE, 3], classNames: [...NAMES] };
}
