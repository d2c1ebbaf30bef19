// Tensors under cells in VS Code: drawn from the output alone, read by pointer and keyboard, in all themes and widths,
// with more detail while the kernel lives.
import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Locator } from 'playwright-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { TENSOR } from '../../kernel/wire/mime.ts';
import { outDir } from '../vscode/server.mts';
import {
  allCellsSucceed,
  openNotebook,
  outputsFrame,
  palette,
  scrollToCell,
  toolbarAction,
  typeInCell,
} from '../vscode/workbench.mts';
import { notebookText } from '../vscode/notebooks.mts';
import { useVSCode } from './session.ts';

const dir = join(outDir, 'screenshots');

const small = [
  "import * as tf from '@tensorflow/tfjs';\ntf.tensor2d([[1, -2.25, NaN], [0.1, Infinity, -Infinity]])",
  'tf.range(0, 3 * 20 * 20).sub(600).div(500).reshape([3, 20, 20])',
  'tf.scalar(3.5)',
  'tf.zeros([0, 3])',
  'tf.fill([4, 5], NaN)',
  'tf.range(0, 5040).sin().reshape([2, 3, 4, 5, 6, 7])',
];
const large = [
  "import * as tf from '@tensorflow/tfjs';\nconst big = tf.range(0, 1e7).reshape([10000, 1000]); big",
  '0',
];

/** Polls as long as VS Code may take. */
const poll = <T>(look: () => T) => expect.poll(look, { timeout: 15_000 });

describe('tensors', () => {
  const vs = useVSCode('tensor', {
    viewport: { width: 1280, height: 2000 },
    notebooks: { 'small.dlnb': small, 'large.dlnb': large },
    settings: { 'workbench.colorTheme': 'Default Light Modern' },
  });
  /** The tensor of this shape. */
  const tensor = (shape: string): Locator =>
    outputsFrame(vs.page)
      .locator('.tensor')
      .filter({ has: outputsFrame(vs.page).getByText(shape, { exact: true }) });
  const canvas = (shape: string) => tensor(shape).locator('canvas.picture');
  const pixels = (shape: string) => canvas(shape).evaluate((c) => (c as HTMLCanvasElement).toDataURL());
  const at = async (shape: string, x: number, y: number) => {
    await canvas(shape).hover({ position: { x, y } });
    return (await tensor(shape).locator('.tip').innerText()).replace(/\s+/g, ' ');
  };
  const shoot = (name: string) => vs.page.screenshot({ path: join(dir, `tensor-${name}.png`) });

  beforeAll(() => void mkdirSync(dir, { recursive: true }));

  it('are drawn under their cells', async () => {
    await openNotebook(vs.page, 'small.dlnb');
    await toolbarAction(vs.page, 'Run All').click();
    await tensor('[2, 3]').waitFor({ timeout: 60_000 });
    expect(await tensor('[2, 3]').locator('.summary').innerText()).toMatch(
      /24 B\s*cpu\s*−2.25 … 1[^]*1 NaN\s*1 \+∞\s*1 −∞/,
    );
    await canvas('[3, 20, 20]').waitFor();
    await tensor('[]').getByText('3.5', { exact: true }).waitFor();
    await tensor('[0, 3]').getByText('No values: axis 0 has length 0.').waitFor();
    await canvas('[4, 5]').waitFor();
    expect(await tensor('[4, 5]').locator('.summary').innerText()).toContain('20 NaN');
    await canvas('[2, 3, 4, 5, 6, 7]').waitFor();
    await allCellsSucceed(vs.page);
    await shoot('light');
  });

  it('tell the exact value and index under the pointer', async () => {
    expect(await at('[2, 3]', 30, 13)).toBe('[0, 0] 1');
    expect(await at('[2, 3]', 90, 13)).toBe('[0, 1] −2.25');
    expect(await at('[2, 3]', 150, 13)).toBe('[0, 2] NaN');
    expect(await at('[2, 3]', 30, 40)).toBe('[1, 0] 0.1');
    expect(await at('[2, 3]', 150, 40)).toBe('[1, 2] −∞');
  });

  it('are read by the keyboard, and aloud', async () => {
    await canvas('[2, 3]').click({ position: { x: 30, y: 13 } });
    await vs.page.keyboard.press('ArrowRight');
    await vs.page.keyboard.press('ArrowDown');
    await poll(() => tensor('[2, 3]').locator('.spoken').textContent()).toBe('[1, 1] +∞');
    expect(await tensor('[2, 3]').locator('.spoken').getAttribute('aria-live')).toBe('polite');
    expect(await tensor('[2, 3]').locator('.readout').innerText()).toBe('[1, 1] +∞');
  });

  it('have a slider for an axis that the reader gives one', async () => {
    const shape = '[3, 20, 20]';
    const before = await pixels(shape);
    await tensor(shape).locator('select[aria-label^="Axis 0"]').selectOption('slider');
    const first = await pixels(shape);
    expect(first).not.toBe(before);
    const slider = tensor(shape).locator('input[type=range]');
    await slider.focus();
    await slider.press('ArrowRight');
    await poll(() => pixels(shape)).not.toBe(first);
    expect(await at(shape, 2, 2)).toMatch(/^\[1, 0, 0\] −0\.4$/);
    await slider.press('ArrowRight');
    expect(await at(shape, 2, 2)).toMatch(/^\[2, 0, 0\] 0\.4$/);
  });

  it('are tables and images too', async () => {
    const drawn = tensor('[3, 20, 20]').locator('select[aria-label="Drawn as"]');
    await drawn.selectOption('table');
    await tensor('[3, 20, 20]').locator('td').first().waitFor();
    await drawn.selectOption('image');
    await canvas('[3, 20, 20]').waitFor();
    await drawn.selectOption('heat');
  });

  it.each([300, 1600])('fit an output %i pixels wide', async (width) => {
    await vs.page.setViewportSize({ width: width + (width < 1000 ? 420 : 400), height: 2000 });
    const views = outputsFrame(vs.page).locator('.tensor');
    await poll(async () => {
      const widths = await views.evaluateAll((all) => all.map((v) => [v.clientWidth, v.scrollWidth] as const));
      return widths.length > 3 && widths.every(([shown, needed]) => needed <= shown)
        ? Math.abs(widths[0]![0] - width) < 60
        : widths;
    }).toBe(true);
    await shoot(`${width}-px`);
  });

  it('follow dark and high-contrast themes', async () => {
    await vs.page.setViewportSize({ width: 1280, height: 2000 });
    await scrollToCell(vs.page, 0);
    const seen = new Set([await pixels('[2, 3]')]);
    for (const [label, kind] of [
      ['Dark Modern', 'vscode-dark'],
      ['Dark High Contrast', 'vscode-high-contrast'],
      ['Light High Contrast', 'vscode-high-contrast-light'],
      ['Light Modern', 'vscode-light'],
    ] as const) {
      await palette(vs.page, 'Preferences: Color Theme');
      await vs.page.locator('.quick-input-widget input').first().fill(label);
      await vs.page.locator('.quick-input-list .monaco-list-row', { hasText: label }).first().click();
      await outputsFrame(vs.page).locator(`body.${kind}`).waitFor({ state: 'attached' });
      await vs.page.waitForTimeout(300); // the picture follows a frame later
      seen.add(await pixels('[2, 3]'));
      await shoot(kind);
    }
    // Dark and light differ; high contrast has the same colors and other frames
    expect(seen.size).toBe(2);
  });

  it('go along as JSON and as a file for NumPy', async () => {
    await tensor('[2, 3]').getByRole('button', { name: 'JSON' }).click();
    await tensor('[2, 3]').locator('.notice', { hasText: 'Copied 6 values as JSON.' }).waitFor();
    await tensor('[2, 3]').getByRole('button', { name: '.npy' }).click();
    await poll(() => vs.page.locator('.quick-input-widget:visible input').first().inputValue()).toContain('tensor.npy');
    await vs.page.keyboard.press('Escape');
  });

  it('are drawn the same from the file, without a kernel', async () => {
    await scrollToCell(vs.page, 0);
    const before = await pixels('[2, 3]');
    await palette(vs.page, 'File: Save');
    const file = join(vs.profile.folder, 'small.dlnb');
    await poll(() => readFileSync(file, 'utf8')).toContain(TENSOR);
    await vs.reload();
    await openNotebook(vs.page, 'small.dlnb');
    await canvas('[2, 3]').waitFor({ timeout: 30_000 });
    await poll(() => pixels('[2, 3]')).toBe(before);
    expect(await at('[2, 3]', 90, 13)).toBe('[0, 1] −2.25');
  });

  it('show ten million values, and all around a place from the kernel', async () => {
    await openNotebook(vs.page, 'large.dlnb');
    await toolbarAction(vs.page, 'Run All').click();
    const view = tensor('[10000, 1000]');
    await view.waitFor({ timeout: 60_000 });
    expect(await view.locator('.notice').innerText()).toMatch(/Shows every \d+\w\w of axis 0.* of 10,000,000 values\./);
    expect(await view.locator('.summary').innerText()).toContain('0 … 1e7');
    await shoot('large');
    await view.getByRole('button', { name: 'Full resolution' }).click();
    await poll(() => view.locator('.notice').innerText()).toContain('0…127 of axis 0, 0…255 of axis 1: 32,768 of');
    await canvas('[10000, 1000]').click({ position: { x: 1, y: 1 } });
    await vs.page.keyboard.press('ArrowRight');
    await poll(() => view.locator('.spoken').textContent()).toBe('[0, 1] 1');
    await vs.page.keyboard.press('End');
    await vs.page.keyboard.press('ArrowRight');
    await poll(() => view.locator('.spoken').textContent()).toBe('[0, 256] 256');
    await shoot('large-detail');
    await view.getByRole('button', { name: '.npy' }).click();
    const dialog = vs.page.locator('.quick-input-widget:visible input').first();
    await poll(() => dialog.inputValue()).toContain('tensor.npy');
    await vs.page.keyboard.press('Enter');
    await poll(() => statSync(join(vs.profile.folder, 'tensor.npy'), { throwIfNoEntry: false })?.size).toBe(40_000_128);
    await view.getByRole('button', { name: 'Overview' }).click();
    await poll(() => view.locator('.notice').innerText()).toContain('every');
  });

  it('say calmly that a tensor is gone', async () => {
    await typeInCell(vs.page, 1, 'big.dispose(); 1');
    await vs.page.keyboard.press('Shift+Enter');
    await outputsFrame(vs.page).getByText('1', { exact: true }).first().waitFor();
    await tensor('[10000, 1000]').getByRole('button', { name: 'Full resolution' }).click();
    await tensor('[10000, 1000]')
      .getByText(/has been disposed of/)
      .waitFor();
  });

  it('that are hostile get a box, and run nothing', async () => {
    const head = { kind: 'tensor', dtype: '<img src=x onerror="document.title=1">', shape: [1], bytes: 4, axes: [] };
    const text = Buffer.from(JSON.stringify(head));
    const payload = Buffer.concat([
      Buffer.from('DLNT\x01\0\0\0', 'latin1'),
      Buffer.from(Uint32Array.of(text.length).buffer),
      text,
    ]);
    const notebook = JSON.parse(notebookText(['1'])) as { cells: { outputs: unknown[] }[] };
    notebook.cells[0]!.outputs = [{ items: [{ mime: TENSOR, base64: payload.toString('base64') }] }];
    writeFileSync(join(vs.profile.folder, 'hostile.dlnb'), JSON.stringify(notebook));
    await openNotebook(vs.page, 'hostile.dlnb');
    await outputsFrame(vs.page).getByText('the dtype of the head is not one of').waitFor({ timeout: 30_000 });
    expect(await outputsFrame(vs.page).locator('img').count()).toBe(0);
  });
});
