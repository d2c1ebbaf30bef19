// `viz` of the module `dlnb`: plots for deep learning. Each function returns a figure that shows itself.
import { makeFilters } from './filters/index.ts';
import { makeGraph } from './graph/index.ts';
import type { ProgressFunction } from '../progress/index.ts';
import { animate } from './animate.ts';
import { attention } from './attention.ts';
import type { Numbers } from './arrays.ts';
import { band, stem, step } from './bands.ts';
import { bars } from './bars.ts';
import { confusionMatrix } from './confusion-matrix.ts';
import { line, scatter } from './curves.ts';
import { decisionBoundary, type DecisionBoundaryOptions, type Predict } from './decision-boundary.ts';
import { contour } from './contour.ts';
import { grid } from './grid.ts';
import { heatmap, surface } from './grids.ts';
import { histogram } from './histogram.ts';
import { histograms } from './histograms.ts';
import { needLibrary, type LoadedLibrary } from '../library.ts';
import { images } from './images.ts';
import { lossLandscape, type EvaluateLoss, type LossLandscapeOptions, type Weights } from './loss-landscape.ts';
import { network, type NetworkOptions, type NetworkSubject } from './network.ts';
import { overlay } from './overlay.ts';
import { waiting } from './pending.ts';
import { text } from './text.ts';
import { summary } from '../../outputs/model-summary.ts';

export type { Matrix, Numbers, Vector } from './arrays.ts';
export type { AxesOptions, Figure, PlotOptions } from './figure.ts';
export type { AnimateOptions } from './animate.ts';
export type { Band, BandOptions, StemOptions, StepOptions } from './bands.ts';
export type { BarsOptions } from './bars.ts';
export type { GridOptions } from './grid.ts';
export type { Caption, ImageBox, Images, ImageGridOptions } from './images.ts';
export type { AttentionPlotOptions, AttentionWeights } from './attention.ts';
export type { HistogramsOptions, LayerValues } from './histograms.ts';
export type { DenseWeights, NetworkOptions, NetworkSubject } from './network.ts';
export type { TextFigure, ColoredTextOptions } from './text.ts';
export type { OverlayOptions } from './overlay.ts';
export type { ConfusionMatrixFigure, ConfusionMatrixOptions } from './confusion-matrix.ts';
export type { ContourOptions } from './contour.ts';
export type { ColorOptions, Colors } from './colors.ts';
export type { PlaneOptions, PlaneValues } from './plane.ts';
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
    /** {@link contour} */
    contour: waiting('viz.contour', contour),
    /** {@link surface} */
    surface: waiting('viz.surface', surface),
    /** {@link histogram} */
    histogram: waiting('viz.histogram', histogram, ['bins']),
    /** {@link confusionMatrix} */
    confusionMatrix: waiting('viz.confusionMatrix', confusionMatrix, ['counts', 'accuracy', 'recall', 'precision']),
    /** {@link bars} */
    bars: waiting('viz.bars', bars),
    /** {@link band} */
    band: waiting('viz.band', band),
    /** {@link stem} */
    stem: waiting('viz.stem', stem),
    /** {@link step} */
    step: waiting('viz.step', step),
    /** {@link images} */
    images: waiting('viz.images', images),
    /** {@link histograms} */
    histograms: waiting('viz.histograms', histograms),
    /** {@link attention} */
    attention: waiting('viz.attention', attention),
    /** {@link text} */
    text: waiting('viz.text', text, ['colored']),
    /** {@link network} */
    network: waiting('viz.network', (model: NetworkSubject, options?: NetworkOptions) =>
      network(() => needLibrary(loaded, 'viz.network'), model, options),
    ),
    /** {@link overlay} */
    overlay: waiting('viz.overlay', overlay),
    /** {@link grid} */
    grid: waiting('viz.grid', grid),
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
