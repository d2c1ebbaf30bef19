// viz.graph in a real kernel: what a cell that ends with a graph shows, and what an interrupted one leaves behind.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { GRAPH } from '../../kernel/wire/mime.ts';
import { GRAPH_FORMAT } from '../../kernel/wire/graph.ts';
import { TestKernel } from './kernel.ts';

describe('viz.graph', () => {
  let k: TestKernel;
  beforeAll(() => void (k = new TestKernel()));
  afterAll(() => k.stop());

  it('says what to import while no cell has imported TensorFlow.js', async () => {
    const { error } = await k.run("import { viz } from 'dlnb'; viz.graph((x) => x, 1)");
    expect(error?.message).toContain("Import it first: import { tf } from 'dlnb'");
  });

  it('shows the graph of a function of the cell, with a text twin', async () => {
    const { events, text } = await k.run(
      "import * as tf from '@tensorflow/tfjs'; const r = (t: tf.Scalar) => t.square().mul(t.mul(3).add(1)); viz.graph(r, 2)",
    );
    const [shown] = events.filter((e) => e.kind === 'display');
    const [item, twin] = shown!.bundle;
    expect([item!.mime, twin!.mime]).toEqual([GRAPH, 'text/plain']);
    expect(new TextDecoder().decode((item as { bytes: Uint8Array }).bytes.subarray(0, 4))).toBe(GRAPH_FORMAT.magic);
    expect(text).toContain('Graph of r: 7 nodes\n#1 input t float32 [] = 2, gradient 40');
  });

  it('gives the same bytes each time', async () => {
    const bytes = async () => {
      const { events } = await k.run('viz.graph(({ w, x }) => w.mul(x).tanh().sum(), { w: [1, 2], x: 3 })');
      return events.flatMap((e) => (e.kind === 'display' ? e.bundle : [])).find((i) => i.mime === GRAPH);
    };
    expect(await bytes()).toEqual(await bytes());
  });

  it.each([
    ['a loop of ops', 'for (;;) x = x.add(1)'],
    ['native code', "/(a+)+b/.exec('a'.repeat(40))"],
  ])('can be interrupted in %s, and gradients work afterwards', async (_, endless) => {
    const { status } = await k.run(`viz.graph((x) => { ${endless}; return x; }, 1)`, { interruptAfter: 400 });
    expect(status).toBe('interrupted');
    const { text } = await k.run(
      '[tf.grad((x) => x.square())(tf.scalar(3)).dataSync()[0], String(viz.graph((x) => x.square(), 3))]',
    );
    expect(text).toContain('6,');
    expect(text).toContain('Graph: 2 nodes');
  });
});
