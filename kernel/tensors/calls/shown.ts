// Arguments in messages: short, and without values of tensors.
import { Tensor } from '@tensorflow/tfjs-core';
import { inspect } from 'node:util';

const MAX_CHARS = 60;

/** A value in a message, in at most 60 characters. */
export function shown(value: unknown): string {
  if (value instanceof Tensor) return `Tensor ${value.dtype} [${value.shape.join(', ')}]`;
  if (typeof value === 'function') return value.name ? `the function ${value.name}` : 'a function';
  if (ArrayBuffer.isView(value) && 'length' in value) return `${value.constructor.name}(${String(value.length)})`;
  if (Array.isArray(value) && value.some((v) => v instanceof Tensor)) {
    const parts = value.slice(0, 4).map(shown);
    return `[${parts.join(', ')}${value.length > 4 ? ', …' : ''}]`;
  }
  let text: string;
  try {
    text = inspect(value, { depth: 2, breakLength: Infinity, maxArrayLength: 8, maxStringLength: 40, compact: true });
  } catch {
    text = typeof value;
  }
  return text.length <= MAX_CHARS ? text : `${text.slice(0, MAX_CHARS - 1)}…`;
}
