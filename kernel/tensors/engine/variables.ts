// The engine's variables by name, held weakly: a model that nothing refers to any more goes with its weights. A cell that
// runs again makes its named variables again: the new one takes the name, and the one of the run before gets another.
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

/** Counts the runs of cells. */
let run = 0;
const madeIn = new WeakMap<tf.Variable, number>();

/** Reports that a cell begins to run: the names of variables made so far can be taken by new ones. */
export function beginRun(): void {
  run++;
}

/**
 * Makes a name free for a new variable. A variable of an earlier run is still good, also for optimizers and gradients,
 * and is called `name_before1` from then on.
 * @throws Error if the run that goes on has made the variable of that name
 */
export function releaseName(name: string, registered: Record<string, tf.Variable>): void {
  const before = registered[name];
  if (!before) return;
  if (madeIn.get(before) === run)
    throw new Error(
      `Variable with name ${name} was already registered: tf.variable has made it in this same run. Give the new one ` +
        'another name, or none, or dispose of the other one first.',
    );
  let n = 1;
  while (registered[`${name}_before${n}`]) n++;
  delete registered[name];
  before.name = `${name}_before${n}`;
  registered[before.name] = before;
}

/** Notes that the run that goes on has made a variable. */
export function noteVariable(variable: tf.Variable): void {
  madeIn.set(variable, run);
}
