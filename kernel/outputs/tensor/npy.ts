// Writes large tensors as NumPy files. The renderer makes the file itself if it holds all values.
import { closeSync, openSync, writeSync } from 'node:fs';
import { NPY_TYPES, npyHead } from '../../wire/npy.ts';
import { bytesOf } from '../../wire/payload.ts';
import type { TensorValues } from './values.ts';

/**
 * Writes a .npy file straight from the values.
 * @returns its size in bytes
 * @throws TypeError for texts, and Error if the file cannot be written
 */
export function writeNpy({ dtype, shape, data }: TensorValues, file: string): number {
  if (dtype === 'string' || Array.isArray(data)) throw new TypeError(`values of type ${dtype} have no fixed size`);
  const fd = openSync(file, 'w');
  try {
    return writeAll(fd, npyHead(NPY_TYPES[dtype], shape)) + writeAll(fd, bytesOf(data));
  } finally {
    closeSync(fd);
  }
}

/** A single call writes 2 GB at most. */
function writeAll(fd: number, bytes: Uint8Array): number {
  for (let at = 0; at < bytes.length;) at += writeSync(fd, bytes, at, Math.min(bytes.length - at, 1 << 30));
  return bytes.length;
}
