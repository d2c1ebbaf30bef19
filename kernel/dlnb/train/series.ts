// One curve of a training run. Its size is bounded: when it is full, pairs of neighboring points are replaced by their
// mean.
import type { TrainingSeries } from '../../wire/training.ts';

/** Largest number of points, more than the plot has pixels. */
export const CAPACITY = 2048;

/** The points of one curve. */
export class Series {
  private every = 1;
  private xs: number[] = [];
  private ys: number[] = [];
  /** Sum of the values that do not make a whole point yet. */
  private pending = { n: 0, x: 0, y: 0 };
  /** Number of points that deltas have sent. */
  private sent = 0;
  /** The last value. */
  last = NaN;

  constructor(
    readonly name: string,
    readonly per: TrainingSeries['per'],
  ) {}

  /** @param y NaN and infinity leave a gap */
  add(x: number, y: number): void {
    this.last = y;
    const { pending } = this;
    pending.n++;
    pending.x += x;
    pending.y += Number.isFinite(y) ? y : NaN;
    if (pending.n === this.every) this.push();
  }

  get length(): number {
    return this.xs.length;
  }

  /**
   * All points, including the last one if it is incomplete.
   * @param thin number of neighboring points that are replaced by their mean
   */
  snapshot(thin = 1): TrainingSeries {
    const { n, x, y } = this.pending;
    const all = (values: readonly number[], last: number) => means(n > 0 ? [...values, last / n] : values, thin);
    return { ...this.encode(0, all(this.xs, x), all(this.ys, y)), every: this.every * thin };
  }

  /** The points since the last call; undefined if there are none. */
  takeNew(): TrainingSeries | undefined {
    const { sent, xs, ys } = this;
    if (sent === xs.length) return undefined;
    this.sent = xs.length;
    return this.encode(sent, xs.slice(sent), ys.slice(sent));
  }

  private push(): void {
    const { n, x, y } = this.pending;
    this.xs.push(x / n);
    this.ys.push(y / n);
    this.pending = { n: 0, x: 0, y: 0 };
    if (this.xs.length < CAPACITY) return;
    this.xs = means(this.xs, 2);
    this.ys = means(this.ys, 2);
    this.every *= 2;
    this.sent = 0;
  }

  private encode(from: number, x: readonly number[], y: readonly number[]): TrainingSeries {
    return { name: this.name, per: this.per, every: this.every, from, x: base64(x), y: base64(y) };
  }
}

/** Means of `n` neighbors each; the last one of the rest. */
function means(values: readonly number[], n: number): number[] {
  if (n === 1) return [...values];
  return Array.from({ length: Math.ceil(values.length / n) }, (_, i) => {
    const some = values.slice(i * n, (i + 1) * n);
    return some.reduce((a, b) => a + b, 0) / some.length;
  });
}

function base64(values: readonly number[]): string {
  const bytes = new DataView(new ArrayBuffer(4 * values.length));
  values.forEach((v, i) => bytes.setFloat32(4 * i, v, true));
  return Buffer.from(bytes.buffer).toString('base64');
}
