// The status bar items of the active notebook: the kernel's state, whose hover says which Node runs, and the device, whose hover says why others
// were passed over.
import * as vscode from 'vscode';
import { sourceText } from './execution/kernel-process.ts';
import { wantedDevice, type NotebookSession, type SessionPhase, type SessionState } from './execution/session.ts';
import { activeNotebook, type Sessions } from './execution/sessions.ts';
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

function showKernel(item: vscode.StatusBarItem, state: SessionState): void {
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

/** What the item of the device shows. */
export interface DeviceView {
  text: string;
  /** As the text, without icon. */
  label: string;
  /** Label and text of each line of the hover. */
  lines: [string, string][];
  isLost: boolean;
}

export function deviceView(notebook: vscode.NotebookDocument, session: NotebookSession | undefined): DeviceView {
  const { phase, device: state, asked }: SessionState = session?.state ?? { phase: 'none' };
  const wanted = session?.wanted ?? wantedDevice(notebook);
  const isRunning = phase === 'idle' || phase === 'busy';
  const { device = 'none', detail = '', refused = [], starting, fault } = state ?? {};
  const isLost = isRunning && fault?.kind === 'lost';
  const lines: [string, string][] = [];
  if (isRunning) {
    if (starting) lines.push(['Starting', starting]);
    else if (device === 'none') lines.push(['Kernel', 'the device is started when a cell imports the library']);
    else lines.push(['Kernel', `${device}: ${detail}`]);
    if (fault)
      lines.push([isLost ? 'Lost' : 'Out of memory', `${fault.reason}. The picker restarts the kernel on cpu.`]);
  }
  for (const { device, reason } of refused) lines.push([`${device} not taken`, reason]);
  const from = session?.isForced
    ? ' until the notebook is closed'
    : wanted.own
      ? ', by this notebook'
      : ', by the setting dlnb.device';
  lines.push(['Chosen', `${wanted.device}${from}`]);
  if (wanted.problem) lines.push(['Problem', wanted.problem]);
  if (session?.hasOtherDevice) lines.push(['Restart', `the kernel was started with ${asked}`]);
  const label = isLost
    ? `${device} lost`
    : isRunning && starting
      ? `${starting}…`
      : isRunning && device !== 'none'
        ? device
        : wanted.device;
  const icon = isLost ? 'warning' : isRunning && starting ? 'loading~spin' : 'chip';
  return { text: `$(${icon}) ${label}`, label, lines, isLost };
}

/** All that is known of the kernel. */
function kernelTooltip({ phase, node, pid, reason }: SessionState): vscode.MarkdownString {
  const lines: [string, string][] = [];
  if (reason) lines.push(['Reason', reason]);
  if (node) lines.push(['Node', `${node.version} from ${sourceText[node.source]}: ${node.path}`]);
  for (const passed of node?.passedOver ?? []) lines.push(['Passed over', passed]);
  if (pid) lines.push(['Process', String(pid)]);
  if (settings.threads() !== undefined) lines.push(['Threads of cpu', String(settings.threads())]);
  return listTooltip('DLNB kernel', words[phase], lines, 'Click for actions.');
}

/** Texts from outside are appended as text, never as Markdown. */
function listTooltip(title: string, state: string, lines: [string, string][], hint: string): vscode.MarkdownString {
  const md = new vscode.MarkdownString('', true);
  md.appendMarkdown(`**${title}**: `).appendText(state).appendMarkdown('\n\n');
  for (const [label, text] of lines)
    md.appendMarkdown('- **').appendText(label).appendMarkdown('** ').appendText(text).appendMarkdown('\n');
  md.appendMarkdown(`\n${hint}`);
  return md;
}
