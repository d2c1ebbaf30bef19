// Checkpoints of `train.fit` in real kernels: trainings that are killed at any moment go on to the same weights, bit for
// bit, as one that was left alone; what happens when the disk is full, and with files that are damaged.
import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { onSwiftShader, swiftShader } from '../swiftshader.mts';
import { TestKernel, type Ran } from './kernel.ts';

/** How often a training is killed: a dozen times, or a hundred. */
const KILLS = process.env['DLNB_LONG'] ? 100 : 12;

/**
 * A training with all that has a state: Adam with a schedule, dropout without a seed of its own, a normalization with
 * moving statistics, a shuffled and augmented data set, metrics that count, averages, early stopping.
 */
const SETUP = `
import { tf, train, data, optim, metrics, seed } from 'dlnb';
import { createHash } from 'node:crypto';
seed(7);
const dense = (units: number, more = {}) => tf.layers.dense({ units, ...more });
const model = tf.sequential({ layers: [
  tf.layers.flatten({ inputShape: [4, 4, 1] }), dense(24, { activation: 'relu' }),
  tf.layers.batchNormalization(), tf.layers.dropout({ rate: 0.3 }), dense(3, { activation: 'softmax' }),
] });
model.compile({
  optimizer: optim.adam({ learningRate: optim.cosineDecay({ rate: 0.01, steps: 200 }) }),
  loss: 'sparseCategoricalCrossentropy', metrics: ['accuracy', metrics.topKAccuracy({ k: 2 })],
});
const rng = data.random(3);
const images = Float32Array.from({ length: 16 * 96 }, () => rng.uniform());
const labels = Int32Array.from({ length: 96 }, (_, i) => (images[16 * i]! > 0.5 ? 1 : 0) + (images[16 * i + 5]! > 0.5 ? 1 : 0));
const set = data.dataset({ images, labels, shape: [96, 4, 4, 1], classNames: ['a', 'b', 'c'] });
const [rest, test] = set.split([0.75, 0.25]);
const options = {
  epochs: 12, validation: test!.batch(8), ema: { momentum: 0.9 }, earlyStopping: { patience: 20 }, chart: false,
  checkpoint: { folder: 'kept', every: { steps: 4 } }, resume: 'auto' as const,
};
let count = 0;
const told = ({ history, steps, epochs, best }: Awaited<ReturnType<typeof train.fit>>) => {
  const hash = createHash('sha256');
  for (const w of model.getWeights()) hash.update(new Uint8Array(w.dataSync().slice().buffer));
  return JSON.stringify({ weights: hash.digest('hex'), history, steps, epochs, best });
};
`;
const FIT = 'await train.fit(model, rest!.shuffle(5).augment({ noise: 0.1, flipX: true }).batch(8), options)';

const kernels: TestKernel[] = [];
const start = (dir?: string, env?: NodeJS.ProcessEnv, device: 'cpu' | 'webgpu' = 'cpu') => {
  const k = new TestKernel({}, { device, ...(dir !== undefined && { dir }), ...(env && { env }) });
  kernels.push(k);
  return k;
};
afterAll(() => Promise.all(kernels.map((k) => k.stop())));

async function result(k: TestKernel, setup = SETUP): Promise<{ value: string; ran: Ran; ms: number }> {
  expect((await k.run(setup)).error).toBeUndefined();
  const from = performance.now();
  const ran = await k.run(`const all = ${FIT}; console.log('RESULT ' + told(all));`);
  expect(ran.error).toBeUndefined();
  return { value: /RESULT (.*)/.exec(ran.stdout)![1]!, ran, ms: performance.now() - from };
}

/** Moments by a seed, the same in each run. */
function* moments(): Generator<number> {
  for (let state = 20; ;) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    yield state / 2 ** 32;
  }
}

let whole: Promise<{ value: string; ms: number }> | undefined;
/** The training that is left alone. */
const unbroken = () => (whole ??= result(start()));

describe('a training that is killed', () => {
  it(
    `${KILLS} times at any moment ends with the same weights and history, bit for bit`,
    async () => {
      const { value, ms } = await unbroken();
      const seeded = moments();
      let kills = 0;
      let ends = 0;
      while (kills < KILLS || ends === 0) {
        const first = start();
        const { dir } = first;
        let k = first;
        for (;;) {
          await k.run(SETUP);
          const fit = k.run(`const all = ${FIT}; console.log('RESULT ' + told(all));`);
          const ended = fit.then(
            (ran) => ran,
            () => undefined,
          );
          // A moment of the training, or none if enough have been
          const moment = seeded.next().value as number;
          const cut =
            kills < KILLS ? new Promise<undefined>((r) => setTimeout(r, 1 + 0.7 * ms * moment, undefined)) : undefined;
          const ran = await (cut ? Promise.race([cut, ended]) : ended);
          if (ran) {
            expect(ran.error).toBeUndefined();
            expect(/RESULT (.*)/.exec(ran.stdout)![1]).toBe(value);
            ends++;
            break;
          }
          process.kill(k.process.pid!, 'SIGKILL');
          await ended;
          kills++;
          k = start(dir);
        }
        rmSync(path.join(dir, 'kept'), { recursive: true });
      }
      expect(kills).toBe(KILLS);
    },
    KILLS * 20_000,
  );

  it('leaves no half-written files, and keeps the last two', async () => {
    const k = start();
    mkdirSync(path.join(k.dir, 'kept'));
    const half = `checkpoint-000009.safetensors.${'0'.repeat(8)}-0000-0000-0000-${'0'.repeat(12)}.part`;
    writeFileSync(path.join(k.dir, 'kept', half), 'half');
    writeFileSync(path.join(k.dir, 'kept', 'notes.txt'), 'mine');
    await result(k);
    const files = readdirSync(path.join(k.dir, 'kept')).sort();
    expect(files).toHaveLength(3);
    expect(files).toEqual([...files.filter((f) => /^checkpoint-\d{6}\.safetensors$/.test(f)), 'notes.txt']);
  }, 60_000);
});

describe.runIf(onSwiftShader)('on webgpu, where values are read later', () => {
  it('a killed training ends with the same weights and history', async () => {
    const env = { ...process.env, ...swiftShader };
    // On webgpu, trainings with topKAccuracy are not the same twice, with model.fitDataset either
    const setup = SETUP.replace(', metrics.topKAccuracy({ k: 2 })', '');
    expect(setup).not.toBe(SETUP);
    const { value } = await result(start(undefined, env, 'webgpu'), setup);
    const k = start(undefined, env, 'webgpu');
    await k.run(setup);
    await k.run(killedAt(30)).catch(() => {});
    const again = await result(start(k.dir, env, 'webgpu'), setup);
    expect(again.value).toBe(value);
    expect(again.ran.stderr).toBe('');
  }, 120_000);
});

/** The training, which kills its process at a step. */
const killedAt = (step: number) =>
  `await train.fit(model, rest!.shuffle(5).augment({ noise: 0.1, flipX: true }).batch(8), ` +
  `{ ...options, callbacks: { onBatchBegin: () => { if (++count === ${step}) process.kill(process.pid, 'SIGKILL'); } } })`;

describe('a checkpoint that is', () => {
  const newest = (dir: string) => path.join(dir, 'kept', readdirSync(path.join(dir, 'kept')).sort().at(-1)!);
  it.each<[string, (file: string) => void, RegExp]>([
    [
      'cut off',
      (file) => truncateSync(file, readFileSync(file).length - 100),
      /passed over: .*checkpoint-\d+\.safetensors/,
    ],
    [
      'changed in one byte',
      (file) => {
        const bytes = readFileSync(file);
        bytes[bytes.length - 50]! ^= 1;
        writeFileSync(file, bytes);
      },
      /is damaged: its checksum is wrong/,
    ],
    ['empty', (file) => truncateSync(file, 0), /is empty/],
    ['a file of another kind', (file) => writeFileSync(file, 'not a checkpoint at all'), /passed over: /],
  ])(
    '%s is passed over, which is said, and the one before is used',
    async (_, damage, message) => {
      const { value } = await unbroken();
      const k = start();
      await k.run(SETUP);
      await k
        .run(
          `await train.fit(model, rest!.shuffle(5).augment({ noise: 0.1, flipX: true }).batch(8), ` +
            `{ ...options, callbacks: { onStep: (s) => { if (s === 50) process.kill(process.pid, 'SIGKILL'); } } })`,
        )
        .catch(() => {});
      damage(newest(k.dir));
      const again = await result(start(k.dir));
      expect(again.ran.stderr).toMatch(message);
      expect(again.ran.stderr).toMatch(/The one before it is used\./);
      expect(again.value).toBe(value);
    },
    60_000,
  );

  it('of another model is refused, with what differs', async () => {
    const k = start();
    await result(k);
    const ran = await k.run(`
      const other = tf.sequential({ layers: [tf.layers.dense({ units: 2, inputShape: [3] })] });
      other.compile({ optimizer: 'sgd', loss: 'meanSquaredError' });
      await train.fit(other, [tf.zeros([4, 3]), tf.zeros([4, 2])], { checkpoint: 'kept', resume: true });`);
    expect(ran.error?.message).toMatch(
      /^train\.fit: the training cannot go on from .*checkpoint-\d+\.safetensors: it has 8 weights, and these are 2\. Give checkpoint another folder/,
    );
  }, 60_000);
});

describe('a disk that', () => {
  it('is full ends no training: it says so once, and the last good checkpoint stays', async () => {
    const { value } = await unbroken();
    const k = start();
    const { dir } = k;
    const kept = path.join(dir, 'kept');
    mkdirSync(kept);
    const file = tinyDisk(kept);
    await k.run(SETUP);
    const first = await k.run(`console.log('RESULT ' + told(${FIT}))`);
    try {
      expect(first.error).toBeUndefined();
      expect(/RESULT (.*)/.exec(first.stdout)![1]).toBe(value);
      if (!file) return;
      expect(first.stderr.match(/could not be written/g)).toHaveLength(1);
      expect(first.stderr).toMatch(
        /no space is left on the disk\. (The last good checkpoint is|There is no checkpoint)/,
      );
      expect(readdirSync(kept).filter((f) => f.endsWith('.part'))).toEqual([]);
    } finally {
      file?.();
    }
  }, 60_000);

  it.runIf(process.platform === 'linux')(
    'lets no file grow ends no training either',
    async () => {
      const { value } = await unbroken();
      const { dir } = start();
      // A limit of the size of files, which the kernel inherits: 4 blocks of 1024 bytes are less than a checkpoint
      const limited = start(dir, { ...process.env, DLNB_TEST: '1' });
      execFileSync('prlimit', [`--pid=${limited.process.pid!}`, '--fsize=4096']);
      const { value: own, ran } = await result(limited);
      expect(own).toBe(value);
      expect(ran.stderr.match(/could not be written/g)).toHaveLength(1);
      expect(ran.stderr).toMatch(
        /the file would be larger than is allowed\. There is no checkpoint of it yet\. The training goes on/,
      );
      expect(readdirSync(path.join(dir, 'kept'))).toEqual([]);
    },
    60_000,
  );

  it('may not be written to is found before the training', async () => {
    const k = start();
    writeFileSync(path.join(k.dir, 'file'), '');
    await k.run(SETUP);
    const ran = await k.run(`await train.fit(model, rest!.batch(8), { checkpoint: 'file/kept' })`);
    expect(ran.error?.message).toMatch(
      /^train\.fit: checkpoints cannot be written to .*kept: a part of the path is a file, not a folder\. Give checkpoint another folder\.$/,
    );
  }, 60_000);
});

/** Mounts a disk of 8 KB in a folder, where that is allowed. @returns what takes it away again */
function tinyDisk(folder: string): (() => void) | undefined {
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=8k', 'tmpfs', folder], { stdio: 'ignore' });
  } catch {
    return undefined;
  }
  return () => execFileSync('umount', ['-l', folder]);
}
