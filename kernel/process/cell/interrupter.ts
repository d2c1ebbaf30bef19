// The thread that receives interrupts, the Stop button of trainings and answers to a cell's questions, while the main
// thread computes or waits. Reads the control pipe (descriptor 4), raises the flag that instrumented code tests, and
// terminates code that does not test it.
import { Session } from 'node:inspector';
import { Socket } from 'node:net';
import { parentPort, workerData, type MessagePort } from 'node:worker_threads';
import type { ControlMessage, ControlQuestion } from '../../wire/protocol.ts';
import { ACKNOWLEDGED, BUSY, INPUT, REQUESTED, RAISED, STOP_TRAINING, TERMINATE_AFTER_MS } from './flag.ts';
import { UNWIND } from './unwind.ts';

/** Time in which the main thread may end the process in an orderly way. */
const HOST_GONE_MS = 2000;

const { flag, input } = workerData as { flag: Int32Array; input: MessagePort };

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
    } else Atomics.store(flag, STOP_TRAINING, message.chart);
  }
});
pipe.on('error', () => {}); // 'close' follows
// The host is gone. The main thread notices it by its own channel and ends the process, unless a cell keeps it busy
pipe.on('close', () => setTimeout(() => process.kill(process.pid, 'SIGKILL'), HOST_GONE_MS));

// Questions to the person
input.on('message', (question: ControlQuestion) => pipe.write(`${JSON.stringify(question)}\n`));

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
