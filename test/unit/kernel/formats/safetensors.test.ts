// Files of the format safetensors: bytes written by hand from the format's description, and hostile ones.
import { describe, expect, test } from 'vitest';
import { readSafetensors, writeSafetensors, type StoredTensor } from '../../../../kernel/formats/safetensors.ts';

/** A file of a header, as text, and bytes; the length can be told wrongly. */
function file(header: string, data: readonly number[] = [], length?: bigint): Uint8Array {
  const text = new TextEncoder().encode(header);
  const bytes = new Uint8Array(8 + text.length + data.length);
  new DataView(bytes.buffer).setBigUint64(0, length ?? BigInt(text.length), true);
  bytes.set(text, 8);
  bytes.set(data, 8 + text.length);
  return bytes;
}

const read = (bytes: Uint8Array) => readSafetensors(bytes, 'w.safetensors');
const f32 = (...values: number[]) => new Uint8Array(Float32Array.from(values).buffer);

describe('reading', () => {
  test('takes types, shapes, bytes and metadata from the header', () => {
    const { tensors, metadata } = read(
      file(
        '{"__metadata__":{"format":"pt"},"b":{"dtype":"U8","shape":[2],"data_offsets":[8,10]},' +
          '"a":{"dtype":"F32","shape":[1,2],"data_offsets":[0,8]},"s":{"dtype":"BOOL","shape":[],"data_offsets":[10,11]}}   ',
        [0, 0, 0x80, 0x3f, 0, 0, 0, 0xc0, 7, 255, 1],
      ),
    );
    expect(metadata).toEqual({ format: 'pt' });
    expect([...tensors.keys()]).toEqual(['b', 'a', 's']);
    const a = tensors.get('a')!;
    expect([a.dtype, a.shape, [...new Float32Array(a.data.slice().buffer)]]).toEqual(['F32', [1, 2], [1, -2]]);
    expect(tensors.get('b')).toEqual({ dtype: 'U8', shape: [2], data: Uint8Array.of(7, 255) });
    expect(tensors.get('s')).toEqual({ dtype: 'BOOL', shape: [], data: Uint8Array.of(1) });
  });

  test('takes a file without tensors, and tensors without numbers', () => {
    expect(read(file('{}')).tensors.size).toBe(0);
    const empty =
      '{"a":{"dtype":"F32","shape":[0,3],"data_offsets":[0,0]},"b":{"dtype":"I8","shape":[1],"data_offsets":[0,1]}}';
    expect(read(file(empty, [5])).tensors.get('a')!.data.length).toBe(0);
  });

  test('reads a file that is a part of a larger buffer', () => {
    const whole = writeSafetensors(new Map([['a', { dtype: 'F32', shape: [1], data: f32(3) }]]));
    const shifted = new Uint8Array(whole.length + 5);
    shifted.set(whole, 5);
    expect(read(shifted.subarray(5)).tensors.get('a')!.data).toEqual(f32(3));
  });

  const one = (fields: string) => file(`{"a":{${fields}}}`, [0, 0, 0, 0]);
  const two = (first: string, second: string) =>
    file(
      `{"a":{"dtype":"U8","shape":[2],"data_offsets":${first}},"b":{"dtype":"U8","shape":[2],"data_offsets":${second}}}`,
      [0, 0, 0, 0],
    );
  test.each<[string, Uint8Array, string]>([
    ['no bytes', new Uint8Array(), 'a safetensors file has at least 8 bytes, this one has 0'],
    ['a huge header', file('{}', [], 2n ** 64n - 1n), 'its header would be 18446744073709551615 bytes long'],
    ['a header beyond the end', file('{}', [], 99n), 'the header is 99 bytes long, but the file ends after 2 of them'],
    ['text that is not JSON', file('{"a"'), 'its header is not JSON'],
    ['bytes that are not UTF-8', file('ab', [0xff], 3n), 'its header is not JSON'],
    ['an array', file('[]'), 'its header is not a JSON object'],
    ['null', file('null'), 'its header is not a JSON object'],
    ['a name twice', file('{"a":1,"a" :2}'), 'the header has "a" twice'],
    ['a name twice, once escaped', file('{"a":1,"\\u0061":2}'), 'the header has "a" twice'],
    [
      'a field twice',
      one('"dtype":"U8","dtype":"I8","shape":[4],"data_offsets":[0,4]'),
      'the header has "dtype" twice',
    ],
    [
      'the name __proto__',
      file('{"__proto__":{"dtype":"U8","shape":[0],"data_offsets":[0,0]}}'),
      '"__proto__", which is not',
    ],
    ['__proto__ in metadata', file('{"__metadata__":{"__proto__":"x"}}'), 'the name "__proto__", which is not allowed'],
    ['metadata of numbers', file('{"__metadata__":{"n":1}}'), '__metadata__ must hold texts, "n" is none'],
    ['a list of metadata', file('{"__metadata__":[]}'), '__metadata__ must be an object of texts'],
    ['a tensor that is none', file('{"a":3}'), '"a" is not described by an object'],
    [
      'an unknown type',
      one('"dtype":"toString","shape":[4],"data_offsets":[0,4]'),
      'has the type "toString"; the types are F64',
    ],
    ['no type', one('"shape":[4],"data_offsets":[0,4]'), '"a" has the type undefined'],
    ['no shape', one('"dtype":"U8","data_offsets":[0,4]'), '"a" has no shape'],
    ['a negative size', one('"dtype":"U8","shape":[-4],"data_offsets":[0,4]'), 'impossible shape [-4]'],
    ['a size with a fraction', one('"dtype":"U8","shape":[1.5],"data_offsets":[0,4]'), 'impossible shape [1.5]'],
    ['a size beyond 2^53', one('"dtype":"U8","shape":[9007199254740993],"data_offsets":[0,4]'), 'impossible shape'],
    [
      'a product beyond 2^53',
      one('"dtype":"U8","shape":[4294967296,4294967296,0],"data_offsets":[0,0]'),
      'impossible shape',
    ],
    ['a negative place', one('"dtype":"U8","shape":[4],"data_offsets":[-4,0]'), 'impossible data_offsets [-4,0]'],
    ['an end before its begin', one('"dtype":"U8","shape":[4],"data_offsets":[4,0]'), 'impossible data_offsets [4,0]'],
    ['three places', one('"dtype":"U8","shape":[4],"data_offsets":[0,4,4]'), 'impossible data_offsets [0,4,4]'],
    [
      'too few bytes for a shape',
      one('"dtype":"F32","shape":[4],"data_offsets":[0,4]'),
      '"a" has 4 bytes; F32 of shape [4] takes 16',
    ],
    [
      'an end beyond the file',
      one('"dtype":"U8","shape":[9],"data_offsets":[0,9]'),
      '"a" ends at byte 9 of the numbers, of which the file has 4',
    ],
    ['tensors that overlap', two('[0,2]', '[1,3]'), '"a" and "b" overlap'],
    ['two tensors in one place', two('[0,2]', '[0,2]'), '"a" and "b" overlap'],
    [
      'a hole',
      file('{"a":{"dtype":"U8","shape":[2],"data_offsets":[2,4]}}', [0, 0, 0, 0]),
      'bytes 0 to 2 of the numbers belong to no tensor',
    ],
    ['bytes after the last tensor', file('{}', [1, 2]), 'the last 2 bytes of the file belong to no tensor'],
  ])('refuses %s', (_name, bytes, message) => {
    expect(() => read(bytes)).toThrow(message);
    expect(() => read(bytes)).toThrow(/^w\.safetensors: /);
  });

  test('refuses every file that is cut short', () => {
    const whole = writeSafetensors(new Map([['a', { dtype: 'F32', shape: [2], data: f32(1, 2) }]]), { by: 'test' });
    for (let n = 0; n < whole.length; n++) expect(() => read(whole.subarray(0, n)), `${n} bytes`).toThrow();
  });
});

describe('writing', () => {
  test('writes the bytes that the format asks for', () => {
    const tensors = new Map<string, StoredTensor>([
      ['u', { dtype: 'U8', shape: [1], data: Uint8Array.of(9) }],
      ['w', { dtype: 'F32', shape: [2], data: f32(1, 2) }],
    ]);
    const header =
      '{"__metadata__":{"k":"v"},"w":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},' +
      '"u":{"dtype":"U8","shape":[1],"data_offsets":[8,9]}}';
    const padded = header.padEnd(Math.ceil(header.length / 8) * 8);
    expect(writeSafetensors(tensors, { k: 'v' })).toEqual(file(padded, [...f32(1, 2), 9]));
  });

  test('gives back what was written, whatever the names, and equal bytes for equal tensors', () => {
    const tensors = new Map<string, StoredTensor>([
      ['model/dense "1"/kernel\n', { dtype: 'F16', shape: [2, 1], data: Uint8Array.of(1, 2, 3, 4) }],
      ['ü𝒳', { dtype: 'I64', shape: [], data: new Uint8Array(8).fill(3) }],
      ['', { dtype: 'BF16', shape: [0], data: new Uint8Array() }],
      ['constructor', { dtype: 'F64', shape: [1], data: new Uint8Array(8) }],
    ]);
    const bytes = writeSafetensors(tensors, { '': '{"nested": "text"}' });
    const back = read(bytes);
    expect(new Map([...back.tensors].sort())).toEqual(new Map([...tensors].sort()));
    expect(back.metadata).toEqual({ '': '{"nested": "text"}' });
    expect(writeSafetensors(new Map([...tensors].reverse()), back.metadata)).toEqual(bytes);
  });

  test('refuses names that are not allowed, and bytes that do not fit', () => {
    const bad = (name: string, data: Uint8Array) => () =>
      writeSafetensors(new Map([[name, { dtype: 'F32', shape: [2], data }]]));
    expect(bad('__metadata__', f32(1, 2))).toThrow('cannot be named "__metadata__"');
    expect(bad('__proto__', f32(1, 2))).toThrow('cannot be named "__proto__"');
    expect(bad('a', f32(1))).toThrow('"a" is of 4 bytes, which is not F32 of shape [2].');
  });
});
