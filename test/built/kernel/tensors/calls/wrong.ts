// What every error for a wrong argument must say, and must not.
import { expect } from 'vitest';

/** Texts of the JavaScript engine, about the inside of a function, not about what it was given. */
export const INTERNAL =
  /Cannot (read|set|destructure|convert)|is not iterable|is not a function(?!s)|is not a constructor|undefined is not|null is not|Invalid array length|Maximum call stack|\[object Object\]/;

/** The error of a call, or of the promise that it returns. */
export async function errorOf(call: () => unknown): Promise<Error | undefined> {
  try {
    await call();
    return undefined;
  } catch (e) {
    return e as Error;
  }
}

/**
 * Expects that a call fails, with the names of the function and of what is wrong, each once.
 * @param told what the message has besides
 */
export async function expectTold(call: () => unknown, where: string, ...told: (string | RegExp)[]): Promise<void> {
  const error = await errorOf(call);
  expect(error, `${where}: nothing is said of ${told.join(', ')}`).toBeInstanceOf(Error);
  const { message } = error!;
  expect(message).toContain(where);
  for (const text of told) expect(message).toMatch(typeof text === 'string' ? new RegExp(escaped(text)) : text);
  expect(message).not.toMatch(INTERNAL);
  // "tf.tensor1d: tf.tensor: …"
  expect(message).not.toMatch(/^tf\.[\w.]+: tf\.[\w.]+: /);
}

const escaped = (text: string) => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
