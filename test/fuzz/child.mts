// Runs random calls with one library, ours or stock TensorFlow.js, in a process of its own, and sends what they gave.
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { type Call, callOf, forStock, isEndless } from './calls.mts';
import { guard } from './canaries.mts';
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

function made(tf: TF, arg: Arg): unknown {
  if (isTensorSpec(arg)) {
    const { shape, dtype, values } = arg;
    if (dtype !== 'complex64') return tf.tensor(values as number[], shape, dtype);
    const part = (at: 0 | 1) =>
      tf.tensor(
        (values as number[]).filter((_, i) => i % 2 === at),
        shape,
        'float32',
      );
    return tf.complex(part(0), part(1));
  }
  if (Array.isArray(arg)) return arg.map((a) => made(tf, a));
  if (typeof arg === 'object' && arg !== null && '$bytes' in arg) return new Uint8Array(arg.$bytes as number[]);
  if (typeof arg === 'object' && arg !== null)
    return Object.fromEntries(Object.entries(arg).map(([k, v]) => [k, made(tf, v)]));
  return arg;
}

function tensorsIn(tf: TF, value: unknown): Tensor[] {
  if (value instanceof tf.Tensor) return [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap((v) => tensorsIn(tf, v)) : [];
}

async function outcomeOf(tf: TF, { op, args }: Call): Promise<Outcome> {
  const call = op.split('.').reduce((o, k) => (o as Record<string, unknown>)[k], tf as unknown) as (
    ...args: unknown[]
  ) => unknown;
  const engine = tf.engine();
  engine.startScope();
  try {
    const result = await call(...args.map((a) => made(tf, a)));
    const tensors = tensorsIn(tf, result);
    if (tensors.length === 0) return { other: JSON.stringify(result) ?? String(result) };
    return {
      tensors: tensors.map((t) => ({
        shape: [...t.shape],
        dtype: t.dtype,
        values: t.dataSync() as unknown as Float32Array,
      })),
    };
  } catch (e) {
    const isError = e instanceof Error;
    const internal = !isError || e.name !== 'Error';
    return { error: isError ? `${e.name}: ${e.message}`.slice(0, 600) : String(e), internal };
  } finally {
    engine.endScope();
  }
}

const stockOutcome = async (tf: TF, call: Call): Promise<Outcome> =>
  isEndless(call) ? { error: 'never returns', ended: true } : outcomeOf(tf, forStock(call));

async function main(): Promise<void> {
  const task = JSON.parse(process.argv[2]!) as Task;
  const { tf, check } = await load(task);
  // It has started
  process.send!([]);
  // The library's advice to users would fill the output
  console.warn = () => undefined;
  for (let at = task.from; at < task.to; at += task.batch) {
    const outcomes: Outcome[] = [];
    for (let i = at; i < Math.min(at + task.batch, task.to); i++) {
      const call = callOf(task.seed, i);
      const outcome = task.library === 'ours' ? await outcomeOf(tf, call) : await stockOutcome(tf, call);
      const overwritten = check();
      outcomes.push(overwritten.length > 0 ? { ...outcome, overwritten } : outcome);
    }
    await new Promise<void>((sent) => process.send!(outcomes, () => sent()));
  }
  process.disconnect();
  process.exit(0);
}

await main();
