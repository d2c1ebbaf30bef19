// The module `dlnb` that cells import.
import type { Displayable } from '../display/bundle.ts';
import { html, image, md, plot, svg } from '../display/html.ts';
import { makeGraph } from '../graph/index.ts';
import type { LoadedLibrary } from '../viz/library.ts';
import * as data from './data/index.ts';

export interface DisplayOptions {
  /** Shows the value in the place of the last one with the same id, in whatever cell that is. */
  id?: string;
}

export interface LibraryHost {
  display(value: unknown, id: string | undefined): Promise<void>;
  signal(): AbortSignal;
  /** TensorFlow.js, if a cell has imported it. */
  loaded: LoadedLibrary;
}

/** Makes the module for one session. */
export function makeLibrary(host: LibraryHost) {
  /**
   * Shows a value under the cell. With an id, a later call with the same id replaces it in place.
   * Outputs appear in the order of the calls; await it only to know that the value has been sent.
   */
  const display = (value: unknown, options: DisplayOptions = {}): Promise<void> => {
    const { id } = options;
    if (id !== undefined && (typeof id !== 'string' || id === ''))
      throw new TypeError('display: the id must be a string that is not empty');
    return host.display(value, id);
  };
  return {
    display,
    html,
    svg,
    md,
    image,
    plot,
    data,
    viz: { graph: makeGraph(host.loaded) },
    signal: () => host.signal(),
  };
}

export type Library = ReturnType<typeof makeLibrary>;
export type { Displayable };
