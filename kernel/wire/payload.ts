// The bytes of outputs that the renderers of tensors, graphs and filters draw: see TensorHeader, GraphHeader and FiltersHeader in mime.ts.

/** Such an output is never larger, in bytes. */
export const MAX_PAYLOAD = 1_000_000;

/** Bytes before the head. */
export const PREFIX = 12;

const MAX_NAME = 120;

/** The text, or its beginning where it is longer than `most` characters. */
export const shortened = (text: string, most = MAX_NAME) => (text.length > most ? `${text.slice(0, most - 1)}…` : text);

/** The bytes of numbers; the platforms of the kernel are all little-endian. */
export const bytesOf = ({ buffer, byteOffset, byteLength }: ArrayBufferView) =>
  new Uint8Array(buffer, byteOffset, byteLength);

/**
 * A payload in the layout that all three share.
 * @param magic four letters
 * @param head JSON
 * @param body begins at a multiple of 8
 */
export function payloadOf(magic: string, version: number, head: Uint8Array, body: Uint8Array): Uint8Array {
  const start = Math.ceil((PREFIX + head.length) / 8) * 8;
  const payload = new Uint8Array(start + body.length);
  const view = new DataView(payload.buffer);
  payload.set(Buffer.from(magic, 'latin1'));
  view.setUint16(4, version, true);
  view.setUint32(8, start - PREFIX, true);
  payload.set(head, PREFIX);
  payload.fill(0x20, PREFIX + head.length, start);
  payload.set(body, start);
  return payload;
}
