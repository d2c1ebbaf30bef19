// The picture of a model's table: its layers with their shapes, parameters and shares.
import { foldedLines } from '../../wire/summary.ts';
import { readSummary } from '../../../renderers/output/payload.ts';
import { byteSize, count } from '../../../renderers/shared/numbers.ts';
import { el, label, LIGHT, WIDTH, type Drawing } from '../svg.ts';

const MARGIN = 12;
const LINE = 22;
/** Of more layers, the first and last are drawn. */
const MOST = 36;
/** Left ends of the columns; parameters end at the fourth. */
const COLUMNS = { name: MARGIN, type: 190, shape: 322, parameters: 540, share: 552 };

/** @throws PayloadError if it is no such table */
export function summaryPicture(json: unknown): Drawing {
  const table = readSummary(json);
  const { name, total, trainable, bytes } = table;
  const layers = foldedLines(table);
  const cut = layers.length > MOST;
  const shown = cut ? [...layers.slice(0, MOST - 9), undefined, ...layers.slice(-8)] : layers;
  let body = label(MARGIN, 24, `Model "${name}"`, { size: 14, most: WIDTH - 2 * MARGIN });
  let y = 50;
  const head = { size: 11, fill: LIGHT.muted };
  body += label(COLUMNS.name, y, 'Layer', head) + label(COLUMNS.type, y, 'Type', head);
  body += label(COLUMNS.shape, y, 'Output shape', head);
  body += label(COLUMNS.parameters, y, 'Parameters', { ...head, anchor: 'end' });
  const rule = (at: number) => el('rect', { x: MARGIN, y: at, width: WIDTH - 2 * MARGIN, height: 1, fill: LIGHT.grid });
  body += rule(y + 7);
  const most = Math.max(1, ...layers.map((l) => l.parameters));
  for (const layer of shown) {
    y += LINE;
    if (!layer) {
      body +=
        label(COLUMNS.name, y, `… ${count(layers.length - (MOST - 1))} more layers`, { fill: LIGHT.muted }) +
        rule(y + 7);
      continue;
    }
    const frozen = layer.parameters > 0 && layer.trainable === 0;
    const shownName = `${layer.layers ? '▸ ' : ''}${layer.name}${frozen ? ' (frozen)' : ''}`;
    body += label(COLUMNS.name, y, shownName, {
      most: COLUMNS.type - COLUMNS.name - 8,
    });
    body += label(COLUMNS.type, y, layer.type, { most: COLUMNS.shape - COLUMNS.type - 8 });
    body += label(COLUMNS.shape, y, layer.shape, { most: 130 });
    body += label(COLUMNS.parameters, y, count(layer.parameters), { anchor: 'end' });
    const width = ((WIDTH - MARGIN - COLUMNS.share) * layer.parameters) / most;
    if (width > 0)
      body += el('rect', {
        x: COLUMNS.share,
        y: y - 9,
        width: Math.max(1, width),
        height: 9,
        rx: 2,
        fill: LIGHT.series[0],
        'fill-opacity': frozen ? 0.35 : 0.8,
      });
    body += rule(y + 7);
  }
  const kept = total - trainable;
  const facts = `${count(total)} parameters (${byteSize(bytes)}) · ${kept === 0 ? 'all trainable' : `${count(trainable)} trainable, ${count(kept)} not`}`;
  body += label(MARGIN, y + 28, facts, { most: WIDTH - 2 * MARGIN });
  return { width: WIDTH, height: y + 42, body };
}
