// What the engine, the device's backend and graph models say of themselves: quick and short, also to JSON.stringify.
import { inspect } from 'node:util';
import { expect, it } from 'vitest';
import { dist } from '../../../paths.ts';
import { libraryOf } from './layers/library.ts';

const tf = libraryOf(dist);

it('the backend and the engine are a line or a short object, not the memory of the device', () => {
  expect(inspect(tf.backend())).toBe('CpuBackend of the device "cpu"');
  expect(JSON.parse(JSON.stringify({ backend: tf.backend() }))).toEqual({
    backend: { className: 'CpuBackend', device: 'cpu' },
  });
  expect(inspect(tf.engine())).toMatch(/^Engine of the device "cpu": \d+ tensors$/);
  expect(JSON.stringify(tf.engine()).length).toBeLessThan(300);
});

it('a graph model is its inputs, outputs and the number of its weights', async () => {
  const type = { type: 'DT_FLOAT' };
  const sizes = (list: number[]) => ({ dim: list.map((size) => ({ size: String(size) })) });
  const node = (name: string, op: string, input: string[], attr: object) => ({ name, op, input, attr });
  const model = await tf.loadGraphModel(
    tf.io.fromMemory({
      format: 'graph-model',
      modelTopology: {
        versions: { producer: 1395 },
        node: [
          node('x', 'Placeholder', [], { dtype: type, shape: { shape: sizes([-1, 2]) } }),
          node('w', 'Const', [], { dtype: type, value: { tensor: { dtype: 'DT_FLOAT', tensorShape: sizes([2, 2]) } } }),
          node('y', 'MatMul', ['x', 'w'], { transpose_a: { b: false }, transpose_b: { b: false }, T: type }),
        ],
      },
      weightSpecs: [{ name: 'w', shape: [2, 2], dtype: 'float32' }],
      weightData: new Float32Array([1, 0, 0, 1]).buffer,
    }),
  );
  expect(inspect(model)).toBe('GraphModel x [null, 2] → y: 4 weights');
  expect(inspect({ model }).length).toBeLessThan(100);
  expect(JSON.parse(JSON.stringify(model))).toMatchObject({ className: 'GraphModel', weights: 4 });
});
