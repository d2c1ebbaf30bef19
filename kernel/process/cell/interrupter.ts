// The thread that receives interrupts, the Stop button of trainings, values of controls and answers to a cell's
// questions, while the main thread computes or waits. Reads the control pipe (descriptor 4), raises the flag that instrumented code tests, and
// terminates code that does not test it.
import { Session } from 'node:inspector';
import { Socket } from 'node:net';
import { parentPort, workerData, type MessagePort } from 'node:worker_threads';
import type { Answer, ControlMessage, ControlReply, InspectMessage } from '../../wire/protocol.ts';
import type { InspectAnswer } from '../../wire/inspect.ts';
import { killAll } from '../kill-all.ts';
import { inspectExpression } from './bridge.ts';
import { ACKNOWLEDGED, BUSY, INPUT, REQUESTED, RAISED, STOP_TRAINING, TERMINATE_AFTER_MS } from './flag.ts';
import { UNWIND } from './unwind.ts';

/** Time in which the main thread may end the process in an orderly way. */
const HOST_GONE_MS = 2000;

/** How long code that computes may keep a question about names waiting. */
const INSPECT_MS = 500;
const BUSY_REASON = 'The cell is computing.';

const { flag, input, controls } = workerData as { flag: Int32Array; input: MessagePort; controls: MessagePort };

const pipe = new Socket({ fd: 4, readable: true, writable: true });
let rest = '';
pipe.setEncoding('utf8');
pipe.on('data', (text: string) => {
  const lines = (rest + text).split('\n');
  rest = lines.pop()!;
  for (const line of lines) {
    const message = JSON.parse(line) as ControlMessage;
    if (message.type === 'interrupt') interrupt();
    else if (message.type === 'inputAnswer') {
      input.postMessage(message);
      wake();
    } else if (message.type === 'inspect') inspect(message);
    else if (message.type === 'controls') controls.postMessage(message.request);
    else Atomics.store(flag, STOP_TRAINING, message.chart);
  }
});
pipe.on('error', () => {}); // 'close' follows
// The host is gone. The main thread notices it by its own channel and ends the process, unless a cell keeps it busy
pipe.on('close', () => setTimeout(killAll, HOST_GONE_MS));

// Questions to the person
input.on('message', (question: ControlReply) => reply(question));

// The main thread is about to compute, and is not to compute for longer than this; 0: it has ended
let limit: NodeJS.Timeout | undefined;
parentPort!.on('message', (ms: number) => {
  clearTimeout(limit);
  if (ms > 0) limit = setTimeout(interrupt, ms);
});

function reply(message: ControlReply): void {
  pipe.write(`${JSON.stringify(message)}\n`);
}

/** Ends a wait of the main thread for input: it looks what has come. */
function wake(): void {
  Atomics.add(flag, INPUT, 1);
  Atomics.notify(flag, INPUT);
}

function interrupt(): void {
  const request = Atomics.add(flag, REQUESTED, 1) + 1;
  Atomics.store(flag, RAISED, 1);
  parentPort!.postMessage(request);
  wake();
  setTimeout(() => {
    const ignored = Atomics.load(flag, ACKNOWLEDGED) < request;
    if (ignored && Atomics.load(flag, BUSY)) terminate();
  }, TERMINATE_AFTER_MS);
}

/**
 * Terminates the JavaScript code of the main thread. Variables keep their values; the code cannot catch the
 * termination.
 */
function terminate(): void {
  const session = new Session();
  session.connectToMainThread();
  // Runs in the middle of the code that is terminated next
  session.post('Runtime.evaluate', { expression: `${UNWIND}()`, silent: true });
  session.post('Runtime.terminateExecution', () => session.disconnect());
}

/** Reads names of the notebook in the middle of the code of the main thread. */
function inspect({ request, ask }: InspectMessage): void {
  const session = new Session();
  session.connectToMainThread();
  let isOver = false;
  const end = (answer: Answer<'inspect'>) => {
    if (isOver) return;
    isOver = true;
    clearTimeout(timer);
    session.disconnect();
    reply({ type: 'inspected', request, answer });
  };
  // Code that V8 does not interrupt: a native call, or a regular expression
  const timer = setTimeout(() => end({ reason: BUSY_REASON }), INSPECT_MS);
  const expression = inspectExpression(ask, true);
  session.post('Runtime.evaluate', { expression, returnByValue: true, silent: true }, (_, answer) => {
    const text: unknown = answer?.result?.value;
    end(typeof text === 'string' ? (JSON.parse(text) as InspectAnswer) : { reason: BUSY_REASON });
  });
}
