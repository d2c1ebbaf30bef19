// Runs every sample in a light and in a dark theme, and keeps pictures of the whole notebook in out/screenshots/.
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { outDir, root } from '../vscode/server.mts';
import { notebookShown, openNotebook, outputsFrame, palette, statusItem, toolbarAction } from '../vscode/workbench.mts';
import { useVSCode } from './session.ts';

const samples = (JSON.parse(readFileSync(join(root, 'samples/index.json'), 'utf8')) as { id: string }[]).map(
  (s) => s.id,
);
const themes = { light: 'Default Light Modern', dark: 'Default Dark Modern' };
const dir = join(outDir, 'screenshots');

/** High enough for whole samples: what is out of sight is not drawn. */
const viewport = { width: 1400, height: 5200 };

describe.each(Object.entries(themes))('the samples in the %s theme', (name, theme) => {
  const vs = useVSCode(`screenshots-${name}`, {
    viewport,
    files: { ...Object.fromEntries(samples.map((id) => [`${id}.dlnb`, join(root, 'samples', `${id}.dlnb`)])) },
    settings: { 'workbench.colorTheme': theme, 'workbench.sideBar.location': 'left' },
  });

  it.each(samples)('%s runs to its end', async (id) => {
    mkdirSync(dir, { recursive: true });
    await openNotebook(vs.page, `${id}.dlnb`);
    await notebookShown(vs.page);
    await toolbarAction(vs.page, 'Run All').click();
    await statusItem(vs.page, 'busy').waitFor({ timeout: 30_000 });
    await statusItem(vs.page, 'idle').waitFor({ timeout: 100_000 });
    await outputsFrame(vs.page).locator('.js-plotly-plot .main-svg').first().waitFor();
    await vs.page.waitForTimeout(1500); // the last plots draw
    const file = join(dir, `${id}-${name}.png`);
    await vs.page.screenshot({ path: file });
    expect(existsSync(file)).toBe(true);
    const failed = '.notebookOverlay .cell-statusbar-container .codicon-notebook-state-error';
    expect(await vs.page.locator(failed).count()).toBe(0);
    await palette(vs.page, 'View: Close Editor');
  });
});
