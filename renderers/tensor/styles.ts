// The style sheet of tensors. It follows the editor's theme; borders carry the meaning because high-contrast themes
// have no backgrounds.
import { hostStyle } from '../shared/host-style.ts';

export const styles = `${hostStyle(1.5)}
.tensor { container-type: inline-size; padding: 0 3px; margin-left: -3px; }
.summary { display: flex; flex-wrap: wrap; align-items: center; column-gap: 0.9em; row-gap: 0; font-variant-numeric: tabular-nums; }
.dtype { font-weight: 600; margin-right: -0.4em; }
.shape, .dtype { font-family: var(--vscode-editor-font-family, monospace); font-size: var(--vscode-editor-font-size, 0.95em); }
.shape { overflow-wrap: anywhere; }
.fact { color: var(--vscode-descriptionForeground, inherit); white-space: nowrap; }
.warning { color: var(--vscode-editorWarning-foreground, light-dark(#8a5300, #e3b263)); font-weight: 600; }
.sparkline { color: var(--vscode-descriptionForeground, currentColor); border-bottom: 1px solid currentColor; flex: none; }
.notice { color: var(--vscode-descriptionForeground, inherit); display: flex; flex-wrap: wrap; align-items: baseline; column-gap: 0.8em; margin-top: 2px; }
.toolbar { display: flex; flex-wrap: wrap; align-items: center; gap: 4px 10px; margin: 6px 0; }
.group { display: inline-flex; flex-wrap: wrap; align-items: center; gap: 4px 8px; min-width: 0; }
.actions { margin-left: auto; gap: 2px; }
.label { color: var(--vscode-descriptionForeground, inherit); white-space: nowrap; font-size: 0.92em; }
label { display: inline-flex; align-items: center; gap: 4px; min-width: 0; }
select, button {
  font: inherit; font-size: 0.92em; line-height: 1.4; padding: 1px 5px; max-width: 100%;
  color: var(--vscode-dropdown-foreground, inherit);
  background: var(--vscode-dropdown-background, transparent);
  border: 1px solid var(--vscode-dropdown-border, var(--vscode-widget-border, rgba(127, 127, 127, 0.4)));
  border-radius: 3px;
}
select { height: 22px; cursor: pointer; }
button { color: var(--vscode-foreground); background: none; border-color: var(--vscode-contrastBorder, transparent); cursor: pointer; }
button:hover { background: var(--vscode-toolbar-hoverBackground, rgba(127, 127, 127, 0.2)); }
button.link { color: var(--vscode-textLink-foreground, #1668b8); padding: 0 2px; white-space: nowrap; }
button.link:hover { text-decoration: underline; background: none; }
:focus-visible { outline: 1px solid var(--vscode-focusBorder, #1668b8); outline-offset: 1px; }
.sliders { display: flex; flex-wrap: wrap; gap: 2px 18px; margin: 0 0 6px; }
.sliders:empty { display: none; }
.slider { display: inline-flex; align-items: center; gap: 8px; min-width: 0; font-variant-numeric: tabular-nums; }
.slider input { width: 140px; min-width: 60px; margin: 0; height: 18px; accent-color: var(--vscode-focusBorder, #1668b8); }
.slider output { min-width: 3.5ch; font-family: var(--vscode-editor-font-family, monospace); font-size: 0.92em; }
.stage { position: relative; max-width: 100%; overflow: auto; scrollbar-width: thin; padding: 3px; margin: -3px; }
.framed canvas.picture { outline: 1px solid var(--vscode-contrastBorder, transparent); }
canvas { display: block; image-rendering: pixelated; }
canvas.picture { touch-action: manipulation; }
canvas.picture:focus-visible { outline: 1px solid var(--vscode-focusBorder, #1668b8); outline-offset: 1px; }
.cursor { position: absolute; box-sizing: border-box; pointer-events: none; border: 2px solid var(--vscode-foreground); outline: 1px solid var(--vscode-editor-background, #fff); display: none; }
.legend { display: flex; flex-wrap: wrap; align-items: center; gap: 2px 14px; min-height: 20px; color: var(--vscode-descriptionForeground, inherit); font-size: 0.92em; font-variant-numeric: tabular-nums; }
.bar { display: inline-flex; align-items: center; gap: 6px; white-space: nowrap; }
.bar canvas { width: 120px; height: 9px; border-radius: 2px; }
.key { display: inline-flex; align-items: center; gap: 5px; white-space: nowrap; }
.key canvas { width: 13px; height: 13px; border-radius: 2px; }
.foot { display: flex; flex-wrap: wrap; align-items: center; gap: 0 14px; margin-top: 6px; }
.foot:empty { display: none; }
.readout { flex: 1 1 14ch; min-width: 14ch; text-align: right; white-space: nowrap; overflow: hidden; text-overflow: ellipsis; font-family: var(--vscode-editor-font-family, monospace); font-size: var(--vscode-editor-font-size, 0.95em); font-variant-numeric: tabular-nums; }
.readout .index { color: var(--vscode-descriptionForeground, inherit); }
.tip {
  position: absolute; display: none; pointer-events: none; z-index: 1; padding: 1px 7px; border-radius: 3px; white-space: nowrap;
  color: var(--vscode-editorHoverWidget-foreground, var(--vscode-foreground)); background: var(--vscode-editorHoverWidget-background, #fff);
  border: 1px solid var(--vscode-editorHoverWidget-border, var(--vscode-contrastBorder, rgba(127, 127, 127, 0.4)));
  font-family: var(--vscode-editor-font-family, monospace); font-size: var(--vscode-editor-font-size, 0.95em);
}
.tip .index { opacity: 0.75; margin-right: 0.8em; }
.scalar { font-family: var(--vscode-editor-font-family, monospace); font-size: 1.7em; line-height: 1.4; overflow-wrap: anywhere; }
.spoken { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
.table { width: fit-content; overflow: auto; max-height: 420px; max-width: 100%; scrollbar-width: thin; border: 1px solid var(--vscode-contrastBorder, var(--vscode-widget-border, rgba(127, 127, 127, 0.25))); }
table { border-collapse: separate; border-spacing: 0; font-family: var(--vscode-editor-font-family, monospace); font-size: var(--vscode-editor-font-size, 0.95em); font-variant-numeric: tabular-nums; }
td, th { padding: 1px 9px; text-align: right; white-space: nowrap; max-width: 40ch; overflow: hidden; text-overflow: ellipsis; }
th { position: sticky; font-weight: 400; color: var(--vscode-descriptionForeground, inherit); background: var(--vscode-editor-background, #fff); }
thead th { top: 0; z-index: 1; border-bottom: 1px solid var(--vscode-widget-border, rgba(127, 127, 127, 0.3)); }
tbody th { left: 0; border-right: 1px solid var(--vscode-widget-border, rgba(127, 127, 127, 0.3)); }
thead th:first-child { left: 0; z-index: 2; }
td.special { color: var(--vscode-editorWarning-foreground, light-dark(#8a5300, #e3b263)); font-weight: 600; }
td.text, .texts thead th { text-align: left; }
.pages { display: flex; flex-wrap: wrap; gap: 2px 8px; align-items: center; margin-top: 4px; color: var(--vscode-descriptionForeground, inherit); font-size: 0.92em; font-variant-numeric: tabular-nums; }
button:disabled { opacity: 0.45; cursor: default; }
.empty { color: var(--vscode-descriptionForeground, inherit); }
@container (max-width: 420px) {
  .actions { margin-left: 0; }
  .slider input { width: 100px; }
}
`;
