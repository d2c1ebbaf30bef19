// The parts that are installed into TensorFlow.js do not depend on the order in which they are: the library computes
// the same, bit for bit, whatever the order. Each order gets a copy of the library of its own.
import { createRequire } from 'node:module';
import { build } from 'esbuild';
import { beforeAll, expect, it } from 'vitest';
import type * as tfTypes from '@tensorflow/tfjs';
import type { parts as partsOf } from '../../../../kernel/tensors/parts.ts';
import { root } from '../../../paths.ts';

interface Library {
  tf: typeof tfTypes;
  parts: typeof partsOf;
}

let code: string;
beforeAll(async () => {
  const contents = `
    import * as core from '@tensorflow/tfjs-core';
    import '@tensorflow/tfjs-core/dist/register_all_gradients';
    import '@tensorflow/tfjs-core/dist/public/chained_ops/register_all_chained_ops';
    import '@tensorflow/tfjs-backend-cpu';
    import * as layers from '@tensorflow/tfjs-layers';
    export const tf = { ...core, ...layers };
    export { parts } from './kernel/tensors/parts.ts';`;
  const { outputFiles } = await build({
    absWorkingDir: root,
    stdin: { contents, resolveDir: root },
    write: false,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    mainFields: ['module', 'main'],
    alias: { 'node-fetch': './kernel/tensors/replaced/node-fetch.ts' },
    external: ['util', 'string_decoder'],
    // TensorFlow.js keeps its engine and its registries at the global object
    define: { global: 'ownGlobal', window: 'undefined' },
    logLevel: 'error',
  });
  code = outputFiles[0]!.text;
});

/** A copy of the library in which nothing is installed yet. */
function load(): Library {
  const module = { exports: {} as Library };
  const ownGlobal: unknown = Object.create(globalThis, {
    _tfGlobals: { writable: true },
    _tfengine: { writable: true },
  });
  new Function('module', 'exports', 'require', 'ownGlobal', code)(
    module,
    module.exports,
    createRequire(import.meta.url),
    ownGlobal,
  );
  return module.exports;
}

/** Something of every part: second derivatives, corrected calls and gradients, layers, optimizers and `fit`. */
async function compute({ tf }: Library): Promise<number[]> {
  await tf.setBackend('cpu');
  // Spares it the advice to use tfjs-node
  Object.assign(tf.backend(), { firstUse: false });
  const x = tf.tensor([0.5, -0.25, 0.75, 1.5], [2, 2]);
  const results: tfTypes.Tensor[] = [
    tf.grad((t) => tf.grad((u) => tf.tanh(u))(t))(x),
    tf.grad((t) =>
      tf
        .grad((u) => tf.softmax(u).square())(t)
        .square(),
    )(x),
    tf.einsum('ij,jk->ik', x, x),
    tf.grad((t) => tf.prod(t, 1))(x),
    tf.grad((t) => tf.cumsum(tf.selu(t), 1))(x),
    tf.grad((t) => tf.mean(tf.sigmoid(t).mul(tf.logSoftmax(t))))(x),
  ];
  const model = tf.sequential();
  const kernelInitializer = 'ones';
  model.add(tf.layers.dense({ units: 3, inputShape: [2], activation: 'tanh', kernelInitializer }));
  model.add(tf.layers.batchNormalization());
  model.add(tf.layers.dense({ units: 2, activation: 'softmax', kernelInitializer }));
  model.compile({ optimizer: 'adamw', loss: 'categoricalCrossentropy' });
  const labels = tf.tensor([0, 1, 1, 0], [2, 2]);
  await model.fit(x, labels, { epochs: 3, shuffle: false, verbose: 0 });
  results.push(...model.getWeights());
  expect(`${x.toString()}`).toContain('0.5');
  return results.flatMap((t) => [...t.dataSync()]);
}

it('computes the same in any order of installation', async () => {
  const rotated = <T>(list: readonly T[], by: number) => [...list.slice(by), ...list.slice(0, by)];
  const inOrder = load();
  for (const install of inOrder.parts) install();
  const expected = await compute(inOrder);
  expect(expected[0]).toBeCloseTo(-0.72686, 4);
  expect(expected.every(Number.isFinite)).toBe(true);
  const orders = [
    (n: typeof partsOf) => n.toReversed(),
    ...[1, 4, 8].map((by) => (n: typeof partsOf) => rotated(n, by)),
  ];
  for (const order of orders) {
    const library = load();
    for (const install of order(library.parts)) install();
    expect(await compute(library)).toEqual(expected);
  }
});
