// The notebook renderer of graphs (application/vnd.dlnb.graph): one view per output item, from the item alone.
import type { ActivationFunction } from 'vscode-notebook-renderer';
import { errorBox } from '../shared/error-box.ts';
import { onThemeChange } from '../shared/theme.ts';
import { GraphError, readGraph } from './payload.ts';
import { GraphView } from './view.ts';

export const activate: ActivationFunction = () => {
  const views = new Map<string, GraphView>();
  const dispose = (id: string) => {
    views.get(id)?.dispose();
    views.delete(id);
  };
  onThemeChange(() => views.forEach((view) => view.restyle()));
  return {
    renderOutputItem(item, element, signal) {
      if (signal?.aborted) return;
      dispose(item.id);
      try {
        views.set(item.id, new GraphView(element, readGraph(item.data())));
      } catch (error) {
        const root = element.shadowRoot ?? element.attachShadow({ mode: 'open' });
        const remedy = error instanceof GraphError ? error.remedy : undefined;
        root.replaceChildren(errorBox('The graph cannot be drawn', (error as Error).message, remedy));
      }
    },
    disposeOutputItem(id) {
      if (id === undefined) [...views.keys()].forEach(dispose);
      else dispose(id);
    },
  };
};
