// Losses and metrics of a compiled model in its file: names of tfjs-layers, and functions of libraries that say how they
// are made again. Those of the notebook itself cannot be saved.
import { serialization } from '@tensorflow/tfjs-core';
import { lossesMap } from '@tensorflow/tfjs-layers/dist/losses';
import { getLossOrMetricName, metricsMap } from '@tensorflow/tfjs-layers/dist/metrics';
import { toCamelCase, toSnakeCase } from '@tensorflow/tfjs-layers/dist/utils/generic_utils';
import { exportedMetrics } from './metrics.ts';

/** How a file names a function that is not of tfjs-layers, as Keras names objects. */
interface SavedFunction {
  class_name: string;
  config: serialization.ConfigDict;
}

/** A function that can be made again: its class is registered by `tf.serialization.registerClass`. */
interface Remade {
  readonly className: string;
  getConfig(): serialization.ConfigDict;
}

const isRemade = (value: unknown): value is Remade =>
  typeof value === 'function' &&
  typeof (value as Partial<Remade>).className === 'string' &&
  typeof (value as Partial<Remade>).getConfig === 'function';
const isSaved = (value: unknown): value is SavedFunction =>
  typeof (value as Partial<SavedFunction> | null)?.class_name === 'string';

/** What a model's file says of losses or metrics: names, objects of functions, lists and dictionaries of them. */
export const savedOf = (value: unknown): unknown =>
  mapped(value, (part) => {
    if (isRemade(part)) return { class_name: part.className, config: part.getConfig() };
    return toSnakeCase(getLossOrMetricName(part as never));
  });

/** The losses or metrics that a model's file names. */
export const loadedOf = (value: unknown): unknown =>
  mapped(value, (part) => {
    if (typeof part === 'string') return toCamelCase(part);
    if (!isSaved(part)) return part;
    const [cls, fromConfig] = serialization.SerializationMap.getMap().classNameMap[part.class_name] ?? [];
    if (!cls || !fromConfig)
      throw new Error(
        `the model was compiled with "${part.class_name}", which is not known here: load it without its optimizer, and compile it anew`,
      );
    return fromConfig(cls, part.config);
  });

function mapped(value: unknown, f: (part: unknown) => unknown): unknown {
  if (value === undefined || value === null) return undefined;
  if (Array.isArray(value)) return value.map((part) => mapped(part, f));
  if (typeof value !== 'object' || isSaved(value)) return f(value);
  return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, mapped(part, f)]));
}

/** Whether a loss or a metric is a function of the notebook, which no file can hold. */
function isOwn(value: unknown): value is (...args: never[]) => unknown {
  if (typeof value !== 'function' || isRemade(value) || exportedMetrics.has(value)) return false;
  const name = getLossOrMetricName(value as never);
  const maps = [lossesMap, metricsMap] as Record<string, unknown>[];
  return maps.every((map) => map[name] !== value);
}

/** @throws Error for a loss that is a function of the notebook */
export function checkSaved(loss: unknown): void {
  const all = typeof loss === 'object' && loss !== null ? Object.values(loss) : [loss];
  const own = all.find(isOwn);
  if (own === undefined) return;
  throw new Error(
    `the model cannot be saved with its optimizer: its loss "${own.name}" is a function of the notebook. ` +
      'Save it without { includeOptimizer: true }, and compile it after loading; or compile it with a loss of `losses`, ' +
      'or with the name of one.',
  );
}

/** Metrics without functions of the notebook, of which it warns. */
export function withoutOwn(metrics: unknown): unknown {
  if (typeof metrics === 'string') return [metrics];
  if (typeof metrics === 'function') return withoutOwn([metrics]);
  if (Array.isArray(metrics)) return metrics.map((m) => (Array.isArray(m) ? withoutOwn(m) : m)).filter(isKept);
  if (typeof metrics !== 'object' || metrics === null) return [];
  return Object.fromEntries(
    Object.entries(metrics)
      .filter(([, m]) => isKept(m))
      .map(([name, m]) => [name, Array.isArray(m) ? withoutOwn(m) : m]),
  );
}

function isKept(metric: unknown): boolean {
  if (!isOwn(metric)) return true;
  console.warn(
    `The metric "${metric.name}" is a function of the notebook and is not in the model's file: give it to compile() after loading.`,
  );
  return false;
}
