// `nn.toOnnx`: a model of layers as an ONNX graph, for runtimes of other languages. A bundle of its own (dist/onnx.js)
// with `nn.fromOnnx`, loaded at the first such call.
import type { LayersModel, SymbolicTensor } from '@tensorflow/tfjs-layers';
import { GraphBuilder } from '../../../formats/onnx/graph.ts';
import { TYPES, writeModel, type OnnxPort } from '../../../formats/onnx/messages.ts';
import { shown } from '../../options.ts';
import type { Config, Emit, Layer, Shape } from './layers.ts';
import { POINTWISE } from './pointwise.ts';
import { recurrent, reversed } from './recurrent.ts';
import { SPATIAL } from './spatial.ts';

/** One call of a layer in a model. */
interface Node {
  outboundLayer: Layer;
  inputTensors: SymbolicTensor[];
  outputTensors: SymbolicTensor[];
  callArgs?: Config;
}
interface Container {
  inputs: SymbolicTensor[];
  outputs: SymbolicTensor[];
  nodesByDepth: Record<string, Node[]>;
}

const EMIT: Record<string, Emit> = { ...POINTWISE, ...SPATIAL, LSTM: recurrent, GRU: recurrent, SimpleRNN: recurrent };

/** A recurrent layer in both directions. */
const bidirectional: Emit = (g, layer, [x], call) => {
  const { forwardLayer, backwardLayer } = layer as unknown as Record<'forwardLayer' | 'backwardLayer', Layer>;
  const config = layer.getConfig() as Config;
  const one = (inner: Layer) => {
    const emit = ['LSTM', 'GRU', 'SimpleRNN'].includes(inner.getClassName()) ? recurrent : undefined;
    if (!emit || (inner.getConfig() as Config)['returnState'] === true)
      throw new Error('it must hold an LSTM, GRU or simple RNN that does not return its state');
    return emit(g, inner, [x!], call)[0]!;
  };
  const forward = one(forwardLayer);
  let backward = one(backwardLayer);
  if ((backwardLayer.getConfig() as Config)['returnSequences'] === true) backward = reversed(g, backward, 1);
  const mode = config['mergeMode'] as string | null;
  if (mode === 'concat') return [g.node('Concat', [forward, backward], { axis: -1 })];
  if (mode === 'sum') return [g.node('Add', [forward, backward])];
  if (mode === 'mul') return [g.node('Mul', [forward, backward])];
  if (mode === 'ave') return [g.node('Div', [g.node('Add', [forward, backward]), g.scalar(2)])];
  return [forward, backward];
};
EMIT['Bidirectional'] = bidirectional;

/** A layer at each time: the times become examples and come back. */
EMIT['TimeDistributed'] = (g, layer, [x], { inputShapes, outputShape, options }) => {
  const { layer: inner } = layer as unknown as { layer: Layer };
  const [, times, ...own] = inputShapes[0]!;
  if ([times, ...own, ...outputShape.slice(1)].includes(null)) throw new Error('the sizes of its input must be known');
  const flat = g.node('Reshape', [x!, g.ints([-1, ...(own as number[])])]);
  const shapes = { inputShapes: [[null, ...own]], outputShape: [null, ...outputShape.slice(2)], options };
  const [y] = emitLayer(g, inner, [flat], shapes);
  return [g.node('Reshape', [y!, g.ints([-1, ...(outputShape.slice(1) as number[])])])];
};

/** The calls of a model's layers, from the inputs to the outputs. */
const inOrder = ({ nodesByDepth }: Container): Node[] =>
  Object.keys(nodesByDepth)
    .sort((a, b) => Number(b) - Number(a))
    .flatMap((depth) => nodesByDepth[depth]!);

/** Layers whose kinds ONNX has no operators for, by names; found before anything is made. */
function unsupported(container: Container): string[] {
  const nodes = inOrder(container);
  return nodes.flatMap(({ outboundLayer: layer }) => {
    const kind = layer.getClassName();
    if (isContainer(layer)) return unsupported(containerOf(layer));
    return kind === 'InputLayer' || EMIT[kind] ? [] : [`"${layer.name}" (${kind})`];
  });
}

const isContainer = (layer: unknown): boolean => Array.isArray((layer as { layers?: unknown }).layers);

/** A sequential model keeps its graph in a model inside, which is made when it is first needed. */
function containerOf(model: unknown): Container {
  const own = model as { getClassName(): string; model?: Container | null; build(): void };
  if (own.getClassName() === 'Sequential' && !own.model) own.build();
  return own.model ?? (model as Container);
}

function emitLayer(g: GraphBuilder, layer: Layer, inputs: string[], call: Parameters<Emit>[3]): string[] {
  const before = g.scope;
  g.scope = before === '' ? layer.name : `${before}/${layer.name}`;
  try {
    return EMIT[layer.getClassName()]!(g, layer, inputs, call);
  } catch (e) {
    throw new Error(`the layer "${layer.name}" (${layer.getClassName()}) cannot be written: ${(e as Error).message}`, {
      cause: e,
    });
  } finally {
    g.scope = before;
  }
}

/** Adds the operators of a model. @returns the names of its outputs */
function emitContainer(g: GraphBuilder, container: Container, inputs: readonly string[]): string[] {
  const names = new Map<number, string>(container.inputs.map(({ id }, i) => [id, inputs[i]!]));
  for (const node of inOrder(container)) {
    const { outboundLayer: layer, inputTensors, outputTensors, callArgs } = node;
    if (layer.getClassName() === 'InputLayer') continue;
    const given = inputTensors.map(({ id }) => names.get(id)!);
    const call = {
      inputShapes: inputTensors.map(({ shape }) => shape as Shape),
      outputShape: outputTensors[0]!.shape as Shape,
      options: callArgs ?? {},
    };
    const outputs = isContainer(layer) ? emitContainer(g, containerOf(layer), given) : emitLayer(g, layer, given, call);
    outputTensors.forEach(({ id }, i) => names.set(id, outputs[i]!));
  }
  return container.outputs.map(({ id }) => names.get(id)!);
}

const TYPE_OF: Record<string, number> = { float32: TYPES.float, int32: TYPES.int32, bool: TYPES.bool };

/**
 * The bytes of an ONNX file with a model.
 * @throws TypeError for what is no model; Error that names the layers that cannot be written
 */
export function toOnnx(model: LayersModel, where: string): Uint8Array {
  if (!Array.isArray((model as Partial<LayersModel> | null)?.inputs) || !isContainer(model))
    throw new TypeError(`${where}: the model must be one of tf.layers with known inputs, got ${shown(model)}`);
  const container = containerOf(model);
  const missing = [...new Set(unsupported(container))];
  if (missing.length > 0)
    throw new Error(
      `${where}: ONNX has no counterpart for ${missing.length > 1 ? 'the layers' : 'the layer'} ${missing.join(', ')}.`,
    );
  const g = new GraphBuilder();
  const port = ({ shape, dtype, name }: SymbolicTensor, own = name): OnnxPort => ({
    name: own,
    type: TYPE_OF[dtype] ?? TYPES.float,
    dims: shape.map((n, i) => n ?? (i === 0 ? 'batch' : `${own}_${i}`)),
  });
  const inputs = container.inputs.map((tensor) => port(tensor));
  let results: string[];
  try {
    results = emitContainer(g, container, inputs.map(({ name }) => name)); // prettier-ignore
  } catch (e) {
    throw new Error(`${where}: ${(e as Error).message}.`, { cause: e });
  }
  // An output has a name of its own, also where it is an input, or twice
  const used = new Set(inputs.map(({ name }) => name));
  const outputs = container.outputs.map((tensor, i) => {
    const layer = tensor.sourceLayer.name;
    const own = [layer, `${layer}_out`].find((name) => !used.has(name)) ?? `${layer}_out_${i}`;
    used.add(own);
    g.nodes.push({ op: 'Identity', domain: '', name: `${own}/Identity`, inputs: [results[i]!], outputs: [own], attributes: new Map() }); // prettier-ignore
    return port(tensor, own);
  });
  return writeModel(g.model(model.name, 'dlnb', inputs, outputs));
}
