// Diagrams of small networks of one's own numbers: activations, products, pictures, and what is refused. Models of
// tf.layers are in the built tests.
import { describe, expect, it } from 'vitest';
import type { Figure } from '../../../../../kernel/dlnb/viz/figure.ts';
import { network, type NetworkOptions, type NetworkSubject } from '../../../../../kernel/dlnb/viz/network.ts';
import { shown } from './shown.ts';

const draw = (model: NetworkSubject, options?: NetworkOptions) =>
  network(() => expect.fail('no library is needed'), model, options) as Figure;
// Goodfellow, Bengio, Courville, "Deep Learning", section 6.1: XOR by two ReLUs
const xor = [
  { kernel: [[1, 1], [1, 1]], bias: [0, -1], activation: 'relu', name: 'hidden' },
  { kernel: [[1], [-2]] },
] as const; // prettier-ignore

describe('a network of numbers', () => {
  it('gives its activations for an input, and the product on each edge', () => {
    const figure = draw(xor, { input: [1, 1] });
    expect(figure.text).toContain('activations 2, 1');
    expect(figure.text).toContain('activations 0');
    const hovers = figure.data.find(({ customdata }) => (customdata as string[] | undefined)?.[0]?.includes('×'));
    expect(hovers!['customdata']).toEqual([
      '1 × 1 = 1',
      '1 × 1 = 1',
      '1 × 1 = 1',
      '1 × 1 = 1',
      '2 × 1 = 2',
      '1 × -2 = -2',
    ]);
  });

  it('colors negative weights blue and positive ones red, thicker if they are larger', () => {
    const lines = shown(draw(xor, { pictures: false })).data.filter(({ mode }) => mode === 'lines') as unknown as {
      line: { color: string; width: number };
    }[];
    expect(lines.map(({ line }) => line.color.slice(0, 14))).toEqual(['theme(series-0', 'theme(series-3']);
    expect(lines[0]!.line.width).toBeGreaterThan(lines[1]!.line.width);
  });

  it('draws the activation of each neuron over the plane of two inputs', () => {
    const maps = draw(xor, { range: [0, 1] }).data.filter(({ type }) => type === 'heatmap');
    expect(maps).toHaveLength(5);
    const output = maps[4]!['z'] as Float64Array[];
    // Low where the inputs agree, high where they differ
    expect(output[0]![0]).toBeLessThan(0.1);
    expect(output[0]!.at(-1)).toBeGreaterThan(0.9);
    expect(output.at(-1)!.at(-1)).toBeLessThan(0.1);
  });

  it('leaves out the middle of a large layer, and says so', () => {
    const wide = { kernel: Array.from({ length: 3 }, () => new Float64Array(50).fill(1)) };
    const figure = draw([wide], { most: 6 });
    expect(JSON.stringify(figure.layout['annotations'])).toContain('⋮ 44 more');
    expect(figure.text).toContain('3 – 50: 150 parameters');
  });

  it('takes an activation of its own, and gaps for what is not a number', () => {
    expect(draw([{ kernel: [[2]], activation: (z: number) => z * z }], { input: [3] }).text).toContain(
      'activations 36',
    );
    expect(() => draw([{ kernel: [[NaN]] }])).not.toThrow();
  });

  it('refuses layers that do not fit together', () => {
    expect(() => draw([])).toThrow(/no layer in \[\]/);
    expect(() => draw([{ kernel: [[1, 2]] }, { kernel: [[1]] }])).toThrow(
      /layer 1 takes 1 input, and layer 0 has 2 units/,
    );
    expect(() => draw([{ kernel: [[1]], bias: [1, 2] }])).toThrow(/bias must hold 1 number/);
    expect(() => draw([{ kernel: [[1]], activation: 'relo' } as never])).toThrow(/linear, relu, sigmoid/);
    expect(() => draw(xor, { input: [1] })).toThrow(/input must hold 2 numbers, got 1/);
    expect(() => draw([{ kernel: [[1]] }], { pictures: true })).toThrow(/2 inputs, and it has 1/);
    expect(() => draw(3 as never)).toThrow(/a model of tf.layers or a list/);
  });
});
