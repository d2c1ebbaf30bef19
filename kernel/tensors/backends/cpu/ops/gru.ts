// The recurrent layer GRU, all time steps in one op. kernel/tensors/fused/recurrent.ts calls it.
import * as tf from '@tensorflow/tfjs-core';
import { ops, type GruAttrs } from '../../../ops.ts';
import type { CpuBackend } from '../backend.ts';
import type { OpKernel } from '../op-kernel.ts';

type Named<Names extends string> = Record<Names, tf.TensorInfo>;

/** The arguments of a single matrix product that are mostly the same here. */
const matrices = { bias: 0, batch: 1, aBatch: false, bBatch: false, transposeA: false, transposeB: false, relu: false };

/** The address of the mask, or 0 if there is none. */
const maskOf = (backend: CpuBackend, mask: tf.TensorInfo) => (mask.shape.includes(0) ? 0 : backend.address(mask));

/** An op kernel of the device with one result, for tensors that exist here alone. */
const call = (backend: CpuBackend, name: string, inputs: object, attrs: object) =>
  tf.getKernel(name, 'cpu').kernelFunc({ inputs, attrs, backend } as never) as tf.TensorInfo;

export const gru: Record<string, OpKernel> = {
  [ops.GRU.name]: ({ inputs, attrs, backend }) => {
    const { x, kernel, recurrent, bias, recurrentBias, h, mask } = inputs as unknown as Named<
      'x' | 'kernel' | 'recurrent' | 'bias' | 'recurrentBias' | 'h' | 'mask'
    >;
    const { hard, after } = attrs as unknown as GruAttrs;
    const [steps, batch, depth] = x.shape as [number, number, number];
    const units = h.shape[1]!;
    const states = backend.output([steps + 1, batch, units], 'float32');
    const gates = backend.output([steps, batch, 3 * units], 'float32');
    const inner = backend.output([steps, batch, units], 'float32');
    const from = backend.address(h);
    backend.bytes().copyWithin(backend.address(states), from, from + batch * units * 4);
    const { exports } = backend.program;
    exports.matMul({
      ...matrices,
      a: backend.address(x),
      b: backend.address(kernel),
      c: backend.address(gates),
      bias: backend.address(bias),
      m: steps * batch,
      n: 3 * units,
      k: depth,
    });
    backend.withMemory(exports.gruWorkBytes(units), [states, gates, inner], (work) =>
      exports.gruForward({
        gates: backend.address(gates),
        inner: backend.address(inner),
        recurrent: backend.address(recurrent),
        recurrentBias: backend.address(recurrentBias),
        states: backend.address(states),
        mask: maskOf(backend, mask),
        ...{ work, steps, batch, units, hard, after },
      }),
    );
    return [states, gates, inner];
  },

  /** The gradient of `GRU`'s states with respect to x, kernel, recurrent, both biases and h, in this order. */
  [ops.GRUGrad.name]: ({ inputs, attrs, backend }) => {
    const { dy, x, kernel, recurrent, mask, states, gates, inner } = inputs as unknown as Named<
      'dy' | 'x' | 'kernel' | 'recurrent' | 'mask' | 'states' | 'gates' | 'inner'
    >;
    const { hard, after } = attrs as unknown as GruAttrs;
    const [steps, batch, depth] = x.shape as [number, number, number];
    const units = states.shape[2]!;
    const rows = steps * batch;
    const { exports } = backend.program;
    const dGates = backend.output([rows, 3 * units], 'float32');
    const dProducts = backend.output([rows, 3 * units], 'float32');
    const dx = backend.output(x.shape, 'float32');
    const dKernel = backend.output(kernel.shape, 'float32');
    const dh = backend.output([batch, units], 'float32');
    const [dgs, dps] = [backend.address(dGates), backend.address(dProducts)];
    backend.withMemory(exports.gruWorkBytes(units), [dGates, dProducts, dx, dKernel, dh], (work) =>
      exports.gruBackward({
        gates: backend.address(gates),
        inner: backend.address(inner),
        recurrent: backend.address(recurrent),
        recurrentBias: 0,
        states: backend.address(states),
        mask: maskOf(backend, mask),
        dStates: backend.address(dy),
        dGates: dgs,
        dProducts: dps,
        dState: backend.address(dh),
        ...{ work, steps, batch, units, hard, after },
      }),
    );
    const ofInputs = { a: dgs, b: backend.address(kernel), c: backend.address(dx), transposeB: true };
    exports.matMul({ ...matrices, ...ofInputs, m: rows, n: depth, k: 3 * units });
    /** The gradient of weights, aᵀ · d. */
    const ofWeights = (a: tf.TensorInfo, k: number, d: number, n: number, into: tf.TensorInfo) =>
      exports.matMul({
        ...matrices,
        ...{ a: backend.address(a), b: d, c: backend.address(into), transposeA: true },
        ...{ m: k, n, k: rows },
      });
    ofWeights(x, depth, dgs, 3 * units, dKernel);
    const recurrentGradient = () => {
      if (after) {
        const whole = backend.output(recurrent.shape, 'float32');
        ofWeights(states, units, dps, 3 * units, whole);
        return whole;
      }
      const ofGates = backend.output([units, 2 * units], 'float32');
      const ofCandidate = backend.output([units, units], 'float32');
      ofWeights(states, units, dps, 2 * units, ofGates);
      ofWeights(inner, units, dps + rows * 2 * units * 4, units, ofCandidate);
      const whole = call(backend, 'Concat', [ofGates, ofCandidate], { axis: 1 });
      for (const part of [ofGates, ofCandidate]) backend.disposeIntermediateTensorInfo(part);
      return whole;
    };
    const dRecurrent = recurrentGradient();
    const sum = (d: tf.TensorInfo) => call(backend, 'Sum', { x: d }, { axis: [0], keepDims: false });
    const dBias = sum(dGates);
    const dRecurrentBias = after
      ? sum(dProducts)
      : call(backend, 'Fill', {}, { shape: [3 * units], value: 0, dtype: 'float32' });
    for (const part of [dGates, dProducts]) backend.disposeIntermediateTensorInfo(part);
    return [dx, dKernel, dRecurrent, dBias, dRecurrentBias, dh];
  },
};
