// viz.filters, featureMaps and recordFilters on the library as the kernel loads it: what an output holds of them, that
// the product of patch and kernel which the renderer computes is the value that the layer gave, and what is said of
// wrong arguments.
import { createRequire } from 'node:module';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CpuDevice } from '../../../../../kernel/tensors/backends/cpu/index.ts';
import { DISPLAY, type Displayable } from '../../../../../kernel/wire/displayable.ts';
import { FILTERS } from '../../../../../kernel/wire/mime.ts';
import { MAX_PAYLOAD } from '../../../../../kernel/wire/payload.ts';
import { thinned } from '../../../../../kernel/dlnb/viz/filters/encode.ts';
import { costOf, fit, type StageSize } from '../../../../../kernel/dlnb/viz/filters/fit.ts';
import { makeFilters } from '../../../../../kernel/dlnb/viz/filters/index.ts';
import { activated, agrees, productOf, whyNoProduct } from '../../../../../renderers/filters/product.ts';
import { readFilters, type FiltersPayload } from '../../../../../renderers/filters/payload.ts';
import {
  deathOf,
  heldOf,
  mapsOf,
  normOf,
  peakOf,
  summaryOf,
  weightsOf,
} from '../../../../../renderers/filters/stages.ts';
import { dist } from '../../../../paths.ts';

type Library = typeof import('../../../../../kernel/tensors/index.ts');
const library = createRequire(import.meta.url)(path.join(dist, 'tf.js')) as Library;
const { tf } = library;
type Layer = InstanceType<typeof tf.LayersModel>['layers'][number];
const { filters, featureMaps, recordFilters } = makeFilters(() => tf);

let device: CpuDevice;
beforeAll(async () => void (device = await library.startCpu({ dist, threads: 1 })));
afterAll(() => device.backend.program.stop());

const bytesOf = (shown: Displayable) => (shown[DISPLAY]() as Record<string, unknown>)[FILTERS] as Uint8Array;
const payloadOf = (shown: Displayable): FiltersPayload => readFilters(bytesOf(shown));
const textOf = (shown: Displayable) => (shown[DISPLAY]() as Record<string, unknown>)['text/plain'] as string;
const random = (...shape: number[]) => tf.randomNormal(shape, 0, 1, 'float32', 7);
const modelOf = (...layers: Layer[]) => tf.sequential({ name: 'net', layers });

describe('an output of filters', () => {
  it('holds the weights of each filter, and where they belong', () => {
    const kernel = random(3, 2, 4, 5);
    const p = payloadOf(filters(kernel));
    const [stage] = p.stages;
    expect(stage!.kernel).toMatchObject({ op: 'conv', shape: [3, 2, 4], filters: 5, held: 5 });
    const all = kernel.arraySync() as number[][][][];
    const weights = weightsOf(p, stage!.kernel!, 0, 3);
    for (let y = 0; y < 3; y++)
      for (let x = 0; x < 2; x++)
        for (let c = 0; c < 4; c++) expect(weights[(y * 2 + x) * 4 + c]).toBe(all[y]![x]![c]![3]);
    expect(normOf(p, stage!.kernel!, 0, 3)).toBeCloseTo(Math.hypot(...weights), 5);
    expect(p.title).toBe('kernel [3, 2, 4, 5]');
  });

  it('lists every convolution of a model, those of models inside it and both of a separable one', () => {
    const inner = modelOf(tf.layers.conv2d({ filters: 2, kernelSize: 1, inputShape: [4, 4, 3], name: 'inner' }));
    const model = tf.sequential({
      layers: [
        tf.layers.conv2d({ filters: 3, kernelSize: 3, inputShape: [8, 8, 3], padding: 'same', name: 'a' }),
        tf.layers.maxPooling2d({ poolSize: 2 }),
        inner,
        tf.layers.separableConv2d({ filters: 4, kernelSize: 3, depthMultiplier: 2, name: 's' }),
        tf.layers.conv2dTranspose({ filters: 5, kernelSize: 2, name: 't' }),
        tf.layers.depthwiseConv2d({ kernelSize: 3, name: 'd' }),
        tf.layers.flatten(),
        tf.layers.dense({ units: 2 }),
      ],
    });
    const shapes = payloadOf(filters(model)).stages.map(({ name, kernel }) => [name, kernel!.filters, kernel!.shape]);
    expect(shapes).toEqual([
      ['a', 3, [3, 3, 3]],
      ['inner', 2, [1, 1, 3]],
      ['s (depthwise)', 4, [3, 3, 1]],
      ['s (pointwise)', 4, [1, 1, 4]],
      ['t', 5, [2, 2, 4]],
      ['d', 5, [3, 3, 1]],
    ]);
  });

  it('is at most 1 MB, with the norm and the mean of all filters if not all weights fit', () => {
    const kernel = random(3, 3, 512, 512);
    const shown = filters(kernel);
    expect(bytesOf(shown).length).toBeLessThanOrEqual(MAX_PAYLOAD);
    const p = payloadOf(shown);
    const k = p.stages[0]!.kernel!;
    expect(k.held).toBeGreaterThan(20);
    expect(k.held).toBeLessThan(512);
    expect(k.overview!.filters).toBe(512);
    const last = kernel.slice([0, 0, 0, 511], [3, 3, 512, 1]);
    expect(normOf(p, k, 0, 511)).toBeCloseTo(last.norm().dataSync()[0]!, 3);
    const mean = last.mean(2).dataSync();
    summaryOf(p, k, 0, 511, 'mean').forEach((v, i) => expect(v).toBeCloseTo(mean[i]!, 5));
    expect(textOf(shown)).toContain('512 filters of 3 × 3 × 512');
  });

  it('has the same bytes each time', () => {
    const model = modelOf(tf.layers.conv2d({ filters: 2, kernelSize: 3, inputShape: [5, 5, 1] }));
    const x = random(5, 5, 1);
    expect(bytesOf(featureMaps(model, x as never))).toEqual(bytesOf(featureMaps(model, x as never)));
  });
});

type Conv = { strides?: number; padding?: 'same' | 'valid'; dilationRate?: number };
const geometries: Conv[] = [
  {},
  { padding: 'same' },
  { strides: 2 },
  { strides: 2, padding: 'same' },
  { strides: 3, padding: 'same' },
  { dilationRate: 2 },
  { dilationRate: 3, padding: 'same' },
];
const kinds: [string, number[], (o: Conv) => Layer][] = [
  ['conv2d', [9, 8, 3], (o) => tf.layers.conv2d({ filters: 4, kernelSize: [3, 2], activation: 'relu', ...o })],
  ['conv2d, even kernel', [9, 8, 2], (o) => tf.layers.conv2d({ filters: 2, kernelSize: 4, activation: 'tanh', ...o })],
  ['depthwiseConv2d', [9, 8, 2], (o) => tf.layers.depthwiseConv2d({ kernelSize: 3, depthMultiplier: 3, ...o })],
  [
    'separableConv2d',
    [9, 8, 2],
    (o) => tf.layers.separableConv2d({ filters: 3, kernelSize: 3, activation: 'elu', ...o }),
  ],
  ['conv1d', [13, 2], (o) => tf.layers.conv1d({ filters: 3, kernelSize: 3, activation: 'sigmoid', ...o })],
  [
    'conv2dTranspose',
    [5, 4, 3],
    (o) => tf.layers.conv2dTranspose({ filters: 2, kernelSize: 3, activation: 'swish', ...o }),
  ],
  ['conv2dTranspose, even kernel', [4, 3, 2], (o) => tf.layers.conv2dTranspose({ filters: 2, kernelSize: 4, ...o })],
];
const cases = kinds.flatMap(([name, shape, make]) =>
  geometries
    .filter((g) => g.dilationRate === undefined || !name.startsWith('conv2dTranspose'))
    .map((g): [string, string, number[], Layer] => [name, JSON.stringify(g), shape, make(g)]),
);

describe('the product of patch and kernel', () => {
  it.each(cases)('%s %s is the value of the map, everywhere', (_, __, shape, layer) => {
    const model = modelOf(tf.layers.inputLayer({ inputShape: shape }), layer);
    // Biases of zero would hide that they are left out
    layer.setWeights(layer.getWeights().map((w) => tf.randomNormal(w.shape, 0, 0.7, 'float32', 3)));
    const p = payloadOf(featureMaps(model, random(2, ...shape) as never));
    let compared = 0;
    for (const stage of p.stages.filter(({ kernel }) => kernel)) {
      const { rows, columns, channels } = heldOf(stage.maps!);
      const { kernel } = stage;
      for (let filter = 0; filter < channels; filter++) {
        expect(whyNoProduct(p, stage, filter)).toBeUndefined();
        for (let i = 0; i < rows * columns; i++) {
          const [y, x] = [Math.floor(i / columns), i % columns];
          const product = productOf(p, stage, { snapshot: 0, example: 1, filter, y, x });
          const value = mapsOf(p, stage.maps!, 0, 1)[i * channels + filter]!;
          const expected = activated(kernel!.activation, product.total)!;
          expect(
            Math.abs(expected - value),
            `${stage.name} [${y}, ${x}] of ${filter}: ${expected}, ${value}`,
          ).toBeLessThan(2e-5);
          expect(agrees(product, expected, value)).toBe(true);
          compared++;
        }
      }
    }
    expect(compared).toBeGreaterThan(8);
  });

  it('of a layer inside a model takes the maps of the layer before it', () => {
    const model = modelOf(
      tf.layers.conv2d({ filters: 3, kernelSize: 3, inputShape: [8, 8, 1], activation: 'relu', name: 'one' }),
      tf.layers.maxPooling2d({ poolSize: 2, name: 'pool' }),
      tf.layers.dropout({ rate: 0.5 }),
      tf.layers.conv2d({ filters: 2, kernelSize: 2, name: 'two' }),
    );
    const p = payloadOf(featureMaps(model, random(8, 8, 1) as never));
    expect(p.stages.map(({ name, from }) => [name, from])).toEqual([
      ['input', undefined],
      ['one', 0],
      ['pool', 1],
      ['two', 2],
    ]);
    expect(whyNoProduct(p, p.stages[2]!, 0)).toContain('has no filters');
    const [two] = p.stages.slice(3);
    const product = productOf(p, two!, { snapshot: 0, example: 0, filter: 1, y: 1, x: 0 });
    expect(product.total).toBeCloseTo(mapsOf(p, two!.maps!, 0, 0)[1 * 2 * 2 + 0 * 2 + 1]!, 5);
  });

  it('is not shown if the input is held only in part, with the reason', () => {
    const model = modelOf(
      tf.layers.conv2d({ filters: 16, kernelSize: 3, padding: 'same', inputShape: [128, 128, 3], name: 'one' }),
      tf.layers.conv2d({ filters: 16, kernelSize: 3, padding: 'same', name: 'two' }),
    );
    const shown = featureMaps(model, random(128, 128, 3) as never);
    expect(bytesOf(shown).length).toBeLessThanOrEqual(MAX_PAYLOAD);
    const p = payloadOf(shown);
    expect(p.stages[0]!.maps).toMatchObject({ step: 1, held: 3 });
    const [, one, two] = p.stages;
    expect(whyNoProduct(p, one!, 0)).toBeUndefined();
    expect(one!.maps!.step * one!.maps!.held).not.toBe(16);
    expect(whyNoProduct(p, two!, 0)).toContain('only in part');
    // What is left of a map are its own values
    const { columns, channels } = heldOf(one!.maps!);
    const at = { snapshot: 0, example: 0, filter: 1, y: 5 * one!.maps!.step, x: 7 * one!.maps!.step };
    expect(mapsOf(p, one!.maps!, 0, 0)[(5 * columns + 7) * channels + 1]).toBeCloseTo(productOf(p, one!, at).total, 4);
  });
});

describe('dead filters', () => {
  const layer = () =>
    tf.layers.conv2d({ filters: 3, kernelSize: 1, activation: 'relu', inputShape: [2, 2, 1], name: 'conv' });
  const deaths = (p: FiltersPayload) => {
    const stage = p.stages.at(-1)!;
    return [0, 1, 2].map((f) => deathOf(p, stage, 0, f, normOf(p, stage.kernel!, 0, f), 1e-6));
  };

  it('are those without weights, and with an input those that never rise above 0 on any example', () => {
    const conv = layer();
    const model = modelOf(conv);
    conv.setWeights([tf.tensor4d([1, -1, 0], [1, 1, 1, 3]), tf.tensor1d([0, 0, 0])]);
    const x = tf.tensor4d([1, 1, 1, 1, 2, 2, 2, 2], [2, 2, 2, 1]);
    expect(deaths(payloadOf(filters(model)))).toEqual([undefined, undefined, 'its norm is about 0']);
    const p = payloadOf(filters(model, { x }));
    expect(deaths(p)).toEqual([undefined, 'no activation above 0 on these 2 inputs', 'its norm is about 0']);
    expect(p.view).toBe('filters');
    expect(peakOf(p, p.stages.at(-1)!.maps!, 0, 0)).toBe(2);
    expect(textOf(featureMaps(model, x))).toContain('2 without an activation above 0');
    conv.setWeights([tf.tensor4d([NaN, -1, 1], [1, 1, 1, 3]), tf.tensor1d([0, 0, 0])]);
    expect(deaths(payloadOf(filters(model, { x })))[0]).toBeUndefined();
  });
});

describe('an input', () => {
  it('of whole numbers is taken as the model takes it', () => {
    const model = modelOf(tf.layers.conv2d({ filters: 1, kernelSize: 1, inputShape: [2, 2, 1] }));
    const p = payloadOf(featureMaps(model, tf.tensor3d([0, 1, 2, 255], [2, 2, 1], 'int32')));
    expect([...mapsOf(p, p.stages[0]!.maps!, 0, 0)]).toEqual([0, 1, 2, 255]);
  });
});

describe('a recording', () => {
  it('has a snapshot before the training and one for each epoch', async () => {
    const model = modelOf(tf.layers.conv2d({ filters: 2, kernelSize: 3, inputShape: [3, 3, 1] }), tf.layers.flatten());
    model.compile({ optimizer: 'sgd', loss: 'meanSquaredError' });
    const recording = recordFilters(model);
    expect(() => recording[DISPLAY]()).toThrow(/nothing has been recorded yet; call snapshot\(\)/);
    const before = model.getWeights()[0]!.dataSync().slice();
    await model.fit(random(4, 3, 3, 1), random(4, 2), { epochs: 3, verbose: 0, callbacks: recording.callback() });
    recording.snapshot('after');
    const p = payloadOf(recording);
    expect(p.snapshots).toEqual(['before training', 'epoch 1', 'epoch 2', 'epoch 3', 'after']);
    const kernel = p.stages[0]!.kernel!;
    const first = (i: number) => weightsOf(p, kernel, i, 0)[0];
    expect(first(0)).toBe(before[0]);
    expect(first(1)).not.toBe(first(0));
    expect(first(4)).toBe(first(3));
    expect(p.recorded).toBeUndefined();
  });

  it('stays small: evenly fewer snapshots, with the first and the last, and says so', () => {
    const layer = tf.layers.conv2d({ filters: 8, kernelSize: 3, inputShape: [3, 3, 200] });
    const model = modelOf(layer);
    const recording = recordFilters(model);
    for (let i = 0; i < 700; i++) recording.snapshot(`s${i}`);
    expect(recording.length).toBe(700);
    expect(bytesOf(recording).length).toBeLessThanOrEqual(MAX_PAYLOAD);
    const p = payloadOf(recording);
    expect(p.recorded).toBe(700);
    expect(p.snapshots.length).toBeGreaterThanOrEqual(8);
    expect([p.snapshots[0], p.snapshots.at(-1)]).toEqual(['s0', 's699']);
    expect(p.stages[0]!.kernel!.held).toBeGreaterThan(0);
  });

  it('records feature maps too if it gets an input', () => {
    const model = modelOf(tf.layers.conv2d({ filters: 2, kernelSize: 3, inputShape: [4, 4, 1] }));
    const recording = recordFilters(model, { x: random(4, 4, 1) });
    recording.snapshot();
    model.setWeights(model.getWeights().map((w) => w.mul(2)));
    recording.snapshot();
    const p = payloadOf(recording);
    const [, conv] = p.stages;
    expect(p.snapshots).toEqual(['snapshot 1', 'snapshot 2']);
    const [a, b] = [0, 1].map((s) => mapsOf(p, conv!.maps!, s, 0));
    a!.forEach((v, i) => expect(b![i]).toBeCloseTo(2 * v, 4));
  });

  it.each([
    [3, 200, 3],
    [200, 200, 200],
    [201, 200, 101],
    [1000, 12, 12],
  ])('%d snapshots, at most %d: %d are held', (n, most, held) => {
    const all = Array.from({ length: n }, (_, i) => i);
    const kept = thinned(all, most);
    expect(kept).toHaveLength(held);
    expect([kept[0], kept.at(-1)]).toEqual([0, n - 1]);
  });
});

describe('what fits', () => {
  const sizes = (count: number, filters: number, side: number): StageSize[] =>
    Array.from({ length: count }, () => ({
      kernel: { filters, overviews: filters, each: 9 * filters, overview: 19, partial: false },
      maps: { rows: side, columns: side, channels: filters, peaks: filters },
    }));
  it.each([
    [1, 4, 8, 1],
    [5, 64, 56, 3],
    [50, 256, 14, 16],
    [3, 2048, 7, 100],
    [2, 8, 1000, 2],
  ])('%d layers of %d filters, maps of %d, %d examples: never more than the room', (count, filters, side, examples) => {
    const all = sizes(count, filters, side);
    const room = 200_000;
    const part = fit(all, examples, room);
    let used = 0;
    part.stages.forEach(({ kernel, maps }, i) => {
      if (kernel) used += kernel.held * all[i]!.kernel!.each + kernel.overviews * 19;
      if (maps) used += filters + part.examples * Math.ceil(side / maps.step) ** 2 * maps.held;
    });
    expect(used).toBeLessThanOrEqual(room);
    expect(used).toBeGreaterThan(Math.min(room * 0.4, costOf(all, 1) * 0.99));
    if (costOf(all, examples) <= room) expect(used).toBe(costOf(all, examples));
  });
});

describe('wrong arguments', () => {
  const model = () =>
    modelOf(tf.layers.conv2d({ filters: 2, kernelSize: 3, inputShape: [28, 28, 1] }), tf.layers.flatten());
  it.each<[string, () => unknown, RegExp]>([
    [
      'a number',
      () => filters(3 as never),
      /must be a model of tf\.layers, one of its convolution layers, or a kernel/,
    ],
    ['null', () => filters(null as never), /must be a model/],
    ['a matrix', () => filters(random(3, 3)), /\[height, width, in, out\].*has \[3, 3\]/],
    ['an empty kernel', () => filters(tf.zeros([3, 3, 0, 4])), /has no values/],
    [
      'a dense layer',
      () => filters(tf.layers.dense({ units: 1, name: 'd' })),
      /"d" is a Dense, which has no filters; give a conv1d/,
    ],
    [
      'a layer without weights',
      () => filters(tf.layers.conv2d({ filters: 1, kernelSize: 1 })),
      /has no weights yet; give it an inputShape/,
    ],
    [
      'a model without convolutions',
      () => filters(modelOf(tf.layers.dense({ units: 1, inputShape: [2] }))),
      /"net" has no conv1d.*no filters/,
    ],
    ['a model that is not built', () => filters(tf.sequential()), /not built yet/],
    [
      'channels first',
      () =>
        filters(
          modelOf(tf.layers.conv2d({ filters: 1, kernelSize: 1, inputShape: [1, 4, 4], dataFormat: 'channelsFirst' })),
        ),
      /'channelsFirst', which is not drawn; use 'channelsLast'/,
    ],
    ['no input', () => featureMaps(model(), undefined as never), /second argument is missing/],
    [
      'an unknown option of filters',
      () => filters(model(), { layer: 1 } as object),
      /viz\.filters: there is no option "layer"; there are "title", "x"/,
    ],
    [
      'an unknown option of feature maps',
      () => featureMaps(model(), random(28, 28, 1) as never, { x: 1 } as object),
      /viz\.featureMaps: there is no option "x"; there are "title"/,
    ],
    [
      'an unknown option of a recording',
      () => recordFilters(model(), { every: 2 } as object),
      /viz\.recordFilters: there is no option "every"/,
    ],
    [
      'an array as input',
      () => featureMaps(model(), [1] as never),
      /must be a tensor of shape \[28, 28, 1\].*tf\.tensor/,
    ],
    [
      'an input without its channel',
      () => featureMaps(model(), random(28, 28) as never),
      /add the axis.*expandDims\(-1\)/,
    ],
    [
      'an input of another size',
      () => featureMaps(model(), random(2, 32, 32, 1) as never),
      /resizeBilinear\(x, \[28, 28\]\)/,
    ],
    ['an empty batch', () => featureMaps(model(), tf.zeros([0, 28, 28, 1]) as never), /x has no values/],
    ['text as input', () => featureMaps(model(), tf.tensor(['a']) as never), /tensor of real numbers, not of string/],
    [
      'an input for one layer',
      () => filters(tf.layers.conv2d({ filters: 1, kernelSize: 1 }), { x: random(1) }),
      /needs a model/,
    ],
    [
      'a model of vectors',
      () => featureMaps(modelOf(tf.layers.dense({ units: 1, inputShape: [2] })), random(1, 2) as never),
      /no layer of the model "net" gives feature maps/,
    ],
  ])('%s', (_, call, message) => expect(call).toThrow(message));

  it('a tensor that is gone', () => {
    const x = random(28, 28, 1);
    x.dispose();
    expect(() => featureMaps(model(), x as never)).toThrow(/has been disposed of; compute it again/);
  });

  it('several inputs', () => {
    const [a, b] = [tf.input({ shape: [4, 4, 1] }), tf.input({ shape: [4, 4, 1] })];
    const two = tf.model({ inputs: [a, b], outputs: tf.layers.add().apply([a, b]) as never });
    expect(() => featureMaps(two, random(4, 4, 1) as never)).toThrow(/has 2 inputs.*make a model of the part with one/);
  });
});
