// "DLNB: Restart Kernel": asks first while a cell is running, unless the user has turned the question off.
import * as vscode from 'vscode';
import type { NotebookSession } from '../execution/session.ts';
import { setGlobally, settings } from '../settings.ts';
import { targetNotebook, type CommandContext } from './context.ts';

export async function restartKernel({ sessions }: CommandContext, argument?: unknown): Promise<void> {
  const notebook = targetNotebook(argument);
  if (!notebook) return;
  const session = sessions.for(notebook);
  if (await mayRestart(session)) await session.restart();
}

export async function mayRestart(session: NotebookSession): Promise<boolean> {
  if (!session.busy || !settings.confirmRestart()) return true;
  const [restart, always] = ['Restart', "Restart, Don't Ask Again"];
  const choice = await vscode.window.showWarningMessage(
    'DLNB: a cell is running. A restart ends it and loses all variables.',
    restart,
    always,
  );
  if (choice === always) await setGlobally('confirmRestart', false);
  return choice !== undefined;
}
