// The kernel's life: interrupt with variables kept, death, restart, and a kernel that cannot start.
import * as assert from 'node:assert/strict';
import * as fs from 'node:fs';
import * as path from 'node:path';
import * as vscode from 'vscode';
import {
  closeAll,
  ended,
  notebookWith,
  run,
  setSetting,
  sleep,
  start,
  text,
  until,
  value,
  workspaceFolder,
} from './helpers.ts';

/** Starts the second cell of a notebook, interrupts it, and returns how long that took, in ms. */
async function interruptAfter(notebook: vscode.NotebookDocument, waitMs: number): Promise<number> {
  const cell = notebook.cellAt(1);
  await vscode.commands.executeCommand('notebook.clearAllCellsOutputs', notebook.uri);
  const earlier = cell.executionSummary?.timing?.endTime;
  const running = start(notebook, 1);
  await until('the running cell', () => text(cell).includes('going'), 30_000);
  await sleep(waitMs);
  const begun = Date.now();
  await vscode.commands.executeCommand('notebook.cancelExecution', notebook.uri);
  await ended(cell, earlier);
  const ms = Date.now() - begun;
  await running;
  return ms;
}

describe('interrupt', () => {
  afterEach(closeAll);
  const cases: Record<string, string> = {
    'an endless loop': 'console.log("going"); await null; while (true) {}',
    'an endless loop that is printing':
      'console.log("going"); let i = 0; while (true) { if (++i % 1e6 === 0) console.log(i); }',
    'a recursion':
      'console.log("going"); function fib(n: number): number { return n < 2 ? n : fib(n - 1) + fib(n - 2); } fib(70);',
    'an await that never ends': 'console.log("going"); await new Promise(() => {});',
    'a training loop': `import * as tf from '@tensorflow/tfjs';
      const model = tf.sequential({ layers: [tf.layers.dense({ units: 256, activation: 'relu', inputShape: [64] }), tf.layers.dense({ units: 1 })] });
      model.compile({ optimizer: 'sgd', loss: 'meanSquaredError' });
      const [x, y] = [tf.randomNormal([512, 64]), tf.randomNormal([512, 1])];
      console.log('going');
      await model.fit(x, y, { epochs: 100000, verbose: 0 });`,
  };
  for (const [name, code] of Object.entries(cases)) {
    it(`ends ${name} within 500 ms and keeps variables`, async () => {
      const notebook = await notebookWith(['const kept = { n: 41 };', code, 'kept.n + 1']);
      await run(notebook, 0);
      const times: number[] = [];
      // The machine may be busy with other things: the best of three counts
      while (times.length < 3 && !times.some((ms) => ms < 500)) {
        times.push(await interruptAfter(notebook, 150));
        assert.equal(notebook.cellAt(1).executionSummary?.success, false);
        assert.equal(await value(notebook, 2), '42');
      }
      console.log(`interrupt of ${name}: ${times.join(', ')} ms`);
      assert.ok(Math.min(...times) < 500, `${times.join(', ')} ms`);
    });
  }

  it('takes the waiting cells from the queue', async () => {
    const notebook = await notebookWith(['console.log("going"); await new Promise(() => {});', '1', '2']);
    const all = vscode.commands.executeCommand('notebook.execute', notebook.uri);
    await until('the running cell', () => text(notebook.cellAt(0)).includes('going'));
    await vscode.commands.executeCommand('notebook.cancelExecution', notebook.uri);
    await ended(notebook.cellAt(0));
    await all;
    await sleep(100);
    assert.deepEqual(
      [1, 2].map((i) => notebook.cellAt(i).outputs.length),
      [0, 0],
    );
    assert.equal(await value(notebook, 1), '1');
  });
});

describe('a kernel that ends', () => {
  afterEach(closeAll);

  it('by kill -9 during a run: the cell ends with the reason and the next run starts a fresh one', async () => {
    const notebook = await notebookWith([
      'process.pid',
      'console.log("going"); await new Promise(() => {});',
      'typeof lost',
      'var lost = 1;',
    ]);
    const pid = Number(await value(notebook, 0));
    await run(notebook, 3);
    const running = start(notebook, 1);
    await until('the running cell', () => text(notebook.cellAt(1)).includes('going'));
    process.kill(pid, 'SIGKILL');
    await ended(notebook.cellAt(1));
    await running;
    assert.equal(notebook.cellAt(1).executionSummary?.success, false);
    assert.match(text(notebook.cellAt(1)), /SIGKILL/);
    assert.match(await value(notebook, 2), /undefined/);
    assert.equal(notebook.cellAt(2).executionSummary?.executionOrder, 1);
  });

  it('by process.exit: the cell says so and the waiting cells end', async () => {
    const notebook = await notebookWith(['console.log("before"); process.exit(3);', '1']);
    await vscode.commands.executeCommand('notebook.execute', notebook.uri);
    await ended(notebook.cellAt(0));
    assert.match(text(notebook.cellAt(0)), /before/);
    assert.match(text(notebook.cellAt(0)), /process\.exit\(3\)/);
    assert.equal(notebook.cellAt(1).executionSummary?.success, undefined);
    assert.equal(await value(notebook, 1), '1');
  });

  it('by process.exit in a timer while idle: the next run starts a fresh one', async () => {
    const notebook = await notebookWith(['setTimeout(() => process.exit(0), 50); process.pid', 'process.pid']);
    const first = await value(notebook, 0);
    await sleep(400);
    assert.notEqual(await value(notebook, 1), first);
  });
});

describe('restart', () => {
  // The question is a dialog; test/e2e/keys.test.ts answers it
  before(() => setSetting('confirmRestart', false));
  after(() => setSetting('confirmRestart', undefined));
  afterEach(closeAll);

  it('gives a fresh kernel and starts to count anew', async () => {
    const notebook = await notebookWith(['var x = 1; process.pid', 'typeof x']);
    const pid = await value(notebook, 0);
    await vscode.commands.executeCommand('dlnb.restartKernel');
    assert.match(await value(notebook, 1), /undefined/);
    assert.equal(notebook.cellAt(1).executionSummary?.executionOrder, 1);
    assert.notEqual(await value(notebook, 0), pid);
  });

  it('ends a running cell', async () => {
    const notebook = await notebookWith(['console.log("going"); while (true) {}', '7']);
    const running = start(notebook, 0);
    await until('the running cell', () => text(notebook.cellAt(0)).includes('going'));
    await vscode.commands.executeCommand('dlnb.restartKernel');
    await running;
    assert.equal(await value(notebook, 1), '7');
  });

  it('is not what a shutdown does: that leaves no process, and the next run starts one', async () => {
    const notebook = await notebookWith(['var x = 1; process.pid', 'typeof x', 'while (true) {}']);
    const pid = Number(await value(notebook, 0));
    const gone = () => {
      try {
        process.kill(pid, 0);
        return false;
      } catch {
        return true;
      }
    };
    const running = start(notebook, 2);
    await until('the running cell', () => notebook.cellAt(2).executionSummary?.executionOrder === 2);
    await vscode.commands.executeCommand('dlnb.shutDownKernel');
    await running;
    await until('the end of the process', gone);
    assert.match(await value(notebook, 1), /undefined/);
    assert.equal(notebook.cellAt(1).executionSummary?.executionOrder, 1);
  });

  it('and run all runs the notebook from top to bottom', async () => {
    const notebook = await notebookWith(['globalThis.n = (globalThis.n ?? 0) + 1', 'n * 10']);
    await run(notebook, 0);
    await vscode.commands.executeCommand('dlnb.restartAndRunAll');
    await until('the last cell', () => text(notebook.cellAt(1)) === '10');
    assert.equal(text(notebook.cellAt(0)), '1');
  });
});

describe('a kernel that cannot start', () => {
  afterEach(() => setSetting('nodePath', undefined));
  afterEach(closeAll);

  it('says why in the cell and what to do, ends the waiting cells, and starts once that is done', async () => {
    await setSetting('nodePath', '/nowhere/node');
    const notebook = await notebookWith(['1', '2']);
    await vscode.commands.executeCommand('notebook.execute', notebook.uri);
    await ended(notebook.cellAt(0));
    assert.match(text(notebook.cellAt(0)), /\/nowhere\/node does not exist.*dlnb\.nodePath/);
    assert.equal(notebook.cellAt(1).outputs.length, 0);
    await setSetting('nodePath', undefined);
    assert.equal(await value(notebook, 0), '1');
  });

  it('because the Node is too old says so', async () => {
    const old = path.join(workspaceFolder(), 'node-16');
    fs.writeFileSync(old, '#!/bin/sh\necho v16.20.2\n', { mode: 0o755 });
    await setSetting('nodePath', old);
    const notebook = await notebookWith(['1']);
    await run(notebook, 0);
    assert.match(text(notebook.cellAt(0)), /node-16 is v16\.20\.2, too old: the kernel needs Node\.js 20 or newer/);
  });

  it('because the program is not Node says so', async () => {
    await setSetting('nodePath', '/bin/echo');
    const notebook = await notebookWith(['1']);
    await run(notebook, 0);
    assert.match(text(notebook.cellAt(0)), /\/bin\/echo is not Node\.js/);
  });
});
