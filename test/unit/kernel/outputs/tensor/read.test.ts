// Synchronous reads: only the error that marks values on the device means "await them"; every other one is a fault.
import { describe, expect, it } from 'vitest';
import { runInNewContext } from 'node:vm';
import { onDeviceError, onHost, valuesNow } from '../../../../../kernel/outputs/tensor/read.ts';
import type { TensorLike } from '../../../../../kernel/outputs/tensor/values.ts';

/** A tensor on a device whose synchronous read throws this. */
const throwing = (error: unknown): TensorLike => ({
  dtype: 'float32',
  shape: [2],
  size: 2,
  isDisposed: false,
  kept: false,
  dataSync: () => {
    throw error;
  },
  data: () => Promise.resolve(Float32Array.of(1, 2)),
  clone() {
    return this;
  },
  dispose: () => {},
});

describe('values of a tensor', () => {
  it('are awaited if the device says that they are on it', async () => {
    const tensor = throwing(onDeviceError('use data()'));
    expect(valuesNow(tensor)).toBeUndefined();
    expect((await onHost(tensor)).dataSync()).toEqual(Float32Array.of(1, 2));
  });

  it.each([
    ['a fault of the device', new RangeError('out of memory')],
    ['an interrupt', Object.assign(new Error('interrupted'), { name: 'InterruptError' })],
    ['what is no error', null],
  ])('are not awaited after %s', (_, error) => {
    let thrown: unknown;
    try {
      valuesNow(throwing(error));
    } catch (e) {
      thrown = e;
    }
    expect(thrown).toBe(error);
  });

  it('are awaited also if the error comes from another bundle, and the mark is not shown', () => {
    const mark = 'Object.defineProperty(error, Symbol.for("dlnb.valuesOnDevice"), { value: true })';
    const error = runInNewContext(mark, { error: new Error('use data()'), Object, Symbol }) as Error;
    expect(valuesNow(throwing(error))).toBeUndefined();
    expect(Object.keys(onDeviceError('m'))).toEqual([]);
    expect(onDeviceError('m')).toMatchObject({ name: 'Error', message: 'm' });
  });
});
