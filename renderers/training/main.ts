// The notebook renderer of training charts. It draws from the output alone, and follows a running training by messages
// of the extension. It shares plotly's file with the renderer of figures.
import type { ActivationFunction } from 'vscode-notebook-renderer';
import { errorBox } from '../shared/error-box.ts';
import { Views } from '../shared/views.ts';
import { ChartState } from './state.ts';
import { TrainingView } from './view.ts';

export const activate: ActivationFunction = (context) => {
  const views = new Views<TrainingView>();
  const post = context.workspace?.isTrusted ? context.postMessage?.bind(context) : undefined;
  context.onDidReceiveMessage?.((message: unknown) => {
    const { type, chart, runs } = (message ?? {}) as { type?: unknown; chart?: unknown; runs?: unknown };
    if (type !== 'delta') return;
    for (const view of views.values()) if (view.chart === chart) view.hear(runs);
  });
  return {
    async renderOutputItem(item, element, signal) {
      try {
        const state = new ChartState(item.json());
        if (signal?.aborted) return;
        const old = views.get(item.id);
        // The same item in the same element is the next state of a chart: drawn over the last, without a flicker
        if (old?.isIn(element)) return await old.show(state);
        const view = new TrainingView(element, state, post);
        views.set(item.id, view);
        await view.show(state);
      } catch (error) {
        views.dispose(item.id);
        element.replaceChildren(errorBox('The training chart cannot be drawn', error));
      }
    },
    disposeOutputItem: (id) => views.dispose(id),
  };
};
