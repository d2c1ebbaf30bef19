// Which outputs of a panel stand side by side: figures that follow one another. Texts and tables take a line of their
// own, and so does a figure alone. No DOM.
import type { PartItem } from '../../kernel/wire/controls.ts';
import { ERROR, FILTERS, STDERR, STDOUT, SUMMARY, TEXT, VALUE } from '../../kernel/wire/mime.ts';

/** MIME types of texts, tables and trees; and filters, which are many pictures themselves. */
const WIDE = new Set([ERROR, FILTERS, STDERR, STDOUT, SUMMARY, TEXT, VALUE]);

/** Whether an output takes a line of its own among figures. */
function isWide(item: PartItem): boolean {
  const { mime } = item;
  if (mime === 'text/html') return !('text' in item) || !/<(svg|img|canvas|video)\b/i.test(item.text);
  return mime.startsWith('text/') || WIDE.has(mime);
}

export interface Arrangement {
  /** Most figures in a line. */
  columns: number;
  /** Which outputs take a whole line. */
  whole: boolean[];
}

/** @param items of each output the one that is drawn; undefined: nothing is */
export function arrangementOf(items: readonly (PartItem | undefined)[]): Arrangement {
  const whole = items.map((item) => item === undefined || isWide(item));
  let columns = 1;
  for (let i = 0; i < whole.length; i++) {
    if (whole[i]) continue;
    let end = i;
    while (whole[end + 1] === false) end++;
    if (end === i) whole[i] = true;
    columns = Math.max(columns, end - i + 1);
    i = end;
  }
  return { columns, whole };
}

/** Narrowest figure beside another, and the gap between them, in pixels. */
const [NARROWEST, GAP] = [340, 16];

/** The columns of a grid: as many as there are figures in a line, fewer where they have no room. */
export const columnsFor = (columns: number): string =>
  columns === 1
    ? 'minmax(0, 1fr)'
    : `repeat(auto-fit, minmax(min(100%, max(${NARROWEST}px, (100% - ${GAP * (columns - 1)}px) / ${columns})), 1fr))`;
