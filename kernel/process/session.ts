// The kernel's state behind one notebook: runs its cells one after another and sends what they show. No process, no
// pipes.
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { stripVTControlCharacters } from 'node:util';
import { ErrorReader } from './cell/errors.ts';
import { Evaluator, type Evaluated, type RunContext } from './cell/evaluate.ts';
import { InterruptError, isInterrupt } from './cell/flag.ts';
import { makeInspect } from './cell/inspect.ts';
import { addScript, installFunctionTexts, scriptKey } from './cell/function-text.ts';
import { guardAsyncHooks } from './cell/hooks.ts';
import { ModuleLoader } from './cell/modules.ts';
import { isAbort } from './cell/thrown.ts';
import { transformCell } from './cell/transform.ts';
import { DeviceManager } from './device/index.ts';
import { recordBundle, toBundle } from '../outputs/bundle.ts';
import { isMimeRecord } from '../outputs/drawable.ts';
import { printPromisesPlainly } from '../outputs/internals.ts';
import { ControlsInbox, Heard } from './controls.ts';
import { CellInput } from './input.ts';
import { PendingWork } from './pending.ts';
import { Pictures, pictureThread, type PicturedRun } from './pictures.ts';
import { waitForTensors } from '../outputs/console.ts';
import { ConsoleGroups } from '../outputs/groups.ts';
import { InOrder } from '../outputs/order.ts';
import { CellStreams, MAX_SHOWN_CHARS } from '../outputs/streams.ts';
import { DisplayedTensors } from '../outputs/tensor/index.ts';
import { goOn } from '../outputs/tensor/read.ts';
import type { Called } from '../dlnb/explore/panel.ts';
import { makeLibrary, TENSOR_NAMES, type DisplayOptions, type LibrarySession } from '../dlnb/index.ts';
import type { CellError } from '../wire/errors.ts';
import { MAX_OUTPUTS } from '../wire/limits.ts';
import { OVERFLOW_ID } from '../wire/overflow.ts';
import type { KernelOptions } from '../wire/options.ts';
import type {
  Answer,
  AskMessage,
  Handlers,
  HostMessage,
  KernelMessage,
  MimeBundle,
  OutputEvent,
  Question,
  Questions,
  RunMessage,
  RunStatus,
  ShutdownMessage,
} from '../wire/protocol.ts';

/** How long an interrupted run waits for outputs whose values are still being read from the device. */
const LAST_OUTPUTS_MS = 250;
/** How long the end of a run waits for pictures of its outputs; those that come later are added to the outputs then. */
const PICTURES_MS = 300;

/** Warnings that say nothing to a reader: a rejected promise that a cell awaits later is awaited, after all. */
const QUIET_WARNINGS = new Set(['ExperimentalWarning', 'PromiseRejectionHandledWarning']);

interface RunState {
  context: RunContext;
  streams: CellStreams;
  /** Number of outputs made so far. */
  outputs: number;
  /** The stream that its last output shows, if it shows one. */
  open?: 'stdout' | 'stderr' | undefined;
  /** Whether the notice about too many outputs has been sent. */
  full?: boolean;
  /** Everything the run shows and prints, in the order of the calls. */
  order: InOrder;
  /** Printed characters held back behind an output whose values are still being read. */
  held: number;
  /** The pictures of its outputs. */
  pictured: PicturedRun;
}

export class KernelSession {
  private readonly evaluator: Evaluator;
  private readonly modules: ModuleLoader;
  private readonly errors: ErrorReader;
  private readonly groups = new ConsoleGroups(console);
  private readonly device: DeviceManager;
  private readonly tensors = new DisplayedTensors(() => this.device.name);
  private readonly library: LibrarySession;
  private readonly input: CellInput;
  private readonly inbox = new ControlsInbox((request) => this.library.controls(request));
  private readonly pending = new PendingWork();
  private readonly pictures = new Pictures(
    pictureThread(path.join(__dirname, 'pictures'), (text) => process.emitWarning(text)),
  );
  private readonly declared = new Set<string>();
  /** The last run of each cell, for late outputs. */
  private readonly runs = new Map<string, RunState>();
  /** The run that shows the output of a display id. */
  private readonly owners = new Map<string, { run: number; cell: string }>();
  /** Promises that `display` has returned, and other values that are shown already: not shown as the value of a cell. */
  private readonly displayed = new WeakSet<object>();
  private queue: Promise<void> = Promise.resolve();
  private latest: RunState | undefined;
  /** How many runs have not ended. */
  private waiting = 0;

  /** What the host may send to a session. */
  readonly handlers: Handlers<Exclude<HostMessage, ShutdownMessage>> = {
    run: (message) => this.run(message),
    ask: (message) => this.answer(message),
  };

  /** A question about a tensor that was shown waits for its values. */
  private readonly answers: { [Q in Question]: (ask: Questions[Q]['ask']) => Answer<Q> | Promise<Answer<Q>> } = {
    slice: ({ source, axes }) => this.tensors.slice(source, axes),
    save: ({ source, file }) => this.tensors.save(source, file),
    pending: () => ({ names: this.pending.names() }),
    inspect: (ask) => this.evaluator.inspect(ask),
    settle: () => this.library.settle().then(() => ({})),
    refresh: () => {
      const run = this.latest?.context;
      if (run) this.evaluator.context.run(run, () => this.library.refresh(run));
      return {};
    },
  };

  constructor(
    private readonly options: KernelOptions,
    private readonly sendMessage: (message: KernelMessage) => void,
  ) {
    const { cwd } = options;
    this.errors = new ErrorReader(cwd, __dirname);
    this.device = new DeviceManager(options, {
      notify: (text) => this.print('stderr', `${text}\n`),
      check: () => this.evaluator.check(),
      changed: (state) => this.sendMessage({ type: 'device', state }),
      loaded: (tf) => this.library.tensorsLoaded(tf),
    });
    this.library = makeLibrary({
      display: (value, options) => {
        const sent = this.display(value, options);
        this.displayed.add(sent);
        return sent;
      },
      signal: () =>
        (this.evaluator.context.getStore() ?? this.latest?.context)?.abort.signal ?? new AbortController().signal,
      run: () => this.stateOfCaller()?.context ?? this,
      cell: () => this.errors.numberOf(this.stateOfCaller()?.context.cell),
      loaded: () => this.device.loaded,
      seed: (value) => this.device.seed(value),
      training: (delta, text) => this.sendMessage({ type: 'training', delta, text }),
      takeStop: (chart) => this.evaluator.takeStop(chart),
      panels: {
        cellOf: (run) => (run as RunContext).cell,
        isCurrent: (run) => this.runs.get((run as RunContext).cell)?.context === run,
        isIdle: () => this.idle,
        send: (news) => this.sendMessage({ type: 'controls', news }),
        drain: () => this.inbox.drain(),
        bundle: (value) => this.bundleOf(value),
        call: (run, f, limitMs) => this.call(run as RunContext, f, limitMs),
        isShown: (value) => void this.displayed.add(value),
        inRun: (run, f) => this.evaluator.context.run(run as RunContext, f),
      },
      folder: cwd,
      ...(options.notebook !== undefined && { notebook: path.basename(options.notebook) }),
      device: () => (this.device.loaded ? this.device.name : undefined),
      programs: __dirname,
    });
    const { library } = this.library;
    const tf = {
      load: () => this.device.library(),
      loaded: () => this.device.loaded,
      unstarted: () => this.device.unstarted(),
    };
    this.modules = new ModuleLoader({
      dir: cwd,
      ...(options.notebook ? { notebook: options.notebook } : {}),
      builtins: {
        dlnb: {
          load: () => Promise.resolve(library),
          loaded: () => library,
          prepare: async (names) => {
            if (!names || names.some((name) => TENSOR_NAMES.has(name))) await this.device.library();
          },
        },
        ...Object.fromEntries(
          ['tfjs', 'tfjs-core', 'tfjs-layers', 'tfjs-converter'].map((n) => [`@tensorflow/${n}`, tf]),
        ),
      },
      tensors: tf,
      notify: (text) => this.print('stderr', `${text}\n`),
      onSource: (script, source, map) => this.errors.add(script, source, map),
    });
    const file = options.notebook ?? path.join(cwd, 'notebook.dlnb');
    this.evaluator = new Evaluator({
      import: (specifier, options) => this.modules.import(specifier, options),
      load: (specifier, names, needed, types) => this.modules.load(specifier, names, needed, types),
      meta: this.modules.meta,
      inspect: makeInspect({
        isDeclared: (name) => this.declared.has(name),
        tensors: (now) => this.device.peekHost(now),
      }),
    });
    this.input = new CellInput({
      sleep: () => this.evaluator.sleep(),
      caller: () => this.stateOfCaller()?.context,
      isRunning: () => this.evaluator.running !== undefined,
      echo: (text, raw) => this.echo(text, raw),
      lastLine: () => this.latest?.streams.lastLine ?? '',
      fail: (error) => this.evaluator.running && this.evaluator.fail(this.evaluator.running, error),
      isTTY: options.input !== 'pipe',
    });
    for (const [name, value] of Object.entries({
      display: library.display,
      require: this.modules.require,
      __dirname: cwd,
      __filename: file,
    })) {
      Object.defineProperty(globalThis, name, { value, writable: true, configurable: true });
    }
  }

  /** Starts to listen to interrupts, unhandled errors and printed text. */
  listen(): void {
    installFunctionTexts();
    guardAsyncHooks(this.evaluator.undisturbed);
    this.errors.attach();
    printPromisesPlainly();
    this.evaluator.listen(this.input.threadPort, this.inbox.threadPort);
    this.input.install();
    waitForTensors(console, (name, text) => this.print(name, text));
    process.on('unhandledRejection', (reason) => this.late(reason, 'Unhandled promise rejection'));
    process.on('uncaughtException', (error) => this.late(error, 'Uncaught exception'));
    process.on('warning', (warning) => {
      if (!QUIET_WARNINGS.has(warning.name)) this.print('stderr', `${warning.name}: ${warning.message}\n`);
    });
  }

  /** Runs a cell after all earlier ones. */
  private run(message: RunMessage): Promise<void> {
    this.waiting++;
    const job = this.queue.then(() => this.execute(message)).finally(() => this.waiting--);
    this.queue = job;
    return job;
  }

  private answer<Q extends Question>({ request, question, ask }: AskMessage<Q>): void {
    void goOn(this.answers[question](ask), (answer) => this.sendMessage({ type: 'answer', request, answer }));
  }

  /** Appends text to the output of the cell whose code is executing. Text that is a promise keeps its place. */
  print(name: 'stdout' | 'stderr', text: string | Promise<string>): void {
    const said = this.evaluator.context.getStore()?.said;
    if (said) return said.print(name, text);
    const state = this.stateOfCaller();
    if (!state) return;
    const { order, streams } = state;
    order.add(text, (t) => streams.write(name, t));
    this.input.poke();
    // Text beyond what a cell shows is not held back
    state.held = order.isIdle ? 0 : state.held + (text instanceof Promise ? 0 : text.length);
    if (state.held < MAX_SHOWN_CHARS) return;
    state.held = 0;
    order.pass();
  }

  /** Prints a question, or the answer: at once, because the host shows a box or reads its own input. */
  private echo(text: string, raw?: string): void {
    const state = this.stateOfCaller();
    if (!state) return;
    state.order.add(text, (t) => {
      state.streams.flush();
      state.streams.write('stdout', t);
      state.streams.flush(raw);
    });
  }

  /** The run that the executing code belongs to. */
  owner(): object {
    return this.stateOfCaller() ?? this;
  }

  /** Sends all printed text that is still buffered. */
  flush(): void {
    for (const { streams } of this.runs.values()) streams.end();
  }

  private async execute(message: RunMessage): Promise<void> {
    const { run, cell, code, language, order } = message;
    const started = performance.now();
    this.errors.setOrder(order);
    this.errors.attach();
    const indent = this.groups.depth;
    this.pending.begin();
    const state = this.begin(run, cell);
    this.sendMessage({ type: 'started', run, cell });
    this.evaluator.prepare(state.context);
    let status: RunStatus = 'ok';
    try {
      const script = this.errors.nameScript(cell);
      this.errors.add(script, code);
      const key = scriptKey(cell, code);
      const transformed = await transformCell(code, {
        language,
        script,
        declared: this.declared,
        compilerOptions: this.modules.optionsFor(code),
        key,
      });
      this.errors.add(script, code, transformed.map);
      addScript(cell, key, { code: transformed.expression, map: transformed.map, typed: code });
      await this.evaluator.context.run(state.context, () => this.modules.prepare(code, transformed.expression));
      const restore = this.device.guard();
      const result = await this.evaluator.evaluate(transformed, state.context);
      if (result.status === 'interrupted') restore();
      const refused = result.status === 'threw' && result.refused;
      if (!refused) for (const name of transformed.names) this.declared.add(name);
      status = await this.conclude(result, state);
    } catch (e) {
      status = isInterrupt(e) ? 'interrupted' : 'error';
      this.sendError(state, e);
    }
    if (await this.lastOutputs(state, status)) {
      status = 'interrupted';
      this.sendError(state, new InterruptError());
    }
    if (status !== 'ok') this.groups.endTo(indent);
    this.input.runEnds();
    state.streams.end();
    const ms = performance.now() - started;
    await this.lastPictures(state, status);
    this.sendMessage({ type: 'finished', run, cell, status, ms });
  }

  /**
   * Waits for outputs whose values are still being read; after an interrupt only {@link LAST_OUTPUTS_MS}.
   * @returns whether the run was interrupted while it waited
   */
  private async lastOutputs({ context, order }: RunState, status: RunStatus): Promise<boolean> {
    if (order.isIdle) return false;
    let interrupted = false;
    if (status !== 'interrupted') {
      try {
        await this.evaluator.wait(order.idle(), context);
      } catch {
        interrupted = true;
      }
    }
    if (order.isIdle) return interrupted;
    await Promise.race([order.idle(), sleep(LAST_OUTPUTS_MS)]);
    order.abandon();
    return interrupted;
  }

  /** Waits a little for pictures of the run's outputs; not after an interrupt. */
  private async lastPictures({ context, pictured }: RunState, status: RunStatus): Promise<void> {
    const sent = this.pictures.runEnded(pictured);
    if (!sent || status === 'interrupted') return;
    const most = new AbortController();
    const late = sleep(PICTURES_MS, undefined, { signal: most.signal }).catch(() => {});
    // An interrupt ends the wait; the cell's code has ended before
    await this.evaluator.wait(Promise.race([sent, late]), context).catch(() => {});
    most.abort();
  }

  private begin(run: number, cell: string): RunState {
    this.runs.get(cell)?.streams.close();
    const context: RunContext = { run, cell, abort: new AbortController(), interrupted: false };
    const streams = new CellStreams({
      cell,
      logDir: this.options.logDir,
      send: (event) => this.send(state, event),
      rewrite: (text) => this.errors.rewrite(text),
    });
    const state: RunState = {
      context,
      streams,
      outputs: 0,
      order: new InOrder(),
      held: 0,
      pictured: { pictures: 0, ended: false },
    };
    this.runs.set(cell, state);
    this.latest = state;
    return state;
  }

  private async conclude(result: Evaluated, state: RunState): Promise<RunStatus> {
    const { context } = state;
    const ended = this.evaluator.context.run(context, () => this.library.runEnded(context, result.status));
    if (ended) await this.trainingEnds(ended, result, context);
    if (result.status === 'threw') {
      this.sendError(state, result.error);
      // Or the error was still being read
      return context.interrupted ? 'interrupted' : 'error';
    }
    if (result.status === 'interrupted') {
      this.sendError(state, result.error);
      return 'interrupted';
    }
    const { value } = result;
    const show = result.hasValue && value !== undefined && !(isObject(value) && this.displayed.has(value));
    if (!show) return 'ok';
    const made = this.evaluator.show(() => this.bundleOf(value), context);
    const bundle = made instanceof Promise ? await this.evaluator.wait(made, context) : made;
    this.emit(state, { kind: 'display', bundle });
    return 'ok';
  }

  /**
   * Waits for values of trainings that are still being read; after an interrupt only {@link LAST_OUTPUTS_MS}.
   * @throws InterruptError when the run is interrupted while it waits
   */
  private async trainingEnds(ended: Promise<void>, { status }: Evaluated, context: RunContext): Promise<void> {
    try {
      if (status === 'interrupted') await Promise.race([ended, sleep(LAST_OUTPUTS_MS)]);
      else await this.evaluator.wait(ended, context);
    } catch (e) {
      // The cell's own error is the one to show
      if (status === 'ok') throw e;
    } finally {
      this.evaluator.context.run(context, () => this.library.abandon(context));
    }
  }

  private bundleOf(value: unknown): MimeBundle | Promise<MimeBundle> {
    return toBundle(this.modules.drawn(value), this.tensors);
  }

  private get idle(): boolean {
    return this.waiting === 0;
  }

  /** Calls a function of a cell outside of its run. What it prints and displays does not go to the outputs of the cell. */
  private async call<T>({ run, cell }: RunContext, f: () => T | Promise<T>, limitMs?: number): Promise<Called<T>> {
    const heard = new Heard();
    const context: RunContext = { run, cell, abort: new AbortController(), interrupted: false, said: heard };
    const result = await this.evaluator.call(context, f, limitMs);
    const said = await heard.bundles();
    if (result.status === 'ok') return { value: result.value as T, said };
    const error = this.errors.read(result.error);
    withoutColors(error);
    return { error: this.errors.bundle(error), said };
  }

  /** The function `display(value, { id })` of cells. Rejects with the error of the value's own display method. */
  private display(value: unknown, { id }: DisplayOptions): Promise<void> {
    const state = this.stateOfCaller();
    if (!state) return Promise.resolve();
    const bundle = isMimeRecord(value) ? recordBundle(value) : this.bundleOf(value);
    const said = this.evaluator.context.getStore()?.said;
    if (said) {
      said.display(bundle);
      return bundle instanceof Promise ? bundle.then(() => {}) : Promise.resolve();
    }
    // The promise that the caller gets carries an error of the bundle
    state.order.add(bundle, (b) => this.show(state, this.displayEvent(state, id, b)));
    return bundle instanceof Promise ? bundle.then(() => {}) : Promise.resolve();
  }

  private displayEvent(state: RunState, id: string | undefined, bundle: MimeBundle): OutputEvent {
    if (id === undefined) return { kind: 'display', bundle };
    // The output is still shown if the cell that made it has not run again
    const owner = this.owners.get(id);
    if (owner && this.runs.get(owner.cell)?.context.run === owner.run) return { kind: 'update', id, bundle };
    this.owners.set(id, state.context);
    return { kind: 'display', id, bundle };
  }

  /** Sends an event after all earlier ones of the run, including those whose values are still being read. */
  private emit(state: RunState, event: OutputEvent): void {
    state.order.add(event, (e) => this.show(state, e));
  }

  private show(state: RunState, event: OutputEvent): void {
    // An update stands elsewhere; anything else begins a new output, and text after it another one
    if (event.kind === 'update') state.streams.flush();
    else state.streams.break();
    this.send(state, event);
  }

  private send(state: RunState, event: OutputEvent): void {
    if (event.kind === 'display' && state.outputs >= MAX_OUTPUTS && !event.id?.startsWith(OVERFLOW_ID)) {
      if (!state.full) {
        state.full = true;
        const text = `A cell shows at most ${MAX_OUTPUTS} outputs; the others are left out. Use display(value, { id }) to update one in place.\n`;
        this.send(state, { kind: 'stream', name: 'stderr', text });
      }
      return;
    }
    const { run, cell } = state.context;
    // Nothing is shown: a sequence for terminals, for example one that hides the cursor
    if (event.kind === 'stream' && event.text === '' && !event.back)
      return this.sendMessage({ type: 'output', run, cell, event });
    // Text is appended to the last output if that shows the same stream
    if (event.kind === 'display' || event.kind === 'error' || (event.kind === 'stream' && event.name !== state.open))
      state.outputs++;
    if (event.kind !== 'update') state.open = event.kind === 'stream' ? event.name : undefined;
    const sent = (e: OutputEvent) => this.sendMessage({ type: 'output', run, cell, event: e });
    sent(this.pictures.announce(event, state.pictured, sent));
  }

  /** @param what beginning of the message */
  private sendError(state: RunState, thrown: unknown, what = ''): void {
    const error = this.readError(state, thrown);
    // Node's own assertions color their messages
    withoutColors(error);
    if (what) error.message = `${what}: ${error.message}`;
    this.emit(state, { kind: 'error', error, bundle: this.errors.bundle(error) });
  }

  /** Reads an error, whose own getters may never end: then that is what is told of it. */
  private readError({ context }: RunState, thrown: unknown): CellError {
    try {
      return this.evaluator.show(() => this.errors.read(thrown), context);
    } catch (e) {
      return this.errors.read(e);
    }
  }

  /** Reports an error from outside a cell's evaluation: of a timer, an event or a promise that nobody awaits. */
  private late(thrown: unknown, what: string): void {
    const context = this.evaluator.context.getStore();
    const cell = context?.cell ?? this.errors.cellOf(thrown);
    const state = (cell !== undefined ? this.runs.get(cell) : undefined) ?? this.latest;
    if (!state) return void process.stderr.write(`${what}: ${this.errors.read(thrown).message}\n`);
    // An interrupted run has reported it already
    if (isInterrupt(thrown) || (context?.interrupted && isAbort(thrown))) return;
    this.sendError(state, thrown, what);
  }

  private stateOfCaller(): RunState | undefined {
    const context = this.evaluator.context.getStore();
    const state = context ? this.runs.get(context.cell) : undefined;
    return state ?? this.latest;
  }
}

const isObject = (v: unknown): v is object => (typeof v === 'object' && v !== null) || typeof v === 'function';

function withoutColors(error: CellError): void {
  error.message = stripVTControlCharacters(error.message);
  error.causes?.forEach(withoutColors);
}
