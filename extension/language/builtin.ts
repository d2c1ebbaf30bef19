// What VS Code's own TypeScript does in cells beside ours.
import * as vscode from 'vscode';

/** The extensions that bring TypeScript 7 to VS Code; one of them has to be there for the setting to count. */
const NATIVE = ['vscode-typescript', 'vscode-typescript-nightly', 'native-preview'].map(
  (name) => `typescriptteam.${name}`,
);

/** Whether the TypeScript of the editor serves cells. That of version 7 does not. */
export function isBuiltinAtWork(): boolean {
  if (!vscode.extensions.getExtension('vscode.typescript-language-features')) return false;
  const isChosen = ['js/ts', 'typescript'].some((section) =>
    vscode.workspace.getConfiguration(section).get<boolean>('experimental.useTsgo', false),
  );
  return !isChosen || !NATIVE.some((id) => vscode.extensions.getExtension(id));
}
