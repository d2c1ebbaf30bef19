// Work in a notebook: type and run, interrupt, follow an error to its line, lose the kernel.
import { describe, it } from 'vitest';
import {
  cellRow,
  openNotebook,
  outputsFrame,
  palette,
  statusItem,
  toolbarAction,
  typeInCell,
} from '../vscode/workbench.mts';
import { useVSCode } from './session.ts';

describe('cells', () => {
  const vs = useVSCode('cells', { notebooks: { 'work.dlnb': ['1', '2', '3'] } });
  const shown = (text: string | RegExp) => outputsFrame(vs.page).getByText(text, { exact: true }).first();

  /** Types code into a cell and runs it with the keyboard. */
  async function run(cell: number, code: string): Promise<void> {
    await typeInCell(vs.page, cell, code);
    await vs.page.keyboard.press('Shift+Enter');
  }

  it('runs what is typed, with Shift+Enter', async () => {
    await openNotebook(vs.page, 'work.dlnb');
    await typeInCell(vs.page, 0, 'let kept: number = 40 + 2;\nkept');
    await vs.page.keyboard.press('Shift+Enter');
    await shown('42').waitFor({ timeout: 60_000 });
  });

  it('interrupts an endless loop by the toolbar, and variables survive', async () => {
    await run(1, 'kept = 43; while (true) {}');
    await statusItem(vs.page, 'busy').waitFor();
    await toolbarAction(vs.page, 'Interrupt').click();
    await statusItem(vs.page, 'idle').waitFor();
    await run(1, 'kept * 1000');
    await shown('43000').waitFor();
  });

  it('shows an error with its code, and a click on its place puts the cursor there', async () => {
    await run(2, 'function lost(): number {\n  const x: number[] = [];\n  return x[7]!.valueOf();\n}\nlost();');
    const frame = outputsFrame(vs.page).locator('.frame', { hasText: 'x[7]!.valueOf()' });
    await frame.waitFor();
    await outputsFrame(vs.page)
      .getByText(/TypeError/)
      .first()
      .waitFor();
    await outputsFrame(vs.page).locator('button.link', { hasText: 'cell 3, line 3' }).first().click();
    await cellRow(vs.page, 2).locator('.monaco-editor.focused').waitFor();
    await vs.page.keyboard.insertText('/* here */');
    await cellRow(vs.page, 2).locator('.view-line', { hasText: 'return x[7]!./* here */valueOf();' }).waitFor();
  });

  it('says in the cell why a killed kernel ended, and runs the next cell in a fresh one', async () => {
    await run(0, '`pid:${process.pid}`');
    const pid = Number(/pid:(\d+)/.exec(await shown(/^'?pid:\d+'?$/).innerText())![1]);
    await run(1, 'await new Promise((done) => setTimeout(done, 60_000));');
    await statusItem(vs.page, 'busy').waitFor();
    process.kill(pid, 'SIGKILL');
    await outputsFrame(vs.page)
      .getByText(/SIGKILL/)
      .first()
      .waitFor();
    await run(1, "typeof kept + ' in a fresh kernel'");
    await shown(/undefined in a fresh kernel/).waitFor({ timeout: 60_000 });
  });

  it('runs an untitled notebook', async () => {
    await palette(vs.page, 'DLNB: New Notebook');
    await vs.page.locator('.tab.active', { hasText: 'Untitled' }).waitFor();
    await typeInCell(vs.page, 0, "'untitled ' + (6 * 7)");
    await vs.page.keyboard.press('Shift+Enter');
    await shown(/untitled 42/).waitFor({ timeout: 60_000 });
  });

  it('makes a notebook from a sample', async () => {
    await palette(vs.page, 'DLNB: New Sample Notebook');
    const row = vs.page.locator('.quick-input-list .monaco-list-row', { hasText: /^The perceptron/ }).first();
    await row.click();
    await vs.page.locator('.tab.active', { hasText: 'perceptron.dlnb' }).waitFor();
    await vs.page.locator('.explorer-folders-view .monaco-list-row', { hasText: 'perceptron.dlnb' }).waitFor();
    await cellRow(vs.page, 0).waitFor({ state: 'attached' });
  });
});
