// A cell that prints a great deal: the editor stays responsive, what is shown is capped, the whole is in a log that
// opens.
import * as assert from 'node:assert/strict';
import * as fs from 'node:fs';
import * as vscode from 'vscode';
import { closeAll, notebookWith, run, text, until } from './helpers.ts';

describe('200,000 lines', () => {
  afterEach(closeAll);

  it('neither freeze the extension host nor fill the notebook, and the log opens', async () => {
    const notebook = await notebookWith(['for (let i = 0; i < 200_000; i++) console.log("line " + i);']);
    let worst = 0;
    let last = performance.now();
    const timer = setInterval(() => {
      const now = performance.now();
      worst = Math.max(worst, now - last);
      last = now;
    }, 10);
    const begun = Date.now();
    await run(notebook, 0);
    clearInterval(timer);
    console.log(`200,000 lines: ${Date.now() - begun} ms, longest pause of the extension host ${worst.toFixed(0)} ms`);
    const cell = notebook.cellAt(0);
    assert.equal(cell.executionSummary?.success, true);
    assert.ok(worst < 1000, `the extension host stood still for ${worst} ms`);
    assert.match(text(cell), /^line 0\nline 1\n/);
    assert.ok(text(cell).length < 2_000_000, `${text(cell).length} characters`);
    const item = cell.outputs.flatMap((o) => o.items).find((i) => i.mime === 'application/vnd.dlnb.overflow+json');
    assert.ok(item, 'a notice of the overflow');
    const notice = JSON.parse(new TextDecoder().decode(item.data)) as { lines: number };
    assert.equal(notice.lines, 200_000);
    await vscode.commands.executeCommand('dlnb.openOutputLog');
    const log = await until('the log', () => vscode.workspace.textDocuments.find((d) => d.uri.path.endsWith('.log')));
    assert.match(fs.readFileSync(log.uri.fsPath, 'utf8'), /line 0\n[^]*line 199999\n$/);
  });
});
