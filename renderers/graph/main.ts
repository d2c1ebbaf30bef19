// The notebook renderer of graphs: one view per output item, drawn from the item alone.
import type { ActivationFunction } from 'vscode-notebook-renderer';
import { errorBox } from '../shared/error-box.ts';
import { Views } from '../shared/views.ts';
import { readGraph } from './payload.ts';
import { GraphView } from './view.ts';

export const activate: ActivationFunction = () => {
  const views = new Views<GraphView>();
  return {
    renderOutputItem(item, element, signal) {
      if (signal?.aborted) return;
      const bytes = item.data();
      if (views.shows(item.id, element, bytes)) return;
      try {
        views.set(item.id, new GraphView(element, readGraph(bytes)));
        views.drew(item.id, element, bytes);
      } catch (error) {
        views.dispose(item.id);
        const root = element.shadowRoot ?? element.attachShadow({ mode: 'open' });
        root.replaceChildren(errorBox('The graph cannot be drawn', error));
      }
    },
    disposeOutputItem: (id) => views.dispose(id),
  };
};
