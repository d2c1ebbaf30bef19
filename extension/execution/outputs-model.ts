// The outputs and runs of one notebook as a state machine: kernel events in, commands for the editor out.
// It knows no editor and no process; the adapter beside it applies the commands.
import { STDERR, STDOUT } from '../../kernel/wire/mime.ts';
import type { MimeBundle, OutputEvent } from '../../kernel/wire/protocol.ts';
import type { Command, OutputKey } from './editor-commands.ts';

/** How a run ended. `cancelled`: it never ran, or the user restarted the kernel under it. */
export type RunEnd = 'ok' | 'error' | 'interrupted' | 'cancelled';

export type RunEvent =
  | { type: 'queued'; cell: string }
  | { type: 'started'; cell: string; order: number; time: number }
  /** The run has gone on for a moment without output: the outputs of the run before go now. */
  | { type: 'settled'; cell: string }
  | { type: 'output'; cell: string; event: OutputEvent }
  | { type: 'finished'; cell: string; end: RunEnd; time: number }
  /** The run cannot begin or go on; `bundle` says why. `transient`: for reasons of this machine, not to be saved. */
  | { type: 'failed'; cell: string; bundle: MimeBundle; transient?: boolean; time: number }
  /** The editor shows these outputs no more: the user removed them. */
  | { type: 'removed'; cell: string; keys: ReadonlySet<OutputKey> }
  /** A fresh kernel knows no display ids. */
  | { type: 'kernelGone' };

/** VS Code shows 500 outputs in a cell at most. */
export const MAX_OUTPUTS = 400;

type Phase = 'idle' | 'queued' | 'running' | 'done';
type Stream = 'stdout' | 'stderr';
interface ShownOutput {
  key: OutputKey;
  stream?: Stream;
  id?: string;
}
interface CellState {
  phase: Phase;
  /** Why the outputs that are shown go when the next one comes: a new run began, or the cell asked for it. */
  stale?: 'run' | 'wait';
  outputs: ShownOutput[];
  /** Outputs past {@link MAX_OUTPUTS}, and the output that says how many. */
  dropped: number;
  notice?: OutputKey;
}

let lastKey = 0;

export class NotebookModel {
  private readonly cells = new Map<string, CellState>();

  /** Takes an event and returns what the editor has to do. */
  apply(event: RunEvent): Command[] {
    if (event.type === 'kernelGone') {
      for (const cell of this.cells.values()) for (const output of cell.outputs) delete output.id;
      return [];
    }
    const { cell } = event;
    const state = this.state(cell);
    switch (event.type) {
      case 'queued':
        state.phase = 'queued';
        return [];
      case 'started':
        state.phase = 'running';
        this.forget(state);
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
        if (state.notice && event.keys.has(state.notice)) state.notice = undefined;
        if (state.outputs.length === 0) state.dropped = 0;
        return [];
    }
  }

  /** The outputs of the cell that the model believes to be shown. */
  keys(cell: string): OutputKey[] {
    return this.cells.get(cell)?.outputs.map(({ key }) => key) ?? [];
  }

  private state(cell: string): CellState {
    let state = this.cells.get(cell);
    if (!state) this.cells.set(cell, (state = { phase: 'idle', outputs: [], dropped: 0 }));
    return state;
  }

  private forget(state: CellState): void {
    state.outputs = [];
    state.dropped = 0;
    state.notice = undefined;
  }

  /** Removes the outputs of the run before, if they are still there. */
  private sweep(cell: string, state: CellState): Command[] {
    if (state.stale !== 'run') return [];
    state.stale = undefined;
    return [{ do: 'clear', cell }];
  }

  private finish(cell: string, state: CellState, end: RunEnd, time: number): Command[] {
    const swept = state.phase === 'running' ? this.sweep(cell, state) : [];
    state.phase = 'done';
    const success = end === 'ok' ? true : end === 'cancelled' ? undefined : false;
    return [...swept, { do: 'end', cell, success, time }];
  }

  private fail(state: CellState, { cell, bundle, transient, time }: Extract<RunEvent, { type: 'failed' }>): Command[] {
    const start: Command[] = state.phase === 'running' ? [] : this.apply({ type: 'started', cell, order: 0, time });
    const shown = this.show(cell, state, bundle, {}, transient);
    return [...start, ...shown, ...this.finish(cell, state, 'error', time)];
  }

  private output(cell: string, state: CellState, event: OutputEvent): Command[] {
    switch (event.kind) {
      case 'stream':
        return this.stream(cell, state, event.name, event.text);
      case 'display':
        return this.display(cell, state, event.bundle, event.id);
      case 'update':
        return this.update(cell, state, event.bundle, event.id);
      case 'error':
        return this.show(cell, state, event.bundle, {});
      case 'clear':
        return this.clear(cell, state, event.wait);
    }
  }

  private stream(cell: string, state: CellState, stream: Stream, text: string): Command[] {
    if (text === '') return [];
    const items = [{ mime: stream === 'stdout' ? STDOUT : STDERR, text }];
    if (!state.stale) {
      const full = state.outputs.length >= MAX_OUTPUTS;
      // Text always finds a place: where a cell is full, after the earlier text of its stream
      const target = full ? state.outputs.findLast((o) => o.stream === stream) : state.outputs.at(-1);
      if (target?.stream === stream) return [{ do: 'appendItems', cell, key: target.key, items }];
    }
    return this.show(cell, state, items, { stream });
  }

  private display(cell: string, state: CellState, bundle: MimeBundle, id?: string): Command[] {
    if (state.stale || state.outputs.length < MAX_OUTPUTS) return this.show(cell, state, bundle, { id });
    state.dropped++;
    const text =
      `This cell made more than ${MAX_OUTPUTS} outputs; ${state.dropped} more ${state.dropped === 1 ? 'is' : 'are'} not shown. ` +
      'To change one output in place, use display(value, { id }).\n';
    const items = [{ mime: STDERR, text }];
    if (state.notice) return [{ do: 'replaceItems', cell, key: state.notice, items }];
    state.notice = newKey();
    return [{ do: 'append', cell, key: state.notice, items }];
  }

  /** Replaces the outputs with this id wherever they stand. If the user has cleared them all, the value is shown anew. */
  private update(cell: string, state: CellState, bundle: MimeBundle, id: string): Command[] {
    const commands: Command[] = [];
    for (const [other, { outputs }] of this.cells) {
      for (const o of outputs) {
        if (o.id === id) commands.push({ do: 'replaceItems', cell: other, key: o.key, items: bundle });
      }
    }
    return commands.length > 0 ? commands : this.display(cell, state, bundle, id);
  }

  private clear(cell: string, state: CellState, wait: boolean): Command[] {
    if (wait) {
      state.stale ??= 'wait';
      return [];
    }
    state.stale = undefined;
    this.forget(state);
    return [{ do: 'clear', cell }];
  }

  private show(
    cell: string,
    state: CellState,
    items: MimeBundle,
    what: Omit<ShownOutput, 'key'>,
    transient = false,
  ): Command[] {
    const key = newKey();
    const replace = state.stale !== undefined;
    if (replace) {
      state.stale = undefined;
      this.forget(state);
    }
    state.outputs.push({ key, ...what });
    return [{ do: replace ? 'replaceAll' : 'append', cell, key, items, ...(transient && { transient }) }];
  }
}

const newKey = (): OutputKey => `o${++lastKey}`;
