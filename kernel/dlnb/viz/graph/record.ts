// Runs a function with the engine's tape on, and takes the gradient of its result back to every tensor on the tape.
import type { Tensor } from '@tensorflow/tfjs-core';
import type { TapeNode } from '../../../tensors/engine/types.ts';
import type { TensorLibrary } from '../../library.ts';
import { engineOf, hold } from './engine.ts';
import { ScopeWatch, type GraphScope } from './scopes.ts';

/** A tensor of the graph. */
export interface RecordedTensor {
  id: number;
  /** Shares its data as they were when it was made; valid until {@link Recording.dispose}. */
  held: Tensor;
  /** Set for variables. */
  variable?: { name: string; trainable: boolean };
  gradient?: Tensor;
  /** The reason if there is no gradient. */
  note?: string;
}

export interface RecordedOp {
  name: string;
  attrs: unknown;
  inputs: { name: string; tensor: RecordedTensor }[];
  outputs: RecordedTensor[];
  /** Outermost first. */
  scopes: GraphScope[];
}

export interface Recording {
  /** The ops that the result depends on, each after the ops that it depends on. */
  ops: RecordedOp[];
  /** The given tensors in their order, also those that the result does not depend on. */
  inputs: RecordedTensor[];
  result: RecordedTensor;
  dispose(): void;
}

/**
 * Runs a function and records what its result is computed from.
 * @param inputs the function's arguments
 * @throws Error if the function does not return a tensor, or a gradient is being recorded already; whatever the
 *   function throws
 */
export function record(tf: TensorLibrary, inputs: Tensor[], f: () => unknown): Recording {
  const recorder = new Recorder(tf);
  try {
    const given = inputs.map((x) => recorder.tensorOf(x));
    const { y, tape } = recorder.run(f);
    const result = recorder.tensorOf(y);
    const ops = recorder.pathTo(result);
    backPropagate(tf, ops, tape, result);
    for (const x of given)
      if (x.held.dtype === 'float32' && !x.gradient && !x.note) x.note = 'the result does not depend on it';
    return { ops, inputs: given, result, dispose: () => recorder.dispose() };
  } catch (e) {
    recorder.dispose();
    throw e;
  }
}

class Recorder {
  private readonly tensors = new Map<number, RecordedTensor>();
  private readonly ops: RecordedOp[] = [];
  private readonly nodes = new Map<RecordedOp, TapeNode>();

  constructor(private readonly tf: TensorLibrary) {}

  tensorOf(x: Tensor): RecordedTensor {
    let known = this.tensors.get(x.id);
    if (!known) {
      known = { id: x.id, held: hold(engineOf(this.tf), x) };
      if (x instanceof this.tf.Variable) known.variable = { name: x.name, trainable: x.trainable };
      this.tensors.set(x.id, known);
    }
    return known;
  }

  run(f: () => unknown): { y: Tensor; tape: Map<RecordedOp, TapeNode> } {
    const engine = engineOf(this.tf);
    const { state, hooks } = engine;
    if (state.gradientDepth > 0)
      throw new Error('viz.graph: it cannot be called while a gradient is being computed; call it outside tf.grad');
    const tape: TapeNode[] = [];
    engine.startScope();
    const watch = new ScopeWatch(this.tf);
    hooks.onTape = (node) => {
      // A run that was ended from outside has left this hook behind
      if (state.activeTape === tape) this.note(node, watch.path());
      else hooks.onTape = undefined;
    };
    state.activeTape = tape;
    state.gradientDepth = 1;
    try {
      const y: unknown = f();
      if (!(y instanceof this.tf.Tensor)) throw new TypeError(`viz.graph: ${complaint(y)}`);
      this.tensorOf(y);
      return { y, tape: this.nodes };
    } catch (e) {
      release(tape);
      throw e;
    } finally {
      state.gradientDepth = 0;
      state.activeTape = null;
      hooks.onTape = undefined;
      watch.stop();
      engine.endScope();
    }
  }

  private note(node: TapeNode, scopes: GraphScope[]): void {
    const inputs = Object.entries(node.inputs).flatMap(([name, x]) => (x ? [{ name, tensor: this.tensorOf(x) }] : []));
    const outputs = node.outputs.map((x) => this.tensorOf(x));
    // A function with a gradient of its own is recorded under the name of its scope
    const name = node.kernelName.replace(/__op$/, '') || 'custom';
    const op: RecordedOp = { name, attrs: node.attrs, inputs, outputs, scopes };
    this.ops.push(op);
    this.nodes.set(op, node);
  }

  /** The ops that the result depends on, in their order. */
  pathTo(result: RecordedTensor): RecordedOp[] {
    const needed = new Set([result]);
    const path = this.ops.toReversed().filter((op) => {
      if (!op.outputs.some((x) => needed.has(x))) return false;
      for (const { tensor } of op.inputs) needed.add(tensor);
      return true;
    });
    return path.reverse();
  }

  dispose(): void {
    release([...this.nodes.values()]);
    for (const { held, gradient } of this.tensors.values()) {
      held.dispose();
      if (gradient && !gradient.isDisposed) gradient.dispose();
    }
  }
}

function release(tape: TapeNode[]): void {
  for (const { saved } of tape) for (const x of saved) if (!x.isDisposed) x.dispose();
}

function complaint(y: unknown): string {
  if (y instanceof Promise)
    return 'the function must not be async: the graph is recorded while it runs. Await before, outside of it';
  const got = y === undefined ? 'nothing' : y === null ? 'null' : Array.isArray(y) ? 'an array' : `a ${typeof y}`;
  const remedy = typeof y === 'number' ? '; compute with tf ops, for example tf.mul(x, y) in place of x * y' : '';
  return `the function must return one tensor, and it returned ${got}${remedy}`;
}

/** Gradients of the sum of the result's elements with respect to every tensor of floating-point numbers. */
function backPropagate(
  tf: TensorLibrary,
  ops: RecordedOp[],
  tape: Map<RecordedOp, TapeNode>,
  result: RecordedTensor,
): void {
  if (result.held.dtype !== 'float32') {
    result.note = `no gradient: the result is ${result.held.dtype}`;
    return;
  }
  const engine = engineOf(tf);
  engine.startScope();
  try {
    result.gradient = tf.keep(tf.ones(result.held.shape));
    for (const op of ops.toReversed()) shareOut(tf, op, tape.get(op)!);
  } finally {
    engine.endScope();
  }
}

/** Adds to the inputs of one op their shares of the gradient of its outputs. */
function shareOut(tf: TensorLibrary, op: RecordedOp, node: TapeNode): void {
  const floats = op.inputs.filter(({ tensor }) => tensor.held.dtype === 'float32');
  const why = (note: string) => {
    for (const { tensor } of floats) lose(tensor, note);
  };
  const lost = op.outputs.find((x) => x.note);
  if (lost) return why(lost.note!);
  if (!op.outputs.some((x) => x.gradient)) return;
  if (!node.gradient) return why(`no gradient: ${op.name} has none`);
  const dys = op.outputs.map((x) => x.gradient ?? tf.zeros(x.held.shape, x.held.dtype as 'float32'));
  let functions: Record<string, () => Tensor>;
  try {
    functions = node.gradient(dys.length > 1 ? dys : dys[0]!, node.saved, node.attrs);
  } catch (e) {
    return why(`no gradient: ${(e as Error).message}`);
  }
  for (const { name, tensor } of floats) {
    if (tensor.note) continue;
    const share = functions[name];
    if (!share) {
      lose(tensor, `no gradient: ${op.name} has none with respect to its ${name}`);
      continue;
    }
    try {
      add(tf, tensor, share());
    } catch (e) {
      lose(tensor, `no gradient: ${(e as Error).message}`);
    }
  }
}

/** A sum is unknown if one part of it is. */
function lose(tensor: RecordedTensor, note: string): void {
  tensor.note = note;
  tensor.gradient?.dispose();
  delete tensor.gradient;
}

function add(tf: TensorLibrary, tensor: RecordedTensor, share: Tensor): void {
  const { gradient } = tensor;
  if (!gradient) {
    // A gradient function may return a tensor that others hold
    tensor.gradient = hold(engineOf(tf), share);
    return;
  }
  tensor.gradient = tf.keep(tf.add(gradient, share));
  gradient.dispose();
}
