// An opened filter or map: the layer's input and the response side by side, and the product that makes the value at one
// place.
import type { FilterStage } from '../../kernel/wire/filters.ts';
import type { ColorScale } from '../shared/color-scale.ts';
import { button, element } from '../shared/dom.ts';
import { exactNumber, plural, shortNumber } from '../shared/numbers.ts';
import type { Theme } from '../shared/theme.ts';
import { indexText, nameOf } from './describe.ts';
import { coloring, isImage, type Scales } from './look.ts';
import { matrix } from './matrix.ts';
import { rangeFor } from './paint.ts';
import { extent, type Look } from './panels.ts';
import type { FiltersPayload } from './payload.ts';
import { Plate, type Mark } from './plate.ts';
import { activated, agrees, productOf, whyNoProduct, type Product } from './product.ts';
import { slider } from './slider.ts';
import { biasOf, channelOf, heldOf, mapsOf, normOf, peakOf, weightsOf } from './stages.ts';

export interface DetailScene {
  stage: FilterStage;
  /** Index of the filter and its map. */
  index: number;
  look: Look;
  scales: Scales;
  /** Those of this stage. */
  own: Scales;
  theme: Theme;
  /** Available width in CSS pixels. */
  width: number;
}

/** Up to this many channels, of kernels up to this width, are shown below one another; else one at a time. */
const ALL_CHANNELS = 3;
const NARROW = 5;
/** Larger kernels are not written out. */
const MOST_WEIGHTS = 1024;

export class Detail {
  readonly element = element('section', 'detail');
  private readonly head = element('div', 'detail-head');
  private readonly body = element('div', 'detail-body');
  private readonly plates = element('div', 'plates');
  private readonly work = element('div', 'work');
  private readonly spoken = element('div', 'spoken');
  private readonly input: Plate;
  private readonly response: Plate;
  private scene!: DetailScene;
  /** Row and column in the held part of the response; at first the largest value. */
  private place: { y: number; x: number } | undefined;
  private channel = 0;

  /** @param close called when the reader closes it */
  constructor(
    private readonly payload: FiltersPayload,
    private readonly close: () => void,
  ) {
    const step = (down: number, right: number) => {
      const { y, x } = this.place!;
      this.go(y + down, x + right);
      this.spoken.textContent = this.work.querySelector('.sum')?.textContent ?? '';
    };
    this.input = new Plate('input', { over: (row, column) => this.overInput(row, column), step });
    this.response = new Plate('response', { over: (row, column) => this.go(row, column), step });
    this.spoken.setAttribute('aria-live', 'polite');
    this.element.append(this.head, this.body, this.spoken);
    this.element.addEventListener('keydown', (event) => {
      if (event.key !== 'Escape') return;
      event.preventDefault();
      event.stopPropagation();
      this.close();
    });
  }

  /** @param anew whether the filter or the stage has changed */
  show(scene: DetailScene, anew: boolean): void {
    this.scene = scene;
    if (anew) this.place = undefined;
    const { stage, index, look } = scene;
    this.element.setAttribute('aria-label', `${nameOf(stage, look.view, index)} of ${stage.name}`);
    this.drawHead();
    this.body.replaceChildren();
    const { maps } = stage;
    if (maps && index < maps.held) {
      this.place ??= this.largest();
      this.drawPlates();
      this.body.append(this.plates);
    }
    this.body.append(this.work);
    this.drawWork();
  }

  private drawHead(): void {
    const { stage, index, look } = this.scene;
    const { kernel, maps } = stage;
    const facts: string[] = [];
    if (kernel && index < kernel.held) {
      facts.push(`norm ${shortNumber(normOf(this.payload, kernel, look.snapshot, index))}`);
      if (kernel.bias !== undefined)
        facts.push(`bias ${shortNumber(biasOf(this.payload, kernel, look.snapshot, index))}`);
    }
    if (maps && index < maps.shape[2] && stage.type !== 'input')
      facts.push(`largest activation ${shortNumber(peakOf(this.payload, maps, look.snapshot, index))}`);
    const title = element('strong', '', `${nameOf(stage, look.view, index)} of ${stage.name}`);
    const closing = button('Close', 'Close (Escape)', this.close, 'close');
    const tools = element('span', 'detail-tools');
    const channels = this.channels();
    if (this.oneAtATime(channels)) {
      this.channel = Math.min(this.channel, channels - 1);
      const state = { name: 'input channel', count: channels, value: this.channel };
      tools.append(
        slider(state, (c) => {
          this.channel = c;
          if (maps && index < maps.held) this.drawPlates();
          this.drawWork();
        }),
      );
    }
    tools.append(closing);
    this.head.replaceChildren(title, ...facts.map((text) => element('span', 'fact', text)), tools);
  }

  /** The channels of a filter to choose from. */
  private channels(): number {
    const { kernel } = this.scene.stage;
    return kernel && this.scene.index < kernel.held ? kernel.shape[2] : 1;
  }

  private largest(): { y: number; x: number } {
    const { stage, index, look } = this.scene;
    const { columns, channels } = heldOf(stage.maps!);
    const values = channelOf(mapsOf(this.payload, stage.maps!, look.snapshot, look.example), channels, index);
    let best = 0;
    values.forEach((v, i) => {
      if (v > values[best]!) best = i;
    });
    return { y: Math.floor(best / columns), x: best % columns };
  }

  // ---- the large pictures

  private drawPlates(): void {
    const { stage, index, look, own, theme, width } = this.scene;
    const { payload } = this;
    const { rows, columns, channels } = heldOf(stage.maps!);
    const values = channelOf(mapsOf(payload, stage.maps!, look.snapshot, look.example), channels, index);
    const most = Math.max(60, width - 30);
    const response = { values, rows, columns, colors: false, ...coloring(stage, extent([values]), false, own) };
    this.response.draw(
      response,
      stage.type === 'input' ? `channel ${index}` : `response: map ${index} of ${stage.name}`,
      theme,
      most,
    );
    const source = stage.from === undefined ? undefined : payload.stages[stage.from]!;
    const input = source && this.inputPicture(source);
    this.plates.replaceChildren();
    if (input) {
      this.input.draw(input.picture, input.caption, theme, most);
      this.plates.append(this.input.element);
    }
    this.plates.append(this.response.element);
  }

  /** The layer's input: an image in its colors, else the chosen channel. */
  private inputPicture(source: FilterStage) {
    const { stage, index, look, scales } = this.scene;
    const { maps } = source;
    if (!maps) return undefined;
    const { rows, columns, channels } = heldOf(maps);
    const values = mapsOf(this.payload, maps, look.snapshot, look.example);
    const whole = extent([values]);
    const colors = channels === 3 && maps.shape[2] === 3 && isImage(source, whole);
    const { kernel } = stage;
    const wanted =
      kernel?.op === 'depthwise'
        ? Math.floor(index / Math.max(1, kernel.filters / maps.shape[2]))
        : kernel
          ? this.channel
          : index;
    if (!colors && wanted >= channels) return undefined;
    const shown = colors ? values : channelOf(values, channels, wanted);
    const from = source.type === 'input' ? 'input' : `input: ${source.name}`;
    const caption = `${from}${colors || maps.shape[2] === 1 ? '' : `, channel ${wanted}`}`;
    const picture = {
      values: shown,
      rows,
      columns,
      colors,
      ...coloring(source, colors ? whole : extent([shown]), colors, scales),
    };
    return { picture, caption };
  }

  // ---- the chosen place

  /** The value of the response whose patch has its center nearest to a place of the input. */
  private overInput(row: number, column: number): void {
    const { kernel, maps, from } = this.scene.stage;
    const step = from === undefined ? 1 : this.payload.stages[from]!.maps!.step;
    const to = (axis: 0 | 1, at: number): number => {
      if (!kernel) return Math.round((at * maps!.shape[axis]) / this.payload.stages[from!]!.maps!.shape[axis]);
      const middle = ((kernel.shape[axis] - 1) / 2) * kernel.dilation[axis];
      return kernel.op === 'transpose'
        ? Math.round(at * kernel.stride[axis] - kernel.pad[axis] + middle)
        : Math.round((at + kernel.pad[axis] - middle) / kernel.stride[axis]);
    };
    this.go(Math.round(to(0, row * step) / maps!.step), Math.round(to(1, column * step) / maps!.step));
  }

  private go(y: number, x: number): void {
    const { rows, columns } = heldOf(this.scene.stage.maps!);
    const place = { y: Math.max(0, Math.min(rows - 1, y)), x: Math.max(0, Math.min(columns - 1, x)) };
    if (this.place && place.y === this.place.y && place.x === this.place.x) return;
    this.place = place;
    this.drawWork();
  }

  private drawWork(): void {
    const { stage, index, look } = this.scene;
    const { kernel, maps } = stage;
    const placed = maps && index < maps.held ? this.place : undefined;
    const reason = whyNoProduct(this.payload, stage, index);
    if (placed) this.response.mark([{ row: placed.y, column: placed.x, rows: 1, columns: 1 }]);
    if (placed) this.input.mark([]);
    if (!reason && placed) {
      const [y, x] = [placed.y * maps!.step, placed.x * maps!.step];
      const product = productOf(this.payload, stage, { ...look, filter: index, y, x });
      this.input.mark(marksOf(product, stage));
      this.work.replaceChildren(...this.productTables(product), this.sum(product, y, x));
      return;
    }
    const parts: HTMLElement[] = kernel && index < kernel.held ? this.kernelTables() : [];
    if (placed)
      parts.push(
        element(
          'div',
          'sum',
          `${indexText(stage, placed.y * maps!.step, placed.x * maps!.step)} ${exactNumber(this.valueAt(), 'float32')}`,
        ),
      );
    // A kernel alone has no product, which needs no explanation
    if (reason && (placed || (kernel && index >= kernel.held))) parts.push(element('div', 'note', reason));
    this.work.replaceChildren(...parts);
  }

  private valueAt(): number {
    const { stage, index, look } = this.scene;
    const { columns, channels } = heldOf(stage.maps!);
    const values = mapsOf(this.payload, stage.maps!, look.snapshot, look.example);
    return values[(this.place!.y * columns + this.place!.x) * channels + index]!;
  }

  // ---- patch × kernel = products

  private productTables(product: Product): HTMLElement[] {
    const { stage, scales } = this.scene;
    const [height, columns] = stage.kernel!.shape;
    if (height * columns > MOST_WEIGHTS) return [element('div', 'note', 'The kernel is too large to be written out.')];
    const source = this.payload.stages[stage.from!]!;
    const { snapshot, example } = this.scene.look;
    const all = extent([mapsOf(this.payload, source.maps!, snapshot, example)]);
    const patchColors = coloring(source, all, false, scales);
    return this.shownChannels(product.channels).map(({ channel, patch, weights, sum }) => {
      const products = patch.map((v, i) => (v === undefined ? undefined : v * weights[i]!));
      const row = element('div', 'product');
      const label = product.channels.length > 1 ? `channel ${channel}: ` : '';
      row.append(
        matrix(`${label}patch`, patch, columns, patchColors.scale, patchColors.range),
        group(sign('×'), matrix('kernel', weights, columns, ...this.colorsOf(weights))),
        group(sign('='), matrix('products', products, columns, ...this.colorsOf(products))),
        group(sign('Σ'), element('output', 'partial', shortNumber(sum))),
      );
      return row;
    });
  }

  /** The kernel alone, if there is no input. */
  private kernelTables(): HTMLElement[] {
    const { stage, index, look } = this.scene;
    const kernel = stage.kernel!;
    const [height, columns, channels] = kernel.shape;
    if (height * columns > MOST_WEIGHTS) return [element('div', 'note', 'The kernel is too large to be written out.')];
    const weights = weightsOf(this.payload, kernel, look.snapshot, index);
    const row = element('div', 'product');
    for (const channel of this.shownChannels([...Array(channels).keys()])) {
      const own = channelOf(weights, channels, channel);
      row.append(matrix(channels > 1 ? `channel ${channel}` : 'weights', own, columns, ...this.colorsOf(weights)));
    }
    return [row];
  }

  private oneAtATime(channels: number): boolean {
    const width = this.scene.stage.kernel?.shape[1] ?? 1;
    return channels > ALL_CHANNELS || (channels > 1 && width > NARROW);
  }

  private shownChannels<T>(all: readonly T[]): readonly T[] {
    return this.oneAtATime(all.length) ? [all[this.channel]!] : all;
  }

  private colorsOf(values: ArrayLike<number | undefined>): [ColorScale, ReturnType<typeof rangeFor>] {
    const { chosen } = this.scene.scales;
    return [chosen, rangeFor(chosen, extent([Array.from(values, (v) => v ?? 0)]))];
  }

  /** Sum of the products, bias, activation, and the value of the map, which must agree. */
  private sum(product: Product, y: number, x: number): HTMLElement {
    const { stage } = this.scene;
    const { activation, bias } = stage.kernel!;
    const { channels, total } = product;
    const value = this.valueAt();
    const line = element('div', 'sum');
    const add = (className: string, text: string) => line.append(element('span', className, text), ' ');
    add('index', indexText(stage, y, x));
    const shown = this.shownChannels(channels);
    for (const [i, c] of shown.entries())
      add('term', `${i > 0 ? '+ ' : ''}Σ${channels.length > 1 ? ` channel ${c.channel}` : ''} ${shortNumber(c.sum)}`);
    if (shown.length < channels.length) {
      const rest = channels.reduce((s, c) => s + c.sum, 0) - shown[0]!.sum;
      add('term', `+ ${plural(channels.length - 1, 'other channel')} ${shortNumber(rest)}`);
    }
    if (bias !== undefined) add('term', `+ bias ${shortNumber(product.bias)}`);
    add('total', `= ${shortNumber(total)}`);
    const expected = activated(activation, total);
    if (activation !== 'linear')
      add('term', `→ ${activation}${expected === undefined ? ', which depends on more than this value,' : ''} →`);
    if (activation !== 'linear') add('value', shortNumber(value));
    line.lastElementChild!.setAttribute('title', exactNumber(value, 'float32'));
    line.dataset['value'] = String(value);
    if (expected !== undefined && !agrees(product, expected, value))
      add('warning', `The layer returned ${shortNumber(value)}; these numbers give ${shortNumber(expected)}.`);
    return line;
  }
}

/** Elements that stay on one line. */
function group(...parts: HTMLElement[]): HTMLElement {
  const made = element('span', 'group');
  made.append(...parts);
  return made;
}

const sign = (text: string): HTMLElement => element('span', 'sign', text);

/** The patch on the input: one frame around it, or around each value if they are apart. */
function marksOf({ taps }: Product, { kernel }: FilterStage): Mark[] {
  const met = taps.filter((t) => t !== undefined);
  if (kernel!.dilation.some((d) => d > 1)) return met.map((t) => ({ ...t, rows: 1, columns: 1 }));
  if (met.length === 0) return [];
  const [rows, columns] = [met.map((t) => t.row), met.map((t) => t.column)];
  const [top, left] = [Math.min(...rows), Math.min(...columns)];
  return [{ row: top, column: left, rows: Math.max(...rows) - top + 1, columns: Math.max(...columns) - left + 1 }];
}
