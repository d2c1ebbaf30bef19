// Tables and graphs of real models: repeated blocks are folded, in the drawings and in the texts, and plain models are
// whole.
import { describe, expect, it } from 'vitest';
import { makeGraph } from '../../../../../kernel/dlnb/viz/graph/index.ts';
import { makeNn } from '../../../../../kernel/dlnb/nn/index.ts';
import { summary } from '../../../../../kernel/outputs/model-summary.ts';
import { DISPLAY } from '../../../../../kernel/wire/displayable.ts';
import { GRAPH } from '../../../../../kernel/wire/mime.ts';
import { foldedLines } from '../../../../../kernel/wire/summary.ts';
import { visible } from '../../../../../renderers/graph/fold.ts';
import { readGraph } from '../../../../../renderers/graph/payload.ts';
import { readSummary } from '../../../../../renderers/output/payload.ts';
import { dist } from '../../../../paths.ts';
import { libraryOf } from '../../tensors/layers/library.ts';

const tf = libraryOf(dist);
const nn = makeNn(() => tf as never);
const graph = makeGraph(() => tf as never);

const names = (model: object) => foldedLines(readSummary(structuredClone(summary(model).table))).map((l) => l.name);
function items(model: object): string[] {
  const payload = readGraph(graph(model)[DISPLAY]()[GRAPH] as Uint8Array);
  const folded = new Set(payload.groups.flatMap((g, i) => (g.folded ? [i] : [])));
  return visible(payload, folded).items.map(({ node, group }) => node?.label ?? payload.groups[group!]!.label);
}
/** A model of a few dense layers; `deep` of many. */
function mlp(deep: number) {
  const model = tf.sequential();
  for (let i = 0; i < deep; i++)
    model.add(tf.layers.dense({ units: 8, activation: 'relu', ...(i === 0 && { inputShape: [4] }) }));
  model.add(tf.layers.dense({ units: 2 }));
  return model;
}

describe('the table and the graph of a model', () => {
  const blocks = (n: number) => [
    `block1_1 … block1_${n} × ${n}`,
    'block2_1',
    `block2_2 … block2_${n} × ${n - 1}`,
    'block3_1',
    `block3_2 … block3_${n} × ${n - 1}`,
  ];
  it.for<[20 | 56, number]>([
    [20, 3],
    [56, 9],
  ])('of ResNet-%i have eleven lines', ([depth, each]) => {
    const model = nn.resnet({ depth });
    expect(names(model)).toHaveLength(11);
    expect(names(model).slice(4, 9)).toEqual(blocks(each));
    expect(items(model)).toHaveLength(11);
    expect(items(model).slice(4, 9)).toEqual(blocks(each));
  });

  it('fold in their texts, where a block says which nodes it holds', () => {
    const model = nn.resnet({ depth: 20 });
    expect(summary(model)[DISPLAY]()['text/plain']).toMatch(
      /▸ block1_1 … block1_3 × 3 \(7 layers each\) +\[.*\] +14,208/,
    );
    const text = graph(model).toString();
    expect(text).toContain('▸ block1_1 … block1_3 × 3, #5 to #25, 21 layers, float32 [?, 32, 32, 16]');
    expect(text.split('\n')).toHaveLength(12);
    expect(text).toContain('#72 mean(#71)');
  });

  it('of other deep models are short too', () => {
    expect(names(nn.transformer({ vocabulary: 20, length: 8, layers: 6 }))).toContain(
      'transformer_block1 … transformer_block6 × 6',
    );
    expect(names(nn.mobilenet({ alpha: 0.25 }))).toContain('mobilenet_block7 … mobilenet_block11 × 5');
    const dense = names(nn.densenet());
    expect(dense).toContain('densenet_block3_1 … densenet_block3_24 × 24');
    expect(dense.length).toBeLessThan(20);
  });

  it('of plain models are whole', () => {
    for (const model of [mlp(3), mlp(30), nn.lenet5()]) {
      expect(names(model)).toEqual(model.layers.map(({ name }) => name));
      expect(summary(model).table.blocks).toBeUndefined();
    }
  });

  it('fold models inside models, and the blocks of these when they are opened', () => {
    const inner = nn.resnet({ depth: 20 });
    const input = tf.input({ shape: [32, 32, 3] });
    const outer = tf.model({ inputs: input, outputs: inner.apply(input) as never });
    expect(names(outer)).toHaveLength(2);
    expect(items(outer)).toHaveLength(2);
    const payload = readGraph(graph(outer)[DISPLAY]()[GRAPH] as Uint8Array);
    const model = payload.groups.findIndex(({ kind }) => kind === 'layer');
    expect(payload.groups.filter(({ kind, parent }) => kind === 'block' && parent === model)).toHaveLength(5);
    const opened = visible(payload, new Set([...payload.groups.keys()].filter((g) => g !== model)));
    expect(opened.items).toHaveLength(11);
  });
});
