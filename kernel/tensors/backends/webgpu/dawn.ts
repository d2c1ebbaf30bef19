// Dawn, Chromium's implementation of WebGPU, as the native module that stands in the build. It runs in a real Node only: Electron refuses
// the buffers that it hands out.
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';

interface Dawn {
  /** @param options `backend=vulkan`, `adapter=NAME`, `enable-dawn-features=…` */
  create(options: string[]): GPU;
  globals: Record<string, unknown>;
}

let dawn: Dawn | undefined;
/** Instances keep what they made alive, and end it when they are collected. */
const instances: GPU[] = [];

/**
 * Loads Dawn and makes an instance of it. What WebGPU has as globals (`GPUBufferUsage` and others) is made global.
 * @param dist folder of the build; the module is its `dawn/dawn.node`
 * @throws Error whose message is the reason, for people, when there is none or it cannot be loaded
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
  // What Node has already, such as EventTarget or DOMException, stays
  for (const [name, value] of Object.entries(loaded.globals))
    if (!(name in globalThis)) Object.defineProperty(globalThis, name, { value, configurable: true, writable: true });
  return loaded;
}
