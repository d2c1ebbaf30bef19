// Debian's Chromium brings SwiftShader, a Vulkan driver that computes on the processor: with it the device `webgpu` runs where there is no
// graphics card.
import { existsSync } from 'node:fs';

const manifest = '/usr/lib/chromium/vk_swiftshader_icd.json';
const loader = ['/usr/lib/x86_64-linux-gnu', '/usr/lib/aarch64-linux-gnu', '/usr/lib64'].some((dir) =>
  existsSync(`${dir}/libvulkan.so.1`),
);

/** Whether it is on this machine, and the loader of Vulkan. */
export const hasSwiftShader = existsSync(manifest) && loader;

/** Variables with which Vulkan finds it, and nothing else. */
export const swiftShader = { VK_DRIVER_FILES: manifest, VK_ICD_FILENAMES: manifest };

/** Variables with which Vulkan finds no driver. */
export const noDriver = { VK_DRIVER_FILES: '/nowhere.json', VK_ICD_FILENAMES: '/nowhere.json' };
