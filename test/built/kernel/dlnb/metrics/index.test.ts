// `metrics`: against their definitions, counted by loops; over batches as over all; weights and masks; `compile`.
import type { Tensor } from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { makeMetrics } from '../../../../../kernel/dlnb/metrics/index.ts';
import type { Metric } from '../../../../../kernel/dlnb/metrics/metric.ts';
import { dist } from '../../../../paths.ts';
import { libraryOf, numbers } from '../../tensors/layers/library.ts';

const tf = libraryOf(dist);
const metrics = makeMetrics(() => tf);
const value = (t: Tensor) => t.dataSync()[0]!;

const CLASSES = 4;
const N = 40;
const scores = () => numbers([N, CLASSES], 9);
/** The class with the largest score, by a loop. */
const chosen = () => (scores().arraySync() as number[][]).map((row) => row.indexOf(Math.max(...row)));
/** Labels that are right in half of the cases; class 3 is in none. */
const labels = () => chosen().map((c, i) => (i % 2 === 0 && c < 3 ? c : (i * 7) % 3));

/** Right decisions, decisions and labels of a class, with weights. */
function decisions(c: number, weights: (i: number) => number = () => 1) {
  let [right, said, is] = [0, 0, 0];
  const [p, y] = [chosen(), labels()];
  for (let i = 0; i < N; i++) {
    if (p[i] === c) said += weights(i);
    if (y[i] === c) is += weights(i);
    if (p[i] === c && y[i] === c) right += weights(i);
  }
  return { right, said, is };
}
const of = {
  precision: ({ right, said }: ReturnType<typeof decisions>) => (said ? right / said : 0),
  recall: ({ right, is }: ReturnType<typeof decisions>) => (is ? right / is : 0),
  f1Score: ({ right, said, is }: ReturnType<typeof decisions>) => (said + is ? (2 * right) / (said + is) : 0),
  iou: ({ right, said, is }: ReturnType<typeof decisions>) => (said + is ? right / (said + is - right) : 0),
};

describe('by class', () => {
  it.each(['precision', 'recall', 'f1Score'] as const)('%s is that of its definition', (kind) => {
    const [y, p] = [tf.tensor1d(labels()), scores()];
    const each = [0, 1, 2, 3].map((c) => of[kind](decisions(c)));
    const got = metrics[kind]({ average: 'none' })(y, p);
    expect([...got.dataSync()]).toEqual(each.map((v) => expect.closeTo(v, 5)));
    each.forEach((v, c) => expect(value(metrics[kind]({ classId: c })(y, p))).toBeCloseTo(v, 5));
    expect(value(metrics[kind]()(y, p))).toBeCloseTo(each.reduce((a, b) => a + b) / 4, 5);
    const total = [0, 1, 2, 3].map((c) => decisions(c));
    const sum = (key: 'right' | 'said' | 'is') => total.reduce((a, d) => a + d[key], 0);
    const micro = of[kind]({ right: sum('right'), said: sum('said'), is: sum('is') });
    expect(value(metrics[kind]({ average: 'micro' })(y, p))).toBeCloseTo(micro, 5);
    const weighted = total.reduce((a, d, c) => a + each[c]! * d.is, 0) / N;
    expect(value(metrics[kind]({ average: 'weighted' })(y, p))).toBeCloseTo(weighted, 5);
    // Rows, and numbers with another axis
    const rows = tf.oneHot(tf.tensor1d(labels(), 'int32'), CLASSES);
    expect(value(metrics[kind]()(rows, p))).toBeCloseTo(value(metrics[kind]()(y, p)), 6);
    expect(value(metrics[kind]()(tf.expandDims(y, -1), p))).toBeCloseTo(value(metrics[kind]()(y, p)), 6);
  });

  it('leave classes that nobody names out of means', () => {
    const [y, p] = [tf.tensor1d([0, 0, 1]), tf.tensor2d([[1, 0, 0], [0, 1, 0], [0, 1, 0]])]; // prettier-ignore
    expect(value(metrics.f1Score()(y, p))).toBeCloseTo((2 / 3 + 2 / 3) / 2, 5);
    expect(value(metrics.iou()(y, p))).toBeCloseTo((1 / 2 + 1 / 2) / 2, 5);
  });

  it('of one output compare with a threshold', () => {
    const [y, p] = [tf.tensor2d([[1], [0], [1], [0]]), tf.tensor2d([[0.9], [0.8], [0.3], [0.2]])]; // prettier-ignore
    expect(value(metrics.precision()(y, p))).toBeCloseTo(0.5);
    expect(value(metrics.recall()(y, p))).toBeCloseTo(0.5);
    expect(value(metrics.recall({ threshold: 0.25 })(y, p))).toBeCloseTo(1);
    expect(value(metrics.iou()(y, p))).toBeCloseTo(1 / 3);
    expect(value(metrics.accuracy()(tf.tensor1d([1, 0, 1, 0]), p))).toBeCloseTo(0.5);
    const [many, likely] = [tf.tensor2d([[1, 1], [0, 1]]), tf.tensor2d([[0.9, 0.6], [0.2, 0.1]])]; // prettier-ignore
    expect([...metrics.recall({ multiLabel: true, average: 'none' })(many, likely).dataSync()]).toEqual([1, 0.5]);
  });

  it('iou is the mean of the Jaccard indices of masks', () => {
    const [y, p] = [tf.tensor1d(labels()), scores()];
    const each = [0, 1, 2, 3].map((c) => of.iou(decisions(c)));
    expect(value(metrics.iou()(y, p))).toBeCloseTo(each.reduce((a, b) => a + b) / 4, 5);
    expect(value(metrics.iou({ classId: 1 })(y, p))).toBeCloseTo(each[1]!, 5);
  });
});

it('accuracies are those of their definitions', () => {
  const [y, p] = [labels(), scores()];
  const right = chosen().filter((c, i) => c === y[i]).length / N;
  expect(value(metrics.accuracy()(tf.tensor1d(y), p))).toBeCloseTo(right, 6);
  expect(value(metrics.accuracy()(tf.oneHot(tf.tensor1d(y, 'int32'), CLASSES), p))).toBeCloseTo(right, 6);
  expect(value(metrics.topKAccuracy({ k: 1 })(tf.tensor1d(y), p))).toBeCloseTo(right, 6);
  const rows = p.arraySync() as number[][];
  const among = rows.filter((row, i) => row.filter((v) => v > row[y[i]!]!).length < 2).length / N;
  expect(value(metrics.topKAccuracy({ k: 2 })(tf.tensor1d(y), p))).toBeCloseTo(among, 6);
  expect(value(metrics.topKAccuracy({ k: 9 })(tf.tensor1d(y), p))).toBe(1);
  expect(value(metrics.topKAccuracy()(tf.tensor1d([7]), tf.ones([1, 4])))).toBe(0);
});

describe('curves', () => {
  const binary = Array.from({ length: 60 }, (_, i) => ((i * 5) % 7 < 3 ? 1 : 0));
  /** Scores with ties. */
  const likely = binary.map((b, i) => Math.round((0.3 * b + 0.7 * ((i * 37) % 60) / 60) * 20) / 20); // prettier-ignore
  const pairs = (w: (i: number) => number = () => 1) => {
    let [wins, all] = [0, 0];
    binary.forEach((a, i) =>
      binary.forEach((b, j) => {
        if (a !== 1 || b !== 0) return;
        all += w(i) * w(j);
        wins += w(i) * w(j) * (likely[i]! > likely[j]! ? 1 : likely[i] === likely[j] ? 0.5 : 0);
      }),
    );
    return wins / all;
  };

  it('the area is the probability that a positive example has the larger score', async () => {
    const { auc, falsePositiveRate, truePositiveRate, thresholds } = await metrics.rocCurve(binary, likely);
    expect(auc).toBeCloseTo(pairs(), 10);
    expect([falsePositiveRate[0], truePositiveRate[0], thresholds[0]]).toEqual([0, 0, Infinity]);
    expect([falsePositiveRate.at(-1), truePositiveRate.at(-1)]).toEqual([1, 1]);
    expect((await metrics.rocCurve(tf.tensor1d(binary), tf.tensor1d(likely))).auc).toBeCloseTo(pairs(), 10);
    // Between thresholds of 1/199 there is one score at most
    expect(value(metrics.auc()(tf.tensor1d(binary), tf.tensor1d(likely)))).toBeCloseTo(pairs(), 5);
    const logits = likely.map((v) => Math.log((v + 0.01) / (1.01 - v)));
    expect(value(metrics.auc({ fromLogits: true })(tf.tensor1d(binary), tf.tensor1d(logits)))).toBeCloseTo(pairs(), 2);
  });

  it('average precision is the sum over thresholds', async () => {
    let area = 0;
    const order = [...new Set(likely)].sort((a, b) => b - a);
    let recall = 0;
    const positives = binary.filter((b) => b === 1).length;
    for (const t of order) {
      const said = likely.filter((v) => v >= t).length;
      const right = likely.filter((v, i) => v >= t && binary[i] === 1).length;
      area += (right / positives - recall) * (right / said);
      recall = right / positives;
    }
    expect((await metrics.rocCurve(binary, likely)).averagePrecision).toBeCloseTo(area, 10);
    expect(value(metrics.averagePrecision()(tf.tensor1d(binary), tf.tensor1d(likely)))).toBeCloseTo(area, 5);
  });

  it('take weights', () => {
    const auc = metrics.auc();
    const w = (i: number) => (i % 3) + 0.5;
    auc.update(tf.tensor1d(binary), tf.tensor1d(likely), { sampleWeight: binary.map((_, i) => w(i)) });
    expect(value(auc.result())).toBeCloseTo(pairs(w), 5);
  });

  it('say what is wrong', async () => {
    await expect(metrics.rocCurve([1, 0], [1])).rejects.toThrow(/there are 2 labels and 1 scores/);
    await expect(metrics.rocCurve([1, 2], [1, 2])).rejects.toThrow(/labels must be 0 or 1, and label 1 is 2/);
    await expect(metrics.rocCurve([1, 1], [1, 2])).rejects.toThrow(/needs both kinds/);
    await expect(metrics.rocCurve([1, 0], [1, NaN])).rejects.toThrow(/score 1 is NaN/);
    await expect(metrics.rocCurve(5 as never, [1])).rejects.toThrow(
      /yTrue must be a tensor or an array of numbers, got 5/,
    );
  });
});

it('perplexity is exp of the mean cross-entropy', () => {
  const y = tf.tensor2d([[0, 1, 2], [3, 0, 0]]); // prettier-ignore
  expect(value(metrics.perplexity()(y, tf.zeros([2, 3, 8])))).toBeCloseTo(8, 4);
  expect(value(metrics.perplexity({ fromLogits: false })(y, tf.fill([2, 3, 4], 0.25)))).toBeCloseTo(4, 4);
  const p = metrics.perplexity();
  const logits = tf.mul(numbers([2, 3, 4]), 3);
  p.update(y, logits, { mask: tf.tensor2d([[1, 1, 0], [1, 0, 0]]) }); // prettier-ignore
  const log = tf.logSoftmax(logits).arraySync() as number[][][];
  expect(value(p.result())).toBeCloseTo(Math.exp(-(log[0]![0]![0]! + log[0]![1]![1]! + log[1]![0]![3]!) / 3), 4);
});

it('r2 is 1 − residuals / deviations, over batches too', () => {
  const [y, p] = [tf.tensor1d([1, 2, 3, 10]), tf.tensor1d([1.5, 2, 2, 9])];
  expect(value(metrics.r2Score()(y, p))).toBeCloseTo(1 - 2.25 / 50, 5);
  const r2 = metrics.r2Score();
  r2.update(tf.tensor1d([1, 2]), tf.tensor1d([1.5, 2]));
  r2.update(tf.tensor1d([3]), tf.tensor1d([2]));
  r2.update(tf.tensor1d([10]), tf.tensor1d([9]));
  expect(value(r2.result())).toBeCloseTo(1 - 2.25 / 50, 5);
  const weighted = metrics.r2Score();
  weighted.update(y, p, { sampleWeight: [1, 1, 1, 0] });
  expect(value(weighted.result())).toBeCloseTo(1 - 1.25 / 2, 5);
});

describe('by themselves', () => {
  const all: [string, () => Metric][] = [
    ['accuracy', () => metrics.accuracy()],
    ['topKAccuracy', () => metrics.topKAccuracy({ k: 2 })],
    ['precision', () => metrics.precision({ average: 'weighted' })],
    ['f1Score', () => metrics.f1Score({ average: 'none' })],
    ['iou', () => metrics.iou()],
    ['perplexity', () => metrics.perplexity()],
  ];
  it.each(all)('%s counts batches as one, leaves out weight 0, and forgets', (_, make) => {
    const [y, p] = [tf.tensor1d(labels()), scores()];
    const whole = [...make()(y, p).dataSync()];
    const metric = make();
    for (const [from, size] of [
      [0, 7],
      [7, 30],
      [37, 3],
    ] as const)
      // prettier-ignore
      tf.tidy(() => metric.update(tf.slice(y, [from], [size]), tf.slice(p, [from, 0], [size, -1])));
    expect([...metric.result().dataSync()]).toEqual(whole.map((v) => expect.closeTo(v, 5)));
    metric.reset();
    expect(() => metric.result()).toThrow(/nothing to count yet; call update/);
    const keep = Array.from({ length: N }, (_, i) => (i < 20 ? 1 : 0));
    const half = [...make()(tf.slice(y, [0], [20]), tf.slice(p, [0, 0], [20, -1])).dataSync()];
    for (const weights of [
      { sampleWeight: keep },
      { mask: tf.tensor1d(keep, 'bool') },
      { sampleWeight: tf.tensor1d(keep), mask: tf.ones([N]) },
    ]) {
      metric.update(y, p, weights);
      expect([...metric.result().dataSync()]).toEqual(half.map((v) => expect.closeTo(v, 5)));
      metric.reset();
    }
  });

  it('leave no tensors behind', () => {
    const [y, p] = [tf.tensor1d(labels()), scores()];
    const sampleWeight = labels();
    const before = tf.memory().numTensors;
    const metric = metrics.f1Score();
    for (let i = 0; i < 3; i++) metric.update(y, p, { sampleWeight });
    metric.result().dispose();
    expect(tf.memory().numTensors).toBe(before + 3);
    metric.reset();
    expect(tf.memory().numTensors).toBe(before);
  });
});

describe('compile', () => {
  it('counts over the batches of an epoch, under the given names', async () => {
    const model = tf.sequential({
      layers: [
        tf.layers.dense({ units: CLASSES, inputShape: [CLASSES], kernelInitializer: 'identity', useBias: false }),
      ],
    });
    const kinds = [
      metrics.accuracy(),
      metrics.topKAccuracy({ k: 2 }),
      metrics.f1Score({ classId: 1 }),
      metrics.f1Score({ name: 'macroF1' }),
      metrics.iou(),
      metrics.perplexity(),
    ];
    model.compile({ optimizer: tf.train.sgd(0), loss: 'sparseCategoricalCrossentropy', metrics: kinds as never });
    const [x, y] = [scores(), tf.tensor1d(labels())];
    const { history } = await model.fit(x, y, { batchSize: 7, epochs: 1, verbose: 0, validationData: [x, y] });
    const wanted = kinds.map((kind) => value(kind(y, x)));
    const names = ['accuracy', 'topKAccuracy', 'f1Score1', 'macroF1', 'iou', 'perplexity'];
    names.forEach((name, i) => {
      expect(history[name]![0], name).toBeCloseTo(wanted[i]!, 5);
      expect(history[`val_${name}`]![0], name).toBeCloseTo(wanted[i]!, 5);
    });
    const evaluated = model.evaluate(x, y, { batchSize: 9 }) as Tensor[];
    names.forEach((_, i) => expect(value(evaluated[i + 1]!)).toBeCloseTo(wanted[i]!, 5));
  });

  it('hands masks and, in weightedMetrics, weights to them', async () => {
    const model = tf.sequential({
      layers: [
        tf.layers.masking({ inputShape: [3, 2] }),
        tf.layers.dense({ units: 2, useBias: false, kernelInitializer: 'identity' }),
      ],
    });
    const compiled = {
      optimizer: 'sgd',
      loss: 'meanSquaredError',
      metrics: [metrics.accuracy()],
      weightedMetrics: [metrics.accuracy({ name: 'weighted' })],
    };
    model.compile(compiled as never);
    const x = tf.tensor3d([[[1, 0], [0, 1], [0, 0]], [[1, 0], [1, 0], [1, 0]]]); // prettier-ignore
    const y = tf.tensor3d([[[1, 0], [0, 1], [0, 1]], [[0, 1], [0, 1], [1, 0]]]); // prettier-ignore
    const [, plain, weighted] = model.evaluate(x, y, { sampleWeight: tf.tensor1d([1, 3]) } as never) as Tensor[];
    expect(value(plain!)).toBeCloseTo(3 / 5, 5);
    expect(value(weighted!)).toBeCloseTo((2 + 3) / (2 + 9), 5);
  });

  it('says that it needs one value', async () => {
    const model = tf.sequential({ layers: [tf.layers.dense({ units: 3, inputShape: [2] })] });
    model.compile({
      optimizer: 'sgd',
      loss: 'meanSquaredError',
      metrics: [metrics.recall({ average: 'none' })] as never,
    });
    expect(() => model.evaluate(tf.ones([2, 2]), tf.ones([2, 3]))).toThrow(
      /metrics.recall: it has 3 values here.*classId: 2/,
    );
  });
});

it.each([
  [() => metrics.topKAccuracy({ k: 0 }), /metrics.topKAccuracy: k must be an integer of at least 1/],
  [() => metrics.f1Score({ average: 'mean' as never }), /average must be "micro" or "macro" or "weighted" or "none"/],
  [
    () => metrics.f1Score({ classId: 5 })(tf.ones([2, 3]), tf.ones([2, 3])),
    /metrics.f1Score: classId is 5, and there are 3 classes/,
  ],
  [
    () => metrics.accuracy()(tf.ones([2]), tf.ones([3, 3])),
    /metrics.accuracy: yTrue has shape \[2\]; for predictions \[3, 3\] it must be rows/,
  ],
  [() => metrics.accuracy()([1] as never, tf.ones([1])), /metrics.accuracy: yTrue must be a tensor/],
  [() => metrics.auc({ numThresholds: 2 }), /numThresholds must be an integer of at least 3/],
  [
    () => metrics.r2Score().update(tf.ones([3]), tf.ones([3]), { sampleWeight: [1] }),
    /the weights has shape \[1\], and must have the first axes of \[3\]/,
  ],
  [() => makeMetrics(() => undefined).auc(), /metrics.auc needs TensorFlow.js. Import it first/],
])('wrong arguments: %s', (f, message) => {
  expect(f).toThrow(message);
});
