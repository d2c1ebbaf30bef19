// The engine of TensorFlow.js with its busiest methods replaced by leaner ones that do the same: around a small op
// kernel it spends many times what the op kernel takes. Ours also hands the tensors that leave all scopes to the
// collector, frees what a gradient has saved as soon as it has been used, and has hooks (types.ts). Replaced are
// methods of engine.ts and functions of tape.ts and gradients.ts of tfjs-core 4.22. Only this file changes the engine;
// others subscribe to its hooks.
import * as tf from '@tensorflow/tfjs-core';
import { gradientMethods } from './backprop.ts';
import { DataInfos } from './data-table.ts';
import { minimize, variableGradients } from './minimize.ts';
import { watchRegistry } from './op-kernels.ts';
import { runMethods } from './run.ts';
import { scopeMethods } from './scopes.ts';
import { collector, engine, hooks, own, stock } from './state.ts';
import { releaseTape, tapeMethods } from './tape.ts';
import { tensorMethods } from './tensors.ts';
import type { Methods, TapeNode } from './types.ts';
import { beginRun, noteVariable, releaseName, Variables } from './variables.ts';

const resetMethod: Methods = {
  reset() {
    stock.reset.call(this);
    installState();
  },
};

const variableMethods: Methods = {
  makeVariable(value, trainable, name, dtype) {
    if (name) releaseName(name, this.state.registeredVariables);
    const variable = stock.makeVariable.call(this, value, trainable, name, dtype);
    if (name) noteVariable(variable);
    return variable;
  },
};

function installState(): void {
  own.variables = new Variables();
  const { state } = engine;
  state.registeredVariables = Object.assign(own.variables.asRecord(), state.registeredVariables);
  state.tensorInfo = new DataInfos();
}

/** Replaces the methods, once. To be called before there are any tensors. */
export function installEngine(): void {
  if (own.installed) return;
  own.installed = true;
  watchRegistry();
  installState();
  Object.assign(engine, runMethods, tapeMethods, tensorMethods, scopeMethods, gradientMethods, variableMethods);
  Object.assign(engine, resetMethod, { hooks });
  Object.assign(tf.Optimizer.prototype, { computeGradients: variableGradients, minimize });
}

/** Frees all tensors that nothing refers to; returns how many. Takes about ten milliseconds. */
export function collectTensors(): number {
  return collector.collect();
}

/** Has a function called before each op kernel; what it throws ends the op. */
export function callBeforeEachKernel(f: () => void): void {
  hooks.beforeOp = f;
}

/** Where the engine stands: how many scopes are open, and what is being recorded. */
export interface EngineState {
  scopes: number;
  gradientDepth: number;
  kernelDepth: number;
  activeTape: TapeNode[] | null;
}

/** The state between two ops of code that is in no `tidy` and no gradient. */
export const idleEngine: EngineState = { scopes: 0, gradientDepth: 0, kernelDepth: 0, activeTape: null };

export function engineState(): EngineState {
  const { scopeStack, gradientDepth, kernelDepth, activeTape } = engine.state;
  return { scopes: scopeStack.length, gradientDepth, kernelDepth, activeTape };
}

/** Reports that a cell begins to run. @returns the state to restore should the run be interrupted */
export function beginCell(): EngineState {
  beginRun();
  return engineState();
}

/** Closes the scopes and gradients that were opened since `before` was taken and never closed. */
export function restoreEngine({ scopes, ...recording }: EngineState): void {
  const { state } = engine;
  while (state.scopeStack.length > scopes) engine.endScope();
  if (state.activeTape !== recording.activeTape) releaseTape(state.activeTape);
  Object.assign(state, recording);
  own.running = undefined;
  own.leaving = undefined;
  hooks.observer = undefined;
  hooks.onGradients = undefined;
}
