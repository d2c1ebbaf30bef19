// Places of a stage's tiles and panels on the canvas, in device pixels. Computes only.

export interface Content {
  /** Absent: tiles have labels if these fit. */
  bare?: boolean;
  tiles: number;
  /** Number of panels of one tile. */
  panels: number;
  /** Rows and columns of one panel. */
  rows: number;
  columns: number;
}

export interface Layout {
  /** Size of the canvas. */
  width: number;
  height: number;
  /** Tiles in a row, and panels in a row of a tile. */
  tilesAcross: number;
  panelsAcross: number;
  /** Size of a panel, and distance from one panel to the next. */
  panel: { width: number; height: number };
  panelStep: { x: number; y: number };
  /** Size of a tile without its label, and distance from one tile to the next. */
  tile: { width: number; height: number };
  tileStep: { x: number; y: number };
  /** Height of the label under each tile; 0 if it does not fit. */
  label: number;
}

/** In CSS pixels. */
const LABEL = 15;
const GAP = 8;
/** Between tiles of several panels. */
const WIDE_GAP = 18;
const PANEL_GAP = 3;
/** The larger side of a panel; maps are larger than filters, because their details matter. */
const SMALL = { few: 64, many: 44 };
const LARGE = { few: 124, many: 84 };
const LONG = { few: 300, many: 180 };
const FEW = 6;
/** Panels with at most this many values per side are small. */
const SMALL_SIDE = 11;
/** Approximate largest size of a tile with many panels. */
const TILE = 150;
/** Least width of a readable label. */
const LEAST_LABEL = 20;
const LEAST_STRIP = 12;

/** Largest height of a canvas in device pixels; browsers may not draw a higher one. */
const MOST_HEIGHT = 30_000;

/** @param room available width in device pixels */
export function layOut(content: Content, room: number, ratio: number): Layout {
  for (let zoom = 1; ; zoom *= 0.75) {
    const layout = layOutAt(content, room, ratio, zoom);
    if (layout.height <= MOST_HEIGHT || zoom < 0.2) return layout;
  }
}

/** @param zoom shrinks the panels */
function layOutAt({ tiles, panels, rows, columns, bare }: Content, room: number, ratio: number, zoom: number): Layout {
  const longest = Math.max(rows, columns);
  const sizes = longest <= SMALL_SIDE ? SMALL : rows === 1 ? LONG : LARGE;
  const wanted = (tiles <= FEW ? sizes.few : sizes.many) * ratio * zoom;
  const panelsAcross = acrossOf(panels);
  const gap = panels > 1 ? Math.round(PANEL_GAP * ratio) : 0;
  const share = panels > 1 ? Math.max(longest, (TILE * ratio) / panelsAcross - gap) : wanted;
  const most = Math.max(1, Math.floor((room - 2 * ratio) / panelsAcross) - gap);
  const side = Math.min(wanted, share, most);
  // Whole device pixels for each value, so that all cells have the same size
  const cell = side >= longest ? Math.floor(side / longest) : side / longest;
  const least = Math.min(most, LEAST_STRIP * ratio);
  const panel = {
    width: Math.max(columns === 1 && rows > 1 ? least : 1, Math.round(columns * cell)),
    height: Math.max(rows === 1 ? least : 1, Math.round(rows * cell)),
  };
  const panelStep = { x: panel.width + gap, y: panel.height + gap };
  const down = Math.ceil(panels / panelsAcross);
  const tile = { width: panelsAcross * panelStep.x - gap, height: down * panelStep.y - gap };
  const label = !bare && (tile.width >= LEAST_LABEL * ratio || tiles <= FEW) ? Math.round(LABEL * ratio) : 0;
  const space = Math.round((panels > 1 ? WIDE_GAP : GAP) * ratio);
  const tileStep = { x: tile.width + space, y: tile.height + label + (label ? Math.round(space / 2) : space) };
  const tilesAcross = Math.max(1, Math.min(tiles, Math.floor((room - 2 + space) / tileStep.x)));
  return {
    width: tilesAcross * tileStep.x - space + 2,
    height: Math.ceil(tiles / tilesAcross) * tileStep.y + 2,
    tilesAcross,
    panelsAcross,
    panel,
    panelStep,
    tile,
    tileStep,
    label,
  };
}

/** About as many across as down, with full rows if possible: 8 are 4 × 2, 12 are 4 × 3. */
function acrossOf(panels: number): number {
  const square = Math.ceil(Math.sqrt(panels));
  for (let across = square; across <= 1.5 * square; across++) if (panels % across === 0) return across;
  return square;
}

/** Upper left corner of a tile, with a pixel left for frames. */
export const originOf = ({ tilesAcross, tileStep }: Layout, tile: number): [x: number, y: number] => [
  1 + (tile % tilesAcross) * tileStep.x,
  1 + Math.floor(tile / tilesAcross) * tileStep.y,
];

export interface Spot {
  /** Position of the tile among the drawn ones. */
  tile: number;
  /** Undefined beside the panels: on the label, or between two panels. */
  value?: { panel: number; row: number; column: number };
}

/** The tile and value at a point; undefined between tiles. */
export function spotAt(
  layout: Layout,
  { tiles, panels, rows, columns }: Content,
  x: number,
  y: number,
): Spot | undefined {
  const { tilesAcross, panelsAcross, tileStep, panelStep, tile: size, panel: p } = layout;
  const [across, down] = [Math.floor((x - 1) / tileStep.x), Math.floor((y - 1) / tileStep.y)];
  const tile = down * tilesAcross + across;
  if (across < 0 || down < 0 || across >= tilesAcross || tile >= tiles) return undefined;
  const [dx, dy] = [x - 1 - across * tileStep.x, y - 1 - down * tileStep.y];
  if (dx >= size.width || dy >= size.height + layout.label) return undefined;
  const [i, j] = [Math.floor(dx / panelStep.x), Math.floor(dy / panelStep.y)];
  const [px, py] = [dx - i * panelStep.x, dy - j * panelStep.y];
  const panel = j * panelsAcross + i;
  if (dy >= size.height || i >= panelsAcross || panel >= panels || px >= p.width || py >= p.height) return { tile };
  const row = Math.min(rows - 1, Math.floor((py / p.height) * rows));
  const column = Math.min(columns - 1, Math.floor((px / p.width) * columns));
  return { tile, value: { panel, row, column } };
}

/** The tile that an arrow key leads to; the same tile at an edge. */
export function stepTo({ tilesAcross }: Layout, tiles: number, tile: number, key: string): number {
  const to = { ArrowLeft: tile - 1, ArrowRight: tile + 1, ArrowUp: tile - tilesAcross, ArrowDown: tile + tilesAcross }[
    key
  ];
  if (key === 'Home') return 0;
  if (key === 'End') return tiles - 1;
  return to === undefined || to < 0 || to >= tiles ? tile : to;
}
