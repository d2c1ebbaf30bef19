// The finished runs of a sweep: what they gave, how they are judged, and which differ by their seeds alone.
import { short } from '../viz/figure.ts';

/** The curves of a run by name; a number is a curve of one value. */
export type Curves = Record<string, number[]>;

/** A finished run, as it is drawn. */
export interface Finished {
  values: Record<string, unknown>;
  curves: Curves | undefined;
  seconds: number;
  error: unknown;
}

/** How the runs are judged. */
export interface Judge {
  metric: string;
  maximize: boolean;
}

/** The best value of a curve; NaN if it has none. */
export function bestOf(curve: readonly number[] | undefined, { maximize }: Judge): number {
  const finite = (curve ?? []).filter(Number.isFinite);
  if (finite.length === 0) return NaN;
  return finite.reduce((a, b) => (maximize ? Math.max(a, b) : Math.min(a, b)));
}

/** Runs that differ by their seeds alone, in the order of their first. */
export function groupsOf(finished: readonly Finished[]): { values: Record<string, unknown>; runs: Finished[] }[] {
  const groups = new Map<string, { values: Record<string, unknown>; runs: Finished[] }>();
  for (const run of finished) {
    const { seed: _, ...rest } = run.values;
    // Without other values, each seed is a curve of its own
    const values = Object.keys(rest).length > 0 ? rest : run.values;
    const key = labelOf(values);
    const group = groups.get(key);
    if (group) group.runs.push(run);
    else groups.set(key, { values, runs: [run] });
  }
  return [...groups.values()];
}

export const valueText = (value: unknown) => (typeof value === 'number' ? short(value) : String(value));
export const labelOf = (values: Record<string, unknown>) =>
  Object.entries(values)
    .map(([name, value]) => `${name} ${valueText(value)}`)
    .join(', ');
