// Gradients of random calls: of which calls they are taken, and the weights and directions that make numbers of them
// which two libraries and differences can be compared by.
import { Random } from '../differential/random.mts';
import type { Call } from './calls.mts';
import type { Given } from './child.mts';
import { byChance } from './ops.mts';
import { isTensorSpec, sizeOf, type Arg, type TensorSpec } from './values.mts';

/** Elements of inputs and of results, at most. */
const MOST = 1500;
/** The largest number among inputs. */
const LARGEST = 1e4;

/** All tensors among arguments, in order. */
export function specsIn(arg: Arg): TensorSpec[] {
  if (isTensorSpec(arg)) return [arg];
  return typeof arg === 'object' && arg !== null ? Object.values(arg).flatMap(specsIn) : [];
}

/** The inputs that a call is differentiated by; undefined if it is not. */
export function gradientArgs({ op, args, spoilt }: Call, results: readonly Given[]): TensorSpec[] | undefined {
  const [y] = results;
  if (spoilt || results.length !== 1 || y!.dtype !== 'float32' || y!.values.length > MOST) return undefined;
  if (byChance.has(op) || op.endsWith('Async') || y!.values.length === 0) return undefined;
  const floats = args.flatMap(specsIn).filter((t) => t.dtype === 'float32');
  const size = floats.reduce((n, t) => n + sizeOf(t.shape), 0);
  if (floats.length === 0 || size > MOST) return undefined;
  const tame = (v: number | string) => typeof v === 'number' && Math.abs(v) <= LARGEST;
  return floats.every((t) => t.values.every(tame)) && results[0]!.values.every(tame) ? floats : undefined;
}

/** Weights of a result's elements. */
export const slopeWeights = (n: number): number[] => Array.from({ length: n }, (_, i) => Math.cos(1 + i));

/** Where element j of input i moves for differences. */
export const directionOf = (i: number, j: number): number => Math.sin(1 + 3 * i + 7 * j);

/** A call with each float input a rounding error apart; as it is for k = 0. */
export function nudged(call: Call, k: number): Call {
  if (k === 0) return call;
  const random = new Random(k);
  const move = (arg: Arg): Arg => {
    if (isTensorSpec(arg)) {
      if (arg.dtype !== 'float32' && arg.dtype !== 'complex64') return arg;
      const values = arg.values.map((v) => Math.fround((v as number) * (1 + (random.next() - 0.5) * 2 ** -21)));
      return { ...arg, values };
    }
    if (Array.isArray(arg)) return arg.map(move);
    if (typeof arg !== 'object' || arg === null) return arg;
    return Object.fromEntries(Object.entries(arg).map(([key, v]) => [key, move(v)]));
  };
  return { ...call, args: call.args.map(move) };
}
