// The main loop of a measured process: builds one work and times its steps on request, with JSON lines on stdio.
// pytorch.py implements the same protocol.
import { createInterface } from 'node:readline';

/** A work that is ready to run. */
export interface Prepared {
  /** Number of trainable parameters. */
  parameters: number;
  /** Implementation, version and threads, as text. */
  about: string;
  note?: string;
  /** Commands that a step sends to the graphics card. */
  counts?: { dispatches: number; submissions: number };
  /** Megabytes of the graphics card's memory that the library has allocated. */
  deviceMb?: () => number;
  /** A clock in milliseconds to use instead of wall time. It may tick rarely: all steps of a turn get their mean. */
  clock?: () => number;
  /** Runs one step to its end. @returns the loss, or the last element of a matrix product */
  step: () => number | Promise<number>;
}

/** Builds a work. */
export type Prepare = (work: string, threads: number) => Promise<Prepared>;

/** A request of the benchmark. */
export type Request = { prepare: { work: string; threads: number } } | { run: { ms: number } };

export type Reply = { ready: Ready } | { ran: Ran } | { error: string };

export type Ready = Omit<Prepared, 'step' | 'deviceMb' | 'clock'>;

/** The steps of one request. */
export interface Ran {
  /** Milliseconds of each step. */
  ms: number[];
  /** Losses of the first and the last step. */
  first: number;
  last: number;
  /** Processor time of all threads of the process. */
  cpu_ms: number;
  /** Peak resident memory of the process so far. */
  peak_mb: number;
  /** Megabytes of the graphics card's memory. */
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

/** Runs steps for `budget` milliseconds, at least one step. */
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
