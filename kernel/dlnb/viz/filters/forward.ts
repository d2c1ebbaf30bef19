// Runs a model of tf.layers layer by layer and keeps the output of each, to draw feature maps and the inputs of
// filters.
import type { Tensor } from '@tensorflow/tfjs-core';
import { callsOf, connected, isModel, type LayerLike, type ModelLike } from '../graph/layers.ts';
import type { TensorLibrary } from '../../library.ts';
import { classOf, convolutionsOf, type Convolution } from './convolution.ts';

/** One step of the computation. */
export interface Step {
  name: string;
  type: string;
  /** Index of the step that its input comes from; absent without such a step. */
  from?: number;
  convolution?: Convolution;
  /** Output: [examples, height, width, channels], or [examples, length, channels]. */
  output?: Tensor;
}

/**
 * The layers of a model and of inner models, each before those that need it. Builds the model if its input shape is
 * known.
 */
export function layersOf(model: ModelLike, where: string): LayerLike[] {
  const inner = innerOf(model, where);
  const layers = callsOf(inner).flatMap(({ outboundLayer: layer }) =>
    isModel(layer) ? layersOf(layer, where) : [layer],
  );
  return [...new Set(layers)];
}

const innerOf = (model: ModelLike, where: string) => connected(model, where, 'it has no filters');

/** The convolutions of layers; the two parts of a separable layer have their own names. */
export function stepsOf(layer: LayerLike, where: string): Step[] {
  const convolutions = convolutionsOf(layer, where) ?? [];
  const parts = convolutions.length > 1 ? [' (depthwise)', ' (pointwise)'] : [''];
  return convolutions.map((convolution, i) => ({
    name: `${layer.name}${parts[i]!}`,
    type: layer.getClassName(),
    convolution,
  }));
}

/**
 * All steps of a model on an input, without those that have no maps. Must be called in a `tidy`.
 * @param x [examples, …], as the model takes it
 */
export function forward(tf: TensorLibrary, model: ModelLike, x: Tensor, where: string): Step[] {
  const lines = layersOf(model, where).some((l) => classOf(l) === 'Conv1D');
  const hasMaps = (t: Tensor) => t.rank === 4 || (t.rank === 3 && lines);
  const steps: Step[] = [];
  /** The step of each tensor, by the tensor's id. */
  const makers = new Map<number, number>();
  const calls = new Map<LayerLike, number>();
  const add = (step: Step, input: Tensor | undefined, output: Tensor) => {
    const from = input && makers.get(input.id);
    if (!hasMaps(output) || makers.has(output.id)) return;
    // A layer without effect in inference, such as dropout, returns its input
    if (from !== undefined && output.dataId === input!.dataId && String(output.shape) === String(input!.shape)) {
      makers.set(output.id, from);
      return;
    }
    makers.set(output.id, steps.length);
    steps.push({ ...step, output, ...(from === undefined ? {} : { from }) });
  };
  const run = (layer: LayerLike, inputs: Tensor[]): Tensor[] => {
    if (isModel(layer)) return runModel(layer, inputs);
    const call = (calls.get(layer) ?? 0) + 1;
    calls.set(layer, call);
    const given = (layer as unknown as Applied).apply(inputs.length === 1 ? inputs[0]! : inputs, { training: false });
    const outputs = Array.isArray(given) ? given : [given];
    const again = call > 1 ? ` (call ${call})` : '';
    const parts = stepsOf(layer, where).map((s) => ({ ...s, name: `${s.name}${again}` }));
    let [input] = inputs;
    if (parts.length > 1) {
      const [depthwise] = parts as [Step];
      const middle = depthwiseOutput(tf, depthwise.convolution!, input!);
      add(depthwise, input, middle);
      input = middle;
    }
    const own = parts.at(-1) ?? { name: `${layer.name}${again}`, type: layer.getClassName() };
    for (const output of outputs) add(own, inputs.length === 1 ? input : undefined, output);
    return outputs;
  };
  const runModel = (m: ModelLike, inputs: Tensor[]): Tensor[] => {
    const inner = innerOf(m, where);
    const values = new Map(inner.inputs.map(({ id }, i) => [id, inputs[i]!]));
    for (const { outboundLayer, inputTensors, outputTensors } of callsOf(inner)) {
      if (outputTensors.every(({ id }) => values.has(id))) continue;
      const outputs = run(
        outboundLayer,
        inputTensors.map(({ id }) => values.get(id)!),
      );
      outputTensors.forEach(({ id }, i) => values.set(id, outputs[i]!));
    }
    return inner.outputs.map(({ id }) => values.get(id)!);
  };
  if (hasMaps(x)) add({ name: 'input', type: 'input' }, undefined, x);
  runModel(model, [x]);
  return steps;
}

interface Applied {
  apply(x: Tensor | Tensor[], options: { training: boolean }): Tensor | Tensor[];
}

/** The output of the first half of a separable convolution, which the layer does not expose. */
function depthwiseOutput(tf: TensorLibrary, { weights, stride, dilation, padding }: Convolution, x: Tensor): Tensor {
  return tf.depthwiseConv2d(
    x as Parameters<typeof tf.depthwiseConv2d>[0],
    weights as Parameters<typeof tf.depthwiseConv2d>[1],
    stride,
    padding as 'same' | 'valid',
    'NHWC',
    dilation,
  );
}
