// `train.fit`: the loop over epochs and steps, with everything that happens around a step: curves, validation, early
// stopping, checkpoints, callbacks and observers.
import { StatisticsRecorder } from './statistics.ts';
import type * as tfTypes from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { needLibrary, type LoadedLibrary, type TensorLibrary } from '../library.ts';
import type { Dataset, DatasetSource } from '../data/dataset.ts';
import { checkSeed } from '../data/random.ts';
import { ema, type EmaOptions, type WeightAverages } from '../optim/averages.ts';
import { checkCount, checkOptions, shown } from '../options.ts';
import { DRAW_MS, type Clock } from '../progress/meter.ts';
import type { FitParts } from '../../tensors/layers/fit-parts.ts';
import type { RecordOptions } from './api.ts';
import { Checkpoints, type Checkpoint } from './checkpoint.ts';
import { Callbacks } from './fit-callbacks.ts';
import { FIT, type FitHistory, type FitOptions, type StepFunction, type StepInfo } from './fit-api.ts';
import type { Source, SourceBatch } from './fit-data.ts';
import type { FitObserver, FitObservers, FitStart, FitStopped } from './fit-observer.ts';
import { OptimizerSettings } from './fit-optimizer.ts';
import { sourcesOf, type Sources } from './fit-sources.ts';
import { assignAll, differences, StoredGroups, storedGroup, type FitProgress, type FitState } from './fit-state.ts';
import { Best } from './fit-stopping.ts';
import { checkCompiled, fitParts, isModel, modelTrainee, stepTrainee, type Trainee } from './fit-trainee.ts';
import { Means, StepReader, type ReadStep } from './fit-values.ts';
import type { RunRecorder } from './recorder.ts';

const WHERE = 'train.fit';

/** What `train.fit` needs from its session. */
export interface FitHost {
  loaded: LoadedLibrary;
  clock: Clock;
  /** An interrupt of the running cell aborts it. */
  signal(): AbortSignal;
  /** The folder from which paths count. */
  folder(): string;
  /** Makes a data set of the arrays of a generator. */
  dataset(source: DatasetSource): Dataset;
  /** Begins to record a training. */
  record(name: string | undefined, options: RecordOptions): RunRecorder;
  readonly observers: FitObservers;
}

type Options = FitOptions<never>;

/** Trains a model or by a step function: {@link FitFunctions.fit}. */
export async function fit(
  host: FitHost,
  modelOrStep: LayersModel | StepFunction<unknown>,
  data: unknown,
  options: Options = {},
): Promise<FitHistory> {
  checkFitOptions(options);
  const tf = needLibrary(host.loaded, WHERE);
  const parts = fitParts(tf, WHERE);
  const trainee = traineeOf(tf, modelOrStep, options);
  const settings = new OptimizerSettings(tf, WHERE, trainee.optimizer, options);
  const callbacks = new Callbacks(WHERE, options.callbacks, trainee.model);
  const { checkpoints, loaded } = await openCheckpoints(host, options);
  if (checkpoints) parts.seedIfUnseeded();
  const saved = loaded?.checkpoint.state as FitState | undefined;
  const seed = saved?.seed ?? options.seed ?? Math.floor(parts.random() * 2 ** 32);
  const { batchSize = 32 } = options;
  const sources = await sourcesOf(
    {
      ...{ tf, where: WHERE, parts, model: trainee.model, batchSize, seed },
      stepsPerEpoch: options.stepsPerEpoch,
      shuffle: options.shuffle,
      classWeights: options.classWeights,
      sampleWeight: options.sampleWeight,
      dataset: (source) => host.dataset(source),
    },
    data,
    options.validation,
  );
  try {
    const training = new Fit({ host, tf, parts, trainee, options, sources, settings, callbacks, checkpoints, seed });
    return await training.run(loaded);
  } finally {
    sources.training.dispose();
    sources.validation?.dispose();
  }
}

function checkFitOptions(options: Options): void {
  checkOptions(WHERE, options, FIT);
  for (const name of ['epochs', 'batchSize', 'stepsPerEpoch'] as const)
    if (options[name] != null) checkCount(WHERE, name, options[name], name === 'epochs' ? 0 : 1);
  if (options.seed != null) checkSeed(WHERE, options.seed);
  const { resume, checkpoint, chart, name } = options;
  if (resume !== undefined && typeof resume !== 'boolean' && resume !== 'auto')
    throw new TypeError(`${WHERE}: resume must be true, false or 'auto', got ${shown(resume)}`);
  if (resume && checkpoint === undefined)
    throw new TypeError(
      `${WHERE}: resume needs the folder of the checkpoints: { checkpoint: 'checkpoints/mlp', resume: true }`,
    );
  if (chart !== undefined && typeof chart !== 'boolean' && (typeof chart !== 'string' || chart === ''))
    throw new TypeError(`${WHERE}: chart must be true, false or the name of a chart, got ${shown(chart)}`);
  if (options.run !== undefined && chart === false)
    throw new TypeError(`${WHERE}: run keeps what the chart shows; leave out chart: false`);
  if (options.statistics !== undefined && !(options.statistics instanceof StatisticsRecorder))
    throw new TypeError(
      `${WHERE}: statistics must be what train.statistics(model) returns, got ${shown(options.statistics)}`,
    );
  if (name === '') throw new TypeError(`${WHERE}: the name must be a non-empty string`);
}

function traineeOf(tf: TensorLibrary, given: LayersModel | StepFunction<unknown>, options: Options): Trainee {
  if (isModel(tf, given)) {
    checkCompiled(tf, WHERE, given);
    for (const name of ['optimizer', 'variables', 'evaluate'] as const)
      if (options[name] !== undefined)
        throw new TypeError(
          `${WHERE}: ${name} goes with a step function; a model is given its optimizer and loss by compile`,
        );
    return modelTrainee(tf, WHERE, given);
  }
  if (typeof given !== 'function')
    throw new TypeError(
      `${WHERE}: the first argument must be a compiled model or a step function, got ${shown(given)}`,
    );
  for (const name of ['classWeights', 'sampleWeight'] as const)
    if (options[name] !== undefined)
      throw new TypeError(`${WHERE}: ${name} goes with a compiled model; a step function weighs its loss by itself`);
  const trainee = stepTrainee(tf, WHERE, given, options as never);
  const needs = Object.entries({
    checkpoint: options.checkpoint,
    ema: options.ema,
    'earlyStopping with restoreBest':
      options.earlyStopping === true ||
      (typeof options.earlyStopping === 'object' && options.earlyStopping?.restoreBest !== false),
  }).find(([, value]) => value !== undefined && value !== false);
  if (needs && trainee.weights().length === 0)
    throw new TypeError(
      `${WHERE}: ${needs[0]} needs to know what is trained: give variables, as { w, b } of tf.variable(…), or models`,
    );
  if (options.validation != null && !trainee.measure())
    throw new TypeError(
      `${WHERE}: a step function that updates its variables by itself cannot measure the validation: give evaluate, a ` +
        'function of a batch that returns the loss, or give optimizer and return the loss from the step',
    );
  return trainee;
}

type Loaded = { file: string; checkpoint: Checkpoint } | undefined;

async function openCheckpoints(host: FitHost, { checkpoint, resume = false }: Options) {
  if (checkpoint === undefined) return { checkpoints: undefined, loaded: undefined };
  const checkpoints = await Checkpoints.open(WHERE, checkpoint, { folder: host.folder(), clock: host.clock });
  const loaded = resume ? await checkpoints.load() : undefined;
  if (resume === true && !loaded)
    throw new Error(
      `${WHERE}: there is no checkpoint to go on from: ${await checkpoints.describe()}. resume: 'auto' begins anew then.`,
    );
  return { checkpoints, loaded };
}

/** What a training is made of. */
interface Parts {
  host: FitHost;
  tf: TensorLibrary;
  parts: FitParts;
  trainee: Trainee;
  options: Options;
  sources: Sources;
  settings: OptimizerSettings;
  callbacks: Callbacks;
  checkpoints: Checkpoints | undefined;
  seed: number;
}

/** One training. */
class Fit {
  private readonly at: FitProgress = { epoch: 0, batch: 0, step: 0, seconds: 0, history: [], ended: undefined };
  private readonly monitor: string;
  private readonly best: Best;
  private readonly averages: WeightAverages | undefined;
  private readonly copyAverages: boolean;
  private readonly means: Means;
  private readonly reader: StepReader;
  private recorder: RunRecorder | undefined;
  private observers: FitObserver[] = [];
  private readonly signal: AbortSignal;
  private readonly source: Source;
  private readonly epochs: number;
  private stopped: FitStopped | undefined;
  private stopAsked = false;
  private beganAt: number;
  private turnedAt: number;
  /** Whether a value was NaN or infinite: the weights are lost, and no checkpoint replaces a good one. */
  private isBroken = false;
  /** Whether an interrupt cut an epoch off in its validation, so that its values are lost. */
  private isCut = false;
  private lastLoss: number | undefined;
  private leastLoss = Infinity;
  /** The learning rate of steps whose values have not been read. */
  private readonly rates: (number | undefined)[] = [];
  private place = 0;

  constructor(private readonly p: Parts) {
    const { tf, options, trainee, host, sources } = p;
    this.epochs = options.epochs ?? 1;
    this.source = sources.training;
    this.monitor = options.monitor ?? (sources.validation ? 'val_loss' : 'loss');
    this.best = new Best(tf, WHERE, options.earlyStopping, this.monitor);
    this.best.isNamed = options.monitor !== undefined;
    const { ema: given } = options;
    if (given !== undefined && typeof given !== 'boolean' && (typeof given !== 'object' || given === null))
      throw new TypeError(`${WHERE}: ema must be true or options such as { momentum: 0.99 }, got ${shown(given)}`);
    const emaOptions: EmaOptions = given === true || !given ? {} : given;
    this.copyAverages = emaOptions.copyAtEnd ?? true;
    const weights = () =>
      trainee
        .weights()
        .map(({ variable }) => variable)
        .filter((v) => v.dtype === 'float32');
    this.averages = given ? ema(tf, weights(), emaOptions) : undefined;
    this.means = new Means(tf, p.parts);
    this.reader = new StepReader(tf, host.clock, (step, numbers) => this.read(step, numbers));
    this.signal = host.signal();
    this.beganAt = this.turnedAt = host.clock();
  }

  async run(loaded: Loaded): Promise<FitHistory> {
    const { trainee, settings, options, host, callbacks } = this.p;
    trainee.begin(this.source.checked);
    let error: unknown;
    let isStarted = false;
    try {
      if (loaded) await this.restore(loaded);
      else if (this.p.checkpoints?.hasOld) await this.save();
      if (options.chart !== false) this.begin();
      const start = this.startInfo();
      this.observers = host.observers.of(start);
      const looks = this.observers.filter(({ onGradients }) => onGradients);
      settings.begin(looks.length > 0 ? (g) => looks.forEach((o) => o.onGradients!(g)) : undefined);
      callbacks.begin(trainee.model, {
        epochs: this.epochs,
        steps: this.source.steps ?? null,
        samples: this.source.examples ?? null,
        batchSize: this.source.examples === undefined ? null : (options.batchSize ?? 32),
      });
      isStarted = true;
      for (const o of this.observers) await o.onStart?.(start);
      await callbacks.call('onTrainBegin', {});
      await this.loop();
      await this.finish();
      await callbacks.call('onTrainEnd', {});
      if (this.stopped === 'interrupt') this.recorder?.finish('interrupted');
      else if (this.stopped === 'stop') this.recorder?.finish('stopped');
      else this.recorder?.end();
      return this.result();
    } catch (e) {
      error = e;
      if (this.signal.aborted) this.stopped = 'interrupt';
      this.recorder?.finish(this.signal.aborted ? 'interrupted' : 'failed');
      throw e;
    } finally {
      settings.end();
      trainee.end();
      this.reader.abandon();
      this.means.clear();
      this.best.dispose();
      this.averages?.dispose();
      const { steps, epochs, seconds } = this.result();
      if (isStarted)
        for (const o of this.observers) await o.onEnd?.({ steps, epochs, seconds, stopped: this.stopped, error });
    }
  }

  private begin(): void {
    const { host, options } = this.p;
    const { title, chart, name, run, hyperparameters } = options;
    this.recorder = host.record(name, {
      ...(title !== undefined && { title }),
      ...(typeof chart === 'string' && { chart }),
      ...(run !== undefined && { run }),
      ...(hyperparameters !== undefined && { hyperparameters }),
      monitor: this.monitor,
    });
    const { history, step } = this.at;
    if (step > 0) this.recorder.resumed(step, history);
    else this.recorder.begin();
    const left = Math.max(0, this.epochs - this.at.epoch);
    const steps = this.stepsOfEpoch;
    this.recorder.expect({
      epochs: left,
      ...(steps !== undefined && { steps: Math.max(0, steps * left - this.at.batch) }),
    });
  }

  private get stepsOfEpoch(): number | undefined {
    const { steps } = this.source;
    const { stepsPerEpoch } = this.p.options;
    return steps !== undefined && stepsPerEpoch !== undefined
      ? Math.min(steps, stepsPerEpoch)
      : (steps ?? stepsPerEpoch);
  }

  private startInfo(): FitStart {
    const { trainee, options } = this.p;
    return {
      name: this.recorder?.name ?? options.name ?? 'fit',
      model: trainee.model,
      optimizer: trainee.optimizer,
      variables: () => trainee.trained(),
      epochs: this.epochs,
      stepsPerEpoch: this.stepsOfEpoch,
      step: this.at.step,
      epoch: this.at.epoch,
      options: options as Readonly<Record<string, unknown>>,
      recorder: this.recorder,
      stop: () => void (this.stopAsked = true),
    };
  }

  private async loop(): Promise<void> {
    const { at, p } = this;
    while (at.epoch < this.epochs && !at.ended && !this.stopped) {
      if (at.batch === 0 && p.callbacks.has('onEpochBegin')) await p.callbacks.call('onEpochBegin', at.epoch, {});
      if (!(await this.epoch())) return;
      await this.endEpoch();
    }
  }

  /** The steps of an epoch. @returns whether it came to its end */
  private async epoch(): Promise<boolean> {
    const { at, source, p } = this;
    // Awaited only where it must be: an await costs as much as a small op
    const opened = source.open(at.epoch, at.batch);
    const pass = opened instanceof Promise ? await opened : opened;
    const most = p.options.stepsPerEpoch ?? Infinity;
    try {
      while (at.batch < most) {
        this.place = source.place();
        if (this.isStopped()) break;
        const isDue = p.checkpoints?.isDue(at.step) === true && at.batch > 0;
        // As they are before the next batch is made, which may draw some
        const randomness = isDue ? p.parts.randomness(p.trainee.model) : undefined;
        const next = pass.next();
        const batch = next instanceof Promise ? await next : next;
        if (!batch) break;
        try {
          if (isDue) await this.save(randomness, this.place);
          const work = this.step(batch);
          if (work) await work;
        } finally {
          batch.dispose();
        }
        if (p.host.clock() - this.turnedAt >= DRAW_MS || this.reader.isFull) await this.turn();
      }
    } finally {
      const ended = pass.end();
      if (ended) await ended;
    }
    return !this.isStopped() || at.batch === this.stepsOfEpoch;
  }

  /** Lets other tasks run: the Stop button, an interrupt, outputs. */
  private async turn(): Promise<void> {
    if (this.reader.isFull) await this.reader.drain();
    await new Promise<void>((resolve) => setImmediate(resolve));
    this.turnedAt = this.p.host.clock();
  }

  private isStopped(): boolean {
    if (this.stopped) return true;
    const { model } = this.p.trainee;
    if (this.signal.aborted) this.stopped = 'interrupt';
    else if (this.stopAsked || this.recorder?.stop || (model && this.p.parts.isStopped(model as never)))
      this.stopped = 'stop';
    return this.stopped !== undefined;
  }

  /** One step, with callbacks and observers if there are any; a promise where something must be awaited. */
  private step(batch: SourceBatch): void | Promise<void> {
    const { callbacks, trainee } = this.p;
    const isWatched = this.observers.length > 0 || callbacks.has('onBatchEnd') || callbacks.has('onStep');
    if (isWatched || callbacks.has('onBatchBegin')) return this.watchedStep(batch);
    this.setRate();
    const stepped = trainee.step(batch, this.info(true));
    if (stepped instanceof Promise) return stepped.then((done) => void this.stepped(batch, done.names, done));
    this.stepped(batch, stepped.names, stepped);
  }

  private setRate(): void {
    const { settings } = this.p;
    settings.beforeStep(this.at.step);
    this.rates.push(settings.learningRate);
  }

  private info(training: boolean): StepInfo {
    return { step: this.at.step, epoch: this.at.epoch, training, signal: this.signal };
  }

  /** Counts a step, and takes its values. @returns its numbers, if they are at hand */
  private stepped(
    batch: SourceBatch,
    names: readonly string[],
    { values, counted }: Awaited<ReturnType<Trainee['step']>>,
  ): readonly number[] | undefined {
    const { at } = this;
    at.step++;
    at.batch++;
    this.averages?.update();
    return this.reader.add({ step: at.step, epoch: at.epoch, size: batch.size, names, counted }, values);
  }

  private async watchedStep(batch: SourceBatch): Promise<void> {
    const { callbacks, trainee, tf } = this.p;
    const { at, observers } = this;
    const { epoch, batch: k } = at;
    for (const o of observers) await o.beforeStep?.(at.step + 1, batch.value);
    await callbacks.call('onBatchBegin', k, { batch: k, size: batch.size });
    this.setRate();
    const stepped = await trainee.step(batch, this.info(true));
    const { names, values } = stepped;
    const held = observers.length > 0 ? values.map((v) => (typeof v === 'number' ? v : tf.keep(v.clone()))) : [];
    const numbers = this.stepped(batch, names, stepped);
    const record = (list: readonly (number | tfTypes.Tensor)[]) =>
      Object.fromEntries(names.map((name, i) => [name, list[i]!]));
    try {
      for (const o of observers)
        await o.onStep?.({
          step: at.step,
          epoch: epoch + 1,
          batchInEpoch: k + 1,
          size: batch.size,
          batch: batch.value,
          values: record(numbers ?? held),
        });
    } finally {
      tf.dispose(held.filter((v) => typeof v !== 'number'));
    }
    if (!callbacks.has('onBatchEnd') && !callbacks.has('onStep')) return;
    if (!numbers) await this.reader.drain();
    const logs = { ...this.latest };
    await callbacks.call('onBatchEnd', k, { batch: k, size: batch.size, ...logs });
    await callbacks.call('onStep', at.step - 1, logs);
  }

  /** The numbers of the last step that was read. */
  private latest: Record<string, number> = {};

  /** Takes the numbers of a step, in the order of the steps. */
  private read(step: ReadStep, numbers: readonly number[]): void {
    this.means.add(step, numbers);
    const rate = this.rates.shift();
    const values: Record<string, number> = {};
    for (let i = 0; i < numbers.length; i++) values[step.names[i]!] = numbers[i]!;
    this.latest = values;
    const { loss } = values;
    if (loss !== undefined) {
      if (!Number.isFinite(loss)) this.tellNotFinite(step, loss, rate);
      else if (loss < this.leastLoss) this.leastLoss = loss;
      if (Number.isFinite(loss)) this.lastLoss = loss;
    }
    this.recorder?.step(rate === undefined ? values : { ...values, learningRate: rate });
  }

  private tellNotFinite({ step, epoch }: ReadStep, loss: number, rate: number | undefined): void {
    if (this.isBroken) return;
    this.isBroken = true;
    const { lastLoss, leastLoss } = this;
    const what = `${WHERE}: the loss is ${loss} at step ${step} (epoch ${epoch + 1})`;
    const rates =
      rate === undefined
        ? 'a smaller learning rate'
        : `a smaller learning rate than ${rate}, such as ${Number((rate / 10).toPrecision(2))}`;
    let why: string;
    if (lastLoss === undefined)
      why =
        ', the first one. Look for a logarithm of 0, a division by 0 or a root of 0 in the loss and the model, and for ' +
        'initial weights or data that are very large.';
    else if (lastLoss > 10 * Math.max(leastLoss, 1e-7))
      why = `, after it had grown from ${leastLoss.toPrecision(3)} to ${lastLoss.toPrecision(3)}: the steps are too large. Take ${rates}, or limit the gradients: clip: 1.`;
    else
      why =
        `, after ${lastLoss.toPrecision(3)}. A step may have been too large: take ${rates}, or clip: 1. Or a logarithm of 0, ` +
        'a division by 0 or a root of 0 in the loss: add a small number there, or take a loss from logits.';
    const kept = this.p.checkpoints ? ' No checkpoint is written from here on, so that the last good one stays.' : '';
    console.warn(what + why + kept);
  }

  private async endEpoch(): Promise<void> {
    const { at, p, best } = this;
    const { settings } = p;
    if (!this.reader.isIdle) await this.reader.drain();
    const taken = this.means.take();
    const values = taken instanceof Promise ? await taken : taken;
    const judge = async () => {
      if (p.sources.validation) Object.assign(values, await this.validate(p.sources.validation));
      if (this.stopped === 'interrupt') return void (this.isCut = true);
      return best.take(at.epoch + 1, values, () => p.trainee.weights());
    };
    const judged = this.averages && this.averages.updates > 0 ? await this.averages.use(judge) : await judge();
    if (!judged) return;
    settings.afterEpoch(values, this.monitor);
    at.epoch++;
    at.batch = 0;
    at.history.push(values);
    this.recorder?.epoch(values);
    if (p.callbacks.has('onEpochEnd')) await p.callbacks.call('onEpochEnd', at.epoch - 1, { ...values });
    for (const o of this.observers) await o.onEpoch?.({ epoch: at.epoch, step: at.step, values });
    if (judged.ends) {
      this.stopped = 'early';
      at.ended = 'early';
    }
    if (!p.checkpoints) return;
    if (judged.isBest && p.checkpoints.keepsBest && !this.isBroken)
      await p.checkpoints.saveBest(await this.checkpoint());
    if (p.checkpoints.isDueAfterEpoch(at.epoch, at.step)) await this.save();
  }

  /** The values of the validation, by names with `val_`. */
  private async validate(source: Source): Promise<Record<string, number>> {
    const { trainee, host } = this.p;
    const measuring = trainee.measure()!;
    const pass = await source.open(0, 0);
    try {
      for (;;) {
        const next = pass.next();
        const batch = next instanceof Promise ? await next : next;
        if (!batch) break;
        try {
          const work = measuring.add(batch, this.info(false));
          if (work) await work;
        } finally {
          batch.dispose();
        }
        if (host.clock() - this.turnedAt >= DRAW_MS) await this.turn();
        if (this.signal.aborted) this.stopped = 'interrupt';
        if (this.stopped === 'interrupt') break;
      }
    } finally {
      await pass.end();
    }
    const values = await measuring.results();
    return Object.fromEntries(Object.entries(values).map(([name, value]) => [`val_${name}`, value]));
  }

  /** Reads what waits, saves the last state, and gives the weights what they end with. */
  private async finish(): Promise<void> {
    const { p, at } = this;
    await this.reader.drain();
    const isNew = p.checkpoints && at.step > 0 && at.step !== p.checkpoints.step;
    if (isNew && !this.isCut) await this.save(undefined, at.batch > 0 ? this.place : undefined);
    if (this.stopped === 'interrupt') return;
    if (this.best.tensors().length > 0) this.best.restore(p.trainee.weights());
    else if (this.averages && this.copyAverages && this.averages.updates > 0) this.averages.copyTo();
  }

  private async save(randomness = this.p.parts.randomness(this.p.trainee.model), place?: number): Promise<void> {
    await this.reader.drain();
    if (this.isBroken) return;
    const { checkpoints } = this.p;
    await checkpoints!.save(await this.checkpoint(randomness, place), this.at.step);
  }

  private get seconds(): number {
    return this.at.seconds + (this.p.host.clock() - this.beganAt) / 1000;
  }

  private async checkpoint(
    randomness = this.p.parts.randomness(this.p.trainee.model),
    // Between epochs, the next pass is what counts
    place = this.source.place(),
  ): Promise<Checkpoint> {
    const { trainee, settings, seed } = this.p;
    const groups = new StoredGroups(WHERE);
    await groups.add(
      'weights',
      trainee.weights().map(({ name, variable }) => [name, variable] as const),
    );
    const { optimizer } = trainee;
    if (optimizer) {
      const list = await optimizer.getWeights();
      await groups.add(
        'optimizer',
        list.map(({ name, tensor }) => [name, tensor] as const),
      );
      // Numbers are tensors of their own; slots are the optimizer's
      this.p.tf.dispose(list.map(({ tensor }) => tensor).filter((t) => !(t instanceof this.p.tf.Variable)));
    }
    if (this.averages) {
      const list = this.averages.getWeights();
      await groups.add(
        'ema',
        list.map(({ name, tensor }) => [name, tensor] as const),
      );
      this.p.tf.dispose(list.map(({ tensor }) => tensor));
    }
    const names = trainee.weights().map(({ name }) => name);
    await groups.add(
      'best',
      this.best.tensors().map((tensor, i) => [names[i]!, tensor] as const),
    );
    await groups.add('metrics', this.means.tensors());
    const state: FitState = {
      ...this.at,
      seconds: this.seconds,
      seed,
      place,
      randomness,
      means: this.means.state(),
      best: this.best.state(),
      settings: settings.state(),
      of: this.identity(),
    };
    return { state, tensors: groups.tensors };
  }

  private identity() {
    const { trainee, settings, options } = this.p;
    return {
      weights: trainee.weights().map(({ name, variable }): [string, number[]] => [name, variable.shape]),
      optimizer: settings.kind,
      examples: this.source.examples,
      batchSize: options.batchSize ?? 32,
    };
  }

  /** Goes on from a checkpoint. @throws Error if it is of another training */
  private async restore({ file, checkpoint }: NonNullable<Loaded>): Promise<void> {
    const { tf, trainee, settings, parts, checkpoints } = this.p;
    const state = checkpoint.state as FitState;
    const other = differences(state.of, this.identity());
    if (other)
      throw new Error(
        `${WHERE}: the training cannot go on from ${file}: ${other}. Give checkpoint another folder, or leave resume out ` +
          'to begin anew.',
      );
    assignAll(tf, trainee.weights(), storedGroup(tf, checkpoint, 'weights'));
    if (trainee.optimizer) {
      const list = storedGroup(tf, checkpoint, 'optimizer');
      await trainee.optimizer.setWeights(list);
      tf.dispose(list.map(({ tensor }) => tensor));
    }
    const averages = storedGroup(tf, checkpoint, 'ema');
    if (this.averages && averages.length > 0) await this.averages.setWeights(averages);
    tf.dispose(averages.map(({ tensor }) => tensor));
    this.best.setState(
      state.best,
      this.best.keepsWeights ? storedGroup(tf, checkpoint, 'best').map(({ tensor }) => tensor) : [],
    );
    this.means.restore(
      state.means,
      storedGroup(tf, checkpoint, 'metrics').map(({ name, tensor }) => [name, tensor]),
    );
    const { epoch, batch, step, seconds, history, ended } = state;
    Object.assign(this.at, { epoch, batch, step, seconds, history, ended });
    settings.setState(state.settings);
    this.source.setPlace(state.place);
    parts.restoreRandomness(trainee.model, state.randomness);
    checkpoints!.resumedAt(step);
    this.stopped = ended;
  }

  private result(): FitHistory {
    const { at, best, stopped } = this;
    const names = [...new Set(at.history.flatMap((values) => Object.keys(values)))];
    return {
      history: Object.fromEntries(names.map((name) => [name, at.history.map((values) => values[name] ?? NaN)])),
      epochs: at.epoch,
      steps: at.step,
      seconds: this.seconds,
      best: best.best,
      stopped,
    };
  }
}
