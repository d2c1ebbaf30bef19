// viz.filters and its kin in a real kernel: what a cell that ends with them shows, and what fit records.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FILTERS } from '../../kernel/wire/mime.ts';
import { FILTERS_FORMAT } from '../../kernel/wire/filters.ts';
import { TestKernel } from './kernel.ts';

describe('filters and feature maps', () => {
  let k: TestKernel;
  beforeAll(() => void (k = new TestKernel()));
  afterAll(() => k.stop());
  const shown = async (code: string) => {
    const { events, error, text } = await k.run(code);
    expect(error).toBeUndefined();
    const [item, twin] = events.findLast((e) => e.kind === 'display')!.bundle;
    expect([item!.mime, twin!.mime]).toEqual([FILTERS, 'text/plain']);
    return { bytes: (item as { bytes: Uint8Array }).bytes, text: text! };
  };

  it('say what to import while no cell has imported TensorFlow.js', async () => {
    const { error } = await k.run("import { viz } from 'dlnb'; viz.filters({})");
    expect(error?.message).toContain("Import it first: import { tf } from 'dlnb'");
  });

  it('are shown with a text twin', async () => {
    await k.run(`
      import * as tf from '@tensorflow/tfjs';
      const model = tf.sequential({ name: 'net', layers: [
        tf.layers.conv2d({ filters: 4, kernelSize: 3, activation: 'relu', inputShape: [8, 8, 1], name: 'conv' }),
        tf.layers.flatten(), tf.layers.dense({ units: 1 })] });
      model.compile({ optimizer: 'sgd', loss: 'meanSquaredError' });`);
    const { bytes, text } = await shown('viz.filters(model)');
    expect(new TextDecoder().decode(bytes.subarray(0, 4))).toBe(FILTERS_FORMAT.magic);
    expect(text).toMatch(/^Filters of net\nconv Conv2D; 4 filters of 3 × 3 × 1, norms [\d.]+ … [\d.]+/);
    const maps = await shown('viz.featureMaps(model, tf.ones([2, 8, 8, 1]), { title: "ones" })');
    expect(maps.text).toContain('Feature maps of ones on 2 examples\ninput; 1 map of 8 × 8\nconv Conv2D;');
  });

  it('leave no tensors behind', async () => {
    const { text } = await k.run(
      'const x = tf.ones([8, 8, 1]); const before = tf.memory().numTensors; viz.featureMaps(model, x); viz.filters(model); tf.memory().numTensors - before',
    );
    expect(text).toBe('0');
  });

  it('are recorded by fit', async () => {
    const { text } = await shown(`
      const recording = viz.recordFilters(model, { x: tf.ones([8, 8, 1]) });
      await model.fit(tf.ones([4, 8, 8, 1]), tf.ones([4, 1]), { epochs: 3, verbose: 0, callbacks: recording.callback() });
      recording`);
    expect(text).toContain('Filters of net on 1 example, 4 snapshots');
  });

  it('that are not recorded yet say how', async () => {
    const { error } = await k.run('viz.recordFilters(model)');
    expect(error?.message).toContain('call snapshot() in your loop, or pass callback() to model.fit');
  });
});
