// The summary of a model: its layers and its parameters, as a table and as text.
import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import { toBundle } from '../../../../kernel/outputs/bundle.ts';
import { summary } from '../../../../kernel/outputs/model-summary.ts';
import { DisplayedTensors } from '../../../../kernel/outputs/tensor/index.ts';

const tensors = new DisplayedTensors(() => 'none');

describe('the summary of a model', () => {
  it('counts the parameters of the notes’ CNN: 320 + 18,496 + 16,010', () => {
    const model = tf.sequential({
      layers: [
        tf.layers.conv2d({ filters: 32, kernelSize: 3, inputShape: [28, 28, 1], name: 'c1' }),
        tf.layers.maxPooling2d({ poolSize: 2 }),
        tf.layers.conv2d({ filters: 64, kernelSize: 3 }),
        tf.layers.maxPooling2d({ poolSize: 2 }),
        tf.layers.flatten(),
        tf.layers.dense({ units: 10 }),
      ],
    });
    model.layers[0]!.trainable = false;
    const { table } = summary(model);
    expect(table.layers.map((l) => l.parameters)).toEqual([320, 0, 18_496, 0, 0, 16_010]);
    expect(table.layers[0]).toEqual({
      name: 'c1',
      type: 'Conv2D',
      shape: '[batch, 26, 26, 32]',
      parameters: 320,
      trainable: 0,
    });
    expect(table).toMatchObject({ total: 34_826, trainable: 34_506, bytes: 139_304 });
    const bundle = toBundle(model, tensors);
    const text = Array.isArray(bundle) && bundle.find(({ mime }) => mime === 'text/plain');
    expect(text && 'text' in text && text.text).toContain(
      'Total params: 34,826 (139 kB)\nTrainable params: 34,506\nNon-trainable params: 320',
    );
  });

  it('of a model without layers says why there is none', () => {
    expect(toBundle(tf.sequential(), tensors)).toEqual([
      { mime: 'text/plain', text: expect.stringMatching(/^Sequential, not built yet \(.*Add some layers first/) },
    ]);
    expect(() => summary({})).toThrow(/must be a model of tf.layers/);
  });
});
