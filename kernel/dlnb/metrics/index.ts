// `metrics` of the module `dlnb`: values that are counted over batches, for `compile` and by themselves.
import { needLibrary, type LoadedLibrary } from '../library.ts';
import { remembering } from '../remade.ts';
import { rocCurve } from './curves.ts';
import { boxIou, meanAveragePrecision, type MeanAveragePrecisionOptions } from './detection.ts';
import type { MetricOptions } from './metric.ts';
import {
  accuracy,
  auc,
  averagePrecision,
  f1Score,
  iou,
  perplexity,
  precision,
  r2Score,
  recall,
  topKAccuracy,
  type AccuracyOptions,
  type ByClassOptions,
  type CurveOptions,
  type IouOptions,
  type PerplexityOptions,
  type TopKAccuracyOptions,
} from './metrics.ts';

export type { LabelsOrScores, RocCurve } from './curves.ts';
export type { Box, FoundBox, MeanAveragePrecision, MeanAveragePrecisionOptions, TrueBox } from './detection.ts';
export type { Metric as CountingMetric, MetricOptions } from './metric.ts';
export type {
  AccuracyOptions,
  ByClassOptions,
  CurveOptions,
  IouOptions,
  PerplexityOptions,
  TopKAccuracyOptions,
} from './metrics.ts';

/** Makes `metrics` for one session. */
export function makeMetrics(loaded: LoadedLibrary) {
  const need = (name: string) => needLibrary(loaded, `metrics.${name}`);
  return remembering('metrics', {
    rocCurve,
    boxIou,
    /** {@link meanAveragePrecision} */
    meanAveragePrecision: (options?: MeanAveragePrecisionOptions) => meanAveragePrecision(options),
    /** {@link accuracy} */
    accuracy: (options?: AccuracyOptions) => accuracy(need('accuracy'), options),
    /** {@link topKAccuracy} */
    topKAccuracy: (options?: TopKAccuracyOptions) => topKAccuracy(need('topKAccuracy'), options),
    /** {@link precision} */
    precision: (options?: ByClassOptions) => precision(need('precision'), options),
    /** {@link recall} */
    recall: (options?: ByClassOptions) => recall(need('recall'), options),
    /** {@link f1Score} */
    f1Score: (options?: ByClassOptions) => f1Score(need('f1Score'), options),
    /** {@link auc} */
    auc: (options?: CurveOptions) => auc(need('auc'), options),
    /** {@link averagePrecision} */
    averagePrecision: (options?: CurveOptions) => averagePrecision(need('averagePrecision'), options),
    /** {@link perplexity} */
    perplexity: (options?: PerplexityOptions) => perplexity(need('perplexity'), options),
    /** {@link iou} */
    iou: (options?: IouOptions) => iou(need('iou'), options),
    /** {@link r2Score} */
    r2Score: (options?: MetricOptions) => r2Score(need('r2Score'), options),
  });
}
