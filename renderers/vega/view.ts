// One plot under one cell: draws it, and draws it again for another theme or width.
import { errorBox } from '../shared/error-box.ts';
import { readTheme } from '../shared/theme.ts';
import { plot } from './plot.ts';
import { isInteractive, type PlainObject } from './spec.ts';

type Library = typeof import('./library.ts');
const FILE = 'vega-library.js';
/** Plots of more characters are drawn on a canvas: a page with as many elements would be slow. */
const LARGE = 1_000_000;

let loading: Promise<Library> | undefined;

/** Vega. After a failure, the next call tries again. */
function loadLibrary(): Promise<Library> {
  // An exported page holds the file, and has its address
  const url = globalThis.dlnbAssets?.[FILE] ?? new URL(`./${FILE}`, import.meta.url).href;
  loading ??= import(/* @vite-ignore */ url) as Promise<Library>;
  loading.catch(() => (loading = undefined));
  return loading;
}

export class PlotView {
  private readonly root = document.createElement('div');
  private readonly resized: ResizeObserver;
  private shown: { spec: PlainObject; lite: boolean; length: number } | undefined;
  private drawn: { finalize(): unknown } | undefined;
  private drawnWidth = 0;
  private turn = 0;
  private frame = 0;

  constructor(private readonly element: HTMLElement) {
    this.root.className = 'dlnb-vega';
    this.root.style.cssText = 'max-width: 100%; overflow: auto hidden;';
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

  /** Shows this plot. @param length of its text, in characters */
  async show(spec: PlainObject, lite: boolean, length: number): Promise<void> {
    this.shown = { spec, lite, length };
    await this.restyle();
  }

  /** Draws in the colors of the current theme. */
  async restyle(): Promise<void> {
    const turn = ++this.turn;
    const { spec, lite, length } = this.shown!;
    const width = Math.floor(this.root.clientWidth);
    // Hidden: the observer calls again when it has a width
    if (width < 1) return;
    this.drawnWidth = width;
    const container = document.createElement('div');
    try {
      const library = await loadLibrary();
      if (turn !== this.turn) return;
      const renderer = length > LARGE ? 'canvas' : 'svg';
      const view = await plot(library, spec, { lite, theme: readTheme(this.root), width, container, renderer });
      if (turn !== this.turn) {
        view.finalize();
        return;
      }
      const svg = container.querySelector('svg');
      if (svg && !isInteractive(spec)) svg.style.cssText = 'max-width: 100%; height: auto; display: block;';
      this.drawn?.finalize();
      this.drawn = view;
      this.root.replaceChildren(container);
    } catch (error) {
      if (turn !== this.turn) return;
      this.drawn?.finalize();
      this.drawn = undefined;
      this.root.replaceChildren(plotErrorBox(error));
    }
  }

  dispose(): void {
    this.turn++;
    cancelAnimationFrame(this.frame);
    this.resized.disconnect();
    this.drawn?.finalize();
    this.root.remove();
  }

  /** Follows the width of the output, if the plot does. */
  private async fit(): Promise<void> {
    const width = Math.floor(this.root.clientWidth);
    if (!this.shown || width < 1 || width === this.drawnWidth) return;
    if (this.drawnWidth === 0 || this.shown.spec['width'] === 'container') await this.restyle();
  }
}

/** Says why a plot is not drawn. */
export const plotErrorBox = (error: unknown): HTMLElement => errorBox('The plot cannot be drawn', error);
