// The graph of the layers of a model of tf.layers: one node for each call of a layer, nested models as groups.
import type { GraphOutput } from '../../../wire/graph.ts';
import { blocksOf, signatureOf } from '../../../outputs/model-blocks.ts';
import { grouped, parametersOf } from '../../../outputs/model-summary.ts';
import { sortGroups, type Plan, type PlannedNode } from './plan.ts';

type Shape = (number | null)[];

export interface Symbolic {
  id: number;
  shape: Shape;
  dtype: string;
}
export interface Call {
  inputTensors: Symbolic[];
  outputTensors: Symbolic[];
  outboundLayer: LayerLike;
}
export interface LayerLike {
  name: string;
  trainable: boolean;
  getClassName(): string;
  countParams(): number;
  trainableWeights: readonly { shape: Shape }[];
  inboundNodes: Call[];
}

/** The part of a model of tf.layers that its graph needs. */
export interface ModelLike extends LayerLike {
  built: boolean;
  build(): void;
  layers: readonly LayerLike[];
  inputs: Symbolic[];
  outputs: Symbolic[];
  /** `<layer>_ib-<number of the call>` for each call that belongs to the model. */
  containerNodes?: Set<string>;
  /** The inner model of a sequential model. */
  model?: ModelLike;
}

export function isModel(value: unknown): value is ModelLike {
  const m = value as Partial<ModelLike> | null;
  return typeof m === 'object' && m !== null && Array.isArray(m.layers) && 'built' in m && Array.isArray(m.inputs);
}

/**
 * The model that holds the connections of the layers; it is built if the model's input shape is known.
 * @param without what an unbuilt model lacks, for the error message
 * @throws Error if the model is not built yet
 */
export function connected(model: ModelLike, where: string, without: string): ModelLike {
  // A sequential model with a known input shape connects its layers when it is first used
  if (!model.built && model.inputs.length > 0) model.build();
  const inner = model.model ?? model;
  if (!model.built || !inner.containerNodes)
    throw new Error(
      `${where}: the model is not built yet, so ${without}; give its first layer an inputShape, or call model.build([null, …])`,
    );
  return inner;
}

/** The node output that a tensor of the graph comes from. */
interface Source {
  node: number;
  output: number;
}
type Sources = Map<number, Source>;

/** @throws Error if the model is not built yet */
export function layersPlan(model: ModelLike): Plan {
  const plan: Plan = { kind: 'layers', title: model.name, nodes: [], edges: [], groups: [] };
  addModel(plan, model, undefined, new Map());
  sortGroups(plan);
  return plan;
}

/**
 * Adds a model's layers. Its input layers are left out if `sources` has the outer model's tensors that they stand for.
 */
function addModel(plan: Plan, model: ModelLike, group: number | undefined, sources: Sources): Sources {
  const inner = connected(model, 'viz.graph', 'its layers are not connected');
  for (const call of callsOf(inner)) {
    if (call.outputTensors.every(({ id }) => sources.has(id))) continue;
    const layer = call.outboundLayer;
    const from = call.inputTensors.map(({ id }) => sources.get(id)!);
    const made = isModel(layer) ? addNested(plan, layer, group, from) : addLayer(plan, call, group, from);
    call.outputTensors.forEach(({ id }, i) => sources.set(id, made[i]!));
  }
  foldBlocks(plan, inner.layers, group);
  return sources;
}

/** Makes a folded group of each of the model's repeated blocks. @param around the group of the model */
function foldBlocks(plan: Plan, layers: readonly LayerLike[], around: number | undefined): void {
  const blocks = blocksOf(layers.map((layer) => ({ name: layer.name, signature: signatureOf(layer) })));
  for (const { label, first, count } of blocks) {
    const names = new Set(layers.slice(first, first + count).map(({ name }) => name));
    const group = plan.groups.length;
    plan.groups.push({ label, kind: 'block', ...(around === undefined ? {} : { parent: around }), folded: true });
    for (const node of plan.nodes) if (node.group === around && names.has(node.label)) node.group = group;
    for (const nested of plan.groups.slice(0, group))
      if (nested.parent === around && names.has(nested.label)) nested.parent = group;
  }
}

/** The layer calls of a model, each after those that it needs. */
export function callsOf(model: ModelLike): Call[] {
  const calls = model.layers.flatMap((layer) =>
    layer.inboundNodes.filter((_, i) => model.containerNodes!.has(`${layer.name}_ib-${i}`)),
  );
  const maker = new Map<number, Call>();
  for (const call of calls) for (const { id } of call.outputTensors) maker.set(id, call);
  const order: Call[] = [];
  const seen = new Set<Call>();
  const visit = (call: Call) => {
    if (seen.has(call)) return;
    seen.add(call);
    for (const { id } of call.inputTensors) {
      const before = maker.get(id);
      if (before && before !== call) visit(before);
    }
    order.push(call);
  };
  calls.forEach(visit);
  return order;
}

function addNested(plan: Plan, model: ModelLike, parent: number | undefined, from: Source[]): Source[] {
  const group = plan.groups.length;
  plan.groups.push({
    label: model.name,
    kind: 'layer',
    type: model.getClassName(),
    ...(parent === undefined ? {} : { parent }),
    folded: true,
  });
  const inner = model.model ?? model;
  const sources: Sources = new Map((inner.inputs ?? []).map(({ id }, i) => [id, from[i]!]));
  addModel(plan, model, group, sources);
  return inner.outputs.map(({ id }) => sources.get(id)!);
}

function addLayer(plan: Plan, call: Call, group: number | undefined, from: Source[]): Source[] {
  const { outboundLayer: layer } = call;
  const number = plan.nodes.length;
  const isInput = layer.getClassName() === 'InputLayer';
  const parameters = layer.countParams();
  const trainable = parametersOf(layer.trainableWeights);
  const details: [string, string][] = [['class', layer.getClassName()]];
  if (parameters > 0) {
    details.push(['parameters', grouped(parameters)]);
    details.push(['trainable', trainable === parameters ? 'yes' : trainable === 0 ? 'no' : grouped(trainable)]);
  }
  const node: PlannedNode = {
    kind: isInput ? 'input' : 'layer',
    label: layer.name,
    details,
    outputs: call.outputTensors.map(({ shape, dtype }): Pick<GraphOutput, 'shape' | 'dtype'> => ({ shape, dtype })),
  };
  if (group !== undefined) node.group = group;
  const calls = layer.inboundNodes;
  if (calls.length > 1) node.note = `call ${calls.indexOf(call) + 1} of ${calls.length}; all share their parameters`;
  plan.nodes.push(node);
  if (!isInput)
    for (const { node: source, output } of from)
      plan.edges.push({ from: source, to: number, ...(output > 0 ? { output } : {}) });
  return call.outputTensors.map((_, output) => ({ node: number, output }));
}
