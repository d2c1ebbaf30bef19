// Records which gradients of the registry are used: each is wrapped by one that notes its use.
import { tf } from './device.ts';

interface Used {
  /** Inputs whose gradient was offered, as `Kernel.input`. */
  offered: Set<string>;
  /** Inputs whose gradient was computed. */
  computed: Set<string>;
  /** Op kernels whose gradient was computed since the last `clear`. */
  kernels: Set<string>;
}

export const used: Used = { offered: new Set(), computed: new Set(), kernels: new Set() };

type Thunks = Record<string, () => unknown>;

/** The kernels that have a gradient. */
export function kernelsWithGradient(): string[] {
  // The library exports the names of TensorFlow.js's op kernels; the backend knows ours
  const exported = Object.values(tf).filter((value) => typeof value === 'string') as string[];
  const names = [...exported, ...tf.getKernelsForBackend(tf.getBackend()).map(({ kernelName }) => kernelName)];
  return [...new Set(names)].filter((name) => tf.getGradient(name)).sort();
}

/** Starts recording. */
export function recordGradients(): void {
  for (const kernelName of kernelsWithGradient()) {
    const config = tf.getGradient(kernelName);
    tf.unregisterGradient(kernelName);
    tf.registerGradient({
      ...config,
      gradFunc: (dy, saved, attrs) => {
        const thunks = config.gradFunc(dy as never, saved, attrs) as unknown as Thunks;
        const wrapped = (Array.isArray(thunks) ? [] : {}) as unknown as Thunks;
        for (const [input, thunk] of Object.entries(thunks)) {
          const name = `${kernelName}.${input}`;
          used.offered.add(name);
          wrapped[input] = () => {
            used.computed.add(name);
            used.kernels.add(kernelName);
            return thunk();
          };
        }
        return wrapped as never;
      },
    });
  }
}
