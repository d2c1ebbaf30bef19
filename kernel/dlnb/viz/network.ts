// viz.network: a small network of dense layers, its neurons as nodes and its weights as edges.
import type * as tfTypes from '@tensorflow/tfjs-core';
import { goOn, onHost } from '../../outputs/tensor/read.ts';
import { checkOptions, shown, type OptionNames } from '../options.ts';
import { extent, readMatrix, readVector, type Matrix, type Vector } from './arrays.ts';
import { counted, escaped, Figure, heading, rangeOption, rowsOf, short, type Layout, type Trace } from './figure.ts';
import type { TensorLibrary } from '../library.ts';

/** A dense layer of one's own: activation(x · kernel + bias). */
export interface DenseWeights {
  /** [inputs, units]. */
  kernel: Matrix;
  /** [units]; zeros by default. */
  bias?: Vector;
  /** What is done to each sum; nothing by default. */
  activation?: 'linear' | 'relu' | 'sigmoid' | 'tanh' | 'step' | ((z: number) => number);
  name?: string;
}

/** A model of tf.layers, or its layers as numbers. */
export type NetworkSubject = object | readonly DenseWeights[];

/** Options of {@link network}. */
export interface NetworkOptions {
  title?: string;
  /** One input, [inputs]: neurons then show their activations, and edges their products. */
  input?: Vector;
  /**
   * Draw in each neuron its activation over the plane of the two inputs; on by default for two inputs and at most 60
   * neurons, if no input is given. Each picture has its own scale around zero.
   */
  pictures?: boolean;
  /** The part of the plane that pictures show, along both inputs; [-1, 1] by default. */
  range?: readonly [number, number];
  /** Names of the inputs and of the outputs. */
  inputNames?: readonly string[];
  outputNames?: readonly string[];
  /** Most neurons of a layer that are drawn; of more, the first and the last. 16 by default. */
  most?: number;
  height?: number;
}

const NETWORK_OPTIONS: OptionNames<NetworkOptions> = {
  title: 'text',
  input: true,
  pictures: 'boolean',
  range: true,
  inputNames: true,
  outputNames: true,
  most: 'number',
  height: 'number',
};

/** Points along each side of a neuron's picture. */
const SIDE = 24;
const MOST_EDGES = 4000;
/** Distance of layers, and half the side of a neuron, in distances of neurons. */
const ACROSS = 2.6;
const HALF = 0.34;
const STRENGTHS = 6;
/** Layers that change numbers one by one: they belong to the neurons before them. */
const BY_NUMBER = new Set(['Activation', 'ReLU', 'LeakyReLU', 'PReLU', 'ELU', 'ThresholdedReLU', 'Softmax', 'Dropout', 'GaussianNoise', 'GaussianDropout', 'AlphaDropout', 'BatchNormalization', 'LayerNormalization', 'Flatten', 'InputLayer']); // prettier-ignore

interface Dense {
  name: string;
  inputs: number;
  units: number;
  kernel: Float64Array;
  bias: Float64Array;
  hasBias: boolean;
  activation: string;
}

/** The layers of a network, and what it makes of inputs: the activations after each layer. */
interface Network {
  name: string | undefined;
  layers: Dense[];
  run(inputs: Float32Array, n: number): MaybePromise<Float64Array[]>;
}

type MaybePromise<T> = T | Promise<T>;

interface LayerLike {
  name: string;
  getClassName(): string;
  getConfig(): Record<string, unknown>;
  getWeights(): tfTypes.Tensor[];
  apply(x: tfTypes.Tensor): tfTypes.Tensor;
}

/**
 * Draws a network of dense layers: a node for each neuron, an edge for each weight, blue if it is negative and red if
 * it is positive, as thick as it is large. The hover of an edge tells its weight, with an input also the product; that
 * of a neuron its bias and its activation. With two inputs, each neuron shows its activation over their plane.
 *
 * ```ts
 * import { viz } from 'dlnb';
 * const hidden = { kernel: [[1, 1], [1, 1]], bias: [0, -1], activation: 'relu' } as const;
 * viz.network([hidden, { kernel: [[1], [-2]] }], { range: [0, 1], inputNames: ['x₁', 'x₂'], outputNames: ['xor'] });
 * ```
 * @param model a model of tf.layers whose layers are dense, one after another; or the layers as numbers
 * @returns a promise if values must be read from the device asynchronously
 * @throws TypeError for another layer, RangeError for an input of another length
 */
export function network(
  library: () => TensorLibrary,
  model: NetworkSubject,
  options: NetworkOptions = {},
): MaybePromise<Figure> {
  const where = 'viz.network';
  checkOptions(where, options, NETWORK_OPTIONS);
  const read = Array.isArray(model) ? ofNumbers(model as unknown[], where) : ofModel(library, model, where);
  const drawn = goOn(read, (net) => {
    const { inputs } = net.layers[0]!;
    const neurons = net.layers.reduce((sum, { units }) => sum + units, 0);
    const input =
      options.input === undefined || options.input === null ? undefined : readVector(options.input, `${where}: input`);
    if (input && input.length !== inputs)
      throw new RangeError(`${where}: input must hold ${counted(inputs, 'number')}, got ${input.length}`);
    for (const [name, list, n] of [
      ['inputNames', options.inputNames, inputs],
      ['outputNames', options.outputNames, net.layers.at(-1)!.units],
    ] as const)
      if (list && list.length !== n)
        throw new RangeError(`${where}: ${name} must hold ${counted(n, 'name')}, got ${list.length}`);
    const { most = 16 } = options;
    if (!Number.isSafeInteger(most) || most < 2)
      throw new RangeError(`${where}: most must be a whole number of at least 2, got ${shown(most)}`);
    if (options.pictures && inputs !== 2)
      throw new RangeError(`${where}: pictures need a network of 2 inputs, and it has ${inputs}`);
    if (options.pictures && input) throw new TypeError(`${where}: give pictures or an input, not both`);
    const pictures = options.pictures ?? (inputs === 2 && neurons <= 60 && !input);
    const range = rangeOption(options.range, `${where}: range`) ?? [-1, 1];
    const given = input ? Float32Array.from(input) : pictures ? planeInputs(range) : undefined;
    const found = given ? net.run(given, given.length / inputs) : undefined;
    return goOn(found, (activations) =>
      draw(net, { input, range, most, ...(pictures ? { maps: activations } : { values: activations }) }, options),
    );
  });
  // A promise of a promise is one
  return drawn as MaybePromise<Figure>;
}

function planeInputs([low, high]: readonly [number, number]): Float32Array {
  const at = (i: number) => low + ((high - low) * (i + 0.5)) / SIDE;
  const flat = new Float32Array(2 * SIDE * SIDE);
  for (let i = 0; i < SIDE * SIDE; i++) flat.set([at(i % SIDE), at(Math.floor(i / SIDE))], 2 * i);
  return flat;
}

const ACTIVATIONS: Record<string, (z: number) => number> = {
  linear: (z) => z,
  relu: (z) => Math.max(0, z),
  sigmoid: (z) => 1 / (1 + Math.exp(-z)),
  tanh: Math.tanh,
  step: (z) => Number(z > 0),
};

function ofNumbers(list: readonly unknown[], where: string): Network {
  if (list.length === 0) throw new RangeError(`${where}: there is no layer in []; give for example [{ kernel, bias }]`);
  const functions: ((z: number) => number)[] = [];
  const layers = list.map((given, i): Dense => {
    const layer = given as DenseWeights;
    const whose = `${where}: layer ${i}`;
    if (typeof layer !== 'object' || layer === null || !('kernel' in layer))
      throw new TypeError(`${whose} must be { kernel, bias, activation }, got ${shown(layer)}`);
    checkOptions(whose, layer, {
      kernel: true,
      bias: true,
      activation: true,
      name: 'text',
    } as OptionNames<DenseWeights>);
    const { data: kernel, rows, columns } = readMatrix(layer.kernel, `${whose}: kernel`);
    const hasBias = layer.bias !== undefined;
    const bias = hasBias ? readVector(layer.bias, `${whose}: bias`) : new Float64Array(columns);
    if (bias.length !== columns)
      throw new RangeError(
        `${whose}: bias must hold ${counted(columns, 'number')}, one for each unit, got ${bias.length}`,
      );
    const { activation = 'linear' } = layer;
    const f = typeof activation === 'function' ? activation : ACTIVATIONS[activation];
    if (typeof f !== 'function')
      throw new TypeError(
        `${whose}: activation must be ${Object.keys(ACTIVATIONS).join(', ')} or a function, got ${shown(activation)}`,
      );
    functions.push(f);
    const name = typeof activation === 'function' ? 'activation' : activation;
    return {
      name: layer.name ?? `layer ${i + 1}`,
      inputs: rows,
      units: columns,
      kernel,
      bias,
      hasBias,
      activation: name,
    };
  });
  checkChain(layers, where);
  const run = (inputs: Float32Array, n: number): Float64Array[] => {
    let x: ArrayLike<number> = inputs;
    return layers.map(({ inputs: width, units, kernel, bias }, k) => {
      const out = new Float64Array(n * units);
      for (let i = 0; i < n; i++)
        for (let j = 0; j < units; j++) {
          let sum = bias[j]!;
          for (let m = 0; m < width; m++) sum += x[i * width + m]! * kernel[m * units + j]!;
          out[i * units + j] = functions[k]!(sum);
        }
      x = out;
      return out;
    });
  };
  return { name: undefined, layers, run };
}

function checkChain(layers: readonly Dense[], where: string): void {
  for (let i = 1; i < layers.length; i++)
    if (layers[i]!.inputs !== layers[i - 1]!.units)
      throw new RangeError(
        `${where}: layer ${i} takes ${counted(layers[i]!.inputs, 'input')}, and layer ${i - 1} has ${counted(layers[i - 1]!.units, 'unit')}`,
      );
}

function ofModel(library: () => TensorLibrary, model: object, where: string): MaybePromise<Network> {
  const m = model as { name?: string; built?: boolean; build?(): void; layers?: LayerLike[] };
  if (typeof model !== 'object' || model === null || !Array.isArray(m.layers))
    throw new TypeError(
      `${where}: the first argument must be a model of tf.layers or a list of { kernel, bias }, got ${shown(model)}`,
    );
  if (m.built === false) m.build?.();
  const all = m.layers;
  const other = all.find((layer) => layer.getClassName() !== 'Dense' && !BY_NUMBER.has(layer.getClassName()));
  if (other)
    throw new TypeError(
      `${where}: layer "${other.name}" is a ${other.getClassName()}, and only dense layers have neurons to draw; use viz.graph(model) or viz.filters(model)`,
    );
  const dense = all.filter((layer) => layer.getClassName() === 'Dense');
  if (dense.length === 0) throw new TypeError(`${where}: the model has no dense layer`);
  const weights = dense.flatMap((layer) => layer.getWeights().map((w) => onHost(w)));
  const waited = allOf(weights);
  return goOn(waited, (here) => {
    const next = here[Symbol.iterator]();
    const layers = dense.map((layer): Dense => {
      const kernel = next.next().value!;
      const hasBias = layer.getWeights().length > 1;
      const [inputs, units] = kernel.shape as [number, number];
      const values = (t: tfTypes.Tensor) => Float64Array.from(t.dataSync());
      const bias = hasBias ? values(next.next().value!) : new Float64Array(units);
      const activation = String((layer.getConfig()['activation'] as string | undefined) ?? 'linear');
      return { name: layer.name, inputs, units, kernel: values(kernel), bias, hasBias, activation };
    });
    checkChain(layers, where);
    const run = (inputs: Float32Array, n: number) => activationsOf(library(), all, inputs, n);
    return { name: m.name, layers, run };
  });
}

/** All values, at once if none must be awaited. */
function allOf<T extends object>(list: readonly MaybePromise<T>[]): MaybePromise<T[]> {
  return list.some((one) => one instanceof Promise) ? Promise.all(list.map(async (one) => one)) : (list as T[]);
}

/** What neurons give after each dense layer, with what belongs to it. */
function activationsOf(
  tf: TensorLibrary,
  layers: readonly LayerLike[],
  inputs: Float32Array,
  n: number,
): MaybePromise<Float64Array[]> {
  let reads: MaybePromise<tfTypes.Tensor>[] = [];
  tf.tidy(() => {
    let x: tfTypes.Tensor = tf.tensor2d(inputs, [n, inputs.length / n]);
    const after: tfTypes.Tensor[] = [];
    for (const layer of layers) {
      if (layer.getClassName() === 'InputLayer') continue;
      x = layer.apply(x);
      if (layer.getClassName() === 'Dense') after.push(x);
      else if (after.length > 0) after[after.length - 1] = x;
    }
    reads = after.map((t) => onHost(t));
  });
  const values = (all: readonly tfTypes.Tensor[]) => all.map((t) => Float64Array.from(t.dataSync()));
  return goOn(allOf(reads), values);
}

interface View {
  input: Float64Array | undefined;
  range: readonly [number, number];
  most: number;
  /** Activations for the input, by layer: [units]. */
  values?: Float64Array[] | undefined;
  /** Activations over the plane, by layer: [points, units]. */
  maps?: Float64Array[] | undefined;
}

interface Node {
  /** Number of the column: 0 for the inputs. */
  column: number;
  unit: number;
  x: number;
  y: number;
  /** Half its width, where edges begin. */
  half: number;
}

/** The units of a layer that are drawn, and whether some are left out after the first half. */
function drawnUnits(n: number, most: number): { units: number[]; gap: boolean } {
  if (n <= most) return { units: Array.from({ length: n }, (_, i) => i), gap: false };
  const half = Math.floor(most / 2);
  return { units: [...Array.from({ length: half }, (_, i) => i), ...Array.from({ length: most - half }, (_, i) => n - most + half + i)], gap: true }; // prettier-ignore
}

function draw(net: Network, view: View, options: NetworkOptions): Figure {
  const sizes = [net.layers[0]!.inputs, ...net.layers.map(({ units }) => units)];
  const columns = sizes.map((n) => drawnUnits(n, view.most));
  const rows = Math.max(...columns.map(({ units, gap }) => units.length + Number(gap)));
  const unit = Math.max(34, Math.min(84, 480 / rows));
  const half = view.maps ? HALF : Math.min(HALF, 14 / unit);
  // Edges between high layers would all be steep
  const across = Math.max(ACROSS, 0.55 * rows);
  const nodes = columns.map(({ units, gap }, column): Node[] => {
    const length = units.length + Number(gap);
    const skip = gap ? Math.floor(units.length / 2) : Infinity;
    return units.map((unit, i) => ({
      column,
      unit,
      x: column * across,
      y: (i >= skip ? i + 1 : i) + (rows - length) / 2,
      half,
    }));
  });
  const edges = net.layers.flatMap((layer, k) => edgesOf(layer, nodes[k]!, nodes[k + 1]!, before(view, k)));
  const traces = [
    ...(view.maps ? pictureTraces(nodes, view) : []),
    ...edgeTraces(edges),
    ...nodeTraces(net, nodes, view, options),
  ];
  const width = (columns.length - 1) * across + 2.6;
  // Room for two lines above the first neuron
  const above = half + 44 / unit;
  const notes = notesOf(net, nodes, columns, { rows, options });
  const height =
    options.height ?? Math.round(Math.max(220, Math.min(900, 92 + rows * Math.max(34, Math.min(84, 480 / rows)))));
  const layout: Layout = {
    ...(options.title !== undefined && { title: { text: escaped(options.title) } }),
    height,
    width: Math.round(Math.min(1200, Math.max(360, ((height - 60) * width) / (rows + 1.3)))),
    ...{
      showlegend: false,
      hovermode: 'closest',
      annotations: notes,
      margin: { l: 10, r: 10, t: options.title === undefined ? 10 : 40, b: 10 },
    },
    xaxis: { visible: false, range: [-1.3, width - 1.3], constrain: 'domain' },
    yaxis: { visible: false, range: [rows - 0.1, -above], scaleanchor: 'x', constrain: 'domain' },
  };
  const parameters = net.layers.reduce((sum, l) => sum + l.kernel.length + (l.hasBias ? l.units : 0), 0);
  return new Figure(
    traces,
    layout,
    `${heading('Network', options)} ${sizes.join(' – ')}: ${counted(parameters, 'parameter')}. ${textOf(net, view)}`,
  );
}

/** The activations that reach layer k. */
const before = ({ input, values }: View, k: number): Float64Array | undefined =>
  values ? (k === 0 ? input : values[k - 1]) : undefined;

interface Edge {
  from: Node;
  to: Node;
  weight: number;
  input: number | undefined;
}

const edgesOf = (layer: Dense, from: readonly Node[], to: readonly Node[], inputs: Float64Array | undefined): Edge[] =>
  from.flatMap((a) =>
    to.map((b) => ({ from: a, to: b, weight: layer.kernel[a.unit * layer.units + b.unit]!, input: inputs?.[a.unit] })),
  );

function edgeTraces(all: readonly Edge[]): Trace[] {
  const most = Math.max(...all.map(({ weight }) => (Number.isFinite(weight) ? Math.abs(weight) : 0))) || 1;
  // Of very many, the strongest
  const edges =
    all.length > MOST_EDGES
      ? [...all].sort((a, b) => Math.abs(b.weight) - Math.abs(a.weight)).slice(0, MOST_EDGES)
      : all;
  const groups = Array.from({ length: 2 * STRENGTHS }, () => ({ x: [] as number[], y: [] as number[] }));
  for (const { from, to, weight } of edges) {
    const share = Math.min(1, Math.abs(weight) / most);
    if (!(share > 0)) continue;
    const step = Math.min(STRENGTHS - 1, Math.floor(share * STRENGTHS));
    const group = groups[step + (weight > 0 ? STRENGTHS : 0)]!;
    group.x.push(from.x + from.half, to.x - to.half, NaN);
    group.y.push(from.y, to.y, NaN);
  }
  const lines = groups.map(({ x, y }, i): Trace => {
    const share = ((i % STRENGTHS) + 1) / STRENGTHS;
    const color = i < STRENGTHS ? 0 : 3;
    return {
      ...{ type: 'scatter', mode: 'lines', x: Float64Array.from(x), y: Float64Array.from(y), hoverinfo: 'skip' },
      line: { color: `theme(series-${color}, ${Number((0.2 + 0.7 * share).toFixed(2))})`, width: 0.6 + 4.6 * share },
    };
  });
  // Points on the edges that hear the pointer, at different places, so that those of crossing edges stay apart
  const at = (e: Edge) => 0.22 + 0.56 * ((e.to.y * 0.37 + e.from.y * 0.61) % 1);
  const point = (e: Edge, axis: 'x' | 'y') =>
    axis === 'x'
      ? e.from.x + e.from.half + at(e) * (e.to.x - e.from.x - 2 * e.from.half)
      : e.from.y + at(e) * (e.to.y - e.from.y);
  const hovers: Trace = {
    ...{ type: 'scatter', mode: 'markers' },
    x: Float64Array.from(edges, (e) => point(e, 'x')),
    y: Float64Array.from(edges, (e) => point(e, 'y')),
    marker: { size: 9, color: 'theme(foreground, 0)' },
    customdata: edges.map(({ weight, input }) =>
      input === undefined ? `w = ${short(weight)}` : `${short(input)} × ${short(weight)} = ${short(input * weight)}`,
    ),
    hovertemplate: '%{customdata}<extra></extra>',
  };
  return [...lines.filter((line) => (line['x'] as Float64Array).length > 0), hovers];
}

/** A map of the activation in each neuron. */
function pictureTraces(nodes: readonly (readonly Node[])[], { maps, range }: View): Trace[] {
  const step = (2 * HALF) / SIDE;
  const inputs = planeInputs(range);
  return nodes.flat().map(({ column, unit, x, y }): Trace => {
    const units = column === 0 ? 2 : maps![column - 1]!.length / (SIDE * SIDE);
    const data = Float64Array.from({ length: SIDE * SIDE }, (_, i) =>
      column === 0 ? inputs[2 * i + unit]! : maps![column - 1]![i * units + unit]!,
    );
    const [low, high] = extent(data) ?? [0, 1];
    const most = Math.max(Math.abs(low), Math.abs(high)) || 1;
    return {
      type: 'heatmap',
      z: rowsOf(data, SIDE),
      // The second input grows upward, and rows of neurons go down
      ...{ x0: x - HALF + step / 2, dx: step, y0: y + HALF - step / 2, dy: -step },
      colorscale: [
        [0, 'theme(series-0)'],
        [0.5, 'theme(background)'],
        [1, 'theme(series-3)'],
      ],
      ...{ zmin: -most, zmax: most, showscale: false, zsmooth: false, hoverinfo: 'skip' },
    };
  });
}

function nodeTraces(net: Network, nodes: readonly (readonly Node[])[], view: View, options: NetworkOptions): Trace[] {
  const all = nodes.flat();
  const valueOf = ({ column, unit }: Node) => (column === 0 ? view.input?.[unit] : view.values?.[column - 1]?.[unit]);
  const values = all.map(valueOf);
  const known = view.values !== undefined;
  const most = Math.max(...values.map((v) => (v !== undefined && Number.isFinite(v) ? Math.abs(v) : 0))) || 1;
  const nameOf = ({ column, unit }: Node) => {
    const list = column === 0 ? options.inputNames : column === net.layers.length ? options.outputNames : undefined;
    return list?.[unit] ?? (column === 0 ? `input ${unit}` : `${net.layers[column - 1]!.name}, neuron ${unit}`);
  };
  const hover = all.map((node, i) => {
    const layer = node.column === 0 ? undefined : net.layers[node.column - 1]!;
    const value = values[i];
    return [
      `<b>${escaped(nameOf(node))}</b>`,
      ...(layer?.hasBias ? [`bias ${short(layer.bias[node.unit]!)}`] : []),
      ...(layer ? [layer.activation] : []),
      ...(value === undefined ? [] : [`${layer ? 'activation' : 'value'} ${short(value)}`]),
    ].join('<br>');
  });
  const size = view.maps ? 18 : all.length > 60 ? 16 : 26;
  return [
    {
      ...{ type: 'scatter', mode: 'markers', x: all.map(({ x }) => x), y: all.map(({ y }) => y) },
      marker: {
        ...{ size, symbol: view.maps ? 'square' : 'circle' },
        ...(view.maps
          ? { color: 'theme(foreground, 0)' }
          : known
            ? {
                color: values.map((v) => v ?? 0),
                colorscale: [
                  [0, 'theme(series-0)'],
                  [0.5, 'theme(background)'],
                  [1, 'theme(series-3)'],
                ],
                ...{ cmin: -most, cmax: most, showscale: false },
              }
            : { color: 'theme(background)' }),
        line: { color: view.maps ? 'theme(foreground, 0)' : 'theme(foreground, 0.7)', width: view.maps ? 0 : 1.4 },
      },
      customdata: hover,
      hovertemplate: '%{customdata}<extra></extra>',
    },
  ];
}

/** Names of layers, of inputs and outputs, values and biases, and marks for neurons that are left out. */
function notesOf(
  net: Network,
  nodes: readonly (readonly Node[])[],
  columns: readonly { units: number[]; gap: boolean }[],
  { rows, options }: { rows: number; options: NetworkOptions },
): Layout[] {
  const notes: Layout[] = [];
  const plain = { showarrow: false };
  nodes.forEach((list, column) => {
    const layer = column === 0 ? undefined : net.layers[column - 1]!;
    const count = layer?.units ?? net.layers[0]!.inputs;
    const head = layer ? `${layer.name}<br>${layer.activation}, ${count}` : `inputs<br>${count}`;
    notes.push({
      ...plain,
      x: list[0]!.x,
      y: -list[0]!.half - 0.06,
      yanchor: 'bottom',
      text: escaped(head).replaceAll('&lt;br>', '<br>'),
      font: { size: 11, color: 'theme(muted)' },
    });
    const { gap } = columns[column]!;
    if (gap)
      notes.push({
        ...plain,
        x: list[0]!.x,
        bgcolor: 'theme(background, 0.8)',
        y: list[Math.floor(list.length / 2)]!.y - 1,
        text: `⋮ ${count - list.length} more`,
        font: { size: 11, color: 'theme(muted)' },
      });
    const names = column === 0 ? options.inputNames : column === net.layers.length ? options.outputNames : undefined;
    if (names)
      for (const { x, y, unit } of list)
        notes.push({
          ...plain,
          x,
          y,
          text: escaped(names[unit]!),
          ...(column === 0 ? { xanchor: 'right', xshift: -22 } : { xanchor: 'left', xshift: 22 }),
        });
    if (layer?.hasBias && rows <= 10)
      for (const { x, y, unit, half } of list)
        notes.push({
          ...plain,
          x,
          y: y + half + 0.02,
          yanchor: 'top',
          text: `b = ${short(layer.bias[unit]!)}`,
          font: { size: 10, color: 'theme(muted)' },
        });
  });
  return notes;
}

function textOf(net: Network, { values }: View): string {
  return net.layers
    .map(({ name, kernel, activation, units }, k) => {
      const [low, high] = extent(kernel) ?? [NaN, NaN];
      const own = values && units <= 16 ? `; activations ${Array.from(values[k]!, short).join(', ')}` : '';
      return `${name} (${activation}): weights from ${short(low)} to ${short(high)}${own}`;
    })
    .join('. ');
}
