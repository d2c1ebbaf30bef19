// The notebook renderer of filters and feature maps: one view per output item, drawn from the item alone.
import type { ActivationFunction } from 'vscode-notebook-renderer';
import { errorBox } from '../shared/error-box.ts';
import { Views } from '../shared/views.ts';
import { readFilters } from './payload.ts';
import { FiltersView } from './view.ts';

export const activate: ActivationFunction = () => {
  const views = new Views<FiltersView>();
  return {
    renderOutputItem(item, element, signal) {
      if (signal?.aborted) return;
      const bytes = item.data();
      if (views.shows(item.id, element, bytes)) return;
      try {
        views.set(item.id, new FiltersView(element, readFilters(bytes)));
        views.drew(item.id, element, bytes);
      } catch (error) {
        views.dispose(item.id);
        const root = element.shadowRoot ?? element.attachShadow({ mode: 'open' });
        root.replaceChildren(errorBox('The filters cannot be drawn', error));
      }
    },
    disposeOutputItem: (id) => views.dispose(id),
  };
};
