// "DLNB: Choose Node.js…": sets the Node.js program that runs kernels.
import * as vscode from 'vscode';
import { findNode } from '../../kernel/host/client/index.ts';
import { setGlobally, settings } from '../settings.ts';

export async function chooseNode(): Promise<void> {
  const current = settings.nodePath();
  const [browse, clear] = ['Choose a Program…', 'Use the Node on the PATH'];
  const choice = await vscode.window.showQuickPick(
    [
      { label: browse, detail: 'A Node.js executable, version 20 or newer' },
      { label: clear, detail: current ? `Instead of ${current}` : 'This is the current setting' },
    ],
    { title: 'Node.js for Kernels' },
  );
  if (!choice) return;
  if (choice.label === clear) return setGlobally('nodePath', undefined);
  const [file] =
    (await vscode.window.showOpenDialog({ title: 'Node.js for Kernels', openLabel: 'Use', canSelectMany: false })) ??
    [];
  if (!file) return;
  try {
    await findNode({ setting: file.fsPath });
    await setGlobally('nodePath', file.fsPath);
  } catch (e) {
    void vscode.window.showErrorMessage(`DLNB: ${(e as Error).message}`);
  }
}
