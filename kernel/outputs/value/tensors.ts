// What the values of tensors and typed arrays inside a tree are: their statistics, within bounds.
import { types } from 'node:util';
import type { ValueNode } from '../../wire/value.ts';
import { read, valuesNow, withValues } from '../tensor/read.ts';
import { statisticsOf } from '../tensor/statistics.ts';
import { isTensor, readValues, type TensorLike, type TypedArray } from '../tensor/values.ts';

/** Tensors of a tree whose values are looked at, and how many values these have in all. */
const MAX_TENSORS = 200;
const MAX_VALUES = 4e6;

/** The tensors of one tree. */
export class TensorLooks {
  private tensors = 0;
  private values = 0;
  /** Tensors whose values must be awaited. */
  private readonly unread: Promise<void>[] = [];

  /** Settles when the tensors have been read that must be awaited. */
  rest(): void | Promise<void> {
    return this.unread.length > 0 ? Promise.all(this.unread).then(() => {}) : undefined;
  }

  /** Adds what the values of a tensor or a typed array are, as long as there are not too many. */
  look(value: object, node: ValueNode): void {
    const tensor = isTensor(value) ? value : undefined;
    if (!tensor && (!ArrayBuffer.isView(value) || types.isDataView(value))) return;
    const size = tensor ? tensor.shape.reduce((n, d) => n * d, 1) : (value as Uint8Array).length;
    if (size === 0 || tensor?.isDisposed || ++this.tensors > MAX_TENSORS || this.values + size > MAX_VALUES) return;
    this.values += size;
    const set = (of: TensorLike | TypedArray) => {
      const values = readValues(of);
      const statistics = values && statisticsOf(values);
      if (statistics) node.tensor = statistics;
    };
    if (!tensor) return set(value as TypedArray);
    // The device may have failed: then its line is all
    try {
      const now = valuesNow(tensor);
      if (now) set(withValues(tensor, now));
      else
        this.unread.push(
          read(tensor).then(
            (data) => set(withValues(tensor, data)),
            () => {},
          ),
        );
    } catch (e) {
      if ((e as Error | undefined)?.name === 'InterruptError') throw e;
    }
  }
}
