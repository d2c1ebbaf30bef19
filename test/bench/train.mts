// Measures what `train.fit`, with its chart, costs over a loop that is written out: in a kernel, in turns with the loop.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { packageExtension } from '../package.mts';
import { runCell, withKernel } from './kernel.mts';
import { summarize, type Measurement } from './measure.mts';

/** Works: what both train, from the same weights, on the same batches. */
const CELL = `
import { tf, train, optim, seed } from 'dlnb';
import { writeFileSync } from 'node:fs';
seed(1);
const [images, classes] = [tf.randomUniform([256, 28, 28, 1]), tf.tensor1d(Array.from({ length: 256 }, (_, i) => i % 10))];
const [points, values] = [tf.randomUniform([64, 2]), tf.randomUniform([64, 1])];
const conv = (filters: number, more = {}) => tf.layers.conv2d({ filters, kernelSize: 3, activation: 'relu', ...more });
const cnn = tf.sequential({ layers: [
  conv(16, { inputShape: [28, 28, 1] }), tf.layers.maxPooling2d({ poolSize: 2 }), conv(32), tf.layers.maxPooling2d({ poolSize: 2 }),
  tf.layers.flatten(), tf.layers.dense({ units: 10, activation: 'softmax' }),
] });
cnn.compile({ optimizer: optim.adam(), loss: 'sparseCategoricalCrossentropy' });
const line = tf.sequential({ layers: [tf.layers.dense({ units: 1, inputShape: [2] })] });
line.compile({ optimizer: optim.sgd(), loss: 'meanSquaredError' });
const [w, b] = [tf.variable(tf.zeros([2, 1])), tf.variable(tf.scalar(0))];
const error = (x: tf.Tensor, y: tf.Tensor) => x.matMul(w).add(b).sub(y).square().mean() as tf.Scalar;

/** The loop: batches in order, the loss read at each step. */
function bare(x: tf.Tensor, y: tf.Tensor, size: number, epochs: number, step: (x: tf.Tensor, y: tf.Tensor) => tf.Scalar) {
  let sum = 0;
  for (let e = 0; e < epochs; e++)
    for (let at = 0; at < x.shape[0]!; at += size) {
      const whole = size === x.shape[0];
      const [xs, ys] = whole ? [x, y] : [x.slice(at, size), y.slice(at, size)];
      const loss = step(xs, ys);
      sum += loss.dataSync()[0]!;
      tf.dispose(whole ? [loss] : [loss, xs, ys]);
    }
  return sum;
}
const adam = optim.adam();
const sgd = optim.sgd();
const own = optim.sgd();
const works = [
  { name: 'CNN, 28 × 28, batches of 32', turns: 9,
    bare: () => bare(images, classes, 32, 3, (x, y) => adam.minimize(() =>
      (cnn as any).model.lossFunctions[0](y, cnn.apply(x, { training: true })).mean(), true, cnn.trainableWeights.map((v) => v.read()))!),
    fit: () => train.fit(cnn, [images, classes], { epochs: 3, shuffle: false }) },
  { name: 'a model of three parameters', turns: 15,
    bare: () => bare(points, values, 64, 6000, (x, y) => sgd.minimize(() =>
      (line as any).model.lossFunctions[0](y, line.apply(x, { training: true })).mean(), true, line.trainableWeights.map((v) => v.read()))!),
    fit: () => train.fit(line, [points, values], { epochs: 6000, batchSize: 64 }) },
  { name: 'a step function of three parameters', turns: 15,
    bare: () => bare(points, values, 64, 6000, (x, y) => own.minimize(() => error(x, y), true, [w, b])!),
    fit: () => train.fit(({ x, y }: any) => error(x, y), { x: points, y: values }, { epochs: 6000, batchSize: 64, optimizer: own, variables: [w, b] }) },
] as any[];
const rows: { name: string; ratios: number[] }[] = [];
for (const { name, turns, bare, fit } of works) {
  const ratios: number[] = [];
  for (let turn = -2; turn < turns; turn++) {
    const a = performance.now();
    bare();
    const b = performance.now();
    await fit();
    const c = performance.now();
    if (turn >= 0) ratios.push((c - b) / (b - a));
  }
  rows.push({ name, ratios });
}
writeFileSync('rows.json', JSON.stringify(rows));
`;

/** @param before the folder of another build, whose \`fit\` is measured instead of this one's */
export async function measure(before?: string): Promise<Measurement[]> {
  if (before === undefined) await packageExtension();
  const dir = mkdtempSync(join(tmpdir(), 'dlnb-bench-'));
  try {
    await withKernel(dir, (kernel) => runCell(kernel, CELL), before === undefined ? undefined : resolve(before));
    const rows = JSON.parse(readFileSync(join(dir, 'rows.json'), 'utf8')) as { name: string; ratios: number[] }[];
    const aims = ['≤ 1.03', '≤ 1.5', '≤ 1.5'];
    return rows.map(({ name, ratios }, i) => summarize(`train.fit over a loop: ${name}`, 'ratio', ratios, aims[i]));
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}
