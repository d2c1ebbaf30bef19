// Large tensors as NumPy's files: the renderer makes those of what it has itself.
import { closeSync, openSync, writeSync } from 'node:fs';
import type { TensorDtype } from '../../wire/mime.ts';
import type { TensorValues } from './values.ts';

const TYPES: Partial<Record<TensorDtype, string>> = {
  bool: '|b1',
  int8: '|i1',
  uint8: '|u1',
  int16: '<i2',
  uint16: '<u2',
  int32: '<i4',
  uint32: '<u4',
  int64: '<i8',
  uint64: '<u8',
  float16: '<f2',
  float32: '<f4',
  float64: '<f8',
  complex64: '<c8',
};

/**
 * Writes a .npy file, version 1.0 (https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html), straight from the values.
 * @returns its size in bytes
 * @throws TypeError for texts, and Error where the file cannot be written
 */
export function writeNpy({ dtype, shape, data }: TensorValues, file: string): number {
  const descr = TYPES[dtype];
  if (!descr || Array.isArray(data)) throw new TypeError(`values of type ${dtype} have no fixed size`);
  const head = `{'descr': '${descr}', 'fortran_order': False, 'shape': (${shape.map((n) => `${n},`).join(' ')}), }`;
  // Ten bytes come before the head, which ends in a line feed at a multiple of 64
  const length = Math.ceil((10 + head.length + 1) / 64) * 64 - 10;
  const prefix = Buffer.from([0x93, ...Buffer.from('NUMPY'), 1, 0, length & 255, length >> 8]);
  const fd = openSync(file, 'w');
  try {
    const parts = [prefix, Buffer.from(`${head.padEnd(length - 1)}\n`), data];
    return parts.reduce((size, part) => size + writeAll(fd, part), 0);
  } finally {
    closeSync(fd);
  }
}

/** A single call writes 2 GB at most. */
function writeAll(fd: number, { buffer, byteOffset, byteLength }: ArrayBufferView): number {
  const bytes = new Uint8Array(buffer, byteOffset, byteLength);
  for (let at = 0; at < byteLength;) at += writeSync(fd, bytes, at, Math.min(byteLength - at, 1 << 30));
  return byteLength;
}
