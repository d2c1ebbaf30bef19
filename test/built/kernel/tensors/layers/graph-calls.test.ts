// `predict` and `execute` of a graph model with other inputs and outputs than it has.
import { beforeAll, describe, expect, it } from 'vitest';
import { dist } from '../../../../paths.ts';
import { expectTensor, libraryOf } from './library.ts';

const tf = libraryOf(dist);

const size = (n: number) => ({ size: String(n) });
const placeholder = (name: string, last: number) => ({
  name,
  op: 'Placeholder',
  attr: { dtype: { type: 'DT_FLOAT' }, shape: { shape: { dim: [size(-1), size(last)] } } },
});
/** sum = left + right */
const graph = {
  node: [
    placeholder('left', 2),
    placeholder('right', 2),
    { name: 'sum', op: 'Add', input: ['left', 'right'], attr: { T: { type: 'DT_FLOAT' } } },
  ],
  library: {},
  versions: {},
};

let model: Awaited<ReturnType<typeof tf.loadGraphModel>>;
beforeAll(async () => {
  model = await tf.loadGraphModel(
    tf.io.fromMemory({ modelTopology: graph, weightSpecs: [], weightData: new ArrayBuffer(0) }),
  );
});

const inputs = 'left float32 [null, 2], right float32 [null, 2]';
const x = () => tf.ones([1, 2]);

describe('a call that cannot be', () => {
  it.each([
    [() => undefined, `tensors by names, for its inputs ${inputs}; and got undefined`],
    [() => 3, 'and got 3'],
    [() => [x(), [1, 2]], 'and got [ 1, 2 ] for 1; make a tensor with tf.tensor(…)'],
    [() => ({ left: x(), right: 1 }), 'and got 1 for right'],
    [() => x(), `graph model: takes 2 tensors, and got 1; the inputs are ${inputs}`],
    [() => ({ left: x(), rihgt: x() }), `there is no input "rihgt"; did you mean "right"? The inputs are ${inputs}`],
    [() => [x(), tf.ones([1, 3])], 'the input "right" must be of shape [null, 2], and is of shape [1, 3]'],
    [() => [x(), tf.ones([2])], 'the input "right" must be of shape [null, 2], and is of shape [2]'],
    [
      () => [x(), tf.ones([1, 2], 'int32')],
      `the input "right" must be float32, and is int32; x.cast('float32') converts it`,
    ],
  ])('%s', async (given, message) => {
    expect(() => model.predict(given() as never)).toThrow(message);
    expect(() => model.execute(given() as never)).toThrow(message);
    await expect(model.executeAsync(given() as never)).rejects.toThrow(message);
  });

  it('an output that is not there', () => {
    expect(() => model.execute([x(), x()], 'smu')).toThrow('there is no output "smu"; did you mean "sum"? The outputs');
  });
});

it('computes', async () => {
  expectTensor(model.predict({ left: x(), right: x() }) as never, [1, 2], [2, 2]);
  expectTensor(model.execute([x(), x()], 'sum'), [1, 2], [2, 2]);
  expectTensor(model.execute([x(), x()], ['left']), [1, 2], [1, 1]);
});
