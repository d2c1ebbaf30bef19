// viz.grid: figures side by side and below one another, as one figure: with the same axes and colors where they can be
// compared, and values shown in all panels at once.
import { checkOptions, shown, type OptionNames } from '../options.ts';
import type { Panel, Panels } from '../../wire/panels.ts';
import { colored, fills, isField, isSpatial, joinedFrames, spanOfTraces, type Part } from './compose.ts';
import { escaped, Figure, heading, type Layout, type Trace } from './figure.ts';

/** Options of {@link grid}. */
export interface GridOptions {
  title?: string;
  /** Titles of the panels, row by row; those of the figures by default. */
  titles?: readonly string[];
  /** Give all panels the same axis; by default if labels and extents are alike. */
  shareX?: boolean;
  shareY?: boolean;
  /** Give all maps of colors the same range and one color bar; by default if they have the same colors. */
  shareColors?: boolean;
  /** Height of a panel in pixels; 210 by default. */
  panelHeight?: number;
  /** Show the values at the same point of all panels when the pointer is on one; on by default. */
  link?: boolean;
}

const GRID_OPTIONS: OptionNames<GridOptions> = {
  title: 'text',
  titles: true,
  shareX: 'boolean',
  shareY: 'boolean',
  shareColors: 'boolean',
  panelHeight: 'number',
  link: 'boolean',
};

const MOST_PANELS = 64;

interface Cell {
  figure: Figure;
  row: number;
  column: number;
  /** `''`, `2`, `3` …: the end of the names of its axes. */
  id: string;
}

/**
 * Draws figures as panels of one: `viz.grid([[a, b, c], [d, e, f]])`. In a narrow output there are fewer in a row. Panels
 * of animations run together.
 *
 * ```ts
 * import { viz } from 'dlnb';
 * const x = Array.from({ length: 41 }, (_, i) => i / 10 - 2);
 * const unit = (w: number, b: number) => viz.line(x.map((v) => Math.max(0, w * v + b)), { x, title: `w = ${w}` });
 * viz.grid([[unit(1, 0), unit(2, 0)], [unit(1, 1), unit(-1, 1)]]);
 * ```
 * @param rows rows of figures of `viz`; rows may differ in length, and `undefined` leaves a place empty
 * @throws TypeError or RangeError that names the panel that cannot be one
 */
export function grid(rows: readonly (readonly (Figure | undefined)[])[], options: GridOptions = {}): Figure {
  const where = 'viz.grid';
  checkOptions(where, options, GRID_OPTIONS);
  const cells = read(rows, where);
  const { titles, link = true, panelHeight = 210 } = options;
  if (!(panelHeight >= 40 && panelHeight <= 1200))
    throw new RangeError(`${where}: panelHeight must be from 40 to 1200 pixels, got ${shown(panelHeight)}`);
  if (titles && titles.length !== cells.length)
    throw new RangeError(`${where}: titles must hold one for each of the ${cells.length} panels, got ${titles.length}`);
  const share = { x: shared(cells, 'x', options.shareX), y: shared(cells, 'y', options.shareY) };
  const colors = sharedColors(cells, options.shareColors);
  const layout: Layout = { ...(options.title !== undefined && { title: { text: escaped(options.title) } }) };
  const [annotations, shapes, data]: [Layout[], Layout[], Trace[]] = [[], [], []];
  const [list, parts]: [Panel[], Part[]] = [[], []];
  const names = new Set<string>();
  const drawn = cells.map(({ figure }) => colored(figure.data).traces);
  const series = seriesOf(drawn);
  for (const [k, cell] of cells.entries()) {
    const { figure, id, row, column } = cell;
    const first = data.length;
    const own = drawn[k]!.map((trace) => placed(inSeries(trace, drawn[k]!, series), id, colors, names));
    data.push(...own);
    parts.push({ first, frames: figure.frames });
    for (const axis of ['x', 'y'] as const) layout[`${axis}axis${id}`] = axisOf(cell, axis, share[axis]);
    for (const shape of (figure.layout['shapes'] as Layout[] | undefined) ?? []) shapes.push(moved(shape, id));
    for (const note of (figure.layout['annotations'] as Layout[] | undefined) ?? []) annotations.push(moved(note, id));
    const title = titles ? escaped(titles[k]!) : titleOf(figure);
    if (title)
      annotations.push({
        text: title,
        ...{ xref: 'paper', yref: 'paper', x: 0.5, y: 1, xanchor: 'center', yanchor: 'bottom', showarrow: false },
      });
    const bars = own.flatMap((trace, i) => (hasBar(trace) && !colors ? [first + i] : []));
    const aspect = aspectOf(cell, share);
    const noted = { ...(aspect && { aspect }), ...(title && { title: annotations.length - 1 }) };
    list.push({ row, column, x: `xaxis${id}`, y: `yaxis${id}`, ...noted, bars });
  }
  const oneBar = colors !== undefined && data.some(hasBar);
  // The first map shows the color bar of all
  let barred = false;
  if (oneBar)
    for (const [i, trace] of data.entries()) {
      if (!hasBar(trace)) continue;
      if (barred) data[i] = { ...trace, showscale: false };
      barred = true;
    }
  const panels: Panels = {
    ...{ columns: Math.max(...cells.map(({ column }) => column)) + 1, list },
    ...{
      shareX: share.x !== undefined,
      shareY: share.y !== undefined,
      oneBar,
      legend: names.size > 1,
      height: panelHeight,
    },
  };
  const play = cells.find(({ figure }) => figure.frames.length > 0)?.figure.layout['meta'] as Layout | undefined;
  Object.assign(layout, {
    ...(annotations.length > 0 && { annotations }),
    ...(shapes.length > 0 && { shapes }),
    showlegend: names.size > 1,
    ...barLayout(cells),
    meta: { panels, ...(link && { link: true }), ...(play?.['play'] !== undefined && { play: play['play'] }) },
  });
  const frames = joinedFrames(parts, (trace, k) =>
    placed(inSeries(trace, drawn[k]!, series), cells[k]!.id, colors, new Set()),
  );
  const text = `${heading('Grid', options)} of ${cells.length} figures. ${cells.map(({ figure }) => figure.text).join('. ')}`;
  return new Figure(data, layout, text, frames);
}

function read(rows: unknown, where: string): Cell[] {
  if (!Array.isArray(rows) || !rows.every((row) => Array.isArray(row)))
    throw new TypeError(`${where}: takes rows of figures, for example viz.grid([[a, b], [c, d]]), got ${shown(rows)}`);
  const cells: Cell[] = [];
  rows.forEach((list: unknown[], row) =>
    list.forEach((figure, column) => {
      if (figure === undefined || figure === null) return;
      const name = `${where}: panel [${row}][${column}]`;
      if (!(figure instanceof Figure)) throw new TypeError(`${name} must be a figure of viz, got ${shown(figure)}`);
      if (isSpatial(figure))
        throw new RangeError(`${name} is in three dimensions; show it by itself, or draw it with viz.contour`);
      if ((figure.layout['meta'] as Layout | undefined)?.['panels'] !== undefined)
        throw new RangeError(`${name} is a grid itself; put its figures into this one`);
      cells.push({ figure, row, column, id: cells.length === 0 ? '' : String(cells.length + 1) });
    }),
  );
  if (cells.length === 0) throw new RangeError(`${where}: there is no figure to draw`);
  if (cells.length > MOST_PANELS)
    throw new RangeError(`${where}: ${cells.length} panels are more than the ${MOST_PANELS} that can be drawn`);
  return cells;
}

type Range = [number, number];
const axisSettings = ({ figure }: Cell, axis: 'x' | 'y'): Layout =>
  (figure.layout[`${axis}axis`] as Layout | undefined) ?? {};

/** What a figure shows along an axis: its stated range, else its values with a margin. */
function spanOf(cell: Cell, axis: 'x' | 'y'): Range | undefined {
  const settings = axisSettings(cell, axis);
  const range = settings['range'] as Range | undefined;
  if (range) return [Math.min(...range), Math.max(...range)];
  const frames = cell.figure.frames.flatMap((frame) => (frame as { data: Trace[] }).data);
  const traces = [...cell.figure.data, ...frames];
  const span = spanOfTraces(traces, axis, settings['type'] === 'log');
  if (!span || traces.every(isField)) return span;
  const bars = traces.some((trace) => trace['type'] === 'bar');
  const pad = (span[1] - span[0]) * 0.05 || 0.5;
  const along = bars && !traces.some((t) => (t['orientation'] === 'h') === (axis === 'x'));
  if (bars && along) return [span[0] - 0.5, span[1] + 0.5];
  return [span[0] === 0 && bars ? 0 : span[0] - pad, span[1] + pad];
}

/** The range that all panels share along an axis; undefined if they do not share it. */
function shared(cells: readonly Cell[], axis: 'x' | 'y', wanted: boolean | undefined): Range | undefined {
  if (wanted === false || cells.length < 2) return undefined;
  const spans = cells.map((cell) => spanOf(cell, axis));
  const known = spans.filter((s): s is Range => s !== undefined);
  if (known.length === 0) return undefined;
  const all: Range = [Math.min(...known.map(([low]) => low)), Math.max(...known.map(([, high]) => high))];
  const kind = (cell: Cell) => {
    const { type, title, showticklabels, ticktext } = axisSettings(cell, axis) as Record<string, unknown>;
    return JSON.stringify([type, title, showticklabels, ticktext]);
  };
  if (wanted === true) {
    const types = new Set(cells.map((cell) => String(axisSettings(cell, axis)['type'] ?? 'linear')));
    if (types.size > 1 || types.has('category'))
      throw new RangeError(
        `viz.grid: share${axis.toUpperCase()} needs axes of the same kind, got ${[...types].join(' and ')}`,
      );
    return all;
  }
  if (axisSettings(cells[0]!, axis)['type'] === 'category') return undefined;
  const alike = cells.every((cell) => kind(cell) === kind(cells[0]!));
  const comparable = known.every(([low, high]) => high - low >= (all[1] - all[0]) / 3);
  return alike && comparable && known.length === cells.length ? all : undefined;
}

/** Height by width of a plane of equal axes; undefined of other axes. */
function aspectOf(cell: Cell, share: { x: Range | undefined; y: Range | undefined }): number | undefined {
  if (axisSettings(cell, 'y')['scaleanchor'] !== 'x') return undefined;
  const [x, y] = [share.x ?? spanOf(cell, 'x'), share.y ?? spanOf(cell, 'y')];
  const aspect = x && y && (y[1] - y[0]) / (x[1] - x[0]);
  return aspect !== undefined && Number.isFinite(aspect) && aspect > 0 ? aspect : undefined;
}

/** The range of colors that all maps share; undefined if they do not. */
function sharedColors(cells: readonly Cell[], wanted: boolean | undefined): Range | undefined {
  if (wanted === false) return undefined;
  const maps = cells.flatMap(({ figure }) =>
    figure.data.filter((t) => fills(t) && t['type'] !== 'image' && t['zmin'] !== undefined),
  );
  if (maps.length < 2) return undefined;
  const barred = maps.filter((t) => t['showscale'] !== false);
  if (barred.length < 2) return undefined;
  const alike = barred.every((t) => JSON.stringify(t['colorscale']) === JSON.stringify(barred[0]!['colorscale']));
  if (!alike) {
    if (wanted) throw new RangeError('viz.grid: shareColors needs maps with the same colors');
    return undefined;
  }
  return [Math.min(...barred.map((t) => t['zmin'] as number)), Math.max(...barred.map((t) => t['zmax'] as number))];
}

const hasBar = (trace: Trace): boolean =>
  (fills(trace) && trace['type'] !== 'image' && trace['showscale'] !== false) ||
  (trace['marker'] as Layout | undefined)?.['showscale'] === true;

const SERIES = /^theme\(series-(\d)(?=[,)])/;
const keyOf = (trace: Trace): string | undefined => {
  const key = trace['legendgroup'] ?? trace['name'];
  return typeof key === 'string' ? key : undefined;
};
const colorOf = (trace: Trace): number | undefined => {
  const colors = [trace['line'], trace['marker']].map((own) => String((own as Layout | undefined)?.['color']));
  const found = colors.map((color) => SERIES.exec(color)?.[1]).find((number) => number !== undefined);
  return found === undefined ? undefined : Number(found);
};

/**
 * The number of the color of each name of the common legend: the same in all panels, and another for another name while
 * there are enough. The colors of points over a map of colors are those of its regions, and stay.
 */
function seriesOf(panels: readonly (readonly Trace[])[]): ReadonlyMap<string, number> {
  const series = new Map<string, number>();
  const fixed = panels.filter((traces) => traces.some(fills));
  for (const trace of [...fixed, ...panels.filter((traces) => !traces.some(fills))].flat()) {
    const [key, own] = [keyOf(trace), colorOf(trace)];
    if (key === undefined || own === undefined || series.has(key)) continue;
    const used = new Set(series.values());
    const free = [own, 0, 1, 2, 3, 4, 5, 6, 7].find((number) => !used.has(number));
    series.set(key, fixed.some((traces) => traces.includes(trace)) ? own : (free ?? own));
  }
  return series;
}

/** The trace in the color of its name. */
function inSeries(trace: Trace, panel: readonly Trace[], series: ReadonlyMap<string, number>): Trace {
  const number = series.get(keyOf(trace) ?? '');
  if (number === undefined || panel.some(fills)) return trace;
  const other = (color: unknown) =>
    typeof color === 'string' ? color.replace(SERIES, `theme(series-${number}`) : color;
  const recolored: Trace = { ...trace };
  if (trace['fillcolor'] !== undefined) recolored['fillcolor'] = other(trace['fillcolor']);
  for (const part of ['line', 'marker']) {
    const own = trace[part] as Layout | undefined;
    if (own?.['color'] !== undefined) recolored[part] = { ...own, color: other(own['color']) };
  }
  return recolored;
}

/** A trace on the axes of its panel. A name of another panel is not repeated in the legend. */
function placed(trace: Trace, id: string, colors: Range | undefined, names: Set<string>): Trace {
  const name = trace['name'];
  const known = typeof name === 'string' && names.has(name);
  if (typeof name === 'string' && trace['showlegend'] !== false) names.add(name);
  return {
    ...trace,
    xaxis: `x${id}`,
    yaxis: `y${id}`,
    ...(typeof name === 'string' && { legendgroup: trace['legendgroup'] ?? name }),
    ...(known && { showlegend: false }),
    ...(colors && fills(trace) && trace['showscale'] !== false && { zmin: colors[0], zmax: colors[1] }),
  };
}

function axisOf(cell: Cell, axis: 'x' | 'y', range: Range | undefined): Layout {
  const own = { ...axisSettings(cell, axis) };
  if (own['scaleanchor'] === 'x') own['scaleanchor'] = `x${cell.id}`;
  const settings: Layout = { ...own, anchor: `${axis === 'x' ? 'y' : 'x'}${cell.id}` };
  if (!range) return settings;
  const stated = own['range'] as Range | undefined;
  const down = own['autorange'] === 'reversed' || (stated !== undefined && stated[0] > stated[1]);
  delete settings['autorange'];
  settings['range'] = down ? [range[1], range[0]] : range;
  // Equal axes keep their own zoom, which plotly cannot tie to that of others
  if (cell.id !== '' && !('constrain' in own)) settings['matches'] = axis;
  return settings;
}

/** A note or a shape on the axes of its panel. */
function moved(item: Layout, id: string): Layout {
  const ref = (axis: 'x' | 'y') => {
    const own = String(item[`${axis}ref`] ?? axis);
    return own === 'paper' ? `${axis}${id} domain` : own.replace(/^[xy]/, `${axis}${id}`);
  };
  return { ...item, xref: ref('x'), yref: ref('y') };
}

const titleOf = ({ layout }: Figure): string => String((layout['title'] as Layout | undefined)?.['text'] ?? '');

/** Settings of bars, which belong to all panels. */
function barLayout(cells: readonly Cell[]): Layout {
  const result: Layout = {};
  for (const key of ['barmode', 'bargap'])
    for (const { figure } of cells) if (figure.layout[key] !== undefined) result[key] ??= figure.layout[key];
  return result;
}
