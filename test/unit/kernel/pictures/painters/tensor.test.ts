// Pictures of tensors, by what they show.
import { describe, expect, it } from 'vitest';
import { tensorPicture } from '../../../../../kernel/pictures/painters/tensor.ts';
import { PayloadError } from '../../../../../kernel/wire/fields.ts';
import { bytesOf, encodeHead, writePayload } from '../../../../../kernel/wire/payload.ts';
import { TENSOR_FORMAT, type TensorHeader } from '../../../../../kernel/wire/tensor.ts';
import { elements, expectSound, textsOf } from '../drawn.ts';

const whole = (shape: number[]) => shape.map((count) => ({ start: 0, step: 1, count }));

function payload(values: ArrayBufferView, shape: number[], more: Partial<TensorHeader> = {}): Uint8Array {
  const head = { kind: 'tensor', dtype: 'float32', shape, bytes: values.byteLength, axes: whole(shape), ...more };
  return writePayload(TENSOR_FORMAT, encodeHead(head), bytesOf(values));
}

describe('a matrix', () => {
  const drawing = tensorPicture(payload(Float32Array.of(1, 2, NaN, Infinity, -3, 0.001), [2, 3]));

  it('is a heat map with its type, its values in the cells, and a key for each kind of special value', () => {
    expectSound(drawing);
    const texts = textsOf(drawing);
    expect(texts[0]).toMatch(/^float32 \[2, 3\] · 24 B/);
    expect(texts).toEqual(expect.arrayContaining(['1', '2', 'NaN', '+∞', '−3', '0.001']));
    expect(texts.slice(-3)).toEqual(['3', '+∞', 'NaN']);
    expect(elements(drawing, 'image')).toHaveLength(1);
  });

  it('without room for numbers is colors alone', () => {
    const large = tensorPicture(payload(new Float32Array(64 * 64).fill(0.5), [64, 64]));
    expect(textsOf(large).length).toBeLessThan(5);
  });
});

describe('other shapes', () => {
  it('are bars for a vector: one for each value, up or down', () => {
    const drawing = tensorPicture(payload(Float32Array.of(1, -2, 3), [3]));
    expectSound(drawing);
    const bars = elements(drawing, 'rect');
    expect(bars.filter(({ fill }) => fill !== '#c4c4c4')).toHaveLength(3);
  });

  it('are at most one bar for each pixel of a long vector', () => {
    const drawing = tensorPicture(
      payload(
        Float32Array.from({ length: 50_000 }, (_, i) => i),
        [50_000],
      ),
    );
    expect(elements(drawing, 'rect').length).toBeLessThan(700);
  });

  it('are the number itself for a scalar, and a sentence for an empty tensor', () => {
    expect(textsOf(tensorPicture(payload(Float32Array.of(3.25), [])))).toContain('3.25');
    expect(textsOf(tensorPicture(payload(new Float32Array(0), [0, 3])))).toContain('No values: axis 0 has length 0.');
  });

  it('are a list for texts, as they are written', () => {
    const texts = ['a<b', 'ü'];
    const bytes = texts.map((t) => new TextEncoder().encode(t));
    const lengths = new Uint32Array(bytes.map((b) => b.length));
    const body = Buffer.concat([bytesOf(lengths), ...bytes]);
    const drawing = tensorPicture(payload(body, [2], { dtype: 'string' }));
    expectSound(drawing);
    expect(textsOf(drawing)).toEqual(expect.arrayContaining(['[0]', '"a<b"', '[1]', '"ü"']));
  });

  it('are images side by side for a batch, and say what does not fit', () => {
    const drawing = tensorPicture(
      payload(new Float32Array(300 * 28 * 28).fill(0.2), [300, 28, 28, 1], {
        statistics: { nan: 0, positiveInfinity: 0, negativeInfinity: 0, zeros: 0, min: 0, max: 1 },
      }),
    );
    expectSound(drawing);
    const [image] = elements(drawing, 'image');
    expect(Number(image!['width'])).toBeLessThanOrEqual(616);
    expect(drawing.height).toBeLessThanOrEqual(1000);
  });

  it('say that they are drawn from a part', () => {
    const axes = [
      { start: 0, step: 10, count: 2 },
      { start: 0, step: 1, count: 3 },
    ];
    const drawing = tensorPicture(payload(new Float32Array(6), [20, 3], { axes }));
    expect(textsOf(drawing)).toContain('Drawn from 6 of 60 values.');
  });
});

it('refuses other bytes', () => expect(() => tensorPicture(new Uint8Array(40))).toThrow(PayloadError));
