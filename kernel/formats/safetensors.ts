// Files of the format safetensors, in both directions: the length of a header, the header (JSON, which says of each
// tensor its type, its shape and where its bytes are), and the bytes. Nothing of a file is believed unchecked.
// https://huggingface.co/docs/safetensors/index#format

/** The types of the format, with the bytes that a number takes. */
const WIDTHS = {
  F64: 8,
  I64: 8,
  U64: 8,
  F32: 4,
  I32: 4,
  U32: 4,
  F16: 2,
  BF16: 2,
  I16: 2,
  U16: 2,
  F8_E4M3: 1,
  F8_E5M2: 1,
  I8: 1,
  U8: 1,
  BOOL: 1,
} as const;

/** The name of a type in a file. */
export type StoredDtype = keyof typeof WIDTHS;

/** A tensor as it is in a file. */
export interface StoredTensor {
  dtype: StoredDtype;
  shape: readonly number[];
  /** Its numbers in row-major order, little-endian. Of a tensor that was read, a part of the file: it may be unaligned. */
  data: Uint8Array;
}

/** What a file holds. */
export interface StoredTensors {
  /** By name, in the order of the file. */
  tensors: Map<string, StoredTensor>;
  /** Texts by name, of whoever wrote the file. */
  metadata: Record<string, string>;
}

/** The first bytes of a file: the header's length. */
const PREFIX = 8;
/** The bytes of tensors begin at a multiple of this. */
const ALIGNMENT = 8;
/** The longest header that the format allows. */
const MAX_HEADER = 100_000_000;
const METADATA = '__metadata__';
/** A name that objects of JavaScript treat in a way of its own. */
const FORBIDDEN = '__proto__';

const isName = (dtype: unknown): dtype is StoredDtype => typeof dtype === 'string' && Object.hasOwn(WIDTHS, dtype);

/** How many bytes tensors of a type and shape take, or undefined if the shape is none or too large. */
function byteSize(dtype: StoredDtype, shape: readonly unknown[]): number | undefined {
  // No product of sizes may pass what a number holds exactly, not even before a size of 0
  let size: number = WIDTHS[dtype];
  let zero = false;
  for (const n of shape) {
    if (typeof n !== 'number' || !Number.isSafeInteger(n) || n < 0) return undefined;
    if (n === 0) zero = true;
    else size *= n;
    if (!Number.isSafeInteger(size)) return undefined;
  }
  return zero ? 0 : size;
}

/**
 * The bytes of a file. Tensors of larger numbers stand first, so that all are aligned; equal tensors give equal bytes.
 * @throws TypeError if a name is not allowed, or the bytes of a tensor do not fit its type and shape
 */
export function writeSafetensors(
  tensors: ReadonlyMap<string, StoredTensor>,
  metadata: Record<string, string> = {},
): Uint8Array<ArrayBuffer> {
  const names = [...tensors.keys()].sort((a, b) => {
    const wider = WIDTHS[tensors.get(b)!.dtype] - WIDTHS[tensors.get(a)!.dtype];
    return wider || (a < b ? -1 : 1);
  });
  const entries: string[] = [];
  const entry = (name: string, value: unknown) => entries.push(`${JSON.stringify(name)}:${JSON.stringify(value)}`);
  if (Object.keys(metadata).length > 0) entry(METADATA, metadata);
  let end = 0;
  for (const name of names) {
    const { dtype, shape, data } = tensors.get(name)!;
    if (name === METADATA || name === FORBIDDEN) throw new TypeError(`A tensor in a file cannot be named "${name}".`);
    if (data.length !== byteSize(dtype, shape))
      throw new TypeError(
        `"${name}" is of ${data.length} bytes, which is not ${dtype} of shape [${shape.join(', ')}].`,
      );
    entry(name, { dtype, shape, data_offsets: [end, (end += data.length)] });
  }
  const header = new TextEncoder().encode(`{${entries.join(',')}}`);
  const length = Math.ceil(header.length / ALIGNMENT) * ALIGNMENT;
  if (length > MAX_HEADER) throw new TypeError(`The names of ${names.length} tensors are too long for one file.`);
  const bytes = new Uint8Array(PREFIX + length + end);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(length), true);
  bytes.fill(' '.charCodeAt(0), PREFIX, PREFIX + length).set(header, PREFIX);
  let at = PREFIX + length;
  for (const name of names) {
    const { data } = tensors.get(name)!;
    bytes.set(data, at);
    at += data.length;
  }
  return bytes;
}

/**
 * What a file holds. The tensors' bytes are parts of `bytes`, not copies.
 * @param where what the errors begin with: the function that was called and the file
 * @throws Error that says what is wrong, if the bytes are not a whole file of the format
 */
export function readSafetensors(bytes: Uint8Array, where: string): StoredTensors {
  const fail = (what: string): never => {
    throw new Error(`${where}: ${what}`);
  };
  const { header, start } = readHeader(bytes, fail);
  const tensors = new Map<string, StoredTensor>();
  const ranges: { name: string; begin: number; end: number }[] = [];
  let metadata: Record<string, string> = {};
  for (const [name, value] of Object.entries(header)) {
    if (name === METADATA) metadata = checkMetadata(value, fail);
    else {
      const { dtype, shape, begin, end } = checkEntry(name, value, fail);
      if (end > bytes.length - start)
        fail(
          `"${name}" ends at byte ${end} of the numbers, of which the file has ${bytes.length - start}: it is cut short` +
            ` or damaged`,
        );
      ranges.push({ name, begin, end });
      tensors.set(name, { dtype, shape, data: bytes.subarray(start + begin, start + end) });
    }
  }
  checkCovered(ranges, bytes.length - start, fail);
  return { tensors, metadata };
}

type Fail = (what: string) => never;

/** The header as an object, and where the bytes of the tensors begin. */
function readHeader(bytes: Uint8Array, fail: Fail): { header: object; start: number } {
  if (bytes.length < PREFIX) fail(`a safetensors file has at least ${PREFIX} bytes, this one has ${bytes.length}`);
  const length = new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true);
  if (length > BigInt(MAX_HEADER))
    fail(`this is not a safetensors file, or it is damaged: its header would be ${length} bytes long`);
  const start = PREFIX + Number(length);
  if (start > bytes.length)
    fail(
      `the header is ${length} bytes long, but the file ends after ${bytes.length - PREFIX} of them: it is cut short`,
    );
  let text: string;
  let header: unknown;
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes.subarray(PREFIX, start));
    header = JSON.parse(text);
  } catch (e) {
    return fail(`this is not a safetensors file, or it is damaged: its header is not JSON (${(e as Error).message})`);
  }
  if (!isObject(header)) return fail('this is not a safetensors file: its header is not a JSON object');
  const twice = repeatedKey(text);
  if (twice !== undefined) fail(`the header has "${twice}" twice`);
  return { header, start };
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** A key that an object of a valid JSON text has twice, of which `JSON.parse` would keep the last alone. */
function repeatedKey(json: string): string | undefined {
  const open: Set<string>[] = [];
  for (let i = 0; i < json.length; i++) {
    const char = json[i];
    if (char === '{') open.push(new Set());
    else if (char === '}') open.pop();
    else if (char === '"') {
      const from = i++;
      while (json[i] !== '"') i += json[i] === '\\' ? 2 : 1;
      if (json[afterBlanks(json, i + 1)] !== ':') continue;
      const key = JSON.parse(json.slice(from, i + 1)) as string;
      const keys = open.at(-1)!;
      if (keys.has(key)) return key;
      keys.add(key);
    }
  }
  return undefined;
}

/** The place of the first character that is not blank, from a place on. */
function afterBlanks(json: string, from: number): number {
  let at = from;
  while (json[at] === ' ' || json[at] === '\n' || json[at] === '\r' || json[at] === '\t') at++;
  return at;
}

function checkMetadata(value: unknown, fail: Fail): Record<string, string> {
  if (!isObject(value)) return fail(`${METADATA} must be an object of texts`);
  for (const [name, text] of Object.entries(value)) {
    if (name === FORBIDDEN) fail(`${METADATA} has the name "${FORBIDDEN}", which is not allowed`);
    if (typeof text !== 'string') fail(`${METADATA} must hold texts, "${name}" is none`);
  }
  return value as Record<string, string>;
}

/** The type, shape and place of a tensor, each checked by itself. */
function checkEntry(name: string, value: unknown, fail: Fail) {
  if (name === FORBIDDEN) fail(`a tensor has the name "${FORBIDDEN}", which is not allowed`);
  if (!isObject(value)) return fail(`"${name}" is not described by an object`);
  const { dtype, shape, data_offsets: offsets } = value;
  if (!isName(dtype))
    return fail(`"${name}" has the type ${JSON.stringify(dtype)}; the types are ${Object.keys(WIDTHS).join(', ')}`);
  if (!Array.isArray(shape)) return fail(`"${name}" has no shape`);
  const size = byteSize(dtype, shape);
  if (size === undefined) return fail(`"${name}" has the impossible shape ${JSON.stringify(shape)}`);
  const [begin, end] = Array.isArray(offsets) && offsets.length === 2 ? (offsets as unknown[]) : [];
  if (!isPlace(begin) || !isPlace(end) || begin > end)
    return fail(`"${name}" has the impossible data_offsets ${JSON.stringify(offsets)}`);
  if (end - begin !== size)
    fail(`"${name}" has ${end - begin} bytes; ${dtype} of shape [${shape.join(', ')}] takes ${size}`);
  return { dtype, shape: shape as number[], begin, end };
}

const isPlace = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;

/** Each byte belongs to one tensor. */
function checkCovered(ranges: { name: string; begin: number; end: number }[], length: number, fail: Fail): void {
  let end = 0;
  let before = '';
  for (const range of ranges.sort((a, b) => a.begin - b.begin || a.end - b.end)) {
    if (range.begin < end) fail(`"${before}" and "${range.name}" overlap`);
    if (range.begin > end) fail(`bytes ${end} to ${range.begin} of the numbers belong to no tensor`);
    end = range.end;
    before = range.name;
  }
  if (end < length) fail(`the last ${length - end} bytes of the file belong to no tensor`);
}
