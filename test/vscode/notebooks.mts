// Notebooks for tests and benchmarks in VS Code.

/** The text of a notebook of code cells; their ids are `cell0001`, `cell0002` and so on. */
export function notebookText(sources: string[]): string {
  const cells = sources.map((source, i) => ({
    id: `cell${String(i + 1).padStart(4, '0')}`,
    kind: 'code',
    language: 'typescript',
    source: source.split('\n'),
    outputs: [],
  }));
  return `${JSON.stringify({ dlnb: 1, metadata: {}, cells }, null, 2)}\n`;
}

/** What `manyOutputs` and other notebooks import. */
export const head = "import * as tf from '@tensorflow/tfjs'; import { progress, train, viz } from 'dlnb';\n";

/** One output of each kind; `i` is the number of the cell. */
const kinds = [
  'display(tf.sin(tf.range(0, 4096).mul(i)).reshape([64, 64]))',
  "display(viz.line([1, 2, 3, 4, 5].map((x) => Math.sin(x * i)), { title: 'line ' + i, height: 240 }))",
  'display(viz.graph((x: tf.Tensor) => tf.tanh(tf.mul(x, i)).sum(), [tf.tensor1d([1, 2, 3])]))',
  'display(tf.sequential({ layers: [tf.layers.dense({ units: i, inputShape: [i] }), tf.layers.dense({ units: 1 })] }))',
  'display(tf.range(0, 3 * 16 * 16).mod(tf.scalar(97)).reshape([3, 16, 16]))',
  "const run = train.record('run ' + i); for (const s of run.steps(200)) run.step({ loss: i / (s + 1) }); run.end()",
];

/** Sixty cells with one output each. */
export const manyOutputs = Array.from(
  { length: 60 },
  (_, n) => `${n === 0 ? head : ''}{ const i = ${n + 1};\n${kinds[n % kinds.length]} }`,
);
