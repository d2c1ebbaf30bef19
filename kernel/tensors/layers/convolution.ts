// Options of the convolution layers that TensorFlow.js takes and ignores, or refuses: `groups`, causal padding,
// `dataFormat` of conv1d, `dilationRate` of depthwise and transposed convolutions, the initializer of the pointwise
// kernel, the bias of separable convolutions with the channels first. All as in Keras.
import * as tf from '@tensorflow/tfjs-core';
import { serializeConstraint } from '@tensorflow/tfjs-layers/dist/constraints';
import { getInitializer } from '@tensorflow/tfjs-layers/dist/initializers';
import { Conv } from '@tensorflow/tfjs-layers/dist/layers/convolutional';
import {
  classNamed,
  extendLayer,
  onlyShape,
  onlyTensor,
  replaceMethod,
  withFields,
  type AnyLayer,
  type Config,
  type Shape,
} from './extend.ts';

interface Variable {
  read(): tf.Tensor;
}
interface Activation {
  apply(x: tf.Tensor): tf.Tensor;
}
/** The fields and methods of convolution layers that are used here. */
interface ConvLayer extends AnyLayer {
  rank: number;
  filters: number;
  kernelSize: number[];
  strides: number[];
  padding: string;
  dataFormat: string;
  dilationRate: number[];
  activation: Activation | null;
  useBias: boolean;
  kernel: Variable;
  depthwiseKernel: Variable;
  bias: Variable | null;
  inputSpec: object[];
  pointwiseInitializer: object;
  depthwiseConstraint: Parameters<typeof serializeConstraint>[0] | null;
  /** Absent for one group. */
  groups?: number;
  build(shape: Shape | Shape[]): void;
  call(inputs: tf.Tensor | tf.Tensor[], kwargs: object): tf.Tensor;
  computeOutputShape(shape: Shape | Shape[]): Shape;
}

const isFirst = ({ dataFormat }: ConvLayer) => dataFormat === 'channelsFirst';
const isDilated = ({ dilationRate }: ConvLayer) => dilationRate.some((rate) => rate !== 1);
const axesOf = (x: tf.Tensor) => [...x.shape.keys()];

/** [batch, channels, ...space] → [batch, ...space, channels]. */
const channelsLast = (x: tf.Tensor) => tf.transpose(x, [0, ...axesOf(x).slice(2), 1]);
/** [batch, ...space, channels] → [batch, channels, ...space]. */
const channelsFirst = (x: tf.Tensor) => tf.transpose(x, [0, x.rank - 1, ...axesOf(x).slice(1, -1)]);

/** Puts an axis of length 1 before the others but the first `at`. */
const widened = (x: tf.Tensor, at: number) => tf.expandDims(x, at);

/** What a convolution needs besides its input and kernel. */
interface Geometry {
  strides: number[];
  pad: 'same' | 'valid';
  dilations: number[];
}

/** [batch, ...space, in], [...kernel, in, out] → [batch, ...space, out]. */
function convolve(x: tf.Tensor, kernel: tf.Tensor, { strides, pad, dilations }: Geometry): tf.Tensor {
  if (x.rank === 5) {
    const [by, rates] = [strides, dilations] as [number, number, number][];
    return tf.conv3d(x as tf.Tensor5D, kernel as tf.Tensor5D, by!, pad, 'NDHWC', rates!);
  }
  const [by, rates] = [strides, dilations] as [number, number][];
  return tf.conv2d(x as tf.Tensor4D, kernel as tf.Tensor4D, by!, pad, 'NHWC', rates!);
}

/**
 * A convolution whose channels are in groups: group g of the filters sees group g of the input's channels.
 * @param x [batch, ...space, in], with one to three axes of space
 * @param kernel [...kernel, in / groups, filters]
 * @returns [batch, ...space, filters]
 */
function groupedConvolution(x: tf.Tensor, kernel: tf.Tensor, groups: number, geometry: Geometry): tf.Tensor {
  if (x.rank === 3) {
    const plane = {
      ...geometry,
      strides: [1, ...geometry.strides],
      dilations: [1, ...geometry.dilations],
    };
    return tf.squeeze(groupedConvolution(widened(x, 1), widened(kernel, 0), groups, plane), [1]);
  }
  if (groups === 1) return convolve(x, kernel, geometry);
  const filters = kernel.shape.at(-1)!;
  if (x.rank === 4 && x.shape[3] === groups) {
    // One channel a group is what a depthwise convolution is
    const { strides, pad, dilations } = geometry;
    const [height, width] = kernel.shape as [number, number];
    const depthwise = tf.reshape(kernel, [height, width, groups, filters / groups]) as tf.Tensor4D;
    const [by, rates] = [strides, dilations] as [number, number][];
    return tf.depthwiseConv2d(x as tf.Tensor4D, depthwise, by!, pad, 'NHWC', rates!);
  }
  const inputs = tf.split(x, groups, x.rank - 1);
  const kernels = tf.split(kernel, groups, kernel.rank - 1);
  return tf.concat(
    inputs.map((input, g) => convolve(input, kernels[g]!, geometry)),
    x.rank - 1,
  );
}

/** `call` of conv1d, conv2d and conv3d, for what TensorFlow.js's lacks. */
function callConv(layer: ConvLayer, inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
  return tf.tidy(() => {
    const input = onlyTensor(layer, inputs);
    let x = isFirst(layer) ? channelsLast(input) : input;
    if (layer.padding === 'causal') {
      const before = (layer.kernelSize[0]! - 1) * layer.dilationRate[0]!;
      x = tf.pad(x, [
        [0, 0],
        [before, 0],
        [0, 0],
      ]);
    }
    const { strides, dilationRate: dilations } = layer;
    const geometry: Geometry = { strides, pad: layer.padding === 'same' ? 'same' : 'valid', dilations };
    let y = groupedConvolution(x, layer.kernel.read(), layer.groups ?? 1, geometry);
    if (layer.bias) y = tf.add(y, layer.bias.read());
    if (isFirst(layer)) y = channelsFirst(y);
    return layer.activation ? layer.activation.apply(y) : y;
  });
}

/** Whether TensorFlow.js's own `call` does something else than what the layer's options say. */
const isOurs = (layer: ConvLayer) =>
  layer.groups !== undefined || layer.padding === 'causal' || (layer.rank === 1 && isFirst(layer));

function extendConv(): void {
  replaceMethod<ConvLayer, 'build'>(
    Conv,
    'build',
    (stock) =>
      function (this: ConvLayer, shapes) {
        const { groups } = this;
        if (groups === undefined) return stock.call(this, shapes);
        const shape = onlyShape(shapes);
        const axis = isFirst(this) ? 1 : shape.length - 1;
        const channels = shape[axis];
        if (typeof channels === 'number' && channels % groups !== 0)
          throw new Error(
            `the layer "${this.name}": its input has ${channels} channels, which ${groups} groups do not divide`,
          );
        if (typeof channels === 'number') shape[axis] = channels / groups;
        stock.call(this, shape);
        this.inputSpec = [{ ndim: this.rank + 2, axes: { [axis]: channels } }];
      },
  );
  replaceMethod<ConvLayer, 'call'>(
    Conv,
    'call',
    (stock) =>
      function (this: ConvLayer, inputs, kwargs) {
        return isOurs(this) ? callConv(this, inputs) : stock.call(this, inputs, kwargs);
      },
  );
  replaceMethod<ConvLayer, 'computeOutputShape'>(
    Conv,
    'computeOutputShape',
    (stock) =>
      function (this: ConvLayer, shapes) {
        // As many steps as with 'same'
        return stock.call(this.padding === 'causal' ? withFields(this, { padding: 'same' }) : this, shapes);
      },
  );
  for (const name of ['Conv1D', 'Conv2D', 'Conv3D'])
    extendLayer<ConvLayer>(name, {
      read: (layer, { groups, padding }) => {
        if (name !== 'Conv1D') refuseCausal(layer, padding);
        if (groups === undefined || groups === null || groups === 1) return;
        if (!Number.isInteger(groups) || (groups as number) < 1)
          throw new Error(`the layer "${layer.name}": groups must be a positive integer, and is ${String(groups)}`);
        if (layer.filters % (groups as number) !== 0)
          throw new Error(
            `the layer "${layer.name}": ${layer.filters} filters cannot be divided into ${groups as number} groups`,
          );
        layer.groups = groups as number;
      },
      write: (layer) => ({
        ...(layer.groups !== undefined && { groups: layer.groups }),
        ...(name === 'Conv1D' && { dataFormat: layer.dataFormat }),
      }),
    });
}

/** @throws Error if the padding is 'causal', which has a meaning along one axis only */
function refuseCausal({ name }: AnyLayer, padding: unknown): void {
  if (padding === 'causal')
    throw new Error(`the layer "${name}": padding 'causal' is for conv1d only; use 'same' or 'valid'`);
}

/** With `dilationRate`, which TensorFlow.js ignores here, and its constraint saved. */
function extendDepthwise(): void {
  const cls = classNamed('DepthwiseConv2D');
  replaceMethod<ConvLayer, 'call'>(
    cls,
    'call',
    (stock) =>
      function (this: ConvLayer, inputs, kwargs) {
        if (!isDilated(this)) return stock.call(this, inputs, kwargs);
        return tf.tidy(() => {
          const input = onlyTensor(this, inputs);
          const x = isFirst(this) ? channelsLast(input) : input;
          const [strides, dilations] = [this.strides, this.dilationRate] as [number, number][];
          const pad = this.padding === 'same' ? 'same' : 'valid';
          const kernel = this.depthwiseKernel.read() as tf.Tensor4D;
          let y: tf.Tensor = tf.depthwiseConv2d(x as tf.Tensor4D, kernel, strides!, pad, 'NHWC', dilations!);
          if (this.bias) y = tf.add(y, this.bias.read());
          if (isFirst(this)) y = channelsFirst(y);
          return this.activation ? this.activation.apply(y) : y;
        });
      },
  );
  replaceMethod<ConvLayer, 'computeOutputShape'>(
    cls,
    'computeOutputShape',
    (stock) =>
      function (this: ConvLayer, shapes) {
        return stock.call(withFields(this, { kernelSize: dilatedSize(this) }), shapes);
      },
  );
  extendLayer<ConvLayer>('DepthwiseConv2D', {
    read: (layer, { padding }) => refuseCausal(layer, padding),
    // TensorFlow.js writes the regularizer here
    write: ({ depthwiseConstraint: it }) => ({ depthwiseConstraint: it ? serializeConstraint(it) : null }),
  });
}

/** The size of a kernel with the gaps between its elements. */
const dilatedSize = ({ kernelSize, dilationRate }: ConvLayer) =>
  kernelSize.map((size, i) => (size - 1) * dilationRate[i]! + 1);

/** A kernel [...size, a, b] with zeros between its elements. */
function dilatedKernel(kernel: tf.Tensor, rates: number[]): tf.Tensor {
  return rates.reduce((k, rate, axis) => {
    if (rate === 1) return k;
    const size = k.shape[axis]!;
    const spread = tf.expandDims(k, axis + 1);
    const padded = tf.pad(
      spread,
      spread.shape.map((_, i) => (i === axis + 1 ? [0, rate - 1] : [0, 0])),
    );
    const shape = k.shape.with(axis, size * rate);
    const begin = shape.map(() => 0);
    return tf.slice(tf.reshape(padded, shape), begin, shape.with(axis, (size - 1) * rate + 1));
  }, kernel);
}

/** With `dilationRate`, which TensorFlow.js ignores here. */
function extendTransposed(className: string): void {
  const cls = classNamed(className);
  replaceMethod<ConvLayer, 'call'>(
    cls,
    'call',
    (stock) =>
      function (this: ConvLayer, inputs, kwargs) {
        if (!isDilated(this)) return stock.call(this, inputs, kwargs);
        return tf.tidy(() => {
          const kernel = dilatedKernel(this.kernel.read(), this.dilationRate);
          const layer = withFields(this, { kernel: { read: () => kernel }, kernelSize: dilatedSize(this) });
          return stock.call(layer, inputs, kwargs);
        });
      },
  );
  replaceMethod<ConvLayer, 'computeOutputShape'>(
    cls,
    'computeOutputShape',
    (stock) =>
      function (this: ConvLayer, shapes) {
        return stock.call(withFields(this, { kernelSize: dilatedSize(this) }), shapes);
      },
  );
  extendLayer<ConvLayer>(className, {
    read: () => undefined,
    write: (layer) => (isDilated(layer) ? { dilationRate: layer.dilationRate } : {}),
  });
}

function extendSeparable(): void {
  replaceMethod<ConvLayer, 'call'>(
    classNamed('SeparableConv2D'),
    'call',
    (stock) =>
      function (this: ConvLayer, inputs, kwargs) {
        if (!isFirst(this)) return stock.call(this, inputs, kwargs);
        return tf.tidy(() => {
          const layer = withFields(this, { dataFormat: 'channelsLast', activation: null });
          const y = channelsFirst(stock.call(layer, channelsLast(onlyTensor(this, inputs)), kwargs));
          return this.activation ? this.activation.apply(y) : y;
        });
      },
  );
  extendLayer<ConvLayer>('SeparableConv2D', {
    read: (layer, { pointwiseInitializer }: Config) => {
      // TensorFlow.js takes that of the depthwise kernel
      const initializer = (pointwiseInitializer ?? 'glorotUniform') as Parameters<typeof getInitializer>[0];
      layer.pointwiseInitializer = getInitializer(initializer);
    },
  });
}

/** Makes the convolution layers honor all of their options. */
export function extendConvolutions(): void {
  extendConv();
  extendDepthwise();
  extendTransposed('Conv2DTranspose');
  extendTransposed('Conv3DTranspose');
  extendSeparable();
}
