// Implementations at the same works in one run, in turns. Each (work, implementation) is a process of its own; all of a work are alive
// together, and one computes at a time.
import { cpus } from 'node:os';
import { TooSlow, type Child } from './cpu/child.mts';
import type { Ready } from './cpu/serve.ts';
import type { Work } from './cpu/works.mts';
import { quantile } from './measure.mts';

/** One line of the result. */
export interface Row {
  work: string;
  impl: string;
  /** Median of a step; null where it cannot be had, for the reason in `note`. */
  ms: number | null;
  /** Time over PyTorch's in the same run. */
  ratio_to_pytorch: number | null;
  /** Time over that of `pytorch-tuned`, where that is measured. */
  ratio_to_tuned?: number;
  /** Time over that of `before`, where that is measured: the median over the rounds of the ratio of their turns. */
  ratio_to_before?: number;
  /** Time over that of `stock`, where that is measured. */
  ratio_to_stock?: number;
  /** Peak resident memory of the process, its runtime included. */
  peak_mb: number | null;
  /** What the library has taken of the graphics card's memory. */
  device_mb?: number;
  /** What a step hands to the graphics card. */
  dispatches?: number;
  submissions?: number;
  /** How many steps the median is of. */
  steps: number;
  gflops?: number;
  /** The quickest step. */
  min_ms?: number;
  /** Where a step takes too long: seconds after which it was ended. */
  over_s?: number;
  /** The part of the processors that other programs took during the steps that count, where it is more than little. */
  others?: number;
  /** The losses of the very first step and the last. */
  loss?: [number, number];
  /** Implementation, version, threads. */
  about?: string;
  note?: string;
}

export interface Rules {
  /** How often each implementation has its turn. */
  rounds?: number;
  threads?: number;
  /** Milliseconds of a turn, and of the first steps, which are not counted. */
  turn?: number;
  warmUp?: number;
  /** Milliseconds after which an implementation has no further turn. */
  enough?: number;
  /** Seconds that a step may take at most; then the process is ended. */
  limit?: number;
  /** Whether the steps learn, and the loss must fall. */
  learns?: boolean;
  /** Whether steps are timed by their own thread's time, from which other programs take nothing. */
  ownTime?: boolean;
  /** Whether the processes are prepared side by side. */
  together?: boolean;
  /** Called after each work with the rows so far. */
  progress?: (rows: Row[]) => void;
}

/** Starts a process for a work. */
export type Starter = (work: Work) => Child;
/** How to start each implementation's processes, or why it cannot be; in the order of their turns. */
export type Starters = Record<string, Starter | string>;

/** An implementation whose first step takes longer has no second one. */
const SLOW_SECONDS = 20;
/** A turn in which other programs took a larger part of the processors counts only where there is none better. */
const DISTURBED = 0.1;
/** So many steps must lower the loss on a batch that stays the same. */
const CHECKED_STEPS = 20;

/** Measures, printing each row as it comes. */
export async function contest(works: Work[], starters: Starters, rules: Rules = {}): Promise<Row[]> {
  const all: Required<Rules> = {
    ...{
      rounds: 5,
      threads: 1,
      turn: 400,
      warmUp: 600,
      enough: 6_000,
      limit: 60,
      learns: true,
      ownTime: false,
      together: false,
    },
    progress: () => {},
    ...rules,
  };
  const rows: Row[] = [];
  for (const work of works) {
    const contestants: Contestant[] = [];
    for (const [impl, start] of Object.entries(starters)) {
      const hopeless = typeof start === 'string' ? start : tooSlowFor(work, impl, rows, all.limit);
      const child = typeof start === 'function' && hopeless === undefined ? start(work) : undefined;
      contestants.push(new Contestant(work, impl, all, child ?? hopeless!));
    }
    try {
      if (all.together) await Promise.all(contestants.map((c) => c.prepare()));
      else for (const c of contestants) await c.prepare();
      for (const c of contestants) await c.warmUp();
      for (let round = 0; round < all.rounds; round++) for (const c of contestants) await c.turn();
    } finally {
      await Promise.all(contestants.map((c) => c.stop()));
    }
    const done = contestants.map((c) => c.row());
    const msOf = (impl: string) => done.find((r) => r.impl === impl)?.ms;
    const [pytorch, tuned, stock] = [msOf('pytorch'), msOf('pytorch-tuned'), msOf('stock')];
    const before = contestants.find((c) => c.impl === 'before');
    for (const [i, row] of done.entries()) {
      if (before && row.impl !== 'before' && row.ms !== null) row.ratio_to_before = contestants[i]!.ratioTo(before);
      if (row.ms !== null && pytorch) row.ratio_to_pytorch = row.ms / pytorch;
      if (row.ms !== null && tuned) row.ratio_to_tuned = row.ms / tuned;
      if (row.ms !== null && stock) row.ratio_to_stock = row.ms / stock;
      console.log(describe(row));
      rows.push(row);
    }
    all.progress(rows);
  }
  return rows;
}

/** The works with this in their name, in whatever case, or one of several things with `|` between them. */
export function pick(works: Work[], only = ''): Work[] {
  const parts = only.toLowerCase().split('|');
  const picked = works.filter((w) => parts.some((part) => w.name.toLowerCase().includes(part)));
  if (picked.length === 0) throw new Error(`no work "${only}"; there are: ${works.map((w) => w.name).join('; ')}`);
  return picked;
}

interface Turn {
  /** Of each step. */
  ms: number[];
  /** The part of the processors that other programs took meanwhile. */
  others: number;
}

/** One implementation at one work. */
class Contestant {
  private readonly work: Work;
  readonly impl: string;
  private readonly options: Required<Rules>;
  private child: Child | undefined;
  private readonly turns: Turn[] = [];
  private steps = 0;
  private first: number | undefined;
  private last: number | undefined;
  private peak: number | null = null;
  private device: number | undefined;
  private counts: Ready['counts'];
  private about: string | undefined;
  private readonly notes: string[] = [];
  private over: number | undefined;
  private failed = false;
  private done = false;

  /** @param child its process, or why it is not even begun */
  constructor(work: Work, impl: string, options: Required<Rules>, child: Child | string) {
    this.work = work;
    this.impl = impl;
    this.options = options;
    if (typeof child === 'string') this.fail(child);
    else this.child = child;
  }

  /** Builds the network. */
  async prepare(): Promise<void> {
    if (this.failed) return;
    const { threads, limit } = this.options;
    try {
      const { parameters, about, note, counts } = await this.child!.prepare(this.work.name, threads, 2 * limit);
      this.about = about;
      this.counts = counts;
      if (note) this.notes.push(note);
      const { work, impl } = this;
      const expected = (impl.startsWith('pytorch') ? work.pytorchParameters : undefined) ?? work.parameters;
      if (parameters !== expected) throw new Error(`${parameters} parameters instead of ${expected}`);
    } catch (e) {
      this.end(e as Error);
    }
  }

  /** Runs the first steps, which compile, allocate and settle. */
  async warmUp(): Promise<void> {
    if (this.failed) return;
    try {
      const first = await this.run(0);
      if (first.ms[0]! > SLOW_SECONDS * 1000) {
        this.turns.push(first);
        this.notes.push('the first step only');
        this.done = true;
      } else await this.run(this.options.warmUp - first.ms[0]!);
    } catch (e) {
      this.end(e as Error);
    }
  }

  private end(e: Error): void {
    if (e instanceof TooSlow) this.over = e.seconds;
    this.fail(e.message);
  }

  async turn(): Promise<void> {
    if (this.failed || this.done) return;
    try {
      const ran = await this.run(this.options.turn);
      this.turns.push(ran);
      if (sum(this.turns.flatMap((t) => t.ms)) + ran.ms.at(-1)! > this.options.enough) this.done = true;
    } catch (e) {
      this.fail((e as Error).message);
    }
  }

  private async run(ms: number): Promise<Turn> {
    const [begun, busy] = [performance.now(), busyMs()];
    const ran = await this.child!.run(Math.max(0, ms), this.options.limit);
    const others = (busyMs() - busy - ran.cpu_ms) / (cpus().length * (performance.now() - begun));
    this.steps += ran.ms.length;
    this.first ??= ran.first;
    this.last = ran.last;
    this.peak = ran.peak_mb;
    this.device = ran.device_mb;
    return { ms: ran.ms, others: this.options.ownTime ? 0 : Math.max(0, others) };
  }

  private fail(note: string): void {
    this.failed = true;
    this.notes.push(note);
  }

  /** The median, over the rounds that both had, of the ratio of the turns' median steps. */
  ratioTo(other: Contestant): number {
    const rounds = Math.min(this.turns.length, other.turns.length);
    const median = (turn: Turn) => quantile(turn.ms, 0.5);
    return quantile(
      Array.from({ length: rounds }, (_, i) => median(this.turns[i]!) / median(other.turns[i]!)),
      0.5,
    );
  }

  async stop(): Promise<void> {
    await this.child?.stop();
  }

  row(): Row {
    const { work, impl, first, last, about } = this;
    if (this.options.learns && !this.failed && work.parameters > 0 && this.steps >= CHECKED_STEPS && !(last! < first!))
      this.fail(`the loss has not fallen in ${this.steps} steps: from ${first} to ${last}`);
    const quiet = this.turns.filter((t) => t.others < DISTURBED);
    const turns = quiet.length > 0 ? quiet : this.turns;
    const counted = turns.flatMap((t) => t.ms);
    const ms = this.failed ? null : quantile(counted, 0.5);
    const others = ms === null || quiet.length > 0 ? 0 : sum(turns.map((t) => t.others)) / turns.length;
    if (others > 0) this.notes.push(`other programs took ${Math.round(others * 100)} % of the processors`);
    return {
      work: work.name,
      impl,
      ms,
      ratio_to_pytorch: null,
      peak_mb: this.peak === null ? null : Math.round(this.peak),
      ...(this.device === undefined ? {} : { device_mb: Math.round(this.device) }),
      ...this.counts,
      steps: counted.length,
      ...(ms !== null && work.flops ? { gflops: work.flops / (ms * 1e6) } : {}),
      ...(ms === null ? {} : { min_ms: Math.min(...counted) }),
      ...(others > 0 ? { others: Number(others.toPrecision(2)) } : {}),
      ...(this.over === undefined ? {} : { over_s: this.over }),
      ...(this.options.learns && work.parameters > 0 && first !== undefined
        ? { loss: [first, last!] as [number, number] }
        : {}),
      ...(about ? { about } : {}),
      ...(this.notes.length > 0 ? { note: this.notes.join('; ') } : {}),
    };
  }
}

/** Why a work need not be begun: the time on the smaller batch says enough. */
function tooSlowFor({ smaller }: Work, impl: string, rows: Row[], limit: number): string | undefined {
  const row = rows.find((r) => r.work === smaller?.work && r.impl === impl);
  if (!row || !smaller) return undefined;
  if (row.ms === null) return row.over_s === undefined ? undefined : `not tried after ${row.work}`;
  const seconds = (row.ms * smaller.factor) / 1000;
  return seconds < limit ? undefined : `not tried: about ${Math.round(seconds)} s, judging by ${row.work}`;
}

function describe(row: Row): string {
  const time = row.ms === null ? 'no time' : `${digits(row.ms)} ms`;
  const ratio =
    row.ratio_to_before !== undefined
      ? `, ${digits(row.ratio_to_before)} × before`
      : row.ratio_to_stock !== undefined
        ? `, ${digits(row.ratio_to_stock)} × stock`
        : row.ratio_to_pytorch === null
          ? ''
          : `, ${digits(row.ratio_to_pytorch)} × PyTorch`;
  return `${row.work}: ${row.impl} ${time}${ratio}${row.note ? ` (${row.note})` : ''}`;
}

/** Lines of cells, the first one the head, as text; and what the implementations say of themselves. */
export function align(lines: string[][], numeric: (column: number) => boolean, rows: Row[]): string {
  const widths = lines[0]!.map((_, i) => Math.max(...lines.map((line) => line[i]!.length)));
  return lines
    .map((line) =>
      line
        .map((text, i) => (numeric(i) ? text.padStart(widths[i]!) : text.padEnd(widths[i]!)))
        .join('  ')
        .trimEnd(),
    )
    .concat('', ...new Set(rows.flatMap((row) => (row.about ? [`${row.impl}: ${row.about}`] : []))))
    .join('\n');
}

/** Time that the processors have worked since they were started, all of them together. */
function busyMs(): number {
  return sum(cpus().map(({ times }) => times.user + times.nice + times.sys + times.irq));
}

export const digits = (x: number) => (x >= 1000 ? String(Math.round(x)) : String(Number(x.toPrecision(3))));
const sum = (values: number[]) => values.reduce((total, x) => total + x, 0);
