// The first sample as a reader meets it: open it from the Explorer, run all, see the plots, save, reload, edit.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { root } from '../vscode/server.mts';
import {
  cellRow,
  focusCell,
  notebookShown,
  openNotebook,
  outputsFrame,
  palette,
  statusItem,
  toolbarAction,
  until,
} from '../vscode/workbench.mts';
import { drawnColours } from './pixels.ts';
import { useVSCode } from './session.ts';

const file = 'perceptron.dlnb';

describe('the perceptron notebook', () => {
  const vs = useVSCode('perceptron', { files: { [file]: join(root, 'samples', file) } });
  const plots = () => outputsFrame(vs.page).locator('.js-plotly-plot');
  const text = () => readFileSync(join(vs.profile.folder, file), 'utf8');

  it('opens as a notebook with the DLNB kernel chosen', async () => {
    await openNotebook(vs.page, file);
    await vs.page.locator('.notebook-toolbar-container .kernel-label', { hasText: 'DLNB TypeScript' }).waitFor();
    await statusItem(vs.page, /DLNB: auto · not started/).waitFor();
  });

  it('runs all cells and draws plots', async () => {
    await toolbarAction(vs.page, 'Run All').click();
    await plots().first().waitFor({ timeout: 60_000 });
    await statusItem(vs.page, /DLNB: (cpu|webgpu|cuda) · idle/).waitFor({ timeout: 60_000 });
    expect(await plots().first().locator('.main-svg path').count()).toBeGreaterThan(3);
    expect(await drawnColours(vs.browser, plots().first())).toBeGreaterThan(8);
    expect(
      await vs.page.locator('.notebookOverlay .cell-statusbar-container .codicon-notebook-state-error').count(),
    ).toBe(0);
  });

  it('saves the outputs', async () => {
    await palette(vs.page, 'File: Save');
    await until(() => text().includes('application/vnd.plotly.v1+json'), 'the outputs in the file');
  });

  it('draws the saved outputs after a reload, without running', async () => {
    await vs.reload();
    await notebookShown(vs.page);
    await plots().first().waitFor({ timeout: 60_000 });
    expect(await drawnColours(vs.browser, plots().first())).toBeGreaterThan(8);
    await statusItem(vs.page, /not started/).waitFor();
  });

  it('keeps an edit that was not saved over a reload', async () => {
    const before = text();
    const code = await firstCodeCell();
    await focusCell(vs.page, code);
    await vs.page.keyboard.press('Control+Home');
    await vs.page.keyboard.insertText('// not saved yet\n');
    await vs.page.locator('.tab.dirty', { hasText: file }).waitFor();
    await vs.page.waitForTimeout(3000); // the editor backs up a second after the last key
    await vs.reload();
    await notebookShown(vs.page);
    await cellRow(vs.page, code).locator('.view-line', { hasText: 'not saved yet' }).waitFor();
    await vs.page.locator('.tab.dirty', { hasText: file }).waitFor();
    expect(text()).toBe(before);
  });

  /** Index of the first code cell. */
  async function firstCodeCell(): Promise<number> {
    const row = vs.page.locator('.notebookOverlay .cell-list-container .monaco-list-row.code-cell-row').first();
    return Number(await row.getAttribute('data-index'));
  }
});
