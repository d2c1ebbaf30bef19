// WebGPU without a graphics card: SwiftShader, a Vulkan driver that computes on the processor, correct but slow. It is
// part of Debian's package `chromium`; `libvulkan1` loads it.
import { existsSync, readdirSync } from 'node:fs';

const DRIVER = '/usr/lib/chromium/vk_swiftshader_icd.json';

/** What the device `webgpu` runs on. */
export type Adapter = 'hardware' | 'software';
export const adapters: readonly Adapter[] = ['hardware', 'software'];

/** A graphics card if the machine may have one; on systems other than Linux that is assumed. */
export function defaultAdapter(): Adapter {
  const isCard = (name: string) => name === 'dri' || name.startsWith('nvidia');
  return process.platform !== 'linux' || readdirSync('/dev').some(isCard) ? 'hardware' : 'software';
}

export const hasSwiftShader = () => existsSync(DRIVER);

/** Whether tests run on SwiftShader on this platform; there it must be installed. */
export const onSwiftShader = process.platform === 'linux';

/** Environment variables with which Vulkan finds SwiftShader only. */
export const swiftShader = { VK_DRIVER_FILES: DRIVER, VK_ICD_FILENAMES: DRIVER };
/** Environment variables with which Vulkan finds no driver. */
export const noDriver = { VK_DRIVER_FILES: '/nowhere.json', VK_ICD_FILENAMES: '/nowhere.json' };

/**
 * Environment variables that a process needs to run on an adapter.
 * @throws Error if SwiftShader is not installed
 */
export function adapterEnv(adapter: Adapter): NodeJS.ProcessEnv {
  if (adapter === 'hardware') return {};
  if (!hasSwiftShader()) throw new Error(`there is no ${DRIVER}; it is part of Debian's package chromium`);
  return swiftShader;
}
