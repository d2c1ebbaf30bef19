// The same notebook gives the same numbers on the devices cpu and webgpu, to 1e-4. It has no bias before a batch
// normalization: the gradient of such a bias is rounding error only, from which Adam makes steps of full length in
// random directions.
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execFileSync } from 'node:child_process';
import { expect, it } from 'vitest';
import { adapterEnv, defaultAdapter } from '../swiftshader.mts';

const cells = [
  `import * as tf from '@tensorflow/tfjs'; import { nn, train } from 'dlnb';
const report: Record<string, number[]> = {};
const note = async (name: string, x: tf.Tensor) => { report[name] = Array.from(await x.data()); };
const { layers: L } = tf;
const weights = (seed: number) => tf.initializers.heNormal({ seed });`,
  `const images = tf.randomUniform([12, 12, 12, 1], 0, 1, 'float32', 1);
const labels = tf.oneHot(tf.range(0, 12, 1, 'int32').mod(tf.scalar(3, 'int32')), 3);
const cnn = tf.sequential({ layers: [
  L.conv2d({ filters: 6, kernelSize: 3, activation: 'relu', inputShape: [12, 12, 1], kernelInitializer: weights(1) }), L.maxPooling2d({ poolSize: 2 }),
  L.separableConv2d({ filters: 6, kernelSize: 3, padding: 'same', useBias: false, depthwiseInitializer: weights(2), pointwiseInitializer: weights(3) }), L.batchNormalization({}), L.activation({ activation: 'elu' }),
  L.flatten(), L.dense({ units: 3, activation: 'softmax', kernelInitializer: weights(4) })] });
cnn.compile({ optimizer: tf.train.adam(0.003), loss: 'categoricalCrossentropy', metrics: ['accuracy'] });
const { history } = await cnn.fit(images, labels, { epochs: 6, batchSize: 4, shuffle: false });
report['cnn loss'] = history.loss as number[];
await note('cnn', cnn.predict(images) as tf.Tensor);`,
  `const series = tf.randomNormal([6, 5, 4], 0, 1, 'float32', 5);
const lstm = tf.sequential({ layers: [L.lstm({ units: 8, inputShape: [5, 4], kernelInitializer: weights(6), recurrentInitializer: weights(7) }), L.layerNormalization({}), L.dense({ units: 2, kernelInitializer: weights(8) })] });
const optimizer = tf.train.momentum(0.05, 0.9);
const goal = tf.randomNormal([6, 2], 0, 1, 'float32', 9);
const run = train.record('lstm');
for (const i of run.steps(8)) {
  const loss = optimizer.minimize(() => tf.losses.meanSquaredError(goal, lstm.apply(series) as tf.Tensor).asScalar(), true)!;
  run.step({ loss });
  report['lstm ' + i] = [(await loss.data())[0]];
}
await note('lstm', lstm.predict(series) as tf.Tensor);`,
  `const x = tf.linspace(-4, 4, 101);
await note('functions', tf.concat([x.sin(), x.tanh(), x.erf(), x.exp(), x.sigmoid(), x.softplus(), x.abs().add(0.1).log(), tf.softmax(x), x.cumsum(), x.square().sum().expandDims()]));
await note('gradient', tf.grad((v: tf.Tensor) => v.sin().mul(v.square()).sum().add(tf.logSumExp(v)))(x));
console.log('REPORT' + JSON.stringify(report));`,
];

function numbersOn(device: string, file: string): Record<string, number[]> {
  const cli = join(import.meta.dirname, '../../dist/cli.js');
  const env = { ...process.env, ...adapterEnv(defaultAdapter()) };
  const out = execFileSync(process.execPath, [cli, 'run', file, '--device', device], { env, encoding: 'utf8' });
  const line = out.split('\n').find((l) => l.includes('REPORT'))!;
  return JSON.parse(line.slice(line.indexOf('REPORT') + 6)) as Record<string, number[]>;
}

it('gives the same numbers', () => {
  const file = join(mkdtempSync(join(tmpdir(), 'dlnb-agreement-')), 'numbers.dlnb');
  const source = (text: string, i: number) => ({
    id: `cell${i}abc`,
    kind: 'code',
    language: 'typescript',
    source: text.split('\n'),
    outputs: [],
  });
  writeFileSync(file, JSON.stringify({ dlnb: 1, metadata: {}, cells: cells.map(source) }));
  const cpu = numbersOn('cpu', file);
  const webgpu = numbersOn('webgpu', file);
  expect(Object.keys(webgpu)).toEqual(Object.keys(cpu));
  for (const [name, numbers] of Object.entries(cpu)) {
    const scale = Math.max(1, ...numbers.map(Math.abs));
    const worst = Math.max(...numbers.map((n, i) => Math.abs(n - webgpu[name]![i]!))) / scale;
    expect(webgpu[name]).toHaveLength(numbers.length);
    expect(worst, `${name}: ${numbers.slice(0, 5).join()} and ${webgpu[name]!.slice(0, 5).join()}`).toBeLessThan(1e-4);
  }
});
