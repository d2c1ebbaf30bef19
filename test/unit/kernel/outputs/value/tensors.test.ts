// Tensors and typed arrays inside a tree: what their values are, where they can be read, and at most how many.
import { expect, it, vi } from 'vitest';
import { valueItem } from '../../../../../kernel/outputs/value/index.ts';
import { onDeviceError } from '../../../../../kernel/outputs/tensor/read.ts';
import type { ValueTree } from '../../../../../kernel/wire/value.ts';
import { readValue } from '../../../../../renderers/value/payload.ts';

/** A tensor on the host, or on a device whose values must be awaited. */
function tensor(data: Float32Array, shape = [data.length], where: 'host' | 'device' | 'gone' = 'host') {
  const t = {
    ...{ dataId: {}, rankType: '1', dtype: 'float32', shape, size: data.length, kept: false },
    isDisposed: where === 'gone',
    dataSync: () => {
      if (where === 'host') return data;
      throw where === 'device' ? onDeviceError('await x.data()') : new Error('disposed');
    },
    data: vi.fn(() => Promise.resolve(data)),
    clone: () => t,
    dispose: vi.fn(),
    toString: () => 'Tensor',
  };
  return t;
}
const children = async (value: unknown) => {
  const { json } = (await valueItem(value)) as { json: unknown };
  expect(readValue(JSON.parse(JSON.stringify(json)))).toEqual(json);
  return (json as ValueTree).root.children!.map((child) => child.value);
};

it('says range, mean and histogram of each, and leaves lines as they are', async () => {
  const ramp = Float32Array.from({ length: 100 }, (_, i) => i);
  const [w, b, typed, other] = await children({
    w: tensor(ramp, [10, 10]),
    b: tensor(Float32Array.of(NaN, 1, 3, Infinity)),
    typed: new Int8Array([-1, 1]),
    other: 5,
  });
  expect([w!.text, w!.kind]).toEqual(['Tensor float32 [10, 10]', 'other']);
  expect(w!.tensor).toMatchObject({ min: 0, max: 99, mean: 49.5, nan: 0, zeros: 1 });
  expect(w!.tensor!.histogram!.reduce((a, n) => a + n, 0)).toBe(100);
  expect(b!.tensor).toMatchObject({ min: 1, max: 3, mean: 2, nan: 1, positiveInfinity: 1 });
  expect(typed!.tensor).toMatchObject({ min: -1, max: 1, mean: 0 });
  expect(other).toEqual({ text: '5', kind: 'number' });
});

it('reads those of a device, and is right away where all are on the host', async () => {
  const far = tensor(Float32Array.of(2, 4), [2], 'device');
  expect(valueItem({ near: tensor(Float32Array.of(1)) })).not.toBeInstanceOf(Promise);
  const pending = valueItem({ deep: { far } });
  expect(pending).toBeInstanceOf(Promise);
  const { json } = (await pending) as { json: ValueTree };
  expect(json.root.children![0]!.value.children![0]!.value.tensor).toMatchObject({ min: 2, max: 4, mean: 3 });
  expect(far.dispose).toHaveBeenCalledOnce();
});

it('says nothing more of those that are gone, empty, on a failed device, or too many', async () => {
  const failed = tensor(Float32Array.of(1), [1], 'device');
  failed.data.mockRejectedValue(new Error('lost'));
  const some = await children({
    gone: tensor(Float32Array.of(1), [1], 'gone'),
    empty: tensor(new Float32Array(0)),
    failed,
  });
  expect(some.map((node) => node.tensor)).toEqual([undefined, undefined, undefined]);
  const large = new Float32Array(3e6);
  const two = await children({ a: tensor(large), b: tensor(large) });
  expect(two.map((node) => node.tensor !== undefined)).toEqual([true, false]);
});
