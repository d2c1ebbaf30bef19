// Pictures in executed notebooks and in the Jupyter notebooks made of them.
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { checkPictures } from '../pictures.ts';
import { dlnb, Folder, notebook } from './cli.ts';

/** A cell for each kind of output that draws. */
const KINDS = [
  "import * as tf from '@tensorflow/tfjs';\nimport { plot, train, viz } from 'dlnb';\ntf.tensor([[1, 2], [3, NaN]])",
  'new Float32Array([1, -2, 3])',
  'viz.line({ a: [1, 2, 3], b: [3, 2, 1] })',
  'viz.scatter([[0, 0, 0], [1, 1, 1], [2, 1, 0]])',
  'viz.histogram([1, 2, 2, 3])',
  'viz.confusionMatrix([0, 1, 1], [0, 1, 0])',
  'viz.surface([[0, 1], [1, 0]])',
  'viz.animate([viz.line([1, 2]), viz.line([2, 1])])',
  "plot([{ type: 'pie', labels: ['a', 'b'], values: [1, 2] }])",
  `const layers = [tf.layers.conv2d({ inputShape: [6, 6, 1], filters: 2, kernelSize: 3, kernelInitializer: 'ones', name: 'c' })];
const model = tf.sequential({ layers, name: 'net' }); model`,
  'viz.graph(model)',
  'viz.filters(model)',
  'viz.featureMaps(model, tf.ones([1, 6, 6, 1]))',
];
const TRAINING = `const rec = train.record('run');
for (const step of rec.steps(20)) rec.step({ loss: 1 / (step + 1) });`;

describe('an executed notebook', () => {
  it('has a picture of every output that draws, the same in the next run', async () => {
    using folder = new Folder({ 'n.dlnb': notebook(...KINDS) });
    expect(await dlnb(folder.path, 'run', 'n.dlnb', '--out', 'a.dlnb')).toMatchObject({ code: 0 });
    expect(checkPictures(path.join(folder.path, 'a.dlnb'))).toEqual({ drawing: KINDS.length, wrong: [] });
    expect(await dlnb(folder.path, 'run', 'n.dlnb', '--out', 'b.dlnb')).toMatchObject({ code: 0 });
    expect(folder.read('b.dlnb')).toBe(folder.read('a.dlnb'));
  });

  it('has the picture of the last state of what changed while it ran', async () => {
    using folder = new Folder({
      'n.dlnb': notebook(
        `import { train, viz } from 'dlnb';\n${TRAINING}`,
        "for (let i = 0; i < 30; i++) display(viz.line([i, 30]), { id: 'live' });",
        "display(viz.line([1, 2], { title: 'last' }), { id: 'live' });",
      ),
    });
    expect(await dlnb(folder.path, 'run', 'n.dlnb', '--out', 'a.dlnb')).toMatchObject({ code: 0 });
    expect(checkPictures(path.join(folder.path, 'a.dlnb'))).toEqual({ drawing: 2, wrong: [] });
  });

  it('of hundreds of outputs has pictures of the first hundred', async () => {
    using folder = new Folder({ 'n.dlnb': notebook('for (let i = 0; i < 120; i++) display(new Uint8Array([i]));') });
    expect(await dlnb(folder.path, 'run', 'n.dlnb', '--out', 'a.dlnb')).toMatchObject({ code: 0 });
    const { drawing, wrong } = checkPictures(path.join(folder.path, 'a.dlnb'));
    expect([drawing, wrong.length]).toEqual([120, 20]);
  });

  it('has no picture beside an image of the value itself', async () => {
    const source = `({ [Symbol.for('Jupyter.display')]: () => ({ 'application/vnd.plotly.v1+json': { data: [] }, 'image/png': 'iVBO' }) })`;
    using folder = new Folder({ 'n.dlnb': notebook(source) });
    expect(await dlnb(folder.path, 'run', 'n.dlnb', '--out', 'a.dlnb')).toMatchObject({ code: 0 });
    expect(folder.cells('a.dlnb')[0]!.outputs[0]!.items.map(({ mime }) => mime)).toEqual([
      'application/vnd.plotly.v1+json',
      'image/png',
    ]);
  });

  it('is not held up by a program that draws and fails, or by a payload that cannot be drawn', async () => {
    const wrong = `display({ [Symbol.for('Jupyter.display')]: () => ({ 'application/vnd.dlnb.tensor': new Uint8Array(9), 'text/plain': 'x' }) });`;
    using folder = new Folder({
      'n.dlnb': notebook(`${wrong}\ndisplay(new Uint8Array([1]));\nthrow new Error('no');`),
    });
    expect(await dlnb(folder.path, 'run', 'n.dlnb', '--out', 'a.dlnb')).toMatchObject({ code: 1 });
    const { drawing, wrong: missing } = checkPictures(path.join(folder.path, 'a.dlnb'));
    expect([drawing, missing]).toEqual([2, ['cell 1, output 1 (application/vnd.dlnb.tensor) has no picture']]);
  });
});

describe('its Jupyter notebook', () => {
  it('has the pictures with their sizes, figures for plotly, and nothing that only DLNB draws', async () => {
    using folder = new Folder({ 'n.dlnb': notebook(...KINDS) });
    await dlnb(folder.path, 'run', 'n.dlnb', '--out', 'a.dlnb');
    expect(await dlnb(folder.path, 'export', 'a.dlnb', '--to', 'ipynb')).toMatchObject({ code: 0 });
    const { cells, metadata } = JSON.parse(folder.read('a.ipynb')) as {
      cells: { outputs: { data: Record<string, unknown>; metadata: Record<string, { width: number }> }[] }[];
      metadata: object;
    };
    expect(metadata).toMatchObject({ kernelspec: { name: 'deno' }, language_info: { name: 'typescript' } });
    const outputs = cells.flatMap((cell) => cell.outputs);
    expect(outputs).toHaveLength(KINDS.length);
    for (const { data, metadata: sizes } of outputs) {
      expect(Object.keys(data).filter((mime) => mime.includes('dlnb'))).toEqual([]);
      expect(data).toMatchObject({ 'image/png': expect.stringMatching(/^iVBOR/), 'text/plain': expect.anything() });
      expect(sizes['image/png']!.width).toBeGreaterThanOrEqual(320);
    }
    expect(outputs.filter(({ data }) => 'application/vnd.plotly.v1+json' in data)).toHaveLength(7);
  });
});
