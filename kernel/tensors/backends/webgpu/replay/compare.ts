// Comparing numbers and the attributes of ops. Attributes are plain: numbers, strings, and lists and objects of those.
import type { Numbers } from './plan.ts';

export function areSameNumbers(a: Numbers, b: Numbers): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (!Object.is(a[i], b[i])) return false;
  return true;
}

export function copyOf(x: unknown): unknown {
  if (Array.isArray(x) || ArrayBuffer.isView(x)) return Array.from(x as unknown[], copyOf);
  if (typeof x !== 'object' || x === null) return x;
  return Object.fromEntries(Object.entries(x).map(([key, value]) => [key, copyOf(value)]));
}

/** Whether `b` has the content of `a`, which is a copy of `copyOf`. */
export function isSame(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (Array.isArray(a)) {
    const other = b as unknown[];
    if (a.length !== other.length) return false;
    for (let i = 0; i < a.length; i++) if (!isSame(a[i], other[i])) return false;
    return true;
  }
  let n = 0;
  for (const key in b as object) {
    n++;
    if (!isSame((a as Record<string, unknown>)[key], (b as Record<string, unknown>)[key])) return false;
  }
  return n === Object.keys(a).length;
}
