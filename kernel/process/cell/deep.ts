// Entry of the bundle dist/deep.js: transforms one cell in a thread with a large stack. Parsers call themselves for each
// part of an expression, so thousands of parts do not fit on the stack of the main thread.
import { parentPort, workerData } from 'node:worker_threads';
import { SourceError } from './strip.ts';
import { transformHere, type DeepAnswer, type DeepTask } from './transform.ts';

const { source, options } = workerData as DeepTask;
transformHere(source, options).then(
  (cell) => parentPort!.postMessage({ cell } satisfies DeepAnswer),
  (e: Error) => {
    const { message } = e;
    const at = e instanceof SourceError ? { line: e.line, column: e.column } : undefined;
    parentPort!.postMessage({ message, ...(at ? { at } : {}) } satisfies DeepAnswer);
  },
);
