// What predict is given: by names, and with unequal numbers of examples.
import { expect, it } from 'vitest';
import { dist } from '../../../../paths.ts';
import { expectTensor, libraryOf, options } from './library.ts';

const tf = libraryOf(dist);

const joined = () => {
  const inputs = ['a', 'b'].map((name) => tf.input({ shape: [1], name }));
  return tf.model({ inputs, outputs: tf.layers.concatenate().apply(inputs) as never });
};

it('predict takes tensors by the names of inputs', () => {
  const model = joined();
  const [a, b] = [tf.tensor2d([[1]]), tf.tensor2d([[2]])];
  expectTensor(model.predict(options({ b, a })), [1, 2], [1, 2]);
  expectTensor(model.predictOnBatch(options({ b, a })), [1, 2], [1, 2]);
  expect(() => model.predict(options({ a }))).toThrow('predict: x has a, and the model\'s inputs are a, b'); // prettier-ignore
  expect(() => model.predict(options({ a, b, c: a }))).toThrow(/x has a, b, c/);
});

it('inputs with unequal numbers of examples are an error that has both', () => {
  const model = joined();
  const unequal = [tf.ones([3, 1]), tf.ones([2, 1])];
  expect(() => model.predict(unequal)).toThrow(/predict: .*same number of examples, and x\[0\] has 3, x\[1\] has 2/);
  model.compile({ optimizer: 'sgd', loss: 'meanSquaredError' });
  expect(() => model.evaluate(unequal, tf.ones([3, 2]))).toThrow(/same number of samples/);
});
