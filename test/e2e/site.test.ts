// A site of `dlnb site` in a real browser, opened from the disk: it asks no network for anything, its pages lead to one
// another, figures and sliders live, and it is as wide as the screen.
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { dlnb, Folder, notebook } from '../cli/cli.ts';
import { startBrowser, type TestBrowser } from '../vscode/browser.mts';
import { until } from '../vscode/workbench.mts';

const exploring = `import { check, explore, plot } from 'dlnb';
check.result('MNIST-1D', { model: 'a rather long name of a model, 3 × 4', parameters: 26512, error: 4.1, epochs: 5 });
display(plot([{ y: [1, 3, 2] }]));
explore({ w: { from: 0, to: 4, step: 1, value: 2 } }, ({ w }) => plot([{ y: [0, w, 1] }]));`;

/** A notebook with a heading and links above its cells. */
function titled(markdown: string[], ...cells: string[]): string {
  const made = JSON.parse(notebook(...cells)) as { cells: object[] };
  made.cells.unshift({ id: 'title', kind: 'markdown', source: markdown });
  return JSON.stringify(made);
}

describe('a site', () => {
  let folder: Folder;
  let test: TestBrowser;
  const requests: string[] = [];
  const page = () => test.page;
  const drawn = () => page().waitForSelector('html[data-drawn]', { state: 'attached' });

  beforeAll(async () => {
    folder = new Folder({
      'first.dlnb': titled(['# First', '', '$x^2$ leads to [the second](second.dlnb)'], exploring),
      'second.dlnb': titled(['# Second'], "import { plot } from 'dlnb';\nplot([{ y: [2, 1] }])"),
      'README.md': '# A course\n\n[1](first.dlnb) [2](second.dlnb)',
    });
    for (const name of ['first.dlnb', 'second.dlnb'])
      expect((await dlnb(folder.path, 'run', name, '--out', name)).code).toBe(0);
    expect((await dlnb(folder.path, 'site', '--out', 'public')).code).toBe(0);
    test = await startBrowser();
    page().on('request', (r) => requests.push(r.url()));
    await page().goto(pathToFileURL(folder.file('public/index.html')).href);
  });
  afterAll(async () => {
    await test?.browser.close();
    folder?.[Symbol.dispose]();
  });

  it('leads from its contents to a notebook, whose sliders move figures', async () => {
    await page().getByText('Results on MNIST-1D').waitFor();
    await page().getByRole('link', { name: 'First', exact: true }).first().click();
    await drawn();
    const line = page().locator('.js-plotly-plot').nth(1).locator('.scatterlayer path.js-line').first();
    await line.waitFor();
    const before = await line.getAttribute('d');
    await page().getByRole('slider', { name: 'w', exact: true }).focus();
    await page().keyboard.press('ArrowRight');
    await until(async () => (await line.getAttribute('d')) !== before, 'another figure of the grid');
  });

  it('leads from notebook to notebook by links, arrows and back to the contents', async () => {
    const at = (name: string) => page().waitForURL((url) => path.basename(url.pathname) === name);
    await page().getByRole('link', { name: 'the second' }).click();
    await at('second.html');
    await drawn();
    expect(await page().locator('.js-plotly-plot').count()).toBe(1);
    await page().getByRole('link', { name: 'Previous: First' }).click();
    await at('first.html');
    await page().getByRole('link', { name: /Next.*Second/ }).last().click(); // prettier-ignore
    await at('second.html');
    await page().getByRole('link', { name: 'A course' }).click();
    await at('index.html');
  });

  it('asks for its own files alone', () => {
    const own = pathToFileURL(folder.file('public')).href;
    expect(requests.length).toBeGreaterThan(5);
    expect(requests.filter((url) => !/^(blob|data):/.test(url) && !url.startsWith(`${own}/`))).toEqual([]);
  });

  it('follows the light or the dark of the system and fits on a screen of 400 pixels', async () => {
    await page().setViewportSize({ width: 400, height: 900 });
    const colors = new Set<string>();
    for (const colorScheme of ['light', 'dark'] as const) {
      await page().emulateMedia({ colorScheme });
      for (const name of ['index', 'first', 'second']) {
        await page().goto(pathToFileURL(folder.file(`public/${name}.html`)).href);
        if (name !== 'index') await drawn();
        expect(await page().evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBe(0);
        colors.add(await page().evaluate(() => getComputedStyle(document.documentElement).backgroundColor));
      }
    }
    expect(colors.size).toBe(2);
  });
});
