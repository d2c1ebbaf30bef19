// The values of a tensor that the renderer holds: a grid of its indices, whole or thinned out.
import { sizeOfPart, type AxisRange, type TensorDtype } from '../../kernel/wire/tensor.ts';
import { exactNumber } from '../shared/numbers.ts';

export type PartData =
  | Int8Array
  | Uint8Array
  | Int16Array
  | Uint16Array
  | Int32Array
  | Uint32Array
  | Float32Array
  | Float64Array
  | BigInt64Array
  | BigUint64Array
  | string[];

export class Part {
  /** Distance in values between neighbors along each axis. */
  readonly strides: number[];
  /** Number of values. */
  readonly size: number;
  private readonly width: number;

  /**
   * @param axes which indices are held, axis by axis
   * @param data the values in row-major order; of `complex64`, real and imaginary parts alternate
   */
  constructor(
    readonly dtype: TensorDtype,
    readonly axes: readonly AxisRange[],
    readonly data: PartData,
  ) {
    this.width = dtype === 'complex64' ? 2 : 1;
    this.size = data.length / this.width;
    this.strides = axes.map(() => 1);
    for (let i = axes.length - 2; i >= 0; i--) this.strides[i] = this.strides[i + 1]! * axes[i + 1]!.count;
  }

  /** The value for drawing: of a complex value the magnitude, of a text NaN. */
  number(at: number): number {
    const { data } = this;
    if (Array.isArray(data)) return NaN;
    if (this.width === 2) return Math.hypot(data[2 * at] as number, data[2 * at + 1] as number);
    return Number(data[at]);
  }

  /** All values as {@link number} returns them; no copy if the array holds numbers. */
  numbers(): ArrayLike<number> {
    const { data } = this;
    if (
      this.width === 1 &&
      !Array.isArray(data) &&
      !(data instanceof BigInt64Array) &&
      !(data instanceof BigUint64Array)
    )
      return data;
    return Float64Array.from({ length: this.size }, (_, at) => this.number(at));
  }

  /** The exact value as text. */
  text(at: number): string {
    const { data, dtype } = this;
    if (Array.isArray(data)) return JSON.stringify(data[at]);
    if (dtype === 'bool') return data[at] ? 'true' : 'false';
    const number = (i: number) => exactNumber(data[i]!, dtype);
    if (dtype !== 'complex64') return number(at);
    const imaginary = number(2 * at + 1);
    return `${number(2 * at)} ${imaginary.startsWith('−') ? '−' : '+'} ${imaginary.replace(/^−/, '')}i`;
  }

  /** The index in the tensor of the value at this offset. */
  indexOf(at: number): number[] {
    return this.axes.map(({ start, step, count }, i) => start + (Math.floor(at / this.strides[i]!) % count) * step);
  }

  /** Position in the axis of the held index nearest to `index`. */
  nearest(axis: number, index: number): number {
    const { start, step, count } = this.axes[axis]!;
    return Math.max(0, Math.min(count - 1, Math.round((index - start) / step)));
  }

  /** Whether an index of an axis is held. */
  holds(axis: number, index: number): boolean {
    const { start, step } = this.axes[axis]!;
    return start + this.nearest(axis, index) * step === index;
  }

  /** A part of this part; undefined if not all of it is held. */
  cut(axes: readonly AxisRange[]): Part | undefined {
    const held = axes.every(({ start, step, count }, i) => {
      const own = this.axes[i]!;
      return this.holds(i, start) && this.holds(i, start + (count - 1) * step) && step % own.step === 0;
    });
    if (!held) return undefined;
    const size = sizeOfPart(axes);
    const { data, width } = this;
    const target = Array.isArray(data)
      ? new Array<string>(size)
      : new (data.constructor as new (n: number) => PartData)(size * width);
    const places = new Part(this.dtype, axes, new Uint8Array(size * width));
    for (let at = 0; at < size; at++) {
      const from = places.indexOf(at).reduce((sum, index, i) => sum + this.nearest(i, index) * this.strides[i]!, 0);
      for (let w = 0; w < width; w++) (target as unknown[])[at * width + w] = data[from * width + w];
    }
    return new Part(this.dtype, axes, target as PartData);
  }
}
