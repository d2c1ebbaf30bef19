// Preprocessing layers inside models, with the shapes and values of Keras: TensorFlow.js computes their shapes without
// the batch, changes those it is given, and aligns corners where Keras takes the centers of pixels.
import * as tf from '@tensorflow/tfjs-core';
import { classNamed, extendLayer, onlyShape, onlyTensor, replaceMethod, type AnyLayer, type Shape } from './extend.ts';

type Inputs = tf.Tensor | tf.Tensor[];
type Interpolation = 'bilinear' | 'nearest';
interface ImageLayer extends AnyLayer {
  height: number;
  width: number;
  interpolation: Interpolation;
  cropToAspectRatio: boolean;
  widthLower: number;
  widthUpper: number;
  inboundNodes: unknown[];
  randomGenerator: { next(): number | undefined | null };
  call(inputs: Inputs, kwargs: { training?: boolean }): tf.Tensor;
  computeOutputShape(shape: Shape | Shape[]): Shape;
}
type OutputMode = 'int' | 'oneHot' | 'multiHot' | 'count' | 'tfIdf';
interface EncodingLayer extends AnyLayer {
  numTokens: number;
  outputMode: OutputMode;
  call(inputs: Inputs, kwargs: Record<string, unknown>): tf.Tensor;
  computeOutputShape(shape: Shape | Shape[]): Shape;
}

/** An image [height, width, channels] or a batch of them. */
function imageOf(layer: AnyLayer, inputs: Inputs): tf.Tensor3D | tf.Tensor4D {
  const x = onlyTensor(layer, inputs);
  if (x.rank !== 3 && x.rank !== 4)
    throw new Error(
      `the layer "${layer.name}" takes images [batch, height, width, channels] or one [height, width, channels], ` +
        `and got [${x.shape}]`,
    );
  return x as tf.Tensor4D;
}

/** A shape [..., height, width, channels] with another height and width. */
function resized(shapes: Shape | Shape[], height: number | null, width: number | null): Shape {
  const shape = onlyShape(shapes);
  const h = shape.length - 3;
  return shape.with(h, height).with(h + 1, width);
}

/** The height and width of an image or a batch of them. */
const sizeOf = (x: tf.Tensor) => x.shape.slice(-3, -1) as [number, number];

/** The middle of an image: rows and columns are left out on both sides, the odd one at the end. */
function centered<T extends tf.Tensor>(x: T, height: number, width: number): T {
  const [h, w] = sizeOf(x);
  const [top, left] = [Math.floor((h - height) / 2), Math.floor((w - width) / 2)];
  const before = x.shape.slice(0, -3);
  const begin = [...before.map(() => 0), top, left, 0];
  return tf.slice(x, begin, [...before, height, width, x.shape.at(-1)!]);
}

/** Resizes by the centers of pixels, as TensorFlow 2 and Keras do. */
function resize(x: tf.Tensor3D | tf.Tensor4D, height: number, width: number, by: Interpolation): tf.Tensor {
  const size: [number, number] = [height, width];
  return by === 'nearest'
    ? tf.image.resizeNearestNeighbor(x, size, false, true)
    : tf.image.resizeBilinear(x, size, false, true);
}

/** The largest middle part that has the aspect ratio of the target (Keras, `smart_resize`). */
function cropToRatio<T extends tf.Tensor>(x: T, height: number, width: number): T {
  const [h, w] = sizeOf(x);
  return centered(x, Math.min(h, Math.floor((w * height) / width)), Math.min(w, Math.floor((h * width) / height)));
}

/** A number between two, the same for the same seed; its value is here, not on the device. */
function drawn(from: number, to: number, seed: number | undefined | null): number {
  if (seed === undefined || seed === null) return from + (to - from) * Math.random();
  return tf.randomUniform([1], from, to, 'float32', seed).dataSync()[0]!;
}

function correctImages(): void {
  const resizing = classNamed('Resizing');
  replaceMethod<ImageLayer, 'computeOutputShape'>(
    resizing,
    'computeOutputShape',
    () =>
      function (this: ImageLayer, shape) {
        return resized(shape, this.height, this.width);
      },
  );
  replaceMethod<ImageLayer, 'call'>(
    resizing,
    'call',
    () =>
      function (this: ImageLayer, inputs) {
        const { height, width, interpolation } = this;
        return tf.tidy(() => {
          const image = imageOf(this, inputs);
          return resize(
            this.cropToAspectRatio ? cropToRatio(image, height, width) : image,
            height,
            width,
            interpolation,
          );
        });
      },
  );

  const centerCrop = classNamed('CenterCrop');
  replaceMethod<ImageLayer, 'computeOutputShape'>(
    centerCrop,
    'computeOutputShape',
    () =>
      function (this: ImageLayer, shape) {
        return resized(shape, this.height, this.width);
      },
  );
  replaceMethod<ImageLayer, 'call'>(
    centerCrop,
    'call',
    () =>
      function (this: ImageLayer, inputs) {
        const { height, width } = this;
        return tf.tidy(() => {
          const image = imageOf(this, inputs);
          const [h, w] = sizeOf(image);
          if (h >= height && w >= width) return centered(image, height, width);
          const enlarged = resize(cropToRatio(image, height, width), height, width, 'bilinear');
          return tf.cast(enlarged, image.dtype);
        });
      },
  );

  const randomWidth = classNamed('RandomWidth');
  replaceMethod<ImageLayer, 'computeOutputShape'>(
    randomWidth,
    'computeOutputShape',
    () =>
      function (this: ImageLayer, shapes) {
        const shape = onlyShape(shapes);
        return resized(shape, shape.at(-3)!, null);
      },
  );
  replaceMethod<ImageLayer, 'call'>(
    randomWidth,
    'call',
    () =>
      function (this: ImageLayer, inputs, kwargs) {
        const { widthLower, widthUpper, interpolation } = this;
        return tf.tidy(() => {
          const image = imageOf(this, inputs);
          // In a model that predicts, images stay as they are; a layer that is in no model is called to change them
          if (!(kwargs?.training ?? this.inboundNodes.length === 0)) return tf.clone(image);
          const factor = drawn(1 + widthLower, 1 + widthUpper, this.randomGenerator.next());
          const [h, w] = sizeOf(image);
          return resize(image, h, Math.max(1, Math.round(factor * w)), interpolation);
        });
      },
  );
}

/** The shape of what a category encoding makes (Keras, `CategoryEncoding`). */
function encodedShape({ outputMode, numTokens }: EncodingLayer, shapes: Shape | Shape[]): Shape {
  const shape = onlyShape(shapes);
  if (outputMode === 'int') return shape;
  if (shape.length === 0) return [numTokens];
  // One number an example, and the batch's size is not known
  const isScalar = shape.length === 1 && shape[0] === null;
  if (isScalar || (outputMode === 'oneHot' && shape.at(-1) !== 1)) return [...shape, numTokens];
  return shape.with(shape.length - 1, numTokens);
}

/**
 * Whether numbers are no categories: an error where the values are here, a condition where they are on a graphics card,
 * which cannot report them.
 */
function findWrong({ name, numTokens }: EncodingLayer, x: tf.Tensor): tf.Tensor | undefined {
  const [least, most] = [tf.min(x), tf.max(x)];
  if (tf.getBackend() === 'webgpu') return tf.logicalOr(tf.less(least, 0), tf.greaterEqual(most, numTokens));
  const [from, to] = [least.dataSync()[0]!, most.dataSync()[0]!];
  if (from >= 0 && to < numTokens) return undefined;
  throw new Error(
    `the layer "${name}": categories must be from 0 to ${numTokens - 1} (numTokens ${numTokens}), ` +
      `and are from ${from} to ${to}`,
  );
}

/** What a category encoding makes of numbers [batch, ...]. */
function encode(
  layer: EncodingLayer,
  x: tf.Tensor,
  { countWeights }: Record<string, unknown>,
  stock: EncodingLayer['call'],
): tf.Tensor {
  const { numTokens, outputMode } = layer;
  const ids = tf.cast(x, 'int32');
  if (outputMode === 'int') return ids;
  if (outputMode === 'tfIdf' || (countWeights !== undefined && outputMode !== 'count'))
    return stock.call(layer, x, { countWeights });
  if (outputMode === 'oneHot') {
    const rows = x.rank > 0 && x.shape.at(-1) === 1 ? ids : tf.expandDims(ids, -1);
    return tf.cast(tf.equal(rows, tf.range(0, numTokens, 1, 'int32')), 'float32');
  }
  if (x.rank > 2)
    throw new Error(
      `the layer "${layer.name}": ${outputMode} takes rows of categories [batch, n], and got [${x.shape}]`,
    );
  const rows = (x.rank === 0 ? tf.expandDims(ids, 0) : ids) as tf.Tensor2D;
  // The program of TensorFlow.js is not valid on a graphics card
  if (tf.getBackend() === 'webgpu') {
    const each = tf.cast(tf.equal(tf.expandDims(rows, -1), tf.range(0, numTokens, 1, 'int32')), 'float32');
    if (outputMode === 'multiHot') return tf.max(each, -2);
    const weights = countWeights as tf.Tensor | undefined;
    return tf.sum(weights ? tf.mul(each, tf.expandDims(weights, -1)) : each, -2);
  }
  return tf.denseBincount(rows, (countWeights as tf.Tensor2D | undefined) ?? [], numTokens, outputMode === 'multiHot');
}

function correctEncoding(): void {
  const cls = classNamed('CategoryEncoding');
  replaceMethod<EncodingLayer, 'computeOutputShape'>(
    cls,
    'computeOutputShape',
    () =>
      function (this: EncodingLayer, shape) {
        return encodedShape(this, shape);
      },
  );
  replaceMethod<EncodingLayer, 'call'>(
    cls,
    'call',
    (stock) =>
      function (this: EncodingLayer, inputs, kwargs) {
        return tf.tidy(() => {
          const x = onlyTensor(this, inputs);
          const isWrong = x.size > 0 ? findWrong(this, x) : undefined;
          const encoded = encode(this, x, kwargs, stock);
          return isWrong ? tf.where(isWrong, NaN, tf.cast(encoded, 'float32')) : encoded;
        });
      },
  );
  extendLayer<EncodingLayer>('CategoryEncoding', {
    read: (layer, { numTokens, outputMode }) => {
      if (!Number.isInteger(numTokens) || (numTokens as number) < 1)
        throw new Error(
          `the layer "${layer.name}": numTokens, the number of categories, must be a positive integer, ` +
            `and is ${String(numTokens)}`,
        );
      const modes = ['int', 'oneHot', 'multiHot', 'count', 'tfIdf'];
      if (outputMode !== undefined && outputMode !== null && !modes.includes(outputMode as string))
        throw new Error(
          `the layer "${layer.name}": outputMode must be one of ${modes.join(', ')}, and is ${String(outputMode)}`,
        );
    },
  });
}

/** Corrects the preprocessing layers. */
export function correctPreprocessing(): void {
  correctImages();
  correctEncoding();
}
