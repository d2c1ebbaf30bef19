// The picture's geometry: the tile, row and column of each value, and their place on the canvas. Computes only.
import type { Part } from './part.ts';
import { axesOf, type Role } from './axes.ts';

/**
 * Cells along one side of a tile. Several axes are nested: the last varies fastest, and gaps separate the groups of the
 * others.
 */
export interface Line {
  /** Offset in the part's values of each cell. */
  offsets: Int32Array;
  /** Gaps before each cell: the number of axes whose index changes there, less one. */
  gaps: Uint8Array;
}

export interface Plane {
  rows: Line;
  columns: Line;
  /** Offset of each tile. */
  tiles: Int32Array;
  /** Offset of the sliders' positions. */
  base: number;
  /** Stride between channels, and their number; `{ stride: 0, count: 1 }` without channels. */
  channels: { stride: number; count: number };
}

/**
 * The visible plane of a part.
 * @param positions for each axis with a slider, the position in the part; other entries are ignored
 */
export function planeOf(part: Part, roles: readonly Role[], positions: readonly number[]): Plane {
  const [channels] = axesOf(roles, 'channels');
  return {
    rows: lineOf(part, axesOf(roles, 'rows')),
    columns: lineOf(part, axesOf(roles, 'columns')),
    tiles: lineOf(part, axesOf(roles, 'grid')).offsets,
    base: axesOf(roles, 'slider').reduce((sum, axis) => sum + positions[axis]! * part.strides[axis]!, 0),
    channels:
      channels === undefined
        ? { stride: 0, count: 1 }
        : { stride: part.strides[channels]!, count: part.axes[channels]!.count },
  };
}

/** The cells of nested axes, outermost first; a single cell without axes. */
export function lineOf({ axes, strides }: Part, axesOfLine: readonly number[]): Line {
  // An axis of one index has no stride and separates no groups
  const nested = axesOfLine.filter((axis) => axes[axis]!.count !== 1);
  const length = nested.reduce((product, axis) => product * axes[axis]!.count, 1);
  const offsets = new Int32Array(length);
  const gaps = new Uint8Array(length);
  for (let cell = 0; cell < length; cell++) {
    let rest = cell;
    let changed = 0;
    for (let i = nested.length - 1; i >= 0; i--) {
      const { count } = axes[nested[i]!]!;
      const position = rest % count;
      offsets[cell]! += position * strides[nested[i]!]!;
      rest = Math.floor(rest / count);
      // At index 0 the axis around it has moved on
      if (position === 0 && changed === nested.length - 1 - i) changed++;
    }
    gaps[cell] = cell === 0 ? 0 : Math.min(changed, nested.length - 1);
  }
  return { offsets, gaps };
}

/** A line of cells on the canvas, in device pixels from the tile's edge. */
export interface Track {
  /** Start of each cell, and end of the last one. */
  starts: Float64Array;
  /** The cell at each pixel; -1 in a gap. */
  cells: Int32Array;
  /** Size of a cell; less than 1 if a pixel stands for several. */
  size: number;
}

/** Lays out a line with cells of this size. @param gap pixels for each axis that changes */
export function trackOf(line: Line, size: number, gap: number): Track {
  const n = line.offsets.length;
  const starts = new Float64Array(n + 1);
  let at = 0;
  for (let i = 0; i < n; i++) {
    at += line.gaps[i]! * gap;
    starts[i] = at;
    at += size;
  }
  starts[n] = at;
  const cells = new Int32Array(Math.max(1, Math.round(at))).fill(-1);
  if (size >= 1) for (let i = 0; i < n; i++) cells.fill(i, Math.round(starts[i]!), Math.round(starts[i]! + size));
  else
    for (let p = 0, i = 0; p < cells.length; p++) {
      while (i < n - 1 && starts[i + 1]! <= p) i++;
      cells[p] = i;
    }
  return { starts, cells, size };
}

export interface Layout {
  rows: Track;
  columns: Track;
  /** Of one tile, without the gap to the next. */
  tileWidth: number;
  tileHeight: number;
  tileGap: number;
  tilesAcross: number;
  width: number;
  height: number;
}

export interface Room {
  /** Device pixels. */
  width: number;
  /** Desired largest height in device pixels; many tiles may need more. */
  height: number;
  ratio: number;
}

/** Sizes in CSS pixels. */
const GAP = 4;
const TILE_GAP = 8;
const MAX_CELL = 24;
/** Few values are written as numbers, in cells of the first of these sizes that fits. */
const NUMBER_CELLS = [
  { width: 60, height: 26 },
  { width: 46, height: 24 },
];
const THIN = 56;

/**
 * The layout with the largest cells that fit: squares, unless one side would be too thin to see, or so long that a
 * pixel must stand for several cells.
 * @param numbers whether to write the values into the cells if there is room
 */
export function layoutOf({ rows, columns, tiles }: Plane, room: Room, numbers: boolean): Layout {
  const { width, height, ratio } = room;
  const [gap, tileGap] = [GAP * ratio, TILE_GAP * ratio];
  const gapsOf = (line: Line) => line.gaps.reduce((sum, g) => sum + g, 0) * gap;
  const [gapsAcross, gapsDown] = [gapsOf(columns), gapsOf(rows)];
  const [across, down] = [columns.offsets.length, rows.offsets.length];
  const finish = (cellWidth: number, cellHeight: number): Layout => {
    const [x, y] = [trackOf(columns, cellWidth, gap), trackOf(rows, cellHeight, gap)];
    const [tileWidth, tileHeight] = [x.cells.length, y.cells.length];
    const tilesAcross = Math.max(1, Math.min(tiles.length, Math.floor((width + tileGap) / (tileWidth + tileGap))));
    const tilesDown = Math.ceil(tiles.length / tilesAcross);
    return {
      rows: y,
      columns: x,
      tileWidth,
      tileHeight,
      tileGap,
      tilesAcross,
      width: tilesAcross * (tileWidth + tileGap) - tileGap,
      height: Math.max(1, tilesDown * (tileHeight + tileGap) - tileGap),
    };
  };
  const fits = (w: number, h: number) => {
    const [tileWidth, tileHeight] = [across * w + gapsAcross, down * h + gapsDown];
    const perRow = Math.floor((width + tileGap) / (tileWidth + tileGap));
    return perRow >= 1 && Math.ceil(tiles.length / perRow) * (tileHeight + tileGap) - tileGap <= height;
  };
  const number = NUMBER_CELLS.find((c) => numbers && fits(c.width * ratio, c.height * ratio));
  if (number) return finish(number.width * ratio, number.height * ratio);
  const largest = Math.round(MAX_CELL * ratio);
  for (let size = largest; size >= 1; size--)
    if (fits(size, size)) {
      // A strip one cell wide is widened
      const stretch = (count: number, other: number) =>
        count * size < THIN * ratio && other > count ? Math.min(largest, Math.floor((THIN * ratio) / count)) : size;
      const [w, h] = [stretch(across, down), stretch(down, across)];
      return fits(w, h) ? finish(w, h) : finish(size, size);
    }
  // Less than a pixel per cell: the width must fit, and tiles may need more height
  const cellWidth = Math.min(1, Math.max(1, width - gapsAcross) / Math.max(1, across));
  const single = tiles.length === 1;
  const cellHeight = single ? Math.min(1, Math.max(1, height - gapsDown) / Math.max(1, down)) : Math.min(1, cellWidth);
  const thin = (size: number, count: number) =>
    single && size * count < THIN * ratio
      ? Math.min(largest, Math.max(size, Math.floor((THIN * ratio) / Math.max(1, count))))
      : size;
  return finish(thin(cellWidth, across), thin(single && down <= height ? Math.max(1, cellHeight) : cellHeight, down));
}

/** A cell of the picture. */
export interface Cell {
  tile: number;
  row: number;
  column: number;
}

/** The cell at a point of the canvas, in device pixels; undefined between cells. */
export function cellAt(layout: Layout, tiles: number, x: number, y: number): Cell | undefined {
  const { tileWidth, tileHeight, tileGap, tilesAcross } = layout;
  const [i, j] = [Math.floor(x / (tileWidth + tileGap)), Math.floor(y / (tileHeight + tileGap))];
  const column = layout.columns.cells[Math.floor(x - i * (tileWidth + tileGap))] ?? -1;
  const row = layout.rows.cells[Math.floor(y - j * (tileHeight + tileGap))] ?? -1;
  const tile = j * tilesAcross + i;
  return x < 0 || y < 0 || column < 0 || row < 0 || i >= tilesAcross || tile >= tiles
    ? undefined
    : { tile, row, column };
}

/** Upper left corner of a tile on the canvas, in device pixels. */
export function tileOrigin(
  { tileWidth, tileHeight, tileGap, tilesAcross }: Layout,
  tile: number,
): [x: number, y: number] {
  return [(tile % tilesAcross) * (tileWidth + tileGap), Math.floor(tile / tilesAcross) * (tileHeight + tileGap)];
}

/** Offset of the cell's value in the part. */
export const placeOf = ({ rows, columns, tiles, base }: Plane, { tile, row, column }: Cell): number =>
  base + tiles[tile]! + rows.offsets[row]! + columns.offsets[column]!;

/** The cell of a value by its index: the inverse of {@link placeOf}. Takes the nearest index that the part has. */
export function cellOf(part: Part, roles: readonly Role[], index: readonly number[]): Cell {
  const along = (role: Role) =>
    axesOf(roles, role).reduce((cell, axis) => cell * part.axes[axis]!.count + part.nearest(axis, index[axis]!), 0);
  return { tile: along('grid'), row: along('rows'), column: along('columns') };
}
