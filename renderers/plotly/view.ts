// One figure under one cell: draws it, updates it in place, and follows the theme and the width of the output.
import { errorBox } from '../shared/error-box.ts';
import { readTheme } from '../shared/theme.ts';
import { labelOf } from './describe.ts';
import { arranged, decadeTick, isOpenLog } from './arrange.ts';
import type { Figure, PlainObject } from './figure.ts';
import { inkCells } from './ink.ts';
import { linkedPoints } from './linked.ts';
import { panelsOf } from './panels.ts';
import { AT_ONCE, playOf, running, Together } from './play.ts';
import { loadPlotly, type Plotly } from './library.ts';
import { COMPACT, heightOf, styledConfig, styledLayout, widthOf, withThemeColors } from './look.ts';

/** The element after plotly has drawn into it. */
interface PlotlyElement extends HTMLElement {
  on(event: string, listener: (event: PlainObject) => void): void;
  layout: PlainObject;
}

export class FigureView {
  private readonly element: HTMLElement;
  /** Its height is set before plotly is loaded, so that the page below does not move. */
  private readonly root = document.createElement('div');
  private readonly resized: ResizeObserver;
  private figure: Figure | undefined;
  /** The library that drew the current picture. */
  private drawnBy: Plotly | undefined;
  private drawnWidth = 0;
  private busy = false;
  private stale = false;
  private gone = false;
  private frame = 0;
  /** The figure's method for events that has been told what to call. */
  private heard: PlotlyElement['on'] | undefined;
  private hovering = false;
  /** Whether the reader has pressed ▶. */
  private playing = false;
  private readonly together = new Together((index) => this.showFrame(index));

  constructor(element: HTMLElement) {
    this.element = element;
    this.root.className = 'dlnb-plotly';
    this.root.setAttribute('role', 'figure');
    this.root.style.cssText = 'position: relative; max-width: 100%; overflow: hidden;';
    this.root.addEventListener('wheel', (event) => this.letScroll(event), { capture: true, passive: true });
    element.replaceChildren(this.root);
    this.resized = new ResizeObserver(() => {
      cancelAnimationFrame(this.frame);
      this.frame = requestAnimationFrame(() => void this.fit());
    });
    this.resized.observe(this.root);
  }

  /** Whether the view is in this element of the page. */
  isIn(element: HTMLElement): boolean {
    return this.element === element && this.root.parentElement === element;
  }

  /** Shows this figure. Resolves when it, or a later one, is drawn. */
  async show(figure: Figure): Promise<void> {
    this.figure = figure;
    this.root.style.height = `${heightOf(figure, this.available() || 640)}px`;
    this.root.setAttribute('aria-label', labelOf(figure));
    await this.draw();
  }

  /** Draws again in the colors of the current theme. */
  async restyle(): Promise<void> {
    if (this.figure) await this.draw();
  }

  /** Removes the figure from the page and frees plotly's memory. */
  dispose(): void {
    this.gone = true;
    this.together.leave();
    cancelAnimationFrame(this.frame);
    this.resized.disconnect();
    this.drawnBy?.purge(this.root);
    this.root.remove();
  }

  /** Draws the newest state. Any number of calls during a drawing make one more. */
  private async draw(): Promise<void> {
    if (this.busy) {
      this.stale = true;
      return;
    }
    this.busy = true;
    try {
      do {
        this.stale = false;
        await this.drawOnce();
      } while (this.stale && !this.gone);
    } catch (error) {
      this.fail(error);
    } finally {
      this.busy = false;
    }
  }

  private async drawOnce(): Promise<void> {
    const bundle = this.figure!.bundle;
    const plotly = await loadPlotly(bundle);
    const available = this.available();
    // Hidden, or gone: the observer calls again when it has a width
    if (this.gone || available < 1) return;
    if (this.figure!.bundle !== bundle) {
      this.stale = true;
      return;
    }
    const figure = arranged(this.figure!, widthOf(this.figure!, available));
    this.root.style.height = `${heightOf(this.figure!, available)}px`;
    if (this.drawnBy && this.drawnBy !== plotly) this.drawnBy.purge(this.root);
    if (this.root.querySelector(':scope > .dlnb-error-box')) this.root.replaceChildren();
    const theme = readTheme(this.root);
    const layout = styledLayout(figure, theme, available);
    this.drawnBy = plotly;
    this.drawnWidth = available;
    // Plotly changes its arguments, and the figure is needed again for the next theme
    const { data, frames } = withThemeColors({ data: figure.data, frames: figure.frames }, theme);
    const parts = { data, layout: withThemeColors(layout, theme), config: styledConfig(figure) };
    await plotly.react(this.root, frames.length > 0 ? { ...parts, frames } : parts);
    this.labelTools();
    this.listen(plotly);
    inkCells(this.root, theme.background);
    this.together.join(frames.length > 1 ? playOf(figure).group : undefined);
  }

  /** Follows what the reader does to the figure, from its first drawing on. */
  private listen(plotly: Plotly): void {
    const root = this.root as unknown as PlotlyElement;
    // Plotly gives the element its events, and takes them when it purges it
    if (this.heard === root.on) return;
    this.heard = root.on;
    root.on('plotly_hover', (event) => this.hoverLinked(plotly, event));
    root.on('plotly_afterplot', () => inkCells(this.root, readTheme(this.root).background));
    root.on('plotly_relayout', (change) => this.tickAgain(plotly, change));
    root.on('plotly_animatingframe', ({ name }) => this.together.shows(this.nameOfFrames().indexOf(String(name))));
    root.on('plotly_buttonclicked', (event) => (this.playing = (event['active'] as number) === 0));
    root.on('plotly_sliderchange', (event) => (this.playing &&= event['interaction'] !== true));
    root.on('plotly_animated', () => {
      if (!this.playing || !this.figure) return;
      const play = playOf(this.figure);
      if (play.loop) void plotly.animate(root, null, running(play));
      else this.playing = false;
    });
  }

  private nameOfFrames(): string[] {
    return (this.figure?.frames ?? []).map((frame, i) => String(frame['name'] ?? i));
  }

  /** Shows a frame because another figure of the group does. */
  private showFrame(index: number): void {
    const names = this.nameOfFrames();
    const name = names[Math.min(index, names.length - 1)];
    if (this.drawnBy && name !== undefined) void this.drawnBy.animate(this.root, [name], AT_ONCE).catch(() => {});
  }

  /** Shows the values at the same point in all panels. */
  private hoverLinked(plotly: Plotly, event: PlainObject): void {
    if (this.hovering || !this.figure) return;
    const points = linkedPoints(this.figure, event['points']);
    if (points.length < 2) return;
    this.hovering = true;
    try {
      const { data } = this.figure;
      const planes = points.map(({ curveNumber }) => {
        const { xaxis, yaxis } = data[Number(curveNumber)]!;
        return `${String(xaxis ?? 'x')}${String(yaxis ?? 'y')}`;
      });
      plotly.Fx.hover(this.root, points, planes);
    } finally {
      this.hovering = false;
    }
  }

  /** Gives logarithmic axes ticks for the range that the reader has chosen. */
  private tickAgain(plotly: Plotly, change: PlainObject): void {
    const own = this.figure?.layout ?? {};
    const update: PlainObject = {};
    for (const key of Object.keys(change)) {
      const name = /^([xy]axis\d*)\.(range|autorange)/.exec(key)?.[1];
      if (name === undefined || !isOpenLog(own[name])) continue;
      const axis = (this.root as unknown as PlotlyElement).layout[name] as {
        range?: [number, number];
        dtick?: unknown;
      };
      const dtick = axis.range && decadeTick(...axis.range);
      if (dtick !== undefined && dtick !== axis.dtick) update[`${name}.dtick`] = dtick;
    }
    if (Object.keys(update).length > 0) void plotly.relayout(this.root, update);
  }

  /** Names plotly's toolbar for screen readers, and its buttons as their hovers do. */
  private labelTools(): void {
    const bar = this.root.querySelector('.modebar');
    bar?.setAttribute('role', 'toolbar');
    bar?.setAttribute('aria-label', 'Tools of the figure');
    for (const tool of bar?.querySelectorAll('.modebar-btn') ?? []) {
      tool.setAttribute('role', 'button');
      tool.setAttribute('aria-label', tool.getAttribute('data-title') ?? '');
    }
  }

  /** Follows the width of the output. */
  private async fit(): Promise<void> {
    const available = this.available();
    if (this.gone || !this.figure || available < 1 || Math.abs(available - this.drawnWidth) < 1) return;
    const crossed = available < COMPACT !== this.drawnWidth < COMPACT;
    // The rows of a legend above the plot depend on the width, and the height on them
    const higher = heightOf(this.figure, available) !== heightOf(this.figure, this.drawnWidth);
    if (!this.drawnBy || this.busy || crossed || higher || panelsOf(this.figure.layout)) {
      await this.draw();
      return;
    }
    this.drawnWidth = available;
    try {
      await this.drawnBy.relayout(this.root, { width: widthOf(this.figure, available) });
    } catch (error) {
      this.fail(error);
    }
  }

  /**
   * A 3-D scene cancels every wheel event, even if it does not zoom, and the notebook scrolls only on events that are
   * not canceled. Unless the figure zooms by the wheel, it must not cancel.
   */
  private letScroll(event: WheelEvent): void {
    if (!this.figure?.config['scrollZoom']) Object.defineProperty(event, 'preventDefault', { value: () => {} });
  }

  /** The width for drawing: the root's, because the element around it has a padding in the editor. */
  private available(): number {
    return Math.floor(this.root.getBoundingClientRect().width);
  }

  private fail(error: unknown): void {
    if (this.gone) return;
    this.drawnBy?.purge(this.root);
    this.drawnBy = undefined;
    this.root.style.height = '';
    this.root.replaceChildren(figureErrorBox(error));
  }
}

/** Says why a figure is not drawn. */
export const figureErrorBox = (error: unknown): HTMLElement => errorBox('The figure cannot be drawn', error);
