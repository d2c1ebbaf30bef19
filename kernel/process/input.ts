// Input of cells: `prompt`, `confirm` and `alert`, which wait, and `process.stdin`, which asks when something reads it.
// The interrupter's thread carries the question to the host and the answer back, because the main thread may wait.
import { Readable } from 'node:stream';
import { syncBuiltinESMExports } from 'node:module';
import readline from 'node:readline';
import readlinePromises from 'node:readline/promises';
import { MessageChannel, receiveMessageOnPort, type MessagePort } from 'node:worker_threads';
import type { InputAnswer, InputQuestion } from '../wire/protocol.ts';

/** What the input needs of its session. */
export interface InputHost {
  /** Blocks until {@link wake} or an interrupt. @throws InterruptError if the run is interrupted */
  sleep(): void;
  /** The run of the calling code; undefined if no run has begun. */
  caller(): { run: number; cell: string } | undefined;
  /** Whether a cell is being executed. */
  isRunning(): boolean;
  /** Prints to stdout of the calling cell. `raw`: what a terminal gets. */
  echo(text: string, raw?: string): void;
  /** The unfinished last line that the cell has printed. */
  lastLine(): string;
  /** Ends the run that waits for an answer which never comes. */
  fail(error: Error): void;
  /** Whether a person types; false: a pipe. */
  isTTY: boolean;
}

type Question = Omit<InputQuestion, 'type' | 'request' | 'run' | 'cell'>;

/** Time in which a program prints its question after it has begun to read. */
const PROMPT_MS = 15;

export class CellInput {
  /** The interrupter's end of the channel. */
  readonly threadPort: MessagePort;
  private readonly port: MessagePort;
  private readonly waiting = new Map<number, (answer: InputAnswer) => void>();
  private last = 0;
  private stream: Stdin | undefined;

  constructor(private readonly host: InputHost) {
    const { port1, port2 } = new MessageChannel();
    this.port = port1;
    this.threadPort = port2;
    port1.on('message', (answer: InputAnswer) => this.answered(answer));
    port1.unref();
  }

  /** Defines the globals and `process.stdin`. */
  install(): void {
    const define = (name: string, value: unknown) =>
      Object.defineProperty(globalThis, name, { value, writable: true, configurable: true });
    // Parameters as in browsers: everything is made a string
    define('prompt', (message?: unknown, value?: unknown) => this.prompt(textOf(message, 'Prompt'), value));
    define('confirm', (message?: unknown) => this.confirm(textOf(message, 'Confirm')));
    define('alert', (message?: unknown) => this.alert(textOf(message, 'Alert')));
    Object.defineProperty(process, 'stdin', {
      configurable: true,
      enumerable: true,
      get: () => {
        // After its end, later cells read a new one
        if (!this.stream || this.stream.readableEnded || this.stream.destroyed)
          this.stream = new Stdin(this.host, this);
        return this.stream;
      },
      set: (value) => Object.defineProperty(process, 'stdin', { value: value as unknown, writable: true }),
    });
    watchInterfaces();
  }

  /** A cell has printed or begins: what waits for a line may ask now. */
  poke(): void {
    this.stream?.ask();
  }

  /** A run has ended: a question for the next line is not wanted any more. */
  runEnds(): void {
    this.stream?.takeBack();
  }

  /** Asks without waiting. @returns a function that takes the question back */
  ask(question: Question, then: (answer: InputAnswer) => void): () => void {
    const request = ++this.last;
    this.waiting.set(request, then);
    const { run, cell } = this.host.caller() ?? { run: 0, cell: '' };
    this.port.postMessage({ type: 'input', request, run, cell, ...question } satisfies InputQuestion);
    return () => {
      if (this.waiting.delete(request)) this.port.postMessage({ type: 'inputOver', request });
    };
  }

  private askAndWait(question: Question, name: string): InputAnswer {
    let answer: InputAnswer | undefined;
    const takeBack = this.ask(question, (a) => (answer = a));
    try {
      for (;;) {
        for (let next; (next = receiveMessageOnPort(this.port));) this.answered(next.message as InputAnswer);
        if (answer) break;
        this.host.sleep();
      }
    } finally {
      takeBack();
    }
    if (answer.problem !== undefined) throw nobody(`${name}()`, answer.problem);
    return answer;
  }

  private answered(answer: InputAnswer): void {
    const then = this.waiting.get(answer.request);
    this.waiting.delete(answer.request);
    then?.(answer);
  }

  private prompt(message: string, value: unknown): string | null {
    const preset = value === undefined ? '' : textOf(value, '');
    const asked = `${message} ${preset ? `[${preset}] ` : ''}`;
    this.host.echo(asked);
    const { text, echoed } = this.askAndWait({ kind: 'prompt', message, ...(preset && { preset }) }, 'prompt');
    this.host.echo(`${text ?? ''}\n`, echoed ? '' : undefined);
    // From a pipe or a terminal, an empty line means the default
    return text === '' && echoed !== undefined ? preset : text;
  }

  private confirm(message: string): boolean {
    this.host.echo(`${message} [y/N] `);
    const { text, echoed } = this.askAndWait({ kind: 'confirm', message }, 'confirm');
    this.host.echo(`${text ?? ''}\n`, echoed ? '' : undefined);
    return /^y(es)?$/i.test(text?.trim() ?? '');
  }

  private alert(message: string): void {
    this.host.echo(`${message}\n`);
    // Without anybody who could read it, the message is only printed
    try {
      this.askAndWait({ kind: 'alert', message }, 'alert');
    } catch (e) {
      if (!(e as Partial<NobodyError>).nobody) throw e;
    }
  }
}

interface NobodyError extends Error {
  nobody: true;
}
const nobody = (what: string, problem: string): NobodyError =>
  Object.defineProperty(new Error(`${what} asks for input and nobody can answer: ${problem}`), 'nobody', {
    value: true,
  }) as NobodyError;

/** Changes the message of an error that was made when the code began to wait. */
function rename(error: Error, message: string): void {
  error.stack = error.stack?.replace(error.message, () => message);
  error.message = message;
}

// As the conversion of browsers: a symbol throws
const textOf = (value: unknown, absent: string) => (value === undefined ? absent : `${value as string}`);

/** `process.stdin`: it asks for one line at a time, when something wants it. */
class Stdin extends Readable {
  readonly fd = 0;
  readonly isTTY: boolean;
  isRaw = false;
  private wanted = false;
  private asking: (() => void) | undefined;
  private timer: NodeJS.Timeout | undefined;
  /** Where the cell began to read. */
  private begun: Error | undefined;
  /** Listeners that belong to the program itself, not to readline. */
  private direct = 0;

  constructor(
    private readonly host: InputHost,
    private readonly input: CellInput,
  ) {
    super({ highWaterMark: 0 });
    this.isTTY = host.isTTY;
  }

  setRawMode(raw: boolean): this {
    this.isRaw = raw;
    return this;
  }
  ref(): this {
    return this;
  }
  unref(): this {
    return this;
  }

  override on(event: string, listener: (...args: never[]) => void): this {
    if (event === 'data' || event === 'readable') {
      // readline listens as long as its interface is open, also while it asks nothing
      if (!isCalledByReadline()) {
        this.direct++;
        this.begun = nobody('process.stdin', '');
        // An interface that an earlier cell has closed left the stream paused
        if (event === 'data') this.resume();
      }
    }
    return super.on(event, listener as never);
  }
  override addListener(event: string, listener: (...args: never[]) => void): this {
    return this.on(event, listener);
  }
  override removeListener(event: string, listener: (...args: never[]) => void): this {
    const before = this.listenerCount(event);
    const own = (event === 'data' || event === 'readable') && this.direct > 0;
    super.removeListener(event, listener as never);
    if (own && this.listenerCount(event) < before) this.direct--;
    return this;
  }
  override off(event: string, listener: (...args: never[]) => void): this {
    return this.removeListener(event, listener);
  }

  private get isStopped(): boolean {
    return this.isPaused() && this.listenerCount('readable') === 0;
  }

  override _read(): void {
    this.wanted = true;
    this.ask();
  }

  takeBack(): void {
    this.asking?.();
    this.asking = undefined;
  }

  /** Asks for a line a little later, if something still wants it then. */
  ask(): void {
    if (!this.wanted || this.asking || this.timer) return;
    this.timer = setTimeout(() => {
      this.timer = undefined;
      this.askNow();
    }, PROMPT_MS).unref();
  }

  private askNow(): void {
    if (!this.wanted || this.asking || this.isStopped || !this.host.isRunning()) return;
    const asker = openInterface(this);
    if (this.direct === 0 && !asker) return;
    const message = this.host.lastLine();
    this.asking = this.input.ask({ kind: 'line', message }, ({ text, problem, echoed }) => {
      this.asking = undefined;
      this.wanted = false;
      // Who reads to the end sees the end; who waits for one line would wait for ever
      const readsOn = asker ? !asker.question : this.listenerCount('end') > 0;
      if (problem !== undefined && !readsOn) {
        const error = asker?.from ?? this.begun ?? nobody('process.stdin', '');
        rename(error, nobody(asker ? 'rl.question()' : 'process.stdin', problem).message);
        this.host.fail(error);
      }
      // In raw mode, readline shows what is typed
      if (text !== null && (!this.isRaw || echoed)) this.host.echo(`${text}\n`, echoed ? '' : undefined);
      this.push(text === null ? null : `${text}${this.isRaw && !echoed ? '\r' : '\n'}`);
    });
  }
}

/** Whether a module of readline is among the callers. The stack that cells see has no frames of Node. */
function isCalledByReadline(): boolean {
  const own = Object.getOwnPropertyDescriptor(Error, 'prepareStackTrace');
  const files = (_: Error, sites: NodeJS.CallSite[]) => sites.map((site) => site.getFileName());
  Object.defineProperty(Error, 'prepareStackTrace', { configurable: true, writable: true, value: files });
  try {
    const found = new Error().stack as unknown as (string | null | undefined)[];
    return found.some((file) => /^node:(internal\/)?readline/.test(file ?? ''));
  } finally {
    if (own) Object.defineProperty(Error, 'prepareStackTrace', own);
    else delete (Error as { prepareStackTrace?: unknown }).prepareStackTrace;
  }
}

// ---- readline: whether an interface wants a line, and where the cell asked

interface Interface {
  input?: unknown;
  closed?: boolean;
  listenerCount(event: string): number;
}
interface Watched {
  rl: Interface;
  from: Error;
  question: boolean;
}
const watched = new Set<Watched>();

/** The interface of this stream that waits for a line. */
function openInterface(input: unknown): Watched | undefined {
  for (const entry of [...watched].reverse()) {
    const { rl, question } = entry;
    if (rl.closed || (!question && rl.listenerCount('line') === 0)) watched.delete(entry);
    else if (rl.input === input) return entry;
  }
  return undefined;
}

const watch = (rl: Interface, question: boolean): Watched | undefined => {
  if (!(rl.input instanceof Stdin)) return undefined;
  const entry = { rl, from: nobody('', ''), question };
  watched.add(entry);
  rl.input.ask();
  return entry;
};

let isWatching = false;

/** Learns when an interface of readline asks a question or listens to lines. */
function watchInterfaces(): void {
  if (isWatching) return;
  isWatching = true;
  type Method = (this: Interface, ...args: unknown[]) => unknown;
  const replace = (object: object, name: string, make: (stock: Method) => Method) => {
    const stock = (object as Record<string, Method>)[name]!;
    Object.defineProperty(object, name, { value: make(stock), writable: true, configurable: true });
  };
  replace(
    readline.Interface.prototype,
    'question',
    (stock) =>
      function (...args) {
        const entry = watch(this, true);
        const callback = args.at(-1);
        if (typeof callback === 'function')
          args[args.length - 1] = (...answer: unknown[]) => {
            if (entry) watched.delete(entry);
            return (callback as Method).apply(this, answer);
          };
        return stock.apply(this, args);
      },
  );
  replace(
    readlinePromises.Interface.prototype,
    'question',
    (stock) =>
      async function (...args) {
        const entry = watch(this, true);
        try {
          return await stock.apply(this, args);
        } finally {
          if (entry) watched.delete(entry);
        }
      },
  );
  // The interface shows the question; what is typed is shown by the stream
  for (const module of [readline, readlinePromises] as { createInterface: unknown }[])
    replace(
      module,
      'createInterface',
      (stock) =>
        function (...args) {
          const [options] = args as [{ input?: unknown; terminal?: boolean } | undefined];
          if (options?.input instanceof Stdin && options.terminal === undefined)
            return stock.call(this, { ...options, terminal: false });
          return stock.apply(this, args);
        },
    );
  syncBuiltinESMExports();
  for (const { prototype } of [readline.Interface, readlinePromises.Interface])
    for (const name of ['on', 'addListener', 'once'])
      replace(
        prototype,
        name,
        (stock) =>
          function (...args) {
            const result = stock.apply(this, args);
            if (args[0] === 'line') watch(this, false);
            return result;
          },
      );
}
