// Scopes: tensors made in one are disposed of at its end, except for its result.
import type * as tf from '@tensorflow/tfjs-core';
import { isTensor } from './is-tensor.ts';
import { engine, stock } from './state.ts';
import type { Engine, Methods, Scope, State, Tracked } from './types.ts';

function closeScope(state: State): void {
  state.scopeStack.pop();
  state.activeScope = state.scopeStack.at(-1) ?? null;
}

/** Ends the innermost scope; its tensors that are among `results` go to the next one. */
export function endScopeWith(results: Tracked[]): void {
  const { state } = engine;
  const scope = state.activeScope!;
  const kept = new Set<tf.Tensor>(results);
  for (const x of scope.track) if (!x.kept && !kept.has(x)) x.dispose();
  closeScope(state);
  for (const x of kept as Set<Tracked>) if (x && !x.kept && x.scopeId === scope.id) engine.track(x);
}

export const scopeMethods: Methods = {
  tidy<T>(this: Engine, name: string | (() => T), f?: () => T): T {
    if (typeof name !== 'function') return stock.tidy.call(this, name, f) as T;
    this.startScope();
    let result: T | undefined;
    try {
      result = name();
      if (result instanceof Promise) console.error('Cannot return a Promise inside of tidy.');
      return result;
    } finally {
      this.endScope(result);
    }
  },

  startScope(name = 'unnamed scope') {
    const { state } = this;
    const scope: Scope = { track: [], name, id: state.nextScopeId++ };
    state.scopeStack.push(scope);
    state.activeScope = scope;
  },

  endScope(result) {
    const { state } = this;
    const scope = state.activeScope!;
    const isOne = isTensor(result);
    const isNone = !isOne && (typeof result !== 'object' || result === null || ArrayBuffer.isView(result));
    if (!isOne && !isNone) return stock.endScope.call(this, result);
    const { track } = scope;
    for (let i = 0; i < track.length; i++) {
      const x = track[i]!;
      if (!x.kept && x !== result && !(isOne && x.id === result.id)) x.dispose();
    }
    closeScope(state);
    if (isOne && !result.kept && result.scopeId === scope.id) this.track(result);
  },
};
