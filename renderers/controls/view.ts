// One panel under a cell: its controls, and what their function draws. With a kernel it asks the kernel for each value;
// without one it shows the samples of the grid.
import {
  combinationAt,
  indicesOf,
  lastPlace,
  nearestFrame,
  nearestSamples,
  readPart,
  readParts,
  takenValue,
  type Control,
  type ControlsPayload,
  type ControlsRequest,
  type ControlValue,
  type ControlValues,
  type GridFrames,
  type Part,
} from '../../kernel/wire/controls.ts';
import { fieldsOf, isRecord } from '../../kernel/wire/fields.ts';
import { errorBox } from '../shared/error-box.ts';
import { unpackFrames } from './grid.ts';
import { Header, type Mode } from './header.ts';
import { PartsView, type FindRenderer } from './parts.ts';

/** A function that computes longer than this is said to compute; after {@link STOP_MS} it can be stopped. */
const SLOW_MS = 400;
const STOP_MS = 1500;

export interface ControlsViewOptions {
  element: HTMLElement;
  /** Of the output item. */
  id: string;
  payload: ControlsPayload;
  /** Sends a message to the extension; undefined if there is none. */
  post: ((request: ControlsRequest) => void) | undefined;
  renderer: FindRenderer;
}

export class ControlsView {
  readonly panel: number;
  private readonly element: HTMLElement;
  private readonly controls: Control[];
  private readonly header: Header;
  private readonly error: PartsView;
  private readonly parts: PartsView;
  private payload: ControlsPayload;
  /** `asking`: whether there is a kernel is not known yet. */
  private kernel: 'asking' | 'live' | 'gone';
  private readonly post: ((request: ControlsRequest) => void) | undefined;
  private readonly number = Math.floor(Math.random() * 2 ** 31);
  private seq = 0;
  private answered = 0;
  private askedAt = 0;
  private posting = 0;
  private unposted = false;
  private timers: number[] = [];
  private frames: { of: string; read: Promise<GridFrames> } | undefined;
  private wanted: { shown: readonly Part[]; error: Part | undefined } | undefined;
  private drawing: Promise<void> | undefined;

  constructor({ element, id, payload, post, renderer }: ControlsViewOptions) {
    this.element = element;
    this.panel = payload.panel;
    this.payload = payload;
    this.controls = payload.controls.map((control) => ({ ...control }));
    this.post = payload.of === 'film' ? undefined : post;
    this.kernel = this.post ? 'asking' : 'gone';
    this.header = new Header(payload.title, this.controls, {
      moved: () => this.moved(),
      stop: () => this.post?.({ type: 'stop', panel: this.panel }),
    });
    this.error = new PartsView(`${id}-error`, renderer);
    this.parts = new PartsView(id, renderer);
    element.replaceChildren(this.header.element, this.error.element, this.parts.element);
    this.post?.({ type: 'hello', panel: this.panel, view: this.number });
  }

  isIn(element: HTMLElement): boolean {
    return this.element === element && this.parts.element.parentElement === element;
  }

  /** Shows the state of the panel's output. */
  async show(payload: ControlsPayload): Promise<void> {
    this.payload = payload;
    // What the reader has moved since is newer
    if (this.answered < this.seq) return this.refill();
    this.take(Object.fromEntries(payload.controls.map(({ name, value }) => [name, value])));
    this.refill();
    await this.draw(payload.shown, payload.error);
  }

  /** Takes a message of the extension. It is checked, since what is drawn comes from the notebook's code. */
  hear(message: Record<string, unknown>): void {
    if (this.payload.of === 'film') return;
    const { type, view, seq, values } = message;
    if (type === 'gone') {
      this.kernel = 'gone';
      this.answered = this.seq;
      this.refill();
      if (this.payload.grid) void this.drawSample();
    } else if (type === 'live') {
      this.kernel = 'live';
      this.refill();
    } else if (type === 'frame') {
      this.kernel = 'live';
      const mine = view === this.number;
      if (mine && typeof seq === 'number') this.answered = Math.max(this.answered, seq);
      // The answer to an older question is drawn, but does not move what the reader holds
      if (isRecord(values) && (!mine || this.answered >= this.seq)) this.take(values as ControlValues);
      this.refill();
      const fields = fieldsOf(message, 'the frame');
      const { error, shown } = message;
      if (error !== undefined)
        void this.draw(this.wanted?.shown ?? this.payload.shown, readPart(fieldsOf(error, 'the error')));
      else if (shown !== undefined) void this.draw(readParts(fields, 'shown'), undefined);
    }
  }

  restyle(): void {
    // The outputs inside follow the theme themselves
  }

  dispose(): void {
    this.header.dispose();
    this.timers.forEach(clearTimeout);
    cancelAnimationFrame(this.posting);
    this.error.dispose();
    this.parts.dispose();
    this.element.replaceChildren();
  }

  private take(values: Record<string, ControlValue>): void {
    for (const control of this.controls) {
      const taken = takenValue(control, values[control.name]);
      if (taken !== undefined) control.value = taken;
    }
  }

  private get mode(): Mode {
    if (this.kernel !== 'gone') return { kind: 'all' };
    const { grid } = this.payload;
    return grid ? { kind: 'samples', samples: grid.samples } : { kind: 'nothing' };
  }

  private get values(): ControlValues {
    return Object.fromEntries(this.controls.map(({ name, value }) => [name, value]));
  }

  private moved(): void {
    if (this.kernel === 'gone') return void this.drawSample();
    this.seq++;
    if (this.answered === this.seq - 1) this.askedAt = performance.now();
    // At once, then at most one message a frame
    if (this.posting === 0) this.postValues();
    else this.unposted = true;
    this.timers.forEach(clearTimeout);
    this.timers = [SLOW_MS, STOP_MS].map((ms) => window.setTimeout(() => this.say(), ms + 20));
  }

  private postValues(): void {
    this.unposted = false;
    this.post?.({ type: 'set', panel: this.panel, view: this.number, seq: this.seq, values: this.values });
    this.posting = requestAnimationFrame(() => {
      this.posting = 0;
      if (this.unposted) this.postValues();
    });
  }

  private refill(): void {
    this.header.show(this.mode);
    this.say();
  }

  /** Says what is not as usual. */
  private say(): void {
    const waits = this.answered < this.seq ? performance.now() - this.askedAt : 0;
    if (this.kernel === 'gone') return this.header.say(this.payload.of === 'film' ? '' : this.withoutKernel());
    if (waits < SLOW_MS) return this.header.say('');
    if (this.kernel === 'asking') this.header.say('Waiting for the kernel…');
    else this.header.say('Computing…', waits > STOP_MS);
  }

  /** For example `Values computed before: w at 13 of 81.` */
  private withoutKernel(): string {
    const { grid, of } = this.payload;
    if (of === 'knobs') return '';
    if (!grid) return this.post ? 'No kernel: run the cell to move the controls.' : 'The controls need a kernel.';
    const coarse = this.controls.flatMap((control, i) => {
      const stops = grid.samples[i]?.length;
      const all = lastPlace(control) + 1;
      return stops !== undefined && stops < all ? `${control.label ?? control.name} at ${stops} of ${all}` : [];
    });
    return `Without a kernel: values computed before${coarse.length > 0 ? `, ${coarse.join(', ')}` : ''}.`;
  }

  /** Shows the frame of the grid that is nearest to the values. */
  private async drawSample(): Promise<void> {
    const { grid } = this.payload;
    if (!grid) return;
    if (this.frames?.of !== grid.frames) this.frames = { of: grid.frames, read: unpackFrames(grid) };
    const { read } = this.frames;
    try {
      const frames = await read;
      const indices = nearestSamples(this.controls, grid.samples, this.values);
      const at = nearestFrame(frames, grid.samples, indices);
      if (at !== combinationAt(grid.samples, indices))
        this.element.dataset['nearest'] = indicesOf(grid.samples, at).join();
      else delete this.element.dataset['nearest'];
      await this.draw(
        frames.frames[at]!.map((i) => frames.parts[i]!),
        undefined,
      );
    } catch (error) {
      this.parts.element.replaceChildren(errorBox('The computed values cannot be drawn', error));
    }
  }

  /** Draws the newest state. Any number of calls during a drawing make one more. */
  private async draw(shown: readonly Part[], error: Part | undefined): Promise<void> {
    this.wanted = { shown, error };
    if (this.drawing) return this.drawing;
    this.drawing = this.drawAll().finally(() => (this.drawing = undefined));
    await this.drawing;
  }

  private async drawAll(): Promise<void> {
    for (let drawn; drawn !== this.wanted;) {
      const { shown, error } = (drawn = this.wanted!);
      const film = this.controls.find((control) => control.kind === 'steps');
      await this.error.show(error ? [error] : []);
      await this.parts.show(shown, film?.at[film.value]);
      // What could not be drawn anew is of older values
      this.parts.element.style.opacity = error ? '0.45' : '';
    }
    this.element.dataset['drawnAt'] = String(performance.now());
  }
}
