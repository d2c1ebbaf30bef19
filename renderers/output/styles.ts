// The style sheet of errors and notices. It follows the editor's theme; borders carry the meaning where a high-contrast
// theme has no backgrounds.
export const styles = `
:host {
  display: block;
  color: var(--vscode-foreground);
  font-family: var(--vscode-font-family);
  font-size: var(--vscode-font-size, 13px);
  line-height: 1.45;
}
.error {
  padding: 6px 10px;
  border-left: 3px solid var(--vscode-errorForeground, #c33);
}
.notice {
  padding: 4px 10px;
  border-left: 3px solid var(--vscode-editorInfo-foreground, #37c);
}
.message {
  white-space: pre-wrap;
  overflow-wrap: anywhere;
}
.name {
  color: var(--vscode-errorForeground, #c33);
  font-weight: 600;
}
.hint {
  margin-top: 4px;
  white-space: pre-wrap;
  overflow-wrap: anywhere;
}
.place {
  margin-top: 6px;
}
.frame {
  margin: 4px 0 0;
  padding: 6px 8px;
  overflow-x: auto;
  color: var(--vscode-editor-foreground);
  background: var(--vscode-textCodeBlock-background, transparent);
  border: 1px solid var(--vscode-contrastBorder, transparent);
  font-family: var(--vscode-editor-font-family, monospace);
  font-size: var(--vscode-editor-font-size, 12px);
}
.frames {
  margin: 6px 0 0;
  padding: 0;
  list-style: none;
}
.fn {
  font-family: var(--vscode-editor-font-family, monospace);
}
.cause {
  margin-top: 8px;
}
.label {
  margin-bottom: 2px;
  color: var(--vscode-descriptionForeground);
}
details {
  margin-top: 2px;
}
summary {
  cursor: pointer;
}
.link {
  padding: 0;
  border: none;
  color: var(--vscode-textLink-foreground);
  background: none;
  font: inherit;
  text-decoration: underline;
  cursor: pointer;
}
.link:hover {
  color: var(--vscode-textLink-activeForeground);
}
.link:focus-visible,
summary:focus-visible,
.frame:focus-visible {
  outline: 1px solid var(--vscode-focusBorder, currentColor);
  outline-offset: 1px;
}
`;
