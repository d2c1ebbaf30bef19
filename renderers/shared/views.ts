// The views of a renderer: one for each output item.
import { onThemeChange } from './theme.ts';

export interface View {
  /** Draws again in the colors of the current theme. */
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

  /** Sets the item's view, and disposes of the old one. */
  set(item: string, view: V): void {
    this.dispose(item);
    this.byItem.set(item, view);
  }

  values(): Iterable<V> {
    return this.byItem.values();
  }

  /** @param item if absent, all items: VS Code calls it so */
  dispose(item?: string): void {
    if (item === undefined) [...this.byItem.keys()].forEach((id) => this.dispose(id));
    else {
      this.byItem.get(item)?.dispose();
      this.byItem.delete(item);
    }
  }
}
