// Measures memory over 10,000 training steps of the course's digit CNN (batch 32, Adam) in a kernel. The loop is
// written as users write it, without `dispose` and `tidy`. The first hundred steps do not count.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { packageExtension } from '../package.mts';
import { runCell, withKernel } from './kernel.mts';
import { quantile, type Measurement } from './measure.mts';

const STEPS = 10_000;
const SAMPLED = 50;

const prepare = `
  import * as tf from '@tensorflow/tfjs';
  import { appendFileSync } from 'node:fs';
  const net = tf.sequential({ layers: [
    tf.layers.conv2d({ filters: 32, kernelSize: 3, activation: 'relu', inputShape: [28, 28, 1] }),
    tf.layers.maxPooling2d({ poolSize: 2 }),
    tf.layers.conv2d({ filters: 64, kernelSize: 3, activation: 'relu' }),
    tf.layers.maxPooling2d({ poolSize: 2 }),
    tf.layers.flatten(),
    tf.layers.dense({ units: 10 }),
  ] });
  if (net.countParams() !== 34826) throw new Error('this is not the intended model');
  const optimizer = tf.train.adam(0.001);
  const x = tf.randomUniform([32, 28, 28, 1]);
  const y = tf.oneHot(tf.range(0, 32, 1, 'int32').mod(tf.scalar(10, 'int32')), 10);`;

const train = (samples: string) => `
  const losses: number[] = [];
  for (let step = 1; step <= ${STEPS}; step++) {
    const { value, grads } = tf.variableGrads(() => tf.losses.softmaxCrossEntropy(y, net.apply(x) as tf.Tensor).asScalar());
    optimizer.applyGradients(grads);
    losses.push(value.dataSync()[0]!);
    if (step % ${SAMPLED} === 0) {
      const wasm = (tf.backend() as any).program.memory.buffer.byteLength;
      const sample = [step, tf.memory().numTensors, wasm, process.memoryUsage().rss];
      appendFileSync(${JSON.stringify(samples)}, JSON.stringify(sample) + '\\n');
    }
  }
  if (!(losses.at(-1)! < losses[0]!)) throw new Error('the loss has not fallen');`;

export async function measure(): Promise<Measurement[]> {
  await packageExtension();
  const dir = mkdtempSync(join(tmpdir(), 'dlnb-bench-'));
  const file = join(dir, 'samples');
  try {
    await withKernel(dir, async (kernel) => {
      await runCell(kernel, prepare);
      await runCell(kernel, train(file));
    });
    const lines = readFileSync(file, 'utf8').trim().split('\n');
    const samples = lines.map((line) => JSON.parse(line) as [step: number, ...values: number[]]);
    return [
      ...inTwoParts(samples, 1, 'tensors', 1),
      ...inTwoParts(samples, 2, 'MB', 2 ** -20, 'WebAssembly memory'),
      ...inTwoParts(samples, 3, 'MB', 2 ** -20, 'resident memory'),
    ];
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

/** One column of the samples, early and late in the training. */
function inTwoParts(samples: number[][], which: number, unit: 'tensors' | 'MB', scale: number, name: string = unit) {
  const part = (from: number, to: number): Measurement => {
    const values = samples.filter(([step]) => step! > from && step! <= to).map((s) => s[which]! * scale);
    const steps = `steps ${from.toLocaleString('en')} to ${to.toLocaleString('en')}`;
    return {
      name: `CNN by hand, ${name}, ${steps}`,
      unit,
      median: quantile(values, 0.5),
      p95: quantile(values, 0.95),
      samples: values.length,
    };
  };
  return [part(100, 2100), part(STEPS - 2000, STEPS)];
}
