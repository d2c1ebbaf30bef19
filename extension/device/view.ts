// The status bar's view of a notebook's device: the one that computes or is chosen, the source of the choice, and the
// refused ones.
import type * as vscode from 'vscode';
import type { NotebookSession } from '../execution/session.ts';
import { wantedDevice } from './policy.ts';

/** What the status bar's item of the device shows. */
export interface DeviceView {
  text: string;
  /** The text without its icon. */
  label: string;
  /** Label and text of each line of the hover. */
  lines: [string, string][];
  isLost: boolean;
}

export function deviceView(notebook: vscode.NotebookDocument, session: NotebookSession | undefined): DeviceView {
  const { device: state, asked } = session?.state ?? {};
  const wanted = session?.wanted ?? wantedDevice(notebook);
  const isRunning = session?.isRunning ?? false;
  const { device = 'none', detail = '', refused = [], starting, fault } = state ?? {};
  const isLost = isRunning && fault?.kind === 'lost';
  const lines: [string, string][] = [];
  if (isRunning) {
    if (starting) lines.push(['Starting', starting]);
    else if (device === 'none') lines.push(['Kernel', 'the device is started when a cell imports the library']);
    else lines.push(['Kernel', `${device}: ${detail}`]);
    if (fault) lines.push([isLost ? 'Lost' : 'Out of memory', `${fault.reason}. Click to restart the kernel on cpu.`]);
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
