// One figure under one cell: draws it, updates it in place, and follows the theme and the width of the output.
import { errorBox } from '../shared/error-box.ts';
import { readTheme } from '../shared/theme.ts';
import { labelOf } from './describe.ts';
import type { Figure } from './figure.ts';
import { loadPlotly, type Plotly } from './library.ts';
import { COMPACT, heightOf, styledConfig, styledLayout, widthOf, withThemeColors } from './look.ts';

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
    this.root.style.height = `${heightOf(figure)}px`;
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
    const figure = this.figure!;
    if (figure.bundle !== bundle) {
      this.stale = true;
      return;
    }
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
    if (!this.drawnBy || this.busy || crossed) {
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
