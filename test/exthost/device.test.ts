// The device `cpu` in a kernel that the real extension host has forked: shared memory, worker threads, and the setting
// of their number.
import * as assert from 'node:assert/strict';
import { closeAll, notebookWith, setSetting, value } from './helpers.ts';

const training = `import { seed, tf } from 'dlnb';
seed(1);
const net = tf.sequential({ layers: [
  tf.layers.conv2d({ filters: 8, kernelSize: 3, activation: 'relu', inputShape: [12, 12, 1] }),
  tf.layers.maxPooling2d({ poolSize: 2 }),
  tf.layers.flatten(),
  tf.layers.dense({ units: 10, activation: 'softmax' }),
] });
net.compile({ optimizer: tf.train.adam(0.01), loss: 'categoricalCrossentropy' });
const x = tf.randomUniform([40, 12, 12, 1]);
const y = tf.oneHot(tf.range(0, 40, 1, 'int32').mod(tf.scalar(10, 'int32')), 10);
const { history } = await net.fit(x, y, { epochs: 20, verbose: 0 });
const { threads, memory } = (tf.backend() as any).program;
[tf.getBackend(), threads, memory.buffer instanceof SharedArrayBuffer, history.loss.at(-1)! < history.loss[0]!].join(' ');`;

describe('the device cpu', () => {
  afterEach(async () => {
    await setSetting('threads', undefined);
    await closeAll();
  });

  it('trains on several threads over shared memory', async () => {
    await setSetting('threads', 2);
    const notebook = await notebookWith([training]);
    assert.match(await value(notebook, 0), /cpu 2 true true/);
  });

  it('takes the number of threads from the setting', async () => {
    await setSetting('threads', 1);
    const notebook = await notebookWith([training]);
    assert.match(await value(notebook, 0), /cpu 1 true true/);
  });
});
