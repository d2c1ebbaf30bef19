// The extension's settings, typed.
import * as vscode from 'vscode';
import { DEVICES } from '../kernel/host/client/index.ts';
import type { DeviceSetting } from '../kernel/wire/protocol.ts';

const section = () => vscode.workspace.getConfiguration('dlnb');

export const settings = {
  /** The program that runs kernels; empty: found on the PATH. */
  nodePath: (): string => section().get<string>('nodePath', ''),
  device: (): DeviceSetting => {
    const device = section().get<DeviceSetting>('device', 'auto');
    return DEVICES.includes(device) ? device : 'auto';
  },
  /** Threads of the device `cpu`; undefined: one for each core. */
  threads: (): number | undefined => {
    const threads = section().get<number>('threads', 0);
    return Number.isInteger(threads) && threads >= 1 && threads <= 64 ? threads : undefined;
  },
  confirmRestart: (): boolean => section().get<boolean>('confirmRestart', true),
  /** Seconds after which a restart is offered for a cell that does not stop. */
  interruptTimeout: (): number => Math.max(1, section().get<number>('interruptTimeout', 4)),
};

export async function setGlobally(key: 'nodePath' | 'device' | 'confirmRestart', value: unknown): Promise<void> {
  await section().update(key, value, vscode.ConfigurationTarget.Global);
}
