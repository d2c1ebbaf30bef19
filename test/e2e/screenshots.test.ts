// Runs every sample and keeps pictures of it, from top to bottom, in a light and in a dark theme in out/screenshots/. The
// theme changes while the notebook is open: outputs must follow.
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { outDir, root } from '../vscode/server.mts';
import {
  allCellsSucceed,
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

const cellsOf = (id: string) =>
  (JSON.parse(readFileSync(join(root, 'samples', `${id}.dlnb`), 'utf8')) as { cells: { kind: string }[] }).cells;

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

  /** Pictures from the top of the notebook to its end, and how many they are. */
  async function pictures(id: string, theme: string): Promise<number> {
    const list = vs.page.locator('.notebookOverlay:visible .cell-list-container');
    const last = cellsOf(id).length - 1;
    await scrollToCell(vs.page, 0);
    for (let n = 1; ; n++) {
      await vs.page.waitForTimeout(700); // what has come into sight draws
      await vs.page.screenshot({ path: join(dir, `${id}-${theme}-${n}.png`) });
      const view = (await list.boundingBox())!;
      const end = list.locator(`.monaco-list-row[data-index="${last}"]`);
      const box = (await end.count()) > 0 ? await end.boundingBox() : null;
      if ((box && box.y + box.height <= view.y + view.height) || n === 20) return n;
      await scrollBy(vs.page, view.height * 0.9);
    }
  }

  it.each(ids)('%s runs to its end and is drawn', async (id) => {
    await openNotebook(vs.page, `${id}.dlnb`);
    await toolbarAction(vs.page, 'Run All').click();
    await scrollToCell(
      vs.page,
      cellsOf(id).findLastIndex((c) => c.kind === 'code'),
    );
    await allCellsSucceed(vs.page, 100_000);
    expect(await outputsFrame(vs.page).locator('.js-plotly-plot').count()).toBeGreaterThan(0);
    expect(await pictures(id, 'light')).toBeLessThan(20);
    await toggleTheme('dark');
    expect(await pictures(id, 'dark')).toBeLessThan(20);
    await toggleTheme('light');
    await palette(vs.page, 'View: Close Editor');
  });
});
