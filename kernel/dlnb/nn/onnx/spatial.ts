// Layers with places as ONNX operators: convolutions, pooling, padding, cropping, upsampling. ONNX has the channels
// before the places, so there is a transposition before and after; runtimes cancel those that meet.
import type { GraphBuilder } from '../../../formats/onnx/graph.ts';
import { transposed } from '../files/pytorch.ts';
import { activate } from './activations.ts';
import { each, firstOrder, floatsIn, lastOrder, weightOf, type Config, type Emit, type Layer } from './layers.ts';

/** Applies operators to channels before places. */
function channelsFirst(
  g: GraphBuilder,
  x: string,
  rank: number,
  isFirst: boolean,
  apply: (x: string) => string,
): string {
  if (isFirst) return apply(x);
  return g.node('Transpose', [apply(g.node('Transpose', [x], { perm: firstOrder(rank) }))], { perm: lastOrder(rank) });
}

const isFirst = (config: Config) =>
  config['dataFormat'] === 'channelsFirst' || config['dataFormat'] === 'channels_first';

/** Sizes of the places of an input or output. */
function places(shape: (number | null)[], first: boolean): (number | null)[] {
  return first ? shape.slice(2) : shape.slice(1, -1);
}

/** The padding of an operator: before and after each axis. 'same' is as TensorFlow has it: more at the end. */
function padding(config: Config, n: number): { auto_pad?: string; pads?: number[] } {
  const kind = config['padding'] as string | undefined;
  if (kind === 'same') return { auto_pad: 'SAME_UPPER' };
  if (kind === 'causal') {
    const [kernel, dilation] = [each(config['kernelSize'], n)[0]!, each(config['dilationRate'] ?? 1, n)[0]!];
    return { pads: [(kernel - 1) * dilation, 0] };
  }
  return {};
}

/** A kernel in TensorFlow's order → [out, in of a group, ...kernel]. */
const turned = (w: { values: Float32Array; shape: number[] }) =>
  transposed(w, [w.shape.length - 1, w.shape.length - 2, ...w.shape.slice(2).map((_, i) => i)]);

/** [...kernel, in, multiplier] → [in * multiplier, 1, ...kernel] */
function turnedDeep(w: { values: Float32Array; shape: number[] }) {
  const n = w.shape.length - 2;
  const t = transposed(w, [n, n + 1, ...w.shape.slice(2).map((_, i) => i)]);
  const [channels, multiplier, ...kernel] = t.shape as [number, number, ...number[]];
  return { values: t.values, shape: [channels * multiplier, 1, ...kernel] };
}

/** What the parts of a convolution share. */
function window(config: Config, n: number): Record<string, number[] | string> {
  const dilations = each(config['dilationRate'] ?? 1, n);
  const { auto_pad, pads } = padding(config, n);
  return {
    strides: each(config['strides'] ?? 1, n),
    dilations,
    ...(auto_pad !== undefined && { auto_pad }),
    ...(pads !== undefined && { pads }),
  };
}

function biases(g: GraphBuilder, layer: Layer): string[] {
  const bias = floatsIn(layer, 'bias');
  return bias ? [g.floats('bias', bias.values, bias.shape)] : [];
}

/** A convolution: of channels in groups, and deep or pointwise parts. */
const convolution =
  (n: number, kind: 'plain' | 'depthwise' | 'separable'): Emit =>
  (g, layer, [x], { inputShapes }) => {
    const config = layer.getConfig() as Config;
    const first = isFirst(config);
    const channels = inputShapes[0]!.at(first ? 1 : -1)!;
    const y = channelsFirst(g, x!, n + 2, first, (x) => {
      if (kind === 'plain') {
        const { values, shape } = turned(weightOf(layer, 'kernel'));
        const w = g.floats('kernel', values, shape);
        return g.node('Conv', [x, w, ...biases(g, layer)], { ...window(config, n), group: channels / shape[1]! });
      }
      const deep = turnedDeep(weightOf(layer, 'depthwise_kernel'));
      const w = g.floats('depthwise_kernel', deep.values, deep.shape);
      const own = kind === 'depthwise' ? biases(g, layer) : [];
      const after = g.node('Conv', [x, w, ...own], { ...window(config, n), group: channels });
      if (kind === 'depthwise') return after;
      const { values, shape } = turned(weightOf(layer, 'pointwise_kernel'));
      return g.node('Conv', [after, g.floats('pointwise_kernel', values, shape), ...biases(g, layer)]);
    });
    return [activated(g, y, config, first, n + 2)];
  };

/** Softmax of channels works on the last axis. */
function activated(g: GraphBuilder, y: string, config: Config, first: boolean, rank: number): string {
  if (!first || config['activation'] !== 'softmax') return activate(g, y, config['activation']);
  const last = g.node('Transpose', [y], { perm: lastOrder(rank) });
  return g.node('Transpose', [activate(g, last, config['activation'])], { perm: firstOrder(rank) });
}

const transposedConvolution =
  (n: number): Emit =>
  (g, layer, [x], { inputShapes, outputShape }) => {
    const config = layer.getConfig() as Config;
    const first = isFirst(config);
    // [...kernel, out, in] → [in, out, ...kernel]
    const { values, shape } = turned(weightOf(layer, 'kernel'));
    const strides = each(config['strides'] ?? 1, n);
    const [before, after] = [places(inputShapes[0]!, first), places(outputShape, first)];
    const kernel = shape.slice(2);
    const margins = strides.map((stride, i) => {
      if (before[i] === null || after[i] === null)
        throw new Error('the size of its input must be known: give the model an inputShape with numbers');
      return (before[i]! - 1) * stride + kernel[i]! - after[i]!;
    });
    const cut = margins.map((n) => Math.max(0, n));
    const begin = cut.map((n) => Math.floor(n / 2));
    const y = channelsFirst(g, x!, n + 2, first, (x) =>
      g.node('ConvTranspose', [x, g.floats('kernel', values, shape), ...biases(g, layer)], {
        strides,
        pads: [...begin, ...cut.map((n, i) => n - begin[i]!)],
        output_padding: margins.map((n) => Math.max(0, -n)),
      }),
    );
    return [activated(g, y, config, first, n + 2)];
  };

const pooling =
  (n: number, op: 'MaxPool' | 'AveragePool'): Emit =>
  (g, layer, [x]) => {
    const config = layer.getConfig() as Config;
    const size = each(config['poolSize'], n);
    const { auto_pad } = padding(config, n);
    return [
      channelsFirst(g, x!, n + 2, isFirst(config), (x) =>
        g.node(op, [x], {
          kernel_shape: size,
          strides: each(config['strides'] ?? size, n),
          ...(auto_pad !== undefined && { auto_pad }),
          ...(op === 'AveragePool' && { count_include_pad: 0 }),
        }),
      ),
    ];
  };

const globalPooling =
  (n: number, op: 'ReduceMax' | 'ReduceMean'): Emit =>
  (g, layer, [x], { outputShape }) => {
    const first = isFirst(layer.getConfig() as Config);
    const axes = Array.from({ length: n }, (_, i) => i + (first ? 2 : 1));
    return [g.node(op, [x!], { axes, keepdims: outputShape.length === 2 ? 0 : 1 })];
  };

/** Pairs of numbers for each axis of places, from one number, one for each, or pairs. */
function pairs(value: unknown, n: number): [number, number][] {
  if (typeof value === 'number') return Array.from({ length: n }, () => [value, value]);
  const list = value as (number | number[])[];
  if (n === 1 && typeof list[0] === 'number') return [[list[0], (list[1] as number | undefined) ?? list[0]]];
  return list.map((one) => (typeof one === 'number' ? [one, one] : (one as [number, number])));
}

const zeroPadding =
  (n: number): Emit =>
  (g, layer, [x]) => {
    const config = layer.getConfig() as Config;
    const sizes = pairs(config['padding'], n);
    const around = (k: 0 | 1) => {
      const own = sizes.map((pair) => pair[k]);
      return isFirst(config) ? [0, 0, ...own] : [0, ...own, 0];
    };
    return [g.node('Pad', [x!, g.ints([...around(0), ...around(1)])], { mode: 'constant' })];
  };

const cropping =
  (n: number): Emit =>
  (g, layer, [x]) => {
    const config = layer.getConfig() as Config;
    const sizes = pairs(config['cropping'], n);
    const axes = sizes.map((_, i) => i + (isFirst(config) ? 2 : 1));
    const ends = sizes.map(([, after]) => (after === 0 ? 2 ** 31 - 1 : -after));
    return [g.node('Slice', [x!, g.ints(sizes.map(([before]) => before)), g.ints(ends), g.ints(axes)])];
  };

const upSampling =
  (n: number): Emit =>
  (g, layer, [x]) => {
    const config = layer.getConfig() as Config;
    const bilinear = config['interpolation'] === 'bilinear';
    const y = channelsFirst(g, x!, n + 2, isFirst(config), (x) =>
      g.node('Resize', [x, '', g.floats('scales', [1, 1, ...each(config['size'], n)], [n + 2])], {
        mode: bilinear ? 'linear' : 'nearest',
        coordinate_transformation_mode: bilinear ? 'half_pixel' : 'asymmetric',
        ...(!bilinear && { nearest_mode: 'floor' }),
      }),
    );
    return [y];
  };

/** The emitters of layers with places, by classes. */
export const SPATIAL: Record<string, Emit> = {
  Conv1D: convolution(1, 'plain'),
  Conv2D: convolution(2, 'plain'),
  Conv3D: convolution(3, 'plain'),
  DepthwiseConv1D: convolution(1, 'depthwise'),
  DepthwiseConv2D: convolution(2, 'depthwise'),
  SeparableConv1D: convolution(1, 'separable'),
  SeparableConv2D: convolution(2, 'separable'),
  Conv1DTranspose: transposedConvolution(1),
  Conv2DTranspose: transposedConvolution(2),
  Conv3DTranspose: transposedConvolution(3),
  ...Object.fromEntries(
    [1, 2, 3].flatMap((n): [string, Emit][] => [
      [`MaxPooling${n}D`, pooling(n, 'MaxPool')],
      [`AveragePooling${n}D`, pooling(n, 'AveragePool')],
      [`GlobalMaxPooling${n}D`, globalPooling(n, 'ReduceMax')],
      [`GlobalAveragePooling${n}D`, globalPooling(n, 'ReduceMean')],
      [`ZeroPadding${n}D`, zeroPadding(n)],
      [`Cropping${n}D`, cropping(n)],
      [`UpSampling${n}D`, upSampling(n)],
    ]),
  ),
};
