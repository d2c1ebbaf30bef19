// How shapes go through layers and models, and where they cannot fit. Shapes have the axis of the batch first.
import {
  shapeText as text,
  type Argument,
  type Layer,
  type Model,
  type Options,
  type Result,
  type Shape,
} from './known.ts';
import { absent, broadcast, count, pair, sizes } from './shape-rules.ts';

type Rule = (input: Shape, options: Options, name: string) => Result | undefined;

const same: Rule = (input) => ({ shape: input });

/** A whole number that is given; null if it is not known. */
const whole = (arg: Argument | undefined) =>
  arg?.number !== undefined && Number.isInteger(arg.number) ? arg.number : null;

/** What a layer says that takes inputs of another rank. */
const ofRank =
  (rank: number, axes: string, rule: Rule): Rule =>
  (input, options, name) => {
    if (input.length !== rank) {
      const remedy = rank === 2 ? '' : ' A layer reshape in front of it gives them another shape.';
      return { misfit: `${name} takes inputs [${axes}], and these are ${text(input)}.${remedy}` };
    }
    return rule(input, options, name);
  };

const isLast = ({ dataFormat }: Options) => absent(dataFormat) || dataFormat!.constant === 'channelsLast';

interface Window {
  size: number | null;
  stride: number | null;
  rate: number | null;
  padding: Argument | undefined;
}

/** How often a window fits along an axis. */
function steps(size: number | null, { size: window, stride, rate, padding }: Window): number | null {
  if (size === null || stride === null || stride <= 0) return null;
  if (padding?.constant === 'same') return Math.ceil(size / stride);
  const isValid = absent(padding) || padding!.constant === 'valid';
  if (!isValid || window === null || rate === null) return null;
  return Math.ceil((size - (window - 1) * rate) / stride);
}

/** One number for each of so many axes, or a list of them. */
function numbers(arg: Argument | undefined, axes: number, otherwise: number | null): (number | null)[] {
  if (axes === 2) return pair(arg, otherwise) ?? [null, null];
  if (absent(arg)) return [otherwise];
  return arg!.list ? (sizes(arg) ?? [null]) : [whole(arg)];
}

/** The shape behind a window that moves over the axes between the batch and the channels. */
function moved(
  input: Shape,
  options: Options,
  name: string,
  kernel: { size: (number | null)[]; strides: (number | null)[]; channels: number | null },
): Result | undefined {
  if (!isLast(options)) return undefined;
  const rates = numbers(options['dilationRate'], input.length - 2, 1);
  const space = input.slice(1, -1).map((size, i) =>
    steps(size, {
      size: kernel.size[i] ?? null,
      stride: kernel.strides[i] ?? null,
      rate: rates[i] ?? null,
      padding: options['padding'],
    }),
  );
  // No pixels are left; fewer than none are an error of convolutions, and not of pooling
  if (space.some((n) => n !== null && n < 0) && name.startsWith('conv'))
    return {
      misfit: `${name}: the kernel ${text(kernel.size)} is larger than the input ${text(input)}: padding: 'same'?`,
    };
  if (space.some((n) => n !== null && n < 1)) return undefined;
  return { shape: [input[0]!, ...space, kernel.channels] };
}

const convolution =
  (axes: number, channels: (input: Shape, options: Options) => number | null): Rule =>
  (input, options, name) =>
    moved(input, options, name, {
      size: numbers(options['kernelSize'], axes, null),
      strides: numbers(options['strides'], axes, 1),
      channels: channels(input, options),
    });
const filters = (_: Shape, options: Options) => whole(options['filters']);

const pooling =
  (axes: number): Rule =>
  (input, options, name) => {
    const size = numbers(options['poolSize'], axes, 2);
    const strides = absent(options['strides']) ? size : numbers(options['strides'], axes, null);
    return moved(input, { ...options, dilationRate: { number: 1 } }, name, { size, strides, channels: input.at(-1)! });
  };
/** Without the axes between the batch and the channels. */
const pooledWhole: Rule = (input, options) =>
  isLast(options) && absent(options['keepDims']) ? { shape: [input[0]!, input.at(-1)!] } : undefined;

const dense: Rule = (input, { units }, name) =>
  input.length < 2
    ? { misfit: `${name} takes inputs [batch, features], and these are ${text(input)}.` }
    : { shape: [...input.slice(0, -1), whole(units)] };

const flatten: Rule = (input, options, name) => {
  if (input.length < 3) return { misfit: `${name} takes inputs of 3 axes or more, and these are ${text(input)}.` };
  return isLast(options) ? { shape: [input[0]!, count(input.slice(1)) ?? null] } : undefined;
};

const reshape: Rule = (input, options, name) => {
  const target = sizes(options['targetShape']);
  if (!target) return undefined;
  const size = count(input.slice(1));
  const rest = count(target.filter((n) => n !== -1));
  const open = target.filter((n) => n === -1).length;
  if (open > 1 || size === undefined || rest === undefined)
    return { shape: [input[0]!, ...target.map((n) => (n === -1 ? null : n))] };
  if (open === 0 ? rest !== size : rest === 0 || size % rest !== 0)
    return {
      misfit: `${name}: an example of ${text(input)} has ${size} values, which do not fit into ${text(target)}.`,
    };
  return { shape: [input[0]!, ...target.map((n) => (n === -1 ? size / rest : n))] };
};

const recurrent: Rule = (input, { units, returnSequences, returnState }) => {
  const flags = [returnSequences, returnState].map((arg) => (absent(arg) ? false : arg!.constant));
  if (typeof flags[0] !== 'boolean' || flags[1] !== false) return undefined;
  return { shape: flags[0] ? [input[0]!, input[1]!, whole(units)] : [input[0]!, whole(units)] };
};

const upSampling: Rule = (input, options) => {
  const by = pair(options['size'], 2);
  if (!isLast(options) || !by) return undefined;
  const space = [0, 1].map((i) => (input[i + 1] === null || by[i] == null ? null : input[i + 1]! * by[i]!));
  return { shape: [input[0]!, ...space, input[3]!] };
};

const embedding: Rule = (input, { outputDim }) => ({ shape: [...input, whole(outputDim)] });

const image = 'batch, height, width, channels';
const line = 'batch, steps, channels';
const each = (names: string, rule: Rule): Record<string, Rule> =>
  Object.fromEntries(names.split(' ').map((name) => [name, rule]));

const rules: Record<string, Rule> = {
  ...each('activation dropout reLU leakyReLU elu softmax thresholdedReLU batchNormalization layerNormalization', same),
  ...each('gaussianNoise gaussianDropout alphaDropout inputLayer', same),
  ...{ dense, flatten, reshape, embedding },
  conv1d: ofRank(3, line, convolution(1, filters)),
  ...each('conv2d separableConv2d', ofRank(4, image, convolution(2, filters))),
  depthwiseConv2d: ofRank(
    4,
    image,
    convolution(2, (input, { depthMultiplier }) => {
      const [channels, by] = [input.at(-1)!, absent(depthMultiplier) ? 1 : whole(depthMultiplier)];
      return channels === null || by === null ? null : channels * by;
    }),
  ),
  ...each('maxPooling1d maxPool1d averagePooling1d avgPool1d avgPooling1d', ofRank(3, line, pooling(1))),
  ...each('maxPooling2d maxPool2d averagePooling2d avgPool2d avgPooling2d', ofRank(4, image, pooling(2))),
  ...each('globalAveragePooling1d globalMaxPooling1d globalMaxPool1d', ofRank(3, line, pooledWhole)),
  ...each('globalAveragePooling2d globalMaxPooling2d globalMaxPool2d', ofRank(4, image, pooledWhole)),
  ...each('lstm gru simpleRNN', ofRank(3, 'batch, steps, features', recurrent)),
  upSampling2d: ofRank(4, image, upSampling),
};

const merges = new Set(['add', 'average', 'maximum', 'minimum', 'multiply']);

/** The layers whose shapes are known. */
export const LAYERS: ReadonlySet<string> = new Set([...Object.keys(rules), ...merges, 'concatenate']);

/** What a layer makes of what it is applied to. */
export function applyLayer({ name, options }: Layer, x: Argument): Result | undefined {
  if (x.list) {
    const shapes = x.list.map((arg) => arg.symbol ?? arg.tensor);
    const [first, ...others] = shapes;
    if (!first || others.some((other) => other?.length !== first.length)) return undefined;
    return name === 'concatenate'
      ? joined(shapes as Shape[], options)
      : merges.has(name)
        ? merged(shapes as Shape[])
        : undefined;
  }
  const shape = x.symbol ?? x.tensor;
  return shape && ruleOf(name, options)?.(shape, options ?? {}, name);
}

/** Without its options, only what they do not change is known of a layer. */
const ruleOf = (name: string, options: Options | undefined): Rule | undefined =>
  options || rules[name] === same ? rules[name] : undefined;

function merged([first, ...others]: Shape[]): Result | undefined {
  let shape = first!;
  for (const other of others) {
    const next = broadcast(shape, other);
    if (next === 'misfit') return undefined;
    shape = next;
  }
  return { shape };
}

function joined(shapes: readonly Shape[], options: Options | undefined): Result | undefined {
  const rank = shapes[0]!.length;
  const axis = !options ? undefined : absent(options['axis']) ? -1 : options['axis']!.number;
  const at = axis === undefined ? -1 : axis < 0 ? axis + rank : axis;
  if (at < 1 || at >= rank) return undefined;
  const total = shapes.reduce<number | null>((sum, s) => (sum === null || s[at] === null ? null : sum + s[at]!), 0);
  return { shape: shapes[0]!.map((n, i) => (i === at ? total : n)) };
}

/** The shape that a layer gives a model that begins with it. */
function inputOf({ name, options, isShared }: Layer): Result | undefined {
  if (!options) return undefined;
  const { batchInputShape, inputShape, inputDim, inputLength } = options;
  if (!absent(batchInputShape)) {
    const shape = sizes(batchInputShape);
    return shape && { shape };
  }
  if (!absent(inputShape)) {
    const shape = sizes(inputShape);
    return shape && { shape: [null, ...shape] };
  }
  if (name === 'embedding') {
    if (absent(inputLength)) return { shape: [null, null] };
    return inputLength!.number === undefined ? undefined : { shape: [null, inputLength!.number] };
  }
  // A layer that has been applied knows what it takes
  if (isShared || !absent(inputDim) || name === 'inputLayer') return undefined;
  return { misfit: `${name}: the first layer of a model needs to know what it gets: inputShape, without the batch` };
}

/** A model with one layer more, or with another model at its end. */
export function sequence(
  model: Model,
  layer: Layer | undefined,
  inner: Model | undefined,
): Model & { misfit?: string } {
  if (inner) {
    const input = model.isEmpty ? inner.input : model.input;
    const fits = model.isEmpty || !model.output || (inner.input && fit(inner.input, model.output));
    return { isEmpty: false, input, output: fits ? inner.output : undefined };
  }
  if (!layer) return { isEmpty: false, input: model.isEmpty ? undefined : model.input, output: undefined };
  const { shape: from, misfit: wrong } = (model.isEmpty ? inputOf(layer) : { shape: model.output }) ?? {};
  const rule = ruleOf(layer.name, layer.options);
  const { shape, misfit = wrong } = (from && rule?.(from, layer.options ?? {}, layer.name)) ?? {};
  return {
    isEmpty: false,
    input: model.isEmpty ? from : model.input,
    output: shape,
    ...(misfit !== undefined && { misfit }),
  };
}

/** The model of `tf.model({ inputs, outputs })`, with one of each. */
export function modelOf(options: Options | undefined): Model | undefined {
  const [input, output] = [options?.['inputs']?.symbol, options?.['outputs']?.symbol];
  return input && output && { isEmpty: false, input, output };
}

/** Whether a shape is one that a model takes, without the axis of the batch. */
const fit = (wanted: Shape, given: Shape): boolean =>
  wanted.length === given.length &&
  wanted.every((n, i) => i === 0 || n === null || given[i] === null || n === given[i]);

/** Why a model cannot take an input. */
export function misfitOfInput(name: string, { input }: Model, { tensor }: Argument): string | undefined {
  // Layers that are applied may do with other sizes
  if (!input || !tensor || tensor.length === 0 || name === 'apply') return undefined;
  // A line of numbers is one of examples with one value each
  const given = tensor.length === 1 && name !== 'predictOnBatch' ? [tensor[0]!, 1] : tensor;
  if (fit(input, given)) return undefined;
  const isOne = fit(input, [1, ...tensor]);
  const remedy = isOne ? ' It looks like one example: x.expandDims(0) makes a batch of it.' : '';
  return `${name}: the model takes ${text(input)}, and this is ${text(tensor)}.${remedy}`;
}

/** Why labels are none for what a model gives. Those of classes may have an axis less. */
export function misfitOfLabels(name: string, { output }: Model, { tensor: labels }: Argument): string | undefined {
  // A line of labels is one of examples
  if (!output || !labels || Math.max(labels.length, 2) >= output.length - 1) return undefined;
  const remedy = 'A layer flatten in front of the last layer makes one row of each example.';
  return `${name}: the model gives ${text(output)}, and the labels are ${text(labels)}. ${remedy}`;
}

/** The shape that a model gives for an input. */
export function outputOf({ input, output }: Model, { tensor, symbol }: Argument): Shape | undefined {
  const given = tensor ?? symbol;
  if (!output || !given || (tensor?.length !== 1 && input && !fit(input, given))) return undefined;
  return [given[0] ?? null, ...output.slice(1)];
}
