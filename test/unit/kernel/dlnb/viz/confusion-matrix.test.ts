// Confusion matrices: counts, rates and what is refused.
import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { confusionMatrix } from '../../../../../kernel/dlnb/viz/confusion-matrix.ts';
import { shown } from './shown.ts';

beforeAll(async () => {
  await tf.setBackend('cpu');
});

describe('a confusion matrix', () => {
  it('has rows for what is and columns for what was said', () => {
    const figure = confusionMatrix([0, 0, 0, 1, 1, 2], [0, 1, 1, 1, 0, 2]);
    expect(figure.counts).toEqual([[1, 2, 0], [1, 1, 0], [0, 0, 1]]); // prettier-ignore
    expect(figure.accuracy).toBe(0.5);
    expect(figure.recall).toEqual([1 / 3, 1 / 2, 1]);
    expect(figure.precision).toEqual([1 / 2, 1 / 3, 1]);
    shown(figure);
  });

  it('takes one-hot rows and scores, and keeps classes that nobody predicted', () => {
    const { counts } = confusionMatrix(tf.oneHot([0, 2], 3), [[0.9, 0.05, 0.05], [0.2, 0.5, 0.3]]); // prettier-ignore
    expect(counts).toEqual([[1, 0, 0], [0, 0, 0], [0, 1, 0]]); // prettier-ignore
  });

  it('refuses labels that are no classes, and lists that do not fit', () => {
    expect(() => confusionMatrix([0.5], [0])).toThrow(/actual must be class numbers 0, 1, 2 …, and number 0 is 0.5/);
    expect(() => confusionMatrix([0, 1], [0])).toThrow(/the same length, got 2 and 1/);
    expect(() => confusionMatrix([0, 3], [0, 1], { classNames: ['a', 'b'] })).toThrow(
      /2 names, and there are 4 classes/,
    );
  });
});
