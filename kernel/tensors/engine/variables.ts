// The engine's variables by name, held weakly: a model that nothing refers to any more goes with its weights.
import type * as tf from '@tensorflow/tfjs-core';

export class Variables {
  private readonly references: Record<string, WeakRef<tf.Variable>> = Object.create(null) as object as never;

  /** Drops a name whose variable is gone. */
  forget(name: string): void {
    if (this.references[name] && !this.references[name].deref()) delete this.references[name];
  }

  list(): tf.Variable[] {
    return Object.values(this.references).flatMap((r) => r.deref() ?? []);
  }

  /** What the engine and its users read and write as a plain record of variables. */
  asRecord(): Record<string, tf.Variable> {
    const { references } = this;
    const get = (name: string | symbol) => (references[name as string] as WeakRef<tf.Variable> | undefined)?.deref();
    return new Proxy(references as object as Record<string, tf.Variable>, {
      get: (_, name) => get(name),
      has: (_, name) => get(name) !== undefined,
      set: (_, name, variable: tf.Variable) => {
        references[name as string] = new WeakRef(variable);
        return true;
      },
      ownKeys: () => Reflect.ownKeys(references).filter((name) => get(name) !== undefined),
      getOwnPropertyDescriptor: (_, name) => {
        const value = get(name);
        return value && { value, configurable: true, enumerable: true, writable: true };
      },
    });
  }
}
