// Tensors that cells show, from a real kernel process: their outputs, and parts of them afterwards.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TENSOR } from '../../kernel/wire/mime.ts';
import { readTensor } from '../../renderers/tensor/payload.ts';
import { TestKernel, type Ran } from './kernel.ts';

/** The payload of the cell's last output. */
function shown({ events }: Ran) {
  const event = events.findLast((e) => e.kind === 'display');
  const item = event?.bundle.find(({ mime }) => mime === TENSOR);
  if (!item || !('bytes' in item)) throw new Error(`no tensor among ${JSON.stringify(events)}`);
  return readTensor(item.bytes);
}
const texts = (bytes: Uint8Array) => {
  const { part } = readTensor(bytes);
  return Array.from({ length: part.size }, (_, at) => part.text(at));
};

describe('a tensor', () => {
  let k: TestKernel;
  beforeAll(() => void (k = new TestKernel()));
  afterAll(() => k.stop());

  it('of an array is shown without the tensor library', async () => {
    const ran = await k.run('new Int16Array([1, -2])');
    expect(shown(ran).header).toMatchObject({ kind: 'array', dtype: 'int16', shape: [2], bytes: 4 });
    expect(ran.text).toBe('Int16Array(2) [ 1, -2 ]');
    expect(k.device).toBeUndefined();
  });
  it('says where it is and what is in it, of every type', async () => {
    await k.run("import * as tf from '@tensorflow/tfjs'");
    const { header, part } = shown(await k.run('tf.tensor([[1, NaN], [0, -3]])'));
    expect(header).toMatchObject({
      kind: 'tensor',
      dtype: 'float32',
      shape: [2, 2],
      device: 'cpu',
      statistics: { nan: 1, zeros: 1, min: -3, max: 1 },
    });
    expect(part.text(1)).toBe('NaN');
    expect(shown(await k.run("tf.tensor([true, false], [2], 'bool')")).part.text(0)).toBe('true');
    expect(shown(await k.run("tf.tensor(['ä', '<b>'])")).part.text(1)).toBe('"<b>"');
    expect(shown(await k.run('tf.complex([1, 2], [3, -4])')).part.text(1)).toBe('2 − 4i');
    expect(shown(await k.run('tf.scalar(7, "int32")')).header.shape).toEqual([]);
    expect(shown(await k.run('tf.variable(tf.ones([3]))')).part.size).toBe(3);
  });
  it('that is disposed of is text alone', async () => {
    const { events, text } = await k.run('const gone = tf.ones([2]); gone.dispose(); gone');
    expect(events.at(-1)).toMatchObject({ bundle: [{ mime: 'text/plain' }] });
    expect(text).toContain('(disposed)');
  });
  it('of ten million values gives each part of them, while it lives', async () => {
    const { header, part } = shown(await k.run('let big = tf.range(0, 1e7).reshape([10000, 1000]); big'));
    expect(part.size).toBeLessThan(260_000);
    const ask = () =>
      k.process.ask('slice', {
        source: header.source!,
        axes: [
          { start: 1234, step: 1, count: 2 },
          { start: 998, step: 1, count: 2 },
        ],
      });
    const answer = await ask();
    expect('bytes' in answer && texts(answer.bytes)).toEqual(['1234998', '1234999', '1235998', '1235999']);
    const file = path.join(k.dir, 'big.npy');
    expect(await k.process.ask('save', { source: header.source!, file: file })).toEqual({ size: 128 + 4e7 });
    const npy = readFileSync(file);
    expect(npy.toString('latin1', 10, 70)).toBe("{'descr': '<f4', 'fortran_order': False, 'shape': (10000, 10");
    expect([npy.readFloatLE(128), npy.readFloatLE(128 + 4 * 9_999_999)]).toEqual([0, 9_999_999]);
    expect(
      await k.process.ask('save', { source: header.source!, file: path.join(k.dir, 'no/such/folder.npy') }),
    ).toEqual({
      reason: expect.stringContaining('cannot be written') as string,
    });
    await k.run('big.dispose()');
    expect(await ask()).toEqual({ reason: expect.stringContaining('disposed of') as string });
  });
  it('is not kept alive by its output', async () => {
    const ran = await k.run(
      "let seen = new WeakRef(new Float32Array(1e6)); const gc = (await import('node:vm')).runInNewContext;" +
        "(await import('node:v8')).setFlagsFromString('--expose-gc'); const collect = gc('gc'); display(seen.deref()); 0",
    );
    const { source } = shown({ ...ran, events: ran.events.slice(0, 1) }).header;
    const after = await k.run(
      'await new Promise((r) => setTimeout(r, 50)); collect(); await new Promise((r) => setTimeout(r, 50)); seen.deref() === undefined',
    );
    expect(after.text).toBe('true');
    expect(await k.process.ask('slice', { source: source!, axes: [{ start: 0, step: 1, count: 1 }] })).toEqual({
      reason: expect.stringContaining('no longer') as string,
    });
  });
  it('is the same output each time', async () => {
    const code = "tf.randomNormal([600, 600], 0, 1, 'float32', 3)";
    const bundles = async () => (await k.run(code)).events.flatMap((e) => ('bundle' in e ? [e.bundle] : []));
    const first = await bundles();
    expect(first).toHaveLength(1);
    expect(await bundles()).toEqual(first);
  });
  it('that a kernel had which has ended is not waited for', async () => {
    const other = new TestKernel();
    await other.run('1');
    const answer = other.process.ask('slice', { source: '0', axes: [] });
    await other.stop();
    expect(await answer).toEqual({ reason: expect.any(String) as string });
    expect(await other.process.ask('slice', { source: '0', axes: [] })).toEqual({
      reason: expect.any(String) as string,
    });
  });
});
