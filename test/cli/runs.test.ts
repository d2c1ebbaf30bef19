// `dlnb runs`: what notebooks have kept, also those that crashed in the middle.
import { describe, expect, it } from 'vitest';
import { Folder, dlnb, notebook } from './cli.ts';

const training = `import { train, seed, tf } from 'dlnb';
seed(3);
const run = train.record('own', { run: 'own loop', hyperparameters: { rate: 0.5 } });
for (const epoch of run.epochs(3)) {
  for (let i = 0; i < 5; i++) run.step({ loss: 1 / (1 + 5 * epoch + i) });
  run.epoch({ val_loss: 1 / (1 + epoch) });
}
const net = tf.sequential({ layers: [tf.layers.dense({ units: 1, inputShape: [2] })] });
net.compile({ optimizer: tf.train.adam(0.05), loss: 'meanSquaredError' });
await net.fit(tf.ones([8, 2]), tf.zeros([8, 1]), { epochs: 2, verbose: 0, callbacks: train.callback('fit', { run: 'fit' }) });
train.record('not kept').step({ loss: 1 });`;

/** Ends its own process in the middle of a training. */
const crashing = `import { train } from 'dlnb';
const run = train.record('r', { run: 'gone' });
run.epoch({ loss: 0.25 });
await new Promise((r) => setTimeout(r, 700));
process.kill(process.pid, 'SIGKILL');`;

interface Kept {
  name: string;
  notebook: string;
  ended: string;
  epochs: number;
  seed?: number;
  options: Record<string, unknown>;
}

describe('dlnb runs', () => {
  it('lists what notebooks have kept: how far, how well, how it ended', async () => {
    using folder = new Folder({ 'a.dlnb': notebook(training), 'b.dlnb': notebook(crashing) });
    expect(await dlnb(folder.path, 'run', 'a.dlnb', '--device', 'cpu')).toMatchObject({ code: 0 });
    expect(await dlnb(folder.path, 'run', 'b.dlnb')).toMatchObject({ code: 1 });
    const { code, stdout, stderr } = await dlnb(folder.path, 'runs');
    expect([code, stderr]).toEqual([0, '']);
    const lines = stdout.trimEnd().split('\n');
    expect(lines).toHaveLength(4);
    expect(lines[0]).toMatch(/^NAME +NOTEBOOK +DATE +EPOCHS +BEST +LAST +SECONDS +ENDED$/);
    expect(lines[1]).toMatch(/^gone +b\.dlnb +\d{4}-\d\d-\d\d \d\d:\d\d +1 +loss 0\.25 +loss 0\.25 +\d+\.\d +crashed$/);
    expect(lines[3]).toMatch(/^own loop +a\.dlnb .* 3 +val_loss 0\.3333 +val_loss 0\.3333 +\d+\.\d +done$/);
    const runs = JSON.parse((await dlnb(folder.path, 'runs', '.', '--json')).stdout) as Kept[];
    expect(runs).toMatchObject([
      { name: 'gone', ended: 'crashed', epochs: 1 },
      { name: 'fit', notebook: 'a.dlnb', seed: 3, device: 'cpu', epochs: 2, options: { optimizer: 'Adam', learningRate: 0.05, epochs: 2 } }, // prettier-ignore
      { name: 'own loop', cell: 'cell 1', seed: 3, options: { rate: 0.5 } },
    ]);
  });

  it('says where there are none, and what is no folder', async () => {
    using folder = new Folder({ 'a.dlnb': notebook('1') });
    const none = await dlnb(folder.path, 'runs');
    expect([none.code, none.stderr]).toEqual([0, '']);
    expect(none.stdout).toMatch(/^There are no kept runs in \.dlnb.runs\. A notebook keeps one by train\.record/);
    expect((await dlnb(folder.path, 'runs', '--json')).stdout).toBe('[]\n');
    expect(await dlnb(folder.path, 'runs', 'nowhere')).toMatchObject({
      code: 2,
      stderr: 'dlnb: nowhere: no such file\n',
    });
    expect(await dlnb(folder.path, 'runs', 'a.dlnb')).toMatchObject({
      code: 2,
      stderr: 'dlnb: a.dlnb is no folder; name the folder of the notebooks\n',
    });
  });
});
