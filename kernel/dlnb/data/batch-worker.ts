// The thread that makes batches ahead of a training: numbers, no tensors. batch-thread.ts starts it.
import { workerData } from 'node:worker_threads';
import type { FromThread, PassOrder, ThreadData, ToThread } from './batch-thread.ts';
import { examplesOf, fill, type Example } from './plan.ts';

const { port, signal } = workerData as ThreadData;

interface Running {
  order: PassOrder;
  examples: Iterator<Example>;
}
const passes = new Map<number, Running>();

port.on('message', (message: ToThread) => {
  const { id } = message;
  if (message.kind === 'start') passes.set(id, { order: message.order, examples: examplesOf(message.order.plan, message.order.pass) }); // prettier-ignore
  if (message.kind === 'end') passes.delete(id);
  if (message.kind !== 'next') return;
  const pass = passes.get(id);
  if (!pass) return;
  try {
    const { xSize, ySize } = pass.order;
    const { x, y } = fill(pass.examples, message.n, xSize, ySize);
    port.postMessage({ id, x, y } satisfies FromThread, [x.buffer, y.buffer]);
  } catch (e) {
    port.postMessage({ id, error: e instanceof Error ? e.message : String(e) } satisfies FromThread);
  }
  Atomics.add(signal, 0, 1);
  Atomics.notify(signal, 0);
});
