// A worker thread of the device `cpu`: an instance of the program on the shared memory that waits for tasks until it is
// ended.
import { parentPort, workerData } from 'node:worker_threads';
import type { RawExports } from './exports.ts';
import type { WorkerSetUp } from './program.ts';

const { module, memory, init } = workerData as WorkerSetUp;
const { exports } = new WebAssembly.Instance(module, { env: { memory, abort: () => {} } });
const program = exports as unknown as RawExports;
program.initThread(...init);
parentPort!.postMessage('ready');
// The message must leave the thread before the loop takes the thread over
setImmediate(() => program.work());
