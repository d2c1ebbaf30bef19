// The payload of a figure as it reaches the renderer, which checks it.
import { toBundle } from '../../../../../kernel/outputs/bundle.ts';
import { DisplayedTensors } from '../../../../../kernel/outputs/tensor/index.ts';
import type { Figure } from '../../../../../kernel/dlnb/viz/figure.ts';
import { PLOTLY } from '../../../../../kernel/wire/mime.ts';
import type { PlotlyFigure } from '../../../../../kernel/wire/plotly.ts';
import { checkFigure } from '../../../../../renderers/plotly/figure.ts';

const tensors = new DisplayedTensors(() => 'none');

/** A figure as JSON; each test knows what its traces hold. */
type Shown = Omit<Required<PlotlyFigure>, 'data'> & { data: Record<string, never>[] };

export function shown(figure: Figure): Shown {
  const bundle = toBundle(figure, tensors);
  const item = Array.isArray(bundle) ? bundle.find(({ mime }) => mime === PLOTLY) : undefined;
  const json = (item as { json: Shown }).json;
  checkFigure(structuredClone(json));
  return json;
}
