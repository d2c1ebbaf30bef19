// The extension's settings, typed, and the question about a restart when a setting changes that a running kernel cannot
// take over.
import * as vscode from 'vscode';
import { findNode } from '../kernel/host/client/index.ts';
import { offerRestart, type Restartable } from './execution/offer-restart.ts';
import { log } from './log.ts';
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

/** Sets a setting of the user. Tells the user if the workspace has another, which goes before. */
export async function setGlobally(key: 'nodePath' | 'device' | 'confirmRestart', value: unknown): Promise<void> {
  await section().update(key, value, vscode.ConfigurationTarget.Global);
  const { workspaceValue, workspaceFolderValue } = section().inspect(key) ?? {};
  const other = workspaceFolderValue ?? workspaceValue;
  if (other === undefined || other === value) return;
  const open = 'Open Workspace Settings';
  const choice = await vscode.window.showWarningMessage(
    `DLNB: the choice is saved, but this workspace has a setting of its own, which goes before: "dlnb.${key}" is ${JSON.stringify(other)}.`,
    open,
  );
  if (choice === open) await vscode.commands.executeCommand('workbench.action.openWorkspaceSettings', `dlnb.${key}`);
}

/** A notebook's session, as far as changed settings concern it. */
export interface Configured extends Restartable {
  readonly isRunning: boolean;
  /** Whether its kernel runs with another device than the chosen one. */
  readonly hasOtherDevice: boolean;
  readonly state: { node?: { path: string } };
}

/** A setting that is typed changes with each pause of the typing: the question waits for the end. */
const TYPED_MS = 800;

/** Asks whether running kernels are restarted when a setting changes that they cannot take over. */
export function offerRestartOnSettings(sessions: { all(): Configured[] }): vscode.Disposable {
  const names = [...Object.keys(kernelSettings), 'nodePath'].map((name) => `dlnb.${name}`);
  const changed = new Set<string>();
  let timer: NodeJS.Timeout | undefined;
  const ask = async () => {
    const all = [...changed];
    changed.clear();
    for (const name of all)
      await offerRestart(await concerned(name, sessions.all()), newText(name)).catch((e: Error) =>
        log().warn(`the question about ${name}: ${e.message}`),
      );
  };
  return vscode.Disposable.from(
    vscode.workspace.onDidChangeConfiguration((e) => {
      for (const name of names) if (e.affectsConfiguration(name)) changed.add(name);
      if (changed.size === 0) return;
      clearTimeout(timer);
      const isPicked = changed.size === 1 && changed.has('dlnb.device');
      timer = setTimeout(() => void ask(), isPicked ? 0 : TYPED_MS);
    }),
    { dispose: () => clearTimeout(timer) },
  );
}

/** What is new about a setting, after "The". */
function newText(name: string): string {
  if (name === 'dlnb.device') return `device "${settings.kernel().device}"`;
  const known = Object.entries(kernelSettings).find(([key]) => name === `dlnb.${key}`);
  return `new ${known ? known[1].label : 'Node.js'}`;
}

/** The sessions whose kernels run with another value of a setting. */
async function concerned(name: string, all: readonly Configured[]): Promise<Configured[]> {
  if (name === 'dlnb.device') return all.filter((s) => s.hasOtherDevice);
  const running = all.filter((s) => s.isRunning);
  if (name !== 'dlnb.nodePath' || running.length === 0) return running;
  // A Node that does not work, such as half a path, starts no kernel
  const node = await findNode({ setting: settings.nodePath() }).catch(() => undefined);
  return node ? running.filter((s) => s.state.node?.path !== node.path) : [];
}
