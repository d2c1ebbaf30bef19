// Runs a transformed cell in V8's REPL mode, on the main thread and in the main realm, and makes it interruptible.
import { AsyncLocalStorage } from 'node:async_hooks';
import { Session } from 'node:inspector';
import path from 'node:path';
import { Worker } from 'node:worker_threads';
import { ACKNOWLEDGED, BUSY, FLAG_BYTES, InterruptError, RAISED, REQUESTED, STOP_TRAINING } from './flag.ts';
import { CHECK, FLAG } from './instrument.ts';
import { BRIDGE, type TransformedCell } from './transform.ts';

/** Which run a piece of code belongs to; follows promises and timers. */
export interface RunContext {
  run: number;
  cell: string;
  /** Aborted when the run is interrupted. */
  abort: AbortController;
  /** Its code shall stop, also what of it wakes up later. */
  interrupted: boolean;
}

export type Evaluated =
  | { status: 'ok'; hasValue: boolean; value: unknown }
  | { status: 'threw'; error: unknown }
  | { status: 'interrupted'; error: unknown };

/** What a cell's code calls. */
export interface CellBridge {
  import: (specifier: string, names?: string[], needed?: string[]) => Promise<unknown>;
  meta: object;
}

/** How long the flag stays up after an interrupt, for code of the interrupted run that wakes later. */
const FLAG_UP_MS = 3000;

/** Time for code that waits on the aborted signal to end by itself. */
const LAST_WORDS_MS = 50;

export class Evaluator {
  /** The run that the executing code belongs to. */
  readonly context = new AsyncLocalStorage<RunContext>();
  private readonly session = new Session();
  private readonly flag = new Int32Array(new SharedArrayBuffer(FLAG_BYTES));
  private current: { context: RunContext; settle: (e: Evaluated) => void; value: Evaluated } | undefined;
  /** The run whose cell is being prepared. */
  private preparing: RunContext | undefined;
  /** The run whose code has ended and whose outputs are being made. */
  private finishing: { context: RunContext; interrupt: (error: InterruptError) => void } | undefined;
  private lowerTimer: NodeJS.Timeout | undefined;

  constructor(bridge: CellBridge) {
    this.session.connect();
    const api = {
      ...bridge,
      result: (value: unknown) => {
        const running = this.owner();
        if (running) running.value = { status: 'ok', hasValue: true, value };
      },
      threw: (error: unknown) => {
        const running = this.owner();
        if (running) running.value = { status: 'threw', error };
      },
    };
    const define = (name: string, value: unknown) =>
      Object.defineProperty(globalThis, name, { value, configurable: true });
    define(BRIDGE, Object.freeze(api));
    // Constants of the script scope are faster to read than properties of the global object
    define(`${FLAG}0`, this.flag);
    define(`${CHECK}0`, this.check);
    this.session.post('Runtime.evaluate', {
      expression: `const ${FLAG} = globalThis.${FLAG}0, ${CHECK} = globalThis.${CHECK}0; delete globalThis.${FLAG}0; delete globalThis.${CHECK}0; void 0`,
      replMode: true,
    } as never);
  }

  /** Starts the thread that hears interrupts. */
  listen(): void {
    const worker = new Worker(path.join(__dirname, 'interrupter.js'), {
      workerData: { flag: this.flag },
      stdout: false,
      stderr: false,
    });
    worker.unref();
    worker.on('message', (request: number) => this.interrupt(request));
  }

  /** Throws when the code that calls it belongs to an interrupted run. Called by instrumented code while the flag is up, and before each op kernel. */
  readonly check = (): void => {
    if (!Atomics.load(this.flag, RAISED)) return;
    const context = this.context.getStore() ?? this.current?.context;
    if (!context) return;
    if (context === this.current?.context && this.pendingRequest()) context.interrupted = true;
    if (context.interrupted) throw new InterruptError();
  };

  /** Whether the Stop button of this training chart was pressed since the last call; also while the main thread has not been idle since. */
  takeStop(chart: number): boolean {
    return Atomics.compareExchange(this.flag, STOP_TRAINING, chart, 0) === chart;
  }

  /** Announces a run: an interrupt from now on is for it. */
  prepare(context: RunContext): void {
    this.preparing = context;
  }

  /**
   * Evaluates a cell. Never rejects. An interrupt ends it at once: code that waits is abandoned, code that computes is stopped.
   */
  evaluate(cell: Pick<TransformedCell, 'expression'>, context: RunContext): Promise<Evaluated> {
    this.preparing = undefined;
    if (context.interrupted) return Promise.resolve({ status: 'interrupted', error: new InterruptError() });
    return new Promise((resolve) => {
      const running = {
        context,
        value: { status: 'ok', hasValue: false, value: undefined } as Evaluated,
        settle: (e: Evaluated) => {
          if (this.current !== running) return;
          this.current = undefined;
          Atomics.store(this.flag, BUSY, 0);
          this.acknowledge();
          resolve(e);
        },
      };
      this.current = running;
      this.acknowledge();
      Atomics.store(this.flag, BUSY, 1);
      this.context.run(context, () =>
        this.session.post(
          'Runtime.evaluate',
          { expression: cell.expression, replMode: true, awaitPromise: true } as never,
          (failure, answer) => {
            running.settle(
              this.outcome(running, failure, answer as { exceptionDetails?: ExceptionDetails } | undefined),
            );
          },
        ),
      );
    });
  }

  /**
   * Waits for what the kernel does for a run when its code has ended, for example until a device has been read.
   * @throws InterruptError when the run is interrupted meanwhile
   */
  async wait<T>(promise: Promise<T>, context: RunContext): Promise<T> {
    try {
      return await Promise.race([
        promise,
        new Promise<never>((_, interrupt) => (this.finishing = { context, interrupt })),
      ]);
    } finally {
      this.finishing = undefined;
    }
  }

  private outcome(
    running: NonNullable<typeof this.current>,
    failure: Error | null,
    answer?: { exceptionDetails?: ExceptionDetails },
  ): Evaluated {
    const { context, value } = running;
    if (failure ?? answer?.exceptionDetails) {
      // The cell catches all that it throws: this is V8's own refusal to compile it, or a terminated execution
      if (this.pendingRequest() || context.interrupted) {
        context.interrupted = true;
        return { status: 'interrupted', error: new InterruptError() };
      }
      const details = answer?.exceptionDetails;
      const text = details?.exception?.description ?? failure?.message ?? details?.text ?? 'evaluation failed';
      const error = new SyntaxError(text.split('\n')[0]!.replace(/^SyntaxError: /, ''));
      if (details)
        error.stack = `${error.name}: ${error.message}\n    at ${details.url ?? ''}:${details.lineNumber + 1}:${details.columnNumber + 1}`;
      return { status: 'threw', error };
    }
    if (value.status === 'threw' && (context.interrupted || value.error instanceof InterruptError)) {
      return { status: 'interrupted', error: value.error };
    }
    return value;
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

  /** The interrupter's message has reached the main thread: it is not computing, so the run waits for something. */
  private interrupt(request: number): void {
    clearTimeout(this.lowerTimer);
    this.lowerTimer = setTimeout(() => Atomics.store(this.flag, RAISED, 0), FLAG_UP_MS).unref();
    const running = this.current;
    if (!running && this.preparing) this.preparing.interrupted = true;
    if (!running && this.finishing && Atomics.load(this.flag, ACKNOWLEDGED) < request) {
      const { context, interrupt } = this.finishing;
      const error = new InterruptError();
      context.interrupted = true;
      context.abort.abort(error);
      interrupt(error);
    }
    if (!running || Atomics.load(this.flag, ACKNOWLEDGED) >= request) return this.acknowledge();
    running.context.interrupted = true;
    const error = new InterruptError();
    running.context.abort.abort(error);
    // Code that heard the signal may end by itself, with its own words; what does not is abandoned
    setTimeout(() => running.settle({ status: 'interrupted', error }), LAST_WORDS_MS);
    this.acknowledge();
  }
}

interface ExceptionDetails {
  text: string;
  url?: string;
  lineNumber: number;
  columnNumber: number;
  exception?: { description?: string };
}
