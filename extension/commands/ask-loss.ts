// The question before a kernel ends that has run something: a dialog, which also appears where notifications are off.
import * as vscode from 'vscode';
import type { NotebookSession } from '../execution/session.ts';
import { setGlobally, settings } from '../settings.ts';

/** What ends the kernel. */
export type Ending = 'restart' | 'shut down';

const buttons: Record<Ending, string> = { restart: 'Restart', 'shut down': 'Shut Down' };

/**
 * Asks whether the kernel may end, if that loses something and the user has not turned the question off.
 * @returns whether it may
 */
export async function mayLose(session: NotebookSession, ending: Ending): Promise<boolean> {
  const loses = session.busy || session.hasRun;
  if (!loses || !settings.confirmRestart()) return true;
  const button = buttons[ending];
  const always = `${button}, Don't Ask Again`;
  const choice = await vscode.window.showWarningMessage(
    `Do you want to ${ending} the kernel?`,
    {
      modal: true,
      detail: session.busy ? 'A cell is running. It ends, and all variables are lost.' : 'All variables are lost.',
    },
    button,
    always,
  );
  if (choice === always) await setGlobally('confirmRestart', false);
  return choice !== undefined;
}
