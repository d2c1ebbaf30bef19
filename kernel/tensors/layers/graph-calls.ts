// `predict` and `execute` of graph models: errors that name the inputs and outputs that the model has.
import type * as tf from '@tensorflow/tfjs-core';
import { GraphModel } from '@tensorflow/tfjs-converter';
import { didYouMean } from '../../wire/closest.ts';
import { shown } from '../calls/shown.ts';
import { isTensor } from '../engine/is-tensor.ts';
import { replaceMethod, shapeText } from './extend.ts';

interface Graph {
  inputs: { name: string; shape?: number[]; dtype: string }[];
  inputNodes: string[];
  outputNodes: string[];
  execute(inputs: unknown, outputs?: string | string[]): tf.Tensor | tf.Tensor[];
  executeAsync(inputs: unknown, outputs?: string | string[]): Promise<tf.Tensor | tf.Tensor[]>;
}

const inputsOf = ({ inputs }: Graph) =>
  inputs.map(({ name, shape, dtype }) => `${name} ${dtype}${shape ? ` ${shapeText(shape)}` : ''}`).join(', ');

/** @throws TypeError for what is neither a tensor, nor tensors in an array or by the names of inputs */
function checkInputs(model: Graph, inputs: unknown): void {
  if (isTensor(inputs)) return;
  const takes = `graph model: takes a tensor, an array of tensors, or tensors by names, for its inputs ${inputsOf(model)}`;
  if (typeof inputs !== 'object' || inputs === null) throw new TypeError(`${takes}; and got ${shown(inputs)}`);
  const [name, bad] = Object.entries(inputs).find(([, x]) => !isTensor(x)) ?? [];
  if (name !== undefined)
    throw new TypeError(`${takes}; and got ${shown(bad)} for ${name}; make a tensor with tf.tensor(…)`);
}

const ended = (near: string) => near || '.';

/** What TensorFlow.js says, with what the model has. */
function told(model: Graph, error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  const [, name, which, must, was] =
    /The (?:shape|dtype) of dict\['(.+)'\] provided in model\.execute\(dict\) must be (\[?)(.*?)\]?, but was \[?(.*?)\]?$/.exec(
      error.message,
    ) ?? [];
  const keys = /keys: \[(.*)\] that are not part of graph/.exec(error.message)?.[1];
  const output = /The output '(.*)' is not found in the graph/.exec(error.message)?.[1];
  const count = /there are (\d+) input tensors provided/.exec(error.message)?.[1];
  const sizes = (list: string) => shapeText(list === '' ? [] : list.split(',').map(Number));
  let message: string | undefined;
  if (name !== undefined)
    message =
      which === '['
        ? `the input "${name}" must be of shape ${sizes(must!)}, and is of shape ${sizes(was!)}`
        : `the input "${name}" must be ${must}, and is ${was}; x.cast('${must}') converts it`;
  else if (keys !== undefined) {
    const first = keys.split(',')[0]!;
    message = `there is no input "${first}"${ended(didYouMean(first, model.inputNodes))} The inputs are ${inputsOf(model)}`;
  } else if (output !== undefined) {
    const near = didYouMean(output, model.outputNodes);
    message = `there is no output "${output}"${ended(near)} The outputs are ${model.outputNodes.join(', ')}`;
  } else if (count !== undefined)
    message = `takes ${model.inputs.length} tensors, and got ${count}; the inputs are ${inputsOf(model)}`;
  if (message === undefined) return error;
  error.cause ??= error.message;
  error.message = `graph model: ${message}`;
  return error;
}

/** Makes these methods say what came and what is wanted; `predict` calls them. */
export function nameGraphCalls(): void {
  const cls = GraphModel as never;
  replaceMethod<Graph, 'execute'>(
    cls,
    'execute',
    (stock) =>
      function (this: Graph, inputs, outputs) {
        checkInputs(this, inputs);
        try {
          return stock.call(this, inputs, outputs);
        } catch (e) {
          throw told(this, e);
        }
      },
  );
  replaceMethod<Graph, 'executeAsync'>(
    cls,
    'executeAsync',
    (stock) =>
      async function (this: Graph, inputs, outputs) {
        checkInputs(this, inputs);
        try {
          return await stock.call(this, inputs, outputs);
        } catch (e) {
          throw told(this, e);
        }
      },
  );
}
