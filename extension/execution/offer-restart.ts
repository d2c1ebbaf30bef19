// The question whether running kernels are restarted to take up a change, such as another device: a dialog, which also
// appears where notifications are off.
import * as vscode from 'vscode';

/** A notebook's session, as far as the question concerns it. */
export interface Restartable {
  /** A cell is running. */
  readonly busy: boolean;
  /** The kernel has run a cell, and so may hold variables. */
  readonly hasRun: boolean;
  restart(): Promise<void>;
}

/**
 * Restarts kernels that hold no variables, and the others if the user agrees.
 * @param what what is new, after "The": `device "cpu"`
 */
export async function offerRestart(sessions: readonly Restartable[], what: string): Promise<void> {
  const losing = sessions.filter((s) => s.busy || s.hasRun);
  await Promise.all(sessions.filter((s) => !losing.includes(s)).map((s) => s.restart()));
  if (losing.length === 0) return;
  const button = losing.length === 1 ? 'Restart Kernel' : `Restart ${losing.length} Kernels`;
  const busy = losing.some((s) => s.busy) ? 'A cell is running. It ends, and all variables are lost.' : '';
  const choice = await vscode.window.showWarningMessage(
    `The ${what} is used when a kernel starts. Do you want to restart now?`,
    { modal: true, detail: busy || 'All variables are lost.' },
    button,
  );
  if (choice === button) await Promise.all(losing.map((s) => s.restart()));
}
