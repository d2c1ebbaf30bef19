// The notebook renderer of tensors: one view per output item. It draws from the item alone. With a kernel, and in a
// trusted workspace, a view can ask for parts that the item does not hold.
import type { ActivationFunction } from 'vscode-notebook-renderer';
import { errorBox } from '../shared/error-box.ts';
import { Views } from '../shared/views.ts';
import { readTensor } from './payload.ts';
import { SliceClient, type Messaging } from './slices.ts';
import { TensorView } from './view.ts';

export const activate: ActivationFunction = (context) => {
  const { postMessage, onDidReceiveMessage } = context;
  const heard = context.workspace.isTrusted && postMessage && onDidReceiveMessage;
  const slices = heard ? new SliceClient({ postMessage, onDidReceiveMessage } as Messaging) : undefined;
  const views = new Views<TensorView>();
  return {
    renderOutputItem(item, element, signal) {
      if (signal.aborted) return;
      const bytes = item.data();
      if (views.shows(item.id, element, bytes)) return;
      try {
        const payload = readTensor(bytes);
        let view = views.get(item.id);
        // The same item in the same element is an update of its value: the reader's choices stay
        if (!view?.isIn(element)) {
          view = new TensorView(element, slices);
          views.set(item.id, view);
        }
        view.show(payload);
        views.drew(item.id, element, bytes);
      } catch (error) {
        views.dispose(item.id);
        const root = element.shadowRoot ?? element.attachShadow({ mode: 'open' });
        root.replaceChildren(errorBox('The tensor cannot be drawn', error));
      }
    },
    disposeOutputItem: (id) => views.dispose(id),
  };
};
