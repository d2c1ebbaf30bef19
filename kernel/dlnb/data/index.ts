// `data` of the module `dlnb`: seeded generators of data sets, loaders of public data sets, and data sets that make
// batches.
import type { Tensor } from '@tensorflow/tfjs-core';
import { loadCifar10 } from './cifar10.ts';
import type { DownloadHost } from './cache.ts';
import type { DatasetHost } from './batches.ts';
import { imageDataset, makeDataset, type Dataset } from './dataset.ts';
import { readCsv, type CsvOptions } from './files/csv.ts';
import { findImages, type ImagesOptions } from './files/images.ts';
import { readJsonLines, type JsonLinesOptions } from './files/json-lines.ts';
import type { FileHost, FilePath } from './files/locate.ts';
import {
  readNpy,
  readNpz,
  saveNpy,
  saveNpz,
  type ArraySource,
  type NumpyArray,
  type SaveNpzOptions,
  type SaveNumpyOptions,
} from './files/numpy.ts';
import { readParquet, type ParquetOptions } from './files/parquet.ts';
import { loadTensors, saveTensors, type SaveTensorsOptions } from './files/tensors.ts';
import type { Row, Table } from './files/table.ts';
import { readWav, type Sound, type WavOptions } from './files/wav.ts';
import { digits } from './digits.ts';
import { loadMnist, type LoadOptions } from './mnist.ts';
import { mnist1d } from './mnist1d.ts';
import { blobs, moons, spirals, xor } from './points.ts';
import { random } from './random.ts';
import { boxes, masks } from './scenes.ts';
import { gabor, sequences } from './sequences.ts';
import { shapes } from './shapes.ts';
import { text } from './text.ts';

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
export { text, type TextOptions, type TextSet } from './text.ts';
export type { AugmentOptions } from './augment.ts';
export type { Batch, Batches } from './batches.ts';
export type { Example } from './plan.ts';
export type {
  BatchOptions,
  Dataset,
  DatasetSource,
  Fold,
  FoldOptions,
  MapOptions,
  SplitOptions,
  Statistics,
} from './dataset.ts';
export type { CsvOptions } from './files/csv.ts';
export type { ImagesOptions } from './files/images.ts';
export type { JsonLinesOptions } from './files/json-lines.ts';
export type { FilePath } from './files/locate.ts';
export type { NumpyDtype } from './files/npy.ts';
export type { ArraySource, NumpyArray, NumpyNumbers, SaveNpzOptions, SaveNumpyOptions } from './files/numpy.ts';
export type { ParquetOptions } from './files/parquet.ts';
export type { ColumnType, Row, Table, TableDatasetOptions } from './files/table.ts';
export type { SaveTensorsOptions } from './files/tensors.ts';
export type { Sound, WavOptions } from './files/wav.ts';
export type { LoadOptions, TrainTest } from './mnist.ts';
export { mnist1d, type Mnist1d, type Mnist1dOptions } from './mnist1d.ts';
export { boxes, masks, type BoxedObject, type BoxSet, type MaskSet, type SceneOptions } from './scenes.ts';
export {
  gabor,
  sequences,
  type AnbnOptions,
  type CopyOptions,
  type CurveSequences,
  type GaborOptions,
  type GaborSet,
  type LabeledSequences,
  type RecallOptions,
  type Sequences,
  type SineOptions,
  type SymbolSequences,
} from './sequences.ts';

/** Makes `data` for one session. */
export function makeData(host: DatasetHost & DownloadHost & FileHost) {
  const dataset = makeDataset(host);
  return {
    random,
    blobs,
    moons,
    spirals,
    xor,
    digits,
    shapes,
    mnist1d,
    boxes,
    masks,
    sequences,
    gabor,
    text,
    /**
     * Makes a data set of labeled examples, which can be shuffled, split, augmented and put into batches:
     * `data.dataset(data.digits()).oneHot().shuffle(1).batch(32)`.
     * @param source the result of a generator or a loader of `data`; `{ x, shape, y }` with arrays of numbers; or
     *   `{ x, y }` or `{ x, labels }` with arrays of `data.npy` and `data.npz`
     * @throws RangeError if arrays do not fit together, a number is NaN, or a label is no class
     * @example
     * ```ts
     * const set = data.dataset(data.digits({ n: 64 })).oneHot().shuffle(1);
     * for (const { xs, ys } of set.batch(32)) console.log(xs.shape, ys.shape);
     * set.size; // → 64
     * ```
     */
    dataset,
    /**
     * Reads a table from a file of comma-separated values (RFC 4180): `const table = await data.csv('./data/iris.csv');
     * const set = table.dataset({ y: 'species' })`. Fields may have quotes, separators and new lines in quotes. Columns
     * in which all that is there are numbers become numbers; codes such as 007 stay texts. The separator is found by
     * itself; `.csv.gz` is unpacked.
     * @param file path from the notebook's folder
     * @throws Error that names the line, for rows of different lengths and quotes that are not closed; and for a file that
     *   is missing, empty or of another kind
     * @example
     * ```ts
     * import { writeFileSync } from 'node:fs';
     * writeFileSync('./iris.csv', 'length,width,species\n5.1,3.5,setosa\n6.3,3.3,virginica\n');
     * const table = await data.csv('./iris.csv');
     * const set = table.dataset({ y: 'species' });
     * [set.shape, set.classNames]; // → [[2], ['setosa', 'virginica']]
     * ```
     */
    csv: <R extends object = Row>(file: FilePath, options?: CsvOptions): Promise<Table<R>> =>
      readCsv<R>(host, dataset, file, options),
    /**
     * Reads a table from a file with one JSON object on each line, or with one array of objects:
     * `const table = await data.jsonLines('./data/reviews.jsonl')`. There is a column for each key; what an object lacks
     * is missing.
     * @param file path from the notebook's folder
     * @throws Error that names the line that is no object
     * @example
     * ```ts
     * import { writeFileSync } from 'node:fs';
     * writeFileSync('./reviews.jsonl', '{"stars":5,"text":"good"}\n{"stars":1,"text":"bad"}\n');
     * const table = await data.jsonLines<{ stars: number; text: string }>('./reviews.jsonl');
     * table.filter((row) => row.stars > 3).rows(); // → [{ stars: 5, text: 'good' }]
     * ```
     */
    jsonLines: <R extends object = Row>(file: FilePath, options?: JsonLinesOptions): Promise<Table<R>> =>
      readJsonLines<R>(host, dataset, file, options),
    /**
     * Reads a table from a file of Apache Parquet: `const table = await data.parquet('./data/taxi.parquet', { columns:
     * ['distance', 'fare'] })`. Pages may be plain or compressed as snappy, gzip, brotli or zstd.
     * @param file path from the notebook's folder
     * @throws RangeError for a column that there is not; Error for a file that is missing, cut off or of another kind
     * @example
     * ```ts
     * const table = await data.parquet('./data/readings.parquet', { columns: ['small', 'text'], rows: 2 });
     * [table.names, table.size]; // → [['small', 'text'], 2]
     * ```
     */
    parquet: <R extends object = Row>(file: FilePath, options?: ParquetOptions): Promise<Table<R>> =>
      readParquet<R>(host, dataset, file, options),
    /**
     * Reads an array of NumPy from a `.npy` file: `const x = await data.npy('./data/x.npy')`, with its numbers in
     * `x.values`, its shape in `x.shape`, and as a tensor by `x.tensor()`. All types of numbers, both byte orders, rows
     * or columns first (NEP 1).
     * @param file path from the notebook's folder
     * @throws Error for a file that is missing, cut off, of another kind, or of Python objects
     * @example
     * ```ts
     * await data.saveNpy('./x.npy', [[1, 2], [3, 4]]);
     * const x = await data.npy('./x.npy');
     * display(x.tensor());
     * x.shape; // → [2, 2]
     * ```
     */
    npy: (file: FilePath): Promise<NumpyArray> => readNpy(host, file),
    /**
     * Reads the arrays of a `.npz` file, compressed or not, by their names:
     * `const { x_train, y_train } = await data.npz('./data/mnist.npz');
     * const set = data.dataset({ x: x_train, labels: y_train })`.
     * @param file path from the notebook's folder
     * @throws Error as `npy`; RangeError when an array is asked for that the file does not have
     * @example
     * ```ts
     * await data.saveNpz('./set.npz', { x: tf.zeros([10, 3]), labels: new Int32Array(10) });
     * const { x, labels } = await data.npz('./set.npz');
     * data.dataset({ x, labels }).shape; // → [3]
     * ```
     */
    npz: (file: FilePath): Promise<Record<string, NumpyArray>> => readNpz(host, file),
    /**
     * Writes a tensor or an array to a `.npy` file, which `numpy.load` reads: `await data.saveNpy('./x.npy', tensor)`.
     * The file is written whole or not at all.
     * @param file path from the notebook's folder; the folders in it are made
     * @param array a tensor, a typed array, numbers in nested lists, or `{ values, shape }`
     * @throws RangeError for a number that the type does not hold; Error if the file cannot be written
     * @example
     * ```ts
     * await data.saveNpy('./weights.npy', tf.tensor2d([[1, 2], [3, 4]]), { dtype: 'float64' });
     * (await data.npy('./weights.npy')).dtype; // → 'float64'
     * ```
     */
    saveNpy: (file: FilePath, array: ArraySource, options?: SaveNumpyOptions): Promise<void> =>
      saveNpy(host, file, array, options),
    /**
     * Writes several arrays to a `.npz` file by their names, as `numpy.savez`: `await data.saveNpz('./d.npz', { x, y })`.
     * @param file path from the notebook's folder; the folders in it are made
     * @throws as `saveNpy`
     * @example
     * ```ts
     * await data.saveNpz('./run.npz', { losses: [0.9, 0.5, 0.3], steps: 3 }, { compress: true });
     * Object.keys(await data.npz('./run.npz')); // → ['losses', 'steps']
     * ```
     */
    saveNpz: (file: FilePath, arrays: Readonly<Record<string, ArraySource>>, options?: SaveNpzOptions): Promise<void> =>
      saveNpz(host, file, arrays, options),
    /**
     * Writes tensors by name to a file of the format safetensors, which PyTorch, JAX and Hugging Face read. The file is
     * written whole or not at all; equal tensors give equal bytes.
     * ```ts
     * import { data, tf } from 'dlnb';
     * await data.saveTensors('./out/weights.safetensors', { w: tf.ones([2, 3]), b: tf.zeros([3]) });
     * const { w, b } = await data.loadTensors('./out/weights.safetensors');
     * ```
     * @param file path from the notebook's folder; the folders in it are made
     * @param tensors tensors, typed arrays, numbers in nested lists, or `{ values, shape }`, by name
     * @throws TypeError for complex numbers and texts; Error if the file cannot be written
     */
    saveTensors: (
      file: FilePath,
      tensors: Readonly<Record<string, ArraySource>>,
      options?: SaveTensorsOptions,
    ): Promise<void> => saveTensors(host, file, tensors, options),
    /**
     * Reads the tensors of a safetensors file by their names. Floats become float32 (F16 and BF16 exactly; F64 is
     * rounded, which a warning says), integers int32.
     * ```ts
     * import { data, tf } from 'dlnb';
     * await data.saveTensors('./out/a.safetensors', { a: tf.range(0, 6).reshape([2, 3]) });
     * (await data.loadTensors('./out/a.safetensors'))['a'];
     * ```
     * @param file path from the notebook's folder
     * @throws Error for a file that is missing, cut off, damaged or of another kind; RangeError for an integer that int32
     *   does not hold
     */
    loadTensors: (file: FilePath): Promise<Record<string, Tensor>> => loadTensors(host, file),
    /**
     * Makes a data set of PNG and JPEG files, `[height, width, channels]` in [0, 1]: `const set = await
     * data.images('./data/pets', { size: [64, 64] })`. The folders in the folder are the classes, in the order of their
     * names. Files are read when a loop reaches them; `cache()` keeps them in memory, `batch(32).prefetch()` reads them
     * in another thread. Resizing is bilinear with a filter that widens when images shrink, as PIL's and PyTorch's
     * `antialias`.
     * @param source a folder, or a list of files; a path counts from the notebook's folder
     * @throws Error for a folder without images or without folders of classes; RangeError for images of different sizes
     *   without `size`
     * @example
     * ```ts
     * import { mkdirSync, writeFileSync } from 'node:fs';
     * const png = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg==';
     * for (const name of ['cat', 'dog']) {
     *   mkdirSync(`./pets/${name}`, { recursive: true });
     *   writeFileSync(`./pets/${name}/1.png`, Buffer.from(png, 'base64'));
     * }
     * const set = await data.images('./pets', { size: [32, 32] });
     * [set.size, set.classNames]; // → [2, ['cat', 'dog']]
     * ```
     */
    images: async (source: FilePath | readonly FilePath[], options?: ImagesOptions): Promise<Dataset> =>
      imageDataset(host, await findImages(host, source, options)),
    /**
     * Reads a sound from a WAV file (8, 16, 24 or 32 bits, or floats): `const { samples, shape, rate } = await
     * data.wav('./data/bird.wav')`, amplitudes in [−1, 1] of shape `[frames, channels]`, rate in hertz.
     * @param file path from the notebook's folder
     * @throws Error for a file that is missing, cut off or coded otherwise, with the command that converts it
     * @example
     * ```ts
     * import { writeFileSync } from 'node:fs';
     * // One second of 440 Hz: a header of 44 bytes, and 16 bits for each sample
     * const header = Buffer.from('UklGRqQ+AABXQVZFZm10IBAAAAABAAEAQB8AAIA+AAACABAAZGF0YYA+AAA=', 'base64');
     * const wave = Int16Array.from({ length: 8000 }, (_, i) => 3e4 * Math.sin((2 * Math.PI * 440 * i) / 8000));
     * writeFileSync('./tone.wav', Buffer.concat([header, new Uint8Array(wave.buffer)]));
     * const { shape, rate, seconds } = await data.wav('./tone.wav');
     * [shape, rate, seconds]; // → [[8000, 1], 8000, 1]
     * ```
     */
    wav: (file: FilePath, options?: WavOptions): Promise<Sound> => readWav(host, file, options),
    /**
     * Loads MNIST: 60,000 training and 10,000 test images of digits, `[n, 28, 28, 1]` in [0, 1]. Only the first call
     * downloads it (12 MB) into the cache folder (`DLNB_CACHE`).
     * @throws Error that says what to do, if it is not in the cache and cannot be downloaded
     * @example
     * ```ts
     * const { train, test } = await data.mnist({ train: 1000, test: 200 });
     * [train.shape, test.shape]; // → [[1000, 28, 28, 1], [200, 28, 28, 1]]
     * ```
     */
    mnist: (options?: LoadOptions) => loadMnist(host, options),
    /**
     * Loads CIFAR-10: 50,000 training and 10,000 test images of animals and vehicles in ten classes, `[n, 32, 32, 3]`
     * in [0, 1]. Only the first call downloads it (170 MB) into the cache folder (`DLNB_CACHE`). All images take 737 MB
     * of memory: limit their number with `train` and `test`.
     * @throws Error that says what to do, if it is not in the cache and cannot be downloaded
     * @example
     * ```ts
     * const { train } = await data.cifar10({ train: 100, test: 10 });
     * [train.shape, train.classNames[train.labels[0]]]; // → [[100, 32, 32, 3], …
     * ```
     */
    cifar10: (options?: LoadOptions) => loadCifar10(host, options),
  };
}
