// Loads the plotly bundle that a figure needs: the 2-D one, or the larger one with 3-D traces.
import type { Figure, PlainObject } from './figure.ts';

/** The part of plotly that the renderer uses. */
export interface Plotly {
  react(
    root: HTMLElement,
    figure: { data: PlainObject[]; layout: PlainObject; config: PlainObject; frames?: PlainObject[] },
  ): Promise<unknown>;
  relayout(root: HTMLElement, update: PlainObject): Promise<unknown>;
  purge(root: HTMLElement): void;
  animate(root: HTMLElement, frames: readonly string[] | null, how: PlainObject): Promise<unknown>;
  Fx: { hover(root: HTMLElement, points: PlainObject[], planes: string[]): void };
}

declare global {
  // Set by exported pages, which hold the bundles: the address of each file
  var dlnbAssets: { [file: string]: string } | undefined;
}

const loading = new Map<Figure['bundle'], Promise<Plotly>>();

/** Plotly with the traces of this bundle. After a failure, the next call tries again. */
export function loadPlotly(bundle: Figure['bundle']): Promise<Plotly> {
  let library = loading.get(bundle);
  if (!library) {
    const file = `./plotly-${bundle}.js`;
    const url = globalThis.dlnbAssets?.[file.slice(2)] ?? new URL(file, import.meta.url).href;
    library = import(/* @vite-ignore */ url).then((module: { default: Plotly }) => module.default);
    library.catch(() => loading.delete(bundle));
    loading.set(bundle, library);
  }
  return library;
}
