// Values of the language server protocol as those of VS Code. Names in texts are as in the cells already.
import type * as lsp from 'vscode-languageserver-protocol';
import * as vscode from 'vscode';

export const rangeOf = ({ start, end }: lsp.Range): vscode.Range =>
  new vscode.Range(start.line, start.character, end.line, end.character);

/** A text for people. */
export function markdownOf(content: lsp.MarkupContent | string | undefined): vscode.MarkdownString | undefined {
  if (content === undefined) return undefined;
  if (typeof content === 'string') return new vscode.MarkdownString().appendText(content);
  return content.kind === 'markdown'
    ? new vscode.MarkdownString(content.value)
    : new vscode.MarkdownString().appendText(content.value);
}
