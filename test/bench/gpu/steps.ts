// What the measured processes of graphics cards have in common: reading by promise, steps of the host alone, and counting of commands.
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Prepared } from '../cpu/serve.ts';
import type { Read, Trained } from '../cpu/tf-works.ts';

/** `null` is Dawn's backend that computes nothing: what is left is the host's work. */
export type GpuAdapter = 'hardware' | 'software' | 'null';

export const dawnOptions = (adapter: string | undefined): string[] => (adapter === 'null' ? ['backend=null'] : []);

export const readLater: Read = async (x) => (await x.data())[0]!;

/** A work as the benchmark measures it on an adapter. */
export async function onAdapter(
  { parameters, step, once }: Trained,
  adapter: string | undefined,
  rest: Pick<Prepared, 'about' | 'deviceMb'>,
): Promise<Prepared> {
  // Done when all commands are handed over; nothing is read, since waiting for that would be measured too
  const onHost = async () => {
    once().dispose();
    await nextTurn();
    return 0;
  };
  const measured = adapter === 'null' ? onHost : step;
  // What is compiled, made or recorded in the first steps does not count
  for (let i = 0; i < 3; i++) await measured();
  const counts = await countCommands(measured);
  return { parameters, step: measured, counts, ...(adapter === 'null' ? { clock: threadTime } : {}), ...rest };
}

/** Milliseconds that this thread has computed: other programs on the machine do not count. */
function threadTime(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1000;
}

/** What one step hands to the graphics card. */
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
