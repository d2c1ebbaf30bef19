// How a data set makes its examples: from arrays or files, through transformations. What is here runs in whatever
// thread asks, so that batches can be made ahead of a training.
import { sizeOf } from '../shape.ts';
import { augmenter, type AugmentOptions } from './augment.ts';
import { readImage, type ImageFiles } from './files/read-image.ts';
import { random, type Random } from './random.ts';

/**
 * One example. The target `y` is `[class number]` for labeled data, a one-hot row after `oneHot()`, else the given
 * numbers.
 */
export interface Example {
  x: Float32Array;
  y: Float32Array;
}

/** Examples that were made once and are kept. Threads share the arrays. */
export interface Kept {
  /** How they are made; not needed once all are there. */
  plan?: Plan;
  x: Float32Array;
  /** 1 where an example is there. */
  made: Uint8Array;
}

/** Where examples come from. Exactly one of `x`, `images` and `kept` has the inputs. */
export interface Store {
  x?: ArrayLike<number>;
  images?: ImageFiles;
  kept?: Kept;
  y: ArrayLike<number>;
  /** Shapes of one input and one target. */
  xShape: readonly number[];
  yShape: readonly number[];
}

/** What a transformation does. All but functions can be sent to another thread. */
export type Change =
  | { kind: 'augment'; options: AugmentOptions }
  | { kind: 'oneHot' }
  | { kind: 'standardize'; mean: Float64Array; deviation: Float64Array }
  | { kind: 'map'; apply(example: Example, random: Random): Example };

/** A seed, or that of the session: the number that was given to `seed` last, else 0. */
export type Seed = number | 'session';

/** A transformation of examples, with the shapes of its results. */
export interface Transform {
  change: Change;
  seed: Seed;
  xShape: readonly number[];
  yShape: readonly number[];
}

/** What a pass over the data needs to know. */
export interface Plan {
  store: Store;
  index: Int32Array;
  transforms: readonly Transform[];
  /** Seed of the order, if it is random. */
  order?: Seed | undefined;
}

/** What makes the streams of a seed's passes differ. */
const PASS = 0x9e3779b1;

/** The random numbers of one pass over the data: each pass has a stream of its own. */
const passRandom = (seed: Seed, pass: number) =>
  random(((seed === 'session' ? 0 : seed) + pass * PASS) % Number.MAX_SAFE_INTEGER);

/**
 * A plan in which the session's seed is a number.
 * @param seed the session's
 * @param since by how much the passes since that seed was given differ from all passes, which the streams are numbered by
 */
export function settle(plan: Plan, seed: number, since = 0): Plan {
  const own = (given: Seed) => (given === 'session' ? (seed % 2 ** 50) + since * PASS : given);
  const transforms = plan.transforms.map((t) => ({ ...t, seed: own(t.seed) }));
  return { ...plan, transforms, ...(plan.order !== undefined && { order: own(plan.order) }) };
}

/** The examples of one pass. Their arrays are copies. */
export function* examplesOf(plan: Plan, pass: number): Generator<Example, void, undefined> {
  const index = plan.order === undefined ? plan.index : passRandom(plan.order, pass).shuffle(plan.index.slice());
  const steps = stepsOf(plan, pass);
  for (const i of index) yield through(steps, sourceExample(plan.store, i));
}

/** Whether another thread can make the examples: no function of a cell is needed for them. */
export const canMove = ({ store: { kept }, transforms }: Plan): boolean =>
  transforms.every(({ change }) => change.kind !== 'map') && (!kept?.plan || isWhole(kept) || canMove(kept.plan));

/** The plan as another thread gets it, with its arrays in memory that threads share: they are copied once. */
export function movable(plan: Plan): Plan {
  const { store } = plan;
  const { kept } = store;
  if (store.x && !isShared(store.x)) store.x = shared(store.x);
  if (!isShared(store.y)) store.y = shared(store.y);
  if (!kept?.plan) return plan;
  const { x, made } = kept;
  return { ...plan, store: { ...store, kept: isWhole(kept) ? { x, made } : { x, made, plan: movable(kept.plan) } } };
}

const isWhole = ({ made }: Kept) => made.every((one) => one === 1);

const isShared = (values: ArrayLike<number>) =>
  values instanceof Float32Array && values.buffer instanceof SharedArrayBuffer;

function shared(values: ArrayLike<number>): Float32Array {
  const copy = new Float32Array(new SharedArrayBuffer(4 * values.length));
  copy.set(values);
  return copy;
}

type Step = (example: Example) => Example;

/** The transformations with the random numbers of a pass. */
function stepsOf({ store, transforms }: Plan, pass: number): Step[] {
  let shape = store.xShape;
  return transforms.map(({ change, seed, xShape, yShape }, k) => {
    const rng = passRandom((seed === 'session' ? 0 : seed) + 7919 * (k + 1), pass);
    const step = stepOf(change, rng, shape, sizeOf(yShape));
    shape = xShape;
    return step;
  });
}

const through = (steps: readonly Step[], example: Example) => steps.reduce((made, step) => step(made), example);

function stepOf(change: Change, rng: Random, shape: readonly number[], ySize: number): Step {
  switch (change.kind) {
    case 'map':
      return (example) => change.apply(example, rng);
    case 'augment': {
      const augment = augmenter(shape, change.options);
      return ({ x, y }) => ({ x: augment(x, rng), y });
    }
    case 'oneHot':
      return ({ x, y }) => {
        const row = new Float32Array(ySize);
        row[y[0]!] = 1;
        return { x, y: row };
      };
    case 'standardize': {
      const { mean, deviation } = change;
      const n = mean.length;
      return ({ x, y }) => ({ x: x.map((v, i) => (v - mean[i % n]!) / deviation[i % n]!), y });
    }
  }
}

/** Example `i` of the source, as copies. */
function sourceExample(store: Store, i: number): Example {
  const ySize = sizeOf(store.yShape);
  if (store.kept) return keptExample(store, store.kept, i, ySize);
  const x = store.images ? readImage(store.images, i) : slice(store.x!, i * sizeOf(store.xShape), sizeOf(store.xShape));
  return { x, y: slice(store.y, i * ySize, ySize) };
}

/** Example `i`, made if it is not there. Its random numbers are its own, so that it is the same whoever makes it. */
function keptExample({ xShape, y }: Store, { plan, x, made }: Kept, i: number, ySize: number): Example {
  const size = sizeOf(xShape);
  const targets = y as Float32Array;
  if (Atomics.load(made, i) === 0) {
    const example = through(stepsOf(plan!, i), sourceExample(plan!.store, plan!.index[i]!));
    x.set(example.x, i * size);
    targets.set(example.y, i * ySize);
    // Behind the numbers, as other threads see it
    Atomics.store(made, i, 1);
  }
  return { x: x.slice(i * size, (i + 1) * size), y: targets.slice(i * ySize, (i + 1) * ySize) };
}

/** Makes the store of examples that are kept once they are made. @throws RangeError if there is not enough memory */
export function keep(plan: Plan, xShape: readonly number[], yShape: readonly number[]): Store {
  const n = plan.index.length;
  const floats = (size: number) => new Float32Array(new SharedArrayBuffer(4 * n * size));
  try {
    return {
      kept: { plan, x: floats(sizeOf(xShape)), made: new Uint8Array(new SharedArrayBuffer(n)) },
      y: floats(sizeOf(yShape)),
      xShape,
      yShape,
    };
  } catch (e) {
    const gigabytes = (4 * n * sizeOf(xShape)) / 1e9;
    throw new RangeError(
      `cache: ${n} examples of ${sizeOf(xShape)} numbers are ${gigabytes.toFixed(1)} GB, which cannot be had. Leave cache() out, or take smaller or fewer examples.`,
      { cause: e },
    );
  }
}

function slice(values: ArrayLike<number>, from: number, length: number): Float32Array {
  if (values instanceof Float32Array) return values.slice(from, from + length);
  return Float32Array.from({ length }, (_, k) => values[from + k]!);
}

/** The numbers of a batch: its inputs and targets one after another. */
export interface Filled {
  x: Float32Array<ArrayBuffer>;
  y: Float32Array<ArrayBuffer>;
}

/** Takes `n` examples from a pass. */
export function fill(examples: Iterator<Example>, n: number, xSize: number, ySize: number): Filled {
  const x = new Float32Array(n * xSize);
  const y = new Float32Array(n * ySize);
  for (let i = 0; i < n; i++) {
    const { value } = examples.next();
    if (!value) break;
    const example = value as Example;
    x.set(example.x, i * xSize);
    y.set(example.y, i * ySize);
  }
  return { x, y };
}
