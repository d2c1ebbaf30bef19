// Runs op kernels, and functions with a gradient of their own. Under `tf.profile` and in debug mode, TensorFlow.js's
// methods do it.
import * as tf from '@tensorflow/tfjs-core';
import { sizeError } from './check-size.ts';
import { debugging, testing } from './flags.ts';
import { opKernel } from './op-kernels.ts';
import { collector, engine, hooks, none, own, stock } from './state.ts';
import { record } from './tape.ts';
import { save, tensorOf } from './tensors.ts';
import type { AroundOp, Methods, Tensors } from './types.ts';

/** Calls an op kernel that changes tensors in place and has no outputs. */
export function runInPlace(config: tf.KernelConfig, tensors: Record<string, tf.Tensor[]>, attrs: object): void {
  const compute = () =>
    config.kernelFunc({
      inputs: {},
      attrs: { ...attrs, ...tensors } as unknown as tf.NamedAttrMap,
      backend: engine.backend,
    });
  if (hooks.aroundOp) hooks.aroundOp(config.kernelName, tensors, attrs, compute);
  else compute();
  if (hooks.observer && engine.state.kernelDepth === 0) hooks.observer.changed(config.kernelName, tensors);
}

/**
 * Calls the hook instead of an op kernel. Apart from `runKernel`, which would else allocate for the closure on every
 * op.
 */
function runAround(
  aroundOp: AroundOp,
  { kernelName, kernelFunc }: tf.KernelConfig,
  inputs: Tensors,
  attrs: unknown,
): tf.TensorInfo | tf.TensorInfo[] {
  const compute = () => kernelFunc({ inputs, attrs: attrs as tf.NamedAttrMap, backend: engine.backend });
  return aroundOp(kernelName, inputs, attrs, compute);
}

/**
 * What a function with a gradient of its own has saved, for a gradient of higher order: inputs and outputs are saved
 * again now that ops are recorded, so that the gradient with respect to them counts, as it does for op kernels.
 */
function linked(given: tf.Tensor[], saved: tf.Tensor[], known: (tf.Tensor | null | undefined)[]): tf.Tensor[] {
  return given.map((x, i) => {
    if (!known.includes(x)) return saved[i]!;
    saved[i]!.dispose();
    return save(x);
  });
}

export const runMethods: Methods = {
  runKernel(name, inputs, attrs) {
    const { backend, state } = this; // reading `backend` starts it
    const found = opKernel(name, this.backendName!);
    const { config } = found;
    const correct = own.complex ? found.correctComplex : found.correct;
    if (correct) {
      const made = correct(inputs, (attrs ?? {}) as tf.NamedAttrMap);
      if (made instanceof tf.Tensor || Array.isArray(made)) return made;
      if (made) inputs = made;
    }
    if (!config) throw new Error(`Kernel '${name}' not registered for backend '${this.backendName}'`);
    hooks.beforeOp?.();
    if (state.profiling || debugging()) return stock.runKernelFunc.call(this, { kernelName: name, inputs, attrs });
    if (state.kernelDepth === 0) collector.poll();
    const recording = state.gradientDepth > 0 && state.kernelDepth === 0;
    const checking = testing();
    if (checking) state.numDataMovesStack.push(0);
    const before = checking ? backend.numDataIds() : 0;
    const outer = own.running;
    own.running = inputs;
    state.kernelDepth++;
    try {
      const { aroundOp } = hooks;
      const out = aroundOp
        ? runAround(aroundOp, config, inputs, attrs)
        : config.kernelFunc({ inputs, attrs: attrs as tf.NamedAttrMap, backend });
      if (!Array.isArray(out)) {
        if (checking) this.checkKernelForMemLeak(name, before, [out]);
        const output = tensorOf(out);
        if (recording) record(name, inputs, [output], attrs);
        if (hooks.observer && state.kernelDepth === 1) hooks.observer.computed(name, inputs, [output]);
        return output;
      }
      if (checking) this.checkKernelForMemLeak(name, before, out);
      const outputs = out.map(tensorOf);
      if (recording) record(name, inputs, outputs, attrs);
      if (hooks.observer && state.kernelDepth === 1) hooks.observer.computed(name, inputs, outputs);
      return outputs;
    } catch (e) {
      throw sizeError(e, name, inputs);
    } finally {
      state.kernelDepth--;
      own.running = outer;
    }
  },

  /** For functions with a gradient of their own; op kernels are run above. */
  runKernelFunc(call) {
    const { backend, state } = this;
    if (!('forwardFunc' in call) || state.profiling || debugging()) return stock.runKernelFunc.call(this, call);
    const { forwardFunc, backwardsFunc, inputs, attrs } = call;
    const recording = state.gradientDepth > 0 && state.kernelDepth === 0;
    const checking = testing();
    if (checking) state.numDataMovesStack.push(0);
    const before = checking ? backend.numDataIds() : 0;
    const name = state.activeScope?.name ?? '';
    let given: tf.Tensor[] = none;
    let saved: tf.Tensor[] = none;
    const keep = (tensors: tf.Tensor[]) => {
      if (!recording) return;
      given = tensors;
      saved = tensors.map(save);
    };
    const outer = own.running;
    own.running = inputs;
    state.kernelDepth++;
    let out: tf.Tensor | tf.Tensor[];
    try {
      out = this.tidy(() => forwardFunc(backend, keep));
      if (checking) this.checkKernelForMemLeak(name, before, Array.isArray(out) ? out : [out]);
    } finally {
      state.kernelDepth--;
      own.running = outer;
    }
    if (hooks.observer && state.kernelDepth === 0)
      hooks.observer.computed(name, inputs, Array.isArray(out) ? out : [out]);
    if (!recording) return out;
    const outputs = Array.isArray(out) ? out : [out];
    if (state.gradientDepth > 1) saved = linked(given, saved, [...Object.values(inputs), ...outputs]);
    this.addTapeNode(name, inputs, outputs, backwardsFunc, saved, attrs);
    return out;
  },
};
