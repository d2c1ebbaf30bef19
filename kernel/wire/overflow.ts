// The payload of the notice between the beginning and the end of what a cell printed, when it is more than is shown.

/** Display ids that begin so are the notice, and the outputs below it that hold the end. */
export const OVERFLOW_ID = 'dlnb-overflow:';

/** Payload of `OVERFLOW`, version 1. */
export interface OverflowNotice {
  version: 1;
  /** Name of the file in the notebook's log folder that holds everything the cell printed: `<cell id>.log`. */
  log: string;
  /** Lines that the cell printed in all. */
  lines: number;
  /** Bytes that the cell printed in all. */
  bytes: number;
  /** Why the log does not hold everything, as the rest of a sentence. */
  problem?: string;
  /** Bytes that are shown, above the notice and below it. */
  shown: number;
  /** Lines that are not shown; absent in files of older versions, which show no end. */
  omitted?: number;
}
