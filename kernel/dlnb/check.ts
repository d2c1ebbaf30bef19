// `check` of the module `dlnb`: a notebook's claims about itself, which throw where they are wrong and are counted where they hold.
import type { TensorValues } from './viz/arrays.ts';
import { onHost, valuesNow } from '../outputs/tensor/read.ts';
import { isTensor } from '../outputs/tensor/values.ts';
import { DISPLAY, type Displayable } from '../wire/displayable.ts';

/** Numbers of any shape: one, an array of them or of arrays, a typed array, a tensor. */
export type AnyNumbers = number | ArrayLike<AnyNumbers> | TensorValues;

/** Options of {@link Check.close}. */
export interface CloseOptions {
  /** Largest difference, as a share of the larger of 1 and the expected number; 1e-6 by default. */
  tolerance?: number;
}

export interface Check {
  /**
   * Says that something holds: `check(accuracy > 0.98, 'more than 98 % are right')`.
   * @throws Error with the claim, where it does not
   */
  (holds: boolean, claim: string): asserts holds;
  /**
   * Says that numbers agree, one by one: `check.close(w, 2 / 15, 'w after one step')`.
   * @throws Error with the claim and the first numbers that differ, or where a tensor is on a device that gives no values at once
   */
  close(actual: AnyNumbers, expected: AnyNumbers, claim: string, options?: CloseOptions): void;
  /** The same, of tensors on every device: `await check.closeAsync(w, 2 / 15, 'w after one step')`. They are read as they are at the call. */
  closeAsync(actual: AnyNumbers, expected: AnyNumbers, claim: string, options?: CloseOptions): Promise<void>;
  /** How many claims have held. A claim that is checked again, in a loop or by running its cell again, counts once. */
  readonly count: number;
  /** Shows how many claims have held. */
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
  const close = (actual: AnyNumbers, expected: AnyNumbers, claim: string, { tolerance = 1e-6 }: CloseOptions = {}) => {
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
    const [a, e] = await Promise.all([here(actual), here(expected)]);
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
  if ((Array.isArray(value) || ArrayBuffer.isView(value)) && 'length' in value)
    return Array.from(value as ArrayLike<AnyNumbers>).flatMap((v) => flat(v, claim));
  throw new TypeError('check.close: give numbers, arrays or tensors of them');
}

/** The numbers with the values of all tensors among them. */
async function here(value: AnyNumbers): Promise<AnyNumbers> {
  if (isTensor(value)) return (await onHost(value)) as unknown as TensorValues;
  return Array.isArray(value) && value.some((v) => typeof v === 'object')
    ? Promise.all((value as AnyNumbers[]).map(here))
    : value;
}
