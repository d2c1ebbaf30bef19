// The device `cuda`: TensorFlow, in the package @tensorflow/tfjs-node-gpu that the user or a command has installed. It
// is not part of the build. The op kernels are the package's; optimizers, gradients and the engine are ours, as on
// every device.
import { createRequire } from 'node:module';
import path from 'node:path';
import type * as tf from '@tensorflow/tfjs-core';
import type * as layers from '@tensorflow/tfjs-layers';
import type { KernelOptions } from '../../../wire/options.ts';
import { findPackage, GPU_PACKAGE, PROCESSOR_PACKAGE, type FoundPackage } from './find.ts';
import { describeMissing, hasCudaPackage, missingLibraries } from './libraries.ts';
import { fullUtil } from './node-util.ts';
import { hostKernels } from '../../linalg/host.ts';

/** The name under which the packages register their backend. */
const NAME = 'tensorflow';

/**
 * Why packages that were loaded cannot be used, by folder: Node loads a package once in a process, and it looks for
 * cards once.
 */
const useless = new Map<string, Error>();

/** The part of the packages' class NodeJSKernelBackend that is used here. */
export interface NodeBackend extends tf.KernelBackend {
  /** Whether TensorFlow has found a graphics card. */
  isUsingGpuDevice: boolean;
  binding?: { TF_Version?: string };
  executeSingleOutput(...args: unknown[]): tf.Tensor;
  executeMultipleOutputs(...args: unknown[]): tf.Tensor[];
}

export interface CudaOptions extends Pick<KernelOptions, 'cwd' | 'cuda'> {
  /** The device was asked for by name. */
  explicit: boolean;
  /** The kernel's TensorFlow.js: what `@tensorflow/tfjs` exports. */
  library: typeof tf & typeof layers;
  /**
   * Gives the modules in a folder answers of their own to what they require; `undefined` where there is none.
   * @returns a function that ends this
   */
  answerIn: (dir: string, answer: (request: string) => unknown) => () => void;
  /** Called when the graphics card has no memory for a tensor. */
  outOfMemory?: (reason: string) => void;
}

export interface CudaDevice {
  /** Names the device to the user. */
  detail: string;
  backend: NodeBackend;
}

/**
 * Loads the package and makes its backend the engine's.
 * @throws Error whose message tells the user why there is no such device here, and whose `remedy` says what to do
 */
export async function startCuda(options: CudaOptions): Promise<CudaDevice> {
  const { cwd, cuda, explicit, library, answerIn, outOfMemory } = options;
  const found = findPackage(cuda === undefined ? [cwd] : [cwd, cuda]);
  if (!found) throw none();
  const { name, version, dir } = found;
  const where = `${name} in ${path.resolve(dir, '../../..')}`;
  const [major] = library.version_core.split('.');
  if (version.split('.')[0] !== major)
    throw unavailable(
      `${where} is version ${version}, and TensorFlow.js here is version ${library.version_core}`,
      `Install version ${major} of it.`,
    );
  if (name === PROCESSOR_PACKAGE && !explicit) throw processorBuild(where);
  const known = useless.get(dir);
  if (known) throw known;
  // Otherwise TensorFlow takes all memory of the card, and writes the name of each library that it looks for
  process.env['TF_FORCE_GPU_ALLOW_GROWTH'] ??= 'true';
  process.env['TF_CPP_MIN_LOG_LEVEL'] ??= '2';
  let loading = true;
  const whenLoaded =
    <A extends unknown[]>(f: (...args: A) => void) =>
    (...args: A) =>
      loading ? undefined : f(...args);
  const { io } = library;
  const shared = {
    ...library,
    // The kernel has its own progress bars, and its own way to models in files
    io: {
      ...io,
      registerLoadRouter: whenLoaded(io.registerLoadRouter),
      registerSaveRouter: whenLoaded(io.registerSaveRouter),
    },
    registerCallbackConstructor: whenLoaded(library.registerCallbackConstructor),
  };
  const endSharing = answerIn(dir, (request) => {
    if (/^(node:)?util$/.test(request)) return fullUtil;
    // What these register is registered
    if (/^@tensorflow\/tfjs-core\/dist\/.*register_all_(gradients|chained_ops)(\.js)?$/.test(request)) return {};
    return /^@tensorflow\/tfjs(-core|-layers|-data|-converter)?$/.test(request) ? shared : undefined;
  });
  try {
    const backend = await load(found, where, library).finally(() => (loading = false));
    try {
      if (!backend.isUsingGpuDevice) throw await seesNoCard(found, where);
      await tryOut(where, library);
    } catch (e) {
      useless.set(dir, e as Error);
      throw e;
    }
    explainFullMemory(backend, outOfMemory);
    for (const [kernelName, kernelFunc] of Object.entries(hostKernels))
      library.registerKernel({ kernelName, backendName: NAME, kernelFunc });
    // What the package adds to TensorFlow.js; whoever imports the package gets the library
    const { node } = createRequire(path.join(dir, 'package.json'))(dir) as { node?: object };
    if (node) Object.assign(library, { node });
    const tensorflow = backend.binding?.TF_Version;
    return { detail: `${tensorflow ? `TensorFlow ${tensorflow}, ` : ''}${name} ${version}`, backend };
  } catch (e) {
    endSharing();
    if (library.findBackendFactory(NAME)) library.removeBackend(NAME);
    throw e;
  }
}

async function load({ dir }: FoundPackage, where: string, library: typeof tf): Promise<NodeBackend> {
  try {
    createRequire(path.join(dir, 'package.json'))(dir);
    if (!(await library.setBackend(NAME))) throw new Error('it registers no backend');
    return library.findBackend(NAME) as NodeBackend;
  } catch (e) {
    throw loadError(e as NodeJS.ErrnoException, where);
  }
}

/** Explains the errors of broken installations. */
function loadError(e: NodeJS.ErrnoException, where: string): Error {
  const again = 'Install it again, with install scripts allowed, or run "DLNB: Install CUDA Runtime…".';
  const { message } = e;
  const library = /^(\S+?): cannot open shared object file/.exec(message)?.[1];
  if (library) return unavailable(`${where} does not find the library ${library}`, again);
  if (message.includes('tfjs_binding.node'))
    return unavailable(
      `${where} has no native part: it was neither downloaded nor built when the package was installed`,
      again,
    );
  const missing = e.code === 'MODULE_NOT_FOUND' ? /^Cannot find module '([^']+)'/.exec(message)?.[1] : undefined;
  if (missing) return unavailable(`${where} is not complete: it lacks ${missing}`, again);
  return unavailable(`${where} cannot be loaded (${firstLine(message)})`, again);
}

/** Runs a first op, which starts the driver, so that its faults show now and not in a cell. */
async function tryOut(where: string, { tidy, ones, matMul }: typeof tf): Promise<void> {
  let product: tf.Tensor | undefined;
  try {
    product = tidy(() => matMul(ones([2, 2]), ones([2, 2])));
    const [first] = await product.data();
    if (first !== 2) throw new Error(`1 · 1 + 1 · 1 is ${first} there`);
  } catch (e) {
    throw unavailable(`${where} sees a graphics card and cannot compute on it (${firstLine((e as Error).message)})`);
  } finally {
    product?.dispose();
  }
}

async function seesNoCard({ name }: FoundPackage, where: string): Promise<Error> {
  if (name === PROCESSOR_PACKAGE) return processorBuild(where);
  const missing = describeMissing(await missingLibraries());
  return unavailable(`${where} sees no graphics card${missing && `: ${missing}`}`);
}

/** Replaces TensorFlow's message about full memory, which is long and does not say what to do. */
function explainFullMemory(backend: NodeBackend, outOfMemory?: (reason: string) => void): void {
  for (const method of ['executeSingleOutput', 'executeMultipleOutputs'] as const) {
    const stock = backend[method] as (...args: unknown[]) => unknown;
    backend[method] = function (this: NodeBackend, ...args: unknown[]) {
      try {
        return stock.apply(this, args);
      } catch (e) {
        const { message } = e as Error;
        if (!/\bOOM\b|out of memory|resource exhausted/i.test(message)) throw e;
        outOfMemory?.('the graphics card has no memory left');
        throw new Error(
          'The graphics card has no memory left. Use smaller batches or a smaller model, close programs that use the card, or choose ' +
            `the device "cpu". (${firstLine(message)})`,
          { cause: e },
        );
      }
    } as never;
  }
}

function none(): Error {
  if (!hasCudaPackage())
    return unavailable(
      `${GPU_PACKAGE} is made for Linux and Windows on x64 processors only`,
      'The device "webgpu" reaches the graphics cards of other machines.',
    );
  return unavailable(
    `${GPU_PACKAGE} is not installed`,
    `Run "DLNB: Install CUDA Runtime…", or npm install ${GPU_PACKAGE} in the notebook's folder.`,
  );
}

const processorBuild = (where: string) =>
  unavailable(
    `${where} is the processor's build, slower than the device cpu`,
    `Install ${GPU_PACKAGE}, or run "DLNB: Install CUDA Runtime…".`,
  );

const unavailable = (reason: string, remedy?: string): Error => Object.assign(new Error(reason), remedy && { remedy });

const firstLine = (text: string) => text.split('\n', 1)[0]!.trim().replace(/\.$/, '');
