// The notice under a cell that printed more than is shown.
import type { OverflowNotice } from '../../kernel/wire/overflow.ts';
import { element } from '../shared/dom.ts';
import { link, type Links } from './dom.ts';

export function drawOverflow({ log, lines, bytes, shown }: OverflowNotice, links: Links): HTMLElement {
  const box = element('div', 'notice');
  box.append(`The cell printed ${lines.toLocaleString('en')} lines (${size(bytes)}); ${size(shown)} are shown. `);
  box.append(
    links.post
      ? link('Open full log', { type: 'openLog', log }, links)
      : element('span', '', `The full output is in the log ${log}.`),
  );
  return box;
}

function size(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  let unit = 0;
  let amount = bytes;
  for (; amount >= 1000 && unit < units.length - 1; unit++) amount /= 1000;
  return `${unit === 0 || amount >= 100 ? Math.round(amount) : amount.toFixed(1)} ${units[unit]}`;
}
