// The bytes of payloads: what is written is what is read, and what is wrong is said, with a remedy for other versions.
import { describe, expect, it } from 'vitest';
import { PayloadError } from '../../../../kernel/wire/fields.ts';
import { FILTERS_FORMAT } from '../../../../kernel/wire/filters.ts';
import { GRAPH_FORMAT } from '../../../../kernel/wire/graph.ts';
import { encodeHead, readPayload, writePayload } from '../../../../kernel/wire/payload.ts';
import { TENSOR_FORMAT } from '../../../../kernel/wire/tensor.ts';
import { readFilters } from '../../../../renderers/filters/payload.ts';
import { readGraph } from '../../../../renderers/graph/payload.ts';
import { readTensor } from '../../../../renderers/tensor/payload.ts';

const format = { what: 'a test', magic: 'TEST', version: 3 };
const write = (version = 3) => writePayload({ ...format, version }, encodeHead({ name: 'é' }), Uint8Array.of(7, 8, 9));

/** The error that reading throws. */
function refusal(read: () => unknown): PayloadError {
  try {
    read();
  } catch (e) {
    if (e instanceof PayloadError) return e;
    throw e;
  }
  throw new Error('nothing was thrown');
}

describe('a payload', () => {
  it('is read as it was written, also from the middle of a larger buffer', () => {
    for (const bytes of [write(), Uint8Array.of(1, ...write()).subarray(1)]) {
      const { head, body } = readPayload(bytes, format);
      expect(head.values).toEqual({ name: 'é' });
      expect([...body]).toEqual([7, 8, 9]);
    }
  });

  it('has its fixed layout, which saved notebooks hold', () => {
    const head = '{"name":"é"} ';
    const bytes = [
      ...Buffer.from('TEST\x03\0\0\0'),
      Buffer.byteLength(head) + 6,
      0,
      0,
      0,
      ...Buffer.from(`${head}      `),
    ];
    expect([...write()]).toEqual([...bytes, 7, 8, 9]);
  });

  it('of a newer version says to update, of an older one to run again', () => {
    const newer = refusal(() => readPayload(write(4), format));
    expect(newer.message).toBe('it is of version 4, and this program draws version 3');
    expect(newer.remedy).toBe('Update the extension, or run the cell again.');
    expect(refusal(() => readPayload(write(2), format)).remedy).toBe('Run the cell again.');
  });

  it.each([
    ['a graph', readGraph, GRAPH_FORMAT],
    ['filters', readFilters, FILTERS_FORMAT],
    ['a tensor', readTensor, TENSOR_FORMAT],
  ])('of a newer version says so as %s', (_, read, { what, magic, version }) => {
    const bytes = writePayload({ what, magic, version: version + 1 }, encodeHead({}), new Uint8Array());
    expect(refusal(() => read(bytes)).remedy).toBe('Update the extension, or run the cell again.');
  });

  it('is refused if it is cut off, of another kind, or without a head', () => {
    expect(refusal(() => readPayload(write().subarray(0, 11), format)).message).toBe('it is not a test');
    expect(refusal(() => readPayload(write(), { ...format, magic: 'OTHR' })).message).toBe('it is not a test');
    expect(refusal(() => readPayload(write().subarray(0, 20), format)).message).toMatch(/its length is not/);
    const list = writePayload(format, encodeHead([]), new Uint8Array());
    expect(refusal(() => readPayload(list, format)).message).toBe('the head is not an object');
  });
});
