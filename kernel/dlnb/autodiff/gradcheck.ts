// `autodiff.gradcheck`: the gradients of a function against central differences, entry by entry.
import type * as tfTypes from '@tensorflow/tfjs-core';
import type { TensorLibrary } from '../library.ts';
import { checkNumber, checkOptions, type OptionNames } from '../options.ts';
import { onHost } from '../../outputs/tensor/read.ts';
import { checkFunction, jacobian, resultOf } from './gradients.ts';
import { flatten, type Tree } from './trees.ts';

type Tensor = tfTypes.Tensor;

/** Options of `autodiff.gradcheck`. */
export interface GradcheckOptions {
  /**
   * The step of the differences, for an entry of size 1; larger entries take a larger one. 0.02 by default, which suits
   * float32: the error of the rule grows with its fourth power, that of rounding falls with it.
   */
  step?: number;
  /** Largest difference that is allowed, of the largest derivative of that result; 2e-3 by default. */
  tolerance?: number;
  /** Whether a wrong entry is an error; true by default. Otherwise look at what is returned. */
  throws?: boolean;
}

/** One derivative of {@link GradcheckReport}. */
export interface GradcheckEntry {
  /** Which one: `∂y[1] / ∂x.w[0, 2]`. */
  entry: string;
  /** What the tape gives. */
  gradient: number;
  /** What differences give. */
  difference: number;
}

/** What `autodiff.gradcheck` found. */
export interface GradcheckReport {
  /** Whether all derivatives agree. */
  ok: boolean;
  /** How many were compared. */
  compared: number;
  /** Those that do not agree, the worst first. */
  wrong: GradcheckEntry[];
  /** The largest difference, of the largest derivative of that result. */
  largestError: number;
}

const OPTIONS: OptionNames<GradcheckOptions> = { step: 'number', tolerance: 'number', throws: 'boolean' };
const WHERE = 'autodiff.gradcheck';
const valuesOf = async (x: Tensor) => (await onHost(x)).dataSync() as Float32Array;

/** `[0, 2]` for an element of a shape; empty for a scalar. */
function placeOf(i: number, shape: readonly number[]): string {
  if (shape.length === 0) return '';
  const place: number[] = [];
  for (const size of shape.toReversed()) {
    place.unshift(i % size);
    i = Math.floor(i / size);
  }
  return `[${place.join(', ')}]`;
}

/**
 * Compares each derivative of a function with a central difference of fourth order,
 * (8 (f(x+h) − f(x−h)) − (f(x+2h) − f(x−2h))) / 12h (Fornberg 1988): `await autodiff.gradcheck(f, x)`. It calls the
 * function four times for each number of x. Near a kink, as of relu at 0, differences are no derivative.
 * @param f returns a tensor of any shape
 * @param x a tensor, or a tree of them
 * @throws Error that names the entries that are wrong, with both numbers
 * @example
 * ```ts
 * const report = await autodiff.gradcheck((x: tf.Tensor) => tf.logSumExp(x), tf.tensor1d([1, -1, 0.5]));
 * [report.ok, report.compared]; // → [true, 3]
 * ```
 */
export async function gradcheck<P extends Tree>(
  tf: TensorLibrary,
  f: (x: P) => tfTypes.Tensor,
  x: P,
  options: GradcheckOptions = {},
): Promise<GradcheckReport> {
  checkFunction(WHERE, f);
  checkOptions(WHERE, options, OPTIONS);
  const { step = 0.02, tolerance = 2e-3, throws = true } = options;
  checkNumber(WHERE, 'step', step, 1e-6);
  checkNumber(WHERE, 'tolerance', tolerance);
  const { leaves, paths, rebuild } = flatten(tf, WHERE, x);
  const tape = flatten(tf, WHERE, jacobian(tf, f, x));
  const gradients = await Promise.all(tape.leaves.map(valuesOf));
  const inputs = await Promise.all(leaves.map(valuesOf));
  const yShape = tape.leaves[0]!.shape.slice(0, tape.leaves[0]!.shape.length - leaves[0]!.shape.length);
  tf.dispose(tape.leaves);
  const found: (GradcheckEntry & { result: number; error: number })[] = [];
  for (const [k, leaf] of leaves.entries()) {
    for (let i = 0; i < leaf.size; i++) {
      const h = Math.fround(step * Math.max(1, Math.abs(inputs[k]![i]!)));
      const at = async (by: number) => {
        const moved = Float32Array.from(inputs[k]!);
        moved[i]! += by;
        // The step that is left after rounding
        const y = tf.tidy(() => {
          const other = rebuild(leaves.map((t, j) => (j === k ? tf.tensor(moved, t.shape) : t))) as P;
          return resultOf(tf, WHERE, f(other));
        });
        const values = await valuesOf(y);
        y.dispose();
        return { values, by: moved[i]! - inputs[k]![i]! };
      };
      const [low2, low, high, high2] = [await at(-2 * h), await at(-h), await at(h), await at(2 * h)];
      const size = high.values.length;
      for (let r = 0; r < size; r++) {
        const inner = (high.values[r]! - low.values[r]!) / (high.by - low.by);
        const outer = (high2.values[r]! - low2.values[r]!) / (high2.by - low2.by);
        const difference = (4 * inner - outer) / 3;
        const gradient = gradients[k]![r * leaf.size + i]!;
        const entry = `∂y${placeOf(r, yShape)} / ∂x${paths[k]}${placeOf(i, leaf.shape)}`;
        found.push({ entry, gradient, difference, result: r, error: Math.abs(gradient - difference) });
      }
    }
  }
  return judged(found, tolerance, throws);
}

function judged(
  found: (GradcheckEntry & { result: number; error: number })[],
  tolerance: number,
  throws: boolean,
): GradcheckReport {
  const largest = new Map<number, number>();
  for (const { result, gradient, difference } of found) {
    const sizes = [Math.abs(gradient), Math.abs(difference)].filter(Number.isFinite);
    largest.set(result, Math.max(largest.get(result) ?? 1e-3, ...sizes));
  }
  const relative = found.map((e) => ({ ...e, error: e.error / largest.get(e.result)! }));
  const wrong = relative
    .filter(({ error }) => !(error <= tolerance))
    .sort((a, b) => (Number.isNaN(b.error) ? 1 : Number.isNaN(a.error) ? -1 : b.error - a.error))
    .map(({ entry, gradient, difference }) => ({ entry, gradient, difference }));
  const largestError = relative.reduce((most, { error }) => (error > most || Number.isNaN(error) ? error : most), 0);
  if (throws && wrong.length > 0) {
    const lines = wrong.slice(0, 5).map((e) => `  ${e.entry} is ${e.gradient}, differences give ${e.difference}`);
    const more = wrong.length > 5 ? `\n  and ${wrong.length - 5} more` : '';
    throw new Error(`${WHERE}: ${wrong.length} of ${found.length} derivatives are wrong:\n${lines.join('\n')}${more}`);
  }
  return { ok: wrong.length === 0, compared: found.length, wrong, largestError };
}
