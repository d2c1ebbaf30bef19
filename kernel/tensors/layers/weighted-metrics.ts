// `compile({ weightedMetrics })`: metrics that `sampleWeight` and `classWeight` weigh, as they weigh the loss. Those of
// `metrics` are not weighed, as in Keras.
import { collectMetrics } from '@tensorflow/tfjs-layers/dist/engine/training';
import { plain } from '../calls/check.ts';
import type { LossOrMetric, Model } from './types.ts';

/** Metrics as `compile` takes them: of all outputs, or by the names of outputs. */
export type Metrics = string | LossOrMetric | (string | LossOrMetric)[] | Record<string, unknown>;

/** The entries of `metricsTensors` that are weighed. */
const weighed = new WeakSet<object>();
/** What `compile` was given, for the model's file. */
const given = new WeakMap<Model, Metrics>();

/** Whether weights of examples weigh an entry of a model's `metricsTensors`. */
export const isWeighed = (entry: object): boolean => weighed.has(entry);

/** What a model was compiled with as `weightedMetrics`; undefined if with nothing. */
export const weightedMetricsOf = (model: Model): Metrics | undefined => given.get(model);

const perOutput = (metrics: Metrics | null | undefined, names: string[]) =>
  collectMetrics(metrics as never, names) as (string | LossOrMetric)[][];

/**
 * Compiles with both kinds of metrics: for each output, first those that are not weighed.
 * @param compile compiles the model with the metrics that it is given
 * @throws Error for an output that the model does not have
 */
export function compileWeighted(
  model: Model,
  metrics: Metrics | null | undefined,
  weightedMetrics: Metrics | null | undefined,
  compile: (metrics: Metrics | null | undefined) => void,
): void {
  given.delete(model);
  const names = model.outputNames;
  if (typeof weightedMetrics === 'object' && weightedMetrics !== null && !Array.isArray(weightedMetrics)) {
    const unknown = Object.keys(weightedMetrics).find((name) => !names.includes(name));
    if (unknown !== undefined)
      throw new Error(`compile: weightedMetrics names "${unknown}", and the model's outputs are ${names.join(', ')}`);
  }
  const after = perOutput(weightedMetrics, names);
  if (after.every((list) => list.length === 0)) return compile(metrics);
  const before = perOutput(metrics, names);
  compile(Object.fromEntries(names.map((name, i) => [name, [...before[i]!, ...after[i]!]])));
  model.metrics = metrics ?? [];
  given.set(model, weightedMetrics!);
  // With several outputs, their losses come first
  const entries = model.metricsTensors.slice(names.length > 1 ? names.length : 0);
  names.forEach((_, i) => {
    const own = entries.filter(([, output]) => output === i);
    own.slice(own.length - after[i]!.length).forEach((entry) => weighed.add(entry));
  });
}

/** Metrics with the names that TensorFlow.js itself looks for, such as `Accuracy`, in its spelling. */
export function spelled(metrics: Metrics | null | undefined): Metrics | null | undefined {
  const own = ['accuracy', 'acc', 'crossentropy', 'ce'];
  const one = (metric: unknown) => (typeof metric === 'string' && own.includes(plain(metric)) ? plain(metric) : metric);
  return mapped(metrics, one) as Metrics | null | undefined;
}

function mapped(value: unknown, f: (metric: unknown) => unknown): unknown {
  if (Array.isArray(value)) return value.map((part) => mapped(part, f));
  if (value === null || typeof value !== 'object') return f(value);
  return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, mapped(part, f)]));
}
