// "DLNB: Course Progress": what it reads of a folder, and that it writes nothing.
import * as assert from 'node:assert/strict';
import * as fs from 'node:fs';
import * as path from 'node:path';
import * as vscode from 'vscode';
import { closeAll, notebookWith, run, save, until } from './helpers.ts';

interface Progress {
  file: string;
  ran: boolean;
  claims: { claim: string; holds: boolean }[];
  exercises: { name: string; solved: boolean }[];
  results: { model: string }[];
}

describe('the progress of a course', () => {
  afterEach(closeAll);

  it('is read from the outputs of the notebooks beside the active one, once they are saved', async () => {
    const notebook = await notebookWith([
      "import { check, exercise } from 'dlnb';\ncheck(1 + 1 === 2, 'sums work');\ncheck.result('D', { model: 'm', parameters: 2, error: 1 });",
      "await exercise('one', (n: number) => n === 1).try(2);",
    ]);
    const folder = path.dirname(notebook.uri.fsPath);
    const progress = () => vscode.commands.executeCommand<Progress[]>('dlnb.courseProgress');
    assert.deepEqual(
      (await progress()).map(({ ran }) => ran),
      [false],
    );
    await until('its page', () =>
      vscode.window.tabGroups.all.some(({ tabs }) => tabs.some(({ label }) => label === 'Course Progress')),
    );
    await run(notebook, 0);
    await run(notebook, 1);
    await save(notebook);
    const names = fs.readdirSync(folder);
    const of = vscode.commands.executeCommand<Progress[]>('dlnb.courseProgress', vscode.Uri.file(folder));
    const [found] = await of;
    assert.deepEqual(found!.claims, [{ claim: 'sums work', holds: true }]);
    assert.deepEqual(found!.exercises, [{ name: 'one', solved: false }]);
    assert.equal(found!.results[0]!.model, 'm');
    assert.deepEqual(fs.readdirSync(folder), names);
    const pages = vscode.window.tabGroups.all.flatMap(({ tabs }) => tabs.filter((t) => t.label === 'Course Progress'));
    assert.equal(pages.length, 1);
  });
});
