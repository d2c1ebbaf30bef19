// The choice of the device: status bar, picker, the notebook's metadata, and the way back to the processor when a
// graphics card fails. `webgpu` runs on SwiftShader here.
import * as assert from 'node:assert/strict';
import * as fs from 'node:fs';
import * as path from 'node:path';
import * as vscode from 'vscode';
import type { Api } from '../../extension/main.ts';
import { onSwiftShader, noDriver, swiftShader } from '../swiftshader.mts';
import {
  closeAll,
  EXTENSION,
  open,
  run,
  save,
  setSetting,
  sleep,
  text,
  until,
  value,
  writeNotebook,
} from './helpers.ts';

const tfjs = `import * as tf from '@tensorflow/tfjs';`;
const api = () => vscode.extensions.getExtension<Api>(EXTENSION)!.exports;
const view = (notebook: vscode.NotebookDocument) => api().device(notebook);
const lines = (notebook: vscode.NotebookDocument) => Object.fromEntries(view(notebook).lines);

/** A notebook whose file has this metadata. */
async function notebookOf(metadata: object, ...cells: string[]): Promise<vscode.NotebookDocument> {
  const file = writeNotebook(cells);
  const json = JSON.parse(fs.readFileSync(file, 'utf8')) as object;
  fs.writeFileSync(file, `${JSON.stringify({ ...json, metadata }, undefined, 2)}\n`);
  return open(file);
}
const fileOf = (notebook: vscode.NotebookDocument) => fs.readFileSync(notebook.uri.fsPath, 'utf8');
const metadataOf = (notebook: vscode.NotebookDocument) =>
  (JSON.parse(fileOf(notebook)) as { metadata: object }).metadata;
const choose = (...args: unknown[]) => vscode.commands.executeCommand('dlnb.chooseDevice', ...args);

/** Kernels get the variables of this process. */
function withDriver(variables: Record<string, string>): void {
  const before = Object.keys(variables).map((name) => [name, process.env[name]] as const);
  beforeEach(() => void Object.assign(process.env, variables));
  afterEach(() => {
    for (const [name, old] of before)
      if (old === undefined) delete process.env[name];
      else process.env[name] = old;
  });
}

describe('the device of a notebook', () => {
  withDriver(noDriver);
  // The question before a restart is a dialog, which nobody answers here
  before(() => setSetting('confirmRestart', false));
  after(() => setSetting('confirmRestart', undefined));
  afterEach(async () => {
    await setSetting('device', undefined);
    await closeAll();
  });

  it('is said by the status bar: the one that computes, and why others do not', async () => {
    const notebook = await notebookOf({}, `${tfjs} await tf.add(1, 2).array()`);
    assert.equal(view(notebook).label, 'auto');
    assert.deepEqual(view(notebook).lines, [['Chosen', 'auto, by the setting dlnb.device']]);
    assert.equal(await value(notebook, 0), '3');
    assert.equal(view(notebook).text, '$(chip) cpu');
    assert.match(lines(notebook)['cuda not taken']!, /tfjs-node-gpu/);
    assert.match(lines(notebook)['webgpu not taken']!, /no graphics card|without Dawn/);
  });

  it('can be picked before the first run: the picker knows which devices work, and why others do not', async () => {
    const notebook = await notebookOf({}, '1');
    const folder = path.dirname(notebook.uri.fsPath);
    const { cuda, webgpu, cpu } = await api().existing(folder);
    assert.equal(cuda?.works, false);
    assert.match(cuda.text, /tfjs-node-gpu/);
    assert.equal(webgpu?.works, false);
    assert.match(webgpu.text, /no graphics card|without Dawn/);
    assert.equal(cpu?.works, true);
    assert.match(cpu.text, /WebAssembly/);
    // They are tried once
    assert.equal((await api().existing(folder)).cpu, cpu);
    assert.equal(view(notebook).label, 'auto');
  });

  it('is written into its file when it is picked for it, and taken out again by a choice for all', async () => {
    const notebook = await notebookOf({ title: 'kept' }, '1');
    const before = fileOf(notebook);
    await choose('cpu', 'notebook');
    await save(notebook);
    assert.deepEqual(metadataOf(notebook), { title: 'kept', device: 'cpu' });
    assert.equal(lines(notebook)['Chosen'], 'cpu, by this notebook');
    await choose('webgpu', 'default');
    await save(notebook);
    assert.equal(fileOf(notebook), before);
    assert.equal(vscode.workspace.getConfiguration('dlnb').get('device'), 'webgpu');
    await until('the status bar', () => lines(notebook)['Chosen'] === 'webgpu, by the setting dlnb.device');
  });

  it('is picked from the list that a click opens', async () => {
    const notebook = await notebookOf({}, '1');
    const accept = () => vscode.commands.executeCommand('workbench.action.acceptSelectedQuickOpenItem');
    const picked = choose();
    let done = false;
    void Promise.resolve(picked).then(() => (done = true));
    // The first of each list: auto, for this notebook
    for (let i = 0; i < 40 && !done; i++) {
      await sleep(250);
      if (!done) await accept();
    }
    await picked;
    assert.deepEqual((notebook.metadata as { metadata?: object }).metadata, { device: 'auto' });
  });

  it('goes before the setting, and a kernel that runs is restarted to take it up', async () => {
    await setSetting('device', 'cuda');
    const notebook = await notebookOf({ device: 'cpu' }, `${tfjs} tf.getBackend()`);
    assert.match(await value(notebook, 0), /cpu/);
    void choose('webgpu', 'notebook');
    await until('the hint', () => lines(notebook)['Restart'] === 'the kernel was started with cpu');
    assert.equal(view(notebook).label, 'cpu');
    await vscode.commands.executeCommand('dlnb.restartKernel');
    assert.match(text(await run(notebook, 0)), /The device "webgpu" cannot be used: .*--device/);
    assert.match(lines(notebook)['webgpu not taken']!, /no graphics card|without Dawn/);
  });

  it('that its file names wrongly is told, auto is used, and the file stays as it is', async () => {
    const notebook = await notebookOf({ device: 'tpu' }, `${tfjs} tf.getBackend()`);
    const before = metadataOf(notebook);
    assert.match(await value(notebook, 0), /cpu/);
    assert.match(lines(notebook)['Problem']!, /name the device "tpu"\. There is no such device/);
    await save(notebook);
    assert.deepEqual(metadataOf(notebook), before);
  });
});

(onSwiftShader ? describe : describe.skip)('a graphics card that fails', () => {
  withDriver(swiftShader);
  before(() => setSetting('confirmRestart', false));
  after(() => setSetting('confirmRestart', undefined));
  afterEach(closeAll);
  const cells = [
    `${tfjs} let kept = 41; const x = tf.ones([2000]).square(); await x.data(); tf.getBackend()`,
    '(tf.backend() as any).device.destroy();',
    'await x.square().data()',
    'kept + 1',
    'typeof kept',
    `process.kill(process.pid, 'SIGSEGV'); await new Promise(() => {});`,
  ];

  /** Presses the first button of the newest notification. */
  const accept = () => vscode.commands.executeCommand('notification.acceptPrimaryAction');
  beforeEach(() => vscode.commands.executeCommand('notifications.clearAll'));

  it('is an error in the cell and in the status bar, keeps variables, and one click restarts on the processor', async () => {
    const notebook = await notebookOf({ device: 'webgpu' }, ...cells);
    assert.match(await value(notebook, 0), /webgpu/);
    assert.equal(view(notebook).isLost, false);
    await run(notebook, 1);
    await until('the loss', () => view(notebook).isLost);
    assert.equal(view(notebook).text, '$(warning) webgpu lost');
    assert.ok(lines(notebook)['Lost']);
    assert.match(text(await run(notebook, 2)), /The graphics card was lost/);
    assert.equal(await value(notebook, 3), '42');

    await accept();
    await until('the restart', () => lines(notebook)['Chosen'] === 'cpu until the notebook is closed');
    assert.match(await value(notebook, 4), /undefined/);
    assert.match(await value(notebook, 0), /cpu/);
    assert.equal(view(notebook).text, '$(chip) cpu');
    await save(notebook);
    assert.deepEqual(metadataOf(notebook), { device: 'webgpu' });
    // A choice goes before it
    void choose('webgpu', 'notebook');
    await until('the choice', () => lines(notebook)['Chosen'] === 'webgpu, by this notebook');
  });

  it('and takes the kernel with it is named in the cell, and restarted on the processor by one click', async () => {
    const notebook = await notebookOf({ device: 'webgpu' }, ...cells);
    await run(notebook, 0);
    assert.match(
      text(await run(notebook, 5)),
      /SIGSEGV .*The device was "webgpu"\. If its driver is the cause, use the command "DLNB: Restart Kernel on CPU"\./s,
    );
    await accept();
    await until('the restart', () => lines(notebook)['Chosen'] === 'cpu until the notebook is closed');
    assert.match(await value(notebook, 0), /cpu/);
  });

  it('or is not to the taste is left by a command', async () => {
    const notebook = await notebookOf({ device: 'webgpu' }, ...cells);
    await run(notebook, 0);
    await vscode.commands.executeCommand('dlnb.restartOnCpu');
    assert.match(await value(notebook, 4), /undefined/);
    assert.match(await value(notebook, 0), /cpu/);
  });
});
