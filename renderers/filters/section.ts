// One stage under its heading: the grid of its tiles, the legend, and the filter or map that is open.
import type { FilterStage } from '../../kernel/wire/filters.ts';
import type { ColorScale } from '../shared/color-scale.ts';
import { element } from '../shared/dom.ts';
import { legend } from '../shared/legend.ts';
import { plural } from '../shared/numbers.ts';
import type { Theme } from '../shared/theme.ts';
import { nameOf, spotText, stageFacts } from './describe.ts';
import { Detail } from './detail.ts';
import { Grid } from './grid.ts';
import { coloring, settled, type Scales } from './look.ts';
import { extentOf, tilesOf, type Look, type Tile, type Tiles } from './panels.ts';
import type { FiltersPayload } from './payload.ts';

export interface SectionScene {
  look: Look;
  /** All tiles share one color range, over everything that is recorded; else each tile has its own. */
  shared: boolean;
  scales: Scales;
  theme: Theme;
  /** Available width in CSS pixels. */
  width: number;
}

export class Section {
  readonly element = element('details', 'section');
  private readonly facts = element('span', 'facts');
  /** The legend, and a note about what is left out. */
  private readonly below = element('div', '');
  private readonly grid: Grid;
  private detail: Detail | undefined;
  private opened: number | undefined;
  private tiles: Tiles | undefined;
  private scene: SectionScene | undefined;
  /** Of all tiles. */
  private scale: ColorScale | undefined;
  private readonly extents = new Map<string, ReturnType<typeof extentOf>>();

  /** @param opening called when a tile of this stage is opened, so that tiles of others can be closed */
  constructor(
    private readonly payload: FiltersPayload,
    private readonly stage: FilterStage,
    open: boolean,
    private readonly opening: (section: Section) => void,
  ) {
    this.element.open = open;
    const heading = element('summary', '');
    heading.append(element('span', 'name', stage.name), this.facts);
    this.grid = new Grid({
      describe: (spot) => spotText(stage, this.scene!.look.view, this.tiles!, spot),
      open: (tile) => this.open(this.tiles!.tiles[tile]!),
    });
    this.element.append(heading, this.grid.element, this.below);
    heading.addEventListener('click', (e) => e.stopPropagation()); // a click on an output also selects its cell
    this.element.addEventListener('toggle', () => this.scene && this.draw(this.scene));
  }

  /** Shows the stage. @returns whether this view shows anything of it */
  draw(scene: SectionScene): boolean {
    const { stage, payload } = this;
    if (this.scene && this.scene.look.view !== scene.look.view) this.closeDetail();
    this.scene = scene;
    this.tiles = tilesOf(payload, stage, scene.look);
    this.element.hidden = !this.tiles;
    if (!this.tiles) return false;
    const { tiles, shows, note } = this.tiles;
    const dead = tiles.filter((t) => t.dead).length;
    const facts = [...stageFacts(stage), shows, dead > 0 ? `${dead} of ${tiles.length} dead` : ''];
    this.facts.textContent = facts.filter(Boolean).join(' · ');
    if (!this.element.open) return true;
    const { colors } = this.tiles;
    const common = coloring(stage, this.extent(), colors, scene.scales);
    const rangeOf = (i: number) =>
      scene.shared ? common.range : coloring(stage, extentOf([tiles[i]!]), colors, settled(scene.scales, scale)).range;
    const { scale } = common;
    this.scale = scale;
    const isInput = stage.type === 'input';
    const label = `${plural(tiles.length, 'tile')} of ${stage.name}. Arrow keys move from tile to tile, Enter opens one.`;
    // An image needs no explanation
    const plain = isInput && (colors || scale.name === 'gray');
    this.below.replaceChildren(
      ...(plain ? [] : [this.legend(common, tiles)]),
      ...(note ? [element('div', 'note', note)] : []),
    );
    this.grid.draw(
      {
        tiles: this.tiles,
        scale,
        rangeOf,
        theme: scene.theme,
        label,
        bare: isInput && tiles.length === 1,
        open: this.opened,
      },
      scene.width,
    );
    this.showDetail(false);
    return true;
  }

  closeDetail(): void {
    if (this.opened === undefined) return;
    const focused = this.detail?.element.contains((this.element.getRootNode() as ShadowRoot).activeElement);
    this.detail?.element.remove();
    this.detail = undefined;
    this.opened = undefined;
    if (this.scene && this.tiles) this.draw(this.scene);
    if (focused) this.grid.focus();
  }

  private open({ index }: Tile): void {
    if (this.stage.type === 'input') return;
    if (this.opened === index) return this.closeDetail();
    this.opening(this);
    const anew = this.opened === undefined || this.opened !== index;
    this.opened = index;
    if (!this.detail) {
      this.detail = new Detail(this.payload, () => this.closeDetail());
      this.detail.element.setAttribute('role', 'region');
      this.element.append(this.detail.element);
    }
    this.draw(this.scene!);
    this.showDetail(anew);
  }

  private showDetail(anew: boolean): void {
    if (this.opened === undefined || !this.detail) return;
    const own = settled(this.scene!.scales, this.scale!);
    this.detail.show({ ...this.scene!, own, stage: this.stage, index: this.opened }, anew);
  }

  /** The range over all snapshots and examples, so that colors keep their meaning while a slider moves. */
  private extent(): ReturnType<typeof extentOf> {
    const { look } = this.scene!;
    const key = [look.view, look.channels, look.channel].join();
    if (!this.extents.has(key)) {
      const all: Tile[] = [];
      const examples = look.view === 'maps' ? (this.payload.examples?.held ?? 1) : 1;
      for (const snapshot of this.payload.snapshots.keys())
        for (let example = 0; example < examples; example++)
          all.push(...tilesOf(this.payload, this.stage, { ...look, snapshot, example })!.tiles);
      this.extents.set(key, extentOf(all));
    }
    return this.extents.get(key);
  }

  private legend({ scale, range }: ReturnType<typeof coloring>, tiles: readonly Tile[]): HTMLElement {
    const { shared } = this.scene!;
    const { colors } = this.tiles!;
    const values = Float32Array.from(
      tiles.flatMap((t) => t.panels.flatMap((p) => [...p.values].filter((v) => !Number.isFinite(v)))),
    );
    const line = legend({ scale, range, values, bar: !colors, outliers: true });
    if (!shared)
      line
        .querySelector('.bar')!
        .replaceChildren(`each ${nameOf(this.stage, this.scene!.look.view, 0).split(' ')[0]} has a range of its own`);
    else if (colors && range.low < 0) line.prepend(element('span', '', 'gray is 0;'));
    if (tiles.some((t) => t.dead)) line.append(element('span', 'key dead-key', 'dead'));
    return line;
  }
}
