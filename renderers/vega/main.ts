// The notebook renderer of plots of Vega and Vega-Lite: one view per output item.
import type { ActivationFunction } from 'vscode-notebook-renderer';
import { PayloadError } from '../../kernel/wire/fields.ts';
import { isVegaLite } from '../../kernel/wire/vega.ts';
import { Views } from '../shared/views.ts';
import { checkSpec, LIMITS } from './spec.ts';
import { PlotView, plotErrorBox } from './view.ts';

export const activate: ActivationFunction = () => {
  const views = new Views<PlotView>();
  return {
    async renderOutputItem(item, element, signal) {
      const bytes = item.data();
      if (views.shows(item.id, element, bytes)) return;
      try {
        const spec = checkSpec(parse(bytes));
        if (signal?.aborted) return;
        let view = views.get(item.id);
        if (!view?.isIn(element)) {
          view = new PlotView(element);
          views.set(item.id, view);
        }
        await view.show(spec, isVegaLite(item.mime), bytes.byteLength);
        views.drew(item.id, element, bytes);
      } catch (error) {
        views.dispose(item.id);
        element.replaceChildren(plotErrorBox(error));
      }
    },
    disposeOutputItem: (id) => views.dispose(id),
  };
};

function parse(bytes: Uint8Array): unknown {
  if (bytes.byteLength > LIMITS.bytes)
    throw new PayloadError(`it is larger than the ${LIMITS.bytes / 2 ** 20} MB that can be drawn`, 'Draw fewer rows.');
  try {
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch (error) {
    throw new PayloadError(`it is not JSON: ${(error as Error).message}`);
  }
}
