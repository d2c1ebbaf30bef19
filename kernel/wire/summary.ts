// The payload of the table of a model's layers.

/** Payload of `SUMMARY`, version 1. */
export interface SummaryTable {
  version: 1;
  name: string;
  layers: SummaryRow[];
  /** Number of parameters. */
  total: number;
  /** Number of trainable parameters. */
  trainable: number;
  /** Bytes of all parameters. */
  bytes: number;
}

export interface SummaryRow {
  name: string;
  /** Class of the layer, for example `Dense`. */
  type: string;
  /** `[batch, 28, 28, 1]`; several of these if the layer has several outputs. */
  shape: string;
  parameters: number;
  /** Number of trainable parameters. */
  trainable: number;
}
