// `registerKernel`, `registerGradient` and `registerBackend` as users and packages see them: they add, and keep what is
// ours. TensorFlow.js's write over it: an op kernel of another copy would compute on memory that it does not know.
import * as tf from '@tensorflow/tfjs-core';

/** What users and packages have registered; they may replace it. */
const theirs = new Set<string>();
const told = new Set<string>();

/** Says once for each kind that something of ours was kept. */
function keep(what: string, example: string): void {
  if (told.has(what)) return;
  told.add(what);
  console.warn(
    `The kernel keeps its own ${what}: "${example}" was not replaced. (tf.unregister${what === 'op kernels' ? 'Kernel' : 'Gradient'} removes one first.)`,
  );
}

/** Registers an op kernel for a backend. One that the kernel has for its devices is kept. */
export function registerKernel(config: tf.KernelConfig): void {
  const { kernelName, backendName } = config;
  const key = `${backendName} ${kernelName}`;
  const old = tf.getKernel(kernelName, backendName);
  if (old && !theirs.has(key)) return keep('op kernels', kernelName);
  theirs.add(key);
  // Without TensorFlow.js's line about a name that is known already
  if (old) tf.unregisterKernel(kernelName, backendName);
  tf.registerKernel(config);
}

/** Copies the op kernels of one backend to another, but to no name that the kernel has its own for. */
export function copyRegisteredKernels(registeredBackendName: string, newBackendName: string): void {
  for (const config of tf.getKernelsForBackend(registeredBackendName))
    registerKernel({ ...config, backendName: newBackendName });
}

/** Registers the gradient of an op kernel. One that the kernel has is kept. */
export function registerGradient(config: tf.GradConfig): void {
  const key = `gradient ${config.kernelName}`;
  if (tf.getGradient(config.kernelName) && !theirs.has(key)) return keep('gradients', config.kernelName);
  theirs.add(key);
  tf.registerGradient(config);
}

/**
 * Makes a backend the one that computes.
 * @throws Error if there is none of that name, as of TensorFlow.js's packages; the message names the device
 */
export async function setBackend(name: string): Promise<boolean> {
  if (!tf.findBackendFactory(name))
    throw new Error(
      `tf.setBackend: there is no backend "${name}" here. Tensors compute on the kernel's own device "${tf.getBackend()}", whatever package asks; leave the call out, or choose another device for the notebook.`,
    );
  return tf.setBackend(name);
}

/** Registers a backend under a name that no other has; returns whether it did. */
export function registerBackend(
  name: string,
  factory: () => tf.KernelBackend | Promise<tf.KernelBackend>,
  priority = 1,
): boolean {
  if (tf.findBackendFactory(name)) return false;
  return tf.registerBackend(name, factory, priority);
}
