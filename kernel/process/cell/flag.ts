// The memory that the main thread and the interrupter share, and the error that an interrupt throws in a cell.
import { types } from 'node:util';

/** Not 0 if code must call the check. The only word that instrumented code reads. */
export const RAISED = 0;
/** Number of interrupts requested. */
export const REQUESTED = 1;
/** Number of the last request that the main thread has handled. */
export const ACKNOWLEDGED = 2;
/** 1 while a run is in progress. */
export const BUSY = 3;
/** Number of the training chart whose Stop button was pressed; 0 if none was, or after the training has read it. */
export const STOP_TRAINING = 4;
/** Counts what may end a wait for input: answers and interrupts. */
export const INPUT = 5;
/** Size of all words. */
export const FLAG_BYTES = 24;

/** Code that has not reacted to the flag after this time is terminated. */
export const TERMINATE_AFTER_MS = 200;

/** Thrown in the code of a cell by an interrupt. */
export class InterruptError extends Error {
  override name = 'InterruptError';
  constructor() {
    super('The cell was interrupted. Variables keep their values.');
  }
}

/** Whether a thrown value is an {@link InterruptError}. A proxy is none; its traps are not called. */
export const isInterrupt = (thrown: unknown): thrown is InterruptError =>
  !types.isProxy(thrown) && thrown instanceof InterruptError;
