// The layers of a model: a table with each layer's share of the parameters as a bar.
import type { SummaryRow, SummaryTable } from '../../kernel/wire/summary.ts';
import { element } from '../shared/dom.ts';
import { byteSize, count } from '../shared/numbers.ts';

export function drawSummary({ name, layers, total, trainable, bytes }: SummaryTable): HTMLElement {
  const box = element('div', 'summary-box');
  const table = element('table', 'summary');
  table.append(element('caption', '', `Model "${name}"`));
  const head = element('tr', '');
  for (const [text, kind] of [
    ['Layer', ''],
    ['Type', 'type'],
    ['Output shape', ''],
    ['Parameters', 'number'],
    ['', 'share'],
  ] as const) {
    const cell = element('th', kind, text);
    cell.scope = 'col';
    head.append(cell);
  }
  const most = Math.max(1, ...layers.map((l) => l.parameters));
  const body = element('tbody', '');
  body.append(...layers.map((layer) => drawLayer(layer, most, total)));
  const thead = element('thead', '');
  thead.append(head);
  table.append(thead, body);
  const kept = total - trainable;
  const facts = [
    `${count(total)} parameters (${byteSize(bytes)})`,
    kept === 0 ? 'all trainable' : `${count(trainable)} trainable, ${count(kept)} not`,
  ];
  box.append(table, element('div', 'total', facts.join(' · ')));
  return box;
}

function drawLayer({ name, type, shape, parameters, trainable }: SummaryRow, most: number, total: number): HTMLElement {
  const row = element('tr', parameters > 0 && trainable === 0 ? 'frozen' : '');
  const share = element('td', 'share');
  if (parameters > 0) {
    const track = element('span', 'share-track');
    const fill = element('span', 'fill');
    fill.style.width = `${(100 * parameters) / most}%`;
    track.append(fill);
    const percent = (100 * parameters) / total;
    share.append(track, element('span', 'percent', percent < 0.1 ? '< 0.1 %' : `${percent.toFixed(1)} %`));
    share.title =
      trainable === parameters ? 'trainable' : trainable === 0 ? 'not trainable' : `${count(trainable)} trainable`;
  }
  const label = element('td', 'layer', name);
  if (parameters > 0 && trainable === 0) label.append(element('span', 'tag', 'frozen'));
  row.append(
    label,
    element('td', 'type', type),
    element('td', 'shape', shape),
    element('td', 'number', count(parameters)),
    share,
  );
  return row;
}
