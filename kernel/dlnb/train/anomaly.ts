// `train.detectAnomaly`: finds the op that first makes NaN or an infinite value, in the computation or in a gradient. Each
// op is looked at while the function runs, at once where the device gives values at once, else in the order of the ops.
import type * as tfTypes from '@tensorflow/tfjs-core';
import type { OpObserver, TapeNode } from '../../tensors/engine/types.ts';
import { valuesNow } from '../../outputs/tensor/read.ts';
import type { TensorLibrary } from '../library.ts';
import { checkOptions, type OptionNames } from '../options.ts';
import { shapeText } from '../shape.ts';
import { engineOf } from '../viz/graph/engine.ts';
import { ScopeWatch, type GraphScope } from '../viz/graph/scopes.ts';
import { unrecorded } from './unrecorded.ts';

type Tensor = tfTypes.Tensor;

/** Options of `train.detectAnomaly`. */
export interface AnomalyOptions {
  /** Whether infinite values count, and not NaN alone; true by default. False where -∞ is meant, as in some masks. */
  infinity?: boolean;
}

const ANOMALY_OPTIONS: OptionNames<AnomalyOptions> = { infinity: 'boolean' };

/** The name of its errors: the ops that they pass through add nothing to them. */
const ANOMALY = 'AnomalyError';

/** `detectAnomaly` of `train`. */
export interface AnomalyFunction {
  /**
   * Runs a function and fails at the first op in it that makes NaN or ±∞ of finite numbers. The error names the op, its
   * layer, and how many values are wrong; it points at the line of the cell that called the op. For a gradient it names
   * the op whose gradient it is and points at the line that called that op. Data or weights that are wrong before any op
   * are named, too. Values are looked at after every op, so the function takes longer: to find a fault, not to train.
   *
   * ```ts
   * import { train, tf } from 'dlnb';
   * const x = tf.tensor([1, 0, 4]);
   * await train.detectAnomaly(() => tf.sum(tf.log(x))).catch((e) => console.log(e.message));
   * ```
   * @param f a function, also an async one: `() => model.fit(x, y)`
   * @returns a promise of what the function returns
   * @throws Error that names the op
   */
  <T>(f: () => T | Promise<T>, options?: AnomalyOptions): Promise<T>;
}

/** Runs a function and fails at the first op that makes NaN or an infinite value. */
export async function detectAnomaly<T>(
  tf: TensorLibrary,
  f: () => T | Promise<T>,
  options: AnomalyOptions = {},
): Promise<T> {
  const where = 'train.detectAnomaly';
  checkOptions(where, options, ANOMALY_OPTIONS);
  if (typeof f !== 'function') throw new TypeError(`${where}: give a function that computes: () => model.fit(x, y)`);
  const watch = watchAnomalies(tf, options);
  try {
    const value = await f();
    await watch.finish();
    return value;
  } catch (e) {
    // A value that is still being read may come from an earlier op than what has failed
    await watch.finish();
    throw e;
  } finally {
    watch.stop();
  }
}

/** Looks at each op until {@link stop}. */
export interface AnomalyWatch {
  /** Looks at the values that are still being read. @throws Error that names the op */
  finish(): Promise<void>;
  stop(): void;
}

/** Begins to look at each op. @throws Error if another one is looking already */
export function watchAnomalies(tf: TensorLibrary, options: AnomalyOptions = {}): AnomalyWatch {
  const { hooks } = engineOf(tf);
  if (hooks.observer) throw new Error('train.detectAnomaly: it is running already; do not call it inside itself');
  const scopes = new ScopeWatch(tf);
  const detector = new Detector(tf, scopes, options.infinity ?? true);
  hooks.observer = detector;
  return {
    finish: () => detector.finish(),
    stop() {
      scopes.stop();
      detector.dispose();
      if (hooks.observer === detector) hooks.observer = undefined;
    },
  };
}

/** What is wrong in the values of a tensor. */
interface Wrong {
  nan: number;
  infinite: number;
  /** Index of the first wrong value, where it is known. */
  first?: number;
  size: number;
}

/** A count of wrong values that is still on the device. */
interface Awaited {
  count: Tensor;
  report: (wrong: Wrong) => Error;
}

/** So many counts are read together. */
const TOGETHER = 128;

/** What ops make NaN and ∞ of, by their names in lower case. */
const CAUSES: readonly (readonly [RegExp, string])[] = [
  [/^logsoftmax|^logsumexp/, 'its input is too large, or -∞ everywhere in a row'],
  [
    /^log(1p)?$/,
    'log(0) is -∞ and the log of a negative number is NaN; keep its input above 0: tf.log(tf.maximum(x, 1e-7))',
  ],
  [/^(sqrt|rsqrt)/, 'the root of a negative number is NaN, 1 / √0 is ∞'],
  [/^(realdiv|div|reciprocal|floordiv|mod)/, 'x / 0 is ±∞ and 0 / 0 is NaN; add a small number to the divisor'],
  [/^(exp|expm1|sinh|cosh)/, 'e^x is beyond float32 from x = 88.7 on'],
  [/^pow/, 'a negative number to a fractional power is NaN, 0 to a negative one is ∞'],
  [/^(acos|asin|atanh|acosh)/, 'its input is outside the domain of the function'],
  [/^(mean|moments)$/, 'the mean of no values is NaN, a sum beyond 3.4e38 is ±∞'],
  [/^(sub|add|sum|cumsum)/, 'a sum beyond 3.4e38, the largest number of float32, is ±∞'],
  [
    /^(mul|matmul|batchmatmul|_fusedmatmul|square|prod|conv|fused)/,
    'a product beyond 3.4e38, the largest of float32, is ±∞',
  ],
];
const GRADIENT_CAUSES: readonly (readonly [RegExp, string])[] = [
  [/^sqrt/, 'the slope of √x at 0 is ∞: tf.sqrt(tf.add(x, 1e-12))'],
  [/^log(1p)?$/, 'the slope of log(x) is 1 / x: ∞ at 0'],
  [/^(norm|euclideannorm)/, 'the slope of a norm at 0 is 0 / 0'],
  [/^pow/, 'the slope of x^p at 0 is ∞ for p < 1'],
  [/^(realdiv|div|reciprocal)/, 'the slope of a / b goes as 1 / b²'],
  [/^(acos|asin)/, 'the slope is ∞ at ±1'],
  [/^(where|select)/, 'the branch that is not taken gives 0 · ∞ = NaN; make its input harmless, too'],
];

const causeOf = (causes: typeof CAUSES, name: string) => {
  const found = causes.find(([pattern]) => pattern.test(name.toLowerCase()));
  return found ? ` (${found[1]})` : '';
};

class Detector implements OpObserver {
  /** The data of tensors that have been looked at. */
  private readonly seen = new WeakSet<object>();
  /** Where the ops of the gradients were called. */
  private readonly calls = new WeakMap<TapeNode, { error: Error; op: string; within: string }>();
  private awaited: Awaited[] = [];
  private reading: Promise<void> = Promise.resolve();
  private found: Error | undefined;
  private busy = false;
  /** The op whose gradient is being computed: what is computed for it is told of as its gradient. */
  private backward: TapeNode | undefined;

  constructor(
    private readonly tf: TensorLibrary,
    private readonly scopes: ScopeWatch,
    private readonly infinity: boolean,
  ) {}

  computed(kernel: string, inputs: Record<string, Tensor | null | undefined>, outputs: readonly Tensor[]): void {
    if (this.busy || this.backward) return;
    const { op, within } = this.nameOf(kernel);
    for (const [name, x] of Object.entries(inputs)) {
      if (x) this.given(x, (wrong) => inputText(x, name, op, within, wrong));
    }
    const shapes = Object.entries(inputs).flatMap(([name, x]) => (x ? [`${name} ${shapeText(x.shape)}`] : []));
    const of = shapes.length > 0 ? ` of ${shapes.join(', ')}` : '';
    for (const y of outputs)
      this.look(y, (w) => `${kindOf(w)} made by ${op}${of}${within}: ${countText(w, y)}${causeOf(CAUSES, op)}`);
  }

  changed(_: string, tensors: Record<string, Tensor[]>): void {
    if (this.busy) return;
    for (const x of Object.values(tensors).flat())
      this.look(
        x,
        (w) =>
          `${kindOf(w)} in ${variableText(x)} after the optimizer's update: ${countText(w, x)}. Its ` +
          'learning rate may be too large, or its state (squares of gradients) beyond float32',
        undefined,
        true,
      );
  }

  recorded(node: TapeNode): void {
    if (this.busy) return;
    this.calls.set(node, { error: new Error(), ...this.nameOf(node.kernelName) });
  }

  entered(node: TapeNode): void {
    this.backward = node;
  }

  left(): void {
    this.backward = undefined;
  }

  gradient(node: TapeNode, input: string, dx: Tensor): void {
    const call = this.calls.get(node);
    const { op, within } = call ?? this.nameOf(node.kernelName);
    const x = node.inputs[input]!;
    this.look(
      dx,
      (w) =>
        `${kindOf(w)} in the gradient of ${op} with respect to its input ${named(x, input)} ${shapeText(x.shape)}` +
        `${within}: ${countText(w, dx)}${causeOf(GRADIENT_CAUSES, op)}`,
      call?.error,
    );
  }

  async finish(): Promise<void> {
    this.flush();
    await this.reading;
    if (!this.found) return;
    const error = this.found;
    this.found = undefined;
    throw error;
  }

  dispose(): void {
    for (const { count } of this.awaited) count.dispose();
    this.awaited = [];
  }

  /** A tensor that no op has made while we looked: data, or a weight. */
  private given(x: Tensor, text: (wrong: Wrong) => string): void {
    if (!this.seen.has(x.dataId)) this.look(x, text);
  }

  /**
   * Looks at the values of a tensor.
   * @param error the error of the call; by default one of this call
   * @param again whether its values may have changed since
   */
  private look(x: Tensor, text: (wrong: Wrong) => string, error?: Error, again = false): void {
    if (this.found && !this.busy) {
      const found = this.found;
      this.found = undefined;
      this.dispose();
      throw found;
    }
    if (x.isDisposed || (x.dtype !== 'float32' && x.dtype !== 'complex64') || x.size === 0) return;
    if (!again && this.seen.has(x.dataId)) return;
    this.seen.add(x.dataId);
    const made = error ?? new Error();
    const report = (wrong: Wrong) => {
      made.message = text(wrong);
      Object.defineProperty(made, 'name', { value: ANOMALY });
      return made;
    };
    const values = valuesNow(x) as Float32Array | undefined;
    if (values) {
      const wrong = wrongIn(values, this.infinity);
      if (wrong) throw report(wrong);
      return;
    }
    this.awaited.push({ count: this.countOn(x), report });
    if (this.awaited.length >= TOGETHER) this.flush();
  }

  /** NaN and infinite values of a tensor whose values are on the device: [2]. */
  private countOn(x: Tensor): Tensor {
    const { tf } = this;
    this.busy = true;
    try {
      return unrecorded(tf, () =>
        tf.tidy(() => {
          const real = x.dtype === 'complex64' ? tf.concat([tf.real(x).flatten(), tf.imag(x).flatten()]) : x;
          const nan = tf.sum(tf.cast(tf.isNaN(real), 'float32'));
          const infinite = this.infinity ? tf.sum(tf.cast(tf.isInf(real), 'float32')) : tf.zerosLike(nan);
          return tf.keep(tf.stack([nan, infinite]));
        }),
      );
    } finally {
      this.busy = false;
    }
  }

  /** Reads the counts so far, in one go. */
  private flush(): void {
    const some = this.awaited;
    if (some.length === 0) return;
    this.awaited = [];
    const { tf } = this;
    this.busy = true;
    let all: Tensor;
    try {
      all = unrecorded(tf, () => tf.tidy(() => tf.keep(tf.stack(some.map(({ count }) => count)))));
    } finally {
      this.busy = false;
    }
    const sizes = some.map(({ count }) => count.size);
    for (const { count } of some) count.dispose();
    const values = all.data().finally(() => all.dispose());
    this.reading = Promise.all([this.reading, values]).then(([, read]) => {
      const at = sizes.findIndex((_, i) => read[2 * i]! > 0 || read[2 * i + 1]! > 0);
      if (at >= 0) this.found ??= some[at]!.report({ nan: read[2 * at]!, infinite: read[2 * at + 1]!, size: 0 });
    });
    this.reading.catch(() => {}); // `finish` tells of it
  }

  /** The op that runs, and where. */
  private nameOf(kernel: string): { op: string; within: string } {
    const path = this.scopes.path();
    const ops = path.filter(({ kind }) => kind === 'op').map(({ label }) => label);
    const op = ops.at(-1) ?? opName(kernel);
    const outer = ops.find((label) => label !== op);
    const layer = path.filter(({ kind }) => kind === 'layer').at(-1);
    return { op, within: `${outer ? `, inside ${outer}` : ''}${layer ? `, in the layer ${layerText(layer)}` : ''}` };
  }
}

/** An op kernel as users write ops: `_FusedMatMul` as `fusedMatMul`. */
const opName = (kernel: string) =>
  kernel.replace(/__op$|^_/g, '').replace(/^[A-Z]/, (c) => c.toLowerCase()) || 'a function with a gradient of its own';

const layerText = ({ label, type }: GraphScope) => `${label}${type ? ` (${type})` : ''}`;

const nameOfVariable = (x: Tensor) => (x as Partial<tfTypes.Variable>).name;
const named = (x: Tensor, input: string) => {
  const name = nameOfVariable(x);
  return name === undefined ? input : `${input}, the weight ${name}`;
};
const variableText = (x: Tensor) => {
  const name = nameOfVariable(x);
  return name === undefined ? `a tensor ${shapeText(x.shape)}` : `the weight ${name}`;
};

function inputText(x: Tensor, name: string, op: string, within: string, wrong: Wrong): string {
  const what = nameOfVariable(x) === undefined ? `the input ${name} ${shapeText(x.shape)}` : variableText(x);
  return (
    `${kindOf(wrong)} in ${what} of ${op}${within}, before any op has computed with it: ${countText(wrong, x)}. Look at ` +
    'the data, or at what made this tensor'
  );
}

const kindOf = ({ nan, infinite }: Wrong) => (nan > 0 ? (infinite > 0 ? 'NaN and ±∞' : 'NaN') : '±∞');

/** `2 of 6 values, the first at [0, 1]`. */
function countText({ nan, infinite, first }: Wrong, { size, shape }: { size: number; shape: number[] }): string {
  const count = `${nan + infinite} of ${size} ${size === 1 ? 'value' : 'values'}`;
  if (first === undefined || size === 1) return count;
  const index = shape.map(
    (_, axis) => Math.floor(first / shape.slice(axis + 1).reduce((a, b) => a * b, 1)) % shape[axis]!,
  );
  return `${count}, the first at [${index.join(', ')}]`;
}

function wrongIn(values: Float32Array, infinity: boolean): Wrong | undefined {
  let nan = 0;
  let infinite = 0;
  let first = -1;
  for (let i = 0; i < values.length; i++) {
    const v = values[i]!;
    if (v - v === 0) continue;
    if (Number.isNaN(v)) nan++;
    else if (infinity) infinite++;
    else continue;
    if (first < 0) first = i;
  }
  return first < 0 ? undefined : { nan, infinite, first, size: values.length };
}
