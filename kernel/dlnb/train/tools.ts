// The tools of `train` that look for faults, compare trainings and keep runs: their types together, and how a session
// makes them.
import type { Displayable } from '../../wire/displayable.ts';
import { needLibrary, type LoadedLibrary } from '../library.ts';
import { detectAnomaly, type AnomalyFunction } from './anomaly.ts';
import { dryRun, type DryRunFunction } from './dry-run.ts';
import { overfitOneBatch, type OverfitFunction } from './overfit.ts';
import type { RunRecorder } from './recorder.ts';
import { makeRuns, type Runs } from './runs.ts';
import { StatisticsRecorder, type StatisticsFunction } from './statistics.ts';
import { vary, type VaryFunction, type VaryHost } from './vary.ts';

export type { AnomalyFunction, AnomalyOptions } from './anomaly.ts';
export type { DryRun, DryRunFunction, DryRunLayer, DryRunOptions } from './dry-run.ts';
export type { Overfit, OverfitFunction, OverfitOptions } from './overfit.ts';
export type { CompareRunsOptions, RemoveRunsOptions, RunOption, Runs, RunSummary } from './runs.ts';

export type { LayerStatistics, StatisticsFunction, StatisticsOptions, TrainStatistics } from './statistics.ts';
export type { Combination, Varied, VaryContext, VaryFunction, VaryOptions } from './vary.ts';

/** The tools of `train`. */
export interface TrainTools {
  /** {@link AnomalyFunction} */
  detectAnomaly: AnomalyFunction;
  /** {@link OverfitFunction} */
  overfitOneBatch: OverfitFunction;
  /** {@link DryRunFunction} */
  dryRun: DryRunFunction;
  /** {@link StatisticsFunction} */
  statistics: StatisticsFunction;
  /** {@link VaryFunction} */
  vary: VaryFunction;
  /** {@link Runs} */
  runs: Runs;
}

/** What the tools need from their session. */
export interface ToolsHost {
  /** Shows a value in place of the last one with this id. */
  display(value: Displayable, id: string): void;
  /** The folder of the notebook. */
  folder(): string;
  /** The file of the notebook, without its folder. */
  notebook(): string | undefined;
  cell(): string | undefined;
  device(): string | undefined;
  /** Starts the random numbers again. */
  startSeed(seed: number): void;
  /** Aborted when the running cell is interrupted. */
  signal(): AbortSignal;
  /** The last seed of the session, if there was one. */
  seed(): number | undefined;
}

/** What the tools need of the rest of `train`. */
export interface TrainInside {
  /** Sets whether every run is kept. */
  keep(on: boolean): void;
  /** Begins a chart of its own, which grows with the steps of this run. */
  begin(name: string, title: string | undefined, steps: number): RunRecorder;
}

/** Makes the tools for one session. */
export function makeTools(host: ToolsHost, loaded: LoadedLibrary, inside: TrainInside): TrainTools {
  let shown = 0;
  const sweepHost: VaryHost = {
    display: (value, id) => host.display(value, id),
    startSeed: (seed) => host.startSeed(seed),
    signal: () => host.signal(),
    begin: (title, count) => inside.begin('runs', title, count),
  };
  return {
    detectAnomaly: (f, options) => detectAnomaly(needLibrary(loaded, 'train.detectAnomaly'), f, options),
    overfitOneBatch: async (model, x, y, options = {}) =>
      overfitOneBatch(needLibrary(loaded, 'train.overfitOneBatch'), model, x, y, options),
    dryRun: async (model, options = {}) => dryRun(needLibrary(loaded, 'train.dryRun'), model, options),
    statistics: (model, options = {}) => {
      const id = `dlnb-statistics:${++shown}`;
      const tf = needLibrary(loaded, 'train.statistics');
      return new StatisticsRecorder(tf, model, options, (value) => host.display(value, id));
    },
    vary: (values, run, options = {}) => vary(sweepHost, values, run, options),
    runs: makeRuns(
      () => host.folder(),
      (on) => inside.keep(on),
    ),
  };
}
