// The status bar item of the active notebook: device and state; its tooltip says which Node runs and why devices were passed over.
import * as vscode from 'vscode';
import { sourceText } from './run/kernel.ts';
import type { SessionPhase, SessionState } from './run/session.ts';
import { activeNotebook, type Sessions } from './run/sessions.ts';
import { settings } from './settings.ts';

const icons: Record<SessionPhase, string> = {
  none: 'circle-outline',
  starting: 'loading~spin',
  idle: 'circle-filled',
  busy: 'sync~spin',
  restarting: 'loading~spin',
  dead: 'error',
};
const words: Record<SessionPhase, string> = {
  none: 'not started',
  starting: 'starting',
  idle: 'idle',
  busy: 'busy',
  restarting: 'restarting',
  dead: 'dead',
};

export function statusBar(sessions: Sessions): vscode.Disposable {
  const item = vscode.window.createStatusBarItem('dlnb.kernel', vscode.StatusBarAlignment.Right, 100);
  item.name = 'DLNB Kernel';
  item.command = 'dlnb.kernelActions';
  const update = () => {
    const notebook = activeNotebook();
    if (!notebook) return item.hide();
    const state = sessions.get(notebook)?.state ?? { phase: 'none' };
    const device = state.device && state.device.device !== 'none' ? state.device.device : settings.device();
    item.text = `$(${icons[state.phase]}) DLNB: ${device} · ${words[state.phase]}`;
    item.accessibilityInformation = { label: `DLNB kernel ${words[state.phase]}, device ${device}` };
    item.backgroundColor = state.phase === 'dead' ? new vscode.ThemeColor('statusBarItem.errorBackground') : undefined;
    item.tooltip = tooltip(state);
    item.show();
  };
  update();
  return vscode.Disposable.from(
    item,
    sessions.onDidChange(update),
    vscode.window.onDidChangeActiveNotebookEditor(update),
    vscode.workspace.onDidChangeConfiguration((e) => e.affectsConfiguration('dlnb') && update()),
  );
}

/** All that is known of the kernel. Texts from outside are appended as text, never as Markdown. */
export function tooltip({ phase, node, pid, device, reason }: SessionState): vscode.MarkdownString {
  const md = new vscode.MarkdownString('', true);
  const line = (label: string, text: string) =>
    md.appendMarkdown(`- **${label}** `).appendText(text).appendMarkdown('\n');
  md.appendMarkdown(`**DLNB kernel**: ${words[phase]}\n\n`);
  if (reason) line('Reason', reason);
  if (node) line('Node', `${node.version} from ${sourceText[node.source]}: ${node.path}`);
  for (const passed of node?.passedOver ?? []) line('Passed over', passed);
  if (pid) line('Process', String(pid));
  line('Device setting', settings.device());
  if (device)
    line(
      'Device',
      device.device === 'none' ? 'chosen when a cell imports the library' : `${device.device}: ${device.detail}`,
    );
  for (const refused of device?.refused ?? []) line(`${refused.device} not taken`, refused.reason);
  md.appendMarkdown('\nClick for actions.');
  return md;
}
