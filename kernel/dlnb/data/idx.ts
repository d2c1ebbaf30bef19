// Reads the IDX format of the MNIST files: a big-endian header (two zero bytes, type, rank, sizes), then the values in
// row-major order.
import { shapeText, sizeOf } from '../shape.ts';

/** Unsigned bytes with their shape. */
export interface IdxArray {
  shape: number[];
  values: Uint8Array;
}

/**
 * Reads an IDX file of unsigned bytes.
 * @param name name of the file, for errors
 * @throws Error that says what is wrong with the file
 */
export function readIdx(bytes: Uint8Array, name: string): IdxArray {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < 4 || view.getUint16(0) !== 0)
    throw new Error(`${name} is not an IDX file: it does not begin with two zero bytes`);
  const [type, rank] = [bytes[2]!, bytes[3]!];
  if (type !== 0x08)
    throw new Error(`${name} holds values of type 0x${type.toString(16)}; only unsigned bytes (0x8) are read`);
  const header = 4 + 4 * rank;
  if (rank === 0 || bytes.length < header) throw new Error(`${name} ends within its header`);
  const shape = Array.from({ length: rank }, (_, k) => view.getUint32(4 + 4 * k));
  const size = sizeOf(shape);
  if (bytes.length !== header + size)
    throw new Error(
      `${name} should hold ${size} values for its shape ${shapeText(shape)}, and holds ${bytes.length - header}`,
    );
  return { shape, values: bytes.subarray(header) };
}
