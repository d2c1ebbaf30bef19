// Which names are taken for misspelt ones.
import { expect, it } from 'vitest';
import { closest, distance } from '../../../../kernel/wire/closest.ts';

it.each([
  ['trian', 'train', 1],
  ['abc', 'abc', 0],
  ['', 'ab', 2],
  ['kitten', 'sitting', 3],
  ['ca', 'abc', 3],
])('counts the edits between %s and %s', (a, b, edits) => {
  expect(distance(a, b)).toBe(edits);
  expect(distance(b, a)).toBe(edits);
});

it.each([
  ['trian', ['viz', 'train'], 'train'],
  ['LAYERS', ['layer', 'layers'], 'layers'],
  ['tensr', ['tensor1d', 'tensor'], 'tensor'],
  ['lodahs', ['lodash'], 'lodash'],
  ['md', ['nn', 'svg'], undefined],
  ['mdd', ['md'], 'md'],
  ['completely', ['different'], undefined],
  ['same', ['same'], undefined],
])('%s', (name, names, meant) => {
  expect(closest(name, names)).toBe(meant);
});
