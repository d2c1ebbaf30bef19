// The values of the steps of `train.fit`: read at once on the device `cpu`; on a GPU many together and later, so that
// steps need not wait. And their means over an epoch.
import type * as tfTypes from '@tensorflow/tfjs-core';
import { valuesNow } from '../../outputs/tensor/read.ts';
import type { TensorLibrary } from '../library.ts';
import { DRAW_MS, type Clock } from '../progress/meter.ts';
import type { Counted, FitParts } from '../../tensors/layers/fit-parts.ts';

type Tensor = tfTypes.Tensor;

/** The values of a step by their order. */
export interface StepValues {
  names: readonly string[];
  values: readonly (Tensor | number)[];
}

/** A step whose values are to be read. */
export interface ReadStep {
  step: number;
  epoch: number;
  size: number;
  names: readonly string[];
  /** Counts of metrics, by the order of the values, where they are not means. */
  counted: readonly (Counted | undefined)[] | undefined;
}

/** Most steps whose values wait on the device. */
const WAITING = 128;

/** Reads values in the order of steps. */
export class StepReader {
  private isAsync = false;
  private waiting: { step: ReadStep; values: readonly (Tensor | number)[] }[] = [];
  private inFlight: Promise<void> | undefined;
  private since = 0;

  /** @param taken called with the numbers of each step, in order */
  constructor(
    private readonly tf: TensorLibrary,
    private readonly clock: Clock,
    private readonly taken: (step: ReadStep, numbers: readonly number[]) => void,
  ) {}

  /** Takes the values of a step, and frees their tensors. @returns its numbers if they are at hand */
  add(step: ReadStep, values: readonly (Tensor | number)[]): readonly number[] | undefined {
    if (!this.isAsync) {
      const numbers = this.now(values);
      if (numbers) {
        this.free(values);
        this.taken(step, numbers);
        return numbers;
      }
      this.isAsync = true;
    }
    this.waiting.push({ step, values });
    const now = this.clock();
    if (!this.inFlight && (now - this.since >= DRAW_MS || this.waiting.length >= WAITING)) {
      this.since = now;
      this.flush();
    }
    return undefined;
  }

  /** Whether so much waits that the training must wait too. */
  get isFull(): boolean {
    return this.waiting.length >= 2 * WAITING;
  }

  /** Whether nothing waits. */
  get isIdle(): boolean {
    return !this.inFlight && this.waiting.length === 0;
  }

  /** Waits until the values of all steps so far were taken. */
  async drain(): Promise<void> {
    while (this.inFlight || this.waiting.length > 0) {
      if (!this.inFlight) this.flush();
      await this.inFlight;
    }
  }

  /** Gives up what waits. */
  abandon(): void {
    for (const { values } of this.waiting) this.free(values);
    this.waiting = [];
  }

  private now(values: readonly (Tensor | number)[]): number[] | undefined {
    const numbers: number[] = [];
    for (const v of values) {
      if (typeof v === 'number') numbers.push(v);
      else {
        const data = valuesNow(v as never);
        if (!data) return undefined;
        numbers.push(data[0] as number);
      }
    }
    return numbers;
  }

  private flush(): void {
    const { tf, waiting } = this;
    this.waiting = [];
    const tensors = waiting.flatMap(({ values }) => values.filter((v) => typeof v !== 'number'));
    const packed = tf.tidy(() =>
      tensors.length === 0 ? tf.zeros([0]) : tf.concat(tensors.map((t) => tf.reshape(tf.cast(t, 'float32'), [1]))),
    );
    for (const { values } of waiting) this.free(values);
    this.inFlight = packed.data().then((data) => {
      this.inFlight = undefined;
      packed.dispose();
      let next = 0;
      for (const { step, values } of waiting)
        this.taken(
          step,
          values.map((v) => (typeof v === 'number' ? v : data[next++]!)),
        );
    });
    // An error is that of whoever waits
    this.inFlight.catch(() => {});
  }

  private free(values: readonly (Tensor | number)[]): void {
    for (const v of values) if (typeof v !== 'number' && !(v instanceof this.tf.Variable)) v.dispose();
  }
}

/** State of {@link Means}, for a checkpoint. */
export interface MeansState {
  names: string[];
  sums: number[];
  size: number;
}

/** Means over the examples of an epoch, and what metrics count. */
export class Means {
  private names: readonly string[] = [];
  private sums: number[] = [];
  private size = 0;
  private counted = new Map<string, Counted>();
  /** Counts of a checkpoint, whose metric comes with the next step. */
  private restored = new Map<string, Tensor[]>();

  constructor(
    private readonly tf: TensorLibrary,
    private readonly parts: FitParts,
  ) {}

  add({ names, size, counted }: ReadStep, numbers: readonly number[]): void {
    if (this.names !== names) this.rename(names);
    this.size += size;
    for (let i = 0; i < numbers.length; i++) this.sums[i]! += numbers[i]! * size;
    if (!counted) return;
    counted.forEach((added, i) => {
      if (!added) return;
      const name = names[i]!;
      const sums = this.restored.get(name);
      const before = this.counted.get(name) ?? (sums && { how: added.how, sums });
      this.restored.delete(name);
      this.counted.set(name, this.parts.merge(before, added));
    });
  }

  /** Values may come in another order, or be new. */
  private rename(names: readonly string[]): void {
    const before = new Map(this.names.map((name, i) => [name, this.sums[i]!]));
    this.sums = names.map((name) => before.get(name) ?? 0);
    this.names = names;
  }

  /** The values of the epoch; then it begins anew. A promise where metrics count on the device. */
  take(): Record<string, number> | Promise<Record<string, number>> {
    if (this.counted.size > 0) return this.takeCounted();
    const values = Object.fromEntries(this.names.map((name, i) => [name, this.sums[i]! / this.size]));
    this.clear();
    return values;
  }

  private async takeCounted(): Promise<Record<string, number>> {
    const { tf, size } = this;
    const values: Record<string, number> = {};
    for (const [i, name] of this.names.entries()) {
      const counted = this.counted.get(name);
      if (counted) {
        const result = tf.tidy(() => counted.how.result(counted.sums));
        values[name] = (await result.data())[0]!;
        result.dispose();
      } else values[name] = this.sums[i]! / size;
    }
    this.clear();
    return values;
  }

  clear(): void {
    for (const { sums } of this.counted.values()) this.tf.dispose(sums);
    for (const sums of this.restored.values()) this.tf.dispose(sums);
    this.counted.clear();
    this.restored.clear();
    this.sums = this.sums.map(() => 0);
    this.size = 0;
  }

  state(): MeansState {
    return { names: [...this.names], sums: [...this.sums], size: this.size };
  }

  /** What metrics have counted, by names for a file. */
  tensors(): [name: string, tensor: Tensor][] {
    return [...this.counted].flatMap(([name, { sums }]) =>
      sums.map((sum, k): [string, Tensor] => [`${name}/${k}`, sum]),
    );
  }

  restore({ names, sums, size }: MeansState, tensors: [name: string, tensor: Tensor][]): void {
    this.clear();
    Object.assign(this, { names, sums: [...sums], size });
    for (const [name, tensor] of tensors) {
      const of = name.slice(0, name.lastIndexOf('/'));
      (this.restored.get(of) ?? this.restored.set(of, []).get(of)!).push(tensor);
    }
  }
}
