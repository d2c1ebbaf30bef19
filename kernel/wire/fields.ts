// Reads payloads field by field. A payload may come from a file that anyone wrote, so each field is checked before use.
// Runs in the kernel's Node and in the browser of a renderer.

/** Why a payload is not drawn. The message is the rest of a sentence such as "The graph cannot be drawn: …". */
export class PayloadError extends Error {
  override name = 'PayloadError';

  constructor(
    message: string,
    /** What to do about it, if known: a full sentence. */
    readonly remedy?: string,
  ) {
    super(message);
  }
}

/** An object of a payload, with a name for error messages. */
export interface Fields {
  /** For example `node 3`: error messages say "the label of node 3 is not a text". */
  readonly name: string;
  readonly values: Readonly<Record<string, unknown>>;
}

/** Text longer than this is cut, unless a reader says otherwise. */
export const MAX_TEXT = 400;

/** @throws PayloadError with the message `otherwise` if the condition does not hold. */
export function check(holds: boolean, otherwise: string): asserts holds {
  if (!holds) throw new PayloadError(otherwise);
}

/** Whether a value is an object with fields: not null and no array. */
export const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** A whole number of 0 or more that float64 holds exactly. */
export const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;

/** @throws PayloadError if a payload is not of the version that this program reads. */
export function checkVersion(found: unknown, version: number): void {
  if (found === version) return;
  const newer = typeof found === 'number' && found > version;
  throw new PayloadError(
    `it is of version ${String(found)}, and this program draws version ${version}`,
    newer ? 'Update the extension, or run the cell again.' : 'Run the cell again.',
  );
}

/** The fields of a JSON payload with a `version`. @throws PayloadError if it is no object or of another version. */
export function versioned(value: unknown, name: string, version: number): Fields {
  const fields = fieldsOf(value, name);
  checkVersion(fields.values['version'], version);
  return fields;
}

/** @throws PayloadError if the value is not an object. */
export function fieldsOf(value: unknown, name: string): Fields {
  check(isRecord(value), `${name} is not an object`);
  return { name, values: value };
}

/** The fields of an object inside an object. */
export const object = (fields: Fields, key: string): Fields => fieldsOf(fields.values[key], nameOf(fields, key));

/** A text, cut to `most` characters. */
export function text(fields: Fields, key: string, most = MAX_TEXT): string {
  const value = fields.values[key];
  check(typeof value === 'string', `${nameOf(fields, key)} is not a text`);
  return value.length > most ? `${value.slice(0, most)}…` : value;
}

/** A text that is refused if it is long: cut, it would mean something else. */
export function shortText(fields: Fields, key: string): string {
  const value = fields.values[key];
  check(typeof value === 'string' && value.length <= 100, `${nameOf(fields, key)} is not a short text`);
  return value;
}

/** One of several texts. */
export function oneOf<T extends string>(fields: Fields, key: string, values: readonly T[]): T {
  const value = fields.values[key];
  check(values.includes(value as T), `${nameOf(fields, key)} is not one of ${values.join(', ')}`);
  return value as T;
}

/** A finite number. */
export function number(fields: Fields, key: string): number {
  const value = fields.values[key];
  check(Number.isFinite(value), `${nameOf(fields, key)} is not a number`);
  return value as number;
}

/** A finite number of 0 or more. */
export function amount(fields: Fields, key: string): number {
  const value = number(fields, key);
  check(value >= 0, `${nameOf(fields, key)} is negative`);
  return value;
}

/** A whole number of 0 or more. */
export function count(fields: Fields, key: string): number {
  const value = fields.values[key];
  check(isCount(value), `${nameOf(fields, key)} is not a count`);
  return value;
}

/** A whole number from 1 to `most`. */
export function size(fields: Fields, key: string, most: number): number {
  const value = count(fields, key);
  check(value >= 1 && value <= most, `${nameOf(fields, key)} is ${value}, and must be between 1 and ${most}`);
  return value;
}

/** An index into a list of `length` items. */
export function index(fields: Fields, key: string, length: number): number {
  const value = fields.values[key];
  check(isCount(value) && value < length, `${nameOf(fields, key)} leads nowhere`);
  return value;
}

/** A list of at most `most` values, which the caller checks. */
export function list(fields: Fields, key: string, most: number): unknown[] {
  const value = fields.values[key];
  check(Array.isArray(value), `${nameOf(fields, key)} must be a list`);
  check(value.length <= most, `${nameOf(fields, key)}: ${value.length} entries, and at most ${most} can be drawn`);
  return value;
}

/** A list of at most `most` counts, such as a shape. */
export function counts(fields: Fields, key: string, most: number): number[] {
  const values = list(fields, key, most);
  check(values.every(isCount), `${nameOf(fields, key)} must be a list of counts`);
  return values;
}

/** A list of at most `most` texts, each cut to {@link MAX_TEXT} characters. */
export function texts(fields: Fields, key: string, most: number): string[] {
  const name = nameOf(fields, key);
  return list(fields, key, most).map((value, i) =>
    text({ name, values: { [`entry ${i + 1}`]: value } }, `entry ${i + 1}`),
  );
}

/**
 * A list of at most `most` objects.
 * @param name of one of them, for error messages: `node` gives "node 1", "node 2" …
 */
export const objects = (fields: Fields, key: string, name: string, most: number): Fields[] =>
  list(fields, key, most).map((value, i) => fieldsOf(value, `${name} ${i + 1}`));

/** The first `most` objects of a list of any length. */
export function firstObjects(fields: Fields, key: string, name: string, most: number): Fields[] {
  const values = list(fields, key, Infinity).slice(0, most);
  return values.map((value, i) => fieldsOf(value, `${name} ${i + 1}`));
}

/** A reader of one field. */
type Reader<T> = (fields: Fields, key: string) => T;

/** Reads fields that may be absent; an absent field is absent in the result, too. */
export function optional<R extends Record<string, Reader<unknown>>>(
  fields: Fields,
  readers: R,
): { [K in keyof R]?: ReturnType<R[K]> } {
  const found: { [K in keyof R]?: ReturnType<R[K]> } = {};
  for (const [key, reader] of Object.entries(readers) as [keyof R & string, Reader<ReturnType<R[keyof R]>>][])
    if (fields.values[key] !== undefined) found[key] = reader(fields, key);
  return found;
}

/** A field as error messages name it: `the label of node 3`. */
export const nameOf = ({ name }: Fields, key: string): string => `the ${key} of ${name}`;
