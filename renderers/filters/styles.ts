// The style sheet of filters and feature maps. It follows the editor's theme; no meaning depends on color alone.
import { hostStyle } from '../shared/host-style.ts';

export const styles = `${hostStyle(1.5)}
.filters { container-type: inline-size; padding: 0 4px; margin-left: -4px; }
.title, .detail-head { display: flex; flex-wrap: wrap; align-items: center; column-gap: 0.9em; overflow-wrap: anywhere; }
.fact, .facts, .note, .label { color: var(--vscode-descriptionForeground, inherit); }
.contrast :is(.fact, .facts, .note, .label) { color: inherit; }
.fact, .facts { font-variant-numeric: tabular-nums; }
.note { margin: 2px 0; }
.toolbar { display: flex; flex-wrap: wrap; gap: 4px 6px; margin: 4px 0; }
.sliders { display: flex; flex-wrap: wrap; gap: 2px 18px; margin: 4px 0; }
.sliders:empty, [hidden] { display: none; }
.label { white-space: nowrap; font-size: 0.92em; }
.slider { display: inline-flex; align-items: center; gap: 8px; min-width: 0; font-variant-numeric: tabular-nums; }
.slider input { width: 160px; min-width: 60px; flex: 0 1 auto; margin: 0; height: 18px; accent-color: var(--vscode-focusBorder, #1668b8); }
.slider output { min-width: 3ch; font-size: 0.92em; overflow-wrap: anywhere; }
select, button {
  font: inherit; font-size: 0.92em; line-height: 1.4; padding: 1px 5px; max-width: 100%;
  color: var(--vscode-dropdown-foreground, inherit);
  background: var(--vscode-dropdown-background, transparent);
  border: 1px solid var(--vscode-dropdown-border, var(--vscode-widget-border, rgba(127, 127, 127, 0.4)));
  border-radius: 3px; cursor: pointer;
}
select { height: 22px; }
button { color: var(--vscode-foreground); background: none; border-color: var(--vscode-contrastBorder, transparent); }
button:hover { background: var(--vscode-toolbar-hoverBackground, rgba(127, 127, 127, 0.2)); }
:focus-visible { outline: 1px solid var(--vscode-focusBorder, #1668b8); outline-offset: 1px; }
.section { margin: 8px 0 10px; }
summary { cursor: pointer; width: fit-content; max-width: 100%; overflow-wrap: anywhere; }
summary .name { font-weight: 600; margin-right: 0.7em; }
.facts { font-size: 0.92em; }
.stage { position: relative; max-width: 100%; overflow: auto; scrollbar-width: thin; padding: 4px; margin: 2px -4px 0; }
canvas { display: block; image-rendering: pixelated; }
canvas.picture { touch-action: manipulation; }
.cursor { position: absolute; box-sizing: border-box; pointer-events: none; border: 2px solid var(--vscode-focusBorder, #1668b8); border-radius: 2px; display: none; }
.chosen { border-color: var(--vscode-foreground); }
.tip {
  position: absolute; display: none; pointer-events: none; z-index: 1; padding: 1px 7px; border-radius: 3px; max-width: calc(100% - 8px); box-sizing: border-box;
  color: var(--vscode-editorHoverWidget-foreground, var(--vscode-foreground)); background: var(--vscode-editorHoverWidget-background, #fff);
  border: 1px solid var(--vscode-editorHoverWidget-border, var(--vscode-contrastBorder, rgba(127, 127, 127, 0.4)));
  font-size: 0.95em; font-variant-numeric: tabular-nums;
}
.legend { display: flex; flex-wrap: wrap; align-items: center; gap: 2px 14px; min-height: 20px; color: var(--vscode-descriptionForeground, inherit); font-size: 0.92em; font-variant-numeric: tabular-nums; }
.contrast .legend { color: inherit; }
.bar { display: inline-flex; align-items: center; gap: 6px; white-space: nowrap; }
.bar canvas { width: 120px; height: 9px; border-radius: 2px; }
.key { display: inline-flex; align-items: center; gap: 5px; white-space: nowrap; }
.key canvas { width: 13px; height: 13px; border-radius: 2px; }
.dead-key { border: 1px dashed var(--vscode-foreground); padding: 0 4px; line-height: 1.2; }
.spoken { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
.detail {
  position: relative; margin: 6px 0 2px; padding: 8px 12px 10px; border-radius: 4px;
  border: 1px solid var(--vscode-contrastBorder, var(--vscode-widget-border, rgba(127, 127, 127, 0.3)));
  background: var(--vscode-editorWidget-background, rgba(127, 127, 127, 0.06));
}
.detail-tools { display: inline-flex; flex-wrap: wrap; align-items: center; gap: 4px 14px; margin-left: auto; }
.detail-body { display: flex; flex-wrap: wrap; align-items: flex-start; gap: 8px 32px; margin-top: 6px; }
.work { min-width: 0; }
.plates { display: flex; flex-wrap: wrap; gap: 8px 24px; }
.plate { margin: 0; min-width: 0; }
figcaption { color: var(--vscode-descriptionForeground, inherit); font-size: 0.92em; overflow-wrap: anywhere; max-width: 232px; }
.contrast figcaption { color: inherit; }
.frame { position: relative; width: fit-content; outline: 1px solid var(--vscode-contrastBorder, rgba(127, 127, 127, 0.35)); }
.frame canvas { cursor: crosshair; }
.marks { position: absolute; left: 0; top: 0; pointer-events: none; }
.product { display: flex; flex-wrap: wrap; align-items: center; gap: 4px 8px; margin: 4px 0; }
.group { display: inline-flex; align-items: center; gap: 8px; }
.sign { color: var(--vscode-descriptionForeground, inherit); font-size: 1.15em; }
.partial, .sum { font-family: var(--vscode-editor-font-family, monospace); font-size: var(--vscode-editor-font-size, 0.95em); font-variant-numeric: tabular-nums; }
.matrix { border-collapse: separate; border-spacing: 1px; font-family: var(--vscode-editor-font-family, monospace); font-size: 11px; font-variant-numeric: tabular-nums; }
.matrix caption { text-align: left; font-family: var(--vscode-font-family, sans-serif); font-size: 12px; color: var(--vscode-descriptionForeground, inherit); white-space: nowrap; }
.contrast .matrix caption { color: inherit; }
.matrix td { min-width: 50px; height: 24px; padding: 0 2px; box-sizing: border-box; text-align: center; white-space: nowrap; }
.dense td { min-width: 12px; width: 12px; height: 12px; padding: 0; }
.matrix .outside { color: var(--vscode-descriptionForeground, inherit); outline: 1px dashed rgba(127, 127, 127, 0.5); outline-offset: -1px; }
.sum { display: flex; flex-wrap: wrap; gap: 0 1ch; margin-top: 4px; }
.sum .index { color: var(--vscode-descriptionForeground, inherit); }
.sum > :last-child:not(.index) { font-weight: 700; }
.warning { color: var(--vscode-editorWarning-foreground, light-dark(#8a5300, #e3b263)); }
@container (max-width: 420px) {
  .slider input { width: 110px; }
  .matrix td { min-width: 44px; font-size: 10px; }
  .detail { padding: 6px 6px 8px; }
}
`;
