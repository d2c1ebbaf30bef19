// Displayed tensors: their outputs, and later parts of those that did not fit into their output.
import { TENSOR } from '../../wire/mime.ts';
import type { AxisRange } from '../../wire/tensor.ts';
import type { Answer, MimeItem } from '../../wire/protocol.ts';
import { checksum, encodeTensor } from './encode.ts';
import { writeNpy } from './npy.ts';
import { goOn, onHost } from './read.ts';
import { checkPart } from './sample.ts';
import { statisticsOf } from './statistics.ts';
import {
  hasTensorValues,
  isTensor,
  readValues,
  type TensorLike,
  type TensorValues,
  type TypedArray,
} from './values.ts';

type Found = { values: TensorValues } | { reason: string };

export class DisplayedTensors {
  /** Values that did not fit, by checksum. Held weakly: an output keeps no tensor alive. */
  private readonly kept = new Map<string, WeakRef<TensorLike | TypedArray>>();
  private readonly collected = new FinalizationRegistry<string>((source) => {
    if (!this.kept.get(source)?.deref()) this.kept.delete(source);
  });

  /** @param device names the device that tensors are on */
  constructor(private readonly device: () => string) {}

  /**
   * The output of a tensor or a typed array; undefined for anything else, and for a disposed tensor.
   * @param read the same value, with its numbers on the host
   */
  item(value: unknown, read = value): MimeItem | undefined {
    if (!hasTensorValues(value)) return undefined;
    const values = readValues(read as TensorLike | TypedArray);
    if (!values) return undefined;
    const bytes = encodeTensor(values, {
      device: isTensor(value) ? this.device() : undefined,
      statistics: statisticsOf(values),
      source: () => this.keep(checksum(values), value),
    });
    return { mime: TENSOR, bytes };
  }

  /** A part of a displayed tensor, thinned out if it is too large for an output; or the reason why there is none. */
  slice(source: string, axes: AxisRange[]): Answer<'slice'> | Promise<Answer<'slice'>> {
    return goOn(this.find(source), (found): Answer<'slice'> => {
      if ('reason' in found) return found;
      try {
        return { bytes: encodeTensor(found.values, { part: checkPart(axes, found.values.shape) }) };
      } catch (e) {
        return { reason: `This part is not available: ${(e as Error).message}.` };
      }
    });
  }

  /** Writes a displayed tensor as a `.npy` file. @returns its size in bytes, or the reason why it was not written */
  save(source: string, file: string): Answer<'save'> | Promise<Answer<'save'>> {
    return goOn(this.find(source), (found): Answer<'save'> => {
      if ('reason' in found) return found;
      try {
        return { size: writeNpy(found.values, file) };
      } catch (e) {
        return { reason: `${file} cannot be written: ${(e as Error).message}.` };
      }
    });
  }

  /** The values of a displayed tensor, unless they have changed or are gone. */
  private find(source: string): Found | Promise<Found> {
    const value = this.kept.get(source)?.deref();
    if (!value) return { reason: 'The kernel no longer has these values: run the cell again to see more of them.' };
    if (isTensor(value) && value.isDisposed)
      return { reason: 'The tensor has been disposed of: only the values saved with the output can be shown.' };
    if (isTensor(value)) {
      const found = goOn(onHost(value), (read): Found => ({ values: readValues(read)! }));
      if (!(found instanceof Promise)) return found;
      return found.catch((e: Error) => ({ reason: `The values cannot be read: ${e.message}.` }));
    }
    const values = readValues(value)!;
    if (checksum(values) !== source)
      return { reason: 'The array has changed since it was shown: run the cell again to see it as it is now.' };
    return { values };
  }

  private keep(source: string, value: TensorLike | TypedArray): string {
    this.kept.set(source, new WeakRef(value));
    this.collected.register(value, source);
    return source;
  }
}
