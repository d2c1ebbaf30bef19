// One tensor under one cell: what is shown of it, the controls, and the parts that come from the kernel.
import type { AxisRange, TensorHeader } from '../../kernel/wire/tensor.ts';
import { colorScale, type ScaleName } from '../shared/color-scale.ts';
import { button, element } from '../shared/dom.ts';
import { legend } from '../shared/legend.ts';
import { plural } from '../shared/numbers.ts';
import { momentsOf, rangeOf, type ValueRange } from '../shared/range.ts';
import { readTheme } from '../shared/theme.ts';
import { axesOf, canBeImages, firstLook, rolesFor, type Mode, type Role } from './axes.ts';
import { setSlider, slider, toolbar } from './controls.ts';
import type { Part } from './part.ts';
import type { TensorPayload } from './payload.ts';
import { toCsv, toJson, toNpy } from './save.ts';
import type { SliceClient } from './slices.ts';
import { Stage } from './stage.ts';
import { styles } from './styles.ts';
import { describePart, summaryLine } from './summary.ts';
import { table } from './table.ts';
import { windowAround } from './window.ts';

/** How long a slider rests before the kernel is asked, in milliseconds. */
const REST = 120;

export class TensorView {
  private readonly root: ShadowRoot;
  private readonly body = element('div', 'tensor');
  private readonly notice = element('div', 'notice');
  private readonly sliders = element('div', 'sliders');
  private readonly main = element('div', 'main');
  private readonly foot = element('div', 'foot');
  private readonly readout = element('div', 'readout', '\u00a0');
  private readonly spoken = element('div', 'spoken');
  private readonly stage: Stage;
  private readonly resized: ResizeObserver;
  private tools: HTMLElement | undefined;
  private header!: TensorHeader;
  /** What the output holds. */
  private saved!: Part;
  /** A part at full resolution, shown instead of what the output holds. */
  private detail: Part | undefined;
  private values: ArrayLike<number> = [];
  private mode: Mode = 'heat';
  private roles: Role[] = [];
  private scaleName: ScaleName = 'diverging';
  private cursor: number[] = [];
  private page = { row: 0, column: 0 };
  private width = 0;
  private said = '';
  private frame = 0;
  private asked = 0;
  private resting: ReturnType<typeof setTimeout> | undefined;

  /** @param slices asks the kernel; undefined if there is none, or the workspace is not trusted */
  constructor(
    private readonly host: HTMLElement,
    private readonly slices: SliceClient | undefined,
  ) {
    this.root = host.shadowRoot ?? host.attachShadow({ mode: 'open' });
    const style = document.createElement('style');
    style.textContent = styles;
    this.spoken.setAttribute('aria-live', 'polite');
    this.root.replaceChildren(style, this.body);
    this.stage = new Stage({
      moved: (index) => this.moveTo(index),
      beyond: (axis, by) => this.beyond(axis, by),
      entered: (index) => this.zoom(index),
    });
    this.resized = new ResizeObserver(() => {
      cancelAnimationFrame(this.frame);
      this.frame = requestAnimationFrame(() => this.fit());
    });
    this.resized.observe(this.body);
  }

  /** Whether the view is in this element of the page. */
  isIn(host: HTMLElement): boolean {
    return this.host === host && this.body.isConnected;
  }

  /** Shows a tensor. If it has the type and shape of the last one, the reader's choices stay. */
  show({ header, part }: TensorPayload): void {
    const same = this.header?.dtype === header.dtype && String(this.header.shape) === String(header.shape);
    this.header = header;
    this.saved = part;
    this.detail = undefined;
    this.said = '';
    if (!same) {
      ({ mode: this.mode, roles: this.roles } = firstLook(header.dtype, header.shape, part.axes, header.statistics));
      this.scaleName = header.dtype === 'bool' ? 'gray' : header.dtype === 'complex64' ? 'sequential' : 'diverging';
      this.cursor = part.axes.map(({ start }) => start);
      this.page = { row: 0, column: 0 };
    }
    this.values = part.numbers();
    const summary = summaryLine(header);
    if (part.size === 0) {
      const axis = header.shape.indexOf(0);
      this.body.replaceChildren(summary, element('div', 'empty', `No values: axis ${axis} has length 0.`));
      return;
    }
    if (header.shape.length === 0) {
      this.body.replaceChildren(summary, element('div', 'scalar', part.text(0)));
      return;
    }
    this.body.replaceChildren(summary, this.notice, this.sliders, this.main, this.foot, this.spoken);
    this.tools = undefined;
    this.update();
  }

  /** Draws again in the colors of the current theme. */
  restyle(): void {
    if (this.tools) this.draw();
  }

  dispose(): void {
    cancelAnimationFrame(this.frame);
    clearTimeout(this.resting);
    this.asked++;
    this.resized.disconnect();
    this.root.replaceChildren();
  }

  // ---- drawing

  private get part(): Part {
    return this.detail ?? this.saved;
  }

  /** Called after the reader changed how the tensor is shown. */
  private update(): void {
    this.drawNotice();
    this.drawTools();
    this.drawSliders();
    this.draw();
  }

  private fit(): void {
    const width = this.main.clientWidth;
    if (this.tools && width > 0 && Math.abs(width - this.width) >= 1) this.draw();
  }

  private draw(): void {
    this.width = this.main.clientWidth;
    // Hidden: the observer calls again when it has a width
    if (this.width < 1) return;
    if (this.mode === 'table') this.drawTable();
    else this.drawPicture(this.mode);
  }

  private drawPicture(mode: Exclude<Mode, 'table'>): void {
    const { part, values, roles, cursor, header } = this;
    const theme = readTheme(this.host);
    const scale = colorScale(mode === 'image' ? 'gray' : mode === 'bars' ? 'diverging' : this.scaleName, theme);
    const range = mode === 'image' ? this.brightness() : this.range(mode);
    const label = `${header.dtype} ${header.shape.join(' × ')}, drawn as ${{ bars: 'bars', heat: 'a heat map', image: 'an image' }[mode]}. Arrow keys move from value to value.`;
    if (this.stage.element.parentElement !== this.main) this.main.replaceChildren(this.stage.element);
    this.stage.draw({ mode, part, values, roles, cursor, scale, range, theme, label }, this.width);
    this.foot.replaceChildren(
      legend({ scale, range, values, bar: mode !== 'bars', outliers: mode !== 'image' }),
      this.readout,
    );
  }

  private drawTable(): void {
    const { part, roles, cursor } = this;
    const base = axesOf(roles, 'slider').reduce(
      (sum, axis) => sum + part.nearest(axis, cursor[axis]!) * part.strides[axis]!,
      0,
    );
    const column = axesOf(roles, 'columns', 'channels');
    const state = { down: axesOf(roles, 'grid', 'rows'), across: column, base, ...this.page };
    const drawn = table(part, state, (row, column) => {
      this.page = { row, column };
      this.draw();
    });
    this.main.replaceChildren(drawn);
    this.foot.replaceChildren();
  }

  /** The statistics of all values, so that every part has the same colors. */
  private range(mode: Mode): ValueRange {
    const statistics = this.header.statistics ?? momentsOf(this.values);
    if (mode !== 'bars') return rangeOf(this.scaleName, statistics);
    const range = rangeOf('diverging', statistics);
    // Bars begin at zero: no room is needed on a side without bars
    const { min = 0, max = 0 } = statistics;
    return { ...range, low: Math.max(range.low, Math.min(0, min)), high: Math.min(range.high, Math.max(0, max)) };
  }

  /** For images 0…1 or 0…255 if the values fit, else from the least to the greatest value. */
  private brightness(): ValueRange {
    const { min = 0, max = 1 } = this.header.statistics ?? {};
    if (min >= 0 && max <= 1 && !(this.header.dtype === 'uint8' && max === 1))
      return { low: 0, high: 1, clipped: false };
    if (min >= 0 && max <= 255) return { low: 0, high: 255, clipped: false };
    return { low: min, high: max, clipped: false };
  }

  private drawTools(): void {
    const { header, mode, roles, scaleName } = this;
    const focused = this.root.activeElement?.getAttribute('aria-label');
    const modes: Mode[] =
      header.dtype === 'string'
        ? ['table']
        : [
            'bars',
            ...(header.shape.length > 1 ? (['heat'] as const) : []),
            ...(canBeImages(header.dtype, header.shape) ? (['image'] as const) : []),
            'table',
          ];
    const tools = toolbar(
      { shape: header.shape, modes, mode, roles, scale: scaleName },
      {
        mode: (next) => this.setMode(next),
        role: (axis, role) => this.setRole(axis, role),
        scale: (next) => {
          this.scaleName = next;
          this.draw();
        },
        copyJson: () => void this.copy(toJson(this.part), 'JSON'),
        copyCsv: () => void this.copy(toCsv(this.part), 'CSV'),
        saveImage: () => this.stage.picture.toBlob((blob) => blob && this.download(blob, 'tensor.png')),
        saveNpy: () => this.saveNpy(),
      },
    );
    if (this.tools) this.tools.replaceWith(tools);
    else this.notice.after(tools);
    this.tools = tools;
    // Rebuilt while the reader uses it: the focus stays where it was
    if (focused)
      [...tools.querySelectorAll('select')]
        .find((s) => s.getAttribute('aria-label') === focused)
        ?.focus({ preventScroll: true });
  }

  /** Existing sliders stay, because the reader may be moving one. */
  private drawSliders(): void {
    const { roles, header, saved, cursor } = this;
    const states = axesOf(roles, 'slider')
      .filter((axis) => header.shape[axis]! > 1)
      .map((axis) => {
        // With a kernel to ask, any index is available
        const own = this.canAsk ? { start: 0, step: 1, count: header.shape[axis]! } : saved.axes[axis]!;
        return { axis, ...own };
      });
    const key = JSON.stringify(states);
    if (this.sliders.dataset['key'] !== key) {
      const made = states.map((s) => slider({ ...s, index: cursor[s.axis]! }, (index) => this.slide(s.axis, index)));
      this.sliders.replaceChildren(...made);
      this.sliders.dataset['key'] = key;
    }
    for (const row of this.sliders.children) setSlider(row, cursor);
  }

  private drawNotice(): void {
    const text = describePart(this.header, this.part.axes);
    this.notice.replaceChildren();
    if (text) this.notice.append(element('span', '', text));
    if (this.detail) this.notice.append(button('Overview', 'Back to the whole tensor', () => this.overview(), 'link'));
    else if (text && this.canAsk)
      this.notice.append(
        button(
          'Full resolution',
          'All values around the cursor, from the kernel',
          () => this.zoom(this.cursor),
          'link',
        ),
      );
    if (this.said) this.notice.append(element('span', 'said', this.said));
  }

  // ---- actions of the reader

  private setMode(mode: Mode): void {
    this.roles = rolesFor(mode, this.roles, this.header.shape, this.part.axes);
    this.mode = mode;
    this.page = { row: 0, column: 0 };
    this.update();
  }

  private setRole(axis: number, role: Role): void {
    this.roles = this.roles.map((old, i) => (i === axis ? role : this.only(role) && old === role ? 'slider' : old));
    this.page = { row: 0, column: 0 };
    this.update();
  }

  /** Bars have one axis, and an image an axis of channels. */
  private only(role: Role): boolean {
    return role === 'channels' || (this.mode === 'bars' && role === 'columns');
  }

  private slide(axis: number, index: number): void {
    this.cursor = this.cursor.with(axis, index);
    clearTimeout(this.resting);
    if (this.part.holds(axis, index) || !this.canAsk) this.draw();
    else if (this.saved.holds(axis, index)) this.overview();
    else this.resting = setTimeout(() => this.zoom(this.cursor), REST);
  }

  private moveTo(index: number[]): void {
    this.cursor = index;
    this.stage.setCursor(index);
    this.read();
  }

  /** Writes the cursor's value, also for screen readers. */
  private read(): void {
    const { index, value } = this.stage.describe(this.stage.place);
    this.readout.replaceChildren(element('span', 'index', index), ` ${value}`);
    this.spoken.textContent = `${index} ${value}`;
  }

  private beyond(axis: number, by: number): void {
    const to = this.cursor[axis]! + by;
    if (!this.detail || to < 0 || to >= this.header.shape[axis]!) return;
    this.zoom(this.cursor.with(axis, to));
  }

  private overview(): void {
    this.asked++;
    this.use(undefined);
  }

  /** Shows all values around an index: from the output if it holds them, else from the kernel. */
  private zoom(index: readonly number[]): void {
    const axes = windowAround(index, this.header.shape, this.roles);
    const held = this.saved.cut(axes);
    this.cursor = [...index];
    if (held) this.use(held);
    else if (this.canAsk) void this.ask(axes);
  }

  private get canAsk(): boolean {
    return this.slices !== undefined && this.header.source !== undefined;
  }

  private async ask(axes: AxisRange[]): Promise<void> {
    const turn = ++this.asked;
    this.said = 'Asking the kernel…';
    this.drawNotice();
    const outcome = await this.slices!.ask(this.header.source!, axes);
    if (turn !== this.asked) return; // a newer request is under way
    if ('part' in outcome) return this.use(outcome.part);
    // Back to what the output holds: sliders go to the nearest index in it
    this.cursor = this.cursor.map((index, axis) => this.nearestHeld(axis, index));
    this.said = outcome.reason;
    this.update();
  }

  private nearestHeld(axis: number, index: number): number {
    const { start, step } = this.part.axes[axis]!;
    return start + this.part.nearest(axis, index) * step;
  }

  private use(detail: Part | undefined): void {
    const focused = this.root.activeElement === this.stage.picture;
    this.detail = detail;
    this.values = this.part.numbers();
    this.said = '';
    this.cursor = this.cursor.map((index, axis) => this.nearestHeld(axis, index));
    this.page = { row: 0, column: 0 };
    this.update();
    if (focused && this.mode !== 'table') {
      this.stage.focus();
      this.read();
    }
  }

  // ---- copying and saving

  private async copy(text: string, name: string): Promise<void> {
    try {
      await navigator.clipboard.writeText(text);
      this.tell(`Copied ${this.complete ? '' : 'what is shown: '}${plural(this.part.size, 'value')} as ${name}.`);
    } catch (e) {
      this.tell(`The values could not be copied: ${(e as Error).message}`);
    }
  }

  /** Saves the whole tensor if it is available, else the part that is shown. */
  private saveNpy(): void {
    if (!this.complete && this.canAsk) return this.slices!.save(this.header.source!);
    this.download(new Blob([toNpy(this.part)]), this.complete ? 'tensor.npy' : 'tensor-part.npy');
  }

  /** Whether the whole tensor is shown. */
  private get complete(): boolean {
    return describePart(this.header, this.part.axes) === undefined;
  }

  private download(blob: Blob, name: string): void {
    const link = document.createElement('a');
    link.href = URL.createObjectURL(blob);
    link.download = name;
    // The editor hears clicks on links inside outputs and asks where to save
    this.body.append(link);
    link.click();
    link.remove();
    setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
  }

  private tell(text: string): void {
    this.said = text;
    this.spoken.textContent = text;
    this.drawNotice();
  }
}
