// One training step of the course's digit CNN (34,826 parameters, batch 32, Adam) on the device `cpu`, and on TensorFlow.js's own
// JavaScript backend of the same version, which is what `@tensorflow/tfjs` trains on when Node has nothing else.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { packageExtension } from '../package.mts';
import { runCell, withKernel } from './kernel.mts';
import { quantile, summarize, timeEach, type Measurement } from './measure.mts';

const model = `
  import * as tf from '@tensorflow/tfjs';
  const net = tf.sequential({ layers: [
    tf.layers.conv2d({ filters: 32, kernelSize: 3, activation: 'relu', inputShape: [28, 28, 1] }),
    tf.layers.maxPooling2d({ poolSize: 2 }),
    tf.layers.conv2d({ filters: 64, kernelSize: 3, activation: 'relu' }),
    tf.layers.maxPooling2d({ poolSize: 2 }),
    tf.layers.flatten(),
    tf.layers.dense({ units: 10, activation: 'softmax' }),
  ] });
  if (net.countParams() !== 34826) throw new Error('not the model that is meant');
  net.compile({ optimizer: tf.train.adam(0.001), loss: 'categoricalCrossentropy' });
  const x = tf.randomUniform([32, 28, 28, 1]);
  const y = tf.oneHot(tf.range(0, 32, 1, 'int32').mod(tf.scalar(10, 'int32')), 10);
  await net.trainOnBatch(x, y);`;
const step = 'await net.trainOnBatch(x, y)';

export async function measure(): Promise<Measurement[]> {
  await packageExtension();
  const dir = mkdtempSync(join(tmpdir(), 'dlnb-bench-'));
  try {
    const ours: number[] = [];
    const theirs: number[] = [];
    await withKernel(dir, (own) =>
      withKernel(dir, async (stock) => {
        await runCell(own, model);
        await runCell(stock, `import * as tf from '@tensorflow/tfjs'; await tf.setBackend('cpu');`);
        await runCell(stock, model.replace(/import .*/, ''));
        // in turns, so that both meet the same machine
        for (let round = 0; round < 3; round++) {
          ours.push(...(await timeEach(20, () => runCell(own, step))));
          theirs.push(...(await timeEach(1, () => runCell(stock, step))));
        }
      }),
    );
    const ratio = quantile(ours, 0.5) / quantile(theirs, 0.5);
    return [
      summarize('CNN training step, device cpu', 'ms', ours),
      summarize("CNN training step, tfjs 4.22 backend 'cpu'", 'ms', theirs),
      { name: "device cpu ÷ tfjs 4.22 backend 'cpu'", unit: '×', median: ratio, samples: theirs.length },
    ];
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}
