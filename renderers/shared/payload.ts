// Reads payloads that begin with four letters, a version and a head in JSON, and checks fields of such heads. A payload comes from a file
// that anyone may have written: nothing of it is used before it is checked.

/** Why a payload is not drawn: the rest of a sentence such as "The graph cannot be drawn:". */
export class PayloadError extends Error {
  constructor(
    message: string,
    /** What to do about it, where known. */
    readonly remedy?: string,
  ) {
    super(message);
  }
}

export interface PayloadFormat {
  /** `a graph`: what it would be. */
  what: string;
  magic: string;
  version: number;
  /** In bytes. */
  most: number;
}

const PREFIX = 12;
const MAX_TEXT = 400;

/**
 * The head of a payload and the bytes after it.
 * @throws PayloadError that says what is wrong
 */
export function openPayload(
  bytes: Uint8Array,
  { what, magic, version, most }: PayloadFormat,
): { head: Record<string, unknown>; body: Uint8Array } {
  check(bytes.length <= most, `its ${bytes.length} bytes are more than can be drawn`);
  check(bytes.length >= PREFIX && ascii(bytes.subarray(0, 4)) === magic, `it is not ${what}`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const found = view.getUint16(4, true);
  if (found !== version)
    throw new PayloadError(
      `it is of version ${found}, and this program draws version ${version}`,
      found > version ? 'Update the extension, or run the cell again.' : 'Run the cell again.',
    );
  const start = PREFIX + view.getUint32(8, true);
  check(start <= bytes.length, 'its length is not what its head says');
  return { head: object(parse(bytes.subarray(PREFIX, start)), 'the head'), body: bytes.subarray(start) };
}

function parse(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (e) {
    throw new PayloadError(`its head is not JSON: ${(e as Error).message}`);
  }
}

const ascii = (bytes: Uint8Array) => String.fromCharCode(...bytes);

export function check(holds: boolean, otherwise: string): asserts holds {
  if (!holds) throw new PayloadError(otherwise);
}

export function object(value: unknown, what: string): Record<string, unknown> {
  check(typeof value === 'object' && value !== null && !Array.isArray(value), `${what} is not an object`);
  return value as Record<string, unknown>;
}

export function list(value: unknown, what: string, most: number): unknown[] {
  check(Array.isArray(value), `the ${what} are not a list`);
  check(value.length <= most, `it has ${value.length} ${what}, and at most ${most} can be drawn`);
  return value;
}

/** A text that is too long is cut. */
export function text(value: unknown, what: string): string {
  check(typeof value === 'string', `the ${what} is not a text`);
  return value.length > MAX_TEXT ? `${value.slice(0, MAX_TEXT)}…` : value;
}

export function count(value: unknown, what: string): number {
  check(Number.isSafeInteger(value) && (value as number) >= 0, `the ${what} is not a count`);
  return value as number;
}

export function index(value: unknown, length: number, what: string): number {
  check(
    Number.isSafeInteger(value) && (value as number) >= 0 && (value as number) < length,
    `the ${what} leads nowhere`,
  );
  return value as number;
}
