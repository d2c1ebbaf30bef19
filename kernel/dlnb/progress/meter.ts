// The progress of a loop: items done, rate and time left, as numbers and as text. The clock is a parameter, so that
// tests can set it.
import type { ProgressBar, ProgressReport } from '../../wire/progress.ts';

/** A monotonic clock in milliseconds. */
export type Clock = () => number;

/** Shortest time between two drawings of a bar: 20 a second. */
export const DRAW_MS = 50;

/** Half-life of the weights in the moving average of the rate. */
const HALF_LIFE_MS = 3000;

/** How a bar ends. */
export type ProgressState = Exclude<ProgressBar['state'], 'running'>;

/** One bar. */
export class Meter {
  done = 0;
  state: ProgressBar['state'] = 'running';
  note: string | undefined;
  private readonly began: number;
  private ended: number | undefined;
  private sampled: { time: number; done: number };
  /** Weighted sums of items and milliseconds; their quotient is the rate. */
  private recent = { items: 0, ms: 0 };

  constructor(
    readonly total: number | undefined,
    readonly label: string | undefined,
    private readonly clock: Clock,
  ) {
    this.began = clock();
    this.sampled = { time: this.began, done: 0 };
  }

  advance(items = 1): void {
    this.done += items;
  }

  /** Ends the bar. Later calls have no effect. */
  end(state: ProgressState): void {
    if (this.state !== 'running') return;
    this.state = state;
    this.ended = this.clock();
  }

  /** The current state of the bar. */
  report(depth = 0): ProgressBar {
    const { done, total, label, note, state } = this;
    const now = this.ended ?? this.clock();
    const seconds = (now - this.began) / 1000;
    const rate = state === 'running' ? this.sample(now) : seconds > 0 ? done / seconds : undefined;
    const left = state === 'running' && total !== undefined && rate ? Math.max(0, total - done) / rate : undefined;
    return {
      ...(label !== undefined && { label }),
      depth,
      done,
      ...(total !== undefined && { total }),
      seconds,
      ...(rate !== undefined && { rate }),
      ...(left !== undefined && { left }),
      state,
      ...(note !== undefined && { note }),
    };
  }

  /** Recent items per second; undefined before the first item. */
  private sample(now: number): number | undefined {
    const { time, done } = this.sampled;
    const ms = now - time;
    // The time of an unfinished item does not count yet
    if (this.done > done && ms > 0) {
      const fade = 0.5 ** (ms / HALF_LIFE_MS);
      this.recent = { items: this.recent.items * fade + (this.done - done), ms: this.recent.ms * fade + ms };
      this.sampled = { time: now, done: this.done };
    }
    return this.recent.ms > 0 ? (1000 * this.recent.items) / this.recent.ms : undefined;
  }
}

const WIDTH = 24;
const EIGHTHS = ['', '▏', '▎', '▍', '▌', '▋', '▊', '▉'];

/** A bar of block characters, filled to a share from 0 to 1. */
function blocks(share: number): string {
  const eighths = Math.round(Math.min(1, Math.max(0, share)) * WIDTH * 8);
  const full = '█'.repeat(Math.floor(eighths / 8)) + EIGHTHS[eighths % 8];
  return `▕${full.padEnd(WIDTH)}▏`;
}

/** `0:07`, `1:02:09` */
export function clockText(seconds: number): string {
  const whole = Math.round(seconds);
  const [h, m, s] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  const two = (n: number) => String(n).padStart(2, '0');
  return h > 0 ? `${h}:${two(m)}:${two(s)}` : `${m}:${two(s)}`;
}

/** `0.3 s`; like {@link clockText} from 10 s on. */
export const durationText = (seconds: number) => (seconds < 10 ? `${seconds.toFixed(1)} s` : clockText(seconds));

/** `12.3/s`, or `4.1 s each` for items that take longer than a second. */
export function rateText(rate: number): string {
  if (rate < 1) return `${digits(1 / rate)} s each`;
  return `${rate >= 1000 ? Math.round(rate).toLocaleString('en') : digits(rate)}/s`;
}

const digits = (n: number) => (n >= 100 ? String(Math.round(n)) : n.toPrecision(3));

/** One bar as a line of text: `epochs  40 % ▕███▏ 4/10 · 1.20/s · 0:05 left`. */
export function barText(bar: ProgressBar): string {
  const { label, depth, done, total, seconds, rate, left, state, note } = bar;
  const ended = state !== 'running';
  const facts = [
    total === undefined ? String(done) : `${done}/${total}`,
    // The rate of a very short loop means nothing
    ...(rate && seconds >= 0.1 ? [rateText(rate)] : []),
    ...(left !== undefined ? [`${clockText(left)} left`] : []),
    ...(ended ? [durationText(seconds)] : []),
    ...(note ? [note] : []),
    ...(state === 'failed' ? ['ended by an error'] : ended && state !== 'done' ? [state] : []),
  ];
  const share = total ? `${String(Math.floor((100 * done) / total)).padStart(3)} % ${blocks(done / total)} ` : '';
  return `${'  '.repeat(depth)}${label ? `${label} ` : ''}${share}${facts.join(' · ')}`;
}

export const reportText = ({ bars }: ProgressReport) => bars.map(barText).join('\n');
