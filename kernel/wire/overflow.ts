// The payload of the notice under a cell that printed more than is shown.

/** Payload of `OVERFLOW`, version 1. */
export interface OverflowNotice {
  version: 1;
  /** Name of the file in the notebook's log folder that holds everything the cell printed: `<cell id>.log`. */
  log: string;
  /** Lines that the cell printed in all. */
  lines: number;
  /** Bytes that the cell printed in all. */
  bytes: number;
  /** Bytes that are shown above the notice. */
  shown: number;
}
