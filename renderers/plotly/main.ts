// The notebook renderer of plotly figures: one view per output item.
import type { ActivationFunction } from 'vscode-notebook-renderer';
import { Views } from '../shared/views.ts';
import { PayloadError } from '../../kernel/wire/fields.ts';
import { checkFigure, LIMITS } from './figure.ts';
import { FigureView, figureErrorBox } from './view.ts';

export const activate: ActivationFunction = () => {
  const views = new Views<FigureView>();
  return {
    async renderOutputItem(item, element, signal) {
      const bytes = item.data();
      if (views.shows(item.id, element, bytes)) return;
      try {
        const figure = checkFigure(parse(bytes));
        if (signal?.aborted) return;
        let view = views.get(item.id);
        // The same item in the same element is the next state of a live plot: drawn over the last, without a flicker
        if (!view?.isIn(element)) {
          view = new FigureView(element);
          views.set(item.id, view);
        }
        await view.show(figure);
        views.drew(item.id, element, bytes);
      } catch (error) {
        views.dispose(item.id);
        element.replaceChildren(figureErrorBox(error));
      }
    },
    disposeOutputItem: (id) => views.dispose(id),
  };
};

function parse(bytes: Uint8Array): unknown {
  if (bytes.byteLength > LIMITS.bytes) {
    const size = (n: number) => `${Math.round(n / 2 ** 20)} MB`;
    throw new PayloadError(
      `its ${size(bytes.byteLength)} are more than the ${size(LIMITS.bytes)} that can be drawn`,
      'Draw fewer points.',
    );
  }
  try {
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch (error) {
    throw new PayloadError(`it is not JSON: ${(error as Error).message}`);
  }
}
