// How the renderer looks at a tensor: axes, geometry, colors, numbers as text, and what is saved from it.
import { describe, expect, it } from 'vitest';
import type { AxisRange, TensorDtype } from '../../../kernel/wire/tensor.ts';
import { colorScale, cssColor } from '../../../renderers/shared/color-scale.ts';
import { byteSize, exactNumber, ordinal, plural, shortNumber } from '../../../renderers/shared/numbers.ts';
import { firstLook, imageRoles, matrixRoles, type Role } from '../../../renderers/tensor/axes.ts';
import { Part, type PartData } from '../../../renderers/tensor/part.ts';
import { cellAt, cellOf, layoutOf, lineOf, placeOf, planeOf } from '../../../renderers/tensor/plane.ts';
import { momentsOf, pixelOf, rangeOf } from '../../../renderers/shared/range.ts';
import { toCsv, toJson, toNpy } from '../../../renderers/tensor/save.ts';
import { describePart } from '../../../renderers/tensor/summary.ts';
import { SliceClient } from '../../../renderers/tensor/slices.ts';
import { windowAround } from '../../../renderers/tensor/window.ts';

const whole = (shape: number[]): AxisRange[] => shape.map((count) => ({ start: 0, step: 1, count }));
const part = (shape: number[], data?: PartData, dtype: TensorDtype = 'float32') =>
  new Part(dtype, whole(shape), data ?? Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) => i));

describe('numbers', () => {
  it.each<[number, string]>([
    [0, '0'],
    [-1.23456, '−1.235'],
    [12345.6, '12,350'],
    [1e6, '1e6'],
    [1.5e-9, '1.5e−9'],
    [NaN, 'NaN'],
    [-Infinity, '−∞'],
  ])('%d is %s for short', (value, text) => expect(shortNumber(value)).toBe(text));
  it.each<[number, string, string]>([
    [Math.fround(0.1), 'float32', '0.1'],
    [Math.fround(1 / 3), 'float32', '0.33333334'],
    [16777217, 'int32', '16777217'],
    [Math.fround(1e30), 'float32', '1e30'],
    [0.1 + 0.2, 'float64', '0.30000000000000004'],
  ])('%d of %s is exactly %s', (value, dtype, text) => expect(exactNumber(value, dtype)).toBe(text));
  it('have units and endings', () => {
    expect([byteSize(24), byteSize(3456), byteSize(4e7)]).toEqual(['24 B', '3.46 kB', '40 MB']);
    expect([1, 2, 3, 11, 22, 112].map(ordinal)).toEqual(['1st', '2nd', '3rd', '11th', '22nd', '112th']);
    expect([plural(1, 'value'), plural(2000, 'value')]).toEqual(['1 value', '2,000 values']);
  });
});

describe('axes', () => {
  it('are the last two of a matrix, and facets before them while they are few', () => {
    expect(matrixRoles(whole([5, 4]))).toEqual(['rows', 'columns']);
    expect(matrixRoles(whole([8, 5, 4]))).toEqual(['grid', 'rows', 'columns']);
    expect(matrixRoles(whole([3, 3, 16, 32]))).toEqual(['rows', 'columns', 'rows', 'columns']);
    expect(matrixRoles(whole([2, 3, 4, 5, 6, 7]))).toEqual(['slider', 'slider', 'rows', 'columns', 'rows', 'columns']);
    expect(matrixRoles(whole([24, 28, 28, 1]))).toEqual(['grid', 'rows', 'columns', 'slider']);
    expect(matrixRoles(whole([1, 5]))).toEqual(['rows', 'columns']);
    expect(matrixRoles(whole([5, 1]))).toEqual(['rows', 'columns']);
    expect(matrixRoles(whole([1, 1, 1]))).toEqual(['slider', 'rows', 'columns']);
    expect(matrixRoles(whole([2, 500, 6, 7]))).toEqual(['slider', 'slider', 'rows', 'columns']);
  });
  it('of images have channels and a grid', () => {
    expect(imageRoles([28, 28])).toEqual(['rows', 'columns']);
    expect(imageRoles([64, 48, 3])).toEqual(['rows', 'columns', 'channels']);
    expect(imageRoles([10, 64, 48, 3])).toEqual(['grid', 'rows', 'columns', 'channels']);
    expect(imageRoles([2, 10, 64, 48, 1])).toEqual(['slider', 'grid', 'rows', 'columns', 'channels']);
  });
  it('are looked at first as what they seem to be', () => {
    const look = (shape: number[], dtype: TensorDtype, min: number, max: number) =>
      firstLook(dtype, shape, whole(shape), { nan: 0, positiveInfinity: 0, negativeInfinity: 0, zeros: 0, min, max })
        .mode;
    expect(look([32, 32, 3], 'float32', 0, 1)).toBe('image');
    expect(look([4, 32, 32, 3], 'int32', 0, 255)).toBe('image');
    expect(look([24, 28, 28, 1], 'float32', 0, 1)).toBe('image');
    expect(look([32, 32, 3], 'float32', -2, 2)).toBe('heat');
    expect(look([3, 3, 3], 'float32', 0, 1)).toBe('heat');
    expect(look([7], 'float32', 0, 1)).toBe('bars');
    expect(look([2, 2], 'string', 0, 1)).toBe('table');
  });
});

describe('the plane', () => {
  const roles: Role[] = ['rows', 'columns', 'rows', 'columns'];

  it('nests axes, the last the fastest, and parts their groups', () => {
    const line = lineOf(part([2, 3, 4, 5]), [1, 3]);
    expect([...line.offsets.slice(0, 7)]).toEqual([0, 1, 2, 3, 4, 20, 21]);
    expect([...line.gaps.slice(0, 7)]).toEqual([0, 0, 0, 0, 0, 1, 0]);
  });
  it('has no gaps for an axis of one index', () => expect([...lineOf(part([3, 1]), [0, 1]).gaps]).toEqual([0, 0, 0]));
  it('has every value in one cell, which is found again by point and by index', () => {
    const p = part([2, 3, 4, 5]);
    const plane = planeOf(p, roles, [0, 0, 0, 0]);
    const layout = layoutOf(plane, { width: 800, height: 400, ratio: 1 }, false);
    const seen = new Set<number>();
    for (let y = 0; y < layout.height; y++)
      for (let x = 0; x < layout.width; x++) {
        const cell = cellAt(layout, 1, x, y);
        if (cell) seen.add(placeOf(plane, cell));
      }
    expect(seen.size).toBe(120);
    for (const at of seen) expect(placeOf(plane, cellOf(p, roles, p.indexOf(at)))).toBe(at);
  });
  it('shows the slice that sliders choose', () => {
    const plane = planeOf(part([2, 3, 4]), ['slider', 'rows', 'columns'], [1, 0, 0]);
    expect(placeOf(plane, { tile: 0, row: 0, column: 0 })).toBe(12);
  });
  it.each([
    ['a matrix', [200, 300]],
    ['a tall one', [25_000, 10]],
    ['a wide one', [10, 25_000]],
    ['a large one', [500, 500]],
    ['a batch', [100, 28, 28]],
    ['one value', [1, 1]],
  ] as const)('of %s fits from 300 to 1600 pixels', (_, shape) => {
    const p = part([...shape]);
    for (const width of [300, 1600]) {
      const layout = layoutOf(planeOf(p, matrixRoles(p.axes), [0, 0, 0]), { width, height: 400, ratio: 1 }, false);
      expect(layout.width).toBeLessThanOrEqual(width);
      expect(layout.width).toBeGreaterThan(0);
      if (shape.length === 2) expect(layout.height).toBeLessThanOrEqual(400);
      // The last pixel is within a pixel's worth of cells of the end
      for (const [track, n] of [
        [layout.columns, shape.at(-1)!],
        [layout.rows, shape.at(-2)!],
      ] as const)
        expect(n - 1 - Math.max(...track.cells)).toBeLessThanOrEqual(track.size < 1 ? Math.ceil(1 / track.size) : 0);
    }
  });
});

describe('parts', () => {
  const thin = new Part(
    'float32',
    [
      { start: 0, step: 10, count: 10 },
      { start: 5, step: 1, count: 3 },
    ],
    Float32Array.from({ length: 30 }, (_, i) => i),
  );

  it('know the indices in the tensor', () => expect(thin.indexOf(4)).toEqual([10, 6]));
  it('know what they hold and what is nearest to what they do not', () => {
    expect([thin.holds(0, 20), thin.holds(0, 21), thin.holds(1, 8)]).toEqual([true, false, false]);
    expect([thin.nearest(0, 26), thin.nearest(1, 99)]).toEqual([3, 2]);
  });
  it('are cut if everything is held', () => {
    const cut = thin.cut([
      { start: 20, step: 10, count: 2 },
      { start: 6, step: 1, count: 2 },
    ])!;
    expect([...(cut.data as Float32Array)]).toEqual([7, 8, 10, 11]);
    expect(
      thin.cut([
        { start: 20, step: 1, count: 2 },
        { start: 6, step: 1, count: 1 },
      ]),
    ).toBeUndefined();
  });
  it('say in words what they are', () => {
    const head = { kind: 'tensor', dtype: 'float32', shape: [100, 8], bytes: 3200, axes: [] } as const;
    const say = (axes: readonly AxisRange[]) => describePart({ ...head, shape: [...head.shape], axes: [] }, axes);
    expect(say(whole([100, 8]))).toBeUndefined();
    expect(say(thin.axes)).toBe('Shows every 10th of axis 0, 5…7 of axis 1: 30 of 800 values.');
  });
  it('of full resolution lie around an index, within the tensor', () => {
    const axes = windowAround([9999, 0], [10_000, 1000], ['rows', 'columns']);
    expect(axes).toEqual([
      { start: 9872, step: 1, count: 128 },
      { start: 0, step: 1, count: 256 },
    ]);
    expect(windowAround([5, 0, 0], [60_000, 28, 28], ['grid', 'rows', 'columns'])[0]).toEqual({
      start: 0,
      step: 1,
      count: 64,
    });
    expect(windowAround([7, 3], [50, 20], ['slider', 'columns'])).toEqual([
      { start: 7, step: 1, count: 1 },
      { start: 0, step: 1, count: 20 },
    ]);
  });
});

describe('colors', () => {
  const light = colorScale('diverging', { kind: 'light' });
  it('are centered at zero and end at 3σ, beyond which are outliers', () => {
    const range = rangeOf('diverging', { min: -1, max: 50, mean: 0, std: 2 });
    expect(range).toEqual({ low: -6, high: 6, clipped: true });
    expect(pixelOf(0, light, range)).toBe(light.steps[128]);
    expect(pixelOf(50, light, range)).toBe(light.over);
    expect(pixelOf(-50, light, range)).toBe(light.under);
  });
  it('are not cut where next to nothing lies beyond 3σ', () =>
    expect(rangeOf('diverging', { min: 0, max: 1, mean: 0, std: 0.32 })).toEqual({ low: -1, high: 1, clipped: false }));
  it('end at the greatest magnitude if that is less', () =>
    expect(rangeOf('diverging', { min: -1, max: 0.5, mean: 0, std: 2 })).toEqual({ low: -1, high: 1, clipped: false }));
  it('go from the least to the greatest value on the sequential scale', () => {
    expect(rangeOf('sequential', { min: 2, max: 5, mean: 3, std: 1 })).toEqual({ low: 2, high: 5, clipped: false });
    expect(rangeOf('sequential', { min: 2, max: 2, mean: 2, std: 0 })).toEqual({ low: 1.5, high: 2.5, clipped: false });
  });
  it.each(['diverging', 'sequential', 'gray'] as const)(
    'tell NaN and the infinities apart, on the scale %s',
    (name) => {
      const scale = colorScale(name, { kind: 'dark' });
      const range = { low: -1, high: 1, clipped: false };
      const special = [NaN, Infinity, -Infinity, 2, -2].map((v) => pixelOf(v, scale, range));
      expect(new Set(special).size).toBe(5);
      for (const pixel of special) expect([...scale.steps]).not.toContain(pixel);
    },
  );
  it('are of a constant, of zeros and of nothing too', () => {
    for (const statistics of [
      {},
      { min: 0, max: 0, mean: 0, std: 0 },
      { min: 1e308, max: 1e308, mean: 1e308, std: 0 },
    ]) {
      const { low, high } = rangeOf('diverging', statistics);
      expect(low).toBeLessThan(high);
    }
  });
  it('suit the page: zero is light on light and dark on dark', () => {
    const zero = (kind: 'light' | 'dark') =>
      Number(/\d+/.exec(cssColor(colorScale('diverging', { kind }).steps[128]!))![0]);
    expect(zero('light')).toBeGreaterThan(230);
    expect(zero('dark')).toBeLessThan(60);
  });
  it('of a part without statistics come from its values', () =>
    expect(momentsOf([1, NaN, 3])).toEqual({ min: 1, max: 3, mean: 2, std: 1 }));
});

describe('what is saved', () => {
  it('is JSON that reads back', () => {
    expect(JSON.parse(toJson(part([2, 2], Float32Array.of(0.1, NaN, -Infinity, 4))))).toEqual([
      [0.1, 'NaN'],
      ['-Infinity', 4],
    ]);
    expect(toJson(part([1], BigInt64Array.of(9007199254740993n), 'int64'))).toBe('[9007199254740993]');
    expect(JSON.parse(toJson(part([1], Float32Array.of(1, -2), 'complex64')))).toEqual([[1, -2]]);
    expect(JSON.parse(toJson(part([2], ['"', '</script>'], 'string')))).toEqual(['"', '</script>']);
  });
  it('is CSV, with indices from the third axis on', () => {
    expect(toCsv(part([2, 2]))).toBe('0,1\n2,3\n');
    expect(toCsv(part([2, 1, 2]))).toBe('i0,i1,0,1\n0,0,0,1\n1,0,2,3\n');
    expect(toCsv(part([1], ['a "b", c'], 'string'))).toBe('"a ""b"", c"\n');
    expect(toCsv(part([1], Float32Array.of(1, -0.5), 'complex64'))).toBe('1-0.5i\n');
  });
  it.each<[TensorDtype, PartData, number[], string]>([
    [
      'float32',
      Float32Array.of(1, 2, 3, 4, 5, 6),
      [2, 3],
      "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3,), }",
    ],
    ['bool', Uint8Array.of(1), [1], "{'descr': '|b1', 'fortran_order': False, 'shape': (1,), }"],
    ['int64', BigInt64Array.of(5n), [], "{'descr': '<i8', 'fortran_order': False, 'shape': (), }"],
    ['string', ['ab', 'é'], [2], "{'descr': '<U2', 'fortran_order': False, 'shape': (2,), }"],
  ])('is .npy of %s', (dtype, data, shape, head) => {
    const file = toNpy(part(shape, data, dtype));
    const length = file[8]! + 256 * file[9]!;
    expect([...file.slice(0, 8)]).toEqual([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0]);
    expect((10 + length) % 64).toBe(0);
    expect(new TextDecoder().decode(file.slice(10, 10 + length)).trimEnd()).toBe(head);
    expect(file[9 + length]).toBe(10);
    if (dtype === 'float32') expect(new DataView(file.buffer).getFloat32(10 + length + 20, true)).toBe(6);
    if (dtype === 'string') expect([...new Uint32Array(file.slice(10 + length).buffer)]).toEqual([97, 98, 233, 0]);
  });
});

describe('the kernel asked for a part', () => {
  it('answers by number, and not with what cannot be read', async () => {
    const sent: { request?: number }[] = [];
    let hear: (message: unknown) => void = () => {};
    const client = new SliceClient({
      postMessage: (m) => void sent.push(m as { request?: number }),
      onDidReceiveMessage: (l) => (hear = l),
    });
    const [first, second] = [client.ask('a', whole([1])), client.ask('b', whole([1]))];
    hear(null);
    hear({ type: 'sliced', request: 99, reason: 'nobody asked' });
    hear({ type: 'sliced', request: sent[1]!.request, base64: '!!!' });
    hear({ type: 'sliced', request: sent[0]!.request, reason: 'It is gone.' });
    expect(await first).toEqual({ reason: 'It is gone.' });
    expect(await second).toEqual({ reason: expect.stringContaining('cannot be read') as string });
  });
});
