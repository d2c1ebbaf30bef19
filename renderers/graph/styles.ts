// The style sheet of graphs. Colors come from the editor's theme through properties that the view sets. No meaning
// depends on color alone: kinds differ in shape, and NaN is written out.
export const styles = `
:host {
  display: block;
}
.graph {
  color: var(--vscode-foreground, inherit);
  font: 13px/1.45 var(--family, sans-serif);
  container-type: inline-size;
}
.bar {
  display: flex;
  flex-wrap: wrap;
  align-items: center;
  gap: 4px 14px;
  padding: 2px 0 6px;
}
.title {
  display: flex;
  flex-wrap: wrap;
  gap: 0 8px;
  align-items: baseline;
  min-width: 0;
  overflow-wrap: anywhere;
}
.muted {
  color: var(--muted);
}
.legend {
  display: flex;
  gap: 10px;
  font-size: 12px;
}
.legend .gradient,
.tip-gradient .tip-name {
  color: var(--gradient);
}
.buttons {
  display: flex;
  flex-wrap: wrap;
  gap: 4px;
  margin-left: auto;
}
button {
  min-width: 26px;
  white-space: nowrap;
  padding: 1px 8px;
  border: 1px solid var(--vscode-button-border, var(--border));
  border-radius: 4px;
  color: var(--vscode-button-secondaryForeground, inherit);
  background: var(--vscode-button-secondaryBackground, transparent);
  font: inherit;
  font-size: 12px;
  cursor: pointer;
}
button:hover {
  background: var(--vscode-button-secondaryHoverBackground, transparent);
}
button:focus-visible,
.stage:focus-visible {
  outline: 1px solid var(--vscode-focusBorder, currentColor);
  outline-offset: 1px;
}
.stage {
  position: relative;
  height: 150px;
  overflow: hidden;
  border: 1px solid var(--border);
  border-radius: 6px;
  background: var(--background);
  cursor: grab;
  touch-action: pan-x pan-y;
  user-select: none;
}
.stage.dragging {
  cursor: grabbing;
}
svg {
  display: block;
}
.edge {
  fill: none;
  stroke: var(--edge);
  stroke-width: 1.2;
  opacity: 0.75;
}
.edge.into,
.edge.out {
  stroke: var(--vscode-focusBorder, var(--input));
  stroke-width: 2;
  opacity: 1;
}
.edge.into {
  stroke: var(--input);
}
.node {
  cursor: default;
  outline: none;
}
.hit {
  fill: transparent;
}
.box {
  fill: var(--background);
  stroke: var(--edge);
  stroke-width: 1.2;
}
.input .box {
  stroke: var(--input);
  fill: color-mix(in srgb, var(--input) 14%, var(--background));
}
.variable .box {
  stroke: var(--variable);
  fill: color-mix(in srgb, var(--variable) 14%, var(--background));
}
.constant .box {
  stroke-dasharray: 3 2;
}
.layer .box {
  fill: color-mix(in srgb, var(--vscode-foreground, currentColor) 5%, var(--background));
}
.result .box {
  stroke: var(--vscode-foreground, currentColor);
  stroke-width: 2.4;
}
.bad .box {
  stroke: var(--bad);
  stroke-width: 2;
}
.folded .box,
.folded .stack {
  stroke: var(--layer);
  fill: color-mix(in srgb, var(--layer) 12%, var(--background));
}
.folded {
  cursor: pointer;
}
.ring {
  display: none;
  fill: none;
  stroke: var(--vscode-focusBorder, var(--input));
  stroke-width: 1.6;
}
.node:focus-visible .ring,
.node.marked .ring {
  display: block;
}
text {
  fill: var(--vscode-foreground, currentColor);
  font: 12px var(--family, sans-serif);
  text-anchor: middle;
}
.node text {
  dominant-baseline: auto;
  paint-order: stroke;
}
.node .title {
  font-size: 13px;
  font-weight: 500;
  dominant-baseline: central;
}
.node .subtitle {
  fill: var(--muted);
  font-size: 11px;
  dominant-baseline: central;
}
.sign .title {
  font-size: 18px;
}
.node .gradient,
.node .value,
.node .shape {
  stroke: var(--background);
  stroke-width: 3px;
  stroke-linejoin: round;
}
.node .gradient {
  fill: var(--gradient);
}
.node .shape {
  fill: var(--muted);
  font-size: 11px;
}
.node text.bad {
  fill: var(--bad);
  font-weight: 700;
}
.group {
  fill: color-mix(in srgb, var(--layer) 6%, transparent);
  stroke: var(--layer);
  stroke-width: 1;
  opacity: 0.8;
}
.head {
  cursor: pointer;
  outline: none;
}
.head rect {
  fill: transparent;
}
.head text {
  fill: var(--layer);
  font-size: 12px;
  font-weight: 500;
  text-anchor: start;
}
.head:hover rect,
.head:focus-visible rect {
  fill: color-mix(in srgb, var(--layer) 16%, transparent);
  stroke: var(--vscode-focusBorder, var(--layer));
}
.tip {
  position: absolute;
  z-index: 1;
  box-sizing: border-box;
  max-width: min(420px, calc(100% - 8px));
  max-height: calc(100% - 4px);
  padding: 6px 10px;
  overflow: auto;
  border: 1px solid var(--vscode-editorHoverWidget-border, var(--border));
  border-radius: 4px;
  color: var(--vscode-editorHoverWidget-foreground, inherit);
  background: var(--panel);
  box-shadow: 0 2px 8px var(--vscode-widget-shadow, rgb(0 0 0 / 20%));
  font-size: 12px;
  overflow-wrap: anywhere;
  pointer-events: none;
}
.tip[hidden] {
  display: none;
}
.tip-title {
  display: flex;
  flex-wrap: wrap;
  gap: 0 8px;
}
.tip-type {
  font-family: var(--vscode-editor-font-family, monospace);
}
.tip-value,
.tip-gradient {
  display: flex;
  gap: 8px;
}
.tip-name {
  min-width: 56px;
}
.tip-note,
.note {
  color: var(--muted);
}
.note {
  padding-top: 4px;
  font-size: 12px;
}
dl {
  display: grid;
  grid-template-columns: max-content minmax(0, 1fr);
  gap: 0 10px;
  margin: 0;
}
dt {
  color: var(--muted);
}
dd {
  margin: 0;
}
pre {
  margin: 0 0 2px 64px;
  font: 11px/1.4 var(--vscode-editor-font-family, monospace);
  white-space: pre;
}
`;
