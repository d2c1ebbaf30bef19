// Images of whole numbers are flipped, rotated and transformed as those of float32 are.
import { expect, it } from 'vitest';
import { dist } from '../../../../paths.ts';
import { libraryOf, type Tensor } from '../layers/library.ts';

const tf = libraryOf(dist);
const bytes = () =>
  tf.tensor4d(
    Array.from({ length: 2 * 3 * 4 * 3 }, (_, i) => (i * 37) % 256),
    [2, 3, 4, 3],
    'int32',
  );
const half = [0.5, 0, 0, 0, 0.5, 0, 0, 0];

it.each([
  ['flipLeftRight', (x: Tensor) => tf.image.flipLeftRight(x as never)],
  ['rotateWithOffset', (x: Tensor) => tf.image.rotateWithOffset(x as never, 0.7, [1, 2, 3], 0.25)],
  ['transform', (x: Tensor) => tf.image.transform(x as never, [half, half] as never, 'nearest', 'constant', 9)],
  ['transform, bilinear', (x: Tensor) => tf.image.transform(x as never, [half] as never, 'bilinear', 'wrap')],
] as [string, (x: Tensor) => Tensor][])('%s', (_, f) => {
  const whole = f(bytes());
  const floats = f(bytes().toFloat());
  expect([whole.dtype, whole.shape]).toEqual(['int32', floats.shape]);
  expect([...whole.dataSync()]).toEqual(Array.from(floats.dataSync(), Math.trunc));
});

it('takes images as lists, and refuses other types', () => {
  expect(tf.image.flipLeftRight([[[[1], [2]]]] as never).arraySync()).toEqual([[[[2], [1]]]]);
  expect(() => tf.image.flipLeftRight(bytes().toBool() as never)).toThrow('must be float32 tensor, but got bool');
});
