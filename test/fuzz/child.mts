// Runs random calls with one library, ours or stock TensorFlow.js, in a process of its own, and sends what they gave.
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { type Call, callOf, forStock, isEndless, isTooLong } from './calls.mts';
import { guard } from './canaries.mts';
import { directionOf, gradientArgs, nudged, slopeWeights } from './gradients.mts';
import type { Heap } from '../../kernel/tensors/backends/cpu/heap.ts';
import { type Arg, isTensorSpec } from './values.mts';

type TF = typeof import('@tensorflow/tfjs');
type Tensor = import('@tensorflow/tfjs').Tensor;

export interface Task {
  library: 'ours' | 'stock';
  /** The folder of the build. */
  dist: string;
  threads: number;
  seed: number;
  /** The first call, and the one after the last. */
  from: number;
  to: number;
  /** Calls in each message. */
  batch: number;
  /** Only these calls, instead of `from` to `to`; each this number of times, with inputs a rounding error apart. */
  again?: { calls: number[]; times: number };
}

/** A tensor that a call gave. */
export interface Given {
  shape: number[];
  dtype: string;
  values: Float32Array | Int32Array | Uint8Array | string[];
}

/** What a call gave: tensors, another value as text, or an error. */
export interface Outcome {
  tensors?: Given[];
  other?: string;
  error?: string;
  /** Whether the error is of the language, not of the library: a `TypeError` and the like. */
  internal?: boolean;
  /** The gradients with respect to all float32 inputs, for the weights `slopeWeights` of the results, or an error. */
  gradients?: Given[] | string;
  /** What the weighted results change by along `directionOf` the inputs, by differences of two sizes. */
  slopes?: number[];
  /** Whether the process ended or hung at the call. */
  ended?: boolean;
  /** What was written outside of tensors. */
  overwritten?: string[];
}

const require = createRequire(import.meta.url);

async function load({ library, dist, threads }: Task): Promise<{ tf: TF; check: () => string[] }> {
  if (library === 'stock') {
    const tf = require('@tensorflow/tfjs') as TF;
    await tf.setBackend('cpu');
    return { tf, check: () => [] };
  }
  const built = require(join(dist, 'tf.js')) as {
    tf: TF;
    startCpu(options: { dist: string; threads: number }): Promise<{ backend: { heap: Heap } }>;
  };
  const { backend } = await built.startCpu({ dist, threads });
  const canaries = guard(backend.heap);
  return { tf: built.tf, check: () => canaries.check() };
}

/** @param floats the tensors to take for those of float32, in their order */
function made(tf: TF, arg: Arg, floats?: Tensor[]): unknown {
  if (isTensorSpec(arg)) {
    const { shape, dtype, values } = arg;
    if (floats && dtype === 'float32') return floats.shift();
    if (dtype !== 'complex64') return tf.tensor(values as number[], shape, dtype);
    const part = (at: 0 | 1) =>
      tf.tensor(
        (values as number[]).filter((_, i) => i % 2 === at),
        shape,
        'float32',
      );
    return tf.complex(part(0), part(1));
  }
  if (Array.isArray(arg)) return arg.map((a) => made(tf, a, floats));
  if (typeof arg === 'object' && arg !== null && '$bytes' in arg) return new Uint8Array(arg.$bytes as number[]);
  if (typeof arg === 'object' && arg !== null)
    return Object.fromEntries(Object.entries(arg).map(([k, v]) => [k, made(tf, v, floats)]));
  return arg;
}

function tensorsIn(tf: TF, value: unknown): Tensor[] {
  if (value instanceof tf.Tensor) return [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap((v) => tensorsIn(tf, v)) : [];
}

const givenOf = (t: Tensor): Given => ({
  shape: [...t.shape],
  dtype: t.dtype,
  values: t.dataSync() as unknown as Float32Array,
});

/** @param withSlopes whether differences are taken beside gradients; undefined for no gradients */
async function outcomeOf(tf: TF, { op, args, spoilt }: Call, withSlopes?: boolean): Promise<Outcome> {
  if (isTooLong({ op, args, spoilt })) return { error: 'not called: it would take minutes' };
  const call = op.split('.').reduce((o, k) => (o as Record<string, unknown>)[k], tf as unknown) as (
    ...args: unknown[]
  ) => unknown;
  const engine = tf.engine();
  engine.startScope();
  try {
    const result = await call(...args.map((a) => made(tf, a)));
    const tensors = tensorsIn(tf, result);
    if (tensors.length === 0) return { other: JSON.stringify(result) ?? String(result) };
    const given = tensors.map(givenOf);
    const inputs = withSlopes === undefined ? undefined : gradientArgs({ op, args, spoilt }, given);
    if (!inputs) return { tensors: given };
    const weights = slopeWeights(given[0]!.values.length);
    const floats = inputs.map(({ values, shape }) => tf.tensor(values as number[], shape));
    const f = (...xs: Tensor[]) => {
      const left = [...xs];
      return tensorsIn(tf, call(...args.map((a) => made(tf, a, left))))[0]!;
    };
    const outcome: Outcome = { tensors: given };
    try {
      outcome.gradients = tf.grads(f)(floats, tf.tensor(weights, given[0]!.shape)).map(givenOf);
    } catch (e) {
      outcome.gradients = String(e).slice(0, 300);
    }
    if (withSlopes)
      outcome.slopes = [2 ** -8, 2 ** -5].map((h) => {
        const [up, down] = [h, -h].map((by) => {
          const moved = inputs.map(({ values, shape }, i) =>
            tf.tensor(
              values.map((v, j) => Number(v) + by * directionOf(i, j)),
              shape,
            ),
          );
          return (f(...moved).dataSync() as Float32Array).reduce((s, v, i) => s + v * weights[i]!, 0);
        });
        return (up! - down!) / (2 * h);
      });
    return outcome;
  } catch (e) {
    const isError = e instanceof Error;
    const internal = !isError || e.name !== 'Error';
    return { error: isError ? `${e.name}: ${e.message}`.slice(0, 600) : String(e), internal };
  } finally {
    engine.endScope();
  }
}

const stockOutcome = async (tf: TF, call: Call, withSlopes = false): Promise<Outcome> =>
  isEndless(call) ? { error: 'never returns', ended: true } : outcomeOf(tf, forStock(call), withSlopes);

async function main(): Promise<void> {
  const task = JSON.parse(process.argv[2]!) as Task;
  const { tf, check } = await load(task);
  // It has started
  process.send!([]);
  // The library's advice to users would fill the output
  console.warn = () => undefined;
  for (const number of task.again?.calls ?? []) {
    const call = callOf(task.seed, number);
    const outcomes: Outcome[] = [];
    for (let k = 0; k < task.again!.times; k++) outcomes.push(await stockOutcome(tf, nudged(call, k), k === 0));
    await new Promise<void>((sent) => process.send!(outcomes, () => sent()));
  }
  for (let at = task.from; at < task.to; at += task.batch) {
    const outcomes: Outcome[] = [];
    for (let i = at; i < Math.min(at + task.batch, task.to); i++) {
      const call = callOf(task.seed, i);
      const outcome = task.library === 'ours' ? await outcomeOf(tf, call, false) : await stockOutcome(tf, call);
      const overwritten = check();
      outcomes.push(overwritten.length > 0 ? { ...outcome, overwritten } : outcome);
    }
    await new Promise<void>((sent) => process.send!(outcomes, () => sent()));
  }
  process.disconnect();
  process.exit(0);
}

await main();
