// Dawn, Chromium's implementation of WebGPU, as the native module of the build. It runs in a real Node only: Electron
// refuses the buffers that it hands out.
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';

interface Dawn {
  /** @param options `backend=vulkan`, `adapter=NAME`, `enable-dawn-features=…` */
  create(options: string[]): GPU;
  globals: Record<string, unknown>;
}

let dawn: Dawn | undefined;
/** Instances of Dawn. They must stay referenced: what an instance has made ends when it is collected. */
const instances: GPU[] = [];

/**
 * Loads Dawn and makes an instance of it. Also defines the globals of WebGPU (`GPUBufferUsage` and others).
 * @param dist folder of the build; the module is its `dawn/dawn.node`
 * @throws Error whose message tells the user why Dawn is missing or cannot be loaded
 */
export function createGpu(dist: string, options: string[] = []): GPU {
  dawn ??= load(dist);
  const gpu = dawn.create(options);
  instances.push(gpu);
  return gpu;
}

function load(dist: string): Dawn {
  if (process.versions['electron'])
    throw new Error('the kernel runs on the editor’s own Electron, and WebGPU needs a real Node');
  const file = path.join(dist, 'dawn/dawn.node');
  if (!existsSync(file))
    throw new Error(
      `this build of DLNB for ${process.platform}-${process.arch} comes without Dawn, the WebGPU library`,
    );
  let loaded: Dawn;
  try {
    loaded = createRequire(file)(file) as Dawn;
  } catch (e) {
    throw new Error(`Dawn, the WebGPU library, cannot be loaded (${(e as Error).message})`, { cause: e });
  }
  // Node's own EventTarget, DOMException and others stay
  for (const [name, value] of Object.entries(loaded.globals))
    if (!(name in globalThis)) Object.defineProperty(globalThis, name, { value, configurable: true, writable: true });
  return loaded;
}
