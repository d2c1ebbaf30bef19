// Running cells: order, streams, errors, outputs in place, late outputs.
import * as assert from 'node:assert/strict';
import * as fs from 'node:fs';
import * as path from 'node:path';
import * as vscode from 'vscode';
import {
  addCell,
  closeAll,
  ended,
  EXTENSION,
  notebookWith,
  outputs,
  run,
  start,
  text,
  until,
  value,
} from './helpers.ts';

describe('running cells', () => {
  afterEach(closeAll);

  it('activates quickly', async () => {
    const extension = vscode.extensions.getExtension<{ activationMs: number }>(EXTENSION)!;
    const { activationMs } = await extension.activate();
    console.log(`activation: ${activationMs.toFixed(1)} ms`);
    assert.ok(activationMs < 150, `${activationMs} ms`);
  });

  it('shows the value of the last expression, with number and clock', async () => {
    const notebook = await notebookWith(['const a = 20;\na * 2 + 2']);
    const cell = await run(notebook, 0);
    assert.equal(text(cell), '42');
    assert.equal(cell.executionSummary?.success, true);
    assert.equal(cell.executionSummary?.executionOrder, 1);
    const { startTime, endTime } = cell.executionSummary!.timing!;
    assert.ok(endTime >= startTime && endTime - startTime < 5000);
  });

  it('runs JavaScript cells too', async () => {
    const notebook = await notebookWith([{ code: '[1, 2].map((x) => x * 2).join()', language: 'javascript' }]);
    assert.match(await value(notebook, 0), /2,4/);
  });

  it('runs all cells in order and stops after the first that fails', async () => {
    const notebook = await notebookWith([
      'const seen = [1];',
      { code: '# text', kind: 'markdown' },
      'seen.push(2); throw new Error("stop here");',
      'seen.push(3);',
      'seen.join()',
    ]);
    await vscode.commands.executeCommand('notebook.execute', notebook.uri);
    await ended(notebook.cellAt(2));
    assert.equal(notebook.cellAt(2).executionSummary?.success, false);
    assert.match(text(notebook.cellAt(2)), /Error: stop here/);
    assert.equal(notebook.cellAt(3).executionSummary?.success, undefined);
    assert.equal(await value(notebook, 4), "'1,2'");
  });

  it('streams text to the editor piece by piece and never the same twice', async () => {
    const notebook = await notebookWith([
      `import fs from 'node:fs';
       for (let i = 0; i < 5; i++) {
         console.log('line ' + i);
         while (!fs.existsSync('seen' + i)) await new Promise((r) => setTimeout(r, 5));
       }`,
    ]);
    const cell = notebook.cellAt(0);
    const running = start(notebook, 0);
    let shown = '';
    for (let i = 0; i < 5; i++) {
      shown += `line ${i}\n`;
      // The cell goes on only once the line has come to the editor
      await until(shown, () => text(cell) === shown);
      fs.writeFileSync(path.join(path.dirname(notebook.uri.fsPath), `seen${i}`), '');
    }
    await ended(cell);
    await running;
    assert.equal(text(cell), shown);
    assert.equal(cell.outputs.length, 1);
  });

  it('keeps stdout, stderr and displays in the order they came', async () => {
    const notebook = await notebookWith(['console.log("a"); console.error("b"); display("c"); console.log("d"); "e"']);
    await run(notebook, 0);
    const shown = outputs(notebook.cellAt(0)).map((o) => o.trim().replaceAll("'", ''));
    assert.deepEqual(shown, ['a', 'b', 'c', 'd', 'e']);
  });

  it('replaces the outputs of the run before', async () => {
    const notebook = await notebookWith(['globalThis.n = (globalThis.n ?? 0) + 1; console.log("run", n); n']);
    await run(notebook, 0);
    await run(notebook, 0);
    assert.deepEqual(
      outputs(notebook.cellAt(0)).map((o) => o.trim()),
      ['run 2', '2'],
    );
  });

  it('updates an output in place from its own cell and from another', async () => {
    const notebook = await notebookWith([
      'display("one", { id: "x" }); console.log("below");',
      'display("two", { id: "x" });',
    ]);
    await run(notebook, 0);
    await run(notebook, 1);
    await until('the update', () => /two/.test(text(notebook.cellAt(0))));
    assert.match(outputs(notebook.cellAt(0))[0]!, /two/);
    assert.equal(notebook.cellAt(0).outputs.length, 2);
    assert.equal(notebook.cellAt(0).executionSummary?.executionOrder, 1);
    await run(notebook, 0);
    assert.match(outputs(notebook.cellAt(0))[0]!, /one/);
  });

  it('updates one output a thousand times without piling up', async () => {
    const notebook = await notebookWith([
      'for (let i = 0; i <= 1000; i++) { display(`step ${i}`, { id: "p" }); if (i % 50 === 0) await new Promise((r) => setTimeout(r, 1)); }',
    ]);
    await run(notebook, 0);
    assert.equal(notebook.cellAt(0).outputs.length, 1);
    assert.match(text(notebook.cellAt(0)), /step 1000/);
  });

  it('shows what a timer prints after the run in its cell, and keeps number, clock and mark', async () => {
    const notebook = await notebookWith(['setTimeout(() => console.log("late"), 300); console.log("early");', '1']);
    await run(notebook, 0);
    const before = notebook.cellAt(0).executionSummary!;
    await run(notebook, 1);
    await until('the late text', () => text(notebook.cellAt(0)).includes('late'));
    assert.equal(text(notebook.cellAt(0)), 'early\nlate\n');
    await until('the end of the late run', () => notebook.cellAt(0).executionSummary?.success === true);
    const after = notebook.cellAt(0).executionSummary!;
    assert.equal(after.executionOrder, before.executionOrder);
    assert.deepEqual(after.timing?.startTime, before.timing?.startTime);
  });

  it('shows an unhandled rejection in the cell that made it, and the kernel lives on', async () => {
    const notebook = await notebookWith([
      'setTimeout(() => { Promise.reject(new RangeError("too far")); }, 50); 1',
      '"alive"',
    ]);
    await run(notebook, 0);
    await until('the error', () => /RangeError: .*too far/.test(text(notebook.cellAt(0))));
    assert.match(await value(notebook, 1), /alive/);
  });

  it('writes to no output that the user has cleared', async () => {
    const notebook = await notebookWith(['display("one", { id: "z" });', 'display("two", { id: "z" });']);
    await run(notebook, 0);
    await vscode.commands.executeCommand('notebook.clearAllCellsOutputs', notebook.uri);
    await until('cleared', () => notebook.cellAt(0).outputs.length === 0);
    await run(notebook, 1);
    assert.match(text(notebook.cellAt(1)), /two/);
    assert.equal(notebook.cellAt(0).outputs.length, 0);
  });

  it('runs a cell that is added while another runs', async () => {
    const notebook = await notebookWith(['await new Promise((r) => setTimeout(r, 300)); globalThis.done = 1;']);
    const first = start(notebook, 0);
    const index = await addCell(notebook, 'done');
    assert.match(await value(notebook, index), /1/);
    await first;
  });

  it('points an error at the line as typed', async () => {
    const notebook = await notebookWith(['interface A { x: number }\nconst a: A = { x: 1 };\n\nnull!.foo;']);
    const cell = await run(notebook, 0);
    const item = cell.outputs[0]!.items.find((i) => i.mime === 'application/vnd.dlnb.error+json')!;
    const error = JSON.parse(new TextDecoder().decode(item.data)) as {
      at: { line: number; cellNumber: number };
      codeFrame: string;
    };
    assert.equal(error.at.line, 4);
    assert.equal(error.at.cellNumber, 1);
    assert.match(error.codeFrame, /null!\.foo/);
    assert.ok(cell.outputs[0]!.items.some((i) => i.mime === 'application/vnd.code.notebook.error'));
  });
});
