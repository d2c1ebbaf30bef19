// Progress bars: one line each, updated in place; the bar of an inner loop is indented below the outer one.
import type { ProgressBar, ProgressReport } from '../../kernel/wire/progress.ts';
import { clockText, durationText, rateText } from '../shared/numbers.ts';
import { element } from '../shared/dom.ts';

export function drawProgress({ bars }: ProgressReport): HTMLElement {
  const list = element('div', 'bars');
  list.append(...bars.map(drawBar));
  return list;
}

function drawBar(bar: ProgressBar): HTMLElement {
  const { label, depth, done, total, state, note } = bar;
  const row = element('div', `bar ${state}`);
  row.style.setProperty('--depth', String(depth));
  row.setAttribute('role', 'progressbar');
  row.setAttribute('aria-label', label ?? 'Progress');
  row.setAttribute('aria-valuemin', '0');
  row.setAttribute('aria-valuenow', String(done));
  if (total !== undefined) row.setAttribute('aria-valuemax', String(total));
  row.append(element('span', 'bar-label', label ?? ''));
  const track = element('span', 'track');
  const fill = element('span', 'fill');
  const share = total ? Math.min(1, done / total) : state === 'running' ? 0 : 1;
  fill.style.width = `${100 * share}%`;
  track.append(fill);
  row.append(track, element('span', 'count', countText(bar)), element('span', 'facts', factsText(bar)));
  if (note) row.append(element('span', 'note', note));
  return row;
}

function countText({ done, total }: ProgressBar): string {
  const count = done.toLocaleString('en');
  return total === undefined
    ? count
    : `${Math.floor((100 * done) / (total || 1))} %  ${count} / ${total.toLocaleString('en')}`;
}

function factsText({ seconds, rate, left, state }: ProgressBar): string {
  const facts = [];
  // A rate measured over a moment means nothing
  if (rate && seconds >= 0.1) facts.push(rateText(rate));
  if (state === 'running') facts.push(left === undefined ? clockText(seconds) : `${clockText(left)} left`);
  else facts.push(durationText(seconds));
  if (state === 'stopped' || state === 'interrupted') facts.push(state);
  if (state === 'failed') facts.push('ended by an error');
  return facts.join(' · ');
}
