// Ops that run on the processor because the graphics card has no op kernel for them. The host must know the values of
// their inputs.
import * as tf from '@tensorflow/tfjs-core';
import type { WebGpuBackend } from './backend.ts';

/**
 * Makes an op kernel of the backend `webgpu` that runs one of the backend `cpu`.
 * @returns an op kernel that throws if the values of an input are on the graphics card only
 */
export function onHost(kernelName: string, kernelFunc: tf.KernelFunc): tf.KernelFunc {
  return ({ inputs, attrs, backend }) => {
    const gpu = backend as WebGpuBackend;
    const host = tf.findBackend('cpu') as tf.KernelBackend & { read(dataId: object): unknown };
    const made: object[] = [];
    const lend = (info: tf.TensorInfo): tf.TensorInfo => {
      const dataId = host.write(hostValues(gpu, info, kernelName), info.shape, info.dtype);
      made.push(dataId);
      return { ...info, dataId };
    };
    const lent: Record<string, tf.TensorInfo | tf.TensorInfo[]> = {};
    for (const [name, input] of Object.entries(inputs ?? {}))
      if (input) lent[name] = Array.isArray(input) ? input.map(lend) : lend(input as tf.TensorInfo);
    try {
      const out = kernelFunc({ inputs: lent as tf.NamedTensorInfoMap, attrs: attrs!, backend: host });
      const take = ({ dataId, shape, dtype }: tf.TensorInfo) => {
        const values = host.readSync(dataId);
        if (!made.includes(dataId)) host.disposeData(dataId, true);
        return gpu.makeTensorInfo(shape, dtype, values.slice() as tf.BackendValues);
      };
      return Array.isArray(out) ? out.map(take) : take(out as tf.TensorInfo);
    } finally {
      for (const dataId of made) host.disposeData(dataId, true);
    }
  };
}

/** Whether the host knows all values of an op's inputs. */
export function isOnHost({ inputs, backend }: Parameters<tf.KernelFunc>[0]): boolean {
  const gpu = backend as WebGpuBackend;
  return Object.values(inputs as tf.NamedTensorInfoMap).every((t) => !t || gpu.dataOf(t.dataId).values !== null);
}

function hostValues(gpu: WebGpuBackend, { dataId }: tf.TensorInfo, kernelName: string): tf.BackendValues {
  try {
    return gpu.readSync(dataId);
  } catch {
    throw new Error(
      `${kernelName} is computed by the processor, but the values of its input are on the graphics card. ` +
        'Write `await x.data()` before it, which copies them; if there are more than 1,024, make a new tensor of what it returns.',
    );
  }
}
