// One graph under one cell: the toolbar, the drawing with pan, zoom and fold, and the panel with all facts about a
// node.
import { button as plainButton, element, svgElement as svg } from '../shared/dom.ts';
import { count as grouped, plural } from '../shared/numbers.ts';
import { readTheme } from '../shared/theme.ts';
import { betterDirection, centered, firstScale, fitScale, kept, stageHeight, zoomed, type Camera } from './camera.ts';
import { describe, labelOf, nameOf } from './describe.ts';
import { draw, type Drawing } from './draw.ts';
import { visible, type View } from './fold.ts';
import { place, type Direction, type Placed } from './layout.ts';
import { lookOf, Ruler, type Look } from './look.ts';
import type { GraphPayload } from './payload.ts';
import { styles } from './styles.ts';
import { step, type ArrowKey } from './walk.ts';

const ZOOM_STEP = 1.25;
/** With more items, only one direction is tried. */
const TRY_BOTH = 250;

export class GraphView {
  private readonly root: ShadowRoot;
  private readonly frame = element('div', 'graph');
  private readonly stage = element('div', 'stage');
  private readonly canvas = svg('svg', { width: '100%', height: '100%' });
  private readonly world = svg('g');
  private readonly tip = element('div', 'tip');
  private readonly turn: HTMLButtonElement;
  private readonly foldAll: HTMLButtonElement;
  private readonly resized: ResizeObserver;
  private readonly folded: Set<number>;
  /** The direction that the notebook or the reader chose; absent: whichever fits best. */
  private asked: Direction | undefined;
  private way: Direction = 'right';
  private view!: View;
  private looks = new Map<string, Look>();
  private names = new Map<string, string>();
  private placed!: Placed;
  private drawing!: Drawing;
  private camera: Camera = { scale: 1, x: 0, y: 0 };
  /** The reader has panned or zoomed, so the view is not fitted again. */
  private moved = false;
  private current: string | undefined;
  private family = '';
  private width = 0;

  constructor(
    host: HTMLElement,
    private readonly payload: GraphPayload,
  ) {
    this.root = host.shadowRoot ?? host.attachShadow({ mode: 'open' });
    this.folded = new Set(payload.groups.flatMap((g, i) => (g.folded ? [i] : [])));
    this.asked = payload.direction;
    this.turn = button('', '', () => this.setDirection(this.way === 'right' ? 'down' : 'right'));
    this.foldAll = button('', '', () => this.toggleAll());
    const style = element('style', '', styles);
    this.frame.append(this.bar(), this.stage, ...this.notes());
    this.stage.append(this.canvas, this.tip);
    this.canvas.append(arrow(), this.world);
    this.root.replaceChildren(style, this.frame);
    this.setUpStage();
    this.restyle();
    this.resized = new ResizeObserver(() => this.fitWidth());
    this.resized.observe(this.stage);
  }

  dispose(): void {
    this.resized.disconnect();
    this.root.replaceChildren();
  }

  /** Follows the theme. After a change of font, everything has another size. */
  restyle(): void {
    const theme = readTheme(this.root.host);
    const { style } = this.frame;
    const colors = { input: 0, gradient: 1, variable: 2, bad: 3, layer: 5 };
    for (const [name, i] of Object.entries(colors)) style.setProperty(`--${name}`, theme.series[i]!);
    style.setProperty('--background', theme.background);
    style.setProperty('--edge', theme.highContrast ? theme.foreground : theme.muted);
    style.setProperty('--muted', theme.muted);
    style.setProperty('--border', theme.border);
    style.setProperty('--panel', theme.panel);
    this.frame.classList.toggle('contrast', theme.highContrast);
    if (this.family === theme.fontFamily) return;
    this.family = theme.fontFamily;
    style.setProperty('--family', theme.fontFamily);
    this.layOut();
  }

  private bar(): HTMLElement {
    const { payload } = this;
    const bar = element('div', 'bar');
    const count = payload.nodes.length;
    const what = payload.kind === 'layers' ? 'Layers' : 'Graph';
    const title = element('div', 'title');
    title.append(
      element('strong', '', payload.title ? `${what} of ${payload.title}` : what),
      element('span', 'muted', plural(count, 'node')),
    );
    const buttons = element('div', 'buttons');
    buttons.setAttribute('role', 'toolbar');
    buttons.setAttribute('aria-label', 'View of the graph');
    if (payload.groups.length > 0) buttons.append(this.foldAll);
    buttons.append(
      this.turn,
      button('−', 'Zoom out (−)', () => this.zoomBy(1 / ZOOM_STEP)),
      button('+', 'Zoom in (+)', () => this.zoomBy(ZOOM_STEP)),
      button('Fit', 'Fit the graph to the width (0)', () => this.fit()),
    );
    bar.append(title, ...this.legend(), buttons);
    return bar;
  }

  /** Says what the texts above and below the nodes are. */
  private legend(): HTMLElement[] {
    const { kind, nodes } = this.payload;
    if (kind === 'layers' || !nodes.some((n) => n.outputs.some((o) => o.gradient))) return [];
    const legend = element('div', 'legend');
    legend.append(element('span', 'gradient', 'gradient above'), element('span', 'value', 'value below'));
    return [legend];
  }

  private notes(): HTMLElement[] {
    const { summed, omitted, cut } = this.payload;
    const texts = [
      summed ? 'The result has several elements: the gradients are those of their sum.' : '',
      omitted
        ? `${grouped(omitted)} nodes, those farthest from the result, were left out: the graph is too large for an output.`
        : '',
      cut ? `At most ${cut} values of each tensor are held: the graph is large.` : '',
      this.payload.nodes.length === 0 ? 'The graph is empty.' : '',
    ];
    return texts.filter(Boolean).map((text) => element('div', 'note', text));
  }

  /** Lays out and draws everything: at first, after a fold, and after a change of direction or font. */
  private layOut(): void {
    const { payload } = this;
    this.view = visible(payload, this.folded);
    this.names = new Map(this.view.items.map((item) => [item.id, nameOf(payload, item)]));
    const ruler = new Ruler(this.family);
    this.looks = new Map(this.view.items.map((item) => [item.id, lookOf(payload, item, ruler)]));
    this.placed = this.placeBest();
    const labels = new Map(this.view.items.map((item) => [item.id, labelOf(payload, item, this.names, this.view)]));
    this.world.replaceChildren();
    this.drawing = draw(this.world, payload, this.view, this.placed, this.looks, labels);
    if (this.current === undefined || !this.drawing.nodes.has(this.current)) this.current = this.view.items[0]?.id;
    this.setTabStop();
    this.hideTip();
    const down = this.way === 'down';
    setText(this.turn, down ? '↓ Down' : '→ Right', `The forward pass goes ${down ? 'down' : 'to the right'}; turn it`);
    const anyOpen = this.folded.size < payload.groups.length;
    setText(this.foldAll, anyOpen ? 'Fold all' : 'Unfold all', anyOpen ? 'Fold all groups' : 'Unfold all groups');
    this.canvas.setAttribute('aria-label', `${this.view.items.length} nodes; arrow keys walk along the edges`);
    if (!this.moved) this.showFirst();
  }

  /** The graph in the chosen direction, else in the direction that is easier to read at this width. */
  private placeBest(): Placed {
    const { payload, view, looks } = this;
    this.way = this.asked ?? 'right';
    const first = place(payload, view, looks, this.way);
    const available = this.stage.clientWidth;
    if (this.asked !== undefined || available < 1 || view.items.length > TRY_BOTH) return first;
    const down = place(payload, view, looks, 'down');
    this.way = betterDirection(first, down, available);
    return this.way === 'down' ? down : first;
  }

  private setDirection(direction: Direction): void {
    this.asked = direction;
    this.moved = false;
    this.layOut();
  }

  /** Folds or unfolds a group, which stays at its place on the page. */
  private toggle(group: number): void {
    const before = this.placeOf(group);
    if (!this.folded.delete(group)) this.folded.add(group);
    this.layOut();
    const after = this.placeOf(group);
    if (this.moved && before && after) {
      const { scale, x, y } = this.camera;
      this.move({ scale, x: x + before.x - after.x, y: y + before.y - after.y });
    }
    const made = this.drawing.nodes.get(`g${group}`) ?? this.drawing.heads.get(group);
    if (made) this.focus(made);
  }

  /** The center of a group on the stage. */
  private placeOf(group: number): { x: number; y: number } | undefined {
    const at = this.placed.items.get(`g${group}`) ?? this.placed.groups.get(group);
    const { scale, x, y } = this.camera;
    return at && { x: x + at.x * scale, y: y + at.y * scale };
  }

  private toggleAll(): void {
    const all = this.payload.groups.keys();
    if (this.folded.size < this.payload.groups.length) for (const g of all) this.folded.add(g);
    else this.folded.clear();
    this.moved = false;
    this.layOut();
  }

  /** Shows the whole width. */
  private fit(): void {
    this.moved = false;
    this.showAt(fitScale);
  }

  /** Shows the whole, or the beginning if the whole would be too small. */
  private showFirst(): void {
    this.showAt(firstScale);
  }

  private showAt(scaleFor: typeof fitScale): void {
    const width = this.stage.clientWidth;
    if (width < 1) return;
    const scale = scaleFor(this.placed, width);
    const height = stageHeight(this.placed, scale);
    this.stage.style.height = `${height}px`;
    this.move(centered(this.placed, { width, height }, scale));
  }

  private fitWidth(): void {
    const width = this.stage.clientWidth;
    if (Math.abs(width - this.width) < 1) return;
    this.width = width;
    if (this.moved) return;
    if (this.asked === undefined) this.layOut();
    else this.showFirst();
  }

  private zoomBy(factor: number, at?: { x: number; y: number }): void {
    const { clientWidth, clientHeight } = this.stage;
    this.moved = true;
    this.move(zoomed(this.camera, factor, at ?? { x: clientWidth / 2, y: clientHeight / 2 }));
  }

  private move(camera: Camera): void {
    const { clientWidth: width, clientHeight: height } = this.stage;
    this.camera = kept(camera, this.placed, { width, height });
    const { scale, x, y } = this.camera;
    this.world.setAttribute('transform', `translate(${x} ${y}) scale(${scale})`);
  }

  private setUpStage(): void {
    const { stage, canvas } = this;
    canvas.setAttribute('role', 'group');
    stage.addEventListener('wheel', (event) => this.onWheel(event), { passive: false });
    stage.addEventListener('keydown', (event) => this.onKey(event));
    stage.addEventListener('pointerdown', (event) => this.onPress(event));
    stage.addEventListener('click', (event) => this.onClick(event));
    stage.addEventListener('pointerover', (event) => this.onHover(event));
    stage.addEventListener('pointerleave', () => this.hideTip());
    stage.addEventListener('focusin', (event) => this.onFocus(event));
    stage.addEventListener('focusout', () => this.hideTip());
  }

  /** Zooms only with Ctrl, which a pinch sets too: a plain wheel scrolls the notebook. */
  private onWheel(event: WheelEvent): void {
    if (!event.ctrlKey && !event.metaKey) return;
    event.preventDefault();
    event.stopPropagation();
    const { left, top } = this.stage.getBoundingClientRect();
    const lines = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? 16 : 1;
    const delta = Math.max(-60, Math.min(60, event.deltaY * lines));
    this.zoomBy(Math.exp(-delta / 150), { x: event.clientX - left, y: event.clientY - top });
    this.hideTip();
  }

  private onKey(event: KeyboardEvent): void {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (!this.act(event.key, event)) return;
    // Keys of an output also reach the editor
    event.preventDefault();
    event.stopPropagation();
  }

  private act(key: string, event: KeyboardEvent): boolean {
    if (key === '+' || key === '=') this.zoomBy(ZOOM_STEP);
    else if (key === '-') this.zoomBy(1 / ZOOM_STEP);
    else if (key === '0') this.fit();
    else if (key === 'Escape' && !this.tip.hidden) this.hideTip();
    else if (key === 'Enter' || key === ' ') return this.press(event.target as Element);
    else if (key.startsWith('Arrow')) {
      const next = this.current && step(this.view, this.placed, this.way, this.current, key as ArrowKey);
      if (next) this.focus(this.drawing.nodes.get(next)!);
    } else return false;
    return true;
  }

  /** Folds or unfolds the pressed item; Enter on a node folds the group around it. */
  private press(target: Element): boolean {
    const group = groupAt(target);
    if (group !== undefined) {
      this.toggle(group);
      return true;
    }
    const parent = this.itemAt(target)?.parent;
    if (parent !== undefined) this.toggle(parent);
    return parent !== undefined;
  }

  private onPress(event: PointerEvent): void {
    if (event.button !== 0 || event.pointerType === 'touch') return;
    const start = { x: event.clientX, y: event.clientY, camera: this.camera };
    let dragging = false;
    const { stage } = this;
    const moved = (e: PointerEvent) => {
      const [dx, dy] = [e.clientX - start.x, e.clientY - start.y];
      if (!dragging && Math.hypot(dx, dy) < 4) return;
      if (!dragging) {
        dragging = true;
        stage.setPointerCapture(e.pointerId);
        stage.classList.add('dragging');
        this.hideTip();
      }
      this.moved = true;
      this.move({ scale: start.camera.scale, x: start.camera.x + dx, y: start.camera.y + dy });
    };
    const ended = () => {
      stage.removeEventListener('pointermove', moved);
      stage.removeEventListener('pointerup', ended);
      stage.removeEventListener('pointercancel', ended);
      // A click at the end of a drag does not count
      setTimeout(() => stage.classList.remove('dragging'));
    };
    stage.addEventListener('pointermove', moved);
    stage.addEventListener('pointerup', ended);
    stage.addEventListener('pointercancel', ended);
  }

  private onClick(event: MouseEvent): void {
    if (this.stage.classList.contains('dragging')) return;
    const group = groupAt(event.target as Element);
    if (group !== undefined) this.toggle(group);
    else {
      const node = nodeAt(event.target as Element);
      if (node) this.focus(node);
    }
  }

  private onHover(event: PointerEvent): void {
    if (this.stage.classList.contains('dragging')) return;
    const node = nodeAt(event.target as Element);
    if (node) this.showTip(node.dataset['id']!);
    else if (!this.tip.contains(event.target as Node)) this.hideTip();
  }

  private onFocus(event: FocusEvent): void {
    const node = nodeAt(event.target as Element);
    if (!node) return;
    this.current = node.dataset['id']!;
    this.setTabStop();
    this.reveal(this.current);
    if (node.matches(':focus-visible')) this.showTip(this.current);
  }

  private focus(node: SVGGElement): void {
    node.focus({ preventScroll: true });
  }

  private itemAt(target: Element) {
    const id = nodeAt(target)?.dataset['id'];
    return this.view.items.find((item) => item.id === id);
  }

  /** Tab reaches a single node, from which the arrow keys go on. Names of groups are tab stops too. */
  private setTabStop(): void {
    for (const [id, node] of this.drawing.nodes) node.setAttribute('tabindex', id === this.current ? '0' : '-1');
    for (const head of this.drawing.heads.values()) head.setAttribute('tabindex', '0');
  }

  /** Moves the drawing just far enough to show an item. */
  private reveal(id: string): void {
    const { x, y } = this.placed.items.get(id)!;
    const { width, height } = this.looks.get(id)!;
    const { scale } = this.camera;
    const within = (offset: number, at: number, size: number, room: number) => {
      const [low, high] = [offset + (at - size / 2) * scale - 8, offset + (at + size / 2) * scale + 8];
      return low < 0 ? offset - low : high > room ? offset - (high - room) : offset;
    };
    const next = {
      scale,
      x: within(this.camera.x, x, width, this.stage.clientWidth),
      y: within(this.camera.y, y, height, this.stage.clientHeight),
    };
    if (next.x === this.camera.x && next.y === this.camera.y) return;
    this.moved = true;
    this.move(next);
  }

  private showTip(id: string): void {
    const item = this.view.items.find((i) => i.id === id)!;
    this.mark(id);
    const { tip, stage } = this;
    tip.replaceChildren(...describe(this.payload, item, this.view, this.names));
    tip.hidden = false;
    const { scale, x, y } = this.camera;
    const at = this.placed.items.get(id)!;
    const look = this.looks.get(id)!;
    const [middle, half] = [x + at.x * scale, (look.width / 2) * scale];
    const { offsetWidth: width, offsetHeight: height } = tip;
    const room = stage.clientWidth;
    // Beside the node if there is room, so that it covers little of it
    const right = middle + half + 8;
    const left = middle - half - 8 - width;
    const beside =
      right + width <= room ? right : left >= 0 ? left : Math.max(4, Math.min(room - width - 4, middle - width / 2));
    tip.style.left = `${beside}px`;
    const apart = beside === right || beside === left;
    const top = apart ? y + at.y * scale - height / 2 : y + (at.y + look.height / 2) * scale + 6;
    tip.style.top = `${Math.max(2, Math.min(stage.clientHeight - height - 2, top))}px`;
  }

  private hideTip(): void {
    this.tip.hidden = true;
    this.mark(undefined);
  }

  /** Highlights the edges of one item. */
  private mark(id: string | undefined): void {
    for (const { from, to, path } of this.drawing.edges) {
      path.classList.toggle('into', to === id);
      path.classList.toggle('out', from === id);
    }
    for (const [other, node] of this.drawing.nodes) node.classList.toggle('marked', other === id);
  }
}

const nodeAt = (target: Element) => target.closest<SVGGElement>('.node');

/** The group that a press on this element folds or unfolds. */
function groupAt(target: Element): number | undefined {
  const head = target.closest<SVGGElement>('.head')?.dataset['group'];
  if (head !== undefined) return Number(head);
  const id = nodeAt(target)?.dataset['id'];
  return id?.startsWith('g') ? Number(id.slice(1)) : undefined;
}

/** The text is a symbol; screen readers get the title instead. */
function button(text: string, title: string, pressed: () => void): HTMLButtonElement {
  const made = plainButton(text, title, pressed);
  setText(made, text, title);
  return made;
}

function setText(made: HTMLButtonElement, text: string, title: string): void {
  made.textContent = text;
  made.title = title;
  made.setAttribute('aria-label', title);
}

function arrow(): SVGDefsElement {
  const defs = svg('defs');
  const marker = svg('marker', {
    id: 'arrow',
    viewBox: '0 0 8 8',
    refX: 7,
    refY: 4,
    markerWidth: 7,
    markerHeight: 7,
    orient: 'auto-start-reverse',
    markerUnits: 'userSpaceOnUse',
  });
  marker.append(svg('path', { d: 'M0 0.5L8 4L0 7.5L1.8 4Z', fill: 'context-stroke' }));
  defs.append(marker);
  return defs;
}
