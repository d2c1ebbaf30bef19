// The picture of filters or feature maps: the tiles of each stage as its renderer first shows them, up to a height.
import { omissions, stageFacts, titleFacts } from '../../../renderers/filters/describe.ts';
import { layOut, originOf, type Layout } from '../../../renderers/filters/layout.ts';
import { coloring, isImage, scalesFor } from '../../../renderers/filters/look.ts';
import { pixelsOf, shrunk, type Picture } from '../../../renderers/filters/paint.ts';
import { extentOf, tilesOf, type Look, type Tile, type Tiles } from '../../../renderers/filters/panels.ts';
import { readFilters, type FiltersPayload } from '../../../renderers/filters/payload.ts';
import { plural } from '../../../renderers/shared/numbers.ts';
import type { FilterStage } from '../../wire/filters.ts';
import { dataUrl } from '../png.ts';
import { card, el, label, LIGHT, MAX_HEIGHT, WIDTH, type Drawing } from '../svg.ts';
import { LEGEND_HEIGHT, legendAt } from './legend.ts';

const MARGIN = 12;
const RATIO = 2;
/** Of a stage with more rows of tiles, the first are drawn. */
const MOST_ROWS = 4;

/** @throws PayloadError if the bytes are no filters */
export function filtersPicture(bytes: Uint8Array): Drawing {
  const payload = readFilters(bytes);
  const there = payload.stages.some(({ kernel, maps }) => (payload.view === 'filters' ? kernel : maps));
  const view = there ? payload.view : payload.view === 'maps' ? 'filters' : 'maps';
  const look: Look = {
    view,
    channels: 'auto',
    channel: 0,
    sort: 'index',
    snapshot: payload.snapshots.length - 1,
    example: 0,
  };
  const what = view === 'filters' ? 'Filters' : 'Feature maps';
  const title = payload.title ? `${what} of ${payload.title}` : what;
  const stages = payload.stages.flatMap((stage) => {
    const tiles = tilesOf(payload, stage, look);
    return tiles && tiles.tiles.length > 0 ? [{ stage, tiles }] : [];
  });
  if (stages.length === 0) return card(title, 'There is nothing to draw.');
  let body = label(MARGIN, 24, [title, ...titleFacts(payload)].join(' · '), { size: 14, most: WIDTH - 2 * MARGIN });
  let y = 34;
  const note = (text: string) => {
    body += label(MARGIN, y + 14, text, { size: 11, fill: LIGHT.muted, most: WIDTH - 2 * MARGIN });
    y += 18;
  };
  const snapshot = payload.snapshots.at(-1);
  if (payload.snapshots.length > 1)
    note(`The last of ${payload.snapshots.length} snapshots${snapshot ? `: ${snapshot}` : ''}.`);
  omissions(payload).forEach(note);
  for (const [i, { stage, tiles }] of stages.entries()) {
    const drawn = section(payload, stage, tiles, look, y);
    if (i > 0 && y + drawn.height > MAX_HEIGHT) {
      note(`… and ${plural(stages.length - i, 'more layer')}. DLNB draws all of them.`);
      break;
    }
    body += drawn.body;
    y += drawn.height;
  }
  return { width: WIDTH, height: y + MARGIN, body };
}

/** A stage: its name and facts, its tiles, the legend. */
function section(payload: FiltersPayload, stage: FilterStage, tiles: Tiles, look: Look, top: number) {
  const dead = tiles.tiles.filter((t) => t.dead).length;
  const facts = [...stageFacts(stage), tiles.shows, dead > 0 ? `${dead} of ${tiles.tiles.length} dead` : ''].filter(
    Boolean,
  );
  let body = label(MARGIN, top + 18, stage.name, { size: 13, most: 200 });
  body += label(MARGIN + 208, top + 18, facts.join(' · '), {
    size: 11,
    fill: LIGHT.muted,
    most: WIDTH - 2 * MARGIN - 208,
  });
  let y = top + 26;
  const extent = extentOf(allTiles(payload, stage, look));
  const { scale, range } = coloring(stage, extent, tiles.colors, scalesFor('auto', LIGHT));
  const bare = stage.type === 'input' && tiles.tiles.length === 1;
  const panels = tiles.tiles[0]!.panels.length;
  const content = { tiles: tiles.tiles.length, panels, rows: tiles.rows, columns: tiles.columns, bare };
  const layout = layOut(content, (WIDTH - 2 * MARGIN) * RATIO, RATIO);
  const shown = Math.min(tiles.tiles.length, layout.tilesAcross * MOST_ROWS);
  const height = Math.ceil(shown / layout.tilesAcross) * layout.tileStep.y + 2;
  body += pictureOf(
    layout,
    height,
    tiles,
    shown,
    (tile, panel) => ({
      values: tile.panels[panel]!.values,
      rows: tiles.rows,
      columns: tiles.columns,
      colors: tiles.colors,
      scale,
      range,
    }),
    y,
  );
  body += names(layout, tiles.tiles.slice(0, shown), y);
  y += height / RATIO + 4;
  const left = tiles.tiles.length - shown;
  const plain = stage.type === 'input' && (tiles.colors || isImage(stage, extent));
  if (!plain) {
    body += legendAt(MARGIN, y, { scale, range, values: specials(tiles.tiles), bar: !tiles.colors, outliers: true });
    y += LEGEND_HEIGHT;
  }
  const notes = [left > 0 ? `${plural(left, 'more tile')} below these.` : '', tiles.note ?? ''].filter(Boolean);
  if (notes.length > 0) {
    body += label(MARGIN, y + 12, notes.join(' '), { size: 11, fill: LIGHT.muted, most: WIDTH - 2 * MARGIN });
    y += 18;
  }
  return { body, height: y - top + 6 };
}

/** The tiles of all snapshots and examples, over which colors are shared. */
function allTiles(payload: FiltersPayload, stage: FilterStage, look: Look): Tile[] {
  const examples = look.view === 'maps' ? (payload.examples?.held ?? 1) : 1;
  return [...payload.snapshots.keys()].flatMap((snapshot) =>
    Array.from(
      { length: examples },
      (_, example) => tilesOf(payload, stage, { ...look, snapshot, example })!.tiles,
    ).flat(),
  );
}

const specials = (tiles: readonly Tile[]) =>
  Float32Array.from(tiles.flatMap((t) => t.panels.flatMap((p) => [...p.values].filter((v) => !Number.isFinite(v)))));

/** All panels of the shown tiles as one image. */
function pictureOf(
  layout: Layout,
  height: number,
  tiles: Tiles,
  shown: number,
  panelOf: (tile: Tile, panel: number) => Picture,
  top: number,
): string {
  const [width, rows] = [Math.max(1, Math.round(layout.width)), Math.max(1, Math.round(height))];
  const pixels = new Uint32Array(width * rows);
  const frame = 0xffc8c8c8;
  const { panel, panelStep, panelsAcross, tile: size } = layout;
  for (let i = 0; i < shown; i++) {
    const tile = tiles.tiles[i]!;
    const [left, above] = originOf(layout, i);
    for (let y = -1; y <= size.height; y++)
      for (let x = -1; x <= size.width; x++)
        if (y < 0 || x < 0 || y === size.height || x === size.width) pixels[(above + y) * width + left + x] = frame;
    for (const k of tile.panels.keys()) {
      const picture = shrunk(panelOf(tile, k));
      const values = pixelsOf(picture);
      const [px, py] = [left + (k % panelsAcross) * panelStep.x, above + Math.floor(k / panelsAcross) * panelStep.y];
      for (let y = 0; y < panel.height; y++) {
        const from = Math.floor((y * picture.rows) / panel.height) * picture.columns;
        for (let x = 0; x < panel.width; x++)
          pixels[(py + y) * width + px + x] = values[from + Math.floor((x * picture.columns) / panel.width)]!;
      }
    }
  }
  return el('image', {
    x: MARGIN,
    y: top,
    width: width / RATIO,
    height: rows / RATIO,
    'image-rendering': 'optimizeSpeed',
    href: dataUrl(pixels, width, rows),
  });
}

function names(layout: Layout, tiles: readonly Tile[], top: number): string {
  if (layout.label === 0) return '';
  return tiles
    .map((tile, i) => {
      const [x, y] = originOf(layout, i);
      const text = tile.dead ? `${tile.index} dead` : String(tile.index);
      const place = [MARGIN + x / RATIO, top + (y + layout.tile.height + layout.label * 0.8) / RATIO] as const;
      return label(...place, text, { size: 10, fill: tile.dead ? LIGHT.foreground : LIGHT.muted });
    })
    .join('');
}
