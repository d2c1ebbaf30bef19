// Losses and metrics in the files of compiled models: each knows its name and its options, by which it is made again when
// `tf.loadLayersModel` reads the file (kernel/tensors/layers/saved-functions.ts).
import type { TensorLibrary } from './library.ts';

type Maker = (...args: unknown[]) => unknown;

/**
 * Lets what functions of a part make say how it is made again.
 * @param part the part of `dlnb`, such as `losses`
 * @param makers functions of options; those that make no function stay as they are
 */
export function remembering<T extends object>(part: string, makers: T): T {
  const known = makers as Record<string, unknown>;
  for (const [name, make] of Object.entries(known)) {
    if (typeof make !== 'function') continue;
    const remembered: Maker = (...args) => {
      const made = (make as Maker)(...args);
      const config = args[0] ?? {};
      if (typeof made !== 'function' || !isPlain(config)) return made;
      return Object.assign(made, { className: `${part}.${name}`, getConfig: () => structuredClone(config) });
    };
    known[name] = Object.defineProperty(remembered, 'length', { value: make.length });
  }
  return makers;
}

/** Whether a file can hold options: no tensors and no functions. */
function isPlain(value: unknown): boolean {
  if (Array.isArray(value)) return value.every(isPlain);
  if (typeof value !== 'object' || value === null) return typeof value !== 'function' && typeof value !== 'symbol';
  return Object.getPrototypeOf(value) === Object.prototype && Object.values(value).every(isPlain);
}

/** Lets saved models find them. */
export function registerMakers(tf: TensorLibrary, part: string, makers: object): void {
  for (const [name, make] of Object.entries(makers)) {
    const className = `${part}.${name}`;
    const fromConfig = (_: unknown, config: unknown) => (make as Maker)(config);
    if (typeof make === 'function') tf.serialization.registerClass({ className, fromConfig } as never);
  }
}
