// The extension's log: the output channel "DLNB".
import * as vscode from 'vscode';

let channel: vscode.LogOutputChannel | undefined;

/** The channel, made when it is first needed. */
export function log(): vscode.LogOutputChannel {
  return (channel ??= vscode.window.createOutputChannel('DLNB', { log: true }));
}

export function disposeLog(): void {
  channel?.dispose();
  channel = undefined;
}
