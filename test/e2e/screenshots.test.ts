// Runs every sample and keeps pictures of it in a light and in a dark theme in out/screenshots/. The
// theme changes while the notebook is open: outputs must follow.
import { mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { outDir, root } from '../vscode/server.mts';
import {
  allCellsSucceed,
  cellRow,
  openNotebook,
  outputsFrame,
  palette,
  scrollBy,
  scrollToCell,
  toolbarAction,
} from '../vscode/workbench.mts';
import { useVSCode } from './session.ts';

const ids = (JSON.parse(readFileSync(join(root, 'samples/index.json'), 'utf8')) as { id: string }[]).map((s) => s.id);
const dir = join(outDir, 'screenshots');

interface SampleCell {
  kind: string;
  source: string[];
}
const cellsOf = (id: string) =>
  (JSON.parse(readFileSync(join(root, 'samples', `${id}.dlnb`), 'utf8')) as { cells: SampleCell[] }).cells;
const lastCode = (id: string) => cellsOf(id).findLastIndex((c) => c.kind === 'code');

/** The cells to take pictures at: the top, and the first, the middle and the last that draw a figure. */
function stopsOf(id: string): number[] {
  const drawing = cellsOf(id).flatMap((c, i) =>
    c.kind === 'code' && /\b(viz\.\w+|display)\(/.test(c.source.join('\n')) ? i : [],
  );
  const picked = [0, drawing[0], drawing[Math.floor(drawing.length / 2)], drawing.at(-1)];
  return [...new Set(picked.filter((i) => i !== undefined))];
}

describe('the samples in a light and in a dark theme', () => {
  const vs = useVSCode('screenshots', {
    viewport: { width: 1200, height: 1500 },
    files: Object.fromEntries(ids.map((id) => [`${id}.dlnb`, join(root, 'samples', `${id}.dlnb`)])),
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

  /** Scrolls down until the next cell begins in sight, or the end: the output, which no row holds, is above it then. */
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

  /** A picture of the end of each of these cells. */
  async function pictures(id: string, theme: 'light' | 'dark', stops: number[]): Promise<void> {
    for (const cell of stops) {
      await scrollToCell(vs.page, cell);
      if (cell > 0) await showOutput(cell);
      await vs.page.waitForTimeout(700); // what has come into sight draws
      await vs.page.screenshot({ path: join(dir, `${id}-${theme}-cell-${cell + 1}.png`) });
    }
  }

  // Trainings take a minute on a free machine
  it.each(ids)('%s runs to its end and is drawn', { timeout: 240_000 }, async (id) => {
    await openNotebook(vs.page, `${id}.dlnb`);
    await toolbarAction(vs.page, 'Run All').click();
    await scrollToCell(vs.page, lastCode(id));
    await allCellsSucceed(vs.page, 180_000);
    expect(await outputsFrame(vs.page).locator('.js-plotly-plot').count()).toBeGreaterThan(0);
    // Up in the light and down in the dark: the run has left us at the end
    const stops = stopsOf(id);
    await pictures(id, 'light', stops.toReversed());
    await toggleTheme('dark');
    await pictures(id, 'dark', stops);
    await toggleTheme('light');
    expect(readdirSync(dir).filter((name) => name.startsWith(`${id}-`))).toHaveLength(2 * stops.length);
    await palette(vs.page, 'View: Close Editor');
  });
});
