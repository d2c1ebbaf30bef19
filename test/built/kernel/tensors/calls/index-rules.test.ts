// Indices that point nowhere are an error on the device `cpu`, and not an element that is missing in the result.
import { expect, it } from 'vitest';
import { dist } from '../../../../paths.ts';
import { libraryOf } from '../layers/library.ts';

const tf = libraryOf(dist);
const int = (list: number[]) => tf.tensor1d(list, 'int32');

it('unsortedSegmentSum: segments beyond the last are, those below 0 are left out as in TensorFlow', () => {
  const sum = (ids: number[]) => tf.unsortedSegmentSum(tf.tensor1d([1, 2, 4]), int(ids), 2);
  expect([...sum([0, 1, 0]).dataSync()]).toEqual([5, 2]);
  expect([...sum([0, -1, 0]).dataSync()]).toEqual([5, 0]);
  expect(() => sum([0, 2, 0])).toThrow('tf.unsortedSegmentSum: segmentIds[1] is 2, and must be 1 at most');
});

it('confusionMatrix: classes that are not there are', () => {
  const matrix = (labels: number[], predictions: number[]) =>
    tf.math.confusionMatrix(int(labels), int(predictions), 2).arraySync();
  expect(matrix([0, 1, 1], [0, 1, 0])).toEqual([[1, 0], [1, 1]]); // prettier-ignore
  expect(() => matrix([0, 2, 1], [0, 1, 0])).toThrow('labels[1] is 2, and must be 0 at least and 1 at most');
  expect(() => matrix([0, 1, 1], [0, 1, -1])).toThrow('predictions[2] is -1');
});

it('cropAndResize: an image that is not in the batch is', () => {
  const crop = (image: number) =>
    tf.image.cropAndResize(tf.ones([2, 2, 2, 1]), tf.tensor2d([[0, 0, 1, 1]]), int([image]), [1, 1]);
  expect(crop(1).dataSync()[0]).toBe(1);
  expect(() => crop(2)).toThrow('tf.image.cropAndResize: boxInd[0] is 2, and must be 0 at least and 1 at most');
  expect(() => crop(-1)).toThrow('boxInd[0] is -1');
});
