// `.npy` and `.npz` files against what NumPy wrote and read: every type, byte orders, orders of axes; and files that we
// write, byte by byte.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { dataIn, expected, fixtures } from './host.ts';

let folder = '';
beforeAll(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'dlnb-npy-'));
  await tf.setBackend('cpu');
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const numpy = dataIn(path.join(fixtures, 'npy'));
const own = () => dataIn(folder);
const bytesOf = (name: string) => readFileSync(path.join(fixtures, 'npy', name));
/** JSON has neither big integers nor infinities. */
const number = (v: number | string) => (v === 'nan' ? NaN : v === 'inf' ? Infinity : v === '-inf' ? -Infinity : Number(v)); // prettier-ignore

describe('an array of NumPy', () => {
  it.each(Object.entries(expected.npy))('is read as NumPy has it: %s', async (name, { dtype, shape, values }) => {
    const array = await numpy.npy(`${name}.npy`);
    expect([array.dtype, array.shape]).toEqual([dtype, shape]);
    if (dtype === 'str' || dtype === 'bytes') expect(array.texts).toEqual(values);
    else if (name === 'beyond') expect(Array.from(array.bigints, String)).toEqual(values);
    else expect(Array.from(array.values)).toEqual(values.map(number));
  });

  it('is a tensor of its shape and type', async () => {
    const read = async (name: string) => (await numpy.npy(`${name}.npy`)).tensor();
    for (const [name, dtype] of [
      ['float64-big', 'float32'],
      ['int64', 'int32'],
      ['bool', 'bool'],
      ['fortran', 'float32'],
      ['uint8', 'int32'],
      ['scalar', 'float32'],
      ['empty', 'float32'],
    ] as const) {
      // prettier-ignore
      const tensor = await read(name);
      expect([tensor.dtype, tensor.shape]).toEqual([dtype, expected.npy[name]!.shape]);
      expect(Array.from(tensor.dataSync())).toEqual(expected.npy[name]!.values.map((v) => Math.fround(Number(v))));
    }
    const complex = await read('complex64');
    expect([complex.dtype, Array.from(complex.dataSync())]).toEqual(['complex64', expected.npy['complex64']!.values]);
    expect((await read('text')).arraySync()).toEqual([['a', 'äöü'], ['', '😀x']]); // prettier-ignore
    const before = tf.memory().numTensors;
    (await read('complex64')).dispose();
    expect(tf.memory().numTensors).toBe(before);
  });

  it('may have a header of version 2', async () => {
    expect(Array.from((await numpy.npy('version-2.npy')).values)).toEqual([0, 1, 2, 3, 4, 5]);
  });

  it('says what is read instead', async () => {
    await expect(numpy.npy('objects.npy')).rejects.toThrow(
      /is an array of Python objects, which are not read\. Save it as numbers/,
    );
    await expect(numpy.npy('records.npy')).rejects.toThrow(/is an array of records with named fields/);
    await expect(numpy.npy('dates.npy')).rejects.toThrow(/has the type <M8\[D\], which is not read/);
    await expect(numpy.npy('two.npz')).rejects.toThrow(/not an array of NumPy but a zip archive.* data\.npz/);
    await expect(numpy.npy('no.npy')).rejects.toThrow(/there is no file/);
    const beyond = await numpy.npy('beyond.npy');
    expect(() => beyond.values).toThrow(/holds 9223372036854775807, which is no exact number; read bigints/);
    expect(() => beyond.texts).toThrow(/holds int64, not texts/);
    const text = await numpy.npy('text.npy');
    expect(() => text.values).toThrow(/holds texts; read texts/);
    expect(() => text.bigints).toThrow(/holds str, not int64/);
  });

  it('that is damaged is told', async () => {
    const whole = bytesOf('float64.npy');
    const read = (bytes: Uint8Array) => {
      writeFileSync(path.join(folder, 'cut.npy'), bytes);
      return own().npy('cut.npy');
    };
    await expect(read(whole.subarray(0, whole.length - 1))).rejects.toThrow(/is cut off: an array of shape \[2, 3\] and type <f8 has 48 bytes, and 47 are there/); // prettier-ignore
    await expect(read(whole.subarray(0, 40))).rejects.toThrow(/has a header that is damaged or cut off/);
    await expect(read(whole.subarray(0, 8))).rejects.toThrow(/is not an array of NumPy/);
    await expect(read(new Uint8Array(0))).rejects.toThrow(/is empty/);
    await expect(read(Buffer.from('a,b\n1,2\n'))).rejects.toThrow(/is not an array of NumPy/);
  });
});

describe('a file that is written', () => {
  it.each(Object.keys(expected.npy).filter((name) => !/text|bytes/.test(name)))(
    'has the bytes of NumPy: %s',
    async (name) => {
      const array = await numpy.npy(`${name}.npy`);
      const options = { fortranOrder: name.startsWith('fortran'), bigEndian: name.endsWith('-big') };
      await own().saveNpy('./made/out.npy', array, options);
      const [head, made] = [bytesOf(`${name}.npy`), readFileSync(path.join(folder, 'made/out.npy'))];
      // NumPy leaves more room in the header; what it says is the same
      const parts = (bytes: Buffer) => {
        const end = 10 + bytes.readUInt16LE(8);
        return [bytes.subarray(10, end).toString('latin1').trimEnd(), bytes.subarray(end).toString('hex')];
      };
      expect(parts(made)).toEqual(parts(head));
      expect((10 + made.readUInt16LE(8)) % 64).toBe(0);
    },
  );

  it('may come of tensors, typed arrays, lists and numbers', async () => {
    const { saveNpy, npy } = own();
    const back = async (
      ...[array, options]: Parameters<typeof saveNpy> extends [unknown, ...infer Rest] ? Rest : never
    ) => {
      await saveNpy('x.npy', array, options);
      const { dtype, shape, values } = await npy('x.npy');
      return [dtype, shape, Array.from(values)];
    };
    expect(await back(tf.tensor2d([[1.5, 2]]))).toEqual(['float32', [1, 2], [1.5, 2]]);
    expect(await back(tf.tensor1d([1, 2], 'int32'))).toEqual(['int32', [2], [1, 2]]);
    expect(await back(tf.tensor1d([true, false], 'bool'))).toEqual(['bool', [2], [1, 0]]);
    expect(await back(tf.complex([1, 2], [3, 4]))).toEqual(['complex64', [2], [1, 3, 2, 4]]);
    expect(await back(Int16Array.of(-1, 2))).toEqual(['int16', [2], [-1, 2]]);
    expect(await back([[1, 2], [3, 4.5]])).toEqual(['float64', [2, 2], [1, 2, 3, 4.5]]); // prettier-ignore
    expect(await back(7)).toEqual(['float64', [], [7]]);
    expect(await back({ values: [1, 2, 3, 4], shape: [2, 2] }, { dtype: 'uint8' })).toEqual([
      'uint8',
      [2, 2],
      [1, 2, 3, 4],
    ]);
    expect(await back([1, 2], { dtype: 'complex128' })).toEqual(['complex128', [2], [1, 0, 2, 0]]);
    expect(await back([], {})).toEqual(['float64', [0], []]);
  });

  it('rounds to half precision as NumPy does', async () => {
    await own().saveNpy('h.npy', [2049, 2051, 1 + 2 ** -11, 65519, 65520, 2 ** -25, 1.5 * 2 ** -25, 2047.9999], {
      dtype: 'float16',
    });
    // numpy.array([…], "float16")
    expect(Array.from((await own().npy('h.npy')).values)).toEqual([2048, 2052, 1, 65504, Infinity, 0, 2 ** -24, 2048]);
  });

  it('refuses what cannot be written', async () => {
    const { saveNpy } = own();
    await expect(saveNpy('x.npy', [300], { dtype: 'uint8' })).rejects.toThrow(
      /value 0 is 300, which uint8 does not hold \(0 to 255\)\. Pass another dtype/,
    );
    await expect(saveNpy('x.npy', [1.5], { dtype: 'int32' })).rejects.toThrow(/it holds whole numbers/);
    await expect(saveNpy('x.npy', [NaN], { dtype: 'int64' })).rejects.toThrow(/value 0 is NaN/);
    await expect(saveNpy('x.npy', [[1], [2, 3]])).rejects.toThrow(/all lists at one depth must have the same length/);
    await expect(saveNpy('x.npy', ['a'] as never)).rejects.toThrow(/lists must hold numbers, and one holds a/);
    await expect(saveNpy('x.npy', {} as never)).rejects.toThrow(/must be a tensor, a typed array/);
    await expect(saveNpy('x.npy', undefined as never)).rejects.toThrow(/must be a tensor, a typed array/);
    await expect(saveNpy('x.npy', { values: [1], shape: [2] })).rejects.toThrow(
      /the shape \[2\] means 2 numbers, and there are 1/,
    );
    await expect(saveNpy('x.npy', [1], { dtype: 'float8' } as never)).rejects.toThrow(/dtype must be "bool" or/);
    await expect(saveNpy('x.npy', tf.complex([1], [2]), { dtype: 'float32' })).rejects.toThrow(
      /complex numbers cannot be written as float32/,
    );
    await expect(saveNpy('.', [1])).rejects.toThrow(/cannot be written: it is a folder/);
    await expect(saveNpy('x.npy/y.npy', [1])).rejects.toThrow(/cannot be written/);
  });
});

describe('an archive of arrays', () => {
  it.each(['two.npz', 'packed.npz'])('is read: %s', async (name) => {
    const arrays = await numpy.npz(name);
    expect(Object.keys(arrays)).toEqual(['x', 'y']);
    const { x, y } = arrays;
    if (name === 'two.npz') expect([Array.from(x!.values), y!.shape]).toEqual([expected.npy['float32']!.values, [3]]);
    else expect([x!.shape, Array.from(y!.values)]).toEqual([[20, 20], expected.npy['bool']!.values]);
  });

  it('is written and read, with the same bytes for the same arrays', async () => {
    const { saveNpz, npz } = own();
    for (const compress of [false, true]) {
      await saveNpz('d.npz', { x: tf.ones([3, 2]), labels: Int32Array.of(0, 1, 1) }, { compress });
      const first = readFileSync(path.join(folder, 'd.npz'));
      const { x, labels } = await npz('d.npz');
      const set = dataIn(folder).dataset({ x: x!, labels: labels! });
      expect([set.size, set.shape, [...set.labels], set.classNames]).toEqual([3, [2], [0, 1, 1], ['0', '1']]);
      expect(dataIn(folder).dataset({ x: x!, y: labels! }).targetShape).toEqual([1]);
      await saveNpz('d.npz', { x: tf.ones([3, 2]), labels: Int32Array.of(0, 1, 1) }, { compress });
      expect(readFileSync(path.join(folder, 'd.npz')).equals(first)).toBe(true);
    }
  });

  it('says what is wrong', async () => {
    const arrays = await numpy.npz('two.npz');
    expect(() => arrays['xx']).toThrow(/has no array "xx"; there are x, y/);
    await expect(Promise.resolve(arrays)).resolves.toBe(arrays);
    await expect(numpy.npz('float32.npy')).rejects.toThrow(
      /not an archive of arrays but an array of NumPy\. data\.npy reads it/,
    );
    writeFileSync(path.join(folder, 'cut.npz'), bytesOf('two.npz').subarray(0, 100));
    await expect(own().npz('cut.npz')).rejects.toThrow(/cannot be unpacked/);
    for (const wrong of [undefined, {}, [1], 5, tf.ones([1])])
      await expect(own().saveNpz('d.npz', wrong as never)).rejects.toThrow(/must be an object of arrays by name/);
  });
});
