// What tensors, variables, layers and models say of themselves to JSON.stringify and to console.log: what they are, and
// the values of small ones; what a model writes down of the arguments that its layers were called with; arrays of complex
// numbers; and what structuredClone cannot copy.
import * as tf from '@tensorflow/tfjs-core';
import * as layers from '@tensorflow/tfjs-layers';
import { Node } from '@tensorflow/tfjs-layers/dist/engine/topology';
import { grouped, parametersOf } from '../outputs/model-summary.ts';
import { valuesNow } from '../outputs/tensor/read.ts';
import { MAX_PRINTED, type TensorLike } from '../outputs/tensor/values.ts';

type Values = tf.backend_util.TypedArray;

/** Values as nested lists, or where they are. */
function valuesOf(x: tf.Tensor): unknown {
  if (x.size > MAX_PRINTED) return `${grouped(x.size)} values: await x.array()`;
  const now = valuesNow(x as object as TensorLike);
  if (!now) return `on ${tf.getBackend()}: await x.array()`;
  const values = (x.dtype === 'bool' ? Array.from(now as Values, Boolean) : now) as Values;
  return x.dtype === 'complex64' ? pairsOf(x, values) : tf.util.toNestedArray(x.shape, values);
}

function tensorJson(this: tf.Tensor): object {
  const { dtype, shape } = this;
  const name = this instanceof tf.Variable ? { name: this.name } : {};
  return { ...name, dtype, shape, ...(this.isDisposed ? { disposed: true } : { values: valuesOf(this) }) };
}

/** The parts of a layer of tfjs-layers that are described. */
interface LayerLike {
  name: string;
  weights: readonly { shape: readonly (number | null)[] }[];
  outputShape: unknown;
  inputs?: readonly SymbolicLike[];
  layers?: readonly LayerLike[];
  getClassName(): string;
  getConfig(): object;
  toJSON?: unknown;
}

interface SymbolicLike {
  name: string;
  dtype: string;
  shape: readonly (number | null)[];
}

const shapeText = (shape: unknown): string =>
  Array.isArray(shape)
    ? `[${shape.map((n) => (Array.isArray(n) ? shapeText(n) : `${n as number | null}`)).join(', ')}]`
    : '?';

/** The output shape; a layer that is used more than once, or not yet, has none. */
function outputText(layer: LayerLike): string {
  try {
    return ` → ${shapeText(layer.outputShape)}`;
  } catch {
    return '';
  }
}

const counted = (n: number, what: string) => `${grouped(n)} ${what}${n === 1 ? '' : 's'}`;

/** `Sequential "sequential_1" [null, 2] → [null, 1]: 3 layers, 20 parameters` */
function layerText(this: LayerLike): string {
  const parts = [counted(parametersOf(this.weights as never), 'parameter')];
  if (this.layers) parts.unshift(counted(this.layers.length, 'layer'));
  const input = this.layers && this.inputs ? ` ${this.inputs.map(({ shape }) => shapeText(shape)).join(', ')}` : '';
  return `${this.getClassName()} "${this.name}"${input}${outputText(this)}: ${parts.join(', ')}`;
}

/** A prototype has no name yet, and a class may fail to describe what is half made. */
function described(
  this: LayerLike,
  _depth: number,
  options: object,
  inspect: (x: unknown, o: object) => string,
): string {
  try {
    return layerText.call(this);
  } catch {
    return inspect(this, { ...options, customInspect: false, depth: 0 });
  }
}

function layerJson(this: LayerLike): object {
  return { className: this.getClassName(), config: this.getConfig() };
}

// — The graph of layers

/**
 * Hides properties by which each layer leads to all others, so that what walks through the properties of a layer or a
 * model (assert.deepStrictEqual prints its difference without end) comes to an end there.
 */
function hide(prototype: object, names: readonly string[]): void {
  for (const name of names)
    Object.defineProperty(prototype, name, {
      configurable: true,
      set(this: object, value: unknown) {
        Object.defineProperty(this, name, { value, writable: true, configurable: true, enumerable: false });
      },
    });
}

// — Arguments of calls in a saved model

interface CallNode {
  callArgs: Record<string, unknown> | null | undefined;
  inputTensors: readonly object[];
}
interface Container {
  layers: readonly { name: string; inboundNodes: readonly CallNode[] }[];
}

/** The arguments of a call that can be saved: without symbolic tensors, which are the node's inputs if they are known. */
function savable(layer: string, { callArgs, inputTensors }: CallNode): Record<string, unknown> {
  const kept: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(callArgs!)) {
    const list = [value].flat(1);
    const tensors = list.filter((x) => x instanceof layers.SymbolicTensor || x instanceof tf.Tensor);
    if (tensors.length === 0) kept[name] = value;
    else if (!tensors.every((x) => inputTensors.includes(x as object)))
      console.warn(
        `The layer ${layer} was called with a tensor as ${name}, which is not saved: after loading, the layer will be called without it.`,
      );
  }
  return kept;
}

/** Calls `f` while the layers' calls seem to have had only arguments that can be saved. */
function withSavableCalls<T>(model: Container, f: () => T): T {
  const changed: { node: CallNode; callArgs: CallNode['callArgs'] }[] = [];
  try {
    for (const { name, inboundNodes } of model.layers)
      for (const node of inboundNodes)
        if (node.callArgs && Object.keys(node.callArgs).length > 0) {
          changed.push({ node, callArgs: node.callArgs });
          node.callArgs = savable(name, node);
        }
    return f();
  } finally {
    for (const { node, callArgs } of changed) node.callArgs = callArgs;
  }
}

// — Complex numbers

/** Nested arrays of the tensor's shape with a pair [real, imaginary] for each element. TensorFlow.js mixes them up. */
function pairsOf(x: tf.Tensor, values: Values): unknown {
  return tf.util.toNestedArray([...x.shape, 2], values);
}

/** `array` and `arraySync` of complex64; those of other types stay as they are. */
function nestPairs(): void {
  const { prototype } = tf.Tensor;
  const { array, arraySync } = prototype;
  prototype.array = async function (this: tf.Tensor) {
    return (this.dtype === 'complex64' ? pairsOf(this, await this.data()) : array.call(this)) as never;
  };
  prototype.arraySync = function (this: tf.Tensor) {
    return (this.dtype === 'complex64' ? pairsOf(this, this.dataSync()) : arraySync.call(this)) as never;
  };
}

// — Copies

/** What a value is that `structuredClone` cannot copy, and what to do instead; undefined if it is none of ours. */
function uncopied(value: unknown): string | undefined {
  if (value instanceof layers.LayersModel)
    return (
      `the model "${value.name}" holds functions and the memory of the device. await model.save('file://…') and ` +
      'await tf.loadLayersModel(…) make a copy of it, b.setWeights(a.getWeights()) copies the weights alone'
    );
  if (value instanceof layers.layers.Layer)
    return (
      `the layer "${value.name}" holds functions and the memory of the device. ` +
      'layer.getConfig() has its options, layer.getWeights() its weights'
    );
  if (value instanceof tf.Optimizer)
    return (
      `the optimizer ${value.getClassName()} holds the memory of the device. ` +
      'optimizer.getConfig() has its options, await optimizer.getWeights() its state'
    );
  return undefined;
}

/** The first of a value's parts that cannot be copied. */
function uncopiedIn(value: unknown, depth: number): string | undefined {
  const own = uncopied(value);
  if (own !== undefined || depth === 0 || typeof value !== 'object' || value === null) return own;
  for (const part of Object.values(value)) {
    const found = uncopiedIn(part, depth - 1);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Parts of parts that are looked through for what cannot be copied. */
const DEPTH = 3;

/** `structuredClone` says what to do instead where it is given a model, a layer or an optimizer, alone or in a list. */
function explainCopies(): void {
  const stock = globalThis.structuredClone;
  const explained = (why: string) => new DOMException(`structuredClone: ${why}.`, 'DataCloneError');
  globalThis.structuredClone = function structuredClone<T>(value: T, options?: StructuredSerializeOptions): T {
    const why = uncopied(value);
    if (why !== undefined) throw explained(why);
    try {
      return stock(value, options);
    } catch (e) {
      const part = (e as Error | null)?.name === 'DataCloneError' ? uncopiedIn(value, DEPTH) : undefined;
      throw part === undefined ? e : explained(part);
    }
  };
}

/** Installs all of it. */
export function installDescribing(): void {
  nestPairs();
  explainCopies();
  const define = (prototype: object, key: string | symbol, value: unknown) =>
    Object.defineProperty(prototype, key, { value, configurable: true, writable: true });
  const inspect = Symbol.for('nodejs.util.inspect.custom');
  define(tf.Tensor.prototype, 'toJSON', tensorJson);
  define(layers.SymbolicTensor.prototype, 'toJSON', function (this: SymbolicLike) {
    return { name: this.name, dtype: this.dtype, shape: this.shape };
  });
  define(layers.SymbolicTensor.prototype, inspect, function (this: SymbolicLike) {
    return `SymbolicTensor ${this.dtype} ${shapeText(this.shape)} "${this.name}"`;
  });
  define(layers.layers.Layer.prototype, inspect, described);
  define(layers.layers.Layer.prototype, 'toJSON', layerJson);
  hide(layers.SymbolicTensor.prototype, ['sourceLayer', 'inputs']);
  hide(Node.prototype as object, ['outboundLayer', 'inboundLayers', 'inputTensors', 'outputTensors']);
  const container = Object.getPrototypeOf(layers.LayersModel.prototype) as { getConfig(this: Container): object };
  const { getConfig } = container;
  container.getConfig = function () {
    return withSavableCalls(this, () => getConfig.call(this));
  };
}
