// What is said of shapes before cells run, against the library itself: the shapes are those that it computes, and what
// cannot fit is an error of it too.
import { beforeAll, describe, expect, it } from 'vitest';
import path from 'node:path';
import { createRequire } from 'node:module';
import type * as Library from '../../../../kernel/tensors/index.ts';
import { allOps, callOf, modelOf, randomOf } from './shape-calls.ts';
import { dist } from '../../../paths.ts';
import { shapeText } from '../../../../kernel/language/known.ts';
import { findShapes } from '../../../unit/kernel/language/find-shapes.ts';
import { before, known, misfits, modelMisfits, models } from '../../../unit/kernel/language/shape-cases.ts';

const { tf, startCpu } = createRequire(import.meta.url)(path.join(dist, 'tf.js')) as typeof Library;
/** Of each op. */
const CALLS = process.env['DLNB_LONG'] === undefined ? 40 : 300;
beforeAll(() => startCpu({ dist, threads: 1 }));

const IMPORT = "import * as tf from '@tensorflow/tfjs';";
const withoutTypes = (code: string) => code.replace(/ as tf\.\w+|!$|declare const [^;]*;/g, '');
/** Evaluates an expression, without its types. */
const evaluate = (expression: string) =>
  new Function('tf', `${withoutTypes(before)} return ${withoutTypes(expression)}`)(tf) as {
    shape: number[];
    outputShape: (number | null)[];
  };

it.each(known)('%s', (expression, shape) => {
  const real = evaluate(expression).shape;
  const said = shape
    .slice(1, -1)
    .split(', ')
    .filter((n) => n !== '');
  expect(said.map((n, i) => (n === '?' ? real[i] : Number(n)))).toEqual(real);
});

it.each(models)('%s gives %s', (expression, shape) => {
  expect(shapeText(evaluate(expression).outputShape)).toBe(shape);
});

it.each([...misfits, ...modelMisfits])('%s is an error', (expression) => {
  expect(() => evaluate(expression)).toThrow();
});

describe('every op', () => {
  // What fits gives the shape that is said, and what does not fit is an error: both ways
  it.each(allOps)('%s.%s', { timeout: 120_000 }, (caller, name) => {
    const random = randomOf(1 + allOps.findIndex((op) => op[0] === caller && op[1] === name));
    const wrong: object[] = [];
    for (let i = 0; i < CALLS; i++) {
      const expression = callOf(caller, name, random);
      const { shapes, misfits: found } = findShapes([IMPORT, `const y = ${expression};`]);
      const said = found.length > 0 ? 'an error' : shapes.find(({ start }) => start === 6)?.shape;
      let real: number[] | string;
      let message = '';
      try {
        real = tf.tidy(() => evaluate(expression).shape);
      } catch (e) {
        real = 'an error';
        message = (e as Error).message;
      }
      if (JSON.stringify(said) !== JSON.stringify(real)) wrong.push({ expression, said, real, message, found });
    }
    expect(wrong).toEqual([]);
  });
});

it('models of random layers give what is said, and what is told as an error is one', { timeout: 120_000 }, () => {
  const random = randomOf(3);
  let [known, failed] = [0, 0];
  const wrong: object[] = [];
  for (let i = 0; i < 20 * CALLS; i++) {
    const expression = modelOf(random);
    const { shapes, misfits: found } = findShapes([IMPORT, `const y = ${expression};`]);
    const said = found.length > 0 ? 'an error' : shapes.find(({ start }) => start === 6)?.shape;
    let real: (number | null)[] | string;
    let message = '';
    try {
      const model = evaluate(expression) as unknown as { outputShape: (number | null)[]; dispose(): void };
      real = model.outputShape;
      model.dispose();
    } catch (e) {
      real = 'an error';
      message = (e as Error).message;
    }
    if (said === 'an error') failed++;
    else if (said) known++;
    // Where nothing is said, nothing is wrong
    if (said !== undefined && JSON.stringify(said) !== JSON.stringify(real))
      wrong.push({ expression, said, real, message, found });
  }
  expect(wrong).toEqual([]);
  expect(known).toBeGreaterThan(2 * CALLS);
  expect(failed).toBeGreaterThan(2 * CALLS);
});

describe('random programs', () => {
  /** Park and Miller 1988. */
  let state = 7;
  const random = (n: number) => (state = (state * 48271) % 2147483647) % n;
  const pick = <T>(list: readonly T[]): T => list[random(list.length)]!;
  const sizes = () => Array.from({ length: random(4) }, () => pick([1, 1, 2, 3, 4]));
  const axis = () => random(7) - 3;
  const tensor = () => `tf.zeros([${sizes().join(', ')}])`;
  const calls: (() => string)[] = [
    () => `.add(${tensor()})`,
    () => `.matMul(${tensor()}, ${pick(['true', 'false'])}, ${pick(['true', 'false'])})`,
    () => `.reshape([${[...sizes(), ...pick([[], [-1]])].join(', ')}])`,
    () => '.transpose()',
    () => `.sum(${axis()}, ${pick(['true', 'false'])})`,
    () => `.mean([${axis()}])`,
    () => `.expandDims(${axis()})`,
    () => '.squeeze()',
    () => `.argMax(${axis()})`,
    () => '.relu()',
    () => `.maximum(${tensor()})`,
  ];
  const program = () => {
    const start = pick([
      tensor,
      () => `tf.concat([${tensor()}, ${tensor()}], ${axis()})`,
      () => `tf.stack([${tensor()}, ${tensor()}], ${axis()})`,
    ])();
    return start + Array.from({ length: 1 + random(3) }, () => pick(calls)()).join('');
  };

  it('have the shapes that are said, and errors where it is said', { timeout: 120_000 }, () => {
    let [computed, failed] = [0, 0];
    for (let i = 0; i < 3000; i++) {
      const expression = program();
      const { shapes, misfits: found } = findShapes([IMPORT, `const y = ${expression};`]);
      const y = shapes.find(({ start }) => start === 6)?.shape;
      let real: number[] | undefined;
      try {
        real = tf.tidy(() => evaluate(expression).shape);
      } catch {
        real = undefined;
      }
      if (real) {
        computed++;
        expect([expression, found.map(({ message }) => message)]).toEqual([expression, []]);
        if (y) expect([expression, y]).toEqual([expression, real]);
      } else {
        failed++;
        expect([expression, y]).toEqual([expression, undefined]);
      }
    }
    expect(computed).toBeGreaterThan(500);
    expect(failed).toBeGreaterThan(500);
  });
});
