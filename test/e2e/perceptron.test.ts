// The first sample: open it from the Explorer, run all, see the plots, save, reload, edit.
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { root } from '../vscode/server.mts';
import {
  allCellsSucceed,
  cellRow,
  focusCell,
  notebookShown,
  openNotebook,
  outputsFrame,
  palette,
  scrollToCell,
  statusItem,
  toolbarAction,
  until,
} from '../vscode/workbench.mts';
import { drawnColours } from './pixels.ts';
import { useVSCode } from './session.ts';

const file = 'perceptron.dlnb';
const { cells } = JSON.parse(readFileSync(join(root, 'samples', file), 'utf8')) as {
  cells: { kind: string; source: string[] }[];
};
const firstCode = cells.findIndex((c) => c.kind === 'code');
const firstPlot = cells.findIndex((c) => c.kind === 'code' && c.source.some((line) => /\bviz\.\w+\(/.test(line)));
const last = cells.findLastIndex((c) => c.kind === 'code');

function filesBelow(dir: string): string[] {
  if (!existsSync(dir)) return [];
  const paths = readdirSync(dir, { recursive: true }).map((name) => join(dir, String(name)));
  return paths.filter((path) => statSync(path).isFile());
}

describe('the perceptron notebook', () => {
  const vs = useVSCode('perceptron', {
    files: { [file]: join(root, 'samples', file) },
    settings: { 'files.autoSave': 'off' }, // VS Code for the web would save by itself
  });
  const plot = () => outputsFrame(vs.page).locator('.js-plotly-plot:visible').first();
  const text = () => readFileSync(join(vs.profile.folder, file), 'utf8');

  it('opens as a notebook with the DLNB kernel chosen', async () => {
    await openNotebook(vs.page, file);
    await vs.page.locator('.notebook-toolbar-container .kernel-label', { hasText: 'DLNB TypeScript' }).waitFor();
    await statusItem(vs.page, /DLNB: not started/).waitFor();
    // The sample asks for this device
    await statusItem(vs.page, /^\s*cpu\s*$/).waitFor();
  });

  it('runs all cells and draws plots', async () => {
    await toolbarAction(vs.page, 'Run All').click();
    await scrollToCell(vs.page, last);
    await allCellsSucceed(vs.page); // the last cell is in sight, and it runs only when none before it has failed
    await statusItem(vs.page, /DLNB: idle/).waitFor();
    await statusItem(vs.page, /^\s*(cpu|webgpu|cuda)\s*$/).waitFor();
    await scrollToCell(vs.page, firstPlot);
    await plot().waitFor();
    expect(await plot().locator('.main-svg path').count()).toBeGreaterThan(3);
    expect(await drawnColours(vs.browser, plot())).toBeGreaterThan(8);
  });

  it('saves the outputs', async () => {
    await palette(vs.page, 'File: Save');
    await until(() => text().includes('application/vnd.plotly.v1+json'), 'the outputs in the file');
    await vs.page.locator('.tab:not(.dirty)', { hasText: file }).waitFor();
  });

  it('draws the saved outputs after a reload, without running', async () => {
    await vs.reload();
    await notebookShown(vs.page);
    await scrollToCell(vs.page, firstPlot);
    // Outputs drawn above and below move it out of sight again
    await until(async () => {
      await scrollToCell(vs.page, firstPlot);
      await plot().waitFor();
      return (await drawnColours(vs.browser, plot())) > 8;
    }, 'the plot');
    await statusItem(vs.page, /not started/).waitFor();
  });

  it('keeps an edit that was not saved over a reload', async () => {
    const before = text();
    await vs.page.locator('.tab:not(.dirty)', { hasText: file }).waitFor();
    await focusCell(vs.page, firstCode);
    await vs.page.keyboard.press('Control+Home');
    await vs.page.keyboard.insertText('// not saved yet\n');
    await vs.page.locator('.tab.dirty', { hasText: file }).waitFor();
    // VS Code writes a notebook's backup ten seconds after the edit, and asks before a reload until then
    const backups = join(vs.profile.userData, 'User/Backups');
    await until(
      () => filesBelow(backups).some((f) => readFileSync(f, 'utf8').includes('not saved yet')),
      'the backup',
      30_000,
    );
    await vs.reload();
    await notebookShown(vs.page);
    // Outputs drawn below move cells out of sight again
    await until(async () => {
      await scrollToCell(vs.page, firstCode);
      return cellRow(vs.page, firstCode).locator('.view-line', { hasText: 'not saved yet' }).isVisible();
    }, 'the edit');
    await vs.page.locator('.tab.dirty', { hasText: file }).waitFor();
    expect(text()).toBe(before);
  });
});
