// Trainings in documents: what a file holds of a running one, and what remains of it without its kernel.
import * as assert from 'node:assert/strict';
import * as fs from 'node:fs';
import * as path from 'node:path';
import * as vscode from 'vscode';
import { PROGRESS, TRAINING } from '../../kernel/wire/mime.ts';
import type { ProgressReport } from '../../kernel/wire/progress.ts';
import type { TrainingChart, TrainingRun } from '../../kernel/wire/training.ts';
import { closeAll, notebookWith, open, save, setSetting, sleep, until, workspaceFolder } from './helpers.ts';

const LOOP =
  "import { train } from 'dlnb'; const run = train.record('r'); for (const epoch of run.epochs(6000)) { await new Promise((r) => setTimeout(r, 20)); run.step({ loss: 1 }); }";
const BAR =
  "import { progress } from 'dlnb'; for await (const i of progress(6000)) await new Promise((r) => setTimeout(r, 20));";

/** The JSON of the first output of this type. */
function shown<T>(notebook: vscode.NotebookDocument, mime: string): T | undefined {
  const items = notebook.getCells().flatMap((c) => c.outputs.flatMap((o) => o.items));
  const item = items.find((i) => i.mime === mime);
  return item && (JSON.parse(new TextDecoder().decode(item.data)) as T);
}
const runOf = (notebook: vscode.NotebookDocument): TrainingRun | undefined =>
  shown<TrainingChart>(notebook, TRAINING)?.runs[0];

/** Runs the first cell and waits until its output says that it is running. */
async function begin(notebook: vscode.NotebookDocument): Promise<void> {
  void vscode.commands.executeCommand('notebook.cell.execute', {
    ranges: [{ start: 0, end: 1 }],
    document: notebook.uri,
  });
  const running = () =>
    runOf(notebook)?.state === 'running' ||
    shown<ProgressReport>(notebook, PROGRESS)?.bars.some(({ state }) => state === 'running');
  await until('a running output', running, 30_000);
}

function fileRun(file: string): TrainingRun {
  const { cells } = JSON.parse(fs.readFileSync(file, 'utf8')) as {
    cells: { outputs: { items: { mime: string; json: TrainingChart }[] }[] }[];
  };
  return cells[0]!.outputs[0]!.items.find(({ mime }) => mime === TRAINING)!.json.runs[0]!;
}

describe('a training', () => {
  afterEach(closeAll);

  it('is saved as it is then, and is interrupted in a copy that is opened without its kernel', async () => {
    const notebook = await notebookWith([LOOP]);
    await begin(notebook);
    // The output itself is shown again after one second and then after five
    await sleep(3500);
    const before = runOf(notebook)!.steps;
    // VS Code may have saved it by itself, and saves nothing twice
    const edit = new vscode.WorkspaceEdit();
    const note = new vscode.NotebookCellData(vscode.NotebookCellKind.Markup, 'a note', 'markdown');
    edit.set(notebook.uri, [vscode.NotebookEdit.insertCells(1, [note])]);
    await vscode.workspace.applyEdit(edit);
    await save(notebook);
    const saved = fileRun(notebook.uri.fsPath);
    assert.equal(saved.state, 'running');
    assert.ok(saved.steps > before, `${saved.steps} steps were saved, ${before} were in the output before`);
    const copy = path.join(fs.mkdtempSync(path.join(workspaceFolder(), 'copy-')), 'copy.dlnb');
    fs.copyFileSync(notebook.uri.fsPath, copy);
    const opened = await open(copy);
    assert.equal(runOf(opened)?.state, 'interrupted');
    assert.equal(runOf(opened)?.steps, saved.steps);
  });

  it('is interrupted when its kernel is restarted or dies while the notebook stays open', async () => {
    const notebook = await notebookWith([LOOP]);
    await begin(notebook);
    await setSetting('confirmRestart', false);
    try {
      await vscode.commands.executeCommand('dlnb.restartKernel');
    } finally {
      await setSetting('confirmRestart', undefined);
    }
    await until('an interrupted training', () => runOf(notebook)?.state === 'interrupted');
    await begin(notebook);
    await vscode.commands.executeCommand('notebook.cancelExecution', notebook.uri);
    await until('an interrupted training', () => runOf(notebook)?.state === 'interrupted');
  });

  it('and a progress bar are interrupted when the kernel ends itself', async () => {
    const notebook = await notebookWith([`setTimeout(() => process.exit(3), 1500); ${BAR}`]);
    await begin(notebook);
    await until('an interrupted bar', () =>
      shown<ProgressReport>(notebook, PROGRESS)?.bars.every(({ state }) => state === 'interrupted'),
    );
  });
});
