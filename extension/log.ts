// The extension's log: the output channel "DLNB".
import * as vscode from 'vscode';

let channel: vscode.LogOutputChannel | undefined;

/** The channel, created at its first use. */
export function log(): vscode.LogOutputChannel {
  return (channel ??= vscode.window.createOutputChannel('DLNB', { log: true }));
}

export function disposeLog(): void {
  channel?.dispose();
  channel = undefined;
}
