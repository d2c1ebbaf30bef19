// The status bar items of the active notebook: the kernel's state, with its Node in the hover, and the device, with the
// refused ones in the hover.
import * as vscode from 'vscode';
import { deviceView, type DeviceView } from './device/view.ts';
import type { KernelPhase, KernelState } from './execution/kernel-process.ts';
import { sourceText } from './execution/kernel-starter.ts';
import { activeNotebook, type Sessions } from './execution/sessions.ts';
import { settings } from './settings.ts';

const icons: Record<KernelPhase, string> = {
  none: 'circle-outline',
  starting: 'loading~spin',
  idle: 'circle-filled',
  busy: 'sync~spin',
  restarting: 'loading~spin',
  dead: 'error',
};
const words: Record<KernelPhase, string> = {
  none: 'not started',
  starting: 'starting',
  idle: 'idle',
  busy: 'busy',
  restarting: 'restarting',
  dead: 'dead',
};

export function statusBar(sessions: Sessions): vscode.Disposable {
  const kernel = vscode.window.createStatusBarItem('dlnb.kernel', vscode.StatusBarAlignment.Right, 100);
  kernel.name = 'DLNB Kernel';
  kernel.command = 'dlnb.kernelActions';
  const device = vscode.window.createStatusBarItem('dlnb.device', vscode.StatusBarAlignment.Right, 99);
  device.name = 'DLNB Device';
  device.command = 'dlnb.chooseDevice';
  const update = () => {
    const notebook = activeNotebook();
    if (!notebook) {
      kernel.hide();
      device.hide();
      return;
    }
    const session = sessions.get(notebook);
    showKernel(kernel, session?.state ?? { phase: 'none' });
    showDevice(device, deviceView(notebook, session));
  };
  update();
  return vscode.Disposable.from(
    kernel,
    device,
    sessions.onDidChange(update),
    vscode.window.onDidChangeActiveNotebookEditor(update),
    vscode.workspace.onDidChangeNotebookDocument(({ metadata }) => metadata && update()),
    vscode.workspace.onDidChangeConfiguration((e) => e.affectsConfiguration('dlnb') && update()),
  );
}

function showKernel(item: vscode.StatusBarItem, state: KernelState): void {
  item.text = `$(${icons[state.phase]}) DLNB: ${words[state.phase]}`;
  item.accessibilityInformation = { label: `DLNB kernel ${words[state.phase]}` };
  item.backgroundColor = state.phase === 'dead' ? new vscode.ThemeColor('statusBarItem.errorBackground') : undefined;
  item.tooltip = kernelTooltip(state);
  item.show();
}

function showDevice(item: vscode.StatusBarItem, view: DeviceView): void {
  item.text = view.text;
  item.accessibilityInformation = { label: `DLNB device ${view.label}` };
  item.backgroundColor = view.isLost ? new vscode.ThemeColor('statusBarItem.warningBackground') : undefined;
  item.tooltip = listTooltip('DLNB device', view.label, view.lines, 'Click to choose a device.');
  item.show();
}

/** The kernel's state, Node and process. */
function kernelTooltip({ phase, node, pid, reason }: KernelState): vscode.MarkdownString {
  const lines: [string, string][] = [];
  if (reason) lines.push(['Reason', reason]);
  if (node) lines.push(['Node', `${node.version} from ${sourceText[node.source]}: ${node.path}`]);
  for (const passed of node?.passedOver ?? []) lines.push(['Passed over', passed]);
  if (pid) lines.push(['Process', String(pid)]);
  const { threads } = settings.kernel();
  if (threads !== undefined) lines.push(['Threads of cpu', String(threads)]);
  return listTooltip('DLNB kernel', words[phase], lines, 'Click for actions.');
}

/** A list in Markdown. Labels and texts come from outside: they are appended as text, never as Markdown. */
function listTooltip(title: string, state: string, lines: [string, string][], hint: string): vscode.MarkdownString {
  const md = new vscode.MarkdownString('', true);
  md.appendMarkdown(`**${title}**: `).appendText(state).appendMarkdown('\n\n');
  for (const [label, text] of lines)
    md.appendMarkdown('- **').appendText(label).appendMarkdown('** ').appendText(text).appendMarkdown('\n');
  md.appendMarkdown(`\n${hint}`);
  return md;
}
