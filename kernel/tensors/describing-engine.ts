// What the engine, the backends of the devices and graph models say of themselves to JSON.stringify and to console.log:
// a line or a short object, and not all of the device's memory.
import * as tf from '@tensorflow/tfjs-core';
import { GraphModel } from '@tensorflow/tfjs-converter';
import { grouped } from '../outputs/model-summary.ts';

/** A tensor of a graph's signature; `shape` is missing where the file does not name it. */
interface Edge {
  name: string;
  shape?: readonly number[];
}

const edges = (list: readonly Edge[]) =>
  list.map(({ name, shape }) => (shape ? `${name} [${shape.map((n) => (n < 0 ? 'null' : n)).join(', ')}]` : name));

/** What a graph model is; before it is loaded it has no executor. */
function graphOf(
  model: GraphModel,
): { inputs: readonly Edge[]; outputs: readonly Edge[]; weights: number } | undefined {
  try {
    const weights = Object.values(model.weights as Record<string, tf.Tensor[]>).flat();
    return { inputs: model.inputs, outputs: model.outputs, weights: weights.reduce((n, { size }) => n + size, 0) };
  } catch {
    return undefined;
  }
}

const urlOf = (model: GraphModel): string | undefined => {
  const url = (model as unknown as { modelUrl: unknown }).modelUrl;
  return typeof url === 'string' ? url : undefined;
};

/** `GraphModel "file://./model.json" x [null, 2] → y [null, 1]: 12 weights` */
function graphText(this: GraphModel): string {
  const graph = graphOf(this);
  const url = urlOf(this);
  const name = `GraphModel${url === undefined ? '' : ` "${url}"`}`;
  if (!graph) return `${name}, not loaded`;
  const [from, to] = [edges(graph.inputs), edges(graph.outputs)].map((list) => list.join(', '));
  return `${name} ${from} → ${to}: ${grouped(graph.weights)} weights`;
}

function graphJson(this: GraphModel): object {
  return { className: 'GraphModel', url: urlOf(this), ...graphOf(this) };
}

/** Installs all of it. */
export function installDescribingEngine(): void {
  const inspect = Symbol.for('nodejs.util.inspect.custom');
  const describe = (prototype: object, text: () => string, json: () => object) => {
    const define = (key: string | symbol, value: unknown) =>
      Object.defineProperty(prototype, key, { value, configurable: true, writable: true });
    define(inspect, text);
    define('toJSON', json);
  };
  describe(
    tf.KernelBackend.prototype,
    function (this: object) {
      return `${this.constructor.name} of the device "${tf.getBackend()}"`;
    },
    function (this: object) {
      return { className: this.constructor.name, device: tf.getBackend() };
    },
  );
  describe(
    Object.getPrototypeOf(tf.engine()) as object,
    () => `Engine of the device "${tf.getBackend()}": ${tf.memory().numTensors} tensors`,
    () => ({ className: 'Engine', device: tf.getBackend(), memory: tf.memory() }),
  );
  describe(GraphModel.prototype, graphText as () => string, graphJson as () => object);
}
