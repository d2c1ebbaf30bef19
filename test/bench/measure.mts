// The results of a benchmark, and statistics of its samples.

/** One row of results. */
export interface Measurement {
  name: string;
  unit: 'ms' | 'lines/s' | 'tensors' | 'MB' | 'ratio';
  median: number;
  /** 95th percentile; absent if there are too few samples. */
  p95?: number;
  samples: number;
  /** The goal, for the reader; it is not asserted. */
  aim?: string;
}

/** The quantile `q` of the values, by nearest rank. */
export function quantile(values: number[], q: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  const value = sorted[Math.max(0, Math.ceil(q * sorted.length) - 1)];
  if (value === undefined) throw new Error('no values to take a quantile of');
  return value;
}

export function summarize(name: string, unit: Measurement['unit'], values: number[], aim?: string): Measurement {
  const p95 = values.length >= 20 ? { p95: quantile(values, 0.95) } : {};
  return { name, unit, median: quantile(values, 0.5), ...p95, samples: values.length, ...(aim ? { aim } : {}) };
}

/** Runs a task several times, one after the other. @returns milliseconds of each run */
export async function timeEach(times: number, task: () => Promise<unknown>): Promise<number[]> {
  const ms: number[] = [];
  for (let i = 0; i < times; i++) {
    const from = performance.now();
    await task();
    ms.push(performance.now() - from);
  }
  return ms;
}
