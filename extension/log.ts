// The extension's log: the output channel "DLNB".
import * as vscode from 'vscode';

let channel: vscode.LogOutputChannel | undefined;

let open = (): vscode.LogOutputChannel => vscode.window.createOutputChannel('DLNB', { log: true });

/** The channel, created at its first use. */
export function log(): vscode.LogOutputChannel {
  return (channel ??= open());
}

/** Has this bundle write into the channel of another one. */
export function logInto(other: () => vscode.LogOutputChannel): void {
  open = other;
}

export function disposeLog(): void {
  channel?.dispose();
  channel = undefined;
}
