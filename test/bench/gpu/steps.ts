// Shared by the processes that are measured on graphics cards: reading by promise, steps of the host alone, and
// counting of commands.
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Prepared } from '../cpu/serve.ts';
import type { Read, Trained } from '../cpu/tf-works.ts';

/** `null` is Dawn's backend that computes nothing, so that only the host's work is measured. */
export type GpuAdapter = 'hardware' | 'software' | 'null';

export const dawnOptions = (adapter: string | undefined): string[] => (adapter === 'null' ? ['backend=null'] : []);

export const readLater: Read = async (x) => (await x.data())[0]!;

/** Steps before the first that is measured: the second records, the third replays. */
const WARM_UP = 3;

/** Prepares a work to be measured on an adapter. */
export async function onAdapter(
  { parameters, step, once }: Trained,
  adapter: string | undefined,
  rest: Pick<Prepared, 'about' | 'deviceMb'>,
): Promise<Prepared> {
  // The step ends when all commands are handed over. Nothing is read: waiting for that would be measured too
  const onHost = async () => {
    once().dispose();
    await nextTurn();
    return 0;
  };
  const measured = adapter === 'null' ? onHost : step;
  // The first steps compile programs, make buffers and record
  for (let i = 0; i < WARM_UP; i++) await measured();
  const counts = await countCommands(measured);
  return { parameters, step: measured, counts, ...(adapter === 'null' ? { clock: threadTime } : {}), ...rest };
}

/** Milliseconds that this thread has computed, which other programs on the machine do not change. */
function threadTime(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1000;
}

/** Counts the commands of one step. */
async function countCommands(step: Prepared['step']): Promise<NonNullable<Prepared['counts']>> {
  const counts = { dispatches: 0, submissions: 0 };
  const globals = globalThis as unknown as Record<
    string,
    { prototype: Record<string, (...args: unknown[]) => unknown> }
  >;
  const watch = (type: string, method: string, count: () => void) => {
    const { prototype } = globals[type]!;
    const original = prototype[method]!;
    prototype[method] = function (...args) {
      count();
      return original.apply(this, args);
    };
    return () => (prototype[method] = original);
  };
  const stops = [
    watch('GPUComputePassEncoder', 'dispatchWorkgroups', () => counts.dispatches++),
    watch('GPUQueue', 'submit', () => counts.submissions++),
  ];
  await step();
  for (const stop of stops) stop();
  return counts;
}
