// The views of a renderer: one for each output item.
import { onThemeChange } from './theme.ts';

export interface View {
  /** Draws again in the colors of the current theme. */
  restyle(): void | Promise<void>;
  dispose(): void;
}

/** What an item was last drawn from, and where. */
interface Drawn {
  element: HTMLElement;
  bytes: Uint8Array;
}

export class Views<V extends View> {
  private readonly byItem = new Map<string, V>();
  private readonly drawn = new Map<string, Drawn>();

  constructor() {
    onThemeChange(() => this.byItem.forEach((view) => void view.restyle()));
  }

  get(item: string): V | undefined {
    return this.byItem.get(item);
  }

  /**
   * Whether the item's view stands in this element and shows these bytes already. VS Code asks for an output again when
   * a picture is added to it; then what the reader has chosen, folded and moved must stay.
   */
  shows(item: string, element: HTMLElement, bytes: Uint8Array): boolean {
    const drawn = this.drawn.get(item);
    if (!this.byItem.has(item) || drawn?.element !== element || !element.isConnected) return false;
    return drawn.bytes.length === bytes.length && drawn.bytes.every((byte, i) => byte === bytes[i]);
  }

  /** Notes what the item's view shows now, for {@link shows}. */
  drew(item: string, element: HTMLElement, bytes: Uint8Array): void {
    this.drawn.set(item, { element, bytes });
  }

  /** Sets the item's view, and disposes of the old one. */
  set(item: string, view: V): void {
    this.byItem.get(item)?.dispose();
    this.byItem.set(item, view);
  }

  values(): Iterable<V> {
    return this.byItem.values();
  }

  /** @param item if absent, all items: VS Code calls it so */
  dispose(item?: string): void {
    if (item === undefined) [...this.byItem.keys()].forEach((id) => this.dispose(id));
    else {
      this.drawn.delete(item);
      this.byItem.get(item)?.dispose();
      this.byItem.delete(item);
    }
  }
}
