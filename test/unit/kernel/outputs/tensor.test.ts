// Tensors as outputs: what the kernel writes, what the renderer reads, and that a payload which lies is not drawn.
import { describe, expect, it } from 'vitest';
import { TENSOR } from '../../../../kernel/wire/mime.ts';
import type { AxisRange, TensorHeader } from '../../../../kernel/wire/tensor.ts';
import { toBundle } from '../../../../kernel/outputs/bundle.ts';
import { MAX_PAYLOAD } from '../../../../kernel/wire/payload.ts';
import { checksum, encodeTensor } from '../../../../kernel/outputs/tensor/encode.ts';
import { DisplayedTensors } from '../../../../kernel/outputs/tensor/index.ts';
import { checkPart, gather, thinOut, wholeOf } from '../../../../kernel/outputs/tensor/sample.ts';
import { BINS, statisticsOf } from '../../../../kernel/outputs/tensor/statistics.ts';
import { readValues, type TensorValues, type TypedArray } from '../../../../kernel/outputs/tensor/values.ts';
import type { MimeItem } from '../../../../kernel/wire/protocol.ts';
import { PayloadError } from '../../../../kernel/wire/fields.ts';
import { readTensor } from '../../../../renderers/tensor/payload.ts';

const of = (data: TypedArray | string[], shape = [data.length], dtype = 'float32'): TensorValues =>
  ({ kind: 'array', dtype, shape, data }) as TensorValues;
const roundTrip = (values: TensorValues) => readTensor(encodeTensor(values, { statistics: statisticsOf(values) }));
const texts = ({ part }: ReturnType<typeof readTensor>) => Array.from({ length: part.size }, (_, at) => part.text(at));

describe('statistics', () => {
  it('count what is special and leave it out of the moments', () => {
    const s = statisticsOf(of(Float32Array.of(NaN, 1, 3, Infinity, -Infinity, 0, -0, NaN)))!;
    expect(s).toMatchObject({ nan: 2, positiveInfinity: 1, negativeInfinity: 1, zeros: 2, min: 0, max: 3, mean: 1 });
    expect(s.std).toBeCloseTo(Math.sqrt(1.5), 12);
    expect(s.histogram!.reduce((a, b) => a + b)).toBe(4);
  });
  it('lose no digits to a large mean, over many blocks', () => {
    const data = Float64Array.from({ length: 30_001 }, (_, i) => 1e9 + (i % 2));
    const s = statisticsOf(of(data, undefined, 'float64'))!;
    expect(s.mean).toBeCloseTo(1e9 + 15_000 / 30_001, 6);
    expect(s.std).toBeCloseTo(0.5, 8);
  });
  it('put each value into its bin, the greatest into the last', () => {
    const s = statisticsOf(
      of(
        Int32Array.from({ length: BINS }, (_, i) => i),
        undefined,
        'int32',
      ),
    )!;
    expect(s.histogram).toEqual(new Array(BINS).fill(1));
  });
  it.each([
    ['one value', Float32Array.of(5, 5), [2]],
    ['a range that overflows', Float64Array.of(-Number.MAX_VALUE, Number.MAX_VALUE), [1, 1]],
    ['a range next to nothing', Float64Array.of(0, 5e-324), undefined],
  ])('have a histogram of %s', (_, data, bins) => {
    const { histogram } = statisticsOf(of(data, undefined, 'float64'))!;
    if (bins) expect(histogram).toEqual(bins);
    expect(histogram!.reduce((a, b) => a + b)).toBe(2);
  });
  it.each([12, 13, 60, 61, 100, 128, 999, 1000, 4096, 50_000])(
    'have a histogram without a comb for %i values evenly apart',
    (n) => {
      const floats = Float32Array.from({ length: n }, (_, i) => -1 + (2 * i) / (n - 1));
      const integers = Int32Array.from({ length: n }, (_, i) => i - 7);
      for (const values of [of(floats), of(integers, [n], 'int32')]) {
        const { histogram } = statisticsOf(values)!;
        expect(histogram!.length).toBeGreaterThan(4);
        expect(histogram!.reduce((a, b) => a + b)).toBe(n);
        expect(Math.min(...histogram!)).toBeGreaterThan(0);
        expect(Math.max(...histogram!) - Math.min(...histogram!)).toBeLessThanOrEqual(n > 60 ? 2 : 1);
      }
    },
  );
  it('are over the magnitudes of complex values', () =>
    expect(statisticsOf(of(Float32Array.of(3, 4, 0, 0), [2], 'complex64'))).toMatchObject({
      min: 0,
      max: 5,
      zeros: 1,
    }));
  it('take 64-bit integers', () =>
    expect(statisticsOf(of(BigInt64Array.of(-2n, 4n), undefined, 'int64'))).toMatchObject({
      min: -2,
      max: 4,
      mean: 1,
    }));
  it('of nothing finite and of nothing have no moments', () => {
    expect(statisticsOf(of(Float32Array.of(NaN)))).toEqual({
      nan: 1,
      positiveInfinity: 0,
      negativeInfinity: 0,
      zeros: 0,
    });
    expect(statisticsOf(of(new Float32Array(0)))).not.toHaveProperty('histogram');
  });
});

describe('a payload', () => {
  it.each<[string, TypedArray, string[]]>([
    ['float32', Float32Array.of(0.1, -2, NaN, -Infinity, -0), ['0.1', '−2', 'NaN', '−∞', '−0']],
    ['float64', Float64Array.of(0.1, 1 / 3), ['0.1', '0.3333333333333333']],
    ['int32', Int32Array.of(-2147483648, 2147483647), ['−2147483648', '2147483647']],
    ['uint8', Uint8Array.of(0, 255), ['0', '255']],
    ['bool', Uint8Array.of(0, 1), ['false', 'true']],
    ['int64', BigInt64Array.of(-9007199254740993n), ['−9007199254740993']],
    ['uint64', BigUint64Array.of(18446744073709551615n), ['18446744073709551615']],
  ])('of %s gives the values back, exactly', (dtype, data, expected) => {
    const read = roundTrip(of(data, undefined, dtype));
    expect(texts(read)).toEqual(expected);
    expect(read.header).toMatchObject({ dtype, shape: [data.length], bytes: data.byteLength });
  });
  it('of complex values gives both parts', () => {
    const read = roundTrip(of(Float32Array.of(1, -2, 0.5, NaN), [2], 'complex64'));
    expect(texts(read)).toEqual(['1 − 2i', '0.5 + NaNi']);
    expect(read.part.number(0)).toBeCloseTo(Math.sqrt(5));
  });
  it('of texts gives them back, long ones cut', () => {
    const read = roundTrip(of(['ä<b>', '', 'x'.repeat(500)], [3], 'string'));
    expect(texts(read).slice(0, 2)).toEqual(['"ä<b>"', '""']);
    expect(texts(read)[2]).toHaveLength(203);
    expect(read.header.textsCut).toBe(true);
  });
  it.each([[[]], [[0, 3]], [[1, 1, 1]]])('has the shape %j', (shape) => {
    const size = shape.reduce((a: number, b) => a * b, 1);
    const { header, part } = roundTrip(of(new Float32Array(size).fill(2), shape));
    expect([header.shape, part.size]).toEqual([shape, size]);
  });
  it('of half precision is widened', () => {
    const Float16 = (globalThis as unknown as { Float16Array?: Float32ArrayConstructor }).Float16Array;
    if (!Float16) return; // Node before 24
    const values = readValues(Float16.of(0.5, -65504) as unknown as TypedArray)!;
    expect(values.dtype).toBe('float16');
    expect(texts(roundTrip(values))).toEqual(['0.5', '−65504']);
  });
  it('stays below its limit, and says which values it has', () => {
    const data = Float32Array.from({ length: 3000 * 700 }, (_, i) => i);
    const bytes = encodeTensor(of(data, [3000, 700]), { source: () => 'abc' });
    expect(bytes.length).toBeLessThanOrEqual(MAX_PAYLOAD);
    const { header, part } = readTensor(bytes);
    expect(header.source).toBe('abc');
    expect(part.size).toBeGreaterThan(100_000);
    for (const at of [0, 1, part.axes[1]!.count, part.size - 1]) {
      const [row, column] = part.indexOf(at);
      expect(part.number(at)).toBe(row! * 700 + column!);
    }
  });
  it('names no source if it holds all values', () => {
    expect(readTensor(encodeTensor(of(new Float32Array(10)), { source: () => 'abc' })).header).not.toHaveProperty(
      'source',
    );
  });
  it('of many long texts stays below its limit', () => {
    const bytes = encodeTensor(of(new Array<string>(100_000).fill('é'.repeat(150)), [100_000], 'string'));
    expect(bytes.length).toBeLessThanOrEqual(MAX_PAYLOAD);
    expect(readTensor(bytes).part.size).toBeGreaterThan(1000);
  });
});

describe('a large tensor', () => {
  it('is thinned out from its leading axes, so that images stay whole', () => {
    const counts = (shape: number[], budget: number) => thinOut(wholeOf(shape), budget).map((a) => a.count);
    expect(counts([60_000, 28, 28], 250_000).slice(1)).toEqual([28, 28]);
    expect(counts([500, 64, 64, 3], 250_000).slice(1)).toEqual([64, 64, 3]);
    const [rows, columns] = counts([1000, 1000], 250_000);
    expect(rows! / columns!).toBeCloseTo(1, 0);
  });
  it.each([[[1e7]], [[1e9, 2]], [[3, 1e6]], [[7, 1, 1e5, 9]], [new Array<number>(20).fill(3)]])(
    'of shape %j is thinned out within the budget and within its bounds',
    (shape) => {
      const part = thinOut(wholeOf(shape), 100_000);
      const size = part.reduce((all, { count }) => all * count, 1);
      expect(size).toBeLessThanOrEqual(100_000);
      expect(size).toBeGreaterThan(20_000);
      part.forEach(({ start, step, count }, i) => expect(start + (count - 1) * step).toBeLessThan(shape[i]!));
    },
  );
  it('gives the values of a part', () => {
    const data = Int32Array.from({ length: 24 }, (_, i) => i);
    const part: AxisRange[] = [
      { start: 1, step: 1, count: 1 },
      { start: 0, step: 2, count: 2 },
      { start: 1, step: 2, count: 2 },
    ];
    expect([...gather(data, [2, 3, 4], part)]).toEqual([13, 15, 21, 23]);
    expect(gather(data, [2, 3, 4], wholeOf([2, 3, 4]))).toBe(data);
  });
  it.each([
    [[{ start: 0, step: 1, count: 4 }]],
    [[{ start: 2, step: 1, count: 2 }]],
    [[{ start: -1, step: 1, count: 1 }]],
    [[{ start: 0, step: 0, count: 1 }]],
    [[{ start: 0, step: 1, count: NaN }]],
    [[null]],
    [[]],
    ['x'],
  ])('has no part %j', (part) => expect(() => checkPart(part, [3])).toThrow(RangeError));
});

describe('displayed tensors', () => {
  const shown = new DisplayedTensors(() => 'cpu');
  const item = (value: unknown) => (toBundle(value, shown) as MimeItem[])[0]!;
  const read = (value: unknown) => readTensor((item(value) as { bytes: Uint8Array }).bytes);

  it('are typed arrays, with a text twin', () => {
    const bundle = toBundle(Float32Array.of(1, 2), shown) as MimeItem[];
    expect(bundle.map(({ mime }) => mime)).toEqual([TENSOR, 'text/plain']);
    expect(bundle[1]).toEqual({ mime: 'text/plain', text: 'Float32Array(2) [ 1, 2 ]' });
  });
  it('are not buffers, views, arrays, proxies or what shows itself', () => {
    const own = Object.assign(Float32Array.of(1), { [Symbol.for('Jupyter.display')]: () => ({ 'text/html': 'own' }) });
    for (const value of [
      Buffer.from('x'),
      new DataView(new ArrayBuffer(4)),
      [1, 2],
      new Proxy(new Float32Array(1), {}),
      own,
    ])
      expect(item(value).mime).not.toBe(TENSOR);
  });
  it('give parts while the value is as it was shown', () => {
    const data = Float32Array.from({ length: 1_000_000 }, (_, i) => i);
    const { header } = read(data);
    const part = [{ start: 999_990, step: 1, count: 10 }];
    const answer = shown.slice(header.source!, part) as { bytes: Uint8Array };
    expect(texts(readTensor(answer.bytes))[9]).toBe('999999');
    data[5] = -1;
    expect(shown.slice(header.source!, part)).toEqual({ reason: expect.stringContaining('changed') as string });
    expect(shown.slice('0', part)).toEqual({ reason: expect.stringContaining('no longer') as string });
  });
  it('refuse a part outside of the tensor', () => {
    const data = new Float32Array(1_000_000);
    expect(shown.slice(read(data).header.source!, [{ start: 0, step: 1, count: 2e6 }])).toEqual({
      reason: expect.stringContaining('is not a range of axis 0') as string,
    });
  });
  it('are the same bytes each time', () => {
    const data = Float32Array.from({ length: 500_000 }, (_, i) => Math.sin(i));
    expect(item(data)).toEqual(item(data.slice()));
  });
  it('that differ in one value have different checksums', () => {
    const a = Float32Array.from({ length: 1000 }, (_, i) => i);
    const b = a.slice().fill(0.5, 700, 701);
    expect(checksum(of(a))).not.toBe(checksum(of(b)));
    expect(checksum(of(a, [10, 100]))).not.toBe(checksum(of(a)));
  });
});

describe('a hostile payload', () => {
  const good: TensorHeader = {
    kind: 'tensor',
    dtype: 'float32',
    shape: [2],
    bytes: 8,
    axes: [{ start: 0, step: 1, count: 2 }],
  };
  const payload = (head: unknown, body = new Uint8Array(8), { version = 1, magic = 'DLNT' } = {}): Uint8Array => {
    const text = Buffer.from(typeof head === 'string' ? head : JSON.stringify(head));
    const prefix = Buffer.alloc(12);
    prefix.write(magic, 'latin1');
    prefix.writeUInt16LE(version, 4);
    prefix.writeUInt32LE(text.length, 8);
    return Buffer.concat([prefix, text, body]);
  };
  const range = { start: 0, step: 1, count: 2 };

  it('is told from one that is not', () => expect(readTensor(payload(good)).part.size).toBe(2));
  it.each<[string, Uint8Array]>([
    ['nothing', new Uint8Array(0)],
    ['other bytes', payload(good, undefined, { magic: 'PNG!' })],
    ['a newer version', payload(good, undefined, { version: 2 })],
    ['a head that is cut off', payload(good).subarray(0, 40)],
    ['a head that is no JSON', payload('{')],
    ['a head that is no UTF-8', payload(Buffer.from([0x22, 0xff, 0x22]).toString('latin1') + '\u0000')],
    ['a head that is null', payload('null')],
    ['too few values', payload(good, new Uint8Array(4))],
    ['too many values', payload(good, new Uint8Array(12))],
    ['an unknown type', payload({ ...good, dtype: '<script>alert(1)</script>' })],
    ['a type from the prototype', payload({ ...good, dtype: 'constructor' })],
    ['a shape that is a text', payload({ ...good, shape: '2' })],
    ['a shape with null for NaN', payload({ ...good, shape: [null] })],
    ['a negative shape', payload({ ...good, shape: [-2] })],
    ['a fractional shape', payload({ ...good, shape: [2.5] })],
    [
      'a huge rank',
      payload({ ...good, shape: new Array(1000).fill(1), axes: new Array(1000).fill({ ...range, count: 1 }) }),
    ],
    [
      'huge axes',
      payload({
        ...good,
        shape: [9e15, 9e15],
        axes: [
          { ...range, count: 9e15 },
          { ...range, count: 9e15 },
        ],
      }),
    ],
    [
      'an infinite product that is empty',
      payload({
        ...good,
        shape: [...new Array<number>(30).fill(9e15), 0],
        axes: [...new Array<object>(30).fill({ ...range, count: 9e15 }), { ...range, count: 0 }],
      }),
    ],
    ['an axis beyond its shape', payload({ ...good, axes: [{ start: 1, step: 1, count: 2 }] })],
    ['no axes', payload({ ...good, axes: [] })],
    ['a step of zero', payload({ ...good, axes: [{ ...range, step: 0 }] })],
    ['a size that is a text', payload({ ...good, bytes: '<b>' })],
    ['a device that is an object', payload({ ...good, device: {} })],
    ['a very long device', payload({ ...good, device: 'x'.repeat(1000) })],
    [
      'statistics of texts',
      payload({ ...good, statistics: { nan: '1', positiveInfinity: 0, negativeInfinity: 0, zeros: 0 } }),
    ],
    [
      'a huge histogram',
      payload({
        ...good,
        statistics: { nan: 0, positiveInfinity: 0, negativeInfinity: 0, zeros: 0, histogram: new Array(1e5).fill(1) },
      }),
    ],
    ['texts beyond their bytes', payload({ ...good, dtype: 'string' }, Uint8Array.of(255, 255, 255, 255, 0, 0, 0, 0))],
    ['bytes beyond its texts', payload({ ...good, dtype: 'string' }, new Uint8Array(9))],
  ])('with %s is refused', (_, bytes) => expect(() => readTensor(bytes)).toThrow(PayloadError));
});
