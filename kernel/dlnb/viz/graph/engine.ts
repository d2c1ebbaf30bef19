// TensorFlow.js's engine, as recording a graph uses it.
import type { Tensor } from '@tensorflow/tfjs-core';
import type { Engine } from '../../../tensors/engine/types.ts';
import type { TensorLibrary } from '../../library.ts';

export const engineOf = (tf: TensorLibrary) => tf.engine() as unknown as Engine;

/** Another tensor on the same data, which no scope disposes of and no tape records. */
export function hold(engine: Engine, x: Tensor): Tensor {
  const { backend } = engine.state.tensorInfo.get(x.dataId)!;
  backend.incRef(x.dataId);
  return engine.keep(engine.makeTensorFromTensorInfo({ dataId: x.dataId, shape: x.shape, dtype: x.dtype }, backend));
}
