// Decision boundaries: the grid, and the answers that a classifier may give.
import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import type { TensorLibrary } from '../../../../../kernel/dlnb/library.ts';
import {
  decisionBoundary,
  type DecisionBoundaryFigure,
  type Predict,
} from '../../../../../kernel/dlnb/viz/decision-boundary.ts';
import { shown } from './shown.ts';

const library = tf as unknown as TensorLibrary;
const list = (values: unknown) => Array.from(values as ArrayLike<number>);

beforeAll(async () => {
  await tf.setBackend('cpu');
});

describe('a decision boundary', () => {
  const points = [[-1, -1], [1, 1], [1, -1]]; // prettier-ignore
  const boundary = (predict: Predict, options = {}) =>
    decisionBoundary(library, predict, points, [0, 1, 1], { resolution: 11, ...options }) as DecisionBoundaryFigure;

  it('asks at each point of a grid over the points and their margin, row by row', () => {
    let asked: number[][] = [];
    const figure = boundary((p) => ((asked = p.arraySync()), p.slice([0, 0], [-1, 1])), { margin: 0.5 });
    expect(asked).toHaveLength(121);
    expect([asked[0], asked[10], asked[110], asked[120]]).toEqual([[-2, -2], [2, -2], [-2, 2], [2, 2]]); // prettier-ignore
    expect(list(figure.grid.x)).toHaveLength(11);
  });

  it('takes a score above the threshold for class 1', () => {
    const { classes, grid } = boundary((p) => p.slice([0, 0], [-1, 1]), {
      threshold: 0,
      range: { x: [-1, 1], y: [-1, 1] },
    });
    expect(list(classes).slice(0, 11)).toEqual(list(grid.x).map((x) => Number(x > 0)));
  });

  it('takes the largest of several scores, and integers for classes themselves', () => {
    const scores = boundary((p) => tf.concat([tf.neg(p), p.slice([0, 0], [-1, 1])], 1));
    const classes = boundary((p) => tf.argMax(tf.concat([tf.neg(p), p.slice([0, 0], [-1, 1])], 1), 1));
    expect(classes.classes).toEqual(scores.classes);
    expect(new Set(scores.classes)).toEqual(new Set([0, 1, 2]));
  });

  it('leaves no tensor behind, and refuses an answer of another length', () => {
    const before = tf.memory().numTensors;
    boundary((p) => p.slice([0, 0], [-1, 1]));
    expect(() => boundary(() => tf.tensor1d([1, 2]))).toThrow(/for 121 points it answered \[2\]/);
    expect(tf.memory().numTensors).toBe(before);
  });

  it('is a figure that the renderer accepts', () => {
    shown(boundary((p) => tf.sigmoid(p.slice([0, 0], [-1, 1]))));
  });
});
