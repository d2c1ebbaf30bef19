// The numbers behind the figures of `viz`: bins, counts, grids, weights; and what their errors say. The tensor library is tfjs's own.
import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { toBundle } from '../../../../kernel/outputs/bundle.ts';
import { DisplayedTensors } from '../../../../kernel/outputs/tensor/index.ts';
import { PLOTLY } from '../../../../kernel/wire/mime.ts';
import type { PlotlyFigure } from '../../../../kernel/wire/plotly.ts';
import { animate } from '../../../../kernel/dlnb/viz/animate.ts';
import { confusionMatrix } from '../../../../kernel/dlnb/viz/confusion-matrix.ts';
import { line, scatter } from '../../../../kernel/dlnb/viz/curves.ts';
import {
  decisionBoundary,
  type DecisionBoundaryFigure,
  type Predict,
} from '../../../../kernel/dlnb/viz/decision-boundary.ts';
import type { Figure } from '../../../../kernel/dlnb/viz/figure.ts';
import { heatmap, surface } from '../../../../kernel/dlnb/viz/grids.ts';
import { histogram } from '../../../../kernel/dlnb/viz/histogram.ts';
import type { TensorLibrary } from '../../../../kernel/dlnb/library.ts';
import { filterNormalized, lossLandscape } from '../../../../kernel/dlnb/viz/loss-landscape.ts';
import { summary } from '../../../../kernel/outputs/model-summary.ts';
import { checkFigure } from '../../../../renderers/plotly/figure.ts';

const tensors = new DisplayedTensors(() => 'none');

const library = tf as unknown as TensorLibrary;

beforeAll(async () => {
  await tf.setBackend('cpu');
});

/** The payload as it reaches the renderer, which checks it. */
function shown(figure: Figure): Required<PlotlyFigure> & { data: Record<string, never>[] } {
  const bundle = toBundle(figure, tensors);
  const item = Array.isArray(bundle) ? bundle.find(({ mime }) => mime === PLOTLY) : undefined;
  const json = (item as { json: Required<PlotlyFigure> & { data: Record<string, never>[] } }).json;
  checkFigure(structuredClone(json));
  return json;
}

const list = (values: unknown) => Array.from(values as ArrayLike<number>);

describe('numbers for a plot', () => {
  it('are read from arrays, typed arrays and tensors alike', () => {
    const plots = [
      line([1, 2, 4]),
      line(new Float32Array([1, 2, 4])),
      line(tf.tensor1d([1, 2, 4])),
      line(tf.tensor2d([[1], [2], [4]])),
    ];
    for (const plot of plots) expect(shown(plot).data[0]).toMatchObject({ x: [0, 1, 2], y: [1, 2, 4] });
  });

  it('may be a path of points, and several curves by name', () => {
    expect(shown(line([[1, 5], [2, 6]])).data[0]).toMatchObject({ x: [1, 2], y: [5, 6] }); // prettier-ignore
    const named = shown(line({ a: [1, 2], b: [3, 4] }, { x: [10, 20] }));
    expect(named.data).toMatchObject([{ name: 'a', x: [10, 20], y: [1, 2] }, { name: 'b', y: [3, 4] }]); // prettier-ignore
  });

  it.each([
    [() => line('abc' as never), /viz.line: y must be an array, a typed array or a tensor of numbers, got "abc"/],
    [() => line(Promise.resolve([1]) as never), /a promise \(write await before it\)/],
    [() => line([1, 'x'] as never), /number 1 is "x"/],
    [() => heatmap([[1, 2], [3]]), /row 1 has 1 numbers, and row 0 has 2/],
    [() => heatmap([1, 2] as never), /must be of shape \[rows, columns\], got \[2\]/],
    [() => line(tf.zeros([2, 3, 4])), /shape \[n\] or \[rows, columns\], got \[2, 3, 4\]/],
    [() => line([1, 2], { x: [1] }), /x and y must be of one length, got 1 and 2/],
    [() => scatter([1, 2, 3, 4], { labels: [0] }), /one label for each point, got 1 for 2 points/],
    [
      () => scatter([[0, 0]], { labels: [2], classNames: ['a'] }),
      /classNames has 1 name, and there is a point of class 2/,
    ],
    [() => surface([[1, 2]]), /at least 2 rows and 2 columns, got \[1, 2\]/],
  ])('that are wrong are refused with cause and place: %#', (make, message) => {
    expect(make).toThrow(message);
  });

  it('of a disposed tensor are refused', () => {
    const t = tf.tensor1d([1]);
    t.dispose();
    expect(() => line(t)).toThrow(/has been disposed of/);
  });

  it('keep NaN as a gap when they are packed', () => {
    const y = Array.from({ length: 100 }, (_, i) => (i === 3 ? NaN : i / 8));
    const { bdata, dtype } = shown(line(y)).data[0]!['y'] as unknown as { bdata: string; dtype: string };
    expect(dtype).toBe('f4');
    expect(Array.from(new Float32Array(Uint8Array.from(Buffer.from(bdata, 'base64')).buffer))).toEqual(y);
  });

  it('of a matrix are packed with their shape', () => {
    const z = Array.from({ length: 9 }, (_, i) => Array.from({ length: 10 }, (_, j) => i * 10 + j));
    expect(shown(heatmap(z)).data[0]!['z']).toMatchObject({ shape: '9, 10' });
  });
});

describe('options', () => {
  it('that there are not are named, with those that there are', () => {
    const wrong = { names: ['a', 'b'] } as object;
    expect(() => confusionMatrix([0, 1], [0, 1], wrong)).toThrow(
      /viz\.confusionMatrix: there is no option "names"; there are .*"classNames"/,
    );
    expect(() => line([1, 2], { logy: true } as object)).toThrow(/viz\.line: there is no option "logy"; .*"logY"/);
    expect(() => scatter([[1, 2]], { color: 'red' } as object)).toThrow(/no option "color"/);
    expect(() => heatmap([[1]], { cmap: 1 } as object)).toThrow(/no option "cmap"/);
    expect(() => histogram([1, 2], { buckets: 3, log: true } as object)).toThrow(/no option "buckets", "log"/);
    expect(() => animate([line([1])], { fps: 3 } as object)).toThrow(/no option "fps"/);
    expect(() => line([1, 2], 'loss' as unknown as object)).toThrow(
      'viz.line: the options must be an object, got loss',
    );
  });
});

describe('a heat map', () => {
  it('takes names that look like numbers for names', () => {
    const { layout } = shown(heatmap([[1, 2, 3]], { xNames: ['1.1', '1.2', '2.1'], yNames: ['7'] }));
    expect(layout).toMatchObject({ xaxis: { type: 'category' }, yaxis: { type: 'category' } });
    expect(shown(heatmap([[1, 2]])).layout).not.toHaveProperty('xaxis.type');
  });
});

describe('a histogram', () => {
  it('counts each value once, the upper edge in the last bin', () => {
    const { bins } = histogram([0, 0.1, 1, 1.9, 2, 3, 4, 4], { bins: 4 });
    expect(list(bins['values']!.edges)).toEqual([0, 1, 2, 3, 4]);
    expect(list(bins['values']!.counts)).toEqual([2, 2, 1, 3]);
  });

  it('puts a value on an edge above it, also where the quotient is rounded', () => {
    const edges = Array.from({ length: 11 }, (_, i) => i / 10);
    const { bins } = histogram(edges, { bins: 10, range: [0, 1] });
    expect(list(bins['values']!.counts)).toEqual([1, 1, 1, 1, 1, 1, 1, 1, 1, 2]);
  });

  it('leaves out what is not finite or outside, and says how many', () => {
    const figure = histogram([1, 2, NaN, Infinity, 9], { range: [0, 5], bins: 5 });
    expect(figure.bins['values']!.left).toBe(3);
    expect(figure.text).toContain('2 (and 3 not finite or outside)');
  });

  it('shares its bins between groups, and has the area 1 as a density', () => {
    const figure = histogram({ a: [0, 1, 2, 3], b: [10, 11] }, { density: true, bins: 7 });
    expect(figure.bins['a']!.edges).toEqual(figure.bins['b']!.edges);
    for (const trace of figure.data) {
      const area = list(trace['y']).reduce((sum, h) => sum + h * (trace['width'] as number), 0);
      expect(area).toBeCloseTo(1, 12);
    }
  });

  it('gives one value a bin of its own, and refuses nothing at all', () => {
    expect(list(histogram([3, 3]).bins['values']!.counts).reduce((a, b) => a + b)).toBe(2);
    expect(() => histogram([NaN])).toThrow(/no finite number/);
  });
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
    expect(() => confusionMatrix([0, 1], [0])).toThrow(/one length, got 2 and 1/);
    expect(() => confusionMatrix([0, 3], [0, 1], { classNames: ['a', 'b'] })).toThrow(
      /2 names, and there are 4 classes/,
    );
  });
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

describe('a loss landscape', () => {
  const weights = () => [tf.variable(tf.tensor2d([[3, 0.1], [4, -7e-8]])), tf.variable(tf.tensor1d([0.3, -0.7]))]; // prettier-ignore
  const bits = (vs: tf.Variable[]) => vs.map((v) => Array.from(new Uint32Array(v.dataSync().slice().buffer)));

  it('gives the weights back bit for bit, also after an error', async () => {
    const vs = weights();
    const before = bits(vs);
    const tensors = tf.memory().numTensors;
    await lossLandscape(library, vs, () => tf.tidy(() => tf.sum(tf.square(vs[0]!))), { resolution: 5 });
    expect(bits(vs)).toEqual(before);
    expect(tf.memory().numTensors).toBe(tensors);
    let calls = 0;
    const failing = lossLandscape(library, vs, () => {
      if (++calls === 7) throw new Error('no loss');
      return 1;
    });
    await expect(failing).rejects.toThrow('no loss');
    expect(bits(vs)).toEqual(before);
  });

  it('evaluates weights + a · first + b · second, with the weights themselves in the middle', async () => {
    const v = tf.variable(tf.tensor1d([10, 100]));
    const seen: number[][] = [];
    const directions = [[tf.tensor1d([1, 0])], [tf.tensor1d([0, 2])]] as const;
    const figure = await lossLandscape(library, [v], () => (seen.push(list(v.dataSync())), v.dataSync()[0]!), {
      directions,
      resolution: 3,
      range: 0.5,
    });
    expect(list(figure.steps)).toEqual([-0.5, 0, 0.5]);
    expect(seen).toEqual([-1, 0, 1].flatMap((b) => [-0.5, 0, 0.5].map((a) => [10 + a, 100 + b])));
    expect(list(figure.losses)).toEqual(seen.map(([a]) => a));
    shown(figure);
  });

  it('normalises each filter of a direction to the norm of the weights’', () => {
    const weight = tf.randomNormal([3, 3, 2, 5]);
    const direction = filterNormalized(library, tf.randomNormal([3, 3, 2, 5]), weight);
    const norms = (t: tf.Tensor) => list(tf.sqrt(tf.sum(tf.square(t), [0, 1, 2])).dataSync());
    norms(direction).forEach((norm, i) => expect(norm).toBeCloseTo(norms(weight)[i]!, 4));
  });

  it('refuses an even resolution, a thing without weights and directions of another shape', async () => {
    await expect(lossLandscape(library, weights(), () => 1, { resolution: 10 })).rejects.toThrow(
      /odd number from 3 to 201, got 10/,
    );
    await expect(lossLandscape(library, [] as tf.Variable[], () => 1)).rejects.toThrow(/a built model/);
    const directions = [[tf.zeros([2, 2])], [tf.zeros([2, 2])]] as const;
    await expect(lossLandscape(library, weights(), () => 1, { directions })).rejects.toThrow(
      /shape of each of the 2 trainable weights/,
    );
  });
});

describe('an animation', () => {
  const frames = [line([[0, 0], [1, 4]]), line([[0, 0], [3, 2]])]; // prettier-ignore

  it('has a named frame for each figure, on axes that hold all of them', () => {
    const figure = shown(animate(frames, { names: ['first', 'second'] }));
    expect(figure.frames).toMatchObject([
      { name: 'first', traces: [0] },
      { name: 'second', traces: [0] },
    ]);
    const { xaxis, yaxis } = figure.layout as Record<string, { range: number[] }>;
    expect([xaxis!.range[0]! < 0, xaxis!.range[1]! > 3, yaxis!.range[1]! > 4]).toEqual([true, true, true]);
  });

  it('leaves a background alone, whose axes it keeps', () => {
    const background = heatmap([[1, 2], [3, 4]], { x: [0, 5], y: [0, 6] }); // prettier-ignore
    const figure = shown(animate(frames, { background }));
    // Its colour scale stands beside the plot, the legend inside
    expect(figure.layout).toMatchObject({ legend: { x: 0.01, yanchor: 'top' } });
    expect(figure.frames).toMatchObject([{ traces: [1] }, { traces: [1] }]);
    expect(figure.layout).toMatchObject({ xaxis: { range: [0, 5] }, yaxis: { range: [0, 6] } });
  });

  it('refuses frames of different traces and names that do not fit', () => {
    expect(() => animate([frames[0]!, heatmap([[1]])])).toThrow(/frame 0 has scatter, frame 1 has heatmap/);
    expect(() => animate(frames, { names: ['a'] })).toThrow(/got 1 for 2 frames/);
    expect(() => animate([])).toThrow(/list of figures/);
  });
});

describe('the summary of a model', () => {
  it('counts the parameters of the notes’ CNN: 320 + 18,496 + 16,010', () => {
    const model = tf.sequential({
      layers: [
        tf.layers.conv2d({ filters: 32, kernelSize: 3, inputShape: [28, 28, 1], name: 'c1' }),
        tf.layers.maxPooling2d({ poolSize: 2 }),
        tf.layers.conv2d({ filters: 64, kernelSize: 3 }),
        tf.layers.maxPooling2d({ poolSize: 2 }),
        tf.layers.flatten(),
        tf.layers.dense({ units: 10 }),
      ],
    });
    model.layers[0]!.trainable = false;
    const { table } = summary(model);
    expect(table.layers.map((l) => l.parameters)).toEqual([320, 0, 18_496, 0, 0, 16_010]);
    expect(table.layers[0]).toEqual({
      name: 'c1',
      type: 'Conv2D',
      shape: '[batch, 26, 26, 32]',
      parameters: 320,
      trainable: 0,
    });
    expect(table).toMatchObject({ total: 34_826, trainable: 34_506, bytes: 139_304 });
    const bundle = toBundle(model, tensors);
    const text = Array.isArray(bundle) && bundle.find(({ mime }) => mime === 'text/plain');
    expect(text && 'text' in text && text.text).toContain(
      'Total params: 34,826 (139 kB)\nTrainable params: 34,506\nNon-trainable params: 320',
    );
  });

  it('of a model without layers says why there is none', () => {
    expect(toBundle(tf.sequential(), tensors)).toEqual([
      { mime: 'text/plain', text: expect.stringMatching(/^Sequential, not built yet \(.*Add some layers first/) },
    ]);
    expect(() => summary({})).toThrow(/must be a model of tf.layers/);
  });
});
