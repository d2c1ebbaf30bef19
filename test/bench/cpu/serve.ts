// The measured process's end of the benchmark: builds one work and times its steps when asked, over JSON lines on stdio.
// pytorch.py speaks the same protocol.
import { createInterface } from 'node:readline';

export interface Prepared {
  /** Trainable numbers of the network. */
  parameters: number;
  /** Implementation, version, threads, for people. */
  about: string;
  note?: string;
  /** What a step hands to the graphics card. */
  counts?: { dispatches: number; submissions: number };
  /** Megabytes of the graphics card's memory that the library has taken. */
  deviceMb?: () => number;
  /** What steps are timed by, in milliseconds, instead of the time that passes. It may tick rarely: all steps of a turn get their mean. */
  clock?: () => number;
  /** One step, done when it returns; the loss, or for a matrix product its last element. */
  step: () => number | Promise<number>;
}

export type Prepare = (work: string, threads: number) => Promise<Prepared>;

/** What the benchmark asks for. */
export type Request = { prepare: { work: string; threads: number } } | { run: { ms: number } };

export type Reply = { ready: Ready } | { ran: Ran } | { error: string };

export type Ready = Omit<Prepared, 'step' | 'deviceMb' | 'clock'>;

export interface Ran {
  /** Of each step. */
  ms: number[];
  /** The losses of the first and the last step. */
  first: number;
  last: number;
  /** Processor time of the process, all threads together. */
  cpu_ms: number;
  /** The process's largest resident memory so far. */
  peak_mb: number;
  /** Of the graphics card's memory. */
  device_mb?: number;
}

/** Answers requests until stdin ends. */
export async function serve(prepare: Prepare): Promise<void> {
  let prepared: Prepared | undefined;
  const answer = async (request: Request): Promise<Reply> => {
    if ('prepare' in request) {
      prepared = await prepare(request.prepare.work, request.prepare.threads);
      const { step: _, deviceMb: __, clock: ___, ...ready } = prepared;
      return { ready };
    }
    const before = process.cpuUsage();
    const ran = await run(prepared!, request.run.ms);
    const { user, system } = process.cpuUsage(before);
    const device = prepared!.deviceMb && { device_mb: prepared!.deviceMb() };
    return {
      ran: { ...ran, cpu_ms: (user + system) / 1000, peak_mb: process.resourceUsage().maxRSS / 1024, ...device },
    };
  };
  for await (const line of createInterface({ input: process.stdin })) {
    const reply = await answer(JSON.parse(line) as Request).catch((e: unknown) => ({
      error: e instanceof Error ? e.message : String(e),
    }));
    process.stdout.write(`${JSON.stringify(reply)}\n`);
  }
  process.exit(0);
}

/** Steps until `budget` ms are spent, one at least. */
async function run({ step, clock }: Prepared, budget: number) {
  const ms: number[] = [];
  let first = NaN;
  let last = NaN;
  const begun = performance.now();
  const from = clock?.() ?? 0;
  for (let now = begun; ms.length === 0 || now - begun < budget;) {
    last = await step();
    if (!Number.isFinite(last)) throw new Error(`the loss is ${last} in step ${ms.length + 1} of a turn`);
    if (ms.length === 0) first = last;
    const end = performance.now();
    ms.push(end - now);
    now = end;
  }
  if (clock) ms.fill((clock() - from) / ms.length);
  return { ms, first, last };
}
