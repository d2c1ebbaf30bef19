// `data.dataset`: labelled examples that are shuffled, split and changed. What it holds are plain arrays; tensors are made in batches.ts.
import { checkOptions, type OptionNames } from '../options.ts';
import { augmenter, type AugmentOptions } from './augment.ts';
import { Batches, product, type Batch, type DatasetHost, type Example } from './batches.ts';
import { amount, count } from './checks.ts';
import { random, type Random } from './random.ts';

/** Class labels with what they belong to, as the generators and loaders of `data` give them. */
export type LabelledArrays = {
  labels: ArrayLike<number>;
  /** `[n, …]`, the shape of the points or images. */
  shape: readonly number[];
  classNames?: readonly string[];
} & ({ points: ArrayLike<number> } | { images: ArrayLike<number> });

/** Any numbers with any targets. */
export interface PlainArrays {
  /** Inputs, example after example. */
  x: ArrayLike<number>;
  /** `[n, …]`, the shape of {@link x}. */
  shape: readonly number[];
  /** Targets, example after example: n numbers, or as many as {@link yShape} says. */
  y: ArrayLike<number>;
  /** `[n, …]`, the shape of {@link y}; `[n, 1]` by default. */
  yShape?: readonly number[];
}

export type DatasetSource = LabelledArrays | PlainArrays;

/** Options of {@link Dataset.split}. */
export interface SplitOptions {
  /** Seed of the order in which examples are dealt out; 0 by default. */
  seed?: number;
  /** Give each part the same share of every class, to within one example. */
  stratify?: boolean;
}

const SPLIT: OptionNames<SplitOptions> = { seed: true, stratify: true };

/** Options of {@link Dataset.map}. */
export interface MapOptions {
  /** Shape of one input, where the function changes it. */
  shape?: readonly number[];
  /** Seed of its random numbers; 0 by default. */
  seed?: number;
}

const MAP: OptionNames<MapOptions> = { shape: true, seed: true };

/** Options of {@link Dataset.batch}. */
export interface BatchOptions {
  /** Leave out a last batch that is smaller. */
  dropRemainder?: boolean;
}

const BATCH: OptionNames<BatchOptions> = { dropRemainder: true };

/** The numbers that data sets of one source share. */
interface Store {
  x: ArrayLike<number>;
  y: ArrayLike<number>;
  /** Of one example. */
  xShape: readonly number[];
  yShape: readonly number[];
  /** Number of classes; undefined where the targets are not classes. */
  classes?: number;
  classNames?: readonly string[];
}

interface Stage {
  seed: number;
  apply(example: Example, random: Random): Example;
  xShape: readonly number[];
  yShape: readonly number[];
}

const listed = (shape: readonly number[]) => `[${shape.join(', ')}]`;

/** Another stream of random numbers for each pass over the data. */
const passRandom = (seed: number, pass: number) => random((seed + pass * 0x9e3779b1) % Number.MAX_SAFE_INTEGER);

/**
 * Labelled examples. Every method gives a new data set and leaves this one as it is. Looping over it gives {@link Example}s; `batch` gives
 * tensors. Each loop over a shuffled or augmented set is a new pass with an order and changes of its own, the same in every run of the
 * notebook: the first pass after `shuffle(seed)` is always the same, and so is the second.
 */
export class Dataset implements Iterable<Example> {
  private passes = 0;

  /** @internal */
  constructor(
    private readonly host: DatasetHost,
    private readonly store: Store,
    private readonly index: Int32Array,
    private readonly stages: readonly Stage[] = [],
    private readonly order?: number,
  ) {}

  /** Number of examples. */
  get size(): number {
    return this.index.length;
  }

  /** Shape of one input, without the batch: `[28, 28, 1]`. */
  get shape(): number[] {
    return [...(this.stages.at(-1)?.xShape ?? this.store.xShape)];
  }

  /** Shape of one target: `[1]`, or `[classes]` after `oneHot`. */
  get targetShape(): number[] {
    return [...(this.stages.at(-1)?.yShape ?? this.store.yShape)];
  }

  /** Names of the classes, where the source has them; else their numbers. Empty where the targets are not classes. */
  get classNames(): string[] {
    const { classNames, classes = 0 } = this.store;
    return classNames ? [...classNames] : Array.from({ length: classes }, (_, k) => String(k));
  }

  /** Class of each example, in the order without shuffling. @throws TypeError where the targets are not classes */
  get labels(): Int32Array {
    this.needClasses('labels');
    return this.index.map((i) => this.store.y[i]!);
  }

  /** In another order each time it is looped over. @param seed any integer; 0 by default */
  shuffle(seed = 0): Dataset {
    random(seed);
    return new Dataset(this.host, this.store, this.index, this.stages, seed);
  }

  /** The first `n` examples of the order without shuffling (all, where there are fewer). */
  take(n: number): Dataset {
    count('take', 'n', n, 0);
    return this.with({ index: this.index.slice(0, n) });
  }

  /**
   * Changes each example when its turn comes. The function gets arrays of its own, which it may change in place, and random numbers that are
   * the same in every run: `set.map(({ x, y }) => ({ x: x.map((v) => 1 - v), y }))`.
   */
  map(fn: (example: Example, random: Random) => Example, options: MapOptions = {}): Dataset {
    if (typeof fn !== 'function') throw new TypeError('map: the argument must be a function of { x, y }');
    checkOptions('map', options, MAP);
    const { shape = this.shape, seed = 0 } = options;
    const size = product(shape);
    const yShape = this.targetShape;
    return this.with({
      stage: {
        seed,
        xShape: [...shape],
        yShape,
        apply: (example, rng) => {
          const made = fn(example, rng);
          if (made?.x?.length !== size || made.y?.length !== product(yShape))
            throw new RangeError(
              `map: the function must return { x, y } with ${size} numbers for the shape ${listed(shape)} and ${product(yShape)} for the target; it returned ${made?.x?.length ?? 'no x'} and ${made?.y?.length ?? 'no y'}`,
            );
          return made;
        },
      },
    });
  }

  /**
   * Random flips, shifts and noise, drawn anew in each pass. For training data; leave validation and test data as they are.
   * @throws RangeError where the examples are not images `[height, width, channels]`
   */
  augment(options: AugmentOptions): Dataset {
    const change = augmenter(this.shape, options);
    return this.with({
      stage: {
        seed: options.seed ?? 0,
        xShape: this.shape,
        yShape: this.targetShape,
        apply: ({ x, y }, rng) => ({ x: change(x, rng), y }),
      },
    });
  }

  /** Targets as rows with a 1 at the class, for `categoricalCrossentropy`. @throws TypeError where they are not classes */
  oneHot(): Dataset {
    const classes = this.needClasses('oneHot');
    if (this.targetShape[0] === classes && classes > 1) return this;
    return this.with({
      stage: {
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
   * Deals the examples out at random: `const [train, test] = set.split([0.8, 0.2])`. No example is in two parts.
   * @param shares of each part, which add up to at most 1
   * @throws RangeError where they do not, or where a part would be empty
   */
  split(shares: readonly number[], options: SplitOptions = {}): Dataset[] {
    checkOptions('split', options, SPLIT);
    const { seed = 0, stratify = false } = options;
    const sum = shares.reduce((a, b) => a + b, 0);
    if (shares.length === 0 || shares.some((s) => !(s > 0)) || sum > 1 + 1e-9)
      throw new RangeError(
        `split: the shares must be positive and add up to at most 1, as [0.8, 0.2]; got ${listed(shares)}`,
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
        throw new RangeError(`split: a share of ${shares[p]} of ${this.size} examples is none; use more examples`);
      return this.with({ index: rng.shuffle(Int32Array.from(part)) });
    });
  }

  /** Batches as tensors, for `model.fitDataset(set.batch(32), …)` and for loops. */
  batch(size: number, options: BatchOptions = {}): Batches {
    count('batch', 'size', size);
    checkOptions('batch', options, BATCH);
    return new Batches(this.host, this, size, options.dropRemainder ?? false);
  }

  /** All examples as one batch: `const { xs, ys } = test.tensors()`. */
  tensors(): Batch {
    const [batch] = this.batch(Math.max(1, this.size));
    if (!batch) throw new RangeError('tensors: the data set is empty');
    return batch;
  }

  /** The examples of one pass. Their arrays belong to whom they are given to. */
  *[Symbol.iterator](): Iterator<Example> {
    const pass = this.passes++;
    const { x, y, xShape, yShape } = this.store;
    const [xSize, ySize] = [product(xShape), product(yShape)];
    const index = this.order === undefined ? this.index : passRandom(this.order, pass).shuffle(this.index.slice());
    const streams = this.stages.map(({ seed }, k) => passRandom(seed + 7919 * (k + 1), pass));
    for (const i of index) {
      let example: Example = { x: slice(x, i * xSize, xSize), y: slice(y, i * ySize, ySize) };
      this.stages.forEach((stage, k) => (example = stage.apply(example, streams[k]!)));
      yield example;
    }
  }

  private with({ index = this.index, stage }: { index?: Int32Array; stage?: Stage }): Dataset {
    return new Dataset(this.host, this.store, index, stage ? [...this.stages, stage] : this.stages, this.order);
  }

  private needClasses(what: string): number {
    const { classes } = this.store;
    if (classes === undefined)
      throw new TypeError(
        `${what}: the targets of this data set are not classes; make it of { labels, … } instead of { y, … }`,
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

/** @throws TypeError or RangeError that says which array does not fit */
function readSource(source: DatasetSource): Store & { n: number } {
  const labelled = 'labels' in source;
  const x = labelled ? ('images' in source ? source.images : source.points) : source?.x;
  const y = labelled ? source.labels : source?.y;
  if (!isNumbers(x) || !isNumbers(y) || !Array.isArray(source.shape) || source.shape.length === 0)
    throw new TypeError(
      'dataset: give what a generator or loader of data returns, as data.dataset(data.digits()), or { x, shape, y } with arrays of numbers and the shape [n, …] of x',
    );
  const [n = 0, ...xShape] = source.shape as number[];
  const [yn, ...yShape]: readonly number[] = (labelled ? undefined : source.yShape) ?? [n, 1];
  count('dataset', 'shape[0]', n);
  if (x.length !== product(source.shape))
    throw new RangeError(
      `dataset: the shape ${listed(source.shape)} is one of ${product(source.shape)} numbers, and there are ${x.length}`,
    );
  if (yn !== n || y.length !== n * product(yShape))
    throw new RangeError(`dataset: ${n} examples need ${n * product(yShape)} numbers as targets, got ${y.length}`);
  if (!labelled) return { n: n, x, y, xShape, yShape };
  const classes = source.classNames?.length ?? maximum(y) + 1;
  for (let i = 0; i < y.length; i++) amount('dataset', `labels[${i}]`, y[i]!, 0, classes - 1);
  return { n: n, x, y, xShape, yShape, classes, ...(source.classNames && { classNames: source.classNames }) };
}

const isNumbers = (v: unknown): v is ArrayLike<number> => Array.isArray(v) || (ArrayBuffer.isView(v) && 'length' in v);

function maximum(values: ArrayLike<number>): number {
  let most = 0;
  for (let i = 0; i < values.length; i++) most = Math.max(most, values[i]!);
  return most;
}

function slice(values: ArrayLike<number>, from: number, length: number): Float32Array {
  if (values instanceof Float32Array) return values.slice(from, from + length);
  return Float32Array.from({ length }, (_, k) => values[from + k]!);
}

/** The members of each class, by its number. */
function groupBy(index: Int32Array, labels: Int32Array): Int32Array[] {
  const groups = new Map<number, number[]>();
  labels.forEach((label, i) => (groups.get(label) ?? groups.set(label, []).get(label)!).push(index[i]!));
  return [...groups].sort(([a], [b]) => a - b).map(([, members]) => Int32Array.from(members));
}
