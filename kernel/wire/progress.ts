// The payload of progress bars.

/** Payload of `PROGRESS`, version 1: a bar, and the bars of loops inside its loop. */
export interface ProgressReport {
  version: 1;
  bars: ProgressBar[];
}

export interface ProgressBar {
  label?: string;
  /** 0 for an outermost bar, 1 for a bar inside its loop, and so on. */
  depth: number;
  done: number;
  /** Absent if it is not known. */
  total?: number;
  /** Seconds since it began. */
  seconds: number;
  /** Items per second. */
  rate?: number;
  /** Estimated seconds that are left. */
  left?: number;
  /**
   * `stopped`: by the user's own `break`. `interrupted`: the cell was interrupted, or the kernel is gone. `failed`: by
   * an error.
   */
  state: 'running' | 'done' | 'stopped' | 'interrupted' | 'failed';
  /** More to say, for example the loss. */
  note?: string;
}
