// Options that say how a layer's input and output lie in memory, where TensorFlow.js ignores them or computes a wrong
// shape: pooling along one axis with the channels first, `keepDims`, sizes that are not known yet, the input's shape of
// recurrent layers.
import * as tf from '@tensorflow/tfjs-core';
import {
  classNamed,
  extendLayer,
  onlyShape,
  onlyTensor,
  replaceMethod,
  type AnyLayer,
  type Config,
  type Shape,
} from './extend.ts';

type Inputs = tf.Tensor | tf.Tensor[];
interface ShapedLayer extends AnyLayer {
  dataFormat?: string;
  keepDims?: true;
  padding: string;
  size: number[];
  interpolation: string;
  cropping: [[number, number], [number, number]];
  noiseShape?: number[];
  batchInputShape?: Shape;
  dtype?: string;
  call(inputs: Inputs, kwargs: object): tf.Tensor;
  computeOutputShape(shape: Shape | Shape[]): Shape;
}

const isFirst = ({ dataFormat }: ShapedLayer) => dataFormat === 'channelsFirst';

/** @throws Error if it is neither 'channelsLast' nor 'channelsFirst' */
function formatOf(layer: AnyLayer, dataFormat: unknown): string {
  const format = dataFormat ?? 'channelsLast';
  if (format !== 'channelsLast' && format !== 'channelsFirst')
    throw new Error(
      `the layer "${layer.name}": dataFormat must be 'channelsLast' or 'channelsFirst', and is ${String(format)}`,
    );
  return format;
}

/** [batch, a, b] → [batch, b, a]. */
const swapped = (x: tf.Tensor) => tf.transpose(x, [0, 2, 1]);
const swappedShape = ([batch, a, b]: Shape): Shape => [batch!, b!, a!];

function refuseCausal({ name }: AnyLayer, { padding }: Config): void {
  if (padding === 'causal')
    throw new Error(`the layer "${name}": padding of pooling is 'valid' or 'same', not 'causal'`);
}

/** MaxPooling1D and AveragePooling1D with `dataFormat`. */
function extendPooling1d(className: string): void {
  const cls = classNamed(className);
  replaceMethod<ShapedLayer, 'call'>(
    cls,
    'call',
    (stock) =>
      function (this: ShapedLayer, inputs, kwargs) {
        if (!isFirst(this)) return stock.call(this, inputs, kwargs);
        return tf.tidy(() => swapped(stock.call(this, swapped(onlyTensor(this, inputs)), kwargs)));
      },
  );
  replaceMethod<ShapedLayer, 'computeOutputShape'>(
    cls,
    'computeOutputShape',
    (stock) =>
      function (this: ShapedLayer, shapes) {
        if (!isFirst(this)) return stock.call(this, shapes);
        return swappedShape(stock.call(this, swappedShape(onlyShape(shapes))));
      },
  );
  extendLayer<ShapedLayer>(className, {
    read: (layer, config) => {
      refuseCausal(layer, config);
      layer.dataFormat = formatOf(layer, config['dataFormat']);
    },
    write: ({ dataFormat }) => ({ dataFormat }),
  });
}

/** Pooling over all of space with `keepDims`, and along one axis with `dataFormat`. */
function extendGlobalPooling(className: string, axes: 1 | 2): void {
  const cls = classNamed(className);
  replaceMethod<ShapedLayer, 'call'>(
    cls,
    'call',
    (stock) =>
      function (this: ShapedLayer, inputs, kwargs) {
        const swap = axes === 1 && isFirst(this);
        if (!swap && !this.keepDims) return stock.call(this, inputs, kwargs);
        return tf.tidy(() => {
          const x = onlyTensor(this, inputs);
          const y = stock.call(this, swap ? swapped(x) : x, kwargs);
          return this.keepDims ? tf.reshape(y, this.computeOutputShape(x.shape) as number[]) : y;
        });
      },
  );
  replaceMethod<ShapedLayer, 'computeOutputShape'>(
    cls,
    'computeOutputShape',
    (stock) =>
      function (this: ShapedLayer, shapes) {
        const shape = onlyShape(shapes);
        const [batch, channels] = stock.call(this, axes === 1 && isFirst(this) ? swappedShape(shape) : shape);
        if (!this.keepDims) return [batch!, channels!];
        const ones = Array.from({ length: axes }, () => 1);
        return isFirst(this) ? [batch!, channels!, ...ones] : [batch!, ...ones, channels!];
      },
  );
  extendLayer<ShapedLayer>(className, {
    read: (layer, { dataFormat, keepDims, keepdims }) => {
      if (axes === 1) layer.dataFormat = formatOf(layer, dataFormat);
      if (keepDims || keepdims) layer.keepDims = true;
    },
    write: ({ dataFormat, keepDims }) => ({ dataFormat, ...(keepDims && { keepDims }) }),
  });
}

/** A size that is not known stays unknown. */
function correctCropping(): void {
  replaceMethod<ShapedLayer, 'computeOutputShape'>(
    classNamed('Cropping2D'),
    'computeOutputShape',
    (stock) =>
      function (this: ShapedLayer, shapes) {
        const shape = onlyShape(shapes);
        const known = stock.call(this, shape);
        return known.map((size, axis) => (shape[axis] === null ? null : size));
      },
  );
}

/** With a number for `size`, and bilinear interpolation by the centers of pixels, as in Keras. */
function extendUpSampling(): void {
  replaceMethod<ShapedLayer, 'call'>(
    classNamed('UpSampling2D'),
    'call',
    (stock) =>
      function (this: ShapedLayer, inputs, kwargs) {
        if (this.interpolation !== 'bilinear') return stock.call(this, inputs, kwargs);
        return tf.tidy(() => {
          const input = onlyTensor(this, inputs);
          const x = (isFirst(this) ? tf.transpose(input, [0, 2, 3, 1]) : input) as tf.Tensor4D;
          const size: [number, number] = [x.shape[1] * this.size[0]!, x.shape[2] * this.size[1]!];
          const y = tf.image.resizeBilinear(x, size, false, true);
          return isFirst(this) ? tf.transpose(y, [0, 3, 1, 2]) : y;
        });
      },
  );
  extendLayer<ShapedLayer>('UpSampling2D', {
    read: (layer, { size: given }) => {
      const size = given ?? [2, 2];
      const sizes: unknown[] = Array.isArray(size) ? size : [size, size];
      if (sizes.length !== 2 || !sizes.every((n) => Number.isInteger(n) && (n as number) > 0))
        throw new Error(
          `the layer "${layer.name}": size must be a positive integer or two, of rows and columns, ` +
            `and is ${JSON.stringify(size)}`,
        );
      layer.size = sizes as number[];
    },
  });
}

/** With `inputDim` and `inputLength`, which TensorFlow.js ignores. */
function extendRecurrent(className: string): void {
  extendLayer<ShapedLayer>(className, {
    read: (layer, { inputShape, batchInputShape, batchSize, inputDim, inputLength }) => {
      if (inputDim === undefined || inputDim === null || inputShape || batchInputShape) return;
      layer.batchInputShape = [batchSize ?? null, inputLength ?? null, inputDim] as Shape;
      layer.dtype ??= 'float32';
    },
  });
}

/** Makes layers honor the options that are about shapes. */
export function extendShapes(): void {
  for (const name of ['MaxPooling1D', 'AveragePooling1D']) extendPooling1d(name);
  for (const kind of ['MaxPooling', 'AveragePooling'])
    for (const axes of [2, 3])
      extendLayer<ShapedLayer>(`${kind}${axes}D`, { read: (layer, config) => refuseCausal(layer, config) });
  for (const kind of ['GlobalMaxPooling', 'GlobalAveragePooling']) {
    extendGlobalPooling(`${kind}1D`, 1);
    extendGlobalPooling(`${kind}2D`, 2);
  }
  correctCropping();
  extendUpSampling();
  for (const name of ['RNN', 'SimpleRNN', 'GRU', 'LSTM']) extendRecurrent(name);
  // TensorFlow.js does not save it
  extendLayer<ShapedLayer>('AlphaDropout', {
    read: () => undefined,
    write: ({ noiseShape }) => (noiseShape ? { noiseShape } : {}),
  });
}
