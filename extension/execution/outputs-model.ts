// The outputs and runs of one notebook as a state machine: kernel events in, commands for the editor out.
// No editor, no process: projection.ts applies the commands.
import { isRunning, withoutKernel } from '../../kernel/wire/ended.ts';
import { MAX_OUTPUTS } from '../../kernel/wire/limits.ts';
import { STDERR, STDOUT } from '../../kernel/wire/mime.ts';
import type { MimeBundle, OutputEvent, StreamEvent } from '../../kernel/wire/protocol.ts';
import { StreamText } from '../../kernel/wire/stream-text.ts';
import { awaited, withPicture, type AwaitedPicture } from '../../kernel/wire/picture.ts';
import type { EditorCommand, OutputKey } from './editor-commands.ts';

/** How a run ended. `canceled`: it never ran, or the user restarted the kernel during it. */
export type RunEnd = 'ok' | 'error' | 'interrupted' | 'canceled';

export type RunEvent =
  | { type: 'queued'; cell: string }
  | { type: 'started'; cell: string; order: number; time: number }
  /** The run has printed nothing for a moment: the outputs of the earlier run are removed now. */
  | { type: 'settled'; cell: string }
  | { type: 'output'; cell: string; event: OutputEvent }
  | { type: 'finished'; cell: string; end: RunEnd; time: number }
  /**
   * The run cannot begin or continue; `bundle` says why. `transient`: the reason is this machine, so it is not saved.
   */
  | { type: 'failed'; cell: string; bundle: MimeBundle; transient?: boolean; time: number }
  /** The user removed these outputs. */
  | { type: 'removed'; cell: string; keys: ReadonlySet<OutputKey> }
  /** The kernel ended, and its display ids with it. */
  | { type: 'kernelGone' };

type Phase = 'idle' | 'queued' | 'running' | 'done';
type Stream = 'stdout' | 'stderr';
interface ShownOutput extends AwaitedPicture {
  key: OutputKey;
  stream?: Stream;
  /** Of a stream. */
  text?: StreamText;
  id?: string | undefined;
  /** What it shows, if that is a training or a progress bar that is running. */
  running?: MimeBundle | undefined;
}
interface CellState {
  phase: Phase;
  /** The next output replaces those shown: because a new run began, or because the cell asked for it. */
  stale?: 'run' | 'wait';
  outputs: ShownOutput[];
}

let lastKey = 0;

export class OutputsModel {
  private readonly cells = new Map<string, CellState>();

  /** Takes an event and returns the commands for the editor. */
  apply(event: RunEvent): EditorCommand[] {
    if (event.type === 'kernelGone') {
      return this.endRunning();
    }
    const { cell } = event;
    const state = this.state(cell);
    switch (event.type) {
      case 'queued':
        state.phase = 'queued';
        return [];
      case 'started':
        state.phase = 'running';
        state.outputs = [];
        state.stale = 'run';
        return [{ do: 'start', cell, order: event.order, time: event.time }];
      case 'settled':
        return this.sweep(cell, state);
      case 'output':
        return this.output(cell, state, event.event);
      case 'finished':
        return this.finish(cell, state, event.end, event.time);
      case 'failed':
        return this.fail(state, event);
      case 'removed':
        state.outputs = state.outputs.filter(({ key }) => !event.keys.has(key));
        return [];
    }
  }

  /** Keys of the outputs that the cell shows. */
  keys(cell: string): OutputKey[] {
    return this.cells.get(cell)?.outputs.map(({ key }) => key) ?? [];
  }

  /** Whether a training or a progress bar shows that it is running. */
  get hasRunning(): boolean {
    return [...this.cells.values()].some(({ outputs }) => outputs.some(({ running }) => running !== undefined));
  }

  /** The kernel is gone: what was running is interrupted, and display ids mean nothing any more. */
  private endRunning(): EditorCommand[] {
    const commands: EditorCommand[] = [];
    for (const [cell, { outputs }] of this.cells)
      for (const output of outputs) {
        delete output.id;
        delete output.awaiting;
        if (!output.running) continue;
        commands.push({ do: 'replaceItems', cell, key: output.key, items: [...withoutKernel(output.running)] });
        delete output.running;
      }
    return commands;
  }

  private state(cell: string): CellState {
    let state = this.cells.get(cell);
    if (!state) this.cells.set(cell, (state = { phase: 'idle', outputs: [] }));
    return state;
  }

  /** Removes the outputs of the earlier run, if they are still shown. */
  private sweep(cell: string, state: CellState): EditorCommand[] {
    if (state.stale !== 'run') return [];
    state.stale = undefined;
    return [{ do: 'clear', cell }];
  }

  private finish(cell: string, state: CellState, end: RunEnd, time: number): EditorCommand[] {
    const swept = state.phase === 'running' ? this.sweep(cell, state) : [];
    state.phase = 'done';
    const success = end === 'ok' ? true : end === 'canceled' ? undefined : false;
    return [...swept, { do: 'end', cell, success, time }];
  }

  private fail(
    state: CellState,
    { cell, bundle, transient, time }: Extract<RunEvent, { type: 'failed' }>,
  ): EditorCommand[] {
    const start: EditorCommand[] =
      state.phase === 'running' ? [] : this.apply({ type: 'started', cell, order: 0, time });
    const shown = this.show(cell, state, bundle, {}, transient);
    return [...start, ...shown, ...this.finish(cell, state, 'error', time)];
  }

  private output(cell: string, state: CellState, event: OutputEvent): EditorCommand[] {
    switch (event.kind) {
      case 'stream':
        return this.stream(cell, state, event);
      case 'display':
        return this.show(cell, state, event.bundle, { id: event.id, ...awaited(event) });
      case 'update':
        return this.update(cell, state, event);
      case 'picture':
        return this.picture(event);
      case 'error':
        return this.show(cell, state, event.bundle, {});
      case 'clear':
        return this.clear(cell, state, event.wait);
    }
  }

  private stream(cell: string, state: CellState, event: StreamEvent): EditorCommand[] {
    const { name: stream, text, back } = event;
    if (text === '' && !back) return [];
    const mime = stream === 'stdout' ? STDOUT : STDERR;
    if (!state.stale) {
      // The kernel sends no more displays than a cell shows, but all text: in a full cell it goes to the last output of
      // its stream
      const full = state.outputs.length >= MAX_OUTPUTS;
      const target = full ? state.outputs.findLast((o) => o.stream === stream) : state.outputs.at(-1);
      if (target?.text && target.stream === stream) {
        const { key } = target;
        if (target.text.apply(event)) return [{ do: 'appendItems', cell, key, items: [{ mime, text }] }];
        return [{ do: 'replaceItems', cell, key, items: [{ mime, text: target.text.text }] }];
      }
    }
    if (text === '') return [];
    const shown = new StreamText();
    shown.apply(event);
    return this.show(cell, state, [{ mime, text }], { stream, text: shown });
  }

  /** Replaces the outputs with this id in all cells. If the user has cleared them, the value is a new output. */
  private update(cell: string, state: CellState, event: Extract<OutputEvent, { kind: 'update' }>): EditorCommand[] {
    const { bundle, id } = event;
    const commands: EditorCommand[] = [];
    for (const [other, { outputs }] of this.cells) {
      for (const o of outputs) {
        if (o.id !== id) continue;
        o.awaiting = awaited(event).awaiting;
        o.running = isRunning(bundle) ? bundle : undefined;
        commands.push({ do: 'replaceItems', cell: other, key: o.key, items: bundle });
      }
    }
    return commands.length > 0 ? commands : this.show(cell, state, bundle, { id, ...awaited(event) });
  }

  /** Puts a picture into the outputs that wait for it. Their renderers keep what they show. */
  private picture({ picture, item }: Extract<OutputEvent, { kind: 'picture' }>): EditorCommand[] {
    const commands: EditorCommand[] = [];
    for (const [cell, { outputs }] of this.cells) {
      for (const o of outputs) {
        if (o.awaiting?.picture !== picture) continue;
        if (item) commands.push({ do: 'replaceItems', cell, key: o.key, items: withPicture(o.awaiting.bundle, item) });
        o.awaiting = undefined;
      }
    }
    return commands;
  }

  private clear(cell: string, state: CellState, wait: boolean): EditorCommand[] {
    if (wait) {
      state.stale ??= 'wait';
      return [];
    }
    state.stale = undefined;
    state.outputs = [];
    return [{ do: 'clear', cell }];
  }

  private show(
    cell: string,
    state: CellState,
    items: MimeBundle,
    what: Omit<ShownOutput, 'key'>,
    transient = false,
  ): EditorCommand[] {
    const key = newKey();
    const replace = state.stale !== undefined;
    if (replace) {
      state.stale = undefined;
      state.outputs = [];
    }
    state.outputs.push({ key, ...what, ...(isRunning(items) && { running: items }) });
    return [{ do: replace ? 'replaceAll' : 'append', cell, key, items, ...(transient && { transient }) }];
  }
}

const newKey = (): OutputKey => `o${++lastKey}`;
