// Every chained method of tensors with wrong arguments: it says which method was called, what came and what is wanted,
// or computes values that fit their shape.
import { describe, expect, it } from 'vitest';
import type { Kind, Parameter } from '../../../../../kernel/tensors/calls/signature.ts';
import { dist } from '../../../../paths.ts';
import { libraryOf, type Tensor } from '../layers/library.ts';
import { errorOf, expectTold, INTERNAL } from './wrong.ts';

const tf = libraryOf(dist);
// After the built library, whose engine the sources are to have
const { wanted } = await import('../../../../../kernel/tensors/calls/check.ts');
const { libraryNames, parametersOf } = await import('../../../../../kernel/tensors/calls/library.ts');
/** They take nothing, or check nothing that could be wrong. */
const left =
  /^(arraySync|array|buffer|bufferSync|bytes|clone|data|dataSync|dataToGPU|dispose|print|throwIfDisposed|toString|reshapeAs)$/;
const methods = libraryNames.flatMap((name) => {
  const [of, method] = name.split('.') as [string, string?];
  return of === 'Tensor' && !left.test(method!) ? [[method!, parametersOf(name)] as const] : [];
});
type Methods = Record<string, (...args: unknown[]) => unknown>;
const call = (x: Tensor, method: string, args: unknown[]) => (x as unknown as Methods)[method]!(...args);

function plausible({ kinds, choices, name, demand }: Parameter): unknown {
  if (demand) return tf.ones([2, 2]);
  if (choices?.length) return choices[0];
  const values: Partial<Record<Kind, () => unknown>> = {
    boolean: () => false,
    number: () => 1,
    numbers: () => (/(shape|reps|paddings|crops|begin|end|size)/i.test(name) ? [2, 2] : [1, 1]),
    pairs: () => [
      [1, 1],
      [1, 1],
    ],
    string: () => 'a',
    tensor: () => tf.ones([2, 2]),
    tensors: () => [tf.ones([2, 2])],
  };
  return values[kinds[0]!]?.();
}

function wrongs({ kinds, choices, demand }: Parameter): unknown[] {
  if (demand) return ['x', 5, {}, [1], () => 1];
  const all: [Kind[], unknown][] = [
    [['string', 'tensor'], 'nonsense'],
    [['number', 'tensor'], 3.7],
    [
      ['numbers', 'tensor', 'tensors'],
      [1.5, 'x'],
    ],
    [['object', 'tensor'], { nonsense: 1 }],
    [['function'], () => 1],
    [['tensor', 'tensors'], tf.ones([2])],
  ];
  const wrong = all.filter(([fits]) => !fits.some((kind) => kinds.includes(kind))).map(([, value]) => value);
  return kinds.length === 0 && choices
    ? wrong
    : wrong.filter((w) => typeof w !== 'string' || !kinds.includes('string'));
}

it('has methods to test', () => {
  expect(methods.length).toBeGreaterThan(125);
});

describe.each(methods)('tensor.%s', (method, parameters) => {
  const args = () => parameters.map(plausible);

  it.each(parameters.map((p, i) => [p.name, p, i] as const))('says what is wrong with %s', async (_, parameter, i) => {
    for (const value of wrongs(parameter)) {
      const x = tf.ones([2, 2]);
      await expectTold(
        () => call(x, method, args().with(i, value)),
        `tensor.${method}`,
        parameter.name,
        wanted(parameter),
      );
    }
    for (const nothing of parameter.optional ? [] : [undefined, null]) {
      const error = await errorOf(() => call(tf.ones([2, 2]), method, args().with(i, nothing)));
      if (error) expect(error.message).toContain(method);
      if (error) expect(error.message).not.toMatch(INTERNAL);
    }
  });

  it('computes values that fit their shape, or names itself, for tensors of any rank and type', async () => {
    for (const shape of [[], [0], [3], [3, 5], [2, 3, 4], [1, 2, 2, 3], [1, 2, 2, 2, 1], [1, 1, 1, 1, 1, 2]])
      for (const dtype of ['float32', 'int32', 'bool', 'string', 'complex64'] as const) {
        tf.engine().startScope();
        try {
          const x =
            dtype === 'string'
              ? tf.fill(shape, 'a', 'string')
              : dtype === 'complex64'
                ? tf.complex(tf.zeros(shape), tf.zeros(shape))
                : tf.zeros(shape, dtype);
          const result = await call(x, method, args());
          for (const t of [result].flat())
            if (t instanceof tf.Tensor) {
              expect(t.shape.every((n: number) => Number.isInteger(n) && n >= 0)).toBe(true);
              if (t.dtype !== 'complex64') expect(t.dataSync()).toHaveLength(t.size);
            }
        } catch (e) {
          if ((e as Error).name === 'AssertionError') throw e;
          expect((e as Error).message, `${method} of [${shape}] ${dtype}`).toContain(`tensor.${method}`);
          expect((e as Error).message).not.toMatch(INTERNAL);
        } finally {
          tf.engine().endScope();
        }
      }
  });

  it('says that the tensor is disposed of', async () => {
    const x = method === 'irfft' ? tf.complex(tf.ones([2, 2]), tf.ones([2, 2])) : tf.ones([2, 2]);
    x.dispose();
    const needed = parameters.filter(({ optional }) => !optional).map(plausible);
    await expectTold(() => call(x, method, needed), `tensor.${method}`, /disposed/);
  });
});

it('assigns to variables what fits', async () => {
  const v = tf.variable(tf.ones([2]));
  for (const value of [undefined, null, 5, 'x', [1, 2], {}, tf.ones([3]), tf.ones([2], 'int32')])
    await expectTold(() => v.assign(value as never), 'variable.assign');
});

describe('messages', () => {
  it.each<[() => unknown, RegExp]>([
    [
      () => tf.ones([2, 2]).sum('x' as never),
      /^tensor\.sum: axis must be .*, and is 'x'\nCalled as tensor\.sum\(axis: 'x'\) of Tensor float32 \[2, 2\]; it takes \(axis\?, keepDims\?\)$/,
    ],
    [() => tf.ones([2, 2]).sum([0, 0]), /^tensor\.sum: axis \[0, 0\] holds an axis twice/],
    [() => tf.ones([2, 2]).reshape([1.5, 2] as never), /^tensor\.reshape: shape must be .*: 1\.5 is not whole/],
    [() => tf.ones([3]).as2D(1.5, 2), /^tensor\.as2D: rows must be a whole number, and is 1\.5/],
    [() => tf.ones([2]).matMul(tf.ones([2, 2])), /^tensor\.matMul: both factors must have rank 2 or more/],
    [() => tf.ones([2, 2]).transpose([0, 0]), /^tensor\.transpose: perm must hold each axis from 0 to 1 once/],
    [
      () => tf.ones([2, 2]).add(tf.ones([3])),
      /^[^]*\nCalled as tensor\.add\(b: Tensor float32 \[3\]\) of Tensor float32 \[2, 2\]/,
    ],
  ])('%s', async (wrong, message) => {
    expect((await errorOf(wrong))?.message).toMatch(message);
  });

  it('name the op where a method within it fails', async () => {
    const { message } = (await errorOf(() => tf.losses.meanSquaredError(tf.ones([2]), tf.ones([3]))))!;
    expect(message).toMatch(/Called as tf\.losses\.meanSquaredError\(/);
    expect(message).not.toContain('Called as tensor.');
  });
});
