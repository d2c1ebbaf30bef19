// The thread that makes batches ahead of a training, seen from the thread of the cells. Its program is batch-worker.ts.
import path from 'node:path';
import { MessageChannel, receiveMessageOnPort, Worker, type MessagePort } from 'node:worker_threads';
import { movable, type Filled, type Plan } from './plan.ts';

/** What one pass makes. */
export interface PassOrder {
  plan: Plan;
  pass: number;
  /** Numbers of one input and one target. */
  xSize: number;
  ySize: number;
}

/** What the thread is told. */
export type ToThread =
  | { id: number; kind: 'start'; order: PassOrder }
  | { id: number; kind: 'next'; n: number }
  | { id: number; kind: 'end' };

/** What the thread answers to each `next`, in the same order. */
export type FromThread = { id: number } & (Filled | { error: string });

/** What the thread gets at its start. */
export interface ThreadData {
  port: MessagePort;
  /** Its first number grows with each answer. */
  signal: Int32Array;
}

/** How long one look for an answer may take: an interrupt gets its turn in between. */
const LOOK_MS = 50;
/** After this, a thread that does not answer is given up. */
const GIVEN_UP_MS = 120_000;

/** One pass, as the loop over batches sees it. */
interface Pass {
  /** The next batch; the caller waits. */
  take(): Filled;
  /** The next batch, later. */
  wait(): Promise<Filled>;
  end(): void;
}

/** Makes batches in a thread, which is started at the first pass and does not keep the process alive. */
export class BatchThread {
  private worker: { port: MessagePort; signal: Int32Array; thread: Worker } | undefined;
  private last = 0;
  private readonly passes = new Map<number, (answer: FromThread) => void>();

  /** @param folder that holds the thread's program */
  constructor(private readonly folder: string) {}

  /**
   * Begins a pass.
   * @param sizes number of examples of each batch
   * @param ahead how many batches may wait
   */
  start(order: PassOrder, sizes: readonly number[], ahead: number): Pass {
    const id = ++this.last;
    const worker = this.started();
    const ready: FromThread[] = [];
    let waiting: ((answer: FromThread) => void) | undefined;
    this.passes.set(id, (answer) => {
      if (!waiting) return void ready.push(answer);
      const resolve = waiting;
      waiting = undefined;
      resolve(answer);
    });
    const send = (message: ToThread) => worker.port.postMessage(message);
    send({ id, kind: 'start', order: { ...order, plan: movable(order.plan) } });
    let asked = 0;
    const ask = () => {
      if (asked < sizes.length) send({ id, kind: 'next', n: sizes[asked++]! });
    };
    for (let i = 0; i < ahead; i++) ask();
    const batch = (answer: FromThread): Filled => {
      if ('error' in answer) throw new Error(answer.error);
      ask();
      return answer;
    };
    return {
      take: () => {
        this.look(ready, worker);
        return batch(ready.shift()!);
      },
      wait: async () => {
        // What came while the thread of the cells computed is there without a turn of its event loop
        for (let got; ready.length === 0 && (got = receiveMessageOnPort(worker.port));)
          this.receive(got.message as FromThread);
        return batch(ready.shift() ?? (await new Promise<FromThread>((resolve) => (waiting = resolve))));
      },
      end: () => {
        if (this.passes.delete(id)) send({ id, kind: 'end' });
      },
    };
  }

  /** Waits until an answer of this pass is there. */
  private look(ready: readonly FromThread[], { port, signal }: { port: MessagePort; signal: Int32Array }): void {
    const begin = Date.now();
    while (ready.length === 0) {
      const seen = Atomics.load(signal, 0);
      const got = receiveMessageOnPort(port);
      if (got) this.receive(got.message as FromThread);
      else if (Date.now() - begin > GIVEN_UP_MS) throw new Error(`prefetch: ${GONE}`);
      else Atomics.wait(signal, 0, seen, LOOK_MS);
    }
  }

  private receive(answer: FromThread): void {
    // A pass that has ended needs it no more
    this.passes.get(answer.id)?.(answer);
  }

  private started() {
    if (this.worker) return this.worker;
    const { port1: port, port2 } = new MessageChannel();
    const signal = new Int32Array(new SharedArrayBuffer(4));
    const thread = new Worker(path.join(this.folder, 'batch-worker.js'), {
      workerData: { port: port2, signal } satisfies ThreadData,
      transferList: [port2],
      execArgv: [],
      stdout: true,
      stderr: true,
    });
    const gone = (why: string) => {
      if (this.worker?.thread !== thread) return;
      this.worker = undefined;
      const error = `prefetch: ${GONE} (${why})`;
      for (const [id, answer] of this.passes) answer({ id, error });
      this.passes.clear();
    };
    thread.on('error', (error) => gone(error.message));
    thread.on('exit', (code) => gone(`exit code ${code}`));
    port.on('message', (answer: FromThread) => this.receive(answer));
    thread.unref();
    port.unref();
    this.worker = { port, signal, thread };
    return this.worker;
  }
}

const GONE = 'the thread that makes batches has ended. Run the cell again, or leave prefetch out.';
