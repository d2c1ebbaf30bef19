// The tensor library as the kernel loads it, on the device `cpu`, for the tests of this folder.
import { createRequire } from 'node:module';
import path from 'node:path';
import { afterAll, beforeAll, expect } from 'vitest';
import type { CpuDevice } from '../../../../../kernel/tensors/backends/cpu/index.ts';

type Library = typeof import('../../../../../kernel/tensors/index.ts');
let tf: Library['tf'];
export type Tensor = import('@tensorflow/tfjs-core').Tensor;

/** Options that TensorFlow.js's types do not have. */
export const options = (value: object): never => value as never;

/** `tf` of the build in a folder, started before the tests of a file. */
export function libraryOf(dist: string): Library['tf'] {
  const library = createRequire(import.meta.url)(path.join(dist, 'tf.js')) as Library;
  let device: CpuDevice;
  beforeAll(async () => {
    device = await library.startCpu({ dist, threads: 2 });
  });
  afterAll(() => device.backend.program.stop());
  return (tf = library.tf);
}

/** Numbers from −1 to 1, the same in every run. */
export function numbers(shape: number[], seed = 1): Tensor {
  let state = seed;
  const next = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return (2 * state) / 2 ** 32 - 1;
  };
  return tf.tensor(Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, next), shape);
}

/** Expects a tensor of a shape, with values to 1e-5. */
export function expectTensor(actual: Tensor | Tensor[], shape: number[], values: ArrayLike<number>): void {
  const [tensor] = [actual].flat();
  expect(tensor!.shape).toEqual(shape);
  const data = tensor!.dataSync();
  expect(data.length).toBe(values.length);
  for (let i = 0; i < values.length; i++)
    if (!(Math.abs(data[i]! - values[i]!) <= 1e-5 * Math.max(1, Math.abs(values[i]!))))
      expect.fail(`element ${i} is ${data[i]}, not ${values[i]}`);
}

/** The model after saving and loading it. */
export async function reloaded(model: import('@tensorflow/tfjs-layers').LayersModel) {
  const saved = tf.io.withSaveHandler(async (artifacts) => {
    kept = JSON.parse(JSON.stringify({ ...artifacts, weightData: undefined })) as typeof artifacts;
    kept.weightData = artifacts.weightData!;
    return { modelArtifactsInfo: { dateSaved: new Date(), modelTopologyType: 'JSON' } };
  });
  let kept: import('@tensorflow/tfjs-core').io.ModelArtifacts | undefined;
  await model.save(saved, { includeOptimizer: true });
  return tf.loadLayersModel(tf.io.fromMemory(kept!));
}
