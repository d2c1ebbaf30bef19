// The chart of one or more training runs: decides when its new points are sent and when its output is shown again.
import { randomInt } from 'node:crypto';
import { DISPLAY, type Displayable } from '../../wire/displayable.ts';
import { TRAINING } from '../../wire/mime.ts';
import type { TrainingChart, TrainingDelta } from '../../wire/training.ts';
import { DRAW_MS, type Clock } from '../progress/meter.ts';
import type { RunData } from './run.ts';

/**
 * Milliseconds between deltas to the renderer, and between updates of the output itself, by the age of the chart. Every
 * drawing takes time from the training, and a long training need not be redrawn as often.
 */
const PACES: { from: number; delta: number; snapshot: number }[] = [
  { from: 120_000, delta: 1000, snapshot: 30_000 },
  { from: 15_000, delta: 500, snapshot: 15_000 },
  { from: 2000, delta: 250, snapshot: 5000 },
  { from: 0, delta: DRAW_MS, snapshot: 5000 },
];
/** Largest number of points in an output, about 0.7 MB; beyond it, neighboring points are replaced by their mean. */
const MAX_POINTS = 65_000;
/** Time until the second snapshot: a renderer misses the deltas that come before it has been loaded. */
const FIRST_SNAPSHOT_MS = 1000;

/** What charts need from their session. */
export interface TrainHost {
  display(value: Displayable, id: string): void;
  send(delta: TrainingDelta, text: string): void;
  /** The run of a cell that the caller belongs to. */
  run(): object;
  /** Whether the Stop button of the chart was pressed since the last call. */
  takeStop(chart: number): boolean;
  /** Takes what knobs of the session have been turned to. */
  heed?(): void;
  clock: Clock;
}

/** A training run as a chart sees it. */
export interface ChartedRun {
  readonly data: RunData;
  /** Reports that the Stop button was pressed. */
  askToStop(): void;
}

/** The runs that share one output. */
export class Chart implements Displayable {
  readonly number = randomInt(1, 2 ** 31 - 1);
  readonly runs = new Map<string, ChartedRun>();
  title: string | undefined;
  logX: boolean | undefined;
  logY: boolean | undefined;
  /** Whether values are recorded; else it is the progress of the runs with their Stop button. */
  curves = true;
  private readonly changed = new Set<ChartedRun>();
  private begunAt: number | undefined;
  private sentAt = -Infinity;
  private nextShow: number | undefined;
  private shown = false;
  /** Whether the chart has a place among the outputs and waits for its first values. */
  private placed = false;

  constructor(readonly host: TrainHost) {}

  /** Takes a place among the outputs now, although the first values must be awaited. */
  place(first: Promise<unknown>): void {
    if (this.shown || this.placed) return;
    this.placed = true;
    this.host.display({ [DISPLAY]: () => first.then(() => this[DISPLAY]()) }, this.id);
  }

  /** Sends the new points if enough time has passed. @returns whether it did */
  update(run: ChartedRun): boolean {
    this.changed.add(run);
    const now = this.host.clock();
    this.begunAt ??= now;
    const age = now - this.begunAt;
    const pace = PACES.find(({ from }) => age >= from)!;
    if (now - this.sentAt < pace.delta) return false;
    this.sentAt = now;
    this.nextShow ??= now;
    if (now >= this.nextShow) {
      this.nextShow = now + (this.shown ? pace.snapshot : FIRST_SNAPSHOT_MS);
      if (this.placed && !this.shown) this.shown = true;
      else this.show();
    }
    const runs = [...this.changed].map(({ data }) => data.delta());
    this.changed.clear();
    this.host.send({ type: 'delta', chart: this.number, runs }, run.data.text());
    return true;
  }

  /** Shows the whole chart, the output that the notebook keeps. */
  show(): void {
    this.shown = true;
    this.host.display(this, this.id);
  }

  /** Tells all runs to stop if the Stop button was pressed since the last call. */
  takeStop(): void {
    if (this.host.takeStop(this.number)) for (const run of this.runs.values()) run.askToStop();
  }

  private get id(): string {
    return `dlnb-training:${this.number}`;
  }

  [DISPLAY](): Record<string, unknown> {
    const runs = [...this.runs.values()].map(({ data }) => data);
    const thin = Math.ceil(runs.reduce((sum, data) => sum + data.points, 0) / MAX_POINTS) || 1;
    const chart: TrainingChart = {
      version: 1,
      chart: this.number,
      ...(this.title !== undefined && { title: this.title }),
      ...(this.logX && { logX: true }),
      ...(this.logY && { logY: true }),
      ...(!this.curves && { curves: false as const }),
      runs: runs.map((data) => data.snapshot(thin)),
    };
    const text = [`Training${this.title === undefined ? '' : ` "${this.title}"`}`, ...runs.map((data) => data.text())];
    return { [TRAINING]: chart, 'text/plain': text.join('\n') };
  }
}
