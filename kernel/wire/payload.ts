// The bytes of outputs that the renderers of tensors, graphs and filters draw: written by the kernel, read by the
// renderers. Little-endian:
//
// | bytes | content |
// |---|---|
// | 4 | the format's magic, four letters of ASCII |
// | 2 | version |
// | 2 | 0 |
// | 4 | length of the head in bytes, n |
// | n | the head: JSON, with spaces at its end so that the body begins at a multiple of 8 |
// | rest | the body: numbers |
import { check, checkVersion, fieldsOf, PayloadError, type Fields } from './fields.ts';

export interface PayloadFormat {
  /** For error messages, with its article: `a graph`. */
  what: string;
  /** Four letters. */
  magic: string;
  /** The version that this program writes and draws. */
  version: number;
}

/** The kernel writes no larger payload, in bytes. */
export const MAX_PAYLOAD = 1_000_000;
/** The renderers draw no larger payload, in bytes: far more than the kernel writes. */
export const MAX_DRAWN = 8_000_000;
/** No head is longer, in bytes. */
const MAX_HEAD = 1 << 20;

/** Bytes before the head. */
export const PREFIX = 12;
const ALIGNMENT = 8;

/** A head as the bytes of its JSON. */
export const encodeHead = (head: object): Uint8Array => new TextEncoder().encode(JSON.stringify(head));

/**
 * The bytes of a payload.
 * @param head from {@link encodeHead}
 */
export function writePayload({ magic, version }: PayloadFormat, head: Uint8Array, body: Uint8Array): Uint8Array {
  const start = Math.ceil((PREFIX + head.length) / ALIGNMENT) * ALIGNMENT;
  const payload = new Uint8Array(start + body.length);
  const view = new DataView(payload.buffer);
  for (let i = 0; i < 4; i++) payload[i] = magic.charCodeAt(i);
  view.setUint16(4, version, true);
  view.setUint32(8, start - PREFIX, true);
  payload.set(head, PREFIX);
  payload.fill(0x20, PREFIX + head.length, start);
  payload.set(body, start);
  return payload;
}

/**
 * The head of a payload and the bytes of its body.
 * @throws PayloadError that says what is wrong
 */
export function readPayload(
  bytes: Uint8Array,
  { what, magic, version }: PayloadFormat,
): { head: Fields; body: Uint8Array } {
  check(bytes.length <= MAX_DRAWN, `its ${bytes.length} bytes are more than can be drawn`);
  check(bytes.length >= PREFIX && String.fromCharCode(...bytes.subarray(0, 4)) === magic, `it is not ${what}`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  checkVersion(view.getUint16(4, true), version);
  const length = view.getUint32(8, true);
  const start = PREFIX + length;
  check(length <= MAX_HEAD && start <= bytes.length, 'its length is not what its head says');
  return { head: fieldsOf(parse(bytes.subarray(PREFIX, start)), 'the head'), body: bytes.subarray(start) };
}

function parse(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (e) {
    throw new PayloadError(`its head is not JSON: ${(e as Error).message}`);
  }
}

/** The bytes of numbers, without a copy. All platforms of kernel and renderers are little-endian. */
export const bytesOf = ({ buffer, byteOffset, byteLength }: ArrayBufferView): Uint8Array =>
  new Uint8Array(buffer, byteOffset, byteLength);

/** Longest name in a head, in characters. */
const MAX_NAME = 120;

/** The text, or its beginning with `…` if it is longer than `most` characters. */
export const shortened = (text: string, most = MAX_NAME): string =>
  text.length > most ? `${text.slice(0, most - 1)}…` : text;
