// Evaluates transformed cells in V8's REPL mode, on the main thread and in the main realm, and interrupts them.
import { AsyncLocalStorage } from 'node:async_hooks';
import { Session } from 'node:inspector';
import path from 'node:path';
import { promiseHooks } from 'node:v8';
import { Worker, type MessagePort } from 'node:worker_threads';
import { BRIDGE, inspectExpression } from './bridge.ts';
import {
  ACKNOWLEDGED,
  BUSY,
  FLAG_BYTES,
  INPUT,
  InterruptError,
  isInterrupt,
  RAISED,
  REQUESTED,
  STOP_TRAINING,
} from './flag.ts';
import type { Inspect } from './inspect.ts';
import { CHECK, FLAG } from './instrument.ts';
import { TOO_DEEP, type TransformedCell } from './transform.ts';
import type { Answer, MimeBundle } from '../../wire/protocol.ts';
import type { InspectAnswer, InspectAsk } from '../../wire/inspect.ts';
import { UNWIND, unwindAsyncIds } from './unwind.ts';

/** The run of a cell that the executing code belongs to, also in its promises and timers. */
export interface RunContext {
  run: number;
  cell: string;
  /** Aborted by an interrupt of the run. */
  abort: AbortController;
  /** Whether the code of the run must stop, including code that wakes up later. */
  interrupted: boolean;
  /** Takes what the code prints and displays, in place of the outputs of the cell. */
  said?: Said;
}

/** Takes what code prints and displays. */
export interface Said {
  print(name: 'stdout' | 'stderr', text: string | Promise<string>): void;
  display(bundle: MimeBundle | Promise<MimeBundle>): void;
}

/** The result of a cell. */
export type Evaluated =
  | { status: 'ok'; hasValue: boolean; value: unknown }
  /** `refused`: V8 could not compile the cell, so none of its variables exists. */
  | { status: 'threw'; error: unknown; refused?: true }
  | { status: 'interrupted'; error: unknown };

/** Functions that the code of a cell calls. */
export interface CellBridge {
  /** `import(…)`. */
  import: (specifier: string, options?: ImportCallOptions) => Promise<unknown>;
  /**
   * `import … from`.
   * @param names what is imported, if not all
   * @param needed those that the cell uses as values
   * @param types those that it uses in types alone
   */
  load: (specifier: string, names?: string[], needed?: string[], types?: string[]) => Promise<unknown>;
  /** `import.meta`. */
  meta: object;
  /** Called by the expression of cell/inspect.ts. */
  inspect: Inspect;
}

/** Time that the flag stays raised after an interrupt, for code of the interrupted run that wakes up later. */
const FLAG_UP_MS = 3000;

/** Time in which code that waits for the abort signal may end by itself. */
const LAST_WORDS_MS = 50;

/** Evaluates the cells of a session, one at a time. */
export class Evaluator {
  /** The run that the executing code belongs to. */
  readonly context = new AsyncLocalStorage<RunContext>();
  private readonly session = new Session();
  /**
   * The promises of cells that have not settled. V8 reports a pending promise that is collected, and on Node 22 that
   * report, made during the garbage collection, ends the process.
   */
  private readonly pending = new Set<Promise<unknown>>();
  private readonly flag = new Int32Array(new SharedArrayBuffer(FLAG_BYTES));
  private current:
    { context: RunContext; expression: string; settle: (e: Evaluated) => void; value: Evaluated } | undefined;
  /** The run whose cell is being transformed. */
  private preparing: RunContext | undefined;
  /** The run whose code has ended and whose outputs are being completed. */
  private finishing: { context: RunContext; interrupt: (error: InterruptError) => void } | undefined;
  /** The run whose values are being shown: code of values, such as getters, is executing. */
  private showing: { context: RunContext; call: () => void } | undefined;
  /** Calls of functions of cells outside of runs. */
  private readonly calls = new Map<number, Call>();
  private lastCall = 0;
  private thread: Worker | undefined;
  private lowerTimer: NodeJS.Timeout | undefined;
  /** How many calls that no interrupt may disturb are being executed. */
  private undisturbedCalls = 0;

  constructor(bridge: CellBridge) {
    this.session.connect();
    const api = {
      ...bridge,
      inspect: ((...args) => this.undisturbed(() => bridge.inspect(...args))) satisfies Inspect,
      call: async (id: number) => {
        const call = this.calls.get(id);
        if (!call) return;
        try {
          call.value = { status: 'ok', hasValue: true, value: await call.f() };
        } catch (error) {
          call.value = { status: 'threw', error };
        }
      },
      result: (value: unknown) => {
        const running = this.owner();
        if (running) running.value = { status: 'ok', hasValue: true, value };
      },
      show: () => this.showing?.call(),
      threw: (error: unknown) => {
        const running = this.owner();
        if (running) running.value = { status: 'threw', error };
      },
    };
    const define = (name: string, value: unknown) =>
      Object.defineProperty(globalThis, name, { value, configurable: true });
    define(BRIDGE, Object.freeze(api));
    define(UNWIND, unwindAsyncIds());
    // Constants in the script scope are faster to read than properties of the global object
    define(`${FLAG}0`, this.flag);
    define(`${CHECK}0`, this.check);
    this.session.post('Runtime.evaluate', {
      expression: `const ${FLAG} = globalThis.${FLAG}0, ${CHECK} = globalThis.${CHECK}0; delete globalThis.${FLAG}0; delete globalThis.${CHECK}0; void 0`,
      replMode: true,
    } as never);
  }

  /** Starts the thread that receives interrupts, and answers and values of controls for the ports. */
  listen(input: MessagePort, controls: MessagePort): void {
    const worker = new Worker(path.join(__dirname, 'interrupter.js'), {
      workerData: { flag: this.flag, input, controls },
      transferList: [input, controls],
      stdout: false,
      stderr: false,
    });
    worker.on('message', (request: number) => this.interrupt(request));
    this.thread = worker;
    // After the listener, which makes the thread keep the process alive again
    worker.unref();
  }

  /**
   * Throws an {@link InterruptError} if the calling code belongs to an interrupted run. Instrumented code calls it
   * while the flag is raised; every op kernel calls it before it computes.
   */
  readonly check = (): void => {
    if (!Atomics.load(this.flag, RAISED) || this.undisturbedCalls > 0) return;
    const active = this.current?.context ?? this.showing?.context ?? this.finishing?.context;
    const context = this.context.getStore() ?? active;
    if (!context) return;
    const isActive = context === active || this.calling(context);
    if (isActive && this.pendingRequest()) context.interrupted = true;
    if (context.interrupted) throw new InterruptError();
  };

  /** Calls a function in which {@link check} does not throw. */
  readonly undisturbed = <T>(call: () => T): T => {
    this.undisturbedCalls++;
    try {
      return call();
    } finally {
      this.undisturbedCalls--;
    }
  };

  /**
   * Whether the Stop button of this training chart was pressed since the last call, even if the main thread was busy
   * since.
   */
  takeStop(chart: number): boolean {
    return Atomics.compareExchange(this.flag, STOP_TRAINING, chart, 0) === chart;
  }

  /** The run whose cell is being executed. */
  get running(): RunContext | undefined {
    return this.current?.context;
  }

  /**
   * Blocks this thread until an answer for the port has come, or an interrupt.
   * @throws InterruptError if the calling code's run is interrupted
   */
  sleep(): void {
    // An answer that came since the last look is not missed for longer than this
    Atomics.wait(this.flag, INPUT, Atomics.load(this.flag, INPUT), 50);
    this.check();
  }

  /** Ends the evaluation of a run that waits for something that never comes. */
  fail(context: RunContext, error: Error): void {
    if (this.current?.context === context) this.current.settle({ status: 'threw', error });
  }

  /** Announces a run, to which interrupts from now on belong. */
  prepare(context: RunContext): void {
    this.preparing = context;
  }

  /**
   * Evaluates a cell. Never rejects. An interrupt ends it at once: waiting code is abandoned, computing code is
   * stopped.
   */
  evaluate(cell: Pick<TransformedCell, 'expression'>, context: RunContext): Promise<Evaluated> {
    this.preparing = undefined;
    if (context.interrupted) return Promise.resolve({ status: 'interrupted', error: new InterruptError() });
    return new Promise((resolve) => {
      const running = {
        context,
        expression: cell.expression,
        value: { status: 'ok', hasValue: false, value: undefined } as Evaluated,
        settle: (e: Evaluated) => {
          if (this.current !== running) return;
          this.current = undefined;
          this.rest();
          resolve(e);
        },
      };
      this.current = running;
      this.acknowledge();
      Atomics.store(this.flag, BUSY, 1);
      this.context.run(context, () =>
        this.post(cell.expression, (failure, answer) => running.settle(this.outcome(running, failure, answer))),
      );
    });
  }

  /**
   * Calls a function that executes code of values: getters, `toJSON`, display methods. An interrupt stops it as it stops
   * a cell.
   * @throws InterruptError if the run is interrupted meanwhile
   */
  show<T>(call: () => T, context: RunContext): T {
    // In a cell that is being executed, an interrupt ends the cell
    if (this.current || this.showing) return call();
    let result: { value: T } | { error: unknown } | undefined;
    const run = () => {
      try {
        result = { value: call() };
      } catch (error) {
        result = { error };
      }
    };
    const before = context.interrupted;
    this.showing = { context, call: run };
    if (this.calls.size === 0) this.acknowledge();
    Atomics.store(this.flag, BUSY, 1);
    try {
      // Where V8 ends code that is terminated, and not the process
      this.context.run(context, () => this.session.post('Runtime.evaluate', { expression: `${BRIDGE}.show()` }));
    } finally {
      this.showing = undefined;
      if (this.pendingRequest()) context.interrupted = true;
      this.rest();
    }
    // What it has caught of an interrupt is no value
    if (!result || (context.interrupted && !before)) throw new InterruptError();
    if ('error' in result) throw result.error;
    return result.value;
  }

  /**
   * Calls a function of a cell outside of a run: a control was moved. Never rejects. An interrupt ends it.
   * @param context of its own, for the cell that the function is from
   * @param limitMs after so many milliseconds it is interrupted
   */
  call(context: RunContext, f: () => unknown, limitMs?: number): Promise<Evaluated> {
    const id = ++this.lastCall;
    return new Promise((resolve) => {
      const call: Call = {
        context,
        f,
        value: { status: 'ok', hasValue: false, value: undefined },
        settle: (e) => {
          if (!this.calls.delete(id)) return;
          clearTimeout(late);
          if (!this.current) this.rest();
          resolve(e);
        },
      };
      if (!this.current && this.calls.size === 0) this.acknowledge();
      this.calls.set(id, call);
      Atomics.store(this.flag, BUSY, 1);
      const over = () => {
        const error = new InterruptError();
        context.interrupted = true;
        context.abort.abort(error);
        call.settle({ status: 'interrupted', error });
      };
      const late = limitMs === undefined ? undefined : setTimeout(over, limitMs).unref();
      // Code that computes without a pause is ended by the thread
      if (limitMs !== undefined) this.thread?.postMessage(limitMs);
      const expression = `await ${BRIDGE}.call(${id})`;
      this.context.run(context, () =>
        this.post(expression, (failure, answer) =>
          call.settle(this.outcome({ context, expression, value: call.value }, failure, answer)),
        ),
      );
      if (limitMs !== undefined) this.thread?.postMessage(0);
    });
  }

  /**
   * Waits for work that the kernel does for a run after its code has ended, for example reading from a device.
   * @throws InterruptError if the run is interrupted meanwhile
   */
  async wait<T>(promise: Promise<T>, context: RunContext): Promise<T> {
    // Code of values may execute meanwhile
    Atomics.store(this.flag, BUSY, 1);
    try {
      return await Promise.race([
        promise,
        new Promise<never>((_, interrupt) => (this.finishing = { context, interrupt })),
      ]);
    } finally {
      this.finishing = undefined;
      Atomics.store(this.flag, BUSY, this.calls.size > 0 ? 1 : 0);
    }
  }

  /** Names of the notebook as they are now. Never rejects. */
  inspect(ask: InspectAsk): Promise<Answer<'inspect'>> {
    const params = { expression: inspectExpression(ask, false), returnByValue: true, awaitPromise: true };
    return new Promise((resolve) => {
      this.session.post('Runtime.evaluate', { ...params, silent: true }, (_, answer) => {
        const text: unknown = answer?.result?.value;
        resolve(
          typeof text === 'string' ? (JSON.parse(text) as InspectAnswer) : { reason: 'The value cannot be read.' },
        );
      });
    });
  }

  /** Has V8 evaluate an expression and calls back when its promise has settled. */
  private post(expression: string, done: (failure: Error | null, answer?: EvaluateAnswer) => void): void {
    // The promise of the evaluation is the first that comes to be
    let promise: Promise<unknown> | undefined;
    let settled = false;
    const stop = promiseHooks.onInit((first: Promise<unknown>) => {
      stop();
      if (!promise && !settled) this.pending.add((promise = first));
    }) as () => void;
    try {
      this.session.post(
        'Runtime.evaluate',
        { expression, replMode: true, awaitPromise: true } as never,
        (failure, answer) => {
          settled = true;
          if (promise) this.pending.delete(promise);
          done(failure, answer as EvaluateAnswer | undefined);
        },
      );
    } finally {
      stop();
    }
  }

  private outcome(
    running: Pick<NonNullable<typeof this.current>, 'context' | 'expression' | 'value'>,
    failure: Error | null,
    answer?: EvaluateAnswer,
  ): Evaluated {
    const { context, value } = running;
    if (failure ?? answer?.exceptionDetails) {
      // The transformed cell catches its own errors: V8 refused to compile it, or its execution was terminated
      if (this.pendingRequest() || context.interrupted) {
        context.interrupted = true;
        return { status: 'interrupted', error: new InterruptError() };
      }
      const details = answer?.exceptionDetails;
      const text = details?.exception?.description ?? failure?.message ?? details?.text ?? 'evaluation failed';
      const first = text.split('\n')[0]!.replace(/^SyntaxError: /, '');
      const error = new SyntaxError(first.startsWith('RangeError') ? TOO_DEEP : first);
      // V8 names no script that it could not compile
      const script = /\/\/# sourceURL=(.*)$/.exec(running.expression)?.[1] ?? '';
      if (details)
        error.stack = `${error.name}: ${error.message}\n    at ${details.url || script}:${details.lineNumber + 1}:${details.columnNumber + 1}`;
      return { status: 'threw', error, refused: true };
    }
    if (value.status === 'threw' && (context.interrupted || isInterrupt(value.error))) {
      return { status: 'interrupted', error: value.error };
    }
    return value;
  }

  private calling(context: RunContext): boolean {
    for (const call of this.calls.values()) if (call.context === context) return true;
    return false;
  }

  /** Nothing is being executed, or only calls beside it. */
  private rest(): void {
    const calling = this.calls.size > 0;
    Atomics.store(this.flag, BUSY, calling ? 1 : 0);
    // An interrupt that ended this one is for the others, too
    if (!calling) this.acknowledge();
  }

  private owner() {
    return this.current && this.context.getStore() === this.current.context ? this.current : undefined;
  }

  private pendingRequest(): boolean {
    return Atomics.load(this.flag, REQUESTED) > Atomics.load(this.flag, ACKNOWLEDGED);
  }

  private acknowledge(): void {
    Atomics.store(this.flag, ACKNOWLEDGED, Atomics.load(this.flag, REQUESTED));
  }

  private interruptCalls(): void {
    for (const { context, settle } of [...this.calls.values()]) {
      const error = new InterruptError();
      context.interrupted = true;
      context.abort.abort(error);
      setTimeout(() => settle({ status: 'interrupted', error }), LAST_WORDS_MS);
    }
  }

  /**
   * Handles an interrupt. That its message reached the main thread means that no code is computing: the run is waiting.
   */
  private interrupt(request: number): void {
    clearTimeout(this.lowerTimer);
    this.lowerTimer = setTimeout(() => Atomics.store(this.flag, RAISED, 0), FLAG_UP_MS).unref();
    // It was handled before its message came: what runs now is another one
    if (Atomics.load(this.flag, ACKNOWLEDGED) >= request) return;
    const running = this.current;
    if (!running) {
      if (this.preparing) this.preparing.interrupted = true;
      if (this.finishing) {
        const { context, interrupt } = this.finishing;
        const error = new InterruptError();
        context.interrupted = true;
        context.abort.abort(error);
        interrupt(error);
      }
      this.interruptCalls();
      return this.acknowledge();
    }
    running.context.interrupted = true;
    const error = new InterruptError();
    running.context.abort.abort(error);
    // Code that handles the abort signal may end by itself, with its own error; else it is abandoned
    setTimeout(() => running.settle({ status: 'interrupted', error }), LAST_WORDS_MS);
    this.acknowledge();
  }
}

/** A function of a cell that is called outside of a run. */
interface Call {
  context: RunContext;
  f: () => unknown;
  value: Evaluated;
  settle(e: Evaluated): void;
}

/** What V8 answers. */
interface EvaluateAnswer {
  exceptionDetails?: ExceptionDetails;
}

interface ExceptionDetails {
  text: string;
  url?: string;
  lineNumber: number;
  columnNumber: number;
  exception?: { description?: string };
}
