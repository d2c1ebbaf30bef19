// The style sheet of values. Colors are those of the editor's debug console, which shows values too.
import { hostStyle } from '../shared/host-style.ts';

export const styles = `${hostStyle(1.45)}
.tree,
td,
.whole {
  font-family: var(--vscode-editor-font-family, monospace);
  font-size: var(--vscode-editor-font-size, 12px);
}
.tree {
  overflow-x: auto;
  padding: 2px 0;
}
.item {
  outline: none;
}
.line {
  display: flex;
  align-items: baseline;
  white-space: pre;
  border-radius: 2px;
  padding-right: 6px;
}
.opens > .line {
  cursor: pointer;
}
.line:hover {
  background: var(--vscode-list-hoverBackground, color-mix(in srgb, var(--vscode-foreground) 6%, transparent));
}
.item:focus-visible > .line {
  outline: 1px solid var(--vscode-focusBorder, currentColor);
  outline-offset: -1px;
}
.twist {
  flex: none;
  width: 16px;
  text-align: center;
  color: var(--vscode-descriptionForeground);
}
.opens > .line > .twist::before {
  content: '›';
  display: inline-block;
  font-weight: 700;
}
.opens[aria-expanded='true'] > .line > .twist::before {
  transform: rotate(90deg);
}
.fact {
  margin-left: 1.2em;
  color: var(--vscode-descriptionForeground, inherit);
}
.fact.warning {
  color: var(--vscode-editorWarning-foreground, #bf8803);
}
.sparkline {
  flex: none;
  align-self: center;
  margin-left: 1.2em;
  color: var(--vscode-descriptionForeground, currentColor);
  border-bottom: 1px solid currentColor;
}
.group {
  margin-left: 7px;
  padding-left: 9px;
  border-left: 1px solid var(--vscode-tree-indentGuidesStroke, color-mix(in srgb, var(--vscode-foreground) 20%, transparent));
}
.key {
  color: var(--vscode-debugTokenExpression-name, #9b46b0);
}
.text {
  color: var(--vscode-debugTokenExpression-string, #a31515);
}
.number.value {
  color: var(--vscode-debugTokenExpression-number, #098658);
}
.boolean {
  color: var(--vscode-debugTokenExpression-boolean, #0000ff);
}
.empty,
.function,
.other {
  color: var(--vscode-descriptionForeground);
}
.more,
.foot {
  color: var(--vscode-descriptionForeground);
}
.more {
  padding-left: 16px;
}
.whole {
  margin: 2px 0 4px 16px;
  padding: 6px 8px;
  max-height: 320px;
  overflow: auto;
  white-space: pre-wrap;
  overflow-wrap: anywhere;
  color: var(--vscode-editor-foreground);
  background: var(--vscode-textCodeBlock-background, transparent);
  border: 1px solid var(--vscode-contrastBorder, transparent);
}
.filter {
  font: inherit;
  box-sizing: border-box;
  width: min(280px, 100%);
  margin: 2px 0 4px;
  padding: 2px 6px;
  color: var(--vscode-input-foreground, inherit);
  background: var(--vscode-input-background, transparent);
  border: 1px solid var(--vscode-input-border, color-mix(in srgb, var(--vscode-foreground) 30%, transparent));
  border-radius: 2px;
}
.filter::placeholder {
  color: var(--vscode-input-placeholderForeground, GrayText);
}
.filter:focus-visible {
  outline: 1px solid var(--vscode-focusBorder, currentColor);
  outline-offset: -1px;
}
td.none {
  font-family: inherit;
  color: var(--vscode-descriptionForeground);
}
.scroller {
  max-width: 100%;
  overflow-x: auto;
}
.scroller:focus-visible {
  outline: 1px solid var(--vscode-focusBorder, currentColor);
}
table {
  border-collapse: separate;
  border-spacing: 0;
}
th,
td {
  padding: 2px 12px 2px 8px;
  text-align: left;
  white-space: pre;
  max-width: 320px;
  overflow: hidden;
  text-overflow: ellipsis;
}
td.number,
th.number {
  text-align: right;
  font-variant-numeric: tabular-nums;
}
thead th {
  padding: 0;
  border-bottom: 1px solid var(--vscode-contrastBorder, color-mix(in srgb, var(--vscode-foreground) 30%, transparent));
}
tbody tr:hover {
  background: var(--vscode-list-hoverBackground, color-mix(in srgb, var(--vscode-foreground) 6%, transparent));
}
tbody th.index {
  font-weight: 400;
  color: var(--vscode-descriptionForeground);
  text-align: right;
  font-variant-numeric: tabular-nums;
}
button {
  font: inherit;
  color: inherit;
  background: none;
  border: none;
  cursor: pointer;
}
button.head {
  width: 100%;
  padding: 2px 12px 2px 8px;
  text-align: inherit;
  font-weight: 600;
}
button:focus-visible {
  outline: 1px solid var(--vscode-focusBorder, currentColor);
  outline-offset: -1px;
}
.foot {
  display: flex;
  flex-wrap: wrap;
  gap: 4px 14px;
  align-items: baseline;
  padding: 4px 8px;
}
.foot button {
  padding: 0 4px;
  color: var(--vscode-textLink-foreground, #06c);
}
.foot button:disabled {
  color: var(--vscode-disabledForeground, GrayText);
  cursor: default;
}
`;
