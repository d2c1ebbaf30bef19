// The room of a legend that lies above the plot, known before plotly draws it: plotly gives the title and such a legend
// the same margin, in which they cover each other. No DOM, no plotly.
import { isRecord } from '../../kernel/wire/fields.ts';
import type { Figure, PlainObject } from './figure.ts';

/** Pixels that plotly gives an entry besides its letters, a row, the border of the legend, and groups of entries. */
const ENTRY = { mark: 45, row: 20, border: 10, group: 10 };
/** Size of letters for which room is reckoned: heights are known without a theme. */
export const LETTERS = 13;
/** Pixels between the legend and the plot. */
const GAP = 4;
/** Pixels of a title above. */
export const TITLE = 44;
/** Width of a letter in heights of the font, on the safe side. */
const LETTER = 0.57;
/** Pixels beside the plot: axis, border, each color bar. */
const BESIDE = { left: 60, right: 20, bar: 78 };
/** More rows scroll. */
const MOST_ROWS = 12;

const UNLISTED = new Set(['heatmap', 'contour', 'image', 'histogram2d', 'histogram2dcontour', 'surface']);

/** Whether a legend is to lie in a row above the plot. */
export const isAbove = (legend: unknown): boolean =>
  isRecord(legend) && legend['orientation'] === 'h' && legend['yanchor'] === 'bottom' && Number(legend['y']) >= 1;

/** The entries of a figure's legend; none if it has no legend. */
function entriesOf({ data, layout }: Pick<Figure, 'data' | 'layout'>): PlainObject[] {
  if (layout['showlegend'] === false) return [];
  const entries = data.filter(
    (trace) =>
      trace['showlegend'] !== false &&
      trace['visible'] !== false &&
      (!UNLISTED.has(String(trace['type'])) || trace['showlegend'] === true),
  );
  const shows = layout['showlegend'] === true || entries.length > 1 || entries.some((t) => t['showlegend'] === true);
  return shows ? entries : [];
}

/** Letters of a name without plotly's tags and entities. */
const lettersOf = (name: unknown): number =>
  typeof name === 'string' ? [...name.replace(/<[^>]*>/g, '').replace(/&\w+;/g, '.')].length : 8;

/**
 * Height in pixels of a legend in rows of this width; 0 without entries.
 * @param room width in pixels @param size of the letters
 */
export function legendHeight(figure: Pick<Figure, 'data' | 'layout'>, room: number, size: number): number {
  const entries = entriesOf(figure);
  if (entries.length === 0) return 0;
  const grouped = entries.some((trace) => trace['legendgroup'] !== undefined);
  const gap = grouped ? ENTRY.group : 0;
  const groups = new Map<unknown, PlainObject[]>();
  for (const [i, trace] of entries.entries()) {
    const group = grouped ? (trace['legendgroup'] ?? '') : i;
    groups.set(group, [...(groups.get(group) ?? []), trace]);
  }
  const blocks = [...groups.values()].map((traces) => ({
    width: ENTRY.mark + gap + LETTER * size * Math.max(...traces.map(({ name }) => lettersOf(name))),
    height: ENTRY.row * traces.length + gap,
  }));
  const all = blocks.reduce((sum, { width }) => sum + width, 0);
  const widest = Math.max(...blocks.map(({ width }) => width));
  // Entries that do not fit into one row stand in columns
  const inRow = all <= room ? blocks.length : Math.max(1, Math.floor(room / widest));
  const rows = Math.min(MOST_ROWS, Math.ceil(blocks.length / inRow));
  return rows * Math.max(...blocks.map(({ height }) => height)) + (grouped ? 0 : ENTRY.border);
}

/** Pixels that a legend above the plot takes; 0 if there is none. @param width of the figure */
export function roomAbove(figure: Pick<Figure, 'data' | 'layout'>, width: number, size: number): number {
  const bars = figure.data.filter((trace) => {
    const marker = trace['marker'];
    const field = UNLISTED.has(String(trace['type'])) && trace['type'] !== 'image';
    return field ? trace['showscale'] !== false : isRecord(marker) && marker['showscale'] === true;
  }).length;
  const height = legendHeight(figure, width - BESIDE.left - BESIDE.right - BESIDE.bar * bars, size);
  return height > 0 ? height + GAP : 0;
}

/**
 * What puts a title at the top and a legend right above the plot.
 * @param height of the figure @param top the margin above the plot, and @param bottom below it
 */
export function stacked(
  layout: PlainObject,
  { height, top, bottom }: { height: number; top: number; bottom: number },
): PlainObject {
  const title = layout['title'];
  return {
    ...titleAtTop(title, height),
    legend: {
      ...{ orientation: 'h', x: 0, yanchor: 'bottom' },
      ...(layout['legend'] as object | undefined),
      y: 1 + GAP / Math.max(1, height - top - bottom),
    },
  };
}

/** A title in the middle of its own room instead of the whole margin above the plot. */
export const titleAtTop = (title: unknown, height: number): PlainObject =>
  isRecord(title) && title['y'] === undefined
    ? { title: { ...title, yref: 'container', y: 1 - TITLE / 2 / height, yanchor: 'middle' } }
    : {};
