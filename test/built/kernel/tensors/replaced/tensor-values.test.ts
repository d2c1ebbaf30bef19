// Values that become tensors on the device `cpu`: the right numbers, whatever list or typed array holds them, or an
// error that names the place. Nothing else may end up in a tensor, above all not the memory of other tensors.
import { createRequire } from 'node:module';
import path from 'node:path';
import type * as tfTypes from '@tensorflow/tfjs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CpuDevice } from '../../../../../kernel/tensors/backends/cpu/index.ts';
import { dist } from '../../../../paths.ts';

interface Library {
  tf: typeof tfTypes;
  startCpu(options: object): Promise<CpuDevice>;
}
const { tf, startCpu } = createRequire(import.meta.url)(path.join(dist, 'tf.js')) as Library;

let device: CpuDevice;
beforeAll(async () => {
  device = await startCpu({ dist, threads: 1 });
  // What stale memory would show
  tf.fill([64, 64], 1000).dispose();
});
afterAll(() => device.backend.program.stop());

/** Typed as what every function takes. */
const any = (x: unknown) => x as never;
const made = (values: unknown, ...more: unknown[]) => {
  const x = tf.tensor(any(values), ...(more as []));
  return [x.dtype, x.shape, Array.from(x.dataSync())];
};

type Kind = { new (list: unknown[]): ArrayBufferView; name: string };
const float16 = (globalThis as { Float16Array?: Kind }).Float16Array;
const floats = [Float32Array, Float64Array, ...(float16 ? [float16] : [])] as unknown as Kind[];
const ints = [Int8Array, Uint8Array, Uint8ClampedArray, Int16Array, Uint16Array, Int32Array, Uint32Array];
const big = [BigInt64Array, BigUint64Array] as unknown as Kind[];

describe.each<[Kind, string]>([
  ...floats.map((kind): [Kind, string] => [kind, 'float32']),
  ...[...(ints as unknown as Kind[]), ...big].map((kind): [Kind, string] => [kind, 'int32']),
])('%o', (Kind, dtype) => {
  const of = (...list: number[]) => new Kind(big.includes(Kind) ? list.map(BigInt) : list);

  it('becomes a tensor, alone, as rows and as slices, of its own type and of those that are named', () => {
    expect(made(of(1, 2, 3))).toEqual([dtype, [3], [1, 2, 3]]);
    expect(made(of(1, 2, 3, 4), [2, 2])).toEqual([dtype, [2, 2], [1, 2, 3, 4]]);
    expect(made([of(1, 2), of(3, 4)])).toEqual([dtype, [2, 2], [1, 2, 3, 4]]);
    expect(made([[of(1), of(2)], [of(3), of(4)]])).toEqual([dtype, [2, 2, 1], [1, 2, 3, 4]]); // prettier-ignore
    for (const type of ['float32', 'int32']) expect(made([of(1, 2)], [1, 2], type)).toEqual([type, [1, 2], [1, 2]]);
    expect(made(of(0, 2, 1), [3], 'bool')).toEqual(['bool', [3], [0, 1, 1]]);
    expect(Array.from(tf.add(any(of(1, 2)), 1).dataSync())).toEqual([2, 3]);
    expect(made(of())).toEqual([dtype, [0], []]);
  });

  it('is refused where rows are not equally long', () => {
    expect(() => made([of(1, 2, 3), of(4, 5)])).toThrow('values[1] has 2 elements, but values[0] has 3');
    expect(() => made([of(1, 2), [of(3, 4)]])).toThrow('values[1] has 1 element');
    expect(() => made(of(1, 2, 3), [2, 2])).toThrow('should have 4 values but has 3');
  });
});

describe('a list that is not rectangular', () => {
  it.each<[string, unknown, string]>([
    ['a short row', [[1, 2, 3], [4, 5]], 'values[1] has 2 elements, but values[0] has 3'], // prettier-ignore
    ['a long row', [[1, 2], [3, 4, 5]], 'values[1] has 3 elements, but values[0] has 2'], // prettier-ignore
    ['a short slice', [[[1, 2], [3, 4]], [[5, 6]]], 'values[1] has 1 element, but values[0] has 2'], // prettier-ignore
    ['a short row of a slice', [[[1, 2], [3, 4]], [[5, 6], [7]]], 'values[1][1] has 1 element, but values[0][0] has 2'], // prettier-ignore
    ['a number among rows', [[1, 2], 3], 'values[1] is the number 3. A list of 2 elements is wanted'],
    ['a row among numbers', [1, [2, 3]], 'values[1] is a list of 2 elements. A number is wanted'],
    ['an empty row first', [[], [1]], 'values[1] has 1 element, but values[0] has 0'],
    ['an empty row last', [[1], []], 'values[1] has 0 elements, but values[0] has 1'],
    ['strings', [['a', 'b'], ['c']], 'values[1] has 1 element, but values[0] has 2'],
  ])('%s: an error that names it', (_, values, message) => {
    expect(() => tf.tensor(any(values))).toThrow(message);
    expect(() => tf.stack([any(values), any(values)])).toThrow(message);
  });

  it('is refused by every function that makes a tensor', async () => {
    const rows = [[1, 2], [3]];
    const cubes = [[[1, 2]], [[3]]];
    for (const make of [
      () => tf.tensor2d(rows),
      () => tf.tensor3d(cubes),
      () => tf.tensor4d([cubes]),
      () => tf.tensor5d([[cubes]]),
      () => tf.tensor6d([[[cubes]]]),
      () => tf.add(any(rows), 1),
      () => tf.concat([any(rows), any(rows)]),
      () => tf.gather([1, 2, 3], any(rows)),
    ])
      expect(make).toThrow(/\[[01]\] has 1 element, but .*\[0\] has 2/);
    await expect(tf.data.array([[1, 2], [3]]).batch(2).toArray()).rejects.toThrow('values[1] has 1 element'); // prettier-ignore
    expect(() => tf.tensor2d([1, 2, 3], [2, 2])).toThrow('should have 4 values but has 3');
    expect(() => tf.buffer([2, 2], 'float32', any([1, 2, 3]))).toThrow("Length of values '3'");
    const buffer = tf.buffer([2, 2]);
    Object.assign(buffer, { values: new Float32Array(3) });
    expect(() => buffer.toTensor()).toThrow('the shape [2, 2] takes 4 values, but there are 3');
    expect(() => tf.variable(any([1, 2]))).toThrow('tf.variable: the initial value must be a tensor, but it is a list');
    expect(() => tf.variable(tf.ones([2])).assign(any(tf.ones([3])))).toThrow(/shape/);
  });

  it('is refused at the memory itself, whoever asks', () => {
    const { backend } = device;
    expect(() => backend.write(new Float32Array(3), [2, 2], 'float32')).toThrow('takes 4 values, but there are 3');
    expect(() => backend.write(new Float32Array(5), [2, 2], 'float32')).toThrow('takes 4 values, but there are 5');
    expect(() => backend.write([new Uint8Array(1)], [2], 'string')).toThrow('takes 2 values, but there are 1');
    expect(() => backend.move({}, new Int32Array(3), [2], 'int32', 1)).toThrow('takes 2 values, but there are 3');
    expect(() => backend.output([-1, -4], 'float32')).toThrow('the shape [-1, -4], and -1 is negative');
    expect(() => backend.output([1.5], 'float32')).toThrow('1.5 is not a whole number');
    const engine = tf.engine() as unknown as { makeTensor(...args: unknown[]): unknown };
    expect(() => engine.makeTensor(new Float32Array(3), [4], 'float32')).toThrow('takes 4 values, but there are 3');
  });

  it('leaves nothing behind', () => {
    const before = tf.memory().numTensors;
    const used = device.backend.heap.used;
    for (let i = 0; i < 10; i++) expect(() => tf.tensor2d([[1, 2, 3], [4]])).toThrow(); // prettier-ignore
    for (let i = 0; i < 10; i++) expect(() => device.backend.write(new Float32Array(300), [100], 'float32')).toThrow();
    expect(tf.memory().numTensors).toBe(before);
    expect(device.backend.heap.used).toBe(used);
  });
});

describe('an element that is no number', () => {
  it.each<[string, unknown, string]>([
    ['a tensor', [tf.scalar.length, undefined], 'values[1] is undefined: write NaN'],
    ['null', [1, null], 'values[1] is null: write NaN where a number is missing'],
    ['an object', [{ a: 1 }], 'values[0] is an object (Object)'],
    ['an object of numbers', [{ 0: 1, 1: 2 }], 'values[0] is an object (Object)'],
    ['a Date', [new Date(0), new Date(1)], 'values[0] is a Date: date.getTime() is a number'],
    ['a promise', [Promise.resolve(1)], 'values[0] is a promise: await it first'],
    ['a function', [() => 1], 'values[0] is a function'],
    ['a string that is none', [[1], ['a']], 'values[1][0] is the string "a"'],
    ['a number among strings', ['a', 1], 'values[1] is the number 1. A string is wanted'],
    ['a BigInt beyond 2^53', [2n ** 53n], 'is 9007199254740992n, and beyond 2^53 numbers are not exact'],
  ])('%s: an error that names it', (_, values, message) => {
    expect(() => tf.tensor(any(values))).toThrow(message);
  });

  it('tensors in a list are named as such', () => {
    expect(() => tf.tensor(any([tf.scalar(1), tf.scalar(2)]))).toThrow('values[0] is a tensor []: tf.stack');
    expect(() => tf.tensor(any([[1], tf.ones([1])]))).toThrow('values[1] is a tensor [1]');
    expect(() => tf.tensor(any(tf.ones([2])))).toThrow('it is a tensor [2]');
  });

  it('what int32 cannot hold is no int32', () => {
    expect(() => made([3e9], [1], 'int32')).toThrow(
      "values[0] is 3000000000, which int32 cannot hold: name the dtype 'float32'",
    );
    expect(() => made([[1], [NaN]], [2, 1], 'int32')).toThrow('values[1][0] is NaN');
    expect(() => made(Uint32Array.of(1, 4e9))).toThrow('values[1] is 4000000000');
    expect(() => made([2n ** 40n])).toThrow('values[0] is 1099511627776');
    expect(() => made(BigInt64Array.of(2n ** 40n))).toThrow('values[0] is 1099511627776');
    expect(made(Uint32Array.of(1, 4e9), [2], 'float32')).toEqual(['float32', [2], [1, 4e9]]);
    expect(made([2n ** 40n], [1], 'float32')).toEqual(['float32', [1], [2 ** 40]]);
    expect(made([2 ** 31 - 1, -(2 ** 31), 1.9, -1.9], [4], 'int32')[2]).toEqual([2 ** 31 - 1, -(2 ** 31), 1, -1]);
  });
});

describe('types that meet', () => {
  it.each<[string, unknown, unknown]>([
    ['BigInts', [0n, 1n, -2n], ['int32', [3], [0, 1, -2]]],
    ['BigInts and numbers', [1n, 2.5], ['float32', [2], [1, 2.5]]],
    ['booleans', [true, false], ['bool', [2], [1, 0]]],
    ['booleans and numbers', [true, 2.5], ['float32', [2], [1, 2.5]]],
    ['numbers and booleans', [2.5, true], ['float32', [2], [2.5, 1]]],
    ['bytes and floats', [Uint8Array.of(1), Float32Array.of(0.5)], ['float32', [2, 1], [1, 0.5]]],
    ['rows of both kinds', [[1, 2], Float64Array.of(3, 4)], ['float32', [2, 2], [1, 2, 3, 4]]],
    ['nothing', [[], []], ['float32', [2, 0], []]],
  ])('%s', (_, values, expected) => {
    expect(made(values)).toEqual(expected);
  });

  it('strings that are numbers may be named numbers', () => {
    expect(made(['1', '2.5'], [2], 'float32')).toEqual(['float32', [2], [1, 2.5]]);
    expect(() => made(['1', ''], [2], 'float32')).toThrow('values[1] is the string ""');
  });

  it('strings stay strings', () => {
    expect(tf.tensor([['a', 'ü'], ['', 'b']]).arraySync()).toEqual([['a', 'ü'], ['', 'b']]); // prettier-ignore
  });
});

describe('a shape that is no list', () => {
  it.each<[string, () => unknown, string]>([
    ['zeros', () => tf.zeros(any(3)), 'is 3; write [3]'],
    ['ones', () => tf.ones(any(3)), 'is 3; write [3]'],
    ['fill', () => tf.fill(any(3), 1), 'is 3; write [3]'],
    ['randomUniform', () => tf.randomUniform(any(3)), 'tf.randomUniform: shape must be an array of whole numbers'],
    ['randomNormal', () => tf.randomNormal(any(3)), 'tf.randomNormal: shape must be an array of whole numbers'],
    [
      'truncatedNormal',
      () => tf.truncatedNormal(any(3)),
      'tf.truncatedNormal: shape must be an array of whole numbers',
    ],
    ['tensor', () => tf.tensor([1, 2], any(2)), 'is 2; write [2]'],
    ['zeros of nothing', () => tf.zeros(any(undefined)), 'zeros: shape is undefined'],
    ['ones of a string', () => tf.ones(any('3')), "and is '3'"],
    ['zeros of strings', () => tf.zeros(any(['3'])), 'an array of whole numbers'],
    ['zeros of less than none', () => tf.zeros([-1]), 'positive integers'],
  ])('%s: an error', (_, make, message) => {
    expect(make).toThrow(message);
  });

  it('a typed array is a list', () => {
    expect(tf.zeros(any(Int32Array.of(2, 3))).size).toBe(6);
  });
});

it('pixels that are missing are no pixels', () => {
  expect(() => tf.browser.fromPixels({ data: new Uint8Array(3), width: 2, height: 2 })).toThrow(
    '16 numbers, but data has 3',
  );
  expect(tf.browser.fromPixels({ data: new Uint8Array(16).fill(7), width: 2, height: 2 }).shape).toEqual([2, 2, 3]);
});
