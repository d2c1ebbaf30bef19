// Mean average precision of detectors, worked out by hand.
import { describe, expect, it } from 'vitest';
import { makeMetrics } from '../../../../../kernel/dlnb/metrics/index.ts';

const metrics = makeMetrics(() => undefined);
const at = (x: number, label: number | string = 0) => ({ box: [x, 0, x + 10, 10] as const, label });

it('intersection over union', () => {
  expect(metrics.boxIou([0, 0, 10, 10], [5, 0, 15, 10])).toBeCloseTo(1 / 3);
  expect(metrics.boxIou([0, 0, 10, 10], [0, 0, 10, 10])).toBe(1);
  expect(metrics.boxIou([0, 0, 10, 10], [10, 0, 20, 10])).toBe(0);
  expect(metrics.boxIou([0, 0, 0, 0], [0, 0, 0, 0])).toBe(0);
});

describe('mean average precision', () => {
  it('is the area under the falling precision over recall', () => {
    const map = metrics.meanAveragePrecision();
    // Two images, three true boxes: right, wrong, right, wrong, and one is never found
    map.update(
      [
        { ...at(0), score: 0.9 },
        { ...at(50), score: 0.8 },
      ],
      [at(1), at(100)],
    );
    map.update(
      [
        { ...at(0), score: 0.7 },
        { ...at(0.5), score: 0.6 },
      ],
      [at(0)],
    );
    // Precision is 1 at recall 1/3, 2/3 at recall 2/3
    expect(map.result()).toBeCloseTo(1 / 3 + (2 / 3) * (1 / 3), 10);
    map.reset();
    expect(map.result()).toBeNaN();
  });

  it('is the mean over the classes with true boxes, and over thresholds', () => {
    const map = metrics.meanAveragePrecision({ iou: [0.5, 0.95] });
    map.update(
      [
        { ...at(1, 'cat'), score: 0.9 },
        { ...at(0, 'dog'), score: 0.9 },
        { ...at(0, 'owl'), score: 1 },
      ],
      [at(0, 'cat'), at(0, 'dog'), at(0, 'elk')],
    );
    // The cat's box has 9/11
    expect(map.byClass()).toEqual(new Map([['cat', 0.5], ['dog', 1], ['elk', 0]])); // prettier-ignore
    expect(map.result()).toBeCloseTo(0.5);
  });

  it('takes the nearest true box, each once', () => {
    const map = metrics.meanAveragePrecision({ iou: 0.1 });
    map.update(
      [
        { ...at(4), score: 0.9 },
        { ...at(0), score: 0.8 },
      ],
      [at(0), at(5)],
    );
    expect(map.result()).toBe(1);
  });

  it.each([
    [() => metrics.meanAveragePrecision({ iou: 2 }), /iou must be a number from 0 to 1, got 2/],
    [() => metrics.meanAveragePrecision({ iou: [] }), /iou must be a number, or an array of them/],
    [
      () => metrics.meanAveragePrecision().update([], [{ box: [5, 0, 1, 1], label: 0 }]),
      /truth\[0\].box must be \[x1, y1, x2, y2\] with x1 ≤ x2 and y1 ≤ y2, got \[5, 0, 1, 1\]/,
    ],
    [
      () => metrics.meanAveragePrecision().update([at(0) as never], []),
      /found\[0\].score must be a number, got undefined/,
    ],
    [() => metrics.meanAveragePrecision().update(5 as never, []), /found must be an array of boxes, got 5/],
    [
      () => metrics.meanAveragePrecision().update([], [{ box: [0, 0, 1, 1] } as never]),
      /truth\[0\].label must be a number or a name/,
    ],
  ])('names what is wrong: %s', (f, message) => {
    expect(f).toThrow(message);
  });
});
