// Filters or feature maps under one cell: the controls, the sliders over snapshots and examples, and a section for each
// stage.
import { choice, element } from '../shared/dom.ts';
import { readTheme } from '../shared/theme.ts';
import { omissions, titleFacts } from './describe.ts';
import { COLORS, scalesFor, type Colors } from './look.ts';
import type { Channels, Look, View } from './panels.ts';
import type { FiltersPayload } from './payload.ts';
import { Section } from './section.ts';
import { slider } from './slider.ts';
import { styles } from './styles.ts';

const VIEWS: Record<View, string> = { filters: 'Filters', maps: 'Feature maps' };
const CHANNELS: Record<Channels, string> = {
  auto: 'Channels: automatic',
  each: 'Each channel',
  mean: 'Mean over channels',
  norm: 'Root mean square',
  one: 'One channel',
};
const RANGES = { shared: 'One range for a layer', own: 'A range for each tile' } as const;
const SORTS: Record<Look['sort'], string> = { index: 'By index', norm: 'By norm' };
/** Stages that are unfolded at first: all of a small network, the first ones of a deep network. */
const [SMALL, FIRST] = [6, 4];

export class FiltersView {
  private readonly root: ShadowRoot;
  private readonly frame = element('div', 'filters');
  private readonly tools = element('div', 'toolbar');
  private readonly sliders = element('div', 'sliders');
  private readonly nothing = element('div', 'note', 'There is nothing to show.');
  private readonly sections: Section[];
  private readonly resized: ResizeObserver;
  private readonly look: Look;
  private colors: Colors = 'auto';
  private range: keyof typeof RANGES = 'shared';
  private width = 0;

  constructor(
    private readonly host: HTMLElement,
    private readonly payload: FiltersPayload,
  ) {
    this.root = host.shadowRoot ?? host.attachShadow({ mode: 'open' });
    const last = payload.snapshots.length - 1;
    this.look = { view: payload.view, channels: 'auto', channel: 0, sort: 'index', snapshot: last, example: 0 };
    if (!this.has(payload.view)) this.look.view = payload.view === 'maps' ? 'filters' : 'maps';
    const open = payload.stages.length <= SMALL ? SMALL : FIRST;
    this.sections = payload.stages.map(
      (stage, i) =>
        new Section(payload, stage, i < open, (opening) =>
          this.sections.forEach((s) => s !== opening && s.closeDetail()),
        ),
    );
    this.tools.setAttribute('role', 'toolbar');
    this.tools.setAttribute('aria-label', 'How filters are shown');
    const title = element('div', 'title');
    title.append(element('strong', '', this.title()), ...titleFacts(payload).map((t) => element('span', 'fact', t)));
    const notes = omissions(payload).map((text) => element('div', 'note', text));
    this.frame.append(title, this.tools, this.sliders, ...notes, this.nothing, ...this.sections.map((s) => s.element));
    this.root.replaceChildren(element('style', '', styles), this.frame);
    this.drawTools();
    this.drawSliders();
    this.resized = new ResizeObserver(() => {
      if (Math.abs(this.frame.clientWidth - this.width) >= 1) this.draw();
    });
    this.resized.observe(this.frame);
    this.draw();
  }

  dispose(): void {
    this.resized.disconnect();
    this.root.replaceChildren();
  }

  restyle(): void {
    this.draw();
  }

  private has(view: View): boolean {
    return this.payload.stages.some(({ kernel, maps }) => (view === 'filters' ? kernel : maps));
  }

  private title(): string {
    const what = VIEWS[this.payload.view];
    return this.payload.title ? `${what} of ${this.payload.title}` : what;
  }

  private draw(): void {
    const { look, frame } = this;
    this.width = frame.clientWidth;
    // Hidden: the observer calls again when it has a width
    if (this.width < 1) return;
    const theme = readTheme(this.host);
    const scales = scalesFor(this.colors, theme);
    frame.classList.toggle('contrast', theme.highContrast);
    const scene = { look: { ...look }, shared: this.range === 'shared', scales, theme, width: this.width - 8 };
    const drawn = this.sections.map((section) => section.draw(scene));
    this.nothing.hidden = drawn.some(Boolean);
  }

  private drawTools(): void {
    const { look } = this;
    const all = <T extends string>(texts: Record<T, string>) => Object.keys(texts) as T[];
    const change = (what: () => void) => {
      what();
      this.drawTools();
      this.drawSliders();
      this.draw();
    };
    const focused = this.root.activeElement?.getAttribute('aria-label');
    const tools: HTMLElement[] = [];
    if (this.has('filters') && this.has('maps'))
      tools.push(choice('What is shown', all(VIEWS), VIEWS, look.view, (v) => change(() => (look.view = v))));
    if (look.view === 'filters' && this.channels() > 1)
      tools.push(
        choice('Input channels', all(CHANNELS), CHANNELS, look.channels, (c) => change(() => (look.channels = c))),
      );
    tools.push(
      choice('Colors', all(COLORS), COLORS, this.colors, (c) => change(() => (this.colors = c))),
      choice('Range of the colors', all(RANGES), RANGES, this.range, (r) => change(() => (this.range = r))),
      choice('Order', all(SORTS), SORTS, look.sort, (s) => change(() => (look.sort = s))),
    );
    this.tools.replaceChildren(...tools);
    // Rebuilt while the reader uses it: the focus stays where it was
    if (focused) tools.find((t) => t.getAttribute('aria-label') === focused)?.focus({ preventScroll: true });
  }

  /** The largest number of input channels of a filter. */
  private channels(): number {
    return Math.max(1, ...this.payload.stages.map(({ kernel }) => (kernel && kernel.held > 0 ? kernel.shape[2] : 1)));
  }

  private drawSliders(): void {
    const { look, payload } = this;
    const { snapshots, examples } = payload;
    const rows: HTMLElement[] = [];
    const add = (name: string, key: 'snapshot' | 'example' | 'channel', count: number, labels?: readonly string[]) => {
      const state = { name, count, value: look[key], ...(labels ? { labels } : {}) };
      rows.push(
        slider(state, (value) => {
          look[key] = value;
          this.draw();
        }),
      );
    };
    if (snapshots.length > 1) add('snapshot', 'snapshot', snapshots.length, snapshots);
    if (examples && examples.held > 1) add('example', 'example', examples.held);
    if (look.view === 'filters' && look.channels === 'one' && this.channels() > 1)
      add('input channel', 'channel', this.channels());
    this.sliders.replaceChildren(...rows);
  }
}
