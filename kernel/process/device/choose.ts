// Which device computes: the first in the order that starts, or the one that was asked for. Knows no device itself, so that tests can hand in others.
import type { DeviceName, DeviceSetting, Refusal } from '../../wire/protocol.ts';

/** In the order in which `auto` tries them; the first that works is taken. */
export const ORDER: readonly DeviceName[] = ['cuda', 'webgpu', 'cpu'];

/** A device that computes. */
export interface StartedDevice {
  /** What it is, for people. */
  detail: string;
  /** What the user should know once. */
  notice?: string;
  /** Resolves with the reason when the device is there no more. */
  lost?: Promise<string>;
}

/** Why a device is not to be had: the message is the reason, in one plain sentence without its full stop. */
export type UnavailableError = Error & {
  /** What the user can do about it, as a sentence. */
  remedy?: string;
};

/**
 * Starts a device.
 * @param explicit it was asked for by name: a slow one is taken too
 * @throws {@link UnavailableError}
 */
export type Starter = (explicit: boolean) => Promise<StartedDevice>;

export interface Choice {
  device: DeviceName;
  started: StartedDevice;
  refused: Refusal[];
}

export interface ChooseOptions {
  /** The process is the editor's own Electron, run as Node. */
  electron: boolean;
  /** Hears of each device before it is started, with the reasons against those before it. */
  trying?: (device: DeviceName, refused: Refusal[]) => void;
}

/**
 * Starts the device of a setting.
 * @throws Error when the one that was asked for is not to be had; the message says why and what to do
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
  for (const device of setting === 'auto' ? ORDER : [setting]) {
    try {
      return { device, started: await start(device), refused };
    } catch (e) {
      // There is nothing behind it: what it says is said as it is
      if (device === 'cpu') throw e;
      if (setting !== 'auto') throw new NoSuchDevice(device, e as UnavailableError);
      refused.push({ device, reason: (e as Error).message });
    }
  }
  throw new Error('unreachable: the device "cpu" starts or throws');
}

/** The device that was asked for is not to be had. */
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
