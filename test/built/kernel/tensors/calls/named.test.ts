// Every op of the library with wrong arguments: of another type, rank or choice, with options that do not exist. An op
// either computes a tensor whose values fit its shape, or throws an error that names it, what came and what is wanted.
import { createRequire } from 'node:module';
import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { parameterNames, wanted } from '../../../../../kernel/tensors/calls/check.ts';
import { unpacked, type Kind, type Packed, type Parameter } from '../../../../../kernel/tensors/calls/signature.ts';
import listed from '../../../../../kernel/tensors/calls/signatures.json' with { type: 'json' };
import { dist } from '../../../../paths.ts';
import { INTERNAL } from './wrong.ts';

type Library = typeof import('../../../../../kernel/tensors/index.ts');
type Op = (...args: unknown[]) => unknown;
const library = createRequire(import.meta.url)(path.join(dist, 'tf.js')) as Library;
const { tf } = library;
const ops = Object.keys(listed.functions).map((name) => [name, unpacked(listed as Packed, name)!] as const);
/** They print, or wait for their values. */
const left = new Set(['print']);

beforeAll(async () => {
  await library.startCpu({ dist, threads: 1 });
  await tf.setBackend('cpu');
});

const opOf = (name: string): Op =>
  name.split('.').reduce<unknown>((holder, part) => (holder as Record<string, unknown>)[part], tf) as Op;

/** An argument of the right type, if not of a shape that fits the others. */
function plausible({ kinds, choices, fields, name }: Parameter): unknown {
  if (choices?.length) return choices[0];
  const values: Record<Kind, () => unknown> = {
    any: () => undefined,
    array: () => [],
    boolean: () => false,
    function: () => () => tf.scalar(1),
    number: () => 1,
    numbers: () => (/(shape|reps|paddings|crops|begin|end|size)/i.test(name) ? [2, 2] : [1, 1]),
    pairs: () => [
      [1, 1],
      [1, 1],
    ],
    object: () => Object.fromEntries((fields ?? []).map((f) => [f.name, plausible(f)])),
    string: () => 'a',
    tensor: () => tf.ones([2, 2]),
    tensors: () => [tf.ones([2, 2])],
  };
  return values[kinds[0]!]();
}

/** Values of which none is of the parameter's types. */
function wrongs({ kinds, choices }: Parameter): unknown[] {
  if (kinds.includes('any')) return [];
  const all: [Kind[], unknown][] = [
    [['string', 'tensor'], 'nonsense'],
    [['number', 'tensor', 'any'], 3.7],
    [
      ['numbers', 'tensor', 'array', 'tensors'],
      [1.5, 'x'],
    ],
    [['object', 'tensor'], { nonsense: 1 }],
    [['function'], () => 1],
    [['tensor', 'tensors', 'any'], tf.ones([2])],
  ];
  const wrong = all.filter(([fits]) => !fits.some((kind) => kinds.includes(kind))).map(([, value]) => value);
  return kinds.length === 0 && choices
    ? wrong
    : wrong.filter((w) => typeof w !== 'string' || !kinds.includes('string'));
}

/** The error of a call, or of the promise that it returns. */
async function thrownBy(call: () => unknown): Promise<Error | undefined> {
  tf.engine().startScope();
  try {
    await call();
    return undefined;
  } catch (e) {
    return e as Error;
  } finally {
    tf.engine().endScope();
  }
}

describe.each(ops)('tf.%s', (name, parameters) => {
  const args = () => parameters.filter((p) => !p.name.startsWith('...')).map(plausible);

  it.each(parameters.filter((p) => !p.name.startsWith('...')).map((p, i) => [p.name, p, i] as const))(
    'names what is wrong with %s',
    async (_, parameter, i) => {
      for (const wrong of wrongs(parameter)) {
        const error = await thrownBy(() => opOf(name)(...args().with(i, wrong)));
        expect(error, `tf.${name} takes ${String(wrong)} for ${parameter.name}`).toBeInstanceOf(Error);
        expect(error!.message).toContain(name);
        expect(error!.message).toContain(parameter.name);
        expect(error!.message).toContain(wanted(parameter));
        expect(error!.message).toContain(parameterNames(parameters));
        expect(error!.message).not.toMatch(/^tf\.[\w.]+: tf\.[\w.]+: /);
        expect(error!.message).not.toMatch(INTERNAL);
      }
      for (const nothing of parameter.optional ? [] : [undefined, null]) {
        const error = await thrownBy(() => opOf(name)(...args().with(i, nothing)));
        if (error) expect(error.message).toContain(name.split('.').at(-1));
        if (error) expect(error.message).not.toMatch(INTERNAL);
      }
    },
  );

  it('says nothing of the engine for values of any other kind', async () => {
    if (left.has(name)) return;
    const others = [undefined, null, NaN, -1, 1.5, 'x', true, [], {}, [[]], ['a'], [null], () => 1, Symbol('s'), 10n];
    const given = args();
    for (let i = 0; i < given.length; i++)
      for (const other of others) {
        const error = await thrownBy(() => opOf(name)(...args().with(i, other)));
        if (error) expect(error.message, `${name}: ${parameters[i]!.name} ${typeof other}`).not.toMatch(INTERNAL);
        if (error) expect(error.message).toContain(name.split('.').at(-1)!);
      }
    const error = await thrownBy(() => opOf(name)());
    if (error) expect(error.message).not.toMatch(INTERNAL);
  });

  it('computes values that fit their shape, or names itself, with tensors of any rank and size', async () => {
    if (left.has(name)) return;
    const tensors = parameters.flatMap((p, i) => (p.kinds[0] === 'tensor' ? [i] : []));
    for (const i of tensors)
      for (const shape of [[], [0], [3], [3, 5], [2, 3, 4], [1, 2, 2, 3], [1, 2, 2, 2, 1], [1, 1, 1, 1, 1, 2]])
        for (const dtype of ['float32', 'int32', 'bool'] as const) {
          tf.engine().startScope();
          try {
            const result = await opOf(name)(...args().with(i, tf.zeros(shape, dtype)));
            for (const t of tensorsIn(result)) {
              expect(
                t.shape.every((n) => Number.isInteger(n) && n >= 0),
                `${name} of [${shape}]: [${t.shape}]`,
              ).toBe(true);
              if (t.dtype !== 'complex64') expect(t.dataSync()).toHaveLength(t.size);
            }
          } catch (e) {
            if ((e as Error).name === 'AssertionError') throw e;
            expect((e as Error).message, `${name} of [${shape}] ${dtype}`).toMatch(own(name));
            expect((e as Error).message).not.toMatch(INTERNAL);
          } finally {
            tf.engine().endScope();
          }
        }
  });
});

const own = (name: string) =>
  new RegExp(
    name
      .split('.')
      .at(-1)!
      .replace(/Async$/, ''),
  );

function tensorsIn(value: unknown): import('@tensorflow/tfjs-core').Tensor[] {
  if (value instanceof tf.Tensor) return [value];
  if (Array.isArray(value)) return value.flatMap(tensorsIn);
  return [];
}

describe('messages', () => {
  it.each<[() => unknown, RegExp]>([
    [() => tf.zeros(3 as never), /^tf\.zeros: shape must be an array of whole numbers, and is 3; write \[3\]\n/],
    [
      () => tf.conv2d(tf.ones([1, 4, 4, 1]) as never, tf.ones([2, 2, 1, 1]) as never, 1, 'smae' as never),
      /did you mean "same"\?/,
    ],
    [
      () =>
        tf.fused.conv2d({
          x: tf.ones([1, 4, 4, 1]),
          filter: tf.ones([2, 2, 1, 1]),
          strides: 1,
          pad: 'same',
          dilation: 1,
        } as never),
      /no option "dilation"; did you mean "dilations"\?/,
    ],
    [() => tf.sum(tf.ones([2, 2]), 0.5), /^tf\.sum: axis must be .*, and is 0\.5: 0\.5 is not whole/],
    [
      () => tf.matMul(tf.ones([2]), tf.ones([2, 3])),
      /^tf\.matMul: both factors must have rank 2 or more, and a is of rank 1;[^]*a: Tensor float32 \[2\]/,
    ],
  ])('%s', async (call, message) => {
    expect((await thrownBy(call))?.message).toMatch(message);
  });

  it("are the user's where a function of the user throws", async () => {
    const fail = () => {
      throw new Error('mine');
    };
    expect((await thrownBy(() => tf.rand([2], fail)))?.message).toBe('mine');
  });
});
