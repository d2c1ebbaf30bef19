// The recurrent layer LSTM, all time steps in one op. kernel/tensors/fused/recurrent.ts calls it.
import * as tf from '@tensorflow/tfjs-core';
import { ops } from '../../../ops.ts';
import type { CpuBackend } from '../backend.ts';
import type { OpKernel } from '../op-kernel.ts';

type Three = [number, number, number];
type Five = [...Three, number, number];

declare module '../program.ts' {
  interface Exports {
    lstmWorkBytes(units: number): number;
    /** gates, recurrent, states, cells, work; steps, batch, units */
    lstmForward(...args: [...Five, ...Three, hard: boolean]): void;
    /** gates, recurrent, cells, dStates, dGates, dCell, work; steps, batch, units */
    lstmBackward(...args: [...Five, ...[number, number], ...Three, hard: boolean]): void;
  }
}

type Infos = Record<string, tf.TensorInfo>;

/** c = a · b of matrices, for parts of this op. */
function product(
  backend: CpuBackend,
  [a, b, c, bias]: [a: number, b: number, c: number, bias: number],
  [m, n, k]: [m: number, n: number, k: number],
  transposeA: boolean,
  transposeB: boolean,
): void {
  backend.program.exports.matMul(a, b, c, bias, 1, m, n, k, false, false, transposeA, transposeB, false);
}

function copy(backend: CpuBackend, from: number, to: number, bytes: number): void {
  backend.bytes().copyWithin(to, from, from + bytes);
}

export const lstm: Record<string, OpKernel> = {
  /**
   * Inputs: x [steps, batch, inputs], kernel [inputs, 4 · units], recurrent [units, 4 · units], bias [4 · units], h and c [batch, units],
   * all float32; units a multiple of 4. Attributes: hard. Results: states [steps + 2, batch, units], cells [steps + 1, batch, units],
   * gates [steps, batch, 4 · units].
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
    product(
      backend,
      [backend.address(x), backend.address(kernel), gs, backend.address(bias)],
      [steps * batch, 4 * units, depth],
      false,
      false,
    );
    const { exports } = backend.program;
    const hard = attrs['hard'] as boolean;
    backend.withMemory(exports.lstmWorkBytes(units), [states, cells, gates], (work) =>
      exports.lstmForward(gs, backend.address(recurrent), ss, cs, work, steps, batch, units, hard),
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
    const [dgs, dcs] = [backend.address(dGates), backend.address(dc)];
    backend.withMemory(exports.lstmWorkBytes(units), [dGates, dx, dKernel, dRecurrent, dh, dc], (work) =>
      exports.lstmBackward(
        ...([backend.address(gates), backend.address(recurrent), backend.address(cells), backend.address(dy)] as const),
        ...([dgs, dcs, work, steps, batch, units, attrs['hard'] as boolean] as const),
      ),
    );
    const ks = backend.address(kernel);
    const rs = backend.address(recurrent);
    product(backend, [dgs, ks, backend.address(dx), 0], [rows, depth, 4 * units], false, true);
    product(backend, [backend.address(x), dgs, backend.address(dKernel), 0], [depth, 4 * units, rows], true, false);
    product(
      backend,
      [backend.address(states), dgs, backend.address(dRecurrent), 0],
      [units, 4 * units, rows],
      true,
      false,
    );
    product(backend, [dgs, rs, backend.address(dh), 0], [batch, units, 4 * units], false, true);
    const sum = tf.getKernel('Sum', 'cpu').kernelFunc;
    const db = sum({ inputs: { x: dGates }, attrs: { axis: [0], keepDims: false }, backend }) as tf.TensorInfo;
    backend.disposeIntermediateTensorInfo(dGates);
    return [dx, dKernel, dRecurrent, db, dh, dc];
  },
};
