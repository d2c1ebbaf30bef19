// The style sheet of panels of controls. It follows the editor's theme.
import { hostStyle } from '../shared/host-style.ts';

export const styles = `${hostStyle(1.5)}
:host { container-type: inline-size; padding: 2px 3px 6px; margin-left: -3px; outline: none !important; }
.title { font-weight: 600; margin-bottom: 2px; overflow-wrap: anywhere; }
.controls { display: flex; flex-wrap: wrap; align-items: center; gap: 4px 22px; }
.control { display: inline-flex; align-items: center; gap: 8px; min-width: 0; min-height: 26px; max-width: 100%; }
.label { color: var(--vscode-descriptionForeground, inherit); overflow-wrap: anywhere; }
.slider input { width: 150px; min-width: 60px; flex: 1 1 150px; margin: 0; height: 20px; accent-color: var(--vscode-focusBorder, #1668b8); }
.slider .value { min-width: 5ch; font-family: var(--vscode-editor-font-family, monospace); font-size: var(--vscode-editor-font-size, 0.95em); font-variant-numeric: tabular-nums; }
.film { flex: 1 1 100%; }
.film input { width: auto; flex: 1 1 100px; }
.film .value { min-width: 6ch; }
input[type='checkbox'] { margin: 0; width: 15px; height: 15px; accent-color: var(--vscode-focusBorder, #1668b8); }
select, button {
  font: inherit; line-height: 1.4; padding: 2px 8px; max-width: 100%; border-radius: 3px; cursor: pointer;
  color: var(--vscode-dropdown-foreground, inherit);
  background: var(--vscode-dropdown-background, transparent);
  border: 1px solid var(--vscode-dropdown-border, var(--vscode-contrastBorder, var(--vscode-widget-border, rgba(127, 127, 127, 0.4))));
}
button:hover:not(:disabled) { background: var(--vscode-toolbar-hoverBackground, rgba(127, 127, 127, 0.2)); }
.play { width: 30px; padding: 2px 0; text-align: center; font-size: 0.85em; line-height: 1.6; }
:disabled { opacity: 0.5; cursor: default; }
:focus-visible { outline: 1px solid var(--vscode-focusBorder, #1668b8); outline-offset: 2px; }
.status { display: flex; flex-wrap: wrap; align-items: center; gap: 4px 10px; min-height: 20px; color: var(--vscode-descriptionForeground, inherit); font-size: 0.92em; }
.status.empty { display: none; }
@container (max-width: 420px) {
  .controls { gap: 4px 14px; }
  .slider { flex: 1 1 100%; }
  .slider .label { min-width: 4ch; }
}
`;
