// The notebook renderer of panels of controls. It draws from the output alone; with a kernel and in a trusted workspace,
// moved controls are sent to the extension, and what their function draws comes back as messages. The outputs inside a
// panel are drawn by their own renderers.
import type { ActivationFunction } from 'vscode-notebook-renderer';
import { readControls, type ControlsRequest } from '../../kernel/wire/controls.ts';
import { isCount, isRecord } from '../../kernel/wire/fields.ts';
import { errorBox } from '../shared/error-box.ts';
import { Views } from '../shared/views.ts';
import { ControlsView } from './view.ts';

export const activate: ActivationFunction = (context) => {
  const views = new Views<ControlsView>();
  const post = context.workspace?.isTrusted ? context.postMessage?.bind(context) : undefined;
  context.onDidReceiveMessage?.((message: unknown) => {
    if (!isRecord(message)) return;
    const { panel } = message;
    for (const view of views.values())
      if (panel === undefined || (isCount(panel) && view.panel === panel)) view.hear(message);
  });
  return {
    async renderOutputItem(item, element, signal) {
      const bytes = item.data();
      if (views.shows(item.id, element, bytes)) return;
      try {
        const payload = readControls(item.json());
        if (signal?.aborted) return;
        let view = views.get(item.id);
        // The same item in the same element is the next state of the panel: what the reader holds stays
        if (!view?.isIn(element) || view.panel !== payload.panel) {
          view = new ControlsView({
            element,
            id: item.id,
            payload,
            post: post as ((request: ControlsRequest) => void) | undefined,
            renderer: (id) => context.getRenderer(id),
          });
          views.set(item.id, view);
        }
        await view.show(payload);
        views.drew(item.id, element, bytes);
      } catch (error) {
        views.dispose(item.id);
        element.replaceChildren(errorBox('The controls cannot be drawn', error));
      }
    },
    disposeOutputItem: (id) => views.dispose(id),
  };
};
