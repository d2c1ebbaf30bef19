// The payload of the table of a model's layers.

/** Payload of `SUMMARY`, version 1. */
export interface SummaryTable {
  version: 1;
  name: string;
  layers: SummaryRow[];
  /** Blocks that are one line at first, in order and without overlap. */
  blocks?: SummaryBlock[];
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

export interface SummaryBlock {
  /** `block1_1 … block1_3 × 3` */
  label: string;
  /** Number of its first layer. */
  first: number;
  /** Number of its layers. */
  count: number;
  /** How many times the same structure comes. */
  times: number;
}

/** A line of the folded table: a layer, or a block with its layers. */
export interface SummaryLine extends SummaryRow {
  layers?: SummaryRow[];
}

/** The table with its blocks folded. */
export function foldedLines({ layers, blocks = [] }: Pick<SummaryTable, 'layers' | 'blocks'>): SummaryLine[] {
  const lines: SummaryLine[] = [];
  let at = 0;
  for (const { label, first, count, times } of blocks) {
    const held = layers.slice(first, first + count);
    // A table that was cut
    if (first < at || held.length < count || count === 0) continue;
    lines.push(...layers.slice(at, first));
    const sum = (key: 'parameters' | 'trainable') => held.reduce((all, layer) => all + layer[key], 0);
    lines.push({
      name: label,
      type: times > 1 ? `${count / times} layers each` : `${count} layers`,
      shape: held.at(-1)!.shape,
      parameters: sum('parameters'),
      trainable: sum('trainable'),
      layers: held,
    });
    at = first + count;
  }
  return [...lines, ...layers.slice(at)];
}
