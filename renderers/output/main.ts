// Draws errors with links into cells, the notice of a cell that printed more than is shown, progress bars and tables of models. It works from the item
// alone; links need the editor at the other end and are plain text without it. Nothing of a payload is ever taken as HTML.
import type { ActivationFunction, OutputItem } from 'vscode-notebook-renderer';
import { CELL_ERROR, OVERFLOW, PROGRESS, SUMMARY } from '../../kernel/wire/mime.ts';
import { drawError } from './error.ts';
import { drawOverflow } from './overflow.ts';
import { readError, readOverflow, readProgress, readSummary } from './payload.ts';
import { drawProgress } from './progress.ts';
import { drawSummary } from './summary.ts';
import { element } from '../shared/dom.ts';
import type { Links } from './dom.ts';
import { styles } from './styles.ts';

export const activate: ActivationFunction = (context) => {
  // An untrusted workspace gets text only
  const post = context.workspace?.isTrusted ? context.postMessage?.bind(context) : undefined;
  const links: Links = { post };
  const roots = new Map<string, ShadowRoot>();
  return {
    renderOutputItem(item, host, signal) {
      if (signal.aborted) return;
      const root = host.shadowRoot ?? host.attachShadow({ mode: 'open' });
      const style = document.createElement('style');
      style.textContent = styles;
      root.replaceChildren(style, draw(item, links));
      roots.set(item.id, root);
    },
    disposeOutputItem(id) {
      // The editor may keep the element that it gave for a while
      for (const item of id === undefined ? [...roots.keys()] : [id]) {
        roots.get(item)?.replaceChildren();
        roots.delete(item);
      }
    },
  };
};

function draw(item: OutputItem, links: Links): HTMLElement {
  try {
    const payload: unknown = item.json();
    if (item.mime === CELL_ERROR) return drawError(readError(payload), links);
    if (item.mime === OVERFLOW) return drawOverflow(readOverflow(payload), links);
    if (item.mime === PROGRESS) return drawProgress(readProgress(payload));
    if (item.mime === SUMMARY) return drawSummary(readSummary(payload));
    return element('p', 'notice', `This renderer does not draw ${item.mime}.`);
  } catch (e) {
    return broken(item, e as Error);
  }
}

/** A payload that is not what its type promises: says so, and shows it as text. */
function broken(item: OutputItem, error: Error): HTMLElement {
  const box = element('div', 'error');
  box.setAttribute('role', 'alert');
  const text = item.text();
  box.append(
    element('div', 'message', `This output cannot be drawn: ${error.message}`),
    element('pre', 'frame', text.length > 2000 ? `${text.slice(0, 2000)}…` : text),
  );
  return box;
}
