// Weights of PyTorch modules for layers of TensorFlow.js: other names, other orders of axes and gates.
// https://pytorch.org/docs/stable/nn.html (the section "Variables" of each module)
import type { LayersModel, layers, SymbolicTensor } from '@tensorflow/tfjs-layers';
import { sizeOf } from '../../shape.ts';
import type { NamedWeight } from './weight-names.ts';

/** Numbers with a shape. */
export interface Values {
  values: Float32Array;
  shape: readonly number[];
}
type Layer = layers.Layer;
/** The tensors of one module by their names in it, and the weights of a layer made from them, by theirs. */
type Convert = (module: ModuleTensors, layer: Layer) => Record<string, Values>;

/** Reads the tensors of one module, and notes which were used. */
export class ModuleTensors {
  readonly used = new Set<string>();
  constructor(
    readonly prefix: string,
    private readonly all: ReadonlyMap<string, Values>,
    private readonly where: string,
  ) {}

  get(name: string, layer: Layer): Values {
    const found = this.maybe(name);
    if (found) return found;
    throw new Error(
      `${this.where}: the layer "${layer.name}" (${layer.getClassName()}) needs "${this.prefix}${name}", which is not in the file.`,
    );
  }
  maybe(name: string): Values | undefined {
    const found = this.all.get(this.prefix + name);
    if (found) this.used.add(this.prefix + name);
    return found;
  }
}

/** The values with their axes in another order. */
export function transposed({ values, shape }: Values, axes: readonly number[]): Values {
  const strides = shape.map((_, i) => sizeOf(shape.slice(i + 1)));
  const outShape = axes.map((axis) => shape[axis]!);
  const out = new Float32Array(values.length);
  const index = axes.map(() => 0);
  let from = 0;
  for (let i = 0; i < out.length; i++) {
    out[i] = values[from]!;
    for (let k = axes.length - 1; k >= 0; k--) {
      from += strides[axes[k]!]!;
      if (++index[k]! < outShape[k]!) break;
      from -= outShape[k]! * strides[axes[k]!]!;
      index[k] = 0;
    }
  }
  return { values: out, shape: outShape };
}

const reshaped = ({ values }: Values, shape: readonly number[]): Values => ({ values, shape });

/** `weight` and, where there is one, `bias`. */
const weightAndBias =
  (weight: string, bias: string, turn: (w: Values, layer: Layer) => Values): Convert =>
  (module, layer) => {
    const b = module.maybe('bias');
    return { [weight]: turn(module.get('weight', layer), layer), ...(b && { [bias]: b }) };
  };

/** [out, in, ...kernel] → [...kernel, in, out] */
const convolution = weightAndBias('kernel', 'bias', (w) =>
  transposed(w, [...w.shape.slice(2).map((_, i) => i + 2), 1, 0]),
);
/** [in, out, ...kernel] → [...kernel, out, in] */
const transposedConvolution = convolution;
/** [in * multiplier, 1, ...kernel] → [...kernel, in, multiplier] */
const depthwise = (weight: string) =>
  weightAndBias(weight, 'bias', (w, layer) => {
    const multiplier = (layer as unknown as { depthMultiplier?: number }).depthMultiplier ?? 1;
    const kernel = w.shape.slice(2);
    const split = reshaped(w, [w.shape[0]! / multiplier, multiplier, ...kernel]);
    return transposed(split, [...kernel.map((_, i) => i + 2), 0, 1]);
  });

const dense = weightAndBias('kernel', 'bias', (w, layer) => {
  const turned = transposed(w, [1, 0]);
  const flat = shapeBeforeFlatten(layer);
  if (!flat) return turned;
  // PyTorch flattens channels before places: its rows are in another order
  const [channels, ...places] = [flat.at(-1)!, ...flat.slice(0, -1)];
  const rows = reshaped(turned, [channels, ...places, turned.shape[1]!]);
  const axes = [...places.map((_, i) => i + 1), 0, places.length + 1];
  return reshaped(transposed(rows, axes), turned.shape);
});

/** The shape of one example before the layer `flatten` whose output the layer gets, if it has places and channels. */
function shapeBeforeFlatten(layer: Layer): number[] | undefined {
  const before = (of: Layer): Layer | undefined =>
    (of as unknown as { inboundNodes: { inboundLayers: Layer[] }[] }).inboundNodes[0]?.inboundLayers[0];
  let source = before(layer);
  while (source && /Dropout$|^Activation$|ReLU$/.test(source.getClassName())) source = before(source);
  if (source?.getClassName() !== 'Flatten') return undefined;
  const shape = (source.input as SymbolicTensor).shape.slice(1) as number[];
  return shape.length > 1 ? shape : undefined;
}

const normalization: Convert = (module) => {
  const names = { weight: 'gamma', bias: 'beta', running_mean: 'moving_mean', running_var: 'moving_variance' };
  module.maybe('num_batches_tracked');
  return Object.fromEntries(
    Object.entries(names).flatMap(([name, own]) => {
      const found = module.maybe(name);
      return found ? [[own, found]] : [];
    }),
  );
};

/** Blocks of rows in another order. */
function gates(x: Values, order: readonly number[]): Values {
  const size = x.values.length / order.length;
  const out = new Float32Array(x.values.length);
  order.forEach((from, to) => out.set(x.values.subarray(from * size, (from + 1) * size), to * size));
  return { values: out, shape: x.shape };
}

/** A recurrent module with one layer and one direction, with its gates in our order. */
const recurrent =
  (order: readonly number[], bias: (ih: Values, hh: Values, layer: Layer) => Values): Convert =>
  (module, layer) => {
    const turned = (name: string) => transposed(gates(module.get(name, layer), order), [1, 0]);
    const [ih, hh] = [module.maybe('bias_ih_l0'), module.maybe('bias_hh_l0')];
    return {
      kernel: turned('weight_ih_l0'),
      recurrent_kernel: turned('weight_hh_l0'),
      ...(ih && hh && { bias: bias(gates(ih, order), gates(hh, order), layer) }),
    };
  };
const sum = (a: Values, b: Values): Values => ({ values: a.values.map((v, i) => v + b.values[i]!), shape: a.shape });

/** The converters of layers, by their classes. */
const CONVERT: Record<string, Convert> = {
  Dense: dense,
  Conv1D: convolution,
  Conv2D: convolution,
  Conv3D: convolution,
  Conv1DTranspose: transposedConvolution,
  Conv2DTranspose: transposedConvolution,
  Conv3DTranspose: transposedConvolution,
  DepthwiseConv1D: depthwise('depthwise_kernel'),
  DepthwiseConv2D: depthwise('depthwise_kernel'),
  BatchNormalization: normalization,
  LayerNormalization: normalization,
  GroupNormalization: normalization,
  InstanceNormalization: normalization,
  RMSNormalization: normalization,
  Embedding: (module, layer) => ({ embeddings: module.get('weight', layer) }),
  PReLU: (module, layer) => {
    const shape = layer.weights[0]!.shape as number[];
    const { values } = module.get('weight', layer);
    // One for all channels, or one for each
    const all = values.length === 1 ? new Float32Array(sizeOf(shape)).fill(values[0]!) : values;
    return { alpha: all.length === sizeOf(shape) ? { values: all, shape } : module.get('weight', layer) };
  },
  LSTM: recurrent([0, 1, 2, 3], sum),
  SimpleRNN: recurrent([0], sum),
  // PyTorch: reset, update, new; here: update, reset, new
  GRU: recurrent([1, 0, 2], (ih, hh, layer) => {
    if (!(layer as unknown as { cell?: { resetAfter?: boolean } }).cell?.resetAfter)
      throw new Error(
        `the GRU of PyTorch applies its reset gate after the product, and the layer "${layer.name}" before it: make it with resetAfter: true`,
      );
    return { values: Float32Array.from([...ih.values, ...hh.values]), shape: [2, ih.values.length] };
  }),
};

/** What the weights of a model are in a file of PyTorch. */
export interface FromPytorch {
  /** By {@link NamedWeight.name}. */
  found: Map<string, Values>;
  unused: string[];
}

/**
 * Finds and converts the weights of a model in a state dictionary. Modules are found by their names, which must be those
 * of the layers, or be given; modules that have numbers for names (`nn.Sequential`) are taken in their order.
 * @param names the module of a layer, by the layer's name
 * @throws Error that says what does not fit
 */
export function fromPytorch(
  model: LayersModel,
  weights: readonly NamedWeight[],
  all: ReadonlyMap<string, Values>,
  names: Readonly<Record<string, string>>,
  where: string,
): FromPytorch {
  const layers = [...new Set(weights.map(({ layer }) => layer))];
  const unknown = Object.keys(names).find((name) => !layers.some((layer) => layer.name === name));
  if (unknown !== undefined)
    throw new RangeError(
      `${where}: names has "${unknown}", which is no layer with weights; there are ${layers.map(({ name }) => name).join(', ')}`,
    );
  const modules = [...new Set([...all.keys()].map((name) => name.slice(0, name.lastIndexOf('.') + 1)))];
  const inOrder = modules.every((name) => /^(\d+\.)+$/.test(name)) && Object.keys(names).length === 0;
  if (inOrder) {
    modules.sort((a, b) => a.localeCompare(b, 'en', { numeric: true }));
    if (modules.length !== layers.length)
      throw new Error(
        `${where}: the file has ${modules.length} modules with weights (${modules.map((m) => m.slice(0, -1)).join(', ')}), and the model "${model.name}" ${layers.length} layers with weights (${layers.map(({ name }) => name).join(', ')}).`,
      );
  }
  const found = new Map<string, Values>();
  const used = new Set<string>();
  layers.forEach((layer, i) => {
    const convert = CONVERT[layer.getClassName()];
    if (!convert)
      throw new Error(
        `${where}: weights of PyTorch are not converted for the layer "${layer.name}" (${layer.getClassName()}); for ${Object.keys(CONVERT).join(', ')} they are.`,
      );
    const prefix = inOrder ? modules[i]! : `${names[layer.name] ?? layer.name}.`;
    if (!modules.includes(prefix))
      throw new Error(
        `${where}: the file has no module "${prefix.slice(0, -1)}" for the layer "${layer.name}"; it has ${modules
          .map((m) => m.slice(0, -1))
          .sort()
          .join(', ')}. Pass { names: { '${layer.name}': 'its module' } }.`,
      );
    const module = new ModuleTensors(prefix, all, where);
    const converted = convert(module, layer);
    for (const name of module.used) used.add(name);
    for (const { name, original, layer: of } of weights) {
      const value = of === layer ? converted[original.split('/').at(-1)!] : undefined;
      if (value) found.set(name, value);
    }
  });
  return { found, unused: [...all.keys()].filter((name) => !used.has(name)) };
}
