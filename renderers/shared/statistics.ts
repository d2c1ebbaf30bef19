// Reads the statistics of a tensor's values.
import { count, counts, number, object, optional, type Fields } from '../../kernel/wire/fields.ts';
import type { TensorStatistics } from '../../kernel/wire/tensor.ts';

const MAX_BINS = 1000;

/** @throws PayloadError that says which field is wrong */
export function readStatistics(head: Fields, key: string): TensorStatistics {
  const statistics = object(head, key);
  return {
    nan: count(statistics, 'nan'),
    positiveInfinity: count(statistics, 'positiveInfinity'),
    negativeInfinity: count(statistics, 'negativeInfinity'),
    zeros: count(statistics, 'zeros'),
    ...optional(statistics, {
      min: number,
      max: number,
      mean: number,
      std: number,
      histogram: (f, k) => counts(f, k, MAX_BINS),
    }),
  };
}
