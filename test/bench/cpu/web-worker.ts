// The browser's `Worker` on worker_threads, put into the globals where the process's argument is more than one thread: jax-js
// computes on as many threads as a browser has processors, and Node has no such `Worker`.
import { resolveObjectURL } from 'node:buffer';
import { Worker as Thread } from 'node:worker_threads';

/** What a browser has for the worker's code. */
const prelude = `
const { parentPort } = require('node:worker_threads');
globalThis.self = globalThis;
globalThis.postMessage = (data) => parentPort.postMessage(data);
parentPort.on('message', (data) => self.onmessage({ data }));
`;

class WebWorker {
  onmessage: ((event: { data: unknown }) => void) | undefined;
  onerror: ((error: Error) => void) | undefined;
  private readonly thread: Promise<Thread>;

  constructor(url: string) {
    this.thread = resolveObjectURL(url)!
      .text()
      .then((code) => {
        const thread = new Thread(prelude + code, { eval: true });
        thread.on('message', (data) => this.onmessage?.({ data }));
        thread.on('error', (e) => this.onerror?.(e));
        return thread;
      });
  }

  postMessage(data: unknown): void {
    void this.thread.then((thread) => thread.postMessage(data));
  }
}

const threads = Number(process.argv[2]);
if (threads > 1) {
  Object.assign(globalThis, { Worker: WebWorker });
  Object.defineProperty(globalThis.navigator, 'hardwareConcurrency', { value: threads });
}
