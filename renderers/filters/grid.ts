// The tiles of one stage on a canvas, with pointer, arrow keys, and a click or Enter to open one.
import { pixelRatio, sizeCanvas } from '../shared/canvas.ts';
import type { ColorScale } from '../shared/color-scale.ts';
import { element } from '../shared/dom.ts';
import type { ValueRange } from '../shared/range.ts';
import type { Theme } from '../shared/theme.ts';
import { layOut, originOf, spotAt, stepTo, type Content, type Layout, type Spot } from './layout.ts';
import { paint } from './paint.ts';
import type { Tiles } from './panels.ts';

export interface GridScene {
  tiles: Tiles;
  scale: ColorScale;
  /** Label of each tile. */
  rangeOf(tile: number): ValueRange;
  theme: Theme;
  /** Description for screen readers. */
  label: string;
  /** Whether tiles are drawn without their numbers. */
  bare: boolean;
  /** Index of the open filter or map. */
  open: number | undefined;
}

export interface GridEvents {
  /** Describes a tile or one of its values, for the tooltip and for screen readers. */
  describe(spot: Spot): string;
  open(tile: number): void;
}

const SCROLL_HEIGHT = 460;

export class Grid {
  readonly element = element('div', 'stage');
  private readonly canvas = element('canvas', 'picture');
  private readonly box = element('div', 'cursor');
  private readonly chosen = element('div', 'cursor chosen');
  private readonly tip = element('div', 'tip');
  private readonly spoken = element('div', 'spoken');
  private scene: GridScene | undefined;
  private content: Content = { tiles: 0, panels: 1, rows: 1, columns: 1 };
  private layout: Layout | undefined;
  private cursor = 0;

  constructor(private readonly events: GridEvents) {
    const { canvas } = this;
    canvas.tabIndex = 0;
    canvas.setAttribute('role', 'application');
    canvas.setAttribute('aria-roledescription', 'grid of tiles');
    this.spoken.setAttribute('aria-live', 'polite');
    this.element.style.maxHeight = `${SCROLL_HEIGHT}px`;
    this.element.append(canvas, this.chosen, this.box, this.tip, this.spoken);
    canvas.addEventListener('mousemove', (e) => this.hover(e));
    canvas.addEventListener('mouseleave', () => (this.tip.style.display = 'none'));
    canvas.addEventListener('click', (e) => this.click(e));
    canvas.addEventListener('keydown', (e) => this.key(e));
    canvas.addEventListener('focus', () => this.showCursor());
    canvas.addEventListener('blur', () => (this.box.style.display = 'none'));
  }

  /** @param width available width in CSS pixels */
  draw(scene: GridScene, width: number): void {
    const { tiles, rows, columns } = scene.tiles;
    const ratio = pixelRatio();
    this.scene = scene;
    this.content = { tiles: tiles.length, panels: tiles[0]?.panels.length ?? 1, rows, columns, bare: scene.bare };
    const layout = (this.layout = layOut(this.content, Math.floor(width * ratio), ratio));
    this.cursor = Math.min(this.cursor, tiles.length - 1);
    this.tip.style.display = 'none';
    this.canvas.setAttribute('aria-label', scene.label);
    const { context } = sizeCanvas(this.canvas, layout.width, layout.height);
    for (const i of tiles.keys()) this.drawTile(context, i, ratio);
    this.place(
      this.chosen,
      tiles.findIndex(({ index }) => index === scene.open),
    );
    if (this.canvas.matches(':focus')) this.showCursor();
  }

  focus(): void {
    this.canvas.focus({ preventScroll: true });
  }

  private drawTile(context: CanvasRenderingContext2D, i: number, ratio: number): void {
    const { tiles, scale, rangeOf, theme } = this.scene!;
    const { panel, panelStep, panelsAcross, tile: size, label } = this.layout!;
    const { rows, columns, colors } = tiles;
    const tile = tiles.tiles[i]!;
    const [left, top] = originOf(this.layout!, i);
    const range = rangeOf(i);
    for (const [k, { values }] of tile.panels.entries()) {
      const x = left + (k % panelsAcross) * panelStep.x;
      const y = top + Math.floor(k / panelsAcross) * panelStep.y;
      paint(context, { values, rows, columns, colors, scale, range }, { x, y, ...panel }, ratio);
    }
    context.setLineDash(tile.dead ? [3 * ratio, 2 * ratio] : []);
    context.lineWidth = tile.dead ? Math.max(1, ratio) : 1;
    context.strokeStyle = tile.dead || theme.highContrast ? theme.foreground : theme.solidGrid;
    context.strokeRect(left - 0.5, top - 0.5, size.width + 1, size.height + 1);
    context.setLineDash([]);
    if (label === 0) return;
    context.font = `${10.5 * ratio}px ${theme.fontFamily}`;
    context.textBaseline = 'alphabetic';
    context.fillStyle = tile.dead ? theme.foreground : theme.muted;
    const bad = tile.panels.some(({ values }) => values.some((v) => !Number.isFinite(v)));
    const sign = tile.dead ? ' dead' : bad ? ' !' : '';
    const whole = `${tile.index}${sign}`;
    const fits = context.measureText(whole).width <= size.width + 6 * ratio;
    context.fillText(
      fits ? whole : tile.dead ? `${tile.index}×` : String(tile.index),
      left,
      top + size.height + label * 0.8,
    );
  }

  private find(event: MouseEvent): Spot | undefined {
    const ratio = pixelRatio();
    return this.layout && spotAt(this.layout, this.content, event.offsetX * ratio, event.offsetY * ratio);
  }

  private hover(event: MouseEvent): void {
    const { tip, element: stage, canvas } = this;
    const spot = this.find(event);
    tip.style.display = spot ? 'block' : 'none';
    canvas.style.cursor = spot ? 'pointer' : '';
    if (!spot) return;
    tip.textContent = this.events.describe(spot);
    const { offsetWidth, offsetHeight } = tip;
    const [x, y] = [canvas.offsetLeft + event.offsetX, canvas.offsetTop + event.offsetY];
    // Kept inside the stage: reaching out of it would make the output scroll
    const right = stage.scrollLeft + stage.clientWidth - offsetWidth;
    const bottom = stage.scrollTop + stage.clientHeight - offsetHeight;
    tip.style.left = `${Math.max(stage.scrollLeft, Math.min(x + 14, right))}px`;
    tip.style.top = `${Math.max(stage.scrollTop, y + 18 > bottom ? y - offsetHeight - 8 : y + 18)}px`;
  }

  private click(event: MouseEvent): void {
    event.stopPropagation(); // a click on an output also selects its cell
    const spot = this.find(event);
    this.focus();
    if (!spot) return;
    this.cursor = spot.tile;
    this.showCursor();
    this.events.open(spot.tile);
  }

  private key(event: KeyboardEvent): void {
    if (event.ctrlKey || event.metaKey || event.altKey || !this.layout || this.content.tiles === 0) return;
    const { key } = event;
    if (key === 'Enter' || key === ' ') this.events.open(this.cursor);
    else if (/^(Arrow.*|Home|End)$/.test(key)) {
      this.cursor = stepTo(this.layout, this.content.tiles, this.cursor, key);
      this.showCursor();
      this.spoken.textContent = this.events.describe({ tile: this.cursor });
    } else return;
    // Keys of an output also reach the editor
    event.preventDefault();
    event.stopPropagation();
  }

  private showCursor(): void {
    if (this.content.tiles === 0) return;
    this.place(this.box, this.cursor);
    const top = this.box.offsetTop;
    const { element: stage } = this;
    const height = this.box.offsetHeight;
    // Scrolls the stage, and nothing around it
    if (top < stage.scrollTop) stage.scrollTop = top;
    else if (top + height > stage.scrollTop + stage.clientHeight) stage.scrollTop = top + height - stage.clientHeight;
  }

  /** Puts a frame around a tile, or hides it if there is none. */
  private place(box: HTMLElement, tile: number): void {
    const ratio = pixelRatio();
    box.style.display = tile < 0 ? 'none' : 'block';
    if (tile < 0) return;
    const { tile: size } = this.layout!;
    const [x, y] = originOf(this.layout!, tile);
    Object.assign(box.style, {
      left: `${this.canvas.offsetLeft + x / ratio - 3}px`,
      top: `${this.canvas.offsetTop + y / ratio - 3}px`,
      width: `${size.width / ratio + 6}px`,
      height: `${size.height / ratio + 6}px`,
    });
  }
}
