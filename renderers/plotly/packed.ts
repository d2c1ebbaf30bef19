// Lists of a figure, which are plain or packed in base64. No DOM, no plotly.
import { isRecord } from '../../kernel/wire/fields.ts';

const READERS = {
  i1: Int8Array,
  u1: Uint8Array,
  u1c: Uint8ClampedArray,
  i2: Int16Array,
  u2: Uint16Array,
  i4: Int32Array,
  u4: Uint32Array,
  f4: Float32Array,
  f8: Float64Array,
} as const;

/** A list of a trace: a plain or packed array; undefined if it is none. */
export function listOf(value: unknown): unknown[] | undefined {
  if (Array.isArray(value)) return value as unknown[];
  if (!isRecord(value) || typeof value['bdata'] !== 'string') return undefined;
  const reader = READERS[String(value['dtype']) as keyof typeof READERS];
  if (!reader) return undefined;
  const bytes = Uint8Array.from(atob(value['bdata']), (c) => c.charCodeAt(0));
  const flat = Array.from(new reader(bytes.buffer));
  const shape = value['shape'] === undefined ? [] : String(value['shape']).split(',').map(Number);
  if (shape.length < 2) return flat;
  const columns = shape[1]!;
  return Array.from({ length: shape[0]! }, (_, i) => flat.slice(i * columns, (i + 1) * columns));
}
