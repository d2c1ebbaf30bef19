// The recurrent layer LSTM, all time steps in one op. kernel/tensors/fused/recurrent.ts calls it.
import * as tf from '@tensorflow/tfjs-core';
import { ops } from '../../../ops.ts';
import type { CpuBackend } from '../backend.ts';
import type { OpKernel } from '../op-kernel.ts';

type Infos = Record<string, tf.TensorInfo>;

/** The arguments of a single matrix product that are mostly the same here. */
const matrices = { bias: 0, batch: 1, aBatch: false, bBatch: false, transposeA: false, transposeB: false, relu: false };

function copy(backend: CpuBackend, from: number, to: number, bytes: number): void {
  backend.bytes().copyWithin(to, from, from + bytes);
}

export const lstm: Record<string, OpKernel> = {
  /**
   * Inputs: x [steps, batch, inputs], kernel [inputs, 4 · units], recurrent [units, 4 · units], bias [4 · units], h and
   * c [batch, units], all float32; units a multiple of 4. Attributes: hard. Results: states [steps + 2, batch, units],
   * cells [steps + 1, batch, units], gates [steps, batch, 4 · units].
   */
  [ops.LSTM.name]: ({ inputs, attrs, backend }) => {
    const { x, kernel, recurrent, bias, h, c } = inputs as Infos as Record<
      'x' | 'kernel' | 'recurrent' | 'bias' | 'h' | 'c',
      tf.TensorInfo
    >;
    const [steps, batch, depth] = x.shape as [number, number, number];
    const units = h.shape[1]!;
    const states = backend.output([steps + 2, batch, units], 'float32');
    const cells = backend.output([steps + 1, batch, units], 'float32');
    const gates = backend.output([steps, batch, 4 * units], 'float32');
    const [gs, ss, cs] = [backend.address(gates), backend.address(states), backend.address(cells)];
    copy(backend, backend.address(h), ss, batch * units * 4);
    copy(backend, backend.address(c), cs, batch * units * 4);
    const { exports } = backend.program;
    exports.matMul({
      ...matrices,
      a: backend.address(x),
      b: backend.address(kernel),
      c: gs,
      bias: backend.address(bias),
      m: steps * batch,
      n: 4 * units,
      k: depth,
    });
    const hard = attrs['hard'] as boolean;
    backend.withMemory(exports.lstmWorkBytes(units), [states, cells, gates], (work) =>
      exports.lstmForward({
        gates: gs,
        recurrent: backend.address(recurrent),
        states: ss,
        cells: cs,
        ...{ work, steps, batch, units, hard },
      }),
    );
    return [states, cells, gates];
  },

  /** The gradient of `LSTM`'s states with respect to x, kernel, recurrent, bias, h and c, in this order. */
  [ops.LSTMGrad.name]: ({ inputs, attrs, backend }) => {
    const { dy, x, kernel, recurrent, states, cells, gates } = inputs as Infos as Record<
      'dy' | 'x' | 'kernel' | 'recurrent' | 'states' | 'cells' | 'gates',
      tf.TensorInfo
    >;
    const [steps, batch, depth] = x.shape as [number, number, number];
    const units = states.shape[2]!;
    const rows = steps * batch;
    const { exports } = backend.program;
    const dGates = backend.output([rows, 4 * units], 'float32');
    const dx = backend.output(x.shape, 'float32');
    const dKernel = backend.output(kernel.shape, 'float32');
    const dRecurrent = backend.output(recurrent.shape, 'float32');
    const dh = backend.output([batch, units], 'float32');
    const dc = backend.output([batch, units], 'float32');
    const dgs = backend.address(dGates);
    backend.withMemory(exports.lstmWorkBytes(units), [dGates, dx, dKernel, dRecurrent, dh, dc], (work) =>
      exports.lstmBackward({
        gates: backend.address(gates),
        recurrent: backend.address(recurrent),
        states: backend.address(states),
        cells: backend.address(cells),
        dStates: backend.address(dy),
        dGates: dgs,
        dCell: backend.address(dc),
        ...{ work, steps, batch, units, hard: attrs['hard'] as boolean },
      }),
    );
    const ofInputs = { a: dgs, b: backend.address(kernel), c: backend.address(dx), transposeB: true };
    exports.matMul({ ...matrices, ...ofInputs, m: rows, n: depth, k: 4 * units });
    const ofWeights = { a: backend.address(x), b: dgs, c: backend.address(dKernel), transposeA: true };
    exports.matMul({ ...matrices, ...ofWeights, m: depth, n: 4 * units, k: rows });
    const recurrentWeights = { a: backend.address(states), b: dgs, c: backend.address(dRecurrent), transposeA: true };
    exports.matMul({ ...matrices, ...recurrentWeights, m: units, n: 4 * units, k: rows });
    const firstState = { a: dgs, b: backend.address(recurrent), c: backend.address(dh), transposeB: true };
    exports.matMul({ ...matrices, ...firstState, m: batch, n: units, k: 4 * units });
    const sum = tf.getKernel('Sum', 'cpu').kernelFunc;
    const db = sum({ inputs: { x: dGates }, attrs: { axis: [0], keepDims: false }, backend }) as tf.TensorInfo;
    backend.disposeIntermediateTensorInfo(dGates);
    return [dx, dKernel, dRecurrent, db, dh, dc];
  },
};
