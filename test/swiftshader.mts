// WebGPU without a graphics card: SwiftShader, a Vulkan driver that computes on the processor. Debian's package `chromium` brings it, and
// `libvulkan1` what loads it. It is correct, and slow.
import { existsSync, readdirSync } from 'node:fs';

const DRIVER = '/usr/lib/chromium/vk_swiftshader_icd.json';

/** What the device `webgpu` is to run on. */
export type Adapter = 'hardware' | 'software';
export const adapters: readonly Adapter[] = ['hardware', 'software'];

/** The graphics card where there may be one: elsewhere than on Linux there always is. */
export function defaultAdapter(): Adapter {
  const isCard = (name: string) => name === 'dri' || name.startsWith('nvidia');
  return process.platform !== 'linux' || readdirSync('/dev').some(isCard) ? 'hardware' : 'software';
}

export const hasSwiftShader = () => existsSync(DRIVER);

/** Whether tests that need it are for this platform; where they are, it has to be there. */
export const onSwiftShader = process.platform === 'linux';

/** Variables with which Vulkan finds SwiftShader, and nothing else; */
export const swiftShader = { VK_DRIVER_FILES: DRIVER, VK_ICD_FILENAMES: DRIVER };
/** and those with which it finds no driver. */
export const noDriver = { VK_DRIVER_FILES: '/nowhere.json', VK_ICD_FILENAMES: '/nowhere.json' };

/**
 * The environment variables, beside its own, for a process that is to run on such an adapter.
 * @throws Error where there is no SwiftShader
 */
export function adapterEnv(adapter: Adapter): NodeJS.ProcessEnv {
  if (adapter === 'hardware') return {};
  if (!hasSwiftShader()) throw new Error(`there is no ${DRIVER}, which Debian's package chromium brings`);
  return swiftShader;
}
