// Reads drawings: their texts and the elements of a kind, with their attributes.
import { expect } from 'vitest';
import type { Drawing } from '../../../../kernel/pictures/svg.ts';

const unescaped = (text: string) =>
  text
    .replace(/&lt;/g, '<')
    .replace(/&gt;/g, '>')
    .replace(/&quot;/g, '"')
    .replace(/&amp;/g, '&');

/** The texts in the order in which they are drawn. */
export const textsOf = ({ body }: Drawing): string[] =>
  [...body.matchAll(/<text [^>]*>([^<]*)<\/text>/g)].map((m) => unescaped(m[1]!));

/** The attributes of all elements of a kind. */
export const elements = ({ body }: Drawing, tag: string): Record<string, string>[] =>
  [...body.matchAll(new RegExp(`<${tag} ([^>]*?)/?>`, 'g'))].map(([, all]) =>
    Object.fromEntries([...all!.matchAll(/([\w-]+)="([^"]*)"/g)].map((m) => [m[1]!, m[2]!])),
  );

/** Checks what must hold of every drawing: well-formed, of a sensible size, without numbers that are none. */
export function expectSound(drawing: Drawing): void {
  expect(drawing.width).toBeGreaterThan(100);
  expect(drawing.height).toBeGreaterThan(20);
  expect(drawing.height).toBeLessThan(2500);
  expect(drawing.body).not.toMatch(/NaN[" ]|undefined|Infinity|\[object/);
  const open: string[] = [];
  for (const [, close, tag, empty] of drawing.body.matchAll(/<(\/?)([A-Za-z]+)(?:\s[^<>]*?)?(\/?)>/g)) {
    if (close) expect(open.pop()).toBe(tag);
    else if (!empty) open.push(tag!);
  }
  expect(open).toEqual([]);
}
