// The layers of a model: a table with each layer's share of the parameters as a bar. Blocks that repeat are one line each,
// which opens.
import { foldedLines, type SummaryLine, type SummaryRow, type SummaryTable } from '../../kernel/wire/summary.ts';
import { button, element } from '../shared/dom.ts';
import { byteSize, count } from '../shared/numbers.ts';

export function drawSummary(summary: SummaryTable): HTMLElement {
  const { name, total, trainable, bytes } = summary;
  const lines = foldedLines(summary);
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
  const most = Math.max(1, ...lines.map((l) => l.parameters));
  const bodies = [element('tbody', '')];
  for (const line of lines) {
    if (!line.layers) bodies.at(-1)!.append(drawLayer(line, most, total));
    else bodies.push(...drawBlock(line, line.layers, most, total), element('tbody', ''));
  }
  const thead = element('thead', '');
  thead.append(head);
  table.append(thead, ...bodies.filter((body) => body.rows.length > 0));
  const kept = total - trainable;
  const facts = [
    `${count(total)} parameters (${byteSize(bytes)})`,
    kept === 0 ? 'all trainable' : `${count(trainable)} trainable, ${count(kept)} not`,
  ];
  box.append(table, element('div', 'total', facts.join(' · ')));
  return box;
}

/** The line of a block, and the lines of its layers, which it hides and shows. */
function drawBlock(
  block: SummaryLine,
  layers: readonly SummaryRow[],
  most: number,
  total: number,
): HTMLTableSectionElement[] {
  const [head, inner] = [element('tbody', 'block'), element('tbody', 'inner')];
  const row = drawLayer(block, most, total);
  inner.hidden = true;
  inner.append(...layers.map((layer) => drawLayer(layer, most, total)));
  const toggle = button('', `${layers.length} layers`, () => show(inner.hidden === true), 'fold');
  toggle.append(element('span', 'fold-mark'), block.name);
  const show = (open: boolean) => {
    inner.hidden = !open;
    toggle.setAttribute('aria-expanded', String(open));
    toggle.firstElementChild!.textContent = open ? '▾' : '▸';
  };
  show(false);
  row.querySelector('.layer')!.firstChild!.replaceWith(toggle);
  head.append(row);
  return [head, inner];
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
