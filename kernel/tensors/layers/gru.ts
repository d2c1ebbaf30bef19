// GRU with `resetAfter: true`, the form of Keras 2 and 3 (and of cuDNN): the reset gate is applied after the product
// with the recurrent kernel, which has a bias of its own. TensorFlow.js has the other form only.
import * as tf from '@tensorflow/tfjs-core';
import { generateDropoutMask } from '@tensorflow/tfjs-layers/dist/layers/recurrent';
import { classNamed, extendLayer, replaceMethod, type AnyLayer, type Config } from './extend.ts';

interface Variable {
  read(): tf.Tensor;
}
interface Activation {
  apply(x: tf.Tensor): tf.Tensor;
}
/** The fields and methods of a cell that are used here. */
interface GruCell extends AnyLayer {
  units: number;
  useBias: boolean;
  kernel: Variable;
  recurrentKernel: Variable;
  bias: Variable | null;
  activation: Activation;
  recurrentActivation: Activation;
  dropout: number;
  recurrentDropout: number;
  dropoutFunc?: (x: tf.Tensor, level: number, noiseShape: number[] | undefined, seed: number) => tf.Tensor;
  dropoutMask: tf.Tensor[] | null;
  recurrentDropoutMask: tf.Tensor[] | null;
  addWeight(name: string, shape: number[], ...more: unknown[]): Variable;
  /** Absent if false. */
  resetAfter?: true;
  build(shape: unknown): void;
  call(inputs: tf.Tensor[], kwargs: { training?: boolean }): tf.Tensor[];
}
type Gru = AnyLayer & { cell: GruCell };

/** The masks of a step, kept for all steps of a sequence; TensorFlow.js's layer frees them before the next. */
function masks(cell: GruCell, x: tf.Tensor, h: tf.Tensor, training: boolean): void {
  const make = (of: tf.Tensor, rate: number) =>
    generateDropoutMask({
      ones: () => tf.onesLike(of),
      rate,
      training,
      count: 3,
      dropoutFunc: cell.dropoutFunc as never,
    }) as tf.Tensor[];
  if (cell.dropout > 0 && cell.dropout < 1) cell.dropoutMask ??= make(x, cell.dropout);
  if (cell.recurrentDropout > 0 && cell.recurrentDropout < 1)
    cell.recurrentDropoutMask ??= make(h, cell.recurrentDropout);
}

/**
 * One step (Keras, `GRUCell` with reset_after; PyTorch's GRU with its gates in another order):
 * z = σ(x Kz + bz + h Rz + cz), r = σ(x Kr + br + h Rr + cr), n = tanh(x Kn + bn + r · (h Rn + cn)),
 * h′ = z · h + (1 − z) · n.
 * @param inputs x [batch, inputs] and h [batch, units]
 * @returns h′ twice: as output and as state
 */
function step(cell: GruCell, inputs: tf.Tensor[], training: boolean): tf.Tensor[] {
  return tf.tidy(() => {
    if (inputs.length !== 2)
      throw new Error(`the cell "${cell.name}" takes 2 tensors, an input and a state, and got ${inputs.length}`);
    let [x, h] = inputs as [tf.Tensor, tf.Tensor];
    masks(cell, x, h, training);
    if (cell.dropoutMask?.[0]) x = tf.mul(x, cell.dropoutMask[0]);
    if (cell.recurrentDropoutMask?.[0]) h = tf.mul(h, cell.recurrentDropoutMask[0]);
    const [ofInput, ofState] = cell.bias ? (tf.unstack(cell.bias.read()) as [tf.Tensor, tf.Tensor]) : [];
    const product = (a: tf.Tensor, kernel: tf.Tensor, bias?: tf.Tensor) => {
      const y = tf.matMul(a as tf.Tensor2D, kernel as tf.Tensor2D);
      return tf.split(bias ? tf.add(y, bias) : y, 3, 1) as [tf.Tensor, tf.Tensor, tf.Tensor];
    };
    const [xz, xr, xn] = product(x, cell.kernel.read(), ofInput);
    const [hz, hr, hn] = product(h, cell.recurrentKernel.read(), ofState);
    const z = cell.recurrentActivation.apply(tf.add(xz, hz));
    const r = cell.recurrentActivation.apply(tf.add(xr, hr));
    const n = cell.activation.apply(tf.add(xn, tf.mul(r, hn)));
    const next = tf.add(tf.mul(z, h), tf.mul(tf.sub(1, z), n));
    return [next, next];
  });
}

/** Gives `tf.layers.gru` and `gruCell` the option `resetAfter`. The default stays false, TensorFlow.js's. */
export function extendGru(): void {
  const cls = classNamed('GRUCell');
  replaceMethod<GruCell, 'build'>(
    cls,
    'build',
    (stock) =>
      function (this: GruCell, shape) {
        if (!this.resetAfter) return stock.call(this, shape);
        // Two rows of biases, of the input and of the state, where TensorFlow.js makes one
        const { addWeight } = this;
        this.addWeight = (name, size, ...more) =>
          addWeight.call(this, name, name === 'bias' ? [2, ...size] : size, ...more);
        try {
          stock.call(this, shape);
        } finally {
          delete (this as Partial<GruCell>).addWeight;
        }
      },
  );
  replaceMethod<GruCell, 'call'>(
    cls,
    'call',
    (stock) =>
      function (this: GruCell, inputs, kwargs) {
        return this.resetAfter ? step(this, inputs, kwargs.training ?? false) : stock.call(this, inputs, kwargs);
      },
  );
  const read = (cell: GruCell, { resetAfter }: Config) => {
    if (resetAfter !== undefined && resetAfter !== null && typeof resetAfter !== 'boolean')
      throw new Error(`the layer "${cell.name}": resetAfter must be true or false, and is ${String(resetAfter)}`);
    if (resetAfter) cell.resetAfter = true;
  };
  const hide = ['resetAfter'];
  extendLayer<GruCell>('GRUCell', {
    hide,
    read,
    write: ({ resetAfter }) => ({ resetAfter: resetAfter ?? false }),
  });
  extendLayer<Gru>('GRU', { hide, read: ({ cell }, config) => read(cell, config) });
}
