// The progress bars that share one output: a loop, and the loops inside it.
import { randomUUID } from 'node:crypto';
import { DISPLAY, type Displayable } from '../../wire/displayable.ts';
import { PROGRESS } from '../../wire/mime.ts';
import type { ProgressReport } from '../../wire/progress.ts';
import { DRAW_MS, reportText, type Clock, type Meter } from './meter.ts';

/** What progress bars need from their session. */
export interface ProgressHost {
  /** Shows a value under the calling cell, or replaces the value that was shown with this id. */
  display(value: Displayable, id: string): void;
  /** The run of a cell that the caller belongs to. */
  run(): object;
  clock: Clock;
}

/** Bars that share one output. */
export class Group implements Displayable {
  private readonly id = `dlnb-progress:${randomUUID()}`;
  private bars: { meter: Meter; depth: number }[] = [];
  private drawn = -Infinity;

  /** @param key identifies the outermost loop */
  constructor(
    private readonly host: ProgressHost,
    private readonly key: unknown,
  ) {}

  /** Whether a new loop belongs here: it is inside another loop, or the same loop again, for example in each epoch. */
  takes(key: unknown): boolean {
    return (
      this.active || (key !== undefined && key === this.key && this.bars.every(({ meter }) => meter.state === 'done'))
    );
  }

  get active(): boolean {
    return this.bars.some(({ meter }) => meter.state === 'running');
  }

  add(meter: Meter): void {
    // Bars that have ended inside the innermost running loop make room for the new one
    const innermost = this.bars.findLastIndex((b) => b.meter.state === 'running');
    this.bars = this.bars.slice(0, innermost + 1);
    this.bars.push({ meter, depth: innermost < 0 ? 0 : this.bars[innermost]!.depth + 1 });
    this.draw();
  }

  /** Whether it is time to draw again. */
  get due(): boolean {
    return this.host.clock() - this.drawn >= DRAW_MS;
  }

  draw(): void {
    this.drawn = this.host.clock();
    this.host.display(this, this.id);
  }

  /** Draws the end of a bar. After the end of the outermost loop, the completed loops inside it disappear. */
  ended(): void {
    if (!this.active) this.bars = this.bars.filter(({ meter, depth }) => depth === 0 || meter.state !== 'done');
    // Many short loops inside another one must not cause more frequent drawing
    if (!this.active || this.due) this.draw();
  }

  /** Ends the bars that are running, and corrects those whose loop the same error has left. */
  stopAll(state: 'interrupted' | 'failed', left: ReadonlySet<Meter> = new Set()): void {
    const corrected = this.bars.filter(({ meter }) => left.has(meter));
    if (!this.active && corrected.length === 0) return;
    for (const { meter } of corrected) meter.state = state;
    for (const { meter } of this.bars) meter.end(state);
    this.draw();
  }

  [DISPLAY](): Record<string, unknown> {
    const report: ProgressReport = { version: 1, bars: this.bars.map(({ meter, depth }) => meter.report(depth)) };
    return { [PROGRESS]: report, 'text/plain': reportText(report) };
  }
}
