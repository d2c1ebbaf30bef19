// The tools of `train` in `train.fit`: its options `statistics`, `anomaly` and `run`.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { makeTrain } from '../../../../../kernel/dlnb/train/index.ts';
import { dist } from '../../../../paths.ts';
import { libraryOf, numbers } from '../../tensors/layers/library.ts';

const tf = libraryOf(dist);
const folder = mkdtempSync(join(tmpdir(), 'dlnb-tools-'));
afterAll(() => rmSync(folder, { recursive: true }));
const signal = () => new AbortController().signal;
const run = {};
const { train } = makeTrain(
  { clock: () => performance.now(), run: () => run, takeStop: () => false, send() {}, display() {} },
  () => tf as never,
  { signal, folder: () => folder, dataset: () => undefined as never },
  {
    ...{ display: () => {}, startSeed: () => {}, signal, folder: () => folder, notebook: () => 'a.dlnb' },
    ...{ cell: () => 'cell 1', device: () => 'cpu', seed: () => undefined },
  },
);
function model() {
  const m = tf.sequential({
    layers: [tf.layers.dense({ units: 1, inputShape: [2], name: 'only', kernelInitializer: 'ones' })],
  });
  m.compile({ optimizer: tf.train.sgd(0.1), loss: 'meanSquaredError' });
  return m;
}
const data = () => [numbers([8, 2], 1), numbers([8, 1], 2)] as [ReturnType<typeof numbers>, ReturnType<typeof numbers>];

it('measures by layer, and keeps the run', async () => {
  const m = model();
  const statistics = train.statistics(m, { every: 2 });
  await train.fit(m, data(), { epochs: 3, batchSize: 4, statistics, run: 'kept', hyperparameters: { rate: 0.1 } });
  expect([...new Set(statistics.rows.map(({ step }) => step))]).toEqual([1, 3, 5]);
  expect(statistics.rows.filter(({ step, of }) => step === 1 && of === 'gradient')).toHaveLength(2);
  await expect
    .poll(() => [...train.runs.list()])
    .toMatchObject([{ name: 'kept', epochs: 3, ended: 'done', options: { rate: 0.1 } }]);
});

it('fails at the first op with NaN, if it is asked to', async () => {
  const [x, y] = data();
  const wrong: typeof x = tf.log(tf.sub(x, 5));
  await expect(train.fit(model(), [wrong, y], { anomaly: true })).rejects.toThrow(/^NaN in /);
});

it('says what does not fit together', async () => {
  const m = model();
  const fit = (options: object) => train.fit(m, data(), options);
  await expect(fit({ run: 'a', chart: false })).rejects.toThrow('leave out chart: false');
  await expect(fit({ statistics: true })).rejects.toThrow('statistics must be what train.statistics(model) returns');
  await expect(fit({ anomaly: 1 })).rejects.toThrow('anomaly must be true or false');
});
