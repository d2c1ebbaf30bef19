// The queue of a notebook's cells: they run one after another, and when one fails, those behind it are not run. No
// editor, no process.
import type { RunEnd } from './outputs-model.ts';

/** The cell that is running. */
export interface RunningCell {
  readonly cell: string;
  /** It must end without running, or end as soon as it can. */
  canceled: boolean;
}

export interface QueueEvents {
  /** Runs a cell. Never rejects. */
  run(running: RunningCell): Promise<RunEnd>;
  /** A waiting cell was taken out of the queue. */
  canceled(cell: string): void;
  /** No cell is running or waiting any more. */
  empty(): void;
}

export class CellQueue {
  private waiting: string[] = [];
  private current: RunningCell | undefined;
  private draining: Promise<void> | undefined;

  constructor(private readonly events: QueueEvents) {}

  get running(): RunningCell | undefined {
    return this.current;
  }

  get busy(): boolean {
    return this.current !== undefined || this.waiting.length > 0;
  }

  add(cell: string): void {
    this.waiting.push(cell);
  }

  /** Runs the waiting cells. Settles when none is running or waiting any more. */
  drain(): Promise<void> {
    if (this.waiting.length === 0) return Promise.resolve();
    return (this.draining ??= this.runAll());
  }

  /** Settles when the round that has begun, if any, is over. */
  async drained(): Promise<void> {
    await this.draining;
  }

  /** Takes waiting cells out of the queue: all, or those that `which` names. @returns how many */
  cancelWaiting(which: (cell: string) => boolean = () => true): number {
    const gone = this.waiting.filter(which);
    this.waiting = this.waiting.filter((cell) => !gone.includes(cell));
    for (const cell of gone) this.events.canceled(cell);
    return gone.length;
  }

  /** Takes all waiting cells out of the queue and marks the running one. */
  cancel(): void {
    this.cancelWaiting();
    if (this.current) this.current.canceled = true;
  }

  private async runAll(): Promise<void> {
    try {
      for (let cell = this.waiting.shift(); cell !== undefined; cell = this.waiting.shift()) {
        this.current = { cell, canceled: false };
        const end = await this.events.run(this.current);
        this.current = undefined;
        if (end !== 'ok') this.cancelWaiting();
      }
    } finally {
      // In the same turn as the last look at the queue: a cell that comes later begins a new round
      this.draining = undefined;
      this.current = undefined;
    }
    this.events.empty();
  }
}
