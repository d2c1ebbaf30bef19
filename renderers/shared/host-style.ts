// What all style sheets of outputs begin with: the editor's letters.

/** The rules of a shadow root's host. */
export const hostStyle = (lineHeight: number): string => `
:host {
  display: block;
  color: var(--vscode-foreground);
  font-family: var(--vscode-font-family, sans-serif);
  font-size: var(--vscode-font-size, 13px);
  line-height: ${lineHeight};
}`;
