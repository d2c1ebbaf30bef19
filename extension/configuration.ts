// Settings that a running kernel cannot take up: says so and offers the restart.
import * as vscode from 'vscode';
import type { Sessions } from './execution/sessions.ts';

export function offerRestartOnSettings(sessions: Sessions): vscode.Disposable {
  return vscode.workspace.onDidChangeConfiguration(async (e) => {
    const names = { 'dlnb.device': 'device', 'dlnb.threads': 'number of threads', 'dlnb.nodePath': 'Node.js' };
    const what = Object.entries(names).find(([setting]) => e.affectsConfiguration(setting))?.[1];
    const onlyDevice = what === 'device';
    const running = sessions
      .all()
      .filter(({ state, hasOtherDevice }) =>
        onlyDevice ? hasOtherDevice : state.phase === 'idle' || state.phase === 'busy',
      );
    if (!what || running.length === 0) return;
    const restart = running.length === 1 ? 'Restart Kernel' : `Restart ${running.length} Kernels`;
    const choice = await vscode.window.showInformationMessage(
      `DLNB: the new ${what} is used when a kernel starts. A restart loses all variables.`,
      restart,
    );
    if (choice === restart) await Promise.all(running.map((s) => s.restart()));
  });
}
