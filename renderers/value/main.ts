// The notebook renderer of values: a tree that opens level by level, or a table of records. It draws from the output
// item alone. Payloads are never parsed as HTML.
import type { ActivationFunction } from 'vscode-notebook-renderer';
import { errorBox } from '../shared/error-box.ts';
import { readValue } from './payload.ts';
import { styles } from './styles.ts';
import { drawTable } from './table.ts';
import { drawTree } from './tree.ts';

export const activate: ActivationFunction = () => {
  const roots = new Map<string, ShadowRoot>();
  return {
    renderOutputItem(item, host, signal) {
      if (signal?.aborted) return;
      const root = host.shadowRoot ?? host.attachShadow({ mode: 'open' });
      const style = document.createElement('style');
      style.textContent = styles;
      try {
        const payload = readValue(item.json());
        root.replaceChildren(style, payload.view === 'tree' ? drawTree(payload) : drawTable(payload));
      } catch (error) {
        root.replaceChildren(errorBox('The value cannot be drawn', error));
      }
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
