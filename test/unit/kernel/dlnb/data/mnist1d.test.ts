// MNIST-1D is the published data set, number by number: checksums and rows of its file mnist1d_data.pkl, as float32.
import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { mnist1d } from '../../../../../kernel/dlnb/data/mnist1d.ts';

const sha256 = (values: Float32Array | Int32Array) =>
  createHash('sha256')
    .update(new Uint8Array(values.buffer, values.byteOffset, values.byteLength))
    .digest('hex');

describe('mnist1d', () => {
  const { train, test, templates } = mnist1d();

  it('is the published set with its own seed', () => {
    expect([train.shape, test.shape]).toEqual([[4000, 40], [1000, 40]]); // prettier-ignore
    expect([...train.labels.slice(0, 12)]).toEqual([2, 6, 4, 5, 6, 6, 6, 0, 3, 1, 6, 9]);
    expect(Array.from(train.points.slice(0, 4))).toEqual([-0.33200567960739136, -0.47191035747528076, -0.7786970734596252, -1.0097408294677734]); // prettier-ignore
    expect(sha256(train.points)).toBe('d53506bddd12d3b72c7153b1ae7f34807724b1dd078a7273809bf9d0792319f6');
    expect(sha256(test.points)).toBe('30addc43827c82aafa5db8bc97cea63349ca687e87db2f201cc4f5415d9a4ebd');
    expect(sha256(train.labels)).toBe('349d9015145a182689d6949b2af9d6466831b99f440cbdba8d682094f0de89d0');
  });

  it('has 500 signals of each class, mean 0 and deviation 1', () => {
    const labels = [...train.labels, ...test.labels];
    for (let k = 0; k < 10; k++) expect(labels.filter((l) => l === k)).toHaveLength(500);
    const all = [...train.points, ...test.points];
    const mean = all.reduce((a, b) => a + b, 0) / all.length;
    expect(mean).toBeCloseTo(0, 6);
    expect(all.reduce((sum, v) => sum + (v - mean) ** 2, 0) / all.length).toBeCloseTo(1, 5);
  });

  it('has templates that begin at 0, with deviation 1/6', () => {
    for (let k = 0; k < 10; k++) {
      const one = templates.slice(12 * k, 12 * k + 12);
      const mean = one.reduce((a, b) => a + b, 0) / 12;
      expect(one[0]).toBe(0);
      expect(Math.sqrt(one.reduce((sum, v) => sum + (v - mean) ** 2, 0) / 12)).toBeCloseTo(1 / 6, 6);
    }
  });

  it('is another with another seed, and the same again', () => {
    const small = { n: 20, seed: 1 };
    expect(mnist1d(small)).toEqual(mnist1d(small));
    expect(mnist1d(small).train.points).not.toEqual(mnist1d({ n: 20, seed: 2 }).train.points);
    const permuted = mnist1d({ ...small, permute: true }).train;
    const plain = mnist1d(small).train;
    const row = (set: { points: Float32Array }) => [...set.points.slice(0, 40)].sort((a, b) => a - b);
    expect(permuted.points).not.toEqual(plain.points);
    row(permuted).forEach((v, i) => expect(v).toBeCloseTo(row(plain)[i]!, 5));
    expect(mnist1d({ ...small, trainShare: 0.5, length: 20, padding: [10, 20], shift: 5 }).train.shape).toEqual([
      10, 20,
    ]);
  });

  it('says which option is wrong', () => {
    const wrong: [object, RegExp][] = [
      [{ n: 15 }, /n must be a multiple of 10/],
      [{ n: 0 }, /n must be an integer of at least 10/],
      [{ seed: -1 }, /seed must be an integer of at least 0/],
      [{ seed: 2 ** 32 }, /seed must be a number from 0 to 4294967295/],
      [{ padding: 5 }, /padding must be \[least, most\], got 5/],
      [{ padding: [5, 2] }, /padding\[1\] must be an integer of at least 5/],
      [{ shift: 100 }, /shift must be a number from 1 to 72/],
      [{ scale: -1 }, /scale must be a number of at least 0/],
      [{ trainShare: 2 }, /trainShare must be a number from 0 to 1/],
      [{ noises: 1 }, /there is no option "noises".*did you mean "noise"/],
    ];
    for (const [options, message] of wrong) expect(() => mnist1d(options)).toThrow(message);
  });
});
