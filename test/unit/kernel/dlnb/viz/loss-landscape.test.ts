// Loss landscapes: the weights stay the same, and the directions are normalized.
import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import type { TensorLibrary } from '../../../../../kernel/dlnb/library.ts';
import { filterNormalized, lossLandscape } from '../../../../../kernel/dlnb/viz/loss-landscape.ts';
import { shown } from './shown.ts';

const library = tf as unknown as TensorLibrary;
const list = (values: unknown) => Array.from(values as ArrayLike<number>);

beforeAll(async () => {
  await tf.setBackend('cpu');
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

  it('normalizes each filter of a direction to the norm of the weights’', () => {
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
