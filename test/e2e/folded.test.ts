// Folded inputs as a user sees them: collapsed when the notebook opens, then as the user leaves them.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseNotebook, printNotebook } from '../../kernel/notebook/format/index.ts';
import { cellRow, openNotebook, outputsFrame, until } from '../vscode/workbench.mts';
import { useVSCode } from './session.ts';

const code = (id: string, source: string, folded?: boolean, text?: string) =>
  ({
    id,
    kind: 'code',
    language: 'typescript',
    ...(folded && { folded }),
    source,
    outputs: text === undefined ? [] : [{ items: [{ mime: 'text/plain', text }] }],
  }) as const;
const text = printNotebook({
  dlnb: 1,
  metadata: {},
  cells: [
    { id: 'title001', kind: 'markdown', source: '# Folded cells' },
    code('plain001', 'const answer = 42;\nanswer', false, '42'),
    code('folded01', '// Draws the figure\nconst draw = () => {\n  return answer;\n};\ndraw()', true, 'the figure'),
    code('plain002', '// An exercise: write here\n1 + 1', false, '2'),
  ],
});

describe('folded inputs', () => {
  const vs = useVSCode('folded', { notebooks: { 'other.dlnb': ['1'] } });
  const file = () => join(vs.profile.folder, 'folded.dlnb');
  const editor = (i: number) => cellRow(vs.page, i).locator('.cell-editor-container').first();
  const collapsed = (i: number) => cellRow(vs.page, i).locator('.input-collapse-container').first();
  const expand = (i: number) => cellRow(vs.page, i).locator('.expandInputIcon').first();
  const tab = () => vs.page.locator('.tab.active');

  it('are collapsed when the notebook opens, with their outputs shown, and nothing is to be saved', async () => {
    writeFileSync(file(), text);
    await openNotebook(vs.page, 'folded.dlnb');
    await collapsed(2).waitFor();
    expect(await editor(2).isVisible()).toBe(false);
    expect(await editor(1).isVisible()).toBe(true);
    expect(await editor(3).isVisible()).toBe(true);
    await outputsFrame(vs.page).getByText('the figure').waitFor();
    expect(await tab().getAttribute('class')).not.toContain('dirty');
  });

  it('stay open where the user opens them, also behind another tab', async () => {
    await expand(2).click();
    await editor(2).waitFor();
    await openNotebook(vs.page, 'other.dlnb');
    await vs.page.locator('.tab', { hasText: 'folded.dlnb' }).click();
    await editor(2).waitFor();
    await vs.page.waitForTimeout(500);
    expect(await editor(2).isVisible()).toBe(true);
    expect(await tab().getAttribute('class')).not.toContain('dirty');
  });

  it('are chosen in the menu of a cell, which the file keeps', async () => {
    await cellRow(vs.page, 1).locator('.execution-count-label').first().click();
    await editor(1).hover();
    await cellRow(vs.page, 1).locator('.cell-title-toolbar .codicon-toolbar-more').first().click();
    await vs.page.getByText('Fold Input in This Notebook', { exact: true }).click();
    await collapsed(1).waitFor();
    await vs.page.keyboard.press('Control+S');
    const folded = () => parseNotebook(readFileSync(file(), 'utf8')).cells.map((cell) => cell.folded);
    await until(() => folded()[1], 'the key in the file');
    expect(folded()).toEqual([undefined, true, true, undefined]);
  });

  it('are collapsed again when the notebook is opened again', async () => {
    await vs.reload();
    await openNotebook(vs.page, 'folded.dlnb');
    await collapsed(1).waitFor();
    await collapsed(2).waitFor();
    expect(await editor(3).isVisible()).toBe(true);
  });
});
