// Names of what a function reads beside its arguments: variables of the notebook, by the text of the function.
import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { runInThisContext } from 'node:vm';
import { closureNames, readVariable } from '../../../../../../kernel/dlnb/viz/graph/closures.ts';

beforeAll(async () => {
  await tf.setBackend('cpu');
});

describe('the names of closures', () => {
  it('are those of variables, of properties, and of functions that the function calls', () => {
    const x = tf.tensor1d([1, 2]);
    const train = { y: tf.scalar(3), secret: tf.scalar(4) };
    const rate = tf.scalar(0.1);
    const loss = (w: tf.Tensor) => w.mul(x).sub(train.y);
    const scope: Record<string, unknown> = { x, train, rate, loss, xs: [1, 2, 3], other: tf.scalar(1) };
    const xs = scope['xs'] as number[];
    const { tensors, lists } = closureNames(
      (w: tf.Tensor) => loss(w).mul(rate).add(xs),
      (name) => scope[name],
    );
    expect([...tensors].sort()).toEqual(
      [
        [x.id, 'x'],
        [train.y.id, 'train.y'],
        [rate.id, 'rate'],
      ].sort(),
    );
    expect(lists).toEqual([{ name: 'xs', values: [1, 2, 3] }]);
  });

  it('are read from the scripts, and no property of the global object is', () => {
    runInThisContext('const closureOfTheTest = [1, 2]');
    expect(readVariable('closureOfTheTest')).toEqual([1, 2]);
    expect(readVariable('notDeclaredAnywhere')).toBeUndefined();
    let asked = false;
    Object.defineProperty(globalThis, 'askedOfTheTest', { get: () => (asked = true), configurable: true });
    expect(readVariable('askedOfTheTest')).toBeUndefined();
    expect(asked).toBe(false);
    delete (globalThis as Record<string, unknown>)['askedOfTheTest'];
  });

  it('are none of native functions, and of values that resist', () => {
    expect(closureNames(Math.max).tensors.size).toBe(0);
    const trap = new Proxy({}, { get: () => expect.fail('a trap was asked') });
    expect(closureNames(() => trap, () => trap).tensors.size).toBe(0); // prettier-ignore
  });
});
