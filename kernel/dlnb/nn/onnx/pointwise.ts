// All other layers as ONNX operators: dense, normalization, activations, merging, shapes, embedding, attention.
import type { GraphBuilder } from '../../../formats/onnx/graph.ts';
import { waves } from '../layers/positions.ts';
import { activate } from './activations.ts';
import { axisFrom, constantOf, firstOrder, floatsIn, lastOrder, plusBias, weightOf, type Call, type Config, type Emit, type Shape } from './layers.ts'; // prettier-ignore

const configOf = (layer: { getConfig(): object }) => layer.getConfig() as Config;

/** The layer changes nothing outside of training. */
const identity: Emit = (_, __, [x]) => [x!];

const dense: Emit = (g, layer, [x]) => {
  const y = g.node('MatMul', [x!, constantOf(g, layer, 'kernel')]);
  return [activate(g, plusBias(g, layer, y), configOf(layer)['activation'])];
};

/** Sizes of a constant along one axis, so that it broadcasts. */
const along = (axis: number, rank: number, size: number) =>
  Array.from({ length: rank }, (_, i) => (i === axis ? size : 1)).slice(axis);

const batchNormalization: Emit = (g, layer, [x], { inputShapes }) => {
  const config = configOf(layer);
  const [mean, variance] = [weightOf(layer, 'moving_mean'), weightOf(layer, 'moving_variance')];
  const [gamma, beta] = [floatsIn(layer, 'gamma'), floatsIn(layer, 'beta')];
  const epsilon = config['epsilon'] as number;
  const scale = variance.values.map((v, i) => (gamma?.values[i] ?? 1) / Math.sqrt(v + epsilon));
  const shift = mean.values.map((m, i) => (beta?.values[i] ?? 0) - m * scale[i]!);
  const rank = inputShapes[0]!.length;
  const dims = along(axisFrom([config['axis']].flat()[0] as number, rank), rank, scale.length);
  return [g.node('Add', [g.node('Mul', [x!, g.floats('scale', scale, dims)]), g.floats('shift', shift, dims)])];
};

const layerNormalization: Emit = (g, layer, [x], { inputShapes }) => {
  const config = configOf(layer);
  const rank = inputShapes[0]!.length;
  const axes = [config['axis']].flat().map((axis) => axisFrom(axis as number, rank)).sort(); // prettier-ignore
  if (axes.some((axis, i) => axis !== rank - axes.length + i)) throw new Error('its axis must be the last ones');
  const sizes = axes.map((axis) => inputShapes[0]![axis]!);
  const gamma = floatsIn(layer, 'gamma')?.values ?? new Float32Array(sizes.reduce((a, b) => a * b, 1)).fill(1);
  const beta = floatsIn(layer, 'beta');
  const inputs = [x!, g.floats('gamma', gamma, sizes), ...(beta ? [g.floats('beta', beta.values, sizes)] : [])];
  return [g.node('LayerNormalization', inputs, { axis: axes[0]!, epsilon: { float: config['epsilon'] as number } })];
};

const groupNormalization: Emit = (g, layer, [x], { inputShapes }) => {
  const config = configOf(layer);
  const rank = inputShapes[0]!.length;
  const axis = axisFrom((config['axis'] as number | undefined) ?? -1, rank);
  if (axis !== rank - 1) throw new Error('its axis must be the last one');
  const channels = inputShapes[0]!.at(-1)!;
  const given = (layer as unknown as { groups: number }).groups;
  const groups = given === -1 ? channels : given;
  const first = rank > 2 ? g.node('Transpose', [x!], { perm: firstOrder(rank) }) : x!;
  const ones = g.floats('ones', new Float32Array(groups).fill(1), [groups]);
  const zeros = g.floats('zeros', new Float32Array(groups), [groups]);
  const grouped = g.node('Reshape', [first, g.ints([0, groups, -1])]);
  const normal = g.node('InstanceNormalization', [grouped, ones, zeros], {
    epsilon: { float: (layer as unknown as { epsilon: number }).epsilon },
  });
  let y = g.node('Reshape', [normal, g.node('Shape', [first])]);
  if (rank > 2) y = g.node('Transpose', [y], { perm: lastOrder(rank) });
  if (floatsIn(layer, 'gamma')) y = g.node('Mul', [y, constantOf(g, layer, 'gamma')]);
  return [plusBias(g, layer, y, 'beta')];
};

const rmsNormalization: Emit = (g, layer, [x], { inputShapes }) => {
  const { axis: given, epsilon } = layer as unknown as { axis: number; epsilon: number };
  const rank = inputShapes[0]!.length;
  const axis = axisFrom(given, rank);
  const mean = g.node('ReduceMean', [g.node('Mul', [x!, x!])], { axes: [axis], keepdims: 1 });
  const size = g.node('Sqrt', [g.node('Add', [mean, g.scalar(epsilon)])]);
  const scale = weightOf(layer, 'scale');
  const dims = along(axis, rank, scale.values.length);
  return [g.node('Mul', [g.node('Div', [x!, size]), g.floats('scale', scale.values, dims)])];
};

const unitNormalization: Emit = (g, layer, [x], { inputShapes }) => {
  const rank = inputShapes[0]!.length;
  const axes = (layer as unknown as { axis: number[] }).axis.map((axis) => axisFrom(axis, rank));
  const squares = g.node('ReduceSum', [g.node('Mul', [x!, x!]), g.ints(axes)], { keepdims: 1 });
  return [g.node('Div', [x!, g.node('Sqrt', [g.node('Max', [squares, g.scalar(1e-12)])])])];
};

const normalization: Emit = (g, layer, [x], { inputShapes }) => {
  const own = layer as unknown as { mean?: unknown; givenMean?: number | number[]; givenVariance?: number | number[]; axis?: number[]; invert: boolean }; // prettier-ignore
  const rank = inputShapes[0]!.length;
  const axes = [configOf(layer)['axis'] ?? []].flat().map((axis) => axisFrom(axis as number, rank));
  if (axes.length > 1 || (axes.length === 1 && axes[0] !== rank - 1)) throw new Error('its axis must be the last one');
  const of = (name: string, given: number | number[] | undefined) =>
    own.mean ? weightOf(layer, name).values : Float32Array.from([given!].flat());
  const mean = of('mean', own.givenMean);
  const deviation = of('variance', own.givenVariance).map((v) => Math.max(Math.sqrt(v), 1e-7));
  const [m, d] = [g.floats('mean', mean, [mean.length]), g.floats('deviation', deviation, [deviation.length])];
  if (own.invert) return [g.node('Add', [m, g.node('Mul', [x!, d])])];
  return [g.node('Div', [g.node('Sub', [x!, m]), d])];
};

const rescaling: Emit = (g, layer, [x]) => {
  const { scale, offset } = configOf(layer) as { scale: number; offset: number };
  return [g.node('Add', [g.node('Mul', [x!, g.scalar(scale)]), g.scalar(offset)])];
};

const reLU: Emit = (g, layer, [x]) => {
  const { maxValue, negativeSlope = 0, threshold = 0 } = configOf(layer) as Record<string, number | undefined>;
  if (threshold !== 0) throw new Error('its threshold must be 0');
  const y = negativeSlope === 0 ? g.node('Relu', [x!]) : g.node('LeakyRelu', [x!], { alpha: { float: negativeSlope } });
  return [maxValue === undefined || maxValue === null ? y : g.node('Min', [y, g.scalar(maxValue)])];
};

const prelu: Emit = (g, layer, [x]) => [g.node('PRelu', [x!, constantOf(g, layer, 'alpha')])];

const thresholdedReLU: Emit = (g, layer, [x]) => [
  g.node('ThresholdedRelu', [x!], { alpha: { float: configOf(layer)['theta'] as number } }),
];

const softmax: Emit = (g, layer, [x]) => {
  const axis = (layer as unknown as { axis: number | number[] }).axis;
  if (Array.isArray(axis)) throw new Error('it must have one axis');
  return [g.node('Softmax', [x!], { axis: axis ?? -1 })];
};

/** Merges inputs of a rank; those of fewer axes are widened behind the batch by the layer itself. */
const merge =
  (op: string): Emit =>
  (g, _, inputs) => [inputs.reduce((a, b) => g.node(op, [a, b]))];

const average: Emit = (g, _, inputs) => [
  g.node('Div', [inputs.reduce((a, b) => g.node('Add', [a, b])), g.scalar(inputs.length)]),
];

const concatenate: Emit = (g, layer, inputs) => [
  g.node('Concat', inputs, { axis: (configOf(layer)['axis'] as number | undefined) ?? -1 }),
];

/** 0 stands for the size of the batch. */
const reshape = (g: GraphBuilder, x: string, shape: Shape): string => {
  const open = shape.slice(1).filter((n) => n === null).length;
  if (open > 1) throw new Error('at most one size of its output may be unknown');
  return g.node('Reshape', [x, g.ints([0, ...shape.slice(1).map((n) => n ?? -1)])]);
};

const reshaping: Emit = (g, _, [x], { outputShape }) => [reshape(g, x!, outputShape)];

const permute: Emit = (g, layer, [x]) => [
  g.node('Transpose', [x!], { perm: [0, ...(configOf(layer)['dims'] as number[])] }),
];

const repeat: Emit = (g, layer, [x]) => [
  g.node('Tile', [g.node('Unsqueeze', [x!, g.ints([1])]), g.ints([1, configOf(layer)['n'] as number, 1])]),
];

const embedding: Emit = (g, layer, [x]) => {
  if (configOf(layer)['maskZero'] === true) throw new Error('it makes a mask (maskZero), which ONNX does not have');
  const table = constantOf(g, layer, 'embeddings');
  return [g.node('Gather', [table, g.node('Cast', [x!], { to: 7 })], { axis: 0 })];
};

const sinePositions: Emit = (g, layer, [x], { inputShapes }) => {
  const [, length, size] = inputShapes[0]!;
  if (length == null || size == null) throw new Error('the length of its input must be known');
  const { maxWavelength } = layer as unknown as { maxWavelength: number };
  return [g.node('Add', [x!, g.floats('waves', waves(length, size, maxWavelength), [length, size])])];
};

const learnedPositions: Emit = (g, layer, [x], { inputShapes }) => {
  const [, length] = inputShapes[0]!;
  const { values, shape } = weightOf(layer, 'embeddings');
  if (length == null) throw new Error('the length of its input must be known');
  const size = shape[1]!;
  return [g.node('Add', [x!, g.floats('embeddings', values.subarray(0, length * size), [length, size])])];
};

/** 0 where a query may see a key, −1e9 where not. */
function causal(g: GraphBuilder, [query, , key]: Shape[]): string {
  const [targets, sources] = [query![1], key![1]];
  if (targets == null || sources == null)
    throw new Error('the lengths of its inputs must be known, since it is causal');
  const hidden = Float32Array.from({ length: targets * sources }, (_, i) =>
    i % sources > Math.floor(i / sources) ? -1e9 : 0,
  );
  return g.floats('causal', hidden, [targets, sources]);
}

const three = <T>(list: readonly T[]): [T, T, T] => {
  const value = list.length > 1 ? 1 : 0;
  return [list[0]!, list[value]!, list[list.length > 2 ? 2 : value]!];
};

/** What both kinds of attention do with scores. @returns the output and the weights */
function attend(g: GraphBuilder, scores: string, value: string, isCausal: boolean, shapes: Shape[]) {
  const seen = isCausal ? g.node('Add', [scores, causal(g, shapes)]) : scores;
  const weights = g.node('Softmax', [seen], { axis: -1 });
  return [g.node('MatMul', [weights, value]), weights] as const;
}

const isCausal = (own: { causal: boolean }, { options }: Call) => own.causal || options['useCausalMask'] === true;

const attention: Emit = (g, layer, inputs, call) => {
  const own = layer as unknown as { causal: boolean; scoreMode: string; useScale: boolean; returnAttentionScores: boolean }; // prettier-ignore
  if (own.scoreMode !== 'dot') throw new Error("its scoreMode must be 'dot'");
  const [query, value, key] = three(inputs);
  let scores = g.node('MatMul', [query, g.node('Transpose', [key], { perm: [0, 2, 1] })]);
  if (own.useScale) scores = g.node('Mul', [scores, constantOf(g, layer, 'scale')]);
  const [y, weights] = attend(g, scores, value, isCausal(own, call), three(call.inputShapes));
  return own.returnAttentionScores ? [y, weights] : [y];
};

const multiHeadAttention: Emit = (g, layer, inputs, call) => {
  const own = layer as unknown as { causal: boolean; numHeads: number; keyDim: number; valueDim: number; returnAttentionScores: boolean }; // prettier-ignore
  const { numHeads, keyDim, valueDim } = own;
  const part = (x: string, name: string, size: number, perm: number[], scale = 1) => {
    const { values, shape } = weightOf(layer, `${name}/kernel`);
    const kernel = g.floats(`${name}/kernel`, values.map((v) => v * scale), [shape[0]!, numHeads * size]); // prettier-ignore
    const bias = floatsIn(layer, `${name}/bias`);
    let y = g.node('MatMul', [x, kernel]);
    if (bias) y = g.node('Add', [y, g.floats(`${name}/bias`, bias.values.map((v) => v * scale), [numHeads * size])]); // prettier-ignore
    return g.node('Transpose', [g.node('Reshape', [y, g.ints([0, -1, numHeads, size])])], { perm });
  };
  const [query, value, key] = three(inputs);
  const heads = [0, 2, 1, 3];
  const scores = g.node('MatMul', [
    part(query, 'query', keyDim, heads, 1 / Math.sqrt(keyDim)),
    part(key, 'key', keyDim, [0, 2, 3, 1]),
  ]);
  const values = part(value, 'value', valueDim, heads);
  const [mixed, weights] = attend(g, scores, values, isCausal(own, call), three(call.inputShapes));
  const flat = g.node('Reshape', [g.node('Transpose', [mixed], { perm: heads }), g.ints([0, -1, numHeads * valueDim])]);
  const out = weightOf(layer, 'attention_output/kernel');
  const y = g.node('MatMul', [flat, g.floats('output/kernel', out.values, [numHeads * valueDim, out.shape[2]!])]);
  const result = plusBias(g, layer, y, 'attention_output/bias');
  return own.returnAttentionScores ? [result, weights] : [result];
};

const QUIET = [
  ...['Dropout', 'SpatialDropout1D', 'SpatialDropout2D', 'SpatialDropout3D', 'GaussianNoise', 'GaussianDropout'],
  ...['AlphaDropout', 'StochasticDepth', 'ActivityRegularization', 'KlDivergence', 'RandomFlip', 'RandomRotation'],
  ...['RandomTranslation', 'RandomZoom', 'RandomBrightness', 'RandomContrast'],
];

/** The emitters of these layers, by classes. */
export const POINTWISE: Record<string, Emit> = {
  ...Object.fromEntries(QUIET.map((name) => [name, identity])),
  Dense: dense,
  BatchNormalization: batchNormalization,
  LayerNormalization: layerNormalization,
  GroupNormalization: groupNormalization,
  InstanceNormalization: groupNormalization,
  RMSNormalization: rmsNormalization,
  UnitNormalization: unitNormalization,
  Normalization: normalization,
  Rescaling: rescaling,
  Activation: (g, layer, [x]) => [activate(g, x!, configOf(layer)['activation'])],
  ReLU: reLU,
  LeakyReLU: (g, layer, [x]) => [g.node('LeakyRelu', [x!], { alpha: { float: configOf(layer)['alpha'] as number } })],
  PReLU: prelu,
  ELU: (g, layer, [x]) => [g.node('Elu', [x!], { alpha: { float: (configOf(layer)['alpha'] as number | null) ?? 1 } })],
  ThresholdedReLU: thresholdedReLU,
  Softmax: softmax,
  Add: merge('Add'),
  Subtract: merge('Sub'),
  Multiply: merge('Mul'),
  Maximum: merge('Max'),
  Minimum: merge('Min'),
  Average: average,
  Concatenate: concatenate,
  Flatten: reshaping,
  Reshape: reshaping,
  Permute: permute,
  RepeatVector: repeat,
  Embedding: embedding,
  SinePositionEncoding: sinePositions,
  PositionEmbedding: learnedPositions,
  Attention: attention,
  MultiHeadAttention: multiHeadAttention,
};
