// The notice between the beginning and the end of what a cell printed, when it is more than is shown.
import type { OverflowNotice } from '../../kernel/wire/overflow.ts';
import { element } from '../shared/dom.ts';
import { link, type Links } from './dom.ts';

export function drawOverflow(
  { log, lines, bytes, shown, omitted, problem }: OverflowNotice,
  links: Links,
): HTMLElement {
  const box = element('div', 'notice');
  const all = `${lines.toLocaleString('en')} lines`;
  box.append(
    omitted === undefined
      ? `The cell printed ${all} (${size(bytes)}); ${size(shown)} are shown. `
      : omitted === 0
        ? `A part of what the cell printed (${size(bytes)}) is left out here. `
        : `${omitted.toLocaleString('en')} of ${all} (${size(bytes)}) are left out here. `,
  );
  if (problem !== undefined) box.append(`The log is cut, ${problem}. `);
  box.append(
    links.post
      ? link(problem === undefined ? 'Open full log' : 'Open log', { type: 'openLog', log }, links)
      : element('span', '', problem === undefined ? `The full output is in the log ${log}.` : `It is ${log}.`),
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
