// Opens the samples that were executed without an editor, and keeps pictures of them in a light and a dark theme in
// out/screenshots/. Outputs draw from the file alone, and follow a change of the theme.
import { copyFileSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { decodeNotebook } from '../../kernel/notebook/format/index.ts';
import { executedSample } from '../samples/sample.mts';
import { readIndex } from '../samples/index.mts';
import { outDir } from '../vscode/server.mts';
import { cellRow, openNotebook, outputsFrame, palette, scrollBy, scrollToCell } from '../vscode/workbench.mts';
import { useVSCode } from './session.ts';

// Another test looks at the outputs of the perceptron
const samples = readIndex().filter(({ id }) => id !== 'perceptron');
const dir = join(outDir, 'screenshots');

/** The first and the last cell of an executed sample that has drawn a plot. */
function drawingCells(executed: string): [first: number, last: number] {
  const drawing = decodeNotebook(readFileSync(executed)).cells.flatMap((cell, i) =>
    cell.kind === 'code' && cell.outputs.some(({ items }) => items.some(({ mime }) => /plotly/.test(mime))) ? i : [],
  );
  return [drawing[0]!, drawing.at(-1)!];
}

describe('the samples in a light and in a dark theme', () => {
  const vs = useVSCode('screenshots', {
    viewport: { width: 1200, height: 1500 },
    settings: {
      'workbench.colorTheme': 'Default Light Modern',
      'workbench.preferredLightColorTheme': 'Default Light Modern',
      'workbench.preferredDarkColorTheme': 'Default Dark Modern',
    },
  });

  beforeAll(() => {
    rmSync(dir, { recursive: true, force: true });
    mkdirSync(dir, { recursive: true });
  });

  async function toggleTheme(to: 'light' | 'dark'): Promise<void> {
    await palette(vs.page, 'Preferences: Toggle between Light/Dark Themes');
    await vs.page.locator(to === 'dark' ? '.monaco-workbench.vs-dark' : '.monaco-workbench.vs').waitFor();
  }

  /**
   * Scrolls down until the next cell begins in sight, or to the end; the output, which is in no row, is then above it.
   */
  async function showOutput(cell: number): Promise<void> {
    const view = (await vs.page.locator('.notebookOverlay:visible .cell-list-container').boundingBox())!;
    for (let turns = 0; turns < 8; turns++) {
      await vs.page.waitForTimeout(200); // a cell grows while its output comes into sight and is drawn
      const next = await cellRow(vs.page, cell + 1)
        .boundingBox({ timeout: 100 })
        .catch(() => null);
      if (next && next.y <= view.y + view.height) return;
      await scrollBy(vs.page, 500);
    }
  }

  /** A picture of the end of a cell. */
  async function picture(id: string, theme: 'light' | 'dark', cell: number): Promise<void> {
    await scrollToCell(vs.page, cell);
    await showOutput(cell);
    await expect.poll(() => outputsFrame(vs.page).locator('.js-plotly-plot').count()).toBeGreaterThan(0);
    await vs.page.waitForTimeout(700); // what has come into sight draws
    await vs.page.screenshot({ path: join(dir, `${id}-${theme}.png`) });
  }

  let theme: 'light' | 'dark' = 'light';

  // Runs the samples that have not been run yet
  it.each(samples)('$id is drawn', { timeout: 240_000 }, async (sample) => {
    const { id, file } = sample;
    const executed = await executedSample(sample);
    copyFileSync(executed, join(vs.profile.folder, file));
    await openNotebook(vs.page, file);
    const [first, last] = drawingCells(executed);
    // Half of them at the beginning, the others at the end
    const end = samples.indexOf(sample) % 2 === 1;
    if (end) await palette(vs.page, 'Notebook: Focus Last Cell');
    await picture(id, theme, end ? last : first);
    theme = theme === 'light' ? 'dark' : 'light';
    await toggleTheme(theme);
    await vs.page.waitForTimeout(700);
    await vs.page.screenshot({ path: join(dir, `${id}-${theme}.png`) });
    expect(await outputsFrame(vs.page).getByRole('alert').count()).toBe(0);
    await palette(vs.page, 'View: Close Editor');
  });
});
