// The kernel's own copy of TensorFlow.js, a bundle of its own that is loaded when a cell first imports it.
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-core/dist/register_all_gradients';
import '@tensorflow/tfjs-core/dist/public/chained_ops/register_all_chained_ops';
import * as layers from '@tensorflow/tfjs-layers';
import * as converter from '@tensorflow/tfjs-converter';
import * as data from '@tensorflow/tfjs-data';

import { correctGradients } from './gradients.ts';
import { fuseLstm } from './recurrent.ts';
import { AdamWOptimizer, LionOptimizer, extendOptimizers } from './optimizers.ts';

export { startCpu } from '../backends/cpu/index.ts';

const { version_core } = tf;
const all = {
  ...tf,
  ...layers,
  ...converter,
  data,
  AdamWOptimizer,
  LionOptimizer,
  version: {
    'tfjs-core': version_core,
    'tfjs-layers': layers.version_layers,
    'tfjs-data': data.version_data,
    'tfjs-converter': converter.version_converter,
    tfjs: version_core,
  },
};
export { all as tf };

correctGradients();
fuseLstm();
extendOptimizers();

// A tensor in console.log, or inside another value, is one line or a few, not the engine's internals
const inspectSymbol = Symbol.for('nodejs.util.inspect.custom');
Object.defineProperty(tf.Tensor.prototype, inspectSymbol, {
  configurable: true,
  value(this: tf.Tensor) {
    const head = `Tensor ${this.dtype} [${this.shape.join(', ')}]`;
    if (this.isDisposed) return `${head} (disposed)`;
    return this.size <= 1000 ? `${head}\n${this.toString().replace(/^Tensor\n/, '')}` : head;
  },
});

interface Scope {
  id: number;
}
interface EngineInternals {
  runKernelFunc(...args: unknown[]): unknown;
  endScope(): void;
  state: { scopeStack: Scope[]; gradientDepth: number; kernelDepth: number; activeTape: unknown };
}
const engine = () => tf.engine() as unknown as EngineInternals;

/** Has a function called before each op kernel; what it throws ends the op. */
export function callBeforeEachKernel(check: () => void): void {
  const e = engine();
  const run = e.runKernelFunc.bind(e);
  e.runKernelFunc = (...args) => {
    check();
    return run(...args);
  };
}

/** Where the engine stands: how many scopes are open, and what is being recorded. */
export interface EngineState {
  scopes: number;
  gradientDepth: number;
  kernelDepth: number;
  activeTape: unknown;
}

/** The state between two ops of code that is in no `tidy` and no gradient. */
export const idleEngine: EngineState = { scopes: 0, gradientDepth: 0, kernelDepth: 0, activeTape: null };

export function engineState(): EngineState {
  const { scopeStack, gradientDepth, kernelDepth, activeTape } = engine().state;
  return { scopes: scopeStack.length, gradientDepth, kernelDepth, activeTape };
}

/** Closes the scopes and gradients that were opened since `state` was taken and never closed. */
export function restoreEngine({ scopes, ...recording }: EngineState): void {
  const { state } = engine();
  while (state.scopeStack.length > scopes) engine().endScope();
  Object.assign(state, recording);
}
