// Reads the parts of a thrown value: its name, its own properties and the errors that it holds. Getters and proxies of
// the value may do anything.
import { inspect, types } from 'node:util';

/** An error inside another one. */
export interface Part {
  value: unknown;
  /** How it belongs to the other error, if it is not its cause. */
  label?: string;
}

const MAX_PROPERTIES = 4000;

/** Whether a value is an error, of this realm or another. Proxies are not: each of their parts may be a trap. */
export function isError(value: unknown): value is Error {
  if (typeof value !== 'object' || value === null || types.isProxy(value)) return false;
  try {
    return types.isNativeError(value) || value instanceof Error || ('stack' in value && 'message' in value);
  } catch {
    return false;
  }
}

/** Whether a value is what an aborted operation throws. */
export function isAbort(value: unknown): boolean {
  try {
    return isError(value) && value.name === 'AbortError';
  } catch {
    return false;
  }
}

/**
 * The name of an error. A class that sets no name has the name of its constructor.
 * @param byClass whether names of constructors are those of the source
 * @throws what a getter of the error throws
 */
export function nameOf(error: Error, byClass: boolean): string {
  const name = String(error.name || 'Error');
  let holder: unknown = error;
  while (typeof holder === 'object' && holder !== null && !Object.hasOwn(holder, 'name'))
    holder = Object.getPrototypeOf(holder);
  const made = error.constructor?.name;
  const inherited = typeof holder === 'object' && holder !== null && holder !== error;
  const from = inherited ? (holder as Error).constructor : undefined;
  const isOwnClass = from !== error.constructor && from?.name === name;
  return byClass && isOwnClass && typeof made === 'string' && made !== '' ? made : name;
}

/** The error's own properties as Node prints them, without those that are shown elsewhere; '' if there are none. */
export function propertiesOf(error: Error): string {
  try {
    const shown = new Set<PropertyKey>(['name', 'message', 'stack', ...partKeys(error)]);
    const own: Record<PropertyKey, unknown> = {};
    for (const key of Reflect.ownKeys(error)) {
      const property = Object.getOwnPropertyDescriptor(error, key);
      if (property?.enumerable && !shown.has(key)) Object.defineProperty(own, key, property);
    }
    if (Reflect.ownKeys(own).length === 0) return '';
    const text = inspect(own, { depth: 2, breakLength: 80, compact: 3, maxStringLength: 500 });
    return text.length <= MAX_PROPERTIES ? text : `${text.slice(0, MAX_PROPERTIES)}…`;
  } catch {
    return '';
  }
}

/** The errors that an error holds: its cause, the members of an AggregateError, both errors of a SuppressedError. */
export function partsOf(error: Error): Part[] {
  const parts: Part[] = [];
  for (const key of partKeys(error)) {
    const value = (error as unknown as Record<string, unknown>)[key];
    if (key === 'cause') parts.push({ value });
    else if (key === 'error') parts.push({ value, label: 'Error at the end of the block' });
    else if (key === 'suppressed') parts.push({ value, label: 'Suppressed by it' });
    else
      for (const [i, one] of (value as unknown[]).entries())
        parts.push({ value: one, label: `Error ${i + 1} of ${(value as unknown[]).length}` });
  }
  return parts;
}

function partKeys(error: Error): string[] {
  const e = error as Error & { errors?: unknown; error?: unknown; suppressed?: unknown };
  const keys: string[] = [];
  const attempt = (read: () => boolean, ...names: string[]) => {
    try {
      if (read()) keys.push(...names);
    } catch {
      // a getter that throws holds nothing
    }
  };
  attempt(() => e.cause !== undefined, 'cause');
  attempt(
    () => Array.isArray(e.errors) && e.errors.length > 0 && (e.name === 'AggregateError' || e.errors.every(isError)),
    'errors',
  );
  attempt(() => e.name === 'SuppressedError' && 'error' in e && 'suppressed' in e, 'error', 'suppressed');
  return keys;
}
