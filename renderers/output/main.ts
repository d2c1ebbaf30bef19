// The notebook renderer of errors with links into cells, of the notice of a cell that printed more than is shown, of
// progress bars, of tables of models and of colored text. It draws from the output item alone; links work only in the editor, and are
// plain text elsewhere. Payloads are never parsed as HTML.
import type { ActivationFunction, OutputItem } from 'vscode-notebook-renderer';
import { PayloadError } from '../../kernel/wire/fields.ts';
import { CELL_ERROR, OVERFLOW, PROGRESS, SUMMARY, TEXT } from '../../kernel/wire/mime.ts';
import { drawError } from './error.ts';
import { drawOverflow } from './overflow.ts';
import { readError, readOverflow, readProgress, readSummary, readText } from './payload.ts';
import { drawProgress } from './progress.ts';
import { drawSummary } from './summary.ts';
import { drawText } from './text.ts';
import { element } from '../shared/dom.ts';
import type { Links } from './dom.ts';
import { styles } from './styles.ts';

export const activate: ActivationFunction = (context) => {
  // In an untrusted workspace links are text
  const post = context.workspace?.isTrusted ? context.postMessage?.bind(context) : undefined;
  const links: Links = { post };
  const roots = new Map<string, ShadowRoot>();
  return {
    renderOutputItem(item, host, signal) {
      if (signal.aborted) return;
      const root = host.shadowRoot ?? host.attachShadow({ mode: 'open' });
      const style = document.createElement('style');
      style.textContent = styles;
      root.replaceChildren(style, draw(item, links, host));
      roots.set(item.id, root);
    },
    disposeOutputItem(id) {
      // The editor may keep the element for a while
      for (const item of id === undefined ? [...roots.keys()] : [id]) {
        roots.get(item)?.replaceChildren();
        roots.delete(item);
      }
    },
  };
};

function draw(item: OutputItem, links: Links, host: Element): HTMLElement {
  try {
    const payload: unknown = item.json();
    if (item.mime === CELL_ERROR) return drawError(readError(payload), links);
    if (item.mime === OVERFLOW) return drawOverflow(readOverflow(payload), links);
    if (item.mime === PROGRESS) return drawProgress(readProgress(payload));
    if (item.mime === SUMMARY) return drawSummary(readSummary(payload));
    if (item.mime === TEXT) return drawText(readText(payload), host);
    return element('p', 'notice', `This renderer does not draw ${item.mime}.`);
  } catch (e) {
    return broken(item, e);
  }
}

/** Says what is wrong with a payload, and shows it as text. */
function broken(item: OutputItem, error: unknown): HTMLElement {
  const box = element('div', 'error');
  box.setAttribute('role', 'alert');
  const text = item.text();
  const message = error instanceof Error ? error.message : String(error);
  const remedy = error instanceof PayloadError ? error.remedy : undefined;
  box.append(
    element('div', 'message', `This output cannot be drawn: ${[`${message}.`, remedy].filter(Boolean).join(' ')}`),
    element('pre', 'frame', text.length > 2000 ? `${text.slice(0, 2000)}…` : text),
  );
  return box;
}
