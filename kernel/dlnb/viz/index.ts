// `viz` of the module `dlnb`: plots for deep learning. Each function returns a figure that shows itself.
import { makeFilters } from './filters/index.ts';
import { makeGraph } from './graph/index.ts';
import type { ProgressFunction } from '../progress/index.ts';
import { animate } from './animate.ts';
import type { Numbers } from './arrays.ts';
import { confusionMatrix } from './confusion-matrix.ts';
import { line, scatter } from './curves.ts';
import { decisionBoundary, type DecisionBoundaryOptions, type Predict } from './decision-boundary.ts';
import { heatmap, surface } from './grids.ts';
import { histogram } from './histogram.ts';
import { needLibrary, type LoadedLibrary } from '../library.ts';
import { lossLandscape, type EvaluateLoss, type LossLandscapeOptions, type Weights } from './loss-landscape.ts';
import { waiting } from './pending.ts';
import { summary } from '../../outputs/model-summary.ts';

export type { Matrix, Numbers, Vector } from './arrays.ts';
export type { AxesOptions, Figure, PlotOptions } from './figure.ts';
export type { AnimateOptions } from './animate.ts';
export type { ConfusionMatrixFigure, ConfusionMatrixOptions } from './confusion-matrix.ts';
export type { LineOptions, ScatterOptions } from './curves.ts';
export type { DecisionBoundaryFigure, DecisionBoundaryOptions, Predict } from './decision-boundary.ts';
export type { FeatureMapsOptions, FilterRecording, FiltersFigure, FiltersOptions } from './filters/index.ts';
export type { HeatmapOptions, SurfaceOptions } from './grids.ts';
export type { HistogramFigure, HistogramOptions } from './histogram.ts';
export type { Direction, EvaluateLoss, LossLandscapeFigure, LossLandscapeOptions, Weights } from './loss-landscape.ts';
export type { ModelSummary } from '../../outputs/model-summary.ts';

/**
 * Makes `viz` for one session. If the values of tensors must be read from the device asynchronously, a plot shows
 * itself when they have arrived. `await` gives the plot with its numbers, on every device.
 */
export function makeViz(loaded: LoadedLibrary, progress: ProgressFunction) {
  return {
    /** {@link line} */
    line: waiting('viz.line', line),
    /** {@link scatter} */
    scatter: waiting('viz.scatter', scatter),
    /** {@link heatmap} */
    heatmap: waiting('viz.heatmap', heatmap),
    /** {@link surface} */
    surface: waiting('viz.surface', surface),
    /** {@link histogram} */
    histogram: waiting('viz.histogram', histogram, ['bins']),
    /** {@link confusionMatrix} */
    confusionMatrix: waiting('viz.confusionMatrix', confusionMatrix, ['counts', 'accuracy', 'recall', 'precision']),
    /** {@link animate} */
    animate: waiting('viz.animate', animate),
    summary,
    graph: makeGraph(loaded),
    ...makeFilters(loaded),
    /** {@link decisionBoundary} */
    decisionBoundary: waiting(
      'viz.decisionBoundary',
      (predict: Predict, points: Numbers, labels: Numbers, options?: DecisionBoundaryOptions) =>
        decisionBoundary(needLibrary(loaded, 'viz.decisionBoundary'), predict, points, labels, options),
      ['grid', 'classes'],
    ),
    /** {@link lossLandscape}; shows a progress bar while it computes. */
    lossLandscape: (model: Weights, loss: EvaluateLoss, options?: LossLandscapeOptions) =>
      lossLandscape(needLibrary(loaded, 'viz.lossLandscape'), model, loss, options, (total) =>
        progress.begin({ label: 'loss landscape', total }),
      ),
  };
}
