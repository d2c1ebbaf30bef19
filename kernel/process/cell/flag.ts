// The words of the shared memory between the main thread and the interrupter, and the error that an interrupted cell throws.

/** Not 0: code shall call the check. The only word that instrumented code reads. */
export const RAISED = 0;
/** Number of interrupts asked for. */
export const REQUESTED = 1;
/** The last request that the main thread has dealt with. */
export const ACKNOWLEDGED = 2;
/** 1 while a run is in progress. */
export const BUSY = 3;
/** The number of the training chart whose Stop button was pressed; 0 when none was, or it has been heard. */
export const STOP_TRAINING = 4;
/** Bytes of all words. */
export const FLAG_BYTES = 20;

/** Code that has not answered the flag by then is terminated. */
export const TERMINATE_AFTER_MS = 200;

/** Thrown into a cell's code by an interrupt. */
export class InterruptError extends Error {
  override name = 'InterruptError';
  constructor() {
    super('The cell was interrupted. Variables keep their values.');
  }
}
