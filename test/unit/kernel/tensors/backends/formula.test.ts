// Formulas as text: what they mean, and what is no formula; and the loops that follow from them.
import { expect, it } from 'vitest';
import { hasOnly, parse, valueOf } from '../../../../../kernel/tensors/backends/formula.ts';
import { optimizerLoop } from '../../../../../kernel/tensors/backends/cpu/optimizer-loops.ts';

const names = { a: 6, b: 3, c: 2 };

it.each([
  ['a - b - c', 1],
  ['a / b / c', 1],
  ['a - b * c', 0],
  ['a - (b - c)', 5],
  ['(1 - a) * (b + 0.5)', -17.5],
])('%s', (text, value) => {
  expect(valueOf(parse(text), names)).toBe(value);
});

it('knows whether an expression consists of given names', () => {
  const known = new Set(['a', 'b']);
  expect(hasOnly(parse('1 - a * b'), known)).toBe(true);
  expect(hasOnly(parse('1 - a * c'), known)).toBe(false);
  expect(hasOnly(parse('sqrt(a)'), known)).toBe(false);
});

it.each(['', 'a +', 'a b', '(a', 'max(a, b', ') a', 'a = b'])('"%s" is no formula', (text) => {
  expect(() => parse(text)).toThrow('formula');
});

it('a loop fuses products with sums, and computes once what does not depend on an element', () => {
  const { code, numbers } = optimizerLoop('momentum');
  expect(code).toContain('velocity = madd(k0, velocity, g);');
  expect(code).toContain('w = nmadd(k1, velocity, w);');
  expect(numbers).toEqual([parse('momentum'), parse('learningRate')]);
  expect(optimizerLoop('adam').numbers).toContainEqual(parse('1 - learningRate * weightDecay'));
});
