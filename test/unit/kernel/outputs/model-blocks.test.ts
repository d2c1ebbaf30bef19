// Repeated blocks of models: which layers are folded into one line, and what stays as it is.
import { describe, expect, it } from 'vitest';
import { blocksOf, signatureOf, type BlockLayer } from '../../../../kernel/outputs/model-blocks.ts';
import { foldedLines, type SummaryRow } from '../../../../kernel/wire/summary.ts';

const layers = (text: string): BlockLayer[] =>
  text.split(' ').map((each) => {
    const [name, signature = ''] = each.split(':');
    return { name: name!, signature };
  });
const basic = (b: string) => `${b}_conv1:C ${b}_bn1:B ${b}_relu1:R ${b}_conv2:C ${b}_bn2:B ${b}_add:A ${b}_relu2:R`;
const down = (b: string) =>
  `${b}_conv1:C2 ${b}_bn1:B ${b}_relu1:R ${b}_conv2:C ${b}_shortcut:C2 ${b}_add:A ${b}_relu2:R`;
const labels = (text: string) => blocksOf(layers(text)).map(({ label }) => label);
const auto = (period: string, times: number) => {
  let n = 0;
  return Array.from({ length: times }, () => period.split(' ').map((c) => `layer_${c}${++n}:${c}`)).flat().join(' '); // prettier-ignore
};

describe('blocks', () => {
  it('are found by their names, together where the same structure repeats, each where it differs', () => {
    const text = [
      'in:I stem:C',
      ...['1_1', '1_2', '1_3'].map((b) => basic(`block${b}`)),
      down('block2_1'),
      basic('block2_2'),
      basic('block2_3'),
      'mean:G classes:D',
    ].join(' ');
    expect(labels(text)).toEqual(['block1_1 … block1_3 × 3', 'block2_1', 'block2_2 … block2_3 × 2']);
    expect(blocksOf(layers(text))[0]).toMatchObject({ first: 2, count: 21, times: 3 });
  });

  it('are the inner ones of names with stages, as Keras gives them', () => {
    const text = ['input:I', basic('conv2_block1'), basic('conv2_block2'), basic('conv2_block3')].join(' ');
    expect(labels(text)).toEqual(['conv2_block1 … conv2_block3 × 3']);
  });

  it('are found by structure where names say nothing', () => {
    const text = `input:I ${auto('C B R', 8)} flat:F out:D`;
    expect(labels(text)).toEqual(['layer_C1 … layer_R24 × 8']);
  });

  it('are none in a small or a plain model, nor a single one with a number', () => {
    expect(labels(`in:I ${auto('D', 6)} out:D`)).toEqual([]);
    expect(labels(auto('D', 40))).toEqual([]);
    expect(labels(auto('D R', 20))).toEqual([]);
    expect(labels(auto('C B R', 6))).toEqual([]);
    expect(labels([basic('block1'), Array.from({ length: 16 }, (_, i) => `a${i}:${i}`).join(' ')].join(' '))).toEqual(
      [],
    );
  });
});

describe('the structure of a layer', () => {
  const layer = (type: string, config: object) => ({ getClassName: () => type, getConfig: () => config });
  it('is its class and settings without names, channels and first weights', () => {
    const one = layer('Conv2D', { name: 'a', filters: 16, kernelSize: [3, 3], kernelInitializer: { seed: 1 } });
    const wide = layer('Conv2D', { name: 'b', filters: 64, kernelSize: [3, 3], kernelInitializer: { seed: 2 } });
    const large = layer('Conv2D', { name: 'a', filters: 16, kernelSize: [5, 5] });
    expect(signatureOf(one)).toBe(signatureOf(wide));
    expect(signatureOf(one)).not.toBe(signatureOf(large));
  });
  it('of a nested model is that of its layers', () => {
    const nested = (inner: object) => ({ getClassName: () => 'Functional', layers: [layer('Dense', inner)] });
    expect(signatureOf(nested({ units: 3 }))).toBe(signatureOf(nested({ units: 4 })));
    expect(signatureOf(nested({ activation: 'relu' }))).not.toBe(signatureOf(nested({ activation: 'tanh' })));
  });
});

describe('a folded table', () => {
  const row = (name: string, parameters: number): SummaryRow => ({
    ...{ name, type: 'Dense', shape: `[batch, ${parameters}]`, parameters, trainable: parameters },
  });
  const rows = [row('a', 1), row('b', 2), row('c', 3), row('d', 4)];
  it('has the sum and the last shape of each block', () => {
    const lines = foldedLines({ layers: rows, blocks: [{ label: 'b … c', first: 1, count: 2, times: 1 }] });
    expect(lines.map(({ name }) => name)).toEqual(['a', 'b … c', 'd']);
    expect(lines[1]).toMatchObject({
      type: '2 layers',
      parameters: 5,
      shape: '[batch, 3]',
      layers: rows.slice(1, 3),
    });
  });
  it('is whole without blocks, and leaves out those that do not fit', () => {
    expect(foldedLines({ layers: rows })).toEqual(rows);
    const blocks = [
      { label: 'x', first: 2, count: 9, times: 1 },
      { label: 'y', first: 0, count: 0, times: 1 },
    ];
    expect(foldedLines({ layers: rows, blocks })).toEqual(rows);
  });
});
