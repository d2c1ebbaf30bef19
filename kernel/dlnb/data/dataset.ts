// `data.dataset`: labeled examples that can be shuffled, split and transformed. They are plain arrays; batches.ts makes
// tensors.
import { checkCount, checkNumber, checkOptions, shown, type OptionNames } from '../options.ts';
import { isArrayLike, shapeText, sizeOf } from '../shape.ts';
import { augmenter, type AugmentOptions } from './augment.ts';
import { Batches, type Batch, type DatasetHost, type Example } from './batches.ts';
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

export type DatasetSource = LabeledArrays | PlainArrays;

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
  /** Seed of the function's random numbers; 0 by default. */
  seed?: number;
}

const MAP_OPTIONS: OptionNames<MapOptions> = { shape: true, seed: 'number' };

/** Options of {@link Dataset.batch}. */
export interface BatchOptions {
  /** Leave out the last batch if it is smaller. */
  dropRemainder?: boolean;
}

const BATCH_OPTIONS: OptionNames<BatchOptions> = { dropRemainder: 'boolean' };

/** The arrays of a source, which all data sets made from it share. */
interface Store {
  x: ArrayLike<number>;
  y: ArrayLike<number>;
  /** Shapes of one input and one target. */
  xShape: readonly number[];
  yShape: readonly number[];
  /** Number of classes; undefined if the targets are not classes. */
  classes?: number;
  classNames?: readonly string[];
}

/** A transformation of examples, with the shapes of its results. */
interface Transform {
  seed: number;
  apply(example: Example, random: Random): Example;
  xShape: readonly number[];
  yShape: readonly number[];
}

/** The random numbers of one pass over the data: each pass has a stream of its own. */
const passRandom = (seed: number, pass: number) => random((seed + pass * 0x9e3779b1) % Number.MAX_SAFE_INTEGER);

/**
 * Labeled examples. Every method returns a new data set and leaves this one unchanged. A loop over the data set yields
 * {@link Example}s; `batch` makes tensors. Each loop over a shuffled or augmented data set is a new pass, with its own
 * order and its own random changes. They are reproducible: the first pass after `shuffle(seed)` is the same in every
 * run of the notebook, and so is the second.
 */
export class Dataset implements Iterable<Example> {
  private passes = 0;

  /** @internal */
  constructor(
    private readonly host: DatasetHost,
    private readonly store: Store,
    private readonly index: Int32Array,
    private readonly transforms: readonly Transform[] = [],
    private readonly order?: number,
  ) {}

  /** Number of examples. */
  get size(): number {
    return this.index.length;
  }

  /** Shape of one input, without the batch: `[28, 28, 1]`. */
  get shape(): number[] {
    return [...(this.transforms.at(-1)?.xShape ?? this.store.xShape)];
  }

  /** Shape of one target: `[1]`, or `[classes]` after `oneHot`. */
  get targetShape(): number[] {
    return [...(this.transforms.at(-1)?.yShape ?? this.store.yShape)];
  }

  /** Names of the classes; their numbers if the source has no names. Empty if the targets are not classes. */
  get classNames(): string[] {
    const { classNames, classes = 0 } = this.store;
    return classNames ? [...classNames] : Array.from({ length: classes }, (_, k) => String(k));
  }

  /** Class of each example, in the order without shuffling. @throws TypeError if the targets are not classes */
  get labels(): Int32Array {
    this.needClasses('labels');
    return this.index.map((i) => this.store.y[i]!);
  }

  /** Visits the examples in a new random order in each loop. @param seed any integer; 0 by default */
  shuffle(seed = 0): Dataset {
    checkSeed('shuffle', seed);
    return new Dataset(this.host, this.store, this.index, this.transforms, seed);
  }

  /** The first `n` examples in the order without shuffling, or all if there are fewer. */
  take(n: number): Dataset {
    checkCount('take', 'n', n, 0);
    return this.with({ index: this.index.slice(0, n) });
  }

  /**
   * Changes each example when a loop reaches it. The function gets copies of the arrays, which it may change in place,
   * and random numbers that are the same in every run: `set.map(({ x, y }) => ({ x: x.map((v) => 1 - v), y }))`.
   */
  map(fn: (example: Example, random: Random) => Example, options: MapOptions = {}): Dataset {
    if (typeof fn !== 'function') throw new TypeError('map: the argument must be a function of { x, y }');
    checkOptions('map', options, MAP_OPTIONS);
    const { shape = this.shape, seed = 0 } = options;
    if (!Array.isArray(shape) || !shape.every((n) => Number.isInteger(n) && n > 0))
      throw new TypeError(`map: shape must be an array of whole numbers, such as [28, 28, 1], got ${shown(shape)}`);
    const size = sizeOf(shape);
    const yShape = this.targetShape;
    return this.with({
      transform: {
        seed,
        xShape: [...shape],
        yShape,
        apply: (example, rng) => {
          const made = fn(example, rng);
          if (made?.x?.length !== size || made.y?.length !== sizeOf(yShape))
            throw new RangeError(
              `map: the function must return { x, y } with ${size} numbers for the shape ${shapeText(shape)} and ${sizeOf(yShape)} for the target; it returned ${made?.x?.length ?? 'no x'} and ${made?.y?.length ?? 'no y'}`,
            );
          return made;
        },
      },
    });
  }

  /**
   * Adds random flips, shifts and noise, which differ in each pass. For training data only, not for validation and test
   * data.
   * @throws RangeError if the examples are not images `[height, width, channels]`
   */
  augment(options: AugmentOptions): Dataset {
    const change = augmenter(this.shape, options);
    return this.with({
      transform: {
        seed: options.seed ?? 0,
        xShape: this.shape,
        yShape: this.targetShape,
        apply: ({ x, y }, rng) => ({ x: change(x, rng), y }),
      },
    });
  }

  /**
   * One-hot targets: rows with a 1 at the class, for `categoricalCrossentropy`.
   * @throws TypeError if they are not classes
   */
  oneHot(): Dataset {
    const classes = this.needClasses('oneHot');
    if (this.targetShape[0] === classes && classes > 1) return this;
    return this.with({
      transform: {
        seed: 0,
        xShape: this.shape,
        yShape: [classes],
        apply: ({ x, y }) => {
          const row = new Float32Array(classes);
          row[y[0]!] = 1;
          return { x, y: row };
        },
      },
    });
  }

  /**
   * Splits the examples at random: `const [train, test] = set.split([0.8, 0.2])`. No example is in two parts.
   * @param shares the share of each part; together at most 1
   * @throws RangeError if they are more than 1, or if a part would be empty
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
    const groups = stratify ? groupBy(this.index, this.labels) : [this.index.slice()];
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
      return this.with({ index: rng.shuffle(Int32Array.from(part)) });
    });
  }

  /** Batches as tensors, for `model.fitDataset(set.batch(32), …)` and for loops. */
  batch(size: number, options: BatchOptions = {}): Batches {
    checkCount('batch', 'size', size);
    checkOptions('batch', options, BATCH_OPTIONS);
    return new Batches(this.host, this, size, options.dropRemainder ?? false);
  }

  /** All examples as one batch: `const { xs, ys } = test.tensors()`. */
  tensors(): Batch {
    const [batch] = this.batch(Math.max(1, this.size));
    if (!batch) throw new RangeError('tensors: the data set is empty');
    return batch;
  }

  /** Yields the examples of one pass. Their arrays are copies, which the caller may change. */
  *[Symbol.iterator](): Iterator<Example> {
    const pass = this.passes++;
    const { x, y, xShape, yShape } = this.store;
    const [xSize, ySize] = [sizeOf(xShape), sizeOf(yShape)];
    const index = this.order === undefined ? this.index : passRandom(this.order, pass).shuffle(this.index.slice());
    const streams = this.transforms.map(({ seed }, k) => passRandom(seed + 7919 * (k + 1), pass));
    for (const i of index) {
      let example: Example = { x: slice(x, i * xSize, xSize), y: slice(y, i * ySize, ySize) };
      this.transforms.forEach((transform, k) => (example = transform.apply(example, streams[k]!)));
      yield example;
    }
  }

  private with({ index = this.index, transform }: { index?: Int32Array; transform?: Transform }): Dataset {
    return new Dataset(
      this.host,
      this.store,
      index,
      transform ? [...this.transforms, transform] : this.transforms,
      this.order,
    );
  }

  private needClasses(what: string): number {
    const { classes } = this.store;
    if (classes === undefined)
      throw new TypeError(
        `${what}: the targets of this data set are not classes; make it from { labels, … } instead of { y, … }`,
      );
    return classes;
  }
}

/** Makes `data.dataset` for one session. */
export function makeDataset(host: DatasetHost): (source: DatasetSource) => Dataset {
  return (source) => {
    const store = readSource(source);
    const index = Int32Array.from({ length: store.n }, (_, i) => i);
    return new Dataset(host, store, index);
  };
}

/** Checks a source. @throws TypeError or RangeError that says which array does not fit */
function readSource(source: DatasetSource): Store & { n: number } {
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
  if (!labeled) return { n: n, x, y, xShape, yShape };
  const classes = source.classNames?.length ?? maximum(y) + 1;
  for (let i = 0; i < y.length; i++) checkNumber('dataset', `labels[${i}]`, y[i]!, 0, classes - 1);
  return { n: n, x, y, xShape, yShape, classes, ...(source.classNames && { classNames: source.classNames }) };
}

function maximum(values: ArrayLike<number>): number {
  let most = 0;
  for (let i = 0; i < values.length; i++) most = Math.max(most, values[i]!);
  return most;
}

function slice(values: ArrayLike<number>, from: number, length: number): Float32Array {
  if (values instanceof Float32Array) return values.slice(from, from + length);
  return Float32Array.from({ length }, (_, k) => values[from + k]!);
}

/** The examples of each class, in the order of the class numbers. */
function groupBy(index: Int32Array, labels: Int32Array): Int32Array[] {
  const groups = new Map<number, number[]>();
  labels.forEach((label, i) => (groups.get(label) ?? groups.set(label, []).get(label)!).push(index[i]!));
  return [...groups].sort(([a], [b]) => a - b).map(([, members]) => Int32Array.from(members));
}
