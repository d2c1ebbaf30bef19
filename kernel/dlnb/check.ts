// `check` of the module `dlnb`: claims of a notebook about its own results. A wrong claim throws, a right one is
// counted.
import type { TensorValues } from './viz/arrays.ts';
import { onHost, valuesNow } from '../outputs/tensor/read.ts';
import { isTensor } from '../outputs/tensor/values.ts';
import { DISPLAY, type Displayable } from '../wire/displayable.ts';
import { checkNumber, checkOptions, type OptionNames } from './options.ts';
import { isArrayLike } from './shape.ts';

/** Numbers of any shape: a number, an array of numbers or of arrays, a typed array, a tensor. */
export type AnyNumbers = number | ArrayLike<AnyNumbers> | TensorValues;

/** Options of {@link Check.close}. */
export interface CloseOptions {
  /** Largest difference allowed, relative to the larger of 1 and the expected number; 1e-6 by default. */
  tolerance?: number;
}

const CLOSE_OPTIONS: OptionNames<CloseOptions> = { tolerance: 'number' };

/** Checks claims. */
export interface Check {
  /**
   * Claims that something holds: `check(accuracy > 0.98, 'more than 98 % are right')`.
   * @throws Error with the claim, if it does not hold
   */
  (holds: boolean, claim: string): asserts holds;
  /**
   * Claims that numbers agree, one by one: `check.close(w, 2 / 15, 'w after one step')`.
   * @throws Error with the claim and the first two numbers that differ; or if the values of a tensor must be awaited
   */
  close(actual: AnyNumbers, expected: AnyNumbers, claim: string, options?: CloseOptions): void;
  /**
   * Like {@link close}, for tensors on every device: `await check.closeAsync(w, 2 / 15, 'w after one step')`. Compares
   * the values at the time of the call.
   */
  closeAsync(actual: AnyNumbers, expected: AnyNumbers, claim: string, options?: CloseOptions): Promise<void>;
  /**
   * Number of claims that have held. A claim that is checked again, in a loop or by running its cell again, counts
   * once.
   */
  readonly count: number;
  /** Shows the number of claims that have held. */
  summary(): Displayable;
}

/** Makes `check` for one session. */
export function makeCheck(): Check {
  const held = new Set<string>();
  const check = (holds: unknown, claim: string): void => {
    if (typeof holds !== 'boolean')
      throw new TypeError(`check: the first argument must be true or false, got ${typeof holds} (claim: ${claim})`);
    if (!holds) throw new Error(`This should hold: ${claim}`);
    held.add(claim);
  };
  const close = (actual: AnyNumbers, expected: AnyNumbers, claim: string, options: CloseOptions = {}) => {
    checkOptions('check.close', options, CLOSE_OPTIONS);
    const { tolerance = 1e-6 } = options;
    checkNumber('check.close', 'tolerance', tolerance);
    const [a, e] = [flat(actual, claim), flat(expected, claim)];
    if (a.length !== e.length)
      throw new Error(`This should hold: ${claim}. There are ${a.length} numbers, expected ${e.length}`);
    const wrong = a.findIndex((v, i) => !(Math.abs(v - e[i]!) <= tolerance * Math.max(1, Math.abs(e[i]!))));
    if (wrong >= 0) {
      const which = a.length > 1 ? `number ${wrong} ` : 'it ';
      throw new Error(
        `This should hold: ${claim}. ${which}is ${a[wrong]}, expected ${e[wrong]} (tolerance ${tolerance})`,
      );
    }
    held.add(claim);
  };
  const closeAsync = async (...[actual, expected, ...rest]: Parameters<typeof close>): Promise<void> => {
    const [a, e] = await Promise.all([withValues(actual), withValues(expected)]);
    close(a, e, ...rest);
  };
  const summary = (): Displayable => {
    const text = `✓ ${held.size} ${held.size === 1 ? 'claim' : 'claims'} checked`;
    return { [DISPLAY]: () => ({ 'text/plain': text }) };
  };
  return Object.defineProperty(Object.assign(check, { close, closeAsync, summary }), 'count', {
    get: () => held.size,
  }) as unknown as Check;
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
