// Applies the model's commands to the editor in order, many in one batch, and never sends the same text twice.
// Only this file holds NotebookCellExecution objects.
import * as vscode from 'vscode';
import type { MimeBundle } from '../../kernel/wire/protocol.ts';
import { findCell } from '../notebook/ids.ts';
import { shownItem, type OutputMetadata } from '../notebook/data.ts';
import { log } from '../log.ts';
import { coalesce, type EditorCommand, type OutputCommand, type OutputKey } from './editor-commands.ts';

/** Shortest time between two batches of outputs for the editor. */
const FLUSH_MS = 40;

interface Live {
  execution: vscode.NotebookCellExecution;
  started: boolean;
}

/** Number, times and mark of a run, which the editor shows beside the cell. */
interface Summary {
  order: number | undefined;
  begun: number | undefined;
  ended?: number | undefined;
  success?: boolean | undefined;
}

/** An execution that only writes outputs, after the cell's own has ended. */
interface LateRun {
  id: string;
  execution: vscode.NotebookCellExecution;
  end: () => void;
}

interface MadeOutput {
  output: vscode.NotebookCellOutput;
  cell: string;
  /** The editor has received it. */
  arrived: boolean;
}

export class OutputProjection implements vscode.Disposable {
  private readonly executions = new Map<string, Live>();
  /** Kept here, because the editor's own summaries are late. */
  private readonly summaries = new Map<string, Summary>();
  private readonly outputs = new Map<OutputKey, MadeOutput>();
  private waiting: EditorCommand[] = [];
  private flushing = false;
  private flushed: Promise<void> = Promise.resolve();
  private urgent: (() => void) | undefined;
  private disposed = false;

  constructor(
    private readonly controller: vscode.NotebookController,
    private notebook: vscode.NotebookDocument,
  ) {}

  /** Shows the cell as waiting to run. @returns false where the editor refuses. */
  queue(cell: vscode.NotebookCell, id: string): boolean {
    try {
      this.executions.set(id, { execution: this.controller.createNotebookCellExecution(cell), started: false });
      return true;
    } catch (e) {
      log().warn(`cell ${cell.index + 1} cannot be run: ${(e as Error).message}`);
      return false;
    }
  }

  push(commands: readonly EditorCommand[]): void {
    if (commands.length === 0 || this.disposed) return;
    this.waiting.push(...commands);
    // The end of a run is shown at once
    if (commands.some((c) => c.do === 'end' || c.do === 'start')) this.urgent?.();
    if (!this.flushing) this.flushed = this.flush();
  }

  /** Settles when the editor has received everything. */
  settled(): Promise<void> {
    return this.flushed;
  }

  /** The notebook was renamed or saved under a new name, and is another document now. */
  move(notebook: vscode.NotebookDocument): void {
    this.notebook = notebook;
    this.executions.clear();
    this.summaries.clear();
    this.outputs.clear();
  }

  /** Forgets the outputs of a cell that the user has removed. @returns their keys */
  takeRemoved(cell: vscode.NotebookCell, id: string): Set<OutputKey> {
    const shown = new Set(cell.outputs.map((o) => (o.metadata as OutputMetadata | undefined)?.key));
    const removed = new Set<OutputKey>();
    for (const [key, output] of this.outputs) {
      if (output.cell !== id || !output.arrived || shown.has(key)) continue;
      removed.add(key);
      this.outputs.delete(key);
    }
    return removed;
  }

  dispose(): void {
    this.disposed = true;
    for (const { execution } of this.executions.values()) {
      try {
        execution.end(undefined);
      } catch {
        // the notebook was closed, and its execution ended
      }
    }
    this.executions.clear();
  }

  private async flush(): Promise<void> {
    this.flushing = true;
    // Commands of one tick are one batch
    await new Promise(setImmediate);
    while (this.waiting.length > 0) {
      const batch = coalesce(this.waiting);
      this.waiting = [];
      const begun = Date.now();
      await Promise.all(this.send(batch));
      if (this.waiting.some((c) => c.do === 'end' || c.do === 'start')) continue;
      await this.pause(FLUSH_MS - (Date.now() - begun));
    }
    // In the same turn as the last look at `waiting`: later commands begin a new flush
    this.flushing = false;
  }

  private pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, Math.max(0, ms));
      this.urgent = () => {
        clearTimeout(timer);
        this.urgent = undefined;
        resolve();
      };
    });
  }

  /** Sends all commands at once; the editor keeps their order. The promises settle when it has applied them. */
  private send(batch: readonly EditorCommand[]): Promise<void>[] {
    const acknowledged: Promise<void>[] = [];
    let late: LateRun | undefined;
    for (const command of batch) {
      try {
        if (command.do === 'start' || command.do === 'end') {
          late?.end();
          late = undefined;
          this.startOrEnd(command);
          continue;
        }
        const own = this.executionFor(command.cell);
        if (late && (own || late.id !== command.cell)) {
          late.end();
          late = undefined;
        }
        const execution = own ?? (late ??= this.startLate(command.cell))?.execution;
        if (execution) acknowledged.push(this.acknowledge(command, this.output(execution, command)));
      } catch (e) {
        notShown(command, e);
      }
    }
    late?.end();
    return acknowledged;
  }

  private async acknowledge(command: EditorCommand, sent: Thenable<void> | void): Promise<void> {
    try {
      await sent;
      const made = 'key' in command && this.outputs.get(command.key);
      if (made) made.arrived = true;
    } catch (e) {
      notShown(command, e);
    }
  }

  private startOrEnd(command: Extract<EditorCommand, { do: 'start' | 'end' }>): void {
    const live = this.executions.get(command.cell);
    if (!live) return;
    if (command.do === 'start') {
      const order = command.order || undefined;
      live.started = true;
      this.summaries.set(command.cell, { order, begun: command.time });
      live.execution.executionOrder = order;
      live.execution.start(command.time);
      return;
    }
    const { success, time } = command;
    this.executions.delete(command.cell);
    if (live.started) Object.assign(this.summaries.get(command.cell)!, { success, ended: time });
    live.execution.end(success, live.started ? time : undefined);
  }

  /** The cell's own execution, else any that is running: each may write to all cells of its notebook. */
  private executionFor(cell: string): vscode.NotebookCellExecution | undefined {
    const own = this.executions.get(cell);
    if (own?.started) return own.execution;
    for (const live of this.executions.values()) if (live.started) return live.execution;
    return undefined;
  }

  /** Starts an execution that leaves number, times and mark of the cell unchanged. */
  private startLate(id: string): LateRun | undefined {
    const cell = findCell(this.notebook, id);
    if (!cell) return undefined;
    const { executionOrder, timing, success } = cell.executionSummary ?? {};
    const shown = { order: executionOrder, begun: timing?.startTime, ended: timing?.endTime, success };
    const summary: Summary = this.summaries.get(id) ?? shown;
    const execution = this.controller.createNotebookCellExecution(cell);
    execution.executionOrder = summary.order;
    execution.start(summary.begun);
    return { id, execution, end: () => execution.end(summary.success, summary.ended) };
  }

  private output(
    execution: vscode.NotebookCellExecution,
    command: Exclude<EditorCommand, { do: 'start' | 'end' }>,
  ): Thenable<void> | void {
    const cell = findCell(this.notebook, command.cell);
    if (!cell) return;
    switch (command.do) {
      case 'clear':
        this.forget(command.cell);
        return execution.clearOutput(cell);
      case 'append':
        return execution.appendOutput(this.make(command), cell);
      case 'replaceAll':
        this.forget(command.cell);
        return execution.replaceOutput(this.make(command), cell);
      case 'appendItems':
      case 'replaceItems': {
        const made = this.outputs.get(command.key);
        // The user removed it, or the notebook is another document now: it becomes a new output
        if (!made) return execution.appendOutput(this.make(command), cell);
        const items = toItems(command.items);
        return command.do === 'appendItems'
          ? execution.appendOutputItems(items, made.output)
          : execution.replaceOutputItems(items, made.output);
      }
    }
  }

  private make(command: OutputCommand & { transient?: boolean }): vscode.NotebookCellOutput {
    const { key, cell, items, transient } = command;
    const metadata: OutputMetadata = { key, ...(transient && { transient }) };
    const output = new vscode.NotebookCellOutput(toItems(items), { ...metadata });
    this.outputs.set(key, { output, cell, arrived: false });
    return output;
  }

  private forget(cell: string): void {
    for (const [key, output] of this.outputs) if (output.cell === cell) this.outputs.delete(key);
  }
}

function notShown(command: EditorCommand, error: unknown): void {
  log().debug(`${command.do} for cell ${command.cell} not shown: ${(error as Error).message}`);
}

function toItems(bundle: MimeBundle): vscode.NotebookCellOutputItem[] {
  return bundle.map(shownItem).map(({ mime, data }) => new vscode.NotebookCellOutputItem(data, mime));
}
