// Values of a part as texts and files: JSON, CSV and NumPy's .npy.
import { exactNumber } from '../shared/numbers.ts';
import type { Part } from './part.ts';

/** Values as JSON has them: nested arrays; NaN and infinities as texts, complex numbers as pairs. */
export function toJson(part: Part): string {
  const nested = (axis: number, at: number): string => {
    if (axis === part.axes.length) return jsonValue(part, at);
    const { count } = part.axes[axis]!;
    const items = Array.from({ length: count }, (_, i) => nested(axis + 1, at + i * part.strides[axis]!));
    return `[${items.join(axis === part.axes.length - 1 ? ', ' : ',\n')}]`;
  };
  return nested(0, 0);
}

function jsonValue({ dtype, data }: Part, at: number): string {
  const number = (i: number) => {
    const value = plain(data[i]!, dtype);
    return /^-?\d/.test(value) ? value : JSON.stringify(value);
  };
  if (Array.isArray(data)) return JSON.stringify(data[at]);
  if (dtype === 'bool') return data[at] ? 'true' : 'false';
  return dtype === 'complex64' ? `[${number(2 * at)}, ${number(2 * at + 1)}]` : number(at);
}

/** The shortest text that gives the value back, as programs read it. */
function plain(value: number | bigint | string, dtype: string): string {
  const text = typeof value === 'string' ? value : exactNumber(value, dtype);
  return text.replaceAll('\u2212', '-').replace(/^([-+]?)∞$/, (_, sign) => (sign === '-' ? '-Infinity' : 'Infinity'));
}

/**
 * Rows along the last axis. A tensor of more than two axes begins each row with the indices of the others, `i0, i1, …`, under a head.
 */
export function toCsv(part: Part): string {
  const rank = part.axes.length;
  const inner = rank === 0 ? 1 : part.axes[rank - 1]!.count;
  const lines: string[] = [];
  if (rank > 2) {
    const { start = 0, step = 1 } = part.axes[rank - 1]!;
    const names = Array.from({ length: rank - 1 }, (_, i) => `i${i}`);
    lines.push([...names, ...Array.from({ length: inner }, (_, i) => start + i * step)].join(','));
  }
  for (let at = 0; at < part.size; at += inner) {
    const index = rank > 2 ? part.indexOf(at).slice(0, -1) : [];
    lines.push([...index, ...Array.from({ length: inner }, (_, i) => csvValue(part, at + i))].join(','));
  }
  return `${lines.join('\n')}\n`;
}

function csvValue({ dtype, data }: Part, at: number): string {
  if (Array.isArray(data)) return `"${data[at]!.replaceAll('"', '""')}"`;
  if (dtype === 'bool') return data[at] ? '1' : '0';
  if (dtype !== 'complex64') return plain(data[at]!, dtype);
  const imaginary = plain(data[2 * at + 1]!, dtype);
  return `${plain(data[2 * at]!, dtype)}${/^-/.test(imaginary) ? '' : '+'}${imaginary}i`;
}

const NPY_TYPES: Record<string, string> = {
  bool: '|b1',
  int8: '|i1',
  uint8: '|u1',
  int16: '<i2',
  uint16: '<u2',
  int32: '<i4',
  uint32: '<u4',
  int64: '<i8',
  uint64: '<u8',
  float16: '<f4',
  float32: '<f4',
  float64: '<f8',
  complex64: '<c8',
};

/** A .npy file, version 1.0 (https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html). Texts become fixed-width UTF-32. */
export function toNpy(part: Part): Uint8Array<ArrayBuffer> {
  const { data, dtype, axes } = part;
  const [descr, body] = Array.isArray(data) ? utf32(data) : [NPY_TYPES[dtype]!, bytesOf(data)];
  const shape = axes.map(({ count }) => `${count},`).join(' ');
  const head = `{'descr': '${descr}', 'fortran_order': False, 'shape': (${shape}), }`;
  // Ten bytes come before the head, which ends in a line feed at a multiple of 64
  const length = Math.ceil((10 + head.length + 1) / 64) * 64 - 10;
  const file = new Uint8Array(10 + length + body.length);
  file.set([0x93, ...new TextEncoder().encode('NUMPY'), 1, 0, length & 255, length >> 8]);
  file.set(new TextEncoder().encode(`${head.padEnd(length - 1)}\n`), 10);
  file.set(body, 10 + length);
  return file;
}

const bytesOf = ({ buffer, byteOffset, byteLength }: ArrayBufferView) => new Uint8Array(buffer, byteOffset, byteLength);

function utf32(texts: string[]): [descr: string, body: Uint8Array] {
  const points = texts.map((text) => Array.from(text, (c) => c.codePointAt(0)!));
  const width = points.reduce((most, { length }) => Math.max(most, length), 1);
  const body = new Uint32Array(texts.length * width);
  points.forEach((codes, i) => body.set(codes, i * width));
  return [`<U${width}`, bytesOf(body)];
}
