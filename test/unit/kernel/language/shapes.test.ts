// Shapes that are known before cells run: what a hover says, calls that cannot fit, and programs that are right.
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { findShapes, shapeText, type Trees } from '../../../../kernel/language/shapes.ts';
import { everyChoice } from '../../../../kernel/notebook/scaffold/choices.ts';
import { modelNotebook } from '../../../../kernel/notebook/scaffold/notebook.ts';
import { root } from '../../../paths.ts';
import { before, known, misfits, unknown } from './shape-cases.ts';

const tf = "import * as tf from '@tensorflow/tfjs';";

/** The shape of `y`. */
const shapeOf = (expression: string, before = '') => {
  const code = `const y = ${expression};`;
  const found = findShapes([tf, before, code]);
  expect(found.misfits).toEqual([]);
  const y = found.shapes.find(({ cell, start }) => cell === 2 && start === 6);
  return y && shapeText(y.shape);
};

describe('shapes', () => {
  it.each<[string, string?]>([...known, ...unknown])('%s: %s', (expression, shape) => {
    expect(shapeOf(expression, before)).toBe(shape);
  });

  it('go from cell to cell, by the newest declaration above', () => {
    expect(shapeOf('x.matMul(w)', 'const x = tf.zeros([2, 3]); const w = tf.ones([3, 7]);')).toBe('[2, 7]');
    const { shapes } = findShapes([tf, 'const x = tf.zeros([2]);', 'const x = tf.zeros([3]);', 'const y = x;']);
    expect(shapes.filter(({ cell }) => cell === 3).map(({ shape }) => shape)).toEqual([[3], [3]]);
  });

  it('say where they are', () => {
    const code = 'const y = tf.zeros([2, 3]).sum(0);';
    const found = findShapes([tf, code]).shapes.map(({ start, end, shape }) => [
      code.slice(start, end),
      shapeText(shape),
    ]);
    expect(found).toEqual([
      ['zeros', '[2, 3]'],
      ['sum', '[3]'],
      ['y', '[3]'],
    ]);
  });
});

describe('misfits', () => {
  it.each(misfits)('%s', (expression, from, message) => {
    const code = `const y = ${expression};`;
    const found = findShapes([tf, code]).misfits;
    expect(found).toHaveLength(1);
    expect(found[0]!.message).toContain(message);
    expect(code.slice(found[0]!.start).startsWith(from)).toBe(true);
    expect(found[0]).toMatchObject({ cell: 1 });
  });

  it('are found through names, in functions and in later cells', () => {
    const cells = [
      tf,
      'const a = tf.zeros([2, 3]);',
      'function f() { return a.matMul(tf.zeros([4, 4])); }',
      'a.add([1, 2])',
    ];
    expect(findShapes(cells).misfits.map(({ cell }) => cell)).toEqual([2, 3]);
  });
});

describe('right programs have none', () => {
  it.each([
    ['a variable that is assigned', 'let h = tf.zeros([2, 3]); h = h.reshape([3, 2]); h.matMul(tf.ones([2, 4]));'],
    ['an accumulator', 'let acc = tf.scalar(0); for (const g of grads) acc = acc.add(g); acc.reshape([2, 2]);'],
    [
      'a name that hides another',
      'const x = tf.zeros([2, 3]); const f = (x) => x.reshape([7]); { const x = load(); x.add(tf.ones([9])); }',
    ],
    ['a destructured name', 'const x = tf.zeros([2]); { const { x } = load(); x.add(tf.ones([9])); }'],
    ['an error that is caught', 'try { tf.zeros([2]).add(tf.ones([3])); } catch (e) { console.log(e); }'],
    [
      'an error that is wanted',
      'assert.throws(() => tf.zeros([2]).add(tf.ones([3]))); expect(() => tf.zeros([2]).sum(5)).toThrow();',
    ],
    ['broadcasting with unknown sizes', 'const x = tf.zeros([n, 3]); x.add(tf.ones([5, 3])).matMul(tf.ones([3, 1]));'],
    ['another library', 'const x = np.zeros([2, 3]); x.matMul(np.ones([2, 3]));'],
    ['a method of a class', 'class A { x = tf.zeros([2]); x2() { return this.x.add(tf.ones([3])); } }'],
    ['a declaration in a later cell', 'function f() { return w.reshape([6]); }'],
    ['types', 'type T = { x: number }; const x = tf.zeros([2]); const t: T = { x: 1 }; interface I { x: string }'],
  ])('%s', (_, code) => {
    const again = 'var w = tf.zeros([6]);';
    expect(findShapes([tf, 'const w = tf.zeros([2, 4]);', code, again]).misfits).toEqual([]);
  });

  const code = (notebook: { cells: readonly { kind: string; source: string | readonly string[] }[] }) =>
    notebook.cells.filter(({ kind }) => kind === 'code').map(({ source }) => [source].flat().join('\n'));

  it('in any sample and model notebook', () => {
    const samples = path.join(root, 'samples');
    for (const name of readdirSync(samples).filter((file) => file.endsWith('.dlnb'))) {
      const notebook = JSON.parse(readFileSync(path.join(samples, name), 'utf8')) as Parameters<typeof code>[0];
      expect([name, findShapes(code(notebook)).misfits]).toEqual([name, []]);
    }
    for (const choice of everyChoice()) expect(findShapes(code(modelNotebook(choice))).misfits).toEqual([]);
  });

  it('in the code of the tests of gradients', () => {
    const folder = path.join(root, 'test/gradients/cases');
    for (const name of readdirSync(folder).filter((file) => file.endsWith('.ts')))
      expect([name, findShapes([tf, readFileSync(path.join(folder, name), 'utf8')]).misfits]).toEqual([name, []]);
  });

  it('in cells with errors, which are passed over', () => {
    expect(findShapes([tf, 'const x = (', 'tf.zeros([2]).add(tf.ones([2]))']).misfits).toEqual([]);
  });
});

it('parses only what has changed', () => {
  const trees: Trees = new Map();
  findShapes([tf, 'const x = tf.zeros([2]);', 'x;'], trees);
  const before = [...trees.values()];
  const { misfits: found } = findShapes([tf, 'const x = tf.zeros([2]);', 'x.add([1, 2, 3]);'], trees);
  expect(found).toHaveLength(1);
  const after = [...trees.values()];
  expect([after[0] === before[0], after[1] === before[1], after.length]).toEqual([true, true, 3]);
});
