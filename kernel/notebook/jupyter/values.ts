// Reading values of a Jupyter notebook's JSON.
import type { Json } from '../format/types.ts';

export type JsonObject = { [key: string]: Json };

export const isRecord = (value: Json | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** A text of Jupyter: one text, or a list of lines that keep their newlines. Other values as JSON; nothing as ''. */
export function textOf(value: Json | undefined): string {
  if (value === undefined || value === null) return '';
  if (typeof value === 'string') return value;
  if (Array.isArray(value))
    return value.map((line) => (typeof line === 'string' ? line : JSON.stringify(line))).join('');
  return JSON.stringify(value);
}

/** The object of a key, or an empty one. */
export function recordIn(object: JsonObject, key: string): JsonObject {
  const value = object[key];
  return isRecord(value) ? value : {};
}
