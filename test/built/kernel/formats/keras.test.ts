// Models and weights of Keras files, as test/unit/kernel/formats/keras-fixtures.py made them: outputs by numpy, by
// `tf.loadLayersModel` and by `nn.loadWeights`, and what damaged and other files say.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { zipSync } from 'fflate';
import { afterAll, describe, expect, it } from 'vitest';
import { makeNn } from '../../../../kernel/dlnb/nn/index.ts';
import { dist, root } from '../../../paths.ts';
import { expectTensor, libraryOf, type Tensor } from '../tensors/layers/library.ts';

const tf = libraryOf(dist);
const fixtures = path.join(root, 'test/unit/kernel/formats/keras');
const folder = mkdtempSync(path.join(tmpdir(), 'dlnb-keras-'));
afterAll(() => rmSync(folder, { recursive: true }));
const nn = makeNn(() => tf as never, { folder: () => fixtures });
type Case = Record<'x' | 'y', { shape: number[]; values: number[] }>;
const expected = JSON.parse(readFileSync(path.join(fixtures, 'expected.json'), 'utf8')) as Record<string, Case>;
const file = (name: string) => path.join(fixtures, name);
const write = (name: string, bytes: Uint8Array) => {
  writeFileSync(path.join(folder, name), bytes);
  return path.join(folder, name);
};

const dense = (units = 4) =>
  tf.sequential({
    layers: [
      tf.layers.dense({ units, activation: 'relu', inputShape: [3], name: 'dense' }),
      tf.layers.batchNormalization({ name: 'norm' }),
      tf.layers.dropout({ rate: 0.5 }),
      tf.layers.dense({ units: 2, name: 'dense_1' }),
    ],
  });

describe('tf.loadLayersModel', () => {
  it.each([
    ['dense.keras', 'dense'],
    ['branches.keras', 'branches'],
    ['keras2.h5', 'dense'],
  ])('loads %s', async (name, values) => {
    const { x, y } = expected[values]!;
    const model = await tf.loadLayersModel(file(name));
    expectTensor(model.predict(tf.tensor(x.values, x.shape)) as Tensor, y.shape, y.values);
    model.dispose();
  });

  it('says what other files are', async () => {
    await expect(tf.loadLayersModel(file('dense.weights.h5'))).rejects.toThrow(
      /dense\.weights\.h5 holds weights, not a model\. Make the model, and call nn\.loadWeights\(model, "dense\.weights\.h5"\)/,
    );
    await expect(tf.loadLayersModel(file('other.h5'))).rejects.toThrow(
      /an HDF5 file, but not one of Keras: it holds measured/,
    );
    await expect(tf.loadLayersModel(write('a.keras', zipSync({ 'b.txt': new Uint8Array(3) })))).rejects.toThrow(
      /a\.keras is not a model that can be loaded: it is an archive without config\.json/,
    );
    const whole = readFileSync(file('dense.keras'));
    await expect(tf.loadLayersModel(write('b.keras', whole.subarray(0, 900)))).rejects.toThrow(/cannot be unpacked/);
    const h5 = readFileSync(file('keras2.h5'));
    for (const end of [50, 700, 4000, h5.length - 1000])
      await expect(tf.loadLayersModel(write('c.h5', h5.subarray(0, end))), `${end} bytes`).rejects.toThrow(/c\.h5/);
    await expect(tf.loadLayersModel(write('w.safetensors', Buffer.from('\x02\0\0\0\0\0\0\0{}')))).rejects.toThrow(
      /is a safetensors file: it holds weights, not a model/,
    );
  });

  it('names a layer that there is not', async () => {
    const config = {
      class_name: 'Sequential',
      config: { name: 's', layers: [{ class_name: 'Whirl', module: 'm', config: { name: 'w' } }] },
    };
    const bytes = zipSync({
      'config.json': Buffer.from(JSON.stringify(config)),
      'model.weights.h5': readFileSync(file('dense.weights.h5')),
    });
    await expect(tf.loadLayersModel(write('d.keras', bytes))).rejects.toThrow(/Whirl/);
  });
});

describe('nn.loadWeights', () => {
  const { x, y } = expected['dense']!;
  it.each(['dense.keras', 'dense.weights.h5', 'old.weights.h5', 'keras2.h5', 'keras2-weights.h5'])(
    'loads %s',
    async (name) => {
      const model = dense();
      const told = await nn.loadWeights(model, name);
      expect([told.missing, told.unused, told.loaded.length]).toEqual([[], [], 8]);
      expectTensor(model.predict(tf.tensor(x.values, x.shape)) as Tensor, y.shape, y.values);
    },
  );

  it('says what does not fit', async () => {
    await expect(nn.loadWeights(dense(5), 'dense.weights.h5')).rejects.toThrow(
      '"dense/kernel" has the shape [3, 4] in the file and [3, 5] in the model.',
    );
    const short = tf.sequential({ layers: [tf.layers.dense({ units: 4, inputShape: [3], name: 'dense' })] });
    await expect(nn.loadWeights(short, 'dense.weights.h5')).rejects.toThrow(
      /does not fit the model: it has layers\/batch_norm/,
    );
    await expect(nn.loadWeights(short, 'other.h5')).rejects.toThrow(
      /other\.h5 cannot be read: it is an HDF5 file, but not one of Keras/,
    );
    await expect(nn.loadWeights(short, 'dense.weights.h5', { from: 'pytorch' })).rejects.toThrow(
      /not a safetensors file but an HDF5 file/,
    );
  });
});
