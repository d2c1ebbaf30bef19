// `data.dataset`: labeled examples that can be shuffled, split and transformed. They are plain arrays; batches.ts makes
// tensors.
import { checkCount, checkNumber, checkOptions, shown, type OptionNames } from '../options.ts';
import { isArrayLike, shapeText, sizeOf } from '../shape.ts';
import { augmenter, type AugmentOptions } from './augment.ts';
import { Batches, type Batch, type DatasetHost } from './batches.ts';
import type { FoundImages } from './files/images.ts';
import { examplesOf, keep, settle, type Change, type Example, type Plan, type Seed } from './plan.ts';
import { checkSeed, random, type Random } from './random.ts';

/** Labeled points or images, as the generators and loaders of `data` return them. */
export type LabeledArrays = {
  labels: ArrayLike<number>;
  /** `[n, …]`, shape of the points or images. */
  shape: readonly number[];
  classNames?: readonly string[];
} & ({ points: ArrayLike<number> } | { images: ArrayLike<number> });

/** Inputs and targets of any kind. */
export interface PlainArrays {
  /** Inputs, example after example. */
  x: ArrayLike<number>;
  /** `[n, …]`, the shape of {@link x}. */
  shape: readonly number[];
  /** Targets, example after example, of shape {@link yShape}. */
  y: ArrayLike<number>;
  /** `[n, …]`, the shape of {@link y}; `[n, 1]` by default. */
  yShape?: readonly number[];
}

/** Numbers with their shape `[n, …]`, as `data.npy` and `data.npz` read them. */
export interface ShapedArray {
  readonly values: ArrayLike<number>;
  readonly shape: readonly number[];
}

/** Arrays that know their shapes: inputs, and either targets `y` or class numbers `labels`. */
export type ShapedArrays =
  { x: ShapedArray; y: ShapedArray } | { x: ShapedArray; labels: ShapedArray; classNames?: readonly string[] };

/** Images with the class of each pixel, as `data.masks` draws them. */
export interface MaskedImages {
  images: ArrayLike<number>;
  /** `[n, height, width, channels]`, the shape of {@link images}. */
  shape: readonly number[];
  /** Class of each pixel. */
  masks: ArrayLike<number>;
  /** `[n, height, width, 1]`, the shape of {@link masks}. */
  maskShape: readonly number[];
}

export type DatasetSource = LabeledArrays | PlainArrays | ShapedArrays | MaskedImages;

/** Options of {@link Dataset.kFold}. */
export interface FoldOptions {
  /** Seed of the random assignment of examples to parts; 0 by default. */
  seed?: number;
  /** Give every part the same share of each class, up to one example. */
  stratify?: boolean;
}

/** One of the divisions of {@link Dataset.kFold}. */
export interface Fold {
  /** The examples of all other parts. */
  train: Dataset;
  /** The examples of one part. */
  validation: Dataset;
}

/** Mean and standard deviation of each number on the last axis. See {@link Dataset.statistics}. */
export interface Statistics {
  mean: Float64Array;
  deviation: Float64Array;
}

/** Options of {@link Dataset.split}. */
export interface SplitOptions {
  /** Seed of the random assignment of examples to parts; 0 by default. */
  seed?: number;
  /** Give every part the same share of each class, up to one example. */
  stratify?: boolean;
}

const SPLIT_OPTIONS: OptionNames<SplitOptions> = { seed: 'number', stratify: 'boolean' };

/** Options of {@link Dataset.map}. */
export interface MapOptions {
  /** Shape of one input after the function, if it changes the shape. */
  shape?: readonly number[];
  /** Seed of the function's random numbers; by default the number given to `seed`, else 0. */
  seed?: number;
}

const MAP_OPTIONS: OptionNames<MapOptions> = { shape: true, seed: 'number' };

/** Options of {@link Dataset.batch}. */
export interface BatchOptions {
  /** Leave out the last batch if it is smaller. */
  dropRemainder?: boolean;
}

const BATCH_OPTIONS: OptionNames<BatchOptions> = { dropRemainder: 'boolean' };

/** The classes of a data set. */
interface Classes {
  /** Class of each example of the source. */
  labels: ArrayLike<number>;
  count: number;
  names?: readonly string[];
}

/**
 * Labeled examples. Every method returns a new data set and leaves this one unchanged. A loop over the data set yields
 * {@link Example}s; `batch` makes tensors. Each loop over a shuffled or augmented data set is a new pass, with its own
 * order and its own random changes. They are reproducible: the first pass after `shuffle(seed)` is the same in every
 * run of the notebook, and so is the second. `shuffle`, `augment` and `map` without a seed follow `seed(n)` of the
 * module: after it, their passes begin anew, with other numbers for another n. `split` and `kFold` do not, so that
 * no example changes its part.
 */
export class Dataset implements Iterable<Example> {
  private passes = 0;
  /** The passes since the session's seed was given, and which call that was. */
  private since = { calls: 0, passes: 0 };

  /** @internal */
  constructor(
    private readonly host: DatasetHost,
    private readonly plan: Plan,
    private readonly classes?: Classes,
  ) {}

  /** Number of examples. */
  get size(): number {
    return this.plan.index.length;
  }

  /** Shape of one input, without the batch: `[28, 28, 1]`. */
  get shape(): number[] {
    const { transforms, store } = this.plan;
    return [...(transforms.at(-1)?.xShape ?? store.xShape)];
  }

  /** Shape of one target: `[1]`, or `[classes]` after `oneHot`. */
  get targetShape(): number[] {
    const { transforms, store } = this.plan;
    return [...(transforms.at(-1)?.yShape ?? store.yShape)];
  }

  /** Names of the classes; their numbers if the source has no names. Empty if the targets are not classes. */
  get classNames(): string[] {
    const { names, count } = this.classes ?? { count: 0 };
    return names ? [...names] : Array.from({ length: count }, (_, k) => String(k));
  }

  /** Class of each example, in the order without shuffling. @throws TypeError if the targets are not classes */
  get labels(): Int32Array {
    const { labels } = this.needClasses('labels');
    return this.plan.index.map((i) => labels[i]!);
  }

  /**
   * Visits the examples in a new random order in each loop.
   * @param seed any integer; by default the number given to `seed`, else 0
   * @example
   * ```ts
   * const set = data.dataset({ x: [0, 1, 2, 3], shape: [4, 1], y: [0, 1, 2, 3] });
   * for (const epoch of [0, 1]) console.log(set.shuffle(epoch).tensors().xs.dataSync());
   * ```
   */
  shuffle(seed?: number): Dataset {
    if (seed !== undefined) checkSeed('shuffle', seed);
    return new Dataset(this.host, { ...this.plan, order: seed ?? 'session' }, this.classes);
  }

  /**
   * The first `n` examples in the order without shuffling, or all if there are fewer.
   * @example
   * ```ts
   * data.dataset(data.moons({ n: 100 })).shuffle(1).take(10).size; // → 10
   * ```
   */
  take(n: number): Dataset {
    checkCount('take', 'n', n, 0);
    return this.only(this.plan.index.slice(0, n));
  }

  /**
   * All but the first `n` examples in the order without shuffling.
   * @example
   * ```ts
   * data.dataset(data.moons({ n: 100 })).skip(90).size; // → 10
   * ```
   */
  skip(n: number): Dataset {
    checkCount('skip', 'n', n, 0);
    return this.only(this.plan.index.slice(n));
  }

  /**
   * Keeps each example in memory once it is made: files are read and functions run in the first pass only. What is
   * random before `cache` is drawn once; put `augment` and `shuffle` behind it. An example takes 4 bytes a number.
   * @throws RangeError if there is not enough memory for all examples
   * @example
   * ```ts
   * // Each example is prepared once, in the first epoch
   * const set = data.dataset(data.digits({ n: 10 })).map(({ x, y }) => ({ x: x.map(Math.sqrt), y })).cache();
   * for (const epoch of [0, 1]) for (const { xs } of set.shuffle(epoch).batch(5)) xs.mean();
   * ```
   */
  cache(): Dataset {
    const { plan, shape, targetShape } = this;
    const settled = settle(plan, this.host.chance?.().seed ?? 0);
    const store = keep({ ...settled, order: undefined }, shape, targetShape);
    const index = Int32Array.from(plan.index, (_, i) => i);
    const classes = this.classes && { ...this.classes, labels: this.labels };
    return new Dataset(this.host, { store, index, transforms: [], order: plan.order }, classes);
  }

  /**
   * Changes each example when a loop reaches it. The function gets copies of the arrays, which it may change in place,
   * and random numbers that are the same in every run: `set.map(({ x, y }) => ({ x: x.map((v) => 1 - v), y }))`.
   * @example
   * ```ts
   * const set = data.dataset(data.moons({ n: 6 }));
   * const noisy = set.map(({ x, y }, random) => ({ x: x.map((v) => v + random.normal(0, 0.1)), y }), { seed: 1 });
   * noisy.tensors().xs; // → Tensor float32 [6, 2] …
   * ```
   */
  map(fn: (example: Example, random: Random) => Example, options: MapOptions = {}): Dataset {
    if (typeof fn !== 'function') throw new TypeError('map: the argument must be a function of { x, y }');
    checkOptions('map', options, MAP_OPTIONS);
    const { shape = this.shape, seed = 'session' } = options;
    if (!Array.isArray(shape) || !shape.every((n) => Number.isInteger(n) && n > 0))
      throw new TypeError(`map: shape must be an array of whole numbers, such as [28, 28, 1], got ${shown(shape)}`);
    const size = sizeOf(shape);
    const yShape = this.targetShape;
    const apply = (example: Example, rng: Random) => {
      const made = fn(example, rng);
      if (made?.x?.length !== size || made.y?.length !== sizeOf(yShape))
        throw new RangeError(
          `map: the function must return { x, y } with ${size} numbers for the shape ${shapeText(shape)} and ${sizeOf(yShape)} for the target; it returned ${made?.x?.length ?? 'no x'} and ${made?.y?.length ?? 'no y'}`,
        );
      return made;
    };
    return this.with({ kind: 'map', apply }, { seed, xShape: [...shape] });
  }

  /**
   * Adds random flips, shifts, rotations, zooms, slants and noise, which differ in each pass. For training data only, not
   * for validation and test data.
   * @throws RangeError if the examples are not images `[height, width, channels]`
   * @example
   * ```ts
   * const set = data.dataset(data.shapes({ n: 20 }));
   * const [batch] = set.augment({ flipX: true, shift: 3, noise: 0.05, seed: 1 }).batch(8);
   * batch.xs.shape; // → [8, 32, 32, 3]
   * ```
   */
  augment(options: AugmentOptions): Dataset {
    // It checks them
    augmenter(this.shape, options);
    return this.with({ kind: 'augment', options: { ...options } }, { seed: options.seed ?? 'session' });
  }

  /**
   * One-hot targets: rows with a 1 at the class, for `categoricalCrossentropy`.
   * @throws TypeError if they are not classes
   * @example
   * ```ts
   * data.dataset(data.xor({ n: 4, noise: 0 })).oneHot().tensors().ys.shape; // → [4, 2]
   * ```
   */
  oneHot(): Dataset {
    const { count } = this.needClasses('oneHot');
    if (this.targetShape[0] === count && count > 1) return this;
    return this.with({ kind: 'oneHot' }, { yShape: [count] });
  }

  /**
   * Mean and standard deviation (of all examples, divided by their number) of the inputs: of each number of `[features]`,
   * of each channel of images. They come from one pass over the examples.
   * @example
   * ```ts
   * const set = data.dataset({ x: [1, 10, 3, 30], shape: [2, 2], y: [0, 1] });
   * set.statistics().mean; // → [2, 20]
   * ```
   */
  statistics(): Statistics {
    const n = this.shape.at(-1) ?? 1;
    const mean = new Float64Array(n);
    const squares = new Float64Array(n);
    let count = 0;
    // Welford's method: sums of squares would lose the digits of numbers far from 0
    for (const { x } of examplesOf({ ...this.plan, order: undefined }, 0))
      for (let from = 0; from < x.length; from += n) {
        count++;
        for (let k = 0; k < n; k++) {
          const off = x[from + k]! - mean[k]!;
          mean[k]! += off / count;
          squares[k]! += off * (x[from + k]! - mean[k]!);
        }
      }
    return { mean, deviation: squares.map((sum) => Math.sqrt(sum / Math.max(1, count))) };
  }

  /**
   * Inputs of mean 0 and standard deviation 1, as `tf.layers.normalization` and scikit-learn's StandardScaler: each
   * number on the last axis minus its mean, over its deviation. Numbers that are all the same become 0.
   * @param from the data set whose mean and deviation are taken; for test data, give the training data:
   *   `test.standardize(train)`. This one by default
   * @throws RangeError if the shapes differ
   * @example
   * ```ts
   * const [train, test] = data.dataset(data.blobs({ n: 100 })).split([0.8, 0.2]);
   * // With the statistics of the training data
   * const ready = { train: train.standardize(), test: test.standardize(train) };
   * ready.test.size; // → 20
   * ```
   */
  standardize(from: Dataset = this): Dataset {
    if (!(from instanceof Dataset))
      throw new TypeError(`standardize: the argument must be a data set, got ${shown(from)}`);
    if (from.shape.at(-1) !== this.shape.at(-1))
      throw new RangeError(
        `standardize: the examples have the shape ${shapeText(this.shape)}, and those of the argument ${shapeText(from.shape)}`,
      );
    const { mean, deviation } = from.statistics();
    return this.with({ kind: 'standardize', mean, deviation: deviation.map((d) => (d > 0 ? d : 1)) });
  }

  /**
   * A weight for each class, for `model.fit` and `fitDataset` (`classWeight`): examples / (classes × examples of the
   * class), so that all classes count alike. It is what scikit-learn calls "balanced".
   * @throws TypeError if the targets are not classes
   * @example
   * ```ts
   * const set = data.dataset({ points: [1, 2, 3, 4], labels: [0, 0, 0, 1], shape: [4, 1] });
   * set.classWeights(); // → { '0': 0.6666667, '1': 2 }
   * ```
   */
  classWeights(): Record<number, number> {
    const { count } = this.needClasses('classWeights');
    const sizes = new Int32Array(count);
    for (const label of this.labels) sizes[label]!++;
    const there = sizes.filter((n) => n > 0).length;
    return Object.fromEntries(Array.from(sizes, (n, k) => [k, n === 0 ? 1 : this.size / (there * n)]));
  }

  /**
   * Divides the examples into `k` parts at random, for cross-validation: of the `k` folds, each has one part for
   * validation and the others for training: `for (const { train, validation } of set.kFold(5))`.
   * @param k number of parts, from 2 to the number of examples
   * @example
   * ```ts
   * const folds = data.dataset(data.moons({ n: 100 })).kFold(5);
   * folds.map(({ train, validation }) => [train.size, validation.size])[0]; // → [80, 20]
   * ```
   */
  kFold(k: number, options: FoldOptions = {}): Fold[] {
    checkCount('kFold', 'k', k, 2);
    checkOptions('kFold', options, SPLIT_OPTIONS);
    const { seed = 0, stratify = false } = options;
    checkSeed('kFold', seed);
    if (k > this.size)
      throw new RangeError(`kFold: ${this.size} examples cannot be divided into ${k} parts; take a smaller k`);
    if (stratify) this.needClasses('kFold with stratify');
    const rng = random(seed);
    const parts: number[][] = Array.from({ length: k }, () => []);
    let next = 0;
    for (const group of stratify ? groupBy(this.plan.index, this.labels) : [this.plan.index.slice()])
      for (const i of rng.shuffle(group)) parts[next++ % k]!.push(i);
    return parts.map((part, p) => ({
      train: this.only(rng.shuffle(Int32Array.from(parts.flatMap((other, o) => (o === p ? [] : other))))),
      validation: this.only(rng.shuffle(Int32Array.from(part))),
    }));
  }

  /**
   * Splits the examples at random: `const [train, test] = set.split([0.8, 0.2])`. No example is in two parts.
   * @param shares the share of each part; together at most 1
   * @throws RangeError if they are more than 1, or if a part would be empty
   * @example
   * ```ts
   * const set = data.dataset(data.digits({ n: 100 }));
   * const [train, validation, test] = set.split([0.7, 0.15, 0.15], { stratify: true, seed: 1 });
   * [train.size, validation.size, test.size];
   * ```
   */
  split(shares: readonly number[], options: SplitOptions = {}): Dataset[] {
    checkOptions('split', options, SPLIT_OPTIONS);
    const { seed = 0, stratify = false } = options;
    if (!Array.isArray(shares))
      throw new TypeError(`split: the shares must be an array of numbers, as [0.8, 0.2]; got ${shown(shares)}`);
    const sum = (shares as readonly number[]).reduce((a, b) => a + b, 0);
    if (shares.length === 0 || shares.some((s) => !(s > 0)) || sum > 1 + 1e-9)
      throw new RangeError(
        `split: the shares must be positive and add up to at most 1, as [0.8, 0.2]; got ${shapeText(shares)}`,
      );
    if (stratify) this.needClasses('split with stratify');
    const rng = random(seed);
    const groups = stratify ? groupBy(this.plan.index, this.labels) : [this.plan.index.slice()];
    const parts: number[][] = shares.map(() => []);
    for (const group of groups) {
      rng.shuffle(group);
      let begin = 0;
      let share = 0;
      shares.forEach((s, p) => {
        share += s;
        const end = Math.round(group.length * Math.min(1, share));
        for (let i = begin; i < end; i++) parts[p]!.push(group[i]!);
        begin = end;
      });
    }
    return parts.map((part, p) => {
      if (part.length === 0)
        throw new RangeError(
          `split: a share of ${shares[p]} of ${this.size} examples is less than one example; use more examples`,
        );
      return this.only(rng.shuffle(Int32Array.from(part)));
    });
  }

  /**
   * Batches as tensors, for `model.fitDataset(set.batch(32), …)` and for loops.
   * @example
   * ```ts
   * const set = data.dataset(data.digits({ n: 50 }));
   * [...set.batch(16)].map(({ xs }) => xs.shape[0]); // → [16, 16, 16, 2]
   * ```
   */
  batch(size: number, options: BatchOptions = {}): Batches {
    checkCount('batch', 'size', size);
    checkOptions('batch', options, BATCH_OPTIONS);
    return new Batches(this.host, this, { size, dropRemainder: options.dropRemainder ?? false });
  }

  /**
   * All examples as one batch: `const { xs, ys } = test.tensors()`.
   * @example
   * ```ts
   * const { xs, ys } = data.dataset(data.xor({ n: 4, noise: 0 })).oneHot().tensors();
   * [xs.shape, ys.shape]; // → [[4, 2], [4, 2]]
   * ```
   */
  tensors(): Batch {
    const [batch] = this.batch(Math.max(1, this.size));
    if (!batch) throw new RangeError('tensors: the data set is empty');
    return batch;
  }

  /** Yields the examples of one pass. Their arrays are copies, which the caller may change. */
  [Symbol.iterator](): Iterator<Example> {
    const { plan, pass } = this.nextPass();
    return examplesOf(plan, pass);
  }

  /** The same in `for await`, which shows a progress bar and lets other tasks run. */
  [Symbol.asyncIterator](): AsyncIterator<Example> {
    const examples = { length: this.size, [Symbol.iterator]: () => this[Symbol.iterator]() };
    return this.host.progress(examples, { label: 'examples' })[Symbol.asyncIterator]();
  }

  /** @internal What the next pass does, for a thread that makes its batches. */
  nextPass(): { plan: Plan; pass: number } {
    const seed = this.sessionSeed();
    const pass = this.passes++;
    return { plan: settle(this.plan, seed, this.since.passes++ - pass), pass };
  }

  /** The session's seed; passes are counted anew since it was given. */
  private sessionSeed(): number {
    const { seed, calls } = this.host.chance?.() ?? { seed: 0, calls: 0 };
    if (calls !== this.since.calls) this.since = { calls, passes: 0 };
    return seed;
  }

  /** @internal The number of the next pass, from 0; a training that goes on sets it. */
  get pass(): number {
    return this.passes;
  }
  set pass(number: number) {
    this.sessionSeed();
    this.since.passes += number - this.passes;
    this.passes = number;
  }

  /** @internal Whether the order of the examples is random. */
  get isShuffled(): boolean {
    return this.plan.order !== undefined;
  }

  private only(index: Int32Array): Dataset {
    return new Dataset(this.host, { ...this.plan, index }, this.classes);
  }

  private with(
    change: Change,
    {
      seed = 0,
      xShape = this.shape,
      yShape = this.targetShape,
    }: { seed?: Seed; xShape?: number[]; yShape?: number[] } = {},
  ): Dataset {
    const transforms = [...this.plan.transforms, { change, seed, xShape, yShape }];
    return new Dataset(this.host, { ...this.plan, transforms }, this.classes);
  }

  private needClasses(what: string): Classes {
    if (!this.classes)
      throw new TypeError(
        `${what}: the targets of this data set are not classes; make it from { labels, … } instead of { y, … }`,
      );
    return this.classes;
  }
}

/** Makes `data.dataset` for one session. */
export function makeDataset(host: DatasetHost): (source: DatasetSource) => Dataset {
  return (source) => {
    const { n, x, y, xShape, yShape, classes } = readSource(withShapes(source));
    const index = Int32Array.from({ length: n }, (_, i) => i);
    return new Dataset(host, { store: { x, y, xShape, yShape }, index, transforms: [] }, classes);
  };
}

/** The data set of images in files. */
export function imageDataset(host: DatasetHost, { images, labels, classNames }: FoundImages): Dataset {
  const { height, width, channels } = images;
  const store = { images, y: Float32Array.from(labels), xShape: [height, width, channels], yShape: [1] };
  const index = Int32Array.from(labels, (_, i) => i);
  const classes = classNames && { labels, count: classNames.length, names: classNames };
  return new Dataset(host, { store, index, transforms: [] }, classes);
}

/** Arrays that know their shapes, as plain ones. */
function withShapes(source: DatasetSource): LabeledArrays | PlainArrays {
  if (typeof source === 'object' && source !== null && 'masks' in source) {
    const { images, shape, masks, maskShape } = source;
    return { x: images, shape, y: masks, yShape: maskShape };
  }
  const { x } = (source ?? {}) as Partial<ShapedArrays>;
  if (!isShaped(x)) return source as LabeledArrays | PlainArrays;
  if ('labels' in source) {
    const { labels, classNames } = source as { labels: unknown; classNames?: readonly string[] };
    const numbers = isShaped(labels) ? labels.values : (labels as ArrayLike<number>);
    return { points: x.values, shape: [...x.shape], labels: numbers, ...(classNames && { classNames }) };
  }
  const { y } = source as { y: unknown };
  if (!isShaped(y)) return { x: x.values, shape: [...x.shape], y: y as ArrayLike<number> };
  const yShape = y.shape.length === 1 ? [y.shape[0]!, 1] : [...y.shape];
  return { x: x.values, shape: [...x.shape], y: y.values, yShape };
}

const isShaped = (value: unknown): value is ShapedArray =>
  typeof value === 'object' &&
  value !== null &&
  'shape' in value &&
  Array.isArray(value.shape) &&
  'values' in value &&
  isArrayLike(value.values);

/** What a source holds. */
interface Source {
  n: number;
  x: ArrayLike<number>;
  y: ArrayLike<number>;
  xShape: number[];
  yShape: readonly number[];
  classes?: Classes;
}

/** Checks a source. @throws TypeError or RangeError that says which array does not fit */
function readSource(source: LabeledArrays | PlainArrays): Source {
  const labeled = typeof source === 'object' && source !== null && 'labels' in source;
  const x = labeled ? ('images' in source ? source.images : source.points) : source?.x;
  const y = labeled ? source.labels : source?.y;
  if (!isArrayLike(x) || !isArrayLike(y) || !Array.isArray(source.shape) || source.shape.length === 0)
    throw new TypeError(
      'dataset: the argument must be the result of a generator or loader of data, for example data.dataset(data.digits()), or { x, shape, y } with arrays of numbers and the shape [n, …] of x',
    );
  const [n = 0, ...xShape] = source.shape as number[];
  const [yn, ...yShape]: readonly number[] = (labeled ? undefined : source.yShape) ?? [n, 1];
  checkCount('dataset', 'shape[0]', n);
  if (x.length !== sizeOf(source.shape))
    throw new RangeError(
      `dataset: the shape ${shapeText(source.shape)} means ${sizeOf(source.shape)} numbers, and there are ${x.length}`,
    );
  if (yn !== n || y.length !== n * sizeOf(yShape))
    throw new RangeError(`dataset: ${n} examples need ${n * sizeOf(yShape)} numbers as targets, got ${y.length}`);
  checkNumbers('x', x, sizeOf(xShape));
  if (!labeled) {
    checkNumbers('y', y, sizeOf(yShape));
    return { n, x, y, xShape, yShape };
  }
  const count = source.classNames?.length ?? maximum(y) + 1;
  for (let i = 0; i < y.length; i++) {
    checkNumber('dataset', `labels[${i}]`, y[i]!, 0, count - 1);
    if (!Number.isInteger(y[i]))
      throw new RangeError(`dataset: labels[${i}] must be the number of a class, from 0, got ${y[i]!}`);
  }
  const names = source.classNames;
  return { n, x, y, xShape, yShape, classes: { labels: y, count, ...(names && { names }) } };
}

/** @throws RangeError that names the first example with a number that is none: training would make all weights NaN */
function checkNumbers(which: string, values: ArrayLike<number>, each: number): void {
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    if (value === value && typeof value === 'number') continue;
    const example = Math.floor(i / Math.max(1, each));
    throw new RangeError(
      `dataset: ${which} of example ${example} holds ${shown(value)} (number ${i % Math.max(1, each)} of ${each}), with which nothing can be learned. Leave such examples out, or put numbers there.`,
    );
  }
}

function maximum(values: ArrayLike<number>): number {
  let most = 0;
  for (let i = 0; i < values.length; i++) most = Math.max(most, values[i]!);
  return most;
}

/** The examples of each class, in the order of the class numbers. */
function groupBy(index: Int32Array, labels: Int32Array): Int32Array[] {
  const groups = new Map<number, number[]>();
  labels.forEach((label, i) => (groups.get(label) ?? groups.set(label, []).get(label)!).push(index[i]!));
  return [...groups].sort(([a], [b]) => a - b).map(([, members]) => Int32Array.from(members));
}
