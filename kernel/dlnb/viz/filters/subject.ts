// Checks the arguments of viz.filters, viz.featureMaps and viz.recordFilters before anything is computed.
import type { Tensor } from '@tensorflow/tfjs-core';
import { isModel, type LayerLike, type ModelLike } from '../graph/layers.ts';
import type { TensorLibrary } from '../../library.ts';
import { kernelTensor } from './convolution.ts';
import { forward, layersOf, stepsOf, type Step } from './forward.ts';

/** The drawn object: its name, and a function that returns its steps in their current state. */
export interface Subject {
  title: string;
  /** Number of examples of the input; 0 without an input. */
  given: number;
  /** Must be called in a `tidy`. */
  steps(): Step[];
}

/** @throws TypeError, or Error if there are no filters; the message says what to pass instead */
export function subjectOf(tf: TensorLibrary, subject: unknown, x: unknown, where: string): Subject {
  if (isModel(subject)) return x === undefined ? filtersOfModel(subject, where) : mapsOfModel(tf, subject, x, where);
  if (x !== undefined)
    throw new TypeError(
      `${where}: an input needs a model of tf.layers to run it through; give the model, not one layer`,
    );
  if (subject instanceof tf.Tensor) return filtersOfTensor(subject, where);
  if (isLayer(subject)) {
    const steps = stepsOf(subject, where);
    if (steps.length === 0)
      throw new TypeError(
        `${where}: the layer "${subject.name}" is a ${subject.getClassName()}, which has no filters; give a conv1d, conv2d, depthwiseConv2d, separableConv2d or conv2dTranspose layer`,
      );
    return { title: subject.name, given: 0, steps: () => stepsOf(subject, where) };
  }
  throw new TypeError(
    `${where}: the first argument must be a model of tf.layers, one of its convolution layers, or a kernel tensor [height, width, in, out]`,
  );
}

const isLayer = (value: unknown): value is LayerLike =>
  typeof value === 'object' && value !== null && typeof (value as Partial<LayerLike>).getClassName === 'function';

function filtersOfTensor(kernel: Tensor, where: string): Subject {
  checkTensor(kernel, 'kernel', where);
  if (kernel.rank !== 4 && kernel.rank !== 3)
    throw new TypeError(
      `${where}: a kernel has the shape [height, width, in, out], or [width, in, out] along a line; this tensor has ${shapeText(kernel.shape)}`,
    );
  if (kernel.size === 0) throw new TypeError(`${where}: the kernel ${shapeText(kernel.shape)} has no values`);
  const title = `kernel ${shapeText(kernel.shape)}`;
  return {
    title,
    given: 0,
    steps: () => [{ name: 'kernel', type: 'kernel', convolution: kernelTensor(kernel) }],
  };
}

function filtersOfModel(model: ModelLike, where: string): Subject {
  const steps = () => layersOf(model, where).flatMap((layer) => stepsOf(layer, where));
  if (steps().length === 0)
    throw new Error(
      `${where}: the model "${model.name}" has no conv1d, conv2d, depthwiseConv2d, separableConv2d or conv2dTranspose layer, so it has no filters to draw`,
    );
  return { title: model.name, given: 0, steps };
}

function mapsOfModel(tf: TensorLibrary, model: ModelLike, x: unknown, where: string): Subject {
  layersOf(model, where); // throws if the model is not built
  const batch = batchOf(tf, model, x, where);
  const steps = () => forward(tf, model, batch(), where);
  return {
    title: model.name,
    given: tf.tidy(() => batch().shape[0]!),
    steps() {
      const found = steps();
      if (!found.some(({ type, output }) => type !== 'input' && output))
        throw new Error(
          `${where}: no layer of the model "${model.name}" gives feature maps; these are outputs of [n, height, width, channels], or [n, length, channels] in a model with a conv1d layer`,
        );
      return found;
    },
  };
}

/** The input as a batch. Each call makes a new tensor, which the caller's `tidy` disposes of. */
function batchOf(tf: TensorLibrary, model: ModelLike, x: unknown, where: string): () => Tensor {
  const { name } = model;
  const { inputs } = model.model ?? model;
  if (inputs.length !== 1)
    throw new TypeError(
      `${where}: the model "${name}" has ${inputs.length} inputs, and feature maps are drawn for one; make a model of the part with one: tf.model({ inputs, outputs })`,
    );
  const wanted = inputs[0]!.shape;
  const example = wanted.slice(1);
  const takes = `${shapeText(example)} or a batch ${shapeText(['n', ...example])}`;
  if (!(x instanceof tf.Tensor))
    throw new TypeError(
      `${where}: x must be a tensor of shape ${takes}, not ${x === null ? 'null' : typeof x}; make one with tf.tensor(values, shape)`,
    );
  checkTensor(x, 'input', where);
  const { shape } = x;
  const fits = (part: readonly number[]) =>
    part.length === example.length && part.every((n, i) => example[i] === null || example[i] === n);
  const single = fits(shape);
  if (!single && !fits(shape.slice(1)))
    throw new TypeError(
      `${where}: x has the shape ${shapeText(shape)}, and the model "${name}" takes ${takes}${remedy(shape, example)}`,
    );
  if (x.size === 0) throw new TypeError(`${where}: x has no values: its shape is ${shapeText(shape)}`);
  // Images are int32, and models take float32
  const { dtype } = inputs[0]!;
  return () => {
    const batch = single ? x.expandDims(0) : x;
    return dtype === 'float32' && x.dtype !== dtype ? batch.cast(dtype) : batch;
  };
}

/** What to do about a shape that is wrong in a common way. */
function remedy(shape: readonly number[], example: readonly (number | null)[]): string {
  const sides = example.slice(0, -1);
  if (example.at(-1) === 1 && String(shape.slice(-sides.length)) === String(sides))
    return '; add the axis of the one channel: x.expandDims(-1)';
  if (example.length === 3 && shape.at(-1) === example[2] && shape.length >= 3)
    return `; resize it: tf.image.resizeBilinear(x, [${sides.join(', ')}])`;
  return '';
}

function checkTensor(x: Tensor, what: string, where: string): void {
  if (x.isDisposed) throw new Error(`${where}: the ${what} tensor has been disposed of; compute it again`);
  if (x.dtype === 'string' || x.dtype === 'complex64')
    throw new TypeError(`${where}: the ${what} must be a tensor of real numbers, not of ${x.dtype}`);
}

const shapeText = (shape: readonly (number | string | null)[]) => `[${shape.map((n) => n ?? '?').join(', ')}]`;
