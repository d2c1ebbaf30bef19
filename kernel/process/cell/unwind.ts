// Prepares Node for code that is terminated. Node numbers asynchronous work and keeps a stack of the numbers while code
// of a timer, a tick or a promise runs. Terminated code takes nothing off that stack; Node finds the numbers there when
// the code is over, takes the stack for corrupted and ends the process. So the stack is emptied before.

import { InterruptError } from './flag.ts';

/** The global function that empties the stack. The interrupter calls it in the main thread. */
export const UNWIND = '__dlnbUnwind';

/** The parts of `process` that Node does not document. */
interface Internals {
  binding?: (name: string) => { clearAsyncIdStack?: () => void };
  _fatalException?: (error: Error, fromPromise: boolean) => boolean;
}

/**
 * The function that empties the stack. Node itself empties it after an uncaught error. Taking a number off an empty
 * stack has no effect.
 */
export function unwindAsyncIds(): () => void {
  const internals = process as unknown as Internals;
  try {
    const clear = internals.binding?.('async_wrap').clearAsyncIdStack;
    if (clear) return () => clear();
  } catch {
    // Node 24 and newer
  }
  const { _fatalException: handle, setUncaughtExceptionCaptureCallback: capture } = internals as Internals &
    NodeJS.Process;
  return () => {
    if (process.hasUncaughtExceptionCaptureCallback()) return;
    // The way that an uncaught error takes, with nobody who hears of it
    capture(() => {});
    try {
      handle?.call(process, new InterruptError(), false);
    } finally {
      capture(null);
    }
  };
}
