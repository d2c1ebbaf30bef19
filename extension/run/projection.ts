// Applies the model's commands to the editor, in order: in few batches where many come, and never the same text twice.
// It is the only place that holds NotebookCellExecution objects.
import * as vscode from 'vscode';
import type { MimeBundle } from '../../kernel/protocol.ts';
import { findCell } from '../notebook/ids.ts';
import { shownItem, type OutputMetadata } from '../notebook/data.ts';
import { log } from '../log.ts';
import { coalesce, type Command, type OutputKey } from './commands.ts';

/** At most so often are outputs sent to the editor. */
const FLUSH_MS = 40;

interface Live {
  execution: vscode.NotebookCellExecution;
  started: boolean;
}

export class OutputProjection implements vscode.Disposable {
  private readonly executions = new Map<string, Live>();
  private readonly outputs = new Map<OutputKey, vscode.NotebookCellOutput>();
  private waiting: Command[] = [];
  private flushing: Promise<void> | undefined;
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

  push(commands: readonly Command[]): void {
    if (commands.length === 0 || this.disposed) return;
    this.waiting.push(...commands);
    // The end of a run is shown at once
    if (commands.some((c) => c.do === 'end' || c.do === 'start')) this.urgent?.();
    this.flushing ??= this.flush().finally(() => (this.flushing = undefined));
  }

  /** Nothing is waiting to be shown or on its way to the editor. */
  get idle(): boolean {
    return this.flushing === undefined;
  }

  /** The session goes on with another document of the same notebook (it was renamed or saved under a new name). */
  move(notebook: vscode.NotebookDocument): void {
    this.notebook = notebook;
    this.executions.clear();
    this.outputs.clear();
  }

  /** The keys of the outputs that the editor has for a cell. */
  shownKeys(cell: vscode.NotebookCell): Set<OutputKey> {
    return new Set(cell.outputs.flatMap((o) => (o.metadata as OutputMetadata | undefined)?.key ?? []));
  }

  /** Forgets outputs that are no longer shown. */
  keep(has: (key: OutputKey) => boolean): void {
    for (const key of [...this.outputs.keys()]) if (!has(key)) this.outputs.delete(key);
  }

  dispose(): void {
    this.disposed = true;
    for (const { execution } of this.executions.values()) {
      try {
        execution.end(undefined);
      } catch {
        // the notebook has gone, and the execution with it
      }
    }
    this.executions.clear();
  }

  private async flush(): Promise<void> {
    // What one tick brings goes out together
    await new Promise(setImmediate);
    while (this.waiting.length > 0) {
      const batch = coalesce(this.waiting);
      this.waiting = [];
      const begun = Date.now();
      await Promise.all(this.send(batch));
      if (this.waiting.some((c) => c.do === 'end' || c.do === 'start')) continue;
      await this.pause(FLUSH_MS - (Date.now() - begun));
    }
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

  /** Sends all commands at once: the editor keeps their order. The promises settle when it has applied them. */
  private send(batch: readonly Command[]): Promise<void>[] {
    const acknowledged: Promise<void>[] = [];
    let late: vscode.NotebookCellExecution | undefined;
    for (const command of batch) {
      try {
        if (command.do === 'start' || command.do === 'end') {
          endLate(late);
          late = undefined;
          this.startOrEnd(command);
          continue;
        }
        let execution = this.executionFor(command.cell);
        if (!execution) {
          if (late?.cell.index !== findCell(this.notebook, command.cell)?.index) {
            endLate(late);
            late = undefined;
          }
          execution = late ??= this.startLate(command.cell);
        }
        if (!execution) continue;
        acknowledged.push(
          Promise.resolve(this.output(execution, command)).catch((e: Error) =>
            log().debug(`output of cell ${command.cell} not shown: ${e.message}`),
          ),
        );
      } catch (e) {
        log().debug(`${command.do} for cell ${command.cell} not shown: ${(e as Error).message}`);
      }
    }
    endLate(late);
    return acknowledged;
  }

  private startOrEnd(command: Extract<Command, { do: 'start' | 'end' }>): void {
    const live = this.executions.get(command.cell);
    if (!live) return;
    if (command.do === 'start') {
      live.started = true;
      live.execution.executionOrder = command.order || undefined;
      live.execution.start(command.time);
    } else {
      this.executions.delete(command.cell);
      live.execution.end(command.success, live.started ? command.time : undefined);
    }
  }

  /** The run of the cell itself, else any that is going on: each may write to all cells of its notebook. */
  private executionFor(cell: string): vscode.NotebookCellExecution | undefined {
    const own = this.executions.get(cell);
    if (own?.started) return own.execution;
    for (const live of this.executions.values()) if (live.started) return live.execution;
    return undefined;
  }

  /** A run only to write outputs after the cell's own has ended. It leaves number, clock and mark as they were. */
  private startLate(id: string): vscode.NotebookCellExecution | undefined {
    const cell = findCell(this.notebook, id);
    if (!cell) return undefined;
    const execution = this.controller.createNotebookCellExecution(cell);
    execution.executionOrder = cell.executionSummary?.executionOrder;
    execution.start(cell.executionSummary?.timing?.startTime);
    return execution;
  }

  private output(
    execution: vscode.NotebookCellExecution,
    command: Exclude<Command, { do: 'start' | 'end' }>,
  ): Thenable<void> | void {
    const cell = findCell(this.notebook, command.cell);
    if (!cell) return;
    switch (command.do) {
      case 'clear':
        return execution.clearOutput(cell);
      case 'append':
        return execution.appendOutput(this.make(command), cell);
      case 'replaceAll':
        return execution.replaceOutput(this.make(command), cell);
      case 'appendItems':
      case 'replaceItems': {
        const output = this.outputs.get(command.key);
        // The notebook was opened anew under it: the output begins again
        if (!output) return execution.appendOutput(this.make(command), cell);
        const items = toItems(command.items);
        return command.do === 'appendItems'
          ? execution.appendOutputItems(items, output)
          : execution.replaceOutputItems(items, output);
      }
    }
  }

  private make({
    key,
    items,
    transient,
  }: {
    key: OutputKey;
    items: MimeBundle;
    transient?: boolean;
  }): vscode.NotebookCellOutput {
    const output = new vscode.NotebookCellOutput(toItems(items), {
      key,
      ...(transient && { transient }),
    } satisfies OutputMetadata);
    this.outputs.set(key, output);
    return output;
  }
}

function endLate(late: vscode.NotebookCellExecution | undefined): void {
  const summary = late?.cell.executionSummary;
  late?.end(summary?.success, summary?.timing?.endTime);
}

function toItems(bundle: MimeBundle): vscode.NotebookCellOutputItem[] {
  return bundle.map(shownItem).map(({ mime, data }) => new vscode.NotebookCellOutputItem(data, mime));
}
