// viz.summary: the layers of a model of tf.layers as a table.
import { DISPLAY, type Displayable } from '../wire/displayable.ts';
import { SUMMARY } from '../wire/mime.ts';
import { foldedLines, type SummaryRow, type SummaryTable } from '../wire/summary.ts';
import { blocksOf, signatureOf } from './model-blocks.ts';
import { sizeOf } from '../wire/tensor.ts';

interface WeightLike {
  shape: readonly (number | null)[];
}
interface LayerLike {
  name: string;
  getClassName(): string;
  outputShape: unknown;
  countParams(): number;
  trainableWeights: readonly WeightLike[];
}

/** The part of a model of tf.layers that its table needs. */
export interface ModelLike {
  name: string;
  built: boolean;
  build?(): void;
  layers: readonly LayerLike[];
  weights: readonly WeightLike[];
  trainableWeights: readonly WeightLike[];
}

const BYTES = 4;

/** The table of a model; displays itself. */
export class ModelSummary implements Displayable {
  constructor(readonly table: SummaryTable) {}

  [DISPLAY](): Record<string, unknown> {
    return { [SUMMARY]: this.table, 'text/plain': summaryText(this.table) };
  }
}

/**
 * The layers of a model: type, output shape, parameters. A model as the last value of a cell displays the same. Of a model
 * of 20 layers and more, repeated blocks are one line each, as `block1_1 … block1_3 × 3`, which opens.
 * @param model a model of tf.layers
 * @throws TypeError if it is not a model, and tfjs's error if it has no layers yet
 * @example
 * ```ts
 * viz.summary(nn.lenet5());
 * ```
 */
export function summary(model: object): ModelSummary {
  const m = model as ModelLike;
  if (!Array.isArray(m?.layers) || !('built' in m))
    throw new TypeError('viz.summary: the argument must be a model of tf.layers');
  // As model.summary() does: otherwise a Sequential model is built only when it is compiled
  if (!m.built) m.build?.();
  const layers = m.layers.map(rowOf);
  const blocks = blocksOf(m.layers.map((layer) => ({ name: layer.name, signature: signatureOf(layer) })));
  const total = parametersOf(m.weights);
  return new ModelSummary({
    version: 1,
    name: m.name,
    layers,
    ...(blocks.length > 0 && { blocks }),
    total,
    trainable: parametersOf(m.trainableWeights),
    bytes: BYTES * total,
  });
}

function rowOf(layer: LayerLike): SummaryRow {
  return {
    name: layer.name,
    type: layer.getClassName(),
    shape: shapeOf(layer),
    parameters: layer.countParams(),
    trainable: parametersOf(layer.trainableWeights),
  };
}

/** A layer that is used more than once has no single output shape: its getter throws. */
function shapeOf(layer: LayerLike): string {
  let shape: unknown;
  try {
    shape = layer.outputShape;
  } catch {
    return 'several';
  }
  const one = (s: unknown) => `[${(s as (number | null)[]).map((n, i) => n ?? (i === 0 ? 'batch' : '?')).join(', ')}]`;
  return Array.isArray((shape as unknown[])[0]) ? (shape as unknown[]).map(one).join(', ') : one(shape);
}

/** How many parameters weights hold. */
export const parametersOf = (weights: readonly WeightLike[]): number =>
  weights.reduce((sum, { shape }) => sum + sizeOf(shape), 0);

/** `34,826` */
export const grouped = (n: number): string => n.toLocaleString('en');

/** `139 kB` */
export function byteText(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB'];
  let unit = 0;
  for (; bytes >= 1000 && unit < units.length - 1; unit++) bytes /= 1000;
  return `${unit > 0 && bytes < 10 ? bytes.toFixed(1) : Math.round(bytes)} ${units[unit]}`;
}

/** The table as text, as Keras prints it, with its blocks folded. */
export function summaryText({ name, layers, blocks, total, trainable, bytes }: SummaryTable): string {
  const rows = [
    ['Layer (type)', 'Output shape', 'Parameters'],
    ...foldedLines({ layers, ...(blocks && { blocks }) }).map((l) => [
      `${l.layers ? '▸ ' : ''}${l.name} (${l.type})`,
      l.shape,
      grouped(l.parameters),
    ]),
  ];
  const widths = [0, 1, 2].map((c) => Math.max(...rows.map((row) => row[c]!.length)));
  const lines = rows.map(
    ([a, b, c]) => `${a!.padEnd(widths[0]!)}   ${b!.padEnd(widths[1]!)}   ${c!.padStart(widths[2]!)}`,
  );
  const rule = '─'.repeat(lines[0]!.length);
  return [
    `Model "${name}"`,
    rule,
    lines[0],
    rule,
    ...lines.slice(1),
    rule,
    `Total params: ${grouped(total)} (${byteText(bytes)})`,
    `Trainable params: ${grouped(trainable)}`,
    `Non-trainable params: ${grouped(total - trainable)}`,
  ].join('\n');
}
