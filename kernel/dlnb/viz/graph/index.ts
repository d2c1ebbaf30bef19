// viz.graph: the graph of a computation with its values and gradients, or of the layers of a model of tf.layers.
import { DISPLAY, type Displayable } from '../../../wire/displayable.ts';
import { GRAPH } from '../../../wire/mime.ts';
import { goOn, onHost, Unread } from '../../../outputs/tensor/read.ts';
import { checkOptions, type OptionNames } from '../../options.ts';
import { needLibrary, type LoadedLibrary, type TensorLibrary } from '../../library.ts';
import { waiting } from '../pending.ts';
import { autodiffPlan } from './autodiff.ts';
import { closureNames } from './closures.ts';
import { encodeGraph } from './encode.ts';
import { argumentsOf, type GraphInput, type GraphInputs } from './inputs.ts';
import type { Tensor } from '@tensorflow/tfjs-core';
import { isModel, layersPlan } from './layers.ts';
import type { Plan } from './plan.ts';
import { record, type Recording, type RecordedTensor } from './record.ts';
import { graphText } from './text.ts';

export type { GraphInput, GraphInputs, NestedNumbers } from './inputs.ts';

export interface GraphOptions {
  /** Direction of the forward pass; by default whichever fits the page best. */
  direction?: 'right' | 'down';
  /** Heading of the graph; by default the name of the function or model. */
  title?: string;
}

const OPTIONS: OptionNames<GraphOptions> = { direction: ['right', 'down'], title: 'text' };

/** A graph that displays itself, in the state of its creation. */
export class Graph implements Displayable {
  private readonly bundle: Record<string, unknown>;

  constructor(plan: Plan) {
    this.bundle = { [GRAPH]: encodeGraph(plan), 'text/plain': graphText(plan) };
  }

  [DISPLAY](): Record<string, unknown> {
    return this.bundle;
  }

  /** The list of the nodes. */
  toString(): string {
    return this.bundle['text/plain'] as string;
  }
}

/** A function of tensors; a parameter may be of a narrower type, for example `tf.Tensor2D`. */
export type TensorFunction = { f(...inputs: Tensor[]): unknown }['f'];
/** A function of one object of tensors. */
export type NamedTensorFunction<T> = { f(inputs: { [name in keyof T]: Tensor }): unknown }['f'];

export interface GraphFunction {
  /**
   * Runs a function once and draws the computation of its result: a node for each input, variable, constant and op (a
   * constant that a variable of the notebook holds has its name), with its shape, its value, and the gradient of the result with respect to it, by back-propagation. The gradient of
   * a result with several elements is that of their sum.
   * @param fn computes one tensor with tf ops; or a model of tf.layers, applied to the inputs
   * @param inputs one number, array or tensor; a list of them, one for each parameter; or an object of them by name,
   *   which `fn` gets as one object of tensors. For a function of one parameter, a list of several numbers, or of
   *   rows, is one vector or matrix.
   * @throws TypeError if an argument is wrong; whatever `fn` throws
   * @example
   * ```ts
   * viz.graph((t: tf.Tensor) => t.square().mul(t.mul(3).add(1)), 2);
   * ```
   */
  (fn: TensorFunction | object, inputs: GraphInput | readonly GraphInput[], options?: GraphOptions): Graph;
  /** The same with inputs by name. */
  <T extends { readonly [name: string]: GraphInput }>(
    fn: NamedTensorFunction<T>,
    inputs: T,
    options?: GraphOptions,
  ): Graph;
  /** The graph of a function without inputs, computed from variables. */
  (fn: () => unknown): Graph;
  /**
   * The layers of a model: class, output shape, parameters and connections. Nested models are folded.
   * @throws Error if the model is not built yet
   */
  (model: object, inputs?: undefined, options?: GraphOptions): Graph;
}

/** @param loaded returns TensorFlow.js if a cell has imported it */
export function makeGraph(loaded: LoadedLibrary): GraphFunction {
  const graph = (subject: unknown, inputs?: GraphInputs, options: GraphOptions = {}) => {
    checkOptions('viz.graph', options, OPTIONS);
    const { direction, title } = options;
    const tf = needLibrary(loaded, 'viz.graph');
    return goOn(planOf(tf, subject, inputs), (plan) => {
      if (direction) plan.direction = direction;
      if (title !== undefined) plan.title = String(title);
      return new Graph(plan);
    });
  };
  return waiting('viz.graph', graph);
}

function planOf(tf: TensorLibrary, subject: unknown, inputs: GraphInputs | undefined): Plan | Promise<Plan> {
  if (isModel(subject)) {
    if (inputs === undefined) return layersPlan(subject);
    const apply = (...xs: Tensor[]) => (subject as unknown as Applied).apply(xs.length === 1 ? xs[0]! : xs);
    return functionPlan(tf, apply, inputs, subject.name);
  }
  if (typeof subject === 'function') return functionPlan(tf, subject as TensorFunction, inputs, subject.name);
  if (subject instanceof tf.Tensor)
    throw new TypeError(
      'viz.graph: a tensor does not remember how it was computed. Give the function that computes it, and its inputs: viz.graph((x) => x.square(), 3)',
    );
  throw new TypeError(
    'viz.graph: the first argument must be a function that computes a tensor, viz.graph((x) => x.square(), 3), or a model of tf.layers, viz.graph(model)',
  );
}

interface Applied {
  apply(x: Tensor | Tensor[]): unknown;
}

function functionPlan(
  tf: TensorLibrary,
  f: TensorFunction,
  inputs: GraphInputs | undefined,
  title: string,
): Plan | Promise<Plan> {
  const { names, tensors, call } = argumentsOf(tf, f, inputs);
  const closures = closureNames(f);
  const recording = record(tf, tensors, call);
  try {
    return autodiffPlan(recording, names, title, closures);
  } catch (e) {
    if (!(e instanceof Unread)) throw e;
    return readRecording(recording).then((read) => autodiffPlan(read, names, title, closures));
  } finally {
    recording.dispose();
  }
}

/** The recording with the values of its tensors, which stay valid after these are disposed of. */
async function readRecording({ ops, inputs, result, dispose }: Recording): Promise<Recording> {
  const copies = new Map<RecordedTensor, RecordedTensor>();
  for (const x of [
    ...inputs,
    ...ops.flatMap((op) => [...op.inputs.map(({ tensor }) => tensor), ...op.outputs]),
    result,
  ])
    copies.set(x, { ...x });
  const copyOf = (x: RecordedTensor) => copies.get(x)!;
  const read = Promise.all(
    [...copies.values()].map(async (x) => {
      const { held, gradient } = x;
      [x.held, x.gradient] = await Promise.all([onHost(held), gradient && onHost(gradient)]);
    }),
  );
  await read;
  return {
    ops: ops.map((op) => ({
      ...op,
      inputs: op.inputs.map(({ name, tensor }) => ({ name, tensor: copyOf(tensor) })),
      outputs: op.outputs.map(copyOf),
    })),
    inputs: inputs.map(copyOf),
    result: copyOf(result),
    dispose,
  };
}
