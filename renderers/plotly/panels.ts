// Places of the panels of small multiples for the width of an output: in a narrow one there are fewer in a row. No DOM,
// no plotly.
import { isRecord } from '../../kernel/wire/fields.ts';
import type { Panel, Panels } from '../../kernel/wire/panels.ts';
import type { Figure, PlainObject } from './figure.ts';
import { legendHeight, LETTERS, titleAtTop } from './legend.ts';

/** Narrowest panel in pixels, with its numbers. */
const NARROWEST = 150;
/** Lowest panel of equal axes. */
const LOWEST = 40;
/** Pixels around all panels, and between them. */
const AROUND = { left: 58, right: 14, top: 14, title: 30, bottom: 48, bar: 84, controls: 66 };
const BETWEEN = { gap: 14, numbers: 30, label: 20, ticks: 20, title: 22, bar: 62 };

/** The panels of a figure, if it has any and they are as they should be. */
export function panelsOf(layout: PlainObject): Panels | undefined {
  const meta = layout['meta'];
  const panels = isRecord(meta) ? meta['panels'] : undefined;
  if (!isRecord(panels) || !Array.isArray(panels['list']) || panels['list'].length === 0) return undefined;
  const whole = (v: unknown) => Number.isSafeInteger(v) && (v as number) >= 0;
  const good = (p: unknown) =>
    isRecord(p) &&
    whole(p['row']) &&
    whole(p['column']) &&
    /^xaxis\d*$/.test(String(p['x'])) &&
    /^yaxis\d*$/.test(String(p['y'])) &&
    Array.isArray(p['bars']);
  if (!whole(panels['columns']) || panels['columns'] === 0 || !((panels['height'] as number) > 0)) return undefined;
  return panels['list'].every(good) ? (panels as unknown as Panels) : undefined;
}

type Shown = Pick<Figure, 'data' | 'layout' | 'frames'>;

interface Places {
  columns: number;
  rows: number;
  /** The panels with the rows and columns that they have in this width. */
  list: Panel[];
  margin: { l: number; r: number; t: number; b: number };
  /** Pixels between columns and rows. */
  across: number;
  down: number;
  height: number;
}

/** Where panels stand in an output of this width. A slider stands below them if there are frames. */
export function placesOf(panels: Panels, { data, layout, frames }: Shown, width: number): Places {
  const controls = frames.length > 1;
  const axis = (name: string) => (isRecord(layout[name]) ? layout[name] : {});
  const numbered = (name: string) => axis(name)['showticklabels'] !== false && axis(name)['visible'] !== false;
  const titled = (name: string) => {
    const title = axis(name)['title'];
    return isRecord(title) && title['text'] !== '' && title['text'] !== undefined;
  };
  const some = (test: (p: Panel) => boolean) => panels.list.some(test);
  const yNumbers = some((p) => numbered(p.y));
  const xNumbers = some((p) => numbered(p.x));
  const l = yNumbers ? AROUND.left : 12;
  const r = AROUND.right + (panels.oneBar || some((p) => p.bars.length > 0) ? AROUND.bar : 0);
  const margin = {
    ...{ l, r },
    t:
      AROUND.top +
      (isRecord(layout['title']) ? AROUND.title : 0) +
      (panels.legend ? legendHeight({ data, layout }, width - l - r, LETTERS) : 0) +
      (some((p) => p.title !== undefined) ? 14 : 0),
    b: (xNumbers ? AROUND.bottom : 14) + (controls ? AROUND.controls : 0),
  };
  const across =
    BETWEEN.gap +
    (yNumbers && !panels.shareY ? BETWEEN.numbers + (some((p) => titled(p.y)) ? BETWEEN.label : 0) : 0) +
    (some((p) => p.bars.length > 0) ? BETWEEN.bar : 0);
  const down =
    BETWEEN.gap +
    (xNumbers && !panels.shareX ? BETWEEN.ticks + (some((p) => titled(p.x)) ? BETWEEN.label : 0) : 0) +
    (some((p) => p.title !== undefined) ? BETWEEN.title : 0);
  const room = Math.max(1, width - margin.l - margin.r);
  const fitting = Math.max(1, Math.floor((room + across) / (NARROWEST + across)));
  const columns = Math.min(panels.columns, fitting);
  const list =
    columns === panels.columns
      ? panels.list
      : panels.list.map((p, i) => ({ ...p, row: Math.floor(i / columns), column: i % columns }));
  const rows = Math.max(...list.map(({ row }) => row)) + 1;
  // Panels of equal axes need no more height than their width gives them
  const panelWidth = (room - (columns - 1) * across) / columns;
  const aspects = list.map(({ aspect }) => (typeof aspect === 'number' && aspect > 0 ? aspect : Infinity));
  const panelHeight = Math.min(panels.height, Math.max(LOWEST, panelWidth * Math.max(...aspects)));
  return {
    ...{ columns, rows, list, margin, across, down },
    height: Math.min(4000, Math.round(rows * panelHeight + (rows - 1) * down + margin.t + margin.b)),
  };
}

/** The data and the layout with all panels at their places. */
export function placePanels(
  { data, layout }: { data: PlainObject[]; layout: PlainObject },
  panels: Panels,
  places: Places,
  width: number,
): { data: PlainObject[]; layout: PlainObject } {
  const { columns, rows, list, margin, across, down, height } = places;
  const inner = { width: Math.max(1, width - margin.l - margin.r), height: Math.max(1, height - margin.t - margin.b) };
  const cell = {
    width: Math.max(1, (inner.width - (columns - 1) * across) / columns),
    height: (inner.height - (rows - 1) * down) / rows,
  };
  const placed: PlainObject = { ...layout, ...titleAtTop(layout['title'], height), margin, height };
  const traces = [...data];
  const notes = Array.isArray(layout['annotations']) ? [...(layout['annotations'] as PlainObject[])] : [];
  const share = (v: number, of: number) => Math.max(0, Math.min(1, v / of));
  for (const panel of list) {
    const { row, column } = panel;
    const left = column * (cell.width + across);
    const top = row * (cell.height + down);
    const x = [share(left, inner.width), share(left + cell.width, inner.width)] as const;
    const y = [share(inner.height - top - cell.height, inner.height), share(inner.height - top, inner.height)] as const;
    const isLowest = !list.some((p) => p.column === column && p.row > row);
    placed[panel.x] = outer({ ...(layout[panel.x] as PlainObject), domain: x }, !panels.shareX || isLowest, cell.width);
    placed[panel.y] = outer(
      { ...(layout[panel.y] as PlainObject), domain: y },
      !panels.shareY || column === 0,
      cell.height,
    );
    if (panel.title !== undefined && isRecord(notes[panel.title]))
      notes[panel.title] = { ...notes[panel.title], x: (x[0] + x[1]) / 2, y: y[1], yshift: 2 };
    for (const i of panel.bars) if (isRecord(traces[i])) traces[i] = withBar(traces[i], x[1], y);
  }
  if (notes.length > 0) placed['annotations'] = notes;
  if (panels.legend)
    placed['legend'] = {
      ...{ orientation: 'h', x: 0, yanchor: 'bottom' },
      y: 1 + (list.some((p) => p.title !== undefined) ? 20 : 4) / inner.height,
      ...(layout['legend'] as object | undefined),
    };
  return { data: traces, layout: placed };
}

/** An axis that shows its numbers and its title only if it stands outside. */
function outer(axis: PlainObject, isOuter: boolean, length: number): PlainObject {
  const sized = length < 170 && axis['nticks'] === undefined ? { ...axis, nticks: 4 } : axis;
  return isOuter ? sized : { ...sized, showticklabels: false, title: { text: '' } };
}

/** The trace with its color bar beside its panel. */
function withBar(trace: PlainObject, right: number, [low, high]: readonly [number, number]): PlainObject {
  const place = { x: right + 0.005, len: high - low, y: (low + high) / 2, yanchor: 'middle', thickness: 10 };
  const marker = trace['marker'];
  return isRecord(marker) && marker['showscale'] === true
    ? { ...trace, marker: { ...marker, colorbar: { ...(marker['colorbar'] as object | undefined), ...place } } }
    : { ...trace, colorbar: { ...(trace['colorbar'] as object | undefined), ...place } };
}
