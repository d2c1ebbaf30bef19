// Defines the browser's global `Worker` on top of worker_threads, if the process's argument is more than one thread.
// jax-js uses as many workers as a browser reports processors.
import { resolveObjectURL } from 'node:buffer';
import { Worker as Thread } from 'node:worker_threads';

/** Code that defines a browser's globals for the code of a worker. */
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
