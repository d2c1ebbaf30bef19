// Where the tiles of a stage and their panels are on the canvas, in device pixels: pure geometry.

export interface Content {
  /** Absent: tiles have labels where these fit. */
  bare?: boolean;
  tiles: number;
  /** Panels of one tile. */
  panels: number;
  /** Values of one panel. */
  rows: number;
  columns: number;
}

export interface Layout {
  /** Of the canvas. */
  width: number;
  height: number;
  /** Tiles in a row, panels in a row of a tile. */
  tilesAcross: number;
  panelsAcross: number;
  /** Size of a panel, and from one panel to the next. */
  panel: { width: number; height: number };
  panelStep: { x: number; y: number };
  /** Size of a tile without its label, and from one tile to the next. */
  tile: { width: number; height: number };
  tileStep: { x: number; y: number };
  /** Room for a label under each tile; 0 where it would not fit. */
  label: number;
}

/** In CSS pixels. */
const LABEL = 15;
const GAP = 8;
/** Between tiles of several panels. */
const WIDE_GAP = 18;
const PANEL_GAP = 3;
/** The larger side of a panel: filters are small pictures, maps are looked into. */
const SMALL = { few: 64, many: 44 };
const LARGE = { few: 124, many: 84 };
const LONG = { few: 300, many: 180 };
const FEW = 6;
/** Panels of at most so many values a side are small. */
const SMALL_SIDE = 11;
/** A tile of many panels is not much larger than this. */
const TILE = 150;
/** So narrow a label can still be read. */
const LEAST_LABEL = 20;
const LEAST_STRIP = 12;

/** A canvas of more device pixels in height may not be drawn. */
const MOST_HEIGHT = 30_000;

/** @param room what there is, in device pixels */
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
  // Whole device pixels for each value, so that all cells are of one size
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

/** About as many across as down, and no row half full where that can be had: 8 are 4 × 2, 12 are 4 × 3. */
function acrossOf(panels: number): number {
  const square = Math.ceil(Math.sqrt(panels));
  for (let across = square; across <= 1.5 * square; across++) if (panels % across === 0) return across;
  return square;
}

/** Left upper corner of a tile: a pixel is kept for frames. */
export const originOf = ({ tilesAcross, tileStep }: Layout, tile: number): [x: number, y: number] => [
  1 + (tile % tilesAcross) * tileStep.x,
  1 + Math.floor(tile / tilesAcross) * tileStep.y,
];

export interface Spot {
  /** Place of the tile among the drawn ones. */
  tile: number;
  /** Undefined beside the panels: on the label, or between two panels. */
  value?: { panel: number; row: number; column: number };
}

/** What is at a point; undefined between tiles. */
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

/** Where an arrow key leads, or the same place where there is nothing. */
export function stepTo({ tilesAcross }: Layout, tiles: number, tile: number, key: string): number {
  const to = { ArrowLeft: tile - 1, ArrowRight: tile + 1, ArrowUp: tile - tilesAcross, ArrowDown: tile + tilesAcross }[
    key
  ];
  if (key === 'Home') return 0;
  if (key === 'End') return tiles - 1;
  return to === undefined || to < 0 || to >= tiles ? tile : to;
}
