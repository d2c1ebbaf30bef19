// The layer `tf.layers.lstm` on devices with an op kernel for all time steps: the same numbers, in one op instead of
// about thirty a step.
import * as tf from '@tensorflow/tfjs-core';
import * as layers from '@tensorflow/tfjs-layers';
import { has, run } from '../engine/call.ts';
import { ops, type InputsOf } from '../ops.ts';

interface Weight {
  read(): tf.Tensor;
}
interface Activation {
  getClassName(): string;
}
interface Cell {
  units: number;
  kernel: Weight;
  recurrentKernel: Weight;
  bias: Weight | null;
  dropout: number;
  recurrentDropout: number;
  activation: Activation;
  recurrentActivation: Activation;
}
interface Kwargs {
  mask?: tf.Tensor | tf.Tensor[] | null;
  training?: boolean;
  initialState?: tf.Tensor[] | null;
}
interface Layer {
  cell: Cell;
  stateful: boolean;
  goBackwards: boolean;
  returnSequences: boolean;
  returnState: boolean;
  states_: tf.Tensor[];
  getInitialState(inputs: tf.Tensor): tf.Tensor[];
  resetStates(states: tf.Tensor[], training?: boolean): void;
}

const isNone = (mask: Kwargs['mask']) =>
  mask === undefined || mask === null || (Array.isArray(mask) && mask.every((m) => !m));

type Six = [tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor];

/** Whether the op kernel covers this layer and this input. */
function isCovered(cell: Cell, input: tf.Tensor, mask: Kwargs['mask']): boolean {
  return (
    isNone(mask) &&
    has(ops.LSTM) &&
    input.rank === 3 &&
    input.shape[1]! > 0 &&
    input.dtype === 'float32' &&
    cell.units % 4 === 0 &&
    cell.dropout === 0 &&
    cell.recurrentDropout === 0 &&
    cell.activation.getClassName() === 'tanh' &&
    ['sigmoid', 'hardSigmoid'].includes(cell.recurrentActivation.getClassName())
  );
}

/**
 * All steps of an LSTM, with its gradient. Inputs, and `hard`: see `ops.LSTM`; the kernels' columns are input gate,
 * forget gate, candidate and output gate.
 * @returns [steps + 2, batch, units]: h before the first step, h after each, and the last c
 */
function lstm({ x, kernel, recurrent, bias, h, c }: InputsOf<typeof ops.LSTM>, hard: boolean): tf.Tensor {
  const op = tf.customGrad(((...args: unknown[]) => {
    const save = args.pop() as tf.GradSaveFunc;
    const [states, cells, gates] = run(ops.LSTM, { x, kernel, recurrent, bias, h, c }, { hard });
    save([x, kernel, recurrent, states, cells, gates]);
    const gradFunc = (dy: tf.Tensor, saved: tf.Tensor[]) => {
      const [x, kernel, recurrent, states, cells, gates] = saved as Six;
      return run(ops.LSTMGrad, { dy, x, kernel, recurrent, states, cells, gates }, { hard });
    };
    return { value: states, gradFunc };
  }) as never);
  return op(x, kernel, recurrent, bias, h, c);
}

/** Replaces `LSTM.call`; what the op kernel does not cover runs step by step as before. */
export function fuseLstm(): void {
  const LSTM = layers.layers.lstm({ units: 1 }).constructor as unknown as { prototype: { call: StepByStep } };
  type StepByStep = (this: Layer, inputs: tf.Tensor | tf.Tensor[], kwargs?: Kwargs) => tf.Tensor | tf.Tensor[];
  const stepByStep = LSTM.prototype.call;
  LSTM.prototype.call = function (this: Layer, inputs, kwargs) {
    const input = (Array.isArray(inputs) ? inputs[0] : inputs) as tf.Tensor3D;
    const { cell } = this;
    const { mask, training, initialState } = kwargs ?? {};
    const states = initialState ?? (this.stateful ? this.states_ : undefined);
    const known = states === undefined || (states.length === 2 && states.every((s) => s.dtype === 'float32'));
    if (!known || !isCovered(cell, input, mask)) return stepByStep.call(this, inputs, kwargs);
    return tf.tidy(() => {
      const [h, c] = (states ?? this.getInitialState(input)) as [tf.Tensor, tf.Tensor];
      const { units } = cell;
      const [batch, steps] = input.shape;
      const timeMajor = tf.transpose(input, [1, 0, 2]);
      const x = this.goBackwards ? tf.reverse(timeMajor, 0) : timeMajor;
      const hard = cell.recurrentActivation.getClassName() === 'hardSigmoid';
      const bias = cell.bias ? cell.bias.read() : tf.zeros([4 * units]);
      const [kernel, recurrent] = [cell.kernel.read(), cell.recurrentKernel.read()];
      const all = lstm({ x, kernel, recurrent, bias, h, c }, hard) as tf.Tensor3D;
      const at = (step: number) => tf.slice(all, [step, 0, 0], [1, batch, units]).reshape([batch, units]);
      const last = this.returnSequences && !this.returnState && !this.stateful ? undefined : at(steps);
      const output = this.returnSequences
        ? tf.transpose(tf.slice(all, [1, 0, 0], [steps, batch, units]), [1, 0, 2])
        : last!;
      if (!this.stateful && !this.returnState) return output;
      const ends = [last!, at(steps + 1)];
      if (this.stateful) this.resetStates(ends, training);
      return this.returnState ? [output, ...ends] : output;
    }) as tf.Tensor | tf.Tensor[];
  };
}
