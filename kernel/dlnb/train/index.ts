// `train` of the module `dlnb`: records training runs and draws them in charts while they run.
import { LeftLoops } from '../left.ts';
import { needLibrary, type LoadedLibrary } from '../library.ts';
import { checkOptions, shown, type OptionNames } from '../options.ts';
import { CALLBACK_OPTIONS, RECORD_OPTIONS, type CallbackOptions, type RecordOptions, type Train } from './api.ts';
import { Chart, type TrainHost } from './chart.ts';
import { evaluate, predict } from './fit-measures.ts';
import { FitObservers } from './fit-observer.ts';
import { fit, type FitHost } from './fit.ts';
import { RunRecorder, type Recorders } from './recorder.ts';
import { RunLog } from './run-log.ts';
import { detectAnomaly } from './anomaly.ts';
import { StatisticsRecorder } from './statistics.ts';
import { makeTools, type ToolsHost } from './tools.ts';

export type * from './fit-api.ts';
export type { CallbackOptions, Metric, Recorder, RecordOptions, Train } from './api.ts';

const RECORDING_CALLBACK_OPTIONS: OptionNames<RecordOptions & CallbackOptions> = {
  ...RECORD_OPTIONS,
  ...CALLBACK_OPTIONS,
};

/** `train`, and the events that its session reports to it. */
export interface TrainSession {
  train: Train;
  /**
   * Reports that the run of a cell has ended.
   * @returns a promise while values are still being read
   */
  runEnded(run: object, status: 'ok' | 'threw' | 'interrupted'): Promise<void> | undefined;
  /** Gives up the values that are still being read. */
  abandon(run: object): void;
  /** Who watches each `fit`: parts of the library add theirs. */
  observers: FitObservers;
  /** Marks the curves of the trainings that run: a knob was turned. */
  mark(name: string, text: string): void;
  /** Shows the present state of the trainings that are running. */
  refresh(): void;
}

declare const DLNB_VERSION: string;

/** Without a session, as in tests. */
const ALONE: ToolsHost = {
  display: () => {},
  startSeed: () => {},
  signal: () => new AbortController().signal,
  folder: () => process.cwd(),
  notebook: () => undefined,
  cell: () => undefined,
  device: () => undefined,
  seed: () => undefined,
};

/** The file of a run that is kept. */
function logOf(where: string, name: string, options: RecordOptions, tools: ToolsHost, { clock }: TrainHost): RunLog {
  if (name === '') throw new TypeError(`${where}: run must be a non-empty string: the name to keep the run by`);
  const { title = options.chart, monitor, hyperparameters } = options;
  if (hyperparameters !== undefined && (typeof hyperparameters !== 'object' || Array.isArray(hyperparameters)))
    throw new TypeError(
      `${where}: hyperparameters must be an object, such as { rate: 0.1 }, got ${shown(hyperparameters)}`,
    );
  const facts = { notebook: tools.notebook(), cell: tools.cell() };
  return new RunLog(
    tools.folder(),
    name,
    () => {
      const [device, seed] = [tools.device(), tools.seed()];
      return {
        name,
        ...(facts.notebook !== undefined && { notebook: facts.notebook }),
        ...(facts.cell !== undefined && { cell: facts.cell }),
        ...(title !== undefined && { title }),
        ...(monitor !== undefined && { monitor }),
        ...(hyperparameters && { options: { ...hyperparameters } }),
        ...(device !== undefined && { device }),
        ...(seed !== undefined && { seed }),
        library: DLNB_VERSION,
      };
    },
    clock,
  );
}

/** Makes `train` for one session. */
export function makeTrain(
  host: TrainHost,
  loaded: LoadedLibrary,
  forFit: Pick<FitHost, 'signal' | 'folder' | 'dataset'>,
  tools: ToolsHost = ALONE,
): TrainSession {
  let keepsAll = false;
  const charts = new WeakMap<object, Chart>();
  const named = new Map<string, Chart>();
  const recorders: Recorders = { loaded, active: new Set(), reading: new Set(), left: new LeftLoops() };

  function chartFor({ chart }: RecordOptions): Chart {
    if (chart !== undefined) return named.get(chart) ?? named.set(chart, new Chart(host)).get(chart)!;
    const run = host.run();
    return charts.get(run) ?? charts.set(run, new Chart(host)).get(run)!;
  }

  function begin(where: string, name: string | undefined, options: RecordOptions): RunRecorder {
    if (name !== undefined && (typeof name !== 'string' || name === ''))
      throw new TypeError(`${where}: the name must be a non-empty string`);
    const chart = chartFor(options);
    chart.title = options.title ?? chart.title ?? options.chart;
    chart.logX = options.logX ?? chart.logX;
    chart.logY = options.logY ?? chart.logY;
    const own = nameIn(chart, name, options.chart !== undefined);
    const recorder = new RunRecorder(chart, own, options, recorders);
    chart.runs.set(own, recorder);
    const kept = options.run ?? (keepsAll ? own : undefined);
    if (kept !== undefined) recorder.log = logOf(where, kept, options, tools, host);
    return recorder;
  }

  const observers = new FitObservers();
  observers.add(({ options }) => {
    const { statistics } = options;
    if (!(statistics instanceof StatisticsRecorder)) return undefined;
    return {
      beforeStep: () => statistics.begin(),
      onStep: () => statistics.end(true),
      onEnd: () => statistics.finish(),
    };
  });
  const fitHost: FitHost = {
    ...forFit,
    loaded,
    observers,
    clock: host.clock,
    record: (name, options) => begin('train.fit', name, options),
  };
  return {
    observers,
    train: {
      ...makeTools(tools, loaded, {
        keep: (on) => (keepsAll = on),
        begin(name, title, steps) {
          const chart = new Chart(host);
          chart.title = title;
          chart.curves = false;
          const recorder = new RunRecorder(chart, name, { steps }, recorders);
          chart.runs.set(name, recorder);
          recorder.begin();
          chart.show();
          return recorder;
        },
      }),
      fit(modelOrStep: never, data: unknown, options: never) {
        const run = () => fit(fitHost, modelOrStep, data, options);
        const { anomaly } = (options ?? {}) as { anomaly?: unknown };
        return anomaly === true ? detectAnomaly(needLibrary(loaded, 'train.fit'), run) : run();
      },
      evaluate: (model, data, options) => evaluate(fitHost, model, data, options),
      predict: (model, inputs, options) => predict(fitHost, model, inputs, options),
      record(name, options = {}) {
        checkOptions('train.record', options, RECORD_OPTIONS);
        return begin('train.record', name, options);
      },
      callback(name, options = {}) {
        checkOptions('train.callback', options, RECORDING_CALLBACK_OPTIONS);
        const { gradientNorm, ...recording } = options;
        return begin('train.callback', name, recording).callback(gradientNorm === undefined ? {} : { gradientNorm });
      },
      compileStep: (f) =>
        (needLibrary(loaded, 'train.compileStep').train as unknown as Pick<Train, 'compileStep'>).compileStep(f),
    },
    runEnded(run, status) {
      for (const recorder of [...recorders.active]) {
        if (recorder.trainsIn !== run) continue;
        recorder.finish(status === 'ok' ? 'done' : status === 'threw' ? 'failed' : 'interrupted');
      }
      const left = recorders.left.take(run);
      if (status === 'threw') for (const recorder of left) recorder.failed();
      const arrivals = [...recorders.reading]
        .filter(({ readsFor }) => readsFor === run)
        .map((recorder) => recorder.arrival());
      return arrivals.length > 0 ? Promise.all(arrivals).then(() => {}) : undefined;
    },
    mark(name, text) {
      for (const recorder of recorders.active) recorder.data.mark(name, text);
    },
    refresh() {
      for (const chart of new Set([...recorders.active].map((recorder) => recorder.chart))) chart.show();
    },
    abandon(run) {
      for (const recorder of [...recorders.reading]) if (recorder.readsFor === run) recorder.abandon();
    },
  };
}

/** The name of a new run in a chart: the given one, numbered if it is taken and is not to be replaced. */
function nameIn({ runs }: Chart, name: string | undefined, replace: boolean): string {
  if (name !== undefined && (replace || !runs.has(name))) return name;
  for (let i = name === undefined ? runs.size + 1 : 2; ; i++) {
    const candidate = name === undefined ? `run ${i}` : `${name} (${i})`;
    if (!runs.has(candidate)) return candidate;
  }
}
