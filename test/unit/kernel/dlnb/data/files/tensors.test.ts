// Tensors in safetensors files: types as PyTorch wrote them (test/built/kernel/dlnb/nn/files/make.py), what was saved
// comes back, and what wrong calls and files say.
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { readSafetensors } from '../../../../../../kernel/formats/safetensors.ts';
import { root } from '../../../../../paths.ts';
import { dataIn, fixtures } from './host.ts';

let folder = '';
beforeAll(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'dlnb-tensors-'));
  await tf.setBackend('cpu');
  await data().saveTensors('whole.safetensors', { w: tf.ones([2, 3]) });
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const data = () => dataIn(folder);
const write = (name: string, bytes: Uint8Array) => writeFileSync(path.join(folder, name), bytes);
const typesOf = (name: string) =>
  [...readSafetensors(readFileSync(path.join(folder, name)), name).tensors].map(([key, { dtype }]) => [key, dtype]);

describe('loadTensors', () => {
  it('brings the types of PyTorch to those of tensors, and says that float64 is rounded', async () => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {});
    const torch = dataIn(path.join(root, 'test/built/kernel/dlnb/nn/files/fixtures'));
    const { half, brain, double, long } = await torch.loadTensors('types.safetensors');
    const told = warn.mock.calls.flat().filter((text) => String(text).startsWith('data.'));
    warn.mockRestore();
    expect(Array.from(half!.dataSync())).toEqual([0.5, -1.25, 65504, 2 ** -24]);
    // The bfloat16 nearest to 1e38
    expect(Array.from(brain!.dataSync())).toEqual([1, -3.140625, 150 * 2 ** 119]);
    expect([double!.dtype, double!.shape, ...double!.dataSync()]).toEqual(['float32', [1, 2], Math.fround(0.1), 2]);
    expect([long!.dtype, long!.shape, ...long!.dataSync()]).toEqual(['int32', [2, 1], -3, 2147483647]);
    expect(told).toEqual([expect.stringMatching(/^data\.loadTensors: double in .*types\.safetensors hold float64/)]);
  });

  it('says what is wrong with a file', async () => {
    write('cut.safetensors', readFileSync(path.join(folder, 'whole.safetensors')).subarray(0, -1));
    await expect(data().loadTensors('cut.safetensors')).rejects.toThrow(
      /data\.loadTensors: .*cut\.safetensors: "w" ends at byte 24 of the numbers, of which the file has 23: it is cut short/,
    );
    write('empty.safetensors', new Uint8Array());
    await expect(data().loadTensors('empty.safetensors')).rejects.toThrow(/is empty \(0 bytes\)/);
    await expect(data().loadTensors('hole.safetensors')).rejects.toThrow(/there is no file .*Did you mean "whole/);
    await expect(dataIn(path.join(fixtures, 'npy')).loadTensors('float64.npy')).rejects.toThrow(
      /is not a safetensors file but an array of NumPy\. data\.npy reads it\./,
    );
    await data().saveTensors('big.safetensors', { n: new BigInt64Array([2n ** 40n]) as never });
    await expect(data().loadTensors('big.safetensors')).rejects.toThrow(
      /"n" in .* holds 1099511627776, which the type int32/,
    );
    await expect(data().npy('whole.safetensors')).rejects.toThrow(
      /not an array of NumPy but a safetensors file\. data\.loadTensors, or nn\.loadWeights, reads it\./,
    );
  });
});

describe('saveTensors', () => {
  it('keeps types, shapes and numbers', async () => {
    const half = tf.tensor([[0.1, -Infinity]]);
    const saved = {
      w: tf.tensor([[1.5, NaN, -0]]),
      n: tf.tensor1d([-7, 8], 'int32'),
      yes: tf.tensor1d([true, false], 'bool'),
      list: [[1], [0.1]],
      one: 3,
      bytes: Uint8Array.of(255),
    };
    await data().saveTensors('deep/all.safetensors', saved);
    expect(typesOf('deep/all.safetensors')).toEqual([
      ['list', 'F32'],
      ['n', 'I32'],
      ['one', 'F32'],
      ['w', 'F32'],
      ['bytes', 'U8'],
      ['yes', 'BOOL'],
    ]);
    const back = await data().loadTensors('deep/all.safetensors');
    const seen = (name: string) => [back[name]!.dtype, back[name]!.shape, ...back[name]!.dataSync()];
    expect(seen('w')).toEqual(['float32', [1, 3], 1.5, NaN, -0]);
    expect(seen('n')).toEqual(['int32', [2], -7, 8]);
    expect(seen('yes')).toEqual(['bool', [2], 1, 0]);
    expect(seen('list')).toEqual(['float32', [2, 1], 1, Math.fround(0.1)]);
    expect(seen('one')).toEqual(['float32', [], 3]);
    expect(seen('bytes')).toEqual(['int32', [1], 255]);
    await data().saveTensors('half.safetensors', { half }, { dtype: 'F16', metadata: { epoch: '3' } });
    expect(typesOf('half.safetensors')).toEqual([['half', 'F16']]);
    // The nearest half to 0.1
    const [near, infinite] = (await data().loadTensors('half.safetensors'))['half']!.dataSync();
    expect([near, infinite]).toEqual([1638 / 2 ** 14, -Infinity]);
  });

  it('refuses what cannot be stored, and leaves no part of a file', async () => {
    const save = (tensors: object, options?: object) => data().saveTensors('no.safetensors', tensors as never, options);
    await expect(save({})).rejects.toThrow(/must be an object of tensors by name, as \{ w, b \}/);
    await expect(save(tf.ones([2]))).rejects.toThrow(/must be an object of tensors by name.*got a tensor \[2\]/);
    await expect(save({ a: 'x' })).rejects.toThrow(/data\.saveTensors: a: the array must be a tensor/);
    await expect(save({ c: tf.complex([1], [2]) })).rejects.toThrow(/complex numbers have no type/);
    await expect(save({ __metadata__: 1 })).rejects.toThrow(/cannot be named "__metadata__"/);
    await expect(save({ a: 1 }, { metadata: { n: 3 } })).rejects.toThrow(/metadata must be an object of texts/);
    await expect(save({ a: 1 }, { dtype: 'F8' })).rejects.toThrow(/dtype must be "F64" or "F32" or "F16" or "BF16"/);
    expect(existsSync(path.join(folder, 'no.safetensors'))).toBe(false);
    mkdirSync(path.join(folder, 'taken'), { recursive: true });
    await expect(data().saveTensors('taken', { a: 1 })).rejects.toThrow(/cannot be written: it is a folder/);
    expect(readdirSync(folder).filter((name) => name.includes('.part'))).toEqual([]);
  });
});
