// The style sheet of errors, notices, progress bars and tables of models. It follows the editor's theme; borders carry
// the meaning because high-contrast themes have no backgrounds.
import { hostStyle } from '../shared/host-style.ts';

export const styles = `${hostStyle(1.45)}
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
.bars {
  padding: 2px 0;
  container-type: inline-size;
}
.bar .facts {
  white-space: nowrap;
}
@container (max-width: 480px) {
  .bar .facts {
    grid-column: 1 / -1;
  }
}
.bar {
  display: grid;
  grid-template-columns: auto minmax(80px, 320px) auto 1fr;
  align-items: center;
  column-gap: 10px;
  padding-left: calc(var(--depth) * 16px);
  min-height: 22px;
  font-variant-numeric: tabular-nums;
}
.bar-label:empty {
  display: none;
}
.bar-label:empty + .track {
  grid-column: 1 / 3;
  width: min(320px, 100%);
}
.track,
.share-track {
  display: inline-block;
  height: 6px;
  overflow: hidden;
  background: color-mix(in srgb, var(--vscode-foreground) 14%, transparent);
  outline: 1px solid var(--vscode-contrastBorder, transparent);
  border-radius: 3px;
}
.fill {
  display: block;
  height: 100%;
  background: var(--vscode-progressBar-background, #0e70c0);
  border-radius: 3px;
}
.done .fill {
  background: var(--vscode-charts-green, #388a34);
}
.stopped .fill {
  background: var(--vscode-charts-yellow, #bf8803);
}
.failed .fill {
  background: var(--vscode-errorForeground, #c33);
}
.count {
  white-space: pre;
}
.facts,
.bar .note,
.total,
.type,
.percent {
  color: var(--vscode-descriptionForeground);
}
.bar .note {
  grid-column: 1 / -1;
  padding: 0;
  border: none;
  overflow: hidden;
  white-space: nowrap;
  text-overflow: ellipsis;
}
.summary-box {
  overflow-x: auto;
  container-type: inline-size;
}
@container (max-width: 480px) {
  .summary .share,
  .summary .type {
    display: none;
  }
  .summary th,
  .summary td {
    padding-right: 10px;
  }
  .summary td {
    overflow-wrap: anywhere;
  }
  .summary .number {
    padding-right: 0;
  }
}
.summary {
  border-collapse: collapse;
  font-variant-numeric: tabular-nums;
}
.summary caption {
  padding: 2px 8px 6px 0;
  font-weight: 600;
  text-align: left;
}
.summary th {
  padding: 3px 18px 3px 0;
  color: var(--vscode-descriptionForeground);
  border-bottom: 1px solid var(--vscode-contrastBorder, color-mix(in srgb, var(--vscode-foreground) 30%, transparent));
  font-weight: normal;
  text-align: left;
}
.summary td {
  padding: 3px 18px 3px 0;
  border-bottom: 1px solid color-mix(in srgb, var(--vscode-foreground) 10%, transparent);
}
[hidden] {
  display: none;
}
.fold {
  padding: 0;
  border: none;
  color: inherit;
  background: none;
  font: inherit;
  text-align: left;
  cursor: pointer;
}
.fold:hover {
  text-decoration: underline;
}
.fold:focus-visible {
  outline: 1px solid var(--vscode-focusBorder, currentColor);
  outline-offset: 2px;
}
.fold-mark {
  display: inline-block;
  width: 16px;
}
.inner .layer {
  padding-left: 16px;
}
.summary .number {
  text-align: right;
}
.shape {
  font-family: var(--vscode-editor-font-family, monospace);
}
.share {
  min-width: 170px;
  white-space: nowrap;
}
.share-track {
  width: 96px;
  margin-right: 8px;
  vertical-align: middle;
}
.frozen .share-track .fill {
  background: color-mix(in srgb, var(--vscode-foreground) 45%, transparent);
}
.tag {
  margin-left: 8px;
  padding: 0 5px;
  color: var(--vscode-badge-foreground);
  background: var(--vscode-badge-background);
  border-radius: 3px;
  font-size: 0.85em;
}
.total {
  padding-top: 6px;
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
.colored-text {
  margin: 0;
}
.colored-text .title {
  padding-bottom: 6px;
  font-weight: 600;
}
.tokens {
  max-width: 92ch;
  margin: 0 0 8px;
  font-family: var(--vscode-editor-font-family, monospace);
  font-size: 1.05em;
  line-height: 1.75;
  white-space: pre-wrap;
  overflow-wrap: anywhere;
}
.token {
  padding: 2px 0;
  border-radius: 2px;
}
.token:hover {
  outline: 1px solid var(--vscode-focusBorder, currentColor);
}
.text-scale {
  display: flex;
  flex-wrap: wrap;
  gap: 8px;
  align-items: center;
  color: var(--vscode-descriptionForeground);
}
.text-ramp {
  width: 120px;
  height: 10px;
  border: 1px solid color-mix(in srgb, var(--vscode-foreground) 25%, transparent);
  border-radius: 2px;
}
`;
