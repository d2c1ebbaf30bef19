// The module `dlnb` that cells import: puts its parts together for one session of the kernel.
import type { Displayable } from '../wire/displayable.ts';
import { isMimeRecord } from '../outputs/drawable.ts';
import { html, image, md, plot, svg } from '../outputs/html.ts';
import type { TrainingDelta } from '../wire/training.ts';
import { makeProgress, type ProgressFunction } from './progress/index.ts';
import { installFitProgress } from './train/callback.ts';
import { fitPartsOf } from './train/fit-trainee.ts';
import { makeTrain, type Train } from './train/index.ts';
import { makeFilms, type TrainFilms } from './train/film.ts';
import { makeKnobs, type TrainKnobs } from './train/knobs.ts';
import { makeViz } from './viz/index.ts';
import { needLibrary, type LoadedLibrary, type TensorLibrary } from './library.ts';
import { checkOptions, type OptionNames } from './options.ts';
import { registerMakers } from './remade.ts';
import { makeCheck, type Check } from './check.ts';
import { button, makeExplore, type ExploreFunction, type ExploreHost } from './explore/index.ts';
import { tidied } from './explore/tidied.ts';
import type { ControlsRequest } from '../wire/controls.ts';
import { Claims } from './claims.ts';
import { makeExercise, type ExerciseFunction } from './exercise.ts';
import { makeHelp, type HelpFunction } from './help/index.ts';
import { predict, type PredictFunction } from './predict.ts';
import { makeData } from './data/index.ts';
import { makeLosses } from './losses/index.ts';
import { makeMetrics } from './metrics/index.ts';
import { BatchThread } from './data/batch-thread.ts';
import { checkSeed } from './data/random.ts';
import { makeAutodiff } from './autodiff/index.ts';
import { makeLinalg } from './linalg/index.ts';
import { makeNn } from './nn/index.ts';
import { makeOptim } from './optim/index.ts';
import { reviveSchedules } from './optim/optimizers.ts';
import { initializerClasses } from './nn/initializers.ts';
import { functionOfLayer, registerLayers } from './nn/layers/index.ts';

/**
 * The names of the module that are TensorFlow.js, or need it in almost all that they do: importing one loads it. Others,
 * such as `viz`, need it for functions of tensors only, or not at all.
 */
export const TENSOR_NAMES: ReadonlySet<string> = new Set([
  ...['tf', 'nn', 'optim', 'losses', 'metrics', 'autodiff', 'linalg', 'data', 'train'],
]);

export type { ProgressFunction, ProgressHandle, ProgressOptions, ProgressSource } from './progress/index.ts';
export type * from './train/index.ts';
export type * from './train/tools.ts';
export type * from './viz/index.ts';
export type { AnyNumbers, Check, ClaimOptions, CloseOptions } from './check.ts';
export type { HelpFunction } from './help/index.ts';
export type { Exercise, ExerciseFunction, ExerciseOptions, Verdict } from './exercise.ts';
export type { PredictFunction, Prediction } from './predict.ts';
export type * from './explore/index.ts';
export type { Film, FilmOptions, TrainFilms } from './train/film.ts';
export type { Knobs, KnobsOptions, TrainKnobs, Turned } from './train/knobs.ts';
export type * from './data/index.ts';
export type * from './losses/index.ts';
export type * from './metrics/index.ts';
export type * from './autodiff/index.ts';
export type * from './linalg/index.ts';
export type * from './nn/index.ts';
export type * from './optim/index.ts';

/** Options of `display`. */
export interface DisplayOptions {
  /** Replaces the output that was last shown with this id, in any cell. */
  id?: string;
  /** Whether the value is `{ [mime]: data }`, what is to be shown, as in Deno. Known by itself if all keys are types. */
  raw?: boolean;
}

const DISPLAY_OPTIONS: OptionNames<DisplayOptions> = { id: 'text', raw: 'boolean' };

/** What the module needs from its session. */
export interface LibraryHost {
  display(value: unknown, options: DisplayOptions): Promise<void>;
  signal(): AbortSignal;
  /** The run of a cell that the caller belongs to. */
  run(): object;
  /** The name of the cell that the caller belongs to, such as `cell 3`. */
  cell(): string | undefined;
  /** TensorFlow.js, if a cell has imported it. */
  loaded: LoadedLibrary;
  /** Starts the random numbers of TensorFlow.js again, also of one that is loaded later. */
  seed(value: number): void;
  /** Sends new points of a training chart, with the state of the training as a line of text. */
  training(delta: TrainingDelta, text: string): void;
  /** Whether the Stop button of a training chart was pressed since the last call. */
  takeStop(chart: number): boolean;
  /** What panels of controls need of the session. */
  panels: Pick<ExploreHost, 'cellOf' | 'isCurrent' | 'isIdle' | 'send' | 'drain' | 'bundle' | 'call' | 'isShown'> & {
    /** Calls a function as code of a run. */
    inRun(run: object, f: () => void): void;
  };
  /** The file of the notebook, if it has one. */
  notebook?: string;
  /** The name of the device, if it has been started. */
  device?(): string | undefined;
  /** The folder of the notebook, from which paths count; that of the process by default. */
  folder?: string;
  /** The folder with the programs of threads; without it, batches are not made ahead. */
  programs?: string;
}

/** The module `dlnb`, and the events that its session reports to it. */
export interface LibrarySession {
  library: Library;
  /**
   * Reports that the run of a cell has ended. Ends its progress bars and trainings that have not ended themselves.
   * @returns a promise while values of trainings are still being read; {@link abandon} gives them up
   */
  runEnded(run: object, status: 'ok' | 'threw' | 'interrupted'): Promise<void> | undefined;
  abandon(run: object): void;
  /** Shows the present state of all trainings, and of the progress bars of this run. */
  refresh(run: object): void;
  /** A view of a panel of controls has sent a message. */
  controls(request: ControlsRequest): void;
  /** Makes the grids of panels that are not made yet. */
  settle(): Promise<void>;
  /** Reports that TensorFlow.js has been loaded. */
  tensorsLoaded(tf: TensorLibrary): void;
}

/** Makes the module for one session. */
export function makeLibrary(given: LibraryHost): LibrarySession {
  let seeded: number | undefined;
  const host = { ...given, seed: (value: number) => given.seed((seeded = value)) };
  const { loaded } = host;
  const show = {
    // Displaying a bar or a chart does not fail: its promise need not be awaited
    display: (value: Displayable, id: string) => void host.display(value, { id }),
    run: () => host.run(),
    clock: () => performance.now(),
  };
  const bars = makeProgress(show);
  const { progress } = bars;
  const { panels } = host;
  const noteRandomness = () => {
    const tf = loaded();
    const parts = tf && fitPartsOf(tf);
    const noted = parts?.randomness(undefined);
    return () => noted && parts?.restoreRandomness(undefined, noted);
  };
  const panelHost: ExploreHost = {
    ...panels,
    run: () => host.run(),
    display: (value, id, run) => panels.inRun(run, () => void host.display(value, { id })),
    tidied: (f, call) => tidied(loaded, f, call),
    noteRandomness,
  };
  const exploring = makeExplore(panelHost);
  /** Whether there are knobs, which a step of a training heeds. */
  let heeding = false;
  const { programs } = host;
  const thread = programs === undefined ? undefined : new BatchThread(programs);
  /** What `seed` was given last, and how often it was called. */
  const chance = { seed: 0, calls: 0 };
  const data = makeData({
    loaded,
    progress,
    signal: () => host.signal(),
    folder: () => host.folder ?? process.cwd(),
    thread: () => thread,
    chance: () => chance,
  });
  const training = makeTrain(
    {
      ...show,
      send: (delta, text) => host.training(delta, text),
      takeStop: (chart) => host.takeStop(chart),
      heed: () => heeding && panels.drain(),
    },
    loaded,
    {
      signal: () => host.signal(),
      folder: () => host.folder ?? process.cwd(),
      dataset: (source) => data.dataset(source),
    },
    {
      display: show.display,
      // The seed of a run of a sweep is not the notebook's
      startSeed: (value) => {
        Object.assign(chance, { seed: value, calls: chance.calls + 1 });
        given.seed(value);
      },
      signal: () => host.signal(),
      folder: () => host.folder ?? process.cwd(),
      notebook: () => host.notebook,
      cell: () => host.cell(),
      device: () => host.device?.(),
      seed: () => seeded,
    },
  );
  const filming = makeFilms({
    ...panelHost,
    loaded,
    numberFor: (run) => exploring.numberFor(run),
  });
  const turning = makeKnobs({
    exploring,
    loaded,
    mark: (name, text) => training.mark(name, text),
    heed: () => (heeding = true),
    isShown: panels.isShown,
  });
  const claims = new Claims({ ...show, cell: () => host.cell() });
  const help = makeHelp({ programs, loaded, library: () => withoutTensors(session.library), layer: functionOfLayer });
  const session: LibrarySession = {
    library: makeModule(host, chance, {
      progress,
      train: Object.assign(training.train, filming.films, turning),
      viz: makeViz(loaded, progress),
      data,
      nn: makeNn(loaded, { folder: () => host.folder ?? process.cwd() }),
      metrics: makeMetrics(loaded),
      losses: makeLosses(loaded),
      optim: makeOptim(loaded),
      autodiff: makeAutodiff(loaded),
      linalg: makeLinalg(loaded),
      check: makeCheck(claims),
      exercise: makeExercise(claims),
      predict,
      help,
      explore: exploring.explore,
      button,
    }),
    runEnded(run, status) {
      // After a cell that ended well, a bar may continue in a task that the cell has not awaited
      if (status !== 'ok') bars.runEnded(run, status);
      exploring.runEnded(run);
      filming.runEnded(run);
      return training.runEnded(run, status);
    },
    refresh(run) {
      bars.refresh(run);
      training.refresh();
    },
    abandon: (run) => training.abandon(run),
    controls: (request) => exploring.receive(request),
    settle: () => exploring.settle(),
    tensorsLoaded(tf) {
      installFitProgress(tf, progress);
      reviveSchedules(tf);
      for (const part of ['losses', 'metrics'] as const) registerMakers(tf, part, session.library[part]);
      // So that saved models with layers of `nn` can be loaded
      registerLayers(tf);
      initializerClasses(tf);
    },
  };
  return session;
}

/** The module without `tf`, whose reading fails before it is loaded. */
const withoutTensors = (library: object): Record<string, unknown> =>
  Object.fromEntries(
    Object.keys(library)
      .filter((name) => name !== 'tf')
      .map((name) => [name, (library as Record<string, unknown>)[name]]),
  );

function makeModule<T extends object>(host: LibraryHost, chance: { seed: number; calls: number }, parts: T) {
  /**
   * Shows a value under the cell. With an id, a later call with the same id replaces it in place.
   * Outputs appear in the order of the calls; await the promise only to know that the value has been sent.
   * @example
   * ```ts
   * for (const epoch of [1, 2, 3]) {
   *   // With an id, the line is replaced in place
   *   await display(md`Epoch **${epoch}**`, { id: 'epoch' });
   * }
   * ```
   */
  const display = (value: unknown, options: DisplayOptions = {}): Promise<void> => {
    // `list.forEach(display)` passes an index here
    if (typeof options === 'object') checkOptions('display', options, DISPLAY_OPTIONS);
    const { id } = options;
    if (id !== undefined && (typeof id !== 'string' || id === ''))
      throw new TypeError('display: the id must be a non-empty string');
    if (options.raw && !isMimeRecord(value))
      throw new TypeError("display: with raw, the value must be an object of MIME types: { 'text/html': '…' }");
    return host.display(value, typeof options === 'object' ? options : {});
  };
  return {
    display,
    html,
    svg,
    md,
    image,
    plot,
    /** TensorFlow.js, the same object as the module `@tensorflow/tfjs`. */
    get tf(): TensorLibrary {
      return needLibrary(host.loaded, 'tf');
    },
    ...parts,
    /**
     * Starts all random numbers of TensorFlow.js again: `seed(1)` before the model is made gives the same initial weights,
     * dropout, shuffles and `tf.random*` in each run on the same device, and so the same training, bit for bit. Data sets
     * that are shuffled or augmented without a seed begin anew with it, too. What has a seed of its own keeps it:
     * `{ seed }` of layers, and the generators and splits of `data`, whose default seeds give the same examples every
     * time. `Math.random` of cells is not changed.
     * @param value an integer
     * @throws RangeError for another value
     * @example
     * ```ts
     * seed(1);
     * const a = tf.randomNormal([3]).arraySync();
     * seed(1);
     * JSON.stringify(a) === JSON.stringify(tf.randomNormal([3]).arraySync()); // → true
     * ```
     */
    seed(value: number): void {
      checkSeed('seed', value);
      chance.seed = value;
      chance.calls++;
      host.seed(value);
    },
    /**
     * A signal that an interrupt of the running cell aborts: `await fetch(url, { signal: signal() })`.
     * @example
     * ```ts
     * // Ends with the cell when it is interrupted
     * const response = await fetch('data:text/plain,hello', { signal: signal() });
     * await response.text(); // → 'hello'
     * ```
     */
    signal: () => host.signal(),
  };
}

export type Library = ReturnType<
  typeof makeModule<{
    /** {@link ProgressFunction} */
    progress: ProgressFunction;
    /** Records trainings. */
    train: Train & TrainFilms & TrainKnobs;
    /** Plots for deep learning. */
    viz: ReturnType<typeof makeViz>;
    /** Data sets. */
    data: ReturnType<typeof makeData>;
    /** Layers, blocks and models that TensorFlow.js lacks, initializers, learning rate schedules, gradient clipping. */
    nn: ReturnType<typeof makeNn>;
    /** Losses, and likelihoods of distributions. */
    losses: ReturnType<typeof makeLosses>;
    /** Metrics that count over batches. */
    metrics: ReturnType<typeof makeMetrics>;
    /** Optimizers and schedules of the learning rate. */
    optim: ReturnType<typeof makeOptim>;
    /** Gradients of trees of tensors, Jacobians and Hessians, checks of gradients, gradients of one's own. */
    autodiff: ReturnType<typeof makeAutodiff>;
    /** Solutions, factorizations and norms of matrices, order and quantiles: with gradients, on every device. */
    linalg: ReturnType<typeof makeLinalg>;
    /** {@link Check} */
    check: Check;
    /** {@link ExerciseFunction} */
    exercise: ExerciseFunction;
    /** {@link PredictFunction} */
    predict: PredictFunction;
    /** {@link HelpFunction} */
    help: HelpFunction;
    /** {@link ExploreFunction} */
    explore: ExploreFunction;
    /** A button for `explore`. */
    button: typeof button;
  }>
>;
export type { Displayable };
