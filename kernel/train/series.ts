// One curve of a training run, of bounded size however long the training: when it is full, neighbours become their mean.
import type { TrainingSeries } from '../display/mime.ts';

/** Points of a curve at most; more than the pixels of its plot. */
export const CAPACITY = 2048;

export class Series {
  private every = 1;
  private xs: number[] = [];
  private ys: number[] = [];
  /** Values that do not make a whole point yet. */
  private pending = { n: 0, x: 0, y: 0 };
  /** How many points have been sent by deltas. */
  private sent = 0;
  /** The value that came last. */
  last = NaN;

  constructor(
    readonly name: string,
    readonly per: TrainingSeries['per'],
  ) {}

  /** @param y NaN leaves a gap, and infinity too */
  add(x: number, y: number): void {
    this.last = y;
    const { pending } = this;
    pending.n++;
    pending.x += x;
    pending.y += Number.isFinite(y) ? y : NaN;
    if (pending.n === this.every) this.push();
  }

  /** All points, also the last if it is not whole. */
  snapshot(): TrainingSeries {
    const { n, x, y } = this.pending;
    return this.encode(0, n > 0 ? [...this.xs, x / n] : this.xs, n > 0 ? [...this.ys, y / n] : this.ys);
  }

  /** The points since the last call, or undefined where there are none. */
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
    const halve = (values: number[]) =>
      Array.from({ length: values.length / 2 }, (_, i) => (values[2 * i]! + values[2 * i + 1]!) / 2);
    this.xs = halve(this.xs);
    this.ys = halve(this.ys);
    this.every *= 2;
    this.sent = 0;
  }

  private encode(from: number, x: readonly number[], y: readonly number[]): TrainingSeries {
    return { name: this.name, per: this.per, every: this.every, from, x: base64(x), y: base64(y) };
  }
}

function base64(values: readonly number[]): string {
  const bytes = new DataView(new ArrayBuffer(4 * values.length));
  values.forEach((v, i) => bytes.setFloat32(4 * i, v, true));
  return Buffer.from(bytes.buffer).toString('base64');
}
