// A figure in words, for screen readers: its title, what its traces show, and its axes. No DOM, no plotly.
import { isRecord } from '../../kernel/wire/fields.ts';
import { plural, shortNumber } from '../shared/numbers.ts';
import type { Figure, PlainObject } from './figure.ts';
import { listOf } from './packed.ts';

/** Traces that are described; the others are counted. */
const MOST = 6;
/** Base64 text of a longer list is not read for its range: a live figure is described at each step. */
const MOST_TEXT = 400_000;

/** `Figure: Loss. 2 traces: line "train", 50 points, from 0.1 to 2.3; … Axes: epoch, loss`. */
export function labelOf({ data, layout }: Pick<Figure, 'data' | 'layout'>): string {
  const title = textOf(layout['title']);
  const parts = data.slice(0, MOST).map(traceText);
  if (data.length > MOST) parts.push(`and ${data.length - MOST} more`);
  const axes = ['xaxis', 'yaxis', 'zaxis'].flatMap((name) => {
    const axis = layout[name] ?? (isRecord(layout['scene']) ? layout['scene'][name] : undefined);
    const text = isRecord(axis) ? textOf(axis['title']) : '';
    return text ? [text] : [];
  });
  const sentences = [
    title,
    data.length > 0 ? `${data.length > 1 ? `${data.length} traces: ` : ''}${parts.join('; ')}` : '',
    axes.length > 0 ? `Axes: ${axes.join(', ')}` : '',
  ].filter(Boolean);
  return `Figure: ${sentences.join('. ') || 'empty'}`;
}

/** `line "train", 50 points, from 0.1 to 2.3`. */
function traceText(trace: PlainObject): string {
  const type = typeof trace['type'] === 'string' ? trace['type'] : 'scatter';
  const name = typeof trace['name'] === 'string' ? ` "${plain(trace['name'])}"` : '';
  const values = [trace['z'], trace['y'], trace['x'], trace['values']].find((v) => listOfShort(v) !== undefined);
  const list = listOfShort(values) ?? [];
  const rows = list.map((row) => listOfShort(row));
  const isGrid = rows.length > 0 && rows.every((row) => row !== undefined);
  const size = isGrid ? `${rows.length} × ${rows[0]!.length} values` : plural(list.length, 'point');
  return [`${kindOf(type, trace['mode'])}${name}`, size, rangeOf(isGrid ? rows.flat() : list)]
    .filter(Boolean)
    .join(', ');
}

/** A list, unless it is long and packed. */
const listOfShort = (value: unknown): unknown[] | undefined =>
  isRecord(value) && String(value['bdata'] ?? '').length > MOST_TEXT ? undefined : listOf(value);

const KINDS: Record<string, string> = { bar: 'bars', scatter3d: 'points in space', mesh3d: 'mesh' };

function kindOf(type: string, mode: unknown): string {
  if (type !== 'scatter') return (Object.hasOwn(KINDS, type) && KINDS[type]) || type;
  return typeof mode === 'string' && !mode.includes('lines') ? 'points' : 'line';
}

/** `from 0.1 to 2.3`; empty if there are no numbers. */
function rangeOf(values: readonly unknown[]): string {
  let [low, high] = [Infinity, -Infinity];
  for (const value of values) {
    if (typeof value !== 'number' || !Number.isFinite(value)) continue;
    if (value < low) low = value;
    if (value > high) high = value;
  }
  if (low > high) return '';
  return low === high ? `at ${shortNumber(low)}` : `from ${shortNumber(low)} to ${shortNumber(high)}`;
}

/** The text of a title, which is a text or an object. */
const textOf = (title: unknown): string => plain(isRecord(title) ? title['text'] : title);

/** A text without the tags and entities that plotly reads. */
const plain = (text: unknown): string =>
  typeof text !== 'string'
    ? ''
    : text
        .replace(/<[^>]*>/g, ' ')
        .replace(/&lt;/g, '<')
        .replace(/&gt;/g, '>')
        .replace(/&nbsp;/g, ' ')
        .replace(/&amp;/g, '&')
        .replace(/\s+/g, ' ')
        .trim();
