// Acts in the order of the calls, even if some must wait for a value.

interface Item {
  /** Absent while its value is awaited. */
  act?: () => void;
}

export class InOrder {
  private items: Item[] = [];
  private waiters: (() => void)[] = [];

  /** Whether nothing is waiting. */
  get isIdle(): boolean {
    return this.items.length === 0;
  }

  /** Resolves when nothing is waiting. */
  idle(): Promise<void> {
    return this.isIdle ? Promise.resolve() : new Promise((resolve) => this.waiters.push(resolve));
  }

  /** Calls `act` with the value, at once if nothing is waiting. A promise that rejects is skipped. */
  add<T>(value: T | Promise<T>, act: (value: T) => void): void {
    if (!(value instanceof Promise)) {
      if (this.isIdle) return act(value);
      this.items.push({ act: () => act(value) });
      return;
    }
    const item: Item = {};
    this.items.push(item);
    value.then(
      (v) => this.arrived(item, () => act(v)),
      () => this.arrived(item, () => {}),
    );
  }

  /** Skips values that have not arrived. */
  abandon(): void {
    for (const item of this.items) item.act ??= () => {};
    this.go();
  }

  /** Calls every act that is ready, ahead of those still waiting. */
  pass(): void {
    const ready = this.items.flatMap(({ act }) => act ?? []);
    this.items = this.items.filter(({ act }) => !act);
    for (const act of ready) act();
  }

  private arrived(item: Item, act: () => void): void {
    item.act ??= act;
    this.go();
  }

  private go(): void {
    // An item stays in the queue until its act returns, so that calls made by the act come after it
    while (this.items[0]?.act) {
      const { act } = this.items[0];
      delete this.items[0].act;
      try {
        act();
      } finally {
        this.items.shift();
      }
    }
    if (!this.isIdle) return;
    const { waiters } = this;
    this.waiters = [];
    for (const resolve of waiters) resolve();
  }
}
