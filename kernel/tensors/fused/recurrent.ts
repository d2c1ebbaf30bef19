// The layers `tf.layers.lstm` and `tf.layers.gru` on devices with an op kernel for all time steps: the same numbers, in
// one op instead of about thirty a step.
import * as tf from '@tensorflow/tfjs-core';
import * as layers from '@tensorflow/tfjs-layers';
import { has, recordingTwice, run } from '../engine/call.ts';
import { ops, type GruAttrs, type InputsOf, type OwnOp } from '../ops.ts';

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
  /** Of GRU; absent if false. */
  resetAfter?: true;
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

type StepByStep = (this: Layer, inputs: tf.Tensor | tf.Tensor[], kwargs?: Kwargs) => tf.Tensor | tf.Tensor[];

const isNone = (mask: Kwargs['mask']) =>
  mask === undefined || mask === null || (Array.isArray(mask) && mask.every((m) => !m));

type Six = [tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor];

/**
 * Whether an op kernel covers this layer and this input. Second derivatives are composed of TensorFlow.js's ops.
 * @param states the given ones, of which there are to be `count`, if any
 */
function isCovered(op: OwnOp, cell: Cell, input: tf.Tensor, states: tf.Tensor[] | undefined, count: number): boolean {
  return (
    (states === undefined || (states.length === count && states.every((s) => s.dtype === 'float32'))) &&
    has(op) &&
    !recordingTwice() &&
    input.rank === 3 &&
    input.shape[0]! > 0 &&
    input.shape[1]! > 0 &&
    input.dtype === 'float32' &&
    cell.dropout === 0 &&
    cell.recurrentDropout === 0 &&
    cell.activation.getClassName() === 'tanh' &&
    ['sigmoid', 'hardSigmoid'].includes(cell.recurrentActivation.getClassName())
  );
}

/** How many units the op kernels, which take multiples of 4, have more than the layer. Their weights are 0. */
const added = (units: number) => -units & 3;

/** Rows of gates' weights [rows, gates · units], with the added units. */
function padGates(weights: tf.Tensor, units: number, more: { rows: number } = { rows: 0 }): tf.Tensor {
  const columns = added(units);
  if (!columns) return weights;
  const [rows, all] = weights.shape as [number, number];
  const gates = all / units;
  const parts = tf.reshape(weights, [rows, gates, units]);
  const padded = tf.pad(parts, [[0, more.rows], [0, 0], [0, columns]]); // prettier-ignore
  return tf.reshape(padded, [rows + more.rows, gates * (units + columns)]);
}

const padState = (state: tf.Tensor) => tf.pad(state, [[0, 0], [0, added(state.shape[1]!)]]); // prettier-ignore

/** The weights of a layer as an op kernel takes them. */
function weightsOf(cell: Cell): { kernel: tf.Tensor; recurrent: tf.Tensor } {
  const { units } = cell;
  return {
    kernel: padGates(cell.kernel.read(), units),
    recurrent: padGates(cell.recurrentKernel.read(), units, { rows: added(units) }),
  };
}

/** The input by steps, in the order in which the layer takes them. */
function timeMajor(layer: Layer, input: tf.Tensor): tf.Tensor {
  const byStep = tf.transpose(input, [1, 0, ...(input.rank === 3 ? [2] : [])]);
  return layer.goBackwards ? tf.reverse(byStep, 0) : byStep;
}

/**
 * What a layer returns.
 * @param all [steps + 1 or more, batch, units or more]: h before the first step, h after each, and other states
 * @param states how many of the rows from the last h on are states of the layer
 */
function finish(
  layer: Layer,
  all: tf.Tensor3D,
  { steps, states, training }: { steps: number; states: number; training: boolean | undefined },
): tf.Tensor | tf.Tensor[] {
  const { units } = layer.cell;
  const batch = all.shape[1];
  const at = (step: number) => tf.slice(all, [step, 0, 0], [1, batch, units]).reshape([batch, units]);
  const last = layer.returnSequences && !layer.returnState && !layer.stateful ? undefined : at(steps);
  const output = layer.returnSequences
    ? tf.transpose(tf.slice(all, [1, 0, 0], [steps, batch, units]), [1, 0, 2])
    : last!;
  if (!layer.stateful && !layer.returnState) return output;
  const ends = [last!, ...Array.from({ length: states - 1 }, (_, i) => at(steps + 1 + i))];
  if (layer.stateful) layer.resetStates(ends, training);
  return layer.returnState ? [output, ...ends] : output;
}

/**
 * All steps of an LSTM, with its gradient. Inputs, and `hard`: see `ops.LSTM`; the kernels' columns are input gate,
 * forget gate, candidate and output gate.
 * @returns [steps + 2, batch, units]: h before the first step, h after each, and the last c
 */
function lstm({ x, kernel, recurrent, bias, h, c }: InputsOf<typeof ops.LSTM>, hard: boolean): tf.Tensor {
  // Not inside: TensorFlow.js's own tests take what an op saves beside its inputs and outputs for a leak
  const [states, cells, gates] = run(ops.LSTM, { x, kernel, recurrent, bias, h, c }, { hard });
  const op = tf.customGrad(((...args: unknown[]) => {
    const save = args.pop() as tf.GradSaveFunc;
    save([x, kernel, recurrent, states, cells, gates]);
    const gradFunc = (dy: tf.Tensor, saved: tf.Tensor[]) => {
      const [x, kernel, recurrent, states, cells, gates] = saved as Six;
      return run(ops.LSTMGrad, { dy, x, kernel, recurrent, states, cells, gates }, { hard });
    };
    return { value: tf.clone(states), gradFunc };
  }) as never);
  return op(x, kernel, recurrent, bias, h, c);
}

/** Replaces `call` of a class of layers. */
function replaceCall(
  layer: unknown,
  make: (this: Layer, input: tf.Tensor, kwargs: Kwargs) => tf.Tensor | tf.Tensor[] | undefined,
): void {
  const { prototype } = (layer as { constructor: { prototype: { call: StepByStep } } }).constructor;
  const stepByStep = prototype.call;
  prototype.call = function (this: Layer, inputs, kwargs) {
    const input = (Array.isArray(inputs) ? inputs[0] : inputs) as tf.Tensor;
    return make.call(this, input, kwargs ?? {}) ?? stepByStep.call(this, inputs, kwargs);
  };
}

/** The states that the layer begins with, unless they are zeros. */
const statesOf = (layer: Layer, { initialState }: Kwargs) =>
  initialState ?? (layer.stateful ? layer.states_ : undefined);

/** Whether the gates' activation is the hard sigmoid. */
const isHard = (cell: Cell) => cell.recurrentActivation.getClassName() === 'hardSigmoid';

/** Replaces `LSTM.call`; what the op kernel does not cover runs step by step as before. */
export function fuseLstm(): void {
  replaceCall(layers.layers.lstm({ units: 1 }), function (input, kwargs) {
    const { cell } = this;
    const { units } = cell;
    const states = statesOf(this, kwargs);
    if (!isNone(kwargs.mask) || !isCovered(ops.LSTM, cell, input, states, 2)) return undefined;
    return tf.tidy(() => {
      const [h, c] = (states ?? this.getInitialState(input)).map(padState) as [tf.Tensor, tf.Tensor];
      const bias = cell.bias
        ? tf.reshape(padGates(tf.expandDims(cell.bias.read()), units), [-1])
        : tf.zeros([4 * h.shape[1]!]);
      const all = lstm({ x: timeMajor(this, input), ...weightsOf(cell), bias, h, c }, isHard(cell)) as tf.Tensor3D;
      return finish(this, all, { steps: input.shape[1]!, states: 2, training: kwargs.training });
    });
  });
}

/**
 * All steps of a GRU, with its gradient. Inputs and attributes: see `ops.GRU`; the kernels' columns are update gate,
 * reset gate and candidate.
 * @returns [steps + 1, batch, units]: h before the first step, and after each
 */
function gru(inputs: Omit<InputsOf<typeof ops.GRU>, 'mask'>, mask: tf.Tensor, attrs: GruAttrs): tf.Tensor {
  const { x, kernel, recurrent, bias, recurrentBias, h } = inputs;
  const [states, gates, inner] = run(ops.GRU, { ...inputs, mask }, attrs);
  const op = tf.customGrad(((...args: unknown[]) => {
    const save = args.pop() as tf.GradSaveFunc;
    save([x, kernel, recurrent, mask, states, gates, inner]);
    const gradFunc = (dy: tf.Tensor, saved: tf.Tensor[]) => {
      const [x, kernel, recurrent, mask, states, gates, inner] = saved as [...Six, tf.Tensor];
      return run(ops.GRUGrad, { dy, x, kernel, recurrent, mask, states, gates, inner }, attrs);
    };
    return { value: tf.clone(states), gradFunc };
  }) as never);
  return op(x, kernel, recurrent, bias, recurrentBias, h);
}

/** Replaces `GRU.call`; what the op kernel does not cover runs step by step as before. */
export function fuseGru(): void {
  replaceCall(layers.layers.gru({ units: 1 }), function (input, kwargs) {
    const { cell } = this;
    const { units } = cell;
    const states = statesOf(this, kwargs);
    const mask = isNone(kwargs.mask) ? undefined : (kwargs.mask as tf.Tensor);
    if (mask && (Array.isArray(mask) || mask.rank !== 2)) return undefined;
    if (!isCovered(ops.GRU, cell, input, states, 1)) return undefined;
    return tf.tidy(() => {
      const [h] = (states ?? this.getInitialState(input)).map(padState) as [tf.Tensor];
      const none = () => tf.zeros([3 * h.shape[1]!]);
      const biases = cell.bias && padGates(tf.reshape(cell.bias.read(), [-1, 3 * units]), units);
      const [bias, recurrentBias] = biases ? tf.unstack(biases) : [];
      const all = gru(
        {
          x: timeMajor(this, input),
          ...weightsOf(cell),
          bias: bias ?? none(),
          recurrentBias: recurrentBias ?? none(),
          h,
        },
        mask ? tf.cast(tf.cast(timeMajor(this, mask), 'bool'), 'float32') : tf.zeros([0, 0]),
        { hard: isHard(cell), after: cell.resetAfter ?? false },
      ) as tf.Tensor3D;
      return finish(this, all, { steps: input.shape[1]!, states: 1, training: kwargs.training });
    });
  });
}
