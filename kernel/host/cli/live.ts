// Progress bars and trainings as text: on a terminal one line that is rewritten, and the result at the end. In a file,
// a line now and then.
import { isRunning } from '../../wire/ended.ts';
import { PROGRESS, TRAINING } from '../../wire/mime.ts';
import type { OutputEvent } from '../../wire/protocol.ts';

/** In a file, time between two lines of a running bar. */
const LINE_MS = 10_000;

export interface LiveScreen {
  /** Whether a line can be rewritten. */
  live: boolean;
  /** Shows a text in the line that is rewritten; undefined removes it. */
  status(text: string | undefined): void;
  /** Writes a text on lines of its own. */
  print(text: string): void;
  /** Milliseconds. */
  clock(): number;
}

type Shown = Extract<OutputEvent, { kind: 'display' | 'update' }>;

export class LiveOutputs {
  /** Lines printed already, by display id. */
  private readonly printed = new Map<string, Set<string>>();
  private lastLine: number;

  constructor(private readonly screen: LiveScreen) {
    this.lastLine = screen.clock();
  }

  /** Prints a progress bar or a training. @returns false for other events */
  take(event: OutputEvent): boolean {
    if (event.kind !== 'display' && event.kind !== 'update') return false;
    const running = runs(event);
    if (running === undefined) return false;
    const text = event.bundle.find((i) => i.mime === 'text/plain');
    const lines = text && 'text' in text ? text.text.split('\n') : [];
    // The first line of a training is its title
    if (running) this.status(lines.filter((line) => !/^Training\b/.test(line)).join('   '));
    else this.end(event.id ?? '', lines);
    return true;
  }

  /** Shows the state of a bar or training that is still running. */
  status(text: string): void {
    if (this.screen.live) return this.screen.status(text.trim());
    const now = this.screen.clock();
    if (now - this.lastLine < LINE_MS) return;
    this.lastLine = now;
    this.screen.print(text);
  }

  private end(id: string, lines: readonly string[]): void {
    const before = this.printed.get(id) ?? new Set();
    const fresh = lines.filter((line) => !before.has(line));
    this.printed.set(id, new Set([...before, ...fresh]));
    this.screen.status(undefined);
    if (fresh.length > 0) this.screen.print(fresh.join('\n'));
  }
}

/** Whether a bar or training is still running; undefined for other outputs. */
const runs = ({ bundle }: Shown): boolean | undefined =>
  bundle.some(({ mime }) => mime === PROGRESS || mime === TRAINING) ? isRunning(bundle) : undefined;
