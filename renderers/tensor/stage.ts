// The picture of a tensor and the actions on it: hover, click, move a cursor by the keyboard. It draws a scene that the
// view has chosen.
import { pixelRatio } from '../shared/canvas.ts';
import type { ColorScale } from '../shared/color-scale.ts';
import { element } from '../shared/dom.ts';
import { plural } from '../shared/numbers.ts';
import type { ValueRange } from '../shared/range.ts';
import type { Theme } from '../shared/theme.ts';
import type { Role } from './axes.ts';
import { drawBars, drawHeatMap, drawImage, type BarLayout, type Picture } from './draw.ts';
import type { Part } from './part.ts';
import { cellAt, cellOf, layoutOf, placeOf, planeOf, tileOrigin, type Cell, type Layout, type Plane } from './plane.ts';

export interface Scene {
  mode: 'bars' | 'heat' | 'image';
  part: Part;
  values: ArrayLike<number>;
  roles: readonly Role[];
  /** Index of the cursor; along axes with a slider, the slider's index. */
  cursor: readonly number[];
  scale: ColorScale;
  range: ValueRange;
  theme: Theme;
  /** Description for screen readers. */
  label: string;
}

export interface StageEvents {
  /** The cursor moved to another value. */
  moved(index: number[]): void;
  /** The cursor would leave the part, by this many indices along an axis. */
  beyond(axis: number, by: number): void;
  /** The reader asks for the surroundings of a value at full resolution. */
  entered(index: number[]): void;
}

/** Heights in CSS pixels. */
const PICTURE_HEIGHT = 400;
const BARS_HEIGHT = 130;
const SCROLL_HEIGHT = 560;
const MAX_BAR = 28;
const LEAST_CURSOR = 7;

export class Stage {
  readonly element = element('div', 'stage');
  private readonly canvas = element('canvas', 'picture');
  private readonly box = element('div', 'cursor');
  private readonly tip = element('div', 'tip');
  private scene: Scene | undefined;
  private plane: Plane | undefined;
  private layout: Layout | undefined;
  private bars: BarLayout | undefined;

  constructor(private readonly events: StageEvents) {
    const { canvas } = this;
    canvas.tabIndex = 0;
    canvas.setAttribute('role', 'application');
    canvas.setAttribute('aria-roledescription', 'tensor');
    this.element.style.maxHeight = `${SCROLL_HEIGHT}px`;
    this.element.append(canvas, this.box, this.tip);
    canvas.addEventListener('mousemove', (e) => this.hover(e));
    canvas.addEventListener('mouseleave', () => (this.tip.style.display = 'none'));
    canvas.addEventListener('click', (e) => this.pick(e, this.events.moved));
    canvas.addEventListener('dblclick', (e) => this.pick(e, this.events.entered));
    canvas.addEventListener('keydown', (e) => this.key(e));
    canvas.addEventListener('focus', () => this.showCursor());
    canvas.addEventListener('blur', () => (this.box.style.display = 'none'));
  }

  /** The picture, for saving. */
  get picture(): HTMLCanvasElement {
    return this.canvas;
  }

  /** Draws. @param width available width in CSS pixels */
  draw(scene: Scene, width: number): void {
    const ratio = pixelRatio();
    const { part, roles, cursor, mode, values, scale, range, theme } = scene;
    this.scene = scene;
    this.tip.style.display = 'none';
    this.canvas.setAttribute('aria-label', scene.label);
    this.element.classList.toggle('framed', theme.highContrast);
    const positions = part.axes.map((_, axis) => part.nearest(axis, cursor[axis]!));
    const plane = (this.plane = planeOf(part, roles, positions));
    const room = { width: Math.floor(width * ratio), height: PICTURE_HEIGHT * ratio, ratio };
    const numbers = mode === 'heat' && part.dtype !== 'complex64';
    this.layout = layoutOf(plane, room, numbers);
    const picture: Picture = { plane, layout: this.layout, values, scale, range, theme };
    this.bars = undefined;
    if (mode === 'bars') {
      const n = Math.max(1, plane.columns.offsets.length);
      const step = room.width >= n ? Math.min(MAX_BAR * ratio, Math.floor(room.width / n)) : room.width / n;
      this.bars = { width: Math.round(Math.min(room.width, step * n)), height: BARS_HEIGHT * ratio, step };
      drawBars(this.canvas, picture, this.bars);
    } else if (mode === 'image') drawImage(this.canvas, picture);
    else drawHeatMap(this.canvas, picture, numbers);
    if (this.canvas.matches(':focus')) this.showCursor();
  }

  /** Whether a pixel stands for several values. */
  get crowded(): boolean {
    const size = this.bars?.step ?? Math.min(this.layout?.rows.size ?? 1, this.layout?.columns.size ?? 1);
    return size < 1;
  }

  /** Puts the focus on the picture. */
  focus(): void {
    this.canvas.focus({ preventScroll: true });
  }

  /** The exact value at a place and its index, as text; in an image with colors, all channels. */
  describe(place: number): { index: string; value: string } {
    const { part, mode, roles } = this.scene!;
    const { channels } = this.plane!;
    const index = part.indexOf(place).map(String);
    if (mode !== 'image' || channels.count === 1) return { index: `[${index.join(', ')}]`, value: part.text(place) };
    index[roles.indexOf('channels')] = ':';
    const parts = Array.from({ length: channels.count }, (_, c) => part.text(place + c * channels.stride));
    return { index: `[${index.join(', ')}]`, value: `(${parts.join(', ')})` };
  }

  private hover(event: MouseEvent): void {
    const found = this.find(event);
    if (!found) {
      this.tip.style.display = 'none';
      return;
    }
    const { index, value } = this.describe(found.place);
    const more = found.among > 1 ? ` (largest of ${plural(found.among, 'value')} here)` : '';
    this.tip.replaceChildren(element('span', 'index', index), ` ${value}${more}`);
    this.tip.style.display = 'block';
    const stage = this.element;
    const { offsetWidth, offsetHeight } = this.tip;
    const [x, y] = [this.canvas.offsetLeft + event.offsetX, this.canvas.offsetTop + event.offsetY];
    // Kept inside the stage: reaching out of it would make the output scroll
    const right = stage.scrollLeft + stage.clientWidth - offsetWidth;
    const bottom = stage.scrollTop + stage.clientHeight - offsetHeight;
    this.tip.style.left = `${Math.max(stage.scrollLeft, Math.min(x + 14, right))}px`;
    this.tip.style.top = `${Math.max(stage.scrollTop, y + 18 > bottom ? y - offsetHeight - 8 : y + 18)}px`;
  }

  private pick(event: MouseEvent, then: (index: number[]) => void): void {
    const found = this.find(event);
    event.stopPropagation(); // a click on an output also selects its cell
    this.focus();
    if (found) then(this.scene!.part.indexOf(found.place));
  }

  /** The value under the pointer; if a bar stands for several, the one of the largest magnitude. */
  private find(event: MouseEvent): { place: number; among: number } | undefined {
    const { plane, layout, bars, scene } = this;
    if (!plane || !layout || !scene) return undefined;
    const ratio = pixelRatio();
    const [x, y] = [event.offsetX * ratio, event.offsetY * ratio];
    if (!bars) {
      const cell = cellAt(layout, plane.tiles.length, x, y);
      return cell && { place: placeOf(plane, cell), among: 1 };
    }
    const from = Math.floor(Math.floor(x) / bars.step);
    const to = bars.step >= 1 ? from + 1 : Math.max(from + 1, Math.floor((Math.floor(x) + 1) / bars.step));
    let best: number | undefined;
    for (let i = Math.max(0, from); i < Math.min(to, plane.columns.offsets.length); i++) {
      const place = placeOf(plane, { tile: 0, row: 0, column: i });
      const size = Math.abs(scene.values[place]!);
      if (best === undefined || !(size <= Math.abs(scene.values[best]!))) best = place;
    }
    return best === undefined ? undefined : { place: best, among: to - from };
  }

  private key(event: KeyboardEvent): void {
    const { scene, plane } = this;
    if (!scene || !plane || event.ctrlKey || event.metaKey || event.altKey) return;
    const cell = cellOf(scene.part, scene.roles, scene.cursor);
    const [down, across] = [plane.rows.offsets.length, plane.columns.offsets.length];
    const step = event.shiftKey ? 10 : 1;
    const moves: Record<string, () => void> = {
      ArrowLeft: () => this.move(cell, 'columns', -step),
      ArrowRight: () => this.move(cell, 'columns', step),
      ArrowUp: () => this.move(cell, 'rows', -step),
      ArrowDown: () => this.move(cell, 'rows', step),
      Home: () => this.go({ ...cell, column: 0 }),
      End: () => this.go({ ...cell, column: across - 1 }),
      PageUp: () => this.go({ ...cell, row: 0 }),
      PageDown: () => this.go({ ...cell, row: down - 1 }),
      Enter: () => this.events.entered([...scene.cursor]),
    };
    const move = moves[event.key];
    if (!move) return;
    // Otherwise the editor would take the key for the notebook
    event.preventDefault();
    event.stopPropagation();
    move();
  }

  /**
   * Moves along rows or columns: over the edge of a tile into the next one, over the edge of the part to its
   * surroundings.
   */
  private move(cell: Cell, along: 'rows' | 'columns', by: number): void {
    const { plane, layout, scene } = this;
    const side = along === 'rows' ? 'row' : 'column';
    const length = plane![along].offsets.length;
    const to = cell[side] + by;
    if (to >= 0 && to < length) return this.go({ ...cell, [side]: to });
    const tile = cell.tile + Math.sign(by) * (along === 'rows' ? layout!.tilesAcross : 1);
    if (tile >= 0 && tile < plane!.tiles.length && plane!.tiles.length > 1)
      return this.go({ ...cell, tile, [side]: by > 0 ? 0 : length - 1 });
    const axis = scene!.roles.lastIndexOf(along);
    const edge = Math.max(0, Math.min(length - 1, to));
    if (edge !== cell[side]) this.go({ ...cell, [side]: edge });
    else if (axis >= 0) this.events.beyond(axis, by);
  }

  private go(cell: Cell): void {
    this.events.moved(this.scene!.part.indexOf(placeOf(this.plane!, cell)));
  }

  /** Redraws after nothing but the cursor has changed. */
  setCursor(cursor: readonly number[]): void {
    this.scene = { ...this.scene!, cursor };
    this.showCursor();
  }

  /** The cursor's value. */
  get place(): number {
    return placeOf(this.plane!, cellOf(this.scene!.part, this.scene!.roles, this.scene!.cursor));
  }

  private showCursor(): void {
    const { scene, layout, bars } = this;
    if (!scene || !layout) return;
    const ratio = pixelRatio();
    const cell = cellOf(scene.part, scene.roles, scene.cursor);
    const [left, top] = bars ? [0, 0] : tileOrigin(layout, cell.tile);
    const x = bars ? cell.column * bars.step : left + layout.columns.starts[cell.column]!;
    const y = bars ? 0 : top + layout.rows.starts[cell.row]!;
    const size = {
      w: (bars ? bars.step : layout.columns.size) / ratio,
      h: (bars ? bars.height : layout.rows.size) / ratio,
    };
    const [w, h] = [Math.max(LEAST_CURSOR, size.w), Math.max(LEAST_CURSOR, size.h)];
    Object.assign(this.box.style, {
      display: 'block',
      left: `${this.canvas.offsetLeft + Math.max(0, x / ratio - (w - size.w) / 2)}px`,
      top: `${this.canvas.offsetTop + Math.max(0, y / ratio - (h - size.h) / 2)}px`,
      width: `${w}px`,
      height: `${h}px`,
    });
    this.keepInSight(y / ratio, h);
  }

  /** Scrolls the stage, and nothing around it. */
  private keepInSight(top: number, height: number): void {
    const stage = this.element;
    if (top < stage.scrollTop) stage.scrollTop = top;
    else if (top + height > stage.scrollTop + stage.clientHeight) stage.scrollTop = top + height - stage.clientHeight;
  }
}
