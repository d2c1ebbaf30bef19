// What a kernel is started with. The record is passed whole, from the host through the kernel process to the device:
// a new setting is declared and read here, and used in one other place.
import { DEVICE_SETTINGS, MAX_THREADS, type DeviceSetting } from './limits.ts';

/** What the user chooses: settings of the extension (`dlnb.…`) and options of the command line (`--…`). */
export interface KernelSettings {
  /** Where tensors are computed. */
  device: DeviceSetting;
  /** Threads of the device `cpu`; by default one for each core. More than {@link MAX_THREADS} are as many as that. */
  threads?: number | undefined;
}

/** All that a kernel process is told when it starts. */
export interface KernelOptions extends KernelSettings {
  /** The notebook's folder: where relative imports, npm packages and the working directory are. */
  cwd: string;
  /** Absolute path of the notebook's file, if it has one yet. */
  notebook?: string | undefined;
  /** Folder of the host's own copy of the packages of the device `cuda`; others are found from {@link cwd}. */
  cuda?: string | undefined;
  /** Where answers to a cell's questions come from: a person (the default), or a pipe, which ends. */
  input?: 'person' | 'pipe' | undefined;
  /** Folder for the logs of cells that print more than is shown; made when needed. */
  logDir: string;
}

/** How one setting is named and read. */
export interface KernelSetting<T> {
  /** The setting in the middle of a sentence. */
  label: string;
  /** The option's argument on the command line. */
  argument: string;
  /** The option's line in the help. */
  help: string;
  /** What it must be, as a sentence. */
  rule: string;
  /** @returns the setting; undefined where the value is none, which stands for the default */
  read(value: unknown): T | undefined;
}

/** One entry for each setting; the table of the extension's settings in package.json is tested against it. */
export const kernelSettings: { [K in keyof KernelSettings]-?: KernelSetting<NonNullable<KernelSettings[K]>> } = {
  device: {
    label: 'device',
    argument: '<name>',
    help: 'which device computes',
    rule: `It must be one of ${DEVICE_SETTINGS.join(', ')}.`,
    read: (value) => DEVICE_SETTINGS.find((device) => device === value),
  },
  threads: {
    label: 'number of threads',
    argument: '<number>',
    help: `threads of the device cpu, at most ${MAX_THREADS} (default: one for each core)`,
    rule: 'It must be a whole number, 1 or more.',
    read: (value) => {
      const threads = typeof value === 'string' ? Number(value) : value;
      return typeof threads === 'number' && Number.isInteger(threads) && threads >= 1 ? threads : undefined;
    },
  },
};

/**
 * Reads all settings.
 * @param get the value of a setting as the user has it, whatever it is
 */
export function readKernelSettings(get: (name: keyof KernelSettings) => unknown): KernelSettings {
  const names = Object.keys(kernelSettings) as (keyof KernelSettings)[];
  const read = names.map((name) => [name, kernelSettings[name].read(get(name))] as const);
  return { device: 'auto', ...Object.fromEntries(read.filter(([, value]) => value !== undefined)) };
}
