// Tells which scopes the running code is in: named `tf.tidy`s, composite ops, and layers of tf.layers.
import type { TensorLibrary } from '../../library.ts';
import { engineOf } from './engine.ts';

/** One entered scope; the same object for all ops inside it. */
export interface GraphScope {
  kind: 'layer' | 'op' | 'scope';
  label: string;
  /** The class of a layer. */
  type?: string;
}

interface Layer {
  name: string;
  getClassName(): string;
  /** The layers of a model. */
  layers?: Layer[];
  call(...args: unknown[]): unknown;
  apply(...args: unknown[]): unknown;
}

/** How the names of TensorFlow.js's own scopes end. */
const OP = /__op$/;
/** The engine's names for scopes without a name, and for the two passes of a gradient. */
const UNNAMED = /^(unnamed scope|forward|backward|)$/;

/** Watches scopes from construction until {@link stop}. */
export class ScopeWatch {
  private readonly base: number;
  private readonly known = new Map<number, GraphScope>();
  /** The layers being called, each with the number of engine scopes around it. */
  private readonly layers: { layer: Layer; depth: number; scope: GraphScope }[] = [];
  private readonly undo: (() => void)[] = [];
  private stopped = false;

  constructor(private readonly tf: TensorLibrary) {
    this.base = this.stack.length;
    this.watch(tf.layers.Layer.prototype as unknown as Layer, 'apply');
  }

  private get stack() {
    return engineOf(this.tf).state.scopeStack;
  }

  /** The scopes that the running code is in, outermost first. */
  path(): GraphScope[] {
    const { stack } = this;
    const path: GraphScope[] = [];
    let next = 0;
    for (let depth = this.base; depth <= stack.length; depth++) {
      for (; next < this.layers.length && this.layers[next]!.depth <= depth; next++)
        path.push(this.layers[next]!.scope);
      const { id, name } = stack[depth] ?? {};
      if (id !== undefined && name !== undefined && !UNNAMED.test(name)) path.push(this.scopeOf(id, name));
    }
    return path;
  }

  /** Restores the replaced methods. */
  stop(): void {
    this.stopped = true;
    for (const f of this.undo.reverse()) f();
  }

  private scopeOf(id: number, name: string): GraphScope {
    let scope = this.known.get(id);
    if (!scope) {
      scope = { kind: OP.test(name) ? 'op' : 'scope', label: name.replace(OP, '') };
      this.known.set(id, scope);
    }
    return scope;
  }

  /** Replaces a method. A model applied to a tensor calls its layers' `call`; `predict` and users call `apply`. */
  private watch(target: Layer, method: 'apply' | 'call'): void {
    const own = Object.hasOwn(target, method);
    // eslint-disable-next-line @typescript-eslint/no-this-alias
    const watch = this;
    const original = target[method];
    target[method] = function (this: Layer, ...args) {
      return watch.stopped ? original.apply(this, args) : watch.within(this, () => original.apply(this, args));
    };
    this.undo.push(() => {
      if (own) target[method] = original;
      else delete (target as Partial<Layer>)[method];
    });
  }

  private within(layer: Layer, f: () => unknown): unknown {
    if (this.layers.at(-1)?.layer === layer) return f();
    const scope: GraphScope = { kind: 'layer', label: layer.name, type: layer.getClassName() };
    this.layers.push({ layer, depth: this.stack.length, scope });
    for (const inner of layer.layers ?? []) if (!Object.hasOwn(inner, 'call')) this.watch(inner, 'call');
    try {
      return f();
    } finally {
      this.layers.pop();
    }
  }
}
