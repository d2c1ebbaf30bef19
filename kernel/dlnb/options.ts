// Checks of options: the names that a function knows, and the numbers that it takes. An unknown name is an error,
// because it is usually a typing error and would otherwise have no effect.
import { closest } from '../wire/closest.ts';

const words = { boolean: 'true or false', number: 'a number', text: 'a text' } as const;
type Word = keyof typeof words;

/**
 * What an option of a type is: a word for plain types, the texts that it can be, or true for what its function checks.
 * Of alternatives, an option that one must not have is of any type.
 */
type OptionKind<V> = [V] extends [never]
  ? Word
  : [V] extends [boolean]
    ? 'boolean'
    : [V] extends [number]
      ? 'number'
      : [V] extends [string]
        ? string extends V
          ? 'text'
          : readonly V[]
        : true;

/** Each option with its type, so that the compiler notices a missing one, and one of another type. */
export type OptionNames<T> = { readonly [K in keyof Required<T>]: OptionKind<NonNullable<T[K]>> };

const quoted = (names: readonly string[]) => names.map((name) => JSON.stringify(name));

/**
 * @param names the options; a type that is true is not checked here
 * @throws TypeError that names the unknown options, and the known ones; or an option of another type
 */
export function checkOptions<T extends object>(where: string, options: T, names: OptionNames<T>): void {
  if (typeof options !== 'object' || options === null || Array.isArray(options) || ArrayBuffer.isView(options))
    throw new TypeError(`${where}: the options must be an object, got ${shown(options)}`);
  const unknown = Object.keys(options).filter((name) => !Object.hasOwn(names, name));
  if (unknown.length > 0) {
    const near = unknown.map((name) => closest(name, Object.keys(names))).find((name) => name !== undefined);
    throw new TypeError(
      `${where}: there is no option ${quoted(unknown).join(', ')}; there are ${quoted(Object.keys(names)).join(', ')}` +
        (near === undefined ? '' : `; did you mean "${near}"?`),
    );
  }
  for (const [name, kind] of Object.entries(names) as [string, true | Word | readonly string[]][]) {
    const value = (options as Record<string, unknown>)[name];
    if (kind === true || value === undefined || value === null || isOf(kind, value)) continue;
    const wanted = typeof kind === 'string' ? words[kind] : quoted(kind).join(' or ');
    throw new TypeError(`${where}: ${name} must be ${wanted}, got ${shown(value)}`);
  }
}

function isOf(kind: Word | readonly string[], value: unknown): boolean {
  if (typeof kind !== 'string') return kind.includes(value as string);
  return kind === 'text' ? typeof value === 'string' : typeof value === kind && !Number.isNaN(value);
}

const MAX_CHARS = 60;

/** A value in a message, in at most 60 characters; a tensor by its shape. */
export function shown(value: unknown): string {
  if (Array.isArray(value) && value.length > 8) return `an array of ${value.length}`;
  if (ArrayBuffer.isView(value)) return `a ${value.constructor.name}`;
  if (typeof value === 'function') return 'a function';
  if (typeof value === 'string') return value === '' ? "''" : value.slice(0, MAX_CHARS);
  const shape = (value as { shape?: unknown } | null)?.shape;
  if (Array.isArray(shape)) return `a tensor [${shape.join(', ')}]`;
  if (typeof value !== 'object' || value === null) return String(value);
  if (Array.isArray(value)) return 'an array';
  return `an object${Object.keys(value).length > 0 ? ` of ${Object.keys(value).slice(0, 4).join(', ')}` : ''}`;
}

/** @returns the value, an integer ≥ `least` @throws RangeError that names the option */
export function checkCount(where: string, option: string, value: number, least = 1): number {
  if (!Number.isSafeInteger(value) || value < least) {
    throw new RangeError(`${where}: ${option} must be an integer of at least ${least}, got ${shown(value)}`);
  }
  return value;
}

/** @returns the value, a finite number in [low, high] @throws RangeError that names the option */
export function checkNumber(where: string, option: string, value: number, low = 0, high = Number.MAX_VALUE): number {
  if (typeof value !== 'number' || !(value >= low && value <= high)) {
    const range = high === Number.MAX_VALUE ? `of at least ${low}` : `from ${low} to ${high}`;
    throw new RangeError(`${where}: ${option} must be a number ${range}, got ${shown(value)}`);
  }
  return value;
}
