// `check` of the module `dlnb`: claims of a notebook about its own results. A wrong claim throws, a right one is
// counted. Each is marked under its cell (claims.ts).
import type { Claims } from './claims.ts';
import type { TensorValues } from './viz/arrays.ts';
import { onHost, valuesNow } from '../outputs/tensor/read.ts';
import { isTensor } from '../outputs/tensor/values.ts';
import type { Result } from '../wire/course.ts';
import type { Displayable } from '../wire/displayable.ts';
import { checkNumber, checkOptions, shown, type OptionNames } from './options.ts';
import { isArrayLike } from './shape.ts';

/** Numbers of any shape: a number, an array of numbers or of arrays, a typed array, a tensor. */
export type AnyNumbers = number | ArrayLike<AnyNumbers> | TensorValues;

/** Options of {@link Check.close}. */
export interface CloseOptions extends ClaimOptions {
  /** Largest difference allowed, relative to the larger of 1 and the expected number; 1e-6 by default. */
  tolerance?: number;
  /**
   * Whether the difference is relative to the expected number, however small it is: for gradients and losses far below
   * 1. Of a number that should be 0, to the largest expected one. False by default.
   */
  relative?: boolean;
}

/** Options of {@link Check}. */
export interface ClaimOptions {
  /** Where the claim is from, shown with it: `'notes 004, ch. 6'`. */
  source?: string;
}

const CLAIM_OPTIONS: OptionNames<ClaimOptions> = { source: 'text' };
const CLOSE_OPTIONS: OptionNames<CloseOptions> = { ...CLAIM_OPTIONS, tolerance: 'number', relative: 'boolean' };

const RESULT_KEYS: OptionNames<Result> = {
  model: 'text',
  parameters: 'number',
  error: 'number',
  epochs: 'number',
  note: 'text',
};

/** Checks claims. */
export interface Check {
  /**
   * Claims that something holds: `check(accuracy > 0.98, 'more than 98 % are right')`.
   * Under the cell stands a mark with the claim, also if it is wrong.
   * @throws Error with the claim, if it does not hold
   * @example
   * ```ts
   * const w = tf.tensor1d([3, 4]);
   * check(w.norm().dataSync()[0] === 5, 'the weights have norm 5', { source: 'by hand' });
   * ```
   */
  (holds: boolean, claim: string, options?: ClaimOptions): asserts holds;
  /**
   * Claims that numbers agree, one by one: `check.close(w, 2 / 15, 'w after one step')`.
   * Under the cell stands a mark with the claim and what came: whole numbers with all their digits, others with six.
   * @throws Error with the claim and the first two numbers that differ, or if there are no numbers; or if the values of a tensor must be awaited
   * @example
   * ```ts
   * const p = tf.softmax([1, 2, 3]);
   * check.close(p, [0.09, 0.245, 0.665], 'softmax of 1, 2, 3', { tolerance: 1e-2 });
   * ```
   */
  close(actual: AnyNumbers, expected: AnyNumbers, claim: string, options?: CloseOptions): void;
  /**
   * Like {@link close}, for tensors on every device: `await check.closeAsync(w, 2 / 15, 'w after one step')`. Compares
   * the values at the time of the call.
   * @example
   * ```ts
   * const w = tf.variable(tf.scalar(2));
   * optim.sgd({ learningRate: 0.1 }).minimize(() => w.square() as tf.Scalar);
   * await check.closeAsync(w, 1.6, 'w after one step: 2 − 0.1 · 4');
   * ```
   */
  closeAsync(actual: AnyNumbers, expected: AnyNumbers, claim: string, options?: CloseOptions): Promise<void>;
  /**
   * Notes how well a model did on a data set, so that notebooks can be compared: the line is shown, and the course's
   * table of results is made of all of them.
   * @throws TypeError for an empty name or a number that is not finite
   * @example
   * ```ts
   * check.result('MNIST-1D', { model: 'convolutional', parameters: 2050, error: 8.7, epochs: 20 });
   * ```
   */
  result(dataset: string, result: Result): void;
  /**
   * Number of claims that have held. A claim that is checked again, in a loop or by running its cell again, counts
   * once.
   */
  readonly count: number;
  /**
   * Shows the number of claims that have held, and a table of all: what came, what was expected, source and cell.
   * @example
   * ```ts
   * check(1 + 1 === 2, 'sums work');
   * check.close(Math.sqrt(2) ** 2, 2, 'roots work');
   * check.summary();
   * ```
   */
  summary(): Displayable;
}

/** Makes `check` for one session. */
export function makeCheck(claims: Claims): Check {
  const check = (holds: unknown, claim: string, options: ClaimOptions = {}): void => {
    checkOptions('check', options, CLAIM_OPTIONS);
    if (typeof holds !== 'boolean')
      throw new TypeError(`check: the first argument must be true or false, got ${typeof holds} (claim: ${claim})`);
    claims.note({ claim, holds, source: options.source });
    if (!holds) throw new Error(`This should hold: ${claim}`);
  };
  const close = (actual: AnyNumbers, expected: AnyNumbers, claim: string, options: CloseOptions = {}) => {
    checkOptions('check.close', options, CLOSE_OPTIONS);
    const { tolerance = 1e-6, relative = false, source } = options;
    checkNumber('check.close', 'tolerance', tolerance);
    const [a, e] = [flat(actual, claim), flat(expected, claim)];
    if (a.length === 0 && e.length === 0)
      throw new Error(`check.close: there are no numbers to compare, so nothing is claimed (claim: ${claim})`);
    const refuse = (came: string, wanted: string, text: string): never => {
      claims.note({ claim, holds: false, came, expected: wanted, source });
      throw new Error(`This should hold: ${claim}. ${text}`);
    };
    if (a.length !== e.length)
      refuse(`${a.length} numbers`, `${e.length}`, `There are ${a.length} numbers, expected ${e.length}`);
    const largest = e.reduce((most, v) => Math.max(most, Math.abs(v)), 0);
    const unit = (v: number) => (relative ? Math.abs(v) || largest : Math.max(1, Math.abs(v)));
    const wrong = a.findIndex((v, i) => v !== e[i] && !(Math.abs(v - e[i]!) <= tolerance * unit(e[i]!)));
    if (wrong >= 0) {
      const which = a.length > 1 ? `number ${wrong} ` : 'it ';
      const how = `${relative ? 'relative ' : ''}tolerance ${tolerance}`;
      refuse(
        `${a.length > 1 ? `number ${wrong} is ` : ''}${a[wrong]}`,
        `${e[wrong]}`,
        `${which}is ${a[wrong]}, expected ${e[wrong]} (${how})`,
      );
    }
    claims.note({ claim, holds: true, came: listed(a), expected: listed(e), source });
  };
  const closeAsync = async (...[actual, expected, ...rest]: Parameters<typeof close>): Promise<void> => {
    const [a, e] = await Promise.all([withValues(actual), withValues(expected)]);
    close(a, e, ...rest);
  };
  const summary = (): Displayable => claims.summary();
  const result = (dataset: string, values: Result): void => {
    if (typeof dataset !== 'string' || dataset === '')
      throw new TypeError(`check.result: the data set must be a text, got ${shown(dataset)}`);
    checkOptions('check.result', values, RESULT_KEYS);
    if (typeof values.model !== 'string' || values.model === '')
      throw new TypeError(`check.result: model must be a text, got ${shown(values.model)}`);
    checkNumber('check.result', 'parameters', values.parameters);
    checkNumber('check.result', 'error', values.error);
    claims.result(dataset, values);
  };
  return Object.defineProperty(Object.assign(check, { close, closeAsync, result, summary }), 'count', {
    get: () => claims.held,
  }) as unknown as Check;
}

/** Numbers in a mark: the first three. */
function listed(values: readonly number[]): string {
  const some = values.slice(0, 3).map(numberText);
  return values.length > 3 ? `${some.join(', ')}, … (${values.length} numbers)` : some.join(', ');
}

/** Significant digits of a number that is not whole. */
const DIGITS = 6;

/** Whole numbers whole; others with six digits, and at least one after the point, so that none looks like a whole one. */
function numberText(v: number): string {
  if (Number.isInteger(v) || !Number.isFinite(v)) return String(v);
  const before = Math.floor(Math.log10(Math.abs(v))) + 1;
  return String(Number(v.toPrecision(Math.min(17, Math.max(DIGITS, before + 1)))));
}

function flat(value: AnyNumbers, claim: string): number[] {
  if (typeof value === 'number') return [value];
  if (isTensor(value)) {
    const data = valuesNow(value);
    if (data) return Array.from(data as ArrayLike<number>);
    throw new Error(
      `check.close: the values of a tensor are on the device and must be awaited; write await check.closeAsync(…) (claim: ${claim})`,
    );
  }
  if (isArrayLike(value)) return Array.from(value as ArrayLike<AnyNumbers>).flatMap((v) => flat(v, claim));
  throw new TypeError('check.close: the arguments must be numbers, arrays of numbers, or tensors');
}

/** Replaces tensors by their values. */
async function withValues(value: AnyNumbers): Promise<AnyNumbers> {
  if (isTensor(value)) return (await onHost(value)) as unknown as TensorValues;
  return Array.isArray(value) && value.some((v) => typeof v === 'object')
    ? Promise.all((value as AnyNumbers[]).map(withValues))
    : value;
}
