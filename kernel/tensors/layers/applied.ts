// Calls of layers and models that would fail inside, with words of the inside: `apply` of what is no tensor,
// `setWeights` of weights of others, `getLayer` of a layer that is not there, sizes of Reshape, indices of Embedding.
import type * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { didYouMean } from '../../wire/closest.ts';
import { shown } from '../calls/shown.ts';
import { isTensor } from '../engine/is-tensor.ts';
import { type AnyLayer, classNamed, onlyShape, replaceMethod, type Shape, shapeText } from './extend.ts';

interface Weight {
  originalName: string;
  shape: Shape;
}
interface Layer extends AnyLayer {
  built: boolean;
  weights: Weight[];
  apply(inputs: unknown, kwargs?: object): unknown;
  setWeights(weights: unknown): void;
}
interface Model extends Layer {
  layers: AnyLayer[];
  getLayer(nameOrIndex?: unknown, index?: unknown): AnyLayer;
}
interface Reshape extends AnyLayer {
  targetShape: Shape;
  computeOutputShape(shapes: Shape | Shape[]): Shape;
  fixUnknownDimension(from: Shape, to: Shape): Shape;
}
interface Embedding extends AnyLayer {
  inputDim: number;
  call(inputs: tf.Tensor | tf.Tensor[], kwargs: object): tf.Tensor;
}

const isSymbolic = (x: unknown) => x instanceof tfl.SymbolicTensor;

/** @throws TypeError for what is neither all tensors nor all outputs of layers */
function checkInputs(layer: Layer, inputs: unknown): void {
  if (isTensor(inputs) || isSymbolic(inputs)) return;
  const what = "a tensor or what tf.input or a layer's apply returns, or an array of one of these kinds";
  const where = `the layer "${layer.name}": apply takes ${what}`;
  const remedy = typeof inputs === 'number' || Array.isArray(inputs) ? '; make a tensor with tf.tensor(…)' : '';
  if (!Array.isArray(inputs) || inputs.length === 0) throw new TypeError(`${where}, and got ${shown(inputs)}${remedy}`);
  const list = inputs as unknown[];
  const other = list.findIndex((x) => !isTensor(x) && !isSymbolic(x));
  if (other >= 0) throw new TypeError(`${where}, and got an array with ${shown(list[other])} at ${other}${remedy}`);
  if (list.some(isTensor) && list.some(isSymbolic)) throw new TypeError(`${where}, and got an array with both kinds`);
}

/** @throws TypeError or Error that names the weights that are wanted, with their shapes */
function checkWeights(layer: Layer, given: unknown): void {
  const wanted = layer.weights;
  const where = `setWeights of "${layer.name}"`;
  if (!Array.isArray(given))
    throw new TypeError(`${where} takes an array of tensors, as getWeights returns it, and got ${shown(given)}`);
  if (given.length !== wanted.length) {
    const list = wanted.map(({ originalName, shape }) => `${originalName} ${shapeText(shape)}`).join(', ');
    const none = layer.built ? 'the layer has no weights' : 'it has no weights before its first call, or build';
    const came = given.map((x) => (isTensor(x) ? shapeText(x.shape) : shown(x))).join(', ');
    const all = wanted.length > 0 ? `it takes ${wanted.length} weights: ${list}` : none;
    throw new Error(`${where} got ${given.length} weights${came && `: ${came}`}; ${all}`);
  }
  wanted.forEach(({ originalName, shape }, i) => {
    const weight: unknown = given[i];
    const must = `${where}: weights[${i}], ${originalName}, must be a tensor of shape ${shapeText(shape)}`;
    if (!isTensor(weight)) throw new TypeError(`${must}, and is ${shown(weight)}`);
    const isSame = weight.rank === shape.length && shape.every((n, k) => n === weight.shape[k]);
    if (!isSame) throw new Error(`${must}, and is of shape ${shapeText(weight.shape)}`);
  });
}

function checkCalls(): void {
  replaceMethod<Layer, 'apply'>(
    tfl.layers.Layer as never,
    'apply',
    (stock) =>
      function (this: Layer, inputs, kwargs) {
        checkInputs(this, inputs);
        return stock.call(this, inputs, kwargs);
      },
  );
  for (const cls of [tfl.layers.Layer as never, classNamed('Bidirectional')])
    replaceMethod<Layer, 'setWeights'>(
      cls,
      'setWeights',
      (stock) =>
        function (this: Layer, weights) {
          checkWeights(this, weights);
          stock.call(this, weights);
        },
    );
}

/** The layer of a name or place. */
function namePlaces(): void {
  replaceMethod<Model, 'getLayer'>(
    tfl.LayersModel as never,
    'getLayer',
    (stock) =>
      function (this: Model, nameOrIndex, index) {
        const which = index ?? nameOrIndex;
        const names = this.layers.map(({ name }) => name);
        const there = `the ${names.length} layers are ${names.join(', ')}`;
        if (typeof which === 'number') {
          if (Number.isInteger(which) && which >= 0 && which < names.length) return stock.call(this, which);
          throw new RangeError(`model.getLayer: there is no layer ${which}; ${there}, from 0`);
        }
        if (typeof which !== 'string')
          throw new TypeError(`model.getLayer takes the name of a layer or its place, and got ${shown(which)}`);
        if (names.includes(which)) return stock.call(this, which);
        throw new Error(`model.getLayer: there is no layer "${which}"${didYouMean(which, names) || `; ${there}`}`);
      },
  );
}

/** Of Reshape: the sizes are compared, and the one that is left is known, also where the batch's size is not. */
function nameShapes(): void {
  const cls = classNamed('Reshape');
  replaceMethod<Reshape, 'fixUnknownDimension'>(
    cls,
    'fixUnknownDimension',
    (stock) =>
      function (this: Reshape, from, to) {
        try {
          return stock.call(this, from, to);
        } catch {
          const isOpen = to.filter((n) => n === null || n < 0).length > 1;
          const product = (shape: Shape) => shape.reduce<number>((a, n) => a * (n === null || n < 0 ? 1 : n), 1);
          const rest = to.includes(null) ? 'a multiple of ' : '';
          throw new Error(
            `the layer "${this.name}": targetShape is ${shapeText(to)}, ` +
              (isOpen
                ? 'and only one of its sizes can be left open'
                : `which holds ${rest}${product(to)} numbers, and each example is of shape ${shapeText(from)}, ` +
                  `${product(from)} numbers`),
          );
        }
      },
  );
  replaceMethod<Reshape, 'computeOutputShape'>(
    cls,
    'computeOutputShape',
    (stock) =>
      function (this: Reshape, shapes) {
        const [batch, ...example] = onlyShape(shapes);
        if (example.some((n) => n === null || n < 0)) return stock.call(this, shapes);
        return [batch!, ...this.fixUnknownDimension(example, this.targetShape)];
      },
  );
}

/** What the device `cpu` says of an index that is not there. */
const OF_INDEX = /the index value (\S+) is not in/;

function nameIndices(): void {
  replaceMethod<Embedding, 'call'>(
    classNamed('Embedding'),
    'call',
    (stock) =>
      function (this: Embedding, inputs, kwargs) {
        try {
          return stock.call(this, inputs, kwargs);
        } catch (e) {
          const index = e instanceof Error ? OF_INDEX.exec(e.message)?.[1] : undefined;
          if (index === undefined) throw e;
          throw new RangeError(
            `the layer "${this.name}": the index ${index} is not from 0 to ${this.inputDim - 1}; inputDim is ` +
              `${this.inputDim}, and must be the largest index + 1`,
            { cause: e },
          );
        }
      },
  );
}

/** Makes these calls say what came and what is wanted. */
export function nameCalls(): void {
  checkCalls();
  namePlaces();
  nameShapes();
  nameIndices();
}
