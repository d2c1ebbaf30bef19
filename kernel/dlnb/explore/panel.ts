// One panel of controls: takes new values, calls the function for the newest ones, and shows what it draws. Without a
// function (`train.knobs`) it holds values only.
import { DISPLAY, type Displayable } from '../../wire/displayable.ts';
import { CONTROLS } from '../../wire/mime.ts';
import {
  MAX_SHOWN,
  takenValue,
  valueText,
  type Control,
  type ControlsNews,
  type ControlsPayload,
  type ControlsRequest,
  type ControlValues,
  type Grid,
  type Part,
} from '../../wire/controls.ts';
import type { MimeBundle } from '../../wire/protocol.ts';
import type { Declared } from './declare.ts';
import { Frames, samplesOf, spreadOrder, valuesAt } from './grid.ts';
import { partOf, valuesOf } from './parts.ts';

/** What a call of a function gave. */
export interface Called<T> {
  /** Absent if it threw an error or was interrupted. */
  value?: T;
  error?: MimeBundle;
  /** What it printed and displayed itself, in order. */
  said: MimeBundle[];
}

/** What panels need from their session. */
export interface PanelHost {
  /** Shows a value among the outputs of a run, in place of the last one with this id. */
  display(value: Displayable, id: string, run: object): void;
  /** The run of a cell that the caller belongs to. */
  run(): object;
  /** The id of the cell of a run. */
  cellOf(run: object): string;
  /** Whether the run is the last one of its cell. */
  isCurrent(run: object): boolean;
  /** Whether no cell is running. */
  isIdle(): boolean;
  /** Sends news to all views of the notebook. */
  send(news: ControlsNews): void;
  /** Gives all requests that have come to their panels now. */
  drain(): void;
  bundle(value: unknown): MimeBundle | Promise<MimeBundle>;
  /** Calls a function for a run that may have ended. An interrupt and the end of its time end it. Never rejects. */
  call<T>(run: object, f: () => T | Promise<T>, limitMs?: number): Promise<Called<T>>;
  /** Tensors that the function makes are disposed of when what it returned has been read. */
  tidied<T>(f: (...args: never[]) => unknown, call: () => T): { result: T; dispose(): void };
  /** Notes where the random numbers of the session are. What it returns lets them go on from there. */
  noteRandomness(): () => void;
}

/** The output is brought up to date when the controls have rested for so long, in milliseconds. */
const REST_MS = 400;
/** The grid is begun when the kernel has rested for so long. */
const IDLE_MS = 300;
/** No more time is spent on a grid, in milliseconds. */
const GRID_MS = 3000;

export interface PanelOptions {
  of: ControlsPayload['of'];
  title?: string | undefined;
  /** Draws for values, by the names of the controls. */
  draw?: ((values: Record<string, unknown>) => unknown) | undefined;
  /** Called when values have changed. */
  changed?: ((names: string[]) => void) | undefined;
}

export class Panel implements Displayable {
  readonly run: object;
  private shown: Part[] = [];
  private error: Part | undefined;
  private grid: Grid | undefined;
  /** Whether there is nothing more to make. */
  private gridDone = false;
  private making: Promise<void> | undefined;
  /** The newest request that no frame has answered. */
  private asked: { view: number; seq: number } | undefined;
  private pumping = false;
  private rest: NodeJS.Timeout | undefined;
  private idle: NodeJS.Timeout | undefined;
  private movedAt = -Infinity;
  /** Somebody waits for the grid. */
  private hurried = false;
  /** A grid of another one is of old data. */
  private generation = 0;
  /** Random numbers begin at the same place in each call of the function: a moved control changes nothing else. */
  private beginRandomness = () => {};
  /** They go on from where the last call left them, after a button. */
  private renewRandomness = () => {};

  constructor(
    private readonly host: PanelHost,
    /** By which messages name the panel. */
    readonly number: number,
    readonly declared: readonly Declared[],
    private readonly options: PanelOptions,
  ) {
    this.run = host.run();
  }

  get controls(): Control[] {
    return this.declared.map(({ control }) => control);
  }

  /** The values as a function of the cell gets them. */
  given(values: ControlValues = this.values): Record<string, unknown> {
    return Object.fromEntries(
      this.declared.map(({ control, given }) => [control.name, given(values[control.name] ?? control.value)]),
    );
  }

  private get values(): ControlValues {
    return Object.fromEntries(this.controls.map(({ name, value }) => [name, value]));
  }

  /** Draws for the first values, in the cell, whose error it is if it fails, and shows the panel. */
  begin(): void {
    const { draw } = this.options;
    this.beginRandomness = this.host.noteRandomness();
    const first = draw ? this.drawn(draw, this.values) : [];
    this.renewRandomness = this.host.noteRandomness();
    if (first instanceof Promise) {
      const shown = first.then((parts) => {
        this.shown = parts;
        return this[DISPLAY]();
      });
      this.host.display({ [DISPLAY]: () => shown }, this.id, this.run);
      return;
    }
    this.shown = first;
    this.show();
  }

  /** Takes a message of a renderer. Only declared controls take values, and only values that they can have. */
  receive(request: ControlsRequest): void {
    if (request.type === 'stop') return;
    if (request.type === 'hello') return this.host.send({ type: 'live', panel: this.number, view: request.view });
    const changed = this.set(request.values);
    const { view, seq } = request;
    if (changed.length > 0) {
      this.movedAt = performance.now();
      this.options.changed?.(changed);
    }
    if (!this.options.draw) {
      // At once: the loop of a training may never wait
      this.host.send({ type: 'frame', panel: this.number, view, seq, values: this.values });
      return this.restSoon();
    }
    this.asked = { view, seq };
    void this.pump();
  }

  /** @returns the names of the controls that have another value now */
  set(values: ControlValues): string[] {
    const changed: string[] = [];
    for (const { control } of this.declared) {
      if (!Object.hasOwn(values, control.name)) continue;
      const taken = takenValue(control, values[control.name]);
      if (taken === undefined || taken === control.value) continue;
      control.value = taken;
      changed.push(control.name);
      // Another click, other data: what the grid holds is of the old
      if (control.kind === 'button') {
        this.dropGrid();
        this.beginRandomness = this.renewRandomness;
      }
    }
    return changed;
  }

  /** Calls the function for the newest values, until there are no newer ones. */
  private async pump(): Promise<void> {
    if (this.pumping) return;
    this.pumping = true;
    // Requests that have queued up meanwhile are taken first: the last one counts
    await new Promise((resolve) => setImmediate(resolve));
    this.host.drain();
    while (this.asked) {
      const { asked, values } = this;
      this.asked = undefined;
      await this.answer(asked, values);
      this.host.drain();
    }
    this.pumping = false;
    this.restSoon();
  }

  private async answer(asked: { view: number; seq: number }, values: ControlValues): Promise<void> {
    const { draw } = this.options;
    const frame = { type: 'frame', panel: this.number, ...asked, values } as const;
    if (!draw) return;
    const { value, error, said } = await this.host.call(this.run, () =>
      this.aside(
        () => this.drawn(draw, values),
        () => (this.renewRandomness = this.host.noteRandomness()),
      ),
    );
    const parts = said.map(partOf);
    if (error) this.error = partOf(error);
    else {
      this.error = undefined;
      this.shown = [...parts, ...(value ?? [])].slice(0, MAX_SHOWN);
    }
    this.host.send({ ...frame, ...(this.error ? { error: this.error } : { shown: this.shown }) });
  }

  /** What the function draws for values. A promise only if something must be awaited. */
  private drawn(draw: (values: Record<string, unknown>) => unknown, values: ControlValues): Part[] | Promise<Part[]> {
    const { result, dispose } = this.host.tidied(draw, () => draw(this.given(values)));
    const bundled = (returned: unknown): MimeBundle[] | Promise<MimeBundle[]> => {
      const bundles = valuesOf(returned).map((value) => this.host.bundle(value));
      return bundles.some((b) => b instanceof Promise)
        ? Promise.all(bundles.map((b) => Promise.resolve(b)))
        : (bundles as MimeBundle[]);
    };
    const ended = (bundles: MimeBundle[]) => {
      dispose();
      return bundles.map(partOf);
    };
    const isLater = typeof (result as { then?: unknown } | null | undefined)?.then === 'function';
    const bundles = isLater ? Promise.resolve(result).then(bundled) : bundled(result);
    return bundles instanceof Promise ? bundles.then(ended) : ended(bundles);
  }

  /**
   * Calls a function that takes no random numbers from the cells: when it is called depends on the reader and on how
   * busy the machine is, and a training must not. Of an asynchronous function this holds until it first waits.
   */
  private aside<T>(f: () => T, after?: () => void): T {
    const goOn = this.host.noteRandomness();
    this.beginRandomness();
    try {
      return f();
    } finally {
      after?.();
      goOn();
    }
  }

  private restSoon(): void {
    clearTimeout(this.rest);
    this.rest = setTimeout(() => {
      this.show();
      this.gridSoon();
    }, REST_MS).unref();
  }

  /** Brings the output up to date. */
  show(): void {
    clearTimeout(this.rest);
    this.rest = undefined;
    if (this.host.isCurrent(this.run)) this.host.display(this, this.id, this.run);
  }

  // ---- the grid

  /** Makes the grid when the kernel is idle. */
  gridSoon(): void {
    if (this.gridDone || this.making || !this.options.draw) return;
    clearTimeout(this.idle);
    this.idle = setTimeout(() => {
      this.making = this.makeGrid(() => this.quiet()).finally(() => (this.making = undefined));
    }, IDLE_MS).unref();
  }

  /** Brings the output up to date, and makes the grid now. */
  async settle(): Promise<void> {
    if (!this.host.isCurrent(this.run)) return;
    if (this.rest) this.show();
    if (this.gridDone || !this.options.draw) return;
    clearTimeout(this.idle);
    this.hurried = true;
    this.making ??= this.makeGrid(() => Promise.resolve()).finally(() => (this.making = undefined));
    await this.making;
    this.hurried = false;
  }

  /** Waits until neither cells nor the reader need the kernel. */
  private async quiet(): Promise<void> {
    const busy = () => !this.host.isIdle() || this.pumping || performance.now() - this.movedAt < REST_MS;
    do await new Promise((resolve) => setTimeout(resolve, busy() ? 100 : 0).unref());
    while (busy() && !this.hurried);
  }

  private dropGrid(): void {
    this.grid = undefined;
    this.gridDone = false;
    this.generation++;
  }

  private async makeGrid(pause: () => Promise<void>): Promise<void> {
    const { draw } = this.options;
    if (!draw) return;
    const { generation } = this;
    const samples = samplesOf(this.controls);
    const base = this.values;
    const controls = this.controls.map((control) => ({ ...control }));
    const frames = new Frames(samples);
    let spent = 0;
    for (const combination of spreadOrder(samples.reduce((n, s) => n * (s?.length ?? 1), 1))) {
      await pause();
      if (generation !== this.generation || !this.host.isCurrent(this.run)) return;
      const begun = performance.now();
      const values = { ...base, ...valuesAt(controls, samples, combination) };
      const left = Math.max(1, GRID_MS - spent);
      const { value, said } = await this.host.call(this.run, () => this.aside(() => this.drawn(draw, values)), left);
      spent += performance.now() - begun;
      // Where the function fails, the nearest frame will do
      const room = !value || frames.add(combination, [...said.map(partOf), ...value].slice(0, MAX_SHOWN));
      if (!room || spent > GRID_MS) break;
    }
    this.gridDone = true;
    this.grid = frames.pack();
    if (this.grid) this.show();
  }

  /** Nobody will see it any more. */
  dispose(): void {
    clearTimeout(this.rest);
    clearTimeout(this.idle);
    this.generation++;
  }

  private get id(): string {
    return `dlnb-controls:${this.number}`;
  }

  [DISPLAY](): Record<string, unknown> {
    const { of, title } = this.options;
    const payload: ControlsPayload = {
      version: 1,
      of,
      panel: this.number,
      ...(title !== undefined && { title }),
      controls: this.controls.map((control) => ({ ...control })),
      shown: this.shown,
      ...(this.error && { error: this.error }),
      ...(this.grid && { grid: this.grid }),
    };
    return { [CONTROLS]: payload, 'text/plain': panelText(payload) };
  }
}

/** A panel as text: the values of the controls, and the texts of what is drawn. */
export function panelText({ of, title, controls, shown }: Omit<ControlsPayload, 'version' | 'panel'>): string {
  const values = controls.filter(({ kind }) => kind !== 'button').map((c) => `${c.label ?? c.name} = ${valueText(c)}`);
  const head = `${title ?? { explore: 'Explore', film: 'Film', knobs: 'Knobs' }[of]}: ${values.join(', ')}`;
  const texts = shown.flatMap(({ items }) => {
    const plain = items.find(({ mime }) => mime === 'text/plain');
    return plain && 'text' in plain ? plain.text : [];
  });
  return [head, ...texts].join('\n');
}
