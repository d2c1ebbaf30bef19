// Values of a part as texts and files: JSON, CSV and NumPy's .npy.
import { NPY_TYPES, npyHead, npyText } from '../../kernel/wire/npy.ts';
import { bytesOf } from '../../kernel/wire/payload.ts';
import type { TensorDtype } from '../../kernel/wire/tensor.ts';
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

/** The shortest text that reads back as the same value, in the notation of programming languages. */
function plain(value: number | bigint | string, dtype: string): string {
  const text = typeof value === 'string' ? value : exactNumber(value, dtype);
  return text.replaceAll('\u2212', '-').replace(/^([-+]?)∞$/, (_, sign) => (sign === '-' ? '-Infinity' : 'Infinity'));
}

/**
 * Rows along the last axis. With more than two axes, each row begins with the indices along the others, and a head
 * names the columns: `i0, i1, …`.
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

/**
 * A .npy file. Texts become UTF-32 of fixed width, with zeros at the end of shorter texts; float16, which a part holds
 * widened, becomes float32.
 */
export function toNpy(part: Part): Uint8Array<ArrayBuffer> {
  const { data, dtype, axes } = part;
  const [type, body] = Array.isArray(data) ? utf32(data) : [numberType(dtype), bytesOf(data)];
  const head = npyHead(
    type,
    axes.map(({ count }) => count),
  );
  const file = new Uint8Array(head.length + body.length);
  file.set(head);
  file.set(body, head.length);
  return file;
}

const numberType = (dtype: TensorDtype) => NPY_TYPES[dtype === 'float16' || dtype === 'string' ? 'float32' : dtype];

/** @returns NumPy's type, and the bytes */
function utf32(texts: string[]): [type: string, body: Uint8Array] {
  const points = texts.map((text) => Array.from(text, (c) => c.codePointAt(0)!));
  const width = points.reduce((most, { length }) => Math.max(most, length), 1);
  const body = new Uint32Array(texts.length * width);
  points.forEach((codes, i) => body.set(codes, i * width));
  return [npyText(width), bytesOf(body)];
}
