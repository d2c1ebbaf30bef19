// The box that a renderer shows in place of an output that it cannot draw.
import { PayloadError } from '../../kernel/wire/fields.ts';

/** A box with a title, the message of the error and, if it has one, its remedy. All three are shown as plain text. */
export function errorBox(title: string, error: unknown): HTMLElement {
  const message = error instanceof Error ? error.message : String(error);
  const remedy = error instanceof PayloadError ? error.remedy : undefined;
  const box = document.createElement('div');
  box.setAttribute('role', 'alert');
  box.className = 'dlnb-error-box';
  box.style.cssText = [
    'box-sizing: border-box',
    'max-width: 100%',
    'padding: 8px 12px',
    'border: 1px solid var(--vscode-inputValidation-errorBorder, #be1100)',
    'border-radius: 3px',
    'background: var(--vscode-inputValidation-errorBackground, transparent)',
    'color: var(--vscode-inputValidation-errorForeground, var(--vscode-foreground, inherit))',
    'font: var(--vscode-font-size, 13px)/1.5 var(--vscode-font-family, sans-serif)',
    'overflow-wrap: anywhere',
  ].join(';');
  const heading = document.createElement('strong');
  heading.textContent = title;
  box.append(heading);
  for (const text of [message, remedy]) {
    if (!text) continue;
    const line = document.createElement('div');
    line.textContent = text;
    box.append(line);
  }
  return box;
}
