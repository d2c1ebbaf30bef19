// The module `dlnb` that cells import: puts its parts together for one session of the kernel.
import type { Displayable } from '../wire/displayable.ts';
import { isMimeRecord } from '../outputs/drawable.ts';
import { html, image, md, plot, svg } from '../outputs/html.ts';
import type { TrainingDelta } from '../wire/training.ts';
import { makeProgress, type ProgressFunction } from './progress/index.ts';
import { installFitProgress } from './train/callback.ts';
import { makeTrain, type Train } from './train/index.ts';
import { makeViz } from './viz/index.ts';
import { needLibrary, type LoadedLibrary, type TensorLibrary } from './library.ts';
import { checkOptions, type OptionNames } from './options.ts';
import { makeCheck, type Check } from './check.ts';
import { Claims } from './claims.ts';
import { makeExercise, type ExerciseFunction } from './exercise.ts';
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
import { registerLayers } from './nn/layers/index.ts';

/** The names of the module that are TensorFlow.js, or nothing without it: importing one loads it. */
export const TENSOR_NAMES: ReadonlySet<string> = new Set(['tf', 'autodiff', 'linalg']);

export type { ProgressFunction, ProgressHandle, ProgressOptions, ProgressSource } from './progress/index.ts';
export type * from './train/index.ts';
export type * from './train/tools.ts';
export type * from './viz/index.ts';
export type { AnyNumbers, Check, ClaimOptions, CloseOptions } from './check.ts';
export type { Exercise, ExerciseFunction, ExerciseOptions, Verdict } from './exercise.ts';
export type { PredictFunction, Prediction } from './predict.ts';
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
  const { programs } = host;
  const thread = programs === undefined ? undefined : new BatchThread(programs);
  const data = makeData({
    loaded,
    progress,
    signal: () => host.signal(),
    folder: () => host.folder ?? process.cwd(),
    thread: () => thread,
  });
  const training = makeTrain(
    { ...show, send: (delta, text) => host.training(delta, text), takeStop: (chart) => host.takeStop(chart) },
    loaded,
    {
      signal: () => host.signal(),
      folder: () => host.folder ?? process.cwd(),
      dataset: (source) => data.dataset(source),
    },
    {
      display: show.display,
      // The seed of a run of a sweep is not the notebook's
      startSeed: (value) => given.seed(value),
      signal: () => host.signal(),
      folder: () => host.folder ?? process.cwd(),
      notebook: () => host.notebook,
      cell: () => host.cell(),
      device: () => host.device?.(),
      seed: () => seeded,
    },
  );
  const claims = new Claims({ ...show, cell: () => host.cell() });
  return {
    library: makeModule(host, {
      progress,
      train: training.train,
      viz: makeViz(loaded, progress),
      data,
      nn: makeNn(loaded),
      metrics: makeMetrics(loaded),
      losses: makeLosses(loaded),
      optim: makeOptim(loaded),
      autodiff: makeAutodiff(loaded),
      linalg: makeLinalg(loaded),
      check: makeCheck(claims),
      exercise: makeExercise(claims),
      predict,
    }),
    runEnded(run, status) {
      // After a cell that ended well, a bar may continue in a task that the cell has not awaited
      if (status !== 'ok') bars.runEnded(run, status);
      return training.runEnded(run, status);
    },
    refresh(run) {
      bars.refresh(run);
      training.refresh();
    },
    abandon: (run) => training.abandon(run),
    tensorsLoaded(tf) {
      installFitProgress(tf, progress);
      reviveSchedules(tf);
      // So that saved models with layers of `nn` can be loaded
      registerLayers(tf);
      initializerClasses(tf);
    },
  };
}

function makeModule<T extends object>(host: LibraryHost, parts: T) {
  /**
   * Shows a value under the cell. With an id, a later call with the same id replaces it in place.
   * Outputs appear in the order of the calls; await the promise only to know that the value has been sent.
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
     * dropout, shuffles and `tf.random*` in each run on the same device, and so the same training, bit for bit. What has
     * a seed of its own (generators of `data`, `{ seed }` of layers) keeps it; `Math.random` of cells is not changed.
     * @param value an integer
     * @throws RangeError for another value
     */
    seed(value: number): void {
      checkSeed('seed', value);
      host.seed(value);
    },
    /** A signal that an interrupt of the running cell aborts: `await fetch(url, { signal: signal() })`. */
    signal: () => host.signal(),
  };
}

export type Library = ReturnType<
  typeof makeModule<{
    /** {@link ProgressFunction} */
    progress: ProgressFunction;
    /** Records trainings. */
    train: Train;
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
    /**
     * Makes an exercise from a function that tests an answer: `const softmax = exercise('softmax', (f) => check.close(f([0,
     * 0]), [0.5, 0.5], 'sums to one'), { hint: 'divide by the sum' })`, then `await softmax.try((z) => …)` in a cell of the
     * reader. Claims in the test are not counted.
     */
    exercise: ExerciseFunction;
    /** {@link PredictFunction} */
    predict: PredictFunction;
  }>
>;
export type { Displayable };
