// Gradients: a function is recorded, and the gradient of its result taken back along the tape to its inputs. What ops
// have saved, and gradients of intermediate results, are disposed of as soon as they have been used.
import * as tf from '@tensorflow/tfjs-core';
import { endScopeWith } from './scopes.ts';
import { engine, hooks } from './state.ts';
import { releaseTape } from './tape.ts';
import type { Methods, TapeNode, Tracked } from './types.ts';

const { assert } = tf.util;

/** An op that the gradient goes through, and the names of the inputs that it goes to. */
interface Step {
  node: TapeNode;
  names: string[];
}

/** Calls `f` and records its ops. */
function recordTape(f: () => tf.Tensor): tf.Tensor {
  const { state } = engine;
  if (state.gradientDepth === 0) state.activeTape = [];
  state.gradientDepth++;
  try {
    return engine.tidy('forward', f);
  } finally {
    state.gradientDepth--;
  }
}

/** The ops of a tape that lead from xs to y, in their order. */
function pathOf(tape: TapeNode[], xs: tf.Tensor[], y: tf.Tensor): Step[] {
  const fromX = new Set<number>();
  for (const x of xs) fromX.add(x.id);
  const steps: Step[] = [];
  for (const node of tape) {
    let names: string[] | undefined;
    for (const name in node.inputs) {
      const input = node.inputs[name];
      if (input && fromX.has(input.id)) (names ??= []).push(name);
    }
    if (!names) continue;
    for (const { id } of node.outputs) fromX.add(id);
    steps.push({ node, names });
  }
  const toY = new Set<number>([y.id]);
  const path: Step[] = [];
  for (let i = steps.length - 1; i >= 0; i--) {
    const { node } = steps[i]!;
    if (!node.outputs.some(({ id }) => toY.has(id))) continue;
    for (const name in node.inputs) {
      const input = node.inputs[name];
      if (input) toY.add(input.id);
    }
    path.push(steps[i]!);
  }
  return path.reverse();
}

/**
 * Takes the gradient of y back along the path. Gradients of intermediate results, and what the ops have saved, are
 * disposed of as soon as they have been used: the next op finds their memory free and in the cache.
 * @param dy gradient with respect to y; ones if absent
 * @returns gradients with respect to xs, undefined for those that the path does not reach
 */
function propagate(path: Step[], xs: tf.Tensor[], y: tf.Tensor, dy: tf.Tensor | undefined): tf.Tensor[] {
  const { state } = engine;
  const isLast = state.gradientDepth === 0;
  engine.startScope('backward');
  const scope = state.activeScope!;
  try {
    const gradients = new Map<number, Tracked>([[y.id, (dy ?? ones(y.shape)) as Tracked]]);
    const asked = new Set<number>();
    for (const x of xs) asked.add(x.id);
    // Gradient functions may return tensors that they were given, or that others hold
    const foreign = new Set<tf.Tensor>();
    const disposeOwn = (x: Tracked) => {
      if (x.scopeId === scope.id && !x.kept && !foreign.has(x)) x.dispose();
    };
    for (let i = path.length - 1; i >= 0; i--) {
      const { node, names } = path[i]!;
      if (!node.gradient)
        throw new Error(`Cannot compute gradient: gradient function not found for ${node.kernelName}.`);
      const dys = node.outputs.map((output) => gradients.get(output.id) ?? zeros(output));
      hooks.observer?.entered(node);
      const functions = node.gradient(dys.length > 1 ? dys : dys[0]!, node.saved, node.attrs);
      for (const name of names) {
        const f = functions[name];
        if (!f)
          throw new Error(
            `Cannot backprop through input ${name}. Available gradients found: ${Object.keys(functions)}.`,
          );
        const { dx, isNew } = evaluate(f);
        if (!isNew) foreign.add(dx);
        const x = node.inputs[name]!;
        checkGradient(dx, x, name, node);
        hooks.observer?.gradient(node, name, dx);
        const sum = gradients.get(x.id);
        if (!sum) gradients.set(x.id, dx);
        else {
          gradients.set(x.id, engine.runKernel('Add', { a: sum, b: dx }) as Tracked);
          disposeOwn(sum);
          if (dx !== sum) disposeOwn(dx);
        }
      }
      hooks.observer?.left(node);
      node.outputs.forEach(({ id }, k) => {
        if (asked.has(id)) return;
        gradients.delete(id);
        disposeOwn(dys[k]!);
      });
      if (isLast) for (const x of node.saved) if (!foreign.has(x)) x.dispose();
    }
    const results = xs.map(({ id }) => gradients.get(id)!);
    endScopeWith(results);
    return results;
  } catch (e) {
    engine.endScope();
    throw e;
  }
}

/**
 * Calls a gradient function, and disposes of all that it makes but its result. `isNew`: it has made the result itself.
 */
function evaluate(f: () => tf.Tensor): { dx: Tracked; isNew: boolean } {
  engine.startScope();
  const { id } = engine.state.activeScope!;
  let dx: Tracked | undefined;
  let isNew = false;
  try {
    dx = f() as Tracked;
    isNew = dx.scopeId === id;
    return { dx, isNew };
  } finally {
    engine.endScope(dx);
  }
}

function checkGradient(dx: tf.Tensor, x: tf.Tensor, name: string, { kernelName }: TapeNode): void {
  const dtype = x.dtype === 'complex64' ? 'complex64' : 'float32';
  if (dx.dtype !== dtype)
    throw new Error(
      `Error in gradient for op ${kernelName}. The gradient of input ${name} must have '${dtype}' dtype, but has '${dx.dtype}'`,
    );
  const { shape } = x;
  if (dx.shape.length !== shape.length || dx.shape.some((n, i) => n !== shape[i]))
    throw new Error(
      `Error in gradient for op ${kernelName}. The gradient of input '${name}' has shape '${dx.shape}', ` +
        `which does not match the shape of the input '${shape}'`,
    );
}

function ones(shape: number[]): tf.Tensor {
  return engine.makeTensor(tf.util.makeOnesTypedArray(tf.util.sizeFromShape(shape), 'float32'), shape, 'float32');
}

function zeros({ size, shape, dtype }: tf.Tensor): Tracked {
  if (dtype === 'complex64') return tf.complex(tf.zeros(shape), tf.zeros(shape)) as Tracked;
  return engine.makeTensor(tf.util.makeZerosTypedArray(size, dtype), shape, dtype) as Tracked;
}

export const gradientMethods: Methods = {
  gradients(f, xs, dy, allowNoGradients = false) {
    assert(xs.length > 0, () => 'gradients() received an empty list of xs.');
    if (dy && dy.dtype !== 'float32') throw new Error(`dy must have 'float32' dtype, but has '${dy.dtype}'`);
    const { state } = this;
    try {
      const y = recordTape(f);
      assert(y instanceof tf.Tensor, () => 'The result y returned by f() must be a tensor.');
      assert(
        y.dtype !== 'complex64',
        () => 'The result y returned by f() is complex64, and must be real: use tf.real(y), tf.imag(y) or tf.abs(y).',
      );
      const path = pathOf(state.activeTape!, xs, y);
      if (!allowNoGradients && path.length === 0)
        throw new Error(
          'Cannot compute gradient of y=f(x) with respect to x. Make sure that the f you passed encloses all operations ' +
            'that lead from x to y.',
        );
      const grads = propagate(path, xs, y, dy ?? undefined);
      hooks.onGradients?.(xs, grads);
      return { value: y, grads };
    } finally {
      // Only an outer gradient would still need what has been saved; also after errors
      if (state.gradientDepth === 0) {
        releaseTape(state.activeTape);
        state.activeTape = null;
      }
    }
  },
};
