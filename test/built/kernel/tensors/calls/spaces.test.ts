// The functions of `tf` that are no ops with wrong arguments: of tf.train, tf.initializers, tf.regularizers,
// tf.constraints, tf.metrics and tf.io, and those of gradients and backends.
import { describe, expect, it } from 'vitest';
import { dist } from '../../../../paths.ts';
import { libraryOf } from '../layers/library.ts';
import { errorOf, expectTold, INTERNAL } from './wrong.ts';

const tf = libraryOf(dist);
// After the built library, whose engine the sources are to have
const { libraryNames, parametersOf } = await import('../../../../../kernel/tensors/calls/library.ts');
type Op = (...args: unknown[]) => unknown;
const opOf = (name: string): Op =>
  name.split('.').reduce<unknown>((holder, part) => (holder as Record<string, unknown>)[part], tf) as Op;
const inSpace = (space: string) => libraryNames.filter((name) => name.startsWith(`${space}.`));

const NUMBER = ['0.1', NaN, {}, [1], true, () => 1];

describe.each(inSpace('train'))('tf.%s', (name) => {
  const parameters = parametersOf(name);
  it.each(parameters.map((p, i) => [p.name, i] as const))('says what is wrong with %s', async (option, i) => {
    const others = parameters.map((p) => (p.name === 'useNesterov' || p.name === 'centered' ? false : 0.5));
    const values = /useNesterov|centered/.test(option) ? ['no', 1, {}] : [...NUMBER, -0.1];
    for (const value of values) {
      // Momentum may have either sign
      if (option === 'momentum' && value === -0.1) continue;
      await expectTold(() => opOf(name)(...others.with(i, value as never)), `tf.${name}: `, option, 'must be');
    }
  });
});

describe.each(['initializers', 'regularizers', 'constraints'].flatMap(inSpace))('tf.%s', (name) => {
  const [options] = parametersOf(name);

  it('refuses what is no object of options, and options that there are not', async () => {
    if (!options) return;
    for (const value of [5, 'x', [1], true, () => 1])
      await expectTold(() => opOf(name)(value), `tf.${name}: `, 'options must be an object');
    await expectTold(() => opOf(name)({ nonsense: 1 }), `tf.${name}: `, '"nonsense"');
    const error = await errorOf(() => opOf(name)());
    if (error) expect(error.message).not.toMatch(INTERNAL);
  });

  it.each((options?.fields ?? []).map(({ name }) => name))('says what is wrong with %s', async (option) => {
    const values = /mode|distribution/.test(option) ? ['nonsense', 5, {}] : ['0.1', NaN, {}, ['x'], true, () => 1];
    for (const value of values)
      await expectTold(() => opOf(name)({ value: 1, [option]: value }), `tf.${name}: `, option, /must be|no option/);
  });
});

describe.each(inSpace('metrics'))('tf.%s', (name) => {
  it('says what is wrong with labels and outputs', async () => {
    for (const value of [undefined, null, 'x', true, () => 1]) {
      await expectTold(() => opOf(name)(value, tf.ones([2, 2])), `tf.${name}: yTrue`);
      await expectTold(() => opOf(name)(tf.ones([2, 2]), value), `tf.${name}: yPred`);
    }
    const error = await errorOf(() => opOf(name)(tf.ones([2, 3]), tf.ones([5, 4, 2])));
    if (error) expect(error.message).not.toMatch(INTERNAL);
  });
});

it.each(['customGrad', 'grad', 'grads', 'valueAndGrad', 'valueAndGrads', 'variableGrads', 'time', 'profile', 'tidy'])(
  'tf.%s wants a function',
  async (name) => {
    for (const value of [undefined, null, 5, {}, [1], tf.ones([1])])
      await expectTold(() => opOf(name)(value), name, /function|pass in the tensor/);
  },
);

it.each<[string, unknown[]]>([
  ['setBackend', [undefined, 5, {}, ['cpu']]],
  ['registerCallbackConstructor', [undefined, 'x', {}]],
  ['io.withSaveHandler', [undefined, 5, 'x', {}]],
  ['io.withSaveHandlerSync', [undefined, 5, 'x', {}]],
  ['io.registerLoadRouter', [undefined, 5, 'x', {}]],
  ['io.registerSaveRouter', [undefined, 5, 'x', {}]],
  ['io.weightsLoaderFactory', [undefined, 5, 'x', {}]],
  ['io.http', [undefined, 5, {}, '']],
  ['io.browserHTTPRequest', [undefined, 5, {}, '']],
  ['io.copyModel', [undefined, 5, {}, 'x']],
  ['io.moveModel', [undefined, 5, {}, 'x']],
  ['io.removeModel', [undefined, 5, {}, 'x']],
  ['io.loadWeights', [undefined, 5, 'x', {}]],
  ['io.encodeWeights', [undefined, 5, 'x']],
  ['io.decodeWeights', [undefined, 5, 'x']],
  ['io.concatenateArrayBuffers', [5, 'x']],
  ['io.getWeightSpecs', [undefined, 5, 'x', {}]],
  ['io.getModelArtifactsInfoForJSON', [undefined, 5, 'x']],
  ['io.getModelArtifactsForJSON', [undefined, 5, 'x']],
  ['io.fromMemory', [undefined, 5, 'x']],
  ['io.browserFiles', [undefined, 5, 'x', []]],
])('tf.%s', async (name, values) => {
  for (const value of values) await expectTold(() => opOf(name)(value), name.split('.').at(-1)!);
});
