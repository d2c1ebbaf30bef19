// Non-maximum suppression on the device `cpu`, against TensorFlow.js.
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { CpuBackend } from '../../../../../../../kernel/tensors/backends/cpu/backend.ts';
import { dist } from '../../../../../../paths.ts';
import { agree, floats, own, random, startBackends } from './agreement.ts';

let backends: CpuBackend[] = [];
beforeAll(async () => {
  backends = await startBackends(dist);
});
afterAll(() => backends.forEach((backend) => backend.dispose()));

const few = [NaN, 0, -0, 0.5, 0.5, 1, -1, Infinity, 1e-40, -2.5];

it('selects TensorFlow.js’s boxes, of equal scores too', () => {
  for (const n of [0, 1, 2, 30, 600])
    for (const scores of [floats([n], random), floats([n], () => few[Math.floor(random() * few.length)]!)])
      for (const iouThreshold of [0, 0.3, 0.5, 1])
        for (const scoreThreshold of [-Infinity, -1, 0, 0.4])
          for (const maxOutputSize of [0, 1, 20, 1000]) {
            // Small boxes, some without an area, some with their corners the other way round
            const boxes = floats([n, 4], (i) => (i % 4 < 2 ? random() * 2 : random() < 0.1 ? 0 : random() * 2));
            const attrs = { maxOutputSize, iouThreshold, scoreThreshold };
            agree(backends.slice(0, 1), 'NonMaxSuppressionV3', { boxes, scores }, attrs);
            for (const padToMaxOutputSize of [true, false])
              agree(backends.slice(1), 'NonMaxSuppressionV4', { boxes, scores }, { ...attrs, padToMaxOutputSize });
          }
});

it('leaves boxes with infinite edges to TensorFlow.js', () => {
  const inputs = { boxes: floats([1, 4], [0, 0, 1, Infinity]), scores: floats([1], [1]) };
  const attrs = { maxOutputSize: 1, iouThreshold: 0.5, scoreThreshold: 0 };
  expect(() => own(backends[0]!, 'NonMaxSuppressionV3', inputs, attrs)).toThrow('left to the stock op kernel');
});
