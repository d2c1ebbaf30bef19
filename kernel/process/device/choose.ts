// Chooses the device that computes: the requested one, or for `auto` the first that starts. Devices come in as
// functions.
import { DEVICES, type DeviceName, type DeviceSetting } from '../../wire/limits.ts';
import type { Refusal } from '../../wire/protocol.ts';

/** A device that computes. */
export interface StartedDevice {
  /** A description for people, for example `WebAssembly, SIMD, 2 threads`. */
  detail: string;
  /** A notice to show to the user once. */
  notice?: string;
  /** Resolves with the reason when the device is lost. */
  lost?: Promise<string>;
}

/** The error of a device that cannot be used. Its message is the reason, one sentence without its full stop. */
export type UnavailableError = Error & {
  /** The user's way out, as a sentence. */
  remedy?: string;
};

/**
 * Starts a device.
 * @param explicit the device was requested by name: a slow one is taken too
 * @throws {@link UnavailableError}
 */
export type Starter = (explicit: boolean) => Promise<StartedDevice>;

export interface Choice {
  device: DeviceName;
  started: StartedDevice;
  refused: Refusal[];
}

export interface ChooseOptions {
  /** The process is the editor's Electron, run as Node. */
  electron: boolean;
  /** Called before each start of a device, with the devices refused so far. */
  trying?: (device: DeviceName, refused: Refusal[]) => void;
}

/**
 * Starts the device of a setting.
 * @throws Error when the requested device cannot be used; the message says why and what to do
 */
export async function chooseDevice(
  setting: DeviceSetting,
  starters: Record<DeviceName, Starter>,
  { electron, trying }: ChooseOptions,
): Promise<Choice> {
  const refused: Refusal[] = [];
  const start = (device: DeviceName): Promise<StartedDevice> => {
    if (electron && device !== 'cpu') return Promise.reject(onElectron());
    trying?.(device, [...refused]);
    return starters[device](setting !== 'auto');
  };
  for (const device of setting === 'auto' ? DEVICES : [setting]) {
    try {
      return { device, started: await start(device), refused };
    } catch (e) {
      // `cpu` is the last resort: its error is passed on unchanged
      if (device === 'cpu') throw e;
      if (setting !== 'auto') throw new NoSuchDevice(device, e as UnavailableError);
      refused.push({ device, reason: (e as Error).message });
    }
  }
  throw new Error('unreachable: the device "cpu" starts or throws');
}

/** The requested device cannot be used. */
export class NoSuchDevice extends Error {
  readonly refusal: Refusal;

  constructor(device: DeviceName, { message, remedy = remedies[device] }: UnavailableError) {
    super(
      `The device "${device}" cannot be used: ${message}. ${remedy} Or choose "auto" or "cpu": in the status bar, in the setting ` +
        '"dlnb.device" or with --device.',
    );
    this.name = 'Error';
    this.refusal = { device, reason: message };
  }
}

const remedies: Record<DeviceName, string> = {
  cuda: 'Run the command "DLNB: Install CUDA Runtime…", which says what is missing.',
  webgpu: 'Install or update the driver of the graphics card.',
  cpu: '',
};

function onElectron(): UnavailableError {
  return Object.assign(
    new Error('the kernel runs on the editor’s own Electron, and graphics cards need a real Node.js'),
    {
      remedy: 'Install Node.js 20 or newer, or name one in the setting "dlnb.nodePath".',
    },
  );
}
