// How tensors are made, counted, noted and disposed of.
import * as tf from '@tensorflow/tfjs-core';
import { checkDimensions } from './check-size.ts';
import type { Remains } from './collect.ts';
import { collector, engine, own, stock, Tensor } from './state.ts';
import type { Methods, Tracked } from './types.ts';

function bytesOf(x: tf.Tensor | Remains): number {
  // The bytes of complex numbers are counted by their parts, those of strings when they are written
  return x.dtype === 'complex64' || x.dtype === 'string' ? 0 : x.size * (x.dtype === 'bool' ? 1 : 4);
}

export function tensorOf(info: tf.TensorInfo): tf.Tensor {
  // Some op kernels return tensors
  return (info as tf.Tensor).rank === undefined ? engine.makeTensorFromTensorInfo(info) : (info as tf.Tensor);
}

/** Another tensor with the same data, which no scope disposes of. */
export function save(x: tf.Tensor): tf.Tensor {
  const { state } = engine;
  const info = x && state.tensorInfo.get(x.dataId);
  // For a gradient of higher order, the gradient with respect to what is saved counts as well
  if (!info || state.gradientDepth > 1) return engine.keep(engine.clone(x));
  info.backend.incRef(x.dataId);
  const y = new Tensor(x.shape, x.dtype, x.dataId, engine.nextTensorId()) as Tracked;
  y.kept = true;
  count(y, info.backend);
  return y;
}

function count(x: tf.Tensor, backend?: tf.KernelBackend | null): void {
  const { state } = engine;
  const { dataId, dtype, shape } = x;
  state.numTensors++;
  if (dtype === 'string') state.numStringTensors++;
  else if (dtype === 'complex64') own.complex = true;
  const bytes = bytesOf(x);
  state.numBytes += bytes;
  if (!state.tensorInfo.has(dataId)) {
    state.numDataBuffers++;
    state.tensorInfo.set(dataId, { backend: backend ?? engine.backend, dtype, shape, bytes });
  }
}

export const tensorMethods: Methods = {
  makeTensorFromTensorInfo({ dataId, shape, dtype }, backend) {
    checkDimensions(shape);
    const x = new Tensor(shape, dtype, dataId, this.nextTensorId());
    count(x, backend);
    return this.track(x);
  },

  makeTensor(values, shape, dtype, backend) {
    dtype ||= 'float32';
    if (values === null || values === undefined || dtype === 'string')
      return stock.makeTensor.call(this, values, shape, dtype, backend);
    backend ??= this.backend;
    const dataId = backend.write(values as tf.backend_util.TypedArray, shape, dtype);
    return this.makeTensorFromTensorInfo({ dataId, shape, dtype }, backend);
  },

  trackTensor(x, backend) {
    count(x, backend);
    if (!(x instanceof tf.Variable)) this.track(x);
  },

  incRef(x, backend) {
    count(x, backend);
    this.backend.incRef(x.dataId);
    collector.add(x, x.name);
  },

  track(x) {
    const { activeScope } = this.state;
    if (activeScope) {
      (x as Tracked).scopeId = activeScope.id;
      activeScope.track.push(x as Tracked);
    } else if (own.leaving) own.leaving.push(x);
    else collector.add(x);
    return x;
  },

  keep(x) {
    (x as Tracked).kept = true;
    collector.add(x);
    return x;
  },

  disposeTensor(x) {
    const { state } = this;
    const info = state.tensorInfo.get(x.dataId);
    if (!info) return;
    collector.forget(x.id);
    state.numTensors--;
    if (x.dtype === 'string') {
      state.numStringTensors--;
      state.numBytes -= info.bytes;
    } else state.numBytes -= bytesOf(x);
    if (info.backend.disposeData(x.dataId)) this.removeDataId(x.dataId, info.backend);
  },

  async read(dataId) {
    const { backend } = this.state.tensorInfo.get(dataId)!;
    const values = await backend.read(dataId);
    if (collector.waits) {
      await new Promise((resolve) => setImmediate(resolve));
      collector.collectOnSchedule();
    }
    return values as tf.backend_util.TypedArray;
  },
};
