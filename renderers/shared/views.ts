// The views of a renderer: one for each output item, until the item is gone.
import { onThemeChange } from './theme.ts';

export interface View {
  /** Draws again in the colours of the theme. */
  restyle(): void | Promise<void>;
  dispose(): void;
}

export class Views<V extends View> {
  private readonly byItem = new Map<string, V>();

  constructor() {
    onThemeChange(() => this.byItem.forEach((view) => void view.restyle()));
  }

  get(item: string): V | undefined {
    return this.byItem.get(item);
  }

  /** Takes the place of the item's view, which is disposed of. */
  set(item: string, view: V): void {
    this.dispose(item);
    this.byItem.set(item, view);
  }

  values(): Iterable<V> {
    return this.byItem.values();
  }

  /** @param item all if it is left out, as VS Code calls it */
  dispose(item?: string): void {
    if (item === undefined) [...this.byItem.keys()].forEach((id) => this.dispose(id));
    else {
      this.byItem.get(item)?.dispose();
      this.byItem.delete(item);
    }
  }
}
