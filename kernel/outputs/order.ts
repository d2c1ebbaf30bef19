// Does things in the order in which they were asked for, also where some have to wait for a value.

interface Item {
  /** Absent while its value is on its way. */
  act?: () => void;
}

export class InOrder {
  private items: Item[] = [];
  private waiters: (() => void)[] = [];

  /** Whether nothing waits. */
  get isIdle(): boolean {
    return this.items.length === 0;
  }

  /** Settles when nothing waits. */
  idle(): Promise<void> {
    return this.isIdle ? Promise.resolve() : new Promise((resolve) => this.waiters.push(resolve));
  }

  /** Does `act` with the value, at once where nothing has to be waited for. A value that fails is left out. */
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

  /** Leaves out what has not arrived. */
  abandon(): void {
    for (const item of this.items) item.act ??= () => {};
    this.go();
  }

  /** Does what is ready, past what still waits. */
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
    // An item stays in its place until it is done: what it asks for comes after it
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
