// `data.mnist`: the handwritten digits of LeCun, Cortes and Burges, from four gzipped IDX files.
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import path from 'node:path';
import { checkCount, checkOptions, type OptionNames } from '../options.ts';
import { cachedFile, cacheFolder, type DownloadHost, type RemoteFile } from './cache.ts';
import { readIdx } from './idx.ts';
import { shapeText } from '../shape.ts';
import type { ImageSet } from './shapes.ts';

/** Options of the loaders. */
export interface LoadOptions {
  /** Number of training images to read, from the first; all by default. */
  train?: number;
  /** Number of test images to read, from the first; all by default. */
  test?: number;
  /** Address of a folder with the files, tried before the public addresses. The same checksums apply. */
  mirror?: string;
}

export const LOAD_OPTIONS: OptionNames<LoadOptions> = { train: 'number', test: 'number', mirror: 'text' };

/** A public data set in its usual two parts. */
export interface TrainTest {
  train: ImageSet;
  test: ImageSet;
}

const part = (name: string, bytes: number, sha256: string): RemoteFile => ({
  name,
  urls: ['https://storage.googleapis.com/cvdf-datasets/mnist/', 'https://ossci-datasets.s3.amazonaws.com/mnist/'].map(
    (base) => base + name,
  ),
  bytes,
  sha256,
});

/** The two files of one part. */
export type IdxPair = readonly [images: RemoteFile, labels: RemoteFile];

export const MNIST: { train: IdxPair; test: IdxPair } = {
  train: [
    part('train-images-idx3-ubyte.gz', 9_912_422, '440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609'),
    part('train-labels-idx1-ubyte.gz', 28_881, '3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c'),
  ],
  test: [
    part('t10k-images-idx3-ubyte.gz', 1_648_877, '8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6'),
    part('t10k-labels-idx1-ubyte.gz', 4_542, 'f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6'),
  ],
};

/** The file, with a mirror's address before the public ones. */
export const mirrored = (file: RemoteFile, mirror: string | undefined): RemoteFile =>
  mirror === undefined
    ? file
    : { ...file, urls: [new URL(file.name, `${mirror.replace(/\/$/, '')}/`).href, ...file.urls] };

/** Loads MNIST, or another data set in its format. See `data.mnist`. */
export async function loadMnist(host: DownloadHost, options: LoadOptions = {}, files = MNIST): Promise<TrainTest> {
  checkOptions('data.mnist', options, LOAD_OPTIONS);
  for (const part of ['train', 'test'] as const)
    if (options[part] !== undefined) checkCount('data.mnist', `${part}, the number of images,`, options[part]);
  const cache = {
    ...host,
    caller: 'data.mnist',
    folder: path.join(cacheFolder(), 'mnist'),
    instead: 'data.digits() generates digits without a download.',
  };
  const read = async (file: RemoteFile) => {
    const packed = await cachedFile(mirrored(file, options.mirror), cache);
    return readIdx(await promisify(gunzip)(packed, { maxOutputLength: 2 ** 28 }), file.name);
  };
  const load = async ([imageFile, labelFile]: IdxPair, limit: number | undefined): Promise<ImageSet> => {
    const [images, labels] = [await read(imageFile), await read(labelFile)];
    const [all = 0, height = 0, width = 0] = images.shape;
    if (images.shape.length !== 3 || labels.shape.length !== 1 || labels.shape[0] !== all)
      throw new Error(
        `data.mnist: ${imageFile.name} of shape ${shapeText(images.shape)} and ${labelFile.name} of shape ${shapeText(labels.shape)} do not belong together`,
      );
    const n = Math.min(all, limit ?? all);
    return {
      images: Float32Array.from(images.values.subarray(0, n * height * width), (v) => v / 255),
      labels: Int32Array.from(labels.values.subarray(0, n)),
      shape: [n, height, width, 1],
      classNames: Array.from({ length: 10 }, (_, k) => String(k)),
    };
  };
  return { train: await load(files.train, options.train), test: await load(files.test, options.test) };
}
