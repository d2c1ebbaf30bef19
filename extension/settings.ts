// The extension's settings, typed, and the offer of a restart when a setting changes that a running kernel cannot take
// over.
import * as vscode from 'vscode';
import { kernelSettings, readKernelSettings, type KernelSettings } from '../kernel/wire/options.ts';

const section = () => vscode.workspace.getConfiguration('dlnb');

export const settings = {
  /** The program that runs kernels; empty: a Node on the PATH. */
  nodePath: (): string => section().get<string>('nodePath', ''),
  /** The settings that a kernel is started with. */
  kernel: (): KernelSettings => readKernelSettings((name) => section().get(name)),
  confirmRestart: (): boolean => section().get<boolean>('confirmRestart', true),
  /** Seconds until a restart is offered for a cell that does not stop. */
  interruptTimeout: (): number => Math.max(1, section().get<number>('interruptTimeout', 4)),
};

export async function setGlobally(key: 'nodePath' | 'device' | 'confirmRestart', value: unknown): Promise<void> {
  await section().update(key, value, vscode.ConfigurationTarget.Global);
}

/** A notebook's session, as far as changed settings concern it. */
export interface Restartable {
  readonly isRunning: boolean;
  /** Whether its kernel runs with another device than the chosen one. */
  readonly hasOtherDevice: boolean;
  restart(): Promise<void>;
}

/** Tells the user that running kernels keep their settings, and offers to restart them. */
export function offerRestartOnSettings(sessions: { all(): Restartable[] }): vscode.Disposable {
  const labels = Object.entries(kernelSettings).map(([name, { label }]) => [`dlnb.${name}`, label] as const);
  return vscode.workspace.onDidChangeConfiguration(async (e) => {
    const changed = [...labels, ['dlnb.nodePath', 'Node.js'] as const].find(([name]) => e.affectsConfiguration(name));
    if (!changed) return;
    const [name, label] = changed;
    const running = sessions.all().filter((s) => (name === 'dlnb.device' ? s.hasOtherDevice : s.isRunning));
    if (running.length === 0) return;
    const restart = running.length === 1 ? 'Restart Kernel' : `Restart ${running.length} Kernels`;
    const choice = await vscode.window.showInformationMessage(
      `DLNB: the new ${label} is used when a kernel starts. A restart loses all variables.`,
      restart,
    );
    if (choice === restart) await Promise.all(running.map((s) => s.restart()));
  });
}
