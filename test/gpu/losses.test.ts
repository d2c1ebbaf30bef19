// `losses` and `metrics` on the device `webgpu`: values and gradients against PyTorch, labels that are no classes, and
// metrics that count over the batches of `fit`.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { makeLosses } from '../../kernel/dlnb/losses/index.ts';
import type { Loss } from '../../kernel/dlnb/losses/loss.ts';
import { makeMetrics } from '../../kernel/dlnb/metrics/index.ts';
import { root } from '../paths.ts';
import { start, tf } from './device.ts';

// What the types of TensorFlow.js do not know
type Any = any; // eslint-disable-line @typescript-eslint/no-explicit-any
beforeAll(() => start());
const losses = makeLosses(() => tf as Any);
const metrics = makeMetrics(() => tf as Any);

interface Stored {
  shape: number[];
  values: number[];
}
type Case = Record<'y' | 'p' | 'loss' | 'gradient', Stored> & { name: string; options: object | null };
const { cases } = JSON.parse(readFileSync(join(root, 'test/built/kernel/dlnb/losses/fixtures.json'), 'utf8')) as {
  cases: Case[];
};

describe('values and gradients are those of PyTorch', () => {
  it.each(cases.map((c) => [`${c.name} ${JSON.stringify(c.options ?? {})} [${c.p.shape}]`, c] as const))(
    '%s',
    async (_, c) => {
      const loss = (losses as Any)[c.name](c.options ?? undefined) as Loss;
      const [y, p] = [tf.tensor(c.y.values, c.y.shape), tf.tensor(c.p.values, c.p.shape)] as Any[];
      const value = loss(y, p);
      const weights = tf.reshape(tf.range(1, value.size + 1), value.shape) as Any;
      const gradient = (tf.grad as Any)((x: Any) => tf.sum(tf.mul(loss(y, x) as Any, weights)))(p);
      const close = (got: Float32Array, wanted: number[], by: number) =>
        wanted.forEach((w, i) =>
          expect(Math.abs(got[i]! - w) / Math.max(1, Math.abs(w)), `${got[i]} for ${w}`).toBeLessThan(by),
        );
      // WGSL's cosine may be off by 2⁻¹¹, and that of software adapters is
      const by = c.name === 'vonMisesNll' ? 1e-2 : 2e-4;
      close((await value.data()) as Float32Array, c.loss.values, by);
      close(await gradient.data(), c.gradient.values, by * 5);
    },
  );
});

it('a label that is no class makes the loss NaN', async () => {
  const logits = tf.ones([3, 3]) as Any;
  for (const options of [{}, { labelSmoothing: 0.1 }, { classWeights: [1, 1, 1] }]) {
    const loss = losses.softmaxCrossEntropy(options);
    const values = await loss(tf.tensor1d([0, 3, 1.5]) as Any, logits).data();
    expect([...values].map(Number.isNaN), JSON.stringify(options)).toEqual([false, true, true]);
  }
});

it('metrics count over the batches of fit', async () => {
  const model = tf.sequential({
    layers: [tf.layers.dense({ units: 3, inputShape: [3], kernelInitializer: 'identity', useBias: false })],
  }) as Any;
  const x = tf.tensor2d(
    Array.from({ length: 60 }, (_, i) => Math.sin(i * i)),
    [20, 3],
  ) as Any;
  const y = tf.tensor1d(Array.from({ length: 20 }, (_, i) => (i * 7) % 3)) as Any;
  const kinds = [metrics.accuracy(), metrics.f1Score(), metrics.iou({ classId: 0 }), metrics.perplexity()];
  model.compile({ optimizer: tf.train.sgd(0), loss: losses.softmaxCrossEntropy(), metrics: kinds });
  const { history } = await model.fit(x, y, { batchSize: 6, epochs: 2, verbose: 0 });
  for (const [i, name] of ['accuracy', 'f1Score', 'iou0', 'perplexity'].entries())
    expect(history[name][1], name).toBeCloseTo((await kinds[i]!(y, x).data())[0]!, 4);
});
