// Recurrent layers as the operators LSTM, GRU and RNN of ONNX, whose sequences have the time first.
import type { GraphBuilder } from '../../../formats/onnx/graph.ts';
import { recurrentActivations } from './activations.ts';
import { floatsIn, type Emit, type LayerOf } from './layers.ts';

/** For each kind: its operator, and the order of our blocks of gates in ONNX's. */
const KINDS: Record<string, { op: string; order: readonly number[] }> = {
  SimpleRNN: { op: 'RNN', order: [0] },
  // Ours: input, forget, candidate, output; ONNX: input, output, forget, candidate
  LSTM: { op: 'LSTM', order: [0, 3, 1, 2] },
  GRU: { op: 'GRU', order: [0, 1, 2] },
};

/** Columns [rows, gates * units] → rows of blocks [gates * units, rows] in ONNX's order of gates. */
function blocks(values: Float32Array, rows: number, units: number, order: readonly number[]): Float32Array {
  const out = new Float32Array(values.length);
  const columns = units * order.length;
  order.forEach((gate, to) => {
    for (let u = 0; u < units; u++)
      for (let r = 0; r < rows; r++) out[(to * units + u) * rows + r] = values[r * columns + gate * units + u]!;
  });
  return out;
}

/** Values along an axis in the other order. */
export const reversed = (g: GraphBuilder, x: string, axis: number) =>
  g.node('Slice', [x, g.ints([-1]), g.ints([-(2 ** 31)]), g.ints([axis]), g.ints([-1])]);

export const recurrent: Emit = (g, layer, inputs) => {
  const { op, order } = KINDS[layer.getClassName()]!;
  const config = layer.getConfig();
  const units = config['units'] as number;
  const [kernel, recurrentKernel, bias] = [floatsIn(layer, 'kernel'), floatsIn(layer, 'recurrent_kernel'), floatsIn(layer, 'bias')]; // prettier-ignore
  const size = kernel!.shape[0]!;
  const gates = order.length;
  const resetAfter = op === 'GRU' && (layer as LayerOf<{ cell?: { resetAfter?: boolean } }>).cell?.resetAfter === true;
  const w = g.floats('W', blocks(kernel!.values, size, units, order), [1, gates * units, size]);
  const r = g.floats('R', blocks(recurrentKernel!.values, units, units, order), [1, gates * units, units]);
  const both = new Float32Array(2 * gates * units);
  if (bias) {
    const part = (from: number) => blocks(bias.values.subarray(from, from + gates * units), 1, units, order);
    both.set(part(0));
    if (resetAfter) both.set(part(gates * units), gates * units);
  }
  const b = g.floats('B', both, [1, 2 * gates * units]);
  const state = (name: string | undefined) => (name === undefined ? '' : g.node('Unsqueeze', [name, g.ints([0])]));
  const [x, h, c] = inputs;
  const backwards = config['goBackwards'] === true || config['go_backwards'] === true;
  const inner = [config['activation']];
  if (op !== 'RNN') inner.unshift(config['recurrentActivation']);
  if (op === 'LSTM') inner.push(config['activation']);
  const time = g.node('Transpose', [x!], { perm: [1, 0, 2] });
  const outputs = g.nodeOf(
    op,
    [time, w, r, b, '', state(h), ...(op === 'LSTM' ? [state(c)] : [])],
    op === 'LSTM' ? 3 : 2,
    {
      hidden_size: units,
      direction: backwards ? 'reverse' : 'forward',
      ...recurrentActivations(inner),
      ...(op === 'GRU' && { linear_before_reset: resetAfter ? 1 : 0 }),
    },
  );
  const last = (name: string) => g.node('Squeeze', [name, g.ints([0])]);
  let y: string;
  if (config['returnSequences'] === true) {
    y = g.node('Transpose', [g.node('Squeeze', [outputs[0]!, g.ints([1])])], { perm: [1, 0, 2] });
    // Ours gives the outputs in the order in which they were computed
    if (backwards) y = reversed(g, y, 1);
  } else y = last(outputs[1]!);
  return config['returnState'] === true ? [y, ...outputs.slice(1).map(last)] : [y];
};
